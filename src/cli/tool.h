/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_TOOL_H
#define CCM_CLI_TOOL_H

/*
 * The ccm tool: a table of commands and what each of them works with. A new command is one row
 * (struct ccm_command beside its implementation) and its name in the table of command.c.
 */

#include <stdio.h>

#include "cli/option.h"
#include "model/model.h"

struct ccm_tool;

struct ccm_command {
	const char *name;                     /* the words to type: "cert issue" */
	const char *operands;                 /* "NAME|ID", "[COMMAND]...", or "" */
	const char *summary;                  /* one line for lists of commands */
	const char *details;                  /* more for its own help, whole lines, or NULL */
	const struct ccm_option *options;     /* or NULL */
	const struct ccm_relation *relations; /* between the options, or NULL */
	bool (*run)(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err);
	/* More for its help with these operands, or NULL. */
	bool (*explain)(const struct ccm_args *args, struct ccm_buf *out, struct ccm_error *err);
};

/* Every command, in the order of help; NULL ends the table. */
extern const struct ccm_command *const ccm_commands[];
extern const struct ccm_option ccm_global_options[];

struct ccm_tool {
	const struct ccm_command *command; /* NULL until it is known */
	const char *config_file;           /* NULL: the usual places */
	bool json;
	bool quiet;
	bool yes;                /* to every question */
	bool terminal;           /* standard output is one */
	struct ccm_model *model; /* made at first use */
	struct ccm_buf notes;    /* whole lines that an error message is followed by */
};

/* The command whose name the words begin with, and how many of them are its name; NULL: none. */
const struct ccm_command *ccm_command_find(const char *const *words, size_t count, size_t *used);
/* Does the command's name begin with all these words? ("cert" is the group of "cert issue".) */
bool ccm_command_begins(const struct ccm_command *command, const char *const *words, size_t count);
/* CCM_USAGE: there is no such command, with the nearest one; false. */
bool ccm_command_unknown(const char *const *words, size_t count, struct ccm_error *err);

/* Help texts: of one command, of those that begin with these words (0 words: all). */
bool ccm_help_command(
    const struct ccm_command *command, struct ccm_buf *out, struct ccm_error *err);
bool ccm_help_group(
    const char *const *words, size_t count, struct ccm_buf *out, struct ccm_error *err);
/* All commands and options, for the manual page: mdoc(7). */
bool ccm_manual(struct ccm_buf *out, struct ccm_error *err);

/* Borrowed; NULL with err set when there is no usable configuration. */
struct ccm_model *ccm_tool_model(struct ccm_tool *tool, struct ccm_error *err);
struct ccm_client *ccm_tool_client(struct ccm_tool *tool, struct ccm_error *err);
/* ccm_client_call. */
bool ccm_tool_call(struct ccm_tool *tool, const struct ccm_operation *op,
    const struct ccm_json *request, struct ccm_json **answer, struct ccm_error *err);

/* A line below the error message, when it comes to one. */
void ccm_tool_note(struct ccm_tool *tool, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* A line on standard error that is no error, unless --quiet: "ccm: cert issue: ...". */
void ccm_tool_say(const struct ccm_tool *tool, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Standard output; a progress bar on the same terminal is taken away first. */
FILE *ccm_tool_out(const struct ccm_tool *tool);
/* One JSON document on standard output. */
bool ccm_tool_print_json(
    const struct ccm_tool *tool, const struct ccm_json *json, struct ccm_error *err);
/* Has standard output taken everything so far? A closed pipe ends the process like any filter. */
bool ccm_output_check(struct ccm_error *err);
/* The same for all of it: what the disk refuses is seen here at the latest. */
bool ccm_output_close(struct ccm_error *err);

/* The message of an error as it is shown, with notes and hint. */
bool ccm_report_format(const struct ccm_tool *tool, const struct ccm_error *err,
    struct ccm_buf *out, struct ccm_error *failure);
/* What to do about it, or NULL. */
const char *ccm_report_hint(const struct ccm_error *err);
/* What scripts can branch on (ccm(1)). */
int ccm_exit_status(enum ccm_code code);
/* What each of them means, from 0 on; NULL ends the table. */
extern const char *const ccm_exit_meanings[];

#endif
