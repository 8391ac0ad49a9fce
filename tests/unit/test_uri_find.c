/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/uri.h"

/* A model of canned tokens stands in for the real one: these are all the functions that are used.
 */
struct ccm_item {
	const char *label;
	struct ccm_span id;
	struct ccm_token *token;
	int refs;
};

struct ccm_token {
	const char *label, *serial, *model;
	struct ccm_item *items;
	size_t count;
	enum ccm_code failure;
	bool keyless;
	unsigned asked;
	struct ccm_query query; /* of the last time */
};

struct ccm_model {
	struct ccm_token *tokens;
	size_t count;
};

size_t
ccm_model_token_count(const struct ccm_model *model)
{
	return model->count;
}

struct ccm_token *
ccm_model_token(struct ccm_model *model, size_t index)
{
	return &model->tokens[index];
}

const char *
ccm_token_label(const struct ccm_token *token)
{
	return token->label;
}

const char *
ccm_token_serial(const struct ccm_token *token)
{
	return token->serial;
}

const char *
ccm_token_model_name(const struct ccm_token *token)
{
	return token->model;
}

bool
ccm_token_has_keys(const struct ccm_token *token)
{
	return !token->keyless;
}

const char *
ccm_item_label(const struct ccm_item *item)
{
	return item->label;
}

struct ccm_span
ccm_item_id(const struct ccm_item *item)
{
	return item->id;
}

struct ccm_token *
ccm_item_token(const struct ccm_item *item)
{
	return item->token;
}

struct ccm_item *
ccm_item_ref(struct ccm_item *item)
{
	item->refs++;
	return item;
}

void
ccm_items_clear(struct ccm_items *items)
{
	for (size_t i = 0; i < items->count; i++)
		items->items[i]->refs--;
	ccm_free(items->items);
	*items = (struct ccm_items){0};
}

bool
ccm_token_find(struct ccm_token *token, const struct ccm_query *query, struct ccm_items *out,
    struct ccm_error *err)
{
	token->asked++;
	token->query = *query;
	if (token->failure != CCM_OK)
		return ccm_fail(err, token->failure, "no answer");
	for (size_t i = 0; i < token->count; i++) {
		assert_true(ccm_grow_array(&out->items, out->count, sizeof(*out->items), NULL));
		out->items[out->count++] = ccm_item_ref(&token->items[i]);
	}
	return true;
}

static struct ccm_item pca_items[5], scm_items[1];
static struct ccm_token tokens[] = {
    {.label = "PCA", .serial = "0123456789abcdef", .model = "PCA"},
    {.label = "My SCM", .serial = "fedcba9876543210", .model = "SCM"},
};
static struct ccm_model model = {tokens, CCM_COUNT(tokens)};

static int
reset(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(tokens); i++) {
		tokens[i].failure = CCM_OK;
		tokens[i].keyless = false;
		tokens[i].asked = 0;
		tokens[i].count = i == 0 ? CCM_COUNT(pca_items) : CCM_COUNT(scm_items);
		tokens[i].items = i == 0 ? pca_items : scm_items;
	}
	return 0;
}

/* The tokens' answers to one URI, as a sum: 1 for the first, 2 for the second. */
static int
tokens_matching(const char *text)
{
	struct ccm_error err = {0};
	struct ccm_uri uri;
	int sum = 0;

	if (!ccm_uri_parse(text, &uri, &err))
		fail_msg("%s", err.msg);
	for (size_t i = 0; i < CCM_COUNT(tokens); i++)
		sum += ccm_uri_matches_token(&uri, &tokens[i]) << i;
	ccm_uri_clear(&uri);
	return sum;
}

