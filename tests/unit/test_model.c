/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "fake_pca.h"

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

static struct ccm_item *
find_one(struct ccm_model *model, const struct ccm_query *query)
{
	struct ccm_items items = find(model, query);
	struct ccm_item *item;

	assert_true(items.count >= 1);
	item = ccm_item_ref(items.items[0]);
	ccm_items_clear(&items);
	return item;
}

#define WEB_QUERY ((struct ccm_query){.label = "web.example.com"})

static void
test_a_name_costs_one_list_and_one_export(void **state)
{
	struct ccm_model *model = make_model("");
	struct ccm_query query = WEB_QUERY;
	struct ccm_item *item = find_one(model, &query);
	struct ccm_error err = {0};

	(void)state;
	assert_int_equal(lists, 1);
	assert_int_equal(exports, 0);
	assert_string_equal(ccm_item_resource_id(item), records[WEB].id);
	assert_non_null(ccm_item_certificate(item, &err));
	assert_non_null(ccm_item_certificate(item, &err));
	assert_int_equal(exports, 1);
	ccm_item_unref(item);
	item = find_one(model, &query);
	assert_non_null(ccm_item_certificate(item, &err));
	assert_int_equal(lists + gets + exports, 2);
	ccm_item_unref(item);
	ccm_model_unref(model);
}

static void
test_the_valid_one_of_a_name_comes_first(void **state)
{
	struct ccm_model *model = make_model("");
	struct ccm_items items = find(model, &WEB_QUERY);

	(void)state;
	assert_int_equal(items.count, 2);
	assert_string_equal(ccm_item_resource_id(items.items[0]), records[WEB].id);
	assert_string_equal(ccm_item_resource_id(items.items[1]), records[OLD].id);
	ccm_items_clear(&items);
	ccm_model_unref(model);
}

static void
test_a_key_comes_once_by_one_time_password_and_signs(void **state)
{
	struct ccm_model *model = make_model("");
	struct ccm_item *item = find_one(model, &WEB_QUERY);
	struct ccm_sign_params params = {.digest = "SHA256"};
	unsigned char signature[128], digest[32] = {1};
	size_t len = sizeof(signature);
	struct ccm_error err = {0};
	struct ccm_key *key, *again;
	struct ccm_signer *signer;
	char first[64];

	(void)state;
	assert_true(ccm_item_has_key(item));
	assert_int_equal(exports, 0);
	key = ccm_item_key(item, &err);
	assert_string_equal(err.msg, "");
	again = ccm_item_key(item, &err);
	assert_ptr_equal(key, again);
	assert_int_equal(exports, 1);
	assert_int_equal(strlen(last_password), 32);
	memcpy(first, last_password, sizeof(first));
	signer = ccm_signer_new(key, &params, &err);
	assert_true(ccm_signer_sign(signer, CCM_SPAN(digest, 32), signature, &len, &err));
	assert_true(ccm_pkey_verify(ccm_cert_public_key(ccm_item_certificate(item, &err)), &params,
	    CCM_SPAN(digest, 32), CCM_SPAN(signature, len), &err));
	ccm_signer_free(signer);
	ccm_key_unref(key);
	ccm_key_unref(again);
	ccm_item_unref(item);
	ccm_model_unref(model);
	model = make_model("");
	item = find_one(model, &WEB_QUERY);
	ccm_key_unref(ccm_item_key(item, &err));
	assert_string_not_equal(first, last_password);
	ccm_item_unref(item);
	ccm_model_unref(model);
}

static void
test_a_key_of_another_certificate_is_refused(void **state)
{
	struct ccm_model *model = make_model("");
	struct ccm_item *item = find_one(model, &WEB_QUERY);
	struct ccm_error err = {0};

	(void)state;
	wrong_key = true;
	assert_null(ccm_item_key(item, &err));
	assert_int_equal(err.code, CCM_PROTOCOL);
	assert_non_null(strstr(err.msg, "does not belong to its certificate"));
	assert_non_null(strstr(err.msg, records[WEB].id));
	wrong_key = false;
	ccm_error_clear(&err);
	ccm_key_unref(ccm_item_key(item, &err));
	assert_string_equal(err.msg, "");
	ccm_item_unref(item);
	ccm_model_unref(model);
}

