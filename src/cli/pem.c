/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/pem.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <string.h>

#include "core/crypto.h"

#define ITERATIONS 600000 /* of PBKDF2-HMAC-SHA256, as OWASP advises since 2023 */

bool
ccm_pem_block(const char *label, struct ccm_span der, struct ccm_buf *out, struct ccm_error *err)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	char *text = NULL;
	bool ok;
	long len;

	ok = bio != NULL && PEM_write_bio(bio, label, "", der.data, (long)der.len) > 0;
	len = ok ? BIO_get_mem_data(bio, &text) : 0;
	ok = ok ? ccm_buf_append(out, text, (size_t)len, err)
		: ccm_fail_openssl(err, "cannot write a %s block", label);
	BIO_free(bio);
	return ok;
}

bool
ccm_pem_certificate(const struct ccm_cert *cert, struct ccm_buf *out, struct ccm_error *err)
{
	return ccm_pem_block(PEM_STRING_X509, ccm_cert_der(cert), out, err);
}

/* Encrypt info when there is a password, and write it down. */
static bool
write_key(PKCS8_PRIV_KEY_INFO *info, const char *password, BIO *bio, struct ccm_error *err)
{
	X509_SIG *sealed;
	bool ok;

	if (password[0] == '\0')
		return PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, info) > 0;
	sealed = PKCS8_encrypt_ex(-1, EVP_aes_256_cbc(), password, (int)strlen(password), NULL, 0,
	    ITERATIONS, info, ccm_crypto_context(err), CCM_CRYPTO_PROPERTIES);
	ok = sealed != NULL && PEM_write_bio_PKCS8(bio, sealed) > 0;
	X509_SIG_free(sealed);
	return ok;
}

bool
ccm_pem_key(
    const struct ccm_key *key, const char *password, struct ccm_buf *out, struct ccm_error *err)
{
	EVP_PKEY *pkey = ccm_key_soft_pkey(key);
	PKCS8_PRIV_KEY_INFO *info = pkey != NULL ? EVP_PKEY2PKCS8(pkey) : NULL;
	BIO *bio = BIO_new(BIO_s_secmem());
	char *text = NULL;
	long len;
	bool ok;

	ok = info != NULL && bio != NULL && write_key(info, password, bio, err);
	len = ok ? BIO_get_mem_data(bio, &text) : 0;
	ok = ok ? ccm_buf_append(out, text, (size_t)len, err)
		: ccm_fail_openssl(err, "cannot write the private key");
	BIO_free(bio);
	PKCS8_PRIV_KEY_INFO_free(info);
	return ok;
}

bool
ccm_pem_key_reference(const struct ccm_item *item, struct ccm_buf *out, struct ccm_error *err)
{
	struct ccm_buf uri = {0}, der = {0};
	bool ok;

	ok = ccm_uri_format(item, CCM_URI_PRIVATE, &uri, err) &&
	     ccm_key_reference_encode(ccm_buf_str(&uri), &der, err) &&
	     ccm_pem_block(CCM_KEY_REFERENCE_LABEL, ccm_buf_span(&der), out, err);
	ccm_buf_clear(&uri);
	ccm_buf_clear(&der);
	return ok;
}
