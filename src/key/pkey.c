/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of an EVP_PKEY. */
#include "key/key.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

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

/* Some keys have theirs as bytes. */
static bool
append_bytes(const EVP_PKEY *pkey, const char *name, struct ccm_buf *out, struct ccm_error *err)
{
	size_t len = 0;

	if (EVP_PKEY_get_octet_string_param(pkey, name, NULL, 0, &len) != 1 ||
	    !ccm_buf_reserve(out, len, err) ||
	    EVP_PKEY_get_octet_string_param(pkey, name, out->data + out->len, len, &len) != 1)
		return ccm_fail_openssl(err, "number %s of a key", name);
	out->len += len;
	return true;
}

bool
ccm_pkey_number(const EVP_PKEY *pkey, const char *name, struct ccm_buf *out, struct ccm_error *err)
{
	BIGNUM *number = NULL;
	bool ok = false;

	if (ccm_pkey_type(pkey) == CCM_KEY_ED25519)
		return append_bytes(pkey, name, out, err);
	if (EVP_PKEY_get_bn_param(pkey, name, &number) != 1)
		return ccm_fail_openssl(err, "number %s of a key", name);
	if (ccm_buf_reserve(out, (size_t)BN_num_bytes(number), err)) {
		out->len += (size_t)BN_bn2bin(number, out->data + out->len);
		ok = true;
	}
	BN_clear_free(number);
	return ok;
}
