/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "emu/answer.h"
#include "emu/scm_domain.h"
#include "emu/scm_pem.h"
#include "emu/scm_refusal.h"
#include "emu/scm_store.h"
#include "emu/state.h"

#define NOW INT64_C(1622105185000)

/* Names */

static void
test_names_are_of_four_kinds(void **state)
{
	static const struct {
		const char *name;
		enum ccm_emu_name_kind kind;
	} cases[] = {
	    {"example.com", CCM_EMU_NAME_SINGLE},
	    {"*.example.com", CCM_EMU_NAME_WILDCARD},
	    {"192.0.2.1", CCM_EMU_NAME_ADDRESS},
	    {"2001:db8::1", CCM_EMU_NAME_ADDRESS},
	    {"", CCM_EMU_NAME_WRONG},
	    {"*", CCM_EMU_NAME_WRONG},
	    {"a.*.com", CCM_EMU_NAME_WRONG},
	    {"Test Server", CCM_EMU_NAME_WRONG},
	    {"a..b", CCM_EMU_NAME_WRONG},
	};
	char longest[256];

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++)
		assert_int_equal(ccm_emu_name_kind(cases[i].name), cases[i].kind);
	memset(longest, 'a', sizeof(longest));
	for (size_t i = 50; i < 254; i += 50)
		longest[i] = '.';
	longest[253] = '\0';
	assert_int_equal(ccm_emu_name_kind(longest), CCM_EMU_NAME_SINGLE);
	longest[253] = 'a';
	longest[254] = '\0';
	assert_int_equal(ccm_emu_name_kind(longest), CCM_EMU_NAME_WRONG);
}

static void
test_lists_of_names_come_apart_and_together(void **state)
{
	struct ccm_emu_names names = {0};
	struct ccm_buf text = {0};
	struct ccm_error err = {0};

	(void)state;
	assert_true(ccm_emu_names_add(&names, "a.com", &err));
	assert_true(ccm_emu_names_split(&names, ";b.com;;*.c.com;", &err));
	assert_int_equal(names.count, 3);
	assert_true(ccm_emu_names_join(&names, &text, &err));
	assert_string_equal(ccm_buf_str(&text), "b.com;*.c.com");
	assert_true(ccm_emu_names_have(&names, "B.COM"));
	assert_false(ccm_emu_names_have(&names, "b.co"));
	assert_int_equal(ccm_emu_names_count(&names, CCM_EMU_NAME_WILDCARD), 1);
	assert_string_equal(ccm_emu_names_type(&names), "MULTI_DOMAIN");
	while (names.count < CCM_EMU_SSL_NAMES)
		assert_true(ccm_emu_names_add(&names, "more.com", &err));
	assert_false(ccm_emu_names_add(&names, "much.com", &err));
	assert_string_equal(err.api_code, "SCM.0015");
	ccm_emu_names_clear(&names);
	ccm_buf_clear(&text);
	assert_true(ccm_emu_names_split(&names, "*.a.com", NULL));
	assert_string_equal(ccm_emu_names_type(&names), "WILDCARD");
	ccm_emu_names_clear(&names);
}

