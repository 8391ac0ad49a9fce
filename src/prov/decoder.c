/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key references anywhere in a PEM file. Two steps, as OpenSSL's own decoders: PEM to DER with a
 * structure of ours, DER to a key object. (In one step the file loader of another provider would
 * get an object of ours, and could not tell.) Whatever is no key reference is passed over.
 */
#include "prov/reference.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/params.h>

#include "model/uri.h"
#include "prov/login.h"

#define STRUCTURE "ccm-key-reference"

static OSSL_FUNC_decoder_newctx_fn decoder_new;
static OSSL_FUNC_decoder_freectx_fn decoder_free;
static OSSL_FUNC_decoder_does_selection_fn decoder_does_selection;
static OSSL_FUNC_decoder_decode_fn decode_pem;

/* Decoders have no state, and are made for each key that a process decodes. */
static void *
decoder_new(void *provctx)
{
	return provctx;
}

static void
decoder_free(void *ctx)
{
	(void)ctx;
}

/* So we are not even asked when a peer's public key is decoded. */
static int
decoder_does_selection(void *provctx, int selection)
{
	(void)provctx;
	return selection == 0 || (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0;
}

static int
pass_reference(const struct ccm_buf *der, OSSL_CALLBACK *callback, void *arg)
{
	int object_type = OSSL_OBJECT_PKEY;
	static char structure[] = STRUCTURE;
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_int(OSSL_OBJECT_PARAM_TYPE, &object_type),
	    OSSL_PARAM_construct_utf8_string(OSSL_OBJECT_PARAM_DATA_STRUCTURE, structure, 0),
	    OSSL_PARAM_construct_octet_string(OSSL_OBJECT_PARAM_DATA, der->data, der->len),
	    OSSL_PARAM_construct_end(),
	};

	return callback(params, arg);
}

static int
decode_pem(void *ctx, OSSL_CORE_BIO *in, int selection, OSSL_CALLBACK *callback, void *arg,
    OSSL_PASSPHRASE_CALLBACK *ask, void *ask_arg)
{
	const struct ccm_prov *prov = ctx;
	struct ccm_error err = {0};
	struct ccm_buf der = {0};
	bool more;
	int ok = 1, number = errno;

	(void)selection, (void)ask, (void)ask_arg;
	if (!ccm_prov_reference_read(prov, in, &der, &more, &err))
		ok = ccm_prov_raise(prov, "key reference", &err);
	else if (der.len > 0)
		ok = ccm_prov_enter(prov, "key reference") && pass_reference(&der, callback, arg);
	ccm_buf_clear(&der);
	errno = number;
	return ok;
}

/* All of the input, or nothing where it is too long for a reference. */
static bool
read_der(const struct ccm_prov *prov, OSSL_CORE_BIO *in, struct ccm_buf *der, struct ccm_error *err)
{
	unsigned char piece[512];
	size_t len;

	while (prov->bio_read_ex(in, piece, sizeof(piece), &len) && len > 0) {
		if (der->len + len > CCM_PROV_MAX_REFERENCE)
			return false;
		if (!ccm_buf_append(der, piece, len, err))
			return false;
	}
	return true;
}

/* What one call of a decoder of DER is after. */
struct wanted {
	const struct ccm_prov *prov;
	const struct ccm_prov_type *type;
	struct ccm_prov_prompt prompt;
	OSSL_CALLBACK *callback;
	void *arg;
};

/* The first that has a key, as a store yields them. Its key is fetched at once: a server finds out
 * when it starts, and its workers inherit it. */
static struct ccm_prov_key *
first_key(const struct wanted *wanted, const struct ccm_uri *uri, const char *text,
    const struct ccm_items *items, struct ccm_error *err)
{
	struct ccm_item *item = NULL;
	struct ccm_key *private = NULL;

	for (size_t i = 0; item == NULL && i < items->count; i++)
		if (ccm_item_has_key(items->items[i]))
			item = items->items[i];
	if (item == NULL) {
		ccm_fail(err, CCM_NOT_FOUND, "URI %s selects no private key that can be had",
		    ccm_uri_show(text).text);
		return NULL;
	}
	if (ccm_prov_type_of(ccm_item_key_type(item)) != wanted->type)
		return NULL;
	if (ccm_prov_login(item, wanted->prov, uri, &wanted->prompt, err))
	private = ccm_item_key(item, err);
	ccm_key_unref(private);
	return private != NULL ? ccm_prov_key_of_item(wanted->prov, item, err) : NULL;
}

