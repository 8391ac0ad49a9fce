/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_TAG_FILTER_H
#define CCM_EMU_TAG_FILTER_H

/*
 * What resources are looked for by their tags: every key must be there (AND), with one of its
 * values (OR), or any when it names none; and the name has to contain a text, in any case. Pure;
 * texts are borrowed from the request. What is wrong is refused.
 */

#include "emu/resource.h"
#include "emu/tag.h"

struct ccm_emu_tag_filter {
	enum ccm_emu_resource_kind kind;
	struct {
		const char *key;
		const char *values[CCM_EMU_TAG_MAX];
		size_t value_count; /* 0: any value */
	} keys[CCM_EMU_TAG_MAX];
	size_t key_count;
	const char *name; /* NULL: any; empty: nothing is called like that */
	int64_t limit, offset;
};

bool ccm_emu_tag_filter_read(const struct ccm_json *request, enum ccm_emu_resource_kind kind,
    struct ccm_emu_tag_filter *out, struct ccm_error *err);

/* A statement and its parameters, borrowed from the filter. */
struct ccm_emu_tag_query {
	struct ccm_buf text;
	struct ccm_emu_param *params;
	size_t param_count;
};
void ccm_emu_tag_query_clear(struct ccm_emu_tag_query *query);

/* The ids of a page, the newest first. */
bool ccm_emu_tag_filter_page(
    const struct ccm_emu_tag_filter *filter, struct ccm_emu_tag_query *out, struct ccm_error *err);
/* How many there are on all pages. */
bool ccm_emu_tag_filter_total(
    const struct ccm_emu_tag_filter *filter, struct ccm_emu_tag_query *out, struct ccm_error *err);

#endif
