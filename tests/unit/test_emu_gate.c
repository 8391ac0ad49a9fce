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
	static const char *const bad_temporary[] = {
	    "", "a", "a:b", "a:b:", "a::c", ":b:c", "a:b:c:x", "a:b:c:0", "a:b:c:-1", "a:b:c:1x"};
	static const char *const bad_users[] = {
	    "", "a", "a:b", "a:b:", ":b:c", "a::c", "::", "a:b:readonly", "a:b:te_admin,readonly"};
	struct ccm_emu_gate gate;

	(void)state;
	ccm_emu_gate_init(&gate);
	for (size_t i = 0; i < CCM_COUNT(bad_keys); i++)
		assert_false(ccm_emu_account_add_key(&gate.account, bad_keys[i], NULL));
	for (size_t i = 0; i < CCM_COUNT(bad_users); i++)
		assert_false(ccm_emu_account_add_user(&gate.account, bad_users[i], NULL));
	for (size_t i = 0; i < CCM_COUNT(bad_temporary); i++)
		assert_false(
		    ccm_emu_account_add_temporary_key(&gate.account, bad_temporary[i], NULL));
	assert_int_equal(gate.account.key_count + gate.account.user_count, 0);
	assert_true(ccm_emu_account_add_key(&gate.account, "ak:s:k", NULL));
	assert_string_equal(gate.account.keys[0]->secret, "s:k");
	assert_true(ccm_emu_account_add_user(&gate.account, "me:p:w:corp", NULL));
	assert_string_equal(gate.account.users[0].password, "p:w");
	assert_string_equal(gate.account.users[0].domain, "corp");
	assert_int_equal(gate.account.users[0].roles & CCM_EMU_SECU_ADMIN, CCM_EMU_SECU_ADMIN);
	assert_true(ccm_emu_account_add_user(&gate.account, "you:p:corp:readonly,te_agency", NULL));
	assert_string_equal(gate.account.users[1].domain, "corp");
	assert_int_equal(gate.account.users[1].roles, CCM_EMU_READONLY | CCM_EMU_TE_AGENCY);
	ccm_emu_gate_clear(&gate);
}

/* A request signed by the client's signer, sent at a time and judged at another. */
struct attempt {
	const char *secret;
	int64_t signed_at, judged_at;
	const char *security_token; /* NULL: not sent */
};

static bool
admit(struct ccm_emu_gate *gate, struct attempt attempt, struct ccm_error *err)
{
	char date[17];
	struct ccm_header headers[] = {{"X-Sdk-Date", date}, {"Host", "127.0.0.1:1"},
	    {"Authorization", ""}, {"X-Security-Token", attempt.security_token}};
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
	    .header_count = attempt.security_token != NULL ? 4 : 3};
	struct ccm_emu_session session;
	struct ccm_signature signature;
	bool ok;

	ccm_clock_sdk_date(attempt.signed_at, date);
	assert_true(ccm_sign(&input, &signature, NULL));
	headers[2].value = signature.authorization;
	assert_true(ccm_emu_request_parse(&request, NULL));
	ccm_error_clear(err);
	ok = ccm_emu_gate_admit(gate, &request, attempt.judged_at, &session, err);
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
	assert_true(ccm_emu_account_add_key(&gate.account, "AK:SK", NULL));
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
	assert_true(ccm_emu_account_add_key(&gate.account, "AK:SK", NULL));
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
test_a_temporary_key_needs_its_token_and_ends(void **state)
{
	static const struct {
		const char *token;
		int64_t after;
		const char *reason; /* NULL: admitted */
	} cases[] = {
	    {"TOK", 0, NULL},
	    {"TOK", MINUTE - 1, NULL},
	    {"TOK", MINUTE, "security token has expired"},
	    {"TOKEN", 0, "X-Security-Token is wrong"},
	    {NULL, 0, "X-Security-Token is missing"},
	};
	struct ccm_error err = {0};
	struct ccm_emu_gate gate;

	(void)state;
	ccm_emu_gate_init(&gate);
	assert_true(ccm_emu_account_add_temporary_key(&gate.account, "AK:SK:TOK:60", NULL));
	ccm_emu_account_begin(&gate.account, NOW);
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		const struct attempt attempt = {
		    "SK", NOW + cases[i].after, NOW + cases[i].after, cases[i].token};

		assert_int_equal(admit(&gate, attempt, &err), cases[i].reason == NULL);
		if (cases[i].reason != NULL)
			assert_non_null(strstr(err.msg, cases[i].reason));
	}
	ccm_emu_gate_clear(&gate);
}

