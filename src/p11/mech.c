/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <string.h>

#include "core/crypto.h"
#include "p11/p11.h"

enum { SHA1, SHA224, SHA256, SHA384, SHA512, DIGESTS };

static const struct ccm_p11_digest digests[DIGESTS] = {
    [SHA1] = {CKM_SHA_1, CKG_MGF1_SHA1, "SHA1", 20},
    [SHA224] = {CKM_SHA224, CKG_MGF1_SHA224, "SHA224", 28},
    [SHA256] = {CKM_SHA256, CKG_MGF1_SHA256, "SHA256", 32},
    [SHA384] = {CKM_SHA384, CKG_MGF1_SHA384, "SHA384", 48},
    [SHA512] = {CKM_SHA512, CKG_MGF1_SHA512, "SHA512", 64},
};

#define RSA_PKCS1(type, digest)                                 \
	{                                                       \
		type, #type, CCM_KEY_RSA, CCM_PAD_PKCS1, digest \
	}
#define RSA_PSS(type, digest)                                 \
	{                                                     \
		type, #type, CCM_KEY_RSA, CCM_PAD_PSS, digest \
	}
#define ECDSA(type, digest)                                   \
	{                                                     \
		type, #type, CCM_KEY_EC, CCM_PAD_NONE, digest \
	}

const struct ccm_p11_mechanism ccm_p11_mechanisms[] = {
    RSA_PKCS1(CKM_RSA_PKCS, NULL),
    RSA_PKCS1(CKM_SHA224_RSA_PKCS, &digests[SHA224]),
    RSA_PKCS1(CKM_SHA256_RSA_PKCS, &digests[SHA256]),
    RSA_PKCS1(CKM_SHA384_RSA_PKCS, &digests[SHA384]),
    RSA_PKCS1(CKM_SHA512_RSA_PKCS, &digests[SHA512]),
    RSA_PSS(CKM_RSA_PKCS_PSS, NULL),
    RSA_PSS(CKM_SHA224_RSA_PKCS_PSS, &digests[SHA224]),
    RSA_PSS(CKM_SHA256_RSA_PKCS_PSS, &digests[SHA256]),
    RSA_PSS(CKM_SHA384_RSA_PKCS_PSS, &digests[SHA384]),
    RSA_PSS(CKM_SHA512_RSA_PKCS_PSS, &digests[SHA512]),
    ECDSA(CKM_ECDSA, NULL),
    ECDSA(CKM_ECDSA_SHA224, &digests[SHA224]),
    ECDSA(CKM_ECDSA_SHA256, &digests[SHA256]),
    ECDSA(CKM_ECDSA_SHA384, &digests[SHA384]),
    ECDSA(CKM_ECDSA_SHA512, &digests[SHA512]),
};
const size_t ccm_p11_mechanism_count = CCM_COUNT(ccm_p11_mechanisms);

/* What the default provider signs with: every key that the service makes or takes is within. */
static const struct limits {
	CK_ULONG min, max; /* bits */
	CK_FLAGS flags;
} limits[] = {
    [CCM_KEY_RSA] = {1024, 16384, CKF_SIGN | CKF_VERIFY},
    [CCM_KEY_EC] = {256, 521,
	CKF_SIGN | CKF_VERIFY | CKF_EC_F_P | CKF_EC_NAMEDCURVE | CKF_EC_UNCOMPRESS},
};

const struct ccm_p11_mechanism *
ccm_p11_mechanism_find(CK_MECHANISM_TYPE type)
{
	for (size_t i = 0; i < ccm_p11_mechanism_count; i++)
		if (ccm_p11_mechanisms[i].type == type)
			return &ccm_p11_mechanisms[i];
	return NULL;
}

CK_MECHANISM_INFO
ccm_p11_mechanism_describe(const struct ccm_p11_mechanism *mechanism)
{
	const struct limits *limit = &limits[mechanism->key_type];

	return (CK_MECHANISM_INFO){limit->min, limit->max, limit->flags};
}

