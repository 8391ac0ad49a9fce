/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/auth.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/fork.h"
#include "core/log.h"

#define MARGIN_MS (5 * 60 * 1000)    /* a token is replaced so long before its end */
#define LIFETIME_MS (60 * 60 * 1000) /* when an answer does not tell it */
#define REFUSAL_MS (60 * 1000)       /* a refused login is not tried again for so long */

struct ccm_auth {
	const struct ccm_auth_config *config;
	const char *region;
	ccm_auth_login login;
	void *context;
	struct ccm_lock lock; /* of all below; not held while logging in */
	pthread_cond_t done;
	unsigned generation; /* fork generation of the login that runs */
	bool running;
	unsigned long logins;     /* ended so far */
	struct ccm_error failure; /* of the last one, all zero when it succeeded */
	int64_t failed_ms;
	char *token;              /* of IAM, secret, or NULL */
	int64_t renew_ms, end_ms; /* by the monotonic clock */
};

struct ccm_auth *
ccm_auth_new(const struct ccm_auth_config *config, const char *region, ccm_auth_login login,
    void *context, struct ccm_error *err)
{
	struct ccm_auth *auth = ccm_alloc(sizeof(*auth), err);

	if (auth == NULL)
		return NULL;
	auth->config = config;
	auth->region = region;
	auth->login = login;
	auth->context = context;
	ccm_lock_init(&auth->lock);
	auth->generation = ccm_fork_generation();
	pthread_cond_init(&auth->done, NULL);
	return auth;
}

void
ccm_auth_free(struct ccm_auth *auth)
{
	if (auth == NULL)
		return;
	ccm_secret_free_str(auth->token);
	ccm_lock_destroy(&auth->lock);
	pthread_cond_destroy(&auth->done);
	ccm_free(auth);
}

/* The request */

static bool
add_methods(struct ccm_json *request, struct ccm_error *err)
{
	struct ccm_json *methods = ccm_json_new_array(err);

	if (methods == NULL)
		return false;
	if (!ccm_json_append_string(methods, "password", err)) {
		ccm_json_free(methods);
		return false;
	}
	return ccm_json_add_json(request, "auth.identity.methods", methods, err);
}

struct member {
	const char *path, *value;
};

/* CCM wants a project; the region's own project bears the region's name. */
static struct member
choose_scope(const struct ccm_auth_config *config, const char *region)
{
	if (config->project_id[0] != '\0')
		return (struct member){"auth.scope.project.id", config->project_id};
	if (config->project_name[0] != '\0')
		return (struct member){"auth.scope.project.name", config->project_name};
	if (config->domain_id[0] != '\0')
		return (struct member){"auth.scope.domain.id", config->domain_id};
	return (struct member){"auth.scope.project.name", region};
}

struct ccm_json *
ccm_auth_login_request(
    const struct ccm_auth_config *config, const char *region, struct ccm_error *err)
{
	const struct member members[] = {
	    {"nocatalog", "true"},
	    {"auth.identity.password.user.name", config->user},
	    {"auth.identity.password.user.password", config->password},
	    {"auth.identity.password.user.domain.name", config->user_domain},
	    choose_scope(config, region),
	};
	struct ccm_json *request = ccm_json_new_object(err);
	bool ok = request != NULL && add_methods(request, err);

	for (size_t i = 0; ok && i < CCM_COUNT(members); i++)
		ok = ccm_json_add_string(request, members[i].path, members[i].value, err);
	if (ok)
		return request;
	ccm_json_free(request);
	return NULL;
}

/* Logging in */

/*
 * How long the token lives, by the service's own two times: this machine's clock may be wrong, and
 * the token's end is kept by the monotonic one.
 */
static int64_t
lifetime_ms(const struct ccm_json *answer)
{
	const char *issued_at = NULL, *expires_at = NULL;
	int64_t issued = ccm_clock_now_ms(), expires;

	ccm_json_opt_string(answer, "token.issued_at", &issued_at, NULL);
	ccm_json_opt_string(answer, "token.expires_at", &expires_at, NULL);
	if (expires_at == NULL || !ccm_clock_parse_iso8601(expires_at, &expires))
		return LIFETIME_MS;
	if (issued_at != NULL)
		ccm_clock_parse_iso8601(issued_at, &issued);
	return expires > issued ? expires - issued : 0;
}

/* A process forked in the middle must find a whole token (core/fork.h). */
static void
replace_token_locked(struct ccm_auth *auth, char *token)
{
	char *former = auth->token;

	auth->token = token;
	ccm_secret_free_str(former);
}

static void
store_token_locked(struct ccm_auth *auth, char *token, const struct ccm_json *answer)
{
	int64_t lifetime = lifetime_ms(answer), now = ccm_clock_monotonic_ms();
	int64_t margin = lifetime / 2 < MARGIN_MS ? lifetime / 2 : MARGIN_MS;

	replace_token_locked(auth, token);
	auth->end_ms = now + lifetime;
	auth->renew_ms = auth->end_ms - margin;
	ccm_log(
	    INFO, AUTH, "logged in as %s, for %" PRId64 " s", auth->config->user, lifetime / 1000);
}