static void
test_tokens_open_until_they_end(void **state)
{
	struct ccm_emu_state *store = ccm_emu_state_open(NULL, NULL);
	struct ccm_header header = {"X-Auth-Token", NULL};
	struct ccm_emu_request request = {.headers = &header, .header_count = 1};
	struct ccm_emu_session session = {
	    .method = "password", .issued = NOW, .expires = NOW + 60 * MINUTE};
	struct ccm_emu_session got;
	struct ccm_error err = {0};
	struct ccm_emu_gate gate;
	char *token;

	(void)state;
	ccm_emu_gate_init(&gate);
	gate.account.state = store;
	assert_true(ccm_emu_account_add_user(&gate.account, "me:pw:corp", NULL));
	assert_true(ccm_emu_account_add_project(&gate.account, "p", NULL));
	session.user = &gate.account.users[0];
	session.project = gate.account.projects[0];
	token = ccm_emu_token_issue(&session, store, NULL);
	assert_true(strlen(token) >= 2000);
	header.value = token;
	assert_true(ccm_emu_gate_admit(&gate, &request, session.expires - 1, &got, &err));
	assert_ptr_equal(got.user, session.user);
	assert_ptr_equal(got.project, session.project);
	assert_int_equal(got.issued, NOW);
	assert_false(ccm_emu_gate_admit(&gate, &request, session.expires, &got, &err));
	assert_string_equal(err.api_code, "APIGW.0307");
	ccm_error_clear(&err);
	token[0] ^= 1;
	assert_false(ccm_emu_gate_admit(&gate, &request, NOW, &got, &err));
	assert_string_equal(err.api_code, "PCA.00010001");
	ccm_free(token);
	ccm_emu_gate_clear(&gate);
	ccm_emu_state_close(store);
}

static void
test_a_request_is_for_the_account_and_its_projects(void **state)
{
	char domain[CCM_EMU_IAM_ID_SIZE], one[CCM_EMU_IAM_ID_SIZE], two[CCM_EMU_IAM_ID_SIZE];
	const struct {
		const char *header, *value;
		bool of_project_one; /* the caller's token */
		bool admitted;
	} cases[] = {
	    {"X-Domain-Id", domain, false, true},
	    {"X-Domain-Id", one, false, false},
	    {"X-Domain-Id", "", false, false},
	    {"X-Project-Id", one, false, true},
	    {"x-project-id", two, false, true},
	    {"X-Project-Id", domain, false, false},
	    {"X-Project-Id", one, true, true},
	    {"X-Project-Id", two, true, false},
	};
	struct ccm_error err = {0};
	struct ccm_emu_gate gate;

	(void)state;
	ccm_emu_gate_init(&gate);
	assert_true(ccm_emu_account_add_user(&gate.account, "me:pw:corp", NULL));
	assert_true(ccm_emu_account_add_project(&gate.account, "one", NULL));
	assert_true(ccm_emu_account_add_project(&gate.account, "two", NULL));
	assert_true(ccm_emu_iam_id("domain", "corp", domain, NULL));
	assert_true(ccm_emu_iam_id("project", "one", one, NULL));
	assert_true(ccm_emu_iam_id("project", "two", two, NULL));
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_header header = {cases[i].header, cases[i].value};
		struct ccm_emu_request request = {.headers = &header, .header_count = 1};
		struct ccm_emu_session session = {.user = &gate.account.users[0],
		    .project = cases[i].of_project_one ? gate.account.projects[0] : NULL};

		ccm_error_clear(&err);
		assert_int_equal(
		    ccm_emu_gate_check_scope(&gate, &request, &session, &err), cases[i].admitted);
		if (!cases[i].admitted)
			assert_int_equal(err.http_status, 403);
	}
	ccm_emu_gate_clear(&gate);
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
	    cmocka_unit_test(test_a_temporary_key_needs_its_token_and_ends),
	    cmocka_unit_test(test_tokens_open_until_they_end),
	    cmocka_unit_test(test_a_request_is_for_the_account_and_its_projects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
