/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "certs.h"
#include "core/crypto.h"
#include "model/cert.h"

static void
make_der(const struct test_recipe *recipe, struct ccm_buf *der)
{
	X509 *x509 = test_x509(recipe);
	unsigned char *bytes = NULL;

	assert_non_null(x509);
	int len = i2d_X509(x509, &bytes);

	der->len = 0;
	assert_true(ccm_buf_append(der, bytes, (size_t)len, NULL));
	OPENSSL_free(bytes);
	X509_free(x509);
}

static struct ccm_cert *
make_cert(const struct test_recipe *recipe)
{
	struct ccm_error err = {0};
	struct ccm_buf der = {0};

	make_der(recipe, &der);
	struct ccm_cert *cert = ccm_cert_from_der(ccm_buf_span(&der), &err);
	assert_string_equal(err.msg, "");
	assert_non_null(cert);
	ccm_buf_clear(&der);
	return cert;
}

static void
assert_encoding(struct ccm_span span, unsigned char *want, int want_len)
{
	assert_true(want_len > 0);
	assert_int_equal(span.len, want_len);
	assert_memory_equal(span.data, want, want_len);
	OPENSSL_free(want);
}

static void
spans_are_the_encodings_of_the_parts(void **state)
{
	(void)state;
	for (enum test_kind kind = RSA2048; kind <= P521; kind++) {
		struct ccm_cert *cert = make_cert(
		    &(struct test_recipe){.name = "web.example.com", .issuer = "CA", .kind = kind});
		X509 *x509 = (X509 *)ccm_cert_x509(cert);
		unsigned char *out;
		int len;

		len = i2d_X509(x509, (out = NULL, &out));
		assert_encoding(ccm_cert_der(cert), out, len);
		len = i2d_X509_NAME(X509_get_subject_name(x509), (out = NULL, &out));
		assert_encoding(ccm_cert_subject(cert), out, len);
		len = i2d_X509_NAME(X509_get_issuer_name(x509), (out = NULL, &out));
		assert_encoding(ccm_cert_issuer(cert), out, len);
		len = i2d_ASN1_INTEGER(X509_get_serialNumber(x509), (out = NULL, &out));
		assert_encoding(ccm_cert_serial(cert), out, len);
		len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), (out = NULL, &out));
		assert_encoding(ccm_cert_spki(cert), out, len);
		assert_true(ccm_pkey_equal(ccm_cert_public_key(cert), test_keys[kind].pkey));
		ccm_cert_unref(cert);
	}
}

static void
the_common_name_comes_as_utf8_from_every_string_type(void **state)
{
	static const struct {
		const char *claim;
		struct test_recipe recipe;
		const char *want;
	} table[] = {
	    {"UTF8String",
		{MBSTRING_UTF8, "b\xc3\xbc"
				"cher.example"},
		"b\xc3\xbc"
		"cher.example"},
	    {"PrintableString", {V_ASN1_PRINTABLESTRING, "web.example.com"}, "web.example.com"},
	    {"IA5String", {V_ASN1_IA5STRING, "a@example.com"}, "a@example.com"},
	    {"TeletexString",
		{V_ASN1_T61STRING, "b\xfc"
				   "cher"},
		"b\xc3\xbc"
		"cher"},
	    {"BMPString", {V_ASN1_BMPSTRING, "\0b\0\xfc\x20\xac", 6}, "b\xc3\xbc\xe2\x82\xac"},
	    {"none", {0}, ""},
	    {"a NUL in it", {V_ASN1_UTF8STRING, "good.example\0.evil.example", 26}, ""},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(table); i++) {
		struct test_recipe recipe = table[i].recipe;

		recipe.kind = P256;
		struct ccm_cert *cert = make_cert(&recipe);
		char *of_name = ccm_name_common_name(ccm_cert_subject(cert));
		if (strcmp(ccm_cert_common_name(cert), table[i].want) != 0 ||
		    strcmp(of_name != NULL ? of_name : "", table[i].want) != 0)
			fail_msg("%s: got '%s', want '%s'", table[i].claim,
			    ccm_cert_common_name(cert), table[i].want);
		ccm_free(of_name);
		ccm_cert_unref(cert);
		assert_int_equal(ERR_peek_error(), 0);
	}
}

