/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "client_setup.h"
#include "core/log.h"

#define RECORD(comment) \
	"PK\5\6"        \
	"0123456789abcdef" comment
#define ZIP "PK\3\4\0\0binary\377\0" RECORD("\0\0")
#define COMMENTED "PK\3\4" RECORD("\3\0PK!")
#define TRUNCATED "PK\3\4" RECORD("\3\0PK")
#define TRUNCATED_RECORD "PK\3\4PK\5\6"
#define EXPORT "{\"certificate_id\":\"" TEST_ID "\",\"type\":\"IIS\",\"is_compressed\":\"true\"}"

static bool
download(struct test_client *test, struct ccm_download *out)
{
	struct ccm_json *request = ccm_json_parse(ccm_span_of(EXPORT), NULL);
	bool ok;

	ccm_error_clear(&test->err);
	ok = ccm_client_download(
	    test->client, &ccm_pca_export_certificate, request, out, &test->err);
	ccm_json_free(request);
	return ok;
}

static void
test_an_archive_is_known_by_its_bytes(void **state)
{
	static const struct fake_answer answers[] = {
	    {.status = 200,
		.headers = "Content-Type: application/json\n"
			   "Content-Disposition: attachment; filename=\"../web_iis.zip\"\n",
		.body = ZIP,
		.size = sizeof(ZIP) - 1},
	    {.status = 200, .body = ZIP, .size = sizeof(ZIP) - 1},
	    {.status = 200, .body = COMMENTED, .size = sizeof(COMMENTED) - 1},
	};
	struct ccm_download got;
	struct test_client test;

	(void)state;
	test_client_open(&test, TEST_CLOUD TEST_AKSK, answers, CCM_COUNT(answers));
	for (size_t i = 0; i < CCM_COUNT(answers); i++) {
		assert_true(download(&test, &got));
		assert_null(got.json);
		assert_int_equal(got.archive.len, answers[i].size);
		assert_memory_equal(got.archive.data, answers[i].body, answers[i].size);
		assert_true(got.archive.secret);
		if (i == 0)
			assert_string_equal(got.name, "web_iis.zip");
		else
			assert_null(got.name);
		ccm_download_clear(&got);
	}
	test_client_close(&test);
}

static void
test_json_is_an_answer_too(void **state)
{
	static const struct fake_answer answers[] = {{.status = 200,
	    .headers = "Content-Type: application/zip\n",
	    .body = "{\"certificate\":\"PEM\"}"}};
	struct ccm_download got;
	struct test_client test;
	const char *text;

	(void)state;
	test_client_open(&test, TEST_CLOUD TEST_AKSK, answers, CCM_COUNT(answers));
	assert_true(download(&test, &got));
	assert_true(ccm_json_string(got.json, "certificate", &text, NULL));
	assert_int_equal(got.archive.len, 0);
	ccm_download_clear(&got);
	test_client_close(&test);
}

static void
test_what_is_neither_fails(void **state)
{
	static const struct fake_answer answers[] = {
	    {.status = 200, .body = "PK\5\6"},
	    {.status = 200, .body = TRUNCATED, .size = sizeof(TRUNCATED) - 1},
	    {.status = 200, .body = TRUNCATED_RECORD},
	    {.status = 400, .body = ZIP, .size = sizeof(ZIP) - 1},
	    {.status = 403, .body = "{\"error_code\":\"PCA.00030201\",\"error_msg\":\"no\"}"},
	};
	static const enum ccm_code codes[] = {
	    CCM_PROTOCOL, CCM_PROTOCOL, CCM_PROTOCOL, CCM_USAGE, CCM_CONFLICT};
	struct ccm_download got;
	struct test_client test;

	(void)state;
	test_client_open(&test, TEST_CLOUD TEST_AKSK, answers, CCM_COUNT(answers));
	for (size_t i = 0; i < CCM_COUNT(answers); i++) {
		assert_false(download(&test, &got));
		assert_int_equal(test.err.code, codes[i]);
		assert_null(got.json);
		assert_null(got.archive.data);
		assert_null(got.name);
	}
	test_client_close(&test);
}

static void
test_who_wants_json_is_told_of_an_archive(void **state)
{
	static const struct fake_answer answers[] = {
	    {.status = 200, .body = ZIP, .size = sizeof(ZIP) - 1}};
	struct test_client test;

	(void)state;
	test_client_open(&test, TEST_CLOUD TEST_AKSK, answers, CCM_COUNT(answers));
	assert_false(test_client_call(&test, &ccm_pca_export_certificate, EXPORT));
	assert_int_equal(test.err.code, CCM_UNSUPPORTED);
	assert_string_equal(test.err.msg,
	    "pca_export_certificate: HTTP 200: a ZIP file of 36 bytes "
	    "came instead of JSON");
	assert_int_equal(test.fake->request_count, 1);
	test_client_close(&test);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_an_archive_is_known_by_its_bytes),
	    cmocka_unit_test(test_json_is_an_answer_too),
	    cmocka_unit_test(test_what_is_neither_fails),
	    cmocka_unit_test(test_who_wants_json_is_told_of_an_archive),
	};

	ccm_log_configure("warn", "/dev/null", NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
