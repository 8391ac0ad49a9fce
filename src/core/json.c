/* SPDX-License-Identifier: Apache-2.0 */
#include "core/json.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/utf8.h"

/* A struct ccm_json is a cJSON; the names keep cJSON.h out of everybody else's sight. */
static cJSON *
raw(const struct ccm_json *json)
{
	return (cJSON *)json;
}

static struct ccm_json *
wrap(const cJSON *json)
{
	return (struct ccm_json *)json;
}

/* Parsing and printing */

#define PRINT_LEAST 512
#define PRINT_MOST (256 * 1024 * 1024)

/* Where there is a NUL, escaped or not: texts would end there unseen. NULL: nowhere. */
static const char *
find_nul(const char *at, const char *stop)
{
	for (; at < stop; at++) {
		if (*at == '\0' || (stop - at >= 6 && memcmp(at, "\\u0000", 6) == 0))
			return at;
		at += *at == '\\';
	}
	return NULL;
}

struct ccm_json *
ccm_json_parse(struct ccm_span text, struct ccm_error *err)
{
	const char *begin = (const char *)text.data, *end = begin, *stop, *nul;
	cJSON *json;

	if (text.len == 0) {
		ccm_fail(err, CCM_PROTOCOL, "empty text where JSON was expected");
		return NULL;
	}
	stop = begin + text.len;
	nul = find_nul(begin, stop);
	if (nul != NULL) {
		ccm_fail(err, CCM_PROTOCOL, "not JSON that is read here: a NUL at byte %td of %zu",
		    nul - begin, text.len);
		return NULL;
	}
	json = cJSON_ParseWithLengthOpts(begin, text.len, &end, false);
	if (json == NULL) {
		ccm_fail(
		    err, CCM_PROTOCOL, "not JSON: error at byte %td of %zu", end - begin, text.len);
		return NULL;
	}
	while (end < stop && strchr(" \t\r\n", *end) != NULL)
		end++;
	if (end == stop)
		return wrap(json);
	ccm_json_free(wrap(json));
	ccm_fail(err, CCM_PROTOCOL, "not JSON: more text after the value at byte %td", end - begin);
	return NULL;
}

static void
cleanse(cJSON *json)
{
	for (cJSON *at = json; at != NULL; at = at->next) {
		if (at->valuestring != NULL && !(at->type & cJSON_IsReference))
			OPENSSL_cleanse(at->valuestring, strlen(at->valuestring));
		cleanse(at->child);
	}
}

void
ccm_json_free(struct ccm_json *json)
{
	cleanse(raw(json));
	cJSON_Delete(raw(json));
}

struct ccm_json *
ccm_json_dup(const struct ccm_json *json, struct ccm_error *err)
{
	cJSON *copy = cJSON_Duplicate(raw(json), true);

	if (copy == NULL)
		ccm_fail_nomem(err);
	return wrap(copy);
}

/* Into the buffer itself: where that is secret, no copy is left anywhere else. */
bool
ccm_json_print(const struct ccm_json *json, bool pretty, struct ccm_buf *buf, struct ccm_error *err)
{
	for (size_t room = PRINT_LEAST; room <= PRINT_MOST; room *= 2) {
		if (!ccm_buf_reserve(buf, room, err))
			return false;
		if (cJSON_PrintPreallocated(
			raw(json), (char *)buf->data + buf->len, (int)room, pretty)) {
			/* a value from elsewhere need not be UTF-8; JSON is (RFC 8259 8.1) */
			ccm_utf8_replace((char *)buf->data + buf->len);
			buf->len += strlen((char *)buf->data + buf->len);
			return true;
		}
	}
	return ccm_fail_nomem(err);
}

#define NOT_SHOWN "(not shown)"

static bool
redact(cJSON *json)
{
	for (cJSON *at = json; at != NULL; at = at->next) {
		bool secret = at->string != NULL && ccm_log_name_is_secret(at->string);

		if (secret && cJSON_IsString(at)) {
			OPENSSL_cleanse(at->valuestring, strlen(at->valuestring));
			if (cJSON_SetValuestring(at, NOT_SHOWN) == NULL)
				return false;
		}
		if (!redact(at->child))
			return false;
	}
	return true;
}

bool
ccm_json_print_redacted(const struct ccm_json *json, struct ccm_buf *buf, struct ccm_error *err)
{
	struct ccm_json *copy = ccm_json_dup(json, err);
	bool ok;

	if (copy == NULL)
		return false;
	ok = redact(raw(copy)) ? ccm_json_print(copy, false, buf, err) : ccm_fail_nomem(err);
	ccm_json_free(copy);
	return ok;
}

/* Looking */

