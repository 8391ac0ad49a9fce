/* SPDX-License-Identifier: Apache-2.0 */
#include "p11/attr_get.h"

#include <openssl/evp.h>
#include <string.h>
#include <time.h>

#include "core/crypto.h"
#include "core/der.h"
#include "model/crl.h"
#include "model/tags.h"

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
CERTIFICATE_BYTES(issuer, ccm_cert_issuer)
CERTIFICATE_BYTES(serial, ccm_cert_serial)

/* A key without a certificate has no subject yet. */
CCM_P11_GETTER(subject)
{
	struct ccm_span subject = {0};

	if (certificate != NULL)
		subject = ccm_cert_subject(certificate);
	return ccm_buf_append(out, subject.data, subject.len, err);
}

CCM_P11_GETTER(public_key_info)
{
	struct ccm_span info;

	return ccm_item_public_info(object->item, &info, err) &&
	       ccm_buf_append(out, info.data, info.len, err);
}

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

CCM_P11_GETTER(category)
{
	enum ccm_item_kind kind = ccm_item_kind(object->item);
	CK_ULONG category = CK_CERTIFICATE_CATEGORY_AUTHORITY;

	if (kind == CCM_ITEM_CERTIFICATE || kind == CCM_ITEM_ENCRYPTION)
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
	CK_FLAGS uses = ~(CK_FLAGS)0;

	if (!ccm_item_signs(object->item))
		uses = CKF_ENCRYPT | CKF_DECRYPT;

	for (size_t i = 0; i < ccm_p11_mechanism_count; i++)
		if (ccm_p11_mechanism_uses(&ccm_p11_mechanisms[i], type) &&
		    (ccm_p11_mechanisms[i].flags & uses) != 0 &&
		    !append_number(out, ccm_p11_mechanisms[i].type, err))
			return false;
	return true;
}

static bool
append_use(struct ccm_buf *out, const struct ccm_p11_object *object, CK_ATTRIBUTE_TYPE use,
    struct ccm_error *err)
{
	CK_BBOOL allowed = ccm_p11_item_permits(object->item, use) ? CK_TRUE : CK_FALSE;

	return ccm_buf_append(out, &allowed, sizeof(allowed), err);
}

CCM_P11_GETTER(encrypts)
{
	return append_use(out, object, CKA_ENCRYPT, err);
}

CCM_P11_GETTER(signs)
{
	return append_use(out, object, CKA_SIGN, err);
}

CCM_P11_GETTER(derives)
{
	return append_use(out, object, CKA_DERIVE, err);
}

static bool
append_big_number(struct ccm_buf *out, const struct ccm_p11_object *object, const char *param,
    struct ccm_error *err)
{
	EVP_PKEY *pkey = ccm_item_public_key(object->item, err);

	return pkey != NULL && ccm_pkey_number(pkey, param, out, err);
}

CCM_P11_GETTER(modulus)
{
	return append_big_number(out, object, "n", err);
}

CCM_P11_GETTER(public_exponent)
{
	return append_big_number(out, object, "e", err);
}

CCM_P11_GETTER(modulus_bits)
{
	return append_number(
	    out, (CK_ULONG)ccm_pkey_bits(ccm_item_public_key(object->item, err)), err);
}

/* The parts of SubjectPublicKeyInfo (RFC 5280 4.1): what stands behind the algorithm's name, and
 * the key itself. */
struct info {
	struct ccm_span parameters, key;
};

static bool
read_info(struct ccm_item *item, struct info *out, struct ccm_error *err)
{
	struct ccm_span info, body, algorithm, parameters, oid;

	if (!ccm_item_public_info(item, &info, err))
		return false;
	if (!ccm_der_read(&info, CCM_DER_SEQUENCE, &body) ||
	    !ccm_der_read(&body, CCM_DER_SEQUENCE, &algorithm) ||
	    !ccm_der_read(&body, CCM_DER_BIT_STRING, &out->key) || out->key.len == 0)
		return ccm_fail(err, CCM_UNSUPPORTED, "a public key in a form that is not known");
	parameters = algorithm;
	if (!ccm_der_read(&parameters, CCM_DER_OID, &oid))
		return ccm_fail(err, CCM_UNSUPPORTED, "a public key in a form that is not known");
	/* one without any names its curve by itself (RFC 8410 3) */
	out->parameters = parameters.len != 0 ? parameters : algorithm;
	out->key = CCM_SPAN(out->key.data + 1, out->key.len - 1); /* no bits are unused */
	return true;
}

/* The curve by its name: DER of the algorithm's parameters, an OID. */
CCM_P11_GETTER(ec_params)
{
	struct info info;

	(void)certificate;
	if (!read_info(object->item, &info, err))
		return false;
	if (!ccm_der_is(info.parameters, CCM_DER_OID))
		return ccm_fail(err, CCM_UNSUPPORTED, "the key's curve has no name");
	return ccm_buf_append(out, info.parameters.data, info.parameters.len, err);
}

/* The point as DER OCTET STRING (PKCS#11 2.40 mechanisms s.2.3.3). */
CCM_P11_GETTER(ec_point)
{
	struct info info;

	(void)certificate;
	return read_info(object->item, &info, err) &&
	       ccm_der_write(out, CCM_DER_OCTET_STRING, info.key, err);
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

CCM_P11_GETTER(tags)
{
	return ccm_item_tags(object->item, out, err);
}
