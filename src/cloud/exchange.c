/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/exchange.h"

#include <inttypes.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"

#define HEADERS_MAX 9
#define SDK_DATE_SIZE 17
#define SIGNED_BODY_MAX (12 * 1024 * 1024) /* spec/huawei-auth.md 1.4 */

/* The request line and headers of one attempt. */
struct outgoing {
	struct ccm_buf url;
	char *host;
	char date[SDK_DATE_SIZE];
	struct ccm_header headers[HEADERS_MAX];
	size_t header_count;
};

/* NULL and "" stand for "not given". */
static void
add_header(struct outgoing *out, const char *name, const char *value)
{
	if (value != NULL && value[0] != '\0')
		out->headers[out->header_count++] = (struct ccm_header){name, value};
}

/* As libcurl sends it: without the port when it is the default one. */
static char *
host_header(const char *endpoint, struct ccm_error *err)
{
	struct ccm_http_peer peer = ccm_http_peer_of(endpoint);
	size_t len = strlen(peer.name);

	if (len > 4 && strcmp(peer.name + len - 4, ":443") == 0)
		len -= 4;
	return ccm_strndup(peer.name, len, err);
}

bool
ccm_exchange_url(const char *endpoint, const struct ccm_wire_request *wire, struct ccm_buf *url,
    struct ccm_error *err)
{
	return ccm_buf_append_str(url, endpoint, err) &&
	       ccm_percent_encode(wire->path, true, url, err) &&
	       (wire->query_count == 0 ||
		   (ccm_buf_append_str(url, "?", err) &&
		       ccm_canonical_query(wire->query, wire->query_count, url, err)));
}

/*
 * What is signed is what nothing on the way changes (spec/huawei-auth.md 1.2). All headers here are
 * of this kind; the account goes in one header, the project in another, as far as they are known.
 */
static bool
sign(struct ccm_exchange *exchange, struct outgoing *out, struct ccm_error *err)
{
	const struct ccm_credentials *auth = exchange->credentials;
	struct ccm_sign_input input = {
	    .algorithm = CCM_SIGN_SHA256,
	    .access_key = auth->access_key,
	    .secret_key = auth->secret_key,
	    .method = exchange->op->method,
	    .host = out->host,
	    .path = exchange->wire->path,
	    .query = exchange->wire->query,
	    .query_count = exchange->wire->query_count,
	    .headers = out->headers,
	    .body = ccm_buf_span(&exchange->wire->body),
	};

	if (input.body.len > SIGNED_BODY_MAX)
		return ccm_fail(err, CCM_USAGE,
		    "the body has %zu bytes, and requests that an access key signs may have %d at "
		    "most: with a token (user and password in [auth]) it may be larger",
		    input.body.len, SIGNED_BODY_MAX);
	ccm_clock_sdk_date(ccm_clock_now_ms(), out->date);
	add_header(out, "X-Sdk-Date", out->date);
	add_header(out, "X-Domain-Id", auth->domain_id);
	add_header(out, "X-Project-Id", auth->project_id);
	add_header(out, "X-Security-Token", auth->security_token);
	input.header_count = out->header_count;
	if (!ccm_sign(&input, &exchange->signature, err))
		return false;
	add_header(out, "Authorization", exchange->signature.authorization);
	return true;
}

static bool
prepare(struct ccm_exchange *exchange, struct outgoing *out, struct ccm_error *err)
{
	if (exchange->wire->has_body || strcmp(exchange->op->method, "POST") == 0)
		add_header(out, "Content-Type", "application/json");
	add_header(out, "X-Language", exchange->config->cloud.language);
	out->host = host_header(exchange->endpoint, err);
	if (out->host == NULL ||
	    !ccm_exchange_url(exchange->endpoint, exchange->wire, &out->url, err))
		return false;
	add_header(out, "X-Subject-Token", exchange->subject_token);
	if (exchange->credentials->token == NULL && exchange->credentials->access_key != NULL)
		return sign(exchange, out, err);
	add_header(out, "X-Auth-Token", exchange->credentials->token);
	return true;
}

static void
trace_header(const char *direction, const char *name, const char *value)
{
	char scratch[48];

	ccm_log(
	    TRACE, HTTP, "%s %s: %s", direction, name, ccm_log_header_value(name, value, scratch));
}

static void
log_outcome(const struct ccm_exchange *exchange, const struct outgoing *out, int64_t took,
    const struct ccm_error *failure)
{
	const char *id = ccm_http_header(&exchange->response, "x-request-id");

	for (size_t i = 0; i < out->header_count; i++)
		trace_header(">", out->headers[i].name, out->headers[i].value);
	for (size_t i = 0; i < exchange->response.header_count; i++)
		trace_header(
		    "<", exchange->response.header_names[i], exchange->response.header_values[i]);
	if (failure->code != CCM_OK)
		ccm_log(INFO, HTTP, "%s %s%s failed after %" PRId64 " ms: %s", exchange->op->method,
		    out->host, exchange->wire->path, took, failure->msg);
	else
		ccm_log(INFO, HTTP, "%s %s%s %d %" PRId64 " ms %s", exchange->op->method, out->host,
		    exchange->wire->path, exchange->response.status, took, id != NULL ? id : "-");
}

bool
ccm_exchange_perform(struct ccm_exchange *exchange, struct ccm_http *http, struct ccm_error *err)
{
	struct outgoing out = {0};
	struct ccm_error failure = {0};
	int64_t start = ccm_clock_monotonic_ms();
	bool ok = false;

	ccm_buf_init_secret(&exchange->response.body);
	exchange->sent = false;
	if (prepare(exchange, &out, &failure)) {
		struct ccm_http_request request = {
		    .method = exchange->op->method,
		    .url = ccm_buf_str(&out.url),
		    .headers = out.headers,
		    .header_count = out.header_count,
		    .body = ccm_buf_span(&exchange->wire->body),
		    .has_body = exchange->wire->has_body,
		    .once = !exchange->op->repeatable,
		    .deadline_ms = exchange->deadline_ms,
		};

		ok = http->ops->perform(
		    http, &request, &exchange->response, &exchange->sent, &failure);
		log_outcome(exchange, &out, ccm_clock_monotonic_ms() - start, &failure);
	}
	if (!ok && err != NULL && err->code == CCM_OK)
		*err = failure;
	ccm_buf_clear(&out.url);
	ccm_free(out.host);
	return ok;
}

void
ccm_exchange_clear(struct ccm_exchange *exchange)
{
	ccm_http_response_clear(&exchange->response);
	ccm_signature_clear(&exchange->signature);
}
