/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"

#include <openssl/crypto.h>
#include <stdio.h>

/* Each row is what was linked in at run time, not what was there when building. */
static bool
describe(struct ccm_json *out, struct ccm_error *err)
{
	return ccm_json_add_string(out, "ccm", CCM_VERSION, err) &&
	       ccm_json_add_string(out, "openssl", OpenSSL_version(OPENSSL_VERSION_STRING), err) &&
	       ccm_json_add_string(out, "libcurl", ccm_http_curl_version(), err);
}

static bool
version(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_json *versions = ccm_json_new_object(err);
	bool ok;

	(void)args;
	ok = versions != NULL && describe(versions, err);
	if (ok && tool->json)
		ok = ccm_tool_print_json(tool, versions, err);
	else if (ok)
		for
			ccm_json_each(row, versions)
			{
				const char *text = "";

				ccm_json_as_string(row, &text);
				printf("%s %s\n", ccm_json_name(row), text);
			}
	ccm_json_free(versions);
	return ok;
}

const struct ccm_command ccm_command_version = {
    .name = "version",
    .operands = "",
    .summary = "Print the versions of ccm and of what it stands on",
    .run = version,
};
