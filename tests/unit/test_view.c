/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "model/serial.h"
#include "model/source.h"

#define DAY 86400000LL

static char none[] = "", issued[] = "ISSUED", name[] = "T";
static struct ccm_token_config config = {
    .name = name, .ca = none, .glob = none, .status = issued, .keys = CCM_KEYS_NONE};
static struct ccm_token token = {.config = &config};

struct sample {
	enum ccm_item_kind kind;
	unsigned char id;
	const char *label;
	int64_t from, to; /* days from now */
};

static struct ccm_facts
facts_of(const struct sample *sample)
{
	int64_t now = ccm_clock_now_ms();
	struct ccm_facts facts;

	ccm_facts_init(&facts, sample->kind);
	facts.id[0] = sample->id;
	facts.label = sample->label;
	facts.not_before = now + sample->from * DAY;
	facts.not_after = now + sample->to * DAY;
	facts.status = "ISSUED";
	return facts;
}

static struct ccm_view *
make_view(const struct sample *samples, size_t count)
{
	struct ccm_harvest harvest = {.token = &token};
	struct ccm_view *view;

	for (size_t i = 0; i < count; i++) {
		struct ccm_facts facts = facts_of(&samples[i]);
		struct ccm_item *item = ccm_token_intern(&token, &facts, NULL, 0, NULL);

		assert_non_null(item);
		assert_true(ccm_harvest_keep(&harvest, item, NULL));
	}
	view = ccm_view_new(harvest.items, harvest.count, 0, NULL);
	assert_non_null(view);
	ccm_free(harvest.items);
	return view;
}

static void
clear_registry(void)
{
	for (size_t i = 0; i < token.entry_count; i++)
		ccm_item_unref(token.entries[i].item);
	ccm_free(token.entries);
	ccm_free(token.by_id);
	ccm_free(token.chain_numbers);
	token = (struct ccm_token){.config = &config};
}

static void
test_of_one_name_the_valid_one_that_ends_last_comes_first(void **state)
{
	static const struct sample samples[] = {
	    {CCM_ITEM_CA, 9, "a", -1, 1},
	    {CCM_ITEM_CERTIFICATE, 1, "b", -9, -1},
	    {CCM_ITEM_CERTIFICATE, 2, "b", 1, 9},
	    {CCM_ITEM_CERTIFICATE, 3, "b", -9, 2},
	    {CCM_ITEM_CERTIFICATE, 4, "b", -9, 5},
	    {CCM_ITEM_CERTIFICATE, 5, "a", -9, 1},
	};
	static const unsigned char want[] = {5, 4, 3, 2, 1, 9};
	struct ccm_view *view = make_view(samples, CCM_COUNT(samples));

	(void)state;
	assert_int_equal(view->count, CCM_COUNT(want));
	for (size_t i = 0; i < view->count; i++)
		assert_int_equal(view->items[i]->facts.id[0], want[i]);
	ccm_view_unref(view);
	clear_registry();
}

static void
test_labels_and_ids_are_found(void **state)
{
	enum { COUNT = 5000 };
	static char labels[COUNT][16];
	struct ccm_harvest harvest = {.token = &token};
	struct ccm_view *view;
	size_t first;

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		struct ccm_facts facts =
		    facts_of(&(struct sample){CCM_ITEM_CERTIFICATE, 0, labels[i], -1, 1});

		snprintf(labels[i], sizeof(labels[i]), "name-%d", i / 2);
		memcpy(facts.id, &i, sizeof(i));
		assert_true(ccm_harvest_keep(
		    &harvest, ccm_token_intern(&token, &facts, NULL, 0, NULL), NULL));
	}
	view = ccm_view_new(harvest.items, harvest.count, 0, NULL);
	ccm_free(harvest.items);
	for (int i = 0; i < COUNT; i++) {
		unsigned char id[CCM_ITEM_ID_LEN] = {0};

		memcpy(id, &i, sizeof(i));
		assert_int_equal(
		    ccm_view_find_label(view, CCM_ITEM_CERTIFICATE, labels[i], &first), 2);
		assert_string_equal(view->items[first]->facts.label, labels[i]);
		assert_string_equal(
		    ccm_view_find_id(view, CCM_ITEM_CERTIFICATE, id)->facts.label, labels[i]);
		assert_null(ccm_view_find_id(view, CCM_ITEM_CA, id));
	}
	assert_int_equal(ccm_view_find_label(view, CCM_ITEM_CERTIFICATE, "name", &first), 0);
	assert_int_equal(ccm_view_find_label(view, CCM_ITEM_CA, "name-1", &first), 0);
	ccm_view_unref(view);
	clear_registry();
}

