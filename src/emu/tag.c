/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/tag.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "emu/answer.h"
#include "emu/characters.h"

/* The letters of Spanish, Portuguese and Chinese beyond ASCII: blocks of Unicode. */
static const struct {
	unsigned long first, last;
} letters[] = {
    {0xaa, 0xaa},       /* feminine ordinal */
    {0xba, 0xba},       /* masculine ordinal */
    {0xc0, 0xd6},       /* Latin-1, */
    {0xd8, 0xf6},       /* but for the signs of multiplication */
    {0xf8, 0xff},       /* and division */
    {0x3005, 0x3007},   /* the iteration mark and zero */
    {0x3400, 0x4dbf},   /* CJK extension A */
    {0x4e00, 0x9fff},   /* CJK */
    {0xf900, 0xfaff},   /* CJK compatibility */
    {0x20000, 0x323af}, /* CJK extensions B to H */
};

static bool
is_allowed(unsigned long character, int part)
{
	int ascii = character < 0x80 ? (int)character : 0;

	if (ascii == '/')
		return part == CCM_EMU_TAG_VALUE;
	if (ascii != 0)
		return isalnum(ascii) || strchr(" _.:=+-@", ascii) != NULL;
	for (size_t i = 0; i < CCM_COUNT(letters); i++)
		if (character >= letters[i].first && character <= letters[i].last)
			return true;
	return false;
}

bool
ccm_emu_tag_check(
    const char *text, enum ccm_emu_tag_part part, const char *path, struct ccm_error *err)
{
	const char *what = part == CCM_EMU_TAG_KEY ? "key" : "value";
	int len;
	const char *wrong = ccm_emu_character_find_wrong(text, is_allowed, part, &len);

	if (wrong == NULL)
		return true;
	if (len == 0)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
		    "Tag %s is invalid: %s is not UTF-8", what, path);
	return ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
	    "Tag %s is invalid: %s has \"%.*s\" in it, which is not allowed", what, path, len,
	    wrong);
}

bool
ccm_emu_tag_read(
    const struct ccm_json *json, const char *path, struct ccm_emu_tag *out, struct ccm_error *err)
{
	char part[64];

	if (!ccm_json_string(json, "key", &out->key, err) ||
	    !ccm_json_string(json, "value", &out->value, err))
		return false;
	snprintf(part, sizeof(part), "%s.key", path);
	if (!ccm_emu_tag_check(out->key, CCM_EMU_TAG_KEY, part, err))
		return false;
	snprintf(part, sizeof(part), "%s.value", path);
	return ccm_emu_tag_check(out->value, CCM_EMU_TAG_VALUE, part, err);
}

static bool
is_new(const struct ccm_emu_tag *tags, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(tags[i].key, key) == 0)
			return false;
	return true;
}

bool
ccm_emu_tags_read(const struct ccm_json *list, struct ccm_emu_tag out[CCM_EMU_TAG_MAX],
    size_t *count, struct ccm_error *err)
{
	char path[24];

	*count = 0;
	for (const struct ccm_json *at = ccm_json_first(list); at != NULL; at = ccm_json_next(at)) {
		if (*count == CCM_EMU_TAG_MAX)
			return ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
			    "Tag list is invalid: more than %d tags", CCM_EMU_TAG_MAX);
		snprintf(path, sizeof(path), "tags[%zu]", *count);
		if (!ccm_emu_tag_read(at, path, &out[*count], err))
			return false;
		if (!is_new(out, *count, out[*count].key))
			return ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
			    "Tag key list is invalid: %s.key: %s is there twice", path,
			    out[*count].key);
		++*count;
	}
	return true;
}
