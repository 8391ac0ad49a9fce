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

#include "client_setup.h"
#include "core/log.h"
#include "data.h"

#define PAGE(total, ...)                                                                       \
	{                                                                                      \
		200, NULL, "{\"total\":" total ",\"certificates\":[" __VA_ARGS__ "]}", CCM_OK, \
		    true                                                                       \
	}
#define C(id) "{\"certificate_id\":\"" id "\"}"
#define PAGES_MAX 4

/* What a walk saw: the ids in a row, and when to stop. */
struct visitor {
	char seen[64];
	const char *stop_at, *fail_at;
};

static void
hear_total(void *context, int64_t records)
{
	struct visitor *visitor = context;
	size_t len = strlen(visitor->seen);

	snprintf(visitor->seen + len, sizeof(visitor->seen) - len, "%d:", (int)records);
}

static bool
visit(void *context, const struct ccm_json *element, struct ccm_error *err)
{
	struct visitor *visitor = context;
	const char *id;

	if (!ccm_json_string(element, "certificate_id", &id, err))
		return false;
	strncat(visitor->seen, id, sizeof(visitor->seen) - strlen(visitor->seen) - 1);
	if (visitor->fail_at != NULL && strcmp(id, visitor->fail_at) == 0)
		return ccm_fail(err, CCM_STORE, "the visitor failed at %s", id);
	return visitor->stop_at == NULL || strcmp(id, visitor->stop_at) != 0;
}

static bool
walk_with(struct test_client *test, const char *request, struct ccm_visitor visitor)
{
	struct ccm_json *json = request != NULL ? ccm_json_parse(ccm_span_of(request), NULL) : NULL;
	bool ok;

	ccm_error_clear(&test->err);
	ok = ccm_client_each(test->client, &ccm_pca_list_certificates, json, visitor, &test->err);
	ccm_json_free(json);
	return ok;
}

static bool
walk(struct test_client *test, const char *request, struct visitor *visitor)
{
	return walk_with(test, request, (struct ccm_visitor){.visit = visit, .context = visitor});
}

static const struct {
	const char *name;
	struct fake_answer pages[PAGES_MAX];
	const char *seen;
	size_t requests;
} walks[] = {
    {"nothing there", {PAGE("0", "")}, "", 1},
    {"one page that is not full", {PAGE("1", C("a"))}, "a", 1},
    {"the total is reached", {PAGE("2", C("a") "," C("b"))}, "ab", 1},
    {"two pages", {PAGE("3", C("a") "," C("b")), PAGE("3", C("c"))}, "abc", 2},
    {"without a total a short page is the last",
	{PAGE("null", C("a") "," C("b")), PAGE("null", C("c") "," C("d")), PAGE("null", "")},
	"abcd", 3},
    {"a page that comes again ends the walk",
	{PAGE("9", C("a") "," C("b")), PAGE("9", C("a") "," C("b")), PAGE("9", C("a") "," C("b"))},
	"ab", 2},
    {"what moved to the next page is shown once",
	{PAGE("5", C("b") "," C("a")), PAGE("5", C("a") "," C("c")), PAGE("5", C("d"))}, "bacd", 3},
    {"a total that is too large does not matter", {PAGE("1000", C("a")), PAGE("1000", "")}, "a", 2},
    {"pages may be smaller than was asked for",
	{PAGE("3", C("a")), PAGE("3", C("b")), PAGE("3", C("c"))}, "abc", 3},
    {"elements without an id are all new",
	{PAGE("4", C("a") ",{\"certificate_id\":\"\"}"), PAGE("4", C("b") "," C("c"))}, "abc", 2},
};

static void
test_walks_end_where_they_should(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(walks); i++) {
		struct visitor visitor = {0};
		struct test_client test;

		test_client_open(&test, TEST_CLOUD TEST_AKSK, walks[i].pages, PAGES_MAX);
		if (!walk(&test, "{\"limit\":2}", &visitor))
			fail_msg("%s: %s", walks[i].name, test.err.msg);
		if (strcmp(visitor.seen, walks[i].seen) != 0 ||
		    test.fake->request_count != walks[i].requests)
			fail_msg("%s: saw %s in %zu requests", walks[i].name, visitor.seen,
			    test.fake->request_count);
		test_client_close(&test);
	}
}

