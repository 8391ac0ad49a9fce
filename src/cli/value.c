/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/option.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct ccm_choice *
ccm_choice_find(const struct ccm_choice *choices, const char *text)
{
	for (; choices->word != NULL; choices++)
		if (strcasecmp(choices->word, text) == 0 || strcasecmp(choices->wire, text) == 0)
			return choices;
	return NULL;
}

/* Is there an earlier word for the same? */
static bool
is_alias(const struct ccm_choice *choices, const struct ccm_choice *choice)
{
	return ccm_choice_find(choices, choice->wire) != choice;
}

bool
ccm_choices_format(const struct ccm_choice *choices, struct ccm_buf *out, struct ccm_error *err)
{
	const char *separator = "";

	for (const struct ccm_choice *choice = choices; choice->word != NULL; choice++) {
		if (is_alias(choices, choice))
			continue;
		if (!ccm_buf_printf(out, err, "%s%s", separator, choice->word))
			return false;
		separator = "|";
	}
	return true;
}

static bool
unknown_choice(const struct ccm_choice *choices, const char *text, struct ccm_error *err)
{
	struct ccm_buf words = {0};

	if (ccm_choices_format(choices, &words, err))
		ccm_fail(err, CCM_USAGE, "\"%s\" is none of %s", text, ccm_buf_str(&words));
	ccm_buf_clear(&words);
	return false;
}

/* Kinds of values */

bool
ccm_option_flag(const struct ccm_option *option, const char *value, struct ccm_json *request,
    struct ccm_error *err)
{
	(void)value;
	return ccm_json_add_bool(request, option->field, true, err);
}

bool
ccm_option_text(const struct ccm_option *option, const char *value, struct ccm_json *request,
    struct ccm_error *err)
{
	return ccm_json_add_string(request, option->field, value, err);
}

bool
ccm_option_integer(const struct ccm_option *option, const char *value, struct ccm_json *request,
    struct ccm_error *err)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(value, &end, 10);
	if (errno != 0 || end == value || *end != '\0' || isspace((unsigned char)*value))
		return ccm_fail(err, CCM_USAGE, "\"%s\" is not a whole number", value);
	return ccm_json_add_int(request, option->field, number, err);
}

bool
ccm_option_choice(const struct ccm_option *option, const char *value, struct ccm_json *request,
    struct ccm_error *err)
{
	const struct ccm_choice *choice = ccm_choice_find(option->choices, value);

	if (choice == NULL)
		return unknown_choice(option->choices, value, err);
	return ccm_json_add_string(request, option->field, choice->wire, err);
}

/* The list that is the request's field, made at first use. */
static struct ccm_json *
list_of(struct ccm_json *request, const char *field, struct ccm_error *err)
{
	struct ccm_json *list = (struct ccm_json *)ccm_json_get(request, field);

	if (list != NULL)
		return list;
	list = ccm_json_new_array(err);
	return list != NULL && ccm_json_add_json(request, field, list, err) ? list : NULL;
}

bool
ccm_option_choices(const struct ccm_option *option, const char *value, struct ccm_json *request,
    struct ccm_error *err)
{
	struct ccm_json *list = list_of(request, option->field, err);
	const char *at = value;
	bool more = list != NULL;

	while (more) {
		size_t len = strcspn(at, ",");
		char *word = ccm_strndup(at, len, err);
		const struct ccm_choice *choice;
		bool ok = word != NULL;

		choice = ok ? ccm_choice_find(option->choices, word) : NULL;
		ok = ok && (choice != NULL || unknown_choice(option->choices, word, err)) &&
		     ccm_json_append_string(list, choice->wire, err);
		ccm_free(word);
		if (!ok)
			return false;
		more = at[len] == ',';
		at += len + 1;
	}
	return list != NULL;
}

/* Periods */

static const struct {
	char letter;
	int64_t hours;
	const char *wire;
} units[] = {
    {'y', 366 * 24, "YEAR"},
    {'m', 31 * 24, "MONTH"},
    {'d', 24, "DAY"},
    {'h', 1, "HOUR"},
};

