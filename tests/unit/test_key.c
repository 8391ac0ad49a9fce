/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <pthread.h>

#include "core/crypto.h"
#include "keys.h"

#define MAX_SIGNATURE 512

static void
the_public_half_has_no_private_one(void **state)
{
	(void)state;
	for (enum test_kind kind = 0; kind < TEST_KINDS; kind++) {
		static const char *const secrets[] = {
		    OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_PRIV_KEY};
		struct ccm_key *key = test_key_soft(kind);
		OSSL_PARAM *params = NULL;

		assert_int_equal(
		    EVP_PKEY_todata(ccm_key_public(key), EVP_PKEY_KEYPAIR, &params), 1);
		for (size_t i = 0; i < CCM_COUNT(secrets); i++)
			assert_null(OSSL_PARAM_locate_const(params, secrets[i]));
		OSSL_PARAM_free(params);
		ccm_key_unref(key);
	}
	ERR_clear_error();
}

static void
facts_are_those_of_the_kind(void **state)
{
	(void)state;
	for (enum test_kind kind = 0; kind < TEST_KINDS; kind++) {
		assert_int_equal(ccm_pkey_type(test_keys[kind].pkey), test_keys[kind].type);
		assert_int_equal(ccm_pkey_bits(test_keys[kind].pkey), test_keys[kind].bits);
		assert_int_equal(
		    ccm_pkey_signature_size(test_keys[kind].pkey), test_keys[kind].signature_size);
		assert_true(ccm_pkey_equal(test_keys[kind].pkey, test_keys[kind].pkey));
		assert_false(
		    ccm_pkey_equal(test_keys[kind].pkey, test_keys[(kind + 1) % TEST_KINDS].pkey));
	}
	assert_int_equal(ERR_peek_error(), 0);
}

static void
no_key_at_all_is_another_kind(void **state)
{
	const struct ccm_sign_params params = {CCM_PAD_PKCS1, "SHA256"};
	struct ccm_error err = {0};

	(void)state;
	assert_int_equal(ccm_pkey_type(NULL), CCM_KEY_OTHER);
	assert_int_equal(ccm_pkey_bits(NULL), 0);
	assert_int_equal(ccm_pkey_signature_size(NULL), 0);
	assert_false(ccm_pkey_equal(NULL, test_keys[P256].pkey));
	assert_false(ccm_pkey_verify(NULL, &params, ccm_span_of("x"), ccm_span_of("x"), &err));
	assert_int_equal(err.code, CCM_UNSUPPORTED);
	ERR_clear_error();
}

static void
a_public_key_comes_from_its_spki(void **state)
{
	(void)state;
	for (enum test_kind kind = 0; kind < TEST_KINDS; kind++) {
		struct ccm_error err = {0};
		struct ccm_buf more = {0};
		unsigned char *spki = NULL;
		int len = i2d_PUBKEY(test_keys[kind].pkey, &spki);
		EVP_PKEY *pkey = ccm_pkey_from_spki(CCM_SPAN(spki, len), &err);

		assert_true(ccm_pkey_equal(pkey, test_keys[kind].pkey));
		EVP_PKEY_free(pkey);
		assert_null(ccm_pkey_from_spki(CCM_SPAN(spki, len - 1), &err));
		assert_int_equal(err.code, CCM_CRYPTO);
		ccm_error_clear(&err);
		assert_true(ccm_buf_append(&more, spki, (size_t)len, NULL));
		assert_true(ccm_buf_append(&more, "", 1, NULL));
		assert_null(ccm_pkey_from_spki(ccm_buf_span(&more), &err));
		assert_non_null(strstr(err.msg, "1 bytes too many"));
		ccm_buf_clear(&more);
		OPENSSL_free(spki);
	}
}

