/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/confirm.h"

#include <string.h>
#include <unistd.h>

#include "cli/progress.h"
#include "cli/table.h"

bool
ccm_answer_is_yes(const char *answer)
{
	size_t len = strcspn(answer, " \t\r\n");

	return (len == 1 && strncasecmp(answer, "y", 1) == 0) ||
	       (len == 3 && strncasecmp(answer, "yes", 3) == 0);
}

static bool
ask(const struct ccm_tool *tool, const struct ccm_operation *op, const char *deed,
    struct ccm_error *err)
{
	struct ccm_buf clean = {0};
	char answer[16] = "";
	bool ok = ccm_text_clean(deed, false, &clean, err), agreed;

	if (ok) {
		ccm_progress_end();
		fprintf(stderr, "%s\nReally %s? [y/N] ", op->warning, ccm_buf_str(&clean));
		fflush(stderr);
		agreed = fgets(answer, sizeof(answer), stdin) != NULL && ccm_answer_is_yes(answer);
		ok = agreed || ccm_fail(err, CCM_CANCELLED, "given up: nothing was done");
		if (agreed && !tool->quiet)
			ccm_progress_begin(tool->command->name);
	}
	ccm_buf_clear(&clean);
	return ok;
}

bool
ccm_confirm(
    struct ccm_tool *tool, const struct ccm_operation *op, const char *deed, struct ccm_error *err)
{
	if (op->warning == NULL || tool->yes)
		return true;
	if (isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1)
		return ask(tool, op, deed, err);
	ccm_tool_note(tool, "note: %s", op->warning);
	return ccm_fail(
	    err, CCM_USAGE, "--yes is needed to %s, since nobody can be asked here", deed);
}
