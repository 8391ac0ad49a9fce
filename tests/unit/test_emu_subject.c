/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "emu/answer.h"
#include "emu/subject.h"

static struct ccm_json *
json(const char *text)
{
	return ccm_json_parse(ccm_span_of(text), NULL);
}

static void
test_alternative_names_are_checked(void **state)
{
	static const struct {
		const char *type, *value, *code; /* NULL: right */
	} cases[] = {
	    {"DNS", "a", NULL},
	    {"DNS", "web.example.com", NULL},
	    {"DNS", "*.example.com", NULL},
	    {"DNS", "_a.xn--p1ai", NULL},
	    {"DNS", "", "PCA.00020110"},
	    {"DNS", "*", "PCA.00020110"},
	    {"DNS", "a.*.b", "PCA.00020110"},
	    {"DNS", ".a", "PCA.00020110"},
	    {"DNS", "a.", "PCA.00020110"},
	    {"DNS", "a..b", "PCA.00020110"},
	    {"DNS", "-a.b", "PCA.00020110"},
	    {"DNS", "a-.b", "PCA.00020110"},
	    {"DNS", "a b", "PCA.00020110"},
	    {"DNS", "根.cn", "PCA.00020110"},
	    {"DNS", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"PCA.00020110"},
	    {"IP", "192.0.2.1", NULL},
	    {"IP", "::1", NULL},
	    {"IP", "2001:db8::192.0.2.1", NULL},
	    {"IP", "192.0.2", "PCA.00020111"},
	    {"IP", "192.0.2.256", "PCA.00020111"},
	    {"IP", "192.0.2.1/24", "PCA.00020111"},
	    {"IP", "fe80::1%eth0", "PCA.00020111"},
	    {"EMAIL", "me@example.com", NULL},
	    {"EMAIL", "me", "PCA.00020001"},
	    {"EMAIL", "@example.com", "PCA.00020001"},
	    {"EMAIL", "m e@example.com", "PCA.00020001"},
	    {"URI", "https://example.com/?a#b", NULL},
	    {"URI", "urn:x", NULL},
	    {"URI", "example.com", "PCA.00020001"},
	    {"URI", "1:x", "PCA.00020001"},
	    {"URI", "a:", "PCA.00020001"},
	    {"URI", "a: b", "PCA.00020001"},
	    {"UPN", "me@corp", NULL},
	    {"UPN", "根@corp", NULL},
	    {"UPN", "\xc3(", "PCA.00020001"},
	    {"X400", "a", "PCA.00020112"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_emu_san sans[CCM_EMU_SAN_MAX];
		struct ccm_error err = {0};
		char text[256];
		struct ccm_json *list;
		size_t count;

		snprintf(text, sizeof(text), "[{\"type\":\"%s\",\"value\":\"%s\"}]", cases[i].type,
		    cases[i].value);
		list = json(text);
		assert_int_equal(
		    ccm_emu_sans_read(list, sans, &count, &err), cases[i].code == NULL);
		assert_string_equal(err.api_code, cases[i].code != NULL ? cases[i].code : "");
		ccm_json_free(list);
	}
}

static void
test_no_alternative_names_are_none(void **state)
{
	struct ccm_emu_san sans[CCM_EMU_SAN_MAX];
	size_t count = 1;

	(void)state;
	assert_true(ccm_emu_sans_read(NULL, sans, &count, NULL));
	assert_int_equal(count, 0);
}

static void
clear(char **parts)
{
	for (size_t i = 0; i < CCM_EMU_NAME_PARTS; i++)
		ccm_free(parts[i]);
}

static void
test_a_name_inherits_what_it_lacks(void **state)
{
	char *above[CCM_EMU_NAME_PARTS] = {
	    (char *)"CA", (char *)"CN", (char *)"S", NULL, (char *)"O", (char *)"OU"};
	char *got[CCM_EMU_NAME_PARTS] = {0};
	struct ccm_json *name = json("{\"common_name\":\"*.x\",\"organization\":\"Mine\"}");

	(void)state;
	assert_true(ccm_emu_subject_read(name, above, got, NULL));
	assert_string_equal(got[CCM_EMU_NAME_CN], "*.x");
	assert_string_equal(got[CCM_EMU_NAME_C], "CN");
	assert_string_equal(got[CCM_EMU_NAME_ST], "S");
	assert_null(got[CCM_EMU_NAME_L]);
	assert_string_equal(got[CCM_EMU_NAME_O], "Mine");
	assert_string_equal(got[CCM_EMU_NAME_OU], "OU");
	clear(got);
	ccm_json_free(name);
}

static void
test_letters_of_names_are_checked(void **state)
{
	static const struct {
		const char *name;
		bool right;
	} cases[] = {
	    {"{\"common_name\":\"a-Z_0 9.,*\"}", true},
	    {"{\"common_name\":\"根证书\"}", true},
	    {"{\"common_name\":\"a@b\"}", false},
	    {"{\"common_name\":\"caf\xc3\xa9\"}", false},
	    {"{\"common_name\":\"\xf0\x9f\x98\x80\"}", false},
	    {"{\"common_name\":\"\xc3\"}", false},
	    {"{\"common_name\":\"a\\nb\"}", false},
	    {"{\"organization\":\"*\"}", false},
	    {"{\"country\":\"CN\"}", true},
	    {"{\"country\":\"C1\"}", false},
	    {"{\"country\":\"C.\"}", false},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		char *got[CCM_EMU_NAME_PARTS] = {0};
		struct ccm_error err = {0};
		struct ccm_json *name = json(cases[i].name);

		assert_int_equal(ccm_emu_subject_read(name, NULL, got, &err), cases[i].right);
		assert_string_equal(err.api_code, cases[i].right ? "" : "PCA.00020101");
		clear(got);
		ccm_json_free(name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_alternative_names_are_checked),
	    cmocka_unit_test(test_no_alternative_names_are_none),
	    cmocka_unit_test(test_a_name_inherits_what_it_lacks),
	    cmocka_unit_test(test_letters_of_names_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
