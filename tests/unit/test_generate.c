/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "key/generate.h"

static const unsigned char three[] = {3}, f4[] = {0, 1, 0, 1}, even[] = {1, 0}, one[] = {0, 1},
			   zero[] = {0},
			   longest[33] = {[0] = 1, [32] = 1}; /* 257 bits: one too many */

static const struct {
	const char *claim;
	struct ccm_key_spec spec;
	int bits;
	unsigned long exponent; /* of RSA */
} made[] = {
    {"RSA with the usual exponent", {CCM_KEY_RSA, 2048}, 2048, 65537},
    {"RSA of an odd size, with 3", {CCM_KEY_RSA, 2056, {three, sizeof(three)}}, 2056, 3},
    {"RSA, exponent behind zeros", {CCM_KEY_RSA, 3072, {f4, sizeof(f4)}}, 3072, 65537},
    {"P-256", {CCM_KEY_EC, 256}, 256, 0},
    {"P-384", {CCM_KEY_EC, 384}, 384, 0},
    {"P-521", {CCM_KEY_EC, 521}, 521, 0},
    {"Ed25519", {CCM_KEY_ED25519}, 256, 0},
    {"SM2", {CCM_KEY_SM2}, 256, 0},
};

static bool
is_secret(const EVP_PKEY *pkey)
{
	BIGNUM *number = NULL;
	unsigned char bytes[32];
	size_t len;

	if (ccm_pkey_type(pkey) == CCM_KEY_RSA)
		return EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_D, &number) == 1 &&
		       (BN_clear_free(number), true);
	if (ccm_pkey_type(pkey) == CCM_KEY_ED25519)
		return EVP_PKEY_get_octet_string_param(
			   pkey, OSSL_PKEY_PARAM_PRIV_KEY, bytes, sizeof(bytes), &len) == 1;
	return EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1 &&
	       (BN_clear_free(number), true);
}

static void
test_every_kind_is_made_as_asked_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(made); i++) {
		struct ccm_error err = {0};
		size_t before = CRYPTO_secure_malloc_initialized() ? CRYPTO_secure_used() : 0;
		struct ccm_key *key = ccm_key_generate(&made[i].spec, &err);
		BIGNUM *e = NULL;

		if (key == NULL)
			fail_msg("%s: %s", made[i].claim, err.msg);
		assert_int_equal(ccm_key_type(key), made[i].spec.type);
		assert_int_equal(ccm_pkey_bits(ccm_key_public(key)), made[i].bits);
		if (!is_secret(ccm_key_soft_pkey(key)))
			fail_msg("%s: no private half", made[i].claim);
		if (CRYPTO_secure_used() <= before)
			fail_msg("%s: nothing is in the secure heap", made[i].claim);
		if (made[i].exponent != 0) {
			assert_int_equal(
			    EVP_PKEY_get_bn_param(ccm_key_public(key), OSSL_PKEY_PARAM_RSA_E, &e),
			    1);
			assert_int_equal(BN_get_word(e), made[i].exponent);
			BN_free(e);
		}
		ccm_key_unref(key);
		assert_int_equal(ERR_peek_error(), 0);
	}
}

static void
test_no_two_keys_are_the_same(void **state)
{
	struct ccm_key_spec spec = {CCM_KEY_EC, 256};
	struct ccm_key *a = ccm_key_generate(&spec, NULL), *b = ccm_key_generate(&spec, NULL);

	(void)state;
	assert_false(ccm_pkey_equal(ccm_key_public(a), ccm_key_public(b)));
	ccm_key_unref(a);
	ccm_key_unref(b);
}

static void
test_what_cannot_be_made_is_named(void **state)
{
	static const struct {
		struct ccm_key_spec spec;
		const char *reason;
	} refused[] = {
	    {{CCM_KEY_RSA, 2047}, "2048 to 4096 bits, not 2047"},
	    {{CCM_KEY_RSA, 4097}, "not 4097"},
	    {{CCM_KEY_RSA, 0}, "not 0"},
	    {{CCM_KEY_RSA, 2048, {even, sizeof(even)}}, "exponent"},
	    {{CCM_KEY_RSA, 2048, {one, sizeof(one)}}, "exponent"},
	    {{CCM_KEY_RSA, 2048, {zero, sizeof(zero)}}, "exponent"},
	    {{CCM_KEY_RSA, 2048, {longest, sizeof(longest)}}, "256 bits at most"},
	    {{CCM_KEY_EC, 255}, "256, 384 or 521 bits, not 255"},
	    {{CCM_KEY_EC, 256, {three, sizeof(three)}}, "for RSA keys only"},
	    {{CCM_KEY_ED25519, 448}, "cannot have 448 bits"},
	    {{CCM_KEY_SM2, 512}, "cannot have 512 bits"},
	    {{CCM_KEY_OTHER, 0}, "cannot be made"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(refused); i++) {
		struct ccm_error err = {0};

		assert_null(ccm_key_generate(&refused[i].spec, &err));
		if (strstr(err.msg, refused[i].reason) == NULL)
			fail_msg("case %zu: got '%s', want '%s'", i, err.msg, refused[i].reason);
		assert_false(ccm_key_spec_check(&refused[i].spec, &err));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_kind_is_made_as_asked_for),
	    cmocka_unit_test(test_no_two_keys_are_the_same),
	    cmocka_unit_test(test_what_cannot_be_made_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
