/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cloud/http_receive.h"
#include "cloud/http_sockets.h"

static void
test_sockets_are_closed_on_exec(void **state)
{
	struct ccm_sockets sockets = {0};
	int fd = ccm_sockets_open(&sockets, AF_UNIX, SOCK_DGRAM, 0);

	(void)state;
	assert_true(fd >= 0);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	assert_true(ccm_sockets_are_ours(&sockets));
	close(fd);
	assert_false(ccm_sockets_are_ours(&sockets));
	assert_int_equal(open("/dev/null", O_RDONLY), fd);
	assert_false(ccm_sockets_are_ours(&sockets));
	ccm_sockets_drop(&sockets);
	assert_int_equal(close(fd), 0);
}

static void
test_sigpipe_is_swallowed_but_not_one_of_before(void **state)
{
	struct ccm_pipe_guard guard;
	sigset_t set, pending;
	int number;

	(void)state;
	ccm_pipe_guard_enter(&guard);
	raise(SIGPIPE);
	ccm_pipe_guard_leave(&guard);
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	raise(SIGPIPE);
	ccm_pipe_guard_enter(&guard);
	ccm_pipe_guard_leave(&guard);
	sigpending(&pending);
	assert_int_equal(sigismember(&pending, SIGPIPE), 1);
	assert_int_equal(sigwait(&set, &number), 0);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void
test_answers_have_a_size(void **state)
{
	static char line[64 * 1024];
	struct ccm_http_response response = {0};
	struct ccm_receiver receiver = {.response = &response};
	size_t taken = 0;

	(void)state;
	memset(line, 'a', sizeof(line));
	line[1] = ':';
	while (ccm_receive_header(line, 1, sizeof(line), &receiver) == sizeof(line))
		taken += sizeof(line);
	assert_int_equal(taken, CCM_HTTP_MAX_HEADERS);
	assert_int_equal(receiver.err.code, CCM_PROTOCOL);
	ccm_http_response_clear(&response);
	ccm_error_clear(&receiver.err);
	assert_int_equal(ccm_receive_body(line, 1, 10, &receiver), 10);
	assert_int_equal(ccm_receive_body(line, 1, CCM_HTTP_MAX_BODY - 9, &receiver), 0);
	assert_int_equal(receiver.err.code, CCM_PROTOCOL);
	ccm_http_response_clear(&response);
}

static void
test_peers_are_named_with_their_port(void **state)
{
	static const struct {
		const char *url, *want;
	} cases[] = {
	    {"https://ccm.example.com/v1/x:y", "ccm.example.com:443"},
	    {"https://ccm.example.com:8443", "ccm.example.com:8443"},
	    {"https://ccm.example.com?a=b:c", "ccm.example.com:443"},
	    {"https://[::1]/v1", "[::1]:443"},
	    {"https://[::1]:8443/v1", "[::1]:8443"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++)
		assert_string_equal(ccm_http_peer_of(cases[i].url).name, cases[i].want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sockets_are_closed_on_exec),
	    cmocka_unit_test(test_sigpipe_is_swallowed_but_not_one_of_before),
	    cmocka_unit_test(test_answers_have_a_size),
	    cmocka_unit_test(test_peers_are_named_with_their_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