/* NULL without err set: the key is of another type. */
static struct ccm_prov_key *
find_key(const struct wanted *wanted, const char *text, struct ccm_error *err)
{
	struct ccm_uri uri = {0};
	struct ccm_items items = {0};
	struct ccm_model *model = NULL;
	struct ccm_prov_key *key = NULL;

	if (ccm_uri_parse(text, &uri, err))
		model = ccm_prov_model(wanted->prov, err);
	uri.search_keys = true;
	if (model != NULL && ccm_prov_login_hsm(model, &uri, &wanted->prompt, err) &&
	    ccm_uri_find(model, &uri, text, &items, err))
		key = first_key(wanted, &uri, text, &items, err);
	ccm_items_clear(&items);
	ccm_model_unref(model);
	ccm_uri_clear(&uri);
	return key;
}

/* Programs take errno for the cause of a failure, whatever OpenSSL says (Python's load_cert_chain),
 * and the network leaves one there that is none: it stays as it was. */
static int
decode_key(const struct wanted *wanted, OSSL_CORE_BIO *in)
{
	struct ccm_error err = {0};
	struct ccm_buf der = {0};
	struct ccm_prov_key *key = NULL;
	char *uri = NULL;
	int ok = 1, number = errno;

	if (read_der(wanted->prov, in, &der, &err) &&
	    ccm_key_reference_decode(ccm_buf_span(&der), &uri, NULL)) {
		key = find_key(wanted, uri, &err);
		if (key != NULL)
			ok = ccm_prov_key_pass(key, wanted->callback, wanted->arg);
		else if (err.code != CCM_OK)
			ok = ccm_prov_raise(wanted->prov, "key reference", &err);
	}
	ccm_buf_clear(&der);
	ccm_free(uri);
	errno = number;
	return ok;
}

#define FUNCTIONS(decode)                                                                       \
	{                                                                                       \
		{OSSL_FUNC_DECODER_NEWCTX, (void (*)(void))decoder_new},                        \
		    {OSSL_FUNC_DECODER_FREECTX, (void (*)(void))decoder_free},                  \
		    {OSSL_FUNC_DECODER_DOES_SELECTION, (void (*)(void))decoder_does_selection}, \
		    {OSSL_FUNC_DECODER_DECODE, (void (*)(void))decode}, {0, NULL},              \
	}
#define TYPED_FUNCTIONS(type)                                                                 \
	static OSSL_FUNC_decoder_decode_fn decode_##type;                                     \
                                                                                              \
	static int decode_##type(void *ctx, OSSL_CORE_BIO *in, int selection,                 \
	    OSSL_CALLBACK *callback, void *arg, OSSL_PASSPHRASE_CALLBACK *ask, void *ask_arg) \
	{                                                                                     \
		const struct wanted wanted = {                                                \
		    ctx, &ccm_prov_##type, {ask, ask_arg}, callback, arg};                    \
                                                                                              \
		(void)selection;                                                              \
		return decode_key(&wanted, in);                                               \
	}                                                                                     \
	static const OSSL_DISPATCH type##_functions[] = FUNCTIONS(decode_##type);

static const OSSL_DISPATCH pem_functions[] = FUNCTIONS(decode_pem);
TYPED_FUNCTIONS(rsa)
TYPED_FUNCTIONS(rsa_pss)
TYPED_FUNCTIONS(ec)
TYPED_FUNCTIONS(ed25519)
TYPED_FUNCTIONS(sm2)

#define DER_PROPERTIES CCM_PROV_PROPERTIES ",input=der,structure=" STRUCTURE

const OSSL_ALGORITHM ccm_prov_decoders[] = {
    {"DER", CCM_PROV_PROPERTIES ",input=pem", pem_functions, "CCM key reference in PEM"},
    {CCM_PROV_RSA_NAMES, DER_PROPERTIES, rsa_functions, "CCM RSA key"},
    {CCM_PROV_RSA_PSS_NAMES, DER_PROPERTIES, rsa_pss_functions, "CCM RSA-PSS key"},
    {CCM_PROV_EC_NAMES, DER_PROPERTIES, ec_functions, "CCM EC key"},
    {CCM_PROV_ED25519_NAMES, DER_PROPERTIES, ed25519_functions, "CCM Ed25519 key"},
    {CCM_PROV_SM2_NAMES, DER_PROPERTIES, sm2_functions, "CCM SM2 key"},
    {0},
};
