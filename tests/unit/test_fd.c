/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/fd.h"

#define LONG (3 * 1024 * 1024) /* more than a pipe holds */

static char base[64];

static int
set_up(void **state)
{
	(void)state;
	snprintf(base, sizeof(base), "/tmp/ccm-test-fd.XXXXXX");
	return mkdtemp(base) != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	DIR *directory = opendir(base);
	struct dirent *entry;

	(void)state;
	while ((entry = readdir(directory)) != NULL)
		unlinkat(dirfd(directory), entry->d_name, 0);
	closedir(directory);
	return rmdir(base);
}

static const char *
at(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	return path;
}

static size_t
count_files(void)
{
	DIR *directory = opendir(base);
	size_t count = 0;

	assert_non_null(directory);
	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count - 2;
}

/* Signals that interrupt whatever waits, all the time. */

static volatile sig_atomic_t interruptions;

static void
interrupt(int number)
{
	(void)number;
	interruptions++;
}

static void
set_timer(long microseconds)
{
	const struct sigaction action = {.sa_handler = interrupt}; /* no SA_RESTART */
	const struct itimerval timer = {{0, microseconds}, {0, microseconds}};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

struct transfer {
	int fd;
	struct ccm_span content;
	bool ok;
};

static void *
write_slowly(void *context)
{
	struct transfer *transfer = context;
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	usleep(20 * 1000); /* while the other one is interrupted in its waiting */
	transfer->ok = ccm_fd_write_all(transfer->fd, transfer->content);
	close(transfer->fd);
	return NULL;
}

static void
test_interruptions_and_short_counts_do_no_harm(void **state)
{
	const struct ccm_fd_source source = {"the pipe", CCM_STORE, LONG};
	struct ccm_buf sent = {0}, got = {0};
	struct transfer transfer;
	struct ccm_error err = {0};
	pthread_t thread;
	int fds[2];

	(void)state;
	assert_true(ccm_buf_reserve(&sent, LONG, NULL));
	for (size_t i = 0; i < LONG; i++)
		sent.data[i] = (unsigned char)(i * 7 >> 3);
	assert_int_equal(pipe(fds), 0);
	transfer = (struct transfer){fds[1], CCM_SPAN(sent.data, LONG), false};
	interruptions = 0;
	assert_int_equal(pthread_create(&thread, NULL, write_slowly, &transfer), 0);
	set_timer(1000);
	assert_true(ccm_fd_read_all(fds[0], &source, &got, &err));
	set_timer(0);
	pthread_join(thread, NULL);
	assert_true(interruptions > 0);
	assert_true(transfer.ok);
	assert_int_equal(got.len, LONG);
	assert_memory_equal(got.data, sent.data, LONG);
	assert_int_equal(got.data[LONG], 0);
	close(fds[0]);
	ccm_buf_clear(&sent);
	ccm_buf_clear(&got);
}

static void
test_too_much_is_an_error_with_its_name(void **state)
{
	struct ccm_fd_source source = {at("file"), CCM_USAGE, 4};
	struct ccm_error err = {0};
	struct ccm_buf text = {0};
	char want[160];
	int fd = open(source.name, O_WRONLY | O_CREAT, 0600);

	(void)state;
	assert_true(ccm_fd_write_all(fd, ccm_span_of("12345")));
	close(fd);
	assert_false(ccm_fd_read_file(&source, &text, &err));
	assert_int_equal(err.code, CCM_USAGE);
	snprintf(want, sizeof(want), "%s has more than 4 bytes", source.name);
	assert_string_equal(err.msg, want);
	ccm_buf_clear(&text);
	source.most = 5;
	assert_true(ccm_fd_read_file(&source, &text, NULL));
	assert_string_equal(ccm_buf_str(&text), "12345");
	ccm_buf_clear(&text);
	ccm_error_clear(&err);
	source.name = "/nonexistent/file";
	assert_false(ccm_fd_read_file(&source, &text, &err));
	assert_string_equal(err.msg, "cannot open /nonexistent/file: No such file or directory");
	ccm_error_clear(&err);
	source.name = base;
	assert_false(ccm_fd_read_file(&source, &text, &err));
	assert_non_null(strstr(err.msg, "Is a directory"));
	ccm_buf_clear(&text);
}

static void
test_nothing_leaks_into_other_programs(void **state)
{
	int fd = ccm_fd_open(AT_FDCWD, base, O_RDONLY | O_DIRECTORY, 0), below;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	below = ccm_fd_open(fd, "new", O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(below >= 0);
	assert_int_equal(fcntl(below, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	close(below);
	close(fd);
}

static void
test_a_new_file_stands_beside_its_place(void **state)
{
	const struct ccm_fd_place place = {AT_FDCWD, at("key"), 0644};
	mode_t before = umask(027);
	struct ccm_error err = {0};
	struct stat st;
	char *name;

	(void)state;
	assert_true(ccm_fd_write_beside(&place, ccm_span_of("content"), &name, &err));
	umask(before);
	assert_memory_equal(name, place.path, strlen(place.path));
	assert_int_equal(access(place.path, F_OK), -1);
	assert_int_equal(stat(name, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(st.st_size, 7);
	ccm_free(name);
}

/* What goes beyond is refused, as by a full disk. */
static void
limit_file_size(rlim_t bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
test_a_file_that_cannot_be_written_leaves_nothing(void **state)
{
	const struct ccm_fd_place nowhere = {AT_FDCWD, "/nonexistent/key", 0600};
	const struct ccm_fd_place full = {AT_FDCWD, at("full"), 0600};
	struct ccm_error err = {0};
	char *name;

	(void)state;
	assert_false(ccm_fd_write_beside(&nowhere, ccm_span_of("x"), &name, &err));
	assert_null(name);
	assert_int_equal(err.code, CCM_STORE);
	assert_string_equal(err.msg, "cannot create /nonexistent/key: No such file or directory");
	ccm_error_clear(&err);
	limit_file_size(3);
	assert_false(ccm_fd_write_beside(&full, ccm_span_of("content"), &name, &err));
	limit_file_size(RLIM_INFINITY);
	assert_non_null(strstr(err.msg, "cannot write"));
	assert_int_equal(err.sys_errno, EFBIG);
	assert_int_equal(count_files(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_interruptions_and_short_counts_do_no_harm),
	    cmocka_unit_test_setup_teardown(
		test_too_much_is_an_error_with_its_name, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_nothing_leaks_into_other_programs, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_a_new_file_stands_beside_its_place, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_a_file_that_cannot_be_written_leaves_nothing, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
