/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/complete.h"

#include <ctype.h>
#include <string.h>

#include "cli/assign.h"
#include "cli/tool.h"

/* A line in words, the last of which is what is being written. */
struct words {
	struct ccm_buf text; /* all of them, each with its NUL */
	const char **words;
	size_t count; /* complete ones; words[count] is the last */
};

static bool
split_text(const char *line, struct ccm_buf *text, size_t *count, struct ccm_error *err)
{
	char quote = '\0';

	*count = 0;
	for (const char *at = line; *at != '\0'; at++) {
		if (quote == '\0' && isspace((unsigned char)*at)) {
			if (!ccm_buf_append(text, "", 1, err))
				return false;
			++*count;
			at += strspn(at, " \t\n") - 1;
		} else if (*at == quote) {
			quote = '\0';
		} else if (quote == '\0' && (*at == '"' || *at == '\'')) {
			quote = *at;
		} else {
			at += *at == '\\' && quote != '\'' && at[1] != '\0';
			if (!ccm_buf_append(text, at, 1, err))
				return false;
		}
	}
	return ccm_buf_append(text, "", 1, err);
}

static bool
split(const char *line, struct words *words, struct ccm_error *err)
{
	const char *at;

	line += strspn(line, " \t\n");
	if (!split_text(line, &words->text, &words->count, err))
		return false;
	words->words = ccm_alloc_array(words->count + 2, sizeof(*words->words), err);
	if (words->words == NULL)
		return false;
	at = ccm_buf_str(&words->text);
	for (size_t i = 0; i <= words->count; i++) {
		words->words[i] = at;
		at += strlen(at) + 1;
	}
	return true;
}

/* Where completing stands. */
struct site {
	const struct words *words;
	const char *partial;
	struct ccm_buf *out;
	struct ccm_error *err;
};

static bool __attribute__((format(printf, 2, 3)))
offer(const struct site *site, const char *fmt, ...)
{
	va_list args;
	char *word;
	bool ok;
	int len;

	va_start(args, fmt);
	len = vasprintf(&word, fmt, args);
	va_end(args);
	if (len < 0)
		return ccm_fail_nomem(site->err);
	ok = strncmp(word, site->partial, strlen(site->partial)) != 0 ||
	     ccm_buf_printf(site->out, site->err, "%s\n", word);
	ccm_free(word);
	return ok;
}

/* Files and directories are the shell's business. */
static bool
offer_files(const struct site *site, const char *kind)
{
	return ccm_buf_printf(site->out, site->err, ":%s\n", kind);
}

/* Commands */

/* The word of a name with this index, and its length; 0: there is none. */
static size_t
name_word(const char *name, size_t index, const char **word)
{
	for (; index > 0 && name != NULL; index--) {
		name = strchr(name, ' ');
		name += name != NULL;
	}
	*word = name;
	return name != NULL ? strcspn(name, " ") : 0;
}

static bool
offer_commands(const struct site *site, const char *const *words, size_t count)
{
	const char *last = "";
	size_t last_len = 0;

	for (size_t i = 0; ccm_commands[i] != NULL; i++) {
		const char *word;
		size_t len = name_word(ccm_commands[i]->name, count, &word);

		if (len == 0 || !ccm_command_begins(ccm_commands[i], words, count) ||
		    (len == last_len && memcmp(word, last, len) == 0))
			continue;
		if (!offer(site, "%.*s", (int)len, word))
			return false;
		last = word;
		last_len = len;
	}
	return true;
}

/* Options */

static const struct ccm_option *
find_option(const struct ccm_option *const tables[2], const char *word)
{
	size_t len = strcspn(word + 2, "=");

	for (size_t i = 0; i < 2; i++)
		for (const struct ccm_option *at = tables[i]; at != NULL && at->name != NULL; at++)
			if (word[1] == '-'
				? strlen(at->name) == len && memcmp(at->name, word + 2, len) == 0
				: at->letter == word[1] && word[2] == '\0')
				return at;
	return NULL;
}

