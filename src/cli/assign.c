/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/assign.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/file.h"
#include "core/utf8.h"

#define NAME_MAX_LEN 63             /* what a JSON member's name may have here */
#define TEXT_MAX (12 * 1024 * 1024) /* what a signed request may have in all */
#define INDEX_MAX 1000              /* no list of a request is longer */

/* One step of a path: a member's name, or the index of an element. */
struct step {
	char name[NAME_MAX_LEN + 1]; /* "" for an index */
	size_t index;
	bool last;
};

/* Take the step at *path, of which the path's end is at end. False when it's none. */
static bool
take_index(const char **path, struct step *step)
{
	char *end;
	unsigned long index;

	if (!isdigit((unsigned char)(*path)[1]))
		return false;
	index = strtoul(*path + 1, &end, 10);
	if (*end != ']' || index > INDEX_MAX)
		return false;
	step->name[0] = '\0';
	step->index = index;
	*path = end + 1;
	return true;
}

static bool
take_name(const char **path, struct step *step)
{
	size_t len = 0;

	while (isalnum((unsigned char)(*path)[len]) || (*path)[len] == '_' || (*path)[len] == '-')
		len++;
	if (len == 0 || len > NAME_MAX_LEN)
		return false;
	memcpy(step->name, *path, len);
	step->name[len] = '\0';
	*path += len;
	return true;
}

/* first: at the path's beginning, where no dot stands before a name. */
static bool
take_step(const char **path, const char *end, bool first, struct step *step)
{
	bool ok = first || **path == '.';

	if (!first && **path == '[') {
		ok = take_index(path, step);
	} else if (ok) {
		*path += !first;
		ok = take_name(path, step);
	}
	step->last = *path >= end;
	return ok && *path <= end && (step->last || **path == '.' || **path == '[');
}

const struct ccm_field *
ccm_field_at(const struct ccm_operation *op, const char *path, size_t len)
{
	const struct ccm_field *fields = op->fields, *field = NULL;
	size_t count = op->field_count;
	const char *at = path;
	struct step step;

	for (bool first = true; at < path + len; first = false) {
		if (!take_step(&at, path + len, first, &step))
			return NULL;
		if (step.name[0] == '\0')
			continue;
		field = NULL;
		for (size_t i = 0; i < count && field == NULL; i++)
			if (strcmp(fields[i].name, step.name) == 0)
				field = &fields[i];
		if (field == NULL)
			return NULL;
		fields = field->fields;
		count = field->field_count;
	}
	return field;
}

/* Building */

/* Requests are ours; their parts come const from the getters. */
static struct ccm_json *
child(const struct ccm_json *parent, const struct step *step)
{
	return (struct ccm_json *)(step->name[0] != '\0' ? ccm_json_get(parent, step->name)
							 : ccm_json_at(parent, step->index));
}

static bool
fits(const struct ccm_json *parent, const struct step *step, struct ccm_error *err)
{
	enum ccm_json_type type = ccm_json_type(parent);
	size_t count;

	if (type != (step->name[0] != '\0' ? CCM_JSON_OBJECT : CCM_JSON_ARRAY))
		return ccm_fail(
		    err, CCM_USAGE, "a part of it is %s already", ccm_json_type_name(type));
	count = step->name[0] == '\0' ? ccm_json_count(parent) : 0;
	return step->name[0] != '\0' || step->index <= count ||
	       ccm_fail(err, CCM_USAGE, "the next element is [%zu]", count);
}

/* value is taken. */
static bool
attach(
    struct ccm_json *parent, const struct step *step, struct ccm_json *value, struct ccm_error *err)
{
	if (step->name[0] != '\0')
		return ccm_json_add_json(parent, step->name, value, err);
	return ccm_json_append_json(parent, value, err);
}

/* The container that the next step goes into, made when it isn't there. */
static struct ccm_json *
enter(struct ccm_json *parent, const struct step *step, bool list, struct ccm_error *err)
{
	struct ccm_json *part = child(parent, step);

	if (part != NULL)
		return part;
	part = list ? ccm_json_new_array(err) : ccm_json_new_object(err);
	return part != NULL && attach(parent, step, part, err) ? part : NULL;
}

