/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cloud/sign.h"
#include "data.h"

#define PAIRS_MAX 32

/* One vector as the signer takes it; strings are borrowed from the JSON. */
struct vector {
	const char *id;
	struct ccm_sign_input input;
	struct ccm_query_pair query[PAIRS_MAX];
	struct ccm_header headers[PAIRS_MAX];
	const struct ccm_json *expect;
};

static const char *
text_of(const struct ccm_json *object, const char *name)
{
	const char *text = NULL;

	assert_true(ccm_json_opt_string(object, name, &text, NULL));
	return text;
}

static const char *
element_text(const struct ccm_json *pair, size_t index)
{
	const char *text = NULL;

	assert_true(ccm_json_as_string(ccm_json_at(pair, index), &text));
	return text;
}

static enum ccm_sign_algorithm
algorithm_of(const char *name)
{
	for (size_t i = 0; i < CCM_SIGN_ALGORITHMS; i++) {
		if (strcmp(ccm_sign_algorithm_name(i), name) == 0)
			return i;
	}
	fail_msg("unknown algorithm %s", name);
	return CCM_SIGN_ALGORITHMS;
}

static void
read_vector(const struct ccm_json *json, struct vector *out)
{
	size_t queries = 0, headers = 0;

	*out = (struct vector){.id = text_of(json, "id")};
	for
		ccm_json_each(pair, ccm_json_get(json, "query")) out->query[queries++] =
		    (struct ccm_query_pair){
			(char *)element_text(pair, 0), (char *)element_text(pair, 1)};
	for
		ccm_json_each(pair, ccm_json_get(json, "headers")) out->headers[headers++] =
		    (struct ccm_header){element_text(pair, 0), element_text(pair, 1)};
	out->input = (struct ccm_sign_input){
	    .algorithm = algorithm_of(text_of(json, "algorithm")),
	    .access_key = text_of(json, "ak"),
	    .secret_key = text_of(json, "sk"),
	    .region = text_of(json, "region_id"),
	    .service = text_of(json, "service"),
	    .method = text_of(json, "method"),
	    .host = text_of(json, "host"),
	    .path = text_of(json, "path"),
	    .query = out->query,
	    .query_count = queries,
	    .headers = out->headers,
	    .header_count = headers,
	    .body = ccm_span_of(text_of(json, "body")),
	};
	out->expect = ccm_json_get(json, "expect");
}

static unsigned
differs(const struct vector *vector, const char *what, const char *got)
{
	const char *want = text_of(vector->expect, what);

	assert_non_null(want);
	if (strcmp(want, got) == 0)
		return 0;
	print_error("%s: %s\n  got  %s\n  want %s\n", vector->id, what, got, want);
	return 1;
}

/* Cut the canonical request into its parts: each is the line or lines up to the next. */
static unsigned
canonical_differs(const struct vector *vector, const char *request)
{
	char *copy = ccm_strdup(request, NULL), *rest = copy;
	const char *method = strsep(&rest, "\n"), *uri = strsep(&rest, "\n");
	const char *query = strsep(&rest, "\n"), *headers = rest;
	char *end = strstr(rest, "\n\n");
	const char *names, *hash;
	unsigned bad = 0;

	assert_non_null(end);
	rest = end + 2;
	names = strsep(&rest, "\n");
	hash = rest;
	end[1] = '\0';
	if (strcmp(method, vector->input.method) != 0)
		bad++;
	bad += differs(vector, "canonical_uri", uri);
	bad += differs(vector, "canonical_query", query);
	bad += differs(vector, "canonical_headers", headers);
	bad += differs(vector, "signed_headers", names);
	bad += differs(vector, "payload_hash", hash);
	ccm_free(copy);
	return bad;
}

static void
test_every_vector_is_met_in_every_member(void **state)
{
	struct ccm_json *all = test_data_json("signing-vectors.json");
	unsigned checked = 0, bad = 0;

	(void)state;
	assert_non_null(all);
	for
		ccm_json_each(json, ccm_json_get(all, "vectors"))
		{
			struct ccm_signature signature;
			struct ccm_error err = {0};
			struct vector vector;

			read_vector(json, &vector);
			assert_int_equal(ccm_json_count(vector.expect), 8);
			if (!ccm_sign(&vector.input, &signature, &err))
				fail_msg("%s: %s", vector.id, err.msg);
			bad += canonical_differs(&vector, signature.canonical_request);
			bad += differs(&vector, "canonical_query", signature.canonical_query);
			bad += differs(&vector, "signed_headers", signature.signed_headers);
			bad += differs(&vector, "string_to_sign", signature.string_to_sign);
			bad += differs(&vector, "signature", signature.signature);
			bad += differs(&vector, "authorization", signature.authorization);
			ccm_signature_clear(&signature);
			checked++;
		}
	ccm_json_free(all);
	print_message("%u vectors checked\n", checked);
	assert_true(checked >= 55);
	assert_int_equal(bad, 0);
}

