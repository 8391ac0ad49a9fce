/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519 signs the message itself, in one piece (RFC 8032 5.1). */
#include "prov/signature.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>
#include <strings.h>

#include "core/crypto.h"

#ifndef OSSL_SIGNATURE_PARAM_INSTANCE /* new in OpenSSL 3.2 */
#define OSSL_SIGNATURE_PARAM_INSTANCE "instance"
#endif

static OSSL_FUNC_signature_newctx_fn ed25519_new;
static OSSL_FUNC_signature_freectx_fn ed25519_free;
static OSSL_FUNC_signature_dupctx_fn ed25519_dup;
static OSSL_FUNC_signature_digest_sign_init_fn ed25519_sign_init;
static OSSL_FUNC_signature_digest_sign_fn ed25519_sign;
static OSSL_FUNC_signature_digest_verify_init_fn ed25519_verify_init;
static OSSL_FUNC_signature_digest_verify_fn ed25519_verify;
static OSSL_FUNC_signature_get_ctx_params_fn ed25519_get_params;
static OSSL_FUNC_signature_gettable_ctx_params_fn ed25519_gettable_params;
static OSSL_FUNC_signature_set_ctx_params_fn ed25519_set_params;
static OSSL_FUNC_signature_settable_ctx_params_fn ed25519_settable_params;

static void *
ed25519_new(void *provctx, const char *propq)
{
	(void)propq;
	return ccm_prov_operation_new(
	    provctx, "Ed25519 signature", sizeof(struct ccm_prov_operation));
}

static void
ed25519_free(void *vctx)
{
	if (vctx == NULL)
		return;
	ccm_prov_operation_clear(vctx);
	ccm_free(vctx);
}

static void *
ed25519_dup(void *vctx)
{
	const struct ccm_prov_operation *op = vctx;
	struct ccm_prov_operation *copy = ed25519_new((void *)op->prov, NULL);

	if (copy != NULL && ccm_prov_operation_copy(op, copy))
		return copy;
	ed25519_free(copy);
	return NULL;
}

/* Of the variants an account's key has the one without a context and without a digest. */
static int
ed25519_set_params(void *vctx, const OSSL_PARAM params[])
{
	struct ccm_prov_operation *op = vctx;
	const OSSL_PARAM *param = NULL;
	const char *instance;

	if (params != NULL && op->private != NULL)
		param = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_INSTANCE);
	if (param != NULL && (!OSSL_PARAM_get_utf8_string_ptr(param, &instance) ||
				 strcasecmp(instance, ccm_prov_ed25519.name) != 0))
		return ccm_prov_operation_fail(
		    op, CCM_UNSUPPORTED, "the account's keys sign as plain Ed25519 only");
	return ccm_prov_params_note(&op->params, params);
}

static int
init(struct ccm_prov_operation *op, const char *digest, void *provkey, const OSSL_PARAM params[],
    bool signing)
{
	if (digest != NULL && digest[0] != '\0')
		return ccm_prov_operation_fail(op, CCM_USAGE, "Ed25519 takes no digest");
	return ccm_prov_operation_take(op, provkey, signing) && ed25519_set_params(op, params);
}

static int
ed25519_sign_init(void *vctx, const char *digest, void *provkey, const OSSL_PARAM params[])
{
	return init(vctx, digest, provkey, params, true);
}

static int
ed25519_verify_init(void *vctx, const char *digest, void *provkey, const OSSL_PARAM params[])
{
	return init(vctx, digest, provkey, params, false);
}

static bool
sign_by_account(const struct ccm_prov_operation *op, unsigned char *out, size_t *out_len,
    struct ccm_span message)
{
	static const struct ccm_sign_params sign = {.padding = CCM_PAD_NONE};
	struct ccm_error err = {0};
	struct ccm_signer *signer;
	bool ok;

	if (out == NULL) {
		*out_len = ccm_pkey_signature_size(ccm_key_public(op->private));
		return true;
	}
	signer = ccm_signer_new(op->private, &sign, &err);
	ok = signer != NULL && ccm_signer_sign(signer, message, out, out_len, &err);
	ccm_signer_free(signer);
	return ok || ccm_prov_raise(op->prov, ccm_item_label(op->key->item), &err);
}

