/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "request_walk.h"

/* Each field of each operation: what the table says of it is what is checked before sending. */

static void
test_requests_made_from_the_table_are_valid(void **state)
{
	(void)state;
	for (size_t i = 0; i < ccm_operation_count(); i++) {
		const struct ccm_operation *op = ccm_operation_at(i);
		struct ccm_json *full = request_full(op), *minimal = request_minimal(op);
		struct ccm_error err = {0};

		if (!ccm_operation_validate(op, full, &err) ||
		    !ccm_operation_validate(op, minimal, &err))
			fail_msg("%s", err.msg);
		ccm_json_free(minimal);
		ccm_json_free(full);
	}
}

static void
expect_refusal(const struct request_flaw *flaw)
{
	struct ccm_json *request = request_flawed(flaw);
	struct ccm_error err = {0};
	char begin[320];

	if (ccm_operation_validate(flaw->op, request, &err))
		fail_msg("%s: accepted", request_flaw_text(flaw));
	assert_int_equal(err.code, CCM_USAGE);
	snprintf(begin, sizeof(begin), "%s: %s", flaw->op->id, flaw->path);
	if (strncmp(err.msg, begin, strlen(begin)) != 0)
		fail_msg("%s: the message is \"%s\"", request_flaw_text(flaw), err.msg);
	ccm_json_free(request);
}

static void
test_each_flaw_is_refused_by_name(void **state)
{
	size_t count = request_each_flaw(expect_refusal);

	(void)state;
	print_message("%zu flaws\n", count);
	assert_true(count >= 600);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_requests_made_from_the_table_are_valid),
	    cmocka_unit_test(test_each_flaw_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
