/* SPDX-License-Identifier: Apache-2.0 */
/* Preparing an EVP_PKEY to sign or verify. */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <string.h>

#include "core/crypto.h"
#include "key/backend.h"

#ifndef RSA_PSS_SALTLEN_AUTO_DIGEST_MAX /* new in OpenSSL 3.1 */
#define RSA_PSS_SALTLEN_AUTO_DIGEST_MAX -4
#endif

static const char *const pad_modes[] = {
    [CCM_PAD_NONE] = OSSL_PKEY_RSA_PAD_MODE_NONE,
    [CCM_PAD_PKCS1] = OSSL_PKEY_RSA_PAD_MODE_PKCSV15,
    [CCM_PAD_PSS] = OSSL_PKEY_RSA_PAD_MODE_PSS,
};

static bool
is_rsa(enum ccm_key_type type)
{
	return type == CCM_KEY_RSA || type == CCM_KEY_RSA_PSS;
}

static bool
check_params(const struct ccm_sign_params *params, enum ccm_key_type type, struct ccm_error *err)
{
	const char *mode = pad_modes[params->padding];

	if (!is_rsa(type) && params->padding != CCM_PAD_NONE)
		return ccm_fail(err, CCM_USAGE, "padding %s is for RSA keys only", mode);
	if (type == CCM_KEY_ED25519 && params->digest != NULL)
		return ccm_fail(
		    err, CCM_USAGE, "Ed25519 takes no digest, not %s either", params->digest);
	if (type == CCM_KEY_SM2 &&
	    (params->digest == NULL || strcmp(params->digest, CCM_SM2_DIGEST) != 0))
		return ccm_fail(err, CCM_USAGE, "SM2 signs a digest by " CCM_SM2_DIGEST ", not %s",
		    params->digest != NULL ? params->digest : "anything");
	if (is_rsa(type) && params->padding == CCM_PAD_NONE && params->digest != NULL)
		return ccm_fail(err, CCM_USAGE,
		    "RSA without padding takes no digest, not %s either", params->digest);
	if (params->padding == CCM_PAD_PSS && params->digest == NULL)
		return ccm_fail(err, CCM_USAGE, "padding pss needs to know the digest");
	if (params->padding == CCM_PAD_PSS && params->salt_len < RSA_PSS_SALTLEN_AUTO_DIGEST_MAX)
		return ccm_fail(
		    err, CCM_USAGE, "a salt of %d bytes for padding pss", params->salt_len);
	return true;
}

static bool
digest_size(const char *name, size_t *size, struct ccm_error *err)
{
	EVP_MD *md = EVP_MD_fetch(ccm_crypto_context(err), name, CCM_CRYPTO_PROPERTIES);

	if (md == NULL)
		return ccm_fail_openssl(err, "digest %s", name);
	*size = (size_t)EVP_MD_get_size(md);
	EVP_MD_free(md);
	return true;
}

static bool
input_length(
    const struct ccm_sign_params *params, const EVP_PKEY *pkey, size_t *len, struct ccm_error *err)
{
	*len = 0;
	if (params->digest != NULL)
		return digest_size(params->digest, len, err);
	if (is_rsa(ccm_pkey_type(pkey)) && params->padding == CCM_PAD_NONE)
		*len = ccm_pkey_signature_size(pkey);
	return true;
}

/* What OpenSSL 3.1 calls auto-digestmax (FIPS 186-4 5.5): as long as the digest where that fits. */
static int
salt_length(
    const struct ccm_sign_params *params, const EVP_PKEY *pkey, size_t digest_len, bool signing)
{
	if (params->salt_len != RSA_PSS_SALTLEN_AUTO_DIGEST_MAX)
		return params->salt_len;
	if (!signing)
		return RSA_PSS_SALTLEN_AUTO;
	int most = (ccm_pkey_bits(pkey) + 6) / 8 - (int)digest_len - 2; /* RFC 8017 9.1.1 */
	return most < (int)digest_len ? RSA_PSS_SALTLEN_MAX : RSA_PSS_SALTLEN_DIGEST;
}

/* OSSL_PARAM is not const-correct, OpenSSL only reads these. */
static OSSL_PARAM
text_param(const char *name, const char *value)
{
	return OSSL_PARAM_construct_utf8_string(name, (char *)value, 0);
}

/* The parameters of a key's signature, into list. */
static void
fill_list(const struct ccm_sign_params *params, enum ccm_key_type type, int *salt, OSSL_PARAM *next)
{
	if (params->digest != NULL)
		*next++ = text_param(OSSL_SIGNATURE_PARAM_DIGEST, params->digest);
	if (is_rsa(type))
		*next++ = text_param(OSSL_SIGNATURE_PARAM_PAD_MODE, pad_modes[params->padding]);
	if (params->padding == CCM_PAD_PSS) {
		*next++ = OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, salt);
		*next++ = text_param(OSSL_SIGNATURE_PARAM_MGF1_DIGEST,
		    params->mgf1_digest != NULL ? params->mgf1_digest : params->digest);
	}
	*next = OSSL_PARAM_construct_end();
}

