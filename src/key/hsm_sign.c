/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in an HSM: what the module does itself, and what it does when we do the padding. */
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>

#include "core/crypto.h"
#include "key/hsm_key.h"
#include "key/rsa_padding.h"

#define SIGNATURE_MAX 2048

#ifndef RSA_PSS_SALTLEN_AUTO_DIGEST_MAX /* new in OpenSSL 3.1 */
#define RSA_PSS_SALTLEN_AUTO_DIGEST_MAX -4
#endif

struct signer {
	struct ccm_hsm_key *key;
	enum ccm_padding padding;
	EVP_MD *md, *mgf1_md; /* NULL: the input is signed as it is */
	size_t salt_len;
	size_t size; /* of the modulus, or of r and s together */
	CK_MECHANISM_TYPE type;
	CK_RSA_PKCS_PSS_PARAMS pss;
	bool has_raw; /* the module does RSA without padding */
};

/* One signature on its way. */
struct signing {
	const struct signer *signer;
	struct ccm_span input;   /* as the caller gave it */
	struct ccm_buf prepared; /* as the mechanism takes it */
	unsigned char out[SIGNATURE_MAX];
	CK_ULONG out_len;
};

/* Preparing */

static size_t
salt_length(const struct signer *signer, int asked, size_t bits)
{
	size_t digest_len = (size_t)EVP_MD_get_size(signer->md);
	size_t em_len = (bits - 1 + 7) / 8;
	size_t most = em_len > digest_len + 2 ? em_len - digest_len - 2 : 0; /* RFC 8017 9.1.1 */

	if (asked >= 0)
		return (size_t)asked;
	if (asked == RSA_PSS_SALTLEN_DIGEST)
		return digest_len;
	if (asked == RSA_PSS_SALTLEN_AUTO_DIGEST_MAX)
		return most < digest_len ? most : digest_len;
	return most;
}

static bool
fetch_digests(struct signer *signer, const struct ccm_sign_params *params, struct ccm_error *err)
{
	if (params->digest == NULL)
		return true;
	signer->md = ccm_hsm_digest(params->digest, err);
	if (signer->md == NULL || signer->padding != CCM_PAD_PSS)
		return signer->md != NULL;
	signer->mgf1_md =
	    ccm_hsm_digest(params->mgf1_digest != NULL ? params->mgf1_digest : params->digest, err);
	return signer->mgf1_md != NULL;
}

static bool
choose_rsa(
    struct signer *signer, const struct ccm_hsm_connection *connection, struct ccm_error *err)
{
	static const struct {
		CK_MECHANISM_TYPE type;
		const char *what;
	} own[] = {
	    [CCM_PAD_NONE] = {CKM_RSA_X_509, "RSA without padding (CKM_RSA_X_509)"},
	    [CCM_PAD_PKCS1] = {CKM_RSA_PKCS, "RSA PKCS#1 v1.5 signatures (CKM_RSA_PKCS)"},
	    [CCM_PAD_PSS] = {CKM_RSA_PKCS_PSS, "RSA PSS signatures (CKM_RSA_PKCS_PSS)"},
	};
	bool named = signer->padding != CCM_PAD_PSS;

	if (signer->padding == CCM_PAD_PSS)
		named = ccm_hsm_hash_of(signer->md, &signer->pss.hashAlg) &&
			ccm_hsm_mgf_of(signer->mgf1_md, &signer->pss.mgf);
	signer->pss.sLen = signer->salt_len;
	signer->has_raw = ccm_hsm_connection_has(connection, CKM_RSA_X_509);
	signer->type = own[signer->padding].type;
	if (named && ccm_hsm_connection_has(connection, signer->type))
		return true;
	signer->type = CKM_RSA_X_509;
	return signer->has_raw || ccm_hsm_lacks(err, signer->key->hsm, own[signer->padding].what);
}

static bool
choose(struct signer *signer, const struct ccm_hsm_connection *connection, struct ccm_error *err)
{
	if (signer->key->type == CKK_RSA)
		return choose_rsa(signer, connection, err);
	signer->type = signer->key->type == CKK_EC ? CKM_ECDSA : CKM_EDDSA;
	return ccm_hsm_connection_has(connection, signer->type) ||
	       ccm_hsm_lacks(err, signer->key->hsm,
		   signer->type == CKM_ECDSA ? "ECDSA (CKM_ECDSA)" : "EdDSA (CKM_EDDSA)");
}

