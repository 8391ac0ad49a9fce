/* SPDX-License-Identifier: Apache-2.0 */
#include "keys.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdio.h>

#include "core/crypto.h"

struct test_key test_keys[TEST_KINDS] = {
    [RSA2048] = {"rsa2048", "RSA", NULL, CCM_KEY_RSA, 2048, 256},
    [P256] = {"p256", "EC", "P-256", CCM_KEY_EC, 256, 72},
    [P384] = {"p384", "EC", "P-384", CCM_KEY_EC, 384, 104},
    [P521] = {"p521", "EC", "P-521", CCM_KEY_EC, 521, 139},
    [ED25519] = {"ed25519", "ED25519", NULL, CCM_KEY_ED25519, 256, 64},
    [SM2] = {"sm2", "SM2", NULL, CCM_KEY_SM2, 256, 72},
    [ED448] = {"ed448", "ED448", NULL, CCM_KEY_OTHER, 456, 114}, /* which we do not know */
};

EVP_PKEY *
test_key_generate(enum test_kind kind)
{
	OSSL_LIB_CTX *context = ccm_crypto_context(NULL);
	const struct test_key *key = &test_keys[kind];

	if (key->type == CCM_KEY_RSA)
		return EVP_PKEY_Q_keygen(context, NULL, "RSA", (size_t)key->bits);
	if (key->type == CCM_KEY_EC)
		return EVP_PKEY_Q_keygen(context, NULL, "EC", key->curve);
	return EVP_PKEY_Q_keygen(context, NULL, key->algorithm);
}

int
test_keys_make(void **state)
{
	void *start = ccm_secret_alloc(1, NULL);

	(void)state;
	ccm_secret_free(start, 1);
	for (size_t i = 0; i < TEST_KINDS; i++) {
		test_keys[i].pkey = test_key_generate((enum test_kind)i);
		if (test_keys[i].pkey == NULL) {
			fprintf(stderr, "no %s key\n", test_keys[i].name);
			return -1;
		}
	}
	return 0;
}

int
test_keys_free(void **state)
{
	(void)state;
	for (size_t i = 0; i < TEST_KINDS; i++)
		EVP_PKEY_free(test_keys[i].pkey);
	return 0;
}

struct ccm_key *
test_key_soft(enum test_kind kind)
{
	struct ccm_error err = {0};
	struct ccm_key *key = NULL;

	if (EVP_PKEY_up_ref(test_keys[kind].pkey) == 1)
		key = ccm_key_soft_new(test_keys[kind].pkey, &err);
	if (key == NULL)
		fprintf(stderr, "no soft %s key: %s\n", test_keys[kind].name, err.msg);
	return key;
}