static const struct sign_case {
	const char *claim;
	enum test_kind kind;
	struct ccm_sign_params params;
	size_t input_len;
	enum ccm_code code; /* CCM_OK: it works */
	const char *reason;
} sign_cases[] = {
    {"PKCS#1 with SHA-256", RSA2048, {CCM_PAD_PKCS1, "SHA256"}, 32},
    {"PKCS#1 with SHA-1", RSA2048, {CCM_PAD_PKCS1, "SHA1"}, 20},
    {"PKCS#1 of a DigestInfo", RSA2048, {CCM_PAD_PKCS1}, 51},
    {"PKCS#1 of the most that fits", RSA2048, {CCM_PAD_PKCS1}, 245},
    {"PKCS#1 of one byte too many", RSA2048, {CCM_PAD_PKCS1}, 246, CCM_CRYPTO, "signing 246 bytes"},
    {"PKCS#1 with a digest of another size", RSA2048, {CCM_PAD_PKCS1, "SHA256"}, 20, CCM_USAGE,
	"has 20 bytes and needs 32"},
    {"PSS, salt as the digest", RSA2048, {CCM_PAD_PSS, "SHA256", NULL, RSA_PSS_SALTLEN_DIGEST}, 32},
    {"PSS, most salt", RSA2048, {CCM_PAD_PSS, "SHA384", NULL, RSA_PSS_SALTLEN_MAX}, 48},
    {"PSS, auto-digestmax", RSA2048, {CCM_PAD_PSS, "SHA512", NULL, -4}, 64},
    {"PSS, no salt", RSA2048, {CCM_PAD_PSS, "SHA512"}, 64},
    {"PSS, 20 bytes and another MGF1 digest", RSA2048, {CCM_PAD_PSS, "SHA256", "SHA1", 20}, 32},
    {"PSS without a digest", RSA2048, {CCM_PAD_PSS}, 32, CCM_USAGE, "needs to know the digest"},
    {"PSS, salt below the special values", RSA2048, {CCM_PAD_PSS, "SHA256", NULL, -5}, 32,
	CCM_USAGE, "salt of -5"},
    {"PSS, salt longer than the key", RSA2048, {CCM_PAD_PSS, "SHA256", NULL, 223}, 32, CCM_CRYPTO,
	"signing 32 bytes"},
    {"raw RSA", RSA2048, {CCM_PAD_NONE}, 256},
    {"raw RSA of a byte too few", RSA2048, {CCM_PAD_NONE}, 255, CCM_USAGE,
	"has 255 bytes and needs 256"},
    {"raw RSA with a digest", RSA2048, {CCM_PAD_NONE, "SHA256"}, 32, CCM_USAGE, "takes no digest"},
    {"unknown digest", RSA2048, {CCM_PAD_PKCS1, "SHA257"}, 32, CCM_CRYPTO, "digest SHA257"},
    {"P-256 with its digest", P256, {CCM_PAD_NONE, "SHA256"}, 32},
    {"P-256 of a longer digest", P256, {CCM_PAD_NONE, "SHA512"}, 64},
    {"P-256 of raw 20 bytes", P256, {CCM_PAD_NONE}, 20},
    {"P-256 of raw 100 bytes", P256, {CCM_PAD_NONE}, 100},
    {"P-384", P384, {CCM_PAD_NONE, "SHA384"}, 48},
    {"P-521", P521, {CCM_PAD_NONE, "SHA512"}, 64},
    {"EC with padding", P256, {CCM_PAD_PKCS1, "SHA256"}, 32, CCM_USAGE, "for RSA keys only"},
    {"Ed25519 of a message", ED25519, {CCM_PAD_NONE}, 200},
    {"Ed25519 of a byte", ED25519, {CCM_PAD_NONE}, 1},
    {"Ed25519 with a digest", ED25519, {CCM_PAD_NONE, "SHA512"}, 64, CCM_USAGE,
	"Ed25519 takes no digest"},
    {"Ed25519 with padding", ED25519, {CCM_PAD_PSS, "SHA512"}, 64, CCM_USAGE, "for RSA keys only"},
    {"a kind that we do not know", ED448, {CCM_PAD_NONE}, 32, CCM_CRYPTO, "ED448 key"},
    {"SM2", SM2, {CCM_PAD_NONE, "SM3"}, 32},
    {"SM2 of something else than a digest", SM2, {CCM_PAD_NONE, "SM3"}, 33, CCM_USAGE,
	"has 33 bytes and needs 32"},
    {"SM2 with another digest", SM2, {CCM_PAD_NONE, "SHA256"}, 32, CCM_USAGE,
	"signs a digest by SM3, not SHA256"},
    {"SM2 without a digest", SM2, {CCM_PAD_NONE}, 32, CCM_USAGE, "not anything"},
};

