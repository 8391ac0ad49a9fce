/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "client_setup.h"
#include "cloud/auth.h"
#include "core/clock.h"
#include "core/log.h"

#define LIST                                                                 \
	{                                                                    \
		200, NULL, "{\"total\":0,\"certificates\":[]}", CCM_OK, true \
	}
#define LOGIN(token, issued, expires)                                                            \
	{                                                                                        \
		201, "X-Subject-Token: " token "\n",                                             \
		    "{\"token\":{\"issued_at\":\"" issued "\",\"expires_at\":\"" expires "\"}}", \
		    CCM_OK, true                                                                 \
	}
#define DAY_LOGIN(token) LOGIN(token, "2026-01-01T00:00:00.000000Z", "2026-01-02T00:00:00.000000Z")
#define REFUSED(code)                                                                         \
	{                                                                                     \
		401, NULL, "{\"error_code\":\"" code "\",\"error_msg\":\"no\"}", CCM_OK, true \
	}
#define WRONG_PASSWORD                                                                             \
	{                                                                                          \
		401, NULL,                                                                         \
		    "{\"error\":{\"code\":401,\"message\":\"The username or password is wrong.\"," \
		    "\"title\":\"Unauthorized\"}}",                                                \
		    CCM_OK, true                                                                   \
	}

#define OPEN(test, config, answers) test_client_open(test, config, answers, CCM_COUNT(answers))

static bool
list(struct test_client *test)
{
	return test_client_call(test, &ccm_pca_list_certificates, NULL);
}

static void
assert_token(const struct test_client *test, size_t request, const char *want)
{
	char value[80];

	assert_true(fake_request_header(
	    &test->fake->requests[request], "X-Auth-Token", value, sizeof(value)));
	assert_string_equal(value, want);
	assert_false(fake_request_header(
	    &test->fake->requests[request], "Authorization", value, sizeof(value)));
}

static void
test_a_given_token_is_sent_as_it_is(void **state)
{
	static const struct fake_answer answers[] = {LIST};
	struct test_client test;

	(void)state;
	OPEN(&test, TEST_CLOUD "[auth]\ntoken = given\n", answers);
	assert_true(list(&test));
	assert_token(&test, 0, "given");
	test_client_close(&test);
}

static void
test_a_given_token_that_is_refused_is_not_replaced(void **state)
{
	static const struct fake_answer answers[] = {REFUSED("APIGW.0307"), LIST};
	struct test_client test;

	(void)state;
	OPEN(&test, TEST_CLOUD "[auth]\ntoken = given\n", answers);
	assert_false(list(&test));
	assert_int_equal(test.err.code, CCM_AUTH);
	assert_int_equal(test.fake->request_count, 1);
	test_client_close(&test);
}

static void
test_one_login_serves_many_calls(void **state)
{
	static const struct fake_answer answers[] = {DAY_LOGIN("t1"), LIST, LIST};
	struct test_client test;
	char value[80];

	(void)state;
	OPEN(&test, TEST_CLOUD TEST_PASSWORD, answers);
	assert_true(list(&test));
	assert_true(list(&test));
	assert_int_equal(test.fake->request_count, 3);
	assert_string_equal(test.fake->requests[0].line,
	    "POST https://iam.example.com/v3/auth/tokens?nocatalog=true");
	assert_string_equal(test.fake->requests[0].body,
	    "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{\"name\":"
	    "\"alice\",\"password\":\"the-password\",\"domain\":{\"name\":\"account\"}}}},"
	    "\"scope\":{\"project\":{\"name\":\"eu-west-101\"}}}}");
	assert_false(
	    fake_request_header(&test.fake->requests[0], "X-Auth-Token", value, sizeof(value)));
	assert_token(&test, 1, "t1");
	assert_token(&test, 2, "t1");
	test_client_close(&test);
}

