/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>
#include <time.h>

#include "core/crypto.h"
#include "p11/attr.h"

/* What a getter is given; most need only some of it. */
#define GETTER                                                                               \
	__attribute__((unused)) const struct ccm_p11_object *object,                         \
	    __attribute__((unused)) const struct ccm_cert *certificate, struct ccm_buf *out, \
	    struct ccm_error *err

#define ITEM_TEXT(getter, source)                                          \
	static bool getter(GETTER)                                         \
	{                                                                  \
		return ccm_buf_append_str(out, source(object->item), err); \
	}
#define CERTIFICATE_BYTES(getter, source)                               \
	static bool getter(GETTER)                                      \
	{                                                               \
		struct ccm_span bytes = source(certificate);            \
                                                                        \
		return ccm_buf_append(out, bytes.data, bytes.len, err); \
	}

ITEM_TEXT(get_label, ccm_item_label)
ITEM_TEXT(get_resource_id, ccm_item_resource_id)
ITEM_TEXT(get_status, ccm_item_status)
ITEM_TEXT(get_issuer_id, ccm_item_issuer_id)
ITEM_TEXT(get_key_algorithm, ccm_item_key_algorithm)
ITEM_TEXT(get_gen_mode, ccm_item_gen_mode)
ITEM_TEXT(get_cluster_id, ccm_item_cluster_id)
CERTIFICATE_BYTES(get_value, ccm_cert_der)
CERTIFICATE_BYTES(get_subject, ccm_cert_subject)
CERTIFICATE_BYTES(get_issuer, ccm_cert_issuer)
CERTIFICATE_BYTES(get_serial, ccm_cert_serial)
CERTIFICATE_BYTES(get_public_key_info, ccm_cert_spki)

static bool
append_number(struct ccm_buf *out, CK_ULONG number, struct ccm_error *err)
{
	return ccm_buf_append(out, &number, sizeof(number), err);
}

static bool
get_service(GETTER)
{
	return ccm_buf_append_str(out, ccm_token_model_name(ccm_item_token(object->item)), err);
}

static bool
get_id(GETTER)
{
	struct ccm_span id = ccm_item_id(object->item);

	return ccm_buf_append(out, id.data, id.len, err);
}

static bool
get_unique_id(GETTER)
{
	CK_OBJECT_HANDLE handle = ccm_p11_object_handle(object);
	char id[2 * 64 + 1] = "";

	if (object->item != NULL && ccm_item_id(object->item).len <= 64)
		ccm_hex(ccm_item_id(object->item).data, ccm_item_id(object->item).len, id);
	return ccm_buf_printf(out, err, "%s-%lu", id, handle & CCM_P11_CLASS_MASK);
}

static bool
get_trusted(GETTER)
{
	CK_BBOOL trusted = ccm_item_is_trusted(object->item) ? CK_TRUE : CK_FALSE;

	return ccm_buf_append(out, &trusted, sizeof(trusted), err);
}

static bool
get_category(GETTER)
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

static bool
get_start_date(GETTER)
{
	return append_date(out, ccm_item_not_before_ms(object->item), err);
}

static bool
get_end_date(GETTER)
{
	return append_date(out, ccm_item_not_after_ms(object->item), err);
}

static bool
get_not_after(GETTER)
{
	return append_number(out, (CK_ULONG)(ccm_item_not_after_ms(object->item) / 1000), err);
}

/* The first three bytes of the SHA-1 of the value (PKCS#11 2.40 s.4.6.3). */
static bool
get_check_value(GETTER)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	size_t len;

	return ccm_digest("SHA1", ccm_cert_der(certificate), digest, &len, err) &&
	       ccm_buf_append(out, digest, 3, err);
}

static bool
get_allowed_mechanisms(GETTER)
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

static bool
get_modulus(GETTER)
{
	return append_big_number(out, certificate, "n", err);
}

static bool
get_public_exponent(GETTER)
{
	return append_big_number(out, certificate, "e", err);
}

static bool
get_modulus_bits(GETTER)
{
	return append_number(out, (CK_ULONG)ccm_pkey_bits(ccm_cert_public_key(certificate)), err);
}

/* The curve as the certificate names it: DER of the algorithm's parameters, an OID. */
static bool
get_ec_params(GETTER)
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
static bool
get_ec_point(GETTER)
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

