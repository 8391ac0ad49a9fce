/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum value { NO_VALUE, NUMBER, NAME };

static const struct kind {
	const char *name;
	enum ccm_emu_fault_kind kind;
	enum value value;
	int64_t min, max;
	const char *help;
} kinds[] = {
    {"status", CCM_EMU_FAULT_STATUS, NUMBER, 400, 599,
	"status=NNN          answer an error of this HTTP status instead"},
    {"reset", CCM_EMU_FAULT_RESET, NO_VALUE, 0, 0,
	"reset               close the connection instead"},
    {"lost", CCM_EMU_FAULT_LOST, NO_VALUE, 0, 0,
	"lost                do what is asked, then close the connection"},
    {"truncate", CCM_EMU_FAULT_TRUNCATE, NO_VALUE, 0, 0,
	"truncate            send half of the answer (whole as HTTP)"},
    {"garbage", CCM_EMU_FAULT_GARBAGE, NO_VALUE, 0, 0,
	"garbage             send something that is not JSON"},
    {"badpem", CCM_EMU_FAULT_BADPEM, NAME, 0, 0,
	"badpem[=MEMBER]     cut PEM texts of the answer in the middle"},
    {"wrongkey", CCM_EMU_FAULT_WRONGKEY, NO_VALUE, 0, 0,
	"wrongkey            export the key of another certificate"},
    {"wrongtype", CCM_EMU_FAULT_WRONGTYPE, NAME, 0, 0,
	"wrongtype[=MEMBER]  give members of the answer, dotted for nested ones, another type"},
    {"duplicate", CCM_EMU_FAULT_DUPLICATE, NO_VALUE, 0, 0,
	"duplicate           answer a list's first page again, whatever page is asked for"},
    {"throttle", CCM_EMU_FAULT_THROTTLE, NUMBER, 0, 3600,
	"throttle=SECONDS    answer 429 with Retry-After, 0: without, and no window in the text"},
    {"delay", CCM_EMU_FAULT_DELAY, NUMBER, 0, 3600 * 1000,
	"delay=MS            wait this long first"},
};

/* What the gateway says with a status (huawei-auth.md 6). */
static const struct {
	int status;
	const char *code, *text;
} gateway_errors[] = {
    {400, "APIGW.0201", "Bad request"},
    {401, "APIGW.0301", "Incorrect IAM authentication information: a fault was asked for"},
    {403, "APIGW.0302", "The IAM user is not allowed to access the API"},
    {404, "APIGW.0101", "The API does not exist or has not been published in the environment"},
    {413, "APIGW.0201", "Request entity too large"},
    {429, "APIGW.0308",
	"The throttling threshold has been reached: policy user over ratelimit,limit:200,"
	"time:5 minute"},
    {500, "APIGW.0601", "Internal server error"},
    {502, "APIGW.0201", "Backend unavailable"},
    {503, "APIGW.0606", "Service unavailable"},
    {504, "APIGW.0201", "Backend timeout"},
};

const char *
ccm_emu_fault_help(size_t index)
{
	return index < CCM_COUNT(kinds) ? kinds[index].help : NULL;
}

/* Parsing */

static bool
parse_number(const char *text, int64_t min, int64_t max, int64_t *out)
{
	char *end;

	*out = strtoll(text, &end, 10);
	return end != text && *end == '\0' && *out >= min && *out <= max;
}

