/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cloud/retry.h"
#include "data.h"

/* What each category of spec/ccm-api.json means to a caller. */
static const struct {
	const char *category;
	enum ccm_code code;
	bool retryable;
} categories[] = {
    {"parameter", CCM_USAGE, false},
    {"tag", CCM_USAGE, false},
    {"state", CCM_CONFLICT, false},
    {"quota", CCM_CONFLICT, false},
    {"order", CCM_CONFLICT, false},
    {"deploy", CCM_CONFLICT, false},
    {"permission", CCM_DENIED, false},
    {"account", CCM_DENIED, false},
    {"auth", CCM_AUTH, false},
    {"not_found", CCM_NOT_FOUND, false},
    {"push", CCM_UNAVAILABLE, false},
    {"operation", CCM_UNAVAILABLE, false},
    {"internal", CCM_UNAVAILABLE, true},
};

/* Where a code says more than its category. */
static const struct {
	const char *code;
	enum ccm_code kind;
} exceptions[] = {
    {"SCM.0301", CCM_NOT_FOUND},   /* tag is not found */
    {"SCM.0016", CCM_CONFLICT},    /* failed to order */
    {"SCM.0030", CCM_UNSUPPORTED}, /* cannot be pushed to this service */
    {"SCM.0076", CCM_UNSUPPORTED}, /* not to be renewed */
    {"SCM.0204", CCM_UNSUPPORTED}, /* regions that cannot be pushed to */
    {"SCM.0224", CCM_UNSUPPORTED},
    {"SCM.0401", CCM_UNSUPPORTED}, /* SM certificates cannot be pushed */
};

static enum ccm_code
wanted(const char *code, const char *category, bool *retryable)
{
	*retryable = false;
	for (size_t i = 0; i < CCM_COUNT(exceptions); i++) {
		if (strcmp(exceptions[i].code, code) == 0)
			return exceptions[i].kind;
	}
	for (size_t i = 0; i < CCM_COUNT(categories); i++) {
		if (strcmp(categories[i].category, category) == 0) {
			*retryable = categories[i].retryable;
			return categories[i].code;
		}
	}
	fail_msg("category %s is not known", category);
	return CCM_OK;
}

static void
test_every_documented_code_is_what_its_category_says(void **state)
{
	struct ccm_json *all = test_data_json("ccm-operations.json");
	unsigned checked = 0, bad = 0;

	(void)state;
	assert_non_null(all);
	for
		ccm_json_each(entry, ccm_json_get(all, "error_codes"))
		{
			const char *code, *category;
			struct ccm_fault fault;
			enum ccm_code want;
			bool retryable;
			int64_t status;

			assert_true(ccm_json_string(entry, "code", &code, NULL));
			assert_true(ccm_json_string(entry, "category", &category, NULL));
			assert_true(ccm_json_int(entry, "http_status", &status, NULL));
			fault = ccm_fault_classify(code, (int)status);
			want = wanted(code, category, &retryable);
			checked++;
			if (fault.code == want && fault.retryable == retryable)
				continue;
			print_error("%s (%s): %s, retryable %d; want %s, %d\n", code, category,
			    ccm_code_name(fault.code), fault.retryable, ccm_code_name(want),
			    retryable);
			bad++;
		}
	ccm_json_free(all);
	print_message("%u codes checked\n", checked);
	assert_true(checked >= 165);
	assert_int_equal(bad, 0);
}

