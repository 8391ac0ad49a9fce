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

#include "cli/api_help.h"
#include "cli/assign.h"
#include "cli/confirm.h"

/* The request that words, one a line, make; or the error's message. */
static char *
build(const struct ccm_operation *op, const char *words)
{
	struct ccm_json *request = ccm_json_new_object(NULL);
	struct ccm_error err = {0};
	struct ccm_buf text = {0};
	bool ok = true;

	while (ok && *words != '\0') {
		size_t len = strcspn(words, "\n");
		char *word = ccm_strndup(words, len, NULL);

		ok = ccm_assign(op, word, request, &err);
		ccm_free(word);
		words += len + (words[len] == '\n');
	}
	if (ok)
		assert_true(ccm_json_print(request, false, &text, NULL));
	else
		assert_int_equal(err.code, CCM_USAGE);
	ccm_json_free(request);
	return ok ? ccm_buf_steal(&text, NULL) : ccm_strdup(err.msg, NULL);
}

static void
test_requests_from_words(void **state)
{
	static const struct {
		const char *words, *want;
	} cases[] = {
	    {"limit=10", "{\"limit\":\"10\"}"},
	    {"a.b=x\na.c=y", "{\"a\":{\"b\":\"x\",\"c\":\"y\"}}"},
	    {"a=b=c", "{\"a\":\"b=c\"}"},
	    {"a=", "{\"a\":\"\"}"},
	    {"a:=[1,true,null]", "{\"a\":[1,true,null]}"},
	    {"a:=\"@x\"", "{\"a\":\"@x\"}"},
	    {"a[0]=x\na[1]=y", "{\"a\":[\"x\",\"y\"]}"},
	    {"a[0].b=x\na[0].c=y\na[1].b=z", "{\"a\":[{\"b\":\"x\",\"c\":\"y\"},{\"b\":\"z\"}]}"},
	    {"a[0][0]=x", "{\"a\":[[\"x\"]]}"},
	    {"key_usages=x\nkey_usages=y", "{\"key_usages\":[\"x\",\"y\"]}"},
	    {"key_usages[0]=x\nkey_usages=y", "{\"key_usages\":[\"x\",\"y\"]}"},
	    {"key_usages:=[\"x\"]\nkey_usages=y", "{\"key_usages\":[\"x\",\"y\"]}"},
	    {"a:={\"b\":1}\na.c=2", "{\"a\":{\"b\":1,\"c\":\"2\"}}"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		char *got = build(&ccm_pca_create_certificate, cases[i].words);

		assert_string_equal(got, cases[i].want);
		ccm_free(got);
	}
}

static void
test_bad_words_are_named(void **state)
{
	static const struct {
		const char *words, *want;
	} cases[] = {
	    {"limit", "\"limit\" is not NAME=VALUE, NAME=@FILE or NAME:=JSON"},
	    {"=x", "\"=x\" is not NAME=VALUE, NAME=@FILE or NAME:=JSON"},
	    {":=1", ": is not a path such as a.b or a[0].b"},
	    {"a..b=x", "a..b: is not a path such as a.b or a[0].b"},
	    {".a=x", ".a: is not a path such as a.b or a[0].b"},
	    {"a.=x", "a.: is not a path such as a.b or a[0].b"},
	    {"[0]=x", "[0]: is not a path such as a.b or a[0].b"},
	    {"a[]=x", "a[]: is not a path such as a.b or a[0].b"},
	    {"a[0=x", "a[0: is not a path such as a.b or a[0].b"},
	    {"a[0]b=x", "a[0]b: is not a path such as a.b or a[0].b"},
	    {"a[-1]=x", "a[-1]: is not a path such as a.b or a[0].b"},
	    {"a[99999999999999999999]=x",
		"a[99999999999999999999]: is not a path such as a.b or a[0].b"},
	    {"a b=x", "a b: is not a path such as a.b or a[0].b"},
	    {"a[1]=x", "a[1]: the next element is [0]"},
	    {"a=x\na=y", "a: is given twice"},
	    {"a[0]=x\na[0]=y", "a[0]: is given twice"},
	    {"key_usages:=1\nkey_usages=y", "key_usages: is given twice"},
	    {"a=x\na.b=y", "a.b: a part of it is a string already"},
	    {"a.b=x\na[0]=y", "a[0]: a part of it is an object already"},
	    {"a:={", "a: not JSON: error at byte 0 of 1"},
	    {"a=@/no/such", "a: cannot open /no/such: No such file or directory"},
	    {"a=@/", "a: cannot read /: Is a directory"},
	    {"a=\xff", "a: the value is not UTF-8"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		char *got = build(&ccm_pca_create_certificate, cases[i].words);

		assert_string_equal(got, cases[i].want);
		ccm_free(got);
	}
}

static void
test_texts_from_files(void **state)
{
	static const struct {
		const char *content;
		size_t len;
		const char *want;
	} cases[] = {
	    {"text", 4, "{\"a\":\"text\"}"},
	    {"two\nlines\n", 10, "{\"a\":\"two\\nlines\"}"},
	    {"ends\r\n", 6, "{\"a\":\"ends\"}"},
	    {"", 0, "{\"a\":\"\"}"},
	    {"\n\n", 2, "{\"a\":\"\\n\"}"},
	};
	char path[] = "/tmp/ccm-assign.XXXXXX", word[64];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	snprintf(word, sizeof(word), "a=@%s", path);
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		char *got;

		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, cases[i].content, cases[i].len, 0), cases[i].len);
		got = build(&ccm_pca_parse_csr, word);
		assert_string_equal(got, cases[i].want);
		ccm_free(got);
	}
	assert_int_equal(pwrite(fd, "a\0b", 3, 0), 3);
	{
		char *got = build(&ccm_pca_parse_csr, word);

		assert_non_null(strstr(got, "holds a NUL byte"));
		ccm_free(got);
	}
	close(fd);
	unlink(path);
}

