/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/resolve.h"

#include <ctype.h>
#include <string.h>

#include "cli/table.h"

#define MOST_NAMED 5 /* candidates in one message */
#define COMMON_NAME "distinguished_name.common_name"

const struct ccm_kind ccm_kind_ca = {
    .noun = "CA",
    .id_field = "ca_id",
    .id_member = "ca_id",
    .names = {COMMON_NAME},
    .expiry = "not_after",
    .filter = "name",
    .is_id = ccm_id_is_uuid,
    .list = &ccm_pca_list_cas,
    .get = &ccm_pca_get_ca,
    .create = &ccm_pca_create_ca,
    .list_command = "ccm ca list",
};

const struct ccm_kind ccm_kind_certificate = {
    .noun = "certificate",
    .id_field = "certificate_id",
    .id_member = "certificate_id",
    .names = {COMMON_NAME},
    .expiry = "not_after",
    .filter = "name",
    .is_id = ccm_id_is_uuid,
    .list = &ccm_pca_list_certificates,
    .get = &ccm_pca_get_certificate,
    .create = &ccm_pca_create_certificate,
    .list_command = "ccm cert list",
};

const struct ccm_kind ccm_kind_ssl = {
    .noun = "SSL certificate",
    .id_field = "certificate_id",
    .id_member = "id",
    .names = {"name", "domain"},
    .expiry = "expire_time",
    .is_id = ccm_id_is_ssl,
    .list = &ccm_scm_list_certificates,
    .get = &ccm_scm_get_certificate,
    .create = &ccm_scm_import_certificate,
    .list_command = "ccm ssl list",
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

bool
ccm_id_is_ssl(const char *text)
{
	return strncmp(text, "scs", 3) == 0 && text[3] != '\0' && strlen(text) < CCM_ID_SIZE &&
	       text[3 + strspn(text + 3, "0123456789")] == '\0';
}

const char *
ccm_object_name(const struct ccm_json *object)
{
	const char *name = "";

	if (!ccm_json_as_string(ccm_json_get(object, COMMON_NAME), &name))
		ccm_json_as_string(ccm_json_get(object, "name"), &name);
	return name;
}

bool
ccm_object_id(const struct ccm_kind *kind, const struct ccm_json *object,
    char id[static CCM_ID_SIZE], struct ccm_error *err)
{
	const char *text;

	if (!ccm_json_string(object, kind->id_member, &text, err))
		return ccm_error_context(err, "%s", kind->noun);
	if (*text == '\0' || strlen(text) >= CCM_ID_SIZE)
		return ccm_fail(
		    err, CCM_PROTOCOL, "%s \"%.80s\" is not an id", kind->id_member, text);
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
	    (target->status == NULL || strcmp(status, target->status) != 0))
		ccm_tool_note(tool, "note: the %s \"%s\" is %s", target->kind->noun,
		    ccm_object_name(object), status);
}

/* What a look-up by name brought. */
struct matches {
	const struct ccm_kind *kind;
	const char *name;
	struct ccm_json *same;      /* list of objects of exactly this name */
	char *near[MOST_NAMED + 1]; /* other names that contain it */
	size_t near_count;
};

static bool
note_near(struct matches *matches, const char *name, struct ccm_error *err)
{
	if (strcasestr(name, matches->name) == NULL)
		return true;
	for (size_t i = 0; i < matches->near_count; i++)
		if (strcmp(matches->near[i], name) == 0)
			return true;
	if (matches->near_count == CCM_COUNT(matches->near))
		return true;
	matches->near[matches->near_count] = ccm_strdup(name, err);
	return matches->near[matches->near_count] != NULL && ++matches->near_count;
}

static bool
goes_by(const struct ccm_kind *kind, const struct ccm_json *object, const char *name)
{
	for (size_t i = 0; i < CCM_COUNT(kind->names) && kind->names[i] != NULL; i++) {
		const char *own;

		if (ccm_json_as_string(ccm_json_get(object, kind->names[i]), &own) &&
		    strcmp(own, name) == 0)
			return true;
	}
	return false;
}

static bool
visit(void *context, const struct ccm_json *element, struct ccm_error *err)
{
	struct matches *matches = context;
	struct ccm_json *copy;

	if (!goes_by(matches->kind, element, matches->name))
		return note_near(matches, ccm_object_name(element), err);
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
	    {"", target->kind->id_member, CCM_CELL_TEXT},
	    {"", "status", CCM_CELL_TEXT},
	    {"", target->kind->expiry, CCM_CELL_EXPIRY},
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
	struct matches matches = {
	    .kind = target->kind, .name = target->text, .same = ccm_json_new_array(err)};
	struct ccm_json *request = ccm_json_new_object(err);
	struct ccm_client *client = ccm_tool_client(tool, err);
	const struct ccm_operation *list = target->kind->list;
	const struct ccm_json *chosen;

	if (matches.same == NULL || request == NULL || client == NULL ||
	    (target->kind->filter != NULL &&
		!ccm_json_add_string(request, target->kind->filter, target->text, err)))
		goto out;
	if (!ccm_client_each(client, list, request, (struct ccm_visitor){visit, &matches}, err))
		goto out;
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
	if (!kind->is_id(target->text))
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
ccm_resolve_id(struct ccm_tool *tool, const struct ccm_target *target, char id[static CCM_ID_SIZE],
    struct ccm_error *err)
{
	struct ccm_json *object;
	bool ok;

	if (target->kind->is_id(target->text)) {
		memcpy(id, target->text, strlen(target->text) + 1);
		return true;
	}
	ok =
	    ccm_resolve(tool, target, &object, err) && ccm_object_id(target->kind, object, id, err);
	ccm_json_free(object);
	return ok;
}
