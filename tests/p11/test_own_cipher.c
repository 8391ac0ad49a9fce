/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Encrypting and decrypting, and signing with recovery, by RSA and SM2 keys made in the session.
 * OpenSSL, given the same key, is the referee.
 */

#include "own.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#define SIZE 256 /* of the RSA key's numbers */
#define OAEP(hash, mgf, label, label_len)                                                      \
	&(CK_RSA_PKCS_OAEP_PARAMS){hash, mgf, CKZ_DATA_SPECIFIED, (void *)(label), label_len}, \
	    sizeof(CK_RSA_PKCS_OAEP_PARAMS)

static const struct cipher {
	const char *name;
	CK_MECHANISM mechanism;
	int padding;
	const char *hash, *mgf, *label;
	CK_ULONG most; /* bytes of plain text */
} ciphers[] = {
    {"PKCS#1", {CKM_RSA_PKCS, NULL, 0}, RSA_PKCS1_PADDING, NULL, NULL, NULL, SIZE - 11},
    {"raw", {CKM_RSA_X_509, NULL, 0}, RSA_NO_PADDING, NULL, NULL, NULL, SIZE},
    {"OAEP", {CKM_RSA_PKCS_OAEP, OAEP(CKM_SHA_1, CKG_MGF1_SHA1, NULL, 0)}, RSA_PKCS1_OAEP_PADDING,
	"SHA1", "SHA1", NULL, SIZE - 42},
    {"OAEP with two hashes", {CKM_RSA_PKCS_OAEP, OAEP(CKM_SHA256, CKG_MGF1_SHA384, NULL, 0)},
	RSA_PKCS1_OAEP_PADDING, "SHA256", "SHA384", NULL, SIZE - 66},
    {"OAEP with a label", {CKM_RSA_PKCS_OAEP, OAEP(CKM_SHA512, CKG_MGF1_SHA512, "label", 5)},
	RSA_PKCS1_OAEP_PADDING, "SHA512", "SHA512", "label", SIZE - 130},
};

static CK_OBJECT_HANDLE public_rsa, private_rsa;
static EVP_PKEY *referee;
static CK_BYTE plain[SIZE];

/* A private key whose numbers may be seen, for OpenSSL. */
static void
load_referee(void)
{
	static const struct {
		CK_ATTRIBUTE_TYPE type;
		const char *name;
	} numbers[] = {{CKA_MODULUS, "n"}, {CKA_PUBLIC_EXPONENT, "e"}, {CKA_PRIVATE_EXPONENT, "d"}};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	BIGNUM *values[COUNT(numbers)];
	OSSL_PARAM *params;

	for (size_t i = 0; i < COUNT(numbers); i++) {
		struct client_value value = client_read(session, private_rsa, numbers[i].type);

		assert_ok(value.rv);
		values[i] = BN_bin2bn(value.data, (int)value.len, NULL);
		OSSL_PARAM_BLD_push_BN(builder, numbers[i].name, values[i]);
		free(value.data);
	}
	params = OSSL_PARAM_BLD_to_param(builder);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &referee, EVP_PKEY_KEYPAIR, params), 1);
	for (size_t i = 0; i < COUNT(numbers); i++)
		BN_free(values[i]);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(builder);
	EVP_PKEY_CTX_free(ctx);
}

static int
start(void **state)
{
	CK_MECHANISM mechanism = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
	CK_ATTRIBUTE for_public[] = {NUMBER(CKA_MODULUS_BITS, number)},
		     for_private[] = {NUMBER(CKA_SENSITIVE, no), NUMBER(CKA_EXTRACTABLE, yes)};

	if (own_load(state) != 0 || own_start(state) != 0)
		return -1;
	assert_ok(p11->C_GenerateKeyPair(
	    session, &mechanism, for_public, 1, for_private, 2, &public_rsa, &private_rsa));
	for (size_t i = 0; i < SIZE; i++)
		plain[i] = (CK_BYTE)i;
	load_referee();
	return 0;
}

static int
stop(void **state)
{
	EVP_PKEY_free(referee);
	client_stop(state);
	return own_unload(state);
}

static EVP_PKEY_CTX *
referee_context(const struct cipher *cipher, int (*init)(EVP_PKEY_CTX *ctx))
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, referee, NULL);

	assert_int_equal(init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, cipher->padding), 1);
	if (cipher->hash != NULL) {
		EVP_PKEY_CTX_set_rsa_oaep_md_name(ctx, cipher->hash, NULL);
		EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, cipher->mgf, NULL);
	}
	if (cipher->label != NULL)
		EVP_PKEY_CTX_set0_rsa_oaep_label(ctx, OPENSSL_strdup(cipher->label), 5);
	return ctx;
}

