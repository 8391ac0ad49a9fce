/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/asn1.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "core/crypto.h"
#include "core/der.h"
#include "emu/envelope.h"

static struct ccm_emu_envelope envelope;
static EVP_PKEY *recipient_key;

static EVP_PKEY *
generate(void)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(ccm_crypto_context(NULL), CCM_CRYPTO_PROPERTIES, "SM2");

	assert_non_null(key);
	return key;
}

static X509 *
certify(EVP_PKEY *key, long serial)
{
	X509 *x509 = X509_new_ex(ccm_crypto_context(NULL), CCM_CRYPTO_PROPERTIES), *read = NULL;
	X509_NAME *name = X509_get_subject_name(x509);
	unsigned char *der = NULL;
	const unsigned char *at;
	int len;

	assert_int_equal(X509_NAME_add_entry_by_txt(
			     name, "CN", MBSTRING_UTF8, (const unsigned char *)"Test", -1, -1, 0),
	    1);
	assert_int_equal(X509_set_issuer_name(x509, name), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x509), serial), 1);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x509), 0));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x509), 3600));
	assert_int_equal(X509_set_pubkey(x509, key), 1);
	assert_true(X509_sign(x509, key, EVP_sm3()) > 0);
	/* as it comes from the database */
	len = i2d_X509(x509, &der);
	at = der;
	read = X509_new_ex(ccm_crypto_context(NULL), CCM_CRYPTO_PROPERTIES);
	assert_non_null(d2i_X509(&read, &at, len));
	OPENSSL_free(der);
	X509_free(x509);
	return read;
}

static int
make(void **state)
{
	(void)state;
	recipient_key = generate();
	envelope.key = generate();
	envelope.signer_key = generate();
	envelope.recipient = certify(recipient_key, 5);
	envelope.signer = certify(envelope.signer_key, 7);
	return 0;
}

static int
throw_away(void **state)
{
	(void)state;
	EVP_PKEY_free(recipient_key);
	EVP_PKEY_free(envelope.key);
	EVP_PKEY_free(envelope.signer_key);
	X509_free(envelope.recipient);
	X509_free(envelope.signer);
	return 0;
}

/* Reading, with code of its own. */

static struct ccm_span
take(struct ccm_span *in, unsigned tag)
{
	struct ccm_span content;

	assert_true(ccm_der_read(in, tag, &content));
	return content;
}

static void
take_oid(struct ccm_span *in, const char *want)
{
	struct ccm_span element;
	const unsigned char *at;
	ASN1_OBJECT *object;
	char text[80];

	assert_true(ccm_der_read_element(in, CCM_DER_OID, &element));
	at = element.data;
	object = d2i_ASN1_OBJECT(NULL, &at, (long)element.len);
	assert_true(OBJ_obj2txt(text, sizeof(text), object, 1) > 0);
	assert_string_equal(text, want);
	ASN1_OBJECT_free(object);
}

static void
take_algorithm(struct ccm_span *in, const char *want)
{
	struct ccm_span algorithm = take(in, CCM_DER_SEQUENCE);

	take_oid(&algorithm, want);
	assert_int_equal(algorithm.len, 0);
}

static void
take_one(struct ccm_span *in, unsigned char want)
{
	struct ccm_span number;

	assert_true(ccm_der_read_unsigned(in, &number));
	assert_int_equal(number.len, 1);
	assert_int_equal(number.data[0], want);
}

/* The SM4 key is the recipient's to open; what it opens is the private value. */
static void
open_value(struct ccm_span cipher, struct ccm_span sealed, unsigned char value[32])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(
	    ccm_crypto_context(NULL), recipient_key, CCM_CRYPTO_PROPERTIES);
	EVP_CIPHER *sm4 = EVP_CIPHER_fetch(ccm_crypto_context(NULL), "SM4-ECB", NULL);
	EVP_CIPHER_CTX *decrypt = EVP_CIPHER_CTX_new();
	unsigned char key[64];
	size_t key_len = sizeof(key);
	int len = 0;

	assert_int_equal(EVP_PKEY_decrypt_init(ctx), 1);
	assert_int_equal(EVP_PKEY_decrypt(ctx, key, &key_len, cipher.data, cipher.len), 1);
	assert_int_equal(key_len, 16);
	assert_int_equal(sealed.len, 32);
	assert_int_equal(EVP_DecryptInit_ex2(decrypt, sm4, key, NULL, NULL), 1);
	EVP_CIPHER_CTX_set_padding(decrypt, 0);
	assert_int_equal(EVP_DecryptUpdate(decrypt, value, &len, sealed.data, 32), 1);
	assert_int_equal(len, 32);
	EVP_CIPHER_CTX_free(decrypt);
	EVP_CIPHER_free(sm4);
	EVP_PKEY_CTX_free(ctx);
}

static void
check_value(const unsigned char value[32])
{
	unsigned char want[32];
	BIGNUM *number = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(envelope.key, OSSL_PKEY_PARAM_PRIV_KEY, &number), 1);
	assert_int_equal(BN_bn2binpad(number, want, 32), 32);
	assert_memory_equal(value, want, 32);
	BN_free(number);
}

