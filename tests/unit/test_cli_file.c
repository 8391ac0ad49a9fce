/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/file.h"

static char directory[] = "/tmp/ccm-file.XXXXXX";

static int
enter(void **state)
{
	(void)state;
	return mkdtemp(directory) != NULL && chdir(directory) == 0 ? 0 : -1;
}

static size_t
entries(bool and_remove)
{
	DIR *dir = opendir(".");
	size_t count = 0;
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		count++;
		if (and_remove && unlink(entry->d_name) != 0)
			rmdir(entry->d_name);
	}
	closedir(dir);
	return count;
}

static int
clean(void **state)
{
	(void)state;
	entries(true);
	return 0;
}

static int
leave(void **state)
{
	(void)state;
	return chdir("/") == 0 && rmdir(directory) == 0 ? 0 : -1;
}

static struct ccm_file
file(const char *path, const char *content, mode_t mode)
{
	struct ccm_file made = {.mode = mode};

	made.path = ccm_strdup(path, NULL);
	assert_non_null(made.path);
	assert_true(ccm_buf_append_str(&made.content, content, NULL));
	return made;
}

static void
put(const char *path, const char *content, mode_t mode)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(content, out);
	fclose(out);
	assert_int_equal(chmod(path, mode), 0);
}

static void
check_content(const char *path, const char *want, mode_t mode)
{
	char got[64] = "";
	struct stat st;
	FILE *in = fopen(path, "r");

	assert_non_null(in);
	assert_true(fgets(got, sizeof(got), in) != NULL);
	fclose(in);
	assert_string_equal(got, want);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, mode);
}

static void
test_names_are_made_safe(void **state)
{
	static const struct {
		const char *name, *want;
	} cases[] = {
	    {"web.example.com", "dir/web.example.com.crt"},
	    {"*.example.com", "dir/_.example.com.crt"},
	    {"a/b", "dir/a_b.crt"},
	    {"../../etc/passwd", "dir/_._.._etc_passwd.crt"},
	    {".hidden", "dir/_hidden.crt"},
	    {"a\nb\x7f", "dir/a_b_.crt"},
	    {"\xe8\xaf\x81 x", "dir/\xe8\xaf\x81 x.crt"},
	    {"", "dir/_crt"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		char *path = ccm_file_path("dir", cases[i].name, ".crt", NULL);

		assert_string_equal(path, cases[i].want);
		ccm_free(path);
		path = ccm_file_path(NULL, cases[i].name, ".crt", NULL);
		assert_string_equal(path, cases[i].want + strlen("dir/"));
		ccm_free(path);
		path = ccm_file_path("dir", cases[i].name, "", NULL);
		assert_int_equal(strlen(path) + strlen(".crt"), strlen(cases[i].want));
		assert_memory_equal(path, cases[i].want, strlen(path));
		ccm_free(path);
	}
}

static void
test_long_names_are_cut_at_a_character(void **state)
{
	char name[64 * 4 + 1] = "", *path;

	(void)state;
	for (size_t i = 0; i < 64; i++)
		memcpy(name + i * 4, "\xf0\x9f\x94\x91", 5);
	path = ccm_file_path("dir", name + 1, "_nginx", NULL);
	assert_non_null(path);
	assert_int_equal(strlen(path), strlen("dir/") + 3 + 49 * 4 + strlen("_nginx"));
	assert_string_equal(path + strlen(path) - 10, "\xf0\x9f\x94\x91_nginx");
	ccm_free(path);
}

static void
test_empty_files_are_left_out(void **state)
{
	struct ccm_file files[] = {
	    file("a", "", 0600), file("b", "B", 0600), file("c", "", 0600), file("d", "D", 0600)};

	(void)state;
	assert_int_equal(ccm_files_leave_out_empty(files, 4), 2);
	assert_string_equal(files[0].path, "b");
	assert_string_equal(files[1].path, "d");
	ccm_files_clear(files, 4);
}

static void
test_files_are_written_with_their_modes(void **state)
{
	static const struct {
		mode_t mask, certificate;
	} cases[] = {{0, 0644}, {022, 0644}, {027, 0640}, {077, 0600}};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_file files[] = {file("a.crt", "A", 0644), file("a.key", "K", 0600)};
		mode_t mask = umask(cases[i].mask);

		assert_true(ccm_files_write(files, 2, true, NULL));
		umask(mask);
		check_content("a.crt", "A", cases[i].certificate);
		check_content("a.key", "K", 0600);
		assert_int_equal(entries(false), 2);
		ccm_files_clear(files, 2);
	}
}

