/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cloud/answer.h"
#include "cloud/diagnose.h"

#define CANONICAL                                                                      \
	"GET\n/v1/private-certificate-authorities/\nlimit=10\nhost:ccm.example.com\n"  \
	"x-project-id:p1\nx-sdk-date:20240229T235959Z\nx-security-token:TOPSECRET\n\n" \
	"host;x-project-id;x-sdk-date;x-security-token\ne3b0c442"
#define GATEWAY_TEXT "verify aksk signature fail, canonicalRequest:"

struct header {
	const char *name, *value;
};

static void
fill(struct ccm_http_response *response, int status, struct header header, const char *body)
{
	*response = (struct ccm_http_response){.status = status};
	if (header.name != NULL)
		assert_true(ccm_http_response_add_header(
		    response, ccm_span_of(header.name), ccm_span_of(header.value), NULL));
	assert_true(ccm_buf_append_str(&response->body, body, NULL));
}

/* Errors of every shape of spec/huawei-auth.md 6. msg is the whole message. */
static const struct {
	const char *name;
	int status;
	struct header header;
	const char *body;
	enum ccm_code code;
	const char *api_code, *request_id, *msg;
} errors[] = {
    {"gateway", 401, {"X-Request-Id", "r1"},
	"{\"error_msg\":\"Incorrect IAM authentication information: decrypt token fail\","
	"\"error_code\":\"APIGW.0301\",\"request_id\":\"r2\"}",
	CCM_AUTH, "APIGW.0301", "r1",
	"pca_create_ca: HTTP 401 APIGW.0301: Incorrect IAM authentication information: decrypt "
	"token fail"},
    {"gateway, the id in the body only", 404, {0},
	"{\"error_msg\":\"The API does not exist or has not been published.\","
	"\"error_code\":\"APIG.0101\",\"request_id\":\"r2\"}",
	CCM_CONFIG, "APIG.0101", "r2",
	"pca_create_ca: HTTP 404 APIG.0101: The API does not exist or has not been published; is "
	"the PCA endpoint right?"},
    {"service", 403, {"x-request-id", "r3"},
	"{\"error_code\":\"PCA.00030201\",\"error_msg\":\"Operation not allowed in the current "
	"status.\"}",
	CCM_CONFLICT, "PCA.00030201", "r3",
	"pca_create_ca: HTTP 403 PCA.00030201: Operation not allowed in the current status"},
    {"missing, the live way", 400, {0},
	"{\"error_code\":\"PCA.10010002\",\"error_msg\":\"资源不存在\"}", CCM_NOT_FOUND,
	"PCA.10010002", "", "pca_create_ca: HTTP 400 PCA.10010002: 资源不存在"},
    {"permission", 403, {0},
	"{\"error_code\":\"APIGW.0302\",\"error_msg\":\"denied\","
	"\"encoded_authorization_message\":\"abcdef\"}",
	CCM_DENIED, "APIGW.0302", "",
	"pca_create_ca: HTTP 403 APIGW.0302: denied; the permission is called pca:ca:create"},
    {"keystone: code is a number", 401, {"X-IAM-Trace-Id", "t1"},
	"{\"error\":{\"message\":\"The username or password is wrong.\",\"code\":401,"
	"\"title\":\"Unauthorized\"}}",
	CCM_AUTH, "", "t1", "pca_create_ca: HTTP 401: The username or password is wrong"},
    {"keystone: title only", 401, {0}, "{\"error\":{\"title\":\"Unauthorized\"}}", CCM_AUTH, "", "",
	"pca_create_ca: HTTP 401: Unauthorized"},
    {"new IAM", 403, {0}, "{\"error_msg\":\"no\",\"error_code\":\"IAM.0006\"}", CCM_DENIED,
	"IAM.0006", "",
	"pca_create_ca: HTTP 403 IAM.0006: no; the permission is called pca:ca:create"},
    {"code and message", 409, {0}, "{\"code\":\"X.1\",\"message\":\"twice\"}", CCM_CONFLICT, "X.1",
	"", "pca_create_ca: HTTP 409 X.1: twice"},
    {"errorCode and errorMsg, nested", 400, {0},
	"{\"data\":{\"errorCode\":\"X.2\",\"errorMsg\":\"bad\"}}", CCM_USAGE, "X.2", "",
	"pca_create_ca: HTTP 400 X.2: bad"},
    {"nested two levels: the text is kept", 400, {0},
	"{\"a\":{\"b\":{\"code\":\"X.2\",\"message\":\"bad\"}}}", CCM_USAGE, "", "",
	"pca_create_ca: HTTP 400: {\"a\":{\"b\":{\"code\":\"X.2\",\"message\":\"bad\"}}}"},
    {"HTML", 502, {0}, "<html>\r\n<h1>502   Bad Gateway</h1>\n</html>\n", CCM_UNAVAILABLE, "", "",
	"pca_create_ca: HTTP 502: <html> <h1>502 Bad Gateway</h1> </html>"},
    {"empty", 504, {0}, "", CCM_UNAVAILABLE, "", "", "pca_create_ca: HTTP 504: no reason given"},
    {"throttled", 429, {0},
	"{\"error_code\":\"APIGW.0308\",\"error_msg\":\"The throttling threshold has been reached: "
	"policy user over ratelimit,limit:200,time:5 minute\"}",
	CCM_THROTTLED, "APIGW.0308", "",
	"pca_create_ca: HTTP 429 APIGW.0308: The throttling threshold has been reached: policy "
	"user "
	"over ratelimit,limit:200,time:5 minute"},
    {"redirect", 302, {"Location", "https://elsewhere.example.com/"}, "", CCM_PROTOCOL, "", "",
	"pca_create_ca: HTTP 302: redirected to https://elsewhere.example.com/, which is not "
	"followed"},
    {"wrong secret key", 401, {0},
	"{\"error_code\":\"APIGW.0301\",\"error_msg\":\"Incorrect IAM authentication "
	"information: " GATEWAY_TEXT
	"GET|/v1/private-certificate-authorities/|limit=10|host:ccm.example.com|"
	"x-project-id:p1|x-sdk-date:20240229T235959Z|x-security-token:TOPSECRET||"
	"host;x-project-id;x-sdk-date;x-security-token|e3b0c442\"}",
	CCM_AUTH, "APIGW.0301", "",
	"pca_create_ca: HTTP 401 APIGW.0301: Incorrect IAM authentication information: verify aksk "
	"signature fail; the service read just what was signed, so the secret key of access key AK "
	"is probably wrong"},
    {"clock", 401, {0},
	"{\"error_code\":\"APIGW.0301\",\"error_msg\":\"signature expired, signature "
	"time:20211217T064303Z,server time:20211217T065804Z\"}",
	CCM_AUTH, "APIGW.0301", "",
	"pca_create_ca: HTTP 401 APIGW.0301: signature expired, signature time:20211217T064303Z,"
	"server time:20211217T065804Z; the clock of this machine is 15 min 1 s behind "
	"the service's"},
};

