/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/sign.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/crypto.h"

/* spec/huawei-auth.md 1.1; the numbers in comments are its steps. */

#define HEX_SIZE (2 * EVP_MAX_MD_SIZE + 1)
#define DERIVED_KEY_LEN 32
#define DATE_LEN 8 /* the day in X-Sdk-Date */
#define CANONICAL_HEADERS_MAX 64

static const struct {
	const char *name;
	const char *digest;
	const char *content_header; /* carries the payload's hash when present */
	bool derived;
} algorithms[CCM_SIGN_ALGORITHMS] = {
    [CCM_SIGN_SHA256] = {"SDK-HMAC-SHA256", "SHA256", "x-sdk-content-sha256", false},
    [CCM_SIGN_SM3] = {"SDK-HMAC-SM3", "SM3", "x-sdk-content-sm3", false},
    [CCM_SIGN_V11_SHA256] = {"V11-HMAC-SHA256", "SHA256", "x-sdk-content-sha256", true},
};

const char *
ccm_sign_algorithm_name(enum ccm_sign_algorithm algorithm)
{
	return algorithms[algorithm].name;
}

/* Encoding: steps 2 to 4 */

bool
ccm_percent_encode(const char *text, bool keep_slash, struct ccm_buf *out, struct ccm_error *err)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;
		char escaped[3] = {'%', digits[byte >> 4], digits[byte & 15]};
		bool plain = (byte < 0x80 && isalnum(byte)) || strchr("-_.~", byte) != NULL ||
			     (keep_slash && byte == '/');

		if (!ccm_buf_append(out, plain ? text : escaped, plain ? 1 : sizeof(escaped), err))
			return false;
	}
	return true;
}

static char *
encoded(const char *text, struct ccm_error *err)
{
	struct ccm_buf out = {0};
	char *stolen = NULL;

	if (ccm_percent_encode(text, false, &out, err))
		stolen = ccm_buf_steal(&out, err);
	ccm_buf_clear(&out);
	return stolen;
}

static int
compare_pairs(const void *left, const void *right)
{
	const struct ccm_query_pair *a = left, *b = right;
	int order = strcmp(a->name, b->name);

	return order != 0 ? order : strcmp(a->value, b->value);
}

static bool
append_pairs(
    const struct ccm_query_pair *pairs, size_t count, struct ccm_buf *out, struct ccm_error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (!ccm_buf_printf(
			out, err, "%s%s=%s", i != 0 ? "&" : "", pairs[i].name, pairs[i].value))
			return false;
	}
	return true;
}

bool
ccm_canonical_query(
    const struct ccm_query_pair *query, size_t count, struct ccm_buf *out, struct ccm_error *err)
{
	struct ccm_query_pair *pairs = ccm_alloc_array(count, sizeof(*pairs), err);
	bool ok = pairs != NULL;

	for (size_t i = 0; ok && i < count; i++) {
		pairs[i].name = encoded(query[i].name, err);
		pairs[i].value = encoded(query[i].value, err);
		ok = pairs[i].name != NULL && pairs[i].value != NULL;
	}
	if (ok) {
		qsort(pairs, count, sizeof(*pairs), compare_pairs);
		ok = append_pairs(pairs, count, out, err);
	}
	for (size_t i = 0; pairs != NULL && i < count; i++) {
		ccm_free(pairs[i].name);
		ccm_free(pairs[i].value);
	}
	ccm_free(pairs);
	return ok;
}

static bool
append_canonical_uri(const char *path, struct ccm_buf *out, struct ccm_error *err)
{
	size_t len = strlen(path);

	if (!ccm_percent_encode(path, true, out, err))
		return false;
	return (len != 0 && path[len - 1] == '/') || ccm_buf_append_str(out, "/", err);
}

/* Headers: steps 5 and 6 */

struct canonical_headers {
	struct ccm_header items[CANONICAL_HEADERS_MAX]; /* as given, sorted by lower-case name */
	size_t count;
};

static int
compare_headers(const void *left, const void *right)
{
	const struct ccm_header *a = left, *b = right;

	return strcasecmp(a->name, b->name);
}

/* Gateways drop names with _; Authorization is what we make; Host comes from the input itself. */
static bool
is_signed(const char *name)
{
	return strchr(name, '_') == NULL && strcasecmp(name, "authorization") != 0 &&
	       strcasecmp(name, "host") != 0;
}

