/* SPDX-License-Identifier: Apache-2.0 */

/* Digests, of data and of secret keys. OpenSSL is the referee. */

#include "own.h"

#include <string.h>

#include <openssl/evp.h>

static const struct digest {
	CK_MECHANISM_TYPE type;
	const char *name;
} digests[] = {
    {CKM_SHA_1, "SHA1"},
    {CKM_SHA224, "SHA224"},
    {CKM_SHA256, "SHA256"},
    {CKM_SHA384, "SHA384"},
    {CKM_SHA512, "SHA512"},
    {CKM_SHA3_224, "SHA3-224"},
    {CKM_SHA3_256, "SHA3-256"},
    {CKM_SHA3_384, "SHA3-384"},
    {CKM_SHA3_512, "SHA3-512"},
    {CKM_CCM_SM3, "SM3"},
};

static CK_BYTE text[] = "to be digested, in one part or in many";

static void
init(CK_MECHANISM_TYPE type)
{
	CK_MECHANISM mechanism = {type, NULL, 0};

	assert_ok(p11->C_DigestInit(session, &mechanism));
}

static void
test_every_digest_is_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(digests); i++) {
		CK_BYTE want[64], got[64];
		CK_ULONG len = sizeof(got);
		size_t want_len;

		EVP_Q_digest(NULL, digests[i].name, NULL, text, sizeof(text), want, &want_len);
		init(digests[i].type);
		assert_ok(p11->C_Digest(session, text, sizeof(text), got, &len));
		assert_int_equal(len, want_len);
		assert_memory_equal(got, want, len);

		init(digests[i].type);
		assert_ok(p11->C_DigestUpdate(session, text, 1));
		assert_ok(p11->C_DigestUpdate(session, NULL, 0));
		assert_ok(p11->C_DigestUpdate(session, text + 1, sizeof(text) - 1));
		memset(got, 0, sizeof(got));
		assert_ok(p11->C_DigestFinal(session, got, &len));
		assert_int_equal(len, want_len);
		assert_memory_equal(got, want, len);
	}
}

static void
test_nothing_has_a_digest_too(void **state)
{
	CK_BYTE want[32], got[32];
	CK_ULONG len = sizeof(got);

	(void)state;
	EVP_Q_digest(NULL, "SHA256", NULL, "", 0, want, NULL);
	init(CKM_SHA256);
	assert_ok(p11->C_Digest(session, NULL, 0, got, &len));
	assert_memory_equal(got, want, 32);
	init(CKM_SHA256);
	assert_ok(p11->C_DigestFinal(session, got, &len));
	assert_memory_equal(got, want, 32);
}

static void
test_sizes_are_told_and_small_buffers_spared(void **state)
{
	CK_BYTE want[48], got[48] = {0};
	CK_ULONG len = 0;

	(void)state;
	EVP_Q_digest(NULL, "SHA384", NULL, text, sizeof(text), want, NULL);
	init(CKM_SHA384);
	assert_ok(p11->C_Digest(session, text, sizeof(text), NULL, &len));
	assert_int_equal(len, 48);
	len = 47;
	assert_rv(CKR_BUFFER_TOO_SMALL, p11->C_Digest(session, text, sizeof(text), got, &len));
	assert_int_equal(len, 48);
	assert_ok(p11->C_Digest(session, text, sizeof(text), got, &len));
	assert_memory_equal(got, want, 48);

	init(CKM_SHA384);
	assert_ok(p11->C_DigestUpdate(session, text, sizeof(text)));
	assert_ok(p11->C_DigestFinal(session, NULL, &len));
	len = 1;
	assert_rv(CKR_BUFFER_TOO_SMALL, p11->C_DigestFinal(session, got, &len));
	memset(got, 0, sizeof(got));
	assert_ok(p11->C_DigestFinal(session, got, &len));
	assert_memory_equal(got, want, 48);
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_DigestFinal(session, got, &len));
}

