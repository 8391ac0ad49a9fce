/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/subject.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "core/utf8.h"
#include "emu/answer.h"
#include "emu/characters.h"

static const struct {
	const char *field;
	enum ccm_emu_name_part part;
} parts[] = {
    {"country", CCM_EMU_NAME_C},
    {"state", CCM_EMU_NAME_ST},
    {"locality", CCM_EMU_NAME_L},
    {"organization", CCM_EMU_NAME_O},
    {"organizational_unit", CCM_EMU_NAME_OU},
    {"common_name", CCM_EMU_NAME_CN},
};

/* Letters, digits, blanks, Chinese characters and - _ . , and for common names * (ccm-api.md 5). */
static bool
is_allowed(unsigned long character, int part)
{
	int ascii = character < 0x80 ? (int)character : 0;

	if (part == CCM_EMU_NAME_C)
		return isalpha(ascii);
	if (ascii == '*')
		return part == CCM_EMU_NAME_CN;
	if (ascii != 0)
		return isalnum(ascii) || strchr(" -_.,", ascii) != NULL;
	return character >= 0x4e00 && character <= 0x9fff;
}

static bool
check_part(const char *field, enum ccm_emu_name_part part, const char *text, struct ccm_error *err)
{
	int len;
	const char *wrong = ccm_emu_character_find_wrong(text, is_allowed, part, &len);

	if (wrong == NULL)
		return true;
	if (len == 0)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_NAME, "%s is not UTF-8", field);
	return ccm_emu_refuse(err, CCM_EMU_REFUSE_NAME,
	    "%s has \"%.*s\" in it, which is not allowed", field, len, wrong);
}

bool
ccm_emu_subject_read(const struct ccm_json *name, char *const *inherited,
    char *out[CCM_EMU_NAME_PARTS], struct ccm_error *err)
{
	for (size_t i = 0; i < CCM_COUNT(parts); i++) {
		enum ccm_emu_name_part part = parts[i].part;
		const char *text = NULL;

		if (!ccm_json_opt_string(name, parts[i].field, &text, err) ||
		    (text != NULL && !check_part(parts[i].field, part, text, err)))
			return false;
		if (text == NULL && inherited != NULL)
			text = inherited[part];
		if (text == NULL)
			continue;
		if (!ccm_emu_set_text(&out[part], text, err))
			return false;
	}
	return true;
}

bool
ccm_emu_subject_write(char *const *from, struct ccm_json *out, struct ccm_error *err)
{
	for (size_t i = 0; i < CCM_COUNT(parts); i++) {
		const char *text = from[parts[i].part];

		if (text != NULL && text[0] == '\0')
			text = NULL;
		if (!ccm_json_add_string(out, parts[i].field, text, err))
			return false;
	}
	return true;
}

/* Alternative names */

static bool
is_label(const char *label, size_t len)
{
	if (len == 0 || len > 63 || label[0] == '-' || label[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)label[i]) && label[i] != '-' && label[i] != '_')
			return false;
	return true;
}

bool
ccm_emu_is_domain(const char *text)
{
	if (strncmp(text, "*.", 2) == 0)
		text += 2;
	for (;;) {
		size_t len = strcspn(text, ".");

		if (!is_label(text, len))
			return false;
		if (text[len] == '\0')
			return true;
		text += len + 1;
	}
}

bool
ccm_emu_is_address(const char *text)
{
	unsigned char binary[16];

	return inet_pton(AF_INET, text, binary) == 1 || inet_pton(AF_INET6, text, binary) == 1;
}

static bool
is_visible_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if (!isgraph((unsigned char)*text))
			return false;
	return true;
}

static bool
is_mailbox(const char *text)
{
	const char *at = strrchr(text, '@');

	return is_visible_ascii(text) && at != NULL && at != text && ccm_emu_is_domain(at + 1);
}

static bool
is_uri(const char *text)
{
	const char *colon = strchr(text, ':');

	return is_visible_ascii(text) && isalpha((unsigned char)text[0]) && colon != NULL &&
	       colon[1] != '\0';
}

static const struct san_kind {
	const char *name;
	bool (*is_valid)(const char *text);
	size_t longest; /* characters */
	enum ccm_emu_refusal refusal;
} san_kinds[CCM_EMU_SAN_TYPES] = {
    [CCM_EMU_SAN_DNS] = {"DNS", ccm_emu_is_domain, 253, CCM_EMU_REFUSE_DOMAIN},
    [CCM_EMU_SAN_IP] = {"IP", ccm_emu_is_address, 39, CCM_EMU_REFUSE_ADDRESS},
    [CCM_EMU_SAN_EMAIL] = {"EMAIL", is_mailbox, 256, CCM_EMU_REFUSE_PARAMETER},
    [CCM_EMU_SAN_URI] = {"URI", is_uri, 253, CCM_EMU_REFUSE_PARAMETER},
    [CCM_EMU_SAN_UPN] = {"UPN", ccm_utf8_is_valid, 256, CCM_EMU_REFUSE_PARAMETER},
};

static bool
read_san(const struct ccm_json *element, struct ccm_emu_san *out, struct ccm_error *err)
{
	const struct san_kind *kind = NULL;
	const char *type;
	size_t len;

	if (!ccm_json_string(element, "type", &type, err) ||
	    !ccm_json_string(element, "value", &out->value, err))
		return false;
	for (size_t i = 0; kind == NULL && i < CCM_EMU_SAN_TYPES; i++) {
		if (strcmp(san_kinds[i].name, type) == 0) {
			kind = &san_kinds[i];
			out->type = (enum ccm_emu_san_type)i;
		}
	}
	if (kind == NULL)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_SAN_TYPE, "type %.32s", type);
	len = ccm_utf8_count(out->value);
	if (len >= 1 && len <= kind->longest && kind->is_valid(out->value))
		return true;
	return ccm_emu_refuse(
	    err, kind->refusal, "subject_alternative_names: %s %.256s", type, out->value);
}

bool
ccm_emu_sans_read(const struct ccm_json *list, struct ccm_emu_san out[CCM_EMU_SAN_MAX],
    size_t *count, struct ccm_error *err)
{
	*count = 0;
	for (const struct ccm_json *at = ccm_json_first(list); at != NULL; at = ccm_json_next(at)) {
		if (*count == CCM_EMU_SAN_MAX)
			return ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
			    "subject_alternative_names: more than %d", CCM_EMU_SAN_MAX);
		if (!read_san(at, &out[*count], err))
			return false;
		++*count;
	}
	return true;
}