static void
a_uri_selects_tokens_by_all_that_it_says(void **state)
{
	static const struct {
		const char *text;
		int want;
	} table[] = {
	    {"ccm:", 3},
	    {"ccm:web", 3},
	    {"ccm:token=PCA", 1},
	    {"ccm:token=My%20SCM", 2},
	    {"ccm:token=pca", 0},
	    {"ccm:token=", 0},
	    {"ccm:serial=fedcba9876543210", 2},
	    {"ccm:serial=1;ca=x", 3},
	    {"ccm:model=PCA", 1},
	    {"ccm:model=PCA;token=My%20SCM", 0},
	    {"ccm:manufacturer=Cloud%20Certificate%20Manager", 3},
	    {"ccm:manufacturer=Other", 0},
	    {"ccm:library-manufacturer=Cloud%20Certificate%20Manager", 3},
	    {"ccm:library-manufacturer=Other", 0},
	    {"ccm:type=private", 3},
	    {"ccm:type=data", 0},
	    {"ccm:slot-id=77;library-version=9.9", 3},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(table); i++)
		if (tokens_matching(table[i].text) != table[i].want)
			fail_msg("%s: got %d, want %d", table[i].text,
			    tokens_matching(table[i].text), table[i].want);
}

static void
a_name_does_not_mean_the_half_that_is_encrypted_to(void **state)
{
	static const struct {
		const char *uri;
		unsigned kinds;
	} cases[] = {
	    {"ccm:object=web", CCM_ITEM_ANY & ~(unsigned)CCM_ITEM_ENCRYPTION},
	    {"ccm:type=private", CCM_ITEM_ANY & ~(unsigned)CCM_ITEM_ENCRYPTION},
	    {"ccm:id=%01%02;object=web", 0},
	    {"ccm:issuer=Sub;serial=5", 0},
	    {"ccm:fingerprint=0102030405060708090a0b0c0d0e0f1011121314", 0},
	};
	struct ccm_uri uri;

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		assert_true(ccm_uri_parse(cases[i].uri, &uri, NULL));
		assert_int_equal(ccm_uri_query(&uri).kinds, cases[i].kinds);
		ccm_uri_clear(&uri);
	}
}

static void
the_query_has_all_that_the_uri_says(void **state)
{
	struct ccm_uri uri;
	struct ccm_query query;

	(void)state;
	assert_true(ccm_uri_parse("ccm:id=%01%02;object=web;type=private;issuer=Sub;serial=5;"
				  "status=ISSUED;san=a.example",
	    &uri, NULL));
	uri.search_subject = CCM_SPAN("s", 1);
	uri.search_issuer = CCM_SPAN("i", 1);
	query = ccm_uri_query(&uri);
	assert_int_equal(query.kinds, 0);
	assert_true(ccm_span_equal(query.id, CCM_SPAN("\1\2", 2)));
	assert_string_equal(query.label, "web");
	assert_true(ccm_span_equal(query.subject, CCM_SPAN("s", 1)));
	assert_true(ccm_span_equal(query.issuer, CCM_SPAN("i", 1)));
	assert_true(ccm_span_equal(query.serial, CCM_SPAN("\x02\x01\x05", 3)));
	assert_string_equal(query.ca, "Sub");
	assert_string_equal(query.status, "ISSUED");
	assert_string_equal(query.san, "a.example");
	assert_true(query.with_key);
	assert_null(query.sha1.data);
	assert_null(query.sha256.data);
	assert_null(query.certificate.data);
	assert_null(query.public_key.data);
	ccm_uri_clear(&uri);
}

static void
a_fingerprint_goes_by_its_length(void **state)
{
	static const char sha1[] = "ccm:fingerprint=000102030405060708090a0b0c0d0e0f10111213";
	static const char sha256[] =
	    "ccm:fingerprint=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
	struct ccm_uri uri;

	(void)state;
	assert_true(ccm_uri_parse(sha1, &uri, NULL));
	assert_int_equal(ccm_uri_query(&uri).sha1.len, 20);
	assert_null(ccm_uri_query(&uri).sha256.data);
	ccm_uri_clear(&uri);
	assert_true(ccm_uri_parse(sha256, &uri, NULL));
	assert_int_equal(ccm_uri_query(&uri).sha256.len, 32);
	assert_null(ccm_uri_query(&uri).sha1.data);
	ccm_uri_clear(&uri);
	assert_true(ccm_uri_parse("ccm:web;type=cert", &uri, NULL));
	assert_false(ccm_uri_query(&uri).with_key);
	assert_null(ccm_uri_query(&uri).id.data);
	ccm_uri_clear(&uri);
	assert_true(ccm_uri_parse("ccm:6b3f0f4e-1c2d-4e5f-8a9b-0c1d2e3f4a5b", &uri, NULL));
	assert_int_equal(ccm_uri_query(&uri).id.len, 16);
	assert_null(ccm_uri_query(&uri).label);
	ccm_uri_clear(&uri);
}

