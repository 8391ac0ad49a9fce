/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "emu/gate.h"

#define MINUTE (60 * INT64_C(1000))
#define NOW INT64_C(1700000000000)

static void
test_authorization_is_taken_apart(void **state)
{
	char good[] = "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=abc";
	char tight[] = "SDK-HMAC-SM3 Access=AK,SignedHeaders=x,Signature=abc";
	struct ccm_emu_authorization got;

	(void)state;
	assert_true(ccm_emu_authorization_parse(good, &got));
	assert_int_equal(got.algorithm, CCM_SIGN_SHA256);
	assert_string_equal(got.access_key, "AK");
	assert_string_equal(got.signed_headers, "host;x-sdk-date");
	assert_string_equal(got.signature, "abc");
	assert_true(ccm_emu_authorization_parse(tight, &got));
	assert_int_equal(got.algorithm, CCM_SIGN_SM3);
	assert_string_equal(got.signed_headers, "x");
}

static void
test_malformed_authorization_is_refused(void **state)
{
	static const char *const cases[] = {"", "SDK-HMAC-SHA256", "SDK-HMAC-SHA256 ",
	    "SDK-HMAC-SHA256 Access=AK", "SDK-HMAC-SHA256 Access=AK, Signature=abc",
	    "SDK-HMAC-SHA256, Access=AK, SignedHeaders=x, Signature=abc",
	    "SDK-HMAC-SHA256 SignedHeaders=x, Access=AK, Signature=abc",
	    "SDK-HMAC-MD5 Access=AK, SignedHeaders=x, Signature=abc",
	    "V11-HMAC-SHA256 Credential=AK/x, SignedHeaders=x, Signature=abc", "Bearer abc"};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_emu_authorization got;
		char copy[128];

		snprintf(copy, sizeof(copy), "%s", cases[i]);
		assert_false(ccm_emu_authorization_parse(copy, &got));
	}
}

static void
test_credentials_are_parsed(void **state)
{
	static const char *const bad_keys[] = {"", "a", ":", "a:", ":b"};
	static const char *const bad_users[] = {"", "a", "a:b", "a:b:", ":b:c", "a::c", "::"};
	struct ccm_emu_gate gate;

	(void)state;
	ccm_emu_gate_init(&gate);
	for (size_t i = 0; i < CCM_COUNT(bad_keys); i++)
		assert_false(ccm_emu_gate_add_key(&gate, bad_keys[i], NULL));
	for (size_t i = 0; i < CCM_COUNT(bad_users); i++)
		assert_false(ccm_emu_gate_add_user(&gate, bad_users[i], NULL));
	assert_int_equal(gate.key_count + gate.user_count, 0);
	assert_true(ccm_emu_gate_add_key(&gate, "ak:s:k", NULL));
	assert_string_equal(gate.keys[0].secret, "s:k");
	assert_true(ccm_emu_gate_add_user(&gate, "me:p:w:corp", NULL));
	assert_string_equal(gate.users[0].password, "p:w");
	assert_string_equal(gate.users[0].domain, "corp");
	ccm_emu_gate_clear(&gate);
}

/* A request signed by the client's signer, sent at a time and judged at another. */
struct attempt {
	const char *secret;
	int64_t signed_at, judged_at;
};

static bool
admit(struct ccm_emu_gate *gate, struct attempt attempt, struct ccm_error *err)
{
	char date[17];
	struct ccm_header headers[] = {
	    {"X-Sdk-Date", date}, {"Host", "127.0.0.1:1"}, {"Authorization", ""}};
	struct ccm_sign_input input = {.access_key = "AK",
	    .secret_key = attempt.secret,
	    .method = "GET",
	    .host = "127.0.0.1:1",
	    .path = "/v1/x",
	    .headers = headers,
	    .header_count = 1};
	struct ccm_emu_request request = {.method = "GET",
	    .target = "/v1/x",
	    .headers = headers,
	    .header_count = CCM_COUNT(headers)};
	struct ccm_signature signature;
	bool ok;

	ccm_clock_sdk_date(attempt.signed_at, date);
	assert_true(ccm_sign(&input, &signature, NULL));
	headers[2].value = signature.authorization;
	assert_true(ccm_emu_request_parse(&request, NULL));
	ccm_error_clear(err);
	ok = ccm_emu_gate_admit(gate, NULL, &request, attempt.judged_at, err);
	ccm_emu_request_clear(&request);
	ccm_signature_clear(&signature);
	return ok;
}

