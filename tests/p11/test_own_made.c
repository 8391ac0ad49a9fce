/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Keys that a mechanism makes: pairs and secret keys. OpenSSL, given the public half or the numbers
 * of the private one, is the referee.
 */

#include "own.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

static CK_BYTE p384[] = {6, 5, 0x2B, 0x81, 4, 0, 0x22}, p521[] = {6, 5, 0x2B, 0x81, 4, 0, 0x23},
	       sm2[] = {6, 8, 0x2A, 0x81, 0x1C, 0xCF, 0x55, 1, 0x82, 0x2D},
	       edwards_name[] = {
		   0x13, 12, 'e', 'd', 'w', 'a', 'r', 'd', 's', '2', '5', '5', '1', '9'};
static CK_BYTE message[] = "to be signed";

#define EDDSA(prehash, len) \
	&(struct ccm_p11_eddsa_params){prehash, len, message}, sizeof(struct ccm_p11_eddsa_params)
#define SM2_ID(id, len) &(CK_CCM_SM2_PARAMS){(void *)(id), len}, sizeof(CK_CCM_SM2_PARAMS)

static const struct pair {
	const char *name;
	CK_MECHANISM_TYPE generate;
	CK_ATTRIBUTE wanted;
	CK_KEY_TYPE type;
	int bits;
	CK_MECHANISM sign;
	const char *digest; /* for OpenSSL */
	CK_ULONG signature_len;
} pairs[] = {
    {"RSA", CKM_RSA_PKCS_KEY_PAIR_GEN, NUMBER(CKA_MODULUS_BITS, number), CKK_RSA, 2048,
	{CKM_SHA1_RSA_PKCS, NULL, 0}, "SHA1", 256},
    {"P-256", CKM_EC_KEY_PAIR_GEN, BYTES(CKA_EC_PARAMS, p256), CKK_EC, 256,
	{CKM_ECDSA_SHA1, NULL, 0}, "SHA1", 64},
    {"P-384", CKM_EC_KEY_PAIR_GEN, BYTES(CKA_EC_PARAMS, p384), CKK_EC, 384,
	{CKM_ECDSA_SHA384, NULL, 0}, "SHA384", 96},
    {"P-521", CKM_EC_KEY_PAIR_GEN, BYTES(CKA_EC_PARAMS, p521), CKK_EC, 521,
	{CKM_ECDSA_SHA512, NULL, 0}, "SHA512", 132},
    {"Ed25519", CKM_EC_EDWARDS_KEY_PAIR_GEN, BYTES(CKA_EC_PARAMS, ed25519), CKK_EC_EDWARDS, 256,
	{CKM_EDDSA, NULL, 0}, NULL, 64},
    {"edwards25519", CKM_EC_EDWARDS_KEY_PAIR_GEN, BYTES(CKA_EC_PARAMS, edwards_name),
	CKK_EC_EDWARDS, 256, {CKM_EDDSA, EDDSA(CK_FALSE, 0)}, NULL, 64},
    {"SM2", CKM_EC_KEY_PAIR_GEN, BYTES(CKA_EC_PARAMS, sm2), CKK_EC, 256, {CKM_CCM_SM2_SM3, NULL, 0},
	"SM3", 64},
    {"SM2 with an id", CKM_EC_KEY_PAIR_GEN, BYTES(CKA_EC_PARAMS, sm2), CKK_EC, 256,
	{CKM_CCM_SM2_SM3, SM2_ID("somebody", 8)}, "SM3", 64},
};

static CK_OBJECT_HANDLE public_key, private_key;

static CK_RV
generate(
    CK_MECHANISM_TYPE type, CK_ATTRIBUTE *for_public, CK_ATTRIBUTE *for_private, CK_ULONG count)
{
	CK_MECHANISM mechanism = {type, NULL, 0};

	return p11->C_GenerateKeyPair(session, &mechanism, for_public, for_public != NULL ? 1 : 0,
	    for_private, count, &public_key, &private_key);
}

static void
make(const struct pair *pair)
{
	CK_ATTRIBUTE wanted = pair->wanted;

	assert_ok(generate(pair->generate, &wanted, NULL, 0));
}

