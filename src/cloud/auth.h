/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_AUTH_H
#define CCM_AUTH_H

/*
 * Who we are, for all threads of a process: a session (session.h) that is opened at first use, once
 * however many threads want it, kept until shortly before its end, and replaced when the service
 * no longer takes it. A failed login is shared, and not looped.
 */

#include "cloud/session.h"

struct ccm_auth;

/* config must outlive it; service is copied. Reads nothing yet. */
struct ccm_auth *ccm_auth_new(
    const struct ccm_config *config, const struct ccm_auth_service *service, struct ccm_error *err);
void ccm_auth_free(struct ccm_auth *auth); /* NULL is allowed */

/*
 * What to send requests with, to be cleared by ccm_credentials_clear. Logs in when needed, and
 * waits for another thread that does, both until the deadline. While a login to renew a session
 * fails, the old one serves until its end.
 */
bool ccm_auth_get(
    struct ccm_auth *auth, int64_t deadline_ms, struct ccm_credentials *out, struct ccm_error *err);

/* The service refused these. True: the next ccm_auth_get() brings others. */
bool ccm_auth_refused(struct ccm_auth *auth, const struct ccm_credentials *used);

/* Where IAM is: what the credentials came with may say so. Borrowed. */
const char *ccm_auth_iam_endpoint(struct ccm_auth *auth);

/* Log in anew and tell who it is (ccm_session_identify); to be freed. */
struct ccm_json *ccm_auth_identify(
    struct ccm_auth *auth, int64_t deadline_ms, struct ccm_error *err);
/* Log out: no process uses the token any more. *was_kept tells whether there was one. */
bool ccm_auth_forget(struct ccm_auth *auth, bool *was_kept, struct ccm_error *err);

#endif