static CK_MECHANISM *
mechanism_of(const struct cipher *cipher)
{
	return (CK_MECHANISM *)&cipher->mechanism;
}

static void
encrypt_init(const struct cipher *cipher)
{
	assert_ok(p11->C_EncryptInit(session, mechanism_of(cipher), public_rsa));
}

static void
decrypt_init(const struct cipher *cipher)
{
	assert_ok(p11->C_DecryptInit(session, mechanism_of(cipher), private_rsa));
}

static void
test_openssl_decrypts_what_we_encrypt(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ciphers); i++) {
		CK_BYTE sealed[SIZE], opened[SIZE];
		CK_ULONG len = sizeof(sealed);
		size_t opened_len = sizeof(opened);
		EVP_PKEY_CTX *ctx = referee_context(&ciphers[i], EVP_PKEY_decrypt_init);

		encrypt_init(&ciphers[i]);
		assert_ok(p11->C_Encrypt(session, plain, ciphers[i].most, sealed, &len));
		assert_int_equal(len, SIZE);
		if (EVP_PKEY_decrypt(ctx, opened, &opened_len, sealed, len) != 1)
			fail_msg("%s: OpenSSL cannot decrypt it", ciphers[i].name);
		assert_int_equal(opened_len, ciphers[i].most);
		assert_memory_equal(opened, plain, opened_len);
		EVP_PKEY_CTX_free(ctx);
	}
}

static void
test_we_decrypt_what_openssl_encrypts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ciphers); i++) {
		bool raw = ciphers[i].padding == RSA_NO_PADDING;
		CK_BYTE sealed[SIZE], opened[SIZE] = {0};
		size_t len = sizeof(sealed), plain_len = raw ? SIZE : 32;
		CK_ULONG opened_len = SIZE, part_len = SIZE;
		EVP_PKEY_CTX *ctx = referee_context(&ciphers[i], EVP_PKEY_encrypt_init);

		assert_int_equal(EVP_PKEY_encrypt(ctx, sealed, &len, plain, plain_len), 1);
		EVP_PKEY_CTX_free(ctx);
		decrypt_init(&ciphers[i]);
		assert_ok(p11->C_Decrypt(session, sealed, len, opened, &opened_len));
		assert_int_equal(opened_len, plain_len);
		assert_memory_equal(opened, plain, plain_len);

		decrypt_init(&ciphers[i]); /* in parts, of which none but the last gives anything */
		assert_ok(p11->C_DecryptUpdate(session, sealed, 100, opened, &part_len));
		assert_int_equal(part_len, 0);
		part_len = SIZE;
		assert_ok(
		    p11->C_DecryptUpdate(session, sealed + 100, len - 100, opened, &part_len));
		assert_int_equal(part_len, 0);
		memset(opened, 0, sizeof(opened));
		opened_len = SIZE;
		assert_ok(p11->C_DecryptFinal(session, opened, &opened_len));
		assert_int_equal(opened_len, plain_len);
		assert_memory_equal(opened, plain, plain_len);
	}
}

static void
test_sizes_are_told_and_small_buffers_spared(void **state)
{
	const struct cipher *cipher = &ciphers[3];
	CK_BYTE sealed[SIZE], opened[SIZE];
	CK_ULONG len = 0;

	(void)state;
	encrypt_init(cipher);
	assert_ok(p11->C_Encrypt(session, plain, 20, NULL, &len));
	assert_int_equal(len, SIZE);
	len = SIZE - 1;
	assert_rv(CKR_BUFFER_TOO_SMALL, p11->C_Encrypt(session, plain, 20, sealed, &len));
	assert_int_equal(len, SIZE);
	assert_ok(p11->C_Encrypt(session, plain, 20, sealed, &len));
	decrypt_init(cipher);
	assert_ok(p11->C_Decrypt(session, sealed, SIZE, NULL, &len));
	assert_in_range(len, 20, SIZE);
	len = 19;
	assert_rv(CKR_BUFFER_TOO_SMALL, p11->C_Decrypt(session, sealed, SIZE, opened, &len));
	assert_int_equal(len, 20);
	assert_ok(p11->C_Decrypt(session, sealed, SIZE, opened, &len)); /* 20 are enough */
	assert_int_equal(len, 20);
	assert_memory_equal(opened, plain, 20);
	assert_rv(
	    CKR_OPERATION_NOT_INITIALIZED, p11->C_Decrypt(session, sealed, SIZE, opened, &len));
}

