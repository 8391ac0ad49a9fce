/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <string.h>

#include "certs.h"
#include "core/crypto.h"
#include "core/der.h"
#include "key/keystore.h"

#define PASSWORD "Aa0,.+-_#"
#define TIME 1700000000123

static struct ccm_span certificates[2];

static int
make(void **state)
{
	const struct test_recipe own = {.name = "web", .issuer = "ca", .kind = P256};
	const struct test_recipe issuer = {.name = "ca", .issuer = "ca", .kind = P256};
	const struct test_recipe *recipes[] = {&own, &issuer};

	if (test_keys_make(state) != 0)
		return -1;
	for (size_t i = 0; i < 2; i++) {
		X509 *x509 = test_x509(recipes[i]);
		unsigned char *der = NULL;
		int len = i2d_X509(x509, &der);

		certificates[i] = CCM_SPAN(der, len);
		X509_free(x509);
	}
	return certificates[0].len != 0 && certificates[1].len != 0 ? 0 : -1;
}

static int
throw_away(void **state)
{
	OPENSSL_free((void *)certificates[0].data);
	OPENSSL_free((void *)certificates[1].data);
	return test_keys_free(state);
}

static struct ccm_keystore
keystore(const char *password)
{
	return (struct ccm_keystore){.name = "web",
	    .key = test_keys[P256].pkey,
	    .certificates = certificates,
	    .certificate_count = 2,
	    .password = password,
	    .created_ms = TIME};
}

/* Reading what was written, with code of its own. */

static uint64_t
take_number(struct ccm_span *in, size_t width)
{
	uint64_t number = 0;

	assert_true(in->len >= width);
	for (size_t i = 0; i < width; i++)
		number = number << 8 | in->data[i];
	in->data += width;
	in->len -= width;
	return number;
}

static struct ccm_span
take(struct ccm_span *in, size_t len)
{
	struct ccm_span taken = {in->data, len};

	assert_true(in->len >= len);
	in->data += len;
	in->len -= len;
	return taken;
}

static void
take_text(struct ccm_span *in, const char *want)
{
	assert_int_equal(take_number(in, 2), strlen(want));
	assert_memory_equal(take(in, strlen(want)).data, want, strlen(want));
}

static void
sha1(const char *password, const void *text, size_t len, unsigned char out[20])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	assert_int_equal(EVP_DigestInit_ex(ctx, EVP_sha1(), NULL), 1);
	for (; *password != '\0'; password++) {
		unsigned char wide[2] = {0, (unsigned char)*password};

		assert_int_equal(EVP_DigestUpdate(ctx, wide, 2), 1);
	}
	assert_int_equal(EVP_DigestUpdate(ctx, text, len), 1);
	assert_int_equal(EVP_DigestFinal_ex(ctx, out, NULL), 1);
	EVP_MD_CTX_free(ctx);
}

static void
check_protected(struct ccm_span info)
{
	static const unsigned char oid[] = {
	    0x2b, 0x06, 0x01, 0x04, 0x01, 0x2a, 0x02, 0x11, 0x01, 0x01};
	struct ccm_span body, algorithm, name, sealed, cipher, check;
	unsigned char plain[512], pad[20];
	const unsigned char *at = plain;
	EVP_PKEY *key;

	assert_true(ccm_der_read(&info, CCM_DER_SEQUENCE, &body) && info.len == 0);
	assert_true(ccm_der_read(&body, CCM_DER_SEQUENCE, &algorithm));
	assert_true(ccm_der_read(&algorithm, CCM_DER_OID, &name));
	assert_true(ccm_span_equal(name, CCM_SPAN(oid, sizeof(oid))));
	assert_true(ccm_der_read(&body, CCM_DER_OCTET_STRING, &sealed) && body.len == 0);
	assert_true(sealed.len > 40 && sealed.len - 40 < sizeof(plain));
	memcpy(pad, take(&sealed, 20).data, 20);
	cipher = take(&sealed, sealed.len - 20);
	check = sealed;
	for (size_t i = 0; i < cipher.len; i++) {
		if (i % 20 == 0)
			sha1(PASSWORD, pad, 20, pad);
		plain[i] = cipher.data[i] ^ pad[i % 20];
	}
	sha1(PASSWORD, plain, cipher.len, pad);
	assert_memory_equal(check.data, pad, 20);
	key = d2i_AutoPrivateKey(NULL, &at, (long)cipher.len);
	assert_non_null(key);
	assert_int_equal(EVP_PKEY_eq(key, test_keys[P256].pkey), 1);
	EVP_PKEY_free(key);
}

