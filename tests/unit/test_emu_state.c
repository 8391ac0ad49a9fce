/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "emu/state.h"

/* A CA or certificate with as much as the database asks for. */
static struct ccm_emu_resource
make(enum ccm_emu_resource_kind kind, const char *id, const char *status)
{
	struct ccm_emu_resource resource;

	ccm_emu_resource_init(&resource, kind);
	resource.id = ccm_strdup(id, NULL);
	resource.status = ccm_strdup(status, NULL);
	resource.key_algorithm = ccm_strdup("EC256", NULL);
	resource.name[CCM_EMU_NAME_CN] = ccm_strdup(id, NULL);
	resource.create_time = 1000;
	return resource;
}

static bool
add(struct ccm_emu_state *store, enum ccm_emu_resource_kind kind, const char *id, int64_t quota)
{
	struct ccm_emu_resource resource = make(kind, id, "PENDING");
	bool added;

	assert_true(ccm_emu_state_add(store, &resource, quota, &added, NULL));
	ccm_emu_resource_clear(&resource);
	return added;
}

static void
test_the_quota_is_by_kind(void **state)
{
	struct ccm_emu_state *store = ccm_emu_state_open(NULL, NULL);
	int64_t count;

	(void)state;
	assert_true(add(store, CCM_EMU_RESOURCE_CA, "a", 2));
	assert_true(add(store, CCM_EMU_RESOURCE_CERTIFICATE, "x", 2));
	assert_true(add(store, CCM_EMU_RESOURCE_CA, "b", 2));
	assert_false(add(store, CCM_EMU_RESOURCE_CA, "c", 2));
	assert_true(add(store, CCM_EMU_RESOURCE_CERTIFICATE, "y", 2));
	assert_true(ccm_emu_state_count(store, CCM_EMU_RESOURCE_CA, &count, NULL));
	assert_int_equal(count, 2);
	ccm_emu_state_close(store);
}

static void
test_a_row_comes_back_as_it_went(void **state)
{
	struct ccm_emu_state *store = ccm_emu_state_open(NULL, NULL);
	struct ccm_emu_resource in = make(CCM_EMU_RESOURCE_CA, "Ab", "ACTIVED"), out;
	bool added;

	(void)state;
	in.issuer_name = ccm_strdup("根 'x'", NULL);
	in.path_length = 0;
	in.not_after = INT64_MAX;
	assert_true(ccm_buf_append(&in.certificate, "\0\xff", 2, NULL));
	assert_true(ccm_emu_state_add(store, &in, 1, &added, NULL));
	assert_true(ccm_emu_state_get(store, CCM_EMU_RESOURCE_CA, "aB", &out, NULL));
	assert_string_equal(out.id, "Ab");
	assert_string_equal(out.issuer_name, "根 'x'");
	assert_null(out.issuer_id);
	assert_int_equal(out.path_length, 0);
	assert_int_equal(out.not_before, CCM_EMU_NONE);
	assert_true(out.not_after == INT64_MAX);
	assert_true(ccm_span_equal(ccm_buf_span(&out.certificate), ccm_buf_span(&in.certificate)));
	assert_int_equal(out.private_key.len, 0);
	ccm_emu_resource_clear(&out);
	assert_true(ccm_emu_state_get(store, CCM_EMU_RESOURCE_CERTIFICATE, "Ab", &out, NULL));
	assert_null(out.id);
	ccm_emu_resource_clear(&out);
	ccm_emu_resource_clear(&in);
	ccm_emu_state_close(store);
}

static bool
see_no_blob(void *context, const struct ccm_emu_resource *resource, struct ccm_error *err)
{
	(void)err;
	assert_int_equal(resource->certificate.len, 0);
	assert_int_equal(resource->private_key.len, 0);
	assert_string_equal(resource->id, "a");
	++*(size_t *)context;
	return true;
}

static void
test_keys_are_secret_and_in_no_list(void **state)
{
	static const struct ccm_emu_state_query query = {
	    .kind = CCM_EMU_RESOURCE_CA, .sort_key = "create_time", .limit = 9};
	struct ccm_emu_state *store = ccm_emu_state_open(NULL, NULL);
	struct ccm_emu_resource in = make(CCM_EMU_RESOURCE_CA, "a", "ACTIVED"), out;
	size_t seen = 0;
	bool added;

	(void)state;
	assert_true(in.private_key.secret && in.enc_private_key.secret);
	assert_true(ccm_buf_append(&in.certificate, "c", 1, NULL));
	assert_true(ccm_buf_append(&in.private_key, "k", 1, NULL));
	assert_true(ccm_emu_state_add(store, &in, 1, &added, NULL));
	assert_true(ccm_emu_state_list(store, &query, see_no_blob, &seen, NULL));
	assert_int_equal(seen, 1);
	assert_true(ccm_emu_state_get(store, CCM_EMU_RESOURCE_CA, "a", &out, NULL));
	assert_string_equal(ccm_buf_str(&out.private_key), "k");
	assert_true(out.private_key.secret);
	ccm_emu_resource_clear(&out);
	ccm_emu_resource_clear(&in);
	ccm_emu_state_close(store);
}

