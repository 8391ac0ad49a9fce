/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <string.h>

#include "p11/mech.h"

#define SALT_MAX (16384 / 8) /* no key has room for more */

/* Structures may lie at any address. */
#define READ(parameter, out) \
	((parameter).len == sizeof(out) && (memcpy(&(out), (parameter).data, sizeof(out)), true))

/* The hash of the parameter is the mechanism's own, when it has one (PKCS#11 2.40 mech s.2.1.10).
 */
bool
ccm_p11_parse_pss(struct ccm_span parameter, struct ccm_p11_scheme *scheme)
{
	CK_RSA_PKCS_PSS_PARAMS pss;

	if (!READ(parameter, pss))
		return false;
	scheme->digest = ccm_p11_digest_by_type(pss.hashAlg);
	scheme->mgf = ccm_p11_digest_by_mgf(pss.mgf);
	if (scheme->digest == NULL || scheme->digest->mgf == 0 || scheme->mgf == NULL ||
	    pss.sLen > SALT_MAX)
		return false;
	if (scheme->mechanism->digest != NULL && scheme->mechanism->digest != scheme->digest)
		return false;
	scheme->params.mgf1_digest = scheme->mgf->name;
	scheme->params.salt_len = (int)pss.sLen;
	return true;
}

bool
ccm_p11_parse_oaep(struct ccm_span parameter, struct ccm_p11_scheme *scheme)
{
	CK_RSA_PKCS_OAEP_PARAMS oaep;

	if (!READ(parameter, oaep))
		return false;
	scheme->digest = ccm_p11_digest_by_type(oaep.hashAlg);
	scheme->mgf = ccm_p11_digest_by_mgf(oaep.mgf);
	scheme->data = CCM_SPAN(oaep.pSourceData, oaep.ulSourceDataLen);
	if (scheme->digest == NULL || scheme->digest->mgf == 0 || scheme->mgf == NULL)
		return false;
	if (scheme->data.data == NULL && scheme->data.len != 0)
		return false;
	/* no source is no label, as some say it */
	return oaep.source == CKZ_DATA_SPECIFIED || (oaep.source == 0 && scheme->data.len == 0);
}

/* Plain Ed25519 needs no parameter; the forms with a context or a prehash OpenSSL has from 3.2 on
 * only. */
bool
ccm_p11_parse_eddsa(struct ccm_span parameter, struct ccm_p11_scheme *scheme)
{
	struct ccm_p11_eddsa_params eddsa;

	(void)scheme;
	return parameter.len == 0 ||
	       (READ(parameter, eddsa) && eddsa.prehash == CK_FALSE && eddsa.context_len == 0);
}

bool
ccm_p11_parse_ecdh(struct ccm_span parameter, struct ccm_p11_scheme *scheme)
{
	CK_ECDH1_DERIVE_PARAMS ecdh;

	if (!READ(parameter, ecdh))
		return false;
	scheme->digest = ccm_p11_digest_by_kdf(ecdh.kdf);
	scheme->data = CCM_SPAN(ecdh.shared_data, ecdh.shared_data_len);
	scheme->peer = CCM_SPAN(ecdh.public_data, ecdh.public_data_len);
	if (scheme->digest == NULL && (ecdh.kdf != CKD_NULL || scheme->data.len != 0))
		return false;
	if (scheme->data.data == NULL && scheme->data.len != 0)
		return false;
	return scheme->peer.data != NULL && scheme->peer.len != 0;
}

bool
ccm_p11_parse_sm2(struct ccm_span parameter, struct ccm_p11_scheme *scheme)
{
	CK_CCM_SM2_PARAMS sm2;

	scheme->data = ccm_span_of(CCM_SM2_ID);
	if (parameter.len == 0)
		return true;
	if (!READ(parameter, sm2) || (sm2.pId == NULL && sm2.ulIdLen != 0))
		return false;
	scheme->data = CCM_SPAN(sm2.pId, sm2.ulIdLen);
	return sm2.ulIdLen <= CCM_SM2_ID_MAX;
}

