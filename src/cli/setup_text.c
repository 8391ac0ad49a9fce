/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/setup_text.h"

#include <stdlib.h>
#include <string.h>

static bool
append(struct ccm_buf *out, struct ccm_span text, struct ccm_error *err)
{
	return ccm_buf_append(out, text.data, text.len, err);
}

/* Text of lines, to which some can be added. */
static bool
append_lines(struct ccm_buf *out, struct ccm_span text, struct ccm_error *err)
{
	return append(out, text, err) && (text.len == 0 || text.data[text.len - 1] == '\n' ||
					     ccm_buf_append(out, "\n", 1, err));
}

static bool
mentions(struct ccm_span text, const char *what)
{
	return text.len != 0 && memmem(text.data, text.len, what, strlen(what)) != NULL;
}

bool
ccm_setup_p11_kit(const struct ccm_setup_site *site, struct ccm_span before, struct ccm_buf *after,
    struct ccm_error *err)
{
	if (before.len != 0)
		return append(after, before, err);
	return ccm_buf_printf(after, err, "module: %s\ntrust-policy: yes\n", site->module);
}

bool
ccm_setup_nss(const struct ccm_setup_site *site, struct ccm_span before, struct ccm_buf *after,
    struct ccm_error *err)
{
	if (mentions(before, "/ccm.so"))
		return append(after, before, err);
	return append_lines(after, before, err) &&
	       ccm_buf_printf(after, err, "library=%s\nname=CCM\n\n", site->module);
}

bool
ccm_setup_ssh(const struct ccm_setup_site *site, struct ccm_span before, struct ccm_buf *after,
    struct ccm_error *err)
{
	if (mentions(before, "/ccm.so"))
		return append(after, before, err);
	return append_lines(after, before, err) &&
	       ccm_buf_printf(after, err, "Host *\n\tPKCS11Provider %s\n", site->module);
}

bool
ccm_setup_firefox(const struct ccm_setup_site *site, struct ccm_span before, struct ccm_buf *after,
    struct ccm_error *err)
{
	struct ccm_json *policies;
	bool ok;

	if (mentions(before, "/ccm.so"))
		return append(after, before, err);
	policies = before.len != 0 ? ccm_json_parse(before, NULL) : ccm_json_new_object(err);
	ok = policies != NULL && ccm_json_type(policies) == CCM_JSON_OBJECT;
	if (!ok)
		ccm_fail(err, CCM_CONFIG, "is no JSON object");
	ok = ok &&
	     ccm_json_add_string(policies, "policies.SecurityDevices.Add.CCM", site->module, err) &&
	     ccm_json_print(policies, true, after, err) && ccm_buf_append(after, "\n", 1, err);
	ccm_json_free(policies);
	return ok;
}

/* Java */

bool
ccm_setup_java_config(const struct ccm_setup_site *site, struct ccm_span before,
    struct ccm_buf *after, struct ccm_error *err)
{
	if (before.len != 0)
		return append(after, before, err);
	return ccm_buf_printf(
	    after, err, "name = CCM\nlibrary = %s\nslotListIndex = 0\n", site->module);
}

#define JAVA_PROVIDER "security.provider."

/* Providers are numbered without a gap; behind the last one is the place of the next. */
bool
ccm_setup_java(const struct ccm_setup_site *site, struct ccm_span before, struct ccm_buf *after,
    struct ccm_error *err)
{
	const char *text = (const char *)before.data, *end = text + before.len, *last = NULL;
	long number = 0;

	if (mentions(before, site->java_config))
		return append(after, before, err);
	for (const char *line = text; line < end;) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		const char *next = newline != NULL ? newline + 1 : end;

		if ((size_t)(next - line) > strlen(JAVA_PROVIDER) &&
		    strncmp(line, JAVA_PROVIDER, strlen(JAVA_PROVIDER)) == 0) {
			number = strtol(line + strlen(JAVA_PROVIDER), NULL, 10);
			last = next;
		}
		line = next;
	}
	if (last == NULL)
		return ccm_fail(err, CCM_CONFIG, "has no line " JAVA_PROVIDER "N");
	return append_lines(after, CCM_SPAN(text, last - text), err) &&
	       ccm_buf_printf(
		   after, err, JAVA_PROVIDER "%ld=SunPKCS11 %s\n", number + 1, site->java_config) &&
	       append(after, CCM_SPAN(last, end - last), err);
}
