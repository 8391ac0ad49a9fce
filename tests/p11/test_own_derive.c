/* SPDX-License-Identifier: Apache-2.0 */

/* What two keys agree on. OpenSSL has the other one. */

#include "own.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/x509.h>

static CK_BYTE p384[] = {6, 5, 0x2B, 0x81, 4, 0, 0x22}, p521[] = {6, 5, 0x2B, 0x81, 4, 0, 0x23};
static CK_BYTE message[] = "shared by both";
static CK_OBJECT_HANDLE public_key, private_key;

static CK_RV
generate(CK_ATTRIBUTE *for_public, CK_ATTRIBUTE *for_private, CK_ULONG count)
{
	CK_MECHANISM mechanism = {CKM_EC_KEY_PAIR_GEN, NULL, 0};

	return p11->C_GenerateKeyPair(
	    session, &mechanism, for_public, 1, for_private, count, &public_key, &private_key);
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

struct peer {
	EVP_PKEY *pkey;
	CK_BYTE bare[140], der[143];
	CK_ULONG bare_len, der_len;
};

static struct peer
make_peer(const char *curve)
{
	struct peer peer = {.pkey = EVP_EC_gen(curve)};
	size_t len, header = 2;

	EVP_PKEY_get_octet_string_param(
	    peer.pkey, "encoded-pub-key", peer.bare, sizeof(peer.bare), &len);
	peer.der[0] = 4;
	peer.der[1] = (CK_BYTE)len;
	if (len > 127) {
		peer.der[1] = 0x81;
		peer.der[2] = (CK_BYTE)len;
		header = 3;
	}
	memcpy(peer.der + header, peer.bare, len);
	peer.bare_len = len;
	peer.der_len = len + header;
	return peer;
}

static size_t
agree(const struct peer *peer, CK_BYTE *out)
{
	EVP_PKEY *ours = public_half(public_key);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, peer->pkey, NULL);
	size_t len = 66;

	assert_int_equal(EVP_PKEY_derive_init(ctx), 1);
	assert_int_equal(EVP_PKEY_derive_set_peer(ctx, ours), 1);
	assert_int_equal(EVP_PKEY_derive(ctx, out, &len), 1);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(ours);
	return len;
}

static void
x963(const char *digest, const CK_BYTE *shared, size_t shared_len, CK_BYTE *out, size_t len)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "X963KDF", NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string("digest", (char *)digest, 0),
	    OSSL_PARAM_construct_octet_string("secret", (void *)shared, shared_len),
	    OSSL_PARAM_construct_octet_string("info", message, sizeof(message)),
	    OSSL_PARAM_construct_end(),
	};

	assert_int_equal(EVP_KDF_derive(ctx, out, len, params), 1);
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
}

static CK_RV
derive(CK_ECDH1_DERIVE_PARAMS *ecdh, CK_ATTRIBUTE *template, CK_ULONG count, CK_OBJECT_HANDLE *key)
{
	CK_MECHANISM mechanism = {CKM_ECDH1_DERIVE, ecdh, sizeof(*ecdh)};

	return p11->C_DeriveKey(session, &mechanism, private_key, template, count, key);
}

static void
make_deriving(CK_BYTE *curve, CK_ULONG len)
{
	CK_ATTRIBUTE wanted = {CKA_EC_PARAMS, curve, len}, may = NUMBER(CKA_DERIVE, yes);

	assert_ok(generate(&wanted, &may, 1));
}

static void
test_two_keys_agree_on_a_secret(void **state)
{
	static const struct {
		const char *name;
		CK_BYTE *curve;
		CK_ULONG len;
	} curves[] = {{"P-256", p256, sizeof(p256)}, {"P-384", p384, sizeof(p384)},
	    {"P-521", p521, sizeof(p521)}};
	CK_ULONG shorter = 20, aes_len = 16;

	(void)state;
	for (size_t i = 0; i < COUNT(curves); i++) {
		struct peer peer = make_peer(curves[i].name);
		CK_ECDH1_DERIVE_PARAMS bare = {CKD_NULL, 0, NULL, peer.bare_len, peer.bare},
				       der = {CKD_NULL, 0, NULL, peer.der_len, peer.der};
		CK_ATTRIBUTE template[] = {
		    CLASS(secret), NUMBER(CKA_KEY_TYPE, generic), NUMBER(CKA_VALUE_LEN, shorter)};
		CK_ATTRIBUTE for_aes[] = {
		    NUMBER(CKA_KEY_TYPE, aes), NUMBER(CKA_VALUE_LEN, aes_len)};
		CK_BYTE want[66];
		CK_OBJECT_HANDLE key;
		size_t len;

		make_deriving(curves[i].curve, curves[i].len);
		len = agree(&peer, want);
		assert_ok(derive(&bare, template, 2, &key));
		assert_shows(key, CKA_VALUE, want, len);
		assert_shows(key, CKA_LOCAL, &no, 1);
		assert_ok(derive(&der, template, 3, &key)); /* what is too much goes first */
		assert_shows(key, CKA_VALUE, want + len - 20, 20);
		assert_ok(derive(&der, for_aes, 2, &key));
		assert_shows(key, CKA_VALUE, want + len - 16, 16);
		assert_ok(derive(&bare, NULL, 0, &key));
		assert_shows(key, CKA_VALUE, want, len);
		EVP_PKEY_free(peer.pkey);
	}
}