enum ccm_json_type
ccm_json_type(const struct ccm_json *json)
{
	switch (raw(json)->type & 0xff) {
	case cJSON_False:
	case cJSON_True:
		return CCM_JSON_BOOL;
	case cJSON_Number:
		return CCM_JSON_NUMBER;
	case cJSON_String:
	case cJSON_Raw:
		return CCM_JSON_STRING;
	case cJSON_Array:
		return CCM_JSON_ARRAY;
	case cJSON_Object:
		return CCM_JSON_OBJECT;
	default:
		return CCM_JSON_NULL;
	}
}

const char *
ccm_json_type_name(enum ccm_json_type type)
{
	static const char *const names[] = {
	    "null", "a Boolean", "a number", "a string", "a list", "an object"};

	return names[type];
}

/* The member that a dotted path names, null or not; NULL when there is none. */
static cJSON *
walk(const struct ccm_json *object, const char *path)
{
	cJSON *at = raw(object);
	char name[64];

	while (at != NULL && cJSON_IsObject(at)) {
		size_t len = strcspn(path, ".");

		if (len >= sizeof(name))
			return NULL;
		memcpy(name, path, len);
		name[len] = '\0';
		at = cJSON_GetObjectItemCaseSensitive(at, name);
		if (path[len] == '\0')
			return at;
		path += len + 1;
	}
	return NULL;
}

const struct ccm_json *
ccm_json_get(const struct ccm_json *object, const char *name)
{
	cJSON *member = walk(object, name);

	return member == NULL || cJSON_IsNull(member) ? NULL : wrap(member);
}

size_t
ccm_json_count(const struct ccm_json *json)
{
	return json != NULL ? (size_t)cJSON_GetArraySize(raw(json)) : 0;
}

const struct ccm_json *
ccm_json_at(const struct ccm_json *array, size_t index)
{
	return wrap(cJSON_GetArrayItem(raw(array), (int)index));
}

const struct ccm_json *
ccm_json_first(const struct ccm_json *container)
{
	return container != NULL ? wrap(raw(container)->child) : NULL;
}

const struct ccm_json *
ccm_json_next(const struct ccm_json *element)
{
	return wrap(raw(element)->next);
}

const char *
ccm_json_name(const struct ccm_json *member)
{
	return raw(member)->string;
}

bool
ccm_json_as_string(const struct ccm_json *json, const char **out)
{
	if (json == NULL || !cJSON_IsString(raw(json)))
		return false;
	*out = raw(json)->valuestring;
	return true;
}

const char *
ccm_json_text(const struct ccm_json *object, const char *name)
{
	const char *text = "";

	ccm_json_as_string(ccm_json_get(object, name), &text);
	return text;
}

/* 2^53: what a double, as JSON's numbers are here, holds exactly; milliseconds stay far below. */
#define WHOLE_MAX 9007199254740992LL

bool
ccm_json_as_int(const struct ccm_json *json, int64_t *out)
{
	const cJSON *value = raw(json);
	long long number;
	char *end;

	if (cJSON_IsNumber(value)) {
		if (value->valuedouble != trunc(value->valuedouble) ||
		    fabs(value->valuedouble) > (double)WHOLE_MAX)
			return false;
		*out = (int64_t)value->valuedouble;
		return true;
	}
	if (!cJSON_IsString(value) || value->valuestring[0] == '\0')
		return false;
	number = strtoll(value->valuestring, &end, 10);
	if (*end != '\0' || number > WHOLE_MAX || number < -WHOLE_MAX)
		return false;
	*out = number;
	return true;
}

bool
ccm_json_as_bool(const struct ccm_json *json, bool *out)
{
	const cJSON *value = raw(json);
	bool is_true;

	if (cJSON_IsBool(value)) {
		*out = cJSON_IsTrue(value);
		return true;
	}
	if (!cJSON_IsString(value))
		return false;
	is_true = strcasecmp(value->valuestring, "true") == 0 ||
		  strcasecmp(value->valuestring, "on") == 0;
	if (!is_true && strcasecmp(value->valuestring, "false") != 0 &&
	    strcasecmp(value->valuestring, "off") != 0)
		return false;
	*out = is_true;
	return true;
}

bool
ccm_json_as_time(const struct ccm_json *json, int64_t *out)
{
	const char *text;

	if (ccm_json_as_int(json, out))
		return true;
	return ccm_json_as_string(json, &text) &&
	       (ccm_clock_parse_scm(text, out) || ccm_clock_parse_iso8601(text, out));
}

/* Members with errors that name the path */

static bool
missing(const char *name, struct ccm_error *err)
{
	return ccm_fail(err, CCM_PROTOCOL, "%s is missing", name);
}

