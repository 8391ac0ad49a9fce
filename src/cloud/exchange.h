/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EXCHANGE_H
#define CCM_EXCHANGE_H

/* One attempt of a call: addressed, authenticated, sent, received, logged. */

#include "cloud/credentials.h"
#include "cloud/http.h"

struct ccm_exchange {
	/* in */
	const struct ccm_config *config;
	const struct ccm_operation *op;
	const struct ccm_wire_request *wire;
	const char *endpoint;
	const struct ccm_credentials *credentials; /* without any the request is anonymous */
	const char *subject_token;                 /* the token that it is about, or NULL */
	int64_t deadline_ms;
	/* out, to be cleared */
	struct ccm_http_response response;
	struct ccm_signature signature;
	bool sent;
};

/* Where the request goes, appended: endpoint, path, query. */
bool ccm_exchange_url(const char *endpoint, const struct ccm_wire_request *wire,
    struct ccm_buf *url, struct ccm_error *err);
/* True: an answer came. Each call dates and signs the request anew. */
bool ccm_exchange_perform(
    struct ccm_exchange *exchange, struct ccm_http *http, struct ccm_error *err);
void ccm_exchange_clear(struct ccm_exchange *exchange);

#endif
