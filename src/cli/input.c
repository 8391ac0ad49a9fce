/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/input.h"

#include <openssl/x509.h>
#include <string.h>

#include "cli/file.h"
#include "cli/pem.h"
#include "core/crypto.h"
#include "key/key.h"
#include "key/pem.h"

#define MOST (4 * 1024 * 1024) /* bytes of a file; the service takes chains of half of it */

enum content { CERTIFICATE, CSR, PRIVATE_KEY, OTHER };
static const char *const nouns[] = {
    [CERTIFICATE] = "a certificate",
    [CSR] = "a CSR",
    [PRIVATE_KEY] = "a private key",
};

static enum content
content_of(const char *label)
{
	size_t len = strlen(label), tail = strlen("PRIVATE KEY");

	if (strcmp(label, "CERTIFICATE") == 0 || strcmp(label, "X509 CERTIFICATE") == 0)
		return CERTIFICATE;
	if (strcmp(label, "CERTIFICATE REQUEST") == 0 ||
	    strcmp(label, "NEW CERTIFICATE REQUEST") == 0)
		return CSR;
	return len >= tail && strcmp(label + len - tail, "PRIVATE KEY") == 0 ? PRIVATE_KEY : OTHER;
}

static bool
not_wanted(enum content wanted, const char *label, struct ccm_error *err)
{
	enum content content = content_of(label);

	if (label[0] == '\0')
		return ccm_fail(
		    err, CCM_USAGE, "holds nothing in PEM form where %s is wanted", nouns[wanted]);
	if (content == OTHER)
		return ccm_fail(err, CCM_USAGE, "holds %s, not %s", label, nouns[wanted]);
	return ccm_fail(err, CCM_USAGE, "holds %s, not %s", nouns[content], nouns[wanted]);
}

/* What a file holds that is no good is the fault of who gave it, whoever sees it. */
static bool
blame(const char *path, const struct ccm_error *cause, struct ccm_error *err)
{
	if (cause->code == CCM_NOMEM)
		return ccm_fail_nomem(err);
	if (cause->code == CCM_USAGE && strstr(cause->msg, path) != NULL)
		return ccm_fail(err, CCM_USAGE, "%s", cause->msg);
	return ccm_fail(err, CCM_USAGE, "%s: %s", path, cause->msg);
}

static bool
open_pem(const char *path, bool secret, struct ccm_pem *pem, struct ccm_error *err)
{
	struct ccm_buf text = {.secret = secret};
	bool ok = ccm_file_read(path, MOST, &text, err) &&
		  ccm_pem_open(pem, ccm_buf_span(&text), secret, err);

	ccm_buf_clear(&text);
	return ok;
}

/* The first block of this content. A key may stand behind its certificate, and before it. */
static bool
find_block(
    const char *path, enum content wanted, struct ccm_pem_block *block, struct ccm_error *err)
{
	struct ccm_pem pem = {0};
	char first[sizeof(block->label)] = "";
	bool ok = open_pem(path, wanted == PRIVATE_KEY, &pem, err), found = false;

	while (ok && !found) {
		ok = ccm_pem_next(&pem, block, err);
		if (first[0] == '\0')
			memcpy(first, block->label, sizeof(first));
		if (ok && block->label[0] == '\0')
			ok = not_wanted(wanted, first, err);
		found = ok && content_of(block->label) == wanted;
	}
	ccm_pem_close(&pem);
	return ok;
}

/* CSRs */

static X509_REQ *
decode_csr(struct ccm_span der, struct ccm_error *err)
{
	OSSL_LIB_CTX *context = ccm_crypto_context(err);
	X509_REQ *csr = context != NULL ? X509_REQ_new_ex(context, CCM_CRYPTO_PROPERTIES) : NULL;
	const unsigned char *at = der.data;

	if (csr != NULL && d2i_X509_REQ(&csr, &at, (long)der.len) != NULL &&
	    at == der.data + der.len)
		return csr;
	X509_REQ_free(csr);
	ccm_fail_openssl(err, "the CSR cannot be decoded");
	return NULL;
}

static bool
read_subject(X509_REQ *csr, struct ccm_csr *out, struct ccm_error *err)
{
	unsigned char *der = NULL;
	int len = i2d_X509_NAME(X509_REQ_get_subject_name(csr), &der);

	if (len < 0)
		return ccm_fail_openssl(err, "the subject of the CSR cannot be read");
	out->common_name = ccm_name_common_name(CCM_SPAN(der, (size_t)len));
	OPENSSL_free(der);
	return true;
}

/* With this distinguishing id, which is SM2's alone. */
static bool
verify(X509_REQ *csr, EVP_PKEY *key, const char *id)
{
	ASN1_OCTET_STRING *text = ASN1_OCTET_STRING_new();

	if (text == NULL ||
	    ASN1_OCTET_STRING_set(text, (const unsigned char *)id, (int)strlen(id)) != 1) {
		ASN1_OCTET_STRING_free(text);
		return false;
	}
	X509_REQ_set0_distinguishing_id(csr, text);
	return X509_REQ_verify_ex(csr, key, ccm_crypto_context(NULL), CCM_CRYPTO_PROPERTIES) == 1;
}

/* SM2 signs with an id: the usual one, or, as OpenSSL does unasked, with an empty one. */
static bool
is_signed(X509_REQ *csr, EVP_PKEY *key, enum ccm_key_type type)
{
	if (key == NULL)
		return false;
	if (type != CCM_KEY_SM2)
		return X509_REQ_verify_ex(
			   csr, key, ccm_crypto_context(NULL), CCM_CRYPTO_PROPERTIES) == 1;
	return verify(csr, key, CCM_SM2_ID) || verify(csr, key, "");
}

