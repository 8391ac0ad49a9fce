/* SPDX-License-Identifier: Apache-2.0 */
/* An HSM cluster: its settings, and the one connection that all use. */
#include "key/hsm.h"

#include <openssl/crypto.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/crypto.h"
#include "core/log.h"
#include "key/hsm_module.h"

#define FAILURE_STANDS_MS 1000

struct ccm_hsm *
ccm_hsm_new(const struct ccm_hsm_config *config, struct ccm_error *err)
{
	struct ccm_hsm *hsm = ccm_alloc(sizeof(*hsm), err);

	if (hsm == NULL)
		return NULL;
	atomic_init(&hsm->refs, 1);
	ccm_lock_init(&hsm->lock);
	hsm->generation = ccm_fork_generation();
	ccm_hsm_condition_init(&hsm->connected);
	hsm->cluster = ccm_strdup(config->cluster, err);
	hsm->module = ccm_strdup(config->module, err);
	hsm->token = ccm_strdup(config->token, err);
	hsm->pin = ccm_secret_dup(config->pin, err);
	if (hsm->cluster != NULL && hsm->module != NULL && hsm->token != NULL && hsm->pin != NULL)
		return hsm;
	ccm_hsm_unref(hsm);
	return NULL;
}

struct ccm_hsm *
ccm_hsm_ref(struct ccm_hsm *hsm)
{
	atomic_fetch_add(&hsm->refs, 1);
	return hsm;
}

void
ccm_hsm_connection_drop(struct ccm_hsm_connection *connection)
{
	struct ccm_network_scope scope;
	bool entered;

	if (connection == NULL)
		return;
	entered = ccm_network_enter(&scope, NULL);
	ccm_hsm_connection_unref(connection);
	if (entered)
		ccm_network_leave(&scope);
}

void
ccm_hsm_unref(struct ccm_hsm *hsm)
{
	if (hsm == NULL || atomic_fetch_sub(&hsm->refs, 1) != 1)
		return;
	if (hsm->generation == ccm_fork_generation()) {
		ccm_hsm_connection_drop(hsm->connection);
		ccm_hsm_connection_drop(hsm->dropped);
	}
	ccm_free(hsm->cluster);
	ccm_free(hsm->module);
	ccm_free(hsm->token);
	ccm_secret_free_str(hsm->pin);
	ccm_secret_free_str(hsm->given);
	ccm_secret_free_str(hsm->refused);
	pthread_cond_destroy(&hsm->connected);
	ccm_lock_destroy(&hsm->lock);
	ccm_free(hsm);
}

const char *
ccm_hsm_cluster(const struct ccm_hsm *hsm)
{
	return hsm->cluster;
}

/* Waiting */

void
ccm_hsm_condition_init(pthread_cond_t *condition)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

bool
ccm_hsm_condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t deadline_ms)
{
	const struct timespec until = {
	    .tv_sec = deadline_ms / 1000, .tv_nsec = deadline_ms % 1000 * 1000000};

	return pthread_cond_timedwait(condition, mutex, &until) == 0;
}

/* Connecting */

/*
 * In a child: the parent's sessions, and whatever its module holds open, are left alone. They stay
 * reachable, for they can neither be closed nor forgotten.
 */
static void
settle_fork_locked(struct ccm_hsm *hsm)
{
	unsigned now = ccm_fork_generation();

	if (hsm->generation == now)
		return;
	hsm->generation = now;
	if (hsm->connection != NULL) {
		hsm->connection->abandoned_next = hsm->abandoned;
		hsm->abandoned = hsm->connection;
	}
	if (hsm->dropped != NULL) {
		hsm->dropped->abandoned_next = hsm->abandoned;
		hsm->abandoned = hsm->dropped;
	}
	hsm->connection = NULL;
	hsm->dropped = NULL;
	hsm->connecting = false;
	hsm->leaving = false;
	ccm_hsm_condition_init(&hsm->connected);
}

static bool
keep_failure(struct ccm_hsm *hsm, struct ccm_error *err)
{
	*err = hsm->failure;
	return false;
}

static const char *
current_pin(const struct ccm_hsm *hsm)
{
	return hsm->given != NULL ? hsm->given : hsm->pin;
}

/*
 * True: there is a connection, or the caller is to make one (hsm->connecting is his then). One at a
 * time, so that a PIN that is wrong is tried once, and not once a thread.
 */
static bool
prepare_locked(struct ccm_hsm *hsm, struct ccm_error *err)
{
	int64_t deadline_ms = ccm_clock_monotonic_ms() + HSM_WAIT_MS;
	struct ccm_error ignored;

	while (hsm->connection == NULL && hsm->connecting)
		if (!ccm_hsm_condition_wait(&hsm->connected, &hsm->lock.mutex, deadline_ms))
			return ccm_fail(err, CCM_TIMEOUT,
			    "HSM cluster %s: the module did not answer within %d s", hsm->cluster,
			    HSM_WAIT_MS / 1000);
	if (hsm->connection != NULL)
		return true;
	if ((hsm->refused != NULL && strcmp(hsm->refused, current_pin(hsm)) == 0) ||
	    ccm_clock_monotonic_ms() < hsm->quiet_until_ms)
		return keep_failure(hsm, err != NULL ? err : &ignored);
	hsm->connecting = true;
	return true;
}

/* The user's PIN goes, and with it what was opened by it. */
static void
leave_locked(struct ccm_hsm *hsm)
{
	hsm->leaving = hsm->connecting;
	if (hsm->connecting || hsm->given == NULL)
		return;
	ccm_secret_free_str(hsm->given);
	hsm->given = NULL;
	if (hsm->dropped == NULL) {
		hsm->dropped = hsm->connection;
		hsm->connection = NULL;
	}
}

