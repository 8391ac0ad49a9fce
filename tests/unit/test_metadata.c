/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client_setup.h"
#include "cloud/auth_metadata.h"
#include "core/clock.h"
#include "core/log.h"

#define ENDPOINT "http://169.254.169.254"
#define PUT "PUT " ENDPOINT "/meta-data/latest/api/token"
#define GET "GET " ENDPOINT "/openstack/latest/securitykey"

#define ANSWER(status, body)             \
	{                                \
		status, NULL, body, 0, 1 \
	}
#define KEYS(access, expires)                                                      \
	ANSWER(200, "{\"credential\":{\"access\":\"" access "\",\"secret\":\"S\"," \
		    "\"securitytoken\":\"T\",\"expires_at\":\"" expires "\"}}")
#define LATER "2099-01-01T00:00:00.000000Z"
#define NO_AGENCY "{\"message\":\"Please configure Cloud Service Agency first\"}"

static void
assert_lines(const struct fake_http *fake, const char *const *want)
{
	size_t count = 0;

	for (; want[count] != NULL; count++) {
		assert_true(count < fake->request_count);
		assert_string_equal(fake->requests[count].line, want[count]);
	}
	assert_int_equal(fake->request_count, count);
}

static bool
fetch(struct ccm_metadata *metadata, struct ccm_credentials *out, struct ccm_error *err)
{
	int64_t lifetime;

	ccm_credentials_clear(out);
	ccm_error_clear(err);
	return ccm_metadata_fetch(metadata, ccm_clock_monotonic_ms() + 30000, out, &lifetime, err);
}

