/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"

#include <stdio.h>

static bool
help(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const char *const *words = args->operands;
	const struct ccm_command *command;
	struct ccm_buf text = {0};
	struct ccm_args rest = {0};
	bool known = args->operand_count == 0, ok;
	size_t used;

	(void)tool;
	command = ccm_command_find(words, args->operand_count, &used);
	known = known || (command != NULL && command->explain != NULL);
	for (size_t i = 0; ccm_commands[i] != NULL && !known; i++)
		known = ccm_command_begins(ccm_commands[i], words, args->operand_count);
	if (!known)
		return ccm_command_unknown(words, args->operand_count, err);
	rest.operands = args->operands + used;
	rest.operand_count = args->operand_count - used;
	if (command == NULL)
		ok = ccm_help_group(words, args->operand_count, &text, err);
	else if (command->explain != NULL && rest.operand_count != 0)
		ok = command->explain(&rest, &text, err);
	else
		ok = ccm_help_command(command, &text, err);
	if (ok)
		fputs(ccm_buf_str(&text), stdout);
	ccm_buf_clear(&text);
	return ok;
}

const struct ccm_command ccm_command_help = {
    .name = "help",
    .operands = "[COMMAND]...",
    .summary = "Explain a command, or list them all",
    .run = help,
};