static const struct {
	const char *code;
	int status;
	enum ccm_code kind;
	bool retryable, token_refused;
} faults[] = {
    /* the live family of PCA, with statuses that mislead */
    {"PCA.10010002", 400, CCM_NOT_FOUND, false, false},
    {"PCA.10010105", 400, CCM_USAGE, false, false},
    {"PCA.10010071", 403, CCM_CONFLICT, false, false},
    {"SCM.0707", 400, CCM_NOT_FOUND, false, false},
    {"CBC.30000067", 400, CCM_NOT_FOUND, false, false},
    {"PCA.10010072", 403, CCM_CONFLICT, false, false},
    /* the gateway, by both names */
    {"APIGW.0101", 404, CCM_CONFIG, false, false},
    {"APIGW.0201", 413, CCM_USAGE, false, false},
    {"APIGW.0201", 502, CCM_UNAVAILABLE, true, false},
    {"APIGW.0301", 401, CCM_AUTH, false, true},
    {"APIG.0301", 401, CCM_AUTH, false, true},
    {"APIGW.0303", 401, CCM_AUTH, false, false},
    {"APIGW.0307", 401, CCM_AUTH, false, true},
    {"APIGW.0308", 429, CCM_THROTTLED, true, false},
    {"APIG.0308", 429, CCM_THROTTLED, true, false},
    {"APIGW.0302", 403, CCM_DENIED, false, false},
    {"APIGW.0801", 403, CCM_DENIED, false, false},
    {"APIGW.0610", 504, CCM_UNAVAILABLE, true, false},
    /* unknown codes and none: the status decides */
    {"PCA.99999999", 404, CCM_NOT_FOUND, false, false},
    {"XYZ.1", 500, CCM_UNAVAILABLE, true, false},
    {"", 401, CCM_AUTH, false, true},
    {NULL, 403, CCM_DENIED, false, false},
    {NULL, 409, CCM_CONFLICT, false, false},
    {NULL, 418, CCM_USAGE, false, false},
    {NULL, 429, CCM_THROTTLED, true, false},
    {NULL, 501, CCM_UNAVAILABLE, false, false},
    {NULL, 503, CCM_UNAVAILABLE, true, false},
    {NULL, 302, CCM_PROTOCOL, false, false},
};

static void
test_the_code_decides_before_the_status(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(faults); i++) {
		struct ccm_fault fault = ccm_fault_classify(faults[i].code, faults[i].status);

		if (fault.code != faults[i].kind || fault.retryable != faults[i].retryable ||
		    fault.token_refused != faults[i].token_refused)
			fail_msg("%s %d: got %s, %d, %d", faults[i].code, faults[i].status,
			    ccm_code_name(fault.code), fault.retryable, fault.token_refused);
	}
}

static void
test_the_throttling_window_is_read_from_the_text(void **state)
{
	static const struct {
		const char *text;
		int64_t want;
	} cases[] = {
	    {"The throttling threshold has been reached: policy user over "
	     "ratelimit,limit:200,time:5 minute",
		300000},
	    {"policy ip over ratelimit,limit:5,time:1 second", 1000},
	    {"limit:10,time:2 hours", 7200000},
	    {"limit:10,time:1 day", 86400000},
	    {"limit:10,time: minute", 0},
	    {"limit:10,time:-5 minute", 0},
	    {"limit:10,time:5 fortnight", 0},
	    {"slow down", 0},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++)
		assert_int_equal(ccm_fault_window_ms(cases[i].text), cases[i].want);
}

static void
test_retry_after_is_seconds_or_a_date(void **state)
{
	const int64_t now = 784111777000; /* Sun, 06 Nov 1994 08:49:37 GMT */
	static const struct {
		const char *value;
		int64_t want;
	} cases[] = {
	    {"3", 3000},
	    {"0", 0},
	    {"-3", 0},
	    {"99999999999", 0},
	    {"Sun, 06 Nov 1994 08:49:47 GMT", 10000},
	    {"Sun, 06 Nov 1994 08:49:27 GMT", 0},
	    {"Sunday, 06-Nov-94 08:49:47 GMT", 10000},
	    {"Sun Nov  6 08:49:47 1994", 10000},
	    {"Sun, 06 Nov 1994 08:49:47 CET", 0},
	    {"Sun, 06 Nop 1994 08:49:47 GMT", 0},
	    {"Sun, 06 Nov 1994 08:49:47 GMT, or later", 0},
	    {"soon", 0},
	    {"", 0},
	    {"3 s", 0},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++)
		assert_int_equal(ccm_fault_retry_after_ms(cases[i].value, now), cases[i].want);
}

