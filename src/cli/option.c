/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/option.h"

#include <assert.h>
#include <string.h>

#include "core/config.h"
#include "core/utf8.h"

static const struct ccm_option *
find(const struct ccm_option *table, const char *name, size_t len)
{
	for (; table != NULL && table->name != NULL; table++)
		if (strlen(table->name) == len && memcmp(table->name, name, len) == 0)
			return table;
	return NULL;
}

static const struct ccm_option *
find_long(const struct ccm_args *args, const char *name, size_t len)
{
	const struct ccm_option *option = find(args->tables[0], name, len);

	return option != NULL ? option : find(args->tables[1], name, len);
}

static const struct ccm_option *
find_letter(const struct ccm_args *args, char letter)
{
	for (size_t i = 0; i < CCM_COUNT(args->tables); i++)
		for (const struct ccm_option *option = args->tables[i];
		     option != NULL && option->name != NULL; option++)
			if (option->letter == letter)
				return option;
	return NULL;
}

static bool
unknown(const struct ccm_args *args, const char *word, struct ccm_error *err)
{
	const char *candidates[64], *near = NULL;
	size_t count = 0;
	char name[64];

	for (size_t i = 0; i < CCM_COUNT(args->tables); i++)
		for (const struct ccm_option *option = args->tables[i];
		     option != NULL && option->name != NULL && count < CCM_COUNT(candidates);
		     option++)
			candidates[count++] = option->name;
	if (word[1] == '-') {
		size_t len = strcspn(word + 2, "=");

		if (len < sizeof(name)) {
			memcpy(name, word + 2, len);
			name[len] = '\0';
			near = ccm_config_nearest(name, candidates, count);
		}
	}
	if (near == NULL)
		return ccm_fail(err, CCM_USAGE, "unknown option %s", word);
	return ccm_fail(err, CCM_USAGE, "unknown option %s; did you mean --%s?", word, near);
}

static bool
take(struct ccm_args *args, const struct ccm_option *option, const char *value,
    struct ccm_error *err)
{
	if (*value == '\0' && option->apply != ccm_option_flag)
		return ccm_fail(err, CCM_USAGE, "--%s: the value is empty", option->name);
	if (ccm_args_has(args, option->name) && !option->repeated &&
	    option->apply != ccm_option_flag)
		return ccm_fail(err, CCM_USAGE, "--%s is given twice", option->name);
	if (args->request == NULL)
		args->request = ccm_json_new_object(err);
	if (args->request == NULL)
		return false;
	if (option->field != NULL && !ccm_utf8_is_valid(value))
		return ccm_fail(err, CCM_USAGE, "--%s: the value is not UTF-8", option->name);
	if (option->field != NULL && !option->apply(option, value, args->request, err))
		return ccm_error_context(err, "--%s", option->name);
	if (!ccm_grow_array(&args->given, args->given_count, sizeof(*args->given), err))
		return false;
	args->given[args->given_count++] = (struct ccm_given){option, value};
	return true;
}

/* The option at argv[*at]; *at moves behind it and its value. */
static bool
parse_option(struct ccm_args *args, const char *const *argv, size_t *at, struct ccm_error *err)
{
	const char *word = argv[(*at)++], *value = NULL;
	const struct ccm_option *option;

	if (word[1] == '-') {
		size_t len = strcspn(word + 2, "=");

		option = find_long(args, word + 2, len);
		value = word[2 + len] == '=' ? word + 2 + len + 1 : NULL;
	} else {
		option = word[2] == '\0' ? find_letter(args, word[1]) : NULL;
	}
	if (option == NULL)
		return unknown(args, word, err);
	if (option->apply == ccm_option_flag) {
		if (value != NULL)
			return ccm_fail(err, CCM_USAGE, "--%s takes no value", option->name);
		return take(args, option, "", err);
	}
	if (value == NULL)
		value = argv[*at] != NULL ? argv[(*at)++] : NULL;
	if (value == NULL)
		return ccm_fail(err, CCM_USAGE, "--%s needs a value", option->name);
	return take(args, option, value, err);
}

static bool
add_operand(struct ccm_args *args, const char *word, struct ccm_error *err)
{
	if (!ccm_grow_array(&args->operands, args->operand_count, sizeof(*args->operands), err))
		return false;
	args->operands[args->operand_count++] = word;
	return true;
}

bool
ccm_args_parse(struct ccm_args *args, const char *const *argv, bool stop_at_operand, size_t *used,
    struct ccm_error *err)
{
	bool options = true;

	*used = 0;
	while (argv[*used] != NULL) {
		const char *word = argv[*used];

		if (options && strcmp(word, "--") == 0) {
			options = false;
			++*used;
		} else if (options && word[0] == '-' && word[1] != '\0') {
			if (!parse_option(args, argv, used, err))
				return false;
		} else {
			if (stop_at_operand)
				return true;
			if (!add_operand(args, word, err))
				return false;
			++*used;
		}
	}
	return true;
}