static bool
mistyped(const struct ccm_json *value, const char *name, const char *wanted, struct ccm_error *err)
{
	return ccm_fail(err, CCM_PROTOCOL, "%s is %s, not %s", name,
	    ccm_json_type_name(ccm_json_type(value)), wanted);
}

bool
ccm_json_opt_string(
    const struct ccm_json *object, const char *name, const char **inout, struct ccm_error *err)
{
	const struct ccm_json *value = ccm_json_get(object, name);

	return value == NULL || ccm_json_as_string(value, inout) ||
	       mistyped(value, name, "a string", err);
}

bool
ccm_json_opt_int(
    const struct ccm_json *object, const char *name, int64_t *inout, struct ccm_error *err)
{
	const struct ccm_json *value = ccm_json_get(object, name);

	return value == NULL || ccm_json_as_int(value, inout) ||
	       mistyped(value, name, "a whole number", err);
}

bool
ccm_json_opt_bool(
    const struct ccm_json *object, const char *name, bool *inout, struct ccm_error *err)
{
	const struct ccm_json *value = ccm_json_get(object, name);

	return value == NULL || ccm_json_as_bool(value, inout) ||
	       mistyped(value, name, "a Boolean", err);
}

bool
ccm_json_string(
    const struct ccm_json *object, const char *name, const char **out, struct ccm_error *err)
{
	*out = NULL;
	return ccm_json_opt_string(object, name, out, err) && (*out != NULL || missing(name, err));
}

bool
ccm_json_int(const struct ccm_json *object, const char *name, int64_t *out, struct ccm_error *err)
{
	*out = 0;
	return ccm_json_get(object, name) != NULL ? ccm_json_opt_int(object, name, out, err)
						  : missing(name, err);
}

bool
ccm_json_array(const struct ccm_json *object, const char *name, const struct ccm_json **out,
    struct ccm_error *err)
{
	*out = ccm_json_get(object, name);
	if (*out == NULL)
		return missing(name, err);
	return ccm_json_type(*out) == CCM_JSON_ARRAY || mistyped(*out, name, "a list", err);
}

/* Building */

static struct ccm_json *
made(cJSON *json, struct ccm_error *err)
{
	if (json == NULL)
		ccm_fail_nomem(err);
	return wrap(json);
}

struct ccm_json *
ccm_json_new_object(struct ccm_error *err)
{
	return made(cJSON_CreateObject(), err);
}

struct ccm_json *
ccm_json_new_array(struct ccm_error *err)
{
	return made(cJSON_CreateArray(), err);
}

struct ccm_json *
ccm_json_new_string(const char *value, struct ccm_error *err)
{
	return made(cJSON_CreateString(value), err);
}

/* Put value (taken) where the dotted path says, making objects on the way. */
static bool
put(cJSON *object, const char *path, cJSON *value, struct ccm_error *err)
{
	char name[64];

	while (object != NULL && value != NULL) {
		size_t len = strcspn(path, ".");
		cJSON *member;

		if (len >= sizeof(name))
			break;
		memcpy(name, path, len);
		name[len] = '\0';
		member = cJSON_GetObjectItemCaseSensitive(object, name);
		if (path[len] == '\0') {
			cJSON_Delete(cJSON_DetachItemViaPointer(object, member));
			if (cJSON_AddItemToObject(object, name, value))
				return true;
			break;
		}
		object = member != NULL ? member : cJSON_AddObjectToObject(object, name);
		path += len + 1;
	}
	cJSON_Delete(value);
	return ccm_fail_nomem(err);
}

bool
ccm_json_add_string(
    struct ccm_json *object, const char *name, const char *value, struct ccm_error *err)
{
	return put(
	    raw(object), name, value != NULL ? cJSON_CreateString(value) : cJSON_CreateNull(), err);
}

bool
ccm_json_add_int(struct ccm_json *object, const char *name, int64_t value, struct ccm_error *err)
{
	return put(raw(object), name, cJSON_CreateNumber((double)value), err);
}

bool
ccm_json_add_bool(struct ccm_json *object, const char *name, bool value, struct ccm_error *err)
{
	return put(raw(object), name, cJSON_CreateBool(value), err);
}

bool
ccm_json_add_json(
    struct ccm_json *object, const char *name, struct ccm_json *value, struct ccm_error *err)
{
	return put(raw(object), name, raw(value), err);
}

bool
ccm_json_append_json(struct ccm_json *array, struct ccm_json *value, struct ccm_error *err)
{
	if (value != NULL && cJSON_AddItemToArray(raw(array), raw(value)))
		return true;
	ccm_json_free(value);
	return ccm_fail_nomem(err);
}

bool
ccm_json_append_string(struct ccm_json *array, const char *value, struct ccm_error *err)
{
	return ccm_json_append_json(array, wrap(cJSON_CreateString(value)), err);
}
