/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/answer.h"

#include <stdio.h>
#include <string.h>

#include "cloud/diagnose.h"
#include "cloud/outcome.h"
#include "cloud/shape.h"
#include "core/clock.h"
#include "core/log.h"

#define TEXT_SIZE 400   /* of what the service says, in a message */
#define EXCERPT_SIZE 81 /* of a body that is no JSON */
#define HINT_SIZE 420
#define RECORD_SIZE 22 /* that ends a ZIP file, without its comment */

/* What an error answer says; borrowed from its JSON. */
struct complaint {
	const char *code;
	const char *text;
	const char *request_id;
	const char *authorization;
};

/* Excerpts */

/* Does a quoted name of something secret, or a PEM text, begin here? */
static bool
is_secret_at(const char *text, size_t left)
{
	static const char pem[] = "-----BEGIN";
	char name[40];
	const char *end;

	if (left >= sizeof(pem) - 1 && memcmp(text, pem, sizeof(pem) - 1) == 0)
		return true;
	if (*text != '"')
		return false;
	end = memchr(text + 1, '"', left - 1);
	if (end == NULL || (size_t)(end - text) > sizeof(name))
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)(end - text - 1), text + 1);
	return ccm_log_name_is_secret(name);
}

void
ccm_answer_excerpt(struct ccm_span text, char *out, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < text.len && used < size - 1; i++) {
		char byte = (char)text.data[i];
		bool blank = (unsigned char)byte <= ' ' || byte == 0x7f;

		if (is_secret_at((const char *)text.data + i, text.len - i))
			break;
		if (blank && (used == 0 || out[used - 1] == ' '))
			continue;
		out[used++] = blank ? ' ' : byte;
	}
	/* not in the middle of a character */
	if (used == size - 1) {
		while (used != 0 && ((unsigned char)out[used - 1] & 0xc0) == 0x80)
			used--;
		if (used != 0 && ((unsigned char)out[used - 1] & 0x80) != 0)
			used--;
	}
	out[used] = '\0';
}

/* Error answers */

static bool
read_members(const struct ccm_json *object, struct complaint *out)
{
	static const struct {
		const char *code, *text;
	} shapes[] = {{"error_code", "error_msg"}, {"errorCode", "errorMsg"}, {"code", "message"},
	    {"code", "title"}};

	ccm_json_opt_string(object, "request_id", &out->request_id, NULL);
	ccm_json_opt_string(object, "encoded_authorization_message", &out->authorization, NULL);
	for (size_t i = 0; i < CCM_COUNT(shapes); i++) {
		/* IAM's code is a number that repeats the status: of another type, so left out */
		ccm_json_opt_string(object, shapes[i].code, &out->code, NULL);
		ccm_json_opt_string(object, shapes[i].text, &out->text, NULL);
		if (out->code != NULL || out->text != NULL)
			return true;
	}
	return false;
}

/* The members stand on top or one level down, whatever that level is called. */
static bool
read_complaint(const struct ccm_json *json, struct complaint *out)
{
	if (json == NULL || ccm_json_type(json) != CCM_JSON_OBJECT)
		return false;
	if (read_members(json, out))
		return true;
	for
		ccm_json_each(member, json)
		{
			if (ccm_json_type(member) == CCM_JSON_OBJECT && read_members(member, out))
				return true;
		}
	return false;
}

static const char *
request_id(const struct ccm_http_response *response, const struct complaint *complaint)
{
	const char *id = ccm_http_header(response, "x-request-id");

	if (id == NULL)
		id = complaint->request_id;
	if (id == NULL)
		id = ccm_http_header(response, "x-iam-trace-id");
	return id != NULL ? id : "";
}

/* What the gateway's canonical request repeats may be secret: diagnosis tells what matters of it.
 */
static size_t
public_length(const char *text)
{
	const char *canonical = strstr(text, "canonicalRequest:");

	return canonical != NULL ? (size_t)(canonical - text) : strlen(text);
}

