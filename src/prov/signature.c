/* SPDX-License-Identifier: Apache-2.0 */
/* Sign and verify. */
#include "prov/signature.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>
#include <string.h>

#include "core/crypto.h"

static OSSL_FUNC_signature_newctx_fn signature_new;
static OSSL_FUNC_signature_freectx_fn signature_free;
static OSSL_FUNC_signature_dupctx_fn signature_dup;
static OSSL_FUNC_signature_sign_init_fn signature_sign_init;
static OSSL_FUNC_signature_sign_fn signature_sign;
static OSSL_FUNC_signature_verify_init_fn signature_verify_init;
static OSSL_FUNC_signature_verify_fn signature_verify;
static OSSL_FUNC_signature_verify_recover_init_fn signature_verify_recover_init;
static OSSL_FUNC_signature_verify_recover_fn signature_verify_recover;
static OSSL_FUNC_signature_digest_sign_init_fn signature_digest_sign_init;
static OSSL_FUNC_signature_digest_sign_update_fn signature_digest_update;
static OSSL_FUNC_signature_digest_sign_final_fn signature_digest_sign_final;
static OSSL_FUNC_signature_digest_verify_init_fn signature_digest_verify_init;
static OSSL_FUNC_signature_digest_verify_final_fn signature_digest_verify_final;
static OSSL_FUNC_signature_get_ctx_params_fn signature_get_params;
static OSSL_FUNC_signature_set_ctx_params_fn signature_set_params;
static OSSL_FUNC_signature_get_ctx_md_params_fn signature_get_md_params;
static OSSL_FUNC_signature_set_ctx_md_params_fn signature_set_md_params;
static OSSL_FUNC_signature_gettable_ctx_md_params_fn signature_gettable_md_params;
static OSSL_FUNC_signature_settable_ctx_md_params_fn signature_settable_md_params;

static void *
signature_new(void *provctx, const char *propq)
{
	(void)propq;
	return ccm_prov_operation_new(provctx, "signature", sizeof(struct ccm_prov_signature));
}

static void
forget_work(struct ccm_prov_signature *sig)
{
	ccm_signer_free(sig->signer);
	EVP_MD_CTX_free(sig->md);
	sig->signer = NULL;
	sig->md = NULL;
	sig->digest[0] = '\0';
	sig->begun = false;
	sig->has_id = false;
	ccm_buf_clear(&sig->id);
}

static void
signature_free(void *vctx)
{
	struct ccm_prov_signature *sig = vctx;

	if (sig == NULL)
		return;
	forget_work(sig);
	ccm_prov_operation_clear(&sig->op);
	ccm_free(sig);
}

static void *
signature_dup(void *vctx)
{
	const struct ccm_prov_signature *sig = vctx;
	struct ccm_prov_signature *copy = signature_new((void *)sig->op.prov, NULL);
	bool ok = copy != NULL && ccm_prov_operation_copy(&sig->op, &copy->op);

	if (ok) {
		memcpy(copy->digest, sig->digest, sizeof(copy->digest));
		copy->begun = sig->begun;
		copy->has_id = sig->has_id;
		ok = ccm_buf_append(&copy->id, sig->id.data, sig->id.len, NULL);
	}
	if (ok && sig->md != NULL) {
		copy->md = EVP_MD_CTX_new();
		ok = copy->md != NULL && EVP_MD_CTX_copy_ex(copy->md, sig->md) == 1;
	}
	if (ok)
		return copy;
	signature_free(copy);
	return NULL;
}

static int
init(struct ccm_prov_signature *sig, void *provkey, const OSSL_PARAM params[],
    enum ccm_prov_signature_operation operation)
{
	forget_work(sig);
	if (!ccm_prov_operation_take(&sig->op, provkey, operation == CCM_SIGN))
		return 0;
	if (sig->op.private == NULL &&
	    (!ccm_prov_operation_context(&sig->op) || !ccm_prov_signature_start(sig, operation)))
		return 0;
	return ccm_prov_signature_set(sig, params);
}

