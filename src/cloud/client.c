/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/client.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

#include "cloud/answer.h"
#include "cloud/auth.h"
#include "cloud/disposition.h"
#include "cloud/exchange.h"
#include "cloud/preview.h"
#include "cloud/retry.h"
#include "core/clock.h"
#include "core/crypto.h"
#include "core/log.h"

#define ENTERPRISE_PROJECT "enterprise_project_id"

struct ccm_client {
	const struct ccm_config *config;
	struct ccm_http *http;
	struct ccm_auth *auth;
	atomic_ulong exchanges;
	atomic_bool changed; /* something may have been changed */
};

/* A call under way. */
struct call {
	struct ccm_client *client;
	const struct ccm_operation *op;
	struct ccm_wire_request wire;
	int64_t deadline_ms;
	struct ccm_exchange exchange;        /* the last attempt */
	struct ccm_credentials credentials;  /* it was made with */
	const struct ccm_auth_call *by_auth; /* a call of a login: brings its own */
	bool tried;                          /* it came as far as the service's door */
	bool answered;
	bool logged_in_again;
	struct ccm_fault fault;
	unsigned attempts;
	bool takes_archive;
};

static bool call_for_auth(void *context, const struct ccm_auth_call *ask,
    struct ccm_auth_reply *reply, struct ccm_error *err);

struct ccm_client *
ccm_client_new_over(
    const struct ccm_config *config, struct ccm_http *transport, struct ccm_error *err)
{
	struct ccm_client *client = ccm_alloc(sizeof(*client), err);
	const struct ccm_auth_service service = {call_for_auth, client, transport};

	if (client == NULL) {
		ccm_http_free(transport);
		return NULL;
	}
	client->config = config;
	client->http = transport;
	client->auth = ccm_auth_new(config, &service, err);
	if (client->auth != NULL)
		return client;
	ccm_client_free(client);
	return NULL;
}

struct ccm_client *
ccm_client_new(const struct ccm_config *config, struct ccm_error *err)
{
	struct ccm_http *http = ccm_http_curl_new(&config->cloud, err);

	return http != NULL ? ccm_client_new_over(config, http, err) : NULL;
}

void
ccm_client_free(struct ccm_client *client)
{
	if (client == NULL)
		return;
	ccm_auth_free(client->auth);
	ccm_http_free(client->http);
	ccm_free(client);
}

const struct ccm_config *
ccm_client_config(const struct ccm_client *client)
{
	return client->config;
}

struct ccm_http *
ccm_client_transport(struct ccm_client *client)
{
	return client->http;
}

bool
ccm_client_has_changed(const struct ccm_client *client)
{
	return atomic_load(&client->changed);
}

unsigned long
ccm_client_exchanges(const struct ccm_client *client)
{
	return atomic_load(&client->exchanges);
}

/* Attempts */

static void
forget_attempt(struct call *call)
{
	ccm_exchange_clear(&call->exchange);
	call->exchange = (struct ccm_exchange){0};
	ccm_credentials_clear(&call->credentials);
	call->tried = call->answered = false;
	call->fault = (struct ccm_fault){0};
}

static bool
authenticate(struct call *call, struct ccm_error *err)
{
	static const struct ccm_credentials nobody;
	const struct ccm_auth_call *ask = call->by_auth;

	if (ask != NULL)
		return ccm_credentials_copy(
		    ask->credentials != NULL ? ask->credentials : &nobody, &call->credentials, err);
	return call->op->anonymous ||
	       ccm_auth_get(call->client->auth, call->deadline_ms, &call->credentials, err);
}

static const char *
endpoint_of(const struct call *call)
{
	if (call->by_auth != NULL)
		return call->by_auth->endpoint;
	return call->op->service == CCM_IAM
		   ? ccm_auth_iam_endpoint(call->client->auth)
		   : call->client->config->cloud.endpoint[call->op->service];
}

static bool
attempt(struct call *call, struct ccm_json **answer, struct ccm_error *err)
{
	struct ccm_client *client = call->client;
	struct ccm_question question = {.op = call->op,
	    .credentials = &call->credentials,
	    .takes_archive = call->takes_archive};

	call->attempts++;
	if (!authenticate(call, err))
		return ccm_error_context(err, "%s", call->op->id);
	call->exchange = (struct ccm_exchange){
	    .config = client->config,
	    .op = call->op,
	    .wire = &call->wire,
	    .endpoint = endpoint_of(call),
	    .credentials = &call->credentials,
	    .subject_token = call->by_auth != NULL ? call->by_auth->subject_token : NULL,
	    .deadline_ms = call->deadline_ms,
	};
	call->tried = true;
	atomic_fetch_add(&client->exchanges, 1);
	if (!call->op->repeatable)
		atomic_store(&client->changed, true);
	if (!ccm_exchange_perform(&call->exchange, client->http, err))
		return ccm_error_context(err, "%s", call->op->id);
	call->answered = true;
	question.canonical_request = call->exchange.signature.canonical_request;
	return ccm_answer_read(&question, &call->exchange.response, answer, &call->fault, err);
}

