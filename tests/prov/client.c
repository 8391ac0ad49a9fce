/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/store.h>

#include "client.h"

const char client_text[] = "what is signed";

void
client_open(struct client *client, OSSL_LIB_CTX *libctx, const char *first, const char *second)
{
	const char *names[] = {first, second};

	*client = (struct client){.libctx = libctx};
	assert_int_equal(
	    1, OSSL_PROVIDER_set_default_search_path(libctx, getenv("CCM_MODULE_DIR")));
	for (size_t i = 0; i < COUNT(names); i++) {
		client->providers[i] = OSSL_PROVIDER_load(libctx, names[i]);
		assert_non_null(client->providers[i]);
	}
}

void
client_close(struct client *client)
{
	for (size_t i = 0; i < COUNT(client->providers); i++)
		assert_int_equal(1, OSSL_PROVIDER_unload(client->providers[i]));
	OSSL_LIB_CTX_free(client->libctx);
}

static OSSL_STORE_INFO *
load(OSSL_LIB_CTX *libctx, const char *uri, int type)
{
	OSSL_STORE_CTX *store = OSSL_STORE_open_ex(uri, libctx, NULL, NULL, NULL, NULL, NULL, NULL);
	OSSL_STORE_INFO *info = NULL;

	if (store == NULL)
		return NULL;
	assert_int_equal(1, OSSL_STORE_expect(store, type));
	while (info == NULL && !OSSL_STORE_eof(store))
		info = OSSL_STORE_load(store);
	OSSL_STORE_close(store);
	return info;
}

EVP_PKEY *
client_key(OSSL_LIB_CTX *libctx, const char *uri)
{
	OSSL_STORE_INFO *info = load(libctx, uri, OSSL_STORE_INFO_PKEY);
	EVP_PKEY *key = info != NULL ? OSSL_STORE_INFO_get1_PKEY(info) : NULL;

	OSSL_STORE_INFO_free(info);
	return key;
}

X509 *
client_certificate(OSSL_LIB_CTX *libctx, const char *uri)
{
	OSSL_STORE_INFO *info = load(libctx, uri, OSSL_STORE_INFO_CERT);
	X509 *cert = info != NULL ? OSSL_STORE_INFO_get1_CERT(info) : NULL;

	OSSL_STORE_INFO_free(info);
	return cert;
}

EVP_PKEY *
client_key_from_pem(OSSL_LIB_CTX *libctx, const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey_ex(bio, NULL, NULL, NULL, libctx, NULL);

	BIO_free(bio);
	return key;
}

bool
client_sign(OSSL_LIB_CTX *libctx, EVP_PKEY *key, struct client_signature *out)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok;

	out->len = sizeof(out->bytes);
	ok = EVP_DigestSignInit_ex(ctx, NULL, "SHA256", libctx, NULL, key, NULL) == 1 &&
	     EVP_DigestSign(ctx, out->bytes, &out->len, (const unsigned char *)client_text,
		 strlen(client_text)) == 1;
	EVP_MD_CTX_free(ctx);
	return ok;
}

bool
client_verify(OSSL_LIB_CTX *libctx, EVP_PKEY *key, const struct client_signature *signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok;

	ok = EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", libctx, NULL, key, NULL) == 1 &&
	     EVP_DigestVerify(ctx, signature->bytes, signature->len,
		 (const unsigned char *)client_text, strlen(client_text)) == 1;
	EVP_MD_CTX_free(ctx);
	return ok;
}

const char *
client_provider_of(const EVP_PKEY *key)
{
	return OSSL_PROVIDER_get0_name(EVP_PKEY_get0_provider(key));
}

bool
client_error_has(const char *text)
{
	const char *data;
	int flags;
	bool has = false;

	while (ERR_get_error_all(NULL, NULL, NULL, &data, &flags) != 0)
		has |= (flags & ERR_TXT_STRING) != 0 && strstr(data, text) != NULL;
	return has;
}

void
client_no_errors(void)
{
	if (ERR_peek_error() != 0)
		ERR_print_errors_fp(stderr);
	assert_int_equal(0, ERR_peek_error());
}
