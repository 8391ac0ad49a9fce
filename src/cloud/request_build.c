/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/operations.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* A valid request taken apart: path, query, body. */

/* The table's own spelling of a value of an enumeration. */
static const char *
spell(const struct ccm_field *field, const char *text)
{
	if (!field->any_case || field->values == NULL)
		return text;
	for (const char *const *value = field->values; *value != NULL; value++) {
		if (strcasecmp(*value, text) == 0)
			return *value;
	}
	return text;
}

/* A path or query value as text to ccm_free. */
static char *
value_text(const struct ccm_field *field, const struct ccm_json *value, struct ccm_error *err)
{
	const char *text;
	int64_t number;
	bool truth;

	if (field->type == CCM_FIELD_INTEGER && ccm_json_as_int(value, &number))
		return ccm_format(err, "%" PRId64, number);
	if (field->type == CCM_FIELD_BOOLEAN && ccm_json_as_bool(value, &truth))
		return ccm_strdup(truth ? "true" : "false", err);
	if (ccm_json_as_string(value, &text))
		return ccm_strdup(spell(field, text), err);
	ccm_fail(err, CCM_INTERNAL, "%s cannot stand in a path or query", field->name);
	return NULL;
}

static const struct ccm_field *
path_field(const struct ccm_operation *op, const char *name, size_t len)
{
	for (size_t i = 0; i < op->field_count; i++) {
		const struct ccm_field *field = &op->fields[i];

		if (field->place == CCM_IN_PATH && strlen(field->name) == len &&
		    memcmp(field->name, name, len) == 0)
			return field;
	}
	return NULL;
}

static bool
append_path_value(const struct ccm_field *field, const struct ccm_json *request,
    struct ccm_buf *out, struct ccm_error *err)
{
	char *text = value_text(field, ccm_json_get(request, field->name), err);
	bool ok = text != NULL && ccm_buf_append_str(out, text, err);

	ccm_free(text);
	return ok;
}

/* Fill the {names} of the template. */
static char *
build_path(const struct ccm_operation *op, const struct ccm_json *request, struct ccm_error *err)
{
	const char *rest = op->path;
	struct ccm_buf path = {0};
	char *text = NULL;

	while (*rest != '\0') {
		size_t plain = strcspn(rest, "{"), len = strcspn(rest + plain, "}");
		const struct ccm_field *field;

		if (!ccm_buf_append(&path, rest, plain, err))
			goto out;
		rest += plain;
		if (*rest == '\0')
			break;
		field = path_field(op, rest + 1, len - 1);
		if (field == NULL) {
			ccm_fail(err, CCM_INTERNAL, "%s: no field for %s", op->id, rest);
			goto out;
		}
		if (!append_path_value(field, request, &path, err))
			goto out;
		rest += len + 1;
	}
	text = ccm_buf_steal(&path, err);
out:
	ccm_buf_clear(&path);
	return text;
}

static bool
build_query(const struct ccm_operation *op, const struct ccm_json *request,
    struct ccm_wire_request *out, struct ccm_error *err)
{
	out->query = ccm_alloc_array(op->field_count, sizeof(*out->query), err);
	if (out->query == NULL)
		return false;
	for (size_t i = 0; i < op->field_count; i++) {
		const struct ccm_field *field = &op->fields[i];
		const struct ccm_json *value = ccm_json_get(request, field->name);
		struct ccm_query_pair *pair = &out->query[out->query_count];

		if (field->place != CCM_IN_QUERY || value == NULL)
			continue;
		out->query_count++;
		pair->name = ccm_strdup(field->name, err);
		pair->value = value_text(field, value, err);
		if (pair->name == NULL || pair->value == NULL)
			return false;
	}
	return true;
}

static struct ccm_json *shape_object(const struct ccm_field *fields, size_t count,
    const struct ccm_json *object, struct ccm_error *err);

static struct ccm_json *
shape_list(const struct ccm_field *field, const struct ccm_json *list, struct ccm_error *err)
{
	struct ccm_json *out = ccm_json_new_array(err);
	bool ok = out != NULL;

	for
		ccm_json_each(element, list)
		{
			const char *text;

			if (ok && ccm_json_as_string(element, &text))
				ok = ccm_json_append_string(out, spell(field, text), err);
			else if (ok)
				ok = ccm_json_append_json(out,
				    shape_object(field->fields, field->field_count, element, err),
				    err);
		}
	if (ok)
		return out;
	ccm_json_free(out);
	return NULL;
}

