/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of an EVP_PKEY. */
#include "key/key.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "core/crypto.h"

static const char *const names[] = {
    [CCM_KEY_RSA] = "RSA",
    [CCM_KEY_RSA_PSS] = "RSA-PSS",
    [CCM_KEY_EC] = "EC",
    [CCM_KEY_ED25519] = "ED25519",
    [CCM_KEY_SM2] = "SM2",
};

enum ccm_key_type
ccm_pkey_type(const EVP_PKEY *pkey)
{
	if (pkey == NULL)
		return CCM_KEY_OTHER;
	for (size_t i = 0; i < CCM_COUNT(names); i++)
		if (EVP_PKEY_is_a(pkey, names[i]))
			return (enum ccm_key_type)i;
	return CCM_KEY_OTHER;
}

int
ccm_pkey_bits(const EVP_PKEY *pkey)
{
	return EVP_PKEY_get_bits(pkey);
}

size_t
ccm_pkey_signature_size(const EVP_PKEY *pkey)
{
	int size = EVP_PKEY_get_size(pkey);

	return size > 0 ? (size_t)size : 0;
}

bool
ccm_pkey_equal(const EVP_PKEY *a, const EVP_PKEY *b)
{
	ERR_set_mark();
	bool equal = EVP_PKEY_eq(a, b) == 1;
	ERR_pop_to_mark();
	return equal;
}

EVP_PKEY *
ccm_pkey_from_spki(struct ccm_span spki, struct ccm_error *err)
{
	OSSL_LIB_CTX *context = ccm_crypto_context(err);
	const unsigned char *in = spki.data;

	if (context == NULL)
		return NULL;
	EVP_PKEY *pkey = d2i_PUBKEY_ex(NULL, &in, (long)spki.len, context, CCM_CRYPTO_PROPERTIES);
	if (pkey == NULL) {
		ccm_fail_openssl(err, "public key of %zu bytes", spki.len);
		return NULL;
	}
	if (in != spki.data + spki.len) {
		EVP_PKEY_free(pkey);
		ccm_fail(err, CCM_CRYPTO, "public key with %td bytes too many",
		    spki.data + spki.len - in);
		return NULL;
	}
	return pkey;
}