static void
test_errors_of_every_shape_are_read(void **state)
{
	const struct ccm_credentials credentials = {.access_key = (char[]){"AK"}};
	const struct ccm_question question = {&ccm_pca_create_ca, CANONICAL, &credentials};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(errors); i++) {
		struct ccm_http_response response;
		struct ccm_error err = {0};
		struct ccm_json *answer;
		struct ccm_fault fault;

		fill(&response, errors[i].status, errors[i].header, errors[i].body);
		assert_false(ccm_answer_read(&question, &response, &answer, &fault, &err));
		if (strcmp(err.msg, errors[i].msg) != 0)
			fail_msg(
			    "%s\n  got  %s\n  want %s", errors[i].name, err.msg, errors[i].msg);
		assert_int_equal(err.code, errors[i].code);
		assert_int_equal(err.http_status, errors[i].status);
		assert_string_equal(err.api_code, errors[i].api_code);
		assert_string_equal(err.request_id, errors[i].request_id);
		assert_null(answer);
		ccm_http_response_clear(&response);
	}
}

/* What a refusal says of the credentials, after the service's own words. */
#define IAM_WRONG "Incorrect IAM authentication information: "
static const struct {
	int status;
	const char *text;
	struct ccm_credentials credentials;
	const char *hint;
} logins[] = {
    {401, IAM_WRONG "AK access failed to reach the limit, forbidden",
	{.access_key = (char[]){"AK"}},
	"access key AK is locked for 5 minutes, because more than 5 signatures in a row were "
	"wrong: check its secret key before the next try"},
    {401, IAM_WRONG "ak AK not exist", {.access_key = (char[]){"AK"}},
	"access key AK was deleted, or belongs to another cloud: are region and endpoints right?"},
    {401, IAM_WRONG "the security token has expired",
	{.access_key = (char[]){"AK"}, .security_token = (char[]){"hidden"}},
	"access key AK is a temporary one: when its security token has lapsed, or is another "
	"key's, new keys are needed"},
    {401, IAM_WRONG "verify aksk signature fail, X-Security-Token is missing",
	{.access_key = (char[]){"AK"}},
	"access key AK is a temporary one and needs its security_token"},
    {401, IAM_WRONG "decrypt token fail", {.token = (char[]){"hidden"}},
	"the token has lapsed, was withdrawn, or is for another region: a new one is needed"},
    {403, "X-Project-Id p1 is not a project of the account",
	{.access_key = (char[]){"AK"}, .project_id = (char[]){"p1"}},
	"the request was for the project p1: project_id, project_name, domain_id and scope in "
	"[auth] say so"},
    {403, "no such Domain",
	{.access_key = (char[]){"AK"}, .project_id = (char[]){"p1"}, .domain_id = (char[]){"d1"}},
	"the request was for the project p1 and the account d1: project_id, project_name, "
	"domain_id and scope in [auth] say so"},
    {401, "no", {.access_key = (char[]){"AK"}}, NULL},
};