static bool
takes_value(const struct ccm_option *option)
{
	return option != NULL && option->apply != ccm_option_flag;
}

static bool
offer_options(const struct site *site, const struct ccm_option *const tables[2])
{
	for (size_t i = 0; i < 2; i++)
		for (const struct ccm_option *at = tables[i]; at != NULL && at->name != NULL; at++)
			if (!offer(site, "--%s", at->name))
				return false;
	return true;
}

/* head is what stands before the value in the same word: "--type=". */
static bool
offer_value(const struct site *site, const struct ccm_option *option, const char *head)
{
	const char *what = option->placeholder;

	if (option->choices == NULL) {
		if (what != NULL && strcmp(what, "FILE") == 0)
			return offer_files(site, "file");
		return what == NULL || strcmp(what, "DIR") != 0 || offer_files(site, "directory");
	}
	for (const struct ccm_choice *choice = option->choices; choice->word != NULL; choice++)
		if (ccm_choice_find(option->choices, choice->wire) == choice &&
		    !offer(site, "%s%s", head, choice->word))
			return false;
	return true;
}

/* Operations and their fields */

static bool
offer_operations(const struct site *site)
{
	for (size_t i = 0; i < ccm_operation_count(); i++)
		if (!offer(site, "%s", ccm_operation_at(i)->id))
			return false;
	return true;
}

/* The first index that is being written, for the elements of lists: "[0]" unless there is one. */
static void
index_of(const char *partial, char index[static 16])
{
	const char *open = strchr(partial, '[');
	size_t len = open != NULL ? strcspn(open, "]") : 0;

	if (open != NULL && open[len] == ']' && len > 1 && len < 14)
		snprintf(index, 16, "%.*s", (int)len + 1, open);
	else
		snprintf(index, 16, "[0]");
}

/* "validity.value=", ...: each field that takes a value itself. */
static bool
offer_fields(
    const struct site *site, const struct ccm_field *fields, size_t count, const char *head)
{
	for (size_t i = 0; i < count; i++) {
		const struct ccm_field *field = &fields[i];
		char index[16] = "", *path;
		bool ok;

		if (field->type == CCM_FIELD_OBJECTS)
			index_of(site->partial, index);
		if (field->field_count == 0) {
			if (!offer(site, "%s%s=", head, field->name))
				return false;
			continue;
		}
		path = ccm_format(site->err, "%s%s%s.", head, field->name, index);
		ok = path != NULL && offer_fields(site, field->fields, field->field_count, path);
		ccm_free(path);
		if (!ok)
			return false;
	}
	return true;
}

static bool
offer_field_value(const struct site *site, const struct ccm_operation *op)
{
	static const char *const truths[] = {"true", "false", NULL};
	size_t len = strcspn(site->partial, "=");
	const struct ccm_field *field = ccm_field_at(op, site->partial, len);
	const char *const *value;

	if (site->partial[len + 1] == '@')
		return offer_files(site, "file");
	if (field == NULL)
		return true;
	value = field->type == CCM_FIELD_BOOLEAN ? truths : field->values;
	for (; value != NULL && *value != NULL; value++)
		if (!offer(site, "%.*s=%s", (int)len, site->partial, *value))
			return false;
	return true;
}

static bool
offer_request(const struct site *site, const char *id)
{
	const struct ccm_operation *op = ccm_operation_find(id);

	if (op == NULL)
		return true;
	if (strchr(site->partial, '=') != NULL)
		return offer_field_value(site, op);
	return offer_fields(site, op->fields, op->field_count, "");
}

/* Operands, told by what the command's usage calls them */

/* The operand of this index in "ca|cert NAME|ID KEY=VALUE...": without brackets and dots.
 * "": no more are taken. */
