/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/route.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "emu/answer.h"
#include "emu/scm_refusal.h"

/* Paths */

static size_t
segment_length(const char *path)
{
	return strcspn(path, "/");
}

static bool
is_field(const char *segment)
{
	return segment[0] == '{';
}

/* How many parts of the pattern are literally in the path; -1 when it does not fit. */
static int
match(const char *pattern, const char *path)
{
	int literal = 0;

	for (;;) {
		size_t want = segment_length(pattern), got = segment_length(path);

		if (is_field(pattern) ? got == 0 : want != got || memcmp(pattern, path, want) != 0)
			return -1;
		literal += !is_field(pattern);
		pattern += want;
		path += got;
		if (*pattern != *path)
			return -1;
		if (*pattern == '\0')
			return literal;
		pattern++;
		path++;
	}
}

/* What IAM has besides the operations of the table. */
#define ADDRESS(id) &ccm_##id,
static const struct ccm_operation *const login_operations[] = {CCM_LOGIN_OPERATIONS(ADDRESS)};
/* Paths that examples of the reference have instead of the table's (ccm-api.md 8). */
static const struct {
	const char *path, *instead;
} aliases[] = {
    {"/v1/ccm/config/console", "/v1/pca/config/console"},
};

static const char *
resolve(const char *path)
{
	for (size_t i = 0; i < CCM_COUNT(aliases); i++)
		if (strcmp(aliases[i].path, path) == 0)
			return aliases[i].instead;
	return path;
}

const struct ccm_operation *
ccm_emu_route_find(const char *method, const char *path)
{
	size_t listed = ccm_operation_count(), count = listed + CCM_COUNT(login_operations);
	const struct ccm_operation *best = NULL;
	int most = -1;

	for (size_t i = 0; i < count; i++) {
		const struct ccm_operation *op =
		    i < listed ? ccm_operation_at(i) : login_operations[i - listed];
		int literal = strcmp(op->method, method) == 0 ? match(op->path, resolve(path)) : -1;

		if (literal > most) {
			most = literal;
			best = op;
		}
	}
	return best;
}

/* Add the path's fields; the path is known to fit the pattern. */
static bool
read_path(const char *pattern, const char *path, struct ccm_json *out, struct ccm_error *err)
{
	while (*pattern != '\0') {
		size_t want = segment_length(pattern), got = segment_length(path);
		char name[64];
		char *value;
		bool ok;

		if (is_field(pattern) && want < sizeof(name)) {
			memcpy(name, pattern + 1, want - 2);
			name[want - 2] = '\0';
			value = ccm_strndup(path, got, err);
			ok = value != NULL && ccm_json_add_string(out, name, value, err);
			ccm_free(value);
			if (!ok)
				return false;
		}
		pattern += want + (pattern[want] == '/');
		path += got + (path[got] == '/');
	}
	return true;
}

/* Values, brought into the table's form; what is wrong stays as it is, for the check to name. */

static bool normalise(const struct ccm_field *fields, size_t count, const struct ccm_json *in,
    struct ccm_json *out, struct ccm_error *err);

static const char *
spelling(const struct ccm_field *field, const char *text)
{
	for (const char *const *value = field->values; value != NULL && *value != NULL; value++)
		if (strcasecmp(*value, text) == 0)
			return *value;
	return text;
}

static bool
add_copy(
    struct ccm_json *out, const char *name, const struct ccm_json *value, struct ccm_error *err)
{
	struct ccm_json *copy = ccm_json_dup(value, err);

	return copy != NULL && ccm_json_add_json(out, name, copy, err);
}

static bool
add_text(struct ccm_json *out, const struct ccm_field *field, const struct ccm_json *value,
    struct ccm_error *err)
{
	const char *text;

	if (!ccm_json_as_string(value, &text))
		return add_copy(out, field->name, value, err);
	if (text[0] == '\0' && !field->mandatory)
		return true;
	return ccm_json_add_string(out, field->name, spelling(field, text), err);
}

static struct ccm_json *
normalised_element(
    const struct ccm_field *field, const struct ccm_json *element, struct ccm_error *err)
{
	struct ccm_json *object;

	if (field->type != CCM_FIELD_OBJECTS || ccm_json_type(element) != CCM_JSON_OBJECT)
		return ccm_json_dup(element, err);
	object = ccm_json_new_object(err);
	if (object != NULL && normalise(field->fields, field->field_count, element, object, err))
		return object;
	ccm_json_free(object);
	return NULL;
}

static bool
add_list(struct ccm_json *out, const struct ccm_field *field, const struct ccm_json *list,
    struct ccm_error *err)
{
	struct ccm_json *array;
	bool ok;

	if (ccm_json_type(list) != CCM_JSON_ARRAY)
		return add_copy(out, field->name, list, err);
	array = ccm_json_new_array(err);
	ok = array != NULL;
	for (const struct ccm_json *at = ccm_json_first(list); ok && at != NULL;
	     at = ccm_json_next(at)) {
		const char *text;

		if (field->type == CCM_FIELD_STRINGS && ccm_json_as_string(at, &text))
			ok = ccm_json_append_string(array, spelling(field, text), err);
		else
			ok = ccm_json_append_json(array, normalised_element(field, at, err), err);
	}
	if (ok)
		return ccm_json_add_json(out, field->name, array, err);
	ccm_json_free(array);
	return false;
}