static void
test_lengths_that_do_not_fit_are_refused(void **state)
{
	CK_BYTE sealed[SIZE + 1] = {0}, opened[SIZE];
	CK_ULONG len;

	(void)state;
	for (size_t i = 0; i < COUNT(ciphers); i++) {
		const CK_ULONG wrong[] = {0, 1, SIZE - 1, SIZE + 1};
		CK_BYTE more[SIZE + 1] = {0};

		len = SIZE;
		encrypt_init(&ciphers[i]);
		assert_rv(CKR_DATA_LEN_RANGE,
		    p11->C_Encrypt(session, more, ciphers[i].most + 1, sealed, &len));
		for (size_t j = 0; j < COUNT(wrong); j++) {
			len = SIZE;
			decrypt_init(&ciphers[i]);
			assert_rv(CKR_ENCRYPTED_DATA_LEN_RANGE,
			    p11->C_Decrypt(session, sealed, wrong[j], opened, &len));
		}
	}
	memset(sealed, 0xff, sizeof(sealed)); /* more than the modulus */
	len = SIZE;
	encrypt_init(&ciphers[1]);
	assert_rv(CKR_DATA_INVALID, p11->C_Encrypt(session, sealed, SIZE, opened, &len));
	decrypt_init(&ciphers[1]);
	assert_rv(CKR_ENCRYPTED_DATA_INVALID, p11->C_Decrypt(session, sealed, SIZE, opened, &len));
}

static void
test_a_damaged_oaep_is_refused(void **state)
{
	CK_BYTE sealed[SIZE], opened[SIZE];
	CK_ULONG len = SIZE;

	(void)state;
	encrypt_init(&ciphers[4]);
	assert_ok(p11->C_Encrypt(session, plain, 32, sealed, &len));
	decrypt_init(&ciphers[3]); /* another hash, no label */
	assert_rv(CKR_ENCRYPTED_DATA_INVALID, p11->C_Decrypt(session, sealed, SIZE, opened, &len));
	sealed[SIZE - 1] ^= 1;
	decrypt_init(&ciphers[4]);
	assert_rv(CKR_ENCRYPTED_DATA_INVALID, p11->C_Decrypt(session, sealed, SIZE, opened, &len));
}

/* Nobody learns whether a padding is right: any cipher text gives bytes, the same ones each time.
 */
static void
test_pkcs1_is_no_oracle(void **state)
{
	CK_ULONG lengths[40], different = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		CK_BYTE sealed[SIZE], opened[2][SIZE];
		CK_ULONG len[2] = {SIZE, SIZE};

		for (size_t at = 0; at < SIZE; at++)
			sealed[at] = (CK_BYTE)(at * 7 + i);
		sealed[0] = 0;
		for (int j = 0; j < 2; j++) {
			decrypt_init(&ciphers[0]);
			assert_ok(p11->C_Decrypt(session, sealed, SIZE, opened[j], &len[j]));
		}
		assert_int_equal(len[0], len[1]);
		assert_memory_equal(opened[0], opened[1], len[0]);
		assert_in_range(len[0], 0, SIZE - 11);
		lengths[i] = len[0];
		different += i != 0 && lengths[i] != lengths[0];
	}
	assert_true(different > COUNT(lengths) / 2);
}

