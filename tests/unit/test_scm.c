/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

#include "core/log.h"
#include "fake_scm.h"
#include "model/identity.h"

#define SCM_TOKEN "[token S]\nservice = scm\n"
#define ID_OF(record) CCM_SPAN(fake_ssl[record].id, CCM_ITEM_ID_LEN)

static struct ccm_items
find(struct ccm_model *model, const struct ccm_query *query)
{
	struct ccm_error err = {0};
	struct ccm_items items;
	bool ok = ccm_token_find(ccm_model_token(model, 0), query, &items, &err);

	assert_string_equal(err.msg, "");
	assert_true(ok);
	return items;
}

static size_t
count(struct ccm_model *model, const struct ccm_query *query)
{
	struct ccm_items items = find(model, query);
	size_t found = items.count;

	ccm_items_clear(&items);
	return found;
}

static struct ccm_item *
find_one(struct ccm_model *model, const struct ccm_query *query)
{
	struct ccm_items items = find(model, query);
	struct ccm_item *item;

	assert_int_equal(items.count, 1);
	item = ccm_item_ref(items.items[0]);
	ccm_items_clear(&items);
	return item;
}

/* What it costs */

static void
sign_with(struct ccm_item *item)
{
	struct ccm_sign_params params = {.padding = CCM_PAD_PKCS1, .digest = "SHA256"};
	unsigned char signature[512], digest[32] = {1};
	size_t len = sizeof(signature);
	struct ccm_error err = {0};
	struct ccm_key *key = ccm_item_key(item, &err);
	struct ccm_signer *signer;

	assert_string_equal(err.msg, "");
	signer = ccm_signer_new(key, &params, &err);
	assert_non_null(signer);
	assert_true(ccm_signer_sign(signer, CCM_SPAN(digest, 32), signature, &len, &err));
	assert_true(ccm_pkey_verify(ccm_cert_public_key(ccm_item_certificate(item, &err)), &params,
	    CCM_SPAN(digest, 32), CCM_SPAN(signature, len), &err));
	ccm_signer_free(signer);
	ccm_key_unref(key);
}

static void
test_a_name_costs_one_list_and_one_export_key_included(void **state)
{
	struct ccm_model *model = fake_scm_model(SCM_TOKEN);
	struct ccm_query query = {.label = "web.example.com", .with_key = true};
	struct ccm_item *item = find_one(model, &query);

	(void)state;
	assert_int_equal(fake_scm.lists, 1);
	assert_memory_equal(ccm_item_id(item).data, fake_ssl[SSL_WEB].id, CCM_ITEM_ID_LEN);
	assert_string_equal(ccm_item_label(item), "web.example.com");
	assert_int_equal(ccm_item_key_type(item), CCM_KEY_RSA);
	assert_string_equal(ccm_item_key_algorithm(item), "RSA2048");
	assert_true(ccm_item_has_key(item));
	sign_with(item);
	ccm_item_unref(item);
	assert_int_equal(count(model, &query), 1);
	assert_int_equal(fake_scm.lists, 1);
	assert_int_equal(fake_scm.exports, 1);
	assert_int_equal(fake_scm.gets + fake_scm.pca, 0);
	ccm_model_unref(model);
}

static void
test_certificates_alone_are_not_exported(void **state)
{
	struct ccm_model *model = fake_scm_model(SCM_TOKEN);
	struct ccm_item *item = find_one(model, &(struct ccm_query){.label = "up.example.com"});

	(void)state;
	assert_true(ccm_item_may_have_key(item));
	assert_string_equal(ccm_item_key_algorithm(item), "");
	assert_int_equal(fake_scm.exports, 0);
	assert_true(ccm_item_not_before_ms(item) == 0);
	assert_int_equal(ccm_item_key_type(item), CCM_KEY_EC);
	assert_int_equal(fake_scm.exports, 1);
	assert_true(ccm_item_not_before_ms(item) == INT64_C(1735689600000));
	assert_true(ccm_item_not_after_ms(item) == INT64_C(2051222400000));
	ccm_item_unref(item);
	ccm_model_unref(model);
}