static void
test_what_is_wrong_with_credentials_is_explained(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(logins); i++) {
		const struct ccm_question question = {
		    &ccm_scm_get_certificate, NULL, &logins[i].credentials};
		struct ccm_http_response response;
		struct ccm_error err = {0};
		struct ccm_json *answer;
		struct ccm_fault fault;
		struct ccm_buf body = {0};
		const char *hint;

		assert_true(ccm_buf_printf(&body, NULL,
		    "{\"error_code\":\"APIGW.0%d\",\"error_msg\":\"%s\"}",
		    logins[i].status == 401 ? 301 : 304, logins[i].text));
		fill(&response, logins[i].status, (struct header){0}, ccm_buf_str(&body));
		assert_false(ccm_answer_read(&question, &response, &answer, &fault, &err));
		hint = strstr(err.msg, "; ");
		if (logins[i].hint == NULL)
			assert_null(hint);
		else
			assert_string_equal(hint + 2, logins[i].hint);
		assert_null(strstr(err.msg, "hidden"));
		ccm_http_response_clear(&response);
		ccm_buf_clear(&body);
	}
}

#define PERMISSION "; the permission is called "

/* What of a refusal names a permission, and by which names. */
static const struct {
	const struct ccm_operation *op;
	int status;
	const char *body, *hint;
} refusals[] = {
    {&ccm_pca_activate_ca, 401, "{\"error_code\":\"PCA.00010004\",\"error_msg\":\"no\"}",
	"no" PERMISSION "pca:ca:activate, in places pca:ca:active"},
    {&ccm_pca_parse_csr, 403, "{\"error_code\":\"APIGW.0302\",\"error_msg\":\"no\"}",
	"no" PERMISSION "pca:cert:parseCsr"},
    {&ccm_pca_get_ca, 403, "", "no reason given" PERMISSION "pca:ca:get"},
    {&ccm_pca_get_ca, 403,
	"{\"error_code\":\"APIGW.0310\",\"error_msg\":\"no\",\"encoded_authorization_message\":"
	"\"x\"}",
	"no" PERMISSION "pca:ca:get"},
    /* the account, the state, the service: another permission changes nothing */
    {&ccm_pca_get_ca, 401, "{\"error_code\":\"PCA.00010002\",\"error_msg\":\"frozen\"}", "frozen"},
    {&ccm_pca_get_ca, 403, "{\"error_code\":\"PCA.00030001\",\"error_msg\":\"quota\"}", "quota"},
    {&ccm_pca_get_ca, 403, "{\"error_code\":\"APIGW.0304\",\"error_msg\":\"app\"}", "app"},
    /* SCM's are not documented */
    {&ccm_scm_get_certificate, 401, "{\"error_code\":\"SCM.4002\",\"error_msg\":\"no\"}", "no"},
};

static void
test_a_missing_permission_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(refusals); i++) {
		const struct ccm_question question = {.op = refusals[i].op};
		struct ccm_http_response response;
		struct ccm_error err = {0};
		struct ccm_json *answer;
		struct ccm_fault fault;
		size_t len = strlen(refusals[i].hint);

		fill(&response, refusals[i].status, (struct header){0}, refusals[i].body);
		assert_false(ccm_answer_read(&question, &response, &answer, &fault, &err));
		assert_int_equal(
		    err.code, strcmp(refusals[i].hint, "quota") != 0 ? CCM_DENIED : CCM_CONFLICT);
		assert_true(strlen(err.msg) > len);
		assert_string_equal(err.msg + strlen(err.msg) - len, refusals[i].hint);
		assert_non_null(strstr(err.msg, ": HTTP "));
		ccm_http_response_clear(&response);
	}
}

