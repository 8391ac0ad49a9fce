/* SPDX-License-Identifier: Apache-2.0 */
/* Sign and verify. */
#include "prov/operation.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
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

struct signature {
	struct ccm_prov_operation op;
	char digest[64];           /* that digest_*_init named; or empty */
	EVP_MD_CTX *md;            /* between digest_*_init and the end of that operation */
	struct ccm_signer *signer; /* made from the parameters at the first signature */
};

enum operation { SIGN, VERIFY, RECOVER };

static void *
signature_new(void *provctx, const char *propq)
{
	(void)propq;
	return ccm_prov_operation_new(provctx, "signature", sizeof(struct signature));
}

static void
forget_work(struct signature *sig)
{
	ccm_signer_free(sig->signer);
	EVP_MD_CTX_free(sig->md);
	sig->signer = NULL;
	sig->md = NULL;
	sig->digest[0] = '\0';
}

static void
signature_free(void *vctx)
{
	struct signature *sig = vctx;

	if (sig == NULL)
		return;
	forget_work(sig);
	ccm_prov_operation_clear(&sig->op);
	ccm_free(sig);
}

static void *
signature_dup(void *vctx)
{
	const struct signature *sig = vctx;
	struct signature *copy = signature_new((void *)sig->op.prov, NULL);
	bool ok = copy != NULL && ccm_prov_operation_copy(&sig->op, &copy->op);

	if (ok)
		memcpy(copy->digest, sig->digest, sizeof(copy->digest));
	if (ok && sig->md != NULL) {
		copy->md = EVP_MD_CTX_new();
		ok = copy->md != NULL && EVP_MD_CTX_copy_ex(copy->md, sig->md) == 1;
	}
	if (ok)
		return copy;
	signature_free(copy);
	return NULL;
}

static bool
start(struct signature *sig, const OSSL_PARAM params[], enum operation operation)
{
	EVP_PKEY_CTX *ctx = sig->op.ctx;

	switch (operation) {
	case SIGN:
		return EVP_PKEY_sign_init_ex(ctx, params) == 1;
	case VERIFY:
		return EVP_PKEY_verify_init_ex(ctx, params) == 1;
	case RECOVER:
		return EVP_PKEY_verify_recover_init_ex(ctx, params) == 1;
	}
	return false;
}

static bool
name_digest(struct signature *sig)
{
	OSSL_PARAM named[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, sig->digest, 0),
	    OSSL_PARAM_construct_end(),
	};

	return sig->digest[0] == '\0' || EVP_PKEY_CTX_set_params(sig->op.ctx, named) == 1;
}

/*
 * An account's key signs by itself: the context only has to hold parameters. It costs as much as a
 * signature of P-256 does, so it is there from when one is set or asked for.
 */
static bool
hold_parameters(struct signature *sig)
{
	return sig->op.ctx != NULL ||
	       (sig->op.private != NULL && ccm_prov_operation_context(&sig->op) &&
		   start(sig, NULL, SIGN) && name_digest(sig));
}

static int
init(struct signature *sig, void *provkey, const OSSL_PARAM params[], enum operation operation)
{
	forget_work(sig);
	if (!ccm_prov_operation_take(&sig->op, provkey, operation == SIGN))
		return 0;
	if (sig->op.private == NULL)
		return ccm_prov_operation_context(&sig->op) && start(sig, params, operation);
	if (params == NULL || params->key == NULL)
		return 1;
	return hold_parameters(sig) && EVP_PKEY_CTX_set_params(sig->op.ctx, params) == 1;
}

static int
signature_sign_init(void *vctx, void *provkey, const OSSL_PARAM params[])
{
	return init(vctx, provkey, params, SIGN);
}

static int
signature_verify_init(void *vctx, void *provkey, const OSSL_PARAM params[])
{
	return init(vctx, provkey, params, VERIFY);
}

static int
signature_verify_recover_init(void *vctx, void *provkey, const OSSL_PARAM params[])
{
	return init(vctx, provkey, params, RECOVER);
}

