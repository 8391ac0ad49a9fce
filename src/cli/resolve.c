/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/resolve.h"

#include <ctype.h>
#include <string.h>

#include "cli/table.h"

#define MOST_NAMED 5 /* candidates in one message */

const struct ccm_kind ccm_kind_ca = {
    .noun = "CA",
    .id_field = "ca_id",
    .list = &ccm_pca_list_cas,
    .get = &ccm_pca_get_ca,
    .create = &ccm_pca_create_ca,
    .list_command = "ccm ca list",
};

const struct ccm_kind ccm_kind_certificate = {
    .noun = "certificate",
    .id_field = "certificate_id",
    .list = &ccm_pca_list_certificates,
    .get = &ccm_pca_get_certificate,
    .create = &ccm_pca_create_certificate,
    .list_command = "ccm cert list",
};

bool
ccm_id_is_uuid(const char *text)
{
	static const char form[] = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
	size_t i;

	for (i = 0; form[i] != '\0'; i++)
		if (form[i] == 'h' ? !isxdigit((unsigned char)text[i]) : text[i] != form[i])
			return false;
	return text[i] == '\0';
}

const char *
ccm_object_name(const struct ccm_json *object)
{
	const char *name = "";

	ccm_json_as_string(ccm_json_get(object, "distinguished_name.common_name"), &name);
	return name;
}

bool
ccm_object_id(const struct ccm_kind *kind, const struct ccm_json *object, char id[static 64],
    struct ccm_error *err)
{
	const char *text;

	if (!ccm_json_string(object, kind->id_field, &text, err))
		return ccm_error_context(err, "%s", kind->noun);
	if (*text == '\0' || strlen(text) >= 64)
		return ccm_fail(
		    err, CCM_PROTOCOL, "%s \"%.80s\" is not an id", kind->id_field, text);
	memcpy(id, text, strlen(text) + 1);
	return true;
}

void
ccm_note_state(struct ccm_tool *tool, const struct ccm_target *target,
    const struct ccm_json *object, const struct ccm_error *err)
{
	const char *status;

	if (object != NULL && err->code == CCM_CONFLICT &&
	    ccm_json_as_string(ccm_json_get(object, "status"), &status) &&
	    strcmp(status, target->status) != 0)
		ccm_tool_note(tool, "note: the %s \"%s\" is %s", target->kind->noun,
		    ccm_object_name(object), status);
}

/* What a look-up by name brought. */
struct matches {
	const char *name;
	struct ccm_json *same;      /* list of objects of exactly this name */
	char *near[MOST_NAMED + 1]; /* other names that contain it */
	size_t near_count;
};

static bool
note_near(struct matches *matches, const char *name, struct ccm_error *err)
{
	for (size_t i = 0; i < matches->near_count; i++)
		if (strcmp(matches->near[i], name) == 0)
			return true;
	if (matches->near_count == CCM_COUNT(matches->near))
		return true;
	matches->near[matches->near_count] = ccm_strdup(name, err);
	return matches->near[matches->near_count] != NULL && ++matches->near_count;
}

static bool
visit(void *context, const struct ccm_json *element, struct ccm_error *err)
{
	struct matches *matches = context;
	const char *name = ccm_object_name(element);
	struct ccm_json *copy;

	if (strcmp(name, matches->name) != 0)
		return note_near(matches, name, err);
	copy = ccm_json_dup(element, err);
	return copy != NULL && ccm_json_append_json(matches->same, copy, err);
}

static bool
fail_none(const struct ccm_target *target, const struct matches *matches, struct ccm_error *err)
{
	struct ccm_buf names = {0};
	bool ok = true;

	for (size_t i = 0; i < matches->near_count && i < MOST_NAMED && ok; i++)
		ok = ccm_buf_printf(
		    &names, err, "%s\"%s\"", i != 0 ? ", " : "; like it: ", matches->near[i]);
	if (ok && matches->near_count > MOST_NAMED)
		ok = ccm_buf_append_str(&names, ", ...", err);
	ccm_fail(err, CCM_NOT_FOUND, "no %s named \"%s\"%s", target->kind->noun, target->text,
	    ccm_buf_str(&names));
	ccm_buf_clear(&names);
	return false;
}