static void
describe(const struct ccm_http_response *response, const struct complaint *complaint,
    char out[static TEXT_SIZE])
{
	const char *location = ccm_http_header(response, "location");
	size_t len;

	if (complaint->text != NULL)
		ccm_answer_excerpt(
		    CCM_SPAN(complaint->text, public_length(complaint->text)), out, TEXT_SIZE);
	else if (response->status / 100 == 3 && location != NULL)
		snprintf(out, TEXT_SIZE, "redirected to %s, which is not followed", location);
	else
		ccm_answer_excerpt(ccm_buf_span(&response->body), out, TEXT_SIZE / 2);
	len = strlen(out);
	while (len != 0 && strchr(" .,", out[len - 1]) != NULL)
		out[--len] = '\0';
	if (len == 0)
		snprintf(out, TEXT_SIZE, "no reason given");
}

/* By both of its names, where the reference has two (spec/ccm-api.md 8 iam_actions_differ). */
static void
name_permission(const struct ccm_operation *op, char out[static HINT_SIZE])
{
	if (op->iam_action != NULL && op->iam_alias != NULL)
		snprintf(out, HINT_SIZE, "the permission is called %s, in places %s",
		    op->iam_action, op->iam_alias);
	else if (op->iam_action != NULL || op->iam_alias != NULL)
		snprintf(out, HINT_SIZE, "the permission is called %s",
		    op->iam_action != NULL ? op->iam_action : op->iam_alias);
}

/* The first explanation that fits. */
static void
advise_login(const struct ccm_question *question, const struct ccm_credentials *credentials,
    const char *text, char out[static HINT_SIZE])
{
	if (!ccm_diagnose_clock(text, out, HINT_SIZE) &&
	    !ccm_diagnose_signature(
		text, question->canonical_request, credentials->access_key, out, HINT_SIZE))
		ccm_diagnose_credentials(text, credentials, out, HINT_SIZE);
}

static void
advise(const struct ccm_question *question, const struct complaint *complaint,
    const struct ccm_fault *fault, char out[static HINT_SIZE])
{
	static const struct ccm_credentials nobody;
	const char *text = complaint->text != NULL ? complaint->text : "";
	const struct ccm_credentials *credentials =
	    question->credentials != NULL ? question->credentials : &nobody;
	enum ccm_code kind = fault->code;

	out[0] = '\0';
	if (kind == CCM_DENIED && ccm_diagnose_scope(text, credentials, out, HINT_SIZE))
		return;
	if (fault->permission || (kind == CCM_DENIED && complaint->authorization != NULL))
		name_permission(question->op, out);
	else if (kind == CCM_AUTH && !question->op->anonymous)
		advise_login(question, credentials, text, out);
	else if (kind == CCM_CONFIG)
		snprintf(out, HINT_SIZE, "is the %s endpoint right?",
		    ccm_service_name(question->op->service));
}

/* Hand over an error with what the answer tells of it. */
static bool
refuse(struct ccm_error *cause, const struct ccm_http_response *response,
    const struct complaint *complaint, struct ccm_error *err)
{
	cause->http_status = response->status;
	if (complaint->code != NULL)
		snprintf(cause->api_code, sizeof(cause->api_code), "%s", complaint->code);
	ccm_answer_excerpt(ccm_span_of(request_id(response, complaint)), cause->request_id,
	    sizeof(cause->request_id));
	if (err != NULL && err->code == CCM_OK)
		*err = *cause;
	return false;
}

static bool
read_error(const struct ccm_question *question, const struct ccm_http_response *response,
    struct ccm_fault *fault, struct ccm_error *err)
{
	struct ccm_json *json = ccm_json_parse(ccm_buf_span(&response->body), NULL);
	const char *wait = ccm_http_header(response, "retry-after");
	struct complaint complaint = {0};
	struct ccm_error cause = {0};
	char text[TEXT_SIZE], hint[HINT_SIZE];

