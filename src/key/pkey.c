/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of an EVP_PKEY, and preparing one to sign or verify. */
#include "key/key.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

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

enum ccm_key_type
ccm_pkey_type(const EVP_PKEY *pkey)
{
	if (pkey == NULL)
		return CCM_KEY_OTHER;
	if (EVP_PKEY_is_a(pkey, "RSA"))
		return CCM_KEY_RSA;
	return EVP_PKEY_is_a(pkey, "EC") ? CCM_KEY_EC : CCM_KEY_OTHER;
}

int
ccm_pkey_bits(const EVP_PKEY *pkey)
{
	return EVP_PKEY_get_bits(pkey);
}

size_t
ccm_pkey_signature_size(const EVP_PKEY *pkey)
{
	int size = EVP_PKEY_get_size(pkey);

	return size > 0 ? (size_t)size : 0;
}

bool
ccm_pkey_equal(const EVP_PKEY *a, const EVP_PKEY *b)
{
	ERR_set_mark();
	bool equal = EVP_PKEY_eq(a, b) == 1;
	ERR_pop_to_mark();
	return equal;
}

EVP_PKEY *
ccm_pkey_from_spki(struct ccm_span spki, struct ccm_error *err)
{
	OSSL_LIB_CTX *context = ccm_crypto_context(err);
	const unsigned char *in = spki.data;

	if (context == NULL)
		return NULL;
	EVP_PKEY *pkey = d2i_PUBKEY_ex(NULL, &in, (long)spki.len, context, CCM_CRYPTO_PROPERTIES);
	if (pkey == NULL) {
		ccm_fail_openssl(err, "public key of %zu bytes", spki.len);
		return NULL;
	}
	if (in != spki.data + spki.len) {
		EVP_PKEY_free(pkey);
		ccm_fail(err, CCM_CRYPTO, "public key with %td bytes too many",
		    spki.data + spki.len - in);
		return NULL;
	}
	return pkey;
}

static bool
check_params(const struct ccm_sign_params *params, enum ccm_key_type type, struct ccm_error *err)
{
	const char *mode = pad_modes[params->padding];

	if (type != CCM_KEY_RSA && params->padding != CCM_PAD_NONE)
		return ccm_fail(err, CCM_USAGE, "padding %s is for RSA keys only", mode);
	if (type == CCM_KEY_RSA && params->padding == CCM_PAD_NONE && params->digest != NULL)
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
	if (ccm_pkey_type(pkey) == CCM_KEY_RSA && params->padding == CCM_PAD_NONE)
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

static bool
operation_init(struct ccm_pkey_operation *op, EVP_PKEY *pkey, const struct ccm_sign_params *params,
    bool signing, struct ccm_error *err)
{
	OSSL_LIB_CTX *context = ccm_crypto_context(err);
	enum ccm_key_type type = ccm_pkey_type(pkey);
	OSSL_PARAM list[5], *next = list;

	*op = (struct ccm_pkey_operation){.signature_len = ccm_pkey_signature_size(pkey)};
	if (pkey == NULL)
		return ccm_fail(err, CCM_UNSUPPORTED, "a key of a kind that OpenSSL does not know");
	if (context == NULL || !check_params(params, type, err) ||
	    !input_length(params, pkey, &op->input_len, err))
		return false;
	int salt = salt_length(params, pkey, op->input_len, signing);
	if (params->digest != NULL)
		*next++ = text_param(OSSL_SIGNATURE_PARAM_DIGEST, params->digest);
	if (type == CCM_KEY_RSA)
		*next++ = text_param(OSSL_SIGNATURE_PARAM_PAD_MODE, pad_modes[params->padding]);
	if (params->padding == CCM_PAD_PSS) {
		*next++ = OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, &salt);
		*next++ = text_param(OSSL_SIGNATURE_PARAM_MGF1_DIGEST,
		    params->mgf1_digest != NULL ? params->mgf1_digest : params->digest);
	}
	*next = OSSL_PARAM_construct_end();
	op->ctx = EVP_PKEY_CTX_new_from_pkey(context, pkey, CCM_CRYPTO_PROPERTIES);
	if (op->ctx != NULL &&
	    (signing ? EVP_PKEY_sign_init_ex : EVP_PKEY_verify_init_ex)(op->ctx, list) == 1)
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

bool
ccm_pkey_verify_init(struct ccm_pkey_operation *op, EVP_PKEY *pkey,
    const struct ccm_sign_params *params, struct ccm_error *err)
{
	return operation_init(op, pkey, params, false, err);
}

bool
ccm_pkey_check_input(
    const struct ccm_pkey_operation *op, struct ccm_span input, struct ccm_error *err)
{
	if (op->input_len != 0 && input.len != op->input_len)
		return ccm_fail(err, CCM_USAGE, "signature input has %zu bytes and needs %zu",
		    input.len, op->input_len);
	return true;
}

void
ccm_pkey_operation_clear(struct ccm_pkey_operation *op)
{
	EVP_PKEY_CTX_free(op->ctx);
	op->ctx = NULL;
}

/* However OpenSSL words it, once the operation is set up a failure says the signature is wrong. */
bool
ccm_pkey_verify(EVP_PKEY *pkey, const struct ccm_sign_params *params, struct ccm_span input,
    struct ccm_span signature, struct ccm_error *err)
{
	struct ccm_pkey_operation op = {0};
	bool ok = false;

	if (ccm_pkey_verify_init(&op, pkey, params, err) && ccm_pkey_check_input(&op, input, err)) {
		ERR_set_mark();
		ok = EVP_PKEY_verify(
			 op.ctx, signature.data, signature.len, input.data, input.len) == 1;
		ERR_pop_to_mark();
	}
	ccm_pkey_operation_clear(&op);
	return ok;
}
