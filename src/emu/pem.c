/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/pem.h"

#include <openssl/encoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#include "core/crypto.h"
#include "core/der.h"

/* A block that says it is encrypted must not make us ask at the terminal. */
int
ccm_emu_pem_no_password(char *buf, int size, int writing, void *context)
{
	(void)buf, (void)size, (void)writing, (void)context;
	return -1;
}

X509_REQ *
ccm_emu_pem_decode_request(struct ccm_span pem)
{
	OSSL_LIB_CTX *ctx = ccm_crypto_context(NULL);
	X509_REQ *request = ctx != NULL ? X509_REQ_new_ex(ctx, CCM_CRYPTO_PROPERTIES) : NULL;
	BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);
	bool ok = request != NULL && bio != NULL &&
		  PEM_read_bio_X509_REQ(bio, &request, ccm_emu_pem_no_password, NULL) != NULL;

	BIO_free(bio);
	ERR_clear_error();
	if (ok)
		return request;
	X509_REQ_free(request);
	return NULL;
}

/* Append what was written into the BIO, if it was, and free it. */
static bool
take(BIO *bio, bool written, const char *what, struct ccm_buf *out, struct ccm_error *err)
{
	char *text = NULL;
	long len = written ? BIO_get_mem_data(bio, &text) : 0;
	bool ok = len > 0 ? ccm_buf_append(out, text, (size_t)len, err)
			  : ccm_fail_openssl(err, "writing a %s as PEM", what);

	BIO_free(bio);
	return ok;
}

static bool
append_pem(const char *label, struct ccm_span der, struct ccm_buf *out, struct ccm_error *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	bool ok = bio != NULL && PEM_write_bio(bio, label, "", der.data, (long)der.len) > 0;

	return take(bio, ok, label, out, err);
}

bool
ccm_emu_pem_certificate(struct ccm_span der, struct ccm_buf *out, struct ccm_error *err)
{
	return append_pem(PEM_STRING_X509, der, out, err);
}

bool
ccm_emu_pem_crl(struct ccm_span der, struct ccm_buf *out, struct ccm_error *err)
{
	return append_pem(PEM_STRING_X509_CRL, der, out, err);
}

bool
ccm_emu_pem_request(const X509_REQ *request, struct ccm_buf *out, struct ccm_error *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	bool ok = bio != NULL && PEM_write_bio_X509_REQ(bio, request) == 1;

	return take(bio, ok, PEM_STRING_X509_REQ, out, err);
}

bool
ccm_emu_pem_public_key(EVP_PKEY *key, struct ccm_buf *out, struct ccm_error *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	bool ok = bio != NULL && PEM_write_bio_PUBKEY(bio, key) == 1;

	return take(bio, ok, PEM_STRING_PUBLIC, out, err);
}

bool
ccm_emu_pem_certificates(struct ccm_span ders, struct ccm_buf *out, struct ccm_error *err)
{
	struct ccm_span one;

	while (ders.len != 0) {
		if (!ccm_der_read_element(&ders, CCM_DER_SEQUENCE, &one))
			return ccm_fail(err, CCM_STORE, "%zu bytes are no certificate", ders.len);
		if (!ccm_emu_pem_certificate(one, out, err))
			return false;
	}
	return true;
}

bool
ccm_emu_pem_key(EVP_PKEY *key, const char *password, struct ccm_buf *out, struct ccm_error *err)
{
	const char *structure = password != NULL ? "EncryptedPrivateKeyInfo" : "type-specific";
	OSSL_ENCODER_CTX *encoder = OSSL_ENCODER_CTX_new_for_pkey(
	    key, EVP_PKEY_KEYPAIR, "PEM", structure, CCM_CRYPTO_PROPERTIES);
	unsigned char *pem = NULL;
	size_t len = 0;
	bool ok = encoder != NULL;

	if (ok && password != NULL)
		ok = OSSL_ENCODER_CTX_set_cipher(encoder, "AES-256-CBC", CCM_CRYPTO_PROPERTIES) ==
			 1 &&
		     OSSL_ENCODER_CTX_set_passphrase(
			 encoder, (const unsigned char *)password, strlen(password)) == 1;
	ok = ok && OSSL_ENCODER_to_data(encoder, &pem, &len) == 1;
	ok = ok ? ccm_buf_append(out, pem, len, err)
		: ccm_fail_openssl(err, "writing a private key as PEM");
	OPENSSL_clear_free(pem, len);
	OSSL_ENCODER_CTX_free(encoder);
	return ok;
}

/* How long the escaped line break is that the text begins with; 0: it does not. */
static size_t
escaped_break(const char *text)
{
	static const char *const breaks[] = {"\\r\\n", "\\n", "\\r"};

	for (size_t i = 0; i < CCM_COUNT(breaks); i++)
		if (strncmp(text, breaks[i], strlen(breaks[i])) == 0)
			return strlen(breaks[i]);
	return 0;
}

bool
ccm_emu_pem_from_wire(const char *text, struct ccm_buf *out, struct ccm_error *err)
{
	while (*text != '\0') {
		size_t skip = escaped_break(text),
		       len = skip == 0 ? 1 + strcspn(text + 1, "\\") : 0;

		if (!ccm_buf_append(out, text, len, err) ||
		    (skip != 0 && !ccm_buf_append(out, "\n", 1, err)))
			return false;
		text += skip + len;
	}
	return true;
}

bool
ccm_emu_pem_to_wire(
    struct ccm_span text, bool drop_last, struct ccm_buf *out, struct ccm_error *err)
{
	const char *at = (const char *)text.data, *stop = at + text.len;

	while (at < stop) {
		const char *newline = memchr(at, '\n', (size_t)(stop - at));
		const char *end = newline != NULL ? newline : stop;
		bool last = newline == NULL || newline + 1 == stop;

		if (!ccm_buf_append(out, at, (size_t)(end - at), err))
			return false;
		if (newline != NULL && !(last && drop_last) &&
		    !ccm_buf_append_str(out, "\r\n", err))
			return false;
		at = end + 1;
	}
	return true;
}