static void
test_secrets_are_expanded(void **state)
{
	static const struct {
		CK_ULONG kdf;
		const char *digest;
	} kdfs[] = {{CKD_SHA1_KDF, "SHA1"}, {CKD_SHA224_KDF, "SHA224"}, {CKD_SHA256_KDF, "SHA256"},
	    {CKD_SHA384_KDF, "SHA384"}, {CKD_SHA512_KDF, "SHA512"}};
	CK_ULONG long_len = 100;
	CK_ATTRIBUTE template[] = {NUMBER(CKA_KEY_TYPE, generic), NUMBER(CKA_VALUE_LEN, long_len)};
	struct peer peer = make_peer("P-256");

	(void)state;
	make_deriving(p256, sizeof(p256));
	for (size_t i = 0; i < COUNT(kdfs); i++) {
		CK_ECDH1_DERIVE_PARAMS ecdh = {
		    kdfs[i].kdf, sizeof(message), message, peer.bare_len, peer.bare};
		CK_BYTE shared[66], want[100];
		CK_OBJECT_HANDLE key;

		x963(kdfs[i].digest, shared, agree(&peer, shared), want, sizeof(want));
		assert_ok(derive(&ecdh, template, 2, &key));
		assert_shows(key, CKA_VALUE, want, sizeof(want));
		assert_rv(CKR_TEMPLATE_INCOMPLETE, derive(&ecdh, template, 1, &key));
	}
	EVP_PKEY_free(peer.pkey);
}

static void
test_what_cannot_be_agreed_on_is_refused(void **state)
{
	struct peer peer = make_peer("P-256"), other = make_peer("P-384");
	CK_ECDH1_DERIVE_PARAMS good = {CKD_NULL, 0, NULL, peer.bare_len, peer.bare},
			       wrong[] = {
				   {CKD_NULL, 0, NULL, other.bare_len, other.bare},
				   {CKD_NULL, 0, NULL, sizeof(off_curve), off_curve},
				   {CKD_NULL, 0, NULL, 0, peer.bare},
				   {CKD_NULL, 0, NULL, 1, NULL},
				   {CKD_NULL, 1, message, peer.bare_len, peer.bare},
				   {CKD_SHA256_KDF, 1, NULL, peer.bare_len, peer.bare},
				   {99, 0, NULL, peer.bare_len, peer.bare},
			       };
	CK_ULONG too_long = 33;
	CK_ATTRIBUTE template[] = {NUMBER(CKA_KEY_TYPE, generic), NUMBER(CKA_VALUE_LEN, too_long)};
	CK_ATTRIBUTE on_token = NUMBER(CKA_TOKEN, yes), curve = BYTES(CKA_EC_PARAMS, p256);
	CK_OBJECT_HANDLE key;

	(void)state;
	make_deriving(p256, sizeof(p256));
	for (size_t i = 0; i < COUNT(wrong); i++)
		if (derive(&wrong[i], template, 1, &key) != CKR_MECHANISM_PARAM_INVALID)
			fail_msg("parameter %zu passes", i);
	assert_rv(CKR_KEY_SIZE_RANGE, derive(&good, template, 2, &key));
	assert_rv(CKR_TOKEN_WRITE_PROTECTED, derive(&good, &on_token, 1, &key));
	assert_ok(generate(&curve, NULL, 0)); /* of which nobody said that it may derive */
	assert_rv(CKR_KEY_FUNCTION_NOT_PERMITTED, derive(&good, template, 1, &key));
	EVP_PKEY_free(peer.pkey);
	EVP_PKEY_free(other.pkey);
}

int
main(void)
{
#define started(test) cmocka_unit_test_setup_teardown(test, own_start, client_stop)
	const struct CMUnitTest tests[] = {
	    started(test_two_keys_agree_on_a_secret),
	    started(test_secrets_are_expanded),
	    started(test_what_cannot_be_agreed_on_is_refused),
	};

	return cmocka_run_group_tests_name("p11/derive", tests, own_load, own_unload);
}
