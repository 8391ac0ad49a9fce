/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/scm_pem.h"

#include <ctype.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "core/crypto.h"
#include "emu/pem.h"
#include "emu/signature.h"

static bool
ends_with_newline(const struct ccm_buf *buf)
{
	return buf->len != 0 && buf->data[buf->len - 1] == '\n';
}

/* How long the end of a line is that begins here: \r\n, \n, \r, or the same escaped. */
static size_t
line_end(const char *at)
{
	static const char *const ends[] = {"\r\n", "\n", "\r", "\\r\\n", "\\n"};

	for (size_t i = 0; i < CCM_COUNT(ends); i++)
		if (strncmp(at, ends[i], strlen(ends[i])) == 0)
			return strlen(ends[i]);
	return 0;
}

bool
ccm_emu_pem_tidy(const char *text, struct ccm_buf *out, struct ccm_error *err)
{
	while (*text != '\0') {
		size_t end = line_end(text);

		if (!ccm_buf_append(out, end != 0 ? "\n" : text, 1, err))
			return false;
		text += end != 0 ? end : 1;
	}
	return out->len == 0 || ends_with_newline(out) || ccm_buf_append_str(out, "\n", err);
}

static BIO *
open_text(struct ccm_span text)
{
	return BIO_new_mem_buf(text.data, (int)text.len);
}

/* Only blanks are left. */
static bool
is_used_up(BIO *bio)
{
	char letter;

	while (BIO_read(bio, &letter, 1) == 1)
		if (!isspace((unsigned char)letter))
			return false;
	return true;
}

/* A reader of PEM takes the first block of its kind; others before it would be passed over. */
static bool
begins_with_block(struct ccm_span text)
{
	size_t at = 0;

	while (at < text.len && isspace(text.data[at]))
		at++;
	return text.len - at > 11 && memcmp(text.data + at, "-----BEGIN ", 11) == 0;
}

static size_t
count_blocks(struct ccm_span text)
{
	static const char begin[] = "-----BEGIN ";
	const unsigned char *at = text.data, *end = text.data + text.len;
	size_t count = 0;

	while ((at = memmem(at, (size_t)(end - at), begin, sizeof(begin) - 1)) != NULL) {
		count++;
		at += sizeof(begin) - 1;
	}
	return count;
}

bool
ccm_emu_pem_read_certificates(struct ccm_span text, struct ccm_emu_certificates *out)
{
	OSSL_LIB_CTX *ctx = ccm_crypto_context(NULL);
	size_t blocks = count_blocks(text), read = 0;
	BIO *bio = open_text(text);
	bool ok = ctx != NULL && bio != NULL && begins_with_block(text) &&
		  out->count + blocks <= CCM_EMU_PEM_CERTIFICATES;

	for (; ok && read < blocks; read++) {
		X509 *x509 = X509_new_ex(ctx, CCM_CRYPTO_PROPERTIES);

		ok = x509 != NULL &&
		     PEM_read_bio_X509(bio, &x509, ccm_emu_pem_no_password, NULL) != NULL;
		if (ok)
			out->items[out->count++] = x509;
		else
			X509_free(x509);
	}
	ok = ok && is_used_up(bio);
	BIO_free(bio);
	ERR_clear_error();
	return ok;
}

void
ccm_emu_certificates_clear(struct ccm_emu_certificates *certificates)
{
	for (size_t i = 0; i < certificates->count; i++)
		X509_free(certificates->items[i]);
	*certificates = (struct ccm_emu_certificates){0};
}

EVP_PKEY *
ccm_emu_pem_read_key(struct ccm_span text)
{
	OSSL_LIB_CTX *ctx = ccm_crypto_context(NULL);
	BIO *bio = open_text(text);
	EVP_PKEY *key = NULL;

	if (ctx != NULL && bio != NULL && begins_with_block(text))
		key = PEM_read_bio_PrivateKey_ex(
		    bio, NULL, ccm_emu_pem_no_password, NULL, ctx, CCM_CRYPTO_PROPERTIES);
	BIO_free(bio);
	ERR_clear_error();
	return key;
}

X509_REQ *
ccm_emu_pem_read_request(struct ccm_span text)
{
	X509_REQ *request = ccm_emu_pem_decode_request(text);

	if (request != NULL && ccm_emu_request_is_signed(request))
		return request;
	X509_REQ_free(request);
	return NULL;
}