static void
test_the_scope_is_the_first_that_is_configured(void **state)
{
	static const struct {
		const char *config, *scope;
	} cases[] = {
	    {"", "\"scope\":{\"project\":{\"name\":\"eu-west-101\"}}"},
	    {"domain_id = d1\n", "\"scope\":{\"domain\":{\"id\":\"d1\"}}"},
	    {"domain_id = d1\nproject_name = pn\n", "\"scope\":{\"project\":{\"name\":\"pn\"}}"},
	    {"project_name = pn\nproject_id = p1\n", "\"scope\":{\"project\":{\"id\":\"p1\"}}"},
	    {"domain_id = d1\nscope = project\n",
		"\"scope\":{\"project\":{\"name\":\"eu-west-101\"}}"},
	    {"domain_id = d1\nproject_id = p1\nscope = domain\n",
		"\"scope\":{\"domain\":{\"id\":\"d1\"}}"},
	    {"project_id = p1\nscope = domain\n", "\"scope\":{\"domain\":{\"name\":\"account\"}}"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_buf text = {0}, body = {0};
		struct ccm_config *config;
		struct ccm_json *request;

		assert_true(ccm_buf_printf(&text, NULL, TEST_PASSWORD "%s", cases[i].config));
		config = ccm_config_parse("test.conf", ccm_buf_span(&text), NULL);
		assert_non_null(config);
		request = ccm_login_request(&config->auth, config->cloud.region, NULL);
		assert_true(ccm_operation_validate(&ccm_iam_create_token, request, NULL));
		assert_true(ccm_json_print(request, false, &body, NULL));
		assert_non_null(strstr(ccm_buf_str(&body), cases[i].scope));
		ccm_json_free(request);
		ccm_config_free(config);
		ccm_buf_clear(&text);
		ccm_buf_clear(&body);
	}
}

/* Its margin before the end is half of its life at most, so this one is renewed after 30 minutes.
 */
static void
test_the_life_of_a_token_does_not_depend_on_this_clock(void **state)
{
	static const struct fake_answer answers[] = {
	    LOGIN("t1", "2026-01-01T00:00:00.000000Z", "2026-01-01T00:08:00.000000Z"), LIST, LIST};
	struct test_client test;

	(void)state;
	OPEN(&test, TEST_CLOUD TEST_PASSWORD, answers);
	assert_true(list(&test));
	ccm_clock_set_offset_ms(INT64_C(7) * 24 * 3600 * 1000);
	assert_true(list(&test));
	ccm_clock_set_offset_ms(0);
	assert_int_equal(test.fake->request_count, 3);
	test_client_close(&test);
}

static void
test_a_token_at_its_end_is_replaced(void **state)
{
	static const struct fake_answer answers[] = {
	    LOGIN("t1", "2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:00.000000Z"), LIST,
	    DAY_LOGIN("t2"), LIST};
	struct test_client test;

	(void)state;
	OPEN(&test, TEST_CLOUD TEST_PASSWORD, answers);
	assert_true(list(&test));
	assert_true(list(&test));
	assert_token(&test, 1, "t1");
	assert_token(&test, 3, "t2");
	test_client_close(&test);
}

static void
test_a_refused_token_is_replaced_once(void **state)
{
	static const char *const codes[] = {"APIGW.0301", "APIG.0307", "PCA.00010001"};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(codes); i++) {
		struct fake_answer answers[] = {
		    DAY_LOGIN("t1"), REFUSED("?"), DAY_LOGIN("t2"), LIST};
		char body[80];
		struct test_client test;

		snprintf(
		    body, sizeof(body), "{\"error_code\":\"%s\",\"error_msg\":\"no\"}", codes[i]);
		answers[1].body = body;
		OPEN(&test, TEST_CLOUD TEST_PASSWORD, answers);
		assert_true(list(&test));
		assert_int_equal(test.fake->request_count, 4);
		assert_int_equal(test.fake->wait_count, 0);
		assert_token(&test, 1, "t1");
		assert_token(&test, 3, "t2");
		test_client_close(&test);
	}
}

static void
test_a_creating_call_is_sent_again_after_a_new_login(void **state)
{
	static const struct fake_answer answers[] = {DAY_LOGIN("t1"), REFUSED("APIGW.0307"),
	    DAY_LOGIN("t2"), {200, NULL, "{\"certificate_id\":\"x\"}", CCM_OK, true}};
	struct test_client test;

	(void)state;
	OPEN(&test, TEST_CLOUD TEST_PASSWORD, answers);
	assert_true(test_client_call(&test, &ccm_pca_create_certificate,
	    "{\"issuer_id\":\"" TEST_ID "\",\"distinguished_name\":{\"common_name\":\"x\"},"
	    "\"validity\":{\"type\":\"DAY\",\"value\":1}}"));
	test_client_close(&test);
}

static void
test_a_second_refusal_ends_the_call(void **state)
{
	static const struct fake_answer answers[] = {DAY_LOGIN("t1"), REFUSED("APIGW.0307"),
	    DAY_LOGIN("t2"), REFUSED("APIGW.0307"), DAY_LOGIN("t3"), LIST};
	struct test_client test;

	(void)state;
	OPEN(&test, TEST_CLOUD TEST_PASSWORD, answers);
	assert_false(list(&test));
	assert_int_equal(test.err.code, CCM_AUTH);
	assert_int_equal(test.fake->request_count, 4);
	test_client_close(&test);
}

