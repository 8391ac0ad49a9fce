/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client_setup.h"
#include "core/clock.h"
#include "core/log.h"

#define ANSWER(status, body)             \
	{                                \
		status, NULL, body, 0, 1 \
	}
#define LIST ANSWER(200, "{\"total\":0,\"certificates\":[]}")
#define DENIED ANSWER(403, "{\"error\":{\"message\":\"no\",\"code\":403,\"title\":\"Forbidden\"}}")
#define REFUSED ANSWER(401, "{\"error_code\":\"APIGW.0301\",\"error_msg\":\"no\"}")
#define NO_CACHE "token_cache = no\n"

static char directory[64];

static int
set_up(void **state)
{
	(void)state;
	snprintf(directory, sizeof(directory), "/tmp/ccm-test-session.XXXXXX");
	if (mkdtemp(directory) == NULL)
		return -1;
	return setenv("XDG_RUNTIME_DIR", directory, 1);
}

static int
tear_down(void **state)
{
	char command[160];

	(void)state;
	snprintf(command, sizeof(command), "exec rm -rf %s", directory);
	ccm_clock_set_offset_ms(0);
	FILE *shell = popen(command, "r");

	return shell == NULL || pclose(shell) != 0;
}

/* A header of a request, "-" when it was not sent. */
static const char *
header(const struct test_client *test, size_t request, const char *name)
{
	static char value[8][200];
	static unsigned next;
	char *out = value[next++ % 8];

	if (!fake_request_header(&test->fake->requests[request], name, out, sizeof(value[0])))
		snprintf(out, sizeof(value[0]), "-");
	return out;
}

