/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/auth.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/fork.h"
#include "core/json.h"
#include "core/log.h"

#define REFUSAL_MS (60 * 1000) /* a refused login is not tried again for so long */
#define PAUSE_MS (60 * 1000)   /* nor is one that was to renew what still serves */
#define YOUNG_MS (60 * 1000)   /* keys of an agency that are refused at this age stay refused */

struct ccm_auth {
	const struct ccm_config *config;
	struct ccm_auth_service service;
	struct ccm_lock lock; /* of all below; not held while logging in */
	pthread_cond_t done;
	unsigned generation; /* fork generation of the login that runs */
	bool running;
	unsigned long logins;     /* ended so far */
	struct ccm_error failure; /* of the last one, all zero when it succeeded */
	int64_t failed_ms;
	struct ccm_login *login; /* NULL until the first one; used by the thread that logs in */
	struct ccm_session *session;
};

struct ccm_auth *
ccm_auth_new(
    const struct ccm_config *config, const struct ccm_auth_service *service, struct ccm_error *err)
{
	struct ccm_auth *auth = ccm_alloc(sizeof(*auth), err);

	if (auth == NULL)
		return NULL;
	auth->config = config;
	auth->service = *service;
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
	ccm_session_free(auth->session);
	ccm_login_free(auth->login);
	ccm_lock_destroy(&auth->lock);
	pthread_cond_destroy(&auth->done);
	ccm_free(auth);
}

/* A process forked in the middle must find a whole session (core/fork.h). */
static void
replace_session_locked(struct ccm_auth *auth, struct ccm_session *session)
{
	struct ccm_session *former = auth->session;

	auth->session = session;
	ccm_session_free(former);
}

/* Logging in */

static struct ccm_session *
log_in(struct ccm_auth *auth, struct ccm_login **login, int64_t deadline_ms, struct ccm_error *err)
{
	if (*login == NULL)
		*login = ccm_login_new(auth->config, &auth->service, err);
	return *login != NULL ? ccm_session_open(*login, false, deadline_ms, err) : NULL;
}

static bool
is_alive_locked(const struct ccm_auth *auth)
{
	return auth->session != NULL && ccm_clock_monotonic_ms() < auth->session->end_ms;
}

/* The login of a process forked meanwhile is not the child's: it begins its own. */
static void
settle_login_locked(struct ccm_auth *auth, struct ccm_login *login, struct ccm_session *session)
{
	auth->running = false;
	auth->logins++;
	auth->failed_ms = ccm_clock_monotonic_ms();
	auth->login = login;
	if (session != NULL)
		replace_session_locked(auth, session);
	else if (is_alive_locked(auth))
		auth->session->renew_ms = auth->failed_ms + PAUSE_MS;
	pthread_cond_broadcast(&auth->done);
}

/* This thread logs in for all. The lock is not held meanwhile. */
static bool
lead_locked(struct ccm_auth *auth, int64_t deadline_ms, struct ccm_error *err)
{
	struct ccm_login *login = auth->login;
	struct ccm_session *session;
	struct ccm_error failure = {0};

	auth->running = true;
	ccm_lock_release(&auth->lock);
	session = log_in(auth, &login, deadline_ms, &failure);
	ccm_lock_acquire(&auth->lock);
	auth->failure = failure;
	settle_login_locked(auth, login, session);
	if (session != NULL)
		return true;
	if (is_alive_locked(auth)) {
		ccm_log(WARN, AUTH, "the login is not renewed, the former one still serves: %s",
		    failure.msg);
		return true;
	}
	if (err != NULL && err->code == CCM_OK)
		*err = failure;
	return false;
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
			return ccm_fail(err, CCM_TIMEOUT, "no end of another thread's login");
	}
	/* its time was up, which says nothing of ours */
	if (auth->failure.code == CCM_OK || auth->failure.code == CCM_TIMEOUT)
		return true;
	if (err != NULL && err->code == CCM_OK)
		*err = auth->failure;
	return false;
}

/*
 * Accounts are locked after a few wrong passwords (1.4), so no daemon of ours may repeat one; and
 * where there is no metadata service, looking for it takes seconds.
 */
