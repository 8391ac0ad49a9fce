/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/clock.h"
#include "model/renewal.h"

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)

static char folder[64];

static int
make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/ccm-renewal.XXXXXX");
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static void
remove_file(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	unlink(path);
}

static const char *const identity = "00112233445566778899aabbccddeeff";

static int
remove_folder(void **state)
{
	char name[64];

	(void)state;
	snprintf(name, sizeof(name), "%s.json", identity);
	remove_file(name);
	snprintf(name, sizeof(name), "%s.json.lock", identity);
	remove_file(name);
	remove_file("budget.json");
	remove_file("budget.json.lock");
	return rmdir(folder);
}

static void
leads_are_times_or_parts(void **state)
{
	static const struct {
		const char *text;
		struct ccm_renewal_lead lead;
	} good[] = {
	    {"30d", {.ms = 30 * DAY}},
	    {"12h", {.ms = 12 * HOUR}},
	    {"90m", {.ms = 90 * 60000}},
	    {"2w", {.ms = 14 * DAY}},
	    {"1/3", {.numerator = 1, .denominator = 3}},
	};
	static const char *const bad[] = {"", "30", "d", "0d", "-1d", "30 d", "30dd", "3/3", "4/3",
	    "1/0", "1/", "/3", "1/3d", "100000d"};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(good); i++) {
		struct ccm_renewal_lead lead;

		assert_true(ccm_renewal_lead_parse(good[i].text, &lead, NULL));
		assert_memory_equal(&lead, &good[i].lead, sizeof(lead));
	}
	for (size_t i = 0; i < CCM_COUNT(bad); i++) {
		struct ccm_renewal_lead lead;
		struct ccm_error err = {0};

		assert_false(ccm_renewal_lead_parse(bad[i], &lead, &err));
		assert_int_equal(err.code, CCM_USAGE);
	}
}

static void
a_renewal_is_due_before_the_end(void **state)
{
	const struct ccm_renewal_lead month = {.ms = 30 * DAY}, third = {0, 1, 3};

	(void)state;
	assert_int_equal(ccm_renewal_due_ms(&month, 0, 90 * DAY), 60 * DAY);
	assert_int_equal(ccm_renewal_due_ms(&third, 0, 90 * DAY), 60 * DAY);
	assert_int_equal(ccm_renewal_due_ms(&third, 10 * DAY, 40 * DAY), 30 * DAY);
	assert_true(ccm_renewal_due_ms(&month, 0, 7 * DAY) < 0); /* longer than it lives: at once */
}

static void
pauses_double_up_to_a_day(void **state)
{
	(void)state;
	for (int64_t failures = 1, most = 15 * 60000; failures < 40; failures++) {
		int64_t pause = ccm_renewal_pause_ms(failures);

		assert_true(pause <= most && pause >= most - most / 10);
		most = most * 2 < DAY ? most * 2 : DAY;
	}
}

static void
a_day_has_a_budget(void **state)
{
	struct ccm_error err = {0};

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		assert_true(ccm_renewal_spend(folder, 3, &err));
	assert_false(ccm_renewal_spend(folder, 3, &err));
	assert_int_equal(err.code, CCM_CONFLICT);
	assert_true(ccm_renewal_spend(folder, 4, NULL));
	ccm_clock_set_offset_ms(DAY);
	assert_true(ccm_renewal_spend(folder, 1, NULL));
	ccm_clock_set_offset_ms(0);
}

static bool
count(void *context, const char *name, const struct ccm_json *state, struct ccm_error *err)
{
	int64_t number = 0;

	assert_string_equal(name, identity);
	assert_true(ccm_json_int(state, "renewals", &number, err));
	*(int64_t *)context = number;
	return true;
}

static void
a_state_is_held_by_one_and_kept(void **state)
{
	struct ccm_renewal one, two;
	struct ccm_error err = {0};
	int64_t seen = 0;

	(void)state;
	assert_true(ccm_renewal_open(folder, identity, &one, &err));
	assert_false(ccm_renewal_open(folder, identity, &two, &err));
	assert_int_equal(err.code, CCM_CONFLICT);
	assert_true(ccm_json_add_int(one.state, "renewals", 7, NULL));
	assert_true(ccm_renewal_save(&one, NULL));
	ccm_renewal_close(&one);
	assert_true(ccm_renewal_each(folder, count, &seen, NULL));
	assert_int_equal(seen, 7);
	assert_true(ccm_renewal_open(folder, identity, &two, NULL));
	assert_int_equal(ccm_json_count(two.state), 1);
	ccm_renewal_close(&two);
}

static void
a_thousand_renewals_leave_one_small_file(void **state)
{
	char path[128];
	struct stat st;

	(void)state;
	for (int64_t i = 0; i < 1000; i++) {
		struct ccm_renewal renewal;

		assert_true(ccm_renewal_open(folder, identity, &renewal, NULL));
		assert_true(ccm_json_add_int(renewal.state, "renewals", i, NULL));
		assert_true(
		    ccm_json_add_json(renewal.state, "pending", ccm_json_new_object(NULL), NULL));
		assert_true(ccm_renewal_save(&renewal, NULL));
		assert_true(ccm_json_add_string(renewal.state, "pending", NULL, NULL));
		assert_true(ccm_renewal_save(&renewal, NULL));
		ccm_renewal_close(&renewal);
	}
	snprintf(path, sizeof(path), "%s/%s.json", folder, identity);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size < 200);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void
a_damaged_state_is_told_of_and_passed_over(void **state)
{
	char path[128];
	struct ccm_renewal renewal;
	struct ccm_error err = {0};
	int64_t seen = 0;
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/%s.json", folder, identity);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("{\"renewals\": ", file);
	fclose(file);
	assert_false(ccm_renewal_open(folder, identity, &renewal, &err));
	assert_non_null(strstr(err.msg, path));
	assert_true(ccm_renewal_each(folder, count, &seen, NULL));
	assert_int_equal(seen, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(leads_are_times_or_parts),
	    cmocka_unit_test(a_renewal_is_due_before_the_end),
	    cmocka_unit_test(pauses_double_up_to_a_day),
	    cmocka_unit_test(a_day_has_a_budget),
	    cmocka_unit_test(a_state_is_held_by_one_and_kept),
	    cmocka_unit_test(a_thousand_renewals_leave_one_small_file),
	    cmocka_unit_test(a_damaged_state_is_told_of_and_passed_over),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