/* Put the value into the object in the row's type, however it was given. */
static bool
shape_member(struct ccm_json *object, const struct ccm_field *field, const struct ccm_json *value,
    struct ccm_error *err)
{
	const char *text = "";
	int64_t number = 0;
	bool truth = false;

	switch (field->type) {
	case CCM_FIELD_STRING:
		if (ccm_json_as_string(value, &text))
			return ccm_json_add_string(object, field->name, spell(field, text), err);
		return ccm_json_as_bool(value, &truth) &&
		       ccm_json_add_bool(object, field->name, truth, err);
	case CCM_FIELD_INTEGER:
		return ccm_json_as_int(value, &number) &&
		       ccm_json_add_int(object, field->name, number, err);
	case CCM_FIELD_BOOLEAN:
		return ccm_json_as_bool(value, &truth) &&
		       ccm_json_add_bool(object, field->name, truth, err);
	case CCM_FIELD_OBJECT:
		return ccm_json_add_json(object, field->name,
		    shape_object(field->fields, field->field_count, value, err), err);
	case CCM_FIELD_STRINGS:
	case CCM_FIELD_OBJECTS:
		return ccm_json_add_json(object, field->name, shape_list(field, value, err), err);
	}
	return false;
}

static struct ccm_json *
shape_object(const struct ccm_field *fields, size_t count, const struct ccm_json *object,
    struct ccm_error *err)
{
	struct ccm_json *out = ccm_json_new_object(err);

	for (size_t i = 0; out != NULL && i < count; i++) {
		const struct ccm_json *value = ccm_json_get(object, fields[i].name);

		if (fields[i].place != CCM_IN_BODY || value == NULL ||
		    shape_member(out, &fields[i], value, err))
			continue;
		ccm_fail(err, CCM_INTERNAL, "%s has a value that was not checked", fields[i].name);
		ccm_json_free(out);
		out = NULL;
	}
	return out;
}

static bool
takes_body(const struct ccm_operation *op)
{
	for (size_t i = 0; i < op->field_count; i++) {
		if (op->fields[i].place == CCM_IN_BODY)
			return true;
	}
	return false;
}

/*
 * A POST that knows body fields sends {} when none is given (a revocation without a body fails);
 * one that knows none sends no body (spec/ccm-api.md chapter 8, empty_revoke_body, bodyless_posts).
 */
static bool
build_body(const struct ccm_operation *op, const struct ccm_json *request,
    struct ccm_wire_request *out, struct ccm_error *err)
{
	struct ccm_json *body;
	bool ok;

	if (!op->body_required && !takes_body(op))
		return true;
	body = shape_object(op->fields, op->field_count, request, err);
	if (body == NULL)
		return false;
	out->has_body =
	    op->body_required || ccm_json_count(body) != 0 || strcmp(op->method, "POST") == 0;
	ok = !out->has_body || ccm_json_print(body, false, &out->body, err);
	ccm_json_free(body);
	return ok;
}

bool
ccm_operation_build(const struct ccm_operation *op, const struct ccm_json *request,
    struct ccm_wire_request *out, struct ccm_error *err)
{
	struct ccm_json *empty = NULL;
	bool ok;

	*out = (struct ccm_wire_request){0};
	ccm_buf_init_secret(&out->body);
	if (request == NULL)
		request = empty = ccm_json_new_object(err);
	if (request == NULL)
		return false;
	out->path = build_path(op, request, err);
	ok = out->path != NULL && build_query(op, request, out, err) &&
	     build_body(op, request, out, err);
	ccm_json_free(empty);
	if (!ok)
		ccm_wire_request_clear(out);
	return ok;
}

void
ccm_wire_request_clear(struct ccm_wire_request *request)
{
	for (size_t i = 0; i < request->query_count; i++) {
		ccm_free(request->query[i].name);
		ccm_free(request->query[i].value);
	}
	ccm_free(request->query);
	ccm_free(request->path);
	ccm_buf_clear(&request->body);
	*request = (struct ccm_wire_request){0};
}