static bool
collect_headers(
    const struct ccm_sign_input *input, struct canonical_headers *out, struct ccm_error *err)
{
	out->count = 0;
	if (input->host != NULL)
		out->items[out->count++] = (struct ccm_header){"host", input->host};
	for (size_t i = 0; i < input->header_count; i++) {
		if (!is_signed(input->headers[i].name))
			continue;
		if (out->count == CANONICAL_HEADERS_MAX)
			return ccm_fail(
			    err, CCM_USAGE, "more than %d headers to sign", CANONICAL_HEADERS_MAX);
		out->items[out->count++] = input->headers[i];
	}
	qsort(out->items, out->count, sizeof(out->items[0]), compare_headers);
	return true;
}

static const char *
find_header(const struct canonical_headers *headers, const char *name)
{
	for (size_t i = 0; i < headers->count; i++) {
		if (strcasecmp(headers->items[i].name, name) == 0)
			return headers->items[i].value;
	}
	return NULL;
}

static bool
append_lower(const char *text, struct ccm_buf *out, struct ccm_error *err)
{
	size_t start = out->len;

	if (!ccm_buf_append_str(out, text, err))
		return false;
	for (size_t i = start; i < out->len; i++) {
		if (out->data[i] >= 'A' && out->data[i] <= 'Z')
			out->data[i] |= 0x20;
	}
	return true;
}

static bool
append_trimmed(const char *text, struct ccm_buf *out, struct ccm_error *err)
{
	static const char blank[] = " \t\r\n\v\f";
	size_t len;

	text += strspn(text, blank);
	len = strlen(text);
	while (len != 0 && strchr(blank, text[len - 1]) != NULL)
		len--;
	return ccm_buf_append(out, text, len, err);
}

static bool
append_header_block(
    const struct canonical_headers *headers, struct ccm_buf *out, struct ccm_error *err)
{
	for (size_t i = 0; i < headers->count; i++) {
		if (!append_lower(headers->items[i].name, out, err) ||
		    !ccm_buf_append_str(out, ":", err) ||
		    !append_trimmed(headers->items[i].value, out, err) ||
		    !ccm_buf_append_str(out, "\n", err))
			return false;
	}
	return true;
}

static char *
join_names(const struct canonical_headers *headers, struct ccm_error *err)
{
	struct ccm_buf out = {0};
	char *names = NULL;
	bool ok = true;

	for (size_t i = 0; ok && i < headers->count; i++)
		ok = (i == 0 || ccm_buf_append_str(&out, ";", err)) &&
		     append_lower(headers->items[i].name, &out, err);
	if (ok)
		names = ccm_buf_steal(&out, err);
	ccm_buf_clear(&out);
	return names;
}

/* Hashes: steps 7 to 11 */

static bool
hex_digest(enum ccm_sign_algorithm algorithm, struct ccm_span in, char out[static HEX_SIZE],
    struct ccm_error *err)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	size_t len;

	if (!ccm_digest(algorithms[algorithm].digest, in, digest, &len, err))
		return false;
	ccm_hex(digest, len, out);
	return true;
}

static bool
append_payload_hash(const struct ccm_sign_input *input, const struct canonical_headers *headers,
    struct ccm_buf *out, struct ccm_error *err)
{
	const char *given = find_header(headers, algorithms[input->algorithm].content_header);
	char hash[HEX_SIZE];

	if (given != NULL)
		return append_trimmed(given, out, err);
	return hex_digest(input->algorithm, input->body, hash, err) &&
	       ccm_buf_append_str(out, hash, err);
}

/* The text may carry X-Security-Token, so it is kept as a secret. */
static bool
build_canonical_request(const struct ccm_sign_input *input, const struct canonical_headers *headers,
    struct ccm_signature *out, struct ccm_error *err)
{
	struct ccm_buf text;
	bool ok;

	ccm_buf_init_secret(&text);
	ok = ccm_buf_printf(&text, err, "%s\n", input->method) &&
	     append_canonical_uri(input->path, &text, err) &&
	     ccm_buf_printf(&text, err, "\n%s\n", out->canonical_query) &&
	     append_header_block(headers, &text, err) &&
	     ccm_buf_printf(&text, err, "\n%s\n", out->signed_headers) &&
	     append_payload_hash(input, headers, &text, err);
	if (ok)
		out->canonical_request = ccm_secret_dup(ccm_buf_str(&text), err);
	ccm_buf_clear(&text);
	return out->canonical_request != NULL;
}