static void
settle_locked(struct ccm_hsm *hsm, struct ccm_hsm_connection *made, bool pin_refused,
    const struct ccm_error *failure)
{
	hsm->connecting = false;
	hsm->connection = made;
	if (made == NULL) {
		hsm->failure = *failure;
		hsm->quiet_until_ms = ccm_clock_monotonic_ms() + FAILURE_STANDS_MS;
	}
	if (pin_refused) {
		ccm_secret_free_str(hsm->refused);
		hsm->refused = ccm_secret_dup(current_pin(hsm), NULL);
	}
	if (hsm->leaving)
		leave_locked(hsm);
	pthread_cond_broadcast(&hsm->connected);
}

struct ccm_hsm_connection *
ccm_hsm_connect(struct ccm_hsm *hsm, struct ccm_error *err)
{
	struct ccm_hsm_connection *connection = NULL, *dropped;
	struct ccm_error failure = {0};
	bool pin_refused = false, ok;

	ccm_lock_acquire(&hsm->lock);
	settle_fork_locked(hsm);
	dropped = hsm->dropped;
	hsm->dropped = NULL;
	if (dropped != NULL) { /* before another is logged in, which its end would log out */
		ccm_lock_release(&hsm->lock);
		ccm_hsm_connection_unref(dropped);
		ccm_lock_acquire(&hsm->lock);
	}
	ok = prepare_locked(hsm, err);
	if (ok && hsm->connection == NULL) {
		ccm_lock_release(&hsm->lock);
		connection = ccm_hsm_connection_open(hsm, &pin_refused, &failure);
		ccm_lock_acquire(&hsm->lock);
		settle_locked(hsm, connection, pin_refused, &failure);
		ok = connection != NULL || keep_failure(hsm, err != NULL ? err : &failure);
	}
	connection = ok ? hsm->connection : NULL;
	if (connection != NULL)
		atomic_fetch_add(&connection->refs, 1);
	else if (ok)
		ccm_fail(err, CCM_AUTH, "HSM cluster %s: the user logged out", hsm->cluster);
	ccm_lock_release(&hsm->lock);
	return connection;
}

struct ccm_hsm_connection *
ccm_hsm_connect_guarded(struct ccm_hsm *hsm, struct ccm_error *err)
{
	struct ccm_hsm_connection *connection = NULL;
	struct ccm_network_scope scope;

	if (ccm_network_enter(&scope, err)) {
		connection = ccm_hsm_connect(hsm, err);
		ccm_network_leave(&scope);
	}
	return connection;
}

void
ccm_hsm_disconnect(struct ccm_hsm *hsm, const struct ccm_hsm_connection *connection)
{
	struct ccm_hsm_connection *dropped = NULL;

	ccm_lock_acquire(&hsm->lock);
	if (hsm->connection == connection) {
		dropped = hsm->connection;
		hsm->connection = NULL;
	}
	ccm_lock_release(&hsm->lock);
	ccm_hsm_connection_unref(dropped);
}

/* Logging in */

/* True: it is to be tried, and nobody else does meanwhile. */
static bool
take_pin_locked(struct ccm_hsm *hsm, char **take_pin, bool *done, struct ccm_error *err)
{
	int64_t deadline_ms = ccm_clock_monotonic_ms() + HSM_WAIT_MS;

	while (hsm->connecting)
		if (!ccm_hsm_condition_wait(&hsm->connected, &hsm->lock.mutex, deadline_ms))
			return ccm_fail(err, CCM_TIMEOUT,
			    "HSM cluster %s: the module did not answer", hsm->cluster);
	*done = hsm->connection != NULL;
	if (*done && strlen(*take_pin) == strlen(hsm->connection->pin) &&
	    CRYPTO_memcmp(*take_pin, hsm->connection->pin, strlen(*take_pin)) == 0)
		return true;
	if (*done)
		return ccm_fail(err, CCM_AUTH,
		    "HSM cluster %s: it is open by another PIN than this", hsm->cluster);
	ccm_secret_free_str(hsm->given);
	hsm->given = *take_pin;
	*take_pin = NULL;
	hsm->quiet_until_ms = 0;
	return true;
}

bool
ccm_hsm_log_in(struct ccm_hsm *hsm, struct ccm_span pin, struct ccm_error *err)
{
	struct ccm_hsm_connection *connection;
	char *copy = ccm_secret_strndup((const char *)pin.data, pin.len, err);
	bool done = false, ok;

	if (copy == NULL)
		return false;
	ccm_lock_acquire(&hsm->lock);
	settle_fork_locked(hsm);
	ok = take_pin_locked(hsm, &copy, &done, err);
	ccm_lock_release(&hsm->lock);
	ccm_secret_free_str(copy);
	if (!ok || done)
		return ok;
	connection = ccm_hsm_connect_guarded(hsm, err);
	ccm_hsm_connection_drop(connection);
	if (connection == NULL)
		ccm_hsm_log_out(hsm);
	return connection != NULL;
}

void
ccm_hsm_log_out(struct ccm_hsm *hsm)
{
	ccm_lock_acquire(&hsm->lock);
	settle_fork_locked(hsm);
	leave_locked(hsm);
	ccm_lock_release(&hsm->lock);
}

bool
ccm_hsm_has_pin(struct ccm_hsm *hsm)
{
	bool has;

	ccm_lock_acquire(&hsm->lock);
	has = current_pin(hsm)[0] != '\0';
	ccm_lock_release(&hsm->lock);
	return has;
}
