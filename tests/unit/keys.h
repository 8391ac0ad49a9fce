/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_TEST_KEYS_H
#define CCM_TEST_KEYS_H

/* A key pair of each kind in the private context, made once for a test program. */

#include "key/key.h"

enum test_kind { RSA2048, P256, P384, P521, ED25519, SM2, ED448, TEST_KINDS };

struct test_key {
	const char *name, *algorithm, *curve; /* curve: NULL for all but EC */
	enum ccm_key_type type;
	int bits;
	size_t signature_size;
	EVP_PKEY *pkey;
};
extern struct test_key test_keys[TEST_KINDS];

/* Group setup and teardown of cmocka. The secure heap is there from then on. */
int test_keys_make(void **state);
int test_keys_free(void **state);

/* A fresh pair of the same kind. */
EVP_PKEY *test_key_generate(enum test_kind kind);
/* A soft key over the pair. */
struct ccm_key *test_key_soft(enum test_kind kind);

#endif
