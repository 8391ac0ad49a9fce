/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client_setup.h"
#include "core/clock.h"
#include "core/log.h"
#include "data.h"

#define LIST                                                                 \
	{                                                                    \
		200, NULL, "{\"total\":0,\"certificates\":[]}", CCM_OK, true \
	}
#define FAULT                                                                                    \
	{                                                                                        \
		500, NULL, "{\"error_code\":\"PCA.00000001\",\"error_msg\":\"x\"}", CCM_OK, true \
	}
#define THROTTLED(headers)                                                                   \
	{                                                                                    \
		429, headers, "{\"error_code\":\"APIGW.0308\",\"error_msg\":\"slow down\"}", \
		    CCM_OK, true                                                             \
	}
#define LOST                                     \
	{                                        \
		0, NULL, NULL, CCM_NETWORK, true \
	}
#define UNREACHED                                 \
	{                                         \
		0, NULL, NULL, CCM_NETWORK, false \
	}
#define MADE                                                                    \
	{                                                                       \
		200, NULL, "{\"certificate_id\":\"" TEST_ID "\"}", CCM_OK, true \
	}
#define CREATE "{" CREATE_MEMBERS
#define CREATE_MEMBERS                                                                  \
	"\"issuer_id\":\"" TEST_ID "\",\"distinguished_name\":{\"common_name\":\"x\"}," \
	"\"validity\":{\"type\":\"DAY\",\"value\":1}}"

#define OPEN(test, config, answers) test_client_open(test, config, answers, CCM_COUNT(answers))

static void
test_an_answer_is_handed_over(void **state)
{
	static const struct fake_answer answers[] = {MADE};
	struct ccm_json *request = ccm_json_parse(ccm_span_of(CREATE), NULL), *answer;
	struct test_client test;
	const char *id;

	(void)state;
	OPEN(&test, TEST_CLOUD TEST_AKSK, answers);
	assert_true(
	    ccm_client_call(test.client, &ccm_pca_create_certificate, request, &answer, &test.err));
	assert_true(ccm_json_string(answer, "certificate_id", &id, NULL));
	assert_string_equal(id, TEST_ID);
	assert_string_equal(test.fake->requests[0].line,
	    "POST https://pca.example.com:8443/v1/private-certificates");
	assert_int_equal(ccm_client_exchanges(test.client), 1);
	ccm_json_free(answer);
	ccm_json_free(request);
	test_client_close(&test);
}

static void
test_a_204_is_success_without_json(void **state)
{
	static const struct fake_answer answers[] = {{204, NULL, NULL, CCM_OK, true}};
	struct ccm_json *answer = (struct ccm_json *)&answers;
	struct ccm_json *request = ccm_json_parse(
	    ccm_span_of("{\"ca_id\":\"" TEST_ID "\",\"issuer_id\":\"" TEST_ID
			"\",\"signature_algorithm\":\"SHA256\",\"validity\":{\"type\":\"DAY\","
			"\"value\":1}}"),
	    NULL);
	struct test_client test;

	(void)state;
	OPEN(&test, TEST_CLOUD TEST_AKSK, answers);
	assert_true(
	    ccm_client_call(test.client, &ccm_pca_activate_ca, request, &answer, &test.err));
	assert_null(answer);
	ccm_json_free(request);
	test_client_close(&test);
}

static void
test_an_invalid_request_never_leaves(void **state)
{
	static const struct fake_answer answers[] = {LIST};
	struct test_client test;

	(void)state;
	OPEN(&test, TEST_CLOUD TEST_AKSK, answers);
	assert_false(test_client_call(&test, &ccm_pca_list_certificates, "{\"limit\":5000}"));
	assert_int_equal(test.err.code, CCM_USAGE);
	assert_int_equal(test.fake->request_count, 0);
	test_client_close(&test);
}