#define NETWORK .budget = 3, .attempts = 1, .code = CCM_NETWORK, .left_ms = 60000
#define ANSWERED .budget = 3, .attempts = 1, .sent = true, .answered = true, .left_ms = 60000
#define SERVER_FAULT .code = CCM_UNAVAILABLE, .fault = {.retryable = true}
#define THROTTLED(...) .code = CCM_THROTTLED, .fault = {.retryable = true, __VA_ARGS__}

static const struct {
	struct ccm_retry retry;
	int64_t want;
} waits[] = {
    /* no answer */
    {{NETWORK, .repeatable = true, .sent = true}, 100},
    {{NETWORK, .repeatable = false, .sent = true}, -1},
    {{NETWORK, .repeatable = false, .sent = false}, 100},
    {{NETWORK, .repeatable = true, .random = 255}, 200},
    {{.budget = 3, .attempts = 1, .code = CCM_TLS, .repeatable = true, .left_ms = 60000}, -1},
    {{.budget = 3, .attempts = 1, .code = CCM_TIMEOUT, .repeatable = true, .left_ms = 60000}, 100},
    {{.budget = 3, .attempts = 1, .code = CCM_NOMEM, .repeatable = true, .left_ms = 60000}, -1},
    /* answers */
    {{ANSWERED, SERVER_FAULT, .repeatable = true}, 100},
    {{ANSWERED, SERVER_FAULT, .repeatable = false}, -1},
    {{ANSWERED, .code = CCM_NOT_FOUND, .repeatable = true}, -1},
    {{ANSWERED, .code = CCM_AUTH, .repeatable = true}, -1},
    {{ANSWERED, .code = CCM_PROTOCOL, .repeatable = true}, -1},
    {{ANSWERED, THROTTLED(0), .repeatable = false}, 500},
    /* growth, ceilings, the service's word */
    {{.budget = 9, .attempts = 3, .code = CCM_NETWORK, .repeatable = true, .left_ms = 60000}, 400},
    {{.budget = 99, .attempts = 50, .code = CCM_NETWORK, .repeatable = true, .left_ms = 60000},
	2500},
    {{.budget = 99,
	 .attempts = 50,
	 .sent = true,
	 .answered = true,
	 .left_ms = 900000,
	 THROTTLED(.window_ms = 300000)},
	150000},
    {{.budget = 99,
	 .attempts = 50,
	 .sent = true,
	 .answered = true,
	 .left_ms = 900000,
	 THROTTLED(.window_ms = 1000)},
	500},
    {{ANSWERED, THROTTLED(.retry_after_ms = 7000)}, 7000},
    /* budget and time */
    {{.budget = 0, .attempts = 1, .code = CCM_NETWORK, .repeatable = true, .left_ms = 60000}, -1},
    {{.budget = 3, .attempts = 4, .code = CCM_NETWORK, .repeatable = true, .left_ms = 60000}, -1},
    {{.budget = 3, .attempts = 1, .code = CCM_NETWORK, .repeatable = true, .left_ms = 100}, -1},
    {{.budget = 3, .attempts = 1, .code = CCM_NETWORK, .repeatable = true, .left_ms = -5}, -1},
    {{.budget = 3,
	 .attempts = 1,
	 .sent = true,
	 .answered = true,
	 .left_ms = 6000,
	 THROTTLED(.retry_after_ms = 7000)},
	-1},
};

static void
test_waits_follow_the_policy(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(waits); i++) {
		int64_t wait = ccm_retry_wait_ms(&waits[i].retry);

		if (wait != waits[i].want)
			fail_msg("case %zu: got %jd, want %jd", i, (intmax_t)wait,
			    (intmax_t)waits[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_documented_code_is_what_its_category_says),
	    cmocka_unit_test(test_the_code_decides_before_the_status),
	    cmocka_unit_test(test_the_throttling_window_is_read_from_the_text),
	    cmocka_unit_test(test_retry_after_is_seconds_or_a_date),
	    cmocka_unit_test(test_waits_follow_the_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