static bool
check_params(
    const struct signer *signer, const struct ccm_sign_params *params, struct ccm_error *err)
{
	if (signer->key->type != CKK_RSA && params->padding != CCM_PAD_NONE)
		return ccm_fail(err, CCM_USAGE, "RSA paddings are for RSA keys only");
	if (signer->key->type == CKK_RSA && params->padding == CCM_PAD_NONE &&
	    params->digest != NULL)
		return ccm_fail(err, CCM_USAGE,
		    "RSA without padding takes no digest, not %s either", params->digest);
	if (params->padding == CCM_PAD_PSS && params->digest == NULL)
		return ccm_fail(err, CCM_USAGE, "padding pss needs to know the digest");
	return true;
}

static bool
init(struct signer *signer, const struct ccm_sign_params *params, struct ccm_error *err)
{
	EVP_PKEY *pkey = ccm_key_public(&signer->key->base);
	size_t bits = (size_t)ccm_pkey_bits(pkey);
	struct ccm_hsm_connection *connection;
	bool ok;

	signer->padding = params->padding;
	signer->size = (bits + 7) / 8 * (signer->key->type == CKK_RSA ? 1 : 2);
	if (!check_params(signer, params, err) || !fetch_digests(signer, params, err))
		return false;
	if (signer->padding == CCM_PAD_PSS)
		signer->salt_len = salt_length(signer, params->salt_len, bits);
	connection = ccm_hsm_connect_guarded(signer->key->hsm, err);
	ok = connection != NULL && choose(signer, connection, err);
	ccm_hsm_connection_drop(connection);
	return ok;
}

bool
ccm_hsm_sign_init(
    struct ccm_key *key, const struct ccm_sign_params *params, void **state, struct ccm_error *err)
{
	struct signer *signer = ccm_alloc(sizeof(*signer), err);

	if (signer == NULL)
		return false;
	signer->key = (struct ccm_hsm_key *)key; /* the caller's signer holds it */
	if (!init(signer, params, err)) {
		ccm_hsm_sign_free(signer);
		return false;
	}
	*state = signer;
	return true;
}

void
ccm_hsm_sign_free(void *state)
{
	struct signer *signer = state;

	EVP_MD_free(signer->md);
	EVP_MD_free(signer->mgf1_md);
	ccm_free(signer);
}

/* The input as a mechanism takes it */

static bool
prepare_pkcs1(
    const struct signer *signer, struct ccm_span input, struct ccm_buf *out, struct ccm_error *err)
{
	return signer->md != NULL ? ccm_rsa_digest_info(signer->md, input, out, err)
				  : ccm_buf_append(out, input.data, input.len, err);
}

static bool
pad(const struct signer *signer, struct ccm_span input, struct ccm_buf *out, struct ccm_error *err)
{
	const struct ccm_rsa_pss pss = {signer->md, signer->mgf1_md, signer->salt_len};
	size_t bits = (size_t)ccm_pkey_bits(ccm_key_public(&signer->key->base));
	struct ccm_buf info = {0};
	bool ok = ccm_buf_reserve(out, signer->size, err);

	if (ok && signer->padding == CCM_PAD_PSS)
		ok = ccm_rsa_pad_pss(&pss, input, out->data, bits, err);
	else if (ok)
		ok = prepare_pkcs1(signer, input, &info, err) &&
		     ccm_rsa_pad_pkcs1(ccm_buf_span(&info), out->data, signer->size, err);
	ccm_buf_clear(&info);
	out->len = ok ? signer->size : 0;
	return ok;
}

static bool
prepare(struct signing *signing, CK_MECHANISM_TYPE type, struct ccm_error *err)
{
	const struct signer *signer = signing->signer;
	struct ccm_span input = signing->input;

	signing->prepared.len = 0;
	if (signer->padding != CCM_PAD_NONE && type == CKM_RSA_X_509)
		return pad(signer, input, &signing->prepared, err);
	if (signer->padding == CCM_PAD_PKCS1)
		return prepare_pkcs1(signer, input, &signing->prepared, err);
	/* The leftmost bits of a digest (FIPS 186-4 6.4); modules refuse more. */
	if (type == CKM_ECDSA && input.len > signer->size / 2)
		input.len = signer->size / 2;
	return ccm_buf_append(&signing->prepared, input.data, input.len, err);
}

