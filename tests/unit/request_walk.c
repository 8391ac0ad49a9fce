/* SPDX-License-Identifier: Apache-2.0 */
#include "request_walk.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SOME_UUID "4c0e772e-a30c-4029-b929-b7acb04143f7"
#define SOME_SCM_ID "scs1481110651012"

struct making {
	const struct request_flaw *flaw; /* NULL: none */
	bool minimal;
};

static struct ccm_json *make_object(
    const struct making *making, const char *path, const struct ccm_field *fields, size_t count);

const char *
request_flaw_text(const struct request_flaw *flaw)
{
	static const char *const names[] = {
	    "nothing", "missing", "wrong type", "below", "above", "not in the enumeration"};
	static char text[320];

	snprintf(text, sizeof(text), "%s: %s: %s", flaw->op->id, flaw->path, names[flaw->kind]);
	return text;
}

static void
join(char out[200], const char *path, const char *name)
{
	snprintf(out, 200, "%s%s%s", path, path[0] != '\0' ? "." : "", name);
}

/* A value of its own, to be freed or given away. */
static struct ccm_json *
as_json(const char *text)
{
	struct ccm_json *json = ccm_json_parse(ccm_span_of(text), NULL);

	assert_non_null(json);
	return json;
}

static struct ccm_json *
make_number(int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, number);
	return as_json(text);
}

static struct ccm_json *
make_text(const char *pattern, int64_t length)
{
	struct ccm_buf text = {0};
	struct ccm_json *json;

	assert_true(ccm_buf_append_str(&text, "\"", NULL));
	for (int64_t i = 0; i < length; i++)
		assert_true(ccm_buf_append(&text, &pattern[(size_t)i % strlen(pattern)], 1, NULL));
	assert_true(ccm_buf_append_str(&text, "\"", NULL));
	json = as_json(ccm_buf_str(&text));
	ccm_buf_clear(&text);
	return json;
}

static struct ccm_json *
make_valid_text(const struct ccm_field *field)
{
	if (field->values != NULL)
		return make_text(field->values[0], (int64_t)strlen(field->values[0]));
	if ((field->bounded && field->min == 36) || strcmp(field->name, "issuer_id") == 0)
		return make_text(SOME_UUID, 36);
	if (field->place == CCM_IN_PATH)
		return make_text(SOME_SCM_ID, strlen(SOME_SCM_ID));
	return make_text("xy", field->bounded && field->min > 1 ? field->min : 1);
}

static struct ccm_json *
make_valid_number(const struct ccm_field *field)
{
	if (field->values != NULL)
		return as_json(field->values[0]);
	return make_number(field->bounded ? field->min : 1);
}

static struct ccm_json *
make_list(
    const struct making *making, const char *path, const struct ccm_field *field, int64_t count)
{
	struct ccm_json *list = ccm_json_new_array(NULL);
	char element[200];

	for (int64_t i = 0; i < count; i++) {
		snprintf(element, sizeof(element), "%s[%" PRId64 "]", path, i);
		assert_true(ccm_json_append_json(list,
		    field->type == CCM_FIELD_STRINGS
			? make_valid_text(field)
			: make_object(making, element, field->fields, field->field_count),
		    NULL));
	}
	return list;
}

static struct ccm_json *
make_valid(const struct making *making, const char *path, const struct ccm_field *field)
{
	switch (field->type) {
	case CCM_FIELD_STRING:
		return make_valid_text(field);
	case CCM_FIELD_INTEGER:
		return make_valid_number(field);
	case CCM_FIELD_BOOLEAN:
		return as_json("true");
	case CCM_FIELD_OBJECT:
		return make_object(making, path, field->fields, field->field_count);
	case CCM_FIELD_STRINGS:
	case CCM_FIELD_OBJECTS:
		return make_list(making, path, field, field->list_min > 1 ? field->list_min : 1);
	}
	fail();
	return NULL;
}

static bool
is_list(const struct ccm_field *field)
{
	return field->type == CCM_FIELD_STRINGS || field->type == CCM_FIELD_OBJECTS;
}

/* One step beyond the bound: by is -1 below the least, 1 above the most. */
static struct ccm_json *
make_beyond(const struct making *making, const char *path, const struct ccm_field *field, int by)
{
	int64_t bound = by < 0 ? field->min : field->max;

	if (is_list(field))
		return make_list(
		    making, path, field, (by < 0 ? field->list_min : field->list_max) + by);
	return field->type == CCM_FIELD_INTEGER ? make_number(bound + by)
						: make_text("xy", bound + by);
}