static void
test_a_cut_certificate_names_the_member(void **state)
{
	struct ccm_model *model = make_model("");
	struct ccm_item *item = find_one(model, &WEB_QUERY);
	struct ccm_error err = {0};

	(void)state;
	cut_pem = true;
	assert_null(ccm_item_certificate(item, &err));
	assert_int_equal(err.code, CCM_PROTOCOL);
	assert_non_null(strstr(err.msg, "pca_export_certificate: certificate: "));
	ccm_item_unref(item);
	ccm_model_unref(model);
}

static void
test_an_id_costs_one_call_and_misses_are_remembered(void **state)
{
	static const unsigned char id[] = {0, 0, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, 3};
	static const unsigned char none[16] = {9};
	struct ccm_model *model = make_model("");
	struct ccm_query query = {.id = CCM_SPAN(id, sizeof(id))};
	struct ccm_items items = find(model, &query);

	(void)state;
	assert_int_equal(items.count, 1);
	ccm_items_clear(&items);
	items = find(model, &query);
	assert_int_equal(items.count, 1);
	ccm_items_clear(&items);
	assert_int_equal(lists, 0);
	query.id = CCM_SPAN(none, sizeof(none));
	gets = 0;
	for (int i = 0; i < 3; i++) {
		items = find(model, &query);
		assert_int_equal(items.count, 0);
	}
	assert_int_equal(gets, 2);
	query.id = CCM_SPAN(none, 5);
	items = find(model, &query);
	assert_int_equal(items.count, 0);
	assert_int_equal(gets, 2);
	ccm_model_unref(model);
}

static void
test_searches_by_certificate_contents_narrow_before_they_export(void **state)
{
	struct ccm_model *model = make_model("");
	struct ccm_item *root =
	    find_one(model, &(struct ccm_query){.kinds = CCM_ITEM_CA, .label = "Root"});
	const struct ccm_cert *cert = ccm_item_certificate(root, NULL);
	struct ccm_item *found;
	struct ccm_query query = {.subject = ccm_cert_subject(cert)};

	(void)state;
	exports = 0;
	found = find_one(model, &query);
	assert_string_equal(ccm_item_label(found), "Root");
	ccm_item_unref(found);
	query =
	    (struct ccm_query){.issuer = ccm_cert_issuer(cert), .serial = ccm_cert_serial(cert)};
	found = find_one(model, &query);
	assert_string_equal(ccm_item_label(found), "Root");
	ccm_item_unref(found);
	query = (struct ccm_query){.certificate = ccm_cert_der(cert)};
	found = find_one(model, &query);
	assert_string_equal(ccm_item_label(found), "Root");
	ccm_item_unref(found);
	assert_int_equal(exports, 0);
	query = (struct ccm_query){.san = "www.example.com"};
	found = find_one(model, &query);
	assert_string_equal(ccm_item_resource_id(found), records[WEB].id);
	ccm_item_unref(found);
	ccm_item_unref(root);
	ccm_model_unref(model);
}

static void
test_the_chain_is_in_order_and_teaches_the_cas(void **state)
{
	struct ccm_model *model = make_model("");
	struct ccm_items items = find(model, &(struct ccm_query){0});
	struct ccm_cert *const *chain;
	size_t count;

	(void)state;
	assert_int_equal(items.count, RECORDS);
	assert_int_equal(lists, 2);
	assert_true(ccm_item_chain(items.items[0], &chain, &count, NULL));
	assert_int_equal(count, 2);
	assert_string_equal(ccm_cert_common_name(chain[0]), "Sub");
	assert_string_equal(ccm_cert_common_name(chain[1]), "Root");
	for (size_t i = 2; i < items.count; i++)
		assert_non_null(ccm_item_certificate(items.items[i], NULL));
	assert_int_equal(exports, 1);
	assert_true(ccm_item_is_trusted(items.items[2]));
	assert_string_equal(ccm_item_label(items.items[2]), "Root");
	assert_false(ccm_item_is_trusted(items.items[3]));
	ccm_items_clear(&items);
	ccm_model_unref(model);
}