static bool
sign_by_default(const struct ccm_prov_operation *op, unsigned char *out, size_t *out_len,
    struct ccm_span message)
{
	EVP_PKEY *pkey = ccm_prov_key_public(op->key);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool ok = pkey != NULL && md != NULL &&
		  EVP_DigestSignInit_ex(md, NULL, NULL, ccm_crypto_context(NULL),
		      CCM_CRYPTO_PROPERTIES, pkey, op->params) == 1 &&
		  EVP_DigestSign(md, out, out_len, message.data, message.len) == 1;

	EVP_MD_CTX_free(md);
	return ok;
}

static int
ed25519_sign(void *vctx, unsigned char *out, size_t *out_len, size_t out_size,
    const unsigned char *message, size_t len)
{
	const struct ccm_prov_operation *op = vctx;

	*out_len = out_size;
	if (op->key == NULL)
		return ccm_prov_operation_fail(op, CCM_USAGE, "no key");
	return op->private != NULL ? sign_by_account(op, out, out_len, CCM_SPAN(message, len))
				   : sign_by_default(op, out, out_len, CCM_SPAN(message, len));
}

static int
ed25519_verify(void *vctx, const unsigned char *signature, size_t size,
    const unsigned char *message, size_t len)
{
	const struct ccm_prov_operation *op = vctx;
	EVP_PKEY *pkey = op->key != NULL ? ccm_prov_key_public(op->key) : NULL;
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	int ok = pkey != NULL && md != NULL &&
		 EVP_DigestVerifyInit_ex(md, NULL, NULL, ccm_crypto_context(NULL),
		     CCM_CRYPTO_PROPERTIES, pkey, op->params) == 1 &&
		 EVP_DigestVerify(md, signature, size, message, len) == 1;

	EVP_MD_CTX_free(md);
	return ok;
}

static int
ed25519_get_params(void *vctx, OSSL_PARAM params[])
{
	/* SEQUENCE { id-Ed25519 }: RFC 8410 3 */
	static const unsigned char algorithm[] = {0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70};
	OSSL_PARAM *param = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_ALGORITHM_ID);

	(void)vctx;
	return param == NULL || OSSL_PARAM_set_octet_string(param, algorithm, sizeof(algorithm));
}

static const OSSL_PARAM *
ed25519_gettable_params(void *vctx, void *provctx)
{
	(void)vctx, (void)provctx;
	return ccm_prov_signature_table(
	    ccm_prov_ed25519.signature, EVP_SIGNATURE_gettable_ctx_params);
}

/* None before OpenSSL 3.2. */
static const OSSL_PARAM *
ed25519_settable_params(void *vctx, void *provctx)
{
	static const OSSL_PARAM none[] = {OSSL_PARAM_END};
	const OSSL_PARAM *table =
	    ccm_prov_signature_table(ccm_prov_ed25519.signature, EVP_SIGNATURE_settable_ctx_params);

	(void)vctx, (void)provctx;
	return table != NULL ? table : none;
}

const OSSL_DISPATCH ccm_prov_ed25519_signature[] = {
    {OSSL_FUNC_SIGNATURE_NEWCTX, (void (*)(void))ed25519_new},
    {OSSL_FUNC_SIGNATURE_FREECTX, (void (*)(void))ed25519_free},
    {OSSL_FUNC_SIGNATURE_DUPCTX, (void (*)(void))ed25519_dup},
    {OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, (void (*)(void))ed25519_sign_init},
    {OSSL_FUNC_SIGNATURE_DIGEST_SIGN, (void (*)(void))ed25519_sign},
    {OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_INIT, (void (*)(void))ed25519_verify_init},
    {OSSL_FUNC_SIGNATURE_DIGEST_VERIFY, (void (*)(void))ed25519_verify},
    {OSSL_FUNC_SIGNATURE_GET_CTX_PARAMS, (void (*)(void))ed25519_get_params},
    {OSSL_FUNC_SIGNATURE_GETTABLE_CTX_PARAMS, (void (*)(void))ed25519_gettable_params},
    {OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, (void (*)(void))ed25519_set_params},
    {OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, (void (*)(void))ed25519_settable_params},
    {0, NULL},
};