static EVP_PKEY *
public_half(CK_OBJECT_HANDLE key)
{
	struct client_value spki = client_read(session, key, CKA_PUBLIC_KEY_INFO);
	const unsigned char *at = spki.data;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &at, (long)spki.len);

	assert_non_null(pkey);
	free(spki.data);
	return pkey;
}

static int
der_of(const unsigned char *raw, size_t len, unsigned char **der)
{
	ECDSA_SIG *signature = ECDSA_SIG_new();
	int half = (int)len / 2, der_len;

	ECDSA_SIG_set0(signature, BN_bin2bn(raw, half, NULL), BN_bin2bn(raw + half, half, NULL));
	der_len = i2d_ECDSA_SIG(signature, der);
	ECDSA_SIG_free(signature);
	return der_len;
}

static bool
is_good(const struct pair *pair, EVP_PKEY *pkey, const unsigned char *signature, size_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx;
	unsigned char *der = NULL;
	const CK_CCM_SM2_PARAMS *id = pair->sign.pParameter;
	bool good;

	assert_int_equal(
	    EVP_DigestVerifyInit_ex(ctx, &pctx, pair->digest, NULL, NULL, pkey, NULL), 1);
	if (EVP_PKEY_is_a(pkey, "SM2"))
		EVP_PKEY_CTX_set1_id(pctx, id != NULL ? (char *)id->pId : "1234567812345678",
		    id != NULL ? (int)id->ulIdLen : 16);
	if (pair->type == CKK_EC) {
		len = (size_t)der_of(signature, len, &der);
		signature = der;
	}
	good = EVP_DigestVerify(ctx, signature, len, message, sizeof(message)) == 1;
	OPENSSL_free(der);
	EVP_MD_CTX_free(ctx);
	return good;
}

static void
test_new_pairs_sign_and_verify(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		CK_MECHANISM mechanism = pairs[i].sign;
		CK_BYTE signature[256];
		CK_ULONG len = sizeof(signature);
		EVP_PKEY *pkey;

		make(&pairs[i]);
		pkey = public_half(public_key);
		assert_int_equal(EVP_PKEY_get_bits(pkey), pairs[i].bits);
		assert_ok(p11->C_SignInit(session, &mechanism, private_key));
		assert_ok(p11->C_SignUpdate(session, message, 1));
		assert_ok(p11->C_SignUpdate(session, message + 1, sizeof(message) - 1));
		assert_ok(p11->C_SignFinal(session, signature, &len));
		assert_int_equal(len, pairs[i].signature_len);
		if (!is_good(&pairs[i], pkey, signature, len))
			fail_msg("%s: OpenSSL refuses the signature", pairs[i].name);
		assert_ok(p11->C_VerifyInit(session, &mechanism, public_key));
		assert_ok(p11->C_Verify(session, message, sizeof(message), signature, len));
		signature[3] ^= 1;
		assert_ok(p11->C_VerifyInit(session, &mechanism, public_key));
		assert_rv(CKR_SIGNATURE_INVALID,
		    p11->C_Verify(session, message, sizeof(message), signature, len));
		assert_ok(p11->C_VerifyInit(session, &mechanism, public_key));
		assert_rv(CKR_SIGNATURE_LEN_RANGE,
		    p11->C_Verify(session, message, sizeof(message), signature, len - 1));
		EVP_PKEY_free(pkey);
	}
}