static int
signature_sign_init(void *vctx, void *provkey, const OSSL_PARAM params[])
{
	return init(vctx, provkey, params, CCM_SIGN);
}

static int
signature_verify_init(void *vctx, void *provkey, const OSSL_PARAM params[])
{
	return init(vctx, provkey, params, CCM_VERIFY);
}

static int
signature_verify_recover_init(void *vctx, void *provkey, const OSSL_PARAM params[])
{
	return init(vctx, provkey, params, CCM_RECOVER);
}

static int
signature_sign(void *vctx, unsigned char *out, size_t *out_len, size_t out_size,
    const unsigned char *in, size_t in_len)
{
	struct ccm_prov_signature *sig = vctx;

	*out_len = out_size;
	if (sig->op.private != NULL)
		return ccm_prov_signature_by_account(sig, out, out_len, CCM_SPAN(in, in_len));
	return EVP_PKEY_sign(sig->op.ctx, out, out_len, in, in_len) == 1;
}

static int
signature_verify(
    void *vctx, const unsigned char *signature, size_t len, const unsigned char *in, size_t in_len)
{
	struct ccm_prov_signature *sig = vctx;

	return EVP_PKEY_verify(sig->op.ctx, signature, len, in, in_len) == 1;
}

static int
signature_verify_recover(void *vctx, unsigned char *out, size_t *out_len, size_t out_size,
    const unsigned char *signature, size_t len)
{
	struct ccm_prov_signature *sig = vctx;

	*out_len = out_size;
	return EVP_PKEY_verify_recover(sig->op.ctx, out, out_len, signature, len) == 1;
}

static int
digest_init(struct ccm_prov_signature *sig, const char *digest, void *provkey,
    const OSSL_PARAM params[], enum ccm_prov_signature_operation operation)
{
	EVP_MD *method;
	int ok;

	if (!init(sig, provkey, params, operation))
		return 0;
	if (digest == NULL || digest[0] == '\0')
		return ccm_prov_operation_fail(&sig->op, CCM_USAGE, "no digest");
	if (snprintf(sig->digest, sizeof(sig->digest), "%s", digest) >= (int)sizeof(sig->digest))
		return ccm_prov_operation_fail(&sig->op, CCM_USAGE, "no digest has such a name");
	method = EVP_MD_fetch(ccm_crypto_context(NULL), digest, CCM_CRYPTO_PROPERTIES);
	sig->md = EVP_MD_CTX_new();
	ok = method != NULL && sig->md != NULL && ccm_prov_signature_permits(sig, method) &&
	     EVP_DigestInit_ex2(sig->md, method, params) == 1;
	EVP_MD_free(method);
	return ok;
}

static int
signature_digest_sign_init(void *vctx, const char *digest, void *provkey, const OSSL_PARAM params[])
{
	return digest_init(vctx, digest, provkey, params, CCM_SIGN);
}

static int
signature_digest_verify_init(
    void *vctx, const char *digest, void *provkey, const OSSL_PARAM params[])
{
	return digest_init(vctx, digest, provkey, params, CCM_VERIFY);
}

static int
signature_digest_update(void *vctx, const unsigned char *data, size_t len)
{
	struct ccm_prov_signature *sig = vctx;

	return sig->md != NULL && ccm_prov_sm2_begin(sig) &&
	       EVP_DigestUpdate(sig->md, data, len) == 1;
}

static int
signature_digest_sign_final(void *vctx, unsigned char *out, size_t *out_len, size_t out_size)
{
	struct ccm_prov_signature *sig = vctx;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (sig->md == NULL)
		return 0;
	if (out != NULL &&
	    (!ccm_prov_sm2_begin(sig) || EVP_DigestFinal_ex(sig->md, digest, &len) != 1))
		return 0;
	return signature_sign(sig, out, out_len, out_size, digest, len);
}