	read_complaint(json, &complaint);
	*fault = ccm_fault_classify(complaint.code, response->status);
	if (wait != NULL)
		fault->retry_after_ms = ccm_fault_retry_after_ms(wait, ccm_clock_now_ms());
	if (complaint.text != NULL)
		fault->window_ms = ccm_fault_window_ms(complaint.text);
	describe(response, &complaint, text);
	advise(question, &complaint, fault, hint);
	ccm_fail(&cause, fault->code, "%s: HTTP %d%s%.31s: %s%s%s", question->op->id,
	    response->status, complaint.code != NULL ? " " : "",
	    complaint.code != NULL ? complaint.code : "", text, hint[0] != '\0' ? "; " : "", hint);
	refuse(&cause, response, &complaint, err);
	if (complaint.authorization != NULL)
		ccm_log(INFO, HTTP, "%s: encoded authorization message: %s", question->op->id,
		    complaint.authorization);
	ccm_json_free(json);
	return false;
}

/* Success answers */

/* What a body is counts, not what its headers say (ccm-api.md 8, zip_content_type). */
static bool
is_archive(struct ccm_span body)
{
	return body.len >= 4 && memcmp(body.data, "PK\3\4", 4) == 0;
}

/* An archive ends with its directory's end record, which tells how long its own comment is. */
static bool
archive_is_whole(struct ccm_span body)
{
	for (size_t comment = 0; comment <= 0xffff && body.len >= RECORD_SIZE + comment;
	     comment++) {
		const unsigned char *end = body.data + body.len - RECORD_SIZE - comment;

		if (memcmp(end, "PK\5\6", 4) == 0 &&
		    (size_t)(end[RECORD_SIZE - 2] | end[RECORD_SIZE - 1] << 8) == comment)
			return true;
	}
	return false;
}

static bool
check_archive(const struct ccm_question *question, const struct ccm_http_response *response,
    struct ccm_error *err)
{
	struct ccm_span body = ccm_buf_span(&response->body);

	if (!archive_is_whole(body))
		return ccm_fail(err, CCM_PROTOCOL,
		    "%s: HTTP %d: a ZIP file that ends after %zu bytes without its directory",
		    question->op->id, response->status, body.len);
	return question->takes_archive ||
	       ccm_fail(err, CCM_UNSUPPORTED,
		   "%s: HTTP %d: a ZIP file of %zu bytes came instead of JSON", question->op->id,
		   response->status, body.len);
}

/* *answer stays NULL where nothing needs to be said. */
static bool
parse_body(const struct ccm_question *question, const struct ccm_http_response *response,
    struct ccm_json **answer, struct ccm_error *err)
{
	const struct ccm_operation *op = question->op;
	struct ccm_span body = ccm_buf_span(&response->body);
	struct ccm_error reason = {0};
	char excerpt[EXCERPT_SIZE];

	if (body.len == 0 && (op->success == 204 || op->outcome.failures_only))
		return true;
	if (is_archive(body))
		return check_archive(question, response, err);
	*answer = ccm_json_parse(body, &reason);
	if (*answer != NULL)
		return true;
	ccm_answer_excerpt(body, excerpt, sizeof(excerpt));
	return ccm_fail(err, CCM_PROTOCOL, "%s: HTTP %d: %s%s%s", op->id, response->status,
	    reason.msg, excerpt[0] != '\0' ? ": " : "", excerpt);
}

static bool
read_success(const struct ccm_question *question, const struct ccm_http_response *response,
    struct ccm_json **answer, struct ccm_error *err)
{
	struct complaint complaint = {0};
	struct ccm_error cause = {0};

	if (parse_body(question, response, answer, &cause) &&
	    ccm_shape_repair(question->op, *answer, &cause) &&
	    ccm_outcome_check(question->op, *answer, &cause))
		return true;
	if (cause.code != CCM_PARTIAL) {
		ccm_json_free(*answer);
		*answer = NULL;
	}
	return refuse(&cause, response, &complaint, err);
}

bool
ccm_answer_read(const struct ccm_question *question, const struct ccm_http_response *response,
    struct ccm_json **answer, struct ccm_fault *fault, struct ccm_error *err)
{
	*answer = NULL;
	*fault = (struct ccm_fault){0};
	if (response->status / 100 == 2)
		return read_success(question, response, answer, err);
	return read_error(question, response, fault, err);
}