static void
test_the_offset_counts_records_and_filters_stay(void **state)
{
	static const struct fake_answer answers[] = {
	    PAGE("3", C("a") "," C("b")), PAGE("3", C("c"))};
	struct visitor visitor = {0};
	struct test_client test;

	(void)state;
	test_client_open(&test, TEST_CLOUD TEST_AKSK, answers, 2);
	assert_true(walk(&test, "{\"limit\":2,\"name\":\"x\"}", &visitor));
	assert_string_equal(test.fake->requests[0].line,
	    "GET https://pca.example.com:8443/v1/private-certificates?limit=2&name=x&offset=0");
	assert_string_equal(test.fake->requests[1].line,
	    "GET https://pca.example.com:8443/v1/private-certificates?limit=2&name=x&offset=2");
	test_client_close(&test);
}

static void
test_pages_are_as_large_as_the_operation_allows(void **state)
{
	static const struct fake_answer answers[] = {PAGE("0", "")};
	struct visitor visitor = {0};
	struct test_client test;

	(void)state;
	test_client_open(&test, TEST_CLOUD TEST_AKSK, answers, 1);
	assert_true(walk(&test, NULL, &visitor));
	assert_string_equal(test.fake->requests[0].line,
	    "GET https://pca.example.com:8443/v1/private-certificates?limit=1000&offset=0");
	test_client_close(&test);
}

static void
test_the_total_is_told_before_each_page(void **state)
{
	static const struct fake_answer answers[] = {PAGE("5", C("a") "," C("b")),
	    PAGE("null", C("c") "," C("d")), PAGE("6", C("e") "," C("f"))};
	struct visitor visitor = {0};
	struct test_client test;

	(void)state;
	test_client_open(&test, TEST_CLOUD TEST_AKSK, answers, 3);
	assert_true(walk_with(&test, "{\"limit\":2}",
	    (struct ccm_visitor){.visit = visit, .context = &visitor, .total = hear_total}));
	assert_string_equal(visitor.seen, "5:abcd6:ef");
	test_client_close(&test);
}

static void
test_a_visitor_ends_the_walk_with_or_without_an_error(void **state)
{
	static const struct fake_answer answers[] = {
	    PAGE("9", C("a") "," C("b")), PAGE("9", C("c") "," C("d"))};
	struct visitor stops = {.stop_at = "a"}, fails = {.fail_at = "b"};
	struct test_client test;

	(void)state;
	test_client_open(&test, TEST_CLOUD TEST_AKSK, answers, 2);
	assert_true(walk(&test, "{\"limit\":2}", &stops));
	assert_string_equal(stops.seen, "a");
	test_client_close(&test);
	test_client_open(&test, TEST_CLOUD TEST_AKSK, answers, 2);
	assert_false(walk(&test, "{\"limit\":2}", &fails));
	assert_string_equal(fails.seen, "ab");
	assert_int_equal(test.err.code, CCM_STORE);
	assert_int_equal(test.fake->request_count, 1);
	test_client_close(&test);
}