static int
signature_digest_verify_final(void *vctx, const unsigned char *signature, size_t signature_len)
{
	struct ccm_prov_signature *sig = vctx;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (sig->md == NULL || !ccm_prov_sm2_begin(sig) ||
	    EVP_DigestFinal_ex(sig->md, digest, &len) != 1)
		return 0;
	return signature_verify(sig, signature, signature_len, digest, len);
}

static int
signature_set_params(void *vctx, const OSSL_PARAM params[])
{
	struct ccm_prov_signature *sig = vctx;
	const OSSL_PARAM *digest;
	const char *name;

	if (params == NULL || params->key == NULL)
		return 1;
	digest = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_DIGEST);
	if (digest != NULL && sig->md != NULL &&
	    (!OSSL_PARAM_get_utf8_string_ptr(digest, &name) ||
		!EVP_MD_is_a(EVP_MD_CTX_get0_md(sig->md), name)))
		return ccm_prov_operation_fail(
		    &sig->op, CCM_USAGE, "the digest cannot change while data is digested");
	ccm_signer_free(sig->signer);
	sig->signer = NULL;
	return ccm_prov_signature_set(sig, params);
}

static int
signature_get_params(void *vctx, OSSL_PARAM params[])
{
	struct ccm_prov_signature *sig = vctx;

	if (!ccm_prov_signature_hold(sig))
		return 0;
	return ccm_prov_signature_is_sm2(sig) ? ccm_prov_sm2_get(sig, params)
					      : EVP_PKEY_CTX_get_params(sig->op.ctx, params) == 1;
}

static int
signature_get_md_params(void *vctx, OSSL_PARAM params[])
{
	struct ccm_prov_signature *sig = vctx;

	return sig->md != NULL && EVP_MD_CTX_get_params(sig->md, params) == 1;
}

static int
signature_set_md_params(void *vctx, const OSSL_PARAM params[])
{
	struct ccm_prov_signature *sig = vctx;

	return sig->md != NULL && EVP_MD_CTX_set_params(sig->md, params) == 1;
}

static const OSSL_PARAM *
signature_gettable_md_params(void *vctx)
{
	struct ccm_prov_signature *sig = vctx;

	return sig->md != NULL ? EVP_MD_gettable_ctx_params(EVP_MD_CTX_get0_md(sig->md)) : NULL;
}

static const OSSL_PARAM *
signature_settable_md_params(void *vctx)
{
	struct ccm_prov_signature *sig = vctx;

	return sig->md != NULL ? EVP_MD_settable_ctx_params(EVP_MD_CTX_get0_md(sig->md)) : NULL;
}

const OSSL_PARAM *
ccm_prov_signature_table(const char *name, const OSSL_PARAM *(*table)(const EVP_SIGNATURE *))
{
	EVP_SIGNATURE *method =
	    EVP_SIGNATURE_fetch(ccm_crypto_context(NULL), name, CCM_CRYPTO_PROPERTIES);
	const OSSL_PARAM *params = method != NULL ? table(method) : NULL;

	EVP_SIGNATURE_free(method);
	return params;
}