static struct ccm_json *
make_wrong_type(const struct ccm_field *field)
{
	return as_json(field->type == CCM_FIELD_STRING ? "{}" : "\"some text\"");
}

static struct ccm_json *
make_flawed(const struct making *making, const char *path, const struct ccm_field *field)
{
	switch (making->flaw->kind) {
	case FLAW_WRONG_TYPE:
		return make_wrong_type(field);
	case FLAW_BELOW:
		return make_beyond(making, path, field, -1);
	case FLAW_ABOVE:
		return make_beyond(making, path, field, 1);
	case FLAW_NOT_IN_ENUMERATION:
		return as_json(field->type == CCM_FIELD_INTEGER ? "999" : "\"SOMETHING_ELSE\"");
	default:
		fail();
		return NULL;
	}
}

static struct ccm_json *
make_object(
    const struct making *making, const char *path, const struct ccm_field *fields, size_t count)
{
	struct ccm_json *object = ccm_json_new_object(NULL);

	for (size_t i = 0; i < count; i++) {
		bool here;
		char full[200];

		join(full, path, fields[i].name);
		here = making->flaw != NULL && strcmp(making->flaw->path, full) == 0;
		if ((making->minimal && !fields[i].mandatory) ||
		    (here && making->flaw->kind == FLAW_MISSING))
			continue;
		assert_true(ccm_json_add_json(object, fields[i].name,
		    here ? make_flawed(making, full, &fields[i])
			 : make_valid(making, full, &fields[i]),
		    NULL));
	}
	return object;
}

struct ccm_json *
request_full(const struct ccm_operation *op)
{
	return make_object(&(struct making){0}, "", op->fields, op->field_count);
}

struct ccm_json *
request_minimal(const struct ccm_operation *op)
{
	return make_object(&(struct making){.minimal = true}, "", op->fields, op->field_count);
}

struct ccm_json *
request_flawed(const struct request_flaw *flaw)
{
	return make_object(
	    &(struct making){.flaw = flaw}, "", flaw->op->fields, flaw->op->field_count);
}

/* Which flaws a field can have */

static bool
can_be_below(const struct ccm_field *field)
{
	if (is_list(field))
		return field->list_min > 0;
	if (!field->bounded || field->values != NULL)
		return false;
	return field->min > 0 || field->type == CCM_FIELD_INTEGER;
}

static bool
can_be_above(const struct ccm_field *field)
{
	if (is_list(field))
		return field->list_max > 0;
	if (!field->bounded || (field->values != NULL && !field->values_open))
		return false;
	return field->max < INT64_MAX;
}

static bool
can_have(const struct ccm_field *field, enum request_flaw_kind kind)
{
	switch (kind) {
	case FLAW_MISSING:
		return field->mandatory;
	case FLAW_WRONG_TYPE:
		return true;
	case FLAW_BELOW:
		return can_be_below(field);
	case FLAW_ABOVE:
		return can_be_above(field);
	case FLAW_NOT_IN_ENUMERATION:
		return field->values != NULL && !field->values_open && !is_list(field);
	default:
		return false;
	}
}

struct walk {
	const struct ccm_operation *op;
	void (*visit)(const struct request_flaw *flaw);
	size_t count;
};

static void
walk_fields(struct walk *walk, const char *path, const struct ccm_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct request_flaw flaw = {.op = walk->op, .field = &fields[i]};
		char element[200];

		join(flaw.path, path, fields[i].name);
		for (int kind = FLAW_MISSING; kind < FLAW_KINDS; kind++) {
			flaw.kind = (enum request_flaw_kind)kind;
			if (!can_have(&fields[i], flaw.kind))
				continue;
			walk->visit(&flaw);
			walk->count++;
		}
		snprintf(element, sizeof(element), "%.190s%s", flaw.path,
		    fields[i].type == CCM_FIELD_OBJECTS ? "[0]" : "");
		walk_fields(walk, element, fields[i].fields, fields[i].field_count);
	}
}

size_t
request_each_flaw(void (*visit)(const struct request_flaw *flaw))
{
	struct walk walk = {.visit = visit};

	for (size_t i = 0; i < ccm_operation_count(); i++) {
		walk.op = ccm_operation_at(i);
		walk_fields(&walk, "", walk.op->fields, walk.op->field_count);
	}
	return walk.count;
}