static bool
login_once(struct ccm_auth *auth, int64_t deadline_ms, char **token, struct ccm_json **answer,
    struct ccm_error *err)
{
	struct ccm_json *request = ccm_auth_login_request(auth->config, auth->region, err);
	bool ok;

	if (request == NULL)
		return false;
	ok = auth->login(auth->context, request, deadline_ms, token, answer, err);
	ccm_json_free(request);
	return ok || ccm_error_context(err, "logging in as %s", auth->config->user);
}

/* This thread logs in for all. The lock is not held meanwhile. */
static bool
lead_locked(struct ccm_auth *auth, int64_t deadline_ms, struct ccm_error *err)
{
	struct ccm_json *answer = NULL;
	struct ccm_error failure = {0};
	char *token = NULL;
	bool ok;

	auth->running = true;
	ccm_lock_release(&auth->lock);
	ok = login_once(auth, deadline_ms, &token, &answer, &failure);
	ccm_lock_acquire(&auth->lock);
	auth->running = false;
	auth->logins++;
	auth->failure = failure;
	auth->failed_ms = ccm_clock_monotonic_ms();
	if (ok)
		store_token_locked(auth, token, answer);
	else if (err != NULL && err->code == CCM_OK)
		*err = failure;
	pthread_cond_broadcast(&auth->done);
	ccm_json_free(answer);
	return ok;
}

/* Another thread logs in: wait for its end and share its failure. */
static bool
follow_locked(struct ccm_auth *auth, int64_t deadline_ms, struct ccm_error *err)
{
	const struct timespec until = {deadline_ms / 1000, deadline_ms % 1000 * 1000000};
	unsigned long seen = auth->logins;

	while (auth->logins == seen) {
		if (pthread_cond_clockwait(
			&auth->done, &auth->lock.mutex, CLOCK_MONOTONIC, &until) == ETIMEDOUT)
			return ccm_fail(err, CCM_TIMEOUT, "no end of another thread's login as %s",
			    auth->config->user);
	}
	/* its time was up, which says nothing of ours */
	if (auth->failure.code == CCM_OK || auth->failure.code == CCM_TIMEOUT)
		return true;
	if (err != NULL && err->code == CCM_OK)
		*err = auth->failure;
	return false;
}

/* Accounts are locked after a few wrong passwords (1.4), so no daemon of ours may repeat one. */
static bool
refused_lately_locked(const struct ccm_auth *auth, struct ccm_error *err)
{
	int64_t age = ccm_clock_monotonic_ms() - auth->failed_ms;

	if ((auth->failure.code != CCM_AUTH && auth->failure.code != CCM_DENIED) ||
	    age >= REFUSAL_MS)
		return false;
	if (err == NULL || err->code != CCM_OK)
		return true;
	*err = auth->failure;
	ccm_error_context(err, "not tried again for %" PRId64 " s", (REFUSAL_MS - age) / 1000);
	return true;
}

/* The threads that logged in when the process forked are not in the child. */
static void
settle_fork_locked(struct ccm_auth *auth)
{
	unsigned now = ccm_fork_generation();

	if (auth->generation == now)
		return;
	auth->generation = now;
	auth->running = false;
	pthread_cond_init(&auth->done, NULL);
}

/* Good enough to be sent: while somebody renews a token, the old one serves until its end. */
static bool
is_usable_locked(const struct ccm_auth *auth)
{
	int64_t now = ccm_clock_monotonic_ms();

	return auth->token != NULL && now < (auth->running ? auth->end_ms : auth->renew_ms);
}

static bool
session_token(struct ccm_auth *auth, int64_t deadline_ms, char **token, struct ccm_error *err)
{
	bool ok = true;

	ccm_lock_acquire(&auth->lock);
	settle_fork_locked(auth);
	while (ok && !is_usable_locked(auth)) {
		if (refused_lately_locked(auth, err)) {
			ok = false;
		} else if (auth->running) {
			ok = follow_locked(auth, deadline_ms, err);
		} else {
			/* what comes is sent, however short it lives: no second login for one call
			 */
			ok = lead_locked(auth, deadline_ms, err);
			break;
		}
	}
	if (ok)
		*token = ccm_secret_dup(auth->token, err);
	ccm_lock_release(&auth->lock);
	return *token != NULL;
}

bool
ccm_auth_token(struct ccm_auth *auth, int64_t deadline_ms, char **token, struct ccm_error *err)
{
	*token = NULL;
	switch (auth->config->method) {
	case CCM_AUTH_AKSK:
		return true;
	case CCM_AUTH_TOKEN:
		*token = ccm_secret_dup(auth->config->token, err);
		return *token != NULL;
	case CCM_AUTH_PASSWORD:
		return session_token(auth, deadline_ms, token, err);
	case CCM_AUTH_AUTO:
		break;
	}
	return ccm_fail(
	    err, CCM_CONFIG, "no credentials: [auth] has neither token, nor access_key, nor user");
}

bool
ccm_auth_token_refused(struct ccm_auth *auth, const char *token)
{
	if (auth->config->method != CCM_AUTH_PASSWORD)
		return false;
	ccm_lock_acquire(&auth->lock);
	if (auth->token != NULL && strcmp(auth->token, token) == 0)
		replace_token_locked(auth, NULL);
	ccm_lock_release(&auth->lock);
	return true;
}