static void
test_what_was_seen_goes_on_while_the_service_is_down(void **state)
{
	struct ccm_model *model = make_model("[cache]\nttl = 0\n");
	struct ccm_item *item = find_one(model, &WEB_QUERY);
	struct ccm_items items;
	struct ccm_error err = {0};

	(void)state;
	ccm_key_unref(ccm_item_key(item, &err));
	failure = CCM_NETWORK;
	ccm_item_unref(item);
	item = find_one(model, &WEB_QUERY);
	ccm_key_unref(ccm_item_key(item, &err));
	assert_string_equal(err.msg, "");
	assert_false(ccm_token_find(
	    ccm_model_token(model, 0), &(struct ccm_query){.label = "other"}, &items, &err));
	assert_int_equal(err.code, CCM_NETWORK);
	assert_non_null(strstr(err.msg, "token PCA: "));
	ccm_item_unref(item);
	ccm_model_unref(model);
}

static void
test_a_renewal_comes_into_force_while_the_service_is_down(void **state)
{
	struct record before = records[OLD];
	struct ccm_model *model = make_model("");
	struct ccm_items items;

	(void)state;
	records[OLD].from = 500;
	records[OLD].to = 900000;
	items = find(model, &WEB_QUERY);
	assert_string_equal(ccm_item_resource_id(items.items[0]), records[WEB].id);
	ccm_items_clear(&items);
	failure = CCM_NETWORK;
	ccm_clock_set_offset_ms(600000);
	items = find(model, &WEB_QUERY);
	assert_string_equal(ccm_item_resource_id(items.items[0]), records[OLD].id);
	ccm_items_clear(&items);
	ccm_clock_set_offset_ms(0);
	records[OLD] = before;
	ccm_model_unref(model);
}

static void
test_an_outage_is_told_once(void **state)
{
	char name[] = "/tmp/ccm-model-XXXXXX", text[4096] = "";
	struct ccm_model *model = make_model("[cache]\nttl = 0\n");
	int fd = mkstemp(name);
	struct ccm_items items;
	char *first;

	(void)state;
	items = find(model, &WEB_QUERY);
	ccm_items_clear(&items);
	assert_true(ccm_log_configure("warn", name, NULL));
	failure = CCM_NETWORK;
	for (int i = 0; i < 5; i++) {
		items = find(model, &WEB_QUERY);
		assert_int_equal(items.count, 2);
		ccm_items_clear(&items);
	}
	assert_true(ccm_log_configure("error", NULL, NULL));
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	first = strstr(text, "using what is known since");
	assert_non_null(first);
	assert_null(strstr(first + 1, "using what is known since"));
	close(fd);
	unlink(name);
	ccm_model_unref(model);
}

static void
test_stale_data_ends_at_max_stale(void **state)
{
	struct ccm_model *model = make_model("[cache]\nttl = 0\nmax_stale = 0\n");
	struct ccm_item *item = find_one(model, &WEB_QUERY);
	struct ccm_items items;
	struct ccm_error err = {0};

	(void)state;
	usleep(2000); /* the clock's unit is a millisecond: the age must not be 0 */
	failure = CCM_UNAVAILABLE;
	assert_false(ccm_token_find(ccm_model_token(model, 0), &WEB_QUERY, &items, &err));
	assert_int_equal(err.code, CCM_UNAVAILABLE);
	ccm_item_unref(item);
	ccm_model_unref(model);
}

static void
test_a_failing_service_is_left_alone_for_a_while(void **state)
{
	struct ccm_model *model = make_model("");
	unsigned long before;
	struct ccm_items items;

	(void)state;
	failure = CCM_NETWORK;
	assert_false(ccm_token_find(ccm_model_token(model, 0), &WEB_QUERY, &items, NULL));
	before = ccm_client_exchanges(ccm_model_client(model));
	for (int i = 0; i < 10; i++) {
		struct ccm_error err = {0};

		assert_false(ccm_token_find(ccm_model_token(model, 0), &WEB_QUERY, &items, &err));
		assert_non_null(strstr(err.msg, "the service is down"));
	}
	assert_int_equal(ccm_client_exchanges(ccm_model_client(model)), before);
	ccm_model_unref(model);
}