static void
test_arguments_lie_above_the_body(void **state)
{
	static const struct {
		const char *base, *over, *want;
	} cases[] = {
	    {"{\"a\":1}", "{}", "{\"a\":1}"},
	    {"{\"a\":1}", "{\"a\":2}", "{\"a\":2}"},
	    {"{\"a\":{\"b\":1,\"c\":1}}", "{\"a\":{\"b\":2}}", "{\"a\":{\"c\":1,\"b\":2}}"},
	    {"{\"a\":[1,2]}", "{\"a\":[3]}", "{\"a\":[3]}"},
	    {"{\"a\":{\"b\":1}}", "{\"a\":3}", "{\"a\":3}"},
	    {"{\"a\":3}", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1}}"},
	    {"{\"a\":null}", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1}}"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_json *base = ccm_json_parse(ccm_span_of(cases[i].base), NULL);
		struct ccm_json *over = ccm_json_parse(ccm_span_of(cases[i].over), NULL);
		struct ccm_buf text = {0};

		assert_true(ccm_overlay(base, over, NULL));
		assert_true(ccm_json_print(base, false, &text, NULL));
		assert_string_equal(ccm_buf_str(&text), cases[i].want);
		ccm_buf_clear(&text);
		ccm_json_free(base);
		ccm_json_free(over);
	}
}

static void
test_fields_are_found_by_path(void **state)
{
	static const struct {
		const char *path, *want;
	} cases[] = {
	    {"validity", "validity"},
	    {"validity.type", "type"},
	    {"subject_alternative_names[3].value", "value"},
	    {"subject_alternative_names.value", "value"},
	    {"validity.x", NULL},
	    {"validity.type.x", NULL},
	    {"x", NULL},
	    {"", NULL},
	    {"validity.", NULL},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		const struct ccm_field *field =
		    ccm_field_at(&ccm_pca_create_certificate, cases[i].path, strlen(cases[i].path));

		assert_int_equal(field != NULL, cases[i].want != NULL);
		if (field != NULL)
			assert_string_equal(field->name, cases[i].want);
	}
}