/* The input of a case: its first byte is small, so that raw RSA can take it as a number. */
static struct ccm_span
sign_input(const struct sign_case *c, unsigned char room[static 256])
{
	for (size_t i = 0; i < 256; i++)
		room[i] = (unsigned char)(i + 1);
	return CCM_SPAN(room, c->input_len);
}

static void
assert_verifies(const struct sign_case *c, struct ccm_key *key, struct ccm_span input,
    struct ccm_span signature)
{
	EVP_PKEY *public_half = ccm_key_public(key);
	unsigned char changed[256], spoiled[MAX_SIGNATURE];
	struct ccm_error err = {0};

	memcpy(changed, input.data, input.len);
	memcpy(spoiled, signature.data, signature.len);
	changed[input.len < 32 ? input.len - 1 : 31] ^= 1;
	spoiled[signature.len - 1] ^= 1;
	if (!ccm_pkey_verify(public_half, &c->params, input, signature, &err))
		fail_msg("%s: does not verify: %s", c->claim, err.msg);
	struct ccm_span wrong[] = {CCM_SPAN(spoiled, signature.len),
	    CCM_SPAN(signature.data, signature.len - 1), CCM_SPAN(signature.data, 0)};
	for (size_t i = 0; i < CCM_COUNT(wrong); i++)
		if (ccm_pkey_verify(public_half, &c->params, input, wrong[i], &err))
			fail_msg("%s: wrong signature %zu verifies", c->claim, i);
	if (ccm_pkey_verify(public_half, &c->params, CCM_SPAN(changed, input.len), signature, &err))
		fail_msg("%s: verifies another input", c->claim);
	assert_int_equal(err.code, CCM_OK);
	assert_int_equal(ERR_peek_error(), 0);
}

/* One signer signs three times: what OpenSSL 3.0 allows, and what the contract says. */
static void
run_sign_case(const struct sign_case *c, struct ccm_key *key, struct ccm_error *err)
{
	unsigned char room[256], signature[MAX_SIGNATURE];
	struct ccm_span input = sign_input(c, room);
	struct ccm_signer *signer = ccm_signer_new(key, &c->params, err);

	for (int i = 0; signer != NULL && i < 3; i++) {
		size_t len = sizeof(signature);

		if (!ccm_signer_sign(signer, input, signature, &len, err))
			break;
		assert_verifies(c, key, input, CCM_SPAN(signature, len));
	}
	ccm_signer_free(signer);
}

static void
every_way_to_sign_verifies_or_says_why_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(sign_cases); i++) {
		const struct sign_case *c = &sign_cases[i];
		struct ccm_key *key = test_key_soft(c->kind);
		struct ccm_error err = {0};

		run_sign_case(c, key, &err);
		if (err.code != c->code ||
		    (c->reason != NULL && strstr(err.msg, c->reason) == NULL))
			fail_msg("%s: got %d '%s', want '%s'", c->claim, err.code, err.msg,
			    c->reason != NULL ? c->reason : "success");
		ccm_key_unref(key);
	}
}

/* A key keeps what is prepared for whoever asks for the same next; more kinds than it keeps. */
static void
ways_to_sign_with_one_key_do_not_mix(void **state)
{
	(void)state;
	for (enum test_kind kind = RSA2048; kind <= P256; kind++) {
		struct ccm_key *key = test_key_soft(kind);

		for (size_t i = 0; i < 3 * CCM_COUNT(sign_cases); i++) {
			struct sign_case c = sign_cases[i % CCM_COUNT(sign_cases)];
			struct ccm_error err = {0};
			char digest[16];

			if (c.kind != kind || c.code != CCM_OK)
				continue;
			if (c.params.digest != NULL) {
				snprintf(digest, sizeof(digest), "%s", c.params.digest);
				c.params.digest = digest;
			}
			run_sign_case(&c, key, &err);
			memset(digest, 'x', sizeof(digest)); /* names are borrowed for the call */
			if (err.code != CCM_OK)
				fail_msg("%s: got '%s'", c.claim, err.msg);
		}
		ccm_key_unref(key);
	}
}

