/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_OPTION_H
#define CCM_CLI_OPTION_H

/*
 * Options as tables. A row says how an option is written, what its value looks like and which
 * field of the service's request it fills: parsing a command line checks every value and builds the
 * request on the way. Help text is made from the same rows.
 */

#include "core/json.h"

/* A word of the command line and what it is called on the wire; both are accepted, in any case. */
struct ccm_choice {
	const char *word;
	const char *wire;
};

struct ccm_option;

/*
 * A kind of value: checks it and puts it into the request (field is never NULL then). The message
 * on failure names the value; the caller adds the option.
 */
typedef bool (*ccm_option_apply)(const struct ccm_option *option, const char *value,
    struct ccm_json *request, struct ccm_error *err);

bool ccm_option_flag(const struct ccm_option *option, const char *value, struct ccm_json *request,
    struct ccm_error *err); /* takes no value, means true */
bool ccm_option_text(const struct ccm_option *option, const char *value, struct ccm_json *request,
    struct ccm_error *err); /* any but the empty one */
bool ccm_option_integer(const struct ccm_option *option, const char *value,
    struct ccm_json *request, struct ccm_error *err);
bool ccm_option_choice(const struct ccm_option *option, const char *value, struct ccm_json *request,
    struct ccm_error *err);
bool ccm_option_choices(const struct ccm_option *option, const char *value,
    struct ccm_json *request, struct ccm_error *err); /* a list, with commas or by repetition */
bool ccm_option_period(const struct ccm_option *option, const char *value, struct ccm_json *request,
    struct ccm_error *err); /* 10y, 6m, 90d, 12h */
bool ccm_option_san(const struct ccm_option *option, const char *value, struct ccm_json *request,
    struct ccm_error *err); /* dns:web.example.com */

struct ccm_option {
	const char *name; /* without the dashes; a row without a name ends a table */
	char letter;      /* its short form, or 0 */
	ccm_option_apply apply;
	const char *placeholder; /* of the value in help texts; the choices speak for themselves */
	const char *help;
	const char *field; /* of the request, may be dotted; NULL: the command reads it itself */
	const struct ccm_choice *choices; /* a row without a word ends them */
	bool required;
	bool repeated;
};

/* What an option needs beside it, or excludes; a row without an option ends a table. */
struct ccm_relation {
	const char *option;
	enum { CCM_NEEDS, CCM_EXCLUDES } rule;
	const char *other, *alternative; /* one of both is needed; the second may be NULL */
};

struct ccm_given {
	const struct ccm_option *option;
	const char *value;
};

/* A parsed command line. All zero is an empty one. Strings are borrowed from argv. */
struct ccm_args {
	const struct ccm_option *tables[2]; /* the command's and the global ones; may be NULL */
	struct ccm_given *given;            /* in order */
	size_t given_count;
	const char **operands;
	size_t operand_count;
	struct ccm_json *request; /* what the options with a field say */
};

/*
 * Parse argv[0..argc) by args->tables, adding to what args holds. With stop_at_operand it ends
 * before the first word that is no option. *used tells how many words were taken.
 */
bool ccm_args_parse(struct ccm_args *args, const char *const *argv, bool stop_at_operand,
    size_t *used, struct ccm_error *err);
/* The required options and the number of operands; usage errors name what is missing. */
bool ccm_args_complete(const struct ccm_args *args, const char *operands, struct ccm_error *err);
/* Options that do not go together, or not alone; relations may be NULL. */
bool ccm_args_relate(
    const struct ccm_args *args, const struct ccm_relation *relations, struct ccm_error *err);
void ccm_args_clear(struct ccm_args *args);

/* The last value given; NULL when there is none. A flag's value is "". */
const char *ccm_args_value(const struct ccm_args *args, const char *name);
bool ccm_args_has(const struct ccm_args *args, const char *name);

/* The choice whose word or wire form this is, or NULL. */
const struct ccm_choice *ccm_choice_find(const struct ccm_choice *choices, const char *text);
/* "root|subordinate": words that mean what an earlier one means are left out. */
bool ccm_choices_format(
    const struct ccm_choice *choices, struct ccm_buf *out, struct ccm_error *err);

/* "90d" is 90 and the wire's unit "DAY". */
bool ccm_period_parse(const char *text, int64_t *count, const char **unit, struct ccm_error *err);
/* Its length; a year has 366 days and a month 31, so nothing that ends within it is missed. */
bool ccm_period_ms(const char *text, int64_t *ms, struct ccm_error *err);

/* "ip:10.0.0.1" and "10.0.0.1" are "IP" and "10.0.0.1". The value is borrowed from text. */
bool ccm_san_parse(const char *text, const char **type, const char **value, struct ccm_error *err);

/* Lines of help for a table, one or two an option. */
bool ccm_options_help(const struct ccm_option *table, struct ccm_buf *out, struct ccm_error *err);
/* " --ca NAME|ID --name CN" : the required ones, for the usage line. */
bool ccm_options_usage(const struct ccm_option *table, struct ccm_buf *out, struct ccm_error *err);

#endif
