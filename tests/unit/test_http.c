/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cloud/http.h"
#include "core/clock.h"
#include "core/config.h"
#include "core/crypto.h"
#include "tls_peer.h"

/* The transport against a peer, and what came of the last exchange. */
struct rig {
	struct tls_peer peer;
	struct ccm_cloud_config config;
	struct ccm_http *http;
	struct ccm_http_response response;
	struct ccm_error err;
	bool sent;
};

static char nothing[] = "";

static void
rig_open(struct rig *rig)
{
	tls_peer_start(&rig->peer);
	rig->config =
	    (struct ccm_cloud_config){.tls_ca_file = rig->peer.ca_file, .connect_timeout_ms = 5000};
	rig->http = ccm_http_curl_new(&rig->config, NULL);
	assert_non_null(rig->http);
}

static void
rig_close(struct rig *rig)
{
	ccm_http_response_clear(&rig->response);
	ccm_http_free(rig->http);
	tls_peer_stop(&rig->peer);
}

static bool
send_to(struct rig *rig, struct ccm_http_request request, const char *url, int64_t timeout)
{
	request.url = url;
	request.deadline_ms = ccm_clock_monotonic_ms() + timeout;
	ccm_http_response_clear(&rig->response);
	ccm_error_clear(&rig->err);
	return rig->http->ops->perform(rig->http, &request, &rig->response, &rig->sent, &rig->err);
}

static bool
get(struct rig *rig)
{
	return send_to(rig, (struct ccm_http_request){.method = "GET"}, rig->peer.url, 10000);
}

static void
test_an_exchange_brings_status_headers_and_body(void **state)
{
	struct rig rig = {0};

	(void)state;
	rig_open(&rig);
	if (!get(&rig))
		fail_msg("%s", rig.err.msg);
	assert_int_equal(rig.response.status, 200);
	assert_string_equal(ccm_http_header(&rig.response, "x-peer"), "Yes");
	assert_null(ccm_http_header(&rig.response, "x-other"));
	assert_string_equal(ccm_buf_str(&rig.response.body), "ok");
	assert_true(rig.response.body.secret);
	assert_true(rig.sent);
	rig_close(&rig);
}

static void
test_calls_share_a_connection_unless_they_must_go_out_once(void **state)
{
	struct rig rig = {0};

	(void)state;
	rig_open(&rig);
	for (size_t i = 0; i < 4; i++)
		assert_true(get(&rig));
	assert_int_equal(rig.peer.seen->connections, 1);
	assert_int_equal(rig.peer.seen->requests, 4);
	assert_true(send_to(
	    &rig, (struct ccm_http_request){.method = "POST", .once = true}, rig.peer.url, 10000));
	assert_int_equal(rig.peer.seen->connections, 2);
	assert_true(get(&rig));
	assert_int_equal(rig.peer.seen->connections, 2);
	rig_close(&rig);
}

#define SENDS(rig, text)                                                        \
	do {                                                                    \
		if (strstr((rig).peer.seen->last, (text)) == NULL)              \
			fail_msg("no %s in %s", (text), (rig).peer.seen->last); \
	} while (0)
#define DOES_NOT_SEND(rig, text) assert_null(strcasestr((rig).peer.seen->last, (text)))

static void
test_requests_go_out_as_they_are_given(void **state)
{
	const struct ccm_header headers[] = {
	    {"Content-Type", "application/json"}, {"X-Auth-Token", "t"}};
	static char large[2 * 1024 * 1024];
	struct ccm_http_request request = {.method = "POST", .headers = headers, .header_count = 2};
	struct rig rig = {0};

	(void)state;
	rig_open(&rig);
	assert_true(send_to(&rig, request, rig.peer.url, 10000));
	SENDS(rig, "POST / HTTP/1.1\r\n");
	SENDS(rig, "\r\nContent-Length: 0\r\n");
	SENDS(rig, "\r\nContent-Type: application/json\r\n");
	SENDS(rig, "\r\nX-Auth-Token: t\r\n");
	SENDS(rig, "\r\nUser-Agent: ccm/" CCM_VERSION "\r\n");
	DOES_NOT_SEND(rig, "expect");
	DOES_NOT_SEND(rig, "cookie");
	request.body = ccm_span_of("{\"a\":\"b\"}");
	request.has_body = true;
	assert_true(send_to(&rig, request, rig.peer.url, 10000));
	SENDS(rig, "\r\nContent-Length: 9\r\n");
	request.body = CCM_SPAN(large, sizeof(large));
	assert_true(send_to(&rig, request, rig.peer.url, 10000));
	SENDS(rig, "\r\nContent-Length: 2097152\r\n");
	DOES_NOT_SEND(rig, "expect");
	request.method = "DELETE";
	request.body = ccm_span_of("{\"tags\":[]}");
	assert_true(send_to(&rig, request, rig.peer.url, 10000));
	SENDS(rig, "DELETE / HTTP/1.1\r\n");
	SENDS(rig, "\r\n\r\n{\"tags\":[]}");
	rig_close(&rig);
}

