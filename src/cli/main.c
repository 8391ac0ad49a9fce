/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/tool.h"
#include "core/log.h"

/* Help on standard output is an answer, on standard error it's a usage error. */
static bool
print_help(const char *const *words, size_t count, FILE *out, struct ccm_error *err)
{
	struct ccm_buf text = {0};
	bool ok = ccm_help_group(words, count, &text, err);

	if (ok)
		fputs(ccm_buf_str(&text), out);
	ccm_buf_clear(&text);
	return ok;
}

static bool
print_command_help(const struct ccm_tool *tool, const struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_buf text = {0};
	bool ok = args->operand_count != 0 && tool->command->explain != NULL
		      ? tool->command->explain(args, &text, err)
		      : ccm_help_command(tool->command, &text, err);

	if (ok)
		fputs(ccm_buf_str(&text), stdout);
	ccm_buf_clear(&text);
	return ok;
}

static void
apply_globals(struct ccm_tool *tool, const struct ccm_args *args)
{
	tool->config_file = ccm_args_value(args, "config");
	tool->json = ccm_args_has(args, "json");
	tool->quiet = ccm_args_has(args, "quiet");
	tool->yes = ccm_args_has(args, "yes");
}

/* No command, or a group of them only. */
static int
run_nothing(
    const struct ccm_args *args, const char *const *words, size_t count, struct ccm_error *err)
{
	bool wanted = ccm_args_has(args, "help"), known = count == 0;

	for (size_t i = 0; ccm_commands[i] != NULL && !known; i++)
		known = ccm_command_begins(ccm_commands[i], words, count);
	if (!known)
		ccm_command_unknown(words, count, err);
	else if (print_help(words, count, wanted ? stdout : stderr, err) && !wanted)
		return ccm_exit_status(CCM_USAGE);
	return ccm_exit_status(err->code);
}

static bool
run_command(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	bool ok;

	if (ccm_args_has(args, "help"))
		return print_command_help(tool, args, err);
	if (args->request == NULL)
		args->request = ccm_json_new_object(err);
	if (args->request == NULL || !ccm_args_complete(args, tool->command->operands, err) ||
	    !ccm_args_relate(args, tool->command->relations, err))
		return false;
	if (!tool->quiet)
		ccm_progress_begin(tool->command->name);
	ok = tool->command->run(tool, args, err);
	ccm_progress_end();
	return ok;
}

/* Find the command among argv[1..], parse what is around it, run it. */
static int
run(struct ccm_tool *tool, const char *const *argv, struct ccm_error *err)
{
	struct ccm_args args = {.tables = {NULL, ccm_global_options}};
	size_t used, count = 0;
	int status = -1;

	if (!ccm_args_parse(&args, argv, true, &used, err))
		goto out;
	argv += used;
	while (argv[count] != NULL && argv[count][0] != '-')
		count++;
	tool->command = ccm_command_find(argv, count, &used);
	args.tables[0] = tool->command != NULL ? tool->command->options : NULL;
	if (!ccm_args_parse(
		&args, argv + (tool->command != NULL ? used : count), false, &used, err))
		goto out;
	apply_globals(tool, &args);
	if (tool->command == NULL)
		status = run_nothing(&args, argv, count, err);
	else
		run_command(tool, &args, err);
	if (err->code == CCM_OK)
		ccm_output_close(err);
out:
	ccm_args_clear(&args);
	return status < 0 || err->code != CCM_OK ? ccm_exit_status(err->code) : status;
}

static void
report(const struct ccm_tool *tool, const struct ccm_error *err)
{
	struct ccm_buf text = {0};

	fflush(stdout);
	ccm_log(DEBUG, CLI, "%s: %s, from %s", ccm_code_name(err->code), err->msg, err->where);
	if (ccm_report_format(tool, err, &text, NULL))
		fputs(ccm_buf_str(&text), stderr);
	else
		fprintf(stderr, "ccm: %s\n", err->msg);
	ccm_buf_clear(&text);
}

/* What other programs know is old when the account was changed. */
static void
forget_old(struct ccm_model *model)
{
	if (model != NULL && ccm_client_has_changed(ccm_model_client(model)))
		ccm_model_expire(model);
}

int
main(int argc, char **argv)
{
	struct ccm_tool tool = {0};
	struct ccm_error err = {0};
	int status;

	(void)argc;
	/* widths of characters don't depend on where we are; everything else stays in C */
	setlocale(LC_CTYPE, "C.UTF-8");
	/* a connection that breaks is an error to report, not a reason to die */
	signal(SIGPIPE, SIG_IGN);
	ccm_interrupts_catch();
	tool.terminal = isatty(STDOUT_FILENO) == 1;
	status = run(&tool, (const char *const *)argv + 1, &err);
	if (err.code != CCM_OK)
		report(&tool, &err);
	forget_old(tool.model);
	ccm_model_unref(tool.model);
	ccm_buf_clear(&tool.notes);
	return status;
}
