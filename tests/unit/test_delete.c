/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "fake_pca.h"

static struct ccm_item *
find(struct ccm_model *model, const char *name)
{
	const struct ccm_query query = {.label = name};
	struct ccm_items items;
	struct ccm_item *item;

	assert_true(ccm_token_find(ccm_model_token(model, 0), &query, &items, NULL));
	assert_true(items.count >= 1);
	item = ccm_item_ref(items.items[0]);
	ccm_items_clear(&items);
	return item;
}

static void
test_what_is_not_deleted_stays_known(void **state)
{
	struct ccm_model *model = make_model("");
	struct ccm_item *item = find(model, "web.example.com");
	struct ccm_error err = {0};

	(void)state;
	refusal = 409;
	assert_false(ccm_item_delete(item, &err));
	assert_int_equal(err.code, CCM_CONFLICT);
	assert_non_null(strstr(err.msg, "deleting web.example.com ("));
	refusal = 0;
	ccm_item_unref(item);
	ccm_item_unref(find(model, "web.example.com"));
	assert_int_equal(lists, 1);
	ccm_model_unref(model);
}

static void
test_a_CA_is_not_deleted(void **state)
{
	struct ccm_model *model = make_model("");
	struct ccm_item *item = find(model, records[SUB].name);
	struct ccm_error err = {0};

	(void)state;
	assert_false(ccm_item_delete(item, &err));
	assert_int_equal(err.code, CCM_UNSUPPORTED);
	assert_non_null(strstr(err.msg, "it is a CA"));
	ccm_item_unref(item);
	ccm_model_unref(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_is_not_deleted_stays_known),
	    cmocka_unit_test(test_a_CA_is_not_deleted),
	};

	return cmocka_run_group_tests(tests, make_records, free_records);
}
