/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vault_setup.h"

static void
test_a_keystore_is_made_for_its_owner_alone(void **state)
{
	struct ccm_vault_state look;
	struct stat st;

	(void)state;
	assert_true(ccm_vault_look(test_vault, &look, NULL));
	assert_false(look.exists);
	assert_int_not_equal(access(test_vault_dir, F_OK), 0); /* looking makes nothing */
	test_vault_add('a');
	assert_int_equal(stat(test_vault_dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(test_vault_path("keystore.db"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(test_vault_path("keystore.key"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(ccm_vault_look(test_vault, &look, NULL));
	assert_true(look.exists && look.held_by[CCM_VAULT_FILE] && look.unlocked);
	assert_false(look.held_by[CCM_VAULT_USER]);
}

static void
test_keys_come_back_in_another_process(void **state)
{
	(void)state;
	test_vault_add('a');
	test_vault_add('b');
	assert_vault_opens('a');
	test_vault_reopen();
	assert_vault_opens('a');
	assert_vault_opens('b');
	assert_vault_refuses('c', CCM_NOT_FOUND, "there is no key 63636363");
}

static void
test_what_is_sealed_is_not_in_the_file(void **state)
{
	struct ccm_error err = {0};
	static char bytes[65536];
	ssize_t len;
	int fd;

	(void)state;
	test_vault_add('a');
	fd = open(test_vault_path("keystore.db"), O_RDONLY);
	len = read(fd, bytes, sizeof(bytes));
	close(fd);
	assert_true(len > 0);
	assert_non_null(memmem(bytes, (size_t)len, "public half of a", 16));
	assert_null(memmem(bytes, (size_t)len, "private half", 12));
	assert_int_equal(err.code, CCM_OK);
}

static void
test_keys_are_listed_renamed_and_removed(void **state)
{
	struct ccm_vault_key key = test_vault_key('a');
	struct ccm_error err = {0};

	(void)state;
	assert_vault_lists("");
	test_vault_add('a');
	test_vault_add('b');
	assert_vault_lists("key a/key a key b/key b ");
	key.label = "web";
	key.id = ccm_span_of("\001");
	assert_true(ccm_vault_rename(test_vault, &key, &err));
	assert_vault_lists("web/\001 key b/key b ");
	assert_vault_opens('a');
	assert_true(ccm_vault_remove(test_vault, key.ref, &err));
	assert_vault_lists("key b/key b ");
	assert_false(ccm_vault_remove(test_vault, key.ref, &err));
	assert_int_equal(err.code, CCM_NOT_FOUND);
}

static void
test_the_same_key_is_not_kept_twice(void **state)
{
	struct ccm_vault_key key = test_vault_key('a');
	struct ccm_error err = {0};

	(void)state;
	test_vault_add('a');
	memset(key.ref, 'x', sizeof(key.ref));
	assert_false(ccm_vault_add(test_vault, &key, test_vault_secret('a'), &err));
	assert_int_equal(err.code, CCM_CONFLICT);
	assert_non_null(strstr(err.msg, "key a"));
}

static void
test_changed_and_moved_rows_are_refused(void **state)
{
	static const char *const scripts[] = {
	    "UPDATE key SET sealed = (SELECT sealed FROM key WHERE label = 'key b')"
	    " WHERE label = 'key a'",
	    "UPDATE key SET flags = flags | 1 WHERE label = 'key a'", /* exportable */
	    "UPDATE key SET algorithm = 'RSA2048' WHERE label = 'key a'",
	    "UPDATE key SET public = CAST('another one' AS BLOB) WHERE label = 'key a'",
	    "UPDATE key SET sealed = zeroblob(60) WHERE label = 'key a'",
	    "UPDATE key SET sealed = x'01' WHERE label = 'key a'",
	};

	for (size_t i = 0; i < CCM_COUNT(scripts); i++) {
		test_vault_add('a');
		test_vault_add('b');
		test_vault_tamper(scripts[i]);
		assert_vault_refuses('a', CCM_STORE, "damaged");
		assert_vault_opens('b'); /* the others are as good as ever */
		test_vault_tear_down(state);
		test_vault_set_up(state);
	}
}

static void
test_a_key_file_that_others_may_read_is_refused(void **state)
{
	(void)state;
	test_vault_add('a');
	test_vault_reopen();
	assert_int_equal(chmod(test_vault_path("keystore.key"), 0640), 0);
	assert_vault_refuses('a', CCM_STORE, "chmod 600");
	assert_int_equal(chmod(test_vault_path("keystore.key"), 0600), 0);
	assert_int_equal(truncate(test_vault_path("keystore.key"), 5), 0);
	assert_vault_refuses('a', CCM_STORE, "it is no key file");
	assert_int_equal(unlink(test_vault_path("keystore.key")), 0);
	assert_vault_refuses('a', CCM_STORE, "keystore.key");
}

static void
test_a_database_that_was_put_aside_can_come_back(void **state)
{
	char *path = ccm_strdup(test_vault_path("keystore.db"), NULL);
	char *aside = ccm_format(NULL, "%s.aside", path);

	(void)state;
	test_vault_add('a');
	assert_int_equal(rename(path, aside), 0);
	test_vault_reopen();
	test_vault_add('b'); /* in a new one */
	assert_int_equal(rename(aside, path), 0);
	test_vault_reopen();
	assert_vault_opens('a');
	ccm_free(aside);
	ccm_free(path);
}

static void
test_a_newer_or_damaged_database_is_refused_and_left(void **state)
{
	struct ccm_vault_key key = test_vault_key('b');
	struct ccm_error err = {0};
	int fd;

	(void)state;
	test_vault_add('a');
	test_vault_tamper("PRAGMA user_version = 99");
	test_vault_reopen();
	assert_false(ccm_vault_add(test_vault, &key, test_vault_secret('b'), &err));
	assert_int_equal(err.code, CCM_STORE);
	assert_non_null(strstr(err.msg, "99"));
	test_vault_tamper("PRAGMA user_version = 2");
	test_vault_reopen();
	assert_vault_opens('a');
	test_vault_reopen();
	fd = open(test_vault_path("keystore.db"), O_WRONLY);
	assert_int_equal(pwrite(fd, "no database at all, is it?", 26, 0), 26);
	close(fd);
	assert_vault_refuses('a', CCM_STORE, "keystore.db");
	assert_int_equal(
	    access(test_vault_path("keystore.db"), F_OK), 0); /* it can't be had anew */
}

static void
test_a_stamp_tells_of_changes(void **state)
{
	struct ccm_vault_stamp stamp = ccm_vault_stamp_take(test_vault);

	(void)state;
	assert_true(ccm_vault_stamp_holds(test_vault, &stamp));
	test_vault_add('a');
	assert_false(ccm_vault_stamp_holds(test_vault, &stamp));
	stamp = ccm_vault_stamp_take(test_vault);
	assert_false(ccm_vault_stamp_holds(test_vault, &stamp)); /* too young */
	stamp.taken_ns += 1000000000;
	assert_true(ccm_vault_stamp_holds(test_vault, &stamp));
	test_vault_add('b');
	assert_false(ccm_vault_stamp_holds(test_vault, &stamp));
}

static void
test_a_backup_brings_keys_into_another_keystore(void **state)
{
	struct ccm_vault_archive archive = {.passphrase = ccm_span_of("correct horse")};
	struct ccm_error err = {0};
	struct ccm_buf sealed = {0};
	size_t count = 9;

	(void)state;
	test_vault_add('a');
	test_vault_add('b');
	assert_true(ccm_vault_set_pin(
	    test_vault, &(struct ccm_vault_pins){.holder = CCM_VAULT_USER, .new_pin = PIN}, &err));
	assert_true(ccm_vault_backup(test_vault, archive.passphrase, &sealed, &err));
	assert_null(memmem(sealed.data, sealed.len, "half of", 7));
	archive.sealed = ccm_buf_span(&sealed);
	ccm_vault_free(test_vault);
	ccm_free(test_vault_dir);
	test_vault_dir = ccm_format(NULL, "%s/other", test_vault_home);
	test_vault = ccm_vault_new(test_vault_dir, NULL);
	test_vault_add('b');
	assert_true(ccm_vault_restore(test_vault, &archive, &count, &err));
	assert_int_equal(count, 1);
	assert_vault_lists("key b/key b key a/key a ");
	assert_vault_opens('a');
	assert_true(ccm_vault_restore(test_vault, &archive, &count, &err));
	assert_int_equal(count, 0);
	archive.passphrase = ccm_span_of("battery staple");
	assert_false(ccm_vault_restore(test_vault, &archive, &count, &err));
	assert_int_equal(err.code, CCM_AUTH);
	ccm_buf_clear(&sealed);
}

/* Each makes keys; the keystore itself is made by whoever is first. */
static void
test_processes_make_keys_at_once(void **state)
{
	enum { PROCESSES = 4, EACH = 10 };
	pid_t children[PROCESSES];
	int status;

	(void)state;
	for (int i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			for (int k = 0; k < EACH; k++)
				test_vault_add((char)('A' + i * EACH + k));
			_exit(0);
		}
	}
	for (int i = 0; i < PROCESSES; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	for (int i = 0; i < PROCESSES * EACH; i++)
		assert_vault_opens((char)('A' + i));
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, test_vault_set_up, test_vault_tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(test_a_keystore_is_made_for_its_owner_alone),
	    CASE(test_keys_come_back_in_another_process),
	    CASE(test_what_is_sealed_is_not_in_the_file),
	    CASE(test_keys_are_listed_renamed_and_removed),
	    CASE(test_the_same_key_is_not_kept_twice),
	    CASE(test_changed_and_moved_rows_are_refused),
	    CASE(test_a_key_file_that_others_may_read_is_refused),
	    CASE(test_a_database_that_was_put_aside_can_come_back),
	    CASE(test_a_newer_or_damaged_database_is_refused_and_left),
	    CASE(test_a_stamp_tells_of_changes),
	    CASE(test_a_backup_brings_keys_into_another_keystore),
	    CASE(test_processes_make_keys_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
