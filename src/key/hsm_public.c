/* SPDX-License-Identifier: Apache-2.0 */
/* Public halves: from an EVP_PKEY to what a token is searched for, and back from its objects. */
#include <openssl/asn1.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <string.h>

#include "core/crypto.h"
#include "core/der.h"
#include "key/hsm_key.h"

void
ccm_hsm_public_clear(struct ccm_hsm_public *public)
{
	ccm_buf_clear(&public->modulus);
	ccm_buf_clear(&public->point);
	ccm_buf_clear(&public->wrapped_point);
}

static bool
append_number(EVP_PKEY *pkey, const char *name, size_t width, struct ccm_buf *out)
{
	BIGNUM *number = NULL;
	size_t len;
	bool ok = EVP_PKEY_get_bn_param(pkey, name, &number) == 1;

	len = ok ? (width != 0 ? width : (size_t)BN_num_bytes(number)) : 0;
	ok = ok && ccm_buf_reserve(out, len, NULL) &&
	     BN_bn2binpad(number, out->data + out->len, (int)len) == (int)len;
	out->len += ok ? len : 0;
	BN_free(number);
	return ok;
}

/* 04 || x || y, whatever form the key itself has. */
static bool
read_point(EVP_PKEY *pkey, struct ccm_buf *out)
{
	size_t width = (size_t)(EVP_PKEY_get_bits(pkey) + 7) / 8;

	return ccm_buf_append(out, "\4", 1, NULL) &&
	       append_number(pkey, OSSL_PKEY_PARAM_EC_PUB_X, width, out) &&
	       append_number(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, width, out);
}

static bool
read_edwards(EVP_PKEY *pkey, struct ccm_buf *out)
{
	size_t len = 57; /* of Ed448, the longest */
	bool ok = ccm_buf_reserve(out, len, NULL) &&
		  EVP_PKEY_get_raw_public_key(pkey, out->data, &len) == 1;

	out->len = ok ? len : 0;
	return ok;
}

bool
ccm_hsm_public_from_pkey(EVP_PKEY *pkey, struct ccm_hsm_public *out, struct ccm_error *err)
{
	const char *name = EVP_PKEY_get0_type_name(pkey);
	bool ok;

	*out = (struct ccm_hsm_public){0};
	if (EVP_PKEY_is_a(pkey, "RSA")) {
		out->type = CKK_RSA;
		ok = append_number(pkey, OSSL_PKEY_PARAM_RSA_N, 0, &out->modulus);
	} else if (EVP_PKEY_is_a(pkey, "EC")) {
		out->type = CKK_EC;
		ok = read_point(pkey, &out->point);
	} else if (EVP_PKEY_is_a(pkey, "ED25519")) {
		out->type = CKK_EC_EDWARDS;
		ok = read_edwards(pkey, &out->point);
	} else {
		return ccm_fail(err, CCM_UNSUPPORTED, "%s keys are not looked for in an HSM", name);
	}
	ok = ok && (out->type == CKK_RSA || ccm_der_write(&out->wrapped_point, CCM_DER_OCTET_STRING,
						ccm_buf_span(&out->point), err));
	if (!ok)
		ccm_hsm_public_clear(out);
	return ok || ccm_fail_openssl(err, "public half of a %s key", name);
}

/* From attributes */

static EVP_PKEY *
from_params(const char *type, OSSL_PARAM_BLD *build, struct ccm_error *err)
{
	OSSL_PARAM *params = build != NULL ? OSSL_PARAM_BLD_to_param(build) : NULL;
	EVP_PKEY_CTX *ctx = ccm_pkey_context(type, err);
	EVP_PKEY *pkey = NULL;

	if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		ccm_fail_openssl(err, "public key of type %s from the HSM", type);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return pkey;
}

static EVP_PKEY *
make_rsa(const struct ccm_buf *modulus, const struct ccm_buf *exponent, struct ccm_error *err)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(modulus->data, (int)modulus->len, NULL);
	BIGNUM *e = BN_bin2bn(exponent->data, (int)exponent->len, NULL);
	EVP_PKEY *pkey = NULL;

	if (build != NULL && n != NULL && e != NULL &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		pkey = from_params("RSA", build, err);
	OSSL_PARAM_BLD_free(build);
	BN_free(n);
	BN_free(e);
	return pkey;
}

static const char *
curve_name(const struct ccm_buf *params)
{
	const unsigned char *in = params->data;
	ASN1_OBJECT *oid = d2i_ASN1_OBJECT(NULL, &in, (long)params->len);
	int nid = oid != NULL ? OBJ_obj2nid(oid) : NID_undef;

	ASN1_OBJECT_free(oid);
	return nid != NID_undef ? OBJ_nid2sn(nid) : NULL;
}

static EVP_PKEY *
make_ec(const struct ccm_buf *params, struct ccm_span point, struct ccm_error *err)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	const char *curve = curve_name(params);
	EVP_PKEY *pkey = NULL;

	if (curve == NULL)
		ccm_fail(err, CCM_UNSUPPORTED, "EC key of the HSM on an unknown curve");
	else if (build != NULL &&
		 OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) ==
		     1 &&
		 OSSL_PARAM_BLD_push_octet_string(
		     build, OSSL_PKEY_PARAM_PUB_KEY, point.data, point.len) == 1)
		pkey = from_params("EC", build, err);
	OSSL_PARAM_BLD_free(build);
	return pkey;
}

/* A DER OCTET STRING as PKCS#11 2.40 says, or the bare point as some modules have it. */
static struct ccm_span
bare_point(const struct ccm_buf *value)
{
	struct ccm_span in = ccm_buf_span(value), point;

	return ccm_der_read(&in, CCM_DER_OCTET_STRING, &point) && in.len == 0 ? point
									      : ccm_buf_span(value);
}

static EVP_PKEY *
make_edwards(struct ccm_span point, struct ccm_error *err)
{
	EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key_ex(
	    ccm_crypto_context(err), "ED25519", CCM_CRYPTO_PROPERTIES, point.data, point.len);

	if (pkey == NULL)
		ccm_fail_openssl(err, "Ed25519 public key of %zu bytes from the HSM", point.len);
	return pkey;
}

EVP_PKEY *
ccm_hsm_public_read(const struct ccm_hsm_session *session, CK_OBJECT_HANDLE object,
    CK_KEY_TYPE type, struct ccm_error *err)
{
	struct ccm_buf first = {0}, second = {0};
	EVP_PKEY *pkey = NULL;
	bool rsa = type == CKK_RSA;

	if (ccm_hsm_read(session, object, rsa ? CKA_MODULUS : CKA_EC_PARAMS, &first) != CKR_OK ||
	    ccm_hsm_read(session, object, rsa ? CKA_PUBLIC_EXPONENT : CKA_EC_POINT, &second) !=
		CKR_OK ||
	    first.len == 0 || second.len == 0)
		ccm_fail(err, CCM_NOT_FOUND, "the HSM does not tell the key's public half");
	else if (rsa)
		pkey = make_rsa(&first, &second, err);
	else if (type == CKK_EC)
		pkey = make_ec(&first, bare_point(&second), err);
	else if (type == CKK_EC_EDWARDS)
		pkey = make_edwards(bare_point(&second), err);
	else
		ccm_fail(err, CCM_UNSUPPORTED, "key of type 0x%lx in the HSM", type);
	ccm_buf_clear(&first);
	ccm_buf_clear(&second);
	return pkey;
}