static void
a_name_that_is_no_utf8_is_refused(void **state)
{
	struct ccm_buf der = {0};
	struct ccm_error err = {0};

	(void)state;
	make_der(&(struct test_recipe){.name = "~~~~", .kind = P256}, &der);
	memset(memmem(der.data, der.len, "~~~~", 4), 0xff, 4);
	assert_null(ccm_cert_from_der(ccm_buf_span(&der), &err));
	assert_int_equal(err.code, CCM_PROTOCOL);
	assert_int_equal(ERR_peek_error(), 0);
	ccm_buf_clear(&der);
}

static void
validity_counts_milliseconds_before_and_after_2050(void **state)
{
	struct ccm_cert *cert = make_cert(&(struct test_recipe){.name = "x",
	    .not_before = "20240229235959Z",
	    .not_after = "20620101000000Z",
	    .kind = P256});

	(void)state;
	assert_true(ccm_cert_not_before_ms(cert) == INT64_C(1709251199000));
	assert_true(ccm_cert_not_after_ms(cert) == INT64_C(2903299200000));
	ccm_cert_unref(cert);
}

static void
authorities_and_self_issued_ones_are_told(void **state)
{
	static const struct {
		const char *claim;
		struct test_recipe recipe;
		bool ca, self_issued;
	} table[] = {
	    {"root", {.name = "CA", .issuer = "CA", .constraints = "critical,CA:TRUE"}, true, true},
	    {"subordinate",
		{.name = "S", .issuer = "CA", .constraints = "critical,CA:TRUE,pathlen:0"}, true,
		false},
	    {"leaf", {.name = "L", .issuer = "S", .constraints = "critical,CA:FALSE"}, false,
		false},
	    {"leaf without constraints", {.name = "L", .issuer = "S"}, false, false},
	    {"self-issued in another case", {.name = "ca", .issuer = "CA"}, false, true},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(table); i++) {
		struct test_recipe recipe = table[i].recipe;

		recipe.kind = P256;
		struct ccm_cert *cert = make_cert(&recipe);
		if (ccm_cert_is_ca(cert) != table[i].ca ||
		    ccm_cert_is_self_issued(cert) != table[i].self_issued)
			fail_msg("%s: ca %d, self-issued %d", table[i].claim, ccm_cert_is_ca(cert),
			    ccm_cert_is_self_issued(cert));
		ccm_cert_unref(cert);
	}
}

static void
alternative_names_are_found_in_any_case(void **state)
{
	static const struct {
		const char *name;
		bool want;
	} table[] = {{"www.example.com", true}, {"WWW.Example.COM", true}, {"*.example.net", true},
	    {"a.example.net", false}, {"example.com", false}, {"www.example.com.", false},
	    {"", false}, {"192.0.2.7", true}, {"192.0.2.8", false}, {"2001:db8::1", true},
	    {"2001:DB8:0:0::1", true}, {"a@example.com", false}, {"web.example.com", false}};
	struct ccm_cert *cert = make_cert(&(struct test_recipe){.name = "web.example.com",
	    .san = "DNS:www.example.com,DNS:*.example.net,IP:192.0.2.7,IP:2001:db8::1,"
		   "email:a@example.com",
	    .kind = P256});
	struct ccm_cert *bare =
	    make_cert(&(struct test_recipe){.name = "web.example.com", .kind = P256});

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(table); i++) {
		if (ccm_cert_has_san(cert, table[i].name) != table[i].want)
			fail_msg("%s: want %d", table[i].name, table[i].want);
		assert_false(ccm_cert_has_san(bare, table[i].name));
	}
	assert_int_equal(ERR_peek_error(), 0);
	ccm_cert_unref(cert);
	ccm_cert_unref(bare);
}

static void
der_that_is_cut_or_followed_is_refused(void **state)
{
	struct ccm_buf der = {0};
	struct ccm_error err = {0};

	(void)state;
	make_der(&(struct test_recipe){.name = "web.example.com", .kind = P256}, &der);
	for (size_t cut = 0; cut < der.len; cut++) {
		unsigned char *part = ccm_alloc(cut, NULL);

		memcpy(part, der.data, cut);
		assert_null(ccm_cert_from_der(CCM_SPAN(part, cut), NULL));
		ccm_free(part);
	}
	assert_true(ccm_buf_append(&der, "", 1, NULL));
	assert_null(ccm_cert_from_der(ccm_buf_span(&der), &err));
	assert_int_equal(err.code, CCM_PROTOCOL);
	assert_non_null(strstr(err.msg, "not a certificate in DER"));
	assert_int_equal(ERR_peek_error(), 0);
	ccm_buf_clear(&der);
}