static void
test_what_is_no_list_is_an_error(void **state)
{
	static const struct {
		struct fake_answer answer;
		const char *want;
	} cases[] = {
	    {{200, NULL, "{\"total\":1}", CCM_OK, true},
		"pca_list_certificates: certificates is missing"},
	    {{200, NULL, "{\"total\":1,\"certificates\":{}}", CCM_OK, true},
		"pca_list_certificates: certificates is an object, not a list"},
	    {{200, NULL, "{\"total\":\"many\",\"certificates\":[]}", CCM_OK, true},
		"pca_list_certificates: total is a string, not a whole number"},
	    {{404, NULL, "", CCM_OK, true}, "pca_list_certificates: HTTP 404: no reason given"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct visitor visitor = {0};
		struct test_client test;

		test_client_open(&test, TEST_CLOUD TEST_AKSK, &cases[i].answer, 1);
		assert_false(walk(&test, NULL, &visitor));
		assert_string_equal(test.err.msg, cases[i].want);
		test_client_close(&test);
	}
}

static void
test_records_that_were_not_shown_are_warned_of(void **state)
{
	static const struct fake_answer answers[] = {
	    PAGE("3", C("a") "," C("b")), PAGE("3", C("b") "," C("a"))};
	char file[] = "/tmp/ccm-paging-XXXXXX";
	struct visitor visitor = {0};
	struct ccm_buf text = {0};
	struct test_client test;
	int fd = mkstemp(file);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_true(ccm_log_configure("warn", file, NULL));
	test_client_open(&test, TEST_CLOUD TEST_AKSK, answers, 2);
	assert_true(walk(&test, "{\"limit\":2}", &visitor));
	test_client_close(&test);
	assert_true(ccm_log_configure("error", "/dev/null", NULL));
	assert_true(test_data_read(file, &text));
	unlink(file);
	assert_non_null(strstr(ccm_buf_str(&text), "the service tells of 3 records, but showed 2"));
	ccm_buf_clear(&text);
}

#define FOUND(total, ...)                                                                         \
	{                                                                                         \
		200, NULL, "{\"total_count\":" total ",\"resources\":[" __VA_ARGS__ "]}", CCM_OK, \
		    true                                                                          \
	}
#define R(id) "{\"resource_id\":\"" id "\",\"certificate_id\":\"" id "\"}"
#define TEN(r, s) r "," r "," r "," r "," r "," r "," r "," r "," r "," s

/* offset goes in the body of a tag filter, and does nothing there (huawei-ccm-practice.md 3.4). */
static void
test_filters_page_in_the_body_until_nothing_is_new(void **state)
{
	static const struct fake_answer answers[] = {FOUND("15", TEN(R("a"), R("b"))),
	    FOUND("15", TEN(R("b"), R("a"))), FOUND("15", R("c"))};
	struct visitor visitor = {0};
	struct ccm_json *request = ccm_json_parse(ccm_span_of("{\"limit\":10}"), NULL);
	struct test_client test;

	(void)state;
	test_client_open(&test, TEST_CLOUD TEST_AKSK, answers, 3);
	assert_true(ccm_client_each(test.client, &ccm_pca_list_certificates_by_tags, request,
	    (struct ccm_visitor){.visit = visit, .context = &visitor}, &test.err));
	assert_string_equal(visitor.seen, "aaaaaaaaab");
	assert_int_equal(test.fake->request_count, 2);
	assert_string_equal(test.fake->requests[0].body, "{\"limit\":10,\"offset\":0}");
	assert_string_equal(test.fake->requests[1].body, "{\"limit\":10,\"offset\":10}");
	ccm_json_free(request);
	test_client_close(&test);
}

static void
test_scattered_resources_are_walked_as_one(void **state)
{
	static const struct fake_answer answers[] = {
	    FOUND("1", "{\"resource_id\":\"a\"},{\"certificate_id\":\"a\"},"
		       "{\"resource_detail\":[{\"certificate_id\":\"a\"}]}")};
	struct visitor visitor = {0};
	struct test_client test;

	(void)state;
	test_client_open(&test, TEST_CLOUD TEST_AKSK, answers, 1);
	assert_true(ccm_client_each(test.client, &ccm_pca_list_certificates_by_tags, NULL,
	    (struct ccm_visitor){.visit = visit, .context = &visitor}, &test.err));
	assert_string_equal(visitor.seen, "a");
	assert_string_equal(test.fake->requests[0].body, "{\"limit\":50,\"offset\":0}");
	test_client_close(&test);
}

static bool
see_key(void *context, const struct ccm_json *element, struct ccm_error *err)
{
	struct visitor *visitor = context;
	const char *key;

	if (!ccm_json_string(element, "key", &key, err))
		return false;
	strncat(visitor->seen, key, sizeof(visitor->seen) - strlen(visitor->seen) - 1);
	return true;
}

static void
test_a_list_without_pages_comes_at_once(void **state)
{
	static const struct fake_answer answers[] = {
	    {200, NULL, "{\"tags\":[{\"key\":\"a\"},{\"key\":\"b\"}]}", CCM_OK, true}};
	struct visitor visitor = {0};
	struct test_client test;

	(void)state;
	test_client_open(&test, TEST_CLOUD TEST_AKSK, answers, 1);
	assert_true(ccm_client_each(test.client, &ccm_pca_list_all_certificate_tags, NULL,
	    (struct ccm_visitor){.visit = see_key, .context = &visitor}, &test.err));
	assert_string_equal(visitor.seen, "ab");
	assert_string_equal(test.fake->requests[0].line,
	    "GET https://pca.example.com:8443/v1/private-certificates/tags");
	test_client_close(&test);
}

/* The reference caps offset at 100, which is not for us to refuse (spec/ccm-api.md 8
 * scm_offset_cap): the walk goes on, and the service's word is the last one. */
static void
test_scm_pages_go_beyond_the_documented_offset(void **state)
{
#define SSL(id) "{\"id\":\"" id "\",\"certificate_id\":\"" id "\"}"
#define SSLS(id)                                                                                 \
	{                                                                                        \
		200, NULL, "{\"total_count\":120,\"certificates\":[" TEN(SSL(id), SSL(id)) "]}", \
		    CCM_OK, true                                                                 \
	}
	static const struct fake_answer answers[] = {SSLS("a"), SSLS("b"),
	    {400, NULL, "{\"error_code\":\"SCM.0005\",\"error_msg\":\"offset\"}", CCM_OK, true}};
	struct ccm_json *request =
	    ccm_json_parse(ccm_span_of("{\"limit\":10,\"offset\":90}"), NULL);
	struct visitor visitor = {0};
	struct test_client test;

	(void)state;
	test_client_open(&test, TEST_CLOUD TEST_AKSK, answers, 3);
	assert_false(ccm_client_each(test.client, &ccm_scm_list_certificates, request,
	    (struct ccm_visitor){.visit = visit, .context = &visitor}, &test.err));
	assert_string_equal(visitor.seen, "aaaaaaaaaabbbbbbbbbb");
	assert_string_equal(test.err.msg, "scm_list_certificates: HTTP 400 SCM.0005: offset");
	assert_string_equal(test.fake->requests[2].line,
	    "GET https://scm.example.com/v3/scm/certificates?limit=10&offset=110");
	ccm_json_free(request);
	test_client_close(&test);
}

static void
test_what_is_not_paged_is_refused(void **state)
{
	struct visitor visitor = {0};
	struct test_client test;

	(void)state;
	test_client_open(&test, TEST_CLOUD TEST_AKSK, NULL, 0);
	assert_false(ccm_client_each(
	    test.client, &ccm_pca_get_ca, NULL, (struct ccm_visitor){visit, &visitor}, &test.err));
	assert_int_equal(test.err.code, CCM_INTERNAL);
	test_client_close(&test);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_walks_end_where_they_should),
	    cmocka_unit_test(test_the_offset_counts_records_and_filters_stay),
	    cmocka_unit_test(test_pages_are_as_large_as_the_operation_allows),
	    cmocka_unit_test(test_the_total_is_told_before_each_page),
	    cmocka_unit_test(test_a_visitor_ends_the_walk_with_or_without_an_error),
	    cmocka_unit_test(test_what_is_no_list_is_an_error),
	    cmocka_unit_test(test_records_that_were_not_shown_are_warned_of),
	    cmocka_unit_test(test_filters_page_in_the_body_until_nothing_is_new),
	    cmocka_unit_test(test_scattered_resources_are_walked_as_one),
	    cmocka_unit_test(test_a_list_without_pages_comes_at_once),
	    cmocka_unit_test(test_scm_pages_go_beyond_the_documented_offset),
	    cmocka_unit_test(test_what_is_not_paged_is_refused),
	};

	ccm_log_configure("error", "/dev/null", NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
