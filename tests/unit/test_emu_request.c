/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "emu/request.h"

static struct ccm_emu_request
parsed(const char *target, bool *ok)
{
	struct ccm_emu_request request = {.method = "GET", .target = target};
	struct ccm_error err = {0};

	*ok = ccm_emu_request_parse(&request, &err);
	assert_int_equal(*ok, err.code == CCM_OK);
	return request;
}

static void
test_targets_are_decoded(void **state)
{
	static const struct {
		const char *target, *path, *name, *value;
	} cases[] = {
	    {"/v1/a", "/v1/a", "x", NULL},
	    {"/v1/a?", "/v1/a", "x", NULL},
	    {"/v1/a%20b+c", "/v1/a b+c", "x", NULL},
	    {"/v1/a%2Fb", "/v1/a/b", "x", NULL},
	    {"/a?x=1", "/a", "x", "1"},
	    {"/a?y=2&x=1", "/a", "x", "1"},
	    {"/a?x=1&x=2", "/a", "x", "1"},
	    {"/a?x", "/a", "x", ""},
	    {"/a?x=", "/a", "x", ""},
	    {"/a?&&x=1&", "/a", "x", "1"},
	    {"/a?x=a=b", "/a", "x", "a=b"},
	    {"/a?x=a?b", "/a", "x", "a?b"},
	    {"/a?x=a+b%2Bc%2a", "/a", "x", "a b+c*"},
	    {"/a?%78=%e6%a0%b9", "/a", "x", "根"},
	    {"/a?xx=1", "/a", "x", NULL},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		bool ok;
		struct ccm_emu_request request = parsed(cases[i].target, &ok);
		const char *value = ccm_emu_request_query(&request, cases[i].name);

		assert_true(ok);
		assert_string_equal(request.path, cases[i].path);
		if (cases[i].value == NULL)
			assert_null(value);
		else
			assert_string_equal(value, cases[i].value);
		ccm_emu_request_clear(&request);
	}
}

static void
test_broken_escapes_are_refused(void **state)
{
	static const char *const cases[] = {"/%", "/%2", "/%zz", "/%00", "/a?%", "/a?x=%4",
	    "/a?x=%00", "/a?x=%g0&y=1", "/a?y=1&%zz=1"};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		bool ok;
		struct ccm_emu_request request = parsed(cases[i], &ok);

		assert_false(ok);
		ccm_emu_request_clear(&request);
	}
}

static void
test_headers_are_found_in_any_case(void **state)
{
	static const struct ccm_header headers[] = {
	    {"Host", "h"}, {"X-Auth-Token", "a"}, {"x-auth-token", "b"}};
	struct ccm_emu_request request = {.headers = headers, .header_count = CCM_COUNT(headers)};

	(void)state;
	assert_string_equal(ccm_emu_request_header(&request, "host"), "h");
	assert_string_equal(ccm_emu_request_header(&request, "X-AUTH-TOKEN"), "a");
	assert_null(ccm_emu_request_header(&request, "auth"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_targets_are_decoded),
	    cmocka_unit_test(test_broken_escapes_are_refused),
	    cmocka_unit_test(test_headers_are_found_in_any_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