static void
test_what_the_service_answers_decides_the_mode(void **state)
{
	static const struct {
		struct fake_answer answers[5];
		const char *lines[5];
		enum ccm_code code; /* CCM_OK: there are keys */
		const char *message;
	} cases[] = {
	    {{ANSWER(200, "tok\n"), KEYS("A", LATER)}, {PUT, GET}, CCM_OK, NULL},
	    {{ANSWER(404, ""), KEYS("A", LATER)}, {PUT, GET}, CCM_OK, NULL},
	    {{ANSWER(405, ""), KEYS("A", LATER)}, {PUT, GET}, CCM_OK, NULL},
	    {{ANSWER(503, ""), KEYS("A", LATER)}, {PUT, GET}, CCM_OK, NULL},
	    {{ANSWER(500, "broken")}, {PUT}, CCM_AUTH, "no metadata token: HTTP 500: broken"},
	    {{ANSWER(403, "")}, {PUT}, CCM_AUTH, "no metadata token: HTTP 403"},
	    {{ANSWER(200, "\n")}, {PUT}, CCM_PROTOCOL, "an empty metadata token"},
	    {{ANSWER(200, "tok\r\nX-Other: 1\r\n")}, {PUT}, CCM_PROTOCOL,
		"a metadata token that is not a word"},
	    {{{0, NULL, NULL, CCM_TIMEOUT, false}}, {PUT}, CCM_TIMEOUT, "canned failure"},
	    /* asked for after all */
	    {{ANSWER(404, ""), ANSWER(401, ""), ANSWER(200, "tok"), KEYS("A", LATER)},
		{PUT, GET, PUT, GET}, CCM_OK, NULL},
	    {{ANSWER(200, "old"), ANSWER(401, ""), ANSWER(200, "tok"), KEYS("A", LATER)},
		{PUT, GET, PUT, GET}, CCM_OK, NULL},
	    {{ANSWER(404, ""), ANSWER(401, ""), ANSWER(404, "")}, {PUT, GET, PUT}, CCM_AUTH,
		"no metadata token: HTTP 404"},
	    {{ANSWER(200, "tok"), ANSWER(401, ""), ANSWER(200, "new"), ANSWER(401, "again")},
		{PUT, GET, PUT, GET}, CCM_AUTH, "no keys of an agency: HTTP 401: again"},
	    /* not a matter of tokens */
	    {{ANSWER(200, "tok"), ANSWER(401, NO_AGENCY)}, {PUT, GET}, CCM_AUTH,
		"this ECS has no agency to get keys of: bind one"},
	    {{ANSWER(200, "tok"), ANSWER(404, "")}, {PUT, GET}, CCM_AUTH, "HTTP 404"},
	    /* answers that are none */
	    {{ANSWER(404, ""), ANSWER(200, "<html>")}, {PUT, GET}, CCM_PROTOCOL, "JSON"},
	    {{ANSWER(404, ""), ANSWER(200, "{\"credential\":{\"access\":\"A\"}}")}, {PUT, GET},
		CCM_PROTOCOL, "credential.secret"},
	    {{ANSWER(404, ""), KEYS("A", "soon")}, {PUT, GET}, CCM_PROTOCOL,
		"credential.expires_at: \"soon\" is no time"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct fake_http *fake = fake_http_new(cases[i].answers, 5);
		struct ccm_metadata metadata = {.http = &fake->base, .endpoint = ENDPOINT};
		struct ccm_credentials got = {0};
		struct ccm_error err = {0};

		assert_int_equal(fetch(&metadata, &got, &err), cases[i].code == CCM_OK);
		assert_int_equal(err.code, cases[i].code);
		assert_lines(fake, cases[i].lines);
		if (cases[i].message != NULL)
			assert_non_null(strstr(err.msg, cases[i].message));
		else
			assert_string_equal(got.security_token, "T");
		ccm_credentials_clear(&got);
		ccm_metadata_clear(&metadata);
		ccm_http_free(&fake->base);
	}
}

static void
test_a_token_is_kept_and_its_lack_remembered(void **state)
{
	static const struct fake_answer with[] = {
	    ANSWER(200, "tok"), KEYS("A", LATER), KEYS("B", LATER)};
	static const struct fake_answer without[] = {
	    ANSWER(405, ""), KEYS("A", LATER), KEYS("B", LATER)};
	const struct {
		const struct fake_answer *answers;
		const char *token;
	} cases[] = {{with, "tok"}, {without, NULL}};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct fake_http *fake = fake_http_new(cases[i].answers, 3);
		struct ccm_metadata metadata = {.http = &fake->base, .endpoint = ENDPOINT};
		struct ccm_credentials got = {0};
		struct ccm_error err = {0};
		char value[40] = "";

		assert_true(fetch(&metadata, &got, &err) && fetch(&metadata, &got, &err));
		assert_string_equal(got.access_key, "B");
		assert_lines(fake, (const char *const[]){PUT, GET, GET, NULL});
		assert_true(fake_request_header(
		    &fake->requests[0], "X-Metadata-Token-Ttl-Seconds", value, sizeof(value)));
		assert_string_equal(value, "21600");
		assert_int_equal(fake_request_header(
				     &fake->requests[2], "X-Metadata-Token", value, sizeof(value)),
		    cases[i].token != NULL);
		if (cases[i].token != NULL)
			assert_string_equal(value, cases[i].token);
		ccm_credentials_clear(&got);
		ccm_metadata_clear(&metadata);
		ccm_http_free(&fake->base);
	}
}

static void
test_each_exchange_has_three_seconds(void **state)
{
	static const struct fake_answer answers[] = {ANSWER(200, "tok"), KEYS("A", LATER)};
	struct fake_http *fake = fake_http_new(answers, 2);
	struct ccm_metadata metadata = {.http = &fake->base, .endpoint = ENDPOINT};
	int64_t before = ccm_clock_monotonic_ms(), left;
	struct ccm_credentials got = {0};
	struct ccm_error err = {0};

	(void)state;
	assert_true(fetch(&metadata, &got, &err));
	for (size_t i = 0; i < 2; i++) {
		left = fake->requests[i].deadline_ms - before;
		assert_in_range(left, 3000, 3000 + ccm_clock_monotonic_ms() - before);
	}
	ccm_credentials_clear(&got);
	ccm_metadata_clear(&metadata);
	ccm_http_free(&fake->base);
}

#define CONFIG TEST_CLOUD "[auth]\nmethod = metadata\n"
#define LIST ANSWER(200, "{\"total\":0,\"certificates\":[]}")