static void
test_a_file_in_the_way_stops_all(void **state)
{
	struct ccm_file files[] = {file("a.crt", "A", 0644), file("a.key", "K", 0600)};
	struct ccm_error err = {0};

	(void)state;
	put("a.key", "old", 0640);
	assert_false(ccm_files_write(files, 2, false, &err));
	assert_int_equal(err.code, CCM_CONFLICT);
	assert_string_equal(err.msg, "a.key exists; --force overwrites it");
	check_content("a.key", "old", 0640);
	assert_int_equal(entries(false), 1);
	ccm_files_clear(files, 2);
}

static void
test_a_dangling_link_is_in_the_way_too(void **state)
{
	struct ccm_file files[] = {file("a.crt", "A", 0644)};
	struct ccm_error err = {0};

	(void)state;
	assert_int_equal(symlink("nowhere", "a.crt"), 0);
	assert_false(ccm_files_write(files, 1, false, &err));
	assert_int_equal(err.code, CCM_CONFLICT);
	assert_int_equal(access("nowhere", F_OK), -1);
	ccm_files_clear(files, 1);
}

static void
test_force_replaces(void **state)
{
	struct ccm_file files[] = {file("a.crt", "A", 0644), file("a.key", "K", 0600)};
	struct ccm_error err = {0};

	(void)state;
	put("a.key", "old", 0644);
	assert_true(ccm_files_write(files, 2, true, &err));
	check_content("a.key", "K", 0600);
	assert_int_equal(entries(false), 2);
	ccm_files_clear(files, 2);
}

static void
test_a_failure_leaves_nothing(void **state)
{
	struct ccm_file files[] = {file("a.crt", "A", 0644), file("no/such/dir.key", "K", 0600)};
	struct ccm_error err = {0};

	(void)state;
	assert_false(ccm_files_write(files, 2, false, &err));
	assert_int_equal(err.code, CCM_STORE);
	assert_string_equal(err.msg, "cannot create no/such/dir.key: No such file or directory");
	assert_int_equal(entries(false), 0);
	ccm_files_clear(files, 2);
}

static void
test_what_cannot_be_replaced_leaves_nothing_either(void **state)
{
	struct ccm_file files[] = {file("a.crt", "A", 0644)};
	struct ccm_error err = {0};

	(void)state;
	assert_int_equal(mkdir("a.crt", 0755), 0);
	assert_false(ccm_files_write(files, 1, true, &err));
	assert_int_equal(err.code, CCM_STORE);
	assert_int_equal(entries(false), 1);
	ccm_files_clear(files, 1);
}

static void
test_secrets_are_first_lines(void **state)
{
	static const struct {
		const char *content, *want; /* NULL: refused */
		mode_t mode;
		const char *message;
	} cases[] = {
	    {"secret", "secret", 0600, ""},
	    {"secret\n", "secret", 0600, ""},
	    {"a b \r\nrest", "a b ", 0640, ""},
	    {"", NULL, 0600, "the first line of s has no characters"},
	    {"\nsecret\n", NULL, 0600, "the first line of s has no characters"},
	    {"secret\n", NULL, 0604, "s holds a secret, but everybody may read it: chmod o= s"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_error err = {0};
		struct ccm_buf got;

		ccm_buf_init_secret(&got);
		put("s", cases[i].content, cases[i].mode);
		assert_int_equal(ccm_file_read_secret("s", &got, &err), cases[i].want != NULL);
		assert_string_equal(err.msg, cases[i].message);
		if (cases[i].want != NULL)
			assert_string_equal(ccm_buf_str(&got), cases[i].want);
		ccm_buf_clear(&got);
	}
}

static void
test_a_secret_of_any_size_ends_reading(void **state)
{
	struct ccm_error err = {0};
	struct ccm_buf got;

	(void)state;
	ccm_buf_init_secret(&got);
	assert_false(ccm_file_read_secret("/dev/zero", &got, &err));
	assert_false(ccm_file_read_secret("absent", &got, NULL));
	ccm_buf_clear(&got);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names_are_made_safe),
	    cmocka_unit_test(test_long_names_are_cut_at_a_character),
	    cmocka_unit_test(test_empty_files_are_left_out),
	    cmocka_unit_test_teardown(test_files_are_written_with_their_modes, clean),
	    cmocka_unit_test_teardown(test_a_file_in_the_way_stops_all, clean),
	    cmocka_unit_test_teardown(test_a_dangling_link_is_in_the_way_too, clean),
	    cmocka_unit_test_teardown(test_force_replaces, clean),
	    cmocka_unit_test_teardown(test_a_failure_leaves_nothing, clean),
	    cmocka_unit_test_teardown(test_what_cannot_be_replaced_leaves_nothing_either, clean),
	    cmocka_unit_test_teardown(test_secrets_are_first_lines, clean),
	    cmocka_unit_test_teardown(test_a_secret_of_any_size_ends_reading, clean),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