static void
test_new_pairs_say_where_they_come_from(void **state)
{
	CK_OBJECT_CLASS pub = CKO_PUBLIC_KEY, priv = CKO_PRIVATE_KEY;

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		CK_ATTRIBUTE_TYPE secret_part = CKA_VALUE;
		struct client_value spki;

		if (pairs[i].type == CKK_RSA)
			secret_part = CKA_PRIVATE_EXPONENT;
		make(&pairs[i]);
		assert_shows(public_key, CKA_CLASS, &pub, sizeof(pub));
		assert_shows(private_key, CKA_CLASS, &priv, sizeof(priv));
		for (int half = 0; half < 2; half++) {
			CK_OBJECT_HANDLE key = half == 0 ? public_key : private_key;

			assert_int_equal(client_number(session, key, CKA_KEY_TYPE), pairs[i].type);
			assert_int_equal(
			    client_number(session, key, CKA_KEY_GEN_MECHANISM), pairs[i].generate);
			assert_shows(key, CKA_LOCAL, &yes, 1);
			assert_shows(key, CKA_TOKEN, &no, 1);
		}
		assert_shows(private_key, CKA_ALWAYS_SENSITIVE, &yes, 1);
		assert_shows(private_key, CKA_NEVER_EXTRACTABLE, &yes, 1);
		assert_rv(
		    CKR_ATTRIBUTE_SENSITIVE, client_read(session, private_key, secret_part).rv);
		spki = client_read(session, public_key, CKA_PUBLIC_KEY_INFO);
		assert_shows(private_key, CKA_PUBLIC_KEY_INFO, spki.data, spki.len);
		free(spki.data);
	}
}

#define MOST 10
/* What a key shows makes the same key again. */
static CK_OBJECT_HANDLE
make_again(CK_OBJECT_HANDLE key, const CK_ATTRIBUTE_TYPE *types, CK_ULONG count)
{
	CK_ATTRIBUTE template[MOST];
	CK_OBJECT_HANDLE again;

	for (CK_ULONG i = 0; i < count; i++) {
		struct client_value value = client_read(session, key, types[i]);

		assert_ok(value.rv);
		template[i] = (CK_ATTRIBUTE){types[i], value.data, value.len};
	}
	assert_ok(create(template, count, &again));
	for (CK_ULONG i = 0; i < count; i++)
		free(template[i].pValue);
	return again;
}

static void
test_what_a_new_key_shows_is_the_key(void **state)
{
	static const CK_ATTRIBUTE_TYPE rsa_parts[] = {CKA_CLASS, CKA_KEY_TYPE, CKA_MODULUS,
	    CKA_PUBLIC_EXPONENT, CKA_PRIVATE_EXPONENT, CKA_PRIME_1, CKA_PRIME_2, CKA_EXPONENT_1,
	    CKA_EXPONENT_2, CKA_COEFFICIENT},
				       parts[] = {
					   CKA_CLASS, CKA_KEY_TYPE, CKA_EC_PARAMS, CKA_VALUE};

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		CK_ATTRIBUTE for_private[] = {
		    NUMBER(CKA_SENSITIVE, no), NUMBER(CKA_EXTRACTABLE, yes)};
		CK_ATTRIBUTE wanted = pairs[i].wanted;
		bool is_rsa = pairs[i].type == CKK_RSA;
		CK_MECHANISM mechanism = pairs[i].sign;
		CK_BYTE signature[256];
		CK_ULONG len = sizeof(signature);
		CK_OBJECT_HANDLE again;
		EVP_PKEY *pkey;

		assert_ok(generate(pairs[i].generate, &wanted, for_private, 2));
		assert_shows(private_key, CKA_ALWAYS_SENSITIVE, &no, 1);
		assert_shows(private_key, CKA_NEVER_EXTRACTABLE, &no, 1);
		again = make_again(private_key, is_rsa ? rsa_parts : parts,
		    is_rsa ? COUNT(rsa_parts) : COUNT(parts));
		pkey = public_half(public_key);
		assert_ok(p11->C_SignInit(session, &mechanism, again));
		assert_ok(p11->C_Sign(session, message, sizeof(message), signature, &len));
		if (!is_good(&pairs[i], pkey, signature, len))
			fail_msg("%s: it is another key", pairs[i].name);
		EVP_PKEY_free(pkey);
	}
}

