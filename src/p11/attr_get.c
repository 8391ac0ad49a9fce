/* SPDX-License-Identifier: Apache-2.0 */
#include "p11/attr_get.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>
#include <time.h>

#include "core/crypto.h"
#include "model/crl.h"

#define ITEM_TEXT(getter, source)                                          \
	CCM_P11_GETTER(getter)                                             \
	{                                                                  \
		return ccm_buf_append_str(out, source(object->item), err); \
	}
#define CERTIFICATE_BYTES(getter, source)                               \
	CCM_P11_GETTER(getter)                                          \
	{                                                               \
		struct ccm_span bytes = source(certificate);            \
                                                                        \
		return ccm_buf_append(out, bytes.data, bytes.len, err); \
	}

ITEM_TEXT(label, ccm_item_label)
ITEM_TEXT(resource_id, ccm_item_resource_id)
ITEM_TEXT(status, ccm_item_status)
ITEM_TEXT(issuer_id, ccm_item_issuer_id)
ITEM_TEXT(gen_mode, ccm_item_gen_mode)
ITEM_TEXT(crl_url, ccm_item_crl_url)
CERTIFICATE_BYTES(value, ccm_cert_der)
CERTIFICATE_BYTES(subject, ccm_cert_subject)
CERTIFICATE_BYTES(issuer, ccm_cert_issuer)
CERTIFICATE_BYTES(serial, ccm_cert_serial)
CERTIFICATE_BYTES(public_key_info, ccm_cert_spki)

static bool
append_number(struct ccm_buf *out, CK_ULONG number, struct ccm_error *err)
{
	return ccm_buf_append(out, &number, sizeof(number), err);
}

CCM_P11_GETTER(service)
{
	return ccm_buf_append_str(out, ccm_token_service(ccm_item_token(object->item)), err);
}

/* Of a certificate it is known once its key was looked for. */
CCM_P11_GETTER(cluster_id)
{
	return ccm_item_settle(object->item, err) &&
	       ccm_buf_append_str(out, ccm_item_cluster_id(object->item), err);
}

CCM_P11_GETTER(hsm_project)
{
	return ccm_item_settle(object->item, err) &&
	       ccm_buf_append_str(out, ccm_item_hsm_project(object->item), err);
}

CCM_P11_GETTER(id)
{
	struct ccm_span id = ccm_item_id(object->item);

	return ccm_buf_append(out, id.data, id.len, err);
}

CCM_P11_GETTER(unique_id)
{
	return ccm_p11_object_unique_id(object, out, err);
}

CCM_P11_GETTER(trusted)
{
	CK_BBOOL trusted = ccm_item_is_trusted(object->item) ? CK_TRUE : CK_FALSE;

	return ccm_buf_append(out, &trusted, sizeof(trusted), err);
}

CCM_P11_GETTER(category)
{
	CK_ULONG category = CK_CERTIFICATE_CATEGORY_AUTHORITY;

	if (ccm_item_kind(object->item) == CCM_ITEM_CERTIFICATE)
		category = ccm_item_has_key(object->item) ? CK_CERTIFICATE_CATEGORY_TOKEN_USER
							  : CK_CERTIFICATE_CATEGORY_OTHER_ENTITY;
	return append_number(out, category, err);
}

/* A CK_DATE, which is text without terminator; empty when not known or out of its range. */
static bool
append_date(struct ccm_buf *out, int64_t ms, struct ccm_error *err)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	if (ms == 0 || gmtime_r(&seconds, &tm) == NULL || tm.tm_year < -1900 ||
	    tm.tm_year > 9999 - 1900)
		return true;
	return ccm_buf_printf(
	    out, err, "%04d%02d%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

/* SCM's listings tell no kind of key, and times without a zone: there the certificate tells. */
CCM_P11_GETTER(key_algorithm)
{
	return ccm_item_settle(object->item, err) &&
	       ccm_buf_append_str(out, ccm_item_key_algorithm(object->item), err);
}

CCM_P11_GETTER(start_date)
{
	return ccm_item_settle(object->item, err) &&
	       append_date(out, ccm_item_not_before_ms(object->item), err);
}

CCM_P11_GETTER(end_date)
{
	return ccm_item_settle(object->item, err) &&
	       append_date(out, ccm_item_not_after_ms(object->item), err);
}

CCM_P11_GETTER(not_after)
{
	return ccm_item_settle(object->item, err) &&
	       append_number(out, (CK_ULONG)(ccm_item_not_after_ms(object->item) / 1000), err);
}

/* The first three bytes of the SHA-1 of the value (PKCS#11 2.40 s.4.6.3). */
CCM_P11_GETTER(check_value)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	size_t len;

	return ccm_digest("SHA1", ccm_cert_der(certificate), digest, &len, err) &&
	       ccm_buf_append(out, digest, 3, err);
}

