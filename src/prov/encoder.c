/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encoders: public keys as SubjectPublicKeyInfo, so that `openssl pkey -provider ccm -pubout` needs
 * no other provider, keys as text, and an account's private key as the reference that a PEM file
 * has in its place. OpenSSL asks them for our keys only: they import no others. What a plain key
 * becomes, the default provider says.
 */
#include "prov/prov.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/encoder.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>

#include "core/crypto.h"
#include "model/local.h"
#include "model/uri.h"

static OSSL_FUNC_encoder_newctx_fn encoder_new;
static OSSL_FUNC_encoder_freectx_fn encoder_free;
static OSSL_FUNC_encoder_settable_ctx_params_fn encoder_settable_params;
static OSSL_FUNC_encoder_set_ctx_params_fn encoder_set_params;
static OSSL_FUNC_encoder_does_selection_fn does_public, does_private, does_any;
static OSSL_FUNC_encoder_encode_fn encode_spki_pem, encode_spki_der, encode_private_pem,
    encode_private_der, encode_specific, encode_text;

struct encoder {
	const struct ccm_prov *prov;
	OSSL_PARAM *params; /* how a plain private key is to be encrypted */
};

/* One call of encode(). */
struct encoding {
	const struct encoder *encoder;
	const struct ccm_prov_key *key;
	int selection;
	OSSL_PASSPHRASE_CALLBACK *ask;
	void *ask_arg;
	BIO *text; /* the result */
};

static void *
encoder_new(void *provctx)
{
	struct encoder *encoder = ccm_alloc(sizeof(*encoder), NULL);

	if (encoder != NULL)
		encoder->prov = provctx;
	return encoder;
}

static void
encoder_free(void *ctx)
{
	struct encoder *encoder = ctx;

	if (encoder == NULL)
		return;
	OSSL_PARAM_free(encoder->params);
	ccm_free(encoder);
}

static const OSSL_PARAM *
encoder_settable_params(void *provctx)
{
	static const OSSL_PARAM params[] = {
	    OSSL_PARAM_utf8_string(OSSL_ENCODER_PARAM_CIPHER, NULL, 0),
	    OSSL_PARAM_utf8_string(OSSL_ENCODER_PARAM_PROPERTIES, NULL, 0),
	    OSSL_PARAM_END,
	};

	(void)provctx;
	return params;
}

static int
encoder_set_params(void *ctx, const OSSL_PARAM params[])
{
	struct encoder *encoder = ctx;

	return ccm_prov_params_note(&encoder->params, params);
}

static int
does_public(void *provctx, int selection)
{
	(void)provctx;
	return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0 &&
	       (selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) != 0;
}

static int
does_private(void *provctx, int selection)
{
	(void)provctx;
	return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0;
}

static int
does_any(void *provctx, int selection)
{
	(void)provctx, (void)selection;
	return 1;
}

/* As the default provider encodes this key, which NULL is raised for. */
static bool
encode_by_default(const struct encoding *encoding, EVP_PKEY *pkey, int selection,
    const char *output, const char *structure)
{
	const OSSL_PARAM *params = encoding->encoder->params;
	OSSL_ENCODER_CTX *ctx = NULL;
	bool ok;

	if (pkey != NULL)
		ctx = OSSL_ENCODER_CTX_new_for_pkey(
		    pkey, selection, output, structure, CCM_CRYPTO_PROPERTIES);
	ok = ctx != NULL && (params == NULL || OSSL_ENCODER_CTX_set_params(ctx, params) == 1) &&
	     (encoding->ask == NULL ||
		 OSSL_ENCODER_CTX_set_passphrase_cb(ctx, encoding->ask, encoding->ask_arg) == 1) &&
	     OSSL_ENCODER_to_bio(ctx, encoding->text) == 1;
	OSSL_ENCODER_CTX_free(ctx);
	return ok;
}

/* A plain key, or the public half. */
static bool
encode_public(const struct encoding *encoding, const char *output, const char *structure)
{
	return encode_by_default(
	    encoding, ccm_prov_key_public(encoding->key), encoding->selection, output, structure);
}