static bool
read_padding(const struct signature *sig, int mode, enum ccm_padding *padding)
{
	static const struct {
		int mode;
		enum ccm_padding padding;
	} known[] = {
	    {0, CCM_PAD_NONE}, /* EC has no mode */
	    {RSA_NO_PADDING, CCM_PAD_NONE},
	    {RSA_PKCS1_PADDING, CCM_PAD_PKCS1},
	    {RSA_PKCS1_PSS_PADDING, CCM_PAD_PSS},
	};

	for (size_t i = 0; i < CCM_COUNT(known); i++) {
		if (known[i].mode == mode) {
			*padding = known[i].padding;
			return true;
		}
	}
	return ccm_prov_operation_fail(&sig->op, CCM_UNSUPPORTED,
	    "the account's RSA keys sign with padding pkcs1, pss or none");
}

/* What a context of these would hold is known without one. */
static bool
has_defaults(const struct signature *sig)
{
	return sig->op.key->type == &ccm_prov_rsa || sig->op.key->type == &ccm_prov_ec;
}

/* As the default provider has them where nothing is set. False: it has to be asked. */
static bool
default_padding(const struct signature *sig, enum ccm_padding *padding)
{
	*padding = sig->op.key->type == &ccm_prov_rsa ? CCM_PAD_PKCS1 : CCM_PAD_NONE;
	return sig->op.ctx == NULL && has_defaults(sig);
}

/* What the key's back end has to know is what the context holds. */
static bool
make_signer(struct signature *sig)
{
	char digest[64] = "", mgf1[64] = "";
	int mode = 0, salt_len = 0;
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, digest, sizeof(digest)),
	    OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PAD_MODE, &mode),
	    OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, mgf1, sizeof(mgf1)),
	    OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, &salt_len),
	    OSSL_PARAM_construct_end(),
	};
	struct ccm_sign_params sign = {.salt_len = 0};
	struct ccm_error err = {0};

	if (default_padding(sig, &sign.padding))
		memcpy(digest, sig->digest, sizeof(digest));
	else if (!hold_parameters(sig) || EVP_PKEY_CTX_get_params(sig->op.ctx, params) != 1 ||
		 !read_padding(sig, mode, &sign.padding))
		return false;
	sign.digest = digest[0] != '\0' ? digest : NULL;
	if (sign.padding == CCM_PAD_PSS) {
		sign.mgf1_digest = mgf1[0] != '\0' ? mgf1 : NULL;
		sign.salt_len = salt_len;
	}
	sig->signer = ccm_signer_new(sig->op.private, &sign, &err);
	return sig->signer != NULL || ccm_prov_raise(sig->op.prov, sig->op.what, &err);
}

static bool
sign_by_account(struct signature *sig, unsigned char *out, size_t *out_len, struct ccm_span input)
{
	struct ccm_error err = {0};

	if (out == NULL) {
		*out_len = ccm_pkey_signature_size(ccm_key_public(sig->op.private));
		return true;
	}
	if (sig->signer == NULL && !make_signer(sig))
		return false;
	return ccm_signer_sign(sig->signer, input, out, out_len, &err) ||
	       ccm_prov_raise(sig->op.prov, ccm_item_label(sig->op.key->item), &err);
}

static int
signature_sign(void *vctx, unsigned char *out, size_t *out_len, size_t out_size,
    const unsigned char *in, size_t in_len)
{
	struct signature *sig = vctx;

	*out_len = out_size;
	if (sig->op.private != NULL)
		return sign_by_account(sig, out, out_len, CCM_SPAN(in, in_len));
	return EVP_PKEY_sign(sig->op.ctx, out, out_len, in, in_len) == 1;
}

static int
signature_verify(
    void *vctx, const unsigned char *signature, size_t len, const unsigned char *in, size_t in_len)
{
	struct signature *sig = vctx;

	return EVP_PKEY_verify(sig->op.ctx, signature, len, in, in_len) == 1;
}

static int
signature_verify_recover(void *vctx, unsigned char *out, size_t *out_len, size_t out_size,
    const unsigned char *signature, size_t len)
{
	struct signature *sig = vctx;

	*out_len = out_size;
	return EVP_PKEY_verify_recover(sig->op.ctx, out, out_len, signature, len) == 1;
}

/* libssl tries out at this place which digests a key permits: every key of RSA and EC does these,
 * else the context is asked at once. */
