/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encoders of public keys as SubjectPublicKeyInfo, so that `openssl pkey -provider ccm -pubout`
 * needs no other provider. OpenSSL asks them for our keys only: they import no others.
 */
#include "prov/prov.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "core/crypto.h"

static OSSL_FUNC_encoder_newctx_fn encoder_new;
static OSSL_FUNC_encoder_freectx_fn encoder_free;
static OSSL_FUNC_encoder_does_selection_fn encoder_does_selection;
static OSSL_FUNC_encoder_encode_fn encode_pem;
static OSSL_FUNC_encoder_encode_fn encode_der;

/* The provider itself is all the context there is. */
static void *
encoder_new(void *provctx)
{
	return provctx;
}

static void
encoder_free(void *ctx)
{
	(void)ctx;
}

static int
encoder_does_selection(void *ctx, int selection)
{
	(void)ctx;
	return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0 &&
	       (selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) != 0;
}

static int
write_out(const struct ccm_prov *prov, OSSL_CORE_BIO *out, BIO *text)
{
	char *data;
	long len = BIO_get_mem_data(text, &data);
	size_t written = 0;

	return prov->bio_write_ex != NULL && len > 0 &&
	       prov->bio_write_ex(out, data, (size_t)len, &written) == 1 && written == (size_t)len;
}

static int
encode(const struct ccm_prov *prov, OSSL_CORE_BIO *out, const struct ccm_prov_key *key,
    int (*write_key)(BIO *bio, const EVP_PKEY *pkey))
{
	EVP_PKEY *pkey = ccm_prov_enter(prov, "encoder") ? ccm_prov_key_public(key) : NULL;
	BIO *text = pkey != NULL ? BIO_new(BIO_s_mem()) : NULL;
	int ok = text != NULL && write_key(text, pkey) == 1 && write_out(prov, out, text);

	BIO_free(text);
	return ok;
}

static int
encode_pem(void *ctx, OSSL_CORE_BIO *out, const void *key, const OSSL_PARAM abstract[],
    int selection, OSSL_PASSPHRASE_CALLBACK *ask, void *ask_arg)
{
	(void)selection, (void)ask, (void)ask_arg;
	return abstract == NULL && encode(ctx, out, key, PEM_write_bio_PUBKEY);
}

static int
encode_der(void *ctx, OSSL_CORE_BIO *out, const void *key, const OSSL_PARAM abstract[],
    int selection, OSSL_PASSPHRASE_CALLBACK *ask, void *ask_arg)
{
	(void)selection, (void)ask, (void)ask_arg;
	return abstract == NULL && encode(ctx, out, key, i2d_PUBKEY_bio);
}

#define FUNCTIONS(form)                                                                 \
	static const OSSL_DISPATCH form##_functions[] = {                               \
	    {OSSL_FUNC_ENCODER_NEWCTX, (void (*)(void))encoder_new},                    \
	    {OSSL_FUNC_ENCODER_FREECTX, (void (*)(void))encoder_free},                  \
	    {OSSL_FUNC_ENCODER_DOES_SELECTION, (void (*)(void))encoder_does_selection}, \
	    {OSSL_FUNC_ENCODER_ENCODE, (void (*)(void))encode_##form},                  \
	    {0, NULL},                                                                  \
	};

FUNCTIONS(pem)
FUNCTIONS(der)

#define SPKI(form) CCM_PROV_PROPERTIES ",output=" form ",structure=SubjectPublicKeyInfo"
#define RSA_NAMES "RSA:rsaEncryption:1.2.840.113549.1.1.1"
#define EC_NAMES "EC:id-ecPublicKey:1.2.840.10045.2.1"

const OSSL_ALGORITHM ccm_prov_encoders[] = {
    {RSA_NAMES, SPKI("pem"), pem_functions, "CCM public key"},
    {RSA_NAMES, SPKI("der"), der_functions, "CCM public key"},
    {EC_NAMES, SPKI("pem"), pem_functions, "CCM public key"},
    {EC_NAMES, SPKI("der"), der_functions, "CCM public key"},
    {0},
};
