/* SPDX-License-Identifier: Apache-2.0 */
#include "key/key.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "core/crypto.h"
#include "key/backend.h"

struct ccm_signer {
	struct ccm_key *key;
	void *state; /* the back end's */
};

/* OpenSSL has no way to take a public key out of a pair but this: as parameters, and back. */
static EVP_PKEY *
public_half(EVP_PKEY *pkey, struct ccm_error *err)
{
	OSSL_LIB_CTX *context = ccm_crypto_context(err);
	EVP_PKEY_CTX *ctx = NULL;
	OSSL_PARAM *params = NULL;
	EVP_PKEY *half = NULL;

	if (context == NULL)
		return NULL;
	ctx = ccm_pkey_context(EVP_PKEY_get0_type_name(pkey), err);
	if (ctx == NULL || EVP_PKEY_todata(pkey, EVP_PKEY_PUBLIC_KEY, &params) != 1 ||
	    EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &half, EVP_PKEY_PUBLIC_KEY, params) != 1)
		ccm_fail_openssl(err, "public half of a private key");
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	return half;
}

bool
ccm_key_init(
    struct ccm_key *key, const struct ccm_key_ops *ops, EVP_PKEY *pkey, struct ccm_error *err)
{
	key->ops = ops;
	atomic_init(&key->refs, 1);
	key->public_half = public_half(pkey, err);
	return key->public_half != NULL;
}

struct ccm_key *
ccm_key_ref(struct ccm_key *key)
{
	atomic_fetch_add_explicit(&key->refs, 1, memory_order_relaxed);
	return key;
}

void
ccm_key_unref(struct ccm_key *key)
{
	if (key == NULL || atomic_fetch_sub_explicit(&key->refs, 1, memory_order_acq_rel) != 1)
		return;
	EVP_PKEY_free(key->public_half);
	key->ops->free(key);
}

enum ccm_key_type
ccm_key_type(const struct ccm_key *key)
{
	return ccm_pkey_type(key->public_half);
}

EVP_PKEY *
ccm_key_public(const struct ccm_key *key)
{
	return key->public_half;
}

struct ccm_signer *
ccm_signer_new(struct ccm_key *key, const struct ccm_sign_params *params, struct ccm_error *err)
{
	struct ccm_signer *signer = ccm_alloc(sizeof(*signer), err);

	if (signer == NULL)
		return NULL;
	if (!key->ops->sign_init(key, params, &signer->state, err)) {
		ccm_free(signer);
		return NULL;
	}
	signer->key = ccm_key_ref(key);
	return signer;
}

bool
ccm_signer_sign(struct ccm_signer *signer, struct ccm_span input, unsigned char *out,
    size_t *out_len, struct ccm_error *err)
{
	return signer->key->ops->sign(signer->state, input, out, out_len, err);
}

void
ccm_signer_free(struct ccm_signer *signer)
{
	if (signer == NULL)
		return;
	signer->key->ops->sign_free(signer->state);
	ccm_key_unref(signer->key);
	ccm_free(signer);
}

bool
ccm_key_decrypt(struct ccm_key *key, const OSSL_PARAM *params, struct ccm_span input,
    struct ccm_buf *out, struct ccm_error *err)
{
	if (key->ops->decrypt == NULL)
		return ccm_fail(err, CCM_UNSUPPORTED, "%s keys do not decrypt", key->ops->name);
	return key->ops->decrypt(key, params, input, out, err);
}

bool
ccm_key_derive(struct ccm_key *key, EVP_PKEY *peer, const OSSL_PARAM *params, struct ccm_buf *out,
    struct ccm_error *err)
{
	if (key->ops->derive == NULL)
		return ccm_fail(err, CCM_UNSUPPORTED, "%s keys do not derive", key->ops->name);
	return key->ops->derive(key, peer, params, out, err);
}
