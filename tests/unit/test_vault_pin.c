/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "vault_setup.h"

static void
set_pin(enum ccm_vault_holder holder, struct ccm_span old_pin, struct ccm_span new_pin)
{
	struct ccm_vault_pins pins = {.holder = holder, .old_pin = old_pin, .new_pin = new_pin};
	struct ccm_error err = {0};

	if (!ccm_vault_set_pin(test_vault, &pins, &err))
		fail_msg("%s", err.msg);
}

static enum ccm_code
unlock(struct ccm_span pin)
{
	struct ccm_error err = {0};

	ccm_vault_unlock(test_vault, pin, &err);
	return err.code;
}

static struct ccm_vault_state
look(void)
{
	struct ccm_vault_state now;

	assert_true(ccm_vault_look(test_vault, &now, NULL));
	return now;
}

static void
test_a_pin_takes_the_place_of_the_key_file(void **state)
{
	(void)state;
	test_vault_add('a');
	set_pin(CCM_VAULT_USER, NONE, PIN);
	assert_int_not_equal(access(test_vault_path("keystore.key"), F_OK), 0);
	assert_vault_opens('a'); /* who set it need not give it */
	test_vault_reopen();
	assert_vault_refuses('a', CCM_AUTH, "locked by a PIN");
	assert_int_equal(unlock(NEW_PIN), CCM_AUTH);
	assert_int_equal(unlock(PIN), CCM_OK);
	assert_vault_opens('a');
	ccm_vault_lock(test_vault);
	assert_vault_refuses('a', CCM_AUTH, "locked by a PIN");
}

static void
test_a_pin_is_changed_and_taken_away(void **state)
{
	struct ccm_vault_pins pins = {
	    .holder = CCM_VAULT_USER, .old_pin = NEW_PIN, .new_pin = NEW_PIN};
	struct ccm_error err = {0};

	(void)state;
	test_vault_add('a');
	set_pin(CCM_VAULT_USER, NONE, PIN);
	assert_false(ccm_vault_set_pin(test_vault, &pins, &err));
	assert_int_equal(err.code, CCM_AUTH);
	pins.old_pin = NONE;
	ccm_error_clear(&err);
	assert_false(ccm_vault_set_pin(test_vault, &pins, &err)); /* being unlocked is not enough */
	assert_int_equal(err.code, CCM_AUTH);
	set_pin(CCM_VAULT_USER, PIN, NEW_PIN);
	test_vault_reopen();
	assert_int_equal(unlock(PIN), CCM_AUTH);
	assert_int_equal(unlock(NEW_PIN), CCM_OK);
	assert_vault_opens('a');
	assert_true(ccm_vault_remove_pin(test_vault, NEW_PIN, NULL));
	test_vault_reopen();
	assert_vault_opens('a');
}

static void
test_new_pins_have_a_length(void **state)
{
	static char text[300];
	struct ccm_vault_pins pins = {.holder = CCM_VAULT_USER};
	const size_t lengths[] = {0, 1, 3, 256, 299};

	(void)state;
	memset(text, '1', sizeof(text));
	for (size_t i = 0; i < CCM_COUNT(lengths); i++) {
		struct ccm_error err = {0};

		pins.new_pin = CCM_SPAN(text, lengths[i]);
		assert_false(ccm_vault_set_pin(test_vault, &pins, &err));
		assert_int_equal(err.code, CCM_USAGE);
	}
}

static void
test_wrong_pins_are_counted_and_waiting_grows(void **state)
{
	static const int64_t waits[] = {0, 0, 0, 5, 10, 20, 40, 80, 160, 320};
	int64_t now_ms = 0;

	(void)state;
	test_vault_add('a');
	set_pin(CCM_VAULT_OFFICER, NONE, OFFICER);
	set_pin(CCM_VAULT_USER, NONE, PIN);
	for (size_t i = 0; i < CCM_COUNT(waits); i++) {
		int64_t wait_ms = look().wait_ms[CCM_VAULT_USER];

		assert_int_equal(look().failures[CCM_VAULT_USER], i);
		assert_in_range(
		    wait_ms, waits[i] * 1000 > 3000 ? waits[i] * 1000 - 3000 : 0, waits[i] * 1000);
		if (waits[i] != 0) {
			assert_int_equal(unlock(PIN), CCM_CONFLICT); /* not even looked at */
			now_ms += waits[i] * 1000;
			ccm_clock_set_offset_ms(now_ms);
		}
		assert_int_equal(unlock(NEW_PIN), CCM_AUTH);
	}
	assert_int_equal(look().wait_ms[CCM_VAULT_USER], -1);
	ccm_clock_set_offset_ms(now_ms + 86400000);
	assert_int_equal(unlock(PIN), CCM_CONFLICT);
}