/* Put value, which is taken, where the path says. */
static bool
put(struct ccm_json *request, struct ccm_span path, bool grows, struct ccm_json *value,
    struct ccm_error *err)
{
	const char *at = (const char *)path.data, *end = at + path.len;
	struct ccm_json *parent = request;
	struct step step;

	for (bool first = true;; first = false) {
		if (!take_step(&at, end, first, &step)) {
			ccm_fail(err, CCM_USAGE, "is not a path such as a.b or a[0].b");
			break;
		}
		if (!fits(parent, &step, err))
			break;
		if (step.last && grows) {
			parent = enter(parent, &step, true, err);
			if (parent != NULL && ccm_json_type(parent) == CCM_JSON_ARRAY)
				return ccm_json_append_json(parent, value, err);
			ccm_fail(err, CCM_USAGE, "is given twice");
			break;
		}
		if (step.last && child(parent, &step) == NULL)
			return attach(parent, &step, value, err);
		if (step.last) {
			ccm_fail(err, CCM_USAGE, "is given twice");
			break;
		}
		parent = enter(parent, &step, *at == '[', err);
		if (parent == NULL)
			break;
	}
	ccm_json_free(value);
	return false;
}

/* Values */

/* A bare string as JSON value. */
static struct ccm_json *
string_value(const char *text, struct ccm_error *err)
{
	if (ccm_utf8_is_valid(text))
		return ccm_json_new_string(text, err);
	ccm_fail(err, CCM_USAGE, "the value is not UTF-8");
	return NULL;
}

static struct ccm_json *
file_value(const char *path, struct ccm_error *err)
{
	struct ccm_json *value = NULL;
	struct ccm_buf text;

	ccm_buf_init_secret(&text);
	if (!ccm_file_read(path, TEXT_MAX, &text, err))
		goto out;
	if (strlen(ccm_buf_str(&text)) != text.len) {
		ccm_fail(err, CCM_USAGE, "%s holds a NUL byte: it is not text", path);
		goto out;
	}
	if (text.len != 0 && text.data[text.len - 1] == '\n')
		text.data[--text.len] = '\0';
	if (text.len != 0 && text.data[text.len - 1] == '\r')
		text.data[--text.len] = '\0';
	value = string_value(ccm_buf_str(&text), err);
out:
	ccm_buf_clear(&text);
	return value;
}

static struct ccm_json *
json_value(const char *text, struct ccm_error *err)
{
	struct ccm_error cause = {0};
	struct ccm_json *value = ccm_json_parse(ccm_span_of(text), &cause);

	if (value == NULL)
		ccm_fail(err, CCM_USAGE, "%s", cause.msg);
	return value;
}

bool
ccm_assign(const struct ccm_operation *op, const char *word, struct ccm_json *request,
    struct ccm_error *err)
{
	const char *equals = strchr(word, '='), *text;
	const struct ccm_field *field;
	struct ccm_json *value;
	size_t len;
	bool json;

	if (equals == NULL || equals == word)
		return ccm_fail(
		    err, CCM_USAGE, "\"%s\" is not NAME=VALUE, NAME=@FILE or NAME:=JSON", word);
	json = equals[-1] == ':';
	len = (size_t)(equals - word) - json;
	text = equals + 1;
	field = ccm_field_at(op, word, len);
	value = json           ? json_value(text, err)
		: *text == '@' ? file_value(text + 1, err)
			       : string_value(text, err);
	if (value != NULL &&
	    put(request, CCM_SPAN(word, len),
		!json && field != NULL && field->type == CCM_FIELD_STRINGS && word[len - 1] != ']',
		value, err))
		return true;
	return ccm_error_context(err, "%.*s", (int)len, word);
}

bool
ccm_overlay(struct ccm_json *base, const struct ccm_json *over, struct ccm_error *err)
{
	for
		ccm_json_each(member, over)
		{
			const char *name = ccm_json_name(member);
			struct ccm_json *below = (struct ccm_json *)ccm_json_get(base, name), *copy;

			if (below != NULL && ccm_json_type(below) == CCM_JSON_OBJECT &&
			    ccm_json_type(member) == CCM_JSON_OBJECT) {
				if (!ccm_overlay(below, member, err))
					return false;
				continue;
			}
			copy = ccm_json_dup(member, err);
			if (copy == NULL || !ccm_json_add_json(base, name, copy, err))
				return false;
		}
	return true;
}