/* An end so many minutes from now. */
static const char *
keys_for(const char *access, int minutes, char out[static 256])
{
	char end[28];

	ccm_clock_iso8601(ccm_clock_now_ms() + minutes * INT64_C(60000), end);
	snprintf(out, 256,
	    "{\"credential\":{\"access\":\"%s\",\"secret\":\"S\",\"securitytoken\":\"T\","
	    "\"expires_at\":\"%s\"}}",
	    access, end);
	return out;
}

static void
assert_signed_by(const struct fake_request *request, const char *access_key)
{
	char value[400], want[80];

	assert_true(fake_request_header(request, "Authorization", value, sizeof(value)));
	snprintf(want, sizeof(want), "Access=%s,", access_key);
	assert_non_null(strstr(value, want));
	assert_non_null(strstr(value, "x-security-token"));
	assert_true(fake_request_header(request, "X-Security-Token", value, sizeof(value)));
	assert_string_equal(value, "T");
}

static void
test_keys_serve_many_calls(void **state)
{
	char body[256];
	const struct fake_answer answers[] = {
	    ANSWER(404, ""), ANSWER(200, keys_for("A", 60, body)), LIST, LIST};
	struct test_client test;

	(void)state;
	test_client_open(&test, CONFIG, answers, CCM_COUNT(answers));
	assert_true(test_client_call(&test, &ccm_pca_list_certificates, NULL));
	assert_true(test_client_call(&test, &ccm_pca_list_certificates, NULL));
	assert_int_equal(test.fake->request_count, 4);
	assert_signed_by(&test.fake->requests[2], "A");
	assert_signed_by(&test.fake->requests[3], "A");
	test_client_close(&test);
}

/* With 0 minutes left there is nothing to fall back on; the keys in hand are tried all the same. */
static void
test_keys_at_their_end_are_fetched_anew(void **state)
{
	char old[256], young[256];
	const struct fake_answer answers[] = {ANSWER(404, ""), ANSWER(200, keys_for("A", 0, old)),
	    LIST, ANSWER(200, keys_for("B", 60, young)), LIST};
	struct test_client test;

	(void)state;
	test_client_open(&test, CONFIG, answers, CCM_COUNT(answers));
	assert_true(test_client_call(&test, &ccm_pca_list_certificates, NULL));
	assert_true(test_client_call(&test, &ccm_pca_list_certificates, NULL));
	assert_signed_by(&test.fake->requests[4], "B");
	test_client_close(&test);
}

static void
test_no_metadata_service_is_looked_for_once_a_minute(void **state)
{
	static const struct fake_answer answers[] = {
	    {0, NULL, NULL, CCM_NETWORK, false}, ANSWER(404, ""), LIST};
	struct test_client test;

	(void)state;
	setenv("HOME", "/nonexistent", 1);
	test_client_open(&test, TEST_CLOUD, answers, CCM_COUNT(answers));
	for (int i = 0; i < 2; i++) {
		assert_false(test_client_call(&test, &ccm_pca_list_certificates, NULL));
		assert_int_equal(test.err.code, CCM_CONFIG);
		assert_non_null(strstr(test.err.msg,
		    "no credentials: [auth] has neither token, nor access_key, nor user, neither "
		    "the environment nor a profile file has any, and there are none at the "
		    "metadata service http://169.254.169.254: canned failure"));
	}
	assert_non_null(strstr(test.err.msg, "not tried again for "));
	assert_int_equal(test.fake->request_count, 1);
	test_client_close(&test);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_the_service_answers_decides_the_mode),
	    cmocka_unit_test(test_a_token_is_kept_and_its_lack_remembered),
	    cmocka_unit_test(test_each_exchange_has_three_seconds),
	    cmocka_unit_test(test_keys_serve_many_calls),
	    cmocka_unit_test(test_keys_at_their_end_are_fetched_anew),
	    cmocka_unit_test(test_no_metadata_service_is_looked_for_once_a_minute),
	};

	ccm_log_configure("error", "/dev/null", NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