/* Sign what was recorded with what the service knows: the same Authorization must come out. */
static void
test_signed_requests_verify_and_are_scoped(void **state)
{
	static const struct fake_answer answers[] = {LIST};
	struct ccm_query_pair query[] = {
	    {(char *)"name", (char *)"a b"}, {(char *)"limit", (char *)"5"}};
	struct ccm_header headers[4] = {{"X-Sdk-Date", NULL}, {"X-Domain-Id", "d1"},
	    {"X-Project-Id", "p1"}, {"X-Language", "en-us"}};
	struct ccm_sign_input input = {.access_key = "TESTACCESSKEY",
	    .secret_key = "the-secret-key",
	    .method = "GET",
	    .host = "pca.example.com:8443",
	    .path = "/v1/private-certificates",
	    .query = query,
	    .query_count = 2,
	    .headers = headers,
	    .header_count = 4};
	char authorization[400], date[40], value[80];
	struct ccm_signature signature;
	struct test_client test;

	(void)state;
	OPEN(&test, TEST_CLOUD TEST_AKSK "domain_id = d1\nproject_id = p1\n", answers);
	assert_true(
	    test_client_call(&test, &ccm_pca_list_certificates, "{\"name\":\"a b\",\"limit\":5}"));
	assert_string_equal(test.fake->requests[0].line,
	    "GET https://pca.example.com:8443/v1/private-certificates?limit=5&name=a%20b");
	assert_true(fake_request_header(
	    &test.fake->requests[0], "Authorization", authorization, sizeof(authorization)));
	assert_true(fake_request_header(&test.fake->requests[0], "X-Sdk-Date", date, sizeof(date)));
	assert_false(
	    fake_request_header(&test.fake->requests[0], "X-Auth-Token", value, sizeof(value)));
	assert_false(
	    fake_request_header(&test.fake->requests[0], "Content-Type", value, sizeof(value)));
	headers[0].value = date;
	assert_true(ccm_sign(&input, &signature, NULL));
	assert_string_equal(authorization, signature.authorization);
	ccm_signature_clear(&signature);
	test_client_close(&test);
}

static void
test_a_security_token_goes_along_and_is_signed(void **state)
{
	static const struct fake_answer answers[] = {LIST};
	char authorization[400], value[80];
	struct test_client test;

	(void)state;
	OPEN(&test, TEST_CLOUD TEST_AKSK "security_token = st1\n", answers);
	assert_true(test_client_call(&test, &ccm_pca_list_certificates, NULL));
	assert_true(
	    fake_request_header(&test.fake->requests[0], "X-Security-Token", value, sizeof(value)));
	assert_string_equal(value, "st1");
	assert_true(fake_request_header(
	    &test.fake->requests[0], "Authorization", authorization, sizeof(authorization)));
	assert_non_null(strstr(authorization, "x-security-token"));
	assert_false(
	    fake_request_header(&test.fake->requests[0], "X-Domain-Id", value, sizeof(value)));
	test_client_close(&test);
}

static void
test_a_post_without_fields_has_a_type_and_no_body(void **state)
{
	static const struct fake_answer answers[] = {{200, NULL, "{}", CCM_OK, true}};
	struct test_client test;
	char value[80];

	(void)state;
	OPEN(&test, TEST_CLOUD TEST_AKSK, answers);
	assert_true(test_client_call(&test, &ccm_pca_export_ca, "{\"ca_id\":\"" TEST_ID "\"}"));
	assert_null(test.fake->requests[0].body);
	assert_true(
	    fake_request_header(&test.fake->requests[0], "Content-Type", value, sizeof(value)));
	assert_string_equal(value, "application/json");
	test_client_close(&test);
}

static void
test_creating_calls_get_the_enterprise_project_others_do_not(void **state)
{
	static const struct fake_answer answers[] = {MADE, MADE, LIST};
	struct test_client test;

	(void)state;
	OPEN(&test, TEST_CLOUD "enterprise_project = ep1\n" TEST_AKSK, answers);
	assert_true(test_client_call(&test, &ccm_pca_create_certificate, CREATE));
	assert_non_null(strstr(test.fake->requests[0].body, "\"enterprise_project_id\":\"ep1\""));
	assert_true(test_client_call(&test, &ccm_pca_create_certificate,
	    "{\"enterprise_project_id\":\"0\"," CREATE_MEMBERS));
	assert_non_null(strstr(test.fake->requests[1].body, "\"enterprise_project_id\":\"0\""));
	assert_true(test_client_call(&test, &ccm_pca_list_certificates, NULL));
	assert_null(strstr(test.fake->requests[2].line, "enterprise"));
	test_client_close(&test);
}

