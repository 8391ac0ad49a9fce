/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/tool.h"

#include <string.h>

/* The commands as a part of ccm(1), in the language of manual pages: mdoc(7). */

/* Text of any kind, so that nothing in it is taken for a request or an escape. */
static bool
append_text(const char *text, struct ccm_buf *out, struct ccm_error *err)
{
	for (bool begins = true; *text != '\0'; text++) {
		if (begins && strchr(".'", *text) != NULL && !ccm_buf_append_str(out, "\\&", err))
			return false;
		if (!(*text == '\\' ? ccm_buf_append_str(out, "\\e", err)
				    : ccm_buf_append(out, text, 1, err)))
			return false;
		begins = *text == '\n';
	}
	return true;
}

static bool
append_value(const struct ccm_option *option, struct ccm_buf *out, struct ccm_error *err)
{
	if (option->placeholder == NULL && option->choices == NULL)
		return true;
	if (!ccm_buf_append_str(out, " Ar \\&", err))
		return false;
	return option->placeholder != NULL ? append_text(option->placeholder, out, err)
					   : ccm_choices_format(option->choices, out, err);
}

static bool
append_options(const struct ccm_option *table, struct ccm_buf *out, struct ccm_error *err)
{
	if (table == NULL)
		return true;
	if (!ccm_buf_append_str(out, ".Bl -tag -width Ds\n", err))
		return false;
	for (; table->name != NULL; table++) {
		if (table->letter != 0
			? !ccm_buf_printf(out, err, ".It Fl %c , -%s", table->letter, table->name)
			: !ccm_buf_printf(out, err, ".It Fl -%s", table->name))
			return false;
		if (!append_value(table, out, err) || !ccm_buf_append_str(out, "\n", err) ||
		    !append_text(table->help, out, err) || !ccm_buf_append_str(out, ".\n", err))
			return false;
	}
	return ccm_buf_append_str(out, ".El\n", err);
}

/* Details are laid out by hand, as they stand in the command's help. */
static bool
append_details(const char *details, struct ccm_buf *out, struct ccm_error *err)
{
	if (details == NULL)
		return true;
	details += details[0] == '\n';
	return ccm_buf_append_str(out, ".Bd -literal\n", err) && append_text(details, out, err) &&
	       ccm_buf_append_str(out, ".Ed\n", err);
}

static bool
append_command(const struct ccm_command *command, struct ccm_buf *out, struct ccm_error *err)
{
	struct ccm_buf usage = {0};
	bool ok = ccm_options_usage(command->options, &usage, err) &&
		  ccm_buf_printf(out, err, ".Ss ccm %s%s", command->name, ccm_buf_str(&usage)) &&
		  ccm_buf_printf(out, err, "%s%s\n", command->operands[0] != '\0' ? " " : "",
		      command->operands) &&
		  append_text(command->summary, out, err) && ccm_buf_append_str(out, ".\n", err) &&
		  append_details(command->details, out, err) &&
		  append_options(command->options, out, err);

	ccm_buf_clear(&usage);
	return ok;
}

bool
ccm_manual(struct ccm_buf *out, struct ccm_error *err)
{
	if (!ccm_buf_append_str(out, ".Ss Options of every command\n", err) ||
	    !append_options(ccm_global_options, out, err))
		return false;
	for (size_t i = 0; ccm_commands[i] != NULL; i++)
		if (!append_command(ccm_commands[i], out, err))
			return false;
	return true;
}
