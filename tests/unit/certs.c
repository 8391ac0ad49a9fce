/* SPDX-License-Identifier: Apache-2.0 */
#include "certs.h"

#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "core/crypto.h"

static bool
add_extension(X509 *x509, int nid, const char *value)
{
	X509_EXTENSION *extension;

	if (value == NULL)
		return true;
	extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	bool ok = extension != NULL && X509_add_ext(x509, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return ok;
}

static bool
add_name(X509_NAME *name, int type, const char *text, size_t len)
{
	static const unsigned char organization[] = "Test";

	if (X509_NAME_add_entry_by_NID(
		name, NID_organizationName, MBSTRING_UTF8, organization, -1, -1, 0) != 1)
		return false;
	return text == NULL || X509_NAME_add_entry_by_NID(name, NID_commonName,
				   type != 0 ? type : MBSTRING_UTF8, (const unsigned char *)text,
				   len != 0 ? (int)len : (int)strlen(text), -1, 0) == 1;
}

static bool
set_time(ASN1_TIME *time, const char *text, const char *fallback)
{
	return ASN1_TIME_set_string_X509(time, text != NULL ? text : fallback) == 1;
}

static bool
sign(X509 *x509, EVP_PKEY *pkey)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool own_digest = EVP_PKEY_is_a(pkey, "ED25519") || EVP_PKEY_is_a(pkey, "ED448");
	const char *digest = own_digest ? NULL : "SHA256";
	bool ok = EVP_DigestSignInit_ex(ctx, NULL, digest, ccm_crypto_context(NULL),
		      CCM_CRYPTO_PROPERTIES, pkey, NULL) == 1 &&
		  X509_sign_ctx(x509, ctx) > 0;

	EVP_MD_CTX_free(ctx);
	return ok;
}

X509 *
test_x509(const struct test_recipe *recipe)
{
	EVP_PKEY *pkey = test_keys[recipe->kind].pkey;
	X509 *x509 = X509_new_ex(ccm_crypto_context(NULL), CCM_CRYPTO_PROPERTIES);

	if (X509_set_version(x509, X509_VERSION_3) == 1 &&
	    ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), 0x8899aabbccddeeff) == 1 &&
	    add_name(
		X509_get_subject_name(x509), recipe->name_type, recipe->name, recipe->name_len) &&
	    add_name(X509_get_issuer_name(x509), 0, recipe->issuer, 0) &&
	    set_time(X509_getm_notBefore(x509), recipe->not_before, "20250101000000Z") &&
	    set_time(X509_getm_notAfter(x509), recipe->not_after, "20350101000000Z") &&
	    X509_set_pubkey(x509, pkey) == 1 &&
	    add_extension(x509, NID_basic_constraints, recipe->constraints) &&
	    add_extension(x509, NID_subject_alt_name, recipe->san) && sign(x509, pkey))
		return x509;
	X509_free(x509);
	return NULL;
}
