/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong with an HSM: sessions, devices, PINs, settings, threads, forks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <p11-kit/pkcs11.h>
#include <pthread.h>

#include "cluster.h"

#define THREADS 4
#define ROUNDS 25

static void
a_lost_session_or_device_is_connected_anew(void **state)
{
	static const struct {
		const char *function;
		CK_RV rv;
	} rows[] = {
	    {"C_SignInit", CKR_DEVICE_REMOVED},
	    {"C_SignInit", CKR_SESSION_HANDLE_INVALID},
	    {"C_SignInit", CKR_SESSION_CLOSED},
	    {"C_SignInit", CKR_KEY_HANDLE_INVALID},
	    {"C_SignInit", CKR_USER_NOT_LOGGED_IN},
	    {"C_Sign", CKR_DEVICE_ERROR},
	    {"C_Sign", CKR_TOKEN_NOT_PRESENT},
	};
	struct ccm_key *key = test_cluster_find(*state, EC256);

	for (size_t i = 0; i < CCM_COUNT(rows); i++) {
		faults.answer(rows[i].function, rows[i].rv, 1);
		assert_cluster_signs(key, &test_ecdsa, 32);
	}
	faults.remove(); /* it comes back with C_Finalize and C_Initialize only */
	assert_cluster_signs(key, &test_ecdsa, 32);
	ccm_key_unref(key);
}

static void
a_general_error_is_looked_into(void **state)
{
	struct ccm_key *key = test_cluster_find(*state, EC256);
	struct ccm_error err = {0};

	faults.answer("C_Sign", CKR_GENERAL_ERROR, 1);
	assert_false(test_cluster_signs(key, &test_ecdsa, 32, &err));
	assert_non_null(strstr(err.msg, "CKR_GENERAL_ERROR"));
	ccm_error_clear(&err);
	faults.answer("C_Sign", CKR_GENERAL_ERROR, 1);
	faults.answer("C_GetSessionInfo", CKR_SESSION_HANDLE_INVALID, 1);
	assert_cluster_signs(key, &test_ecdsa, 32);
	ccm_key_unref(key);
}

static void
a_device_that_stays_away_fails_and_comes_back(void **state)
{
	struct ccm_key *key = test_cluster_find(*state, EC256);
	struct ccm_error err = {0};

	faults.answer("C_SignInit", CKR_DEVICE_REMOVED, 2);
	assert_false(test_cluster_signs(key, &test_ecdsa, 32, &err));
	assert_int_equal(err.code, CCM_UNAVAILABLE);
	assert_cluster_signs(key, &test_ecdsa, 32);
	ccm_key_unref(key);
}

static void
a_refused_pin_is_never_tried_twice(void **state)
{
	struct ccm_hsm_config config = test_cluster_config("wrong");
	struct ccm_hsm *hsm = ccm_hsm_new(&config, NULL);
	const struct ccm_hsm_search search = {.id = test_cluster_id(RSA)};
	struct ccm_error err = {0};

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		ccm_error_clear(&err);
		assert_null(ccm_hsm_find(hsm, &search, &err));
		assert_int_equal(err.code, CCM_AUTH);
		assert_null(strstr(err.msg, "wrong"));
	}
	assert_int_equal(faults.count("C_Login"), 1);
	if (fork() == 0)
		_exit(ccm_hsm_find(hsm, &search, NULL) == NULL && faults.count("C_Login") == 1 ? 0
											       : 1);
	int status;

	wait(&status);
	assert_int_equal(status, 0);
	ccm_hsm_unref(hsm);
}

static void
the_last_try_is_left_to_people(void **state)
{
	static const CK_FLAGS flags[] = {CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_LOCKED};
	const struct ccm_hsm_search search = {.id = test_cluster_id(RSA)};

	for (size_t i = 0; i < CCM_COUNT(flags); i++) {
		struct ccm_hsm *hsm = test_cluster_open();
		struct ccm_error err = {0};

		faults.reset();
		faults.flags(flags[i]);
		assert_null(ccm_hsm_find(hsm, &search, &err));
		assert_int_equal(err.code, CCM_AUTH);
		assert_int_equal(faults.count("C_Login"), 0);
		ccm_hsm_unref(hsm);
	}
	(void)state;
}