static void
test_every_operation_has_its_help(void **state)
{
	(void)state;
	for (size_t i = 0; i < ccm_operation_count(); i++) {
		const struct ccm_operation *op = ccm_operation_at(i);
		struct ccm_buf text = {0};

		assert_true(ccm_operation_help(op, &text, NULL));
		assert_non_null(strstr(ccm_buf_str(&text), op->path));
		for (size_t j = 0; j < op->field_count; j++)
			assert_non_null(strstr(ccm_buf_str(&text), op->fields[j].name));
		for (const char *line = ccm_buf_str(&text); *line != '\0';) {
			size_t len = strcspn(line, "\n");

			if (len > 110)
				fail_msg(
				    "help of %s is %zu wide: %.*s", op->id, len, (int)len, line);
			line += len + (line[len] == '\n');
		}
		ccm_buf_clear(&text);
	}
}

static void
test_help_tells_type_bounds_and_need(void **state)
{
	static const char *const lines[] = {
	    "  issuer_id  (text, 36 characters, needed)\n",
	    "  distinguished_name.common_name  (text, 1 to 64 characters, needed)\n",
	    "  subject_alternative_names  (list of objects, up to 20 of them)\n",
	    "  subject_alternative_names[0].type  (text, needed with subject_alternative_names)\n",
	    "        one of: RSA2048, RSA4096, EC256, EC384, SM2\n",
	    "Needs the permission pca:ca:issueCert.\n",
	    "Asks first, unless --yes:\n        Each private certificate is charged for.\n",
	};
	struct ccm_buf text = {0};

	(void)state;
	assert_true(ccm_operation_help(&ccm_pca_create_certificate, &text, NULL));
	for (size_t i = 0; i < CCM_COUNT(lines); i++)
		if (strstr(ccm_buf_str(&text), lines[i]) == NULL)
			fail_msg("no line \"%s\" in\n%s", lines[i], ccm_buf_str(&text));
	ccm_buf_clear(&text);
}

static void
test_unknown_operations_name_the_nearest(void **state)
{
	struct ccm_error err = {0};

	(void)state;
	assert_ptr_equal(ccm_operation_named("pca_list_cas", &err), &ccm_pca_list_cas);
	assert_null(ccm_operation_named("pca_list_ca", &err));
	assert_int_equal(err.code, CCM_USAGE);
	assert_string_equal(
	    err.msg, "unknown operation \"pca_list_ca\"; did you mean \"pca_list_cas\"?");
	ccm_error_clear(&err);
	assert_null(ccm_operation_named("something else altogether", &err));
	assert_non_null(strstr(err.msg, "ccm api --list"));
}

static void
test_only_yes_is_yes(void **state)
{
	static const char *const yes[] = {"y", "Y\n", "yes\n", "YES", "y \n"};
	static const char *const no[] = {
	    "", "\n", "n\n", "no\n", "yess\n", "ye\n", " y\n", "maybe"};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(yes); i++)
		assert_true(ccm_answer_is_yes(yes[i]));
	for (size_t i = 0; i < CCM_COUNT(no); i++)
		assert_false(ccm_answer_is_yes(no[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_requests_from_words),
	    cmocka_unit_test(test_bad_words_are_named),
	    cmocka_unit_test(test_texts_from_files),
	    cmocka_unit_test(test_arguments_lie_above_the_body),
	    cmocka_unit_test(test_fields_are_found_by_path),
	    cmocka_unit_test(test_every_operation_has_its_help),
	    cmocka_unit_test(test_help_tells_type_bounds_and_need),
	    cmocka_unit_test(test_unknown_operations_name_the_nearest),
	    cmocka_unit_test(test_only_yes_is_yes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