static void
a_failed_signature_does_not_spoil_the_signer(void **state)
{
	struct ccm_key *key = test_key_soft(RSA2048);
	const struct ccm_sign_params params = {CCM_PAD_PKCS1, "SHA256"};
	struct ccm_signer *signer = ccm_signer_new(key, &params, NULL);
	unsigned char input[32] = {1}, signature[MAX_SIGNATURE];
	struct ccm_error err = {0};
	size_t len = 255;

	(void)state;
	assert_false(ccm_signer_sign(signer, CCM_SPAN(input, 32), signature, &len, &err));
	assert_int_equal(err.code, CCM_USAGE);
	assert_non_null(strstr(err.msg, "room for a signature of 255 bytes, it takes 256"));
	len = sizeof(signature);
	assert_false(ccm_signer_sign(signer, CCM_SPAN(input, 31), signature, &len, NULL));
	assert_true(ccm_signer_sign(signer, CCM_SPAN(input, 32), signature, &len, NULL));
	assert_int_equal(len, 256);
	assert_true(ccm_pkey_verify(
	    ccm_key_public(key), &params, CCM_SPAN(input, 32), CCM_SPAN(signature, len), NULL));
	ccm_signer_free(signer);
	ccm_key_unref(key);
}

static void
a_signer_keeps_its_key_alive(void **state)
{
	struct ccm_key *key = test_key_soft(P256);
	const struct ccm_sign_params params = {CCM_PAD_NONE, "SHA256"};
	struct ccm_signer *signer = ccm_signer_new(key, &params, NULL);
	unsigned char input[32] = {1}, signature[MAX_SIGNATURE];
	size_t len = sizeof(signature);

	(void)state;
	ccm_key_unref(key);
	assert_true(ccm_signer_sign(signer, CCM_SPAN(input, 32), signature, &len, NULL));
	ccm_signer_free(signer);
}

#define THREADS 8
#define ROUNDS 20

static void *
sign_many(void *arg)
{
	struct ccm_key *key = ccm_key_ref(arg);
	bool rsa = ccm_key_type(key) == CCM_KEY_RSA, ok = true;

	for (unsigned i = 0; ok && i < ROUNDS; i++) {
		const struct ccm_sign_params params = {rsa ? CCM_PAD_PSS : CCM_PAD_NONE,
		    i % 3 == 0 ? "SHA384" : "SHA256", NULL, rsa ? RSA_PSS_SALTLEN_DIGEST : 0};
		struct ccm_signer *signer = ccm_signer_new(key, &params, NULL);
		unsigned char input[48], signature[MAX_SIGNATURE];
		struct ccm_span digest = CCM_SPAN(input, i % 3 == 0 ? 48 : 32);
		size_t len = sizeof(signature);

		memset(input, (int)i, sizeof(input));
		ok = signer != NULL && ccm_signer_sign(signer, digest, signature, &len, NULL) &&
		     ccm_pkey_verify(
			 ccm_key_public(key), &params, digest, CCM_SPAN(signature, len), NULL);
		ccm_signer_free(signer);
	}
	ccm_key_unref(key);
	return ok ? arg : NULL;
}

static void
many_threads_sign_with_one_key(void **state)
{
	(void)state;
	for (enum test_kind kind = RSA2048; kind <= P256; kind++) {
		struct ccm_key *key = test_key_soft(kind);
		pthread_t threads[THREADS];

		for (size_t i = 0; i < THREADS; i++)
			assert_int_equal(pthread_create(&threads[i], NULL, sign_many, key), 0);
		for (size_t i = 0; i < THREADS; i++) {
			void *result;

			assert_int_equal(pthread_join(threads[i], &result), 0);
			assert_ptr_equal(result, key);
		}
		ccm_key_unref(key);
	}
}

static void
encrypt(
    EVP_PKEY *pkey, const OSSL_PARAM *params, struct ccm_span in, unsigned char *out, size_t *len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(ccm_crypto_context(NULL), pkey, NULL);

	assert_int_equal(EVP_PKEY_encrypt_init_ex(ctx, params), 1);
	assert_int_equal(EVP_PKEY_encrypt(ctx, out, len, in.data, in.len), 1);
	EVP_PKEY_CTX_free(ctx);
}

