/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ccm/client.h"

/* Against an address where nobody listens: only what is decided before sending. */
static struct ccm_connection *
connect_nowhere(void)
{
	static char name[] = "/tmp/ccm-lib-XXXXXX";
	struct ccm_error err = {0};
	struct ccm_connection *connection;
	int fd = mkstemp(name);
	FILE *file = fdopen(fd, "w");

	assert_non_null(file);
	fputs("[cloud]\npca_endpoint = https://127.0.0.1:9\nretries = 0\n"
	      "[auth]\naccess_key = A\nsecret_key = B\n",
	    file);
	fclose(file);
	connection = ccm_connect(name, &err);
	assert_string_equal(err.msg, "");
	assert_non_null(connection);
	unlink(name);
	memcpy(name + strlen(name) - 6, "XXXXXX", 6);
	return connection;
}

static void
test_requests_are_checked_before_they_are_sent(void **state)
{
	static const struct {
		const char *operation, *request, *message;
	} cases[] = {
	    {"pca_no_such", "{}", "unknown operation \"pca_no_such\""},
	    {NULL, "{}", "unknown operation \"\""},
	    {"pca_list_cas", "{", "request: not JSON"},
	    {"pca_list_cas", "[]", "pca_list_cas: "},
	    {"pca_list_cas", "{\"limt\": 1}", "pca_list_cas: unknown field \"limt\""},
	    {"pca_list_cas", "{\"limit\": 1001}", "pca_list_cas: limit: "},
	    {"pca_get_ca", NULL, "pca_get_ca: ca_id"},
	};
	struct ccm_connection *connection = connect_nowhere();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ccm_error err = {0};
		char *answer = (char *)cases;

		assert_false(
		    ccm_call(connection, cases[i].operation, cases[i].request, &answer, &err));
		assert_null(answer);
		assert_int_equal(err.code, CCM_USAGE);
		if (strncmp(err.msg, cases[i].message, strlen(cases[i].message)) != 0)
			fail_msg("got \"%s\", want \"%s\"", err.msg, cases[i].message);
	}
	ccm_disconnect(connection);
}

static bool
never(void *context, const char *element)
{
	(void)context, (void)element;
	fail_msg("nothing should have been visited");
	return false;
}

static void
test_only_lists_can_be_walked(void **state)
{
	struct ccm_connection *connection = connect_nowhere();
	struct ccm_text_visitor visitor = {never, NULL};
	struct ccm_error err = {0};

	(void)state;
	assert_false(ccm_list(connection, "pca_create_ca", "{}", visitor, &err));
	assert_string_equal(err.msg, "pca_create_ca does not list anything");
	ccm_error_clear(&err);
	assert_false(ccm_list(connection, "pca_list_cas", NULL, visitor, &err));
	assert_int_equal(err.code, CCM_NETWORK);
	assert_non_null(strstr(err.msg, "127.0.0.1"));
	ccm_disconnect(connection);
}

static void
test_a_missing_configuration_is_told(void **state)
{
	struct ccm_error err = {0};

	(void)state;
	assert_null(ccm_connect("/no/such/file", &err));
	assert_int_equal(err.code, CCM_CONFIG);
	assert_string_equal(ccm_code_name(err.code), "configuration");
	ccm_disconnect(NULL);
	ccm_text_free(NULL);
}

static void
test_operations_are_listed(void **state)
{
	size_t count = 0;

	(void)state;
	while (ccm_operation_id(count) != NULL) {
		assert_non_null(ccm_operation_summary(count));
		count++;
	}
	assert_true(count >= 10);
	assert_null(ccm_operation_summary(count));
	assert_string_equal(ccm_version(), "0.1.0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_requests_are_checked_before_they_are_sent),
	    cmocka_unit_test(test_only_lists_can_be_walked),
	    cmocka_unit_test(test_a_missing_configuration_is_told),
	    cmocka_unit_test(test_operations_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
