/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <p11-kit/pkcs11.h>

#include "cluster.h"
#include "core/crypto.h"

static void
keys_of_every_kind_sign(void **state)
{
	static const struct {
		enum made key;
		struct ccm_sign_params params;
		size_t input_len;
	} rows[] = {
	    {RSA, {CCM_PAD_PKCS1, "SHA256"}, 32},
	    {RSA, {CCM_PAD_PKCS1, "SHA512"}, 64},
	    {RSA, {CCM_PAD_PKCS1, "MD5-SHA1"}, 36},
	    {RSA, {CCM_PAD_PKCS1, NULL}, 51},
	    {RSA, {CCM_PAD_NONE, NULL}, 256},
	    {RSA, {CCM_PAD_PSS, "SHA256", NULL, RSA_PSS_SALTLEN_DIGEST}, 32},
	    {RSA, {CCM_PAD_PSS, "SHA256", NULL, RSA_PSS_SALTLEN_MAX}, 32},
	    {RSA, {CCM_PAD_PSS, "SHA384", NULL, 0}, 48},
	    {RSA, {CCM_PAD_PSS, "SHA512", "SHA256", -4}, 64},
	    {EC256, {CCM_PAD_NONE, "SHA256"}, 32},
	    {EC256, {CCM_PAD_NONE, "SHA512"}, 64},
	    {EC384, {CCM_PAD_NONE, "SHA384"}, 48},
	    {EC384, {CCM_PAD_NONE, "SHA1"}, 20},
	    {EC521, {CCM_PAD_NONE, "SHA512"}, 64},
	    {ED, {CCM_PAD_NONE, NULL}, 100},
	};

	for (size_t i = 0; i < CCM_COUNT(rows); i++) {
		struct ccm_key *key = test_cluster_find(*state, rows[i].key);

		assert_cluster_signs(key, &rows[i].params, rows[i].input_len);
		ccm_key_unref(key);
	}
}

static void
padding_is_ours_where_the_module_has_none(void **state)
{
	const struct ccm_sign_params pss = {CCM_PAD_PSS, "SHA256", "SHA512", 20};
	struct ccm_error err = {0};
	struct ccm_key *key;

	faults.hide(CKM_RSA_PKCS_PSS);
	faults.hide(CKM_RSA_PKCS);
	key = test_cluster_find(*state, RSA);
	assert_cluster_signs(key, &pss, 32);
	assert_cluster_signs(key, &test_pkcs1, 32);
	ccm_key_unref(key);
	ccm_hsm_unref(*state);

	faults.hide(CKM_RSA_X_509);
	faults.hide(CKM_ECDSA);
	*state = test_cluster_open();
	key = test_cluster_find(*state, RSA);
	assert_false(test_cluster_signs(key, &pss, 32, &err));
	assert_int_equal(err.code, CCM_UNSUPPORTED);
	assert_non_null(strstr(err.msg, "CKM_RSA_PKCS_PSS"));
	ccm_key_unref(key);
	ccm_error_clear(&err);
	key = test_cluster_find(*state, EC256);
	assert_false(test_cluster_signs(key, &test_ecdsa, 32, &err));
	assert_int_equal(err.code, CCM_UNSUPPORTED);
	ccm_key_unref(key);
}

/* Searching */

static void
keys_are_found_by_their_public_half(void **state)
{
	for (enum made i = 0; i < MADE; i++) {
		struct ccm_key *key = test_cluster_find(*state, i), *again;
		const struct ccm_hsm_search search = {.public_key = ccm_key_public(key)};

		again = ccm_hsm_find(*state, &search, NULL);
		assert_non_null(again);
		assert_true(ccm_span_equal(ccm_hsm_key_id(again), test_cluster_id(i)));
		ccm_key_unref(again);
		ccm_key_unref(key);
	}
}

static void
an_id_is_no_proof(void **state)
{
	struct ccm_error err = {0};
	EVP_PKEY *other = EVP_PKEY_Q_keygen(ccm_crypto_context(NULL), NULL, "EC", "P-256");
	const struct ccm_hsm_search search = {test_cluster_id(EC256), other};

	assert_null(ccm_hsm_find(*state, &search, &err));
	assert_int_equal(err.code, CCM_NOT_FOUND);
	EVP_PKEY_free(other);
}

static void
what_is_not_there_is_not_found(void **state)
{
	const struct ccm_hsm_search search = {.id = ccm_span_of("nobody")};
	struct ccm_error err = {0};

	assert_null(ccm_hsm_find(*state, &search, &err));
	assert_int_equal(err.code, CCM_NOT_FOUND);
	assert_non_null(strstr(err.msg, "c1"));
	assert_int_equal(faults.count("C_Login"), 1);
}