static void
test_the_scope_of_a_token_is_kept(void **state)
{
	static const struct {
		const char *config;
		size_t count;
	} cases[] = {
	    {"[token T]\nname = *.example.org\n", 2},
	    {"[token T]\nname = web.*\n", 4},
	    {"[token T]\nca = Sub\n", 1},
	    {"[token T]\nstatus = REVOKED\n", 2},
	    {"[token T]\nstatus = *\n", 4},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_model *model = make_model(cases[i].config);
		struct ccm_items items = find(model, &(struct ccm_query){0});

		assert_int_equal(items.count, cases[i].count);
		ccm_items_clear(&items);
		ccm_model_unref(model);
	}
}

static void
test_a_token_without_keys_gives_none(void **state)
{
	struct ccm_model *model = make_model("[token T]\nkeys = none\n");
	struct ccm_item *item = find_one(model, &WEB_QUERY);
	struct ccm_query query = {.label = "web.example.com", .with_key = true};
	struct ccm_items items = find(model, &query);
	struct ccm_error err = {0};

	(void)state;
	assert_int_equal(items.count, 0);
	assert_false(ccm_item_has_key(item));
	assert_null(ccm_item_key(item, &err));
	assert_int_equal(err.code, CCM_NOT_FOUND);
	ccm_item_unref(item);
	ccm_model_unref(model);
}

static void
test_uris_find_their_items(void **state)
{
	struct ccm_model *model = make_model("");
	static const struct {
		const char *uri;
		size_t count;
	} cases[] = {
	    {"ccm:web.example.com", 2},
	    {"ccm:00000000-0000-4000-8000-000000000004", 1},
	    {"ccm:Root", 1},
	    {"ccm:token=PCA;object=Sub", 1},
	    {"ccm:", 4},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_error err = {0};
		struct ccm_items items;
		struct ccm_uri uri;

		assert_true(ccm_uri_parse(cases[i].uri, &uri, &err));
		assert_true(ccm_uri_find(model, &uri, cases[i].uri, &items, &err));
		assert_int_equal(items.count, cases[i].count);
		ccm_items_clear(&items);
		ccm_uri_clear(&uri);
	}
	ccm_model_unref(model);
}

static void *
find_and_sign(void *context)
{
	struct ccm_model *model = context;

	for (int i = 0; i < 20; i++) {
		struct ccm_item *item = find_one(model, &WEB_QUERY);
		struct ccm_key *key = ccm_item_key(item, NULL);

		assert_non_null(key);
		assert_non_null(ccm_item_certificate(item, NULL));
		ccm_key_unref(key);
		ccm_item_unref(item);
	}
	return NULL;
}

static void
test_threads_share_a_token(void **state)
{
	struct ccm_model *model = make_model("[cache]\nttl = 0\n");
	pthread_t threads[8];

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, find_and_sign, model), 0);
	for (size_t i = 0; i < CCM_COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	ccm_model_unref(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_name_costs_one_list_and_one_export),
	    cmocka_unit_test(test_the_valid_one_of_a_name_comes_first),
	    cmocka_unit_test(test_a_key_comes_once_by_one_time_password_and_signs),
	    cmocka_unit_test(test_a_key_of_another_certificate_is_refused),
	    cmocka_unit_test(test_a_cut_certificate_names_the_member),
	    cmocka_unit_test(test_an_id_costs_one_call_and_misses_are_remembered),
	    cmocka_unit_test(test_searches_by_certificate_contents_narrow_before_they_export),
	    cmocka_unit_test(test_the_chain_is_in_order_and_teaches_the_cas),
	    cmocka_unit_test(test_what_was_seen_goes_on_while_the_service_is_down),
	    cmocka_unit_test(test_a_renewal_comes_into_force_while_the_service_is_down),
	    cmocka_unit_test(test_an_outage_is_told_once),
	    cmocka_unit_test(test_stale_data_ends_at_max_stale),
	    cmocka_unit_test(test_a_failing_service_is_left_alone_for_a_while),
	    cmocka_unit_test(test_the_scope_of_a_token_is_kept),
	    cmocka_unit_test(test_a_token_without_keys_gives_none),
	    cmocka_unit_test(test_uris_find_their_items),
	    cmocka_unit_test(test_threads_share_a_token),
	};

	ccm_log_configure("error", NULL, NULL);
	return cmocka_run_group_tests(tests, make_records, free_records);
}