CK_RV
ccm_p11_scheme_parse(const CK_MECHANISM *given, CK_FLAGS use, struct ccm_p11_scheme *scheme)
{
	const struct ccm_p11_mechanism *mechanism = ccm_p11_mechanism_find(given->mechanism);
	struct ccm_span parameter = CCM_SPAN(given->pParameter, given->ulParameterLen);
	bool ok;

	if (mechanism == NULL || (mechanism->flags & use) == 0)
		return CKR_MECHANISM_INVALID;
	if (parameter.data == NULL && parameter.len != 0)
		return CKR_MECHANISM_PARAM_INVALID;
	*scheme = (struct ccm_p11_scheme){mechanism, mechanism->digest};
	ok = mechanism->parse != NULL ? mechanism->parse(parameter, scheme) : parameter.len == 0;
	scheme->params.padding = mechanism->padding;
	if (mechanism->key_type == CCM_KEY_SM2)
		scheme->digest = &ccm_p11_digests[CCM_P11_SM3];
	if (scheme->digest != NULL)
		scheme->params.digest = scheme->digest->name;
	return ok ? CKR_OK : CKR_MECHANISM_PARAM_INVALID;
}

static bool
is_oaep(const struct ccm_p11_scheme *scheme)
{
	return scheme->mechanism->parse == ccm_p11_parse_oaep;
}

CK_RV
ccm_p11_scheme_check_key(const struct ccm_p11_scheme *scheme, enum ccm_key_type type, size_t bits)
{
	const struct ccm_p11_mechanism *mechanism = scheme->mechanism;

	if (type != mechanism->key_type)
		return CKR_KEY_TYPE_INCONSISTENT;
	if (bits < mechanism->min || bits > mechanism->max)
		return CKR_KEY_SIZE_RANGE;
	/* RFC 8017 9.1.1: emLen >= hLen + sLen + 2 */
	if (mechanism->padding == CCM_PAD_PSS &&
	    (bits - 1 + 7) / 8 < scheme->digest->size + (size_t)scheme->params.salt_len + 2)
		return CKR_MECHANISM_PARAM_INVALID;
	if (is_oaep(scheme) && (bits + 7) / 8 < 2 * scheme->digest->size + 2)
		return CKR_MECHANISM_PARAM_INVALID; /* 7.1.1 */
	return CKR_OK;
}

CK_RV
ccm_p11_scheme_check_input(const struct ccm_p11_scheme *scheme, size_t bits, size_t len)
{
	size_t size = (bits + 7) / 8;
	bool fits = true;

	if (scheme->digest != NULL)
		fits = len == scheme->digest->size;
	else if (scheme->params.padding == CCM_PAD_PKCS1)
		fits = len + 11 <= size; /* RFC 8017 9.2 */
	else if (scheme->mechanism->key_type == CCM_KEY_RSA)
		fits = len <= size;
	else if (scheme->mechanism->key_type == CCM_KEY_EC)
		fits = len > 0; /* ECDSA takes the leftmost bits of anything */
	return fits ? CKR_OK : CKR_DATA_LEN_RANGE;
}

size_t
ccm_p11_scheme_room(const struct ccm_p11_scheme *scheme, size_t bits)
{
	size_t size = (bits + 7) / 8;

	if (is_oaep(scheme))
		return size - 2 * scheme->digest->size - 2;                    /* RFC 8017 7.1.1 */
	return scheme->mechanism->padding == CCM_PAD_PKCS1 ? size - 11 : size; /* 7.2.1 */
}

CK_RV
ccm_p11_scheme_check_plain(const struct ccm_p11_scheme *scheme, size_t bits, size_t len)
{
	if (scheme->mechanism->key_type == CCM_KEY_RSA)
		return len <= ccm_p11_scheme_room(scheme, bits) ? CKR_OK : CKR_DATA_LEN_RANGE;
	return len > 0 ? CKR_OK : CKR_DATA_LEN_RANGE;
}

/* OSSL_PARAM is not const-correct, OpenSSL only reads these. */
static OSSL_PARAM
text_param(const char *name, const char *value)
{
	return OSSL_PARAM_construct_utf8_string(name, (char *)value, 0);
}

void
ccm_p11_scheme_cipher_params(const struct ccm_p11_scheme *scheme, OSSL_PARAM *params)
{
	OSSL_PARAM *next = params;

	if (scheme->mechanism->cipher != NULL)
		*next++ = text_param(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, scheme->mechanism->cipher);
	if (is_oaep(scheme)) {
		*next++ = text_param(OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST, scheme->digest->name);
		*next++ = text_param(OSSL_ASYM_CIPHER_PARAM_MGF1_DIGEST, scheme->mgf->name);
	}
	if (is_oaep(scheme) && scheme->data.len != 0)
		*next++ = OSSL_PARAM_construct_octet_string(OSSL_ASYM_CIPHER_PARAM_OAEP_LABEL,
		    (unsigned char *)scheme->data.data, scheme->data.len);
	*next = OSSL_PARAM_construct_end();
}