static bool
find(const char *text, struct ccm_items *out, struct ccm_error *err)
{
	struct ccm_uri uri;

	if (!ccm_uri_parse(text, &uri, err))
		fail_msg("%s", err->msg);
	bool ok = ccm_uri_find(&model, &uri, text, out, err);
	ccm_uri_clear(&uri);
	return ok;
}

static void
a_name_is_found_once_but_its_key_may_be_elsewhere(void **state)
{
	struct ccm_items items;
	struct ccm_error err = {0};

	(void)state;
	assert_true(find("ccm:web", &items, &err));
	assert_int_equal(items.count, CCM_COUNT(pca_items));
	assert_int_equal(tokens[1].asked, 0);
	ccm_items_clear(&items);
	tokens[0].keyless = true;
	assert_true(find("ccm:web", &items, &err));
	assert_int_equal(items.count, CCM_COUNT(pca_items) + CCM_COUNT(scm_items));
	ccm_items_clear(&items);
}

static void
items_of_all_selected_tokens_come_in_order(void **state)
{
	struct ccm_items items;
	struct ccm_error err = {0};

	(void)state;
	assert_true(find("ccm:", &items, &err));
	assert_int_equal(items.count, 6);
	for (size_t i = 0; i < 5; i++)
		assert_ptr_equal(items.items[i], &pca_items[i]);
	assert_ptr_equal(items.items[5], &scm_items[0]);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(items.items[i]->refs, 1);
	ccm_items_clear(&items);
	assert_int_equal(pca_items[4].refs, 0);
	assert_true(find("ccm:model=SCM", &items, &err));
	assert_int_equal(items.count, 1);
	assert_int_equal(tokens[0].asked, 1);
	assert_int_equal(tokens[1].asked, 2);
	ccm_items_clear(&items);
}

static void
a_name_or_id_is_looked_for_until_it_is_found(void **state)
{
	static const struct {
		const char *text;
		size_t found, pca, asked; /* by pca items; whether the second token is asked */
		bool keyless;             /* the first token */
	} table[] = {
	    {"ccm:web", 6, 5, 1, true},
	    {"ccm:web;type=private", 6, 5, 1, true},
	    {"ccm:web;type=cert", 5, 5, 0, true},
	    {"ccm:web", 5, 5, 0},
	    {"ccm:id=%01%02", 5, 5, 0},
	    {"ccm:object=web;type=private", 5, 5, 0},
	    {"ccm:web", 1, 0, 1},
	    {"ccm:token=My%20SCM;object=web", 1, 5, 1},
	    {"ccm:type=private", 6, 5, 1},
	    {"ccm:san=a.example", 6, 5, 1},
	};

	for (size_t i = 0; i < CCM_COUNT(table); i++) {
		struct ccm_items items;
		struct ccm_error err = {0};

		reset(state);
		tokens[0].count = table[i].pca;
		tokens[0].keyless = table[i].keyless;
		assert_true(find(table[i].text, &items, &err));
		assert_int_equal(items.count, table[i].found);
		assert_int_equal(tokens[1].asked, table[i].asked);
		ccm_items_clear(&items);
	}
}

static void
nothing_found_names_the_uri(void **state)
{
	static const struct {
		const char *text, *reason;
	} table[] = {
	    {"ccm:web?pin-value=s3cret", "nothing matches URI ccm:web"},
	    {"ccm:token=X", "no token matches URI ccm:token=X"},
	    {"ccm:serial=77",
		"no token matches URI ccm:serial=77; the serial of a certificate needs"},
	    {"ccm:type=data", "no token matches"},
	};

	(void)state;
	tokens[0].count = tokens[1].count = 0;
	for (size_t i = 0; i < CCM_COUNT(table); i++) {
		struct ccm_items items;
		struct ccm_error err = {0};

		assert_false(find(table[i].text, &items, &err));
		assert_int_equal(err.code, CCM_NOT_FOUND);
		if (strstr(err.msg, table[i].reason) == NULL || strstr(err.msg, "s3cret") != NULL)
			fail_msg(
			    "%s: got '%s', want '%s'", table[i].text, err.msg, table[i].reason);
		assert_int_equal(items.count, 0);
	}
}

