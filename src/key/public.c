/* SPDX-License-Identifier: Apache-2.0 */
/* What public keys do besides verifying. */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

#include "core/crypto.h"
#include "key/key.h"

static EVP_PKEY_CTX *
context_of(EVP_PKEY *pkey, struct ccm_error *err)
{
	OSSL_LIB_CTX *context = ccm_crypto_context(err);
	EVP_PKEY_CTX *ctx = NULL;

	if (context != NULL)
		ctx = EVP_PKEY_CTX_new_from_pkey(context, pkey, CCM_CRYPTO_PROPERTIES);
	if (ctx == NULL)
		ccm_fail_openssl(err, "context of a public key");
	return ctx;
}

/* One of two calls of the same shape, which tells the size first. */
typedef int apply_fn(
    EVP_PKEY_CTX *ctx, unsigned char *out, size_t *out_len, const unsigned char *in, size_t in_len);

static bool
apply(
    EVP_PKEY_CTX *ctx, apply_fn *fn, struct ccm_span in, struct ccm_buf *out, struct ccm_error *err)
{
	size_t len = 0;

	if (fn(ctx, NULL, &len, in.data, in.len) != 1)
		return ccm_fail_openssl(err, "public key and %zu bytes", in.len);
	if (!ccm_buf_reserve(out, len, err))
		return false;
	if (fn(ctx, out->data + out->len, &len, in.data, in.len) != 1)
		return ccm_fail_openssl(err, "public key and %zu bytes", in.len);
	out->data[out->len += len] = '\0';
	return true;
}

/* A number for RSA without padding, with zeros before it until it is as long as the modulus. */
static bool
widen(EVP_PKEY_CTX *ctx, struct ccm_span *number, struct ccm_buf *room, struct ccm_error *err)
{
	size_t size = ccm_pkey_signature_size(EVP_PKEY_CTX_get0_pkey(ctx));
	static const unsigned char zeros[64];
	bool ok = true;

	if (number->len >= size)
		return true;
	while (ok && room->len + number->len < size) {
		size_t missing = size - room->len - number->len;

		ok = ccm_buf_append(
		    room, zeros, missing < sizeof(zeros) ? missing : sizeof(zeros), err);
	}
	ok = ok && ccm_buf_append(room, number->data, number->len, err);
	*number = ccm_buf_span(room);
	return ok;
}

static bool
is_raw(const OSSL_PARAM *params)
{
	const OSSL_PARAM *mode = OSSL_PARAM_locate_const(params, OSSL_ASYM_CIPHER_PARAM_PAD_MODE);
	const char *name = NULL;

	return mode != NULL && OSSL_PARAM_get_utf8_string_ptr(mode, &name) == 1 &&
	       strcmp(name, OSSL_PKEY_RSA_PAD_MODE_NONE) == 0;
}

bool
ccm_pkey_encrypt(EVP_PKEY *pkey, const OSSL_PARAM *params, struct ccm_span input,
    struct ccm_buf *out, struct ccm_error *err)
{
	EVP_PKEY_CTX *ctx = context_of(pkey, err);
	struct ccm_buf room = {.secret = true};
	bool ok = ctx != NULL;

	if (ok && (EVP_PKEY_encrypt_init(ctx) != 1 || !ccm_pkey_context_set_cipher(ctx, params)))
		ok = ccm_fail(err, CCM_UNSUPPORTED, "%s keys do not encrypt like this",
		    EVP_PKEY_get0_type_name(pkey));
	if (ok && is_raw(params))
		ok = widen(ctx, &input, &room, err);
	ok = ok && apply(ctx, EVP_PKEY_encrypt, input, out, err);
	ccm_buf_clear(&room);
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

bool
ccm_pkey_recover(EVP_PKEY *pkey, enum ccm_padding padding, struct ccm_span signature,
    struct ccm_buf *out, struct ccm_error *err)
{
	const char *mode =
	    padding == CCM_PAD_NONE ? OSSL_PKEY_RSA_PAD_MODE_NONE : OSSL_PKEY_RSA_PAD_MODE_PKCSV15;
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, (char *)mode, 0),
	    OSSL_PARAM_construct_end()};
	EVP_PKEY_CTX *ctx = context_of(pkey, err);
	bool ok = ctx != NULL;

	if (ok && (EVP_PKEY_verify_recover_init(ctx) != 1 || !ccm_pkey_context_set(ctx, params)))
		ok = ccm_fail(
		    err, CCM_UNSUPPORTED, "%s keys do not recover", EVP_PKEY_get0_type_name(pkey));
	ok = ok && apply(ctx, EVP_PKEY_verify_recover, signature, out, err);
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

EVP_PKEY *
ccm_pkey_peer(const EVP_PKEY *ours, struct ccm_span point, struct ccm_error *err)
{
	EVP_PKEY *peer = EVP_PKEY_new();

	if (peer != NULL && EVP_PKEY_copy_parameters(peer, ours) == 1 &&
	    EVP_PKEY_set1_encoded_public_key(peer, point.data, point.len) == 1)
		return peer;
	EVP_PKEY_free(peer);
	ccm_fail_openssl(err, "%zu bytes are no point of the curve", point.len);
	return NULL;
}
