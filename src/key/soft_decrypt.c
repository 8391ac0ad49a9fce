/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decrypting by a key in this process. OpenSSL before 3.2 tells a wrong PKCS#1 v1.5 padding from a
 * right one, by its answer and by the time that it takes; so it does the bare RSA operation only,
 * and the padding is undone here, with bytes made up in the place of a wrong one's message.
 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <string.h>

#include "core/crypto.h"
#include "key/rsa_padding.h"
#include "key/soft.h"

#define SIZE_MAX_BYTES 2048 /* of a modulus: 16384 bits */

static bool
decrypt(const struct ccm_key *key, const OSSL_PARAM *params, struct ccm_span input,
    struct ccm_buf *out, struct ccm_error *err)
{
	EVP_PKEY_CTX *ctx = ccm_soft_context(key, err);
	size_t len = 0;
	bool ok = false;

	if (ctx == NULL)
		return false;
	if (EVP_PKEY_decrypt_init(ctx) != 1 || !ccm_pkey_context_set_cipher(ctx, params) ||
	    EVP_PKEY_decrypt(ctx, NULL, &len, input.data, input.len) != 1) {
		ccm_fail_openssl(err, "%s key cannot decrypt like this",
		    EVP_PKEY_get0_type_name(ccm_key_public(key)));
	} else if (ccm_buf_reserve(out, len, err)) {
		ok = EVP_PKEY_decrypt(ctx, out->data + out->len, &len, input.data, input.len) == 1;
		if (!ok)
			ccm_fail_openssl(err, "decrypting %zu bytes", input.len);
	}
	if (ok)
		out->data[out->len += len] = '\0';
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

/* Which is what OpenSSL does when nobody says. */
static bool
is_pkcs1(const OSSL_PARAM *params)
{
	const OSSL_PARAM *mode =
	    params != NULL ? OSSL_PARAM_locate_const(params, OSSL_ASYM_CIPHER_PARAM_PAD_MODE)
			   : NULL;
	const char *name = NULL;
	int number = 0;

	if (mode == NULL)
		return true;
	if (OSSL_PARAM_get_utf8_string_ptr(mode, &name) == 1)
		return strcmp(name, OSSL_PKEY_RSA_PAD_MODE_PKCSV15) == 0;
	return OSSL_PARAM_get_int(mode, &number) == 1 && number == RSA_PKCS1_PADDING;
}

/* A secret of the key's, in every process the same, and of the cipher text. */
static bool
make_seed(const struct ccm_key *key, struct ccm_span input, unsigned char *seed, size_t *len,
    struct ccm_error *err)
{
	struct ccm_buf exponent = {.secret = true};
	struct ccm_hmac_input hmac = {.digest = "SHA256", .text = input};
	unsigned char secret[EVP_MAX_MD_SIZE];
	BIGNUM *d = NULL;
	bool ok;

	if (EVP_PKEY_get_bn_param(ccm_key_soft_pkey(key), OSSL_PKEY_PARAM_RSA_D, &d) != 1)
		return ccm_fail_openssl(err, "a private key without its exponent");
	ok = ccm_buf_reserve(&exponent, SIZE_MAX_BYTES, err);
	if (ok) {
		int width = (int)ccm_pkey_signature_size(ccm_key_public(key));

		exponent.len = (size_t)BN_bn2binpad(d, exponent.data, width);
		ok = ccm_digest("SHA256", ccm_buf_span(&exponent), secret, &hmac.key.len, err);
	}
	hmac.key.data = secret;
	ok = ok && ccm_hmac(&hmac, seed, len, err);
	BN_clear_free(d);
	ccm_buf_clear(&exponent);
	OPENSSL_cleanse(secret, sizeof(secret));
	return ok;
}

static bool
decrypt_pkcs1(
    const struct ccm_key *key, struct ccm_span input, struct ccm_buf *out, struct ccm_error *err)
{
	const OSSL_PARAM raw[] = {OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_PAD_MODE,
				      (char *)OSSL_PKEY_RSA_PAD_MODE_NONE, 0),
	    OSSL_PARAM_construct_end()};
	size_t size = ccm_pkey_signature_size(ccm_key_public(key)), seed_len;
	unsigned char seed[EVP_MAX_MD_SIZE];
	struct ccm_buf padded = {.secret = true};
	bool ok;

	if (input.len != size || size > SIZE_MAX_BYTES)
		return ccm_fail(err, CCM_CRYPTO, "%zu bytes to decrypt with an RSA key of %zu bits",
		    input.len, 8 * size);
	ok = decrypt(key, raw, input, &padded, err) &&
	     make_seed(key, input, seed, &seed_len, err) &&
	     ccm_rsa_unpad_pkcs1(ccm_buf_span(&padded), CCM_SPAN(seed, seed_len), out, err);
	ccm_buf_clear(&padded);
	OPENSSL_cleanse(seed, sizeof(seed));
	return ok;
}

bool
ccm_soft_decrypt(struct ccm_key *key, const OSSL_PARAM *params, struct ccm_span input,
    struct ccm_buf *out, struct ccm_error *err)
{
	if (ccm_key_type(key) == CCM_KEY_RSA && is_pkcs1(params))
		return decrypt_pkcs1(key, input, out, err);
	return decrypt(key, params, input, out, err);
}