static void
settings_that_are_wrong_are_named(void **state)
{
	static const struct {
		const char *module, *token, *pin, *message;
		enum ccm_code code;
	} rows[] = {
	    {"/nowhere/module.so", "cluster", CLUSTER_PIN, "/nowhere/module.so", CCM_CONFIG},
	    {"/lib/x86_64-linux-gnu/libc.so.6", "cluster", CLUSTER_PIN, "no PKCS#11 module",
		CCM_CONFIG},
	    {CCM_FAULT_MODULE, "other", CLUSTER_PIN, "\"other\" is not there", CCM_UNAVAILABLE},
	    {CCM_FAULT_MODULE, "cluster", "", "pin_file", CCM_CONFIG},
	};
	const struct ccm_hsm_search search = {.id = test_cluster_id(RSA)};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(rows); i++) {
		struct ccm_hsm_config config = {(char *)"c1", (char *)rows[i].module,
		    (char *)rows[i].token, (char *)rows[i].pin, NULL, NULL};
		struct ccm_hsm *hsm = ccm_hsm_new(&config, NULL);
		struct ccm_error err = {0};

		assert_null(ccm_hsm_find(hsm, &search, &err));
		assert_int_equal(err.code, rows[i].code);
		if (strstr(err.msg, rows[i].message) == NULL)
			fail_msg("%s", err.msg);
		ccm_hsm_unref(hsm);
	}
}

/* Threads and processes */

struct worker {
	pthread_t thread;
	struct ccm_key *key;
	unsigned failures;
};

static void *
work(void *context)
{
	struct worker *worker = context;

	for (unsigned i = 0; i < ROUNDS; i++)
		worker->failures += !test_cluster_signs(worker->key, &test_ecdsa, 32, NULL);
	return NULL;
}

static void
assert_threads_sign(struct ccm_key *key)
{
	struct worker workers[THREADS];

	for (size_t i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){.key = key};
		pthread_create(&workers[i].thread, NULL, work, &workers[i]);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		assert_int_equal(workers[i].failures, 0);
	}
}

static void
many_threads_use_one_key(void **state)
{
	struct ccm_key *key = test_cluster_find(*state, EC256);

	assert_threads_sign(key);
	assert_true(faults.count("C_OpenSession") <= THREADS + 2);
	assert_int_equal(faults.count("C_Login"), 1);
	ccm_key_unref(key);
}

static void
few_sessions_are_shared(void **state)
{
	struct ccm_key *key;

	faults.sessions(2); /* the one that holds the login, and one to work with */
	key = test_cluster_find(*state, EC256);
	assert_threads_sign(key);
	ccm_key_unref(key);
}

static void
threads_survive_a_device_that_goes(void **state)
{
	struct ccm_key *key = test_cluster_find(*state, EC256);

	faults.answer("C_Sign", CKR_DEVICE_REMOVED, 1);
	assert_threads_sign(key);
	ccm_key_unref(key);
}

static void
modules_without_locks_are_entered_one_at_a_time(void **state)
{
	struct ccm_key *key;

	faults.single(1);
	key = test_cluster_find(*state, EC256);
	assert_threads_sign(key);
	assert_int_equal(faults.count("overlap"), 0);
	ccm_key_unref(key);
}

static void
children_connect_for_themselves(void **state)
{
	struct ccm_key *key = test_cluster_find(*state, EC256);
	int status;

	assert_cluster_signs(key, &test_ecdsa, 32);
	for (unsigned i = 0; i < 3; i++)
		if (fork() == 0)
			_exit(test_cluster_signs(key, &test_ecdsa, 32, NULL) &&
				      test_cluster_signs(key, &test_ecdsa, 32, NULL)
				  ? 0
				  : 1);
	for (unsigned i = 0; i < 3; i++) {
		wait(&status);
		assert_int_equal(status, 0);
	}
	assert_cluster_signs(key, &test_ecdsa, 32);
	ccm_key_unref(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, test_cluster_begin, test_cluster_end)
	    TEST(a_lost_session_or_device_is_connected_anew),
	    TEST(a_general_error_is_looked_into),
	    TEST(a_device_that_stays_away_fails_and_comes_back),
	    TEST(a_refused_pin_is_never_tried_twice),
	    TEST(the_last_try_is_left_to_people),
	    TEST(settings_that_are_wrong_are_named),
	    TEST(many_threads_use_one_key),
	    TEST(few_sessions_are_shared),
	    TEST(threads_survive_a_device_that_goes),
	    TEST(modules_without_locks_are_entered_one_at_a_time),
	    TEST(children_connect_for_themselves),
	};

	return cmocka_run_group_tests(tests, test_cluster_make_keys, test_cluster_free);
}
