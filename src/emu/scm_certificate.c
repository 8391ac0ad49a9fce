/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/scm_certificate.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "core/crypto.h"
#include "emu/pem.h"
#include "emu/scm_refusal.h"

char *
ccm_emu_name_part_of(const X509_NAME *name, int nid)
{
	int index = X509_NAME_get_index_by_NID(name, nid, -1);
	unsigned char *utf8 = NULL;
	char *text = NULL;
	int len = -1;

	if (index >= 0)
		len = ASN1_STRING_to_UTF8(
		    &utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)));
	if (len > 0 && memchr(utf8, '\0', (size_t)len) == NULL)
		text = ccm_strndup((const char *)utf8, (size_t)len, NULL);
	OPENSSL_free(utf8);
	return text;
}

bool
ccm_emu_key_is_sm2(const EVP_PKEY *key)
{
	return EVP_PKEY_is_a(key, "SM2") == 1;
}

/* Names */

static bool
add_once(struct ccm_emu_names *names, const char *name, struct ccm_error *err)
{
	return ccm_emu_names_have(names, name) || ccm_emu_names_add(names, name, err);
}

static bool
add_address(struct ccm_emu_names *names, const ASN1_OCTET_STRING *address, struct ccm_error *err)
{
	int family = ASN1_STRING_length(address) == 4 ? AF_INET : AF_INET6;
	char text[INET6_ADDRSTRLEN];

	if (ASN1_STRING_length(address) != 4 && ASN1_STRING_length(address) != 16)
		return true;
	return inet_ntop(family, ASN1_STRING_get0_data(address), text, sizeof(text)) == NULL ||
	       add_once(names, text, err);
}

static bool
add_alternative(struct ccm_emu_names *names, const GENERAL_NAME *name, struct ccm_error *err)
{
	struct ccm_span dns;
	char *text;
	bool ok;

	if (name->type == GEN_IPADD)
		return add_address(names, name->d.iPAddress, err);
	if (name->type != GEN_DNS)
		return true;
	dns = CCM_SPAN(
	    ASN1_STRING_get0_data(name->d.dNSName), (size_t)ASN1_STRING_length(name->d.dNSName));
	if (memchr(dns.data, '\0', dns.len) != NULL)
		return ccm_emu_scm_refuse(
		    err, CCM_EMU_SCM_UPLOAD_DOMAIN, "an alternative name has a NUL in it");
	text = ccm_strndup((const char *)dns.data, dns.len, err);
	ok = text != NULL && add_once(names, text, err);
	ccm_free(text);
	return ok;
}

static bool
add_alternatives(struct ccm_emu_names *names, const GENERAL_NAMES *list, struct ccm_error *err)
{
	for (int i = 0; i < sk_GENERAL_NAME_num(list); i++)
		if (!add_alternative(names, sk_GENERAL_NAME_value(list, i), err))
			return false;
	return true;
}

/* A common name that is none of a host counts only where there is no other name. */
static bool
collect(const X509_NAME *subject, const GENERAL_NAMES *list, struct ccm_emu_names *names,
    struct ccm_error *err)
{
	char *common = ccm_emu_name_part_of(subject, NID_commonName);
	bool is_host = common != NULL && ccm_emu_name_kind(common) != CCM_EMU_NAME_WRONG;
	bool ok = (!is_host || ccm_emu_names_add(names, common, err)) &&
		  add_alternatives(names, list, err);

	if (ok && names->count == 0 && common != NULL)
		ok = ccm_emu_names_add(names, common, err);
	ccm_free(common);
	return ok;
}

bool
ccm_emu_certificate_names(const X509 *x509, struct ccm_emu_names *names, struct ccm_error *err)
{
	GENERAL_NAMES *list = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
	bool ok = collect(X509_get_subject_name(x509), list, names, err);

	GENERAL_NAMES_free(list);
	return ok;
}

bool
ccm_emu_request_names(const X509_REQ *request, struct ccm_emu_names *names, struct ccm_error *err)
{
	STACK_OF(X509_EXTENSION) *extensions = X509_REQ_get_extensions((X509_REQ *)request);
	GENERAL_NAMES *list = X509V3_get_d2i(extensions, NID_subject_alt_name, NULL, NULL);
	bool ok = collect(X509_REQ_get_subject_name(request), list, names, err);

	GENERAL_NAMES_free(list);
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
	return ok;
}

/* Facts */

static const char *
key_word(int nid)
{
	if (nid == NID_rsaEncryption)
		return "RSA";
	return nid == NID_X9_62_id_ecPublicKey ? "ECDSA" : OBJ_nid2sn(nid);
}

char *
ccm_emu_signature_name(const X509 *x509, struct ccm_error *err)
{
	int nid = X509_get_signature_nid(x509), digest = NID_undef, key = NID_undef;
	char *name;

	if (OBJ_find_sigid_algs(nid, &digest, &key) != 1 || digest == NID_undef)
		return ccm_strdup(OBJ_nid2sn(nid), err);
	name = ccm_format(err, "%sWITH%s", OBJ_nid2sn(digest), key_word(key));
	for (char *at = name; at != NULL && *at != '\0'; at++)
		*at = (char)toupper((unsigned char)*at);
	return name;
}

static bool
append_pem(X509 *x509, struct ccm_buf *out, struct ccm_error *err)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x509, &der);
	bool ok = len > 0 ? ccm_emu_pem_certificate(CCM_SPAN(der, len), out, err)
			  : ccm_fail_openssl(err, "encoding a certificate");

	OPENSSL_free(der);
	return ok;
}

static int64_t
time_of(const ASN1_TIME *time)
{
	int64_t ms = 0;

	ccm_asn1_time_ms(time, &ms);
	return ms;
}

static bool
set_fingerprint(struct ccm_emu_ssl *ssl, X509 *x509, struct ccm_error *err)
{
	unsigned char *der = NULL, hash[EVP_MAX_MD_SIZE];
	char hex[2 * EVP_MAX_MD_SIZE + 1];
	int der_len = i2d_X509(x509, &der);
	size_t len;
	bool ok = der_len > 0 && ccm_digest("SHA1", CCM_SPAN(der, der_len), hash, &len, err);

	if (ok)
		ccm_hex(hash, len, hex);
	OPENSSL_free(der);
	return ok && ccm_emu_ssl_set(&ssl->fingerprint, hex, err);
}

bool
ccm_emu_ssl_take_certificates(
    struct ccm_emu_ssl *ssl, const struct ccm_emu_certificates *certificates, struct ccm_error *err)
{
	X509 *own = certificates->items[0];

	ccm_buf_clear(&ssl->certificate);
	ccm_buf_clear(&ssl->chain);
	for (size_t i = 0; i < certificates->count; i++)
		if (!append_pem(
			certificates->items[i], i == 0 ? &ssl->certificate : &ssl->chain, err))
			return false;
	ssl->not_before = time_of(X509_get0_notBefore(own));
	ssl->not_after = time_of(X509_get0_notAfter(own));
	ssl->gm = ccm_emu_key_is_sm2(X509_get0_pubkey(own));
	ccm_free(ssl->signature_algorithm);
	ssl->signature_algorithm = ccm_emu_signature_name(own, err);
	return ssl->signature_algorithm != NULL && set_fingerprint(ssl, own, err);
}
