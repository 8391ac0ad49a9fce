/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "emu/answer.h"
#include "emu/route.h"
#include "request_walk.h"

/*
 * Each field of each operation, as the emulator reads it off the wire. Clients that check nothing
 * get the refusal of the service that the operation belongs to.
 */

#define PARTS_MAX 16

/* A request taken apart as HTTP would bring it, right or wrong. */
struct parts {
	struct ccm_emu_request request;
	struct ccm_buf path, body;
	struct ccm_query_pair query[PARTS_MAX];
	struct ccm_buf values[PARTS_MAX];
	size_t count;
};

/* A value as text in a path or query: the JSON, without quotes. */
static void
append_plain(const struct ccm_json *value, struct ccm_buf *out)
{
	const char *text;

	if (ccm_json_type(value) == CCM_JSON_STRING && ccm_json_as_string(value, &text))
		assert_true(ccm_buf_append_str(out, text, NULL));
	else
		assert_true(ccm_json_print(value, false, out, NULL));
}

static void
fill_path(const struct ccm_operation *op, const struct ccm_json *request, struct ccm_buf *out)
{
	const char *at = op->path;

	while (*at != '\0') {
		size_t plain = strcspn(at, "{"), len;
		char name[64];

		assert_true(ccm_buf_append(out, at, plain, NULL));
		at += plain;
		if (*at == '\0')
			return;
		len = strcspn(at, "}");
		snprintf(name, sizeof(name), "%.*s", (int)len - 1, at + 1);
		append_plain(ccm_json_get(request, name), out);
		at += len + 1;
	}
}

static void
take_apart(const struct ccm_operation *op, const struct ccm_json *request, struct parts *parts)
{
	struct ccm_json *body = ccm_json_new_object(NULL);

	*parts = (struct parts){.request.method = op->method};
	fill_path(op, request, &parts->path);
	for (size_t i = 0; i < op->field_count; i++) {
		const struct ccm_field *field = &op->fields[i];
		const struct ccm_json *value = ccm_json_get(request, field->name);

		if (value != NULL && field->place == CCM_IN_BODY)
			assert_true(
			    ccm_json_add_json(body, field->name, ccm_json_dup(value, NULL), NULL));
		if (value == NULL || field->place != CCM_IN_QUERY)
			continue;
		assert_true(parts->count < PARTS_MAX);
		append_plain(value, &parts->values[parts->count]);
		parts->query[parts->count].name = (char *)field->name;
		parts->query[parts->count].value =
		    (char *)ccm_buf_str(&parts->values[parts->count]);
		parts->count++;
	}
	assert_true(ccm_json_print(body, false, &parts->body, NULL));
	ccm_json_free(body);
	parts->request.path = (char *)ccm_buf_str(&parts->path);
	parts->request.query = parts->query;
	parts->request.query_count = parts->count;
	parts->request.body = ccm_buf_span(&parts->body);
	parts->request.body_size = parts->body.len;
}

static void
clear(struct parts *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		ccm_buf_clear(&parts->values[i]);
	ccm_buf_clear(&parts->path);
	ccm_buf_clear(&parts->body);
}

/* Read off the wire; false and err set when it is refused. */
static bool
read_request(const struct ccm_operation *op, const struct ccm_json *request, struct ccm_error *err)
{
	struct parts parts;
	struct ccm_json *read;

	take_apart(op, request, &parts);
	read = ccm_emu_route_read(op, &parts.request, err);
	clear(&parts);
	ccm_json_free(read);
	return read != NULL;
}

static void
test_requests_made_from_the_table_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ccm_operation_count(); i++) {
		const struct ccm_operation *op = ccm_operation_at(i);
		struct ccm_json *full = request_full(op), *minimal = request_minimal(op);
		struct ccm_error err = {0};

		if (!read_request(op, full, &err) || !read_request(op, minimal, &err))
			fail_msg("%s: %s", op->id, err.msg);
		ccm_json_free(minimal);
		ccm_json_free(full);
	}
}

/* What cannot be said in a path or query, and what the service takes for "not given". */
static bool
cannot_be_sent(const struct request_flaw *flaw)
{
	const struct ccm_field *field = flaw->field;

	/* the request's type is ROOT, and roots have no issuer (`activate_root` of ccm-api.md 8) */
	if (flaw->op == &ccm_pca_activate_ca && strcmp(field->name, "issuer_id") == 0 &&
	    flaw->kind == FLAW_MISSING)
		return true;
	if (field->place == CCM_IN_PATH)
		return flaw->kind != FLAW_ABOVE;
	if (flaw->kind == FLAW_WRONG_TYPE)
		return field->place == CCM_IN_QUERY && field->type == CCM_FIELD_STRING;
	return flaw->kind == FLAW_BELOW && field->type == CCM_FIELD_STRING && field->min == 1 &&
	       !field->mandatory;
}

static void
expect_refusal(const struct request_flaw *flaw)
{
	static const char *const families[] = {
	    [CCM_PCA] = "PCA.", [CCM_SCM] = "SCM.", [CCM_IAM] = ""};
	const char *family = families[flaw->op->service];
	struct ccm_json *request;
	struct ccm_error err = {0};

	if (cannot_be_sent(flaw))
		return;
	request = request_flawed(flaw);
	if (read_request(flaw->op, request, &err))
		fail_msg("%s: accepted", request_flaw_text(flaw));
	if (err.http_status != 400 || strncmp(err.api_code, family, strlen(family)) != 0)
		fail_msg("%s: status %d, code \"%s\"", request_flaw_text(flaw), err.http_status,
		    err.api_code);
	ccm_json_free(request);
}

static void
test_each_flaw_is_refused(void **state)
{
	(void)state;
	print_message("%zu flaws\n", request_each_flaw(expect_refusal));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_requests_made_from_the_table_are_read),
	    cmocka_unit_test(test_each_flaw_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