/* One new login in a call, when the service no longer takes what the last one brought. */
static bool
may_log_in_again(struct call *call)
{
	if (!call->fault.token_refused || call->by_auth != NULL || call->op->anonymous ||
	    call->logged_in_again || !ccm_auth_refused(call->client->auth, &call->credentials))
		return false;
	call->logged_in_again = true;
	call->attempts--;
	ccm_log(INFO, AUTH, "%s: the login was refused, logging in again", call->op->id);
	return true;
}

static int64_t
wait_before_retry(const struct call *call, const struct ccm_error *cause)
{
	struct ccm_retry retry = {
	    .budget = call->client->config->cloud.retries,
	    .attempts = call->attempts,
	    .repeatable = call->op->repeatable,
	    .sent = call->exchange.sent,
	    .answered = call->answered,
	    .code = cause->code,
	    .fault = call->fault,
	    .left_ms = call->deadline_ms - ccm_clock_monotonic_ms(),
	};

	/* a failed login had its own retries */
	if (!call->tried)
		return -1;
	ccm_random(&retry.random, sizeof(retry.random), NULL);
	return ccm_retry_wait_ms(&retry);
}

/* Did it happen or not? For what must not happen twice, the caller has to look. */
static bool
outcome_is_unknown(const struct call *call, const struct ccm_error *cause)
{
	if (call->op->repeatable || !call->exchange.sent)
		return false;
	if (!call->answered || cause->code == CCM_PROTOCOL)
		return true;
	return call->fault.retryable && cause->code == CCM_UNAVAILABLE;
}

bool
ccm_outcome_is_open(const struct ccm_error *err)
{
	return strstr(err->msg, CCM_OUTCOME_UNKNOWN) != NULL;
}

static bool
give_up(const struct call *call, struct ccm_error *cause, struct ccm_error *err)
{
	if (outcome_is_unknown(call, cause))
		ccm_error_context(cause, CCM_OUTCOME_UNKNOWN);
	if (call->attempts > 1)
		ccm_error_context(cause, "after %u attempts", call->attempts);
	if (err != NULL && err->code == CCM_OK)
		*err = *cause;
	return false;
}

/* Attempt until there is an answer or no reason left to go on. */
static bool
carry_out(struct call *call, struct ccm_json **answer, struct ccm_error *err)
{
	for (;;) {
		struct ccm_error cause = {0};
		int64_t wait;

		if (attempt(call, answer, &cause))
			return true;
		if (!may_log_in_again(call)) {
			wait = wait_before_retry(call, &cause);
			if (wait < 0)
				return give_up(call, &cause, err);
			ccm_log(INFO, HTTP, "%s; trying again in %" PRId64 " ms", cause.msg, wait);
			ccm_http_pause(call->client->http, wait);
		}
		forget_attempt(call);
	}
}

static void
call_clear(struct call *call)
{
	forget_attempt(call);
	ccm_wire_request_clear(&call->wire);
}

/* Logging in takes calls like others; a new token is in a header of the answer. */
static bool
call_for_auth(void *context, const struct ccm_auth_call *ask, struct ccm_auth_reply *reply,
    struct ccm_error *err)
{
	struct call call = {
	    .client = context, .op = ask->op, .by_auth = ask, .deadline_ms = ask->deadline_ms};
	const char *header;
	bool ok;

	if (!ccm_operation_validate(call.op, ask->request, err) ||
	    !ccm_operation_build(call.op, ask->request, &call.wire, err))
		return false;
	ok = carry_out(&call, &reply->answer, err);
	header = ok ? ccm_http_header(&call.exchange.response, "x-subject-token") : NULL;
	if (header != NULL) {
		reply->subject_token = ccm_secret_dup(header, err);
		ok = reply->subject_token != NULL;
	}
	call_clear(&call);
	return ok;
}

/* Calls */

static void
trace_json(const char *id, const char *what, const struct ccm_json *json)
{
	struct ccm_buf text = {0};

	if (json == NULL || !ccm_log_enabled(CCM_LOG_TRACE, CCM_LOG_HTTP))
		return;
	if (ccm_json_print_redacted(json, &text, NULL))
		ccm_log(TRACE, HTTP, "%s: %s %s", id, what, ccm_buf_str(&text));
	ccm_buf_clear(&text);
}

static bool
takes_enterprise_project(const struct ccm_operation *op)
{
	for (size_t i = 0; i < op->field_count; i++) {
		if (op->fields[i].place == CCM_IN_BODY &&
		    strcmp(op->fields[i].name, ENTERPRISE_PROJECT) == 0)
			return true;
	}
	return false;
}

/* The request with the configured enterprise project in it, or NULL when there is nothing to add.
 */
static bool
complete(struct ccm_client *client, const struct ccm_operation *op, const struct ccm_json *request,
    struct ccm_json **out, struct ccm_error *err)
{
	const char *project = client->config->cloud.enterprise_project;