static bool
refused_lately_locked(const struct ccm_auth *auth, struct ccm_error *err)
{
	int64_t age = ccm_clock_monotonic_ms() - auth->failed_ms;
	bool nowhere = auth->failure.code == CCM_CONFIG && auth->login != NULL;

	if ((auth->failure.code != CCM_AUTH && auth->failure.code != CCM_DENIED && !nowhere) ||
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
	if (auth->running)
		auth->login = NULL; /* whatever the thread was doing with it */
	auth->running = false;
	pthread_cond_init(&auth->done, NULL);
}

/* Good enough to be sent: while somebody renews a session, the old one serves until its end. */
static bool
is_usable_locked(const struct ccm_auth *auth)
{
	int64_t now = ccm_clock_monotonic_ms();

	return auth->session != NULL &&
	       now < (auth->running ? auth->session->end_ms : auth->session->renew_ms);
}

static bool
want_session_locked(struct ccm_auth *auth, int64_t deadline_ms, struct ccm_error *err)
{
	settle_fork_locked(auth);
	while (!is_usable_locked(auth)) {
		if (!is_alive_locked(auth) && refused_lately_locked(auth, err))
			return false;
		/* what comes is sent, however short it lives: no second login for one call */
		if (!auth->running)
			return lead_locked(auth, deadline_ms, err);
		if (!follow_locked(auth, deadline_ms, err))
			return false;
	}
	return true;
}

bool
ccm_auth_get(
    struct ccm_auth *auth, int64_t deadline_ms, struct ccm_credentials *out, struct ccm_error *err)
{
	bool ok;

	*out = (struct ccm_credentials){0};
	ccm_lock_acquire(&auth->lock);
	ok = want_session_locked(auth, deadline_ms, err) &&
	     ccm_credentials_copy(&auth->session->credentials, out, err);
	ccm_lock_release(&auth->lock);
	return ok;
}

/* Refusals */

static bool
is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Only what can be had anew; the configuration's own key or token stays what it is. */
static bool
can_be_replaced_locked(const struct ccm_auth *auth)
{
	const struct ccm_session *session = auth->session;

	if (auth->login->place.config->method == CCM_AUTH_PASSWORD)
		return true;
	return auth->login->place.config->method == CCM_AUTH_METADATA &&
	       (session == NULL || ccm_clock_monotonic_ms() - session->opened_ms > YOUNG_MS);
}

bool
ccm_auth_refused(struct ccm_auth *auth, const struct ccm_credentials *used)
{
	const struct ccm_login *login;
	bool again;

	ccm_lock_acquire(&auth->lock);
	login = auth->login;
	again = login != NULL && can_be_replaced_locked(auth);
	if (again && auth->session != NULL &&
	    is_same(auth->session->credentials.token, used->token) &&
	    is_same(auth->session->credentials.access_key, used->access_key))
		replace_session_locked(auth, NULL);
	ccm_lock_release(&auth->lock);
	if (again && used->token != NULL)
		ccm_auth_cache_drop_token(&login->place, used->token);
	return again;
}

const char *
ccm_auth_iam_endpoint(struct ccm_auth *auth)
{
	const char *endpoint = auth->config->cloud.endpoint[CCM_IAM];

	ccm_lock_acquire(&auth->lock);
	if (auth->login != NULL)
		endpoint = auth->login->place.iam_endpoint;
	ccm_lock_release(&auth->lock);
	return endpoint;
}

/* Logging in and out by hand: apart from what other threads use */

struct ccm_json *
ccm_auth_identify(struct ccm_auth *auth, int64_t deadline_ms, struct ccm_error *err)
{
	struct ccm_login *login = ccm_login_new(auth->config, &auth->service, err);
	struct ccm_session *session =
	    login != NULL ? ccm_session_open(login, true, deadline_ms, err) : NULL;
	struct ccm_json *identity =
	    session != NULL ? ccm_session_identify(login, session, deadline_ms, err) : NULL;

	ccm_session_free(session);
	ccm_login_free(login);
	return identity;
}

bool
ccm_auth_forget(struct ccm_auth *auth, bool *was_kept, struct ccm_error *err)
{
	struct ccm_login *login = ccm_login_new(auth->config, &auth->service, err);

	if (login == NULL)
		return false;
	*was_kept = ccm_auth_cache_drop_token(&login->place, NULL);
	ccm_login_free(login);
	ccm_lock_acquire(&auth->lock);
	replace_session_locked(auth, NULL);
	ccm_lock_release(&auth->lock);
	return true;
}
