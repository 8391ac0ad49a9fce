/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/operations.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/log.h"
#include "core/utf8.h"

/* Requests against the operations table. */

#define QUOTE_MAX 40 /* bytes of a value in a message */
#define NAMES_MAX 64 /* candidates for a field's name that was misspelt */

/* Where checking stands: path is "distinguished_name.country", "names[3].type", or "" on top. */
struct site {
	const struct ccm_operation *op;
	char path[160];
	struct ccm_error *err;
};

static size_t __attribute__((format(printf, 2, 3))) descend(struct site *site, const char *fmt, ...)
{
	size_t depth = strlen(site->path);
	va_list args;

	va_start(args, fmt);
	vsnprintf(site->path + depth, sizeof(site->path) - depth, fmt, args);
	va_end(args);
	return depth;
}

static void
ascend(struct site *site, size_t depth)
{
	site->path[depth] = '\0';
}

static const char *
dot(const struct site *site)
{
	return site->path[0] != '\0' ? "." : "";
}

static bool __attribute__((format(printf, 2, 3)))
refuse(const struct site *site, const char *fmt, ...)
{
	char reason[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(reason, sizeof(reason), fmt, args);
	va_end(args);
	return ccm_fail(site->err, CCM_USAGE, "%s: %s: %s", site->op->id, site->path, reason);
}

/* The value for a message: quoted, cut on a character's edge, never a secret. */
struct quote {
	char text[56];
};

static struct quote
quote(const struct ccm_field *field, const char *text)
{
	struct quote out = {"the value"};
	size_t shown = ccm_utf8_cut(text, QUOTE_MAX);

	if (ccm_log_name_is_secret(field->name))
		return out;
	snprintf(out.text, sizeof(out.text), "\"%.*s%s\"", (int)shown, text,
	    text[shown] != '\0' ? "..." : "");
	return out;
}

static bool
check_length(const struct site *site, const struct ccm_field *field, const char *text)
{
	int64_t count = (int64_t)ccm_utf8_count(text);

	if (!field->bounded || (count >= field->min && count <= field->max))
		return true;
	if (field->min == field->max)
		return refuse(site, "%s has %" PRId64 " characters, %" PRId64 " are allowed",
		    quote(field, text).text, count, field->max);
	return refuse(site, "%s has %" PRId64 " characters, %" PRId64 " to %" PRId64 " are allowed",
	    quote(field, text).text, count, field->min, field->max);
}

static bool
check_enumeration(const struct site *site, const struct ccm_field *field, const char *text)
{
	char known[320] = "";
	size_t used = 0;

	if (field->values == NULL || field->values_open)
		return true;
	for (const char *const *value = field->values; *value != NULL; value++) {
		if ((field->any_case ? strcasecmp : strcmp)(*value, text) == 0)
			return true;
		if (used < sizeof(known))
			used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
			    used != 0 ? ", " : "", *value);
	}
	return refuse(site, "%s is not one of %s", quote(field, text).text, known);
}