const EVP_MD *
ccm_p11_digest_fetch(const struct ccm_p11_digest *digest, struct ccm_error *err)
{
	static _Atomic(EVP_MD *) fetched[DIGESTS];
	_Atomic(EVP_MD *) *kept = &fetched[digest - digests];
	EVP_MD *md = atomic_load(kept), *none = NULL;
	OSSL_LIB_CTX *ctx;

	if (md != NULL)
		return md;
	ctx = ccm_crypto_context(err);
	if (ctx == NULL)
		return NULL;
	md = EVP_MD_fetch(ctx, digest->name, CCM_CRYPTO_PROPERTIES);
	if (md == NULL) {
		ccm_fail_openssl(err, "digest %s", digest->name);
		return NULL;
	}
	if (atomic_compare_exchange_strong(kept, &none, md))
		return md;
	EVP_MD_free(md);
	return none;
}

/* The hash of the parameter is the mechanism's own, when it has one (PKCS#11 2.40 mech s.2.1.10).
 */
static bool
parse_pss(const CK_RSA_PKCS_PSS_PARAMS *pss, struct ccm_p11_scheme *scheme)
{
	const struct ccm_p11_digest *hash = NULL, *mgf = NULL;

	for (size_t i = 0; i < DIGESTS; i++) {
		if (digests[i].type == pss->hashAlg)
			hash = &digests[i];
		if (digests[i].mgf == pss->mgf)
			mgf = &digests[i];
	}
	if (hash == NULL || mgf == NULL || pss->sLen > limits[CCM_KEY_RSA].max / 8)
		return false;
	if (scheme->mechanism->digest != NULL && scheme->mechanism->digest != hash)
		return false;
	scheme->digest = hash;
	scheme->params.digest = hash->name;
	scheme->params.mgf1_digest = mgf->name;
	scheme->params.salt_len = (int)pss->sLen;
	return true;
}

CK_RV
ccm_p11_scheme_parse(const CK_MECHANISM *given, struct ccm_p11_scheme *scheme)
{
	const struct ccm_p11_mechanism *mechanism = ccm_p11_mechanism_find(given->mechanism);
	CK_RSA_PKCS_PSS_PARAMS pss;

	if (mechanism == NULL)
		return CKR_MECHANISM_INVALID;
	*scheme = (struct ccm_p11_scheme){mechanism, mechanism->digest};
	scheme->params.padding = mechanism->padding;
	if (mechanism->padding != CCM_PAD_PSS) {
		scheme->params.digest = mechanism->digest != NULL ? mechanism->digest->name : NULL;
		return given->ulParameterLen == 0 ? CKR_OK : CKR_MECHANISM_PARAM_INVALID;
	}
	if (given->pParameter == NULL || given->ulParameterLen != sizeof(pss))
		return CKR_MECHANISM_PARAM_INVALID;
	memcpy(&pss, given->pParameter, sizeof(pss)); /* of any alignment */
	return parse_pss(&pss, scheme) ? CKR_OK : CKR_MECHANISM_PARAM_INVALID;
}

CK_RV
ccm_p11_scheme_check_key(const struct ccm_p11_scheme *scheme, enum ccm_key_type type, size_t bits)
{
	const struct limits *limit = &limits[scheme->mechanism->key_type];

	if (type != scheme->mechanism->key_type)
		return CKR_KEY_TYPE_INCONSISTENT;
	if (bits < limit->min || bits > limit->max)
		return CKR_KEY_SIZE_RANGE;
	/* RFC 8017 9.1.1: emLen >= hLen + sLen + 2 */
	if (scheme->params.padding == CCM_PAD_PSS &&
	    (bits - 1 + 7) / 8 < scheme->digest->size + (size_t)scheme->params.salt_len + 2)
		return CKR_MECHANISM_PARAM_INVALID;
	return CKR_OK;
}

CK_RV
ccm_p11_scheme_check_input(const struct ccm_p11_scheme *scheme, size_t bits, size_t len)
{
	bool fits;

	if (scheme->digest != NULL)
		fits = len == scheme->digest->size;
	else if (scheme->params.padding == CCM_PAD_PKCS1)
		fits = len + 11 <= (bits + 7) / 8; /* RFC 8017 9.2 */
	else
		fits = len > 0; /* ECDSA takes the leftmost bits of anything */
	return fits ? CKR_OK : CKR_DATA_LEN_RANGE;
}
