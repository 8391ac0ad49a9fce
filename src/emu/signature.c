/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/signature.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "core/crypto.h"

#define SM2_ID "1234567812345678"

bool
ccm_emu_hash_fits(const char *hash, const char *key_algorithm)
{
	return (strcmp(hash, "SM3") == 0) == (strcmp(key_algorithm, "SM2") == 0);
}

/* After the init: some versions of OpenSSL refuse the id among its parameters. */
static bool
set_id(EVP_PKEY_CTX *ctx, const EVP_PKEY *key)
{
	return !EVP_PKEY_is_a(key, "SM2") || EVP_PKEY_CTX_set1_id(ctx, SM2_ID, strlen(SM2_ID)) == 1;
}

EVP_MD_CTX *
ccm_emu_sign_begin(EVP_PKEY *key, const char *hash, struct ccm_error *err)
{
	OSSL_LIB_CTX *ctx = ccm_crypto_context(err);
	EVP_MD_CTX *md = ctx != NULL ? EVP_MD_CTX_new() : NULL;
	EVP_PKEY_CTX *pkey = NULL;

	if (md != NULL &&
	    EVP_DigestSignInit_ex(md, &pkey, hash, ctx, CCM_CRYPTO_PROPERTIES, key, NULL) == 1 &&
	    set_id(pkey, key))
		return md;
	EVP_MD_CTX_free(md);
	ccm_fail_openssl(err, "signing with %s", hash);
	return NULL;
}

static ASN1_OCTET_STRING *
make_id(bool standard)
{
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();

	if (id != NULL && standard &&
	    ASN1_OCTET_STRING_set(id, (const unsigned char *)SM2_ID, (int)strlen(SM2_ID)) != 1) {
		ASN1_OCTET_STRING_free(id);
		id = NULL;
	}
	return id;
}

static bool
verify_request(X509_REQ *request, EVP_PKEY *key, bool standard)
{
	ASN1_OCTET_STRING *id = make_id(standard);

	if (id == NULL)
		return false;
	X509_REQ_set0_distinguishing_id(request, id);
	return X509_REQ_verify_ex(request, key, ccm_crypto_context(NULL), CCM_CRYPTO_PROPERTIES) ==
	       1;
}

bool
ccm_emu_request_is_signed(X509_REQ *request)
{
	EVP_PKEY *key = X509_REQ_get0_pubkey(request);
	bool ok = key != NULL;

	if (ok && EVP_PKEY_is_a(key, "SM2"))
		ok = verify_request(request, key, true) || verify_request(request, key, false);
	else if (ok)
		ok = X509_REQ_verify_ex(
			 request, key, ccm_crypto_context(NULL), CCM_CRYPTO_PROPERTIES) == 1;
	ERR_clear_error();
	return ok;
}

bool
ccm_emu_certificate_set_id(X509 *x509, bool standard)
{
	bool needed = X509_get_signature_nid(x509) == NID_SM2_with_SM3;
	ASN1_OCTET_STRING *id = needed ? make_id(standard) : NULL;

	X509_set0_distinguishing_id(x509, id);
	return !needed || id != NULL;
}
