/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emu/state.h"

static void
run(struct ccm_emu_db *db, const char *text)
{
	struct ccm_error err = {0};

	if (!ccm_emu_db_run(db, &(struct ccm_emu_sql){.text = text}, NULL, &err))
		fail_msg("%s: %s", text, err.msg);
}

static int64_t
number(struct ccm_emu_db *db, const char *text)
{
	int64_t value;

	assert_true(ccm_emu_db_number(db, &(struct ccm_emu_sql){.text = text}, &value, NULL));
	return value;
}

static int
open_db(void **state)
{
	*state = ccm_emu_db_open(NULL, NULL);
	if (*state != NULL)
		run(*state, "CREATE TABLE t (a, b)");
	return *state == NULL;
}

static int
close_db(void **state)
{
	ccm_emu_db_close(*state);
	return 0;
}

static bool
see_row(void *context, const struct ccm_emu_row *row, struct ccm_error *err)
{
	int *seen = context;

	(void)err;
	(*seen)++;
	assert_string_equal(ccm_emu_row_text(row, 0), "x");
	assert_true(ccm_emu_row_number(row, 1) == INT64_MIN);
	assert_true(ccm_span_equal(ccm_emu_row_blob(row, 2), CCM_SPAN("\0y", 2)));
	assert_null(ccm_emu_row_text(row, 3));
	assert_int_equal(ccm_emu_row_number(row, 4), CCM_EMU_NONE);
	assert_int_equal(ccm_emu_row_blob(row, 5).len, 0);
	assert_int_equal(ccm_emu_row_number(row, 6), 1);
	return true;
}

static void
test_values_go_and_come(void **state)
{
	const struct ccm_emu_param params[] = {CCM_EMU_TEXT("x"), CCM_EMU_NUMBER(INT64_MIN),
	    CCM_EMU_BLOB(CCM_SPAN("\0y", 2)), CCM_EMU_TEXT(NULL), CCM_EMU_NUMBER(CCM_EMU_NONE),
	    CCM_EMU_BLOB(ccm_span_of(NULL))};
	int seen = 0;

	assert_true(ccm_emu_db_visit(*state,
	    CCM_EMU_SQL("SELECT ?1, ?2, ?3, ?4, ?5, ?6, coalesce(?4, ?5, ?6) IS NULL", params),
	    see_row, &seen, NULL));
	assert_int_equal(seen, 1);
	assert_int_equal(number(*state, "SELECT a FROM t"), CCM_EMU_NONE);
}

static void
test_parameters_of_the_last_run_are_gone(void **state)
{
	const char *text = "INSERT INTO t VALUES (?1, ?2)";
	const struct ccm_emu_param params[] = {CCM_EMU_NUMBER(1), CCM_EMU_NUMBER(2)};

	assert_true(ccm_emu_db_run(*state, CCM_EMU_SQL(text, params), NULL, NULL));
	assert_true(ccm_emu_db_run(*state, &(struct ccm_emu_sql){text, params, 1}, NULL, NULL));
	assert_int_equal(number(*state, "SELECT count(*) FROM t WHERE b IS NULL"), 1);
}

static void
test_changes_are_counted(void **state)
{
	int64_t changes;

	run(*state, "INSERT INTO t VALUES (1, 1), (1, 2)");
	assert_true(ccm_emu_db_run(
	    *state, &(struct ccm_emu_sql){.text = "UPDATE t SET b = 0"}, &changes, NULL));
	assert_int_equal(changes, 2);
	assert_true(ccm_emu_db_run(
	    *state, &(struct ccm_emu_sql){.text = "DELETE FROM t WHERE a = 2"}, &changes, NULL));
	assert_int_equal(changes, 0);
}

static void
test_what_is_wrong_is_told(void **state)
{
	struct ccm_error err = {0};

	assert_false(ccm_emu_db_run(*state, &(struct ccm_emu_sql){.text = "SELECT x"}, NULL, &err));
	assert_int_equal(err.code, CCM_STORE);
	assert_string_equal(err.msg, "SELECT x: no such column: x");
}

/* Visits */

struct nest {
	struct ccm_emu_db *db;
	int depth, rows;
};

