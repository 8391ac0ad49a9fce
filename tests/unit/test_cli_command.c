/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <string.h>

#include "cli/create.h"
#include "cli/tool.h"
#include "core/clock.h"

static void
test_rows_are_whole(void **state)
{
	(void)state;
	for (size_t i = 0; ccm_commands[i] != NULL; i++) {
		const struct ccm_command *command = ccm_commands[i];

		assert_non_null(command->name);
		assert_non_null(command->operands);
		assert_non_null(command->run);
		assert_true(isupper((unsigned char)command->summary[0]));
		assert_true(strlen(command->summary) <= 50);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(command->name, ccm_commands[j]->name);
	}
}

/* An option that both tables have could mean either. */
static void
test_options_are_whole_and_unique(void **state)
{
	(void)state;
	for (size_t i = 0; ccm_commands[i] != NULL; i++) {
		const struct ccm_option *table = ccm_commands[i]->options;

		for (const struct ccm_option *a = table; a != NULL && a->name != NULL; a++) {
			assert_non_null(a->apply);
			assert_non_null(a->help);
			assert_true(a->apply == ccm_option_flag || a->placeholder != NULL ||
				    a->choices != NULL);
			assert_true(a->field != NULL || a->choices == NULL);
			for (const struct ccm_option *b = table; b != a; b++)
				assert_string_not_equal(a->name, b->name);
			for (const struct ccm_option *b = ccm_global_options; b->name != NULL; b++)
				assert_string_not_equal(a->name, b->name);
		}
	}
}

static bool
has_option(const struct ccm_option *table, const char *name)
{
	for (; table != NULL && table->name != NULL; table++)
		if (strcmp(table->name, name) == 0)
			return true;
	return false;
}

static void
test_relations_are_between_options(void **state)
{
	(void)state;
	for (size_t i = 0; ccm_commands[i] != NULL; i++) {
		const struct ccm_option *options = ccm_commands[i]->options;
		const struct ccm_relation *relation = ccm_commands[i]->relations;

		for (; relation != NULL && relation->option != NULL; relation++) {
			assert_true(has_option(options, relation->option));
			assert_true(has_option(options, relation->other));
			assert_true(relation->alternative == NULL ||
				    (relation->rule == CCM_NEEDS &&
					has_option(options, relation->alternative)));
		}
	}
}

static void
test_help_of_every_command_fits_a_terminal(void **state)
{
	(void)state;
	for (size_t i = 0; ccm_commands[i] != NULL; i++) {
		struct ccm_buf text = {0};

		assert_true(ccm_help_command(ccm_commands[i], &text, NULL));
		assert_non_null(strstr(ccm_buf_str(&text), ccm_commands[i]->name));
		for (const char *line = ccm_buf_str(&text); *line != '\0';) {
			size_t len = strcspn(line, "\n");

			if (len > 100)
				fail_msg("help of %s is %zu wide: %.*s", ccm_commands[i]->name, len,
				    (int)len, line);
			line += len + (line[len] == '\n');
		}
		ccm_buf_clear(&text);
	}
}

static void
test_commands_are_found_by_their_words(void **state)
{
	static const struct {
		const char *words[4];
		size_t count;
		const char *want;
		size_t used;
	} cases[] = {
	    {{"cert", "list"}, 2, "cert list", 2},
	    {{"cert", "show", "web"}, 3, "cert show", 2},
	    {{"version"}, 1, "version", 1},
	    {{"version", "x"}, 2, "version", 1},
	    {{"cert"}, 1, NULL, 0},
	    {{"list"}, 1, NULL, 0},
	    {{"cert list"}, 1, NULL, 0},
	    {{"cer", "list"}, 2, NULL, 0},
	    {{"cert", "lis"}, 2, NULL, 0},
	    {{NULL}, 0, NULL, 0},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		size_t used;
		const struct ccm_command *got =
		    ccm_command_find(cases[i].words, cases[i].count, &used);

		assert_int_equal(got != NULL, cases[i].want != NULL);
		assert_int_equal(used, cases[i].used);
		if (got != NULL)
			assert_string_equal(got->name, cases[i].want);
	}
}

