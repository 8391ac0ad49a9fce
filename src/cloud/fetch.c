/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "cloud/client.h"
#include "cloud/retry.h"
#include "core/clock.h"
#include "core/crypto.h"
#include "core/log.h"

/* What is published for everybody: no credentials go out, and it is not the service that answers.
 */

struct fetch {
	const struct ccm_http_request *request;
	struct ccm_http_response response;
	struct ccm_fault fault;
	bool answered, sent;
};

static bool
attempt(struct fetch *fetch, struct ccm_http *http, struct ccm_error *err)
{
	int status;

	ccm_http_response_clear(&fetch->response);
	fetch->fault = (struct ccm_fault){0};
	fetch->answered =
	    http->ops->perform(http, fetch->request, &fetch->response, &fetch->sent, err);
	if (!fetch->answered)
		return false;
	status = fetch->response.status;
	ccm_log(INFO, HTTP, "GET %s: %d", fetch->request->url, status);
	if (status == 200)
		return true;
	fetch->fault = ccm_fault_classify(NULL, status);
	ccm_fail(err, fetch->fault.code, "%s: HTTP %d%s", fetch->request->url, status,
	    fetch->fault.code == CCM_DENIED || fetch->fault.code == CCM_AUTH
		? ": it is not public, such as in a private bucket"
		: "");
	if (err != NULL)
		err->http_status = status;
	return false;
}

static int64_t
wait_before_retry(const struct fetch *fetch, const struct ccm_retry *so_far)
{
	struct ccm_retry retry = *so_far;

	retry.repeatable = true;
	retry.sent = fetch->sent;
	retry.answered = fetch->answered;
	retry.fault = fetch->fault;
	retry.left_ms = fetch->request->deadline_ms - ccm_clock_monotonic_ms();
	ccm_random(&retry.random, sizeof(retry.random), NULL);
	return ccm_retry_wait_ms(&retry);
}

static bool
carry_out(struct fetch *fetch, struct ccm_client *client, struct ccm_error *err)
{
	struct ccm_http *http = ccm_client_transport(client);
	struct ccm_retry retry = {.budget = ccm_client_config(client)->cloud.retries};

	for (;;) {
		struct ccm_error cause = {0};
		int64_t wait;

		if (attempt(fetch, http, &cause))
			return true;
		retry.attempts++;
		retry.code = cause.code;
		wait = wait_before_retry(fetch, &retry);
		if (wait < 0) {
			if (err != NULL && err->code == CCM_OK)
				*err = cause;
			return false;
		}
		ccm_log(INFO, HTTP, "%s; trying again in %" PRId64 " ms", cause.msg, wait);
		ccm_http_pause(http, wait);
	}
}

bool
ccm_client_fetch(
    struct ccm_client *client, const char *url, struct ccm_buf *out, struct ccm_error *err)
{
	bool plain = strncmp(url, "http://", strlen("http://")) == 0;
	struct ccm_http_request request = {
	    .method = "GET",
	    .url = url,
	    .plain = plain,
	    .deadline_ms = ccm_clock_monotonic_ms() + ccm_client_config(client)->cloud.timeout_ms,
	};
	struct fetch fetch = {.request = &request};
	bool ok;

	if (!plain && strncmp(url, "https://", strlen("https://")) != 0)
		return ccm_fail(err, CCM_UNSUPPORTED, "%s is neither http:// nor https://", url);
	ok = carry_out(&fetch, client, err) &&
	     ccm_buf_append(out, fetch.response.body.data, fetch.response.body.len, err);
	ccm_http_response_clear(&fetch.response);
	return ok;
}
