/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "fake_pca.h"
#include "model/tags.h"

#define WEB_TAGS "a=\t1\nb\t2"

static struct ccm_items
all_of(struct ccm_model *model)
{
	struct ccm_query query = {0};
	struct ccm_items items;

	assert_true(ccm_token_find(ccm_model_token(model, 0), &query, &items, NULL));
	assert_int_equal(items.count, RECORDS);
	return items;
}

static void
test_an_items_tags_are_sorted_lines_and_kept(void **state)
{
	static const struct {
		const char *id, *want;
	} cases[] = {
	    {"00000000-0000-4000-8000-000000000003", WEB_TAGS},
	    {"00000000-0000-4000-8000-000000000004", "b\t"},
	    {"00000000-0000-4000-8000-000000000001", ""},
	};
	struct ccm_model *model = make_model("");
	struct ccm_items items = all_of(model);

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		for (size_t k = 0; k < items.count; k++) {
			struct ccm_buf text = {0};

			if (strcmp(ccm_item_resource_id(items.items[k]), cases[i].id) != 0)
				continue;
			for (int again = 0; again < 2; again++) {
				ccm_buf_clear(&text);
				assert_true(ccm_item_tags(items.items[k], &text, NULL));
				assert_string_equal(ccm_buf_str(&text), cases[i].want);
			}
			ccm_buf_clear(&text);
		}
		assert_int_equal(tag_calls, i + 1);
	}
	ccm_items_clear(&items);
	ccm_model_unref(model);
}

/* Who has just these: found with one search each among certificates and CAs. */
static void
test_who_has_tags_costs_two_searches(void **state)
{
	static const struct {
		const char *text;
		unsigned want; /* a bit for each record */
	} cases[] = {
	    {WEB_TAGS, 1 << WEB}, {"b\t2\na=\t1", 0}, {"b\t2", 0}, {"b\t", 1 << OLD}, {"b", 0},
	    {"", 1 << ROOT | 1 << SUB}, {"\n\n", 0}, /* the last: it is not even asked for */
	};
	struct ccm_model *model = make_model("");
	struct ccm_items items = all_of(model);

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_error err = {0};
		struct ccm_tagged *tagged =
		    ccm_token_tagged(ccm_model_token(model, 0), ccm_span_of(cases[i].text), &err);

		if (tagged == NULL)
			fail_msg("\"%s\": %s", cases[i].text, err.msg);
		for (size_t k = 0; k < items.count; k++) {
			int number = ccm_item_resource_id(items.items[k])[35] - '1';

			assert_int_equal(ccm_tagged_has(tagged, items.items[k]),
			    (cases[i].want >> number & 1) != 0);
		}
		ccm_tagged_free(tagged);
		assert_int_equal(tag_calls, 2 * (i + 1 < CCM_COUNT(cases) ? i + 1 : i));
	}
	ccm_items_clear(&items);
	ccm_model_unref(model);
}

static void
test_an_outage_is_one(void **state)
{
	struct ccm_model *model = make_model("");
	struct ccm_items items = all_of(model);
	struct ccm_buf text = {0};
	struct ccm_error err = {0};

	(void)state;
	failure = CCM_TIMEOUT;
	assert_false(ccm_item_tags(items.items[0], &text, &err));
	assert_int_equal(err.code, CCM_TIMEOUT);
	ccm_error_clear(&err);
	assert_null(ccm_token_tagged(ccm_model_token(model, 0), ccm_span_of("a\tb"), &err));
	assert_int_equal(err.code, CCM_TIMEOUT);
	ccm_items_clear(&items);
	ccm_model_unref(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_an_items_tags_are_sorted_lines_and_kept),
	    cmocka_unit_test(test_who_has_tags_costs_two_searches),
	    cmocka_unit_test(test_an_outage_is_one),
	};

	return cmocka_run_group_tests_name("tags", tests, make_records, free_records);
}
