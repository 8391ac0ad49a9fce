/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_SESSION_H
#define CCM_SESSION_H

/*
 * Logging in, each way of it: from what is configured to what requests are sent with, and until
 * when (spec/huawei-auth.md 1.3, 2, 3). One thread at a time; auth.h shares the result.
 */

#include "cloud/auth_cache.h"
#include "cloud/auth_metadata.h"
#include "cloud/auth_source.h"

struct ccm_operation;
struct ccm_json;

/* How calls to IAM are made. */
struct ccm_auth_call {
	const struct ccm_operation *op;
	const struct ccm_json *request;            /* or NULL */
	const struct ccm_credentials *credentials; /* NULL: none are needed */
	const char *endpoint;
	const char *subject_token; /* to send as X-Subject-Token, or NULL */
	int64_t deadline_ms;
};
struct ccm_auth_reply {
	struct ccm_json *answer;
	char *subject_token; /* secret; that the answer came with, or NULL */
};
struct ccm_auth_service {
	bool (*call)(void *context, const struct ccm_auth_call *call, struct ccm_auth_reply *reply,
	    struct ccm_error *err);
	void *context;
	struct ccm_http *http; /* for the metadata service; borrowed */
};
void ccm_auth_reply_clear(struct ccm_auth_reply *reply);

struct ccm_session {
	struct ccm_credentials credentials;
	int64_t opened_ms, renew_ms, end_ms; /* by the monotonic clock; CCM_SESSION_ENDLESS */
	struct ccm_json *token;              /* what IAM told of a new token, or NULL */
};
#define CCM_SESSION_ENDLESS INT64_MAX
void ccm_session_free(struct ccm_session *session); /* NULL is allowed */

/* Who logs in, where and how: found once, for every login of a client. */
struct ccm_login {
	struct ccm_auth_source source;
	struct ccm_auth_place place;
	struct ccm_metadata metadata;
	const struct ccm_auth_service *service;
};
/* Finds the credentials. Opens no connection. config and service must outlive it. */
struct ccm_login *ccm_login_new(
    const struct ccm_config *config, const struct ccm_auth_service *service, struct ccm_error *err);
void ccm_login_free(struct ccm_login *login); /* NULL is allowed */

/* fresh: not with a token that another process got. */
struct ccm_session *ccm_session_open(
    struct ccm_login *login, bool fresh, int64_t deadline_ms, struct ccm_error *err);

/*
 * Who it is, as `ccm login` tells it: method, source, access_key, account, user, project,
 * expires_at, as far as IAM says so. A session of a token that IAM does not know is CCM_AUTH.
 */
struct ccm_json *ccm_session_identify(const struct ccm_login *login,
    const struct ccm_session *session, int64_t deadline_ms, struct ccm_error *err);

/* Pure: the login request of a configuration. */
struct ccm_json *ccm_login_request(
    const struct ccm_auth_config *config, const char *region, struct ccm_error *err);

/* Parts of the above: session_ids.c. Look up the ids that requests have to carry. */
bool ccm_session_find_ids(const struct ccm_login *login, struct ccm_credentials *inout,
    int64_t deadline_ms, struct ccm_error *err);
/* The members of IAM's list, "projects" or "domains"; to be freed. NULL with err set. */
struct ccm_json *ccm_session_list(const struct ccm_login *login, const struct ccm_auth_call *call,
    const char *list, struct ccm_error *err);

#endif
