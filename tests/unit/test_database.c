/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/log.h"
#include "store/database.h"

static const char *const migrations[] = {
    "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, data BLOB)",
    "ALTER TABLE t ADD COLUMN more INTEGER NOT NULL DEFAULT 7",
};
static const struct ccm_database_kind cache = {
    "cache", 0x43430001, migrations, 2, .expendable = true, .busy_ms = 200};
static const struct ccm_database_kind store = {
    "keystore", 0x43430002, migrations, 2, .busy_ms = 200};

static char base[64], folder[96], path[128];

static int
set_up(void **state)
{
	(void)state;
	snprintf(base, sizeof(base), "/tmp/ccm-test-database.XXXXXX");
	if (mkdtemp(base) == NULL)
		return -1;
	snprintf(folder, sizeof(folder), "%s/a/b", base);
	snprintf(path, sizeof(path), "%s/it.db", folder);
	return ccm_log_configure("error", NULL, NULL) ? 0 : -1;
}

static int
tear_down(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", base);
	return system(command);
}

static struct ccm_database *
make(const struct ccm_database_kind *kind)
{
	struct ccm_database *database = ccm_database_new(folder, "it.db", kind, NULL);

	assert_non_null(database);
	return database;
}

static bool
put(struct ccm_database *database, int64_t id, const char *name, struct ccm_error *err)
{
	const struct ccm_sql_param params[] = {
	    CCM_SQL_NUMBER(id), CCM_SQL_TEXT(name), CCM_SQL_BLOB(CCM_SPAN("\0y", 2))};
	struct ccm_sql_connection *c = ccm_database_begin(database, CCM_DATABASE_WRITE, err);

	return c != NULL &&
	       ccm_database_end(database, c,
		   ccm_sql_run(c,
		       CCM_SQL(
			   "INSERT OR REPLACE INTO t (id, name, data) VALUES (?1, ?2, ?3)", params),
		       NULL, err),
		   err);
}

/* -2: it cannot be read */
static int64_t
count(struct ccm_database *database, struct ccm_error *err)
{
	struct ccm_sql_connection *c = ccm_database_begin(database, CCM_DATABASE_READ, err);
	int64_t number = -2;
	bool ok;

	if (c == NULL)
		return -2;
	ok = ccm_sql_number(c, CCM_SQL_PLAIN("SELECT count(*) FROM t"), &number, err);
	return ccm_database_end(database, c, ok, err) ? number : -2;
}

static mode_t
mode_of(const char *name)
{
	struct stat st;

	return stat(name, &st) == 0 ? st.st_mode & 07777 : 0;
}

static void
test_nothing_is_made_before_the_first_use_then_for_us_alone(void **state)
{
	struct ccm_database *database = make(&cache);

	(void)state;
	assert_int_equal(access(folder, F_OK), -1);
	assert_true(put(database, 1, "one", NULL));
	assert_int_equal(mode_of(folder), 0700);
	assert_int_equal(mode_of(path), 0600);
	assert_int_equal(count(database, NULL), 1);
	ccm_database_free(database);
}

static bool
see(void *context, const struct ccm_sql_row *row, struct ccm_error *err)
{
	int *seen = context;

	(*seen)++;
	assert_string_equal(ccm_sql_row_text(row, 0), "one");
	assert_true(ccm_span_equal(ccm_sql_row_blob(row, 1), CCM_SPAN("\0y", 2)));
	assert_int_equal(ccm_sql_row_number(row, 2), 7);
	assert_true(ccm_sql_row_number(row, 3) == CCM_SQL_NONE);
	return *seen < 2 || ccm_fail(err, CCM_CANCELLED, "enough");
}

static void
test_rows_are_visited_until_the_visitor_has_enough(void **state)
{
	struct ccm_database *database = make(&cache);
	const struct ccm_sql *sql = CCM_SQL_PLAIN("SELECT name, data, more, NULL FROM t");
	struct ccm_sql_connection *c;
	struct ccm_error err = {0};
	int seen = 0;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(put(database, i, "one", NULL));
	c = ccm_database_begin(database, CCM_DATABASE_READ, NULL);
	assert_non_null(c);
	assert_false(ccm_sql_each(c, sql, see, &seen, &err));
	assert_int_equal(err.code, CCM_CANCELLED);
	assert_int_equal(seen, 2);
	assert_true(ccm_database_end(database, c, true, NULL));
	ccm_database_free(database);
}

static void
test_what_fails_is_taken_back(void **state)
{
	struct ccm_database *database = make(&store);
	struct ccm_sql_connection *c;
	struct ccm_error err = {0};

	(void)state;
	assert_true(put(database, 1, "one", NULL));
	c = ccm_database_begin(database, CCM_DATABASE_WRITE, NULL);
	assert_true(ccm_sql_run(c, CCM_SQL_PLAIN("DELETE FROM t"), NULL, NULL));
	assert_false(ccm_sql_run(c, CCM_SQL_PLAIN("DELETE FROM nowhere"), NULL, &err));
	assert_false(ccm_database_end(database, c, false, &err));
	assert_int_equal(err.code, CCM_STORE);
	assert_non_null(strstr(err.msg, "no such table: nowhere"));
	assert_non_null(strstr(err.msg, path));
	assert_int_equal(count(database, NULL), 1);
	ccm_database_free(database);
}

