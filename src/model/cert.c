/* SPDX-License-Identifier: Apache-2.0 */
#include "model/cert.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdatomic.h>
#include <string.h>

#include "core/crypto.h"
#include "core/der.h"
#include "key/pem.h"

struct ccm_cert {
	atomic_uint refs;
	struct ccm_buf der; /* the spans point into it */
	struct ccm_span subject, issuer, serial, spki;
	X509 *x509;
	char *common_name;
	int64_t not_before_ms, not_after_ms;
	bool is_ca, is_self_issued;
};

/* RFC 5280 4.1: the parts of TBSCertificate as they are encoded. */
static bool
find_parts(struct ccm_cert *cert)
{
	struct ccm_span der = ccm_buf_span(&cert->der);
	struct ccm_span certificate, tbs, ignored;

	if (!ccm_der_read(&der, CCM_DER_SEQUENCE, &certificate) || der.len > 0 ||
	    !ccm_der_read(&certificate, CCM_DER_SEQUENCE, &tbs))
		return false;
	if (ccm_der_is(tbs, CCM_DER_CONTEXT | 0) &&
	    !ccm_der_read(&tbs, CCM_DER_CONTEXT | 0, &ignored))
		return false;
	return ccm_der_read_element(&tbs, CCM_DER_INTEGER, &cert->serial) &&
	       ccm_der_read(&tbs, CCM_DER_SEQUENCE, &ignored) && /* signature algorithm */
	       ccm_der_read_element(&tbs, CCM_DER_SEQUENCE, &cert->issuer) &&
	       ccm_der_read(&tbs, CCM_DER_SEQUENCE, &ignored) && /* validity */
	       ccm_der_read_element(&tbs, CCM_DER_SEQUENCE, &cert->subject) &&
	       ccm_der_read_element(&tbs, CCM_DER_SEQUENCE, &cert->spki);
}

static bool
decode_x509(struct ccm_cert *cert, struct ccm_error *err)
{
	OSSL_LIB_CTX *context = ccm_crypto_context(err);
	const unsigned char *in = cert->der.data;

	if (context == NULL)
		return false;
	cert->x509 = X509_new_ex(context, CCM_CRYPTO_PROPERTIES);
	if (cert->x509 == NULL)
		return ccm_fail_nomem(err);
	ERR_set_mark();
	bool ok = d2i_X509(&cert->x509, &in, (long)cert->der.len) != NULL;
	ERR_pop_to_mark();
	return ok || ccm_fail(err, CCM_PROTOCOL, "not a certificate in DER");
}

static bool
time_ms(const ASN1_TIME *time, const char *what, int64_t *ms, struct ccm_error *err)
{
	return ccm_asn1_time_ms(time, ms) ||
	       ccm_fail(err, CCM_PROTOCOL, "certificate with a malformed %s", what);
}

/* A name with a NUL in it could pass for another one: it counts as none. */
static char *
first_common_name(const X509_NAME *name)
{
	int index = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	unsigned char *utf8 = NULL;
	char *text = NULL;

	if (index < 0)
		return NULL;
	ERR_set_mark();
	const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, index);
	int len = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
	ERR_pop_to_mark();
	if (len >= 0 && memchr(utf8, '\0', (size_t)len) == NULL)
		text = ccm_strndup((const char *)utf8, (size_t)len, NULL);
	OPENSSL_free(utf8);
	return text;
}

/* Asking whether it is a CA makes OpenSSL look at all extensions now, not later in some thread. */
static bool
read_facts(struct ccm_cert *cert, struct ccm_error *err)
{
	const X509_NAME *subject = X509_get_subject_name(cert->x509);

	if (!time_ms(
		X509_get0_notBefore(cert->x509), "start of validity", &cert->not_before_ms, err) ||
	    !time_ms(X509_get0_notAfter(cert->x509), "end of validity", &cert->not_after_ms, err))
		return false;
	ERR_set_mark();
	cert->is_ca = X509_check_ca(cert->x509) > 0;
	cert->is_self_issued = X509_NAME_cmp(subject, X509_get_issuer_name(cert->x509)) == 0;
	ERR_pop_to_mark();
	cert->common_name = first_common_name(subject);
	return true;
}

struct ccm_cert *
ccm_cert_from_der(struct ccm_span der, struct ccm_error *err)
{
	struct ccm_cert *cert = ccm_alloc(sizeof(*cert), err);

	if (cert == NULL)
		return NULL;
	atomic_init(&cert->refs, 1);
	if (!ccm_buf_append(&cert->der, der.data, der.len, err))
		goto out;
	if (!find_parts(cert)) {
		ccm_fail(err, CCM_PROTOCOL, "not a certificate in DER");
		goto out;
	}
	if (decode_x509(cert, err) && read_facts(cert, err))
		return cert;
out:
	ccm_cert_unref(cert);
	return NULL;
}

static bool
is_certificate(const char *label)
{
	return strcmp(label, "CERTIFICATE") == 0 || strcmp(label, "X509 CERTIFICATE") == 0;
}

static struct ccm_cert *
cert_from_block(const struct ccm_pem_block *block, struct ccm_error *err)
{
	struct ccm_cert *cert = NULL;

	if (is_certificate(block->label))
		cert = ccm_cert_from_der(ccm_buf_span(&block->der), err);
	else
		ccm_fail(err, CCM_PROTOCOL, "is not a certificate");
	if (cert == NULL)
		ccm_error_context(
		    err, "PEM block %zu (%s, line %zu)", block->number, block->label, block->line);
	return cert;
}