static bool
descend(void *context, const struct ccm_emu_row *row, struct ccm_error *err)
{
	struct nest *nest = context;
	bool ok = true;

	assert_int_equal(ccm_emu_row_number(row, 0), 1 + nest->rows % 2);
	nest->rows++;
	if (nest->depth++ < 1) {
		int rows = nest->rows;

		nest->rows = 0;
		ok = ccm_emu_db_visit(nest->db,
		    &(struct ccm_emu_sql){.text = "SELECT a FROM t ORDER BY a"}, descend, nest,
		    err);
		assert_int_equal(nest->rows, 2);
		nest->rows = rows;
	}
	return ok;
}

static void
test_a_visit_may_run_the_statement_it_is_in(void **state)
{
	struct nest nest = {.db = *state};

	run(*state, "INSERT INTO t VALUES (2, 0), (1, 0)");
	for (int i = 0; i < 2; i++) {
		nest.depth = nest.rows = 0;
		assert_true(ccm_emu_db_visit(*state,
		    &(struct ccm_emu_sql){.text = "SELECT a FROM t ORDER BY a"}, descend, &nest,
		    NULL));
		assert_int_equal(nest.rows, 2);
	}
}

static bool
refuse(void *context, const struct ccm_emu_row *row, struct ccm_error *err)
{
	(void)row;
	++*(int *)context;
	return ccm_fail(err, CCM_CANCELLED, "enough");
}

static void
test_a_visit_can_end_the_walk(void **state)
{
	struct ccm_error err = {0};
	int seen = 0;

	run(*state, "INSERT INTO t VALUES (2, 0), (1, 0)");
	assert_false(ccm_emu_db_visit(
	    *state, &(struct ccm_emu_sql){.text = "SELECT a FROM t"}, refuse, &seen, &err));
	assert_int_equal(seen, 1);
	assert_int_equal(err.code, CCM_CANCELLED);
	run(*state, "DROP TABLE t"); /* nothing is left open */
}

/* Transactions */

static void
test_a_transaction_is_whole_or_not_at_all(void **state)
{
	assert_true(ccm_emu_db_begin(*state, NULL));
	run(*state, "INSERT INTO t VALUES (1, 1)");
	assert_true(ccm_emu_db_end(*state, true, NULL));
	assert_true(ccm_emu_db_begin(*state, NULL));
	run(*state, "INSERT INTO t VALUES (2, 2)");
	assert_false(ccm_emu_db_end(*state, false, NULL));
	assert_int_equal(number(*state, "SELECT sum(a) FROM t"), 1);
}

static void
test_an_inner_failure_spoils_the_outer(void **state)
{
	struct ccm_error err = {0};

	assert_true(ccm_emu_db_begin(*state, NULL));
	run(*state, "INSERT INTO t VALUES (1, 1)");
	assert_true(ccm_emu_db_begin(*state, NULL));
	assert_true(ccm_emu_db_end(*state, true, NULL));
	assert_true(ccm_emu_db_begin(*state, NULL));
	assert_false(ccm_emu_db_end(*state, false, NULL));
	assert_false(ccm_emu_db_end(*state, true, &err));
	assert_int_equal(err.code, CCM_INTERNAL);
	assert_int_equal(number(*state, "SELECT count(*) FROM t"), 0);
	assert_true(ccm_emu_db_begin(*state, NULL));
	run(*state, "INSERT INTO t VALUES (1, 1)");
	assert_true(ccm_emu_db_end(*state, true, NULL));
}

#define THREADS 4
#define ROUNDS 200

static void *
count_up(void *context)
{
	struct ccm_emu_db *db = context;

	for (int i = 0; i < ROUNDS; i++) {
		const struct ccm_emu_param params[] = {CCM_EMU_NUMBER(0)};
		struct ccm_emu_param next[] = {CCM_EMU_NUMBER(0)};
		bool ok =
		    ccm_emu_db_begin(db, NULL) &&
		    ccm_emu_db_number(db, CCM_EMU_SQL("SELECT max(a) + 1 + ?1 FROM t", params),
			&next[0].number, NULL) &&
		    ccm_emu_db_run(db, CCM_EMU_SQL("UPDATE t SET a = ?1", next), NULL, NULL);

		if (!ccm_emu_db_end(db, ok, NULL))
			return NULL;
	}
	return db;
}

static void
test_threads_take_turns(void **state)
{
	pthread_t threads[THREADS];

	run(*state, "INSERT INTO t VALUES (0, 0)");
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, count_up, *state), 0);
	for (size_t i = 0; i < THREADS; i++) {
		void *result;

		pthread_join(threads[i], &result);
		assert_non_null(result);
	}
	assert_int_equal(number(*state, "SELECT a FROM t"), THREADS * ROUNDS);
}