static void
test_an_older_version_is_brought_up_to_date(void **state)
{
	struct ccm_database_kind old = store;
	struct ccm_database *database;
	struct ccm_sql_connection *c;
	int64_t more;

	(void)state;
	old.version = 1;
	database = make(&old);
	assert_true(put(database, 1, "one", NULL));
	ccm_database_free(database);
	database = make(&store);
	c = ccm_database_begin(database, CCM_DATABASE_READ, NULL);
	assert_non_null(c);
	assert_true(ccm_sql_number(c, CCM_SQL_PLAIN("SELECT more FROM t"), &more, NULL));
	assert_int_equal(more, 7);
	assert_true(ccm_database_end(database, c, true, NULL));
	ccm_database_free(database);
}

static void
test_a_newer_version_is_left_alone(void **state)
{
	struct ccm_database_kind old = cache;
	struct ccm_database *database = make(&cache);
	struct ccm_error err = {0};

	(void)state;
	old.version = 1;
	assert_true(put(database, 1, "one", NULL));
	ccm_database_free(database);
	database = make(&old);
	assert_int_equal(count(database, &err), -2);
	assert_non_null(strstr(err.msg, "version 2, this library knows version 1"));
	ccm_database_free(database);
	database = make(&cache);
	assert_int_equal(count(database, NULL), 1);
	ccm_database_free(database);
}

/* What is to be had anew is begun anew; a keystore is not. */
static void
spoil(const char *content, off_t at)
{
	int fd = open(path, O_WRONLY);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, content, strlen(content), at), strlen(content));
	close(fd);
}

static void
test_a_file_that_is_no_database_is_set_aside(void **state)
{
	struct ccm_database *database = make(&cache);
	char aside[160];

	(void)state;
	assert_true(put(database, 1, "one", NULL));
	ccm_database_free(database);
	spoil("this is no database, whatever it was before it", 0);
	database = make(&cache);
	assert_int_equal(count(database, NULL), 0);
	snprintf(aside, sizeof(aside), "%s.aside", path);
	assert_int_equal(access(aside, F_OK), 0);
	assert_true(put(database, 1, "one", NULL));
	ccm_database_free(database);
}

static void
test_a_damaged_keystore_stays_and_is_told_of(void **state)
{
	struct ccm_database *database = make(&store);
	struct ccm_error err = {0};

	(void)state;
	assert_true(put(database, 1, "one", NULL));
	ccm_database_free(database);
	spoil("this is no database, whatever it was before it", 0);
	database = make(&store);
	assert_int_equal(count(database, &err), -2);
	assert_int_equal(err.sys_errno, EBADMSG);
	assert_non_null(strstr(err.msg, "file is not a database"));
	ccm_database_free(database);
	assert_int_equal(access(path, F_OK), 0);
}