static void
test_an_account_that_is_frozen_is_no_reason_to_log_in_again(void **state)
{
	static const struct fake_answer answers[] = {
	    DAY_LOGIN("t1"), REFUSED("PCA.00010002"), LIST};
	struct test_client test;

	(void)state;
	OPEN(&test, TEST_CLOUD TEST_PASSWORD, answers);
	assert_false(list(&test));
	assert_int_equal(test.err.code, CCM_DENIED);
	assert_int_equal(test.fake->request_count, 2);
	test_client_close(&test);
}

static void
test_a_refused_login_is_not_repeated(void **state)
{
	static const struct fake_answer answers[] = {WRONG_PASSWORD, DAY_LOGIN("t1"), LIST};
	struct test_client test;

	(void)state;
	OPEN(&test, TEST_CLOUD TEST_PASSWORD, answers);
	assert_false(list(&test));
	assert_int_equal(test.err.code, CCM_AUTH);
	assert_string_equal(test.err.msg,
	    "pca_list_certificates: logging in as alice: iam_create_token: HTTP 401: The username "
	    "or password is wrong");
	assert_false(list(&test));
	assert_int_equal(test.err.code, CCM_AUTH);
	assert_int_equal(test.err.http_status, 401);
	assert_non_null(strstr(test.err.msg, "not tried again for "));
	assert_int_equal(test.fake->request_count, 1);
	test_client_close(&test);
}

static void
test_a_login_that_failed_on_the_way_is_tried_again(void **state)
{
	static const struct fake_answer answers[] = {{0, NULL, NULL, CCM_NETWORK, true},
	    {503, NULL, NULL, CCM_OK, true}, DAY_LOGIN("t1"), LIST};
	struct test_client test;

	(void)state;
	OPEN(&test, TEST_CLOUD TEST_PASSWORD, answers);
	assert_true(list(&test));
	assert_int_equal(test.fake->wait_count, 2);
	test_client_close(&test);
}

static void
test_a_login_out_of_reach_has_one_budget_of_retries(void **state)
{
	static const struct fake_answer answers[] = {{0, NULL, NULL, CCM_NETWORK, false},
	    {0, NULL, NULL, CCM_NETWORK, false}, {0, NULL, NULL, CCM_NETWORK, false},
	    {0, NULL, NULL, CCM_NETWORK, false}, DAY_LOGIN("t1"), LIST};
	struct test_client test;

	(void)state;
	OPEN(&test, TEST_CLOUD TEST_PASSWORD, answers);
	assert_false(list(&test));
	assert_int_equal(test.err.code, CCM_NETWORK);
	assert_int_equal(test.fake->request_count, 4);
	assert_true(list(&test));
	test_client_close(&test);
}

static void
test_a_login_without_token_is_refused(void **state)
{
	static const struct fake_answer answers[] = {
	    {201, NULL, "{\"token\":{}}", CCM_OK, true}, LIST};
	struct test_client test;

	(void)state;
	OPEN(&test, TEST_CLOUD TEST_PASSWORD, answers);
	assert_false(list(&test));
	assert_int_equal(test.err.code, CCM_PROTOCOL);
	assert_non_null(strstr(test.err.msg, "an answer without X-Subject-Token"));
	test_client_close(&test);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_given_token_is_sent_as_it_is),
	    cmocka_unit_test(test_a_given_token_that_is_refused_is_not_replaced),
	    cmocka_unit_test(test_one_login_serves_many_calls),
	    cmocka_unit_test(test_the_scope_is_the_first_that_is_configured),
	    cmocka_unit_test(test_the_life_of_a_token_does_not_depend_on_this_clock),
	    cmocka_unit_test(test_a_token_at_its_end_is_replaced),
	    cmocka_unit_test(test_a_refused_token_is_replaced_once),
	    cmocka_unit_test(test_a_creating_call_is_sent_again_after_a_new_login),
	    cmocka_unit_test(test_a_second_refusal_ends_the_call),
	    cmocka_unit_test(test_an_account_that_is_frozen_is_no_reason_to_log_in_again),
	    cmocka_unit_test(test_a_refused_login_is_not_repeated),
	    cmocka_unit_test(test_a_login_that_failed_on_the_way_is_tried_again),
	    cmocka_unit_test(test_a_login_out_of_reach_has_one_budget_of_retries),
	    cmocka_unit_test(test_a_login_without_token_is_refused),
	};

	ccm_log_configure("error", "/dev/null", NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