static void
test_keys_do_what_their_attributes_say(void **state)
{
	CK_MECHANISM_TYPE only[] = {CKM_RSA_PKCS_OAEP, CKM_SHA256_RSA_PKCS};
	CK_MECHANISM generate = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
	CK_MECHANISM pkcs1 = {CKM_RSA_PKCS, NULL, 0}, sha = {CKM_SHA256_RSA_PKCS, NULL, 0};
	CK_ATTRIBUTE for_public[] = {NUMBER(CKA_MODULUS_BITS, number), NUMBER(CKA_ENCRYPT, no),
	    NUMBER(CKA_VERIFY_RECOVER, no), NUMBER(CKA_WRAP, no)},
		     for_private[] = {NUMBER(CKA_UNWRAP, no), BYTES(CKA_ALLOWED_MECHANISMS, only)};
	CK_OBJECT_HANDLE pub, priv, key;
	CK_BYTE out[SIZE] = {0};
	CK_ULONG len = SIZE;

	(void)state;
	assert_ok(p11->C_GenerateKeyPair(session, &generate, for_public, COUNT(for_public),
	    for_private, COUNT(for_private), &pub, &priv));
	assert_ok(CREATE(&key, AES_KEY));
	assert_rv(CKR_KEY_FUNCTION_NOT_PERMITTED, p11->C_EncryptInit(session, &pkcs1, pub));
	assert_rv(CKR_KEY_FUNCTION_NOT_PERMITTED, p11->C_VerifyRecoverInit(session, &pkcs1, pub));
	assert_rv(
	    CKR_KEY_FUNCTION_NOT_PERMITTED, p11->C_WrapKey(session, &pkcs1, pub, key, out, &len));
	assert_rv(CKR_KEY_FUNCTION_NOT_PERMITTED,
	    p11->C_UnwrapKey(session, &pkcs1, priv, out, SIZE,
		(CK_ATTRIBUTE[]){CLASS(secret), NUMBER(CKA_KEY_TYPE, aes)}, 2, &key));
	assert_rv(CKR_MECHANISM_INVALID, p11->C_DecryptInit(session, &pkcs1, priv));
	assert_rv(CKR_MECHANISM_INVALID, p11->C_SignInit(session, &pkcs1, priv));
	assert_ok(p11->C_SignInit(session, &sha, priv));
	assert_ok(p11->C_DecryptInit(session, mechanism_of(&ciphers[2]), priv));
	assert_rv(CKR_OPERATION_ACTIVE, p11->C_DecryptInit(session, &pkcs1, priv));
	assert_ok(p11_3_0->C_SessionCancel(session, CKF_DECRYPT | CKF_SIGN));
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_Decrypt(session, out, SIZE, out, &len));
	assert_rv(CKR_KEY_FUNCTION_NOT_PERMITTED, p11->C_DecryptInit(session, &pkcs1, public_rsa));
	assert_rv(CKR_KEY_HANDLE_INVALID, p11->C_EncryptInit(session, &pkcs1, 99999));
}

static void
test_parameters_of_oaep_are_judged(void **state)
{
	static const struct {
		const char *name;
		CK_RSA_PKCS_OAEP_PARAMS oaep;
	} wrong[] = {
	    {"an unknown hash", {CKM_MD5, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0}},
	    {"an unknown MGF", {CKM_SHA256, 99, CKZ_DATA_SPECIFIED, NULL, 0}},
	    {"an unknown source", {CKM_SHA256, CKG_MGF1_SHA256, 2, NULL, 0}},
	    {"a label from nowhere", {CKM_SHA256, CKG_MGF1_SHA256, CKZ_DATA_SPECIFIED, NULL, 1}},
	};
	CK_MECHANISM without = {CKM_RSA_PKCS_OAEP, NULL, 0};

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		CK_MECHANISM mechanism = {
		    CKM_RSA_PKCS_OAEP, (void *)&wrong[i].oaep, sizeof(wrong[i].oaep)};

		if (p11->C_EncryptInit(session, &mechanism, public_rsa) !=
		    CKR_MECHANISM_PARAM_INVALID)
			fail_msg("%s passes", wrong[i].name);
	}
	assert_rv(CKR_MECHANISM_PARAM_INVALID, p11->C_DecryptInit(session, &without, private_rsa));
}

/* Recovery */

static void
test_what_was_signed_is_recovered(void **state)
{
	static const struct {
		CK_MECHANISM mechanism;
		CK_ULONG len, recovered;
	} cases[] = {
	    {{CKM_RSA_PKCS, NULL, 0}, 51, 51}, {{CKM_RSA_PKCS, NULL, 0}, SIZE - 11, SIZE - 11},
	    {{CKM_RSA_X_509, NULL, 0}, SIZE, SIZE},
	    {{CKM_RSA_X_509, NULL, 0}, 100, SIZE}, /* with zeros before it */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		CK_MECHANISM mechanism = cases[i].mechanism;
		CK_BYTE signature[SIZE], recovered[SIZE];
		CK_ULONG len = 0, recovered_len = SIZE;

		assert_ok(p11->C_SignRecoverInit(session, &mechanism, private_rsa));
		assert_ok(p11->C_SignRecover(session, plain, cases[i].len, NULL, &len));
		assert_int_equal(len, SIZE);
		assert_ok(p11->C_SignRecover(session, plain, cases[i].len, signature, &len));
		assert_ok(p11->C_VerifyRecoverInit(session, &mechanism, public_rsa));
		assert_ok(p11->C_VerifyRecover(session, signature, len, recovered, &recovered_len));
		assert_int_equal(recovered_len, cases[i].recovered);
		assert_memory_equal(recovered + recovered_len - cases[i].len, plain, cases[i].len);

		assert_ok(p11->C_VerifyInit(session, &mechanism, public_rsa));
		assert_ok(p11->C_Verify(session, plain, cases[i].len, signature, len));
	}
}

