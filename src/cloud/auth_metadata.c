/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/auth_metadata.h"

#include <string.h>

#include "cloud/answer.h"
#include "core/clock.h"
#include "core/log.h"

#define TOKEN_PATH "/meta-data/latest/api/token"
#define KEY_PATH "/openstack/latest/securitykey"
#define NO_AGENCY "Please configure Cloud Service Agency first"
#define EXCHANGE_MS 3000
#define PLAIN_MS (INT64_C(24) * 3600 * 1000) /* until it is asked again whether it has tokens */
#define EXCERPT_SIZE 120

void
ccm_metadata_clear(struct ccm_metadata *metadata)
{
	char *former = metadata->token;

	metadata->token = NULL; /* first: a process forked now must not find what is freed */
	ccm_secret_free_str(former);
}

struct ask {
	const char *method, *path;
	struct ccm_header header; /* without a value: none */
};

static bool
exchange(const struct ccm_metadata *metadata, const struct ask *ask, int64_t deadline_ms,
    struct ccm_http_response *response, struct ccm_error *err)
{
	int64_t soon = ccm_clock_monotonic_ms() + EXCHANGE_MS;
	char *url = ccm_format(err, "%s%s", metadata->endpoint, ask->path);
	struct ccm_http_request request = {
	    .method = ask->method,
	    .url = url,
	    .headers = &ask->header,
	    .header_count = ask->header.value != NULL,
	    .has_body = strcmp(ask->method, "GET") != 0,
	    .plain = true,
	    .direct = true,
	    .deadline_ms = soon < deadline_ms ? soon : deadline_ms,
	};
	bool sent, ok;

	ccm_buf_init_secret(&response->body);
	if (url == NULL)
		return false;
	ok = metadata->http->ops->perform(metadata->http, &request, response, &sent, err);
	ccm_log(INFO, HTTP, "%s %s %d", ask->method, url, response->status);
	ccm_free(url);
	return ok;
}

static bool
refuse(const char *what, const struct ccm_http_response *response, struct ccm_error *err)
{
	char excerpt[EXCERPT_SIZE];

	ccm_answer_excerpt(ccm_buf_span(&response->body), excerpt, sizeof(excerpt));
	return ccm_fail(err, CCM_AUTH, "%s: HTTP %d%s%s", what, response->status,
	    excerpt[0] != '\0' ? ": " : "", excerpt);
}

/* The token */

static bool
has_no_tokens(int status)
{
	return status == 404 || status == 405 || status == 503;
}

/* The body is the token, maybe with a newline. */
static bool
is_blank(unsigned char byte)
{
	return byte == ' ' || byte == '\r' || byte == '\n';
}

static bool
keep_token(struct ccm_metadata *metadata, struct ccm_http_response *response, struct ccm_error *err)
{
	struct ccm_buf *body = &response->body;

	while (body->len != 0 && is_blank(body->data[body->len - 1]))
		body->data[--body->len] = '\0';
	if (body->len == 0)
		return ccm_fail(err, CCM_PROTOCOL, "an empty metadata token");
	for (size_t i = 0; i < body->len; i++)
		if (body->data[i] <= ' ' || body->data[i] >= 0x7f)
			return ccm_fail(err, CCM_PROTOCOL, "a metadata token that is not a word");
	metadata->token = ccm_secret_dup(ccm_buf_str(body), err);
	return metadata->token != NULL;
}

/* needed: the service asked for one, so doing without is no way out. */
static bool
fetch_token(struct ccm_metadata *metadata, int64_t deadline_ms, bool needed, struct ccm_error *err)
{
	static const struct ask ask = {
	    "PUT", TOKEN_PATH, {"X-Metadata-Token-Ttl-Seconds", "21600"}};
	struct ccm_http_response response = {0};
	bool ok;

	ccm_metadata_clear(metadata);
	ok = exchange(metadata, &ask, deadline_ms, &response, err);
	if (ok && response.status == 200)
		ok = keep_token(metadata, &response, err);
	else if (ok && has_no_tokens(response.status) && !needed)
		metadata->plain_until_ms = ccm_clock_monotonic_ms() + PLAIN_MS;
	else if (ok)
		ok = refuse("no metadata token", &response, err);
	ccm_http_response_clear(&response);
	return ok;
}

/* The keys */

static bool
read_keys(const struct ccm_json *answer, struct ccm_credentials *out, int64_t *lifetime_ms,
    struct ccm_error *err)
{
	const char *access, *secret, *token, *expires_at;
	int64_t expires;

	if (!ccm_json_string(answer, "credential.access", &access, err) ||
	    !ccm_json_string(answer, "credential.secret", &secret, err) ||
	    !ccm_json_string(answer, "credential.securitytoken", &token, err) ||
	    !ccm_json_string(answer, "credential.expires_at", &expires_at, err))
		return false;
	if (!ccm_clock_parse_iso8601(expires_at, &expires))
		return ccm_fail(
		    err, CCM_PROTOCOL, "credential.expires_at: \"%.40s\" is no time", expires_at);
	*lifetime_ms = expires - ccm_clock_now_ms();
	return ccm_credentials_set(&out->access_key, access, err) &&
	       ccm_credentials_set(&out->secret_key, secret, err) &&
	       ccm_credentials_set(&out->security_token, token, err);
}

static bool
parse_keys(const struct ccm_http_response *response, struct ccm_credentials *out,
    int64_t *lifetime_ms, struct ccm_error *err)
{
	struct ccm_json *answer;
	bool ok;

	if (strstr(ccm_buf_str(&response->body), NO_AGENCY) != NULL)
		return ccm_fail(err, CCM_AUTH,
		    "this ECS has no agency to get keys of: bind one to it (HTTP %d: %s)",
		    response->status, NO_AGENCY);
	if (response->status != 200)
		return refuse("no keys of an agency", response, err);
	answer = ccm_json_parse(ccm_buf_span(&response->body), err);
	ok = answer != NULL && read_keys(answer, out, lifetime_ms, err);
	ccm_json_free(answer);
	return ok;
}

static bool
ask_for_keys(const struct ccm_metadata *metadata, int64_t deadline_ms,
    struct ccm_http_response *response, struct ccm_error *err)
{
	const struct ask ask = {"GET", KEY_PATH, {"X-Metadata-Token", metadata->token}};

	ccm_http_response_clear(response);
	return exchange(metadata, &ask, deadline_ms, response, err);
}

static bool
fetch(struct ccm_metadata *metadata, int64_t deadline_ms, struct ccm_http_response *response,
    struct ccm_error *err)
{
	bool plain = ccm_clock_monotonic_ms() < metadata->plain_until_ms;

	if (metadata->token == NULL && !plain && !fetch_token(metadata, deadline_ms, false, err))
		return false;
	if (!ask_for_keys(metadata, deadline_ms, response, err))
		return false;
	if (response->status != 401 || strstr(ccm_buf_str(&response->body), NO_AGENCY) != NULL)
		return true;
	return fetch_token(metadata, deadline_ms, true, err) &&
	       ask_for_keys(metadata, deadline_ms, response, err);
}

bool
ccm_metadata_fetch(struct ccm_metadata *metadata, int64_t deadline_ms, struct ccm_credentials *out,
    int64_t *lifetime_ms, struct ccm_error *err)
{
	struct ccm_http_response response = {0};
	bool ok = fetch(metadata, deadline_ms, &response, err) &&
		  parse_keys(&response, out, lifetime_ms, err);

	ccm_http_response_clear(&response);
	return ok || ccm_error_context(err, "metadata service %s", metadata->endpoint);
}