static void
test_operations_begin_go_on_and_end_as_the_standard_says(void **state)
{
	CK_MECHANISM sha = {CKM_SHA256, NULL, 0}, other = {CKM_SHA256, text, 4},
		     ecdsa = {CKM_ECDSA, NULL, 0};
	CK_BYTE got[32];
	CK_ULONG len = sizeof(got);

	(void)state;
	assert_rv(CKR_MECHANISM_INVALID, p11->C_DigestInit(session, &ecdsa));
	assert_rv(CKR_MECHANISM_PARAM_INVALID, p11->C_DigestInit(session, &other));
	assert_ok(p11->C_DigestInit(session, &sha));
	assert_rv(CKR_OPERATION_ACTIVE, p11->C_DigestInit(session, &sha));
	assert_ok(p11->C_DigestUpdate(session, text, 1));
	assert_rv(CKR_OPERATION_ACTIVE, p11->C_Digest(session, text, 1, got, &len));
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_DigestFinal(session, got, &len));
	assert_ok(p11->C_DigestInit(session, &sha));
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_DigestUpdate(session, NULL, 1));
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_DigestUpdate(session, text, 1));
	assert_ok(p11->C_DigestInit(session, &sha));
	assert_ok(p11->C_DigestInit(session, NULL)); /* called off */
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_DigestUpdate(session, text, 1));
	assert_ok(p11->C_DigestInit(session, &sha));
	assert_ok(p11_3_0->C_SessionCancel(session, CKF_DIGEST));
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_Digest(session, text, 1, got, &len));
}

static void
test_secret_keys_are_digested_and_no_others(void **state)
{
	CK_OBJECT_HANDLE key, hidden, pair;
	CK_BYTE want[32], got[32], input[sizeof(key16) + 3];
	CK_ULONG len = sizeof(got);

	(void)state;
	memcpy(input, "abc", 3);
	memcpy(input + 3, key16, sizeof(key16));
	EVP_Q_digest(NULL, "SHA256", NULL, input, sizeof(input), want, NULL);
	assert_ok(CREATE(&key, AES_KEY));
	assert_ok(
	    CREATE(&hidden, AES_KEY, NUMBER(CKA_SENSITIVE, yes), NUMBER(CKA_EXTRACTABLE, no)));
	assert_ok(CREATE(&pair, EC_KEY));
	for (int i = 0; i < 2; i++) {
		init(CKM_SHA256);
		assert_ok(p11->C_DigestUpdate(session, text, 0));
		assert_ok(p11->C_DigestUpdate(session, input, 3));
		assert_ok(p11->C_DigestKey(session, i == 0 ? key : hidden));
		assert_ok(p11->C_DigestFinal(session, got, &len));
		assert_memory_equal(got, want, 32);
	}
	init(CKM_SHA256);
	assert_rv(CKR_KEY_INDIGESTIBLE, p11->C_DigestKey(session, pair));
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_DigestKey(session, key));
	init(CKM_SHA256);
	assert_rv(CKR_KEY_HANDLE_INVALID, p11->C_DigestKey(session, 99999));
}

static void
test_a_digest_goes_on_beside_a_signature(void **state)
{
	CK_MECHANISM generate = {CKM_EC_KEY_PAIR_GEN, NULL, 0}, ecdsa = {CKM_ECDSA, NULL, 0};
	CK_OBJECT_HANDLE pub, priv;
	CK_BYTE want[32], got[32], signature[64];
	CK_ULONG len = sizeof(got), signature_len = sizeof(signature);

	(void)state;
	EVP_Q_digest(NULL, "SHA256", NULL, text, sizeof(text), want, NULL);
	assert_ok(p11->C_GenerateKeyPair(session, &generate,
	    (CK_ATTRIBUTE[]){BYTES(CKA_EC_PARAMS, p256)}, 1, NULL, 0, &pub, &priv));
	init(CKM_SHA256);
	assert_ok(p11->C_DigestUpdate(session, text, 5));
	assert_ok(p11->C_SignInit(session, &ecdsa, priv));
	assert_ok(p11->C_DigestUpdate(session, text + 5, sizeof(text) - 5));
	assert_ok(p11->C_Sign(session, want, 32, signature, &signature_len));
	assert_ok(p11->C_DigestFinal(session, got, &len));
	assert_memory_equal(got, want, 32);
}

int
main(void)
{
#define started(test) cmocka_unit_test_setup_teardown(test, own_start, client_stop)
	const struct CMUnitTest tests[] = {
	    started(test_every_digest_is_right),
	    started(test_nothing_has_a_digest_too),
	    started(test_sizes_are_told_and_small_buffers_spared),
	    started(test_operations_begin_go_on_and_end_as_the_standard_says),
	    started(test_secret_keys_are_digested_and_no_others),
	    started(test_a_digest_goes_on_beside_a_signature),
	};

	return cmocka_run_group_tests_name("p11/digest", tests, own_load, own_unload);
}
