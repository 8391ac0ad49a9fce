/* SPDX-License-Identifier: Apache-2.0 */
/* Encryption with RSA (PKCS#1, TLS's variant of it, OAEP, none) and SM2. */
#include "prov/operation.h"

#include <openssl/evp.h>

#include "core/crypto.h"

static OSSL_FUNC_asym_cipher_newctx_fn cipher_new;
static OSSL_FUNC_asym_cipher_freectx_fn cipher_free;
static OSSL_FUNC_asym_cipher_dupctx_fn cipher_dup;
static OSSL_FUNC_asym_cipher_encrypt_init_fn cipher_encrypt_init;
static OSSL_FUNC_asym_cipher_encrypt_fn cipher_encrypt;
static OSSL_FUNC_asym_cipher_decrypt_init_fn cipher_decrypt_init;
static OSSL_FUNC_asym_cipher_decrypt_fn cipher_decrypt;

static void *
cipher_new(void *provctx)
{
	return ccm_prov_operation_new(
	    provctx, "asymmetric cipher", sizeof(struct ccm_prov_operation));
}

static void
cipher_free(void *vctx)
{
	if (vctx == NULL)
		return;
	ccm_prov_operation_clear(vctx);
	ccm_free(vctx);
}

static void *
cipher_dup(void *vctx)
{
	const struct ccm_prov_operation *op = vctx;
	struct ccm_prov_operation *copy = cipher_new((void *)op->prov);

	if (copy != NULL && ccm_prov_operation_copy(op, copy))
		return copy;
	cipher_free(copy);
	return NULL;
}

static int
cipher_encrypt_init(void *vctx, void *provkey, const OSSL_PARAM params[])
{
	struct ccm_prov_operation *op = vctx;

	return ccm_prov_operation_init(op, provkey, false) &&
	       EVP_PKEY_encrypt_init_ex(op->ctx, params) == 1;
}

static int
cipher_encrypt(void *vctx, unsigned char *out, size_t *out_len, size_t out_size,
    const unsigned char *in, size_t in_len)
{
	struct ccm_prov_operation *op = vctx;

	*out_len = out_size;
	return EVP_PKEY_encrypt(op->ctx, out, out_len, in, in_len) == 1;
}

/* An account's key decrypts by itself: the context, over its public half, holds the parameters. */
static int
cipher_decrypt_init(void *vctx, void *provkey, const OSSL_PARAM params[])
{
	struct ccm_prov_operation *op = vctx;

	if (!ccm_prov_operation_init(op, provkey, true))
		return 0;
	return EVP_PKEY_decrypt_init_ex(op->ctx, params) == 1 &&
	       ccm_prov_operation_note(op, params);
}

static int
cipher_decrypt(void *vctx, unsigned char *out, size_t *out_len, size_t out_size,
    const unsigned char *in, size_t in_len)
{
	struct ccm_prov_operation *op = vctx;
	struct ccm_error err = {0};
	struct ccm_buf result;

	*out_len = out_size;
	if (op->private == NULL || out == NULL)
		return EVP_PKEY_decrypt(op->ctx, out, out_len, in, in_len) == 1;
	ccm_buf_init_secret(&result);
	if (!ccm_key_decrypt(op->private, op->params, CCM_SPAN(in, in_len), &result, &err)) {
		ccm_buf_clear(&result);
		return ccm_prov_raise(op->prov, op->what, &err);
	}
	return ccm_prov_operation_answer(op, &result, out, out_len);
}

/* The default provider's table, which is static there. */
static const OSSL_PARAM *
table_of(const char *name, const OSSL_PARAM *(*table)(const EVP_ASYM_CIPHER *))
{
	EVP_ASYM_CIPHER *method =
	    EVP_ASYM_CIPHER_fetch(ccm_crypto_context(NULL), name, CCM_CRYPTO_PROPERTIES);
	const OSSL_PARAM *params = method != NULL ? table(method) : NULL;

	EVP_ASYM_CIPHER_free(method);
	return params;
}

#define TYPED_FUNCTIONS(type)                                                                      \
	static OSSL_FUNC_asym_cipher_gettable_ctx_params_fn type##_gettable_params;                \
	static OSSL_FUNC_asym_cipher_settable_ctx_params_fn type##_settable_params;                \
                                                                                                   \
	static const OSSL_PARAM *type##_gettable_params(void *vctx, void *provctx)                 \
	{                                                                                          \
		(void)vctx, (void)provctx;                                                         \
		return table_of(ccm_prov_##type.cipher, EVP_ASYM_CIPHER_gettable_ctx_params);      \
	}                                                                                          \
	static const OSSL_PARAM *type##_settable_params(void *vctx, void *provctx)                 \
	{                                                                                          \
		(void)vctx, (void)provctx;                                                         \
		return table_of(ccm_prov_##type.cipher, EVP_ASYM_CIPHER_settable_ctx_params);      \
	}                                                                                          \
	static const OSSL_DISPATCH type##_functions[] = {                                          \
	    {OSSL_FUNC_ASYM_CIPHER_NEWCTX, (void (*)(void))cipher_new},                            \
	    {OSSL_FUNC_ASYM_CIPHER_FREECTX, (void (*)(void))cipher_free},                          \
	    {OSSL_FUNC_ASYM_CIPHER_DUPCTX, (void (*)(void))cipher_dup},                            \
	    {OSSL_FUNC_ASYM_CIPHER_ENCRYPT_INIT, (void (*)(void))cipher_encrypt_init},             \
	    {OSSL_FUNC_ASYM_CIPHER_ENCRYPT, (void (*)(void))cipher_encrypt},                       \
	    {OSSL_FUNC_ASYM_CIPHER_DECRYPT_INIT, (void (*)(void))cipher_decrypt_init},             \
	    {OSSL_FUNC_ASYM_CIPHER_DECRYPT, (void (*)(void))cipher_decrypt},                       \
	    {OSSL_FUNC_ASYM_CIPHER_GET_CTX_PARAMS, (void (*)(void))ccm_prov_operation_get_params}, \
	    {OSSL_FUNC_ASYM_CIPHER_GETTABLE_CTX_PARAMS, (void (*)(void))type##_gettable_params},   \
	    {OSSL_FUNC_ASYM_CIPHER_SET_CTX_PARAMS, (void (*)(void))ccm_prov_operation_set_params}, \
	    {OSSL_FUNC_ASYM_CIPHER_SETTABLE_CTX_PARAMS, (void (*)(void))type##_settable_params},   \
	    {0, NULL},                                                                             \
	};

TYPED_FUNCTIONS(rsa)
TYPED_FUNCTIONS(sm2)

const OSSL_ALGORITHM ccm_prov_ciphers[] = {
    {CCM_PROV_RSA_NAMES, CCM_PROV_PROPERTIES, rsa_functions, "CCM RSA encryption"},
    {CCM_PROV_SM2_NAMES, CCM_PROV_PROPERTIES, sm2_functions, "CCM SM2 encryption"},
    {0},
};