static bool
add_object(struct ccm_json *out, const struct ccm_field *field, const struct ccm_json *value,
    struct ccm_error *err)
{
	struct ccm_json *object;

	if (ccm_json_type(value) != CCM_JSON_OBJECT)
		return add_copy(out, field->name, value, err);
	object = ccm_json_new_object(err);
	if (object != NULL && normalise(field->fields, field->field_count, value, object, err))
		return ccm_json_add_json(out, field->name, object, err);
	ccm_json_free(object);
	return false;
}

static bool
add_value(struct ccm_json *out, const struct ccm_field *field, const struct ccm_json *value,
    struct ccm_error *err)
{
	int64_t number;
	bool truth;

	switch (field->type) {
	case CCM_FIELD_STRING:
		return add_text(out, field, value, err);
	case CCM_FIELD_INTEGER:
		return ccm_json_as_int(value, &number)
			   ? ccm_json_add_int(out, field->name, number, err)
			   : add_copy(out, field->name, value, err);
	case CCM_FIELD_BOOLEAN:
		return ccm_json_as_bool(value, &truth)
			   ? ccm_json_add_bool(out, field->name, truth, err)
			   : add_copy(out, field->name, value, err);
	case CCM_FIELD_OBJECT:
		return add_object(out, field, value, err);
	case CCM_FIELD_STRINGS:
	case CCM_FIELD_OBJECTS:
		return add_list(out, field, value, err);
	}
	return false;
}

static bool
normalise(const struct ccm_field *fields, size_t count, const struct ccm_json *in,
    struct ccm_json *out, struct ccm_error *err)
{
	for (size_t i = 0; i < count; i++) {
		const struct ccm_json *value = ccm_json_get(in, fields[i].name);

		if (fields[i].place == CCM_IN_BODY && value != NULL &&
		    !add_value(out, &fields[i], value, err))
			return false;
	}
	return true;
}

/* The parts of a request */

static bool
read_query(const struct ccm_operation *op, const struct ccm_emu_request *request,
    struct ccm_json *out, struct ccm_error *err)
{
	for (size_t i = 0; i < op->field_count; i++) {
		const struct ccm_field *field = &op->fields[i];
		const char *value = field->place == CCM_IN_QUERY
					? ccm_emu_request_query(request, field->name)
					: NULL;

		if (value == NULL || value[0] == '\0')
			continue;
		if (!ccm_json_add_string(out, field->name, spelling(field, value), err))
			return false;
	}
	return true;
}

/* All of their fields may be left out, but not the body (ccm-api.md 8). */
static const struct ccm_operation *const bodies_needed[] = {
    &ccm_pca_revoke_ca,
    &ccm_pca_revoke_certificate,
};

static bool
may_be_empty(const struct ccm_operation *op)
{
	for (size_t i = 0; i < CCM_COUNT(bodies_needed); i++)
		if (bodies_needed[i] == op)
			return false;
	return true;
}

/* Without a table row that takes a body, what is sent does not matter: many clients send {}. */
static bool
read_body(const struct ccm_operation *op, const struct ccm_emu_request *request,
    struct ccm_json *out, struct ccm_error *err)
{
	struct ccm_error cause = {0};
	struct ccm_json *body;
	bool ok;

	if (request->body.len == 0)
		return may_be_empty(op) || ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
					       "there is no body, it is {} at least");
	if (!op->body_required)
		return true;
	body = ccm_json_parse(request->body, &cause);
	if (body == NULL)
		ok = ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER, "the body is %s", cause.msg);
	else if (ccm_json_type(body) != CCM_JSON_OBJECT)
		ok = ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER, "the body is %s, not an object",
		    ccm_json_type_name(ccm_json_type(body)));
	else
		ok = normalise(op->fields, op->field_count, body, out, err);
	ccm_json_free(body);
	return ok;
}

/* Checking */

bool
ccm_emu_is_uuid(const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	for (size_t i = 0; i < sizeof(form); i++)
		if (form[i] == 'x' ? !isxdigit((unsigned char)text[i]) : text[i] != form[i])
			return false;
	return true;
}

static bool
check_id(const struct ccm_json *request, const char *name, enum ccm_emu_refusal refusal,
    struct ccm_error *err)
{
	const struct ccm_json *value = ccm_json_get(request, name);
	const char *id;

	if (value == NULL || !ccm_json_as_string(value, &id) || ccm_emu_is_uuid(id))
		return true;
	return ccm_emu_refuse(err, refusal, "%s: %.64s", name, id);
}