static void
test_throttling_tells_how_long(void **state)
{
	const struct ccm_question question = {.op = &ccm_pca_list_cas};
	struct ccm_http_response response;
	struct ccm_json *answer;
	struct ccm_fault fault;

	(void)state;
	fill(&response, 429, (struct header){"Retry-After", "7"},
	    "{\"error_code\":\"APIGW.0308\",\"error_msg\":\"limit:200,time:5 minute\"}");
	assert_false(ccm_answer_read(&question, &response, &answer, &fault, NULL));
	assert_int_equal(fault.retry_after_ms, 7000);
	assert_int_equal(fault.window_ms, 300000);
	ccm_http_response_clear(&response);
}

/* msg NULL: success. */
static const struct {
	const struct ccm_operation *op;
	int status;
	const char *body;
	enum ccm_code code;
	const char *msg;
} successes[] = {
    {&ccm_pca_list_cas, 200, "{\"total\":0}", CCM_OK, NULL},
    {&ccm_pca_list_cas, 201, " {\"total\":0}\n", CCM_OK, NULL},
    {&ccm_pca_activate_ca, 204, "", CCM_OK, NULL},
    {&ccm_pca_activate_ca, 200, "", CCM_OK, NULL},
    {&ccm_pca_activate_ca, 200, "{}", CCM_OK, NULL},
    {&ccm_pca_list_cas, 200, "", CCM_PROTOCOL,
	"pca_list_cas: HTTP 200: empty text where JSON was expected"},
    {&ccm_pca_list_cas, 204, "", CCM_PROTOCOL,
	"pca_list_cas: HTTP 204: empty text where JSON was expected"},
    {&ccm_scm_deploy_certificate, 204, "", CCM_OK, NULL},
    {&ccm_scm_apply_certificate, 204, "", CCM_PROTOCOL,
	"scm_apply_certificate: HTTP 204: empty text where JSON was expected"},
    {&ccm_pca_list_cas, 200, "{\"total\":2,\"certificate_auth", CCM_PROTOCOL,
	"pca_list_cas: HTTP 200: not JSON: error at byte 12 of 28: "
	"{\"total\":2,\"certificate_auth"},
    {&ccm_pca_list_cas, 200, "<html>\n<body>hello</body>", CCM_PROTOCOL,
	"pca_list_cas: HTTP 200: not JSON: error at byte 0 of 25: <html> <body>hello</body>"},
    {&ccm_pca_list_cas, 200, "{} {}", CCM_PROTOCOL,
	"pca_list_cas: HTTP 200: not JSON: more text after the value at byte 3: {} {}"},
    {&ccm_pca_export_certificate, 200, "PK\3\4zip", CCM_PROTOCOL,
	"pca_export_certificate: HTTP 200: a ZIP file that ends after 7 bytes without its "
	"directory"},
    {&ccm_pca_export_certificate, 200, "{\"certificate\":\"x\",\"private_key\":\"c2VjcmV0",
	CCM_PROTOCOL,
	"pca_export_certificate: HTTP 200: not JSON: error at byte 34 of 42: "
	"{\"certificate\":\"x\","},
    {&ccm_pca_export_certificate, 200, "key: -----BEGIN RSA PRIVATE KEY-----\nMII", CCM_PROTOCOL,
	"pca_export_certificate: HTTP 200: not JSON: error at byte 0 of 40: key: "},
};

static void
test_success_answers_are_what_they_should_be(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(successes); i++) {
		const struct ccm_question question = {.op = successes[i].op};
		struct ccm_http_response response;
		struct ccm_error err = {0};
		struct ccm_json *answer;
		struct ccm_fault fault;
		const char *want = successes[i].msg != NULL ? successes[i].msg : "";
		bool ok;

		fill(&response, successes[i].status, (struct header){0}, successes[i].body);
		ok = ccm_answer_read(&question, &response, &answer, &fault, &err);
		if (ok != (successes[i].msg == NULL) || strncmp(err.msg, want, strlen(want)) != 0)
			fail_msg("%s\n  got  %s\n  want %s", successes[i].body, err.msg, want);
		assert_int_equal(err.code, successes[i].code);
		assert_null(strstr(err.msg, "c2VjcmV0"));
		assert_int_equal(answer != NULL, ok && successes[i].body[0] != '\0');
		ccm_json_free(answer);
		ccm_http_response_clear(&response);
	}
}