/* How many operands "NAME|ID" or "[COMMAND]..." stand for. */
static void
operand_bounds(const char *operands, size_t *least, size_t *most)
{
	*least = *most = 0;
	for (const char *at = operands; *at != '\0';) {
		size_t len = strcspn(at, " ");

		*least += *at != '[';
		*most = memchr(at, '.', len) != NULL ? SIZE_MAX : *most + 1;
		at += len;
		at += strspn(at, " ");
	}
}

bool
ccm_args_complete(const struct ccm_args *args, const char *operands, struct ccm_error *err)
{
	size_t least, most;

	for (const struct ccm_option *option = args->tables[0];
	     option != NULL && option->name != NULL; option++)
		if (option->required && !ccm_args_has(args, option->name))
			return ccm_fail(err, CCM_USAGE, "--%s is missing", option->name);
	operand_bounds(operands, &least, &most);
	if (args->operand_count > most)
		return ccm_fail(
		    err, CCM_USAGE, "\"%s\" is one argument too many", args->operands[most]);
	if (args->operand_count < least)
		return ccm_fail(err, CCM_USAGE, "missing argument: %s", operands);
	for (size_t i = 0; i < args->operand_count; i++)
		if (args->operands[i][0] == '\0')
			return ccm_fail(err, CCM_USAGE, "argument %zu is empty", i + 1);
	return true;
}

static bool
relate(const struct ccm_args *args, const struct ccm_relation *relation, struct ccm_error *err)
{
	const char *option = relation->option, *other = relation->other,
		   *alternative = relation->alternative;
	bool has = ccm_args_has(args, other);

	if (!ccm_args_has(args, option))
		return true;
	if (relation->rule == CCM_EXCLUDES)
		return !has ||
		       ccm_fail(err, CCM_USAGE, "--%s and --%s exclude each other", option, other);
	if (has || (alternative != NULL && ccm_args_has(args, alternative)))
		return true;
	return ccm_fail(err, CCM_USAGE, "--%s goes with --%s%s%s only", option, other,
	    alternative != NULL ? " or --" : "", alternative != NULL ? alternative : "");
}

bool
ccm_args_relate(
    const struct ccm_args *args, const struct ccm_relation *relations, struct ccm_error *err)
{
	for (; relations != NULL && relations->option != NULL; relations++)
		if (!relate(args, relations, err))
			return false;
	return true;
}

void
ccm_args_clear(struct ccm_args *args)
{
	ccm_free(args->given);
	ccm_free(args->operands);
	ccm_json_free(args->request);
	*args = (struct ccm_args){0};
}

const char *
ccm_args_value(const struct ccm_args *args, const char *name)
{
	assert(find_long(args, name, strlen(name)) != NULL);
	for (size_t i = args->given_count; i > 0; i--)
		if (strcmp(args->given[i - 1].option->name, name) == 0)
			return args->given[i - 1].value;
	return NULL;
}

bool
ccm_args_has(const struct ccm_args *args, const char *name)
{
	return ccm_args_value(args, name) != NULL;
}

/* Help */

/* "--key rsa2048|rsa4096", or "-h, --help". */
static bool
format_option(const struct ccm_option *option, struct ccm_buf *out, struct ccm_error *err)
{
	if (option->letter != 0 && !ccm_buf_printf(out, err, "-%c, ", option->letter))
		return false;
	if (!ccm_buf_printf(out, err, "--%s", option->name))
		return false;
	if (option->placeholder != NULL)
		return ccm_buf_printf(out, err, " %s", option->placeholder);
	if (option->choices == NULL)
		return true;
	return ccm_buf_append_str(out, " ", err) && ccm_choices_format(option->choices, out, err);
}

#define HELP_COLUMN 30

/* Lines below each other, the first of them behind what is there already. */
static bool
append_lines(const char *text, struct ccm_buf *out, struct ccm_error *err)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		bool last = text[len] == '\0';

		if (!ccm_buf_printf(
			out, err, "%.*s\n%*s", (int)len, text, last ? 0 : HELP_COLUMN, ""))
			return false;
		text += len + !last;
	}
	return true;
}

bool
ccm_options_help(const struct ccm_option *table, struct ccm_buf *out, struct ccm_error *err)
{
	for (; table != NULL && table->name != NULL; table++) {
		struct ccm_buf left = {0};
		bool ok = format_option(table, &left, err);
		const char *text = ccm_buf_str(&left);

		if (ok && left.len + 4 > HELP_COLUMN)
			ok = ccm_buf_printf(out, err, "  %s\n%*s", text, HELP_COLUMN, "");
		else if (ok)
			ok = ccm_buf_printf(out, err, "  %-*s", HELP_COLUMN - 2, text);
		ok = ok && append_lines(table->help, out, err);
		ccm_buf_clear(&left);
		if (!ok)
			return false;
	}
	return true;
}

bool
ccm_options_usage(const struct ccm_option *table, struct ccm_buf *out, struct ccm_error *err)
{
	for (; table != NULL && table->name != NULL; table++)
		if (table->required &&
		    (!ccm_buf_append_str(out, " ", err) || !format_option(table, out, err)))
			return false;
	return true;
}
