/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "emu/scm.h"
#include "emu/scm_certificate.h"

#define NAME_MIN 3
#define NAME_MAX_LEN 63

/* Uploading a certificate from elsewhere: everything is read and checked before it is kept. */

struct upload {
	struct ccm_emu_certificates certificates; /* the certificate, then its chain */
	EVP_PKEY *key;
	struct ccm_emu_names names;
	struct ccm_emu_ssl ssl;
};

static void
clear(struct upload *upload)
{
	ccm_emu_certificates_clear(&upload->certificates);
	EVP_PKEY_free(upload->key);
	ccm_emu_names_clear(&upload->names);
	ccm_emu_ssl_clear(&upload->ssl);
}

static bool
take_name(const struct ccm_json *request, struct ccm_emu_ssl *ssl, struct ccm_error *err)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789_.-";
	const char *name;
	size_t len;

	if (!ccm_json_string(request, "name", &name, err))
		return false;
	len = strlen(name);
	if (len < NAME_MIN || len > NAME_MAX_LEN || strspn(name, allowed) != len)
		return ccm_emu_scm_refuse(err, CCM_EMU_SCM_NAME,
		    "name: %.64s is not of 3 to 63 letters, digits and _ - .", name);
	return ccm_emu_ssl_set(&ssl->name, name, err);
}

/* The member's text with \n; empty when there is none. */
static bool
take_pem(
    const struct ccm_json *request, const char *name, struct ccm_buf *out, struct ccm_error *err)
{
	const char *text = "";

	ccm_buf_clear(out);
	return ccm_json_opt_string(request, name, &text, err) && ccm_emu_pem_tidy(text, out, err);
}

static bool
read_certificates(const struct ccm_json *request, struct upload *upload, struct ccm_error *err)
{
	struct ccm_buf pem = {0};
	bool ok = take_pem(request, "certificate", &pem, err);

	if (ok && !ccm_emu_pem_read_certificates(ccm_buf_span(&pem), &upload->certificates))
		ok = ccm_emu_scm_refuse(err, CCM_EMU_SCM_CERTIFICATE,
		    "certificate: is not a certificate in PEM, with or without its chain");
	ok = ok && take_pem(request, "certificate_chain", &pem, err);
	if (ok && pem.len != 0 &&
	    !ccm_emu_pem_read_certificates(ccm_buf_span(&pem), &upload->certificates))
		ok = ccm_emu_scm_refuse(err, CCM_EMU_SCM_CHAIN,
		    "certificate_chain: is not one or more certificates in PEM, 15 at most");
	ccm_buf_clear(&pem);
	return ok;
}

static bool
read_key(const struct ccm_json *request, struct upload *upload, struct ccm_error *err)
{
	struct ccm_buf *pem = &upload->ssl.private_key;

	if (!take_pem(request, "private_key", pem, err))
		return false;
	upload->key = ccm_emu_pem_read_key(ccm_buf_span(pem));
	return upload->key != NULL ||
	       ccm_emu_scm_refuse(err, CCM_EMU_SCM_KEY,
		   "private_key: is not a private key in PEM without a password");
}

static bool
check_match(struct upload *upload, struct ccm_error *err)
{
	const X509 *own = upload->certificates.items[0];

	return EVP_PKEY_eq(X509_get0_pubkey(own), upload->key) == 1 ||
	       ccm_emu_scm_refuse(err, CCM_EMU_SCM_KEY_MISMATCH,
		   "the private key is another one than the certificate's");
}

/* Each is by the next; a root that closes the chain may be missing. */
static bool
check_chain(struct upload *upload, struct ccm_error *err)
{
	const struct ccm_emu_certificates *all = &upload->certificates;

	for (size_t i = 0; i + 1 < all->count; i++)
		if (X509_NAME_cmp(X509_get_issuer_name(all->items[i]),
			X509_get_subject_name(all->items[i + 1])) != 0)
			return ccm_emu_scm_refuse(err, CCM_EMU_SCM_ISSUER,
			    "certificate %zu of the chain is not the issuer of the one before",
			    i + 1);
	return true;
}

/* The names of the certificate, as the row has them. */
static bool
take_names(struct upload *upload, struct ccm_error *err)
{
	struct ccm_emu_names *names = &upload->names;
	struct ccm_emu_ssl *ssl = &upload->ssl;
	struct ccm_buf sans = {0};
	bool ok;

	if (!ccm_emu_certificate_names(upload->certificates.items[0], names, err))
		return false;
	if (names->count == 0)
		return ccm_emu_scm_refuse(
		    err, CCM_EMU_SCM_NO_DOMAIN, "neither a common name nor an alternative one");
	for (size_t i = 0; i < names->count; i++)
		if (ccm_emu_name_kind(names->items[i]) == CCM_EMU_NAME_WRONG)
			return ccm_emu_scm_refuse(
			    err, CCM_EMU_SCM_UPLOAD_DOMAIN, "%.256s", names->items[i]);
	ssl->domain_count = (int64_t)names->count;
	ssl->wildcard_count = (int64_t)ccm_emu_names_count(names, CCM_EMU_NAME_WILDCARD);
	ok = ccm_emu_names_join(names, &sans, err) &&
	     ccm_emu_ssl_set(&ssl->domain, names->items[0], err) &&
	     ccm_emu_ssl_set(&ssl->sans, names->count > 1 ? ccm_buf_str(&sans) : NULL, err) &&
	     ccm_emu_ssl_set(&ssl->domain_type, ccm_emu_names_type(names), err);
	ccm_buf_clear(&sans);
	return ok;
}