static void
a_token_that_fails_counts_only_when_nothing_else_matches(void **state)
{
	struct ccm_items items;
	struct ccm_error err = {0};

	(void)state;
	tokens[0].failure = CCM_NETWORK;
	assert_true(find("ccm:web", &items, &err));
	assert_int_equal(items.count, 1);
	assert_int_equal(err.code, CCM_OK);
	ccm_items_clear(&items);
	tokens[1].count = 0;
	assert_false(find("ccm:web", &items, &err));
	assert_int_equal(err.code, CCM_NETWORK);
	assert_string_equal(err.msg, "no answer");
	ccm_error_clear(&err);
	tokens[1].failure = CCM_DENIED;
	assert_false(find("ccm:web", &items, &err));
	assert_int_equal(err.code, CCM_NETWORK);
	assert_int_equal(items.count, 0);
}

static void
an_item_has_a_uri_that_leads_back_to_it(void **state)
{
	static const struct {
		struct ccm_item item;
		enum ccm_uri_type type;
		const char *want;
	} table[] = {
	    {{"web.example.com", {(const unsigned char *)"\0\x01z\xff", 4}, &tokens[0]},
		CCM_URI_PRIVATE,
		"ccm:token=PCA;id=%00%01%7A%FF;object=web.example.com;type=private"},
	    {{"*.example.com", {(const unsigned char *)"\x01", 1}, &tokens[1]}, CCM_URI_CERT,
		"ccm:token=My%20SCM;id=%01;object=*.example.com;type=cert"},
	    {{"a;b?c#d/e%f=&\xc3\xbc", {(const unsigned char *)"\x01", 1}, &tokens[0]},
		CCM_URI_PUBLIC,
		"ccm:token=PCA;id=%01;object=a%3Bb%3Fc%23d%2Fe%25f=&%C3%BC;type=public"},
	    {{"", {(const unsigned char *)"\x01", 1}, &tokens[0]}, CCM_URI_ANY,
		"ccm:token=PCA;id=%01"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(table); i++) {
		const struct ccm_item *item = &table[i].item;
		struct ccm_buf text = {0};
		struct ccm_uri uri;

		assert_true(ccm_uri_format(item, table[i].type, &text, NULL));
		assert_string_equal(ccm_buf_str(&text), table[i].want);
		assert_true(ccm_uri_parse(ccm_buf_str(&text), &uri, NULL));
		assert_string_equal(uri.object != NULL ? uri.object : "", item->label);
		assert_true(ccm_span_equal(CCM_SPAN(uri.id, uri.id_len), item->id));
		assert_int_equal(uri.type, table[i].type);
		assert_true(ccm_uri_matches_token(&uri, item->token));
		ccm_uri_clear(&uri);
		ccm_buf_clear(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_uri_selects_tokens_by_all_that_it_says),
	    cmocka_unit_test(a_name_does_not_mean_the_half_that_is_encrypted_to),
	    cmocka_unit_test(the_query_has_all_that_the_uri_says),
	    cmocka_unit_test(a_fingerprint_goes_by_its_length),
	    cmocka_unit_test_setup(a_name_is_found_once_but_its_key_may_be_elsewhere, reset),
	    cmocka_unit_test_setup(items_of_all_selected_tokens_come_in_order, reset),
	    cmocka_unit_test(a_name_or_id_is_looked_for_until_it_is_found),
	    cmocka_unit_test_setup(nothing_found_names_the_uri, reset),
	    cmocka_unit_test_setup(a_token_that_fails_counts_only_when_nothing_else_matches, reset),
	    cmocka_unit_test(an_item_has_a_uri_that_leads_back_to_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