CCM_P11_GETTER(allowed_mechanisms)
{
	enum ccm_key_type type = ccm_item_key_type(object->item);

	for (size_t i = 0; i < ccm_p11_mechanism_count; i++)
		if (ccm_p11_mechanisms[i].key_type == type &&
		    !append_number(out, ccm_p11_mechanisms[i].type, err))
			return false;
	return true;
}

/* A big number of the public key, as few bytes as hold it, most significant first. */
static bool
append_big_number(struct ccm_buf *out, const struct ccm_cert *certificate, const char *param,
    struct ccm_error *err)
{
	BIGNUM *number = NULL;
	bool ok = false;

	if (EVP_PKEY_get_bn_param(ccm_cert_public_key(certificate), param, &number) != 1)
		return ccm_fail_openssl(err, "public key parameter %s", param);
	if (ccm_buf_reserve(out, (size_t)BN_num_bytes(number), err)) {
		out->len += (size_t)BN_bn2bin(number, out->data + out->len);
		ok = true;
	}
	BN_free(number);
	return ok;
}

CCM_P11_GETTER(modulus)
{
	return append_big_number(out, certificate, "n", err);
}

CCM_P11_GETTER(public_exponent)
{
	return append_big_number(out, certificate, "e", err);
}

CCM_P11_GETTER(modulus_bits)
{
	return append_number(out, (CK_ULONG)ccm_pkey_bits(ccm_cert_public_key(certificate)), err);
}

/* The curve as the certificate names it: DER of the algorithm's parameters, an OID. */
CCM_P11_GETTER(ec_params)
{
	X509_PUBKEY *spki = X509_get_X509_PUBKEY(ccm_cert_x509(certificate));
	X509_ALGOR *algorithm;
	const ASN1_OBJECT *oid;
	const void *parameter;
	int type, len;
	unsigned char *der = NULL;
	bool ok;

	X509_PUBKEY_get0_param(NULL, NULL, NULL, &algorithm, spki);
	X509_ALGOR_get0(&oid, &type, &parameter, algorithm);
	if (type != V_ASN1_OBJECT)
		return ccm_fail(err, CCM_UNSUPPORTED, "the key's curve has no name");
	len = i2d_ASN1_OBJECT(parameter, &der);
	if (len <= 0)
		return ccm_fail_openssl(err, "the key's curve");
	ok = ccm_buf_append(out, der, (size_t)len, err);
	OPENSSL_free(der);
	return ok;
}

/* The point as DER OCTET STRING (PKCS#11 2.40 mechanisms s.2.3.3). */
CCM_P11_GETTER(ec_point)
{
	X509_PUBKEY *spki = X509_get_X509_PUBKEY(ccm_cert_x509(certificate));
	const unsigned char *point;
	unsigned char header[8], *end = header;
	int len;

	X509_PUBKEY_get0_param(NULL, &point, &len, NULL, spki);
	ASN1_put_object(&end, 0, len, V_ASN1_OCTET_STRING, V_ASN1_UNIVERSAL);
	return ccm_buf_append(out, header, (size_t)(end - header), err) &&
	       ccm_buf_append(out, point, (size_t)len, err);
}

static bool
append_digest(struct ccm_buf *out, const char *name, const struct ccm_cert *certificate,
    struct ccm_error *err)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	size_t len;

	return ccm_digest(name, ccm_cert_der(certificate), digest, &len, err) &&
	       ccm_buf_append(out, digest, len, err);
}

CCM_P11_GETTER(sha1_hash)
{
	return append_digest(out, "SHA1", certificate, err);
}

CCM_P11_GETTER(md5_hash)
{
	return append_digest(out, "MD5", certificate, err);
}

CCM_P11_GETTER(profile_id)
{
	return append_number(out, ccm_p11_profiles[object->number], err);
}

CCM_P11_GETTER(mechanism_type)
{
	return append_number(out, ccm_p11_mechanisms[object->number].type, err);
}

CCM_P11_GETTER(crl_value)
{
	struct ccm_crl *crl = ccm_item_crl(object->item, err);
	bool ok =
	    crl != NULL && ccm_buf_append(out, ccm_crl_der(crl).data, ccm_crl_der(crl).len, err);

	ccm_crl_unref(crl);
	return ok;
}
