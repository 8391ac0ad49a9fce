/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cli/option.h"

static const struct ccm_choice keys[] = {
    {"rsa2048", "RSA2048"},
    {"ec256", "EC256"},
    {"p256", "EC256"},
    {0},
};

static const struct ccm_option table[] = {
    {.name = "name",
	.apply = ccm_option_text,
	.placeholder = "CN",
	.field = "dn.cn",
	.required = true,
	.help = "common name"},
    {.name = "key", .apply = ccm_option_choice, .choices = keys, .field = "key", .help = "key"},
    {.name = "usage",
	.apply = ccm_option_choices,
	.choices = keys,
	.field = "usages",
	.repeated = true,
	.help = "usages"},
    {.name = "san",
	.apply = ccm_option_san,
	.placeholder = "SAN",
	.field = "sans",
	.repeated = true,
	.help = "a rather long text"},
    {.name = "validity", .apply = ccm_option_period, .field = "validity", .help = "how long"},
    {.name = "count", .apply = ccm_option_integer, .field = "count", .help = "how many"},
    {.name = "server", .apply = ccm_option_flag, .field = "eku.server", .help = "server"},
    {.name = "out", .letter = 'o', .apply = ccm_option_text, .placeholder = "DIR", .help = "where"},
    {0},
};

static const struct ccm_option globals[] = {
    {.name = "json", .apply = ccm_option_flag, .help = "JSON"},
    {.name = "help", .letter = 'h', .apply = ccm_option_flag, .help = "help"},
    {0},
};

/* Parse words separated by blanks; a word written "" is the empty one. */
struct line {
	struct ccm_args args;
	struct ccm_error err;
	char text[256];
	const char *argv[32];
	size_t used;
	bool ok;
};

static void
parse(struct line *line, const char *text, bool stop)
{
	size_t count = 0;
	char *rest;

	memset(line, 0, sizeof(*line));
	line->args.tables[0] = table;
	line->args.tables[1] = globals;
	snprintf(line->text, sizeof(line->text), "%s", text);
	for (char *word = strtok_r(line->text, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest))
		line->argv[count++] = strcmp(word, "\"\"") == 0 ? "" : word;
	line->ok = ccm_args_parse(&line->args, line->argv, stop, &line->used, &line->err);
}

static void
check_request(const char *text, const char *want)
{
	struct ccm_buf got = {0};
	struct line line;

	parse(&line, text, false);
	assert_string_equal(line.err.msg, "");
	assert_true(line.ok);
	assert_true(ccm_json_print(line.args.request, false, &got, NULL));
	assert_string_equal(ccm_buf_str(&got), want);
	ccm_buf_clear(&got);
	ccm_args_clear(&line.args);
}

static void
test_options_fill_the_request(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
	    {"--name web", "{\"dn\":{\"cn\":\"web\"}}"},
	    {"--name=web", "{\"dn\":{\"cn\":\"web\"}}"},
	    {"--name=a=b", "{\"dn\":{\"cn\":\"a=b\"}}"},
	    {"--name --key", "{\"dn\":{\"cn\":\"--key\"}}"},
	    {"--server --name x", "{\"eku\":{\"server\":true},\"dn\":{\"cn\":\"x\"}}"},
	    {"--server --server", "{\"eku\":{\"server\":true}}"},
	    {"--key rsa2048", "{\"key\":\"RSA2048\"}"},
	    {"--key EC256", "{\"key\":\"EC256\"}"},
	    {"--key P256", "{\"key\":\"EC256\"}"},
	    {"--usage ec256,rsa2048 --usage p256",
		"{\"usages\":[\"EC256\",\"RSA2048\",\"EC256\"]}"},
	    {"--validity 10y", "{\"validity\":{\"type\":\"YEAR\",\"value\":10}}"},
	    {"--validity 6M", "{\"validity\":{\"type\":\"MONTH\",\"value\":6}}"},
	    {"--count -3", "{\"count\":-3}"},
	    {"--san web --san ip:::1", "{\"sans\":[{\"type\":\"DNS\",\"value\":\"web\"},{\"type\":"
				       "\"IP\",\"value\":\"::1\"}]}"},
	    {"-o dir --json", "{}"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++)
		check_request(cases[i].text, cases[i].want);
}

