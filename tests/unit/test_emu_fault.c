/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "emu/fault.h"

static void
test_faults_are_parsed(void **state)
{
	static const struct {
		const char *text, *operation;
		enum ccm_emu_fault_kind kind;
		int64_t value, left;
		const char *member;
	} cases[] = {
	    {"*:reset", NULL, CCM_EMU_FAULT_RESET, 0, -1, ""},
	    {"pca_get_ca:status=503", "pca_get_ca", CCM_EMU_FAULT_STATUS, 503, -1, ""},
	    {"pca_get_ca:status=429:3", "pca_get_ca", CCM_EMU_FAULT_STATUS, 429, 3, ""},
	    {"*:delay=0:1", NULL, CCM_EMU_FAULT_DELAY, 0, 1, ""},
	    {"*:badpem", NULL, CCM_EMU_FAULT_BADPEM, 0, -1, ""},
	    {"*:badpem=private_key:2", NULL, CCM_EMU_FAULT_BADPEM, 0, 2, "private_key"},
	    {"iam_create_token:garbage", "iam_create_token", CCM_EMU_FAULT_GARBAGE, 0, -1, ""},
	    {"*:truncate", NULL, CCM_EMU_FAULT_TRUNCATE, 0, -1, ""},
	    {"*:wrongkey", NULL, CCM_EMU_FAULT_WRONGKEY, 0, -1, ""},
	    {"*:lost", NULL, CCM_EMU_FAULT_LOST, 0, -1, ""},
	    {"*:wrongtype=a.b:1", NULL, CCM_EMU_FAULT_WRONGTYPE, 0, 1, "a.b"},
	    {"*:duplicate", NULL, CCM_EMU_FAULT_DUPLICATE, 0, -1, ""},
	    {"*:throttle=0", NULL, CCM_EMU_FAULT_THROTTLE, 0, -1, ""},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_emu_fault fault;

		assert_true(ccm_emu_fault_parse(cases[i].text, &fault, NULL));
		if (cases[i].operation == NULL)
			assert_null(fault.operation);
		else
			assert_string_equal(fault.operation->id, cases[i].operation);
		assert_int_equal(fault.kind, cases[i].kind);
		assert_int_equal(fault.value, cases[i].value);
		assert_int_equal(fault.left, cases[i].left);
		assert_string_equal(fault.member, cases[i].member);
	}
}

static void
test_what_is_no_fault_is_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
	    {"", "a kind of fault is missing"},
	    {"*", "a kind of fault is missing"},
	    {"pca:reset", "there is no operation \"pca\""},
	    {"*:", "there is no kind of fault \"\""},
	    {"*:resets", "there is no kind of fault \"resets\""},
	    {"*:reset=1", "reset takes no value"},
	    {"*:status", "status takes a number from 400 to 599"},
	    {"*:status=", "status takes a number from 400 to 599"},
	    {"*:status=600", "status takes a number from 400 to 599"},
	    {"*:status=5x3", "status takes a number from 400 to 599"},
	    {"*:delay=-1", "delay takes a number from 0 to 3600000"},
	    {"*:throttle", "throttle takes a number from 0 to 3600"},
	    {"*:badpem=01234567890123456789012345678901234567890123456789012345678901234",
		"no member is called "
		"\"01234567890123456789012345678901234567890123456789012345678901234\""},
	    {"*:reset:0", "\"0\" is not a number of times"},
	    {"*:reset:", "\"\" is not a number of times"},
	    {"*:reset:1:2", "\"1:2\" is not a number of times"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_error err = {0};
		struct ccm_emu_fault fault;

		assert_false(ccm_emu_fault_parse(cases[i].text, &fault, &err));
		assert_int_equal(err.code, CCM_USAGE);
		assert_string_equal(err.msg, cases[i].why);
	}
}

static void
test_faults_act_in_order_and_delays_beside_them(void **state)
{
	struct ccm_emu_faults faults;
	struct ccm_emu_mishap mishap;

	(void)state;
	ccm_emu_faults_init(&faults);
	assert_true(ccm_emu_faults_add(&faults, "pca_get_ca:delay=5", NULL));
	assert_true(ccm_emu_faults_add(&faults, "pca_get_ca:status=500:1", NULL));
	assert_true(ccm_emu_faults_add(&faults, "*:delay=7:1", NULL));
	assert_true(ccm_emu_faults_add(&faults, "*:reset:1", NULL));

	ccm_emu_faults_take(&faults, &ccm_pca_get_ca, &mishap);
	assert_int_equal(mishap.kind, CCM_EMU_FAULT_STATUS);
	assert_int_equal(mishap.status, 500);
	assert_int_equal(mishap.delay_ms, 12);
	ccm_emu_faults_take(&faults, &ccm_pca_get_ca, &mishap);
	assert_int_equal(mishap.kind, CCM_EMU_FAULT_RESET);
	assert_int_equal(mishap.delay_ms, 5);
	ccm_emu_faults_take(&faults, &ccm_pca_get_ca, &mishap);
	assert_int_equal(mishap.kind, CCM_EMU_FAULT_NONE);
	assert_int_equal(mishap.delay_ms, 5);
	ccm_emu_faults_take(&faults, &ccm_pca_list_cas, &mishap);
	assert_int_equal(mishap.kind, CCM_EMU_FAULT_NONE);
	assert_int_equal(mishap.delay_ms, 0);
	ccm_emu_faults_clear(&faults);
}

static void
test_faults_come_and_go(void **state)
{
	struct ccm_emu_faults faults;
	struct ccm_emu_mishap mishap;

	(void)state;
	ccm_emu_faults_init(&faults);
	for (int i = 0; i < 100; i++) {
		assert_true(ccm_emu_faults_add(&faults, "*:reset:1", NULL));
		ccm_emu_faults_take(&faults, &ccm_pca_get_ca, &mishap);
		assert_int_equal(mishap.kind, CCM_EMU_FAULT_RESET);
	}
	assert_int_equal(faults.count, 1);
	assert_true(ccm_emu_faults_add(&faults, "*:reset", NULL));
	ccm_emu_faults_forget(&faults);
	ccm_emu_faults_take(&faults, &ccm_pca_get_ca, &mishap);
	assert_int_equal(mishap.kind, CCM_EMU_FAULT_NONE);
	ccm_emu_faults_clear(&faults);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_faults_are_parsed),
	    cmocka_unit_test(test_what_is_no_fault_is_refused),
	    cmocka_unit_test(test_faults_act_in_order_and_delays_beside_them),
	    cmocka_unit_test(test_faults_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