static void
test_an_enveloped_key_opens_with_the_signing_key(void **state)
{
	struct ccm_buf out = {0};
	struct ccm_error err = {0};
	struct ccm_span in, body, cipher, point, sealed;
	unsigned char value[32], want[65];
	size_t len;

	(void)state;
	assert_true(ccm_emu_envelope_key(&envelope, &out, &err));
	in = ccm_buf_span(&out);
	body = take(&in, CCM_DER_SEQUENCE);
	assert_int_equal(in.len, 0);
	take_algorithm(&body, "1.2.156.10197.1.104.1");
	assert_true(ccm_der_read_element(&body, CCM_DER_SEQUENCE, &cipher));
	point = take(&body, CCM_DER_BIT_STRING);
	assert_int_equal(EVP_PKEY_get_octet_string_param(
			     envelope.key, OSSL_PKEY_PARAM_PUB_KEY, want, sizeof(want), &len),
	    1);
	assert_int_equal(point.len, 66);
	assert_int_equal(point.data[0], 0);
	assert_memory_equal(point.data + 1, want, 65);
	sealed = take(&body, CCM_DER_BIT_STRING);
	assert_int_equal(body.len, 0);
	assert_int_equal(sealed.data[0], 0);
	open_value(cipher, CCM_SPAN(sealed.data + 1, sealed.len - 1), value);
	check_value(value);
	ccm_buf_clear(&out);
}

static void
check_signature(struct ccm_span signature, const unsigned char value[32])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pkey = NULL;

	assert_int_equal(EVP_DigestVerifyInit_ex(ctx, &pkey, "SM3", ccm_crypto_context(NULL), NULL,
			     X509_get0_pubkey(envelope.signer), NULL),
	    1);
	assert_int_equal(EVP_PKEY_CTX_set1_id(pkey, "1234567812345678", 16), 1);
	assert_int_equal(EVP_DigestVerify(ctx, signature.data, signature.len, value, 32), 1);
	EVP_MD_CTX_free(ctx);
}

/* Issuer and serial number, of a certificate with this one. */
static void
take_names(struct ccm_span *in, unsigned char serial)
{
	struct ccm_span names = take(in, CCM_DER_SEQUENCE);

	take(&names, CCM_DER_SEQUENCE);
	take_one(&names, serial);
	assert_int_equal(names.len, 0);
}

static struct ccm_span
open_content_info(const struct ccm_buf *out)
{
	struct ccm_span in = ccm_buf_span(out), info = take(&in, CCM_DER_SEQUENCE), content;

	assert_int_equal(in.len, 0);
	take_oid(&info, "1.2.156.10197.6.1.4.2.4");
	content = take(&info, CCM_DER_CONTEXT);
	assert_int_equal(info.len, 0);
	return take(&content, CCM_DER_SEQUENCE);
}

static void
test_a_signed_envelope_opens_and_verifies(void **state)
{
	struct ccm_buf out = {0};
	struct ccm_error err = {0};
	struct ccm_span body, set, info, cipher, sealed;
	unsigned char value[32];

	(void)state;
	assert_true(ccm_emu_envelope_signed(&envelope, &out, &err));
	body = open_content_info(&out);
	take_one(&body, 1);
	set = take(&body, 0x31);
	info = take(&set, CCM_DER_SEQUENCE);
	assert_int_equal(set.len, 0);
	take_one(&info, 1);
	take_names(&info, 5);
	take_algorithm(&info, "1.2.156.10197.1.301.3");
	cipher = take(&info, CCM_DER_OCTET_STRING);
	set = take(&body, 0x31);
	take_algorithm(&set, "1.2.156.10197.1.401");
	info = take(&body, CCM_DER_SEQUENCE);
	take_oid(&info, "1.2.156.10197.6.1.4.2.1");
	take_algorithm(&info, "1.2.156.10197.1.104.1");
	sealed = take(&info, 0x80);
	open_value(cipher, sealed, value);
	check_value(value);
	take(&body, CCM_DER_CONTEXT);
	set = take(&body, 0x31);
	info = take(&set, CCM_DER_SEQUENCE);
	take_one(&info, 1);
	take_names(&info, 7);
	take_algorithm(&info, "1.2.156.10197.1.401");
	take_algorithm(&info, "1.2.156.10197.1.301.1");
	check_signature(take(&info, CCM_DER_OCTET_STRING), value);
	assert_int_equal(body.len, 0);
	ccm_buf_clear(&out);
}

static void
test_only_sm2_keys_travel_like_this(void **state)
{
	struct ccm_emu_envelope other = envelope;
	struct ccm_error err = {0};
	struct ccm_buf out = {0};

	(void)state;
	other.key =
	    EVP_PKEY_Q_keygen(ccm_crypto_context(NULL), CCM_CRYPTO_PROPERTIES, "RSA", (size_t)2048);
	assert_false(ccm_emu_envelope_key(&other, &out, &err));
	assert_int_equal(err.code, CCM_CRYPTO);
	assert_int_equal(out.len, 0);
	EVP_PKEY_free(other.key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_an_enveloped_key_opens_with_the_signing_key),
	    cmocka_unit_test(test_a_signed_envelope_opens_and_verifies),
	    cmocka_unit_test(test_only_sm2_keys_travel_like_this),
	};

	return cmocka_run_group_tests(tests, make, throw_away);
}
