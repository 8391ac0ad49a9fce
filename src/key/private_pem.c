/* SPDX-License-Identifier: Apache-2.0 */
#include "key/private.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "core/crypto.h"
#include "core/der.h"
#include "key/pem.h"

#define ENCRYPTED_LABEL "ENCRYPTED PRIVATE KEY"

static bool
is_private_key(const char *label)
{
	static const char suffix[] = "PRIVATE KEY";
	size_t len = strlen(label);

	return len >= strlen(suffix) && strcmp(label + len - strlen(suffix), suffix) == 0;
}

static bool
wrong_passphrase(const struct ccm_pem_block *block, struct ccm_error *err)
{
	return ccm_fail_openssl(
	    err, "%s cannot be decrypted, the passphrase is wrong", block->label);
}

/* PKCS#8 EncryptedPrivateKeyInfo to PrivateKeyInfo, in place. */
static bool
decrypt_pkcs8(struct ccm_pem_block *block, const char *passphrase, struct ccm_error *err)
{
	OSSL_LIB_CTX *context = ccm_crypto_context(err);
	const unsigned char *in = block->der.data;
	PKCS8_PRIV_KEY_INFO *info = NULL;
	X509_SIG *sealed = NULL;
	bool ok = false;

	if (context == NULL)
		return false;
	sealed = d2i_X509_SIG(NULL, &in, (long)block->der.len);
	if (sealed == NULL) {
		ccm_fail_openssl(err, "%s is not valid DER", block->label);
		goto out;
	}
	info = PKCS8_decrypt_ex(
	    sealed, passphrase, (int)strlen(passphrase), context, CCM_CRYPTO_PROPERTIES);
	if (info == NULL) {
		wrong_passphrase(block, err);
		goto out;
	}
	int len = i2d_PKCS8_PRIV_KEY_INFO(info, NULL);
	block->der.len = 0;
	if (len <= 0 || !ccm_buf_reserve(&block->der, (size_t)len, err)) {
		ccm_fail_openssl(err, "%s cannot be encoded", block->label);
		goto out;
	}
	unsigned char *place = block->der.data;
	block->der.len = (size_t)i2d_PKCS8_PRIV_KEY_INFO(info, &place);
	snprintf(block->label, sizeof(block->label), "PRIVATE KEY");
	ok = true;
out:
	PKCS8_PRIV_KEY_INFO_free(info);
	X509_SIG_free(sealed);
	return ok;
}

static int
give_passphrase(char *out, int room, int writing, void *arg)
{
	size_t len = strlen(arg);

	(void)writing;
	if (len > (size_t)room)
		return -1;
	memcpy(out, arg, len);
	return (int)len;
}

/* Bad padding tells a wrong passphrase 255 times of 256; for the other one this does. */
static bool
is_one_sequence(struct ccm_span der)
{
	struct ccm_span content;

	return ccm_der_read(&der, CCM_DER_SEQUENCE, &content) && der.len == 0;
}

/*
 * RFC 1421 encryption of the traditional forms, in place. OpenSSL does it in the thread's default
 * context only, which for these two calls is ours (design rule 2).
 */
static bool
decrypt_traditional(struct ccm_pem_block *block, const char *passphrase, struct ccm_error *err)
{
	OSSL_LIB_CTX *context = ccm_crypto_context(err);
	EVP_CIPHER_INFO cipher;
	long len = (long)block->der.len;
	bool ok = false;

	if (context == NULL)
		return false;
	OSSL_LIB_CTX *previous = OSSL_LIB_CTX_set0_default(context);
	if (PEM_get_EVP_CIPHER_INFO((char *)block->header.data, &cipher) != 1)
		ccm_fail_openssl(
		    err, "%s has an encryption header that is not known", block->label);
	else if (PEM_do_header(
		     &cipher, block->der.data, &len, give_passphrase, (void *)passphrase) != 1 ||
		 !is_one_sequence(CCM_SPAN(block->der.data, len)))
		wrong_passphrase(block, err);
	else
		ok = true;
	OSSL_LIB_CTX_set0_default(previous);
	block->der.len = ok ? (size_t)len : 0;
	return ok;
}

static bool
decrypt(struct ccm_pem_block *block, const char *passphrase, struct ccm_error *err)
{
	bool pkcs8 = strcmp(block->label, ENCRYPTED_LABEL) == 0;

	if (!pkcs8 && block->header.len == 0)
		return true;
	if (passphrase == NULL)
		return ccm_fail(err, CCM_CRYPTO,
		    "%s is encrypted, and there is no passphrase for it", block->label);
	return pkcs8 ? decrypt_pkcs8(block, passphrase, err)
		     : decrypt_traditional(block, passphrase, err);
}

static bool
find_block(struct ccm_pem *pem, struct ccm_pem_block *block, struct ccm_error *err)
{
	do {
		if (!ccm_pem_next(pem, block, err))
			return false;
	} while (block->label[0] != '\0' && !is_private_key(block->label));
	if (block->label[0] == '\0')
		return ccm_fail(
		    err, CCM_PROTOCOL, "no private key among %zu PEM blocks", pem->count);
	return true;
}

EVP_PKEY *
ccm_private_from_pem(struct ccm_span text, const char *passphrase, struct ccm_error *err)
{
	struct ccm_pem pem = {0};
	struct ccm_pem_block block = {0};
	EVP_PKEY *pkey = NULL;

	if (ccm_pem_open(&pem, text, true, err) && find_block(&pem, &block, err) &&
	    decrypt(&block, passphrase, err))
		pkey = ccm_private_from_der(block.label, ccm_buf_span(&block.der), err);
	ccm_pem_block_clear(&block);
	ccm_pem_close(&pem);
	return pkey;
}
