/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"

#include <string.h>

#include "cli/file.h"

const struct ccm_option ccm_options_output[] = {CCM_OPTIONS_OUTPUT, {0}};
const struct ccm_relation ccm_relations_output[] = {{"force", CCM_NEEDS, "out", NULL}, {0}};

bool
ccm_output_check_file(const struct ccm_args *args, struct ccm_error *err)
{
	const char *path = ccm_args_value(args, "out");
	const struct ccm_file file = {.path = (char *)path};

	return path == NULL || ccm_args_has(args, "force") || ccm_files_absent(&file, 1, err);
}

bool
ccm_output_append_pem(const char *pem, struct ccm_buf *out, struct ccm_error *err)
{
	while (*pem != '\0') {
		size_t len = strcspn(pem, "\r\n");

		if (!ccm_buf_append(out, pem, len, err) || !ccm_buf_append(out, "\n", 1, err))
			return false;
		pem += len;
		pem += *pem == '\r';
		pem += *pem == '\n';
	}
	return true;
}

static bool
write_file(const struct ccm_args *args, struct ccm_span text, struct ccm_error *err)
{
	struct ccm_file file = {.mode = 0644};
	bool ok;

	file.path = ccm_strdup(ccm_args_value(args, "out"), err);
	ok = file.path != NULL && ccm_buf_append(&file.content, text.data, text.len, err) &&
	     ccm_files_write(&file, 1, ccm_args_has(args, "force"), err);
	ccm_files_clear(&file, 1);
	return ok;
}

bool
ccm_output_text(struct ccm_tool *tool, const struct ccm_args *args, const struct ccm_json *answer,
    struct ccm_span text, struct ccm_error *err)
{
	if (ccm_args_has(args, "out"))
		return write_file(args, text, err);
	if (tool->json)
		return ccm_tool_print_json(tool, answer, err);
	fwrite(text.data, 1, text.len, ccm_tool_out(tool));
	return true;
}