static bool
read_blocks(struct ccm_pem *pem, struct ccm_cert ***certs, size_t *count, struct ccm_error *err)
{
	struct ccm_pem_block block = {0};
	bool ok;

	while ((ok = ccm_pem_next(pem, &block, err)) && block.label[0] != '\0') {
		struct ccm_cert *cert = cert_from_block(&block, err);

		ok = cert != NULL && ccm_grow_array(certs, *count, sizeof(**certs), err);
		if (!ok) {
			ccm_cert_unref(cert);
			break;
		}
		(*certs)[(*count)++] = cert;
	}
	ccm_pem_block_clear(&block);
	if (ok && *count == 0)
		return ccm_fail(
		    err, CCM_PROTOCOL, "no certificate in a PEM text of %zu bytes", pem->text.len);
	return ok;
}

bool
ccm_certs_from_pem(
    struct ccm_span text, struct ccm_cert ***certs, size_t *count, struct ccm_error *err)
{
	struct ccm_pem pem = {0};

	*certs = NULL;
	*count = 0;
	bool ok = ccm_pem_open(&pem, text, false, err) && read_blocks(&pem, certs, count, err);
	ccm_pem_close(&pem);
	if (!ok) {
		ccm_certs_free(*certs, *count);
		*certs = NULL;
		*count = 0;
	}
	return ok;
}

void
ccm_certs_free(struct ccm_cert **certs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		ccm_cert_unref(certs[i]);
	ccm_free(certs);
}

struct ccm_cert *
ccm_cert_ref(struct ccm_cert *cert)
{
	atomic_fetch_add_explicit(&cert->refs, 1, memory_order_relaxed);
	return cert;
}

void
ccm_cert_unref(struct ccm_cert *cert)
{
	if (cert == NULL || atomic_fetch_sub_explicit(&cert->refs, 1, memory_order_acq_rel) != 1)
		return;
	X509_free(cert->x509);
	ccm_free(cert->common_name);
	ccm_buf_clear(&cert->der);
	ccm_free(cert);
}

struct ccm_span
ccm_cert_der(const struct ccm_cert *cert)
{
	return ccm_buf_span(&cert->der);
}

struct ccm_span
ccm_cert_subject(const struct ccm_cert *cert)
{
	return cert->subject;
}

struct ccm_span
ccm_cert_issuer(const struct ccm_cert *cert)
{
	return cert->issuer;
}

struct ccm_span
ccm_cert_serial(const struct ccm_cert *cert)
{
	return cert->serial;
}

struct ccm_span
ccm_cert_spki(const struct ccm_cert *cert)
{
	return cert->spki;
}

const char *
ccm_cert_common_name(const struct ccm_cert *cert)
{
	return cert->common_name != NULL ? cert->common_name : "";
}

/* OpenSSL 3 decodes the key together with the certificate; here it is only looked up. */
EVP_PKEY *
ccm_cert_public_key(const struct ccm_cert *cert)
{
	ERR_set_mark();
	EVP_PKEY *pkey = X509_get0_pubkey(cert->x509);
	ERR_pop_to_mark();
	return pkey;
}

const X509 *
ccm_cert_x509(const struct ccm_cert *cert)
{
	return cert->x509;
}

int64_t
ccm_cert_not_before_ms(const struct ccm_cert *cert)
{
	return cert->not_before_ms;
}

int64_t
ccm_cert_not_after_ms(const struct ccm_cert *cert)
{
	return cert->not_after_ms;
}

bool
ccm_cert_is_ca(const struct ccm_cert *cert)
{
	return cert->is_ca;
}

bool
ccm_cert_is_self_issued(const struct ccm_cert *cert)
{
	return cert->is_self_issued;
}

static bool
is_dns_name(const GENERAL_NAME *general, const char *name)
{
	size_t len = strlen(name);

	return general->type == GEN_DNS && (size_t)ASN1_STRING_length(general->d.ia5) == len &&
	       strncasecmp((const char *)ASN1_STRING_get0_data(general->d.ia5), name, len) == 0;
}

bool
ccm_cert_has_san(const struct ccm_cert *cert, const char *name)
{
	ERR_set_mark();
	GENERAL_NAMES *names = X509_get_ext_d2i(cert->x509, NID_subject_alt_name, NULL, NULL);
	ASN1_OCTET_STRING *address = a2i_IPADDRESS(name);
	bool found = false;

	for (int i = 0; !found && i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *general = sk_GENERAL_NAME_value(names, i);

		found =
		    is_dns_name(general, name) || (general->type == GEN_IPADD && address != NULL &&
						      ASN1_STRING_cmp(general->d.ip, address) == 0);
	}
	GENERAL_NAMES_free(names);
	ASN1_OCTET_STRING_free(address);
	ERR_pop_to_mark();
	return found;
}

static X509_NAME *
decode_name(struct ccm_span der)
{
	const unsigned char *in = der.data;

	ERR_set_mark();
	X509_NAME *name = d2i_X509_NAME(NULL, &in, (long)der.len);
	ERR_pop_to_mark();
	if (name != NULL && in != der.data + der.len) {
		X509_NAME_free(name);
		return NULL;
	}
	return name;
}

bool
ccm_name_equal(struct ccm_span a, struct ccm_span b)
{
	if (ccm_span_equal(a, b))
		return true;
	X509_NAME *first = decode_name(a);
	X509_NAME *second = decode_name(b);
	bool equal = first != NULL && second != NULL && X509_NAME_cmp(first, second) == 0;

	X509_NAME_free(first);
	X509_NAME_free(second);
	return equal;
}

char *
ccm_name_common_name(struct ccm_span der)
{
	X509_NAME *name = decode_name(der);
	char *text = name != NULL ? first_common_name(name) : NULL;

	X509_NAME_free(name);
	return text;
}
