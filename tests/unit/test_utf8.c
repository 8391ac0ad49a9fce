/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/mem.h"
#include "core/utf8.h"

static const struct {
	const char *text;
	int32_t first; /* -1: no character begins there */
	size_t bytes, count;
	bool valid;
} cases[] = {
    {"", 0, 1, 0, true},
    {"a", 'a', 1, 1, true},
    {"\xc3\xa9", 0xe9, 2, 1, true},
    {"\xe8\xaf\x81\xe4\xb9\xa6", 0x8bc1, 3, 2, true},
    {"\xf0\x9f\x94\x91", 0x1f511, 4, 1, true},
    {"\xf4\x8f\xbf\xbf", 0x10ffff, 4, 1, true},
    {"\xf4\x90\x80\x80", -1, 1, 4, false}, /* above U+10FFFF */
    {"\xc0\x80", -1, 1, 2, false},         /* overlong forms */
    {"\xe0\x80\x80", -1, 1, 3, false},
    {"\xed\xa0\x80", -1, 1, 3, false}, /* half of a surrogate pair */
    {"\x80", -1, 1, 1, false},
    {"\xc3", -1, 1, 1, false},
    {"\xe8\xaf", -1, 1, 2, false},
    {"\xff", -1, 1, 1, false},
    {"a\xffz", 'a', 1, 3, false},
};

static void
test_characters_are_told_from_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		size_t bytes;

		assert_int_equal(ccm_utf8_decode(cases[i].text, &bytes), cases[i].first);
		assert_int_equal(bytes, cases[i].bytes);
		assert_int_equal(ccm_utf8_count(cases[i].text), cases[i].count);
		assert_int_equal(ccm_utf8_is_valid(cases[i].text), cases[i].valid);
	}
}

static void
test_a_cut_is_never_in_a_character(void **state)
{
	static const char text[] = "a\xc3\xa9\xe8\xaf\x81\xf0\x9f\x94\x91";
	static const size_t want[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};

	(void)state;
	for (size_t most = 0; most < CCM_COUNT(want); most++)
		assert_int_equal(ccm_utf8_cut(text, most), want[most]);
}

static void
test_an_end_that_was_cut_is_mended(void **state)
{
	static const char text[] = "a\xc3\xa9\xe8\xaf\x81\xf0\x9f\x94\x91";

	(void)state;
	for (size_t most = 0; most < sizeof(text); most++) {
		char cut[sizeof(text)];

		snprintf(cut, sizeof(cut), "%.*s", (int)most, text);
		ccm_utf8_mend(cut);
		assert_int_equal(strlen(cut), ccm_utf8_cut(text, most));
	}
}

/* Bytes of another kind are not ours to take away. */
static void
test_what_is_no_utf8_stays(void **state)
{
	char stray[] = "a\x80\x80\x80\x80", latin[] = "\xe9t";

	(void)state;
	ccm_utf8_mend(stray);
	assert_int_equal(strlen(stray), 5);
	ccm_utf8_mend(latin);
	assert_int_equal(strlen(latin), 2);
}

static void
test_what_is_no_utf8_is_replaced_by_the_byte(void **state)
{
	char text[] = "a\x80\xe8\xaf\x81\xe8\xaf\xf0\x9f\x94\x91\xed\xa0\x80\xc0\xaf";

	(void)state;
	ccm_utf8_replace(text);
	assert_string_equal(text, "a?\xe8\xaf\x81??\xf0\x9f\x94\x91?????");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_characters_are_told_from_bytes),
	    cmocka_unit_test(test_a_cut_is_never_in_a_character),
	    cmocka_unit_test(test_an_end_that_was_cut_is_mended),
	    cmocka_unit_test(test_what_is_no_utf8_stays),
	    cmocka_unit_test(test_what_is_no_utf8_is_replaced_by_the_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