/* Versions */

static char directory[] = "/tmp/ccm-database-XXXXXX";

static int
make_directory(void **state)
{
	(void)state;
	memcpy(strrchr(directory, '-') + 1, "XXXXXX", 6);
	return mkdtemp(directory) != NULL ? 0 : -1;
}

static int
remove_directory(void **state)
{
	char *path = ccm_format(NULL, "%s/emulator.db", directory);

	(void)state;
	unlink(path);
	ccm_free(path);
	return rmdir(directory);
}

/* As version 1 had it. */
static const char *const version_1[] = {
    "DROP TABLE resource",
    "CREATE TABLE resource (sequence INTEGER PRIMARY KEY, kind INTEGER NOT NULL,"
    " id TEXT NOT NULL UNIQUE COLLATE NOCASE,"
    " type TEXT, status TEXT NOT NULL, issuer_id TEXT, issuer_name TEXT,"
    " key_algorithm TEXT NOT NULL, signature_algorithm TEXT, serial_number TEXT,"
    " common_name TEXT NOT NULL, country TEXT, state TEXT, locality TEXT, organization TEXT,"
    " organizational_unit TEXT, enterprise_project_id TEXT, cluster_id TEXT, path_length INTEGER,"
    " key_usages INTEGER, create_time INTEGER NOT NULL, not_before INTEGER, not_after INTEGER,"
    " certificate BLOB, private_key BLOB)",
    "INSERT INTO resource (kind, id, status, key_algorithm, common_name, create_time)"
    " VALUES (0, 'a', 'ACTIVED', 'EC256', 'n', 1)",
    "PRAGMA user_version = 1",
};

static void
test_an_older_database_is_migrated(void **state)
{
	struct ccm_emu_db *db = ccm_emu_db_open(directory, NULL);
	struct ccm_emu_resource ca;
	struct ccm_emu_state *store;

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(version_1); i++)
		run(db, version_1[i]);
	ccm_emu_db_close(db);
	store = ccm_emu_state_open(directory, NULL);
	assert_non_null(store);
	assert_true(ccm_emu_state_get(store, CCM_EMU_RESOURCE_CA, "a", &ca, NULL));
	assert_string_equal(ca.status, "ACTIVED");
	assert_int_equal(ca.charging_mode, 1);
	assert_int_equal(ca.delete_time, CCM_EMU_NONE);
	ccm_emu_resource_clear(&ca);
	assert_int_equal(number(ccm_emu_state_db(store), "SELECT count(*) FROM revocation"), 0);
	ccm_emu_state_close(store);
}

static void
test_a_newer_database_is_left_alone(void **state)
{
	struct ccm_emu_db *db = ccm_emu_db_open(directory, NULL);
	struct ccm_error err = {0};

	(void)state;
	run(db, "PRAGMA user_version = 99");
	ccm_emu_db_close(db);
	assert_null(ccm_emu_db_open(directory, &err));
	assert_int_equal(err.code, CCM_STORE);
	assert_non_null(strstr(err.msg, "is of version 99, this emulator knows version"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_values_go_and_come, open_db, close_db),
	    cmocka_unit_test_setup_teardown(
		test_parameters_of_the_last_run_are_gone, open_db, close_db),
	    cmocka_unit_test_setup_teardown(test_changes_are_counted, open_db, close_db),
	    cmocka_unit_test_setup_teardown(test_what_is_wrong_is_told, open_db, close_db),
	    cmocka_unit_test_setup_teardown(
		test_a_visit_may_run_the_statement_it_is_in, open_db, close_db),
	    cmocka_unit_test_setup_teardown(test_a_visit_can_end_the_walk, open_db, close_db),
	    cmocka_unit_test_setup_teardown(
		test_a_transaction_is_whole_or_not_at_all, open_db, close_db),
	    cmocka_unit_test_setup_teardown(
		test_an_inner_failure_spoils_the_outer, open_db, close_db),
	    cmocka_unit_test_setup_teardown(test_threads_take_turns, open_db, close_db),
	    cmocka_unit_test_setup_teardown(
		test_an_older_database_is_migrated, make_directory, remove_directory),
	    cmocka_unit_test_setup_teardown(
		test_a_newer_database_is_left_alone, make_directory, remove_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