static void
keys_can_be_deleted(void **state)
{
	const struct ccm_hsm_new_key wanted = {"ec256", ccm_span_of("short-lived"), "short"};
	struct ccm_error err = {0};
	struct ccm_key *key = ccm_hsm_generate(*state, &wanted, &err);

	assert_non_null(key);
	assert_true(ccm_hsm_delete(*state, wanted.id, &err));
	assert_false(ccm_hsm_delete(*state, wanted.id, &err));
	assert_int_equal(err.code, CCM_NOT_FOUND);
	ccm_error_clear(&err);
	assert_false(test_cluster_signs(key, &test_ecdsa, 32, &err));
	ccm_key_unref(key);
}

/* Decrypting */

static size_t
encrypt(EVP_PKEY *public, const OSSL_PARAM *params, struct ccm_span text, unsigned char *out)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(ccm_crypto_context(NULL), public, NULL);
	size_t len = 512;

	assert_int_equal(EVP_PKEY_encrypt_init_ex(ctx, params), 1);
	assert_int_equal(EVP_PKEY_encrypt(ctx, out, &len, text.data, text.len), 1);
	EVP_PKEY_CTX_free(ctx);
	return len;
}

static OSSL_PARAM
text_param(const char *name, const char *value)
{
	return OSSL_PARAM_construct_utf8_string(name, (char *)value, 0);
}

static void
what_was_encrypted_is_decrypted(void **state)
{
	const OSSL_PARAM none[] = {OSSL_PARAM_END};
	const OSSL_PARAM oaep[] = {
	    text_param(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, "oaep"), OSSL_PARAM_END};
	const OSSL_PARAM sha256[] = {text_param(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, "oaep"),
	    text_param(OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST, "SHA256"),
	    text_param(OSSL_ASYM_CIPHER_PARAM_MGF1_DIGEST, "SHA1"),
	    OSSL_PARAM_construct_octet_string(
		OSSL_ASYM_CIPHER_PARAM_OAEP_LABEL, (void *)"label", 5),
	    OSSL_PARAM_END};
	const OSSL_PARAM *const all[] = {none, oaep, sha256};

	for (unsigned hidden = 0; hidden < 2; hidden++) {
		struct ccm_key *key = test_cluster_find(*state, RSA);

		for (size_t i = 0; i < CCM_COUNT(all); i++) {
			struct ccm_buf out = {.secret = true};
			struct ccm_error err = {0};
			unsigned char box[512];
			size_t len = encrypt(
			    ccm_key_public(key), all[i], ccm_span_of("attack at dawn"), box);

			if (hidden != 0 && i == 2)
				continue; /* SoftHSM2 does SHA-1 only */
			if (!ccm_key_decrypt(key, all[i], CCM_SPAN(box, len), &out, &err))
				fail_msg("%zu: %s", i, err.msg);
			assert_string_equal(ccm_buf_str(&out), "attack at dawn");
			ccm_buf_clear(&out);
		}
		ccm_key_unref(key);
		ccm_hsm_unref(*state);
		faults.hide(CKM_RSA_X_509); /* once more with the module's own padding */
		*state = test_cluster_open();
	}
}

/* Of PKCS#1 v1.5 that is wrong nothing can be learned: a message comes, and the same one again. */
static void
wrong_padding_is_not_told(void **state)
{
	for (unsigned hidden = 0; hidden < 2; hidden++) {
		struct ccm_key *key = test_cluster_find(*state, RSA);
		struct ccm_buf first = {0}, second = {0}, other = {0};
		unsigned char box[256] = {0};

		memset(box + 1, 7, sizeof(box) - 1);
		assert_true(ccm_key_decrypt(key, NULL, CCM_SPAN(box, sizeof(box)), &first, NULL));
		assert_true(ccm_key_decrypt(key, NULL, CCM_SPAN(box, sizeof(box)), &second, NULL));
		assert_true(ccm_span_equal(ccm_buf_span(&first), ccm_buf_span(&second)));
		box[200] = 8;
		assert_true(ccm_key_decrypt(key, NULL, CCM_SPAN(box, sizeof(box)), &other, NULL));
		assert_false(ccm_span_equal(ccm_buf_span(&first), ccm_buf_span(&other)));
		ccm_buf_clear(&first);
		ccm_buf_clear(&second);
		ccm_buf_clear(&other);
		ccm_key_unref(key);
		ccm_hsm_unref(*state);
		faults.hide(CKM_RSA_X_509);
		*state = test_cluster_open();
	}
}

