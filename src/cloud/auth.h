/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_AUTH_H
#define CCM_AUTH_H

/*
 * Who we are: a given token, an access key, or user and password, for which a token of IAM is
 * fetched, kept until shortly before its end, and fetched once however many threads want it
 * (spec/huawei-auth.md 1.2, 1.3, 2.1).
 */

#include "cloud/sign.h"

/*
 * Make the login call with this request of iam_create_token. On success *token is a secret string
 * and *answer the JSON answer, both the caller's.
 */
typedef bool (*ccm_auth_login)(void *context, const struct ccm_json *request, int64_t deadline_ms,
    char **token, struct ccm_json **answer, struct ccm_error *err);

struct ccm_auth;

/* config must outlive it. */
struct ccm_auth *ccm_auth_new(const struct ccm_auth_config *config, const char *region,
    ccm_auth_login login, void *context, struct ccm_error *err);
void ccm_auth_free(struct ccm_auth *auth); /* NULL is allowed */

/*
 * The token to send, to be freed by ccm_secret_free_str, or NULL when requests are signed. Logs in
 * when needed, and waits for another thread that does, both until the deadline.
 */
bool ccm_auth_token(
    struct ccm_auth *auth, int64_t deadline_ms, char **token, struct ccm_error *err);

/* The service refused this token. True: the next ccm_auth_token() brings another one. */
bool ccm_auth_token_refused(struct ccm_auth *auth, const char *token);

/* Pure: the login request of a configuration. */
struct ccm_json *ccm_auth_login_request(
    const struct ccm_auth_config *config, const char *region, struct ccm_error *err);

#endif