static CK_RV
sign_by(const struct ccm_hsm_session *session, struct signing *signing, CK_MECHANISM_TYPE type,
    struct ccm_error *err)
{
	struct signer signer = *signing->signer;
	CK_MECHANISM mechanism = {type, NULL, 0};
	CK_OBJECT_HANDLE handle;
	CK_RV rv;

	if (type == CKM_RSA_PKCS_PSS) {
		mechanism.pParameter = &signer.pss;
		mechanism.ulParameterLen = sizeof(signer.pss);
	}
	if (!prepare(signing, type, err))
		return CKR_FUNCTION_FAILED;
	rv = ccm_hsm_key_handle(session, signer.key, &handle, err);
	if (rv == CKR_OK)
		rv = session->functions->C_SignInit(session->handle, &mechanism, handle);
	if (rv == CKR_OK && signer.key->authenticates_always)
		rv = ccm_hsm_login_again(session);
	signing->out_len = sizeof(signing->out);
	if (rv == CKR_OK)
		rv = session->functions->C_Sign(session->handle, signing->prepared.data,
		    signing->prepared.len, signing->out, &signing->out_len);
	return rv;
}

static CK_RV
sign_work(struct ccm_hsm_session *session, void *context, struct ccm_error *err)
{
	struct signing *signing = context;
	const struct signer *signer = signing->signer;
	CK_RV rv = sign_by(session, signing, signer->type, err);

	if (ccm_hsm_judge(rv) == CCM_HSM_UNLIKED && signer->has_raw &&
	    signer->type != CKM_RSA_X_509)
		rv = sign_by(session, signing, CKM_RSA_X_509, err);
	return rv;
}

static bool
check_input(const struct signer *signer, struct ccm_span input, struct ccm_error *err)
{
	size_t wanted = signer->md != NULL ? (size_t)EVP_MD_get_size(signer->md) : 0;

	if (signer->key->type == CKK_RSA && signer->padding == CCM_PAD_NONE)
		wanted = signer->size;
	return wanted == 0 || input.len == wanted ||
	       ccm_fail(err, CCM_USAGE, "signature input has %zu bytes and needs %zu", input.len,
		   wanted);
}

/* An ECDSA signature as r || s, which DER wants shortest; RSA and EdDSA ones as they are. */
static bool
convert(const struct signing *signing, unsigned char *out, size_t *out_len, struct ccm_error *err)
{
	const struct signer *signer = signing->signer;
	struct ccm_span raw = CCM_SPAN(signing->out, signing->out_len);
	struct ccm_buf der = {0};
	bool ok = true;

	if (signer->key->type == CKK_EC) {
		ok = ccm_ecdsa_to_der(raw, &der, err);
		raw = ccm_buf_span(&der);
	} else if (signer->key->type == CKK_RSA && raw.len != signer->size) {
		ok = ccm_fail(err, CCM_CRYPTO,
		    "HSM cluster %s: a signature of %zu bytes instead of %zu",
		    signer->key->hsm->cluster, raw.len, signer->size);
	}
	if (ok && raw.len > *out_len)
		ok = ccm_fail(err, CCM_USAGE, "room for a signature of %zu bytes, it takes %zu",
		    *out_len, raw.len);
	if (ok) {
		memcpy(out, raw.data, raw.len);
		*out_len = raw.len;
	}
	ccm_buf_clear(&der);
	return ok;
}

bool
ccm_hsm_sign(
    void *state, struct ccm_span input, unsigned char *out, size_t *out_len, struct ccm_error *err)
{
	const struct signer *signer = state;
	struct signing signing = {.signer = signer, .input = input};
	const struct ccm_hsm_task task = {"signing", sign_work, &signing, false};
	bool ok = check_input(signer, input, err) && ccm_hsm_run(signer->key->hsm, &task, err) &&
		  convert(&signing, out, out_len, err);

	ccm_buf_clear(&signing.prepared);
	return ok;
}