static void
test_what_is_no_signature_is_refused(void **state)
{
	CK_MECHANISM pkcs1 = {CKM_RSA_PKCS, NULL, 0}, sha = {CKM_SHA256_RSA_PKCS, NULL, 0};
	CK_BYTE signature[SIZE] = {0, 1}, recovered[SIZE];
	CK_ULONG len = SIZE;

	(void)state;
	assert_ok(p11->C_VerifyRecoverInit(session, &pkcs1, public_rsa));
	assert_rv(
	    CKR_SIGNATURE_INVALID, p11->C_VerifyRecover(session, signature, SIZE, recovered, &len));
	assert_ok(p11->C_VerifyRecoverInit(session, &pkcs1, public_rsa));
	assert_rv(CKR_SIGNATURE_LEN_RANGE,
	    p11->C_VerifyRecover(session, signature, SIZE - 1, recovered, &len));
	assert_rv(CKR_MECHANISM_INVALID, p11->C_SignRecoverInit(session, &sha, private_rsa));
	assert_rv(CKR_MECHANISM_INVALID, p11->C_VerifyRecoverInit(session, &sha, public_rsa));
}

/* SM2 */

static void
test_sm2_encrypts_and_decrypts(void **state)
{
	static CK_BYTE curve[] = {6, 8, 0x2A, 0x81, 0x1C, 0xCF, 0x55, 1, 0x82, 0x2D};
	CK_MECHANISM generate = {CKM_EC_KEY_PAIR_GEN, NULL, 0}, sm2 = {CKM_CCM_SM2, NULL, 0};
	CK_ATTRIBUTE params = BYTES(CKA_EC_PARAMS, curve);
	CK_OBJECT_HANDLE pub, priv;
	CK_BYTE sealed[512], opened[512];
	CK_ULONG len = 0, opened_len = sizeof(opened);

	(void)state;
	assert_ok(p11->C_GenerateKeyPair(session, &generate, &params, 1, NULL, 0, &pub, &priv));
	assert_ok(p11->C_EncryptInit(session, &sm2, pub));
	assert_ok(p11->C_Encrypt(session, plain, 100, NULL, &len));
	assert_in_range(len, 200, sizeof(sealed));
	assert_ok(p11->C_Encrypt(session, plain, 100, sealed, &len));
	assert_ok(p11->C_DecryptInit(session, &sm2, priv));
	assert_ok(p11->C_Decrypt(session, sealed, len, opened, &opened_len));
	assert_int_equal(opened_len, 100);
	assert_memory_equal(opened, plain, 100);
	sealed[len - 1] ^= 1;
	assert_ok(p11->C_DecryptInit(session, &sm2, priv));
	assert_rv(
	    CKR_ENCRYPTED_DATA_INVALID, p11->C_Decrypt(session, sealed, len, opened, &opened_len));
	assert_rv(CKR_KEY_TYPE_INCONSISTENT, p11->C_EncryptInit(session, &sm2, public_rsa));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_openssl_decrypts_what_we_encrypt),
	    cmocka_unit_test(test_we_decrypt_what_openssl_encrypts),
	    cmocka_unit_test(test_sizes_are_told_and_small_buffers_spared),
	    cmocka_unit_test(test_lengths_that_do_not_fit_are_refused),
	    cmocka_unit_test(test_a_damaged_oaep_is_refused),
	    cmocka_unit_test(test_pkcs1_is_no_oracle),
	    cmocka_unit_test(test_keys_do_what_their_attributes_say),
	    cmocka_unit_test(test_parameters_of_oaep_are_judged),
	    cmocka_unit_test(test_what_was_signed_is_recovered),
	    cmocka_unit_test(test_what_is_no_signature_is_refused),
	    cmocka_unit_test(test_sm2_encrypts_and_decrypts),
	};

	return cmocka_run_group_tests_name("p11/cipher", tests, start, stop);
}
