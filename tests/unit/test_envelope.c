/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/asn1t.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "core/crypto.h"
#include "key/envelope.h"

/* GM/T 0009-2012 7.4, by OpenSSL's encoder. */
typedef struct {
	X509_ALGOR *algorithm;
	ASN1_TYPE *cipher;
	ASN1_BIT_STRING *point, *sealed;
} SM2_ENVELOPE;
DECLARE_ASN1_FUNCTIONS(SM2_ENVELOPE)
ASN1_SEQUENCE(SM2_ENVELOPE) =
    {
	ASN1_SIMPLE(SM2_ENVELOPE, algorithm, X509_ALGOR),
	ASN1_SIMPLE(SM2_ENVELOPE, cipher, ASN1_ANY),
	ASN1_SIMPLE(SM2_ENVELOPE, point, ASN1_BIT_STRING),
	ASN1_SIMPLE(SM2_ENVELOPE, sealed, ASN1_BIT_STRING),
} ASN1_SEQUENCE_END(SM2_ENVELOPE) IMPLEMENT_ASN1_FUNCTIONS(SM2_ENVELOPE)

    /* What goes into one; the fields differ from case to case. */
    struct making {
	const char *algorithm;
	EVP_PKEY *of, *point_of; /* whose value and point travel; point_of NULL: the same */
	size_t key_len;          /* of what the SM2 cipher holds */
	size_t zeros;            /* before the value */
	size_t value_len;
	size_t point_len;
	size_t cut;          /* bytes of the end that are missing */
	unsigned char flags; /* unused bits of the sealed value */
};

static struct ccm_key *signature_key, *other_key;
static EVP_PKEY *travelling, *stranger;

static EVP_PKEY *
generate(const char *type)
{
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(ccm_crypto_context(NULL), CCM_CRYPTO_PROPERTIES, type);

	assert_non_null(pkey);
	return pkey;
}

static int
make_keys(void **state)
{
	(void)state;
	signature_key = ccm_key_soft_new(generate("SM2"), NULL);
	other_key = ccm_key_soft_new(generate("SM2"), NULL);
	travelling = generate("SM2");
	stranger = generate("SM2");
	return signature_key != NULL && other_key != NULL ? 0 : -1;
}

static int
free_keys(void **state)
{
	(void)state;
	ccm_key_unref(signature_key);
	ccm_key_unref(other_key);
	EVP_PKEY_free(travelling);
	EVP_PKEY_free(stranger);
	return 0;
}

static void
encrypt_key(const unsigned char *key, size_t len, ASN1_TYPE *out)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(
	    ccm_crypto_context(NULL), ccm_key_public(signature_key), NULL);
	unsigned char cipher[256];
	ASN1_STRING *string = ASN1_STRING_new();
	size_t cipher_len = sizeof(cipher);

	assert_int_equal(EVP_PKEY_encrypt_init(ctx), 1);
	assert_int_equal(EVP_PKEY_encrypt(ctx, cipher, &cipher_len, key, len), 1);
	assert_int_equal(ASN1_STRING_set(string, cipher, (int)cipher_len), 1);
	ASN1_TYPE_set(out, V_ASN1_SEQUENCE, string);
	EVP_PKEY_CTX_free(ctx);
}