static void
test_an_id_is_there_once(void **state)
{
	struct ccm_emu_state *store = ccm_emu_state_open(NULL, NULL);
	struct ccm_emu_resource twin = make(CCM_EMU_RESOURCE_CERTIFICATE, "A", "ISSUED");
	struct ccm_error err = {0};
	bool added = true;

	(void)state;
	assert_true(add(store, CCM_EMU_RESOURCE_CA, "a", 9));
	assert_false(ccm_emu_state_add(store, &twin, 9, &added, &err));
	assert_false(added);
	assert_int_equal(err.code, CCM_STORE);
	ccm_emu_resource_clear(&twin);
	ccm_emu_state_close(store);
}

static void
test_only_one_activation_wins(void **state)
{
	struct ccm_emu_state *store = ccm_emu_state_open(NULL, NULL);
	struct ccm_emu_resource ca;
	bool changed;

	(void)state;
	assert_true(add(store, CCM_EMU_RESOURCE_CA, "a", 9));
	ca = make(CCM_EMU_RESOURCE_CA, "a", "ACTIVED");
	assert_true(ccm_emu_state_activate(store, &ca, &changed, NULL));
	assert_true(changed);
	assert_true(ccm_emu_state_activate(store, &ca, &changed, NULL));
	assert_false(changed);
	ccm_emu_resource_clear(&ca);
	ccm_emu_state_close(store);
}

static void
test_expiry_is_derived_from_the_clock(void **state)
{
	static const struct {
		const char *status;
		int64_t left;
		const char *want;
	} cases[] = {
	    {"ACTIVED", 60000, "ACTIVED"},
	    {"ACTIVED", -1, "EXPIRED"},
	    {"ISSUED", -1, "EXPIRED"},
	    {"DISABLED", -1, "DISABLED"},
	    {"PENDING", -1, "PENDING"},
	};
	struct ccm_emu_state *store = ccm_emu_state_open(NULL, NULL);

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_emu_resource in, out;
		char id[8];
		bool added;

		snprintf(id, sizeof(id), "%zu", i);
		in = make(CCM_EMU_RESOURCE_CA, id, cases[i].status);
		in.not_after = ccm_clock_now_ms() + cases[i].left;
		assert_true(ccm_emu_state_add(store, &in, 99, &added, NULL));
		assert_true(ccm_emu_state_get(store, CCM_EMU_RESOURCE_CA, id, &out, NULL));
		assert_string_equal(out.status, cases[i].want);
		ccm_emu_resource_clear(&out);
		ccm_emu_resource_clear(&in);
	}
	ccm_emu_state_close(store);
}

static void
test_lists_sort_by_columns_only(void **state)
{
	struct ccm_emu_state_query query = {.sort_key = "id; DROP TABLE resource", .limit = 1};
	struct ccm_emu_state *store = ccm_emu_state_open(NULL, NULL);
	struct ccm_error err = {0};

	(void)state;
	assert_false(ccm_emu_state_list(store, &query, NULL, NULL, &err));
	assert_int_equal(err.code, CCM_INTERNAL);
	ccm_emu_state_close(store);
}

static void
test_old_tokens_are_forgotten(void **state)
{
	const int64_t day = 24 * 3600 * INT64_C(1000);
	struct ccm_emu_state *store = ccm_emu_state_open(NULL, NULL);
	int64_t expires;

	(void)state;
	assert_true(ccm_emu_state_add_token(store, "a", 0, 1000, NULL));
	assert_true(ccm_emu_state_add_token(store, "b", day, 2 * day, NULL));
	assert_true(ccm_emu_state_get_token(store, "a", &expires, NULL));
	assert_int_equal(expires, 1000);
	assert_true(ccm_emu_state_add_token(store, "c", day + 1001, 3 * day, NULL));
	assert_true(ccm_emu_state_get_token(store, "a", &expires, NULL));
	assert_int_equal(expires, CCM_EMU_NONE);
	assert_true(ccm_emu_state_get_token(store, "b", &expires, NULL));
	assert_true(expires == 2 * day);
	ccm_emu_state_close(store);
}

static void
test_settings_are_replaced(void **state)
{
	struct ccm_emu_state *store = ccm_emu_state_open(NULL, NULL);
	struct ccm_buf value = {0};

	(void)state;
	assert_true(ccm_emu_state_get_setting(store, "x", &value, NULL));
	assert_int_equal(value.len, 0);
	assert_true(ccm_emu_state_put_setting(store, "x", ccm_span_of("1"), NULL));
	assert_true(ccm_emu_state_put_setting(store, "x", ccm_span_of("23"), NULL));
	assert_true(ccm_emu_state_get_setting(store, "x", &value, NULL));
	assert_string_equal(ccm_buf_str(&value), "23");
	ccm_buf_clear(&value);
	ccm_emu_state_close(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_quota_is_by_kind),
	    cmocka_unit_test(test_a_row_comes_back_as_it_went),
	    cmocka_unit_test(test_keys_are_secret_and_in_no_list),
	    cmocka_unit_test(test_an_id_is_there_once),
	    cmocka_unit_test(test_only_one_activation_wins),
	    cmocka_unit_test(test_expiry_is_derived_from_the_clock),
	    cmocka_unit_test(test_lists_sort_by_columns_only),
	    cmocka_unit_test(test_old_tokens_are_forgotten),
	    cmocka_unit_test(test_settings_are_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