/* An account's key that was made to leave. */
static bool
encode_leaving(const struct encoding *encoding, const char *output, const char *structure)
{
	struct ccm_key *private = ccm_prov_key_private(encoding->key);
	bool ok = private != NULL && encode_by_default(encoding, ccm_key_soft_pkey(private),
					 encoding->selection, output, structure);

	ccm_key_unref(private);
	return ok;
}

static bool
may_leave(const struct ccm_prov_key *key)
{
	return ccm_item_is_local(key->item) &&
	       (ccm_local_flags(key->item) & CCM_VAULT_EXPORTABLE) != 0;
}

static bool
spki_pem(const struct encoding *encoding, struct ccm_error *err)
{
	(void)err;
	return encode_public(encoding, "PEM", "SubjectPublicKeyInfo");
}

static bool
spki_der(const struct encoding *encoding, struct ccm_error *err)
{
	(void)err;
	return encode_public(encoding, "DER", "SubjectPublicKeyInfo");
}

/* The reference is nobody's secret, so it is not encrypted either. */
static bool
write_reference(const struct encoding *encoding, struct ccm_error *err)
{
	struct ccm_buf uri = {0}, der = {0};
	bool ok =
	    ccm_uri_format(encoding->key->item, CCM_URI_PRIVATE, &uri, err) &&
	    ccm_key_reference_encode(ccm_buf_str(&uri), &der, err) &&
	    PEM_write_bio(encoding->text, CCM_KEY_REFERENCE_LABEL, "", der.data, (long)der.len) > 0;

	ccm_buf_clear(&uri);
	ccm_buf_clear(&der);
	return ok;
}

static bool
encode_private(const struct encoding *encoding, const char *structure, struct ccm_error *err)
{
	if (encoding->key->item == NULL)
		return encode_public(encoding, "PEM", structure);
	return may_leave(encoding->key) ? encode_leaving(encoding, "PEM", structure)
					: write_reference(encoding, err);
}

static bool
private_pem(const struct encoding *encoding, struct ccm_error *err)
{
	return encode_private(encoding, "PrivateKeyInfo", err);
}

/* SEC1, which `openssl ec` writes. */
static bool
specific_pem(const struct encoding *encoding, struct ccm_error *err)
{
	return encode_private(encoding, "type-specific", err);
}

/* PKCS#12 and `openssl pkcs8`. A reference has no place there. */
static bool
private_der(const struct encoding *encoding, struct ccm_error *err)
{
	if (encoding->key->item == NULL)
		return encode_public(encoding, "DER", "PrivateKeyInfo");
	if (may_leave(encoding->key))
		return encode_leaving(encoding, "DER", "PrivateKeyInfo");
	return ccm_fail(err, CCM_DENIED, "the private key of %s stays where it is",
	    ccm_item_label(encoding->key->item));
}

