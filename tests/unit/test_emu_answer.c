/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "emu/answer.h"
#include "emu/pem.h"

static void
test_pem_on_the_wire_has_crlf(void **state)
{
	static const struct {
		const char *text;
		bool drop_last;
		const char *want;
	} cases[] = {
	    {"", true, ""},
	    {"a\n", true, "a"},
	    {"a\n", false, "a\r\n"},
	    {"a\nb\n", true, "a\r\nb"},
	    {"a\nb\n", false, "a\r\nb\r\n"},
	    {"a\n\nb", true, "a\r\n\r\nb"},
	    {"a", false, "a"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_buf out = {0};

		assert_true(ccm_emu_pem_to_wire(
		    ccm_span_of(cases[i].text), cases[i].drop_last, &out, NULL));
		assert_string_equal(ccm_buf_str(&out), cases[i].want);
		ccm_buf_clear(&out);
	}
}

/* The answer to an error: status, code for the log, body with the request id blanked. */
static void
check_failure(struct ccm_error *cause, enum ccm_service service, bool live, const char *want)
{
	struct ccm_emu_answer answer;
	struct ccm_buf got = {0};
	char *id;

	assert_true(ccm_emu_answer_init(&answer, NULL));
	ccm_emu_answer_fail(&answer, service, live, cause);
	assert_true(ccm_emu_answer_print(&answer, NULL));
	assert_true(ccm_buf_printf(
	    &got, NULL, "%d %s %s", answer.status, answer.error_code, ccm_buf_str(&answer.body)));
	id = strstr((char *)got.data, answer.request_id);
	if (id != NULL)
		memset(id, '*', strlen(answer.request_id));
	assert_string_equal(ccm_buf_str(&got), want);
	ccm_buf_clear(&got);
	ccm_emu_answer_clear(&answer);
}

static void
test_each_service_refuses_in_its_own_form(void **state)
{
	struct ccm_error pca = {0}, gateway = {0}, iam = {0}, own = {0};

	(void)state;
	assert_false(ccm_emu_refuse(&pca, CCM_EMU_REFUSE_NOT_FOUND, "%d", 42));
	check_failure(&pca, CCM_PCA, false,
	    "404 PCA.00030102 {\"error_code\":\"PCA.00030102\",\"error_msg\":"
	    "\"CA or certificate is not found. (42)\"}");
	check_failure(&pca, CCM_PCA, true,
	    "400 PCA.10010002 {\"error_code\":\"PCA.10010002\",\"error_msg\":"
	    "\"CA or certificate is not found. (42)\"}");
	assert_false(ccm_emu_refuse_gateway(&gateway, 429, "APIGW.0308", "slow"));
	check_failure(&gateway, CCM_IAM, false,
	    "429 APIGW.0308 {\"error_code\":\"APIGW.0308\",\"error_msg\":\"slow\","
	    "\"request_id\":\"********************************\"}");
	assert_false(ccm_emu_refuse_iam(&iam, 401, "no"));
	check_failure(&iam, CCM_IAM, false,
	    "401  {\"error\":{\"message\":\"no\",\"code\":401,\"title\":\"Unauthorized\"}}");
	assert_false(ccm_fail(&own, CCM_STORE, "disk"));
	check_failure(&own, CCM_PCA, false,
	    "500 PCA.00000001 {\"error_code\":\"PCA.00000001\",\"error_msg\":"
	    "\"Unknown error. Please contact technical support. (disk)\"}");
}

static void
test_the_first_refusal_stands(void **state)
{
	struct ccm_error err = {0};

	(void)state;
	assert_false(ccm_emu_refuse(&err, CCM_EMU_REFUSE_STATE, "a"));
	assert_false(ccm_emu_refuse(&err, CCM_EMU_REFUSE_QUOTA, "b"));
	assert_string_equal(err.api_code, "PCA.00030201");
}

static void
test_a_file_is_named_for_old_clients_and_new(void **state)
{
	static const struct {
		const char *name, *want;
	} cases[] = {
	    {"web_nginx.zip",
		"attachment; filename=\"web_nginx.zip\"; filename*=UTF-8''web_nginx.zip"},
	    {"*.a/b\"_iis.zip",
		"attachment; filename=\"_.a_b__iis.zip\"; filename*=UTF-8''%2A.a%2Fb%22_iis.zip"},
	    {"\xc3\xbc\r\nX: y.zip", "attachment; filename=\"____X_ y.zip\"; "
				     "filename*=UTF-8''%C3%BC%0D%0AX%3A%20y.zip"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_emu_answer answer;

		assert_true(ccm_emu_answer_init(&answer, NULL));
		assert_true(ccm_emu_answer_file(&answer, cases[i].name, NULL));
		assert_string_equal(answer.disposition, cases[i].want);
		assert_string_equal(answer.content_type, "application/octet-stream");
		ccm_emu_answer_clear(&answer);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pem_on_the_wire_has_crlf),
	    cmocka_unit_test(test_each_service_refuses_in_its_own_form),
	    cmocka_unit_test(test_the_first_refusal_stands),
	    cmocka_unit_test(test_a_file_is_named_for_old_clients_and_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