static bool
start(struct ccm_pkey_operation *op, EVP_PKEY *pkey, const OSSL_PARAM *list, bool signing)
{
	OSSL_LIB_CTX *context = ccm_crypto_context(NULL);

	if (ccm_pkey_type(pkey) == CCM_KEY_ED25519) {
		op->md = EVP_MD_CTX_new();
		return op->md != NULL &&
		       (signing ? EVP_DigestSignInit_ex : EVP_DigestVerifyInit_ex)(
			   op->md, NULL, NULL, context, CCM_CRYPTO_PROPERTIES, pkey, NULL) == 1;
	}
	op->ctx = EVP_PKEY_CTX_new_from_pkey(context, pkey, CCM_CRYPTO_PROPERTIES);
	return op->ctx != NULL &&
	       (signing ? EVP_PKEY_sign_init : EVP_PKEY_verify_init)(op->ctx) == 1 &&
	       ccm_pkey_context_set(op->ctx, list);
}

static bool
operation_init(struct ccm_pkey_operation *op, EVP_PKEY *pkey, const struct ccm_sign_params *params,
    bool signing, struct ccm_error *err)
{
	enum ccm_key_type type = ccm_pkey_type(pkey);
	OSSL_PARAM list[5];

	*op = (struct ccm_pkey_operation){.signature_len = ccm_pkey_signature_size(pkey)};
	if (pkey == NULL)
		return ccm_fail(err, CCM_UNSUPPORTED, "a key of a kind that OpenSSL does not know");
	if (ccm_crypto_context(err) == NULL || !check_params(params, type, err) ||
	    !input_length(params, pkey, &op->input_len, err))
		return false;
	int salt = salt_length(params, pkey, op->input_len, signing);
	fill_list(params, type, &salt, list);
	if (start(op, pkey, list, signing))
		return true;
	ccm_pkey_operation_clear(op);
	return ccm_fail_openssl(err, "%s key with padding %s and digest %s",
	    EVP_PKEY_get0_type_name(pkey), pad_modes[params->padding],
	    params->digest != NULL ? params->digest : "none");
}

bool
ccm_pkey_sign_init(struct ccm_pkey_operation *op, EVP_PKEY *pkey,
    const struct ccm_sign_params *params, struct ccm_error *err)
{
	return operation_init(op, pkey, params, true, err);
}

static bool
check_input(const struct ccm_pkey_operation *op, struct ccm_span input, struct ccm_error *err)
{
	if (op->input_len != 0 && input.len != op->input_len)
		return ccm_fail(err, CCM_USAGE, "signature input has %zu bytes and needs %zu",
		    input.len, op->input_len);
	return true;
}

/* From OpenSSL 3.4 on a context has to be started again for the next one; it keeps what it has. */
static bool
sign_message(
    struct ccm_pkey_operation *op, struct ccm_span input, unsigned char *out, size_t *out_len)
{
	return EVP_DigestSignInit_ex(op->md, NULL, NULL, NULL, NULL, NULL, NULL) == 1 &&
	       EVP_DigestSign(op->md, out, out_len, input.data, input.len) == 1;
}

bool
ccm_pkey_operation_sign(struct ccm_pkey_operation *op, struct ccm_span input, unsigned char *out,
    size_t *out_len, struct ccm_error *err)
{
	bool ok;

	if (!check_input(op, input, err))
		return false;
	if (*out_len < op->signature_len)
		return ccm_fail(err, CCM_USAGE, "room for a signature of %zu bytes, it takes %zu",
		    *out_len, op->signature_len);
	if (op->md != NULL)
		ok = sign_message(op, input, out, out_len);
	else
		ok = EVP_PKEY_sign(op->ctx, out, out_len, input.data, input.len) == 1;
	return ok || ccm_fail_openssl(err, "signing %zu bytes", input.len);
}

void
ccm_pkey_operation_clear(struct ccm_pkey_operation *op)
{
	EVP_PKEY_CTX_free(op->ctx);
	EVP_MD_CTX_free(op->md);
	op->ctx = NULL;
	op->md = NULL;
}

static int
verify(struct ccm_pkey_operation *op, struct ccm_span input, struct ccm_span signature)
{
	if (op->md != NULL)
		return EVP_DigestVerify(
		    op->md, signature.data, signature.len, input.data, input.len);
	return EVP_PKEY_verify(op->ctx, signature.data, signature.len, input.data, input.len);
}

/* However OpenSSL words it, once the operation is set up a failure says the signature is wrong. */
bool
ccm_pkey_verify(EVP_PKEY *pkey, const struct ccm_sign_params *params, struct ccm_span input,
    struct ccm_span signature, struct ccm_error *err)
{
	struct ccm_pkey_operation op = {0};
	bool ok = false;

	if (operation_init(&op, pkey, params, false, err) && check_input(&op, input, err)) {
		ERR_set_mark();
		ok = verify(&op, input, signature) == 1;
		ERR_pop_to_mark();
	}
	ccm_pkey_operation_clear(&op);
	return ok;
}
