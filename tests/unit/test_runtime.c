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

#include "core/log.h"
#include "core/runtime.h"

static char base[64];

/* A path below the directory of the test. */
static const char *
at(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	return path;
}

static int
set_up(void **state)
{
	(void)state;
	snprintf(base, sizeof(base), "/tmp/ccm-test-runtime.XXXXXX");
	if (mkdtemp(base) == NULL)
		return -1;
	setenv("XDG_RUNTIME_DIR", base, 1);
	return 0;
}

static int
tear_down(void **state)
{
	char command[128];

	(void)state;
	unlink(at("ccm/name"));
	unlink(at("ccm/other"));
	rmdir(at("ccm"));
	unlink(at("ccm"));
	unlink(at("target"));
	rmdir(at("target"));
	snprintf(command, sizeof(command), "%s", base);
	return rmdir(command);
}

static void
assert_content(const char *want)
{
	struct ccm_error err = {0};
	struct ccm_buf got;

	ccm_buf_init_secret(&got);
	assert_true(ccm_runtime_read("name", &got, &err));
	assert_string_equal(ccm_buf_str(&got), want);
	ccm_buf_clear(&got);
}

static void
assert_mode(const char *name, mode_t want)
{
	struct stat st;

	assert_int_equal(lstat(at(name), &st), 0);
	assert_int_equal(st.st_mode & 07777, want);
}

static void
test_what_is_written_is_read_and_for_us_alone(void **state)
{
	mode_t before = umask(0);

	(void)state;
	assert_content("");
	assert_true(ccm_runtime_write("name", ccm_span_of("one"), NULL));
	assert_content("one");
	assert_true(ccm_runtime_write("name", ccm_span_of("two"), NULL));
	assert_content("two");
	assert_mode("ccm", 0700);
	assert_mode("ccm/name", 0600);
	assert_true(ccm_runtime_remove("name", NULL));
	assert_true(ccm_runtime_remove("name", NULL));
	assert_content("");
	umask(before);
}

static void
test_nothing_is_left_beside_it(void **state)
{
	struct dirent *entry;
	unsigned count = 0;
	DIR *directory;

	(void)state;
	assert_true(ccm_runtime_write("name", ccm_span_of("one"), NULL));
	directory = opendir(at("ccm"));
	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL)
		count += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
	closedir(directory);
	assert_int_equal(count, 1);
}

static void
assert_not_trusted(void)
{
	struct ccm_error err = {0};
	struct ccm_buf got;

	ccm_buf_init_secret(&got);
	assert_false(ccm_runtime_read("name", &got, &err));
	assert_int_equal(err.code, CCM_STORE);
	assert_int_equal(got.len, 0);
	ccm_buf_clear(&got);
}

static void
test_a_file_that_others_may_read_is_not_trusted(void **state)
{
	(void)state;
	assert_true(ccm_runtime_write("name", ccm_span_of("one"), NULL));
	assert_int_equal(chmod(at("ccm/name"), 0640), 0);
	assert_not_trusted();
	assert_true(ccm_runtime_write("name", ccm_span_of("two"), NULL));
	assert_content("two");
}

static void
test_links_and_directories_are_not_followed(void **state)
{
	char target[128];
	int fd;

	(void)state;
	assert_true(ccm_runtime_write("other", ccm_span_of("one"), NULL));
	snprintf(target, sizeof(target), "%s", at("target"));
	fd = open(target, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "theirs", 6), 6);
	close(fd);
	assert_int_equal(symlink(target, at("ccm/name")), 0);
	assert_not_trusted();
	/* writing replaces the link, not what it leads to */
	assert_true(ccm_runtime_write("name", ccm_span_of("ours"), NULL));
	assert_content("ours");
	assert_mode("target", 0600);
	unlink(at("ccm/name"));
	assert_int_equal(mkdir(at("ccm/name"), 0700), 0);
	assert_not_trusted();
	rmdir(at("ccm/name"));
}

/* Then another directory is used; here it is enough that this one is not. */
static void
assert_directory_is_passed_over(void)
{
	assert_true(ccm_runtime_write("name", ccm_span_of("one"), NULL));
	assert_int_not_equal(access(at("ccm/name"), F_OK), 0);
	assert_true(ccm_runtime_remove("name", NULL));
}

static void
test_a_directory_that_is_not_ours_alone_is_passed_over(void **state)
{
	(void)state;
	ccm_log_configure("error", "/dev/null", NULL);
	assert_int_equal(mkdir(at("ccm"), 0700), 0);
	assert_int_equal(chmod(at("ccm"), 0750), 0);
	assert_directory_is_passed_over();
	rmdir(at("ccm"));
	assert_int_equal(mkdir(at("target"), 0700), 0);
	assert_int_equal(symlink("target", at("ccm")), 0);
	assert_directory_is_passed_over();
	unlink(at("ccm"));
	assert_int_equal(chmod(base, 0711), 0);
	assert_directory_is_passed_over();
	assert_int_equal(chmod(base, 0700), 0);
	setenv("XDG_RUNTIME_DIR", "relative", 1);
	assert_directory_is_passed_over();
}

static void
test_too_much_is_refused(void **state)
{
	static char large[5 * 1024 * 1024];

	(void)state;
	assert_true(ccm_runtime_write("name", CCM_SPAN(large, sizeof(large)), NULL));
	struct ccm_error err = {0};
	struct ccm_buf got;

	ccm_buf_init_secret(&got);
	assert_false(ccm_runtime_read("name", &got, &err));
	assert_int_equal(err.code, CCM_STORE);
	ccm_buf_clear(&got);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_what_is_written_is_read_and_for_us_alone),
	    TEST(test_nothing_is_left_beside_it),
	    TEST(test_a_file_that_others_may_read_is_not_trusted),
	    TEST(test_links_and_directories_are_not_followed),
	    TEST(test_a_directory_that_is_not_ours_alone_is_passed_over),
	    TEST(test_too_much_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