static void
test_the_clock_may_be_fifteen_minutes_off(void **state)
{
	static const struct {
		int64_t off;
		bool admitted;
	} cases[] = {{0, true}, {15 * MINUTE, true}, {-15 * MINUTE, true},
	    {15 * MINUTE + 1000, false}, {-15 * MINUTE - 1000, false}};
	struct ccm_error err = {0};
	struct ccm_emu_gate gate;

	(void)state;
	ccm_emu_gate_init(&gate);
	assert_true(ccm_emu_gate_add_key(&gate, "AK:SK", NULL));
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct attempt attempt = {"SK", NOW + cases[i].off, NOW};

		assert_int_equal(admit(&gate, attempt, &err), cases[i].admitted);
	}
	assert_string_equal(err.msg,
	    "Incorrect IAM authentication information: signature expired, "
	    "signature time:20231114T215819Z,server time:20231114T221320Z");
	assert_int_equal(err.http_status, 401);
	assert_string_equal(err.api_code, "APIGW.0301");
	ccm_emu_gate_clear(&gate);
}

static void
test_a_key_is_locked_for_five_minutes_after_six_failures(void **state)
{
	const struct attempt good = {"SK", NOW, NOW}, bad = {"no", NOW, NOW};
	struct ccm_error err = {0};
	struct ccm_emu_gate gate;

	(void)state;
	ccm_emu_gate_init(&gate);
	assert_true(ccm_emu_gate_add_key(&gate, "AK:SK", NULL));
	for (int i = 0; i < 5; i++)
		assert_false(admit(&gate, bad, &err));
	assert_true(admit(&gate, good, &err));
	for (int i = 0; i < 6; i++)
		assert_false(admit(&gate, bad, &err));
	assert_non_null(strstr(err.msg, "verify aksk signature fail"));
	assert_false(admit(&gate, good, &err));
	assert_non_null(strstr(err.msg, "AK access failed to reach the limit, forbidden"));
	assert_false(admit(&gate, (struct attempt){"SK", NOW, NOW + 5 * MINUTE - 1}, &err));
	assert_true(admit(&gate, (struct attempt){"SK", NOW, NOW + 5 * MINUTE}, &err));
	ccm_emu_gate_clear(&gate);
}

static void
test_tokens_open_until_they_end(void **state)
{
	struct ccm_emu_state *store = ccm_emu_state_open(NULL, NULL);
	struct ccm_header header = {"X-Auth-Token", NULL};
	struct ccm_emu_request request = {.headers = &header, .header_count = 1};
	struct ccm_error err = {0};
	struct ccm_emu_gate gate;
	int64_t expires;
	char *token;

	(void)state;
	ccm_emu_gate_init(&gate);
	token = ccm_emu_gate_issue_token(&gate, store, NOW, &expires, NULL);
	assert_int_equal(expires, NOW + 24 * 60 * MINUTE);
	assert_true(strlen(token) >= 2000);
	header.value = token;
	assert_true(ccm_emu_gate_admit(&gate, store, &request, expires - 1, &err));
	assert_false(ccm_emu_gate_admit(&gate, store, &request, expires, &err));
	assert_string_equal(err.api_code, "APIGW.0307");
	ccm_error_clear(&err);
	token[0] ^= 1;
	assert_false(ccm_emu_gate_admit(&gate, store, &request, NOW, &err));
	assert_string_equal(err.api_code, "PCA.00010001");
	ccm_free(token);
	ccm_emu_gate_clear(&gate);
	ccm_emu_state_close(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_authorization_is_taken_apart),
	    cmocka_unit_test(test_malformed_authorization_is_refused),
	    cmocka_unit_test(test_credentials_are_parsed),
	    cmocka_unit_test(test_the_clock_may_be_fifteen_minutes_off),
	    cmocka_unit_test(test_a_key_is_locked_for_five_minutes_after_six_failures),
	    cmocka_unit_test(test_tokens_open_until_they_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