static void
test_an_id_costs_one_call_and_that_of_another_service_none(void **state)
{
	static const unsigned char uuid[] = {0, 0, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, 3};
	struct ccm_model *model = fake_scm_model(SCM_TOKEN);

	(void)state;
	assert_int_equal(count(model, &(struct ccm_query){.id = ID_OF(SSL_UPLOAD)}), 1);
	assert_int_equal(fake_scm.gets, 1);
	assert_int_equal(
	    count(model, &(struct ccm_query){.id = CCM_SPAN("scs9999999999999", 16)}), 0);
	assert_int_equal(fake_scm.gets, 2);
	assert_int_equal(count(model, &(struct ccm_query){.id = ID_OF(SSL_PAID)}), 0);
	assert_int_equal(fake_scm.gets, 3);
	assert_int_equal(count(model, &(struct ccm_query){.id = CCM_SPAN(uuid, sizeof(uuid))}), 0);
	assert_int_equal(fake_scm.gets, 3);
	assert_int_equal(fake_scm.lists + fake_scm.exports + fake_scm.pca, 0);
	ccm_model_unref(model);
	model = fake_scm_model(SCM_TOKEN "status = *\n");
	assert_int_equal(count(model, &(struct ccm_query){.id = ID_OF(SSL_PAID)}), 0);
	assert_int_equal(count(model, &(struct ccm_query){.id = ID_OF(SSL_REVOKED)}), 1);
	ccm_model_unref(model);
	model = fake_scm_model("");
	assert_int_equal(count(model, &(struct ccm_query){.id = ID_OF(SSL_UPLOAD)}), 0);
	assert_int_equal(fake_scm.pca, 0);
	ccm_model_unref(model);
}

/* Such as those of the reference's examples: 16 bytes of CKA_ID cannot hold them. */
static void
test_an_id_that_is_too_long_is_remembered(void **state)
{
	struct ccm_model *model = fake_scm_model(SCM_TOKEN "[cache]\nttl = 0\n");
	struct ccm_item *item;
	struct ccm_query query = {0};

	(void)state;
	fake_scm.more = 1;
	fake_scm.long_ids = true;
	item = find_one(model, &(struct ccm_query){.label = "more.0.example.com"});
	assert_string_equal(ccm_item_resource_id(item), "scs10000000000000");
	query.id = ccm_item_id(item);
	assert_int_equal(count(model, &query), 1);
	assert_int_equal(fake_scm.gets, 1);
	ccm_item_unref(item);
	ccm_model_unref(model);
}

static void
test_a_token_shows_what_can_be_used_unless_told_otherwise(void **state)
{
	static const struct {
		const char *config;
		size_t found;
		unsigned lists;
	} cases[] = {
	    {SCM_TOKEN, 4, 2},
	    {SCM_TOKEN "status = ISSUED\n", 2, 1},
	    {SCM_TOKEN "status = EXPIRED\n", 1, 1},
	    {SCM_TOKEN "status = *\n", 6, 1},
	    {SCM_TOKEN "name = *.example.org\n", 0, 2},
	    {SCM_TOKEN "name = up.*\n", 1, 2},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_model *model = fake_scm_model(cases[i].config);

		assert_int_equal(count(model, &(struct ccm_query){0}), cases[i].found);
		assert_int_equal(fake_scm.lists, cases[i].lists);
		assert_int_equal(fake_scm.exports + fake_scm.pca, 0);
		ccm_model_unref(model);
	}
}

/* Keys that are not there */

static void
test_a_certificate_without_its_key_shows_none(void **state)
{
	struct ccm_model *model = fake_scm_model(SCM_TOKEN);
	struct ccm_item *item = find_one(model, &(struct ccm_query){.label = "csr.example.com"});
	struct ccm_error err = {0};

	(void)state;
	assert_false(ccm_item_has_key(item));
	assert_false(ccm_item_may_have_key(item));
	assert_null(ccm_item_key(item, &err));
	assert_int_equal(err.code, CCM_NOT_FOUND);
	assert_int_equal(ccm_item_key_type(item), CCM_KEY_EC);
	assert_int_equal(
	    count(model, &(struct ccm_query){.label = "csr.example.com", .with_key = true}), 0);
	assert_int_equal(fake_scm.exports, 1);
	ccm_item_unref(item);
	ccm_model_unref(model);
}