static void
operand_name(const char *operands, size_t index, char name[static 64])
{
	const char *word = operands;
	size_t len = strcspn(word, " ");

	for (; index > 0 && word[len] != '\0'; index--) {
		word += len + 1;
		len = strcspn(word, " ");
	}
	name[0] = '\0';
	if (index > 0 && memchr(word, '.', len) == NULL)
		return;
	word += *word == '[';
	len = strcspn(word, "]. ");
	snprintf(name, 64, "%.*s", (int)len, word);
}

static bool
offer_alternatives(const struct site *site, const char *names)
{
	while (*names != '\0') {
		size_t len = strcspn(names, "|");

		if (islower((unsigned char)*names) && !offer(site, "%.*s", (int)len, names))
			return false;
		names += len + (names[len] == '|');
	}
	return true;
}

static bool
offer_operand(const struct site *site, const struct ccm_command *command,
    const char *const *operands, size_t count)
{
	char name[64];

	operand_name(command->operands, count, name);
	if (strcmp(name, "FILE") == 0)
		return offer_files(site, "file");
	if (strcmp(name, "COMMAND") == 0)
		return offer_commands(site, operands, count);
	if (strcmp(name, "OPERATION") == 0)
		return offer_operations(site);
	if (strcmp(name, "NAME=VALUE") == 0)
		return offer_request(site, operands[0]);
	return offer_alternatives(site, name);
}

/* Sort what is complete; returns the option that still waits for its value. */
static const struct ccm_option *
sort_words(const struct words *words, size_t at, const struct ccm_option *const tables[2],
    const char **operands, size_t *count)
{
	const struct ccm_option *waiting = NULL;

	for (; at < words->count; at++) {
		const char *word = words->words[at];
		bool is_option = word[0] == '-' && word[1] != '\0';

		if (waiting != NULL) {
			waiting = NULL;
		} else if (!is_option) {
			operands[(*count)++] = word;
		} else if (strchr(word, '=') == NULL) {
			waiting = find_option(tables, word);
			waiting = takes_value(waiting) ? waiting : NULL;
		}
	}
	return waiting;
}

static bool
offer_last(const struct site *site, const struct ccm_command *command, size_t at)
{
	const struct ccm_option *const tables[2] = {
	    command != NULL ? command->options : NULL, ccm_global_options};
	const char **operands = site->words->words + at; /* each moves to the front, if anywhere */
	const char *equals = strchr(site->partial, '=');
	const struct ccm_option *option;
	size_t count = 0;
	char head[64];

	option = sort_words(site->words, at, tables, operands, &count);
	if (option != NULL)
		return offer_value(site, option, "");
	if (site->partial[0] == '-' && equals != NULL) {
		option = find_option(tables, site->partial);
		snprintf(
		    head, sizeof(head), "%.*s", (int)(equals + 1 - site->partial), site->partial);
		return !takes_value(option) || offer_value(site, option, head);
	}
	if (site->partial[0] == '-')
		return offer_options(site, tables);
	return command != NULL ? offer_operand(site, command, operands, count)
			       : offer_commands(site, operands, count);
}

/* Global options may stand before the command. */
static size_t
skip_options(const struct words *words)
{
	static const struct ccm_option *const tables[2] = {NULL, ccm_global_options};
	size_t at = 1;

	while (at < words->count && words->words[at][0] == '-') {
		const struct ccm_option *option = find_option(tables, words->words[at]);

		if (takes_value(option) && strchr(words->words[at], '=') == NULL) {
			if (at + 1 >= words->count)
				break;
			at++;
		}
		at++;
	}
	return at;
}

bool
ccm_complete(const char *line, struct ccm_buf *out, struct ccm_error *err)
{
	struct words words = {0};
	struct site site = {.words = &words, .out = out, .err = err};
	const struct ccm_command *command;
	size_t used, at;
	bool ok = split(line, &words, err);

	if (ok && words.count > 0) {
		site.partial = words.words[words.count];
		at = skip_options(&words);
		command = ccm_command_find(words.words + at, words.count - at, &used);
		ok = offer_last(&site, command, at + used);
	}
	ccm_free(words.words);
	ccm_buf_clear(&words.text);
	return ok;
}
