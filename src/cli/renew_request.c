/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that ask for what a certificate already is. */
#include "cli/renew.h"

#include <arpa/inet.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "key/algorithm.h"
#include "model/issue.h"

#define HOUR_MS (INT64_C(60) * 60 * 1000)

/* As long as the certificate was valid, to the hour. */
static bool
add_validity(struct ccm_json *request, const struct ccm_cert *cert, struct ccm_error *err)
{
	int64_t ms = ccm_cert_not_after_ms(cert) - ccm_cert_not_before_ms(cert);
	int64_t hours = (ms + HOUR_MS / 2) / HOUR_MS;
	bool days = hours % 24 == 0 && hours != 0;

	hours = hours > 0 ? hours : 1;
	return ccm_json_add_string(request, "validity.type", days ? "DAY" : "HOUR", err) &&
	       ccm_json_add_int(request, "validity.value", days ? hours / 24 : hours, err);
}

static bool
add_usages(struct ccm_json *request, const X509 *x509, struct ccm_error *err)
{
	static const char *const names[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
	    "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign", "encipherOnly",
	    "decipherOnly"};
	ASN1_BIT_STRING *bits = X509_get_ext_d2i(x509, NID_key_usage, NULL, NULL);
	struct ccm_json *list = bits != NULL ? ccm_json_new_array(err) : NULL;
	bool ok = bits == NULL || list != NULL;

	for (int i = 0; bits != NULL && ok && i < (int)CCM_COUNT(names); i++)
		if (ASN1_BIT_STRING_get_bit(bits, i) == 1)
			ok = ccm_json_append_string(list, names[i], err);
	ASN1_BIT_STRING_free(bits);
	if (list == NULL || !ok || ccm_json_count(list) == 0) {
		ccm_json_free(list);
		return ok;
	}
	return ccm_json_add_json(request, "key_usages", list, err);
}

static bool
add_purposes(struct ccm_json *request, const X509 *x509, struct ccm_error *err)
{
	static const struct {
		int nid;
		const char *field;
	} rows[] = {
	    {NID_server_auth, "extended_key_usage.server_auth"},
	    {NID_client_auth, "extended_key_usage.client_auth"},
	    {NID_code_sign, "extended_key_usage.code_signing"},
	    {NID_email_protect, "extended_key_usage.email_protection"},
	    {NID_time_stamp, "extended_key_usage.time_stamping"},
	    {NID_ms_smartcard_login, "extended_key_usage.smart_card_logon"},
	};
	EXTENDED_KEY_USAGE *purposes = X509_get_ext_d2i(x509, NID_ext_key_usage, NULL, NULL);
	bool ok = true;

	for (int i = 0; i < sk_ASN1_OBJECT_num(purposes); i++)
		for (size_t j = 0; ok && j < CCM_COUNT(rows); j++)
			if (OBJ_obj2nid(sk_ASN1_OBJECT_value(purposes, i)) == rows[j].nid)
				ok = ccm_json_add_bool(request, rows[j].field, true, err);
	EXTENDED_KEY_USAGE_free(purposes);
	return ok;
}

static bool
add_name(struct ccm_json *list, const char *type, const char *value, struct ccm_error *err)
{
	struct ccm_json *name = ccm_json_new_object(err);

	if (name != NULL && ccm_json_add_string(name, "type", type, err) &&
	    ccm_json_add_string(name, "value", value, err))
		return ccm_json_append_json(list, name, err);
	ccm_json_free(name);
	return false;
}

static bool
add_text_name(
    struct ccm_json *list, const char *type, const ASN1_STRING *text, struct ccm_error *err)
{
	char *value = ccm_strndup(
	    (const char *)ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text), err);
	bool ok = value != NULL && add_name(list, type, value, err);

	ccm_free(value);
	return ok;
}

