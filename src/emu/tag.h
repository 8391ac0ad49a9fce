/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_TAG_H
#define CCM_EMU_TAG_H

/*
 * Tags in requests (ccm-api.md 5): which characters they have, and that keys are unique. Lengths
 * and numbers are the operations table's matter. Pure; texts are borrowed from the JSON. What is
 * wrong is refused, in the words that ccm-api.json `error_codes` has for tags.
 */

#include "core/json.h"

#define CCM_EMU_TAG_MAX 20 /* on a resource, in a request, and values of a key in a filter */

struct ccm_emu_tag {
	const char *key, *value;
};

/* {"key": ..., "value": ...}; path names it in messages: "tag", "tags[3]". */
bool ccm_emu_tag_read(
    const struct ccm_json *json, const char *path, struct ccm_emu_tag *out, struct ccm_error *err);
/* A list of them, up to CCM_EMU_TAG_MAX. */
bool ccm_emu_tags_read(const struct ccm_json *list, struct ccm_emu_tag out[CCM_EMU_TAG_MAX],
    size_t *count, struct ccm_error *err);

/* Letters, digits, spaces and _ . : = + - @; in a value / too. */
enum ccm_emu_tag_part { CCM_EMU_TAG_KEY, CCM_EMU_TAG_VALUE };
bool ccm_emu_tag_check(
    const char *text, enum ccm_emu_tag_part part, const char *path, struct ccm_error *err);

#endif
