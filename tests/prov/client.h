/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_TEST_PROV_CLIENT_H
#define CCM_TEST_PROV_CLIENT_H

/* A program on libcrypto as others are: it finds the provider in $CCM_MODULE_DIR. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define RSA_URI "ccm:rsa.example.com"
#define EC_URI "ccm:ec.example.com"

/* A library context of its own (or NULL for the default one) with these providers, in order. */
struct client {
	OSSL_LIB_CTX *libctx;
	OSSL_PROVIDER *providers[2];
};
void client_open(
    struct client *client, OSSL_LIB_CTX *libctx, const char *first, const char *second);
void client_close(struct client *client);

/* NULL when the store does not yield one. */
EVP_PKEY *client_key(OSSL_LIB_CTX *libctx, const char *uri);
X509 *client_certificate(OSSL_LIB_CTX *libctx, const char *uri);
/* The first that a PEM text holds. */
EVP_PKEY *client_key_from_pem(OSSL_LIB_CTX *libctx, const char *pem);

struct client_signature {
	unsigned char bytes[1024];
	size_t len;
};
extern const char client_text[]; /* what is signed */
bool client_sign(OSSL_LIB_CTX *libctx, EVP_PKEY *key, struct client_signature *out);
bool client_verify(OSSL_LIB_CTX *libctx, EVP_PKEY *key, const struct client_signature *signature);

const char *client_provider_of(const EVP_PKEY *key);
/* The error queue has an entry with this text. Empties it. */
bool client_error_has(const char *text);
/* Nothing is left behind in the error queue. */
void client_no_errors(void);

#endif
