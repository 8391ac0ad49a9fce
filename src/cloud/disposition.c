/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/disposition.h"

#include <string.h>
#include <strings.h>

#include "core/utf8.h"

#define BLANKS " \t"

/* One parameter, NAME=VALUE or NAME="VALUE"; the value has its quoting taken off. */
struct parameter {
	struct ccm_span name;
	struct ccm_buf value;
};

static bool
is_named(const struct parameter *parameter, const char *name)
{
	return parameter->name.len == strlen(name) &&
	       strncasecmp((const char *)parameter->name.data, name, parameter->name.len) == 0;
}

/* From behind the opening quote to behind the closing one. */
static bool
read_quoted(const char **at, struct ccm_buf *value, struct ccm_error *err)
{
	while (**at != '\0' && **at != '"') {
		if (**at == '\\' && (*at)[1] != '\0')
			++*at;
		if (!ccm_buf_append(value, *at, 1, err))
			return false;
		++*at;
	}
	*at += **at == '"';
	return true;
}

/* Take the next parameter; *at ends before the ; that follows it. */
static bool
read_parameter(const char **at, struct parameter *out, struct ccm_error *err)
{
	size_t len;

	*at += strspn(*at, BLANKS ";");
	len = strcspn(*at, BLANKS "=;");
	out->name = CCM_SPAN(*at, len);
	*at += len;
	*at += strspn(*at, BLANKS);
	if (**at != '=')
		return true;
	++*at;
	*at += strspn(*at, BLANKS);
	if (**at == '"') {
		++*at;
		return read_quoted(at, &out->value, err);
	}
	len = strcspn(*at, BLANKS ";");
	*at += len;
	return ccm_buf_append(&out->value, *at - len, len, err);
}

/* UTF-8'LANGUAGE'TEXT with %XX in it (RFC 8187); other character sets are passed over. */
static bool
decode_extended(const struct ccm_buf *value, struct ccm_buf *out, struct ccm_error *err)
{
	const char *text = ccm_buf_str(value);
	const char *language = strchr(text, '\''),
		   *at = language != NULL ? strchr(language + 1, '\'') : NULL;
	unsigned char byte;

	if (at == NULL || strncasecmp(text, "UTF-8'", 6) != 0)
		return true;
	while (*++at != '\0') {
		char digits[3] = {at[1], at[1] != '\0' ? at[2] : '\0', '\0'};
		bool escaped = *at == '%' && ccm_unhex(digits, &byte, 1);

		if (!ccm_buf_append(out, escaped ? (const char *)&byte : at, 1, err))
			return false;
		at += escaped ? 2 : 0;
	}
	return true;
}

/* The last part of a path of either system, cut at the first control character. */
static bool
take_name(const struct ccm_buf *from, char **name, struct ccm_error *err)
{
	const char *base = ccm_buf_str(from);
	size_t len = 0;

	for (const char *at = base; *at != '\0'; at++)
		if (*at == '/' || *at == '\\')
			base = at + 1;
	while ((unsigned char)base[len] >= ' ' && base[len] != 0x7f)
		len++;
	if (len == 0 || *base == '.')
		return true;
	*name = ccm_strndup(base, len, err);
	if (*name != NULL)
		ccm_utf8_replace(*name);
	return *name != NULL;
}

bool
ccm_disposition_name(const char *header, char **name, struct ccm_error *err)
{
	const char *at = header != NULL ? header + strcspn(header, ";") : "";
	struct ccm_buf plain = {0}, extended = {0};
	bool ok = true;

	*name = NULL;
	while (ok && *at != '\0') {
		struct parameter parameter = {0};

		ok = read_parameter(&at, &parameter, err);
		if (ok && is_named(&parameter, "filename*") && extended.len == 0)
			ok = decode_extended(&parameter.value, &extended, err);
		else if (ok && is_named(&parameter, "filename") && plain.len == 0)
			ok = ccm_buf_append(&plain, parameter.value.data, parameter.value.len, err);
		ccm_buf_clear(&parameter.value);
		/* what is no parameter must not be met for ever */
		at += strcspn(at, ";");
	}
	ok = ok && take_name(&extended, name, err) &&
	     (*name != NULL || take_name(&plain, name, err));
	ccm_buf_clear(&plain);
	ccm_buf_clear(&extended);
	return ok;
}
