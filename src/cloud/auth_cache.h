/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_AUTH_CACHE_H
#define CCM_AUTH_CACHE_H

/*
 * What the processes of a user share, so that not each of them logs in: tokens, and ids that were
 * looked up (core/runtime.h). A file for each way of logging in, named by a digest of it. A token
 * counts only for who has the password that it was got with. What fails here is logged, no more:
 * the cache saves calls, that is all.
 */

#include "cloud/credentials.h"
#include "core/config.h"

/* Who logs in, where, and what for. Borrowed. */
struct ccm_auth_place {
	const struct ccm_auth_config *config;
	const char *iam_endpoint;
	const char *region;
};

/* False: there is none that is valid for *left_ms > 0. The token is secret, the caller's. */
bool ccm_auth_cache_get_token(const struct ccm_auth_place *place, char **token, int64_t *left_ms);
void ccm_auth_cache_put_token(
    const struct ccm_auth_place *place, const char *token, int64_t lifetime_ms);
/* Forget the token if it is this one; NULL: any. True when it was there. */
bool ccm_auth_cache_drop_token(const struct ccm_auth_place *place, const char *token);

/* Fill in the ids that are known. */
void ccm_auth_cache_get_ids(const struct ccm_auth_place *place, struct ccm_credentials *inout);
void ccm_auth_cache_put_ids(
    const struct ccm_auth_place *place, const struct ccm_credentials *credentials);

#endif
