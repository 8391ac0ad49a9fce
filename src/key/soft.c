/* SPDX-License-Identifier: Apache-2.0 */
/* The soft back end: the private key is an EVP_PKEY in this process. */
#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "core/crypto.h"
#include "key/backend.h"
#include "key/private.h"
#include "key/soft.h"

/* Enough for as many threads as sign with one key at a time; those beyond prepare anew. */
#define READY_MAX 8

/* A prepared context signs as often as one likes, and preparing costs as much as a signature of
 * P-256 does: what was used is kept with its key for the next who asks for the same. */
struct soft_signer {
	struct ccm_pkey_operation op;
	struct soft_key *key;
	struct ccm_sign_params params; /* its names are those here */
	char digest[32], mgf1_digest[32];
	bool reusable;
};

struct soft_key {
	struct ccm_key base;
	EVP_PKEY *pkey;
	_Atomic(struct soft_signer *) ready[READY_MAX];
};

static const struct ccm_key_ops soft_ops;

static EVP_PKEY *
soft_pkey(const struct ccm_key *key)
{
	return ((const struct soft_key *)key)->pkey;
}

static bool
same_name(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same_params(const struct ccm_sign_params *a, const struct ccm_sign_params *b)
{
	return a->padding == b->padding && a->salt_len == b->salt_len &&
	       same_name(a->digest, b->digest) && same_name(a->mgf1_digest, b->mgf1_digest);
}

static void
signer_free(struct soft_signer *signer)
{
	if (signer != NULL)
		ccm_pkey_operation_clear(&signer->op);
	ccm_free(signer);
}

/* Whoever takes one out has it alone. */
static struct soft_signer *
take_ready(struct soft_key *key, const struct ccm_sign_params *params)
{
	for (size_t i = 0; i < READY_MAX; i++) {
		struct soft_signer *signer =
		    atomic_load_explicit(&key->ready[i], memory_order_relaxed) != NULL
			? atomic_exchange(&key->ready[i], NULL)
			: NULL;

		if (signer != NULL && same_params(&signer->params, params))
			return signer;
		if (signer != NULL)
			signer_free(atomic_exchange(&key->ready[i], signer));
	}
	return NULL;
}

/* The last place is everybody's, so that signers of other kinds do not fill them for good. */
static void
keep_ready(struct soft_key *key, struct soft_signer *signer)
{
	struct soft_signer *none;

	for (size_t i = 0; i + 1 < READY_MAX; i++) {
		none = NULL;
		if (atomic_load_explicit(&key->ready[i], memory_order_relaxed) == NULL &&
		    atomic_compare_exchange_strong(&key->ready[i], &none, signer))
			return;
	}
	signer_free(atomic_exchange(&key->ready[READY_MAX - 1], signer));
}

static bool
keep_name(char *room, size_t size, const char *name, const char **kept)
{
	if (name == NULL)
		return true;
	*kept = room;
	return snprintf(room, size, "%s", name) < (int)size;
}

static void
keep_params(struct soft_signer *signer, const struct ccm_sign_params *params)
{
	signer->params.padding = params->padding;
	signer->params.salt_len = params->salt_len;
	signer->reusable = keep_name(signer->digest, sizeof(signer->digest), params->digest,
			       &signer->params.digest) &&
			   keep_name(signer->mgf1_digest, sizeof(signer->mgf1_digest),
			       params->mgf1_digest, &signer->params.mgf1_digest);
}

static bool
soft_sign_init(
    struct ccm_key *base, const struct ccm_sign_params *params, void **state, struct ccm_error *err)
{
	struct soft_key *key = (struct soft_key *)base;
	struct soft_signer *signer = take_ready(key, params);

	if (signer == NULL) {
		signer = ccm_alloc(sizeof(*signer), err);
		if (signer == NULL)
			return false;
		if (!ccm_pkey_sign_init(&signer->op, key->pkey, params, err)) {
			ccm_free(signer);
			return false;
		}
		signer->key = key;
		keep_params(signer, params);
	}
	*state = signer;
	return true;
}

static bool
soft_sign(
    void *state, struct ccm_span input, unsigned char *out, size_t *out_len, struct ccm_error *err)
{
	return ccm_pkey_operation_sign(state, input, out, out_len, err);
}

static void
soft_sign_free(void *state)
{
	struct soft_signer *signer = state;

	if (signer->reusable)
		keep_ready(signer->key, signer);
	else
		signer_free(signer);
}

EVP_PKEY_CTX *
ccm_soft_context(const struct ccm_key *key, struct ccm_error *err)
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
soft_derive(struct ccm_key *key, EVP_PKEY *peer, const OSSL_PARAM *params, struct ccm_buf *out,
    struct ccm_error *err)
{
	EVP_PKEY_CTX *ctx = ccm_soft_context(key, err);
	size_t len = 0;
	bool ok = false;

	if (ctx == NULL)
		return false;
	if (EVP_PKEY_derive_init(ctx) != 1 || !ccm_pkey_context_set(ctx, params) ||
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
soft_free(struct ccm_key *base)
{
	struct soft_key *key = (struct soft_key *)base;

	for (size_t i = 0; i < READY_MAX; i++)
		signer_free(atomic_load(&key->ready[i]));
	EVP_PKEY_free(key->pkey);
	ccm_free(key);
}

static const struct ccm_key_ops soft_ops = {
    .name = "soft",
    .sign_init = soft_sign_init,
    .sign = soft_sign,
    .sign_free = soft_sign_free,
    .decrypt = ccm_soft_decrypt,
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
