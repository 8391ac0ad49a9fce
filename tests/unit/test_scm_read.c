/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/source.h"

static void
test_records_are_read_tolerantly(void **state)
{
	static const struct {
		const char *text, *label, *status;
		int64_t end;
	} cases[] = {
	    {"{\"id\":\"scs1554192131150\",\"name\":\"test\",\"domain\":\"www.zx.com\","
	     "\"expire_time\":\"2021-05-27 16:46:25.0\",\"status\":\"ISSUED\"}",
		"www.zx.com", "ISSUED", INT64_C(1622105185000)},
	    {"{\"id\":\"scs1554192131150\",\"domain\":\"a\",\"not_after\":\"2021-05-27 16:46:25\"}",
		"a", "", INT64_C(1622105185000)},
	    {"{\"id\":\"scs1554192131150\",\"name\":\"test\",\"domain\":null,\"not_after\":null,"
	     "\"status\":null}",
		"test", "", 0},
	    {"{\"id\":\"scs1554192131150\",\"not_after\":\"\",\"status\":\"NEW\"}", "", "NEW", 0},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_json *json = ccm_json_parse(ccm_span_of(cases[i].text), NULL);
		struct ccm_error err = {0};
		struct ccm_facts facts;

		assert_true(ccm_scm_read_facts(json, CCM_ITEM_CERTIFICATE, &facts, &err));
		assert_string_equal(facts.label, cases[i].label);
		assert_string_equal(facts.status, cases[i].status);
		assert_true(facts.not_after == cases[i].end);
		assert_memory_equal(facts.id, "scs1554192131150", CCM_ITEM_ID_LEN);
		assert_string_equal(facts.key_algorithm, "");
		ccm_json_free(json);
	}
}

static void
test_bad_records_are_told(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
	    {"{\"name\":\"test\"}", "id is missing"},
	    {"{\"id\":\"scs1554192131150\",\"domain\":[]}", "domain is a list, not a string"},
	    {"{\"id\":\"scs1554192131150\",\"not_after\":\"never\"}",
		"expire_time, or not_after, is no time"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_json *json = ccm_json_parse(ccm_span_of(cases[i].text), NULL);
		struct ccm_error err = {0};
		struct ccm_facts facts;

		assert_false(ccm_scm_read_facts(json, CCM_ITEM_CERTIFICATE, &facts, &err));
		assert_string_equal(err.msg, cases[i].message);
		ccm_json_free(json);
	}
}

static void
test_states_with_a_certificate_are_known(void **state)
{
	static const char *const with[] = {"ISSUED", "UPLOAD", "EXPIRED", "REVOKED", "REVOKING",
	    "CANCLEREVOKING", "SUPPLEMENTCHECKING", "ANYTHING", ""};
	static const char *const without[] = {
	    "PAID", "CHECKING", "CHECKING_DOMAIN", "CHECKING_ORG", "ISSUING", "UNPASSED"};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(with); i++)
		assert_true(ccm_scm_status_has_certificate(with[i]));
	for (size_t i = 0; i < CCM_COUNT(without); i++)
		assert_false(ccm_scm_status_has_certificate(without[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_records_are_read_tolerantly),
	    cmocka_unit_test(test_bad_records_are_told),
	    cmocka_unit_test(test_states_with_a_certificate_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