/* An organization in the subject was looked at; who issued it is the brand. */
static bool
take_kind(struct upload *upload, struct ccm_error *err)
{
	const X509 *own = upload->certificates.items[0];
	char *company = ccm_emu_name_part_of(X509_get_subject_name(own), NID_organizationName);
	char *brand = ccm_emu_name_part_of(X509_get_issuer_name(own), NID_organizationName);
	bool ok;

	if (brand == NULL)
		brand = ccm_emu_name_part_of(X509_get_issuer_name(own), NID_commonName);
	ok = ccm_emu_ssl_set(
		 &upload->ssl.type, company != NULL ? "OV_SSL_CERT" : "DV_SSL_CERT", err) &&
	     ccm_emu_ssl_set(&upload->ssl.brand, brand, err);
	ccm_free(brand);
	ccm_free(company);
	return ok;
}

/* The second pair of SM2: both or none, and they belong together. */
static bool
take_encryption_pair(const struct ccm_json *request, struct upload *upload, struct ccm_error *err)
{
	struct ccm_buf *certificate = &upload->ssl.enc_certificate;
	struct ccm_buf *key = &upload->ssl.enc_private_key;
	struct ccm_emu_certificates read = {0};
	EVP_PKEY *pkey;
	bool ok;

	if (!take_pem(request, "enc_certificate", certificate, err) ||
	    !take_pem(request, "enc_private_key", key, err))
		return false;
	if (certificate->len == 0 && key->len == 0)
		return true;
	if (!ccm_emu_key_is_sm2(upload->key))
		return ccm_emu_scm_refuse(
		    err, CCM_EMU_SCM_PARAMETER, "enc_certificate: is only for SM2 certificates");
	ok = ccm_emu_pem_read_certificates(ccm_buf_span(certificate), &read) ||
	     ccm_emu_scm_refuse(
		 err, CCM_EMU_SCM_CERTIFICATE, "enc_certificate: is not a certificate in PEM");
	pkey = ok ? ccm_emu_pem_read_key(ccm_buf_span(key)) : NULL;
	if (ok && pkey == NULL)
		ok = ccm_emu_scm_refuse(
		    err, CCM_EMU_SCM_KEY, "enc_private_key: is not a private key in PEM");
	if (ok && EVP_PKEY_eq(X509_get0_pubkey(read.items[0]), pkey) != 1)
		ok = ccm_emu_scm_refuse(err, CCM_EMU_SCM_KEY_MISMATCH,
		    "enc_private_key is another one than that of enc_certificate");
	EVP_PKEY_free(pkey);
	ccm_emu_certificates_clear(&read);
	return ok;
}

/* Only a client that says so minds a second time (ccm-api.md 8, duplicate_check). */
static bool
check_duplicate(struct ccm_emu_call *call, struct upload *upload, struct ccm_error *err)
{
	struct ccm_emu_db *db = ccm_emu_state_db(call->emulator->state);
	bool again = true, known = false;

	if (!ccm_json_opt_bool(call->request, "duplicate_check", &again, err) ||
	    (!again && !ccm_emu_ssl_known(db, upload->ssl.fingerprint, &known, err)))
		return false;
	return !known || ccm_emu_scm_refuse(err, CCM_EMU_SCM_PARAMETER,
			     "certificate: is there already, and duplicate_check is false");
}

static bool
read_upload(struct ccm_emu_call *call, struct upload *upload, struct ccm_error *err)
{
	const struct ccm_json *request = call->request;
	struct ccm_emu_ssl *ssl = &upload->ssl;

	if (!take_name(request, ssl, err) || !read_certificates(request, upload, err) ||
	    !read_key(request, upload, err) || !check_match(upload, err) ||
	    !check_chain(upload, err) || !take_names(upload, err) || !take_kind(upload, err) ||
	    !take_encryption_pair(request, upload, err) ||
	    !ccm_emu_ssl_set_project(call, ssl, err) ||
	    !ccm_emu_ssl_take_certificates(ssl, &upload->certificates, err))
		return false;
	if (ssl->not_after <= call->now)
		return ccm_emu_scm_refuse(err, CCM_EMU_SCM_EXPIRED, "certificate");
	return check_duplicate(call, upload, err);
}

bool
ccm_emu_import_ssl(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct upload upload = {0};
	bool ok;

	ccm_emu_ssl_init(&upload.ssl);
	upload.ssl.update_time = call->now;
	call->answer->json = ccm_json_new_object(err);
	ok =
	    call->answer->json != NULL && read_upload(call, &upload, err) &&
	    ccm_emu_ssl_set(&upload.ssl.status, "UPLOAD", err) &&
	    ccm_emu_ssl_add(ccm_emu_state_db(call->emulator->state), &upload.ssl, call->now, err) &&
	    ccm_json_add_string(call->answer->json, "certificate_id", upload.ssl.id, err);
	clear(&upload);
	return ok;
}