static void
test_nothing_configured_is_said_at_the_first_call(void **state)
{
	static const struct fake_answer answers[] = {LIST};
	struct test_client test;

	(void)state;
	setenv("HOME", "/nonexistent", 1);
	OPEN(&test, TEST_CLOUD "[auth]\nmetadata_endpoint =\n", answers);
	assert_false(test_client_call(&test, &ccm_pca_list_certificates, NULL));
	assert_int_equal(test.err.code, CCM_CONFIG);
	assert_string_equal(test.err.msg,
	    "pca_list_certificates: no credentials: [auth] of test.conf has neither token, nor "
	    "access_key, nor user, and neither the environment nor a profile file has any");
	assert_int_equal(test.fake->request_count, 0);
	test_client_close(&test);
}

#define ANSWERS_MAX 5

/* What is repeated, how often, after which waits; want is a part of the message, NULL for success.
 */
static const struct {
	const char *name;
	const struct ccm_operation *op;
	struct fake_answer answers[ANSWERS_MAX];
	size_t requests, waits;
	enum ccm_code code;
	const char *want;
} retries[] = {
    {"a fault is survived", &ccm_pca_list_certificates, {FAULT, FAULT, LIST}, 3, 2, CCM_OK, NULL},
    {"a lost answer is asked for again", &ccm_pca_list_certificates, {LOST, LIST}, 2, 1, CCM_OK,
	NULL},
    {"the budget ends", &ccm_pca_list_certificates, {FAULT, FAULT, FAULT, FAULT, LIST}, 4, 3,
	CCM_UNAVAILABLE, "after 4 attempts: pca_list_certificates: HTTP 500 PCA.00000001: x"},
    {"a refusal is final", &ccm_pca_list_certificates,
	{{403, NULL, "{\"error_code\":\"PCA.00030201\",\"error_msg\":\"x\"}", CCM_OK, true}}, 1, 0,
	CCM_CONFLICT, "pca_list_certificates: HTTP 403 PCA.00030201: x"},
    {"garbage is final", &ccm_pca_list_certificates, {{200, NULL, "<html>", CCM_OK, true}}, 1, 0,
	CCM_PROTOCOL, "not JSON"},
    {"a refused certificate is final", &ccm_pca_list_certificates,
	{{0, NULL, NULL, CCM_TLS, false}}, 1, 0, CCM_TLS, "canned failure"},
    {"a wrong signature is final", &ccm_pca_list_certificates,
	{{401, NULL, "{\"error_code\":\"APIGW.0301\",\"error_msg\":\"x\"}", CCM_OK, true}}, 1, 0,
	CCM_AUTH, "HTTP 401 APIGW.0301: x"},
    {"a fault of a creating call is not repeated", &ccm_pca_create_certificate, {FAULT, MADE}, 1, 0,
	CCM_UNAVAILABLE, "outcome unknown: pca_create_certificate: HTTP 500"},
    {"a lost answer of a creating call is not asked for again", &ccm_pca_create_certificate,
	{LOST, MADE}, 1, 0, CCM_NETWORK, "outcome unknown: pca_create_certificate: canned failure"},
    {"a creating call that timed out is not repeated", &ccm_pca_create_certificate,
	{{0, NULL, NULL, CCM_TIMEOUT, true}, MADE}, 1, 0, CCM_TIMEOUT, "outcome unknown: "},
    {"a cut answer of a creating call is not asked for again", &ccm_pca_create_certificate,
	{{200, NULL, "{\"certif", CCM_OK, true}, MADE}, 1, 0, CCM_PROTOCOL, "outcome unknown: "},
    {"a creating call that never left is repeated", &ccm_pca_create_certificate,
	{UNREACHED, UNREACHED, MADE}, 3, 2, CCM_OK, NULL},
    {"a throttled creating call is repeated", &ccm_pca_create_certificate, {THROTTLED(NULL), MADE},
	2, 1, CCM_OK, NULL},
    {"waiting longer than there is time is not begun", &ccm_pca_list_certificates,
	{THROTTLED("Retry-After: 600\n"), LIST}, 1, 0, CCM_THROTTLED, "slow down"},
};