static bool
add_general_name(struct ccm_json *list, GENERAL_NAME *name, struct ccm_error *err)
{
	char address[INET6_ADDRSTRLEN];
	ASN1_OBJECT *kind = NULL;
	ASN1_TYPE *other = NULL;
	int type = 0;
	void *value = GENERAL_NAME_get0_value(name, &type);

	switch (type) {
	case GEN_DNS:
		return add_text_name(list, "DNS", value, err);
	case GEN_EMAIL:
		return add_text_name(list, "EMAIL", value, err);
	case GEN_URI:
		return add_text_name(list, "URI", value, err);
	case GEN_IPADD:
		inet_ntop(ASN1_STRING_length(value) == 4 ? AF_INET : AF_INET6,
		    ASN1_STRING_get0_data(value), address, sizeof(address));
		return add_name(list, "IP", address, err);
	default:
		break;
	}
	if (GENERAL_NAME_get0_otherName(name, &kind, &other) == 1 &&
	    OBJ_obj2nid(kind) == NID_ms_upn && other->type == V_ASN1_UTF8STRING)
		return add_text_name(list, "UPN", other->value.utf8string, err);
	return ccm_fail(
	    err, CCM_UNSUPPORTED, "an alternative name of a kind that is not asked for");
}

static bool
add_names(struct ccm_json *request, const X509 *x509, struct ccm_error *err)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
	struct ccm_json *list = names != NULL ? ccm_json_new_array(err) : NULL;
	bool ok = names == NULL || list != NULL;

	for (int i = 0; ok && i < sk_GENERAL_NAME_num(names); i++)
		ok = add_general_name(list, sk_GENERAL_NAME_value(names, i), err);
	GENERAL_NAMES_free(names);
	if (!ok || list == NULL) {
		ccm_json_free(list);
		return ok;
	}
	return ccm_json_add_json(request, "subject_alternative_names", list, err);
}

static bool
copy_member(struct ccm_json *request, const struct ccm_json *record, const char *name,
    struct ccm_error *err)
{
	const struct ccm_json *value = ccm_json_get(record, name);
	struct ccm_json *copy = value != NULL ? ccm_json_dup(value, err) : NULL;

	return value == NULL || (copy != NULL && ccm_json_add_json(request, name, copy, err));
}

struct ccm_json *
ccm_renew_request(const struct ccm_json *record, const struct ccm_cert *cert, struct ccm_error *err)
{
	static const char *const members[] = {"issuer_id", "key_algorithm", "signature_algorithm"};
	static const char *const parts[] = {
	    "common_name", "country", "state", "locality", "organization", "organizational_unit"};
	struct ccm_json *request = ccm_json_new_object(err);
	const X509 *x509 = ccm_cert_x509(cert);
	bool ok = request != NULL;
	char name[64];

	for (size_t i = 0; ok && i < CCM_COUNT(members); i++)
		ok = copy_member(request, record, members[i], err);
	for (size_t i = 0; ok && i < CCM_COUNT(parts); i++) {
		snprintf(name, sizeof(name), "distinguished_name.%s", parts[i]);
		ok = copy_member(request, record, name, err);
	}
	ok = ok && add_validity(request, cert, err) && add_usages(request, x509, err) &&
	     add_purposes(request, x509, err) && add_names(request, x509, err);
	if (ok)
		return request;
	ccm_json_free(request);
	return NULL;
}

struct ccm_json *
ccm_renew_intent(struct ccm_item *old, const struct ccm_key *like, struct ccm_error *err)
{
	const struct ccm_cert *cert = ccm_item_certificate(old, err);
	struct ccm_json *intent = cert != NULL ? ccm_json_new_object(err) : NULL;
	char algorithm[CCM_ALGORITHM_SIZE] = "";
	bool ok;

	if (like != NULL)
		ccm_algorithm_of(ccm_key_public(like), algorithm);
	ok = intent != NULL &&
	     ccm_json_add_string(intent, "issuer_id", ccm_item_issuer_id(old), err) &&
	     ccm_json_add_string(
		 intent, "distinguished_name.common_name", ccm_item_label(old), err) &&
	     add_validity(intent, cert, err) &&
	     (like == NULL || ccm_json_add_string(intent, "key_algorithm", algorithm, err)) &&
	     ccm_json_add_string(intent, CCM_ISSUE_RENEWS, ccm_item_resource_id(old), err);
	if (ok)
		return intent;
	ccm_json_free(intent);
	return NULL;
}
