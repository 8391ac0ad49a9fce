/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/request.h"

#include <string.h>
#include <strings.h>

/* Decode %XX, and + where it means a blank. NULL when an escape is broken or hides a NUL. */
static char *
decode(const char *text, size_t len, bool plus_is_blank, struct ccm_error *err)
{
	char *out = ccm_alloc(len + 1, err);
	size_t used = 0;

	for (size_t i = 0; out != NULL && i < len; i++) {
		char hex[3] = {0};
		unsigned char byte = (unsigned char)text[i];

		if (byte == '+' && plus_is_blank) {
			byte = ' ';
		} else if (byte == '%') {
			strncpy(hex, text + i + 1, len - i > 2 ? 2 : 0);
			if (!ccm_unhex(hex, &byte, 1) || byte == '\0') {
				ccm_fail(err, CCM_USAGE, "broken escape at '%.*s'", (int)(len - i),
				    text + i);
				ccm_free(out);
				return NULL;
			}
			i += 2;
		}
		out[used++] = (char)byte;
	}
	return out;
}

static bool
add_pair(struct ccm_emu_request *request, const char *text, size_t len, struct ccm_error *err)
{
	const char *equals = memchr(text, '=', len);
	size_t name_len = equals != NULL ? (size_t)(equals - text) : len;
	struct ccm_query_pair pair = {0};

	if (len == 0)
		return true;
	if (!ccm_grow_array(&request->query, request->query_count, sizeof(pair), err))
		return false;
	pair.name = decode(text, name_len, true, err);
	pair.value = equals != NULL ? decode(equals + 1, len - name_len - 1, true, err)
				    : ccm_strdup("", err);
	request->query[request->query_count++] = pair;
	return pair.name != NULL && pair.value != NULL;
}

bool
ccm_emu_request_parse(struct ccm_emu_request *request, struct ccm_error *err)
{
	size_t path_len = strcspn(request->target, "?");
	const char *at = request->target + path_len;

	request->path = decode(request->target, path_len, false, err);
	if (request->path == NULL)
		return false;
	while (*at != '\0') {
		size_t len = strcspn(++at, "&");

		if (!add_pair(request, at, len, err))
			return false;
		at += len;
	}
	return true;
}

void
ccm_emu_request_clear(struct ccm_emu_request *request)
{
	for (size_t i = 0; i < request->query_count; i++) {
		ccm_free(request->query[i].name);
		ccm_free(request->query[i].value);
	}
	ccm_free(request->query);
	ccm_free(request->path);
	request->path = NULL;
	request->query = NULL;
	request->query_count = 0;
}

const char *
ccm_emu_request_header(const struct ccm_emu_request *request, const char *name)
{
	for (size_t i = 0; i < request->header_count; i++)
		if (strcasecmp(request->headers[i].name, name) == 0)
			return request->headers[i].value;
	return NULL;
}

const char *
ccm_emu_request_query(const struct ccm_emu_request *request, const char *name)
{
	for (size_t i = 0; i < request->query_count; i++)
		if (strcmp(request->query[i].name, name) == 0)
			return request->query[i].value;
	return NULL;
}