static bool
fail_several(struct ccm_tool *tool, const struct ccm_target *target, const struct ccm_json *same,
    struct ccm_error *err)
{
	const struct ccm_column columns[] = {
	    {"", target->kind->id_field, CCM_CELL_TEXT},
	    {"", "status", CCM_CELL_TEXT},
	    {"", "not_after", CCM_CELL_EXPIRY},
	};
	size_t count = ccm_json_count(same), named = 0;

	for
		ccm_json_each(object, same)
		{
			struct ccm_buf line = {0};
			bool ok = named++ < MOST_NAMED;

			for (size_t i = 0; i < CCM_COUNT(columns) && ok; i++)
				ok = ccm_buf_append_str(&line, "  ", err) &&
				     ccm_column_format(&columns[i], object, &line, err);
			if (ok)
				ccm_tool_note(tool, "%s", ccm_buf_str(&line));
			ccm_buf_clear(&line);
		}
	if (count > MOST_NAMED)
		ccm_tool_note(tool, "  and %zu more", count - MOST_NAMED);
	return ccm_fail(err, CCM_CONFLICT, "%zu %ss are named \"%s\"; give the id of one", count,
	    target->kind->noun, target->text);
}

/* The one that is meant, or NULL. */
static const struct ccm_json *
choose(const struct ccm_target *target, const struct ccm_json *same)
{
	const struct ccm_json *chosen = NULL;

	if (ccm_json_count(same) == 1)
		return ccm_json_first(same);
	for
		ccm_json_each(object, same)
		{
			const char *status = "";

			ccm_json_as_string(ccm_json_get(object, "status"), &status);
			if (target->status == NULL || strcmp(status, target->status) != 0)
				continue;
			if (chosen != NULL)
				return NULL;
			chosen = object;
		}
	return chosen;
}

static bool
find_name(struct ccm_tool *tool, const struct ccm_target *target, struct ccm_json **object,
    struct ccm_error *err)
{
	struct matches matches = {.name = target->text, .same = ccm_json_new_array(err)};
	struct ccm_json *request = ccm_json_new_object(err);
	struct ccm_client *client = ccm_tool_client(tool, err);
	const struct ccm_operation *list = target->kind->list;
	const struct ccm_json *chosen;

	if (matches.same == NULL || request == NULL || client == NULL ||
	    !ccm_json_add_string(request, "name", target->text, err))
		goto out;
	if (!ccm_client_each(client, list, request, (struct ccm_visitor){visit, &matches}, err)) {
		ccm_tool_note_denied(tool, list, err);
		goto out;
	}
	chosen = choose(target, matches.same);
	if (chosen != NULL)
		*object = ccm_json_dup(chosen, err);
	else if (ccm_json_count(matches.same) == 0)
		fail_none(target, &matches, err);
	else
		fail_several(tool, target, matches.same, err);
out:
	ccm_json_free(matches.same);
	ccm_json_free(request);
	for (size_t i = 0; i < matches.near_count; i++)
		ccm_free(matches.near[i]);
	return *object != NULL;
}

bool
ccm_resolve(struct ccm_tool *tool, const struct ccm_target *target, struct ccm_json **object,
    struct ccm_error *err)
{
	const struct ccm_kind *kind = target->kind;
	struct ccm_json *request;

	*object = NULL;
	if (!ccm_id_is_uuid(target->text))
		return find_name(tool, target, object, err);
	request = ccm_json_new_object(err);
	if (request != NULL && ccm_json_add_string(request, kind->id_field, target->text, err) &&
	    !ccm_tool_call(tool, kind->get, request, object, err))
		ccm_error_context(err, "%s %s", kind->noun, target->text);
	ccm_json_free(request);
	if (*object == NULL)
		ccm_fail(err, CCM_PROTOCOL, "%s %s: the answer is empty", kind->noun, target->text);
	return *object != NULL;
}

bool
ccm_resolve_id(struct ccm_tool *tool, const struct ccm_target *target, char id[static 64],
    struct ccm_error *err)
{
	struct ccm_json *object;
	bool ok;

	if (ccm_id_is_uuid(target->text)) {
		memcpy(id, target->text, strlen(target->text) + 1);
		return true;
	}
	ok =
	    ccm_resolve(tool, target, &object, err) && ccm_object_id(target->kind, object, id, err);
	ccm_json_free(object);
	return ok;
}