static bool
read_key(X509_REQ *csr, struct ccm_csr *out, struct ccm_error *err)
{
	EVP_PKEY *key = X509_REQ_get0_pubkey(csr);
	unsigned char *der = NULL;
	bool ok;
	int len;

	if (!is_signed(csr, key, ccm_pkey_type(key)))
		return ccm_fail_openssl(err, "the signature of the CSR is wrong");
	len = i2d_X509_PUBKEY(X509_REQ_get_X509_PUBKEY(csr), &der);
	ok = len > 0 ? ccm_buf_append(&out->public_key, der, (size_t)len, err)
		     : ccm_fail_openssl(err, "the public key of the CSR");
	OPENSSL_free(der);
	return ok;
}

bool
ccm_input_csr(const char *path, struct ccm_csr *out, struct ccm_error *err)
{
	struct ccm_pem_block block = {0};
	struct ccm_error cause = {0};
	X509_REQ *csr = NULL;
	bool ok;

	*out = (struct ccm_csr){0};
	if (find_block(path, CSR, &block, &cause))
		csr = decode_csr(ccm_buf_span(&block.der), &cause);
	ok = csr != NULL && read_subject(csr, out, &cause) && read_key(csr, out, &cause) &&
	     ccm_pem_block("CERTIFICATE REQUEST", ccm_buf_span(&block.der), &out->pem, &cause);
	X509_REQ_free(csr);
	ccm_pem_block_clear(&block);
	if (ok)
		return true;
	ccm_csr_clear(out);
	return blame(path, &cause, err);
}

void
ccm_csr_clear(struct ccm_csr *csr)
{
	ccm_buf_clear(&csr->pem);
	ccm_buf_clear(&csr->public_key);
	ccm_free(csr->common_name);
	*csr = (struct ccm_csr){0};
}

/* Certificates */

static bool
add_certificate(
    struct ccm_input_chain *chain, const struct ccm_pem_block *block, struct ccm_error *err)
{
	struct ccm_cert *cert;
	bool ok;

	if (content_of(block->label) != CERTIFICATE)
		return not_wanted(CERTIFICATE, block->label, err);
	cert = ccm_cert_from_der(ccm_buf_span(&block->der), err);
	if (cert == NULL)
		return ccm_error_context(err, "certificate at line %zu", block->line);
	ok = ccm_pem_certificate(cert, chain->cert == NULL ? &chain->pem : &chain->rest, err);
	if (ok && chain->cert == NULL)
		chain->cert = cert;
	else
		ccm_cert_unref(cert);
	return ok;
}

static bool
read_certificates(const char *path, struct ccm_input_chain *chain, struct ccm_error *err)
{
	struct ccm_pem pem = {0};
	struct ccm_pem_block block = {0};
	struct ccm_error cause = {0};
	size_t count = 0;
	bool ok = open_pem(path, false, &pem, &cause);

	while (ok && (ok = ccm_pem_next(&pem, &block, &cause)) && block.label[0] != '\0') {
		ok = add_certificate(chain, &block, &cause);
		count++;
	}
	if (ok && count == 0)
		ok = not_wanted(CERTIFICATE, "", &cause);
	ccm_pem_block_clear(&block);
	ccm_pem_close(&pem);
	return ok || blame(path, &cause, err);
}

bool
ccm_input_certificates(
    const char *path, const char *chain_path, struct ccm_input_chain *chain, struct ccm_error *err)
{
	*chain = (struct ccm_input_chain){0};
	if (read_certificates(path, chain, err) &&
	    (chain_path == NULL || read_certificates(chain_path, chain, err)))
		return true;
	ccm_input_chain_clear(chain);
	return false;
}

void
ccm_input_chain_clear(struct ccm_input_chain *chain)
{
	ccm_cert_unref(chain->cert);
	ccm_buf_clear(&chain->pem);
	ccm_buf_clear(&chain->rest);
	*chain = (struct ccm_input_chain){0};
}

/* Keys */

static bool
check_key(struct ccm_span pem, const struct ccm_cert *cert, struct ccm_error *err)
{
	struct ccm_key *key = ccm_key_soft_from_pem(pem, NULL, err);
	bool ok = key != NULL && (ccm_pkey_equal(ccm_key_public(key), ccm_cert_public_key(cert)) ||
				     ccm_fail(err, CCM_USAGE, "this key is not the certificate's"));

	ccm_key_unref(key);
	return ok;
}

bool
ccm_input_key(
    const char *path, const struct ccm_cert *cert, struct ccm_buf *pem, struct ccm_error *err)
{
	struct ccm_pem_block block = {0};
	struct ccm_error cause = {0};
	bool ok;

	ccm_buf_init_secret(pem);
	ok = find_block(path, PRIVATE_KEY, &block, &cause);
	if (ok && (block.header.len != 0 || strncmp(block.label, "ENCRYPTED", 9) == 0))
		ok = ccm_fail(&cause, CCM_USAGE,
		    "the private key is encrypted, but the service takes plain ones only "
		    "(openssl pkey -in FILE -out FILE)");
	ok = ok && ccm_pem_block(block.label, ccm_buf_span(&block.der), pem, &cause) &&
	     check_key(ccm_buf_span(pem), cert, &cause);
	ccm_pem_block_clear(&block);
	return ok || blame(path, &cause, err);
}