/* What an account's private key has to show for itself is where it is. */
static bool
text_of_key(const struct encoding *encoding, struct ccm_error *err)
{
	const struct ccm_prov_key *key = encoding->key;
	struct ccm_buf uri = {0};
	int selection = encoding->selection;
	bool ok = true;

	if (key->item != NULL && (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0) {
		EVP_PKEY *pkey = ccm_prov_key_public(key);

		selection ^= OSSL_KEYMGMT_SELECT_PRIVATE_KEY;
		selection |= OSSL_KEYMGMT_SELECT_PUBLIC_KEY;
		ok = pkey != NULL && ccm_uri_format(key->item, CCM_URI_PRIVATE, &uri, err) &&
		     BIO_printf(encoding->text, "Private-Key: (%d bit)\nURI: %s\n",
			 EVP_PKEY_get_bits(pkey), ccm_buf_str(&uri)) > 0;
		ccm_buf_clear(&uri);
	}
	return ok && encode_by_default(encoding, ccm_prov_key_public(key), selection, "TEXT", NULL);
}

static bool
write_out(const struct encoding *encoding, OSSL_CORE_BIO *out)
{
	const struct ccm_prov *prov = encoding->encoder->prov;
	char *data;
	long len = BIO_get_mem_data(encoding->text, &data);
	size_t written = 0;

	return prov->bio_write_ex != NULL && len > 0 &&
	       prov->bio_write_ex(out, data, (size_t)len, &written) == 1 && written == (size_t)len;
}

static int
encode(struct encoding *encoding, OSSL_CORE_BIO *out,
    bool (*form)(const struct encoding *, struct ccm_error *))
{
	const struct ccm_prov *prov = encoding->encoder->prov;
	struct ccm_error err = {0};
	int ok;

	if (!ccm_prov_enter(prov, "encoder"))
		return 0;
	encoding->text = BIO_new(BIO_s_secmem());
	ok = encoding->text != NULL && form(encoding, &err) && write_out(encoding, out);
	BIO_free(encoding->text);
	return ok || (err.code != CCM_OK && ccm_prov_raise(prov, "encoder", &err));
}

#define SPKI(output) CCM_PROV_PROPERTIES ",output=" output ",structure=SubjectPublicKeyInfo"
#define FUNCTIONS(name, form, does)                                                           \
	static int encode_##name(void *ctx, OSSL_CORE_BIO *out, const void *key,              \
	    const OSSL_PARAM abstract[], int selection, OSSL_PASSPHRASE_CALLBACK *ask,        \
	    void *ask_arg)                                                                    \
	{                                                                                     \
		struct encoding encoding = {ctx, key, selection, ask, ask_arg, NULL};         \
                                                                                              \
		return abstract == NULL && encode(&encoding, out, form);                      \
	}                                                                                     \
	static const OSSL_DISPATCH name##_functions[] = {                                     \
	    {OSSL_FUNC_ENCODER_NEWCTX, (void (*)(void))encoder_new},                          \
	    {OSSL_FUNC_ENCODER_FREECTX, (void (*)(void))encoder_free},                        \
	    {OSSL_FUNC_ENCODER_SETTABLE_CTX_PARAMS, (void (*)(void))encoder_settable_params}, \
	    {OSSL_FUNC_ENCODER_SET_CTX_PARAMS, (void (*)(void))encoder_set_params},           \
	    {OSSL_FUNC_ENCODER_DOES_SELECTION, (void (*)(void))does},                         \
	    {OSSL_FUNC_ENCODER_ENCODE, (void (*)(void))encode_##name},                        \
	    {0, NULL},                                                                        \
	};

FUNCTIONS(spki_pem, spki_pem, does_public)
FUNCTIONS(spki_der, spki_der, does_public)
FUNCTIONS(private_pem, private_pem, does_private)
FUNCTIONS(private_der, private_der, does_private)
FUNCTIONS(specific, specific_pem, does_private)
FUNCTIONS(text, text_of_key, does_any)

#define PRIVATE(output, structure) CCM_PROV_PROPERTIES ",output=" output ",structure=" structure
#define OF_TYPE(names)                                                                             \
	{names, SPKI("pem"), spki_pem_functions, "CCM public key"},                                \
	    {names, SPKI("der"), spki_der_functions, "CCM public key"},                            \
	    {names, PRIVATE("pem", "PrivateKeyInfo"), private_pem_functions, "CCM key reference"}, \
	    {names, PRIVATE("der", "PrivateKeyInfo"), private_der_functions, "CCM private key"},   \
	{                                                                                          \
		names, CCM_PROV_PROPERTIES ",output=text", text_functions, "CCM key as text"       \
	}
const OSSL_ALGORITHM ccm_prov_encoders[] = {
    OF_TYPE(CCM_PROV_RSA_NAMES),
    OF_TYPE(CCM_PROV_RSA_PSS_NAMES),
    OF_TYPE(CCM_PROV_EC_NAMES),
    OF_TYPE(CCM_PROV_ED25519_NAMES),
    OF_TYPE(CCM_PROV_SM2_NAMES),
    {CCM_PROV_EC_NAMES, PRIVATE("pem", "type-specific"), specific_functions, "CCM key reference"},
    {0},
};