static void
test_an_empty_view_finds_nothing(void **state)
{
	struct ccm_view *view = ccm_view_new(NULL, 0, 0, NULL);
	unsigned char id[CCM_ITEM_ID_LEN] = {0};
	size_t first;

	(void)state;
	assert_int_equal(ccm_view_find_label(view, CCM_ITEM_CERTIFICATE, "", &first), 0);
	assert_null(ccm_view_find_id(view, CCM_ITEM_CERTIFICATE, id));
	ccm_view_unref(view);
}

static void
test_number_and_material_outlive_new_facts(void **state)
{
	struct ccm_facts facts = facts_of(&(struct sample){CCM_ITEM_CERTIFICATE, 1, "a", -1, 1});
	struct ccm_item *first = ccm_token_intern(&token, &facts, NULL, 0, NULL), *second, *third,
			*found;

	(void)state;
	second = ccm_token_intern(&token, &facts, NULL, 0, NULL);
	assert_ptr_equal(first, second);
	facts.status = "REVOKED";
	third = ccm_token_intern(&token, &facts, NULL, 0, NULL);
	assert_ptr_not_equal(first, third);
	assert_int_equal(first->number, third->number);
	assert_ptr_equal(first->material, third->material);
	assert_string_equal(first->facts.status, "ISSUED");
	found = ccm_token_item(&token, third->number);
	assert_ptr_equal(found, third);
	assert_null(ccm_token_item(&token, 0));
	assert_null(ccm_token_item(&token, 2));
	ccm_item_unref(found);
	ccm_item_unref(first);
	ccm_item_unref(second);
	ccm_item_unref(third);
	clear_registry();
}

static void
test_a_view_drops_double_items(void **state)
{
	static const struct sample samples[] = {
	    {CCM_ITEM_CERTIFICATE, 1, "a", -1, 1}, {CCM_ITEM_CERTIFICATE, 2, "b", -1, 1}};
	struct ccm_facts facts[] = {facts_of(&samples[0]), facts_of(&samples[1])};
	struct ccm_item *items[] = {ccm_token_intern(&token, &facts[0], NULL, 0, NULL),
	    ccm_token_intern(&token, &facts[1], NULL, 0, NULL),
	    ccm_token_intern(&token, &facts[0], NULL, 0, NULL)};
	struct ccm_view *view = ccm_view_new(items, CCM_COUNT(items), 0, NULL);

	(void)state;
	assert_int_equal(view->count, 2);
	ccm_view_unref(view);
	clear_registry();
}

static void
test_ids_are_uuids_or_hashes(void **state)
{
	unsigned char id[CCM_ITEM_ID_LEN];
	char hex[33], uuid[40];

	(void)state;
	assert_true(ccm_item_id_from_resource("6434f74f-2d13-4e6a-89eb-93ee313f1a43", id, NULL));
	ccm_hex(id, sizeof(id), hex);
	assert_string_equal(hex, "6434f74f2d134e6a89eb93ee313f1a43");
	ccm_source_pca.resource_of_id(id, uuid);
	assert_string_equal(uuid, "6434f74f-2d13-4e6a-89eb-93ee313f1a43");
	assert_true(ccm_item_id_from_resource("scs1234567890123", id, NULL));
	assert_memory_equal(id, "scs1234567890123", CCM_ITEM_ID_LEN);
	assert_true(ccm_item_id_from_resource("odd", id, NULL));
	assert_true(ccm_item_id_from_resource("zzzzzzzz-2d13-4e6a-89eb-93ee313f1a43", id, NULL));
}

