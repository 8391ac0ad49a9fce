/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/json.h"

static struct ccm_json *
parse(const char *text)
{
	struct ccm_error err = {0};
	struct ccm_json *json = ccm_json_parse(ccm_span_of(text), &err);

	assert_string_equal(err.msg, "");
	return json;
}

static void
test_what_is_not_json_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
	    {"", "empty text where JSON was expected"},
	    {"{\"a\":", "not JSON: error at byte 4 of 5"},
	    {"<html>", "not JSON: error at byte 0 of 6"},
	    {"{} x", "not JSON: more text after the value at byte 3"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_error err = {0};

		assert_null(ccm_json_parse(ccm_span_of(cases[i].text), &err));
		assert_int_equal(err.code, CCM_PROTOCOL);
		assert_string_equal(err.msg, cases[i].message);
	}
}

#define CASE(text, at)                     \
	{                                  \
		text, sizeof(text) - 1, at \
	}

/* Texts end at a NUL, so what stands behind it would go unseen. */
static void
test_a_nul_is_refused_wherever_it_hides(void **state)
{
	static const struct {
		const char *text;
		size_t len, at;
	} cases[] = {
	    CASE("{\"a\":\"x\\u0000y\"}", 7),
	    CASE("{\"a\":\"x\0y\"}", 7),
	    CASE("{\"a\\u0000\":1}", 3),
	    CASE("{}\0", 2),
	    CASE("{\"a\":\"\\\\\\u0000\"}", 8),
	};
	char want[80];

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_error err = {0};

		assert_null(ccm_json_parse(CCM_SPAN(cases[i].text, cases[i].len), &err));
		snprintf(want, sizeof(want), "not JSON that is read here: a NUL at byte %zu of %zu",
		    cases[i].at, cases[i].len);
		assert_string_equal(err.msg, want);
	}
	ccm_json_free(parse("{\"a\":\"\\\\u0000 \\u0001\"}"));
}

static void
test_what_is_printed_is_utf8(void **state)
{
	struct ccm_json *json =
	    ccm_json_parse(ccm_span_of("{\"a\":\"\xd6k \xe8\xaf\x81 \xe8\xaf\"}"), NULL);
	struct ccm_buf text = {0};

	(void)state;
	assert_non_null(json);
	assert_true(ccm_json_print(json, false, &text, NULL));
	assert_string_equal(ccm_buf_str(&text), "{\"a\":\"?k \xe8\xaf\x81 ??\"}");
	ccm_buf_clear(&text);
	ccm_json_free(json);
	assert_null(ccm_json_parse(CCM_SPAN(NULL, 0), NULL));
}

static void
test_long_documents_are_printed_whole(void **state)
{
	struct ccm_json *json = ccm_json_new_object(NULL);
	struct ccm_buf text, long_text = {0};
	const char *back;
	struct ccm_json *again;

	(void)state;
	for (size_t i = 0; i < 5000; i++)
		assert_true(ccm_buf_append_str(&long_text, "\"ü\n", NULL));
	assert_true(ccm_json_add_string(json, "a", ccm_buf_str(&long_text), NULL));
	ccm_buf_init_secret(&text);
	assert_true(ccm_buf_append_str(&text, "before ", NULL));
	assert_true(ccm_json_print(json, false, &text, NULL));
	assert_int_equal(text.len, strlen(ccm_buf_str(&text)));
	again = ccm_json_parse(CCM_SPAN(text.data + 7, text.len - 7), NULL);
	assert_true(ccm_json_string(again, "a", &back, NULL));
	assert_string_equal(back, ccm_buf_str(&long_text));
	ccm_json_free(again);
	ccm_json_free(json);
	ccm_buf_clear(&text);
	ccm_buf_clear(&long_text);
}

static void
test_twins_of_types_are_read(void **state)
{
	struct ccm_json *json = parse("{\"n\":\"1645146939688\",\"m\":1645146939688,\"t\":\"true\","
				      "\"f\":false,\"on\":\"ON\",\"off\":\"OFF\",\"s\":\"x\",\"z\":"
				      "null,\"h\":1.5,\"e\":\"\",\"big\":\"99999999999999999999\","
				      "\"huge\":1e300}\r\n");
	struct ccm_error err = {0};
	const char *text = "kept";
	int64_t number = 0;
	bool boolean = false;

	(void)state;
	assert_true(ccm_json_int(json, "n", &number, &err));
	assert_true(number == 1645146939688);
	assert_true(ccm_json_int(json, "m", &number, &err));
	assert_true(number == 1645146939688);
	assert_true(ccm_json_opt_bool(json, "t", &boolean, &err) && boolean);
	assert_true(ccm_json_opt_bool(json, "f", &boolean, &err) && !boolean);
	assert_true(ccm_json_opt_bool(json, "on", &boolean, &err) && boolean);
	assert_true(ccm_json_opt_bool(json, "off", &boolean, &err) && !boolean);
	assert_false(ccm_json_opt_bool(json, "s", &boolean, NULL));
	assert_true(ccm_json_opt_string(json, "z", &text, &err));
	assert_string_equal(text, "kept");
	assert_false(ccm_json_opt_int(json, "big", &number, NULL));
	assert_false(ccm_json_opt_int(json, "huge", &number, NULL));
	assert_true(number == 1645146939688);
	assert_true(ccm_json_opt_int(json, "missing", &number, &err));
	assert_false(ccm_json_opt_int(json, "h", &number, &err));
	assert_string_equal(err.msg, "h is a number, not a whole number");
	ccm_error_clear(&err);
	assert_false(ccm_json_opt_int(json, "e", &number, &err));
	ccm_json_free(json);
}