static void
test_products_have_their_names(void **state)
{
	static const struct {
		struct ccm_emu_product product;
		const char *names, *code; /* NULL: right */
	} cases[] = {
	    {{"SINGLE_DOMAIN", NULL, 1, 0}, "a.com", NULL},
	    {{"SINGLE_DOMAIN", NULL, 1, 0}, "192.0.2.1", NULL},
	    {{"SINGLE_DOMAIN", NULL, 1, 0}, "*.a.com", "SCM.0015"},
	    {{"SINGLE_DOMAIN", NULL, 1, 0}, "a.com;b.com", "SCM.0015"},
	    {{"SINGLE_DOMAIN", NULL, 1, 0}, "a b", "SCM.0108"},
	    {{"WILDCARD", NULL, 1, 1}, "*.a.com", NULL},
	    {{"WILDCARD", NULL, 1, 1}, "a.com", "SCM.0015"},
	    {{"MULTI_DOMAIN", "primary_single", 3, 1}, "a.com;b.com;*.c.com", NULL},
	    {{"MULTI_DOMAIN", "primary_single", 3, 1}, "a.com;*.c.com", NULL},
	    {{"MULTI_DOMAIN", "primary_single", 3, 1}, "a.com;b.com;c.com", "SCM.0015"},
	    {{"MULTI_DOMAIN", "primary_single", 3, 1}, "a.com;*.b.com;*.c.com", "SCM.0015"},
	    {{"MULTI_DOMAIN", "primary_wildcard", 2, 1}, "*.a.com;b.com", NULL},
	    {{"MULTI_DOMAIN", "primary_wildcard", 2, 1}, "b.com;*.a.com", "SCM.0015"},
	    {{"MULTI_DOMAIN", "primary_single", 3, 0}, "a.com;A.com", "SCM.0063"},
	    {{"MULTI_DOMAIN", "primary_single", 2, 0}, "a.com;b.com;c.com", "SCM.0015"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_emu_names names = {0};
		struct ccm_error err = {0};
		bool ok;

		assert_true(ccm_emu_names_split(&names, cases[i].names, &err));
		ok = ccm_emu_product_check(&cases[i].product, &names, &err);
		if (ok != (cases[i].code == NULL) ||
		    (!ok && strcmp(err.api_code, cases[i].code) != 0))
			fail_msg("%s for %s: %s %s", cases[i].names, cases[i].product.domain_type,
			    err.api_code, err.msg);
		ccm_emu_names_clear(&names);
	}
}

static void
test_wildcards_cover_one_label(void **state)
{
	(void)state;
	assert_true(ccm_emu_name_covers("a.com", "A.com"));
	assert_true(ccm_emu_name_covers("*.a.com", "www.a.com"));
	assert_true(ccm_emu_name_covers("*.a.com", "*.a.com"));
	assert_false(ccm_emu_name_covers("*.a.com", "a.com"));
	assert_false(ccm_emu_name_covers("*.a.com", "b.www.a.com"));
	assert_false(ccm_emu_name_covers("*.a.com", ".a.com"));
	assert_false(ccm_emu_name_covers("a.com", "www.a.com"));
}

/* Texts */

static void
test_line_ends_are_brought_into_one_form(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
	    {"", ""},
	    {"a", "a\n"},
	    {"a\nb\n", "a\nb\n"},
	    {"a\r\nb\r\n", "a\nb\n"},
	    {"a\\nb\\n", "a\nb\n"},
	    {"a\\r\\nb", "a\nb\n"},
	    {"a\rb", "a\nb\n"},
	    {"a\\tb", "a\\tb\n"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_buf out = {0};

		assert_true(ccm_emu_pem_tidy(cases[i].text, &out, NULL));
		assert_string_equal(ccm_buf_str(&out), cases[i].want);
		ccm_buf_clear(&out);
	}
}

static void
test_what_is_no_pem_is_none(void **state)
{
	static const char *const texts[] = {"", "abc", "-----BEGIN CERTIFICATE-----\n",
	    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
	    "abc\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(texts); i++) {
		struct ccm_emu_certificates read = {0};

		assert_false(ccm_emu_pem_read_certificates(ccm_span_of(texts[i]), &read));
		assert_null(ccm_emu_pem_read_key(ccm_span_of(texts[i])));
		assert_null(ccm_emu_pem_read_request(ccm_span_of(texts[i])));
		ccm_emu_certificates_clear(&read);
	}
}

static void
test_times_are_those_of_beijing(void **state)
{
	char text[CCM_EMU_SSL_TIME_SIZE];

	(void)state;
	ccm_emu_ssl_time(NOW, text);
	assert_string_equal(text, "2021-05-27 16:46:25.0");
}

/* Refusals */

static void
test_fields_have_their_codes(void **state)
{
	static const struct {
		const char *path, *code;
	} cases[] = {
	    {"certificate_id: x", "SCM.0008"},
	    {"cert_brand: x", "SCM.0049"},
	    {"target_projects: has 0 elements", "SCM.0505"},
	    {"target_project: is missing", "SCM.0075"},
	    {"resources[1].id: x", "SCM.0505"},
	    {"name: x", "SCM.0032"},
	    {"name_of_something: x", "SCM.0005"},
	    {"limit: x", "SCM.0005"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_error err = {0};

		assert_false(ccm_emu_scm_refuse_field(&err, cases[i].path));
		assert_string_equal(err.api_code, cases[i].code);
		assert_non_null(strstr(err.msg, cases[i].path));
	}
}

static void
test_what_pca_says_scm_says_in_its_words(void **state)
{
	static const struct {
		enum ccm_emu_refusal refusal;
		int status;
		const char *code, *msg;
	} cases[] = {
	    {CCM_EMU_REFUSE_TOKEN, 401, "SCM.1000",
		"The token of the request fails to be authenticated (why)"},
	    {CCM_EMU_REFUSE_INTERNAL, 500, "SCM.0100", "UnKnown error. (why)"},
	    {CCM_EMU_REFUSE_PARAMETER, 400, "SCM.0005", "Incorrect request parameter. (why)"},
	};
	struct ccm_error gateway = {0};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_error err = {0};

		ccm_emu_refuse(&err, cases[i].refusal, "why");
		ccm_emu_scm_translate(&err);
		assert_int_equal(err.http_status, cases[i].status);
		assert_string_equal(err.api_code, cases[i].code);
		assert_string_equal(err.msg, cases[i].msg);
	}
	ccm_emu_refuse_gateway(&gateway, 429, "APIGW.0308", "too many (why)");
	ccm_emu_scm_translate(&gateway);
	assert_string_equal(gateway.api_code, "APIGW.0308");
}

/* The table */

static void
fill(struct ccm_emu_ssl *ssl, const char *status, const char *domain, int64_t not_after)
{
	ccm_emu_ssl_init(ssl);
	assert_true(ccm_emu_ssl_set(&ssl->status, status, NULL));
	assert_true(ccm_emu_ssl_set(&ssl->name, "test", NULL));
	assert_true(ccm_emu_ssl_set(&ssl->type, "OV_SSL_CERT", NULL));
	assert_true(ccm_emu_ssl_set(&ssl->domain, domain, NULL));
	assert_true(ccm_emu_ssl_set(&ssl->enterprise_project_id, "0", NULL));
	assert_true(ccm_buf_append_str(&ssl->private_key, "key", NULL));
	ssl->not_after = not_after;
	ssl->update_time = NOW;
}

static bool
count_visit(void *context, const struct ccm_emu_ssl *ssl, struct ccm_error *err)
{
	size_t *seen = context;

	(void)err;
	assert_non_null(ssl->id);
	++*seen;
	return true;
}

static void
test_rows_come_back_as_they_went_and_grow_old(void **state)
{
	struct ccm_emu_state *emu = ccm_emu_state_open(NULL, NULL);
	struct ccm_emu_db *db = ccm_emu_state_db(emu);
	struct ccm_emu_ssl ssl, read;
	struct ccm_emu_ssl_query query = {
	    .now = NOW, .sort_key = "certExpiredTime", .limit = 10, .expired_days = 1};
	size_t seen = 0;
	bool gone;

	(void)state;
	fill(&ssl, "ISSUED", "a.com", NOW + 1000);
	assert_true(ccm_emu_ssl_add(db, &ssl, NOW, NULL));
	assert_string_equal(ssl.id, "scs1622105185000");
	assert_true(ccm_emu_ssl_get(db, ssl.id, NOW, &read, NULL));
	assert_string_equal(read.status, "ISSUED");
	assert_string_equal(read.domain, "a.com");
	assert_null(read.sans);
	assert_true(read.issue_time == CCM_EMU_NONE);
	assert_string_equal(ccm_buf_str(&read.private_key), "key");
	ccm_emu_ssl_clear(&read);
	assert_true(ccm_emu_ssl_get(db, ssl.id, NOW + 1000, &read, NULL));
	assert_string_equal(read.status, "EXPIRED");
	ccm_emu_ssl_clear(&read);
	ccm_emu_ssl_clear(&ssl);
	fill(&ssl, "UPLOAD", "b.com", NOW + 7 * 24 * 3600 * INT64_C(1000));
	assert_true(ccm_emu_ssl_add(db, &ssl, NOW, NULL));
	assert_string_equal(ssl.id, "scs1622105185001");
	assert_true(ccm_emu_ssl_list(db, &query, count_visit, &seen, NULL));
	assert_int_equal(seen, 1);
	query.now = NOW + 1000;
	query.expired_days = 8;
	query.deployable = true;
	assert_true(ccm_emu_ssl_list(db, &query, count_visit, &seen, NULL));
	assert_int_equal(seen, 2);
	assert_true(ccm_emu_ssl_delete(db, ssl.id, &gone, NULL));
	assert_true(gone);
	assert_true(ccm_emu_ssl_delete(db, ssl.id, &gone, NULL));
	assert_false(gone);
	ccm_emu_ssl_clear(&ssl);
	ccm_emu_state_close(emu);
}

static void
test_reviews_have_two_halves_and_an_end(void **state)
{
	struct ccm_emu_state *emu = ccm_emu_state_open(NULL, NULL);
	struct ccm_emu_db *db = ccm_emu_state_db(emu);
	struct ccm_emu_ssl ssl, read;
	static const struct {
		int64_t after;
		const char *status;
		bool due;
	} cases[] = {{0, "CHECKING", false}, {499, "CHECKING", false}, {500, "CHECKING_ORG", false},
	    {999, "CHECKING_ORG", false}, {1000, "CHECKING_ORG", true}};

	(void)state;
	fill(&ssl, "CHECKING", "a.com", CCM_EMU_NONE);
	ssl.apply_time = NOW;
	ssl.due_time = NOW + 1000;
	assert_true(ccm_emu_ssl_add(db, &ssl, NOW, NULL));
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		int64_t at = NOW + cases[i].after;

		assert_true(ccm_emu_ssl_get(db, ssl.id, at, &read, NULL));
		assert_string_equal(read.status, cases[i].status);
		ccm_emu_ssl_clear(&read);
		assert_true(ccm_emu_ssl_next_due(db, at, &read, NULL));
		assert_int_equal(read.id != NULL, cases[i].due);
		ccm_emu_ssl_clear(&read);
	}
	ccm_emu_ssl_clear(&ssl);
	ccm_emu_state_close(emu);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names_are_of_four_kinds),
	    cmocka_unit_test(test_lists_of_names_come_apart_and_together),
	    cmocka_unit_test(test_products_have_their_names),
	    cmocka_unit_test(test_wildcards_cover_one_label),
	    cmocka_unit_test(test_line_ends_are_brought_into_one_form),
	    cmocka_unit_test(test_what_is_no_pem_is_none),
	    cmocka_unit_test(test_times_are_those_of_beijing),
	    cmocka_unit_test(test_fields_have_their_codes),
	    cmocka_unit_test(test_what_pca_says_scm_says_in_its_words),
	    cmocka_unit_test(test_rows_come_back_as_they_went_and_grow_old),
	    cmocka_unit_test(test_reviews_have_two_halves_and_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