/* The header is fine, the table's page is not: found while it is in use. */
static void
test_damage_that_is_met_later_is_set_aside_at_the_next_use(void **state)
{
	struct ccm_database *database = make(&cache);
	struct ccm_error err = {0};

	(void)state;
	assert_true(put(database, 1, "one", NULL));
	ccm_database_free(database);
	spoil("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 4096);
	database = make(&cache);
	assert_int_equal(count(database, &err), -2);
	assert_int_equal(err.sys_errno, EBADMSG);
	assert_int_equal(count(database, NULL), 0);
	ccm_database_free(database);
}

static void
test_the_database_of_another_is_set_aside(void **state)
{
	struct ccm_database *database = make(&store);
	struct ccm_error err = {0};

	(void)state;
	assert_true(put(database, 1, "one", NULL));
	ccm_database_free(database);
	database = make(&cache);
	assert_int_equal(count(database, &err), 0);
	ccm_database_free(database);
	database = make(&store);
	assert_int_equal(count(database, &err), -2);
	assert_non_null(strstr(err.msg, "somebody else's"));
	ccm_database_free(database);
}

static void
test_what_others_may_read_is_refused(void **state)
{
	struct ccm_database *database = make(&cache);
	struct ccm_error err = {0};

	(void)state;
	assert_true(put(database, 1, "one", NULL));
	ccm_database_free(database);
	chmod(path, 0640);
	database = make(&cache);
	assert_int_equal(count(database, &err), -2);
	assert_non_null(strstr(err.msg, "chmod 600"));
	chmod(path, 0600);
	chmod(folder, 0750);
	ccm_error_clear(&err);
	assert_int_equal(count(database, &err), -2);
	assert_non_null(strstr(err.msg, "chmod 700"));
	ccm_database_free(database);
}

static void
test_a_removed_file_is_begun_anew(void **state)
{
	struct ccm_database *database = make(&cache);

	(void)state;
	assert_true(put(database, 1, "one", NULL));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(count(database, NULL), 0);
	ccm_database_free(database);
}

/* A host that closes all it does not know, and has another file at the number. */
static void
test_descriptors_that_are_closed_under_us_are_not_used(void **state)
{
	struct ccm_database *database = make(&cache);
	char other[96], content[8] = "";
	int fds[64], count_of = 0;

	(void)state;
	snprintf(other, sizeof(other), "%s/other", base);
	assert_true(put(database, 1, "one", NULL));
	for (int fd = 3; fd < 64; fd++)
		close(fd);
	for (; count_of < 20; count_of++)
		fds[count_of] = open(other, O_RDWR | O_CREAT, 0600);
	assert_int_equal(write(fds[0], "content", 7), 7);
	assert_true(put(database, 2, "two", NULL));
	assert_int_equal(count(database, NULL), 2);
	assert_int_equal(pread(fds[0], content, 8, 0), 7);
	assert_string_equal(content, "content");
	ccm_database_free(database);
	for (int i = 0; i < count_of; i++)
		assert_int_equal(close(fds[i]), 0);
}

static int
wait_for(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
test_a_child_opens_its_own(void **state)
{
	struct ccm_database *database = make(&cache);
	pid_t child;

	(void)state;
	assert_true(put(database, 1, "one", NULL));
	child = fork();
	if (child == 0)
		_exit(put(database, 2, "two", NULL) && count(database, NULL) == 2 ? 0 : 1);
	assert_int_equal(wait_for(child), 0);
	assert_int_equal(count(database, NULL), 2);
	ccm_database_free(database);
}

static void
test_a_child_of_a_busy_moment_is_refused_instead_of_stuck(void **state)
{
	struct ccm_database *database = make(&cache);
	struct ccm_sql_connection *c = ccm_database_begin(database, CCM_DATABASE_READ, NULL);
	struct ccm_error err = {0};
	pid_t child;

	(void)state;
	assert_non_null(c);
	child = fork();
	if (child == 0)
		_exit(count(database, &err) == -2 && strstr(err.msg, "forked") != NULL ? 0 : 1);
	assert_int_equal(wait_for(child), 0);
	assert_true(ccm_database_end(database, c, true, NULL));
	assert_true(put(database, 1, "one", NULL));
	ccm_database_free(database);
}

/* Reading goes on while another process writes, writing waits, and ends when the wait is over. */
static void
test_a_stopped_writer_is_waited_for_and_no_longer(void **state)
{
	struct ccm_database *database = make(&cache);
	struct ccm_error err = {0};
	int pipe_fds[2];
	pid_t child;
	char go;

	(void)state;
	assert_true(put(database, 1, "one", NULL));
	assert_int_equal(pipe(pipe_fds), 0);
	child = fork();
	if (child == 0) {
		if (ccm_database_begin(database, CCM_DATABASE_WRITE, NULL) == NULL)
			_exit(1);
		(void)!write(pipe_fds[1], "", 1);
		raise(SIGSTOP);
		_exit(0);
	}
	assert_int_equal(read(pipe_fds[0], &go, 1), 1);
	assert_int_equal(count(database, NULL), 1);
	assert_false(put(database, 2, "two", &err));
	assert_int_equal(err.sys_errno, EBUSY);
	kill(child, SIGKILL);
	assert_int_equal(wait_for(child), -1);
	assert_true(put(database, 2, "two", NULL));
	ccm_database_free(database);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}

static void *
put_many(void *context)
{
	for (int64_t i = 0; i < 20; i++)
		if (!put(context, i, "many", NULL) || count(context, NULL) < 1)
			return context;
	return NULL;
}

static void
test_threads_have_a_connection_each(void **state)
{
	struct ccm_database_kind patient = cache;
	struct ccm_database *database;
	pthread_t threads[4];
	void *failed;

	(void)state;
	patient.busy_ms = 20000;
	database = make(&patient);
	for (size_t i = 0; i < CCM_COUNT(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, put_many, database), 0);
	for (size_t i = 0; i < CCM_COUNT(threads); i++) {
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	assert_int_equal(count(database, NULL), 20);
	ccm_database_free(database);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(nothing_is_made_before_the_first_use_then_for_us_alone),
	    TEST(rows_are_visited_until_the_visitor_has_enough),
	    TEST(what_fails_is_taken_back),
	    TEST(an_older_version_is_brought_up_to_date),
	    TEST(a_newer_version_is_left_alone),
	    TEST(a_file_that_is_no_database_is_set_aside),
	    TEST(a_damaged_keystore_stays_and_is_told_of),
	    TEST(damage_that_is_met_later_is_set_aside_at_the_next_use),
	    TEST(the_database_of_another_is_set_aside),
	    TEST(what_others_may_read_is_refused),
	    TEST(a_removed_file_is_begun_anew),
	    TEST(descriptors_that_are_closed_under_us_are_not_used),
	    TEST(a_child_opens_its_own),
	    TEST(a_child_of_a_busy_moment_is_refused_instead_of_stuck),
	    TEST(a_stopped_writer_is_waited_for_and_no_longer),
	    TEST(threads_have_a_connection_each),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