/* A bit here or there: it may still be a certificate, but nothing breaks (ASan looks). */
static void
damaged_der_breaks_nothing(void **state)
{
	struct ccm_buf der = {0};

	(void)state;
	make_der(
	    &(struct test_recipe){.name = "web.example.com", .san = "DNS:a", .kind = P256}, &der);
	for (size_t bit = 0; bit < der.len * 8; bit++) {
		der.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
		struct ccm_cert *cert = ccm_cert_from_der(ccm_buf_span(&der), NULL);

		if (cert != NULL) {
			ccm_cert_has_san(cert, "a");
			ccm_name_equal(ccm_cert_subject(cert), ccm_cert_issuer(cert));
			assert_true(ccm_cert_spki(cert).data + ccm_cert_spki(cert).len <
				    ccm_cert_der(cert).data + ccm_cert_der(cert).len);
		}
		ccm_cert_unref(cert);
		der.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	ccm_buf_clear(&der);
}

static void
a_key_of_an_unknown_kind_is_null(void **state)
{
	static const unsigned char rsa[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5};
	struct ccm_buf der = {0};

	(void)state;
	make_der(&(struct test_recipe){.name = "x", .kind = RSA2048}, &der);
	unsigned char *oid = memmem(der.data, der.len, rsa, sizeof(rsa));
	assert_non_null(oid);
	oid[8] = 0x7f;
	struct ccm_cert *cert = ccm_cert_from_der(ccm_buf_span(&der), NULL);
	assert_non_null(cert);
	assert_null(ccm_cert_public_key(cert));
	assert_int_equal(ERR_peek_error(), 0);
	ccm_cert_unref(cert);
	ccm_buf_clear(&der);
}

static void
names_compare_as_rfc_5280_says(void **state)
{
	static const struct {
		const char *a, *b;
		bool want;
	} table[] = {{"Web Example", "Web Example", true}, {"Web Example", "WEB  example", true},
	    {"Web Example", " web example ", true}, {"Web Example", "WebExample", false},
	    {"Web Example", NULL, false}};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(table); i++) {
		struct ccm_cert *a =
		    make_cert(&(struct test_recipe){.name = table[i].a, .kind = P256});
		struct ccm_cert *b = make_cert(&(struct test_recipe){
		    .name_type = V_ASN1_PRINTABLESTRING, .name = table[i].b, .kind = P256});
		struct ccm_span name = ccm_cert_subject(a), cut = CCM_SPAN(name.data, name.len - 1);

		if (ccm_name_equal(name, ccm_cert_subject(b)) != table[i].want)
			fail_msg("'%s' and '%s': want %d", table[i].a, table[i].b, table[i].want);
		assert_false(ccm_name_equal(name, cut));
		assert_false(ccm_name_equal(cut, name));
		assert_false(ccm_name_equal(name, (struct ccm_span){0}));
		assert_null(ccm_name_common_name(cut));
		ccm_cert_unref(a);
		ccm_cert_unref(b);
	}
	assert_null(ccm_name_common_name((struct ccm_span){0}));
	assert_int_equal(ERR_peek_error(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(spans_are_the_encodings_of_the_parts),
	    cmocka_unit_test(the_common_name_comes_as_utf8_from_every_string_type),
	    cmocka_unit_test(a_name_that_is_no_utf8_is_refused),
	    cmocka_unit_test(validity_counts_milliseconds_before_and_after_2050),
	    cmocka_unit_test(authorities_and_self_issued_ones_are_told),
	    cmocka_unit_test(alternative_names_are_found_in_any_case),
	    cmocka_unit_test(der_that_is_cut_or_followed_is_refused),
	    cmocka_unit_test(damaged_der_breaks_nothing),
	    cmocka_unit_test(a_key_of_an_unknown_kind_is_null),
	    cmocka_unit_test(names_compare_as_rfc_5280_says),
	};

	return cmocka_run_group_tests(tests, test_keys_make, test_keys_free);
}