static void
test_requests_say_for_whom_they_are(void **state)
{
	static const struct {
		const char *config;
		struct fake_answer answers[4];
		size_t count;
		const char *first; /* request of a look-up, or NULL */
		const char *project, *domain;
	} cases[] = {
	    {"", {LIST}, 1, NULL, "-", "-"},
	    {"domain_id = d1\n", {LIST}, 1, NULL, "-", "d1"},
	    {"project_id = p1\ndomain_id = d1\n", {LIST}, 1, NULL, "p1", "d1"},
	    {"project_id = p1\nproject_name = n\nscope = project\n", {LIST}, 1, NULL, "p1", "-"},
	    {"scope = project\n",
		{ANSWER(200, "{\"projects\":[{\"id\":\"p2\",\"name\":\"eu-west-101\"}]}"), LIST}, 2,
		"GET https://iam.example.com/v3/projects?name=eu-west-101", "p2", "-"},
	    {"project_name = other\n",
		{ANSWER(200, "{\"projects\":[{\"id\":\"p0\",\"name\":\"eu-west-101\"},"
			     "{\"id\":\"p3\",\"name\":\"other\"}]}"),
		    LIST},
		2, "GET https://iam.example.com/v3/projects?name=other", "p3", "-"},
	    {"scope = domain\n",
		{ANSWER(200, "{\"domains\":[{\"id\":\"d2\",\"name\":\"corp\"}]}"), LIST}, 2,
		"GET https://iam.example.com/v3/auth/domains", "-", "d2"},
	    /* not told: temporary keys see no account, others may lack a permission */
	    {"scope = domain\nsecurity_token = st\n", {ANSWER(200, "{\"domains\":[]}"), LIST}, 2,
		"GET https://iam.example.com/v3/auth/domains", "-", "-"},
	    {"scope = domain\n", {DENIED, LIST}, 2, "GET https://iam.example.com/v3/auth/domains",
		"-", "-"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_buf config = {0};
		struct test_client test;
		char authorization[400];

		ccm_buf_printf(&config, NULL, TEST_CLOUD TEST_AKSK NO_CACHE "%s", cases[i].config);
		test_client_open(&test, ccm_buf_str(&config), cases[i].answers, cases[i].count);
		assert_true(test_client_call(&test, &ccm_pca_list_certificates, NULL));
		assert_int_equal(test.fake->request_count, cases[i].count);
		if (cases[i].first != NULL)
			assert_string_equal(test.fake->requests[0].line, cases[i].first);
		assert_string_equal(
		    header(&test, cases[i].count - 1, "X-Project-Id"), cases[i].project);
		assert_string_equal(
		    header(&test, cases[i].count - 1, "X-Domain-Id"), cases[i].domain);
		assert_true(fake_request_header(&test.fake->requests[cases[i].count - 1],
		    "Authorization", authorization, sizeof(authorization)));
		assert_int_equal(strstr(authorization, "x-project-id") != NULL,
		    strcmp(cases[i].project, "-") != 0);
		assert_int_equal(strstr(authorization, "x-domain-id") != NULL,
		    strcmp(cases[i].domain, "-") != 0);
		test_client_close(&test);
		ccm_buf_clear(&config);
	}
}

static void
test_a_project_that_cannot_be_told_is_an_error_with_its_remedy(void **state)
{
	static const struct {
		struct fake_answer answer;
		enum ccm_code code;
		const char *message;
	} cases[] = {
	    {ANSWER(200, "{\"projects\":[]}"), CCM_CONFIG,
		"looking up the id of the project eu-west-101: the account has no project named "
		"eu-west-101: set project_id or project_name in [auth]"},
	    {ANSWER(200, "{\"projects\":[{\"id\":\"a\",\"name\":\"eu-west-101\"},"
			 "{\"id\":\"b\",\"name\":\"eu-west-101\"}]}"),
		CCM_CONFIG, "2 projects are named eu-west-101: set project_id in [auth]"},
	    {ANSWER(200, "{}"), CCM_PROTOCOL, "projects"},
	    {DENIED, CCM_DENIED, "iam_list_projects: HTTP 403"},
	    {REFUSED, CCM_AUTH, "iam_list_projects: HTTP 401"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		const struct fake_answer answers[] = {cases[i].answer, LIST};
		struct test_client test;

		test_client_open(
		    &test, TEST_CLOUD TEST_AKSK NO_CACHE "scope = project\n", answers, 2);
		assert_false(test_client_call(&test, &ccm_pca_list_certificates, NULL));
		assert_int_equal(test.err.code, cases[i].code);
		assert_non_null(strstr(test.err.msg, cases[i].message));
		/* and it is not looped */
		assert_int_equal(test.fake->request_count, 1);
		if (cases[i].code == CCM_CONFIG) {
			assert_false(test_client_call(&test, &ccm_pca_list_certificates, NULL));
			assert_int_equal(test.fake->request_count, 1);
		}
		test_client_close(&test);
	}
}

static void
write_profile(const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/profile", directory);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fchmod(fileno(file), 0600), 0);
	fputs(text, file);
	fclose(file);
	setenv("HUAWEICLOUD_SDK_CREDENTIALS_FILE", path, 1);
}

static void
test_a_profile_says_where_iam_is_unless_the_configuration_does(void **state)
{
	static const struct fake_answer answers[] = {ANSWER(200, "{\"domains\":[]}"), LIST};
	static const struct {
		const char *config, *line;
	} cases[] = {
	    {"[cloud]\npca_endpoint = https://p\n[auth]\nscope = domain\n",
		"GET https://iam.of.profile/v3/auth/domains"},
	    {TEST_CLOUD "[auth]\nscope = domain\n", "GET https://iam.example.com/v3/auth/domains"},
	};

	(void)state;
	write_profile("[global]\nak = A\nsk = S\niam_endpoint = https://iam.of.profile\n");
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct test_client test;

		test_client_open(&test, cases[i].config, answers, 2);
		assert_true(test_client_call(&test, &ccm_pca_list_certificates, NULL));
		assert_string_equal(test.fake->requests[0].line, cases[i].line);
		test_client_close(&test);
	}
	unsetenv("HUAWEICLOUD_SDK_CREDENTIALS_FILE");
}

/* Another process, as it were. */
static void
call_once(const char *config, const struct fake_answer *answers, size_t count, size_t requests)
{
	struct test_client test;

	test_client_open(&test, config, answers, count);
	assert_true(test_client_call(&test, &ccm_pca_list_certificates, NULL));
	assert_int_equal(test.fake->request_count, requests);
	test_client_close(&test);
}

#define PASSWORD(word)                                                             \
	TEST_CLOUD "[auth]\nuser = alice\nuser_domain = account\npassword = " word \
		   "\ntoken_cache = yes\n"
#define LOGIN(token, expires)                                                    \
	{                                                                        \
		201, "X-Subject-Token: " token "\n",                             \
		    "{\"token\":{\"issued_at\":\"2026-01-01T00:00:00.000000Z\"," \
		    "\"expires_at\":\"" expires "\"}}",                          \
		    0, 1                                                         \
	}
#define DAY "2026-01-02T00:00:00.000000Z"

static void
test_processes_share_a_token(void **state)
{
	static const struct fake_answer first[] = {LOGIN("t1", DAY), LIST}, more[] = {LIST};
	struct test_client test;

	(void)state;
	call_once(PASSWORD("pw"), first, 2, 2);
	test_client_open(&test, PASSWORD("pw"), more, 1);
	assert_true(test_client_call(&test, &ccm_pca_list_certificates, NULL));
	assert_string_equal(header(&test, 0, "X-Auth-Token"), "t1");
	test_client_close(&test);
}

static void
test_a_token_is_for_who_got_it_and_where(void **state)
{
	static const struct fake_answer login[] = {LOGIN("t2", DAY), LIST};
	static const char *const others[] = {PASSWORD("other"), PASSWORD("pw") "project_id = p\n",
	    PASSWORD("pw") "domain_id = d\n", PASSWORD("pw") "scope = domain\n",
	    "[cloud]\niam_endpoint = https://iam2.example.com\npca_endpoint = https://p\n"
	    "[auth]\nuser = alice\nuser_domain = account\npassword = pw\n",
	    TEST_CLOUD "[auth]\nuser = bob\nuser_domain = account\npassword = pw\n"};

	(void)state;
	call_once(PASSWORD("pw"), login, 2, 2);
	for (size_t i = 0; i < CCM_COUNT(others); i++)
		call_once(others[i], login, 2, 2);
	/* the other password's token has taken the place */
	call_once(PASSWORD("pw"), login, 2, 2);
}

static void
test_a_shared_token_ends(void **state)
{
	static const struct fake_answer login[] = {LOGIN("t1", DAY), LIST};

	(void)state;
	call_once(PASSWORD("pw"), login, 2, 2);
	ccm_clock_set_offset_ms(INT64_C(23) * 3600 * 1000);
	call_once(PASSWORD("pw"), login + 1, 1, 1);
	ccm_clock_set_offset_ms(INT64_C(25) * 3600 * 1000);
	call_once(PASSWORD("pw"), login, 2, 2);
	/* a clock that goes back makes nothing live longer */
	ccm_clock_set_offset_ms(0);
	call_once(PASSWORD("pw"), login, 2, 2);
}

static void
test_a_shared_token_that_is_refused_is_replaced_for_all(void **state)
{
	static const struct fake_answer first[] = {LOGIN("t1", DAY), LIST};
	static const struct fake_answer again[] = {REFUSED, LOGIN("t2", DAY), LIST};
	struct test_client test;

	(void)state;
	call_once(PASSWORD("pw"), first, 2, 2);
	call_once(PASSWORD("pw"), again, 3, 3);
	test_client_open(&test, PASSWORD("pw"), first + 1, 1);
	assert_true(test_client_call(&test, &ccm_pca_list_certificates, NULL));
	assert_string_equal(header(&test, 0, "X-Auth-Token"), "t2");
	test_client_close(&test);
}

static void
test_a_refused_process_takes_what_another_has_got(void **state)
{
	static const struct fake_answer first[] = {LOGIN("t1", DAY), LIST, REFUSED, LIST};
	static const struct fake_answer other[] = {REFUSED, LOGIN("t2", DAY), LIST};
	struct test_client test;

	(void)state;
	test_client_open(&test, PASSWORD("pw"), first, CCM_COUNT(first));
	assert_true(test_client_call(&test, &ccm_pca_list_certificates, NULL));
	call_once(PASSWORD("pw"), other, 3, 3);
	assert_true(test_client_call(&test, &ccm_pca_list_certificates, NULL));
	assert_string_equal(header(&test, 3, "X-Auth-Token"), "t2");
	test_client_close(&test);
}

static void
test_two_refusals_end_it(void **state)
{
	static const struct fake_answer first[] = {LOGIN("t1", DAY), LIST};
	static const struct fake_answer again[] = {REFUSED, LOGIN("t2", DAY), REFUSED, LIST};
	struct test_client test;

	(void)state;
	call_once(PASSWORD("pw"), first, 2, 2);
	test_client_open(&test, PASSWORD("pw"), again, CCM_COUNT(again));
	assert_false(test_client_call(&test, &ccm_pca_list_certificates, NULL));
	assert_int_equal(test.err.code, CCM_AUTH);
	assert_int_equal(test.fake->request_count, 3);
	test_client_close(&test);
}

static void
test_token_cache_can_be_turned_off(void **state)
{
	static const struct fake_answer login[] = {LOGIN("t1", DAY), LIST};

	(void)state;
	for (int i = 0; i < 2; i++)
		call_once(TEST_CLOUD TEST_PASSWORD, login, 2, 2);
}

static void
test_ids_are_looked_up_once(void **state)
{
	static const struct fake_answer first[] = {
	    ANSWER(200, "{\"projects\":[{\"id\":\"p2\",\"name\":\"eu-west-101\"}]}"), LIST};
	struct test_client test;

	(void)state;
	call_once(TEST_CLOUD TEST_AKSK "scope = project\n", first, 2, 2);
	test_client_open(&test, TEST_CLOUD TEST_AKSK "scope = project\n", first + 1, 1);
	assert_true(test_client_call(&test, &ccm_pca_list_certificates, NULL));
	assert_string_equal(header(&test, 0, "X-Project-Id"), "p2");
	test_client_close(&test);
	ccm_clock_set_offset_ms(INT64_C(25) * 3600 * 1000);
	call_once(TEST_CLOUD TEST_AKSK "scope = project\n", first, 2, 2);
}

/* The old token lives for minutes more: that a new one cannot be had is no reason to fail. */
static void
test_a_renewal_that_fails_leaves_the_old_session(void **state)
{
	static const struct fake_answer answers[] = {
	    LOGIN("t1", "2026-01-01T00:00:00.300000Z"), LIST, ANSWER(403, "{}"), LIST, LIST};
	struct test_client test;
	int64_t half;

	(void)state;
	test_client_open(&test, TEST_CLOUD TEST_PASSWORD, answers, CCM_COUNT(answers));
	half = ccm_clock_monotonic_ms() + 150;
	assert_true(test_client_call(&test, &ccm_pca_list_certificates, NULL));
	while (ccm_clock_monotonic_ms() <= half)
		;
	if (ccm_clock_monotonic_ms() < half + 100) { /* else the machine was too busy */
		assert_true(test_client_call(&test, &ccm_pca_list_certificates, NULL));
		assert_int_equal(test.fake->request_count, 4);
		assert_string_equal(header(&test, 3, "X-Auth-Token"), "t1");
	}
	test_client_close(&test);
}

static void
test_a_body_over_12_mb_is_not_signed(void **state)
{
	static const struct fake_answer answers[] = {ANSWER(200, "{\"x\":\"y\"}")};
	static const struct ccm_field fields[] = {{.name = "text", .type = CCM_FIELD_STRING}};
	static const struct ccm_operation op = {.id = "op",
	    .service = CCM_PCA,
	    .method = "POST",
	    .path = "/op",
	    .fields = fields,
	    .field_count = 1,
	    .body_required = true,
	    .success = 200};
	size_t size = 12 * 1024 * 1024;
	struct ccm_json *request = ccm_json_new_object(NULL);
	char *text = ccm_alloc(size + 1, NULL);
	struct test_client test;

	(void)state;
	memset(text, 'x', size);
	assert_true(ccm_json_add_string(request, "text", text, NULL));
	test_client_open(&test, TEST_CLOUD TEST_AKSK, answers, 1);
	assert_false(ccm_client_call(test.client, &op, request, NULL, &test.err));
	assert_int_equal(test.fake->request_count, 0);
	assert_int_equal(test.err.code, CCM_USAGE);
	assert_non_null(
	    strstr(test.err.msg, "requests that an access key signs may have 12582912"));
	assert_non_null(strstr(test.err.msg, "with a token"));
	test_client_close(&test);
	ccm_json_free(request);
	ccm_free(text);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_requests_say_for_whom_they_are),
	    TEST(test_a_project_that_cannot_be_told_is_an_error_with_its_remedy),
	    TEST(test_a_profile_says_where_iam_is_unless_the_configuration_does),
	    TEST(test_processes_share_a_token),
	    TEST(test_a_token_is_for_who_got_it_and_where),
	    TEST(test_a_shared_token_ends),
	    TEST(test_a_shared_token_that_is_refused_is_replaced_for_all),
	    TEST(test_a_refused_process_takes_what_another_has_got),
	    TEST(test_two_refusals_end_it),
	    TEST(test_token_cache_can_be_turned_off),
	    TEST(test_ids_are_looked_up_once),
	    TEST(test_a_renewal_that_fails_leaves_the_old_session),
	    TEST(test_a_body_over_12_mb_is_not_signed),
	};

	ccm_log_configure("error", "/dev/null", NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