static void
test_unknown_commands_name_the_nearest(void **state)
{
	static const struct {
		const char *words[3];
		size_t count;
		const char *want;
	} cases[] = {
	    {{"cert", "isue"}, 2, "unknown command \"cert isue\"; did you mean \"cert issue\"?"},
	    {{"crt", "list"}, 2, "unknown command \"crt\"; did you mean \"cert\"?"},
	    {{"versoin"}, 1, "unknown command \"versoin\"; did you mean \"version\"?"},
	    {{"frobnicate"}, 1, "unknown command \"frobnicate\""},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_error err = {0};

		assert_false(ccm_command_unknown(cases[i].words, cases[i].count, &err));
		assert_int_equal(err.code, CCM_USAGE);
		assert_string_equal(err.msg, cases[i].want);
	}
}

static void
test_exit_statuses_are_stable(void **state)
{
	static const struct {
		enum ccm_code code;
		int want;
	} cases[] = {
	    {CCM_OK, 0},
	    {CCM_USAGE, 2},
	    {CCM_CONFIG, 3},
	    {CCM_AUTH, 4},
	    {CCM_DENIED, 4},
	    {CCM_NOT_FOUND, 5},
	    {CCM_CONFLICT, 7},
	    {CCM_THROTTLED, 6},
	    {CCM_UNAVAILABLE, 6},
	    {CCM_NETWORK, 6},
	    {CCM_TIMEOUT, 6},
	    {CCM_TLS, 6},
	    {CCM_PROTOCOL, 6},
	    {CCM_STORE, 1},
	    {CCM_CRYPTO, 1},
	    {CCM_UNSUPPORTED, 1},
	    {CCM_NOMEM, 1},
	    {CCM_CANCELLED, 1},
	    {CCM_INTERNAL, 1},
	    {CCM_PARTIAL, 8},
	};
	int known = 0;

	(void)state;
	while (ccm_exit_meanings[known] != NULL)
		known++;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		assert_int_equal(ccm_exit_status(cases[i].code), cases[i].want);
		assert_true(cases[i].want < known);
	}
}

static void
check_report(struct ccm_tool *tool, const struct ccm_error *err, const char *want)
{
	struct ccm_buf text = {0};

	assert_true(ccm_report_format(tool, err, &text, NULL));
	assert_string_equal(ccm_buf_str(&text), want);
	ccm_buf_clear(&text);
}

static void
test_reports_tell_command_cause_origin_and_remedy(void **state)
{
	static const struct ccm_command command = {.name = "cert show"};
	struct ccm_tool tool = {.command = &command};
	struct ccm_error err = {.code = CCM_NOT_FOUND, .msg = "no certificate named \"x\033[1m\""};

	(void)state;
	check_report(&tool, &err, "ccm: cert show: no certificate named \"x?[1m\"\n");
	snprintf(err.api_code, sizeof(err.api_code), "PCA.00030102");
	snprintf(err.request_id, sizeof(err.request_id), "abc-1");
	ccm_tool_note(&tool, "  %s", "a line");
	check_report(&tool, &err,
	    "ccm: cert show: no certificate named \"x?[1m\" (PCA.00030102) (request id abc-1)\n"
	    "  a line\n");
	snprintf(err.msg, sizeof(err.msg), "status 400 PCA.00030102, request id abc-1");
	check_report(
	    &tool, &err, "ccm: cert show: status 400 PCA.00030102, request id abc-1\n  a line\n");
	ccm_buf_clear(&tool.notes);
	err = (struct ccm_error){.code = CCM_USAGE, .msg = "--ca is missing"};
	check_report(&tool, &err,
	    "ccm: cert show: --ca is missing\nhint: `ccm help cert show` shows what can be "
	    "given\n");
	tool.quiet = true;
	check_report(&tool, &err, "ccm: cert show: --ca is missing\n");
	tool = (struct ccm_tool){0};
	check_report(
	    &tool, &err, "ccm: --ca is missing\nhint: `ccm help` shows what can be given\n");
}

