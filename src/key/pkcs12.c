/* SPDX-License-Identifier: Apache-2.0 */
#include "key/keystore.h"

#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <string.h>

#include "core/crypto.h"

#define ITERATIONS 100000 /* of both derivations; Java 17 makes 10,000, OpenSSL 3.0 2,048 */

static X509 *
decode(struct ccm_span der, struct ccm_error *err)
{
	OSSL_LIB_CTX *context = ccm_crypto_context(err);
	X509 *x509 = context != NULL ? X509_new_ex(context, CCM_CRYPTO_PROPERTIES) : NULL;
	const unsigned char *at = der.data;

	if (x509 != NULL && d2i_X509(&x509, &at, (long)der.len) != NULL)
		return x509;
	X509_free(x509);
	ccm_fail_openssl(err, "decoding a certificate of a keystore");
	return NULL;
}

/* The certificates behind the first. */
static bool
decode_issuers(const struct ccm_keystore *keystore, STACK_OF(X509) * stack, struct ccm_error *err)
{
	for (size_t i = 1; i < keystore->certificate_count; i++) {
		X509 *x509 = decode(keystore->certificates[i], err);

		if (x509 == NULL)
			return false;
		if (sk_X509_push(stack, x509) == 0) {
			X509_free(x509);
			return ccm_fail_openssl(err, "collecting certificates");
		}
	}
	return true;
}

static bool
append_file(PKCS12 *file, struct ccm_buf *out, struct ccm_error *err)
{
	unsigned char *der = NULL;
	int len = file != NULL ? i2d_PKCS12(file, &der) : 0;
	bool ok = len > 0 ? ccm_buf_append(out, der, (size_t)len, err)
			  : ccm_fail_openssl(err, "writing a PKCS#12 file");

	OPENSSL_free(der);
	return ok;
}

bool
ccm_keystore_pkcs12(const struct ccm_keystore *keystore, struct ccm_buf *out, struct ccm_error *err)
{
	STACK_OF(X509) *issuers = sk_X509_new_null();
	X509 *own = decode(keystore->certificates[0], err);
	PKCS12 *file = NULL;
	bool ok;

	ok = own != NULL && issuers != NULL && decode_issuers(keystore, issuers, err);
	/* OpenSSL 3.0 leaks the properties; the context holds the default provider alone */
	if (ok)
		file = PKCS12_create_ex(keystore->password, keystore->name, keystore->key, own,
		    issuers, NID_aes_256_cbc, NID_aes_256_cbc, ITERATIONS, ITERATIONS, 0,
		    ccm_crypto_context(err), NULL);
	ok = ok && append_file(file, out, err);
	PKCS12_free(file);
	sk_X509_pop_free(issuers, X509_free);
	X509_free(own);
	return ok;
}