static void
test_times_of_both_services_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t want; /* -1: no time */
	} cases[] = {
	    {"1645146939688", 1645146939688},
	    {"\"1645146939688\"", 1645146939688},
	    {"\"2021-05-27 16:46:25.0\"", 1622105185000},
	    {"\"2021-05-27 16:46:25.25\"", 1622105185250},
	    {"\"2021-05-27 16:46:25\"", 1622105185000},
	    {"\"2021-05-27T08:46:25Z\"", 1622105185000},
	    {"\"2021-05-27 16:46:25.0 CST\"", -1},
	    {"\"2021-05-27\"", -1},
	    {"\"\"", -1},
	    {"null", -1},
	    {"true", -1},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_json *json = parse(cases[i].text);
		int64_t ms = 0;

		assert_int_equal(ccm_json_as_time(json, &ms), cases[i].want != -1);
		if (cases[i].want != -1)
			assert_int_equal(ms, cases[i].want);
		ccm_json_free(json);
	}
	assert_false(ccm_json_as_time(NULL, &(int64_t){0}));
}

static void
test_errors_name_the_path(void **state)
{
	struct ccm_json *json = parse("{\"a\":{\"b\":[1]},\"c\":7}");
	struct ccm_error err = {0};
	const struct ccm_json *list;
	const char *text;

	(void)state;
	assert_false(ccm_json_string(json, "a.b", &text, &err));
	assert_string_equal(err.msg, "a.b is a list, not a string");
	ccm_error_clear(&err);
	assert_false(ccm_json_string(json, "a.x", &text, &err));
	assert_string_equal(err.msg, "a.x is missing");
	ccm_error_clear(&err);
	assert_false(ccm_json_array(json, "c", &list, &err));
	assert_string_equal(err.msg, "c is a number, not a list");
	assert_null(ccm_json_get(json, "c.d"));
	assert_true(ccm_json_array(json, "a.b", &list, NULL));
	assert_int_equal(ccm_json_count(list), 1);
	ccm_json_free(json);
}

static void
test_dotted_names_build_objects(void **state)
{
	struct ccm_error err = {0};
	struct ccm_json *json = ccm_json_new_object(&err), *list = ccm_json_new_array(&err);
	struct ccm_buf text = {0};

	(void)state;
	assert_true(ccm_json_add_string(json, "dn.common_name", "\xc3\xa9", &err));
	assert_true(ccm_json_add_string(json, "dn.country", "CN", &err));
	assert_true(ccm_json_add_int(json, "n", 1645146939688, &err));
	assert_true(ccm_json_add_bool(json, "b", true, &err));
	assert_true(ccm_json_append_string(list, "x", &err));
	assert_true(ccm_json_add_json(json, "list", list, &err));
	assert_true(ccm_json_add_int(json, "n", 2, &err));
	assert_true(ccm_json_print(json, false, &text, &err));
	assert_string_equal(ccm_buf_str(&text), "{\"dn\":{\"common_name\":\"\xc3\xa9\",\"country\":"
						"\"CN\"},\"b\":true,\"list\":[\"x\"],\"n\":2}");
	ccm_buf_clear(&text);
	assert_false(ccm_json_add_json(json, "x", NULL, &err));
	ccm_json_free(json);
}

static void
test_redacted_text_has_no_secret(void **state)
{
	struct ccm_json *json = parse("{\"private_key\":\"hush\",\"list\":[{\"Password\":\"hush\","
				      "\"name\":\"shown\"}],\"credential\":{\"secret\":\"hush\"}}");
	struct ccm_buf text = {0};

	(void)state;
	assert_true(ccm_json_print_redacted(json, &text, NULL));
	assert_null(strstr(ccm_buf_str(&text), "hush"));
	assert_non_null(strstr(ccm_buf_str(&text), "shown"));
	ccm_buf_clear(&text);
	ccm_json_free(json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_is_not_json_is_refused_with_its_place),
	    cmocka_unit_test(test_a_nul_is_refused_wherever_it_hides),
	    cmocka_unit_test(test_what_is_printed_is_utf8),
	    cmocka_unit_test(test_long_documents_are_printed_whole),
	    cmocka_unit_test(test_twins_of_types_are_read),
	    cmocka_unit_test(test_times_of_both_services_are_read),
	    cmocka_unit_test(test_errors_name_the_path),
	    cmocka_unit_test(test_dotted_names_build_objects),
	    cmocka_unit_test(test_redacted_text_has_no_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