static const struct kind *
find_kind(const char *name)
{
	for (size_t i = 0; i < CCM_COUNT(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

static bool
parse_kind(char *text, struct ccm_emu_fault *out, struct ccm_error *err)
{
	char *value = strchr(text, '=');
	const struct kind *kind;

	if (value != NULL)
		*value++ = '\0';
	kind = find_kind(text);
	if (kind == NULL)
		return ccm_fail(err, CCM_USAGE, "there is no kind of fault \"%s\"", text);
	out->kind = kind->kind;
	if (value != NULL && kind->value == NO_VALUE)
		return ccm_fail(err, CCM_USAGE, "%s takes no value", text);
	if (kind->value == NAME && value != NULL) {
		if (strlen(value) >= sizeof(out->member))
			return ccm_fail(err, CCM_USAGE, "no member is called \"%s\"", value);
		snprintf(out->member, sizeof(out->member), "%s", value);
	}
	if (kind->value == NUMBER &&
	    (value == NULL || !parse_number(value, kind->min, kind->max, &out->value)))
		return ccm_fail(err, CCM_USAGE, "%s takes a number from %lld to %lld", text,
		    (long long)kind->min, (long long)kind->max);
	return true;
}

static bool
parse_parts(char *text, struct ccm_emu_fault *out, struct ccm_error *err)
{
	char *rest = text, *operation = strsep(&rest, ":"), *kind = strsep(&rest, ":");

	out->left = -1;
	if (kind == NULL)
		return ccm_fail(err, CCM_USAGE, "a kind of fault is missing");
	if (strcmp(operation, "*") != 0) {
		out->operation = ccm_operation_find(operation);
		if (out->operation == NULL)
			return ccm_fail(err, CCM_USAGE, "there is no operation \"%s\"", operation);
	}
	if (rest != NULL && !parse_number(rest, 1, INT64_MAX, &out->left))
		return ccm_fail(err, CCM_USAGE, "\"%s\" is not a number of times", rest);
	return parse_kind(kind, out, err);
}

bool
ccm_emu_fault_parse(const char *text, struct ccm_emu_fault *out, struct ccm_error *err)
{
	char *copy = ccm_strdup(text, err);
	bool ok;

	*out = (struct ccm_emu_fault){0};
	if (copy == NULL)
		return false;
	ok = parse_parts(copy, out, err);
	ccm_free(copy);
	return ok;
}

void
ccm_emu_faults_init(struct ccm_emu_faults *faults)
{
	*faults = (struct ccm_emu_faults){0};
	pthread_mutex_init(&faults->lock, NULL);
}

void
ccm_emu_faults_clear(struct ccm_emu_faults *faults)
{
	ccm_free(faults->items);
	pthread_mutex_destroy(&faults->lock);
}

static void
forget_used_up(struct ccm_emu_faults *faults)
{
	size_t kept = 0;

	for (size_t i = 0; i < faults->count; i++)
		if (faults->items[i].left != 0)
			faults->items[kept++] = faults->items[i];
	faults->count = kept;
}

bool
ccm_emu_faults_add(struct ccm_emu_faults *faults, const char *text, struct ccm_error *err)
{
	struct ccm_emu_fault fault;
	bool ok;

	if (!ccm_emu_fault_parse(text, &fault, err))
		return false;
	pthread_mutex_lock(&faults->lock);
	forget_used_up(faults);
	ok = ccm_grow_array(&faults->items, faults->count, sizeof(fault), err);
	if (ok)
		faults->items[faults->count++] = fault;
	pthread_mutex_unlock(&faults->lock);
	return ok;
}

void
ccm_emu_faults_forget(struct ccm_emu_faults *faults)
{
	pthread_mutex_lock(&faults->lock);
	faults->count = 0;
	pthread_mutex_unlock(&faults->lock);
}

/* Acting */

static bool
fits(const struct ccm_emu_fault *fault, const struct ccm_operation *op)
{
	return fault->left != 0 && (fault->operation == NULL || fault->operation == op);
}

void
ccm_emu_faults_take(
    struct ccm_emu_faults *faults, const struct ccm_operation *op, struct ccm_emu_mishap *out)
{
	*out = (struct ccm_emu_mishap){0};
	pthread_mutex_lock(&faults->lock);
	for (size_t i = 0; i < faults->count; i++) {
		struct ccm_emu_fault *fault = &faults->items[i];

		if (!fits(fault, op) ||
		    (fault->kind != CCM_EMU_FAULT_DELAY && out->kind != CCM_EMU_FAULT_NONE))
			continue;
		if (fault->left > 0)
			fault->left--;
		if (fault->kind == CCM_EMU_FAULT_DELAY) {
			out->delay_ms += fault->value;
			continue;
		}
		out->kind = fault->kind;
		out->status = fault->value;
		memcpy(out->member, fault->member, sizeof(out->member));
	}
	pthread_mutex_unlock(&faults->lock);
}

bool
ccm_emu_mishap_refuse(const struct ccm_emu_mishap *mishap, struct ccm_error *err)
{
	int status = (int)mishap->status;

	if (mishap->kind == CCM_EMU_FAULT_THROTTLE)
		return ccm_emu_refuse_gateway(
		    err, 429, "APIGW.0308", "The throttling threshold has been reached");
	for (size_t i = 0; i < CCM_COUNT(gateway_errors); i++)
		if (gateway_errors[i].status == status)
			return ccm_emu_refuse_gateway(
			    err, status, gateway_errors[i].code, "%s", gateway_errors[i].text);
	return ccm_emu_refuse_gateway(
	    err, status, "APIGW.0601", "status %d, as a fault asks for", status);
}

bool
ccm_emu_mishap_spoil_request(
    const struct ccm_emu_mishap *mishap, struct ccm_json *request, struct ccm_error *err)
{
	if (mishap->kind != CCM_EMU_FAULT_DUPLICATE || ccm_json_get(request, "offset") == NULL)
		return true;
	return ccm_json_add_int(request, "offset", 0, err);
}

/* A type that no tolerance turns back into the right one. */
static struct ccm_json *
mistyped(const struct ccm_json *value, struct ccm_error *err)
{
	enum ccm_json_type type = ccm_json_type(value);
	struct ccm_json *list;
	bool ok;

	if (type == CCM_JSON_ARRAY || type == CCM_JSON_OBJECT)
		return ccm_json_parse(ccm_span_of("\"of another type\""), err);
	list = ccm_json_new_array(err);
	ok = list != NULL && ccm_json_append_json(list, ccm_json_dup(value, err), err);
	if (ok)
		return list;
	ccm_json_free(list);
	return NULL;
}

static bool
mistype_member(struct ccm_json *object, const char *name, struct ccm_error *err)
{
	const struct ccm_json *value = ccm_json_get(object, name);
	struct ccm_json *spoilt;

	if (value == NULL)
		return true;
	spoilt = mistyped(value, err);
	return spoilt != NULL && ccm_json_add_json(object, name, spoilt, err);
}

/* In a list the path goes on in each element. The answer is ours, though its parts are lent. */
static bool
mistype(const struct ccm_json *at, const char *path, struct ccm_error *err)
{
	size_t len = strcspn(path, ".");
	char name[CCM_EMU_MEMBER_SIZE];
	bool ok = true;

	if (at != NULL && ccm_json_type(at) == CCM_JSON_ARRAY) {
		for (at = ccm_json_first(at); ok && at != NULL; at = ccm_json_next(at))
			ok = mistype(at, path, err);
		return ok;
	}
	if (at == NULL || ccm_json_type(at) != CCM_JSON_OBJECT)
		return true;
	snprintf(name, sizeof(name), "%.*s", (int)len, path);
	if (path[len] == '.')
		return mistype(ccm_json_get(at, name), path + len + 1, err);
	return mistype_member((struct ccm_json *)at, name, err);
}

static bool
mistype_all(struct ccm_json **json, struct ccm_error *err)
{
	struct ccm_json *spoilt = ccm_json_new_object(err);
	bool ok = spoilt != NULL;

	for (const struct ccm_json *at = ccm_json_first(*json); ok && at != NULL;
	     at = ccm_json_next(at))
		ok = ccm_json_add_json(spoilt, ccm_json_name(at), mistyped(at, err), err);
	if (!ok) {
		ccm_json_free(spoilt);
		return false;
	}
	ccm_json_free(*json);
	*json = spoilt;
	return true;
}

static bool
cut_pem(struct ccm_json *json, const char *name, const char *pem, struct ccm_error *err)
{
	char *half = ccm_strndup(pem, strlen(pem) / 2, err);
	bool ok = half != NULL && ccm_json_add_string(json, name, half, err);

	ccm_free(half);
	return ok;
}

bool
ccm_emu_mishap_spoil_json(
    const struct ccm_emu_mishap *mishap, struct ccm_emu_answer *answer, struct ccm_error *err)
{
	static const char *const members[] = {"certificate", "certificate_chain", "private_key"};

	if (mishap->kind == CCM_EMU_FAULT_WRONGTYPE && answer->json != NULL)
		return mishap->member[0] != '\0' ? mistype(answer->json, mishap->member, err)
						 : mistype_all(&answer->json, err);
	if (mishap->kind != CCM_EMU_FAULT_BADPEM || answer->json == NULL)
		return true;
	for (size_t i = 0; i < CCM_COUNT(members); i++) {
		const char *pem = NULL;

		if (mishap->member[0] != '\0' && strcmp(mishap->member, members[i]) != 0)
			continue;
		if (!ccm_json_opt_string(answer->json, members[i], &pem, err) ||
		    (pem != NULL && !cut_pem(answer->json, members[i], pem, err)))
			return false;
	}
	return true;
}

bool
ccm_emu_mishap_spoil_body(
    const struct ccm_emu_mishap *mishap, struct ccm_emu_answer *answer, struct ccm_error *err)
{
	switch (mishap->kind) {
	case CCM_EMU_FAULT_THROTTLE:
		answer->retry_after = mishap->status;
		return true;
	case CCM_EMU_FAULT_TRUNCATE:
		answer->body.len /= 2;
		return true;
	case CCM_EMU_FAULT_GARBAGE:
		ccm_buf_clear(&answer->body);
		answer->status = 200;
		answer->content_type = "text/html";
		return ccm_buf_append_str(
		    &answer->body, "<html><body>This is not JSON</body></html>\n", err);
	case CCM_EMU_FAULT_RESET:
	case CCM_EMU_FAULT_LOST:
		answer->reset = true;
		return true;
	default:
		return true;
	}
}
