/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/tool.h"

#include <string.h>

#include "cli/table.h"

#define NAME_COLUMN 28

static bool
append_usage(const struct ccm_command *command, struct ccm_buf *out, struct ccm_error *err)
{
	const char *blank = command->operands[0] != '\0' ? " " : "";
	struct ccm_buf rest = {0};
	bool ok;

	ok = ccm_options_usage(command->options, &rest, err) &&
	     ccm_buf_printf(&rest, err, "%s%s [option]...", blank, command->operands) &&
	     ccm_buf_printf(out, err, "usage: ccm %s", command->name) &&
	     ccm_text_wrap(ccm_buf_str(&rest) + 1, out->len, 8, out, err) &&
	     ccm_buf_append_str(out, "\n", err);
	ccm_buf_clear(&rest);
	return ok;
}

bool
ccm_help_command(const struct ccm_command *command, struct ccm_buf *out, struct ccm_error *err)
{
	return append_usage(command, out, err) &&
	       ccm_buf_printf(out, err, "\n%s.\n", command->summary) &&
	       (command->details == NULL || ccm_buf_append_str(out, command->details, err)) &&
	       (command->options == NULL || (ccm_buf_append_str(out, "\noptions:\n", err) &&
						ccm_options_help(command->options, out, err))) &&
	       ccm_buf_append_str(out, "\noptions of every command:\n", err) &&
	       ccm_options_help(ccm_global_options, out, err);
}

static bool
list_commands(const char *const *words, size_t count, struct ccm_buf *out, struct ccm_error *err)
{
	for (size_t i = 0; ccm_commands[i] != NULL; i++) {
		const struct ccm_command *command = ccm_commands[i];
		char left[64];

		if (!ccm_command_begins(command, words, count))
			continue;
		snprintf(left, sizeof(left), "%s %s", command->name, command->operands);
		if (strlen(left) >= NAME_COLUMN && !ccm_buf_printf(out, err, "  %s\n%*s%s\n", left,
						       NAME_COLUMN + 2, "", command->summary))
			return false;
		if (strlen(left) < NAME_COLUMN &&
		    !ccm_buf_printf(out, err, "  %-*s%s\n", NAME_COLUMN, left, command->summary))
			return false;
	}
	return true;
}

/* What a script can rely on. */
static bool
append_statuses(struct ccm_buf *out, struct ccm_error *err)
{
	bool ok = ccm_buf_append_str(out, "\nexit status:\n", err);

	for (int status = 0; ccm_exit_meanings[status] != NULL && ok; status++)
		ok = ccm_buf_printf(
		    out, err, "  %-*d%s\n", NAME_COLUMN, status, ccm_exit_meanings[status]);
	return ok &&
	       ccm_buf_printf(out, err, "  %-*sended by SIGINT (Ctrl-C); 141 by a closed pipe\n",
		   NAME_COLUMN, "130");
}

static const char environment[] =
    "\nenvironment:\n"
    "  CCM_CONFIG                  configuration file; else ~/.config/ccm/ccm.conf, "
    "/etc/ccm/ccm.conf\n"
    "  CCM_LOG                     what is logged: http:debug, say; help lists what there is\n";

bool
ccm_help_group(const char *const *words, size_t count, struct ccm_buf *out, struct ccm_error *err)
{
	const char *group = count != 0 ? words[0] : "", *blank = count != 0 ? " " : "";

	return ccm_buf_printf(out, err, "usage: ccm %s%sCOMMAND [option]...\n\n", group, blank) &&
	       list_commands(words, count, out, err) &&
	       ccm_buf_append_str(out, "\noptions of every command:\n", err) &&
	       ccm_options_help(ccm_global_options, out, err) &&
	       (count != 0 ||
		   (append_statuses(out, err) && ccm_buf_append_str(out, environment, err))) &&
	       ccm_buf_append_str(out, "\n`ccm help COMMAND` tells more about one of them.\n", err);
}
