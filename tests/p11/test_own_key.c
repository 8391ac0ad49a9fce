/* SPDX-License-Identifier: Apache-2.0 */

/* Session objects: keys that are used. */

#include "own.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

static CK_RV
verify(CK_OBJECT_HANDLE key, CK_MECHANISM_TYPE type, CK_BYTE *signature, CK_ULONG len)
{
	CK_MECHANISM mechanism = {type, NULL, 0};
	CK_RV rv = p11->C_VerifyInit(session, &mechanism, key);

	return rv != CKR_OK ? rv : p11->C_Verify(session, (CK_BYTE *)"data", 4, signature, len);
}

static void
test_a_public_key_of_ones_own_verifies(void **state)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	CK_BYTE signature[256];
	size_t len = sizeof(signature);
	CK_OBJECT_HANDLE key;

	(void)state;
	assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, rsa_key), 1);
	assert_int_equal(EVP_DigestSign(ctx, signature, &len, (const CK_BYTE *)"data", 4), 1);
	EVP_MD_CTX_free(ctx);
	assert_ok(CREATE(&key, RSA_KEY));
	assert_ok(verify(key, CKM_SHA256_RSA_PKCS, signature, len));
	signature[5] ^= 1;
	assert_rv(CKR_SIGNATURE_INVALID, verify(key, CKM_SHA256_RSA_PKCS, signature, len));
	assert_rv(CKR_KEY_TYPE_INCONSISTENT, verify(key, CKM_ECDSA_SHA256, signature, len));
	assert_ok(CHANGE(key, NUMBER(CKA_VERIFY, no)));
	assert_rv(CKR_KEY_FUNCTION_NOT_PERMITTED, verify(key, CKM_SHA256_RSA_PKCS, signature, len));
	assert_ok(CREATE(&key, CLASS(data)));
	assert_rv(CKR_KEY_HANDLE_INVALID, verify(key, CKM_SHA256_RSA_PKCS, signature, len));
}

/* A private key's parts as a template of RSA's eight numbers. */
static void
test_a_private_key_of_ones_own_signs(void **state)
{
	static const struct {
		CK_ATTRIBUTE_TYPE type;
		const char *name;
	} parts[] = {{CKA_MODULUS, "n"}, {CKA_PUBLIC_EXPONENT, "e"}, {CKA_PRIVATE_EXPONENT, "d"},
	    {CKA_PRIME_1, "rsa-factor1"}, {CKA_PRIME_2, "rsa-factor2"},
	    {CKA_EXPONENT_1, "rsa-exponent1"}, {CKA_EXPONENT_2, "rsa-exponent2"},
	    {CKA_COEFFICIENT, "rsa-coefficient1"}};
	CK_ATTRIBUTE template[10] = {
	    {CKA_CLASS, &private, sizeof(private)}, NUMBER(CKA_KEY_TYPE, rsa)};
	CK_BYTE bytes[8][256], signature[256];
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	CK_ULONG len = sizeof(signature);
	CK_OBJECT_HANDLE key, verifier;

	(void)state;
	for (size_t i = 0; i < COUNT(parts); i++) {
		BIGNUM *part = NULL;

		assert_int_equal(EVP_PKEY_get_bn_param(rsa_key, parts[i].name, &part), 1);
		template[2 + i] =
		    (CK_ATTRIBUTE){parts[i].type, bytes[i], (CK_ULONG)BN_bn2bin(part, bytes[i])};
		BN_clear_free(part);
	}
	assert_rv(CKR_TEMPLATE_INCOMPLETE, create(template, 9, &key));
	assert_ok(create(template, 10, &key));
	assert_rv(CKR_ATTRIBUTE_SENSITIVE, client_read(session, key, CKA_PRIME_1).rv);
	assert_shows(key, CKA_MODULUS, modulus, sizeof(modulus));
	assert_ok(CREATE(&verifier, RSA_KEY));
	assert_ok(p11->C_SignInit(session, &mechanism, key));
	assert_ok(p11->C_Sign(session, (CK_BYTE *)"data", 4, signature, &len));
	assert_ok(verify(verifier, CKM_SHA256_RSA_PKCS, signature, len));
	bytes[2][100] ^= 4;
	assert_rv(CKR_ATTRIBUTE_VALUE_INVALID, create(template, 10, &key));
}