static void
test_the_right_pin_in_time_clears_the_count(void **state)
{
	(void)state;
	test_vault_add('a');
	set_pin(CCM_VAULT_USER, NONE, PIN);
	assert_int_equal(unlock(NEW_PIN), CCM_AUTH);
	assert_int_equal(unlock(NEW_PIN), CCM_AUTH);
	assert_int_equal(look().failures[CCM_VAULT_USER], 2);
	assert_int_equal(unlock(PIN), CCM_OK);
	assert_int_equal(look().failures[CCM_VAULT_USER], 0);
}

static void
test_a_clock_that_went_back_does_not_lock_for_ever(void **state)
{
	(void)state;
	test_vault_add('a');
	set_pin(CCM_VAULT_USER, NONE, PIN);
	for (int i = 0; i < 3; i++)
		assert_int_equal(unlock(NEW_PIN), CCM_AUTH);
	ccm_clock_set_offset_ms(-86400000);
	assert_in_range(look().wait_ms[CCM_VAULT_USER], 1, 5000);
	ccm_clock_set_offset_ms(86400000);
	assert_int_equal(unlock(PIN), CCM_OK);
}

static void
test_the_officer_sets_a_new_pin_and_keeps_the_keys(void **state)
{
	struct ccm_vault_pins pins = {
	    .holder = CCM_VAULT_USER, .officer_pin = OFFICER, .new_pin = NEW_PIN};
	struct ccm_error err = {0};

	(void)state;
	test_vault_add('a');
	set_pin(CCM_VAULT_OFFICER, NONE, OFFICER);
	set_pin(CCM_VAULT_USER, NONE, PIN);
	test_vault_tamper("UPDATE lock SET failures = 10 WHERE holder = 'user'");
	test_vault_reopen();
	assert_int_equal(unlock(PIN), CCM_CONFLICT);
	assert_true(ccm_vault_check_officer(test_vault, OFFICER, &err));
	assert_vault_refuses('a', CCM_AUTH, "locked by a PIN"); /* the officer sees no keys */
	assert_true(ccm_vault_set_pin(test_vault, &pins, &err));
	assert_int_equal(unlock(NEW_PIN), CCM_OK);
	assert_vault_opens('a');
	pins.officer_pin = PIN;
	assert_false(ccm_vault_set_pin(test_vault, &pins, &err));
	assert_int_equal(err.code, CCM_AUTH);
}

static void
test_beginning_anew_needs_the_officer_and_forgets_all(void **state)
{
	struct ccm_error err = {0};

	(void)state;
	assert_true(ccm_vault_reset(test_vault, OFFICER, &err));
	assert_int_equal(unlock(PIN), CCM_NOT_FOUND);
	assert_false(look().unlocked);
	set_pin(CCM_VAULT_OFFICER, OFFICER, OFFICER);
	assert_false(ccm_vault_reset(test_vault, PIN, &err));
	assert_int_equal(err.code, CCM_AUTH);
	ccm_error_clear(&err);
	assert_true(ccm_vault_set_pin(test_vault,
	    &(struct ccm_vault_pins){
		.holder = CCM_VAULT_USER, .officer_pin = OFFICER, .new_pin = PIN},
	    &err));
	assert_int_equal(unlock(PIN), CCM_OK);
	test_vault_add('a');
	assert_true(ccm_vault_reset(test_vault, OFFICER, &err));
	assert_vault_lists("");
	assert_false(look().held_by[CCM_VAULT_USER]);
}

/* Another process begins anew while this one has the old master key. */
static void
test_a_master_key_of_before_is_not_used(void **state)
{
	struct ccm_vault *other = ccm_vault_new(test_vault_dir, NULL);
	struct ccm_vault_key key = test_vault_key('b');
	struct ccm_error err = {0};

	(void)state;
	test_vault_add('a');
	assert_true(ccm_vault_reset(other, OFFICER, &err));
	assert_false(ccm_vault_add(test_vault, &key, test_vault_secret('b'), &err));
	assert_int_equal(err.code, CCM_AUTH);
	ccm_vault_free(other);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, test_vault_set_up, test_vault_tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(test_a_pin_takes_the_place_of_the_key_file),
	    CASE(test_a_pin_is_changed_and_taken_away),
	    CASE(test_new_pins_have_a_length),
	    CASE(test_wrong_pins_are_counted_and_waiting_grows),
	    CASE(test_the_right_pin_in_time_clears_the_count),
	    CASE(test_a_clock_that_went_back_does_not_lock_for_ever),
	    CASE(test_the_officer_sets_a_new_pin_and_keeps_the_keys),
	    CASE(test_beginning_anew_needs_the_officer_and_forgets_all),
	    CASE(test_a_master_key_of_before_is_not_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
