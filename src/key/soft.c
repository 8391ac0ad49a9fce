/* SPDX-License-Identifier: Apache-2.0 */
/* The soft back end: the private key is an EVP_PKEY in this process. */
#include <openssl/evp.h>

#include "core/crypto.h"
#include "key/backend.h"
#include "key/private.h"

struct soft_key {
	struct ccm_key base;
	EVP_PKEY *pkey;
};

static const struct ccm_key_ops soft_ops;

static EVP_PKEY *
soft_pkey(const struct ccm_key *key)
{
	return ((const struct soft_key *)key)->pkey;
}

static bool
soft_sign_init(
    struct ccm_key *key, const struct ccm_sign_params *params, void **state, struct ccm_error *err)
{
	struct ccm_pkey_operation *op = ccm_alloc(sizeof(*op), err);

	if (op == NULL)
		return false;
	if (!ccm_pkey_sign_init(op, soft_pkey(key), params, err)) {
		ccm_free(op);
		return false;
	}
	*state = op;
	return true;
}

static bool
soft_sign(
    void *state, struct ccm_span input, unsigned char *out, size_t *out_len, struct ccm_error *err)
{
	const struct ccm_pkey_operation *op = state;

	if (!ccm_pkey_check_input(op, input, err))
		return false;
	if (*out_len < op->signature_len)
		return ccm_fail(err, CCM_USAGE, "room for a signature of %zu bytes, it takes %zu",
		    *out_len, op->signature_len);
	if (EVP_PKEY_sign(op->ctx, out, out_len, input.data, input.len) != 1)
		return ccm_fail_openssl(err, "signing %zu bytes", input.len);
	return true;
}

static void
soft_sign_free(void *state)
{
	ccm_pkey_operation_clear(state);
	ccm_free(state);
}

static EVP_PKEY_CTX *
soft_context(struct ccm_key *key, struct ccm_error *err)
{
	OSSL_LIB_CTX *context = ccm_crypto_context(err);
	EVP_PKEY_CTX *ctx = NULL;

	if (context != NULL)
		ctx = EVP_PKEY_CTX_new_from_pkey(context, soft_pkey(key), CCM_CRYPTO_PROPERTIES);
	if (ctx == NULL)
		ccm_fail_openssl(
		    err, "context of a %s key", EVP_PKEY_get0_type_name(soft_pkey(key)));
	return ctx;
}

static bool
soft_decrypt(struct ccm_key *key, const OSSL_PARAM *params, struct ccm_span input,
    struct ccm_buf *out, struct ccm_error *err)
{
	EVP_PKEY_CTX *ctx = soft_context(key, err);
	size_t len = 0;
	bool ok = false;

	if (ctx == NULL)
		return false;
	if (EVP_PKEY_decrypt_init_ex(ctx, params) != 1 ||
	    EVP_PKEY_decrypt(ctx, NULL, &len, input.data, input.len) != 1) {
		ccm_fail_openssl(err, "%s key cannot decrypt like this",
		    EVP_PKEY_get0_type_name(soft_pkey(key)));
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

static bool
soft_derive(struct ccm_key *key, EVP_PKEY *peer, const OSSL_PARAM *params, struct ccm_buf *out,
    struct ccm_error *err)
{
	EVP_PKEY_CTX *ctx = soft_context(key, err);
	size_t len = 0;
	bool ok = false;

	if (ctx == NULL)
		return false;
	if (EVP_PKEY_derive_init_ex(ctx, params) != 1 ||
	    EVP_PKEY_derive_set_peer_ex(ctx, peer, 1) != 1 ||
	    EVP_PKEY_derive(ctx, NULL, &len) != 1) {
		ccm_fail_openssl(
		    err, "%s key cannot derive like this", EVP_PKEY_get0_type_name(soft_pkey(key)));
	} else if (ccm_buf_reserve(out, len, err)) {
		ok = EVP_PKEY_derive(ctx, out->data + out->len, &len) == 1;
		if (!ok)
			ccm_fail_openssl(err, "deriving a shared secret");
	}
	if (ok)
		out->data[out->len += len] = '\0';
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

static void
soft_free(struct ccm_key *key)
{
	EVP_PKEY_free(soft_pkey(key));
	ccm_free(key);
}

static const struct ccm_key_ops soft_ops = {
    .name = "soft",
    .sign_init = soft_sign_init,
    .sign = soft_sign,
    .sign_free = soft_sign_free,
    .decrypt = soft_decrypt,
    .derive = soft_derive,
    .free = soft_free,
};

EVP_PKEY *
ccm_key_soft_pkey(const struct ccm_key *key)
{
	return key->ops == &soft_ops ? soft_pkey(key) : NULL;
}

struct ccm_key *
ccm_key_soft_new(EVP_PKEY *take_pkey, struct ccm_error *err)
{
	struct soft_key *key = ccm_alloc(sizeof(*key), err);

	if (key == NULL || !ccm_key_init(&key->base, &soft_ops, take_pkey, err)) {
		EVP_PKEY_free(take_pkey);
		ccm_free(key);
		return NULL;
	}
	key->pkey = take_pkey;
	return &key->base;
}

struct ccm_key *
ccm_key_soft_from_pem(struct ccm_span pem, const char *passphrase, struct ccm_error *err)
{
	EVP_PKEY *pkey = ccm_private_from_pem(pem, passphrase, err);

	return pkey != NULL ? ccm_key_soft_new(pkey, err) : NULL;
}
