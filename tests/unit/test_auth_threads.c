/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cloud/auth.h"
#include "core/clock.h"
#include "core/json.h"

#define PASSWORD                                                                 \
	"[auth]\nuser = alice\nuser_domain = account\npassword = the-password\n" \
	"token_cache = no\n"

#define THREADS 8

struct crowd {
	struct ccm_auth *auth;
	pthread_mutex_t lock;
	pthread_cond_t all_here;
	unsigned here, logins, right, failed;
	bool login_fails;
};

/* The first login waits until every thread is on its way to the token. */
static bool
crowded_login(void *context, const struct ccm_auth_call *call, struct ccm_auth_reply *reply,
    struct ccm_error *err)
{
	struct crowd *crowd = context;

	(void)call;
	pthread_mutex_lock(&crowd->lock);
	crowd->logins++;
	while (crowd->here < THREADS)
		pthread_cond_wait(&crowd->all_here, &crowd->lock);
	pthread_mutex_unlock(&crowd->lock);
	if (crowd->login_fails)
		return ccm_fail(err, CCM_AUTH, "no");
	reply->subject_token = ccm_secret_dup("t1", err);
	reply->answer = ccm_json_new_object(err);
	return true;
}

static void *
want_token(void *context)
{
	struct crowd *crowd = context;
	struct ccm_credentials got;
	struct ccm_error err = {0};

	pthread_mutex_lock(&crowd->lock);
	crowd->here++;
	pthread_cond_broadcast(&crowd->all_here);
	pthread_mutex_unlock(&crowd->lock);
	ccm_auth_get(crowd->auth, ccm_clock_monotonic_ms() + 30000, &got, &err);
	pthread_mutex_lock(&crowd->lock);
	crowd->right += got.token != NULL && strcmp(got.token, "t1") == 0;
	crowd->failed += err.code == CCM_AUTH;
	pthread_mutex_unlock(&crowd->lock);
	ccm_credentials_clear(&got);
	return NULL;
}

static void
run_crowd(struct crowd *crowd)
{
	struct ccm_config *config = ccm_config_parse("test.conf", ccm_span_of(PASSWORD), NULL);
	pthread_t threads[THREADS];

	pthread_mutex_init(&crowd->lock, NULL);
	pthread_cond_init(&crowd->all_here, NULL);
	crowd->auth =
	    ccm_auth_new(config, &(struct ccm_auth_service){crowded_login, crowd, NULL}, NULL);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, want_token, crowd), 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	ccm_auth_free(crowd->auth);
	ccm_config_free(config);
}

static void
test_many_threads_log_in_once(void **state)
{
	struct crowd crowd = {0};

	(void)state;
	run_crowd(&crowd);
	assert_int_equal(crowd.logins, 1);
	assert_int_equal(crowd.right, THREADS);
}

static void
test_many_threads_share_one_refusal(void **state)
{
	struct crowd crowd = {.login_fails = true};

	(void)state;
	run_crowd(&crowd);
	assert_int_equal(crowd.logins, 1);
	assert_int_equal(crowd.failed, THREADS);
}

struct stuck {
	struct ccm_auth *auth;
	int entered[2], leave[2]; /* pipes: the login has begun, it may end */
	bool in_child;
};

static bool
stuck_login(void *context, const struct ccm_auth_call *call, struct ccm_auth_reply *reply,
    struct ccm_error *err)
{
	struct stuck *stuck = context;
	char byte = 0;

	(void)call;
	if (!stuck->in_child) {
		assert_int_equal(write(stuck->entered[1], &byte, 1), 1);
		assert_int_equal(read(stuck->leave[0], &byte, 1), 1);
	}
	reply->subject_token = ccm_secret_dup(stuck->in_child ? "child" : "parent", err);
	reply->answer = ccm_json_new_object(err);
	return true;
}

static void *
log_in(void *context)
{
	struct stuck *stuck = context;
	struct ccm_credentials got;

	ccm_auth_get(stuck->auth, ccm_clock_monotonic_ms() + 30000, &got, NULL);
	ccm_credentials_clear(&got);
	return NULL;
}

static void
start_stuck(struct stuck *stuck, struct ccm_config *config, pthread_t *thread)
{
	char byte;

	assert_int_equal(pipe(stuck->entered), 0);
	assert_int_equal(pipe(stuck->leave), 0);
	stuck->auth =
	    ccm_auth_new(config, &(struct ccm_auth_service){stuck_login, stuck, NULL}, NULL);
	assert_int_equal(pthread_create(thread, NULL, log_in, stuck), 0);
	assert_int_equal(read(stuck->entered[0], &byte, 1), 1);
}

static void
end_stuck(struct stuck *stuck, pthread_t thread)
{
	assert_int_equal(write(stuck->leave[1], "", 1), 1);
	pthread_join(thread, NULL);
	ccm_auth_free(stuck->auth);
	for (size_t i = 0; i < 2; i++) {
		close(stuck->entered[i]);
		close(stuck->leave[i]);
	}
}

static void
test_waiting_for_another_login_has_a_deadline(void **state)
{
	struct ccm_config *config = ccm_config_parse("test.conf", ccm_span_of(PASSWORD), NULL);
	struct stuck stuck = {0};
	struct ccm_error err = {0};
	struct ccm_credentials got;
	pthread_t thread;

	(void)state;
	start_stuck(&stuck, config, &thread);
	assert_false(ccm_auth_get(stuck.auth, ccm_clock_monotonic_ms() + 20, &got, &err));
	assert_int_equal(err.code, CCM_TIMEOUT);
	assert_null(got.token);
	end_stuck(&stuck, thread);
	ccm_config_free(config);
}

static void
test_a_child_forked_during_a_login_logs_in_itself(void **state)
{
	struct ccm_config *config = ccm_config_parse("test.conf", ccm_span_of(PASSWORD), NULL);
	struct stuck stuck = {0};
	pthread_t thread;
	int status;
	pid_t child;

	(void)state;
	start_stuck(&stuck, config, &thread);
	child = fork();
	if (child == 0) {
		struct ccm_credentials got;
		bool ok;

		alarm(30);
		stuck.in_child = true;
		ok = ccm_auth_get(stuck.auth, ccm_clock_monotonic_ms() + 10000, &got, NULL);
		_exit(ok && strcmp(got.token, "child") == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	end_stuck(&stuck, thread);
	ccm_config_free(config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_many_threads_log_in_once),
	    cmocka_unit_test(test_many_threads_share_one_refusal),
	    cmocka_unit_test(test_waiting_for_another_login_has_a_deadline),
	    cmocka_unit_test(test_a_child_forked_during_a_login_logs_in_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