	*out = NULL;
	if (project[0] == '\0' || request == NULL || !takes_enterprise_project(op) ||
	    ccm_json_get(request, ENTERPRISE_PROJECT) != NULL)
		return true;
	*out = ccm_json_dup(request, err);
	if (*out != NULL && ccm_json_add_string(*out, ENTERPRISE_PROJECT, project, err))
		return true;
	ccm_json_free(*out);
	*out = NULL;
	return false;
}

static bool
call_request(struct call *call, const struct ccm_json *request, struct ccm_json **answer,
    struct ccm_error *err)
{
	call->deadline_ms = ccm_clock_monotonic_ms() + call->client->config->cloud.timeout_ms;
	if (!ccm_operation_validate(call->op, request, err) ||
	    !ccm_operation_build(call->op, request, &call->wire, err))
		return false;
	trace_json(call->op->id, "request", request);
	if (!carry_out(call, answer, err))
		return false;
	trace_json(call->op->id, "answer", *answer);
	return true;
}

/* At the documented path, and where that is not there, once at the other one. */
static bool
call_either_path(struct call *call, const struct ccm_json *request, struct ccm_json **answer,
    struct ccm_error *err)
{
	const struct ccm_operation *op = call->op;
	struct ccm_operation elsewhere = *op;
	struct ccm_error cause = {0}, second = {0};
	bool ok = call_request(call, request, answer, &cause);

	if (!ok && cause.http_status == 404 && op->path_else != NULL) {
		call_clear(call);
		elsewhere.path = op->path_else;
		call->op = &elsewhere;
		call->attempts = 0;
		ok = call_request(call, request, answer, &second);
		call->op = op;
		if (!ok && second.http_status != 404)
			cause = second;
	}
	if (!ok && err != NULL && err->code == CCM_OK)
		*err = cause;
	return ok;
}

/* Complete the request and call; what else came than JSON is in the call until it is cleared. */
static bool
call_completed(struct call *call, const struct ccm_json *request, struct ccm_json **answer,
    struct ccm_error *err)
{
	struct ccm_json *completed;
	bool ok;

	*answer = NULL;
	ok = complete(call->client, call->op, request, &completed, err) &&
	     call_either_path(call, completed != NULL ? completed : request, answer, err);
	ccm_json_free(completed);
	return ok;
}

bool
ccm_client_call(struct ccm_client *client, const struct ccm_operation *op,
    const struct ccm_json *request, struct ccm_json **answer, struct ccm_error *err)
{
	struct call call = {.client = client, .op = op};
	struct ccm_json *result;
	bool ok = call_completed(&call, request, &result, err);

	call_clear(&call);
	/* there is one beside CCM_PARTIAL, too */
	if (answer != NULL)
		*answer = result;
	else
		ccm_json_free(result);
	return ok;
}

bool
ccm_client_preview(struct ccm_client *client, const struct ccm_operation *op,
    const struct ccm_json *request, struct ccm_buf *out, struct ccm_error *err)
{
	struct call call = {.client = client, .op = op};
	struct ccm_preview preview = {.config = client->config, .op = op, .wire = &call.wire};
	struct ccm_json *completed;
	bool ok;

	if (!complete(client, op, request, &completed, err))
		return false;
	request = completed != NULL ? completed : request;
	preview.endpoint = endpoint_of(&call);
	ok = ccm_operation_validate(op, request, err) &&
	     ccm_operation_build(op, request, &call.wire, err) &&
	     ccm_preview_format(&preview, out, err);
	call_clear(&call);
	ccm_json_free(completed);
	return ok;
}

/* Take over the body, which the answer keeps as a secret. */
static bool
take_archive(struct call *call, struct ccm_download *out, struct ccm_error *err)
{
	struct ccm_http_response *response = &call->exchange.response;

	out->archive = response->body;
	ccm_buf_init_secret(&response->body);
	return ccm_disposition_name(
	    ccm_http_header(response, "content-disposition"), &out->name, err);
}

bool
ccm_client_download(struct ccm_client *client, const struct ccm_operation *op,
    const struct ccm_json *request, struct ccm_download *out, struct ccm_error *err)
{
	struct call call = {.client = client, .op = op, .takes_archive = true};
	bool ok;

	*out = (struct ccm_download){0};
	ok = call_completed(&call, request, &out->json, err) &&
	     (out->json != NULL || take_archive(&call, out, err));
	call_clear(&call);
	/* there is JSON beside CCM_PARTIAL, too */
	if (!ok && out->json == NULL)
		ccm_download_clear(out);
	return ok;
}

void
ccm_download_clear(struct ccm_download *download)
{
	ccm_json_free(download->json);
	ccm_buf_clear(&download->archive);
	ccm_free(download->name);
	*download = (struct ccm_download){0};
}

/* Who we are */

struct ccm_json *
ccm_client_login(struct ccm_client *client, struct ccm_error *err)
{
	int64_t deadline = ccm_clock_monotonic_ms() + client->config->cloud.timeout_ms;

	return ccm_auth_identify(client->auth, deadline, err);
}

bool
ccm_client_logout(struct ccm_client *client, bool *was_kept, struct ccm_error *err)
{
	return ccm_auth_forget(client->auth, was_kept, err);
}