static void
test_a_header_stays_a_line(void **state)
{
	static const char *const values[] = {"t\r\nX-Other: 1", "t\n", "\rt"};
	struct rig rig = {0};

	(void)state;
	rig_open(&rig);
	for (size_t i = 0; i < CCM_COUNT(values); i++) {
		const struct ccm_header headers[] = {{"X-Auth-Token", values[i]}};
		struct ccm_http_request request = {
		    .method = "GET", .headers = headers, .header_count = 1};

		assert_false(send_to(&rig, request, rig.peer.url, 10000));
		assert_false(rig.sent);
		assert_int_equal(rig.err.code, CCM_PROTOCOL);
		assert_string_equal(rig.err.msg, "there is a line break in what X-Auth-Token says");
	}
	rig_close(&rig);
}

static void
test_dots_in_a_path_stay(void **state)
{
	struct rig rig = {0};
	char url[128];

	(void)state;
	rig_open(&rig);
	snprintf(url, sizeof(url), "%s/a/../b?x=%%2F", rig.peer.url);
	assert_true(send_to(&rig, (struct ccm_http_request){.method = "GET"}, url, 10000));
	SENDS(rig, "GET /a/../b?x=%2F HTTP/1.1\r\n");
	rig_close(&rig);
}

static void
test_redirects_are_not_followed(void **state)
{
	struct rig rig = {.peer.answer = "HTTP/1.1 302 Found\r\nLocation: /other\r\n"
					 "Content-Length: 0\r\n\r\n"};

	(void)state;
	rig_open(&rig);
	assert_true(get(&rig));
	assert_int_equal(rig.response.status, 302);
	assert_int_equal(rig.peer.seen->requests, 1);
	rig_close(&rig);
}

static void
test_headers_of_interim_answers_are_dropped(void **state)
{
	struct rig rig = {.peer.answer = "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
					 "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};

	(void)state;
	rig_open(&rig);
	assert_true(get(&rig));
	assert_int_equal(rig.response.status, 200);
	assert_null(ccm_http_header(&rig.response, "x-early"));
	rig_close(&rig);
}

/* Failures: want is a part of the message. */
static const struct {
	struct tls_peer peer;
	bool trusts_system;
	int64_t timeout;
	enum ccm_code code;
	bool sent;
	const char *want;
} failures[] = {
    {{.expired = true}, false, 10000, CCM_TLS, false, "is refused: certificate has expired"},
    {{0}, true, 10000, CCM_TLS, false,
	"is refused: unable to get local issuer certificate (trusting the system's"},
    {{.other_name = true}, false, 10000, CCM_TLS, false, "127.0.0.1"},
    {{.manner = PEER_IS_PLAIN}, false, 10000, CCM_TLS, false, "TLS with 127.0.0.1:"},
    {{.manner = PEER_HANGS_UP_EARLY}, false, 10000, CCM_NETWORK, false,
	"hung up during the TLS handshake"},
    {{.manner = PEER_HANGS_UP}, false, 10000, CCM_NETWORK, true, "127.0.0.1:"},
    {{.manner = PEER_IS_SILENT}, false, 3000, CCM_TIMEOUT, true, "127.0.0.1:"},
    {{0}, false, 0, CCM_TIMEOUT, false, "no time left for 127.0.0.1:"},
    {{.answer = "nonsense\r\n\r\n"}, false, 10000, CCM_NETWORK, true, "127.0.0.1:"},
};

static void
test_failures_are_told_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(failures); i++) {
		struct rig rig = {.peer = failures[i].peer};

		rig_open(&rig);
		if (failures[i].trusts_system)
			rig.config.tls_ca_file = nothing;
		send_to(&rig, (struct ccm_http_request){.method = "GET"}, rig.peer.url,
		    failures[i].timeout);
		if (rig.err.code != failures[i].code || rig.sent != failures[i].sent ||
		    strstr(rig.err.msg, failures[i].want) == NULL)
			fail_msg("case %zu: %s, sent %d: %s", i, ccm_code_name(rig.err.code),
			    rig.sent, rig.err.msg);
		rig_close(&rig);
	}
}

static void
test_a_refused_connection_says_so(void **state)
{
	struct rig rig = {0};

	(void)state;
	rig_open(&rig);
	assert_true(get(&rig));
	assert_false(send_to(
	    &rig, (struct ccm_http_request){.method = "GET"}, "https://127.0.0.1:1/", 10000));
	assert_int_equal(rig.err.code, CCM_NETWORK);
	assert_int_equal(rig.err.sys_errno, ECONNREFUSED);
	assert_string_equal(rig.err.msg, "no connection to 127.0.0.1:1: Connection refused");
	assert_false(rig.sent);
	rig_close(&rig);
}

static void
test_only_https_is_spoken(void **state)
{
	struct rig rig = {0};

	(void)state;
	rig_open(&rig);
	assert_false(send_to(
	    &rig, (struct ccm_http_request){.method = "GET"}, "http://127.0.0.1:1/", 10000));
	assert_int_equal(rig.err.code, CCM_CONFIG);
	rig_close(&rig);
}