static void
test_bad_options_are_named(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
	    {"--nam web", "unknown option --nam; did you mean --name?"},
	    {"--servr", "unknown option --servr; did you mean --server?"},
	    {"--jsn=1", "unknown option --jsn=1; did you mean --json?"},
	    {"--zzzzzzzz", "unknown option --zzzzzzzz"},
	    {"-x", "unknown option -x"},
	    {"-ho", "unknown option -ho"},
	    {"--name", "--name needs a value"},
	    {"--name \"\"", "--name: the value is empty"},
	    {"--name=", "--name: the value is empty"},
	    {"--server=yes", "--server takes no value"},
	    {"--name a --name b", "--name is given twice"},
	    {"--key dsa", "--key: \"dsa\" is none of rsa2048|ec256"},
	    {"--usage ec256,,p256", "--usage: \"\" is none of rsa2048|ec256"},
	    {"--usage ec256,", "--usage: \"\" is none of rsa2048|ec256"},
	    {"--count 1x", "--count: \"1x\" is not a whole number"},
	    {"--count 99999999999999999999",
		"--count: \"99999999999999999999\" is not a whole number"},
	    {"--validity 10",
		"--validity: \"10\" is not a period of time such as 10y, 6m, 90d or 12h"},
	    {"--san ip:web", "--san: \"web\" is not an IP address"},
	    {"--san dns:", "--san: \"\" is not a host name"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct line line;

		parse(&line, cases[i].text, false);
		assert_string_equal(line.err.msg, cases[i].want);
		assert_false(line.ok);
		assert_int_equal(line.err.code, CCM_USAGE);
		ccm_args_clear(&line.args);
	}
}

static void
test_two_dashes_end_the_options(void **state)
{
	struct line line;

	(void)state;
	parse(&line, "a --json -- --name -- b", false);
	assert_true(line.ok);
	assert_int_equal(line.args.operand_count, 4);
	assert_string_equal(line.args.operands[1], "--name");
	assert_string_equal(line.args.operands[2], "--");
	assert_true(ccm_args_has(&line.args, "json"));
	assert_false(ccm_args_has(&line.args, "name"));
	ccm_args_clear(&line.args);
}

static void
test_a_single_dash_is_an_operand(void **state)
{
	struct line line;

	(void)state;
	parse(&line, "-", false);
	assert_true(line.ok);
	assert_int_equal(line.args.operand_count, 1);
	ccm_args_clear(&line.args);
}

static void
test_parsing_can_stop_at_the_first_operand(void **state)
{
	struct line line;

	(void)state;
	parse(&line, "--json cert list --nonsense", true);
	assert_true(line.ok);
	assert_int_equal(line.used, 1);
	assert_int_equal(line.args.operand_count, 0);
	ccm_args_clear(&line.args);
}

