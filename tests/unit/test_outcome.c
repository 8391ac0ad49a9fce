/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "client_setup.h"
#include "cloud/outcome.h"

/* msg NULL: all was done (spec/ccm-api.md 8 partial_success_200, huawei-ccm-practice.md 4). */
static const struct {
	const struct ccm_operation *op;
	const char *answer, *msg;
} outcomes[] = {
    {&ccm_scm_deploy_certificate, "{}", NULL},
    {&ccm_scm_deploy_certificate, "{\"failure_list\":[]}", NULL},
    {&ccm_scm_deploy_certificate, "{\"failure_list\":null}", NULL},
    {&ccm_scm_deploy_certificate, NULL, NULL},
    {&ccm_scm_deploy_certificate, "{\"failure_list\":\"two\"}",
	"scm_deploy_certificate: failure_list is a string, not a list"},
    {&ccm_scm_deploy_certificate,
	"{\"failure_list\":[{\"resource\":\"982b\",\"failure_info\":\"ELB.8904:certificate 982b "
	"does "
	"not exist\"}]}",
	"scm_deploy_certificate: 1 target failed: 982b: ELB.8904:certificate 982b does not exist"},
    {&ccm_scm_deploy_certificate,
	"{\"failure_list\":[{\"resource\":\"a\",\"failure_info\":\"no\\nline\"},{\"resource\":"
	"\"b\","
	"\"failure_info\":null},\"success\",{}]}",
	"scm_deploy_certificate: 4 targets failed: a: no line; b: no reason given; success: "
	"success; "
	"no reason given"},
    {&ccm_scm_batch_push_certificate,
	"{\"results\":[{\"project_name\":\"cn-north-7\",\"cert_id\":\"scs1\",\"message\":"
	"\"success\"}"
	"]}",
	NULL},
    {&ccm_scm_batch_push_certificate,
	"{\"results\":[{\"project_name\":\"a\",\"cert_id\":\"1\",\"message\":\"Success\"},"
	"{\"project_name\":\"b\",\"cert_id\":\"\",\"message\":\"Invalid region id.\"},"
	"{\"project_name\":\"c\",\"cert_id\":null,\"message\":\"success\"},"
	"{\"project_name\":\"d\",\"cert_id\":\"2\",\"message\":\"partly\"}]}",
	"scm_batch_push_certificate: 3 of 4 targets failed: b: Invalid region id.; c: success; d: "
	"partly"},
    {&ccm_scm_batch_push_certificate, "{\"results\":[]}",
	"scm_batch_push_certificate: the answer does not say what became of any target"},
    {&ccm_scm_batch_push_certificate, "{}",
	"scm_batch_push_certificate: the answer does not say what became of any target"},
    {&ccm_scm_apply_certificate, "{\"request_info\":\"success\"}", NULL},
    {&ccm_scm_apply_certificate, "{\"request_info\":\"Success\"}", NULL},
    {&ccm_scm_apply_certificate, "{\"request_info\":\"the CA is closed\"}",
	"scm_apply_certificate: request_info is \"the CA is closed\", not \"success\""},
    {&ccm_scm_apply_certificate, "{\"request_info\":null}",
	"scm_apply_certificate: the answer does not say whether it was done"},
    {&ccm_scm_cancel_certificate_application, "{\"cert_id\":\"scs1\",\"message\":\"success\"}",
	NULL},
    {&ccm_scm_cancel_certificate_application, "{\"cert_id\":\"scs1\",\"message\":\"failed\"}",
	"scm_cancel_certificate_application: message is \"failed\", not \"success\""},
    {&ccm_pca_get_ca, "{\"message\":\"failed\",\"failure_list\":[{}]}", NULL},
};

static void
test_failures_behind_a_success_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(outcomes); i++) {
		const char *want = outcomes[i].msg != NULL ? outcomes[i].msg : "";
		struct ccm_json *answer = NULL;
		struct ccm_error err = {0};
		bool ok;

		if (outcomes[i].answer != NULL)
			answer = ccm_json_parse(ccm_span_of(outcomes[i].answer), &err);
		assert_string_equal(err.msg, "");
		ok = ccm_outcome_check(outcomes[i].op, answer, &err);
		if (strcmp(err.msg, want) != 0)
			fail_msg("%s\n  got  %s\n  want %s", outcomes[i].answer, err.msg, want);
		assert_int_equal(ok, outcomes[i].msg == NULL);
		assert_int_equal(err.code, ok ? CCM_OK : CCM_PARTIAL);
		ccm_json_free(answer);
	}
}

#define DEPLOY                                                               \
	"{\"certificate_id\":\"scs1600000000001\",\"service_name\":\"ELB\"," \
	"\"resources\":[{\"id\":\"a\"},{\"id\":\"b\"}]}"

static void
test_the_answer_comes_with_the_error(void **state)
{
	static const struct fake_answer answers[] = {{200, "X-Request-Id: r1\n",
	    "{\"failure_list\":[{\"resource\":\"b\",\"failure_info\":\"quota\"}]}", CCM_OK, true}};
	struct ccm_json *request = ccm_json_parse(ccm_span_of(DEPLOY), NULL), *answer;
	struct test_client test;

	(void)state;
	test_client_open(&test, TEST_CLOUD TEST_AKSK, answers, 1);
	assert_false(
	    ccm_client_call(test.client, &ccm_scm_deploy_certificate, request, &answer, &test.err));
	assert_int_equal(test.err.code, CCM_PARTIAL);
	assert_int_equal(test.err.http_status, 200);
	assert_string_equal(test.err.request_id, "r1");
	assert_int_equal(ccm_json_count(ccm_json_get(answer, "failure_list")), 1);
	assert_int_equal(test.fake->request_count, 1);
	ccm_json_free(answer);
	assert_false(
	    ccm_client_call(test.client, &ccm_scm_deploy_certificate, request, NULL, NULL));
	ccm_json_free(request);
	test_client_close(&test);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_failures_behind_a_success_are_told),
	    cmocka_unit_test(test_the_answer_comes_with_the_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