#define TYPED_FUNCTIONS(type)                                                                     \
	static OSSL_FUNC_signature_gettable_ctx_params_fn type##_gettable_params;                 \
	static OSSL_FUNC_signature_settable_ctx_params_fn type##_settable_params;                 \
                                                                                                  \
	static const OSSL_PARAM *type##_gettable_params(void *vctx, void *provctx)                \
	{                                                                                         \
		(void)vctx, (void)provctx;                                                        \
		return ccm_prov_signature_table(                                                  \
		    ccm_prov_##type.signature, EVP_SIGNATURE_gettable_ctx_params);                \
	}                                                                                         \
	static const OSSL_PARAM *type##_settable_params(void *vctx, void *provctx)                \
	{                                                                                         \
		(void)vctx, (void)provctx;                                                        \
		return ccm_prov_signature_table(                                                  \
		    ccm_prov_##type.signature, EVP_SIGNATURE_settable_ctx_params);                \
	}                                                                                         \
                                                                                                  \
	static const OSSL_DISPATCH type##_functions[] = {                                         \
	    {OSSL_FUNC_SIGNATURE_NEWCTX, (void (*)(void))signature_new},                          \
	    {OSSL_FUNC_SIGNATURE_FREECTX, (void (*)(void))signature_free},                        \
	    {OSSL_FUNC_SIGNATURE_DUPCTX, (void (*)(void))signature_dup},                          \
	    {OSSL_FUNC_SIGNATURE_SIGN_INIT, (void (*)(void))signature_sign_init},                 \
	    {OSSL_FUNC_SIGNATURE_SIGN, (void (*)(void))signature_sign},                           \
	    {OSSL_FUNC_SIGNATURE_VERIFY_INIT, (void (*)(void))signature_verify_init},             \
	    {OSSL_FUNC_SIGNATURE_VERIFY, (void (*)(void))signature_verify},                       \
	    {OSSL_FUNC_SIGNATURE_VERIFY_RECOVER_INIT,                                             \
		(void (*)(void))signature_verify_recover_init},                                   \
	    {OSSL_FUNC_SIGNATURE_VERIFY_RECOVER, (void (*)(void))signature_verify_recover},       \
	    {OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, (void (*)(void))signature_digest_sign_init},   \
	    {OSSL_FUNC_SIGNATURE_DIGEST_SIGN_UPDATE, (void (*)(void))signature_digest_update},    \
	    {OSSL_FUNC_SIGNATURE_DIGEST_SIGN_FINAL, (void (*)(void))signature_digest_sign_final}, \
	    {OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_INIT,                                              \
		(void (*)(void))signature_digest_verify_init},                                    \
	    {OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_UPDATE, (void (*)(void))signature_digest_update},  \
	    {OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_FINAL,                                             \
		(void (*)(void))signature_digest_verify_final},                                   \
	    {OSSL_FUNC_SIGNATURE_GET_CTX_PARAMS, (void (*)(void))signature_get_params},           \
	    {OSSL_FUNC_SIGNATURE_GETTABLE_CTX_PARAMS, (void (*)(void))type##_gettable_params},    \
	    {OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, (void (*)(void))signature_set_params},           \
	    {OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, (void (*)(void))type##_settable_params},    \
	    {OSSL_FUNC_SIGNATURE_GET_CTX_MD_PARAMS, (void (*)(void))signature_get_md_params},     \
	    {OSSL_FUNC_SIGNATURE_GETTABLE_CTX_MD_PARAMS,                                          \
		(void (*)(void))signature_gettable_md_params},                                    \
	    {OSSL_FUNC_SIGNATURE_SET_CTX_MD_PARAMS, (void (*)(void))signature_set_md_params},     \
	    {OSSL_FUNC_SIGNATURE_SETTABLE_CTX_MD_PARAMS,                                          \
		(void (*)(void))signature_settable_md_params},                                    \
	    {0, NULL},                                                                            \
	};

TYPED_FUNCTIONS(rsa)
TYPED_FUNCTIONS(ec)
TYPED_FUNCTIONS(sm2)

const OSSL_ALGORITHM ccm_prov_signatures[] = {
    {CCM_PROV_RSA_NAMES, CCM_PROV_PROPERTIES, rsa_functions, "CCM RSA signature"},
    {"ECDSA", CCM_PROV_PROPERTIES, ec_functions, "CCM ECDSA signature"},
    {CCM_PROV_ED25519_NAMES, CCM_PROV_PROPERTIES, ccm_prov_ed25519_signature,
	"CCM Ed25519 signature"},
    {CCM_PROV_SM2_NAMES, CCM_PROV_PROPERTIES, sm2_functions, "CCM SM2 signature"},
    {0},
};
