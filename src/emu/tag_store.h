/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_TAG_STORE_H
#define CCM_EMU_TAG_STORE_H

/* The tags of CAs and certificates in the database. They go with the resource they are on. */

#include "emu/resource.h"
#include "emu/tag_filter.h"

/*
 * Put all on the resource or, when it would have more than CCM_EMU_TAG_MAX then, none: refused. A
 * key that is there already gets the new value: no error code of the service knows this as wrong.
 */
bool ccm_emu_tag_store_put(struct ccm_emu_db *db, const struct ccm_emu_resource *resource,
    const struct ccm_emu_tag *tags, size_t count, struct ccm_error *err);
/*
 * Take all away or, when one of them is not there with just this value, none: refused, as the
 * service has a code for "Tag is not found".
 */
bool ccm_emu_tag_store_delete(struct ccm_emu_db *db, const struct ccm_emu_resource *resource,
    const struct ccm_emu_tag *tags, size_t count, struct ccm_error *err);

/* [{"key", "value"}...] of one resource, by key; NULL with err set. */
struct ccm_json *ccm_emu_tag_store_list(
    struct ccm_emu_db *db, const char *id, struct ccm_error *err);
/* [{"key", "values"}...] of all resources of a kind. */
struct ccm_json *ccm_emu_tag_store_list_all(
    struct ccm_emu_db *db, enum ccm_emu_resource_kind kind, struct ccm_error *err);

/* The ids that a filter finds, and how many there are on all pages. */
struct ccm_json *ccm_emu_tag_store_find(
    struct ccm_emu_db *db, const struct ccm_emu_tag_filter *filter, struct ccm_error *err);
bool ccm_emu_tag_store_count(struct ccm_emu_db *db, const struct ccm_emu_tag_filter *filter,
    int64_t *count, struct ccm_error *err);

#endif