static void
seal_value(const struct making *making, const unsigned char *key, ASN1_BIT_STRING *out)
{
	EVP_CIPHER *sm4 = EVP_CIPHER_fetch(ccm_crypto_context(NULL), "SM4-ECB", NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	unsigned char value[96] = {0}, sealed[96];
	BIGNUM *number = NULL;
	int len;

	assert_int_equal(EVP_PKEY_get_bn_param(making->of, OSSL_PKEY_PARAM_PRIV_KEY, &number), 1);
	assert_int_equal(BN_bn2binpad(number, value + making->zeros, 32), 32);
	assert_int_equal(EVP_EncryptInit_ex2(ctx, sm4, key, NULL, NULL), 1);
	EVP_CIPHER_CTX_set_padding(ctx, 0);
	assert_int_equal(
	    EVP_EncryptUpdate(ctx, sealed, &len, value, (int)(making->zeros + making->value_len)),
	    1);
	assert_int_equal(ASN1_BIT_STRING_set(out, sealed, len), 1);
	out->flags = ASN1_STRING_FLAG_BITS_LEFT | making->flags;
	BN_clear_free(number);
	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(sm4);
}

/* DER, to be freed with OPENSSL_free. */
static struct ccm_span
make(const struct making *making)
{
	SM2_ENVELOPE *envelope = SM2_ENVELOPE_new();
	unsigned char key[64], point[65], *der = NULL;
	size_t point_len;
	int len;

	assert_int_equal(RAND_bytes(key, sizeof(key)), 1);
	assert_int_equal(EVP_PKEY_get_octet_string_param(
			     making->point_of != NULL ? making->point_of : making->of,
			     OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &point_len),
	    1);
	X509_ALGOR_set0(envelope->algorithm, OBJ_txt2obj(making->algorithm, 1), V_ASN1_UNDEF, NULL);
	encrypt_key(key, making->key_len, envelope->cipher);
	ASN1_BIT_STRING_set(envelope->point, point, (int)making->point_len);
	envelope->point->flags = ASN1_STRING_FLAG_BITS_LEFT;
	seal_value(making, key, envelope->sealed);
	len = i2d_SM2_ENVELOPE(envelope, &der);
	assert_true(len > 0);
	SM2_ENVELOPE_free(envelope);
	return CCM_SPAN(der, len - making->cut);
}

static struct making
usual(void)
{
	return (struct making){.algorithm = "1.2.156.10197.1.104.1",
	    .of = travelling,
	    .key_len = 16,
	    .value_len = 32,
	    .point_len = 65};
}

static void
check_opens(struct making making)
{
	struct ccm_span der = make(&making);
	struct ccm_error err = {0};
	struct ccm_key *key = ccm_envelope_open(der, signature_key, &err);
	BIGNUM *got = NULL, *want = NULL;

	if (key == NULL)
		fail_msg("not opened: %s", err.msg);
	assert_int_equal(ccm_key_type(key), CCM_KEY_SM2);
	assert_true(ccm_pkey_equal(ccm_key_public(key), travelling));
	assert_int_equal(
	    EVP_PKEY_get_bn_param(ccm_key_soft_pkey(key), OSSL_PKEY_PARAM_PRIV_KEY, &got), 1);
	assert_int_equal(EVP_PKEY_get_bn_param(travelling, OSSL_PKEY_PARAM_PRIV_KEY, &want), 1);
	assert_int_equal(BN_cmp(got, want), 0);
	BN_clear_free(got);
	BN_clear_free(want);
	ccm_key_unref(key);
	OPENSSL_free((void *)der.data);
}

static void
check_fails(struct making making, struct ccm_key *with, enum ccm_code code, const char *message)
{
	struct ccm_span der = make(&making);
	struct ccm_error err = {0};

	assert_null(ccm_envelope_open(der, with, &err));
	if (err.code != code || strstr(err.msg, message) == NULL)
		fail_msg("got %d, %s; want %d, %s", err.code, err.msg, code, message);
	OPENSSL_free((void *)der.data);
}

static void
test_an_envelope_opens_with_the_signature_key(void **state)
{
	struct making making = usual();

	(void)state;
	check_opens(making);
	making.algorithm = "1.2.156.10197.1.104"; /* SM4, without its mode */
	check_opens(making);
	making.zeros = 32; /* of 512 bits, as devices of GM/T 0016 have it */
	check_opens(making);
}

static void
test_another_key_does_not_open_it(void **state)
{
	(void)state;
	check_fails(usual(), other_key, CCM_CRYPTO, "is not opened by the signature key");
}

static void
test_what_is_no_envelope_is_refused(void **state)
{
	struct making making = usual();

	(void)state;
	for (making.cut = 1; making.cut < 120; making.cut++)
		check_fails(
		    making, signature_key, CCM_PROTOCOL, "is not the DER of an SM2EnvelopedKey");
	making = usual();
	making.flags = 3;
	check_fails(making, signature_key, CCM_PROTOCOL, "is not the DER of an SM2EnvelopedKey");
	making = usual();
	making.algorithm = "1.2.156.10197.1.104.2";
	check_fails(making, signature_key, CCM_UNSUPPORTED, "another cipher than SM4-ECB");
	making = usual();
	making.point_len = 64;
	check_fails(making, signature_key, CCM_PROTOCOL, "a public key of 64 bytes");
	making = usual();
	making.value_len = 48;
	check_fails(making, signature_key, CCM_PROTOCOL, "a private key of 48 bytes");
	making = usual();
	making.key_len = 24;
	check_fails(making, signature_key, CCM_PROTOCOL, "an SM4 key of 24 bytes");
}

static void
test_halves_that_do_not_fit_are_refused(void **state)
{
	struct making making = usual();
	EVP_PKEY *foreign =
	    EVP_PKEY_Q_keygen(ccm_crypto_context(NULL), CCM_CRYPTO_PROPERTIES, "EC", "P-256");

	(void)state;
	making.point_of = stranger;
	check_fails(making, signature_key, CCM_CRYPTO, "does not belong to its public key");
	making.point_of = foreign; /* a point of another curve */
	check_fails(making, signature_key, CCM_CRYPTO, "private key");
	EVP_PKEY_free(foreign);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_an_envelope_opens_with_the_signature_key),
	    cmocka_unit_test(test_another_key_does_not_open_it),
	    cmocka_unit_test(test_what_is_no_envelope_is_refused),
	    cmocka_unit_test(test_halves_that_do_not_fit_are_refused),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