static void
test_retries_follow_the_policy(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(retries); i++) {
		bool creating = !retries[i].op->repeatable, ok;
		struct test_client test;

		test_client_open(&test, TEST_CLOUD TEST_AKSK, retries[i].answers, ANSWERS_MAX);
		ok = test_client_call(&test, retries[i].op, creating ? CREATE : NULL);
		if (ok != (retries[i].want == NULL) || test.err.code != retries[i].code ||
		    test.fake->request_count != retries[i].requests ||
		    test.fake->wait_count != retries[i].waits)
			fail_msg("%s: %zu requests, %zu waits, %s", retries[i].name,
			    test.fake->request_count, test.fake->wait_count, test.err.msg);
		if (retries[i].want != NULL && strstr(test.err.msg, retries[i].want) == NULL)
			fail_msg("%s: %s", retries[i].name, test.err.msg);
		assert_int_equal(test.fake->requests[0].once, creating);
		assert_int_equal(ccm_client_exchanges(test.client), retries[i].requests);
		test_client_close(&test);
	}
}

static void
test_the_service_says_how_long_to_wait(void **state)
{
	static const struct fake_answer answers[] = {THROTTLED("Retry-After: 7\n"), LIST};
	struct test_client test;

	(void)state;
	OPEN(&test, TEST_CLOUD TEST_AKSK, answers);
	assert_true(test_client_call(&test, &ccm_pca_list_certificates, NULL));
	assert_int_equal(test.fake->waits[0], 7000);
	test_client_close(&test);
}

static void
test_a_retry_is_signed_with_a_new_date(void **state)
{
	static const struct fake_answer answers[] = {FAULT, LIST};
	char first[40], second[40];
	struct test_client test;

	(void)state;
	OPEN(&test, TEST_CLOUD TEST_AKSK, answers);
	test.fake->clock_step_ms = 90000;
	assert_true(test_client_call(&test, &ccm_pca_list_certificates, NULL));
	assert_true(
	    fake_request_header(&test.fake->requests[0], "X-Sdk-Date", first, sizeof(first)));
	assert_true(
	    fake_request_header(&test.fake->requests[1], "X-Sdk-Date", second, sizeof(second)));
	assert_string_not_equal(first, second);
	ccm_clock_set_offset_ms(0);
	test_client_close(&test);
}

static void
test_all_attempts_share_one_deadline(void **state)
{
	static const struct fake_answer answers[] = {FAULT, FAULT, LIST};
	int64_t before = ccm_clock_monotonic_ms(), deadline;
	struct test_client test;

	(void)state;
	OPEN(&test, TEST_CLOUD "timeout = 20 s\n" TEST_AKSK, answers);
	assert_true(test_client_call(&test, &ccm_pca_list_certificates, NULL));
	deadline = test.fake->requests[0].deadline_ms;
	assert_true(deadline >= before + 20000);
	assert_true(deadline <= ccm_clock_monotonic_ms() + 20000);
	assert_int_equal(test.fake->requests[1].deadline_ms, deadline);
	assert_int_equal(test.fake->requests[2].deadline_ms, deadline);
	test_client_close(&test);
}

/* Everything that is secret in one run: login, a signed call, an export with its key. */
static const char *const secrets[] = {"the-password", "the-secret-key", "st-secret",
    "subject-token-secret", "given-token-secret", "BEGIN RSA PRIVATE KEY", "one-time-secret"};

static void
run_with_secrets(const char *auth, const struct fake_answer *answers, size_t count)
{
	struct test_client test;

	test_client_open(&test, auth, answers, count);
	if (!test_client_call(&test, &ccm_pca_export_certificate,
		"{\"certificate_id\":\"" TEST_ID "\",\"is_compressed\":false,\"type\":\"OTHER\","
		"\"password\":\"one-time-secret\"}"))
		fail_msg("%s", test.err.msg);
	test_client_close(&test);
}

