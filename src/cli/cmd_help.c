/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"

#include <stdio.h>

static const struct ccm_option options[] = {
    {.name = "mdoc", .apply = ccm_option_flag, .help = "print them all as a part of ccm(1)"},
    {0},
};

static bool
explain(const struct ccm_args *args, struct ccm_buf *out, struct ccm_error *err)
{
	const char *const *words = args->operands;
	bool known = args->operand_count == 0;
	size_t used;
	const struct ccm_command *command = ccm_command_find(words, args->operand_count, &used);
	struct ccm_args rest = {
	    .operands = args->operands + used, .operand_count = args->operand_count - used};

	known = known || (command != NULL && command->explain != NULL);
	for (size_t i = 0; ccm_commands[i] != NULL && !known; i++)
		known = ccm_command_begins(ccm_commands[i], words, args->operand_count);
	if (!known)
		return ccm_command_unknown(words, args->operand_count, err);
	if (command == NULL)
		return ccm_help_group(words, args->operand_count, out, err);
	if (command->explain != NULL && rest.operand_count != 0)
		return command->explain(&rest, out, err);
	return ccm_help_command(command, out, err);
}

static bool
help(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_buf text = {0};
	bool ok = ccm_args_has(args, "mdoc") ? ccm_manual(&text, err) : explain(args, &text, err);

	(void)tool;
	if (ok)
		fputs(ccm_buf_str(&text), stdout);
	ccm_buf_clear(&text);
	return ok;
}

const struct ccm_command ccm_command_help = {
    .name = "help",
    .operands = "[COMMAND]...",
    .summary = "Explain a command, or list them all",
    .options = options,
    .run = help,
};
