/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/extension.h"

#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "core/crypto.h"

static const char *const key_usage_names[] = {"digitalSignature", "nonRepudiation",
    "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign", "encipherOnly",
    "decipherOnly"};

static const struct {
	const char *name;
	int nid;
} extended_key_usages[] = {
    {"server_auth", NID_server_auth},
    {"client_auth", NID_client_auth},
    {"code_signing", NID_code_sign},
    {"email_protection", NID_email_protect},
    {"time_stamping", NID_time_stamp},
    {"smart_card_logon", NID_ms_smartcard_login},
};

int
ccm_emu_key_usage_find(const char *name)
{
	for (size_t i = 0; i < CCM_COUNT(key_usage_names); i++)
		if (strcmp(key_usage_names[i], name) == 0)
			return (int)i;
	return -1;
}

const char *
ccm_emu_extended_key_usage_name(size_t bit)
{
	return bit < CCM_COUNT(extended_key_usages) ? extended_key_usages[bit].name : NULL;
}

/* The key's SHA-1, as RFC 5280 4.2.1.2 (1) has it. */
static ASN1_OCTET_STRING *
make_key_id(const X509 *x509)
{
	EVP_MD *md = EVP_MD_fetch(ccm_crypto_context(NULL), "SHA1", CCM_CRYPTO_PROPERTIES);
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (md == NULL || id == NULL || X509_pubkey_digest(x509, md, digest, &len) != 1 ||
	    ASN1_OCTET_STRING_set(id, digest, (int)len) != 1) {
		ASN1_OCTET_STRING_free(id);
		id = NULL;
	}
	EVP_MD_free(md);
	return id;
}

static bool
add(X509 *x509, int nid, void *value, bool critical)
{
	return value != NULL &&
	       X509_add1_ext_i2d(x509, nid, value, critical, X509V3_ADD_DEFAULT) == 1;
}

AUTHORITY_KEYID *
ccm_emu_extension_authority(const X509 *issuer)
{
	AUTHORITY_KEYID *id = AUTHORITY_KEYID_new();

	if (id == NULL)
		return NULL;
	id->keyid = X509_get_ext_d2i(issuer, NID_subject_key_identifier, NULL, NULL);
	if (id->keyid == NULL)
		id->keyid = make_key_id(issuer);
	if (id->keyid != NULL)
		return id;
	AUTHORITY_KEYID_free(id);
	return NULL;
}

static bool
add_authority_key_id(X509 *x509, const X509 *issuer)
{
	AUTHORITY_KEYID *id = ccm_emu_extension_authority(issuer);
	bool ok = add(x509, NID_authority_key_identifier, id, false);

	AUTHORITY_KEYID_free(id);
	return ok;
}

static bool
add_subject_key_id(X509 *x509)
{
	ASN1_OCTET_STRING *id = make_key_id(x509);
	bool ok = add(x509, NID_subject_key_identifier, id, false);

	ASN1_OCTET_STRING_free(id);
	return ok;
}

static bool
add_basic_constraints(X509 *x509, const struct ccm_emu_plan *plan)
{
	BASIC_CONSTRAINTS *constraints = BASIC_CONSTRAINTS_new();
	bool ok = constraints != NULL;

	if (ok)
		constraints->ca = 1;
	if (ok && plan->path_length != CCM_EMU_NONE) {
		constraints->pathlen = ASN1_INTEGER_new();
		ok = constraints->pathlen != NULL &&
		     ASN1_INTEGER_set_int64(constraints->pathlen, plan->path_length) == 1;
	}
	ok = ok && add(x509, NID_basic_constraints, constraints, true);
	BASIC_CONSTRAINTS_free(constraints);
	return ok;
}

static bool
add_key_usage(X509 *x509, int64_t usages)
{
	ASN1_BIT_STRING *bits = ASN1_BIT_STRING_new();
	bool ok = bits != NULL;

	for (int i = 0; ok && i < (int)CCM_COUNT(key_usage_names); i++)
		ok = (usages & (1 << i)) == 0 || ASN1_BIT_STRING_set_bit(bits, i, 1) == 1;
	ok = ok && add(x509, NID_key_usage, bits, false);
	ASN1_BIT_STRING_free(bits);
	return ok;
}

static bool
add_extended_key_usage(X509 *x509, unsigned usages)
{
	EXTENDED_KEY_USAGE *list = EXTENDED_KEY_USAGE_new();
	bool ok = list != NULL;

	for (size_t i = 0; ok && i < CCM_COUNT(extended_key_usages); i++)
		ok = (usages & (1u << i)) == 0 ||
		     sk_ASN1_OBJECT_push(list, OBJ_nid2obj(extended_key_usages[i].nid)) > 0;
	ok = ok && add(x509, NID_ext_key_usage, list, false);
	EXTENDED_KEY_USAGE_free(list);
	return ok;
}

/* Alternative names */

static bool
set_ia5(GENERAL_NAME *name, int type, const char *text)
{
	ASN1_IA5STRING *value = ASN1_IA5STRING_new();

	if (value == NULL || ASN1_STRING_set(value, text, -1) != 1) {
		ASN1_IA5STRING_free(value);
		return false;
	}
	GENERAL_NAME_set0_value(name, type, value);
	return true;
}

static bool
set_address(GENERAL_NAME *name, const char *text)
{
	ASN1_OCTET_STRING *value = a2i_IPADDRESS(text);

	if (value == NULL)
		return false;
	GENERAL_NAME_set0_value(name, GEN_IPADD, value);
	return true;
}

