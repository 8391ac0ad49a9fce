/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>

#include "core/clock.h"
#include "core/mem.h"
#include "emu/validity.h"

static void
test_periods_follow_the_calendar(void **state)
{
	static const struct {
		const char *start;
		const char *unit;
		int64_t value;
		const char *end; /* NULL: refused */
	} cases[] = {
	    {"20220218T014452Z", "MONTH", 1, "20220318T014452Z"},
	    {"20220131T000000Z", "MONTH", 1, "20220228T000000Z"},
	    {"20240131T235959Z", "MONTH", 1, "20240229T235959Z"},
	    {"20221231T000000Z", "MONTH", 2, "20230228T000000Z"},
	    {"20221215T000000Z", "MONTH", 25, "20250115T000000Z"},
	    {"20240229T120000Z", "YEAR", 1, "20250228T120000Z"},
	    {"20240229T120000Z", "YEAR", 4, "20280229T120000Z"},
	    {"21000131T000000Z", "MONTH", 1, "21000228T000000Z"},
	    {"20230301T000000Z", "DAY", 365, "20240229T000000Z"},
	    {"20231231T230000Z", "HOUR", 2, "20240101T010000Z"},
	    {"20220101T000000Z", "YEAR", 20, "20420101T000000Z"},
	    {"20220101T000000Z", "YEAR", 21, NULL},
	    {"20220101T000000Z", "MONTH", 240, "20420101T000000Z"},
	    {"20220101T000000Z", "MONTH", 241, NULL},
	    {"20220101T000000Z", "DAY", 7305, "20420101T000000Z"},
	    {"20220101T000000Z", "DAY", 7306, NULL},
	    {"20220101T000000Z", "HOUR", 175321, NULL},
	    {"20220101T000000Z", "DAY", 0, NULL},
	    {"20220101T000000Z", "DAY", -1, NULL},
	    {"20220101T000000Z", "YEAR", INT64_MAX, NULL},
	    {"20220101T000000Z", "HOUR", INT64_MAX, NULL},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		enum ccm_emu_period period;
		int64_t start, end;
		char text[17];
		bool ok;

		assert_true(ccm_clock_parse_sdk_date(cases[i].start, &start));
		assert_true(ccm_emu_period_find(cases[i].unit, &period));
		ok = ccm_emu_period_end(start, period, cases[i].value, 20, &end);
		assert_int_equal(ok, cases[i].end != NULL);
		if (!ok)
			continue;
		ccm_clock_sdk_date(end, text);
		assert_string_equal(text, cases[i].end);
	}
}

static void
test_other_units_are_none(void **state)
{
	enum ccm_emu_period period;

	(void)state;
	assert_false(ccm_emu_period_find("WEEK", &period));
	assert_false(ccm_emu_period_find("year", &period));
	assert_false(ccm_emu_period_find("", &period));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_periods_follow_the_calendar),
	    cmocka_unit_test(test_other_units_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