static void
test_an_ec_key_of_ones_own_signs(void **state)
{
	CK_MECHANISM mechanism = {CKM_ECDSA_SHA256, NULL, 0};
	CK_BYTE scalar[32], signature[64];
	CK_ULONG len = sizeof(signature);
	CK_OBJECT_HANDLE key, verifier;
	CK_BYTE *spki = NULL;
	BIGNUM *part = NULL;

	(void)state;
	assert_int_equal(EVP_PKEY_get_bn_param(ec_key, "priv", &part), 1);
	BN_bn2binpad(part, scalar, sizeof(scalar));
	BN_clear_free(part);
	assert_ok(CREATE(&key, {CKA_CLASS, &private, sizeof(private)}, NUMBER(CKA_KEY_TYPE, ec),
	    BYTES(CKA_EC_PARAMS, p256), BYTES(CKA_VALUE, scalar)));
	len = (CK_ULONG)i2d_PUBKEY(ec_key, &spki);
	assert_shows(key, CKA_PUBLIC_KEY_INFO, spki, len);
	OPENSSL_free(spki);
	len = sizeof(signature);
	assert_ok(CREATE(&verifier, EC_KEY));
	assert_ok(p11->C_SignInit(session, &mechanism, key));
	assert_ok(p11->C_Sign(session, (CK_BYTE *)"data", 4, signature, &len));
	assert_ok(verify(verifier, CKM_ECDSA_SHA256, signature, len));
	JUDGE("an Ed25519 key", CKR_OK, {CKA_CLASS, &private, sizeof(private)},
	    NUMBER(CKA_KEY_TYPE, edwards), BYTES(CKA_EC_PARAMS, ed25519), BYTES(CKA_VALUE, scalar));
	JUDGE("a scalar of zero", CKR_ATTRIBUTE_VALUE_INVALID,
	    {CKA_CLASS, &private, sizeof(private)}, NUMBER(CKA_KEY_TYPE, ec),
	    BYTES(CKA_EC_PARAMS, p256), TEXT(CKA_VALUE, "\0"));
}

/* A point that is given without its OCTET STRING, and looks like one. */
static void
test_a_bare_point_is_not_misread(void **state)
{
	CK_BYTE raw[65] = {0}, der[67] = {4, 65};
	CK_BYTE *spki = NULL;
	CK_OBJECT_HANDLE key;
	EVP_PKEY *pkey = NULL;
	size_t len;

	(void)state;
	while (raw[1] != 65 - 2) { /* 04 3F: OCTET STRING of the 63 bytes that follow */
		EVP_PKEY_free(pkey);
		pkey = EVP_EC_gen("P-256");
		EVP_PKEY_get_octet_string_param(pkey, "pub", raw, sizeof(raw), &len);
	}
	assert_int_equal(len, sizeof(raw));
	memcpy(der + 2, raw, sizeof(raw));
	assert_ok(CREATE(&key, CLASS(public), NUMBER(CKA_KEY_TYPE, ec), BYTES(CKA_EC_PARAMS, p256),
	    BYTES(CKA_EC_POINT, raw)));
	len = (size_t)i2d_PUBKEY(pkey, &spki);
	assert_shows(key, CKA_PUBLIC_KEY_INFO, spki, len);
	assert_shows(key, CKA_EC_POINT, der, sizeof(der));
	JUDGE("half a point", CKR_ATTRIBUTE_VALUE_INVALID, CLASS(public), NUMBER(CKA_KEY_TYPE, ec),
	    BYTES(CKA_EC_PARAMS, p256), {CKA_EC_POINT, raw, 33});
	OPENSSL_free(spki);
	EVP_PKEY_free(pkey);
}

int
main(void)
{
#define started(test) cmocka_unit_test_setup_teardown(test, own_start, client_stop)
	const struct CMUnitTest tests[] = {
	    started(test_a_public_key_of_ones_own_verifies),
	    started(test_a_private_key_of_ones_own_signs),
	    started(test_an_ec_key_of_ones_own_signs),
	    started(test_a_bare_point_is_not_misread),
	};

	return cmocka_run_group_tests_name("p11/own_key", tests, own_load, own_unload);
}