static void
test_templates_for_pairs_are_judged(void **state)
{
	CK_ULONG small = 1024, large = 8192;
	CK_BYTE three[] = {3};
	const struct {
		const char *name;
		CK_MECHANISM_TYPE type;
		CK_ATTRIBUTE for_public, for_private;
		CK_RV want;
	} cases[] = {
	    {"no size", CKM_RSA_PKCS_KEY_PAIR_GEN, NUMBER(CKA_VERIFY, yes), NUMBER(CKA_SIGN, yes),
		CKR_TEMPLATE_INCOMPLETE},
	    {"too small", CKM_RSA_PKCS_KEY_PAIR_GEN, NUMBER(CKA_MODULUS_BITS, small),
		NUMBER(CKA_SIGN, yes), CKR_KEY_SIZE_RANGE},
	    {"too large", CKM_RSA_PKCS_KEY_PAIR_GEN, NUMBER(CKA_MODULUS_BITS, large),
		NUMBER(CKA_SIGN, yes), CKR_KEY_SIZE_RANGE},
	    {"a curve that we lack", CKM_EC_KEY_PAIR_GEN, BYTES(CKA_EC_PARAMS, p224),
		NUMBER(CKA_SIGN, yes), CKR_CURVE_NOT_SUPPORTED},
	    {"a curve of another kind", CKM_EC_KEY_PAIR_GEN, BYTES(CKA_EC_PARAMS, ed25519),
		NUMBER(CKA_SIGN, yes), CKR_TEMPLATE_INCONSISTENT},
	    {"another class", CKM_EC_KEY_PAIR_GEN, BYTES(CKA_EC_PARAMS, p256), CLASS(secret),
		CKR_TEMPLATE_INCONSISTENT},
	    {"another type", CKM_EC_KEY_PAIR_GEN, BYTES(CKA_EC_PARAMS, p256),
		NUMBER(CKA_KEY_TYPE, rsa), CKR_TEMPLATE_INCONSISTENT},
	    {"on the token", CKM_EC_KEY_PAIR_GEN, BYTES(CKA_EC_PARAMS, p256),
		NUMBER(CKA_TOKEN, yes), CKR_TOKEN_WRITE_PROTECTED},
	    {"a private number", CKM_EC_KEY_PAIR_GEN, BYTES(CKA_EC_PARAMS, p256),
		BYTES(CKA_VALUE, three), CKR_ATTRIBUTE_READ_ONLY},
	    {"not a mechanism for it", CKM_ECDSA, BYTES(CKA_EC_PARAMS, p256), NUMBER(CKA_SIGN, yes),
		CKR_MECHANISM_INVALID},
	};
	CK_MECHANISM rsa_pair = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
	CK_ATTRIBUTE bad[] = {NUMBER(CKA_MODULUS_BITS, number), BYTES(CKA_PUBLIC_EXPONENT, even)};
	struct client_objects before = FIND(NUMBER(CKA_TOKEN, no)), after;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		CK_ATTRIBUTE for_public = cases[i].for_public, for_private = cases[i].for_private;
		CK_RV rv = generate(cases[i].type, &for_public, &for_private, 1);

		if (rv != cases[i].want)
			fail_msg("%s: 0x%lx, not 0x%lx", cases[i].name, rv, cases[i].want);
	}
	assert_rv(CKR_ATTRIBUTE_VALUE_INVALID,
	    p11->C_GenerateKeyPair(session, &rsa_pair, bad, 2, NULL, 0, &public_key, &private_key));
	after = FIND(NUMBER(CKA_TOKEN, no));
	assert_int_equal(after.count, before.count);
}

static void
test_other_forms_of_eddsa_are_refused(void **state)
{
	CK_MECHANISM wrong[] = {{CKM_EDDSA, EDDSA(CK_TRUE, 0)}, {CKM_EDDSA, EDDSA(CK_FALSE, 1)},
	    {CKM_EDDSA, message, 1}};

	(void)state;
	make(&pairs[4]);
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_rv(
		    CKR_MECHANISM_PARAM_INVALID, p11->C_SignInit(session, &wrong[i], private_key));
}