static void
test_a_trace_of_everything_shows_no_secret(void **state)
{
#define EXPORTED                                                                                   \
	{                                                                                          \
		200, "X-Request-Id: r1\nSet-Cookie: st-secret\n",                                  \
		    "{\"certificate\":\"c\",\"private_key\":\"-----BEGIN RSA PRIVATE KEY-----\"}", \
		    CCM_OK, true                                                                   \
	}
	static const struct fake_answer login[] = {
	    {201, "X-Subject-Token: subject-token-secret\n", "{\"token\":{}}", CCM_OK, true},
	    EXPORTED};
	static const struct fake_answer direct[] = {EXPORTED};
	char file[] = "/tmp/ccm-trace-XXXXXX";
	struct ccm_buf text = {0};
	int fd = mkstemp(file);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_true(ccm_log_configure("trace", file, NULL));
	run_with_secrets(TEST_CLOUD TEST_PASSWORD, login, 2);
	run_with_secrets(TEST_CLOUD TEST_AKSK "security_token = st-secret\n", direct, 1);
	run_with_secrets(TEST_CLOUD "[auth]\ntoken = given-token-secret\n", direct, 1);
	assert_true(ccm_log_configure("warn", "/dev/null", NULL));
	assert_true(test_data_read(file, &text));
	unlink(file);
	assert_non_null(strstr(ccm_buf_str(&text), "x-subject-token: ("));
	assert_non_null(strstr(ccm_buf_str(&text), "Authorization: ("));
	assert_non_null(strstr(ccm_buf_str(&text),
	    "POST pca.example.com:8443/v1/private-certificates/" TEST_ID "/export 200"));
	assert_non_null(strstr(ccm_buf_str(&text), "\"private_key\":\"(not shown)\""));
	for (size_t i = 0; i < CCM_COUNT(secrets); i++) {
		if (strstr(ccm_buf_str(&text), secrets[i]) != NULL)
			fail_msg("%s is in the log", secrets[i]);
	}
	ccm_buf_clear(&text);
}

/* The table and the example of the reference name two paths (spec/ccm-api.md 8
 * site_features_path). */
static void
test_the_other_path_is_asked_once_where_the_first_is_not(void **state)
{
#define NOT_THERE(code)                                                                           \
	{                                                                                         \
		404, NULL, "{\"error_code\":\"" code "\",\"error_msg\":\"no such API\"}", CCM_OK, \
		    true                                                                          \
	}
	static const struct fake_answer there[] = {{200, NULL, "{}", CCM_OK, true}};
	static const struct fake_answer moved[] = {
	    NOT_THERE("APIGW.0101"), {200, NULL, "{\"is_support_sm2\":\"false\"}", CCM_OK, true}};
	static const struct fake_answer nowhere[] = {NOT_THERE("X.1"), NOT_THERE("X.2")};
	static const struct fake_answer broken[] = {
	    NOT_THERE("X.1"), {400, NULL, "{\"error_code\":\"X.2\"}", CCM_OK, true}};
	static const struct {
		const struct fake_answer *answers;
		size_t requests;
		const char *code; /* of the error, NULL: none */
	} cases[] = {{there, 1, NULL}, {moved, 2, NULL}, {nowhere, 2, "X.1"}, {broken, 2, "X.2"}};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct test_client test;

		test_client_open(&test, TEST_CLOUD TEST_AKSK, cases[i].answers, cases[i].requests);
		assert_int_equal(test_client_call(&test, &ccm_pca_get_site_features, NULL),
		    cases[i].code == NULL);
		assert_string_equal(test.err.api_code, cases[i].code != NULL ? cases[i].code : "");
		assert_int_equal(test.fake->request_count, cases[i].requests);
		assert_string_equal(test.fake->requests[0].line,
		    "GET https://pca.example.com:8443/v1/pca/config/console");
		if (cases[i].requests == 2)
			assert_string_equal(test.fake->requests[1].line,
			    "GET https://pca.example.com:8443/v1/ccm/config/console");
		test_client_close(&test);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_an_answer_is_handed_over),
	    cmocka_unit_test(test_a_204_is_success_without_json),
	    cmocka_unit_test(test_an_invalid_request_never_leaves),
	    cmocka_unit_test(test_signed_requests_verify_and_are_scoped),
	    cmocka_unit_test(test_a_security_token_goes_along_and_is_signed),
	    cmocka_unit_test(test_a_post_without_fields_has_a_type_and_no_body),
	    cmocka_unit_test(test_creating_calls_get_the_enterprise_project_others_do_not),
	    cmocka_unit_test(test_nothing_configured_is_said_at_the_first_call),
	    cmocka_unit_test(test_retries_follow_the_policy),
	    cmocka_unit_test(test_the_service_says_how_long_to_wait),
	    cmocka_unit_test(test_a_retry_is_signed_with_a_new_date),
	    cmocka_unit_test(test_all_attempts_share_one_deadline),
	    cmocka_unit_test(test_a_trace_of_everything_shows_no_secret),
	    cmocka_unit_test(test_the_other_path_is_asked_once_where_the_first_is_not),
	};

	/* the retries' warnings are not of interest here */
	ccm_log_configure("warn", "/dev/null", NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
