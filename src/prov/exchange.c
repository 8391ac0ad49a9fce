/* SPDX-License-Identifier: Apache-2.0 */
/* ECDH, with and without a key derivation function. */
#include "prov/operation.h"

#include <openssl/evp.h>

#include "core/crypto.h"

static OSSL_FUNC_keyexch_newctx_fn exchange_new;
static OSSL_FUNC_keyexch_freectx_fn exchange_free;
static OSSL_FUNC_keyexch_dupctx_fn exchange_dup;
static OSSL_FUNC_keyexch_init_fn exchange_init;
static OSSL_FUNC_keyexch_set_peer_fn exchange_set_peer;
static OSSL_FUNC_keyexch_derive_fn exchange_derive;
static OSSL_FUNC_keyexch_gettable_ctx_params_fn exchange_gettable_params;
static OSSL_FUNC_keyexch_settable_ctx_params_fn exchange_settable_params;

struct exchange {
	struct ccm_prov_operation op;
	EVP_PKEY *peer;
};

static void *
exchange_new(void *provctx)
{
	return ccm_prov_operation_new(provctx, "key exchange", sizeof(struct exchange));
}

static void
exchange_free(void *vctx)
{
	struct exchange *exchange = vctx;

	if (exchange == NULL)
		return;
	EVP_PKEY_free(exchange->peer);
	ccm_prov_operation_clear(&exchange->op);
	ccm_free(exchange);
}

static void *
exchange_dup(void *vctx)
{
	const struct exchange *exchange = vctx;
	struct exchange *copy = exchange_new((void *)exchange->op.prov);

	if (copy == NULL || !ccm_prov_operation_copy(&exchange->op, &copy->op)) {
		exchange_free(copy);
		return NULL;
	}
	if (exchange->peer != NULL && EVP_PKEY_up_ref(exchange->peer) == 1)
		copy->peer = exchange->peer;
	return copy;
}

static int
exchange_init(void *vctx, void *provkey, const OSSL_PARAM params[])
{
	struct exchange *exchange = vctx;

	EVP_PKEY_free(exchange->peer);
	exchange->peer = NULL;
	return ccm_prov_operation_init(&exchange->op, provkey, true) &&
	       EVP_PKEY_derive_init_ex(exchange->op.ctx, params) == 1 &&
	       ccm_prov_operation_note(&exchange->op, params);
}

/* OpenSSL has validated the peer's key, or was told not to. */
static int
exchange_set_peer(void *vctx, void *provkey)
{
	struct exchange *exchange = vctx;
	EVP_PKEY *peer = ccm_prov_key_public(provkey);

	if (peer == NULL || exchange->op.ctx == NULL || EVP_PKEY_up_ref(peer) != 1)
		return 0;
	EVP_PKEY_free(exchange->peer);
	exchange->peer = peer;
	return EVP_PKEY_derive_set_peer_ex(exchange->op.ctx, peer, 0) == 1;
}

static int
exchange_derive(void *vctx, unsigned char *secret, size_t *secret_len, size_t out_len)
{
	struct exchange *exchange = vctx;
	const struct ccm_prov_operation *op = &exchange->op;
	struct ccm_error err = {0};
	struct ccm_buf result;

	*secret_len = out_len;
	if (op->ctx == NULL || exchange->peer == NULL)
		return ccm_prov_operation_fail(op, CCM_USAGE, "no key, or none of the peer");
	if (op->private == NULL || secret == NULL)
		return EVP_PKEY_derive(op->ctx, secret, secret_len) == 1;
	ccm_buf_init_secret(&result);
	if (!ccm_key_derive(op->private, exchange->peer, op->params, &result, &err)) {
		ccm_buf_clear(&result);
		return ccm_prov_raise(op->prov, op->what, &err);
	}
	return ccm_prov_operation_answer(op, &result, secret, secret_len);
}

static const OSSL_PARAM *
table_of(const OSSL_PARAM *(*table)(const EVP_KEYEXCH *))
{
	EVP_KEYEXCH *method = EVP_KEYEXCH_fetch(
	    ccm_crypto_context(NULL), ccm_prov_ec.exchange, CCM_CRYPTO_PROPERTIES);
	const OSSL_PARAM *params = method != NULL ? table(method) : NULL;

	EVP_KEYEXCH_free(method);
	return params;
}

static const OSSL_PARAM *
exchange_gettable_params(void *vctx, void *provctx)
{
	(void)vctx, (void)provctx;
	return table_of(EVP_KEYEXCH_gettable_ctx_params);
}

static const OSSL_PARAM *
exchange_settable_params(void *vctx, void *provctx)
{
	(void)vctx, (void)provctx;
	return table_of(EVP_KEYEXCH_settable_ctx_params);
}

static const OSSL_DISPATCH functions[] = {
    {OSSL_FUNC_KEYEXCH_NEWCTX, (void (*)(void))exchange_new},
    {OSSL_FUNC_KEYEXCH_FREECTX, (void (*)(void))exchange_free},
    {OSSL_FUNC_KEYEXCH_DUPCTX, (void (*)(void))exchange_dup},
    {OSSL_FUNC_KEYEXCH_INIT, (void (*)(void))exchange_init},
    {OSSL_FUNC_KEYEXCH_SET_PEER, (void (*)(void))exchange_set_peer},
    {OSSL_FUNC_KEYEXCH_DERIVE, (void (*)(void))exchange_derive},
    {OSSL_FUNC_KEYEXCH_GET_CTX_PARAMS, (void (*)(void))ccm_prov_operation_get_params},
    {OSSL_FUNC_KEYEXCH_GETTABLE_CTX_PARAMS, (void (*)(void))exchange_gettable_params},
    {OSSL_FUNC_KEYEXCH_SET_CTX_PARAMS, (void (*)(void))ccm_prov_operation_set_params},
    {OSSL_FUNC_KEYEXCH_SETTABLE_CTX_PARAMS, (void (*)(void))exchange_settable_params},
    {0, NULL},
};

const OSSL_ALGORITHM ccm_prov_exchanges[] = {
    {"ECDH", CCM_PROV_PROPERTIES, functions, "CCM ECDH"},
    {0},
};