/* The scope of a derived key (1.5): day/region/service. "" for the other algorithms. */
static char *
build_scope(const struct ccm_sign_input *input, const char *date, struct ccm_error *err)
{
	if (!algorithms[input->algorithm].derived)
		return ccm_strdup("", err);
	return ccm_format(err, "%.*s/%s/%s", DATE_LEN, date, input->region, input->service);
}

static bool
build_string_to_sign(const struct ccm_sign_input *input, const char *date, const char *scope,
    struct ccm_signature *out, struct ccm_error *err)
{
	char hash[HEX_SIZE];

	if (!hex_digest(input->algorithm, ccm_span_of(out->canonical_request), hash, err))
		return false;
	out->string_to_sign = ccm_format(err, "%s\n%s\n%s%s%s", algorithms[input->algorithm].name,
	    date, scope, *scope != '\0' ? "\n" : "", hash);
	return out->string_to_sign != NULL;
}

/* The key is the secret key's bytes; the derived one is hex text used as text. */
static bool
make_signature(const struct ccm_sign_input *input, const char *scope, struct ccm_signature *out,
    struct ccm_error *err)
{
	unsigned char derived[DERIVED_KEY_LEN], mac[EVP_MAX_MD_SIZE];
	char derived_hex[2 * DERIVED_KEY_LEN + 1];
	struct ccm_span key = ccm_span_of(input->secret_key);
	const char *digest = algorithms[input->algorithm].digest;
	size_t len;
	bool ok;

	if (algorithms[input->algorithm].derived) {
		struct ccm_hkdf_input hkdf = {
		    digest, key, ccm_span_of(input->access_key), ccm_span_of(scope)};

		if (!ccm_hkdf(&hkdf, derived, sizeof(derived), err))
			return false;
		ccm_hex(derived, sizeof(derived), derived_hex);
		key = ccm_span_of(derived_hex);
	}
	ok = ccm_hmac(&(struct ccm_hmac_input){digest, key, ccm_span_of(out->string_to_sign)}, mac,
	    &len, err);
	if (ok)
		ccm_hex(mac, len, out->signature);
	OPENSSL_cleanse(derived, sizeof(derived));
	OPENSSL_cleanse(derived_hex, sizeof(derived_hex));
	return ok;
}

static bool
build_authorization(const struct ccm_sign_input *input, const char *scope,
    struct ccm_signature *out, struct ccm_error *err)
{
	bool derived = algorithms[input->algorithm].derived;

	out->authorization = ccm_format(err, "%s %s=%s%s%s, SignedHeaders=%s, Signature=%s",
	    algorithms[input->algorithm].name, derived ? "Credential" : "Access", input->access_key,
	    derived ? "/" : "", scope, out->signed_headers, out->signature);
	return out->authorization != NULL;
}

static char *
query_text(const struct ccm_sign_input *input, struct ccm_error *err)
{
	struct ccm_buf out = {0};
	char *text = NULL;

	if (ccm_canonical_query(input->query, input->query_count, &out, err))
		text = ccm_buf_steal(&out, err);
	ccm_buf_clear(&out);
	return text;
}

bool
ccm_sign(const struct ccm_sign_input *input, struct ccm_signature *out, struct ccm_error *err)
{
	struct canonical_headers headers;
	char *scope = NULL;
	const char *date;
	bool ok = false;

	*out = (struct ccm_signature){0};
	if (!collect_headers(input, &headers, err))
		return false;
	date = find_header(&headers, "x-sdk-date");
	if (date == NULL || strlen(date) < DATE_LEN)
		return ccm_fail(err, CCM_USAGE, "no X-Sdk-Date among the headers to sign");
	scope = build_scope(input, date, err);
	out->canonical_query = query_text(input, err);
	out->signed_headers = join_names(&headers, err);
	if (scope != NULL && out->canonical_query != NULL && out->signed_headers != NULL)
		ok = build_canonical_request(input, &headers, out, err) &&
		     build_string_to_sign(input, date, scope, out, err) &&
		     make_signature(input, scope, out, err) &&
		     build_authorization(input, scope, out, err);
	ccm_free(scope);
	if (!ok)
		ccm_signature_clear(out);
	return ok;
}

void
ccm_signature_clear(struct ccm_signature *signature)
{
	ccm_secret_free_str(signature->canonical_request);
	ccm_free(signature->canonical_query);
	ccm_free(signature->signed_headers);
	ccm_free(signature->string_to_sign);
	ccm_free(signature->authorization);
	*signature = (struct ccm_signature){0};
}