/* A path segment stays one: what would move it elsewhere in the path is no id. */
static bool
check_segment(const struct site *site, const struct ccm_field *field, const char *text)
{
	if (text[0] == '\0')
		return refuse(site, "must not be empty");
	if (strchr(text, '/') != NULL || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return refuse(site, "%s is not an id", quote(field, text).text);
	return true;
}

static bool
check_text(const struct site *site, const struct ccm_field *field, const char *text)
{
	if (!ccm_utf8_is_valid(text))
		return refuse(site, "is not UTF-8");
	if (field->place == CCM_IN_PATH && !check_segment(site, field, text))
		return false;
	return check_length(site, field, text) && check_enumeration(site, field, text);
}

static bool
mistyped(const struct site *site, const struct ccm_field *field, const struct ccm_json *value,
    const char *wanted)
{
	const char *text;

	if (ccm_json_as_string(value, &text))
		return refuse(site, "%s is not %s", quote(field, text).text, wanted);
	return refuse(site, "is %s, not %s", ccm_json_type_name(ccm_json_type(value)), wanted);
}

static bool
check_string(const struct site *site, const struct ccm_field *field, const struct ccm_json *value)
{
	const char *text;

	if (field->either_type && ccm_json_type(value) == CCM_JSON_BOOL)
		return true;
	if (!ccm_json_as_string(value, &text))
		return mistyped(site, field, value, "a string");
	return check_text(site, field, text);
}

static bool
check_integer(const struct site *site, const struct ccm_field *field, const struct ccm_json *value)
{
	char text[24];
	int64_t number;

	if (!ccm_json_as_int(value, &number))
		return mistyped(site, field, value, "a whole number");
	if (field->values != NULL) {
		snprintf(text, sizeof(text), "%" PRId64, number);
		return check_enumeration(site, field, text);
	}
	if (!field->bounded || (number >= field->min && number <= field->max))
		return true;
	if (field->max == INT64_MAX)
		return refuse(site, "%" PRId64 " is below %" PRId64, number, field->min);
	return refuse(site, "%" PRId64 " is not between %" PRId64 " and %" PRId64, number,
	    field->min, field->max);
}

static bool
check_boolean(const struct site *site, const struct ccm_field *field, const struct ccm_json *value)
{
	bool truth;

	return ccm_json_as_bool(value, &truth) || mistyped(site, field, value, "true or false");
}

static bool check_object(
    struct site *site, const struct ccm_field *fields, size_t count, const struct ccm_json *object);

static bool
check_nested(struct site *site, const struct ccm_field *field, const struct ccm_json *value)
{
	if (ccm_json_type(value) != CCM_JSON_OBJECT)
		return mistyped(site, field, value, "an object");
	return check_object(site, field->fields, field->field_count, value);
}

static bool
check_list(struct site *site, const struct ccm_field *field, const struct ccm_json *list)
{
	size_t count, index = 0;

	if (ccm_json_type(list) != CCM_JSON_ARRAY)
		return mistyped(site, field, list, "a list");
	count = ccm_json_count(list);
	if (count < (size_t)field->list_min)
		return refuse(
		    site, "has %zu elements, %" PRId64 " are needed", count, field->list_min);
	if (field->list_max != 0 && count > (size_t)field->list_max)
		return refuse(
		    site, "has %zu elements, %" PRId64 " are allowed", count, field->list_max);
	for
		ccm_json_each(element, list)
		{
			size_t depth = descend(site, "[%zu]", index++);

			if (field->type == CCM_FIELD_STRINGS ? !check_string(site, field, element)
							     : !check_nested(site, field, element))
				return false;
			ascend(site, depth);
		}
	return true;
}

static bool
check_value(struct site *site, const struct ccm_field *field, const struct ccm_json *value)
{
	switch (field->type) {
	case CCM_FIELD_STRING:
		return check_string(site, field, value);
	case CCM_FIELD_INTEGER:
		return check_integer(site, field, value);
	case CCM_FIELD_BOOLEAN:
		return check_boolean(site, field, value);
	case CCM_FIELD_OBJECT:
		return check_nested(site, field, value);
	case CCM_FIELD_STRINGS:
	case CCM_FIELD_OBJECTS:
		return check_list(site, field, value);
	}
	return ccm_fail(
	    site->err, CCM_INTERNAL, "%s: type %d of %s", site->op->id, field->type, field->name);
}

static bool
check_name(const struct site *site, const struct ccm_field *fields, size_t count, const char *name)
{
	const char *names[NAMES_MAX], *nearest;
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(name, fields[i].name) == 0)
			return true;
		if (used < NAMES_MAX)
			names[used++] = fields[i].name;
	}
	nearest = ccm_config_nearest(name, names, used);
	if (nearest == NULL)
		return ccm_fail(site->err, CCM_USAGE, "%s: unknown field \"%s%s%s\"", site->op->id,
		    site->path, dot(site), name);
	return ccm_fail(site->err, CCM_USAGE, "%s: unknown field \"%s%s%s\"; did you mean \"%s\"?",
	    site->op->id, site->path, dot(site), name, nearest);
}

static bool
check_object(
    struct site *site, const struct ccm_field *fields, size_t count, const struct ccm_json *object)
{
	for
		ccm_json_each(member, object)
		{
			if (!check_name(site, fields, count, ccm_json_name(member)))
				return false;
		}
	for (size_t i = 0; i < count; i++) {
		const struct ccm_json *value = ccm_json_get(object, fields[i].name);
		size_t depth = descend(site, "%s%s", dot(site), fields[i].name);

		if (value == NULL && fields[i].mandatory)
			return ccm_fail(
			    site->err, CCM_USAGE, "%s: %s is missing", site->op->id, site->path);
		if (value != NULL && !check_value(site, &fields[i], value))
			return false;
		ascend(site, depth);
	}
	return true;
}

bool
ccm_operation_validate(
    const struct ccm_operation *op, const struct ccm_json *request, struct ccm_error *err)
{
	struct site site = {.op = op, .err = err};
	struct ccm_json *empty = NULL;
	bool ok;

	if (request == NULL)
		request = empty = ccm_json_new_object(err);
	if (request == NULL)
		return false;
	if (ccm_json_type(request) == CCM_JSON_OBJECT)
		ok = check_object(&site, op->fields, op->field_count, request);
	else
		ok = ccm_fail(err, CCM_USAGE, "%s: the request is %s, not an object", op->id,
		    ccm_json_type_name(ccm_json_type(request)));
	ccm_json_free(empty);
	return ok;
}