#define CERT CCM_P11_CERTIFICATE
#define PUBLIC CCM_P11_PUBLIC
#define PRIVATE CCM_P11_PRIVATE
#define RSA (CCM_P11_PUBLIC_RSA | CCM_P11_PRIVATE_RSA)
#define EC (CCM_P11_PUBLIC_EC | CCM_P11_PRIVATE_EC)
#define KEY CCM_P11_KEY
#define ITEM CCM_P11_ITEM
#define PROFILE CCM_P11_PROFILE
#define ANY CCM_P11_ANY

#define YES(type, kinds)                                                          \
	{                                                                         \
		type, #type, kinds, CCM_P11_BOOL, CCM_P11_CONSTANT, CK_TRUE, NULL \
	}
#define NO(type, kinds)                                                            \
	{                                                                          \
		type, #type, kinds, CCM_P11_BOOL, CCM_P11_CONSTANT, CK_FALSE, NULL \
	}
#define NUMBER(type, kinds, n)                                               \
	{                                                                    \
		type, #type, kinds, CCM_P11_ULONG, CCM_P11_CONSTANT, n, NULL \
	}
#define EMPTY(type, kinds)                                                   \
	{                                                                    \
		type, #type, kinds, CCM_P11_BYTES, CCM_P11_CONSTANT, 0, NULL \
	}
#define LISTED(type, kinds, form, get)                                     \
	{                                                                  \
		type, #type, kinds, CCM_P11_##form, CCM_P11_LISTED, 0, get \
	}
#define EXPORTED(type, kinds, form, get)                                     \
	{                                                                    \
		type, #type, kinds, CCM_P11_##form, CCM_P11_EXPORTED, 0, get \
	}
#define HIDDEN(type, kinds)                                                   \
	{                                                                     \
		type, #type, kinds, CCM_P11_BYTES, CCM_P11_SENSITIVE, 0, NULL \
	}