/* The row of units that ends the text, with the count before it; -1 when it's not a period. */
static int
period_unit(const char *text, int64_t *count)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return -1;
	errno = 0;
	*count = strtoll(text, &end, 10);
	if (errno != 0 || *count < 1 || *count > 1000000 || *end == '\0' || end[1] != '\0')
		return -1;
	for (size_t i = 0; i < CCM_COUNT(units); i++)
		if (tolower((unsigned char)*end) == units[i].letter)
			return (int)i;
	return -1;
}

static bool
not_a_period(const char *text, struct ccm_error *err)
{
	return ccm_fail(
	    err, CCM_USAGE, "\"%s\" is not a period of time such as 10y, 6m, 90d or 12h", text);
}

bool
ccm_period_parse(const char *text, int64_t *count, const char **unit, struct ccm_error *err)
{
	int row = period_unit(text, count);

	*unit = NULL;
	if (row < 0)
		return not_a_period(text, err);
	*unit = units[row].wire;
	return true;
}

bool
ccm_period_ms(const char *text, int64_t *ms, struct ccm_error *err)
{
	int64_t count;
	int row = period_unit(text, &count);

	if (row < 0)
		return not_a_period(text, err);
	*ms = count * units[row].hours * 3600 * 1000;
	return true;
}

bool
ccm_option_period(const struct ccm_option *option, const char *value, struct ccm_json *request,
    struct ccm_error *err)
{
	struct ccm_json *period;
	const char *unit;
	int64_t count;

	if (!ccm_period_parse(value, &count, &unit, err))
		return false;
	period = ccm_json_new_object(err);
	return period != NULL && ccm_json_add_json(request, option->field, period, err) &&
	       ccm_json_add_string(period, "type", unit, err) &&
	       ccm_json_add_int(period, "value", count, err);
}

/* Alternative names */

static bool
is_ip(const char *text)
{
	unsigned char address[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}

static bool
is_host(const char *text)
{
	return text[strspn(text,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.*")] == '\0';
}

static bool
has_at(const char *text)
{
	return strchr(text, '@') != NULL;
}

static bool
has_scheme(const char *text)
{
	return strchr(text, ':') != NULL;
}

/* The order is the one of guessing, when no prefix tells the kind. */
static const struct {
	const char *prefix, *type, *what;
	bool (*fits)(const char *text);
	bool guessed;
} names[] = {
    {"ip:", "IP", "an IP address", is_ip, true},
    {"email:", "EMAIL", "an e-mail address", has_at, true},
    {"dns:", "DNS", "a host name", is_host, true},
    {"uri:", "URI", "a URI", has_scheme, false},
    {"upn:", "UPN", "a user principal name", has_at, false},
};

bool
ccm_san_parse(const char *text, const char **type, const char **value, struct ccm_error *err)
{
	for (size_t i = 0; i < CCM_COUNT(names); i++) {
		size_t len = strlen(names[i].prefix);

		if (strncasecmp(text, names[i].prefix, len) != 0)
			continue;
		*type = names[i].type;
		*value = text + len;
		if (**value != '\0' && names[i].fits(*value))
			return true;
		return ccm_fail(err, CCM_USAGE, "\"%s\" is not %s", *value, names[i].what);
	}
	*value = text;
	for (size_t i = 0; i < CCM_COUNT(names); i++) {
		*type = names[i].type;
		if (names[i].guessed && names[i].fits(text))
			return true;
	}
	return ccm_fail(err, CCM_USAGE,
	    "\"%s\" is no IP address, e-mail address or host name; "
	    "dns:, ip:, email:, uri: or upn: before it says what it is",
	    text);
}

bool
ccm_option_san(const struct ccm_option *option, const char *value, struct ccm_json *request,
    struct ccm_error *err)
{
	struct ccm_json *list, *name;
	const char *type, *text;

	if (!ccm_san_parse(value, &type, &text, err))
		return false;
	list = list_of(request, option->field, err);
	name = list != NULL ? ccm_json_new_object(err) : NULL;
	return name != NULL && ccm_json_append_json(list, name, err) &&
	       ccm_json_add_string(name, "type", type, err) &&
	       ccm_json_add_string(name, "value", text, err);
}
