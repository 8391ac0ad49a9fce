/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "cli/progress.h"
#include "cli/table.h"
#include "core/clock.h"

#define WIDE "\xe8\xaf\x81\xe4\xb9\xa6" /* two characters of two columns each */

static void
test_text_is_cleaned(void **state)
{
	static const struct {
		const char *name, *text, *want;
	} cases[] = {
	    {"plain text stays", "web.example.com", "web.example.com"},
	    {"so does UTF-8", "B\xc3\xbc" WIDE "\xf0\x9f\x94\x91",
		"B\xc3\xbc" WIDE "\xf0\x9f\x94\x91"},
	    {"escapes don't reach the terminal", "a\033[2Jb", "a?[2Jb"},
	    {"nor does a line break or tab", "a\tb\nc\rd", "a?b?c?d"},
	    {"C1 controls",
		"a\xc2\x9b"
		"2J",
		"a?2J"},
	    {"delete", "a\x7f", "a?"},
	    {"reordering",
		"a\xe2\x80\xae"
		"b",
		"a?b"},
	    {"a lone continuation byte", "a\x80z", "a?z"},
	    {"a cut sequence", "a\xe8\xaf", "a??"},
	    {"an overlong slash", "\xc0\xaf", "??"},
	    {"a surrogate", "\xed\xa0\x80", "???"},
	    {"above Unicode", "\xf4\x90\x80\x80", "????"},
	    {"no UTF-8 at all", "\xff\xfe", "??"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_buf out = {0};

		assert_true(ccm_text_clean(cases[i].text, false, &out, NULL));
		if (strcmp(ccm_buf_str(&out), cases[i].want) != 0)
			fail_msg("%s: \"%s\"", cases[i].name, ccm_buf_str(&out));
		ccm_buf_clear(&out);
	}
}

static void
test_line_breaks_can_be_kept(void **state)
{
	struct ccm_buf out = {0};

	(void)state;
	assert_true(ccm_text_clean("a\nb\r", true, &out, NULL));
	assert_string_equal(ccm_buf_str(&out), "a\nb?");
	ccm_buf_clear(&out);
}

static void
test_width_counts_columns(void **state)
{
	(void)state;
	assert_int_equal(ccm_text_width(""), 0);
	assert_int_equal(ccm_text_width("abc"), 3);
	assert_int_equal(ccm_text_width("\xc3\xbc"), 1);
	assert_int_equal(ccm_text_width(WIDE), 4);
	assert_int_equal(ccm_text_width("e\xcc\x81"), 1); /* combining accent */
}

static struct ccm_json *
parse(const char *text)
{
	struct ccm_json *json = ccm_json_parse(ccm_span_of(text), NULL);

	assert_non_null(json);
	return json;
}

static void
test_cells(void **state)
{
	static const struct {
		const char *json;
		enum ccm_cell cell;
		const char *want;
	} cases[] = {
	    {"{}", CCM_CELL_TEXT, "-"},
	    {"{\"x\":null}", CCM_CELL_TIME, "-"},
	    {"{\"x\":\"\"}", CCM_CELL_TEXT, "-"},
	    {"{\"x\":\"a\\tb\"}", CCM_CELL_TEXT, "a?b"},
	    {"{\"x\":12}", CCM_CELL_TEXT, "12"},
	    {"{\"x\":[1,2]}", CCM_CELL_TEXT, "[1,2]"},
	    {"{\"x\":0}", CCM_CELL_FLAG, "no"},
	    {"{\"x\":2}", CCM_CELL_FLAG, "yes"},
	    {"{\"x\":\"false\"}", CCM_CELL_FLAG, "no"},
	    {"{\"x\":true}", CCM_CELL_FLAG, "yes"},
	    {"{\"x\":\"perhaps\"}", CCM_CELL_FLAG, "perhaps"},
	    {"{\"x\":1764000000000}", CCM_CELL_TIME, "2025-11-24 16:00:00 UTC"},
	    {"{\"x\":\"1764000000000\"}", CCM_CELL_TIME, "2025-11-24 16:00:00 UTC"},
	    {"{\"x\":\"2021-05-27 16:46:25.0\"}", CCM_CELL_TIME, "2021-05-27 16:46:25.0"},
	    {"{\"x\":7}", CCM_CELL_PATH_LENGTH, "no limit"},
	    {"{\"x\":0}", CCM_CELL_PATH_LENGTH, "0"},
	    {"{\"x\":[\"a\",\"b\"]}", CCM_CELL_LIST, "a b"},
	    {"{\"x\":{\"country\":\"DE\",\"common_name\":\"web\"}}", CCM_CELL_NAME, "CN=web,C=DE"},
	    {"{\"x\":{\"common_name\":\" a, b#\",\"organization\":\"#1 \"}}", CCM_CELL_NAME,
		"CN=\\ a\\, b#,O=\\#1\\ "},
	    {"{\"x\":{}}", CCM_CELL_NAME, "-"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		const struct ccm_column column = {"X", "x", cases[i].cell};
		struct ccm_json *json = parse(cases[i].json);
		struct ccm_buf out = {0};

		assert_true(ccm_column_format(&column, json, &out, NULL));
		assert_string_equal(ccm_buf_str(&out), cases[i].want);
		ccm_buf_clear(&out);
		ccm_json_free(json);
	}
}

static void
test_relative_times(void **state)
{
	static const struct {
		int64_t seconds;
		const char *want;
	} cases[] = {
	    {364 * 86400, "in 364 days"},
	    {36 * 3600, "in 36 hours"},
	    {-2 * 86400, "2 days ago"},
	    {-3600, "60 minutes ago"},
	    {90, "in 90 seconds"},
	    {1, "in 1 second"},
	    {0, "in 0 seconds"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		char text[32];
		int64_t slack = cases[i].seconds < 0 ? -500 : 500;

		ccm_relative_time(ccm_clock_now_ms() + cases[i].seconds * 1000 + slack, text);
		assert_string_equal(text, cases[i].want);
	}
}

/* What a table of two rows looks like. */
static char *
render(bool terminal)
{
	static const struct ccm_column columns[] = {
	    {"NAME", "name", CCM_CELL_TEXT},
	    {"STATUS", "status", CCM_CELL_TEXT},
	    {"ID", "id", CCM_CELL_TEXT},
	};
	static const char *const rows[] = {
	    "{\"name\":\"" WIDE ".example\",\"status\":\"OK\",\"id\":\"1\"}",
	    "{\"name\":\"x\",\"id\":\"2\"}",
	};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct ccm_table table = {
	    .out = out, .terminal = terminal, .columns = columns, .column_count = 3};

	for (size_t i = 0; i < CCM_COUNT(rows); i++) {
		struct ccm_json *row = parse(rows[i]);

		assert_true(ccm_table_add(&table, row, NULL));
		ccm_json_free(row);
	}
	assert_true(ccm_table_finish(&table, NULL));
	ccm_table_clear(&table);
	fclose(out);
	return text;
}

static void
test_a_table_is_aligned_on_a_terminal(void **state)
{
	char *text = render(true);

	(void)state;
	assert_string_equal(text, "NAME          STATUS  ID\n" WIDE ".example  OK      1\n"
				  "x             -       2\n");
	free(text);
}

/* However long the list is, no more than a page of it is kept. */
static void
test_a_long_table_flows(void **state)
{
	static const struct ccm_column columns[] = {
	    {"A", "a", CCM_CELL_TEXT}, {"B", "b", CCM_CELL_TEXT}};
	struct ccm_json *narrow = parse("{\"a\":\"xx\",\"b\":1}");
	struct ccm_json *wide = parse("{\"a\":\"xxxxx\",\"b\":2}");
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct ccm_table table = {
	    .out = out, .terminal = true, .columns = columns, .column_count = 2};

	(void)state;
	for (size_t i = 1; i < CCM_TABLE_WINDOW; i++) {
		assert_false(ccm_table_prints_next(&table));
		assert_true(ccm_table_add(&table, narrow, NULL));
	}
	assert_int_equal(ftell(out), 0);
	assert_true(ccm_table_prints_next(&table));
	assert_true(ccm_table_add(&table, narrow, NULL));
	assert_int_equal(table.cell_count, 0);
	assert_int_equal(ftell(out), strlen("A   B\n") * (CCM_TABLE_WINDOW + 1));
	assert_true(ccm_table_prints_next(&table));
	assert_true(ccm_table_add(&table, wide, NULL));
	assert_int_equal(table.cell_count, 0);
	assert_true(ccm_table_finish(&table, NULL));
	ccm_table_clear(&table);
	fclose(out);
	assert_string_equal(text + strlen("A   B\n") * (CCM_TABLE_WINDOW + 1), "xxxxx  2\n");
	free(text);
	ccm_json_free(narrow);
	ccm_json_free(wide);
}

static void
test_a_table_is_plain_elsewhere(void **state)
{
	char *text = render(false);

	(void)state;
	assert_string_equal(text, WIDE ".example\tOK\t1\nx\t-\t2\n");
	free(text);
}

static void
test_a_block_shows_what_is_there(void **state)
{
	static const struct ccm_column columns[] = {
	    {"Name", "name", CCM_CELL_TEXT},
	    {"Serial number", "serial", CCM_CELL_TEXT},
	    {"Key", "key", CCM_CELL_TEXT},
	};
	struct ccm_json *json = parse("{\"name\":\"x\",\"serial\":null,\"key\":\"EC256\"}");
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_true(ccm_block_print(out, columns, 3, json, NULL));
	fclose(out);
	assert_string_equal(text, "Name:           x\nKey:            EC256\n");
	ccm_json_free(json);
	free(text);
}

static void
test_progress_fits_the_terminal(void **state)
{
	static const struct {
		struct ccm_progress_state state;
		size_t columns;
		const char *want;
	} cases[] = {
	    {{"cert list", 3400, 0, 12000}, 80, "cert list  [=====               ]  3400  12 s"},
	    {{"cert issue", 0, 0, 1500}, 80, "cert issue  [               =====]  1 s"},
	    {{"cert issue", 0, 0, 1600}, 20, "cert issue  [       "},
	    {{"cert list", 3400, 10000, 12000}, 80,
		"cert list  [======              ]  3400/10000  12 s"},
	    {{"cert list", 0, 10, 1000}, 80, "cert list  [                    ]  0/10  1 s"},
	    {{"cert list", 12, 10, 1000}, 80, "cert list  [====================]  12/10  1 s"},
	};
	char line[256];

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		ccm_progress_line(&cases[i].state, cases[i].columns, line);
		assert_string_equal(line, cases[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_text_is_cleaned),
	    cmocka_unit_test(test_line_breaks_can_be_kept),
	    cmocka_unit_test(test_width_counts_columns),
	    cmocka_unit_test(test_cells),
	    cmocka_unit_test(test_relative_times),
	    cmocka_unit_test(test_a_table_is_aligned_on_a_terminal),
	    cmocka_unit_test(test_a_long_table_flows),
	    cmocka_unit_test(test_a_table_is_plain_elsewhere),
	    cmocka_unit_test(test_a_block_shows_what_is_there),
	    cmocka_unit_test(test_progress_fits_the_terminal),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
