/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "emu/state.h"
#include "emu/tag_store.h"

static struct ccm_json *
parse(const char *text)
{
	struct ccm_json *json = ccm_json_parse(ccm_span_of(text), NULL);

	assert_non_null(json);
	return json;
}

/* Rules */

static void
test_characters_are_checked(void **state)
{
	static const struct {
		const char *text, *key, *value; /* part of the message, NULL: none */
	} cases[] = {
	    {"", NULL, NULL},
	    {"aZ09 _.:=+-@", NULL, NULL},
	    {"a/b", "\"/\"", NULL},
	    {"ñÑáÇãõü", NULL, NULL},
	    {"ªº", NULL, NULL},
	    {"成都㐀豈𠀀", NULL, NULL},
	    {"a*b", "\"*\"", "\"*\""},
	    {"a\tb", "\" \"", "\" \""}, /* as messages show it */
	    {"×", "\"×\"", "\"×\""},
	    {"÷", "\"÷\"", "\"÷\""},
	    {"ж", "\"ж\"", "\"ж\""},
	    {"，", "\"，\"", "\"，\""},
	    {"a\x80", "not UTF-8", "not UTF-8"},
	    {"\xe6\x88", "not UTF-8", "not UTF-8"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++)
		for (int part = CCM_EMU_TAG_KEY; part <= CCM_EMU_TAG_VALUE; part++) {
			const char *want = part == CCM_EMU_TAG_KEY ? cases[i].key : cases[i].value;
			struct ccm_error err = {0};
			bool ok = ccm_emu_tag_check(
			    cases[i].text, (enum ccm_emu_tag_part)part, "tags[3].x", &err);

			if (ok != (want == NULL) || (want != NULL && !strstr(err.msg, want)))
				fail_msg("\"%s\": got '%s', want '%s'", cases[i].text, err.msg,
				    want != NULL ? want : "none");
			if (want != NULL) {
				assert_non_null(strstr(err.msg, "tags[3].x"));
				assert_string_equal(err.api_code, "PCA.00020001");
			}
		}
}

static void
test_keys_are_unique(void **state)
{
	struct ccm_json *json = parse("[{\"key\": \"a\", \"value\": \"1\"},"
				      " {\"key\": \"A\", \"value\": \"2\"}]");
	struct ccm_emu_tag tags[CCM_EMU_TAG_MAX];
	struct ccm_error err = {0};
	size_t count;

	(void)state;
	assert_true(ccm_emu_tags_read(json, tags, &count, &err));
	assert_int_equal(count, 2);
	assert_string_equal(tags[1].key, "A");
	assert_string_equal(tags[1].value, "2");
	ccm_json_free(json);
	json = parse("[{\"key\": \"a\", \"value\": \"1\"}, {\"key\": \"a\", \"value\": \"1\"}]");
	assert_false(ccm_emu_tags_read(json, tags, &count, &err));
	assert_non_null(strstr(err.msg, "Tag key list is invalid: tags[1].key: a is there twice"));
	ccm_json_free(json);
}

static void
test_a_list_has_an_end(void **state)
{
	struct ccm_emu_tag tags[CCM_EMU_TAG_MAX];
	struct ccm_error err = {0};
	struct ccm_buf text = {0};
	struct ccm_json *json;
	size_t count;

	(void)state;
	for (int i = 0; i <= CCM_EMU_TAG_MAX; i++)
		assert_true(ccm_buf_printf(
		    &text, NULL, "%s{\"key\": \"%d\", \"value\": \"\"}", i == 0 ? "[" : ",", i));
	assert_true(ccm_buf_append_str(&text, "]", NULL));
	json = parse(ccm_buf_str(&text));
	assert_false(ccm_emu_tags_read(json, tags, &count, &err));
	assert_non_null(strstr(err.msg, "more than 20 tags"));
	ccm_json_free(json);
	ccm_buf_clear(&text);
}

/* Filters */

static void
test_filters_are_read(void **state)
{
	struct ccm_json *json =
	    parse("{\"tags\": [{\"key\": \"a\", \"values\": [\"1\", \"/\"]}, {\"key\": \"b\","
		  " \"values\": []}], \"limit\": 50, \"offset\": 7,"
		  " \"matches\": [{\"key\": \"resource_name\", \"value\": \"n\"}]}");
	struct ccm_emu_tag_filter filter;

	(void)state;
	assert_true(ccm_emu_tag_filter_read(json, CCM_EMU_RESOURCE_CERTIFICATE, &filter, NULL));
	assert_int_equal(filter.key_count, 2);
	assert_int_equal(filter.keys[0].value_count, 2);
	assert_string_equal(filter.keys[0].values[1], "/");
	assert_int_equal(filter.keys[1].value_count, 0);
	assert_string_equal(filter.name, "n");
	assert_int_equal(filter.limit, 50);
	assert_int_equal(filter.offset, 7);
	ccm_json_free(json);
	json = parse("{}");
	assert_true(ccm_emu_tag_filter_read(json, CCM_EMU_RESOURCE_CA, &filter, NULL));
	assert_int_equal(filter.key_count, 0);
	assert_null(filter.name);
	assert_int_equal(filter.limit, 10);
	ccm_json_free(json);
}

static void
test_wrong_filters_are_refused(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
	    {"{\"tags\": [{\"key\": \"a\", \"values\": [\"1\", \"1\"]}]}",
		"tags[0].values[1]: 1 is there twice"},
	    {"{\"tags\": [{\"key\": \"a\", \"values\": [[]]}]}", "tags[0].values[0]"},
	    {"{\"tags\": [{\"key\": \"a\", \"values\": [\"*\"]}]}", "tags[0].values[0] has \"*\""},
	    {"{\"tags\": [{\"key\": \"a\", \"values\": []}, {\"key\": \"a\", \"values\": []}]}",
		"tags[1].key: a is there twice"},
	    {"{\"tags\": [{\"key\": \"a/\", \"values\": []}]}", "tags[0].key has \"/\""},
	    {"{\"matches\": [{\"key\": \"name\", \"value\": \"\"}]}", "Match tag invalid"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_json *json = parse(cases[i].text);
		struct ccm_emu_tag_filter filter;
		struct ccm_error err = {0};

		assert_false(ccm_emu_tag_filter_read(json, CCM_EMU_RESOURCE_CA, &filter, &err));
		if (strstr(err.msg, cases[i].want) == NULL)
			fail_msg("%s: got '%s', want '%s'", cases[i].text, err.msg, cases[i].want);
		ccm_json_free(json);
	}
}

/* In the database */

static void
add(struct ccm_emu_state *store, const char *id, struct ccm_emu_resource *out)
{
	bool added;

	ccm_emu_resource_init(out, CCM_EMU_RESOURCE_CERTIFICATE);
	out->id = ccm_strdup(id, NULL);
	out->status = ccm_strdup("ISSUED", NULL);
	out->key_algorithm = ccm_strdup("EC256", NULL);
	out->name[CCM_EMU_NAME_CN] = ccm_strdup(id, NULL);
	out->create_time = 1000;
	assert_true(ccm_emu_state_add(store, out, 100, &added, NULL));
	assert_true(added);
}

static void
expect(struct ccm_emu_state *store, const char *request, const char *want)
{
	struct ccm_json *json = parse(request), *ids;
	struct ccm_emu_tag_filter filter;
	struct ccm_buf got = {0};
	int64_t count;

	assert_true(ccm_emu_tag_filter_read(json, CCM_EMU_RESOURCE_CERTIFICATE, &filter, NULL));
	ids = ccm_emu_tag_store_find(ccm_emu_state_db(store), &filter, NULL);
	assert_non_null(ids);
	assert_true(ccm_json_print(ids, false, &got, NULL));
	assert_string_equal(ccm_buf_str(&got), want);
	assert_true(ccm_emu_tag_store_count(ccm_emu_state_db(store), &filter, &count, NULL));
	assert_int_equal(count, ccm_json_count(ids));
	ccm_buf_clear(&got);
	ccm_json_free(ids);
	ccm_json_free(json);
}

static void
test_tags_go_with_their_resource(void **state)
{
	static const struct ccm_emu_tag tag = {"k", "v"};
	struct ccm_emu_state *store = ccm_emu_state_open(NULL, NULL);
	struct ccm_emu_db *db = ccm_emu_state_db(store);
	struct ccm_emu_resource a, b;
	struct ccm_error err = {0};

	(void)state;
	add(store, "a", &a);
	add(store, "b", &b);
	assert_true(ccm_emu_tag_store_put(db, &a, &tag, 1, NULL));
	assert_true(ccm_emu_tag_store_put(db, &b, &tag, 1, NULL));
	expect(
	    store, "{\"tags\": [{\"key\": \"k\", \"values\": [\"x\", \"v\"]}]}", "[\"b\",\"a\"]");
	assert_true(ccm_emu_db_run(
	    db, &(struct ccm_emu_sql){.text = "DELETE FROM resource WHERE id = 'b'"}, NULL, NULL));
	expect(store, "{\"tags\": [{\"key\": \"k\", \"values\": []}]}", "[\"a\"]");
	assert_false(ccm_emu_tag_store_put(db, &b, &tag, 1, &err));
	assert_string_equal(err.api_code, "PCA.00030102");
	ccm_emu_resource_clear(&b);
	add(store, "c", &b); /* where b was */
	expect(store, "{\"tags\": [{\"key\": \"k\", \"values\": []}]}", "[\"a\"]");
	ccm_emu_resource_clear(&a);
	ccm_emu_resource_clear(&b);
	ccm_emu_state_close(store);
}

static void
test_a_refused_change_changes_nothing(void **state)
{
	static const struct ccm_emu_tag tags[] = {{"k", "v"}, {"l", "w"}},
					wrong[] = {{"k", "v"}, {"l", "v"}};
	struct ccm_emu_state *store = ccm_emu_state_open(NULL, NULL);
	struct ccm_emu_db *db = ccm_emu_state_db(store);
	struct ccm_emu_resource a;
	struct ccm_error err = {0};

	(void)state;
	add(store, "a", &a);
	assert_true(ccm_emu_tag_store_put(db, &a, tags, 2, NULL));
	assert_false(ccm_emu_tag_store_delete(db, &a, wrong, 2, &err));
	assert_non_null(strstr(err.msg, "l=v on a"));
	expect(store,
	    "{\"tags\": [{\"key\": \"k\", \"values\": []}, {\"key\": \"l\", \"values\": []}]}",
	    "[\"a\"]");
	ccm_emu_resource_clear(&a);
	ccm_emu_state_close(store);
}

/* With 100,000 certificates a search may not look at each of them. */

static bool
append_step(void *context, const struct ccm_emu_row *row, struct ccm_error *err)
{
	return ccm_buf_printf(context, err, "%s\n", ccm_emu_row_text(row, 3));
}

static void
test_searches_go_by_the_index(void **state)
{
	struct ccm_json *json =
	    parse("{\"tags\": [{\"key\": \"a\", \"values\": [\"1\", \"2\"]}, {\"key\": \"b\","
		  " \"values\": []}]}");
	struct ccm_emu_state *store = ccm_emu_state_open(NULL, NULL);
	struct ccm_buf text = {0}, plan = {0};
	struct ccm_emu_tag_filter filter;
	struct ccm_emu_tag_query query;
	struct ccm_emu_sql sql;

	(void)state;
	assert_true(ccm_emu_tag_filter_read(json, CCM_EMU_RESOURCE_CERTIFICATE, &filter, NULL));
	assert_true(ccm_emu_tag_filter_page(&filter, &query, NULL));
	assert_true(ccm_buf_printf(&text, NULL, "EXPLAIN QUERY PLAN %s", ccm_buf_str(&query.text)));
	sql = (struct ccm_emu_sql){ccm_buf_str(&text), query.params, query.param_count};
	assert_true(ccm_emu_db_visit(ccm_emu_state_db(store), &sql, append_step, &plan, NULL));
	if (strstr(ccm_buf_str(&plan), "SCAN") != NULL ||
	    strstr(ccm_buf_str(&plan), "INDEX tag_value") == NULL)
		fail_msg("%s", ccm_buf_str(&plan));
	ccm_emu_tag_query_clear(&query);
	ccm_buf_clear(&plan);
	ccm_buf_clear(&text);
	ccm_emu_state_close(store);
	ccm_json_free(json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_characters_are_checked),
	    cmocka_unit_test(test_keys_are_unique),
	    cmocka_unit_test(test_a_list_has_an_end),
	    cmocka_unit_test(test_filters_are_read),
	    cmocka_unit_test(test_wrong_filters_are_refused),
	    cmocka_unit_test(test_tags_go_with_their_resource),
	    cmocka_unit_test(test_a_refused_change_changes_nothing),
	    cmocka_unit_test(test_searches_go_by_the_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