static void
test_every_published_example_is_met(void **state)
{
	struct ccm_json *all = test_data_json("signing-vectors.json");
	unsigned checked = 0, bad = 0;

	(void)state;
	assert_non_null(all);
	for
		ccm_json_each(json, ccm_json_get(all, "published"))
		{
			struct ccm_signature signature;
			struct vector vector;

			read_vector(json, &vector);
			assert_true(ccm_sign(&vector.input, &signature, NULL));
			bad += differs(&vector, "authorization", signature.authorization);
			ccm_signature_clear(&signature);
			checked++;
		}
	ccm_json_free(all);
	print_message("%u published examples checked\n", checked);
	assert_true(checked >= 14);
	assert_int_equal(bad, 0);
}

static const struct ccm_header date_header = {"X-Sdk-Date", "20240229T235959Z"};

static struct ccm_sign_input
simple_input(const struct ccm_header *headers, size_t count)
{
	return (struct ccm_sign_input){
	    .access_key = "AK",
	    .secret_key = "SK",
	    .method = "POST",
	    .host = "ccm.example.com",
	    .path = "/v1/x",
	    .headers = headers,
	    .header_count = count,
	    .body = ccm_span_of("{}"),
	};
}

static void
test_a_given_content_hash_stands_and_is_signed(void **state)
{
	const struct ccm_header headers[] = {
	    date_header, {"X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD"}};
	struct ccm_sign_input input = simple_input(headers, 2);
	struct ccm_signature signature;
	const char *last;

	(void)state;
	assert_true(ccm_sign(&input, &signature, NULL));
	last = strrchr(signature.canonical_request, '\n');
	assert_string_equal(last, "\nUNSIGNED-PAYLOAD");
	assert_string_equal(signature.signed_headers, "host;x-sdk-content-sha256;x-sdk-date");
	ccm_signature_clear(&signature);
}

static void
test_host_and_authorization_given_as_headers_change_nothing(void **state)
{
	const struct ccm_header with[] = {
	    {"Host", "other.example.com"}, {"authorization", "SDK-HMAC-SHA256 x"}, date_header};
	struct ccm_sign_input input = simple_input(with, 3), plain = simple_input(with + 2, 1);
	struct ccm_signature a, b;

	(void)state;
	assert_true(ccm_sign(&input, &a, NULL));
	assert_true(ccm_sign(&plain, &b, NULL));
	assert_string_equal(a.authorization, b.authorization);
	ccm_signature_clear(&a);
	ccm_signature_clear(&b);
}

static void
test_signing_without_a_date_fails(void **state)
{
	struct ccm_sign_input input = simple_input(NULL, 0);
	struct ccm_signature signature;
	struct ccm_error err = {0};

	(void)state;
	assert_false(ccm_sign(&input, &signature, &err));
	assert_int_equal(err.code, CCM_USAGE);
	assert_string_equal(err.msg, "no X-Sdk-Date among the headers to sign");
	ccm_signature_clear(&signature);
}

static void
test_too_many_headers_are_refused(void **state)
{
	struct ccm_header headers[80];
	struct ccm_sign_input input = simple_input(headers, 80);
	struct ccm_signature signature;
	struct ccm_error err = {0};

	(void)state;
	for (size_t i = 0; i < 80; i++)
		headers[i] = date_header;
	assert_false(ccm_sign(&input, &signature, &err));
	assert_int_equal(err.code, CCM_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_vector_is_met_in_every_member),
	    cmocka_unit_test(test_every_published_example_is_met),
	    cmocka_unit_test(test_a_given_content_hash_stands_and_is_signed),
	    cmocka_unit_test(test_host_and_authorization_given_as_headers_change_nothing),
	    cmocka_unit_test(test_signing_without_a_date_fails),
	    cmocka_unit_test(test_too_many_headers_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