static void
a_premaster_secret_of_the_wrong_version_is_random(void **state)
{
	unsigned version = 0x0303;
	int padding = 7;
	const OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_int(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, &padding),
	    OSSL_PARAM_construct_uint(OSSL_ASYM_CIPHER_PARAM_TLS_CLIENT_VERSION, &version),
	    OSSL_PARAM_END};
	unsigned char secret[48] = {3, 3, 1, 2, 3}, box[512];
	struct ccm_key *key = test_cluster_find(*state, RSA);
	struct ccm_buf out = {0};
	size_t len = encrypt(ccm_key_public(key), NULL, CCM_SPAN(secret, sizeof(secret)), box);

	assert_true(ccm_key_decrypt(key, params, CCM_SPAN(box, len), &out, NULL));
	assert_true(ccm_span_equal(ccm_buf_span(&out), CCM_SPAN(secret, sizeof(secret))));
	ccm_buf_clear(&out);
	version = 0x0302;
	assert_true(ccm_key_decrypt(key, params, CCM_SPAN(box, len), &out, NULL));
	assert_int_equal(out.len, 48);
	assert_memory_not_equal(out.data, secret, 48);
	ccm_buf_clear(&out);
	ccm_key_unref(key);
}

/* Agreeing */

static void
secrets_are_agreed_on(void **state)
{
	static const struct {
		enum made key;
		const char *curve;
	} rows[] = {{EC256, "P-256"}, {EC384, "P-384"}, {EC521, "P-521"}};
	size_t kdf_len = 40;
	const OSSL_PARAM none[] = {OSSL_PARAM_END};
	const OSSL_PARAM x963[] = {text_param(OSSL_EXCHANGE_PARAM_KDF_TYPE, "X963KDF"),
	    text_param(OSSL_EXCHANGE_PARAM_KDF_DIGEST, "SHA256"),
	    OSSL_PARAM_construct_size_t(OSSL_EXCHANGE_PARAM_KDF_OUTLEN, &kdf_len),
	    OSSL_PARAM_construct_octet_string(OSSL_EXCHANGE_PARAM_KDF_UKM, (void *)"ukm", 3),
	    OSSL_PARAM_END};

	for (size_t i = 0; i < 2 * CCM_COUNT(rows); i++) {
		const OSSL_PARAM *params = i % 2 == 0 ? none : x963;
		struct ccm_key *key = test_cluster_find(*state, rows[i / 2].key);
		EVP_PKEY *peer =
		    EVP_PKEY_Q_keygen(ccm_crypto_context(NULL), NULL, "EC", rows[i / 2].curve);
		EVP_PKEY_CTX *ctx =
		    EVP_PKEY_CTX_new_from_pkey(ccm_crypto_context(NULL), peer, NULL);
		unsigned char theirs[128];
		size_t len = sizeof(theirs);
		struct ccm_buf ours = {.secret = true};
		struct ccm_error err = {0};

		assert_int_equal(EVP_PKEY_derive_init_ex(ctx, params), 1);
		assert_int_equal(EVP_PKEY_derive_set_peer(ctx, ccm_key_public(key)), 1);
		assert_int_equal(EVP_PKEY_derive(ctx, theirs, &len), 1);
		if (!ccm_key_derive(key, peer, params, &ours, &err))
			fail_msg("%s", err.msg);
		assert_true(ccm_span_equal(ccm_buf_span(&ours), CCM_SPAN(theirs, len)));
		ccm_buf_clear(&ours);
		EVP_PKEY_CTX_free(ctx);
		EVP_PKEY_free(peer);
		ccm_key_unref(key);
	}
}

static void
a_cluster_tells_what_it_is(void **state)
{
	struct ccm_hsm_state told;

	assert_true(ccm_hsm_describe(*state, &told, NULL));
	assert_string_equal(told.label, "cluster");
	assert_string_equal(told.manufacturer, "SoftHSM project");
	assert_int_equal(told.keys, MADE);
	assert_true(told.rsa && told.pss && told.raw && told.ecdsa && told.ecdh);
	assert_true(told.makes_rsa && told.makes_ec);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, test_cluster_begin, test_cluster_end)
	    TEST(keys_of_every_kind_sign),
	    TEST(padding_is_ours_where_the_module_has_none),
	    TEST(keys_are_found_by_their_public_half),
	    TEST(an_id_is_no_proof),
	    TEST(what_is_not_there_is_not_found),
	    TEST(keys_can_be_deleted),
	    TEST(what_was_encrypted_is_decrypted),
	    TEST(wrong_padding_is_not_told),
	    TEST(a_premaster_secret_of_the_wrong_version_is_random),
	    TEST(secrets_are_agreed_on),
	    TEST(a_cluster_tells_what_it_is),
	};

	return cmocka_run_group_tests(tests, test_cluster_make_keys, test_cluster_free);
}