/* [MS-WCCE] 2.2.2.7.7.4: an otherName of szOID_NT_PRINCIPAL_NAME with a UTF8String */
static bool
set_upn(GENERAL_NAME *name, const char *text)
{
	ASN1_TYPE *value = ASN1_TYPE_new();
	ASN1_UTF8STRING *string = ASN1_UTF8STRING_new();

	if (value == NULL || string == NULL || ASN1_STRING_set(string, text, -1) != 1) {
		ASN1_UTF8STRING_free(string);
		ASN1_TYPE_free(value);
		return false;
	}
	ASN1_TYPE_set(value, V_ASN1_UTF8STRING, string);
	if (GENERAL_NAME_set0_othername(name, OBJ_nid2obj(NID_ms_upn), value) == 1)
		return true;
	ASN1_TYPE_free(value);
	return false;
}

static bool
set_name(GENERAL_NAME *name, const struct ccm_emu_san *san)
{
	switch (san->type) {
	case CCM_EMU_SAN_DNS:
		return set_ia5(name, GEN_DNS, san->value);
	case CCM_EMU_SAN_EMAIL:
		return set_ia5(name, GEN_EMAIL, san->value);
	case CCM_EMU_SAN_URI:
		return set_ia5(name, GEN_URI, san->value);
	case CCM_EMU_SAN_IP:
		return set_address(name, san->value);
	case CCM_EMU_SAN_UPN:
		return set_upn(name, san->value);
	case CCM_EMU_SAN_TYPES:
		break;
	}
	return false;
}

static bool
add_alternative_names(X509 *x509, const struct ccm_emu_plan *plan)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	bool ok = names != NULL;

	for (size_t i = 0; ok && i < plan->san_count; i++) {
		GENERAL_NAME *name = GENERAL_NAME_new();

		ok = name != NULL && set_name(name, &plan->sans[i]) &&
		     sk_GENERAL_NAME_push(names, name) > 0;
		if (!ok)
			GENERAL_NAME_free(name);
	}
	ok = ok && add(x509, NID_subject_alt_name, names, false);
	GENERAL_NAMES_free(names);
	return ok;
}

/* One distribution point, which is one URI (RFC 5280 4.2.1.13). */
static bool
add_crl_url(X509 *x509, const char *url)
{
	char *value = ccm_format(NULL, "URI:%s", url);
	X509_EXTENSION *extension = NULL;
	bool ok;

	if (value != NULL)
		extension = X509V3_EXT_nconf_nid(NULL, NULL, NID_crl_distribution_points, value);
	ok = extension != NULL && X509_add_ext(x509, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	ccm_free(value);
	return ok;
}

/* How the service encodes the value is not documented; a UTF8String is what a reader can read. */
static bool
add_custom(X509 *x509, const char *oid, const char *text)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	ASN1_UTF8STRING *string = ASN1_UTF8STRING_new();
	ASN1_OCTET_STRING *content = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension = NULL;
	unsigned char *der = NULL;
	int len = 0;
	bool ok = false;

	if (object != NULL && content != NULL && string != NULL &&
	    ASN1_STRING_set(string, text, -1) == 1)
		len = i2d_ASN1_UTF8STRING(string, &der);
	if (len > 0 && ASN1_OCTET_STRING_set(content, der, len) == 1)
		extension = X509_EXTENSION_create_by_OBJ(NULL, object, 0, content);
	if (extension != NULL)
		ok = X509_add_ext(x509, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	OPENSSL_free(der);
	ASN1_OCTET_STRING_free(content);
	ASN1_UTF8STRING_free(string);
	ASN1_OBJECT_free(object);
	return ok;
}

bool
ccm_emu_x509_extension_is_free(const char *oid)
{
	static const int taken[] = {NID_authority_key_identifier, NID_subject_key_identifier,
	    NID_basic_constraints, NID_key_usage, NID_ext_key_usage, NID_subject_alt_name,
	    NID_crl_distribution_points};
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	int nid = object != NULL ? OBJ_obj2nid(object) : NID_undef;
	bool is_free = object != NULL;

	for (size_t i = 0; i < CCM_COUNT(taken); i++)
		if (nid == taken[i])
			is_free = false;
	ASN1_OBJECT_free(object);
	return is_free;
}

bool
ccm_emu_extensions_add(X509 *x509, const struct ccm_emu_plan *plan, const X509 *issuer)
{
	return add_authority_key_id(x509, issuer) && add_subject_key_id(x509) &&
	       (!plan->ca || add_basic_constraints(x509, plan)) &&
	       (plan->key_usages == 0 || add_key_usage(x509, plan->key_usages)) &&
	       (plan->extended_key_usage == NULL ||
		   X509_add_ext(x509, plan->extended_key_usage, -1) == 1) &&
	       (plan->extended_key_usages == 0 ||
		   add_extended_key_usage(x509, plan->extended_key_usages)) &&
	       (plan->alternative_names == NULL ||
		   X509_add_ext(x509, plan->alternative_names, -1) == 1) &&
	       (plan->san_count == 0 || add_alternative_names(x509, plan)) &&
	       (plan->crl_url == NULL || add_crl_url(x509, plan->crl_url)) &&
	       (plan->extension_oid == NULL ||
		   add_custom(x509, plan->extension_oid, plan->extension_value));
}

bool
ccm_emu_extensions_rename(X509 *x509, const struct ccm_emu_plan *plan)
{
	int at = X509_get_ext_by_NID(x509, NID_subject_alt_name, -1);

	if (at >= 0)
		X509_EXTENSION_free(X509_delete_ext(x509, at));
	return plan->san_count == 0 || add_alternative_names(x509, plan);
}