static void
test_a_key_of_an_unknown_kind_shows_none(void **state)
{
	struct ccm_model *model = fake_scm_model(SCM_TOKEN);
	struct ccm_item *item =
	    find_one(model, &(struct ccm_query){.label = "odd.example.com", .keys = true});

	(void)state;
	assert_false(ccm_item_has_key(item));
	assert_int_equal(ccm_item_key_type(item), CCM_KEY_OTHER);
	assert_non_null(ccm_item_certificate(item, NULL));
	ccm_item_unref(item);
	ccm_model_unref(model);
}

static void
test_a_token_without_keys_gives_none(void **state)
{
	struct ccm_model *model = fake_scm_model(SCM_TOKEN "keys = none\n");
	struct ccm_query query = {.label = "web.example.com", .with_key = true};
	struct ccm_item *item;

	(void)state;
	assert_int_equal(count(model, &query), 0);
	assert_int_equal(fake_scm.exports, 0);
	query.with_key = false;
	item = find_one(model, &query);
	assert_non_null(ccm_item_certificate(item, NULL));
	assert_false(ccm_item_has_key(item));
	ccm_item_unref(item);
	ccm_model_unref(model);
}

static void
test_a_key_of_another_certificate_is_refused(void **state)
{
	struct ccm_model *model = fake_scm_model(SCM_TOKEN);
	struct ccm_item *item = find_one(model, &(struct ccm_query){.id = ID_OF(SSL_WEB)});
	struct ccm_error err = {0};

	(void)state;
	fake_scm.wrong_key = true;
	assert_null(ccm_item_key(item, &err));
	assert_int_equal(err.code, CCM_PROTOCOL);
	assert_non_null(strstr(err.msg, "does not belong to its certificate"));
	fake_scm.wrong_key = false;
	sign_with(item);
	ccm_item_unref(item);
	ccm_model_unref(model);
}

/* Trouble */

static void
test_what_cannot_be_exported_does_not_hide_the_others(void **state)
{
	struct ccm_model *model = fake_scm_model(SCM_TOKEN);

	(void)state;
	fake_scm.cut_pem = true;
	assert_int_equal(count(model, &(struct ccm_query){.keys = true}), 0);
	assert_int_equal(count(model, &(struct ccm_query){0}), 4);
	fake_scm.cut_pem = false;
	assert_int_equal(count(model, &(struct ccm_query){.keys = true}), 4);
	ccm_model_unref(model);
}

static void
test_an_outage_is_no_empty_token(void **state)
{
	struct ccm_model *model = fake_scm_model(SCM_TOKEN);
	struct ccm_query query = {.label = "web.example.com", .keys = true};
	struct ccm_error err = {0};
	struct ccm_items items;

	(void)state;
	fake_scm.export_failure = CCM_NETWORK;
	assert_false(ccm_token_find(ccm_model_token(model, 0), &query, &items, &err));
	assert_int_equal(err.code, CCM_NETWORK);
	assert_non_null(strstr(err.msg, "scs0000000000001"));
	ccm_model_unref(model);
}

static void *
find_and_sign(void *context)
{
	struct ccm_query query = {.label = "web.example.com", .with_key = true};

	for (int i = 0; i < 20; i++) {
		struct ccm_item *item = find_one(context, &query);

		sign_with(item);
		ccm_item_unref(item);
	}
	return NULL;
}

static void
test_threads_share_what_an_export_brings(void **state)
{
	struct ccm_model *model = fake_scm_model(SCM_TOKEN "[cache]\nttl = 0\n");
	pthread_t threads[8];

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, find_and_sign, model), 0);
	for (size_t i = 0; i < CCM_COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	ccm_model_unref(model);
}

/* Pages */

static void
test_a_service_without_search_word_is_searched_as_well(void **state)
{
	struct ccm_model *model = fake_scm_model(SCM_TOKEN);

	(void)state;
	fake_scm.knows_no_content = true;
	fake_scm.more = 60;
	assert_int_equal(count(model, &(struct ccm_query){.label = "up.example.com"}), 1);
	assert_int_equal(fake_scm.lists, 2);
	ccm_model_unref(model);
}

