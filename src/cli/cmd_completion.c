/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/complete.h"

#include <string.h>

static const struct ccm_option options[] = {
    {.name = "line",
	.apply = ccm_option_text,
	.placeholder = "TEXT",
	.help = "print what can stand at the end of this command line"},
    {0},
};

/*
 * All knowledge is in the tool. Readline takes words apart at the characters of COMP_WORDBREAKS and
 * replaces only the last part, so what stands before it is cut off.
 */
static const char bash[] =
    "# bash completion for ccm, made by `ccm completion bash`\n"
    "_ccm() {\n"
    "\tlocal line=${COMP_LINE:0:COMP_POINT} breaks=${COMP_WORDBREAKS//[^=:@]/} word part\n"
    "\tword=${line##*[[:space:]]}\n"
    "\tpart=$word\n"
    "\t[[ -z $breaks ]] || part=${word##*[\"$breaks\"]}\n"
    "\tmapfile -t COMPREPLY < <(\"$1\" completion --line \"$line\" 2>/dev/null)\n"
    "\tcase ${COMPREPLY[0]-} in\n"
    "\t:file) mapfile -t COMPREPLY < <(compgen -f -- \"${part##*[=@]}\") ;;\n"
    "\t:directory) mapfile -t COMPREPLY < <(compgen -d -- \"${part##*[=@]}\") ;;\n"
    "\t*=) compopt -o nospace 2>/dev/null || : ;;&\n"
    "\t*) COMPREPLY=(\"${COMPREPLY[@]#\"${word%\"$part\"}\"}\") && return ;;\n"
    "\tesac\n"
    "\tcompopt -o filenames 2>/dev/null || :\n"
    "}\n"
    "complete -F _ccm ccm\n";

static bool
completion(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const char *line = ccm_args_value(args, "line");
	struct ccm_buf words = {0};
	bool ok;

	(void)tool;
	if (line != NULL && args->operand_count == 0) {
		ok = ccm_complete(line, &words, err);
		fputs(ccm_buf_str(&words), stdout);
		ccm_buf_clear(&words);
		return ok;
	}
	if (args->operand_count == 0)
		return ccm_fail(err, CCM_USAGE, "missing argument: the shell, which is bash");
	if (line != NULL || strcmp(args->operands[0], "bash") != 0)
		return ccm_fail(err, CCM_USAGE, "\"%s\" is no shell that is known, which is bash",
		    args->operands[0]);
	fputs(bash, stdout);
	return true;
}

const struct ccm_command ccm_command_completion = {
    .name = "completion",
    .operands = "[bash]",
    .summary = "Print a script that completes command lines",
    .details =
	"\n`. <(ccm completion bash)` in ~/.bashrc, where the package has not installed it.\n",
    .options = options,
    .run = completion,
};
