/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cloud/shape.h"
#include "core/json.h"

#define FILTER &ccm_pca_list_cas_by_tags

/* want NULL: stays as it is (spec/ccm-api.md 8 filter_example_shape). */
static const struct {
	const char *name;
	const struct ccm_operation *op;
	const char *answer, *want;
} shapes[] = {
    {"as the tables have it", FILTER,
	"{\"total_count\":1,\"resources\":[{\"resource_id\":\"1\",\"resource_detail\":{\"ca_id\":"
	"\"1\"},\"tags\":[]}]}",
	NULL},
    {"as the example has it", FILTER,
	"{\"total_count\":1,\"resources\":[{\"resource_id\":\"1\"},{\"resource_name\":\"n\"},"
	"{\"resource_detail\":[{\"ca_id\":\"1\"}]},{\"tags\":[{\"key\":\"k\",\"value\":\"v\"}]}]}",
	"{\"total_count\":1,\"resources\":[{\"resource_id\":\"1\",\"resource_name\":\"n\","
	"\"resource_detail\":{\"ca_id\":\"1\"},\"tags\":[{\"key\":\"k\",\"value\":\"v\"}]}]}"},
    {"two scattered ones", FILTER,
	"{\"total_count\":2,\"resources\":[{\"resource_id\":\"1\"},{\"tags\":null},"
	"{\"resource_id\":\"2\"},{\"tags\":[]}]}",
	"{\"total_count\":2,\"resources\":[{\"resource_id\":\"1\",\"tags\":null},"
	"{\"resource_id\":\"2\",\"tags\":[]}]}"},
    {"a detail in a list of one", FILTER,
	"{\"total_count\":\"1\",\"resources\":[{\"resource_id\":\"1\",\"resource_detail\":[{\"a\":"
	"1}]}]}",
	"{\"total_count\":\"1\",\"resources\":[{\"resource_id\":\"1\",\"resource_detail\":{\"a\":1}"
	"}]"
	"}"},
    {"details of more than one", FILTER,
	"{\"total_count\":1,\"resources\":[{\"resource_detail\":[{\"a\":1},{\"a\":2}]}]}", NULL},
    {"no detail in the list", FILTER,
	"{\"total_count\":1,\"resources\":[{\"resource_id\":\"1\",\"resource_detail\":[]}]}", NULL},
    {"as many elements as resources", FILTER,
	"{\"total_count\":2,\"resources\":[{\"resource_id\":\"1\"},{\"resource_id\":\"2\"}]}",
	NULL},
    {"more than counted, but whole", FILTER,
	"{\"total_count\":1,\"resources\":[{\"resource_id\":\"1\",\"tags\":[]},{\"resource_id\":"
	"\"2\"}]}",
	NULL},
    {"no count", FILTER, "{\"resources\":[{\"resource_id\":\"1\"},{\"tags\":[]}]}", NULL},
    {"what is no object stays", FILTER,
	"{\"total_count\":1,\"resources\":[7,{\"resource_detail\":[{\"a\":1}]}]}",
	"{\"total_count\":1,\"resources\":[7,{\"resource_detail\":{\"a\":1}}]}"},
    {"no list", FILTER, "{\"total_count\":1,\"resources\":{}}", NULL},
    {"empty", FILTER, "{\"total_count\":0,\"resources\":[]}", NULL},
    {"no object", FILTER, "[1]", NULL},
    {"another operation", &ccm_pca_list_cas,
	"{\"total_count\":1,\"resources\":[{\"a\":1},{\"resource_detail\":[{\"b\":1}]}]}", NULL},
};

static void
test_filters_get_the_shape_of_the_tables(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(shapes); i++) {
		const char *want = shapes[i].want != NULL ? shapes[i].want : shapes[i].answer;
		struct ccm_json *answer = ccm_json_parse(ccm_span_of(shapes[i].answer), NULL);
		struct ccm_error err = {0};
		struct ccm_buf text = {0};

		assert_non_null(answer);
		assert_true(ccm_shape_repair(shapes[i].op, answer, &err));
		assert_true(ccm_json_print(answer, false, &text, NULL));
		if (strcmp(ccm_buf_str(&text), want) != 0)
			fail_msg(
			    "%s\n  got  %s\n  want %s", shapes[i].name, ccm_buf_str(&text), want);
		ccm_buf_clear(&text);
		ccm_json_free(answer);
	}
	assert_true(ccm_shape_repair(FILTER, NULL, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_filters_get_the_shape_of_the_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