static void
test_serials_are_compared_as_numbers(void **state)
{
	/* the example of ccm-api.md 9: 0x2ACC69A5FF6451CABA74 = 202110140843113321249396 */
	static const unsigned char der[] = {
	    0x02, 0x0A, 0x2A, 0xCC, 0x69, 0xA5, 0xFF, 0x64, 0x51, 0xCA, 0xBA, 0x74};
	struct ccm_span serial = CCM_SPAN(der, sizeof(der));

	(void)state;
	assert_true(ccm_serial_equal("202110140843113321249396", serial));
	assert_true(ccm_serial_equal("2acc69a5ff6451caba74", serial));
	assert_false(ccm_serial_equal("202110140843113321249397", serial));
	assert_false(ccm_serial_equal("", serial));
	assert_false(ccm_serial_equal("x", serial));
	assert_false(ccm_serial_equal("1", CCM_SPAN("\x02\x05\x01", 3)));
}

static void
test_records_are_read_tolerantly(void **state)
{
	static const char text[] =
	    "{\"certificate_id\":\"6434f74f-2d13-4e6a-89eb-93ee313f1a43\",\"status\":null,"
	    "\"not_after\":\"1665539214000\",\"distinguished_name\":{\"common_name\":\"a\"},"
	    "\"issuer_id\":null,\"freeze_flag\":0}";
	struct ccm_json *json = ccm_json_parse(ccm_span_of(text), NULL);
	struct ccm_error err = {0};
	struct ccm_facts facts;

	(void)state;
	assert_true(ccm_pca_read_facts(json, CCM_ITEM_CERTIFICATE, &facts, &err));
	assert_string_equal(facts.label, "a");
	assert_string_equal(facts.status, "");
	assert_string_equal(facts.issuer_id, "");
	assert_true(facts.not_after == 1665539214000);
	assert_false(ccm_pca_read_facts(json, CCM_ITEM_CA, &facts, &err));
	assert_string_equal(err.msg, "ca_id is missing");
	ccm_json_free(json);
}

static void
test_a_bad_export_names_what_is_wrong(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
	    {"{}", "certificate is missing"},
	    {"{\"certificate\":7}", "certificate is a number, not a string"},
	    {"{\"certificate\":\"\"}", "certificate: "},
	    {"{\"certificate\":\"-----BEGIN CERTIFICATE-----\\r\\nMIID\"}", "certificate: "},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_json *json = ccm_json_parse(ccm_span_of(cases[i].text), NULL);
		struct ccm_error err = {0};
		struct ccm_bundle *bundle;

		assert_false(ccm_export_read_bundle(json, "certificate", &bundle, &err));
		assert_null(bundle);
		assert_int_equal(err.code, CCM_PROTOCOL);
		assert_memory_equal(err.msg, cases[i].message, strlen(cases[i].message));
		ccm_json_free(json);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_of_one_name_the_valid_one_that_ends_last_comes_first),
	    cmocka_unit_test(test_labels_and_ids_are_found),
	    cmocka_unit_test(test_an_empty_view_finds_nothing),
	    cmocka_unit_test(test_number_and_material_outlive_new_facts),
	    cmocka_unit_test(test_a_view_drops_double_items),
	    cmocka_unit_test(test_ids_are_uuids_or_hashes),
	    cmocka_unit_test(test_serials_are_compared_as_numbers),
	    cmocka_unit_test(test_records_are_read_tolerantly),
	    cmocka_unit_test(test_a_bad_export_names_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