static void
test_our_own_connections_do_not_nest(void **state)
{
	struct ccm_network_scope scope;
	struct rig rig = {0};

	(void)state;
	rig_open(&rig);
	assert_true(ccm_network_enter(&scope, NULL));
	assert_false(get(&rig));
	assert_int_equal(rig.err.code, CCM_UNSUPPORTED);
	ccm_network_leave(&scope);
	assert_true(get(&rig));
	rig_close(&rig);
}

/* What the application has of OpenSSL is as it was, also after a failure. */
static void
test_the_callers_context_and_error_queue_are_left_alone(void **state)
{
	OSSL_LIB_CTX *mine = OSSL_LIB_CTX_new(), *before = OSSL_LIB_CTX_set0_default(mine);
	struct rig rig = {.peer.expired = true};

	(void)state;
	rig_open(&rig);
	assert_false(get(&rig));
	assert_ptr_equal(OSSL_LIB_CTX_set0_default(NULL), mine);
	assert_int_equal(ERR_peek_error(), 0);
	rig_close(&rig);
	OSSL_LIB_CTX_set0_default(before);
	OSSL_LIB_CTX_free(mine);
}

#define THREADS 4
#define CALLS 20

static void *
call_often(void *context)
{
	struct rig *shared = context, own = {.http = shared->http, .peer = shared->peer};
	size_t fine = 0;

	for (size_t i = 0; i < CALLS; i++)
		fine += get(&own) && strcmp(ccm_buf_str(&own.response.body), "ok") == 0;
	ccm_http_response_clear(&own.response);
	return fine == CALLS ? context : NULL;
}

static void
test_threads_have_a_connection_each_at_most(void **state)
{
	pthread_t threads[THREADS];
	struct rig rig = {0};
	void *fine;

	(void)state;
	rig_open(&rig);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, call_often, &rig), 0);
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &fine);
		assert_non_null(fine);
	}
	assert_int_equal(rig.peer.seen->requests, THREADS * CALLS);
	assert_true(rig.peer.seen->connections <= THREADS);
	rig_close(&rig);
}

/* Wait for a child that exits with 0. */
static void
assert_child_is_fine(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
test_a_forked_child_connects_anew_and_leaves_the_parents_connection(void **state)
{
	struct rig rig = {0};
	pid_t child;

	(void)state;
	rig_open(&rig);
	assert_true(get(&rig));
	child = fork();
	if (child == 0) {
		alarm(30);
		if (!get(&rig) || rig.response.status != 200)
			_exit(1);
		ccm_http_free(rig.http);
		_exit(0);
	}
	assert_child_is_fine(child);
	assert_int_equal(rig.peer.seen->connections, 2);
	assert_true(get(&rig));
	assert_int_equal(rig.peer.seen->connections, 2);
	rig_close(&rig);
}

/* As daemons do it: everything above standard error is closed, and the numbers are soon another's.
 */
static bool
survives_closed_descriptors(struct rig *rig)
{
	int pipes[8][2];
	char byte;

	if (!get(rig) || close_range(3, ~0U, 0) != 0)
		return false;
	for (size_t i = 0; i < CCM_COUNT(pipes); i++) {
		if (pipe2(pipes[i], O_NONBLOCK) != 0 || write(pipes[i][1], "x", 1) != 1)
			return false;
	}
	if (!get(rig))
		return false;
	for (size_t i = 0; i < CCM_COUNT(pipes); i++) {
		if (read(pipes[i][0], &byte, 1) != 1 || byte != 'x' ||
		    read(pipes[i][0], &byte, 1) != -1 || errno != EAGAIN)
			return false;
	}
	return true;
}

static void
test_descriptors_closed_by_the_application_are_not_used_again(void **state)
{
	struct rig rig = {0};
	pid_t child;

	(void)state;
	rig_open(&rig);
	child = fork();
	if (child == 0) {
		alarm(30);
		_exit(survives_closed_descriptors(&rig) ? 0 : 1);
	}
	assert_child_is_fine(child);
	assert_int_equal(rig.peer.seen->connections, 2);
	rig_close(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_an_exchange_brings_status_headers_and_body),
	    cmocka_unit_test(test_calls_share_a_connection_unless_they_must_go_out_once),
	    cmocka_unit_test(test_requests_go_out_as_they_are_given),
	    cmocka_unit_test(test_a_header_stays_a_line),
	    cmocka_unit_test(test_threads_have_a_connection_each_at_most),
	    cmocka_unit_test(test_dots_in_a_path_stay),
	    cmocka_unit_test(test_redirects_are_not_followed),
	    cmocka_unit_test(test_headers_of_interim_answers_are_dropped),
	    cmocka_unit_test(test_failures_are_told_apart),
	    cmocka_unit_test(test_a_refused_connection_says_so),
	    cmocka_unit_test(test_only_https_is_spoken),
	    cmocka_unit_test(test_our_own_connections_do_not_nest),
	    cmocka_unit_test(test_the_callers_context_and_error_queue_are_left_alone),
	    cmocka_unit_test(test_a_forked_child_connects_anew_and_leaves_the_parents_connection),
	    cmocka_unit_test(test_descriptors_closed_by_the_application_are_not_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