static void
test_what_is_missing_is_named(void **state)
{
	static const struct {
		const char *text, *operands, *want;
	} cases[] = {
	    {"--name x", "", ""},
	    {"--name x a", "NAME|ID", ""},
	    {"--name x", "[COMMAND]...", ""},
	    {"--name x a b c", "[COMMAND]...", ""},
	    {"--name x a", "OPERATION [NAME=VALUE]...", ""},
	    {"a", "NAME|ID", "--name is missing"},
	    {"--name x", "NAME|ID", "missing argument: NAME|ID"},
	    {"--name x", "OPERATION [NAME=VALUE]...",
		"missing argument: OPERATION [NAME=VALUE]..."},
	    {"--name x a b", "NAME|ID", "\"b\" is one argument too many"},
	    {"--name x a", "", "\"a\" is one argument too many"},
	    {"--name x \"\"", "NAME|ID", "argument 1 is empty"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct line line;

		parse(&line, cases[i].text, false);
		assert_true(line.ok);
		assert_int_equal(ccm_args_complete(&line.args, cases[i].operands, &line.err),
		    cases[i].want[0] == '\0');
		assert_string_equal(line.err.msg, cases[i].want);
		ccm_args_clear(&line.args);
	}
}

static void
test_relations(void **state)
{
	static const struct ccm_relation relations[] = {
	    {"key", CCM_EXCLUDES, "usage", NULL},
	    {"count", CCM_NEEDS, "out", NULL},
	    {"san", CCM_NEEDS, "server", "json"},
	    {0},
	};
	static const struct {
		const char *text, *want;
	} cases[] = {
	    {"", ""},
	    {"--usage ec256 --out x --server --json", ""},
	    {"--key ec256", ""},
	    {"--key ec256 --usage ec256", "--key and --usage exclude each other"},
	    {"--usage ec256 --key ec256", "--key and --usage exclude each other"},
	    {"--count 1", "--count goes with --out only"},
	    {"--count 1 -o x", ""},
	    {"--san dns:a", "--san goes with --server or --json only"},
	    {"--san dns:a --server", ""},
	    {"--json --san dns:a", ""},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct line line;

		parse(&line, cases[i].text, false);
		assert_true(line.ok);
		assert_true(ccm_args_relate(&line.args, NULL, &line.err));
		assert_int_equal(
		    ccm_args_relate(&line.args, relations, &line.err), cases[i].want[0] == '\0');
		assert_string_equal(line.err.msg, cases[i].want);
		assert_int_equal(line.err.code, cases[i].want[0] == '\0' ? CCM_OK : CCM_USAGE);
		ccm_args_clear(&line.args);
	}
}

static void
test_periods(void **state)
{
	static const struct {
		const char *text;
		int64_t count; /* 0: refused */
		const char *unit;
		int64_t hours;
	} cases[] = {
	    {"10y", 10, "YEAR", 10 * 366 * 24},
	    {"6m", 6, "MONTH", 6 * 31 * 24},
	    {"90D", 90, "DAY", 90 * 24},
	    {"12h", 12, "HOUR", 12},
	    {"", 0, NULL, 0},
	    {"y", 0, NULL, 0},
	    {"0d", 0, NULL, 0},
	    {"-1d", 0, NULL, 0},
	    {"+1d", 0, NULL, 0},
	    {" 1d", 0, NULL, 0},
	    {"1d ", 0, NULL, 0},
	    {"1 d", 0, NULL, 0},
	    {"1.5y", 0, NULL, 0},
	    {"1w", 0, NULL, 0},
	    {"99999999999999999999y", 0, NULL, 0},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		int64_t count = 0, ms = 0;
		const char *unit = NULL;
		bool want = cases[i].count != 0;

		assert_int_equal(ccm_period_parse(cases[i].text, &count, &unit, NULL), want);
		assert_int_equal(ccm_period_ms(cases[i].text, &ms, NULL), want);
		if (!want)
			continue;
		assert_int_equal(count, cases[i].count);
		assert_string_equal(unit, cases[i].unit);
		assert_int_equal(ms, cases[i].hours * 3600 * 1000);
	}
}

static void
test_alternative_names(void **state)
{
	static const struct {
		const char *text, *type, *value; /* type NULL: refused */
	} cases[] = {
	    {"web.example.com", "DNS", "web.example.com"},
	    {"*.example.com", "DNS", "*.example.com"},
	    {"dns:web", "DNS", "web"},
	    {"DNS:web", "DNS", "web"},
	    {"dns:10.0.0.1", "DNS", "10.0.0.1"},
	    {"10.0.0.1", "IP", "10.0.0.1"},
	    {"fe80::1", "IP", "fe80::1"},
	    {"ip:fe80::1", "IP", "fe80::1"},
	    {"me@example.com", "EMAIL", "me@example.com"},
	    {"email:me@example.com", "EMAIL", "me@example.com"},
	    {"upn:me@corp", "UPN", "me@corp"},
	    {"uri:spiffe://x/y", "URI", "spiffe://x/y"},
	    {"ip:300.1.1.1", NULL, NULL},
	    {"email:nobody", NULL, NULL},
	    {"uri:nothing", NULL, NULL},
	    {"spiffe://x/y", NULL, NULL},
	    {"my server", NULL, NULL},
	    {"b\xc3\xbc"
	     "cher.example",
		NULL, NULL},
	    {"upn:", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_error err = {0};
		const char *type, *value;
		bool ok = ccm_san_parse(cases[i].text, &type, &value, &err);

		assert_int_equal(ok, cases[i].type != NULL);
		if (!ok)
			continue;
		assert_string_equal(type, cases[i].type);
		assert_string_equal(value, cases[i].value);
	}
}

static void
test_help_is_made_from_the_table(void **state)
{
	struct ccm_buf text = {0};

	(void)state;
	assert_true(ccm_options_help(table, &text, NULL));
	assert_true(ccm_options_usage(table, &text, NULL));
	assert_non_null(strstr(ccm_buf_str(&text), "  --name CN                   common name\n"));
	assert_non_null(strstr(ccm_buf_str(&text), "  --key rsa2048|ec256         key\n"));
	assert_non_null(strstr(ccm_buf_str(&text), "  -o, --out DIR               where\n"));
	assert_non_null(strstr(ccm_buf_str(&text), "\n --name CN"));
	ccm_buf_clear(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_options_fill_the_request),
	    cmocka_unit_test(test_bad_options_are_named),
	    cmocka_unit_test(test_two_dashes_end_the_options),
	    cmocka_unit_test(test_a_single_dash_is_an_operand),
	    cmocka_unit_test(test_parsing_can_stop_at_the_first_operand),
	    cmocka_unit_test(test_what_is_missing_is_named),
	    cmocka_unit_test(test_relations),
	    cmocka_unit_test(test_periods),
	    cmocka_unit_test(test_alternative_names),
	    cmocka_unit_test(test_help_is_made_from_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