static const struct ccm_p11_attribute attributes[] = {
    /* of every object (PKCS#11 2.40 s.4.1, s.4.4; 3.0 s.4.2) */
    NUMBER(CKA_CLASS, CERT, CKO_CERTIFICATE),
    NUMBER(CKA_CLASS, PUBLIC, CKO_PUBLIC_KEY),
    NUMBER(CKA_CLASS, PRIVATE, CKO_PRIVATE_KEY),
    NUMBER(CKA_CLASS, PROFILE, CKO_PROFILE),
    YES(CKA_TOKEN, ANY),
    NO(CKA_PRIVATE, ANY),
    NO(CKA_MODIFIABLE, ANY),
    NO(CKA_COPYABLE, ANY),
    NO(CKA_DESTROYABLE, ANY),
    LISTED(CKA_LABEL, ITEM, BYTES, get_label),
    EMPTY(CKA_LABEL, PROFILE),
    LISTED(CKA_UNIQUE_ID, ANY, BYTES, get_unique_id),
    LISTED(CKA_ID, ITEM, BYTES, get_id),
    EXPORTED(CKA_SUBJECT, ITEM, BYTES, get_subject),
    EXPORTED(CKA_PUBLIC_KEY_INFO, ITEM, BYTES, get_public_key_info),

    /* of certificates (s.4.6) */
    NUMBER(CKA_CERTIFICATE_TYPE, CERT, CKC_X_509),
    LISTED(CKA_CERTIFICATE_CATEGORY, CERT, ULONG, get_category),
    LISTED(CKA_TRUSTED, CERT, BOOL, get_trusted),
    LISTED(CKA_START_DATE, CERT, BYTES, get_start_date),
    LISTED(CKA_END_DATE, CERT, BYTES, get_end_date),
    EXPORTED(CKA_VALUE, CERT, BYTES, get_value),
    EXPORTED(CKA_ISSUER, CERT, BYTES, get_issuer),
    EXPORTED(CKA_SERIAL_NUMBER, CERT, BYTES, get_serial),
    EXPORTED(CKA_CHECK_VALUE, CERT, BYTES, get_check_value),
    EMPTY(CKA_URL, CERT),
    EMPTY(CKA_HASH_OF_SUBJECT_PUBLIC_KEY, CERT),
    EMPTY(CKA_HASH_OF_ISSUER_PUBLIC_KEY, CERT),
    NUMBER(CKA_NAME_HASH_ALGORITHM, CERT, CKM_SHA_1),
    NUMBER(CKA_JAVA_MIDP_SECURITY_DOMAIN, CERT, 0),

    /* of keys (s.4.7 - s.4.9): where they came to be is the service's secret */
    NUMBER(CKA_KEY_TYPE, RSA, CKK_RSA),
    NUMBER(CKA_KEY_TYPE, EC, CKK_EC),
    EMPTY(CKA_START_DATE, KEY),
    EMPTY(CKA_END_DATE, KEY),
    NO(CKA_DERIVE, KEY),
    NO(CKA_LOCAL, KEY),
    NUMBER(CKA_KEY_GEN_MECHANISM, KEY, CK_UNAVAILABLE_INFORMATION),
    LISTED(CKA_ALLOWED_MECHANISMS, KEY, BYTES, get_allowed_mechanisms),
    NO(CKA_ENCRYPT, PUBLIC),
    YES(CKA_VERIFY, PUBLIC),
    NO(CKA_VERIFY_RECOVER, PUBLIC),
    NO(CKA_WRAP, PUBLIC),
    NO(CKA_TRUSTED, PUBLIC),
    YES(CKA_SENSITIVE, PRIVATE),
    NO(CKA_DECRYPT, PRIVATE),
    YES(CKA_SIGN, PRIVATE),
    NO(CKA_SIGN_RECOVER, PRIVATE),
    NO(CKA_UNWRAP, PRIVATE),
    NO(CKA_EXTRACTABLE, PRIVATE),
    NO(CKA_ALWAYS_SENSITIVE, PRIVATE), /* the service exports it */
    NO(CKA_NEVER_EXTRACTABLE, PRIVATE),
    NO(CKA_WRAP_WITH_TRUSTED, PRIVATE),
    NO(CKA_ALWAYS_AUTHENTICATE, PRIVATE),
    EXPORTED(CKA_MODULUS, RSA, BYTES, get_modulus),
    EXPORTED(CKA_PUBLIC_EXPONENT, RSA, BYTES, get_public_exponent),
    EXPORTED(CKA_MODULUS_BITS, RSA, ULONG, get_modulus_bits), /* of private ones: pkcs11-tool */
    HIDDEN(CKA_PRIVATE_EXPONENT, CCM_P11_PRIVATE_RSA),
    HIDDEN(CKA_PRIME_1, CCM_P11_PRIVATE_RSA),
    HIDDEN(CKA_PRIME_2, CCM_P11_PRIVATE_RSA),
    HIDDEN(CKA_EXPONENT_1, CCM_P11_PRIVATE_RSA),
    HIDDEN(CKA_EXPONENT_2, CCM_P11_PRIVATE_RSA),
    HIDDEN(CKA_COEFFICIENT, CCM_P11_PRIVATE_RSA),
    EXPORTED(CKA_EC_PARAMS, EC, BYTES, get_ec_params),
    EXPORTED(CKA_EC_POINT, EC, BYTES, get_ec_point), /* of private ones: pkcs11-provider */
    HIDDEN(CKA_VALUE, CCM_P11_PRIVATE_EC),

    /* of the profile object (3.0 s.4.14) */
    NUMBER(CKA_PROFILE_ID, PROFILE, CKP_PUBLIC_CERTIFICATES_TOKEN),

    /* ours (ccm/pkcs11.h) */
    LISTED(CKA_CCM_SERVICE, ITEM, BYTES, get_service),
    LISTED(CKA_CCM_RESOURCE_ID, ITEM, BYTES, get_resource_id),
    LISTED(CKA_CCM_STATUS, ITEM, BYTES, get_status),
    LISTED(CKA_CCM_ISSUER_ID, ITEM, BYTES, get_issuer_id),
    LISTED(CKA_CCM_KEY_ALGORITHM, ITEM, BYTES, get_key_algorithm),
    LISTED(CKA_CCM_GEN_MODE, ITEM, BYTES, get_gen_mode),
    LISTED(CKA_CCM_CLUSTER_ID, ITEM, BYTES, get_cluster_id),
    LISTED(CKA_CCM_NOT_AFTER, ITEM, ULONG, get_not_after),
};

const struct ccm_p11_attribute *
ccm_p11_attributes(size_t *count)
{
	*count = CCM_COUNT(attributes);
	return attributes;
}
