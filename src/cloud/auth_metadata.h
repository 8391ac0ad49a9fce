/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_AUTH_METADATA_H
#define CCM_AUTH_METADATA_H

/* The keys that an ECS gets for its agency from the metadata service (spec/huawei-auth.md 3). */

#include "cloud/credentials.h"
#include "cloud/http.h"

/* What is known of a metadata service; one thread at a time. All zero but for the first two. */
struct ccm_metadata {
	struct ccm_http *http;  /* borrowed, like the next */
	const char *endpoint;   /* http://HOST[:PORT] */
	char *token;            /* of the service itself, secret; NULL: none */
	int64_t plain_until_ms; /* it has no tokens; by the monotonic clock */
};

/*
 * The keys as they are now, and for how long. Each exchange takes 3 s at most. CCM_NETWORK or
 * CCM_TIMEOUT: there is no such service; CCM_AUTH: there are no keys for us.
 */
bool ccm_metadata_fetch(struct ccm_metadata *metadata, int64_t deadline_ms,
    struct ccm_credentials *out, int64_t *lifetime_ms, struct ccm_error *err);
void ccm_metadata_clear(struct ccm_metadata *metadata);

#endif
