/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/api_help.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/table.h"

#define INDENT 8

const struct ccm_operation *
ccm_operation_named(const char *id, struct ccm_error *err)
{
	const struct ccm_operation *op = ccm_operation_find(id);
	const char *ids[128], *near;
	size_t count = 0;

	if (op != NULL)
		return op;
	for (; count < ccm_operation_count() && count < CCM_COUNT(ids); count++)
		ids[count] = ccm_operation_at(count)->id;
	near = ccm_config_nearest(id, ids, count);
	if (near != NULL)
		ccm_fail(
		    err, CCM_USAGE, "unknown operation \"%s\"; did you mean \"%s\"?", id, near);
	else
		ccm_fail(
		    err, CCM_USAGE, "unknown operation \"%s\"; `ccm api --list` shows them", id);
	return NULL;
}

static bool
append_wrapped(const char *text, struct ccm_buf *out, struct ccm_error *err)
{
	return ccm_text_wrap(text, 0, INDENT, out, err) && ccm_buf_append_str(out, "\n", err);
}

static bool
describe_bounds(const struct ccm_field *field, struct ccm_buf *out, struct ccm_error *err)
{
	const char *unit = field->type == CCM_FIELD_INTEGER ? "" : " characters";

	if (!field->bounded || field->values != NULL)
		return true;
	if (field->min == field->max)
		return ccm_buf_printf(out, err, ", %" PRId64 "%s", field->min, unit);
	if (field->max == INT64_MAX)
		return ccm_buf_printf(out, err, ", %" PRId64 " or more", field->min);
	return ccm_buf_printf(
	    out, err, ", %" PRId64 " to %" PRId64 "%s", field->min, field->max, unit);
}

static bool
describe_elements(const struct ccm_field *field, struct ccm_buf *out, struct ccm_error *err)
{
	if (field->list_max != 0 && field->list_min != 0)
		return ccm_buf_printf(out, err, ", %" PRId64 " to %" PRId64 " of them",
		    field->list_min, field->list_max);
	return field->list_max == 0 ||
	       ccm_buf_printf(out, err, ", up to %" PRId64 " of them", field->list_max);
}

static bool
describe_values(const struct ccm_field *field, struct ccm_buf *out, struct ccm_error *err)
{
	struct ccm_buf text = {0};
	const char *separator = field->values_open ? "one of, or another: " : "one of: ";
	bool ok = true;

	for (const char *const *value = field->values; value != NULL && *value != NULL; value++) {
		ok = ok && ccm_buf_printf(&text, err, "%s%s", separator, *value);
		separator = ", ";
	}
	ok = ok && (text.len == 0 || append_wrapped(ccm_buf_str(&text), out, err));
	ccm_buf_clear(&text);
	return ok;
}

/* The path of a field and what goes with it. */
struct place {
	char path[160];
	const char *given_with; /* the nearest object that may be left out, or NULL */
};

static bool
describe_field(const struct ccm_field *field, const struct place *place, struct ccm_buf *out,
    struct ccm_error *err)
{
	static const char *const types[] = {
	    [CCM_FIELD_STRING] = "text",
	    [CCM_FIELD_INTEGER] = "whole number",
	    [CCM_FIELD_BOOLEAN] = "true or false",
	    [CCM_FIELD_OBJECT] = "object",
	    [CCM_FIELD_STRINGS] = "list of texts",
	    [CCM_FIELD_OBJECTS] = "list of objects",
	};

	return ccm_buf_printf(out, err, "  %s  (%s", place->path, types[field->type]) &&
	       describe_bounds(field, out, err) && describe_elements(field, out, err) &&
	       (!field->mandatory || ccm_buf_append_str(out, ", needed", err)) &&
	       (!field->mandatory || place->given_with == NULL ||
		   ccm_buf_printf(out, err, " with %s", place->given_with)) &&
	       ccm_buf_append_str(out, ")\n", err) && append_wrapped(field->help, out, err) &&
	       describe_values(field, out, err);
}

static bool
describe_fields(const struct ccm_field *fields, size_t count, const struct place *place,
    struct ccm_buf *out, struct ccm_error *err)
{
	size_t len = strlen(place->path);

	for (size_t i = 0; i < count; i++) {
		const struct ccm_field *field = &fields[i];
		struct place inner = *place;
		bool list = field->type == CCM_FIELD_OBJECTS;

		snprintf(inner.path + len, sizeof(inner.path) - len, "%s%s", len != 0 ? "." : "",
		    field->name);
		if (!describe_field(field, &inner, out, err))
			return false;
		if (!field->mandatory || list)
			inner.given_with = field->name;
		if (list)
			strncat(inner.path, "[0]", sizeof(inner.path) - strlen(inner.path) - 1);
		if (field->field_count != 0 &&
		    !describe_fields(field->fields, field->field_count, &inner, out, err))
			return false;
	}
	return true;
}

static bool
describe_permission(const struct ccm_operation *op, struct ccm_buf *out, struct ccm_error *err)
{
	if (op->iam_action == NULL)
		return true;
	return ccm_buf_printf(out, err, "Needs the permission %s%s%s.\n", op->iam_action,
	    op->iam_alias != NULL ? " or " : "", op->iam_alias != NULL ? op->iam_alias : "");
}

bool
ccm_operation_help(const struct ccm_operation *op, struct ccm_buf *out, struct ccm_error *err)
{
	const struct place top = {.path = ""};

	return ccm_buf_printf(out, err, "usage: ccm api %s%s\n\n%s.\n%s %s\n", op->id,
		   op->field_count != 0 ? " [NAME=VALUE]..." : "", op->summary, op->method,
		   op->path) &&
	       describe_permission(op, out, err) &&
	       (op->warning == NULL ||
		   (ccm_buf_append_str(out, "Asks first, unless --yes:\n", err) &&
		       append_wrapped(op->warning, out, err))) &&
	       ccm_buf_append_str(out, op->field_count != 0 ? "\nfields:\n" : "", err) &&
	       describe_fields(op->fields, op->field_count, &top, out, err);
}