static void
rsa_decrypts_as_the_parameters_say(void **state)
{
	static const char *const modes[] = {
	    OSSL_PKEY_RSA_PAD_MODE_PKCSV15, OSSL_PKEY_RSA_PAD_MODE_OAEP};
	struct ccm_key *key = test_key_soft(RSA2048);

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(modes); i++) {
		OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(
					   OSSL_ASYM_CIPHER_PARAM_PAD_MODE, (char *)modes[i], 0),
		    OSSL_PARAM_construct_end()};
		unsigned char sealed[MAX_SIGNATURE];
		size_t len = sizeof(sealed);
		struct ccm_error err = {0};
		struct ccm_buf plain;

		ccm_buf_init_secret(&plain);
		encrypt(ccm_key_public(key), params, ccm_span_of("secret"), sealed, &len);
		assert_true(ccm_key_decrypt(key, params, CCM_SPAN(sealed, len), &plain, &err));
		assert_string_equal(ccm_buf_str(&plain), "secret");
		assert_false(ccm_key_decrypt(key, params, CCM_SPAN(sealed, len - 1), &plain, &err));
		assert_int_equal(err.code, CCM_CRYPTO);
		assert_int_equal(plain.len, strlen("secret"));
		ccm_buf_clear(&plain);
	}
	ccm_key_unref(key);
}

static void
two_ec_keys_derive_one_secret(void **state)
{
	(void)state;
	for (enum test_kind kind = P256; kind <= P521; kind++) {
		EVP_PKEY *other = test_key_generate(kind);
		struct ccm_key *a = test_key_soft(kind), *b = ccm_key_soft_new(other, NULL);
		struct ccm_buf first = {.secret = true}, second = {.secret = true};

		assert_true(ccm_key_derive(a, ccm_key_public(b), NULL, &first, NULL));
		assert_true(ccm_key_derive(b, ccm_key_public(a), NULL, &second, NULL));
		assert_int_equal(first.len, (test_keys[kind].bits + 7) / 8);
		assert_true(ccm_span_equal(ccm_buf_span(&first), ccm_buf_span(&second)));
		ccm_buf_clear(&first);
		ccm_buf_clear(&second);
		ccm_key_unref(a);
		ccm_key_unref(b);
	}
}

static void
keys_refuse_what_their_kind_cannot(void **state)
{
	struct ccm_key *rsa = test_key_soft(RSA2048), *ec = test_key_soft(P256),
		       *other = test_key_soft(P384);
	struct ccm_buf out = {.secret = true};
	struct ccm_error err = {0};

	(void)state;
	assert_false(ccm_key_decrypt(ec, NULL, ccm_span_of("x"), &out, &err));
	assert_non_null(strstr(err.msg, "EC key cannot decrypt"));
	ccm_error_clear(&err);
	assert_false(ccm_key_derive(rsa, ccm_key_public(ec), NULL, &out, &err));
	assert_non_null(strstr(err.msg, "RSA key cannot derive"));
	ccm_error_clear(&err);
	assert_false(ccm_key_derive(ec, ccm_key_public(other), NULL, &out, &err));
	assert_non_null(strstr(err.msg, "EC key cannot derive"));
	assert_int_equal(out.len, 0);
	ccm_key_unref(rsa);
	ccm_key_unref(ec);
	ccm_key_unref(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_public_half_has_no_private_one),
	    cmocka_unit_test(facts_are_those_of_the_kind),
	    cmocka_unit_test(no_key_at_all_is_another_kind),
	    cmocka_unit_test(a_public_key_comes_from_its_spki),
	    cmocka_unit_test(every_way_to_sign_verifies_or_says_why_not),
	    cmocka_unit_test(ways_to_sign_with_one_key_do_not_mix),
	    cmocka_unit_test(a_failed_signature_does_not_spoil_the_signer),
	    cmocka_unit_test(a_signer_keeps_its_key_alive),
	    cmocka_unit_test(many_threads_sign_with_one_key),
	    cmocka_unit_test(rsa_decrypts_as_the_parameters_say),
	    cmocka_unit_test(two_ec_keys_derive_one_secret),
	    cmocka_unit_test(keys_refuse_what_their_kind_cannot),
	};

	return cmocka_run_group_tests(tests, test_keys_make, test_keys_free);
}