static void
test_what_was_created_is_recognised(void **state)
{
	static const char wanted[] = "{\"distinguished_name\":{\"common_name\":\"web\"},"
				     "\"issuer_id\":\"ca-1\",\"key_algorithm\":\"EC256\"}";
	static const struct {
		const char *name, *object;
		bool want;
	} cases[] = {
	    {"the same, made later",
		"{\"distinguished_name\":{\"common_name\":\"web\"},\"issuer_id\":\"ca-1\","
		"\"key_algorithm\":\"EC256\",\"create_time\":1000100000}",
		true},
	    {"by a clock that is a little behind",
		"{\"distinguished_name\":{\"common_name\":\"web\"},\"issuer_id\":\"ca-1\","
		"\"key_algorithm\":\"EC256\",\"create_time\":999996000}",
		true},
	    {"without a kind of key",
		"{\"distinguished_name\":{\"common_name\":\"web\"},\"issuer_id\":\"ca-1\","
		"\"create_time\":1000000000}",
		true},
	    {"made earlier",
		"{\"distinguished_name\":{\"common_name\":\"web\"},\"issuer_id\":\"ca-1\","
		"\"key_algorithm\":\"EC256\",\"create_time\":999990000}",
		false},
	    {"made at a time that is not told",
		"{\"distinguished_name\":{\"common_name\":\"web\"},\"issuer_id\":\"ca-1\","
		"\"key_algorithm\":\"EC256\"}",
		false},
	    {"another name",
		"{\"distinguished_name\":{\"common_name\":\"web2\"},\"issuer_id\":\"ca-1\","
		"\"key_algorithm\":\"EC256\",\"create_time\":1000000000}",
		false},
	    {"another issuer",
		"{\"distinguished_name\":{\"common_name\":\"web\"},\"issuer_id\":\"ca-2\","
		"\"key_algorithm\":\"EC256\",\"create_time\":1000000000}",
		false},
	    {"another kind of key",
		"{\"distinguished_name\":{\"common_name\":\"web\"},\"issuer_id\":\"ca-1\","
		"\"key_algorithm\":\"RSA2048\",\"create_time\":1000000000}",
		false},
	};
	struct ccm_json *request = ccm_json_parse(ccm_span_of(wanted), NULL);

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_json *object = ccm_json_parse(ccm_span_of(cases[i].object), NULL);

		assert_non_null(object);
		if (ccm_create_matches(request, object, 1000000000) != cases[i].want)
			fail_msg("%s", cases[i].name);
		ccm_json_free(object);
	}
	ccm_json_free(request);
}

static void
test_only_open_outcomes_are_looked_after(void **state)
{
	static const struct ccm_error open = {
	    .code = CCM_NETWORK, .msg = "outcome unknown: pca_create_ca: connection reset"};
	static const struct ccm_error over = {
	    .code = CCM_NETWORK, .msg = "pca_create_ca: connection refused"};

	(void)state;
	assert_true(ccm_outcome_is_open(&open));
	assert_false(ccm_outcome_is_open(&over));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows_are_whole),
	    cmocka_unit_test(test_options_are_whole_and_unique),
	    cmocka_unit_test(test_relations_are_between_options),
	    cmocka_unit_test(test_help_of_every_command_fits_a_terminal),
	    cmocka_unit_test(test_commands_are_found_by_their_words),
	    cmocka_unit_test(test_unknown_commands_name_the_nearest),
	    cmocka_unit_test(test_exit_statuses_are_stable),
	    cmocka_unit_test(test_reports_tell_command_cause_origin_and_remedy),
	    cmocka_unit_test(test_what_was_created_is_recognised),
	    cmocka_unit_test(test_only_open_outcomes_are_looked_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