static const struct {
	const char *text, *want;
} signatures[] = {
    {GATEWAY_TEXT "GET|/v1/private-certificate-authorities/|limit=20|host:ccm.example.com|...",
	"the service read another query than was signed: \"limit=20\" instead of \"limit=10\""},
    {GATEWAY_TEXT "POST|/v1/x/|limit=20|",
	"the service read another method than was signed: \"POST\" instead of \"GET\""},
    {GATEWAY_TEXT "GET|/v1/x/|limit=20|",
	"the service read another path than was signed: \"/v1/x/\" instead of "
	"\"/v1/private-certificate-authorities/\""},
    {GATEWAY_TEXT
	"GET|/v1/private-certificate-authorities/|limit=10|host:proxy.example.com|x-project-id:p1|",
	"the service read another header host than was signed: \"host:proxy.example.com\" instead "
	"of "
	"\"host:ccm.example.com\""},
    {GATEWAY_TEXT
	"GET|/v1/private-certificate-authorities/|limit=10|host:ccm.example.com|x-project-id:p1|"
	"x-sdk-date:20240229T235959Z|x-security-token:OTHERSECRET||x|y",
	"the service read another header x-security-token than was signed"},
    {GATEWAY_TEXT "GET|/v1/private-certificate-authorities/|limit=10|host:ccm.example.com|"
		  "x-security-token:OTHERSECRET||x|y",
	"the service read another header x-project-id than was signed"},
    {GATEWAY_TEXT
	"GET|/v1/private-certificate-authorities/|limit=10|host:ccm.example.com|x-project-id:p1|"
	"x-sdk-date:20240229T235959Z|x-security-token:TOPSECRET||"
	"host;x-project-id;x-sdk-date;x-security-token|ffff",
	"the service read another hash of the body than was signed: \"ffff\" instead of "
	"\"e3b0c442\""},
    {GATEWAY_TEXT "", "the service read another method than was signed: \"\" instead of \"GET\""},
    {"AK access failed to reach the limit, forbidden", ""},
};

static void
test_a_refused_signature_is_explained_without_secrets(void **state)
{
	char out[400];

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(signatures); i++) {
		bool known =
		    ccm_diagnose_signature(signatures[i].text, CANONICAL, "AK", out, sizeof(out));

		assert_string_equal(out, signatures[i].want);
		assert_int_equal(known, signatures[i].want[0] != '\0');
		assert_null(strstr(out, "SECRET"));
	}
	assert_false(ccm_diagnose_signature(signatures[0].text, NULL, "AK", out, sizeof(out)));
}

static void
test_a_clock_that_is_off_is_named_with_the_difference(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
	    {"signature expired, signature time:20211217T064303Z,server time:20211217T065804Z",
		"the clock of this machine is 15 min 1 s behind the service's"},
	    {"signature expired, signature time:20211217T064303Z,server time:20211217T062303Z",
		"the clock of this machine is 20 min 0 s ahead of the service's"},
	    {"signature expired, signature time:yesterday,server time:20211217T062303Z", ""},
	    {"signature expired, signature time:20211217T064303Z", ""},
	};
	char out[200];

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		assert_int_equal(
		    ccm_diagnose_clock(cases[i].text, out, sizeof(out)), cases[i].want[0] != '\0');
		assert_string_equal(out, cases[i].want);
	}
}

static void
test_excerpts_are_one_line_of_whole_characters(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		const char *want;
	} cases[] = {
	    {"  a\r\n\tb\x01"
	     "c",
		81, "a b c"},
	    {"abcdef", 4, "abc"},
	    {"ab\xe8\xaf\x81", 5, "ab"},
	    {"\"name\":\"x\",\"token\":\"y\"", 81, "\"name\":\"x\","},
	    {"\"unclosed", 81, "\"unclosed"},
	    {"", 81, ""},
	};
	char out[81];

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		ccm_answer_excerpt(ccm_span_of(cases[i].text), out, cases[i].size);
		assert_string_equal(out, cases[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_errors_of_every_shape_are_read),
	    cmocka_unit_test(test_what_is_wrong_with_credentials_is_explained),
	    cmocka_unit_test(test_a_missing_permission_is_named),
	    cmocka_unit_test(test_throttling_tells_how_long),
	    cmocka_unit_test(test_success_answers_are_what_they_should_be),
	    cmocka_unit_test(test_a_refused_signature_is_explained_without_secrets),
	    cmocka_unit_test(test_a_clock_that_is_off_is_named_with_the_difference),
	    cmocka_unit_test(test_excerpts_are_one_line_of_whole_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
