/* SPDX-License-Identifier: Apache-2.0 */
/* What is set of a signature, and how an account's key makes one by it. */
#include "prov/signature.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <string.h>

#include "core/crypto.h"

bool
ccm_prov_signature_start(
    struct ccm_prov_signature *sig, enum ccm_prov_signature_operation operation)
{
	EVP_PKEY_CTX *ctx = sig->op.ctx;

	switch (operation) {
	case CCM_SIGN:
		return EVP_PKEY_sign_init_ex(ctx, NULL) == 1;
	case CCM_VERIFY:
		return EVP_PKEY_verify_init_ex(ctx, NULL) == 1;
	case CCM_RECOVER:
		return EVP_PKEY_verify_recover_init_ex(ctx, NULL) == 1;
	}
	return false;
}

static bool
name_digest(struct ccm_prov_signature *sig)
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
bool
ccm_prov_signature_hold(struct ccm_prov_signature *sig)
{
	return sig->op.ctx != NULL ||
	       (sig->op.private != NULL && ccm_prov_operation_context(&sig->op) &&
		   ccm_prov_signature_start(sig, CCM_SIGN) && name_digest(sig));
}

bool
ccm_prov_signature_set(struct ccm_prov_signature *sig, const OSSL_PARAM params[])
{
	if (params == NULL || params->key == NULL)
		return true;
	if (!ccm_prov_signature_hold(sig))
		return false;
	return ccm_prov_signature_is_sm2(sig) ? ccm_prov_sm2_set(sig, params)
					      : EVP_PKEY_CTX_set_params(sig->op.ctx, params) == 1;
}

static bool
read_padding(const struct ccm_prov_signature *sig, int mode, enum ccm_padding *padding)
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
has_defaults(const struct ccm_prov_signature *sig)
{
	return sig->op.key->type == &ccm_prov_rsa || sig->op.key->type == &ccm_prov_ec;
}

/* As the default provider has them where nothing is set. False: it has to be asked. */
static bool
default_padding(const struct ccm_prov_signature *sig, enum ccm_padding *padding)
{
	*padding = sig->op.key->type == &ccm_prov_rsa ? CCM_PAD_PKCS1 : CCM_PAD_NONE;
	return sig->op.ctx == NULL && has_defaults(sig);
}

/* What the key's back end has to know is what the context holds. */
static bool
make_signer(struct ccm_prov_signature *sig)
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
	else if (!ccm_prov_signature_hold(sig) ||
		 EVP_PKEY_CTX_get_params(sig->op.ctx, params) != 1 ||
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

bool
ccm_prov_signature_by_account(
    struct ccm_prov_signature *sig, unsigned char *out, size_t *out_len, struct ccm_span input)
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

/* libssl tries out at this place which digests a key permits: every key of RSA and EC does these,
 * else the context is asked at once. */
bool
ccm_prov_signature_permits(struct ccm_prov_signature *sig, const EVP_MD *digest)
{
	static const char *const usual[] = {"SHA2-256", "SHA2-384", "SHA2-512"};

	if (sig->op.ctx != NULL)
		return name_digest(sig);
	for (size_t i = 0; has_defaults(sig) && i < CCM_COUNT(usual); i++)
		if (EVP_MD_is_a(digest, usual[i]))
			return true;
	return ccm_prov_signature_hold(sig);
}