static bool
permit_digest(struct signature *sig, const EVP_MD *digest)
{
	static const char *const usual[] = {"SHA2-256", "SHA2-384", "SHA2-512"};

	if (sig->op.ctx != NULL)
		return name_digest(sig);
	for (size_t i = 0; has_defaults(sig) && i < CCM_COUNT(usual); i++)
		if (EVP_MD_is_a(digest, usual[i]))
			return true;
	return hold_parameters(sig);
}

static int
digest_init(struct signature *sig, const char *digest, void *provkey, const OSSL_PARAM params[],
    enum operation operation)
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
	ok = method != NULL && sig->md != NULL && permit_digest(sig, method) &&
	     EVP_DigestInit_ex2(sig->md, method, params) == 1;
	EVP_MD_free(method);
	return ok;
}

static int
signature_digest_sign_init(void *vctx, const char *digest, void *provkey, const OSSL_PARAM params[])
{
	return digest_init(vctx, digest, provkey, params, SIGN);
}

static int
signature_digest_verify_init(
    void *vctx, const char *digest, void *provkey, const OSSL_PARAM params[])
{
	return digest_init(vctx, digest, provkey, params, VERIFY);
}

static int
signature_digest_update(void *vctx, const unsigned char *data, size_t len)
{
	struct signature *sig = vctx;

	return sig->md != NULL && EVP_DigestUpdate(sig->md, data, len) == 1;
}

static int
signature_digest_sign_final(void *vctx, unsigned char *out, size_t *out_len, size_t out_size)
{
	struct signature *sig = vctx;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (sig->md == NULL || (out != NULL && EVP_DigestFinal_ex(sig->md, digest, &len) != 1))
		return 0;
	return signature_sign(sig, out, out_len, out_size, digest, len);
}

static int
signature_digest_verify_final(void *vctx, const unsigned char *signature, size_t signature_len)
{
	struct signature *sig = vctx;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (sig->md == NULL || EVP_DigestFinal_ex(sig->md, digest, &len) != 1)
		return 0;
	return signature_verify(sig, signature, signature_len, digest, len);
}

static int
signature_set_params(void *vctx, const OSSL_PARAM params[])
{
	struct signature *sig = vctx;
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
	return hold_parameters(sig) && EVP_PKEY_CTX_set_params(sig->op.ctx, params) == 1;
}

static int
signature_get_params(void *vctx, OSSL_PARAM params[])
{
	struct signature *sig = vctx;

	return hold_parameters(sig) && EVP_PKEY_CTX_get_params(sig->op.ctx, params) == 1;
}

static int
signature_get_md_params(void *vctx, OSSL_PARAM params[])
{
	struct signature *sig = vctx;

	return sig->md != NULL && EVP_MD_CTX_get_params(sig->md, params) == 1;
}

static int
signature_set_md_params(void *vctx, const OSSL_PARAM params[])
{
	struct signature *sig = vctx;

	return sig->md != NULL && EVP_MD_CTX_set_params(sig->md, params) == 1;
}

static const OSSL_PARAM *
signature_gettable_md_params(void *vctx)
{
	struct signature *sig = vctx;

	return sig->md != NULL ? EVP_MD_gettable_ctx_params(EVP_MD_CTX_get0_md(sig->md)) : NULL;
}

static const OSSL_PARAM *
signature_settable_md_params(void *vctx)
{
	struct signature *sig = vctx;

	return sig->md != NULL ? EVP_MD_settable_ctx_params(EVP_MD_CTX_get0_md(sig->md)) : NULL;
}

/* The default provider's table, which is static there. */
static const OSSL_PARAM *
table_of(const char *name, const OSSL_PARAM *(*table)(const EVP_SIGNATURE *))
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
		return table_of(ccm_prov_##type.signature, EVP_SIGNATURE_gettable_ctx_params);    \
	}                                                                                         \
	static const OSSL_PARAM *type##_settable_params(void *vctx, void *provctx)                \
	{                                                                                         \
		(void)vctx, (void)provctx;                                                        \
		return table_of(ccm_prov_##type.signature, EVP_SIGNATURE_settable_ctx_params);    \
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

const OSSL_ALGORITHM ccm_prov_signatures[] = {
    {CCM_PROV_RSA_NAMES, CCM_PROV_PROPERTIES, rsa_functions, "CCM RSA signature"},
    {"ECDSA", CCM_PROV_PROPERTIES, ec_functions, "CCM ECDSA signature"},
    {0},
};