static void
test_pages_have_50_and_what_the_service_refuses_is_left(void **state)
{
	static const struct {
		unsigned more;
		bool repeats;
		size_t found;
		unsigned lists;
	} cases[] = {
	    {48, false, 52, 2},   /* 50 are one page */
	    {49, false, 53, 3},   /* 51 two */
	    {148, false, 152, 4}, /* 150 are those that can be reached */
	    {200, false, 152, 5}, /* the fourth page is refused */
	    {200, true, 52, 3},   /* a page that comes again is the last */
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_model *model = fake_scm_model(SCM_TOKEN);

		fake_scm.more = cases[i].more;
		fake_scm.repeats_pages = cases[i].repeats;
		assert_int_equal(count(model, &(struct ccm_query){0}), cases[i].found);
		assert_int_equal(fake_scm.lists, cases[i].lists);
		ccm_model_unref(model);
	}
}

static void
test_a_list_that_is_refused_at_once_is_an_error(void **state)
{
	struct ccm_model *model = fake_scm_model(SCM_TOKEN);
	struct ccm_error err = {0};
	struct ccm_items items;

	(void)state;
	fake_scm.failure = CCM_USAGE;
	assert_false(
	    ccm_token_find(ccm_model_token(model, 0), &(struct ccm_query){0}, &items, &err));
	assert_int_equal(err.code, CCM_USAGE);
	ccm_model_unref(model);
}

/* Both services */

static void
test_uris_find_both_services(void **state)
{
	static const struct {
		const char *uri;
		size_t found;
		unsigned pca, scm;
	} cases[] = {
	    {"ccm:web.example.com", 1, 2, 1},
	    {"ccm:scs0000000000002", 1, 0, 1},
	    {"ccm:token=SCM;object=up.example.com", 1, 0, 1},
	    {"ccm:model=SCM;type=private", 2, 0, 6},
	    {"ccm:token=SCM", 4, 0, 2},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_model *model = fake_scm_model("");
		struct ccm_error err = {0};
		struct ccm_items items;
		struct ccm_uri uri;

		assert_true(ccm_uri_parse(cases[i].uri, &uri, &err));
		assert_true(ccm_uri_find(model, &uri, cases[i].uri, &items, &err));
		assert_int_equal(items.count, cases[i].found);
		assert_int_equal(fake_scm.pca, cases[i].pca);
		assert_int_equal(fake_scm.lists + fake_scm.gets + fake_scm.exports, cases[i].scm);
		ccm_items_clear(&items);
		ccm_uri_clear(&uri);
		ccm_model_unref(model);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_name_costs_one_list_and_one_export_key_included),
	    cmocka_unit_test(test_certificates_alone_are_not_exported),
	    cmocka_unit_test(test_an_id_costs_one_call_and_that_of_another_service_none),
	    cmocka_unit_test(test_an_id_that_is_too_long_is_remembered),
	    cmocka_unit_test(test_a_token_shows_what_can_be_used_unless_told_otherwise),
	    cmocka_unit_test(test_a_certificate_without_its_key_shows_none),
	    cmocka_unit_test(test_a_key_of_an_unknown_kind_shows_none),
	    cmocka_unit_test(test_a_token_without_keys_gives_none),
	    cmocka_unit_test(test_a_key_of_another_certificate_is_refused),
	    cmocka_unit_test(test_what_cannot_be_exported_does_not_hide_the_others),
	    cmocka_unit_test(test_an_outage_is_no_empty_token),
	    cmocka_unit_test(test_threads_share_what_an_export_brings),
	    cmocka_unit_test(test_a_service_without_search_word_is_searched_as_well),
	    cmocka_unit_test(test_pages_have_50_and_what_the_service_refuses_is_left),
	    cmocka_unit_test(test_a_list_that_is_refused_at_once_is_an_error),
	    cmocka_unit_test(test_uris_find_both_services),
	};

	ccm_log_configure("error", NULL, NULL);
	return cmocka_run_group_tests(tests, test_keys_make, test_keys_free);
}