static void
test_sm2_keys_do_neither_ecdsa_nor_ecdh(void **state)
{
	CK_MECHANISM ecdsa = {CKM_ECDSA, NULL, 0}, raw = {CKM_CCM_SM2, NULL, 0},
		     with_long_id = {CKM_CCM_SM2_SM3, SM2_ID(message, 8192)};
	CK_BYTE digest[33] = {1}, signature[64];
	CK_ULONG len = sizeof(signature);

	(void)state;
	make(&pairs[6]);
	assert_rv(CKR_KEY_TYPE_INCONSISTENT, p11->C_SignInit(session, &ecdsa, private_key));
	assert_rv(
	    CKR_MECHANISM_PARAM_INVALID, p11->C_SignInit(session, &with_long_id, private_key));
	assert_ok(p11->C_SignInit(session, &raw, private_key));
	assert_ok(p11->C_Sign(session, digest, 32, signature, &len));
	assert_ok(p11->C_VerifyInit(session, &raw, public_key));
	assert_ok(p11->C_Verify(session, digest, 32, signature, len));
	assert_ok(p11->C_SignInit(session, &raw, private_key));
	assert_rv(CKR_DATA_LEN_RANGE, p11->C_Sign(session, digest, 33, signature, &len));
	make(&pairs[1]);
	assert_rv(CKR_KEY_TYPE_INCONSISTENT, p11->C_SignInit(session, &raw, private_key));
}

/* Secret keys */

static void
test_new_secret_keys_are_as_long_as_asked_for(void **state)
{
	static const struct {
		CK_MECHANISM_TYPE type;
		CK_ULONG len;
		CK_RV want;
	} cases[] = {
	    {CKM_AES_KEY_GEN, 16, CKR_OK},
	    {CKM_AES_KEY_GEN, 24, CKR_OK},
	    {CKM_AES_KEY_GEN, 32, CKR_OK},
	    {CKM_AES_KEY_GEN, 17, CKR_KEY_SIZE_RANGE},
	    {CKM_AES_KEY_GEN, 0, CKR_KEY_SIZE_RANGE},
	    {CKM_AES_KEY_GEN, ~0UL, CKR_KEY_SIZE_RANGE},
	    {CKM_GENERIC_SECRET_KEY_GEN, 1, CKR_OK},
	    {CKM_GENERIC_SECRET_KEY_GEN, 48, CKR_OK},
	    {CKM_GENERIC_SECRET_KEY_GEN, 4096, CKR_OK},
	    {CKM_GENERIC_SECRET_KEY_GEN, 4097, CKR_KEY_SIZE_RANGE},
	    {CKM_GENERIC_SECRET_KEY_GEN, 0, CKR_KEY_SIZE_RANGE},
	    {CKM_GENERIC_SECRET_KEY_GEN, ~0UL / 8 + 2, CKR_KEY_SIZE_RANGE},
	};
	CK_MECHANISM aes_gen = {CKM_AES_KEY_GEN, NULL, 0};
	CK_OBJECT_HANDLE key;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		CK_MECHANISM mechanism = {cases[i].type, NULL, 0};
		CK_ULONG len = cases[i].len;
		CK_ATTRIBUTE template = NUMBER(CKA_VALUE_LEN, len);
		struct client_value value;

		assert_rv(
		    cases[i].want, p11->C_GenerateKey(session, &mechanism, &template, 1, &key));
		if (cases[i].want != CKR_OK)
			continue;
		value = client_read(session, key, CKA_VALUE);
		assert_int_equal(value.len, len);
		free(value.data);
		assert_shows(key, CKA_LOCAL, &yes, 1);
		assert_int_equal(client_number(session, key, CKA_KEY_GEN_MECHANISM), cases[i].type);
	}
	assert_rv(CKR_TEMPLATE_INCOMPLETE, p11->C_GenerateKey(session, &aes_gen, NULL, 0, &key));
}

int
main(void)
{
#define started(test) cmocka_unit_test_setup_teardown(test, own_start, client_stop)
	const struct CMUnitTest tests[] = {
	    started(test_new_pairs_sign_and_verify),
	    started(test_new_pairs_say_where_they_come_from),
	    started(test_what_a_new_key_shows_is_the_key),
	    started(test_templates_for_pairs_are_judged),
	    started(test_other_forms_of_eddsa_are_refused),
	    started(test_sm2_keys_do_neither_ecdsa_nor_ecdh),
	    started(test_new_secret_keys_are_as_long_as_asked_for),
	};

	return cmocka_run_group_tests_name("p11/made", tests, own_load, own_unload);
}
