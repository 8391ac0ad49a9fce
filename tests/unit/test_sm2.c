/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "core/crypto.h"
#include "keys.h"

/* The example of GB/T 32918.5 A.2. */
static const char public_key[] =
    "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
static const char z[] = "b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3";

static EVP_PKEY *
public_from(const char *hex)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(ccm_crypto_context(NULL), "SM2", NULL);
	unsigned char point[65];
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)"SM2", 0),
	    OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
	    OSSL_PARAM_construct_end(),
	};
	EVP_PKEY *pkey = NULL;

	assert_true(ccm_unhex(hex, point, sizeof(point)));
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params), 1);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static void
test_the_prefix_is_the_standards(void **state)
{
	EVP_PKEY *pkey = public_from(public_key);
	unsigned char prefix[CCM_SM2_DIGEST_SIZE];
	char hex[2 * sizeof(prefix) + 1];

	(void)state;
	assert_true(ccm_sm2_prefix(pkey, ccm_span_of(CCM_SM2_ID), prefix, NULL));
	ccm_hex(prefix, sizeof(prefix), hex);
	assert_string_equal(hex, z);
	EVP_PKEY_free(pkey);
}

/* OpenSSL, which makes the prefix by itself. */
static bool
openssl_verifies(EVP_PKEY *pkey, struct ccm_span id, struct ccm_span text, struct ccm_span sig)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	EVP_PKEY_CTX *ctx = NULL;
	bool ok;

	assert_int_equal(
	    EVP_DigestVerifyInit_ex(md, &ctx, "SM3", ccm_crypto_context(NULL), NULL, pkey, NULL),
	    1);
	assert_int_equal(EVP_PKEY_CTX_set1_id(ctx, id.data, (int)id.len), 1);
	ok = EVP_DigestVerify(md, sig.data, sig.len, text.data, text.len) == 1;
	EVP_MD_CTX_free(md);
	return ok;
}

static void
test_a_prefixed_digest_is_what_openssl_verifies(void **state)
{
	const struct ccm_sign_params params = {.digest = "SM3"};
	struct ccm_key *key = test_key_soft(SM2);
	struct ccm_signer *signer = ccm_signer_new(key, &params, NULL);
	struct ccm_span ids[] = {ccm_span_of(CCM_SM2_ID), ccm_span_of("ALICE123@YAHOO.COM")};
	unsigned char digest[64], signature[80];

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(ids); i++) {
		unsigned char prefix[CCM_SM2_DIGEST_SIZE];
		size_t len = sizeof(signature), digest_len;
		struct ccm_buf text = {0};

		assert_true(ccm_sm2_prefix(ccm_key_public(key), ids[i], prefix, NULL));
		assert_true(ccm_buf_append(&text, prefix, sizeof(prefix), NULL));
		assert_true(ccm_buf_append_str(&text, "message digest", NULL));
		assert_true(ccm_digest("SM3", ccm_buf_span(&text), digest, &digest_len, NULL));
		assert_true(
		    ccm_signer_sign(signer, CCM_SPAN(digest, digest_len), signature, &len, NULL));
		assert_true(openssl_verifies(ccm_key_public(key), ids[i],
		    ccm_span_of("message digest"), CCM_SPAN(signature, len)));
		assert_false(openssl_verifies(ccm_key_public(key), ids[1 - i],
		    ccm_span_of("message digest"), CCM_SPAN(signature, len)));
		ccm_buf_clear(&text);
	}
	ccm_signer_free(signer);
	ccm_key_unref(key);
}

static void
test_an_id_of_any_length_that_two_bytes_tell(void **state)
{
	static const unsigned char id[8192];
	unsigned char prefix[CCM_SM2_DIGEST_SIZE];
	struct ccm_error err = {0};

	(void)state;
	assert_true(ccm_sm2_prefix(test_keys[SM2].pkey, CCM_SPAN(NULL, 0), prefix, NULL));
	assert_true(ccm_sm2_prefix(test_keys[SM2].pkey, CCM_SPAN(id, 8191), prefix, NULL));
	assert_false(ccm_sm2_prefix(test_keys[SM2].pkey, CCM_SPAN(id, 8192), prefix, &err));
	assert_int_equal(err.code, CCM_USAGE);
	assert_non_null(strstr(err.msg, "8191 are the most"));
	ccm_error_clear(&err);
	assert_false(ccm_sm2_prefix(test_keys[RSA2048].pkey, CCM_SPAN(id, 1), prefix, &err));
	assert_int_equal(err.code, CCM_CRYPTO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_prefix_is_the_standards),
	    cmocka_unit_test(test_a_prefixed_digest_is_what_openssl_verifies),
	    cmocka_unit_test(test_an_id_of_any_length_that_two_bytes_tell),
	};

	return cmocka_run_group_tests(tests, test_keys_make, test_keys_free);
}
