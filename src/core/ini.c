/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ini.h"

#include <string.h>

char *
ccm_ini_trim(char *text)
{
	size_t len;

	text += strspn(text, " \t\r");
	len = strlen(text);
	while (len != 0 && strchr(" \t\r", text[len - 1]) != NULL)
		text[--len] = '\0';
	return text;
}

static bool
parse_section(char *text, const struct ccm_ini_reader *reader, struct ccm_error *err)
{
	char *end = strchr(text, ']');

	if (end == NULL || *ccm_ini_trim(end + 1) != '\0')
		return ccm_fail(err, CCM_CONFIG, "section \"%s\" does not end with ]", text);
	*end = '\0';
	return reader->section(reader->context, ccm_ini_trim(text + 1), err);
}

static bool
parse_line(char *line, const struct ccm_ini_reader *reader, struct ccm_error *err)
{
	char *equals;

	line = ccm_ini_trim(line);
	if (*line == '\0' || *line == '#' || *line == ';')
		return true;
	if (*line == '[')
		return parse_section(line, reader, err);
	equals = strchr(line, '=');
	/* which is not shown: it may be a secret */
	if (equals == NULL)
		return ccm_fail(err, CCM_CONFIG, "this line is neither [section] nor key = value");
	*equals = '\0';
	return reader->key(reader->context, ccm_ini_trim(line), ccm_ini_trim(equals + 1), err);
}

static bool
parse_lines(
    const char *source, char *text, const struct ccm_ini_reader *reader, struct ccm_error *err)
{
	char *line = text;

	for (unsigned number = 1; line != NULL; number++) {
		char *next = strchr(line, '\n');

		if (next != NULL)
			*next++ = '\0';
		if (!parse_line(line, reader, err))
			return ccm_error_context(err, "%s:%u", source, number);
		line = next;
	}
	return true;
}

bool
ccm_ini_parse(const char *source, struct ccm_span text, const struct ccm_ini_reader *reader,
    struct ccm_error *err)
{
	struct ccm_buf copy;
	bool ok;

	if (text.len != 0 && memchr(text.data, '\0', text.len) != NULL)
		return ccm_fail(err, CCM_CONFIG, "%s is not a text file", source);
	ccm_buf_init_secret(&copy);
	ok = ccm_buf_append(&copy, text.data, text.len, err) &&
	     parse_lines(source, (char *)copy.data, reader, err);
	ccm_buf_clear(&copy);
	return ok;
}