/* The code that goes with a field: the first whose name the path of what is wrong begins with. */
static const struct {
	const char *path;
	enum ccm_emu_refusal refusal;
} field_refusals[] = {
    {"distinguished_name", CCM_EMU_REFUSE_NAME},
    {"key_algorithm", CCM_EMU_REFUSE_KEY_ALGORITHM},
    {"signature_algorithm", CCM_EMU_REFUSE_HASH},
    {"validity", CCM_EMU_REFUSE_VALIDITY},
    {"path_length", CCM_EMU_REFUSE_PATH_LENGTH},
    {"crl_configuration", CCM_EMU_REFUSE_CRL},
    {"ca_id", CCM_EMU_REFUSE_CA_ID},
    {"issuer_id", CCM_EMU_REFUSE_CA_ID},
    {"certificate_id", CCM_EMU_REFUSE_CERTIFICATE_ID},
};

/* As above, where the field means something else in other operations. */
static const struct {
	const struct ccm_operation *op;
	const char *path;
	enum ccm_emu_refusal refusal;
} operation_refusals[] = {
    {&ccm_pca_list_cas, "type", CCM_EMU_REFUSE_CA_TYPE},
    {&ccm_pca_list_cas, "status", CCM_EMU_REFUSE_STATUS_FILTER},
    {&ccm_pca_create_ca, "type", CCM_EMU_REFUSE_CA_TYPE},
    {&ccm_pca_activate_ca, "type", CCM_EMU_REFUSE_CA_TYPE},
    {&ccm_pca_enable_crl, "crl_name", CCM_EMU_REFUSE_CRL},
    {&ccm_pca_enable_crl, "obs_bucket_name", CCM_EMU_REFUSE_CRL},
    {&ccm_pca_enable_crl, "valid_days", CCM_EMU_REFUSE_CRL},
};

static bool
begins_with(const char *path, const char *name)
{
	size_t len = strlen(name);

	return strncmp(path, name, len) == 0 && strchr(".[: ", path[len]) != NULL;
}

static enum ccm_emu_refusal
refusal_of(const struct ccm_operation *op, const char *path)
{
	if (begins_with(path, "subject_alternative_names") && strstr(path, "].type") != NULL)
		return CCM_EMU_REFUSE_SAN_TYPE;
	for (size_t i = 0; i < CCM_COUNT(operation_refusals); i++)
		if (operation_refusals[i].op == op && begins_with(path, operation_refusals[i].path))
			return operation_refusals[i].refusal;
	for (size_t i = 0; i < CCM_COUNT(field_refusals); i++)
		if (begins_with(path, field_refusals[i].path))
			return field_refusals[i].refusal;
	return CCM_EMU_REFUSE_PARAMETER;
}

static bool
check_ids(const struct ccm_json *request, struct ccm_error *err)
{
	return check_id(request, "ca_id", CCM_EMU_REFUSE_CA_ID, err) &&
	       check_id(request, "issuer_id", CCM_EMU_REFUSE_CA_ID, err) &&
	       check_id(request, "certificate_id", CCM_EMU_REFUSE_CERTIFICATE_ID, err);
}

static bool
is_root(const struct ccm_json *request)
{
	const char *type;

	return ccm_json_as_string(ccm_json_get(request, "type"), &type) &&
	       strcmp(type, "ROOT") == 0;
}

/* A root that was bought has no issuer, though the table wants one (`activate_root` of ccm-api.md
 * 8).
 */
static bool
validate(const struct ccm_operation *op, const struct ccm_json *request, struct ccm_error *err)
{
	struct ccm_json *copy;
	bool ok;

	if (op != &ccm_pca_activate_ca || ccm_json_get(request, "issuer_id") != NULL ||
	    !is_root(request))
		return ccm_operation_validate(op, request, err);
	copy = ccm_json_dup(request, err);
	ok = copy != NULL && ccm_json_add_string(copy, "issuer_id", "-", err) &&
	     ccm_operation_validate(op, copy, err);
	ccm_json_free(copy);
	return ok;
}

/* The table's check says "OPERATION: PATH: what is wrong". SCM's ids are for its handlers. */
static bool
check(const struct ccm_operation *op, const struct ccm_json *request, struct ccm_error *err)
{
	struct ccm_error cause = {0};
	const char *path;

	if (op->service != CCM_SCM && !check_ids(request, err))
		return false;
	if (validate(op, request, &cause))
		return true;
	path = strstr(cause.msg, ": ");
	path = path != NULL ? path + 2 : cause.msg;
	return op->service == CCM_SCM ? ccm_emu_scm_refuse_field(err, path)
				      : ccm_emu_refuse(err, refusal_of(op, path), "%s", path);
}

struct ccm_json *
ccm_emu_route_read(
    const struct ccm_operation *op, const struct ccm_emu_request *request, struct ccm_error *err)
{
	struct ccm_json *out = ccm_json_new_object(err);

	if (out == NULL)
		return NULL;
	if (read_path(op->path, request->path, out, err) && read_query(op, request, out, err) &&
	    read_body(op, request, out, err) && check(op, out, err))
		return out;
	ccm_json_free(out);
	if (op->service == CCM_IAM) /* which has no such codes */
		err->api_code[0] = '\0';
	return NULL;
}