static void
test_a_jks_file_is_what_java_reads(void **state)
{
	struct ccm_keystore input = keystore(PASSWORD);
	struct ccm_buf out = {0}, text = {0};
	struct ccm_error err = {0};
	unsigned char digest[20];
	struct ccm_span in;

	(void)state;
	assert_true(ccm_buf_append_str(&out, "before", NULL));
	assert_true(ccm_keystore_jks(&input, &out, &err));
	in = CCM_SPAN(out.data + 6, out.len - 6);
	assert_true(ccm_buf_append_str(&text, "Mighty Aphrodite", NULL));
	assert_true(ccm_buf_append(&text, in.data, in.len - 20, NULL));
	sha1(PASSWORD, text.data, text.len, digest);
	assert_int_equal(take_number(&in, 4), 0xfeedfeed);
	assert_int_equal(take_number(&in, 4), 2);
	assert_int_equal(take_number(&in, 4), 1);
	assert_int_equal(take_number(&in, 4), 1);
	take_text(&in, "server");
	assert_int_equal(take_number(&in, 8), TIME);
	check_protected(take(&in, take_number(&in, 4)));
	assert_int_equal(take_number(&in, 4), 2);
	for (size_t i = 0; i < 2; i++) {
		take_text(&in, "X.509");
		assert_true(ccm_span_equal(take(&in, take_number(&in, 4)), certificates[i]));
	}
	assert_int_equal(in.len, 20);
	assert_memory_equal(in.data, digest, 20);
	ccm_buf_clear(&text);
	ccm_buf_clear(&out);
}

static void
test_no_two_jks_files_are_the_same(void **state)
{
	struct ccm_keystore input = keystore(PASSWORD);
	struct ccm_buf one = {0}, other = {0};

	(void)state;
	assert_true(ccm_keystore_jks(&input, &one, NULL));
	assert_true(ccm_keystore_jks(&input, &other, NULL));
	assert_false(ccm_span_equal(ccm_buf_span(&one), ccm_buf_span(&other)));
	ccm_buf_clear(&one);
	ccm_buf_clear(&other);
}

static void
test_a_jks_password_is_ascii(void **state)
{
	struct ccm_keystore input = keystore("p\xc3\xa4ss");
	struct ccm_error err = {0};
	struct ccm_buf out = {0};

	(void)state;
	assert_false(ccm_keystore_jks(&input, &out, &err));
	assert_int_equal(err.code, CCM_USAGE);
	assert_string_equal(err.msg, "a JKS keystore's password has ASCII characters only");
	assert_int_equal(out.len, 0);
}

static void
test_a_pkcs12_file_holds_key_and_chain(void **state)
{
	struct ccm_keystore input = keystore(PASSWORD);
	struct ccm_buf out = {0};
	struct ccm_error err = {0};
	STACK_OF(X509) *issuers = NULL;
	EVP_PKEY *key = NULL;
	X509 *own = NULL;
	const unsigned char *at;
	PKCS12 *file;

	(void)state;
	assert_true(ccm_keystore_pkcs12(&input, &out, &err));
	at = out.data;
	file = d2i_PKCS12(NULL, &at, (long)out.len);
	assert_non_null(file);
	assert_int_equal(PKCS12_parse(file, "wrong", &key, &own, &issuers), 0);
	assert_int_equal(PKCS12_parse(file, PASSWORD, &key, &own, &issuers), 1);
	assert_int_equal(EVP_PKEY_eq(key, test_keys[P256].pkey), 1);
	assert_int_equal(X509_check_private_key(own, key), 1);
	assert_string_equal((const char *)X509_alias_get0(own, NULL), "web");
	assert_int_equal(sk_X509_num(issuers), 1);
	sk_X509_pop_free(issuers, X509_free);
	X509_free(own);
	EVP_PKEY_free(key);
	PKCS12_free(file);
	ccm_buf_clear(&out);
}

static void
test_what_is_no_certificate_is_refused(void **state)
{
	struct ccm_span broken[] = {certificates[0], CCM_SPAN("x", 1)};
	struct ccm_keystore input = keystore(PASSWORD);
	struct ccm_error err = {0};
	struct ccm_buf out = {0};

	(void)state;
	input.certificates = broken;
	assert_false(ccm_keystore_pkcs12(&input, &out, &err));
	assert_int_equal(err.code, CCM_CRYPTO);
	assert_int_equal(out.len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_jks_file_is_what_java_reads),
	    cmocka_unit_test(test_no_two_jks_files_are_the_same),
	    cmocka_unit_test(test_a_jks_password_is_ascii),
	    cmocka_unit_test(test_a_pkcs12_file_holds_key_and_chain),
	    cmocka_unit_test(test_what_is_no_certificate_is_refused),
	};

	return cmocka_run_group_tests(tests, make, throw_away);
}
