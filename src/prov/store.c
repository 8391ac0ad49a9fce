/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store loader of the schemes ccm and pkcs11. What a URI selects is looked up at the first
 * load, when expectation and search are known. A URI that names nothing in particular ("ccm:",
 * "ccm:token=PCA") is a directory: it yields names, unless certificates or keys are asked for.
 * Private keys come as references; what they stand for is fetched when it is used, or, where one
 * private key was asked for by name, at once, so that a server finds out when it starts.
 */
#include "prov/store.h"

#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/params.h>
#include <openssl/store.h>
#include <string.h>

#include "core/log.h"
#include "model/local.h"
#include "prov/reference.h"

#define FETCHED_AT_ONCE 32

static OSSL_FUNC_store_open_fn store_open;
static OSSL_FUNC_store_open_fn store_open_pkcs11;
static OSSL_FUNC_store_attach_fn store_attach;
static OSSL_FUNC_store_load_fn store_load;
static OSSL_FUNC_store_eof_fn store_eof;
static OSSL_FUNC_store_close_fn store_close;

static struct ccm_prov_store *
make(const struct ccm_prov *prov, struct ccm_error *err)
{
	struct ccm_prov_store *store = ccm_alloc(sizeof(*store), err);

	if (store != NULL)
		store->prov = prov;
	return store;
}

static bool
take_uri(struct ccm_prov_store *store, const char *text, struct ccm_error *err)
{
	ccm_free(store->text);
	ccm_uri_clear(&store->uri);
	store->text = ccm_strdup(text, err);
	return store->text != NULL && ccm_uri_parse(text, &store->uri, err);
}

static void *
store_open(void *provctx, const char *text)
{
	struct ccm_error err = {0};
	struct ccm_prov_store *store = NULL;

	if (!ccm_prov_enter(provctx, "store"))
		return NULL;
	store = make(provctx, &err);
	if (store != NULL && take_uri(store, text, &err))
		return store;
	store_close(store);
	ccm_prov_raise(provctx, "store", &err);
	return NULL;
}

static bool
read_references(struct ccm_prov_store *store, OSSL_CORE_BIO *in, struct ccm_error *err)
{
	bool more = true, ok = true;

	while (ok && more) {
		struct ccm_buf der = {0};
		char *uri = NULL;

		ok = ccm_prov_reference_read(store->prov, in, &der, &more, err);
		if (ok && der.len > 0)
			ok = ccm_key_reference_decode(ccm_buf_span(&der), &uri, err) &&
			     ccm_buf_append(&store->references, uri, strlen(uri) + 1, err);
		ccm_buf_clear(&der);
		ccm_free(uri);
	}
	return ok && (store->references.len > 0 ||
			 ccm_fail(err, CCM_NOT_FOUND, "no key reference in what was attached"));
}

static bool
has_next_reference(const struct ccm_prov_store *store)
{
	return store->next_reference < store->references.len;
}

/* The store starts anew, with the next one's URI. */
static bool
take_next_reference(struct ccm_prov_store *store, struct ccm_error *err)
{
	const char *uri = ccm_buf_str(&store->references) + store->next_reference;
	bool ok;

	store->next_reference += strlen(uri) + 1;
	ccm_items_clear(&store->items);
	store->contradicted = false;
	store->item = store->part = store->fetched = 0;
	ok = take_uri(store, uri, err) && ccm_store_narrow(store, store->narrowing, err);
	store->found = !ok; /* nothing is looked up for a wrong one */
	store->pass = ok ? 0 : CCM_STORE_PASSES;
	return ok;
}

/* A stream of key references, as a file of them. */
static void *
store_attach(void *provctx, OSSL_CORE_BIO *in)
{
	struct ccm_error err = {0};
	struct ccm_prov_store *store = NULL;

	if (!ccm_prov_enter(provctx, "store"))
		return NULL;
	store = make(provctx, &err);
	if (store != NULL && read_references(store, in, &err) && take_next_reference(store, &err))
		return store;
	store_close(store);
	ccm_prov_raise(provctx, "store", &err);
	return NULL;
}

static int
store_close(void *vstore)
{
	struct ccm_prov_store *store = vstore;

	if (store == NULL)
		return 1;
	ccm_items_clear(&store->items);
	ccm_uri_clear(&store->uri);
	ccm_buf_clear(&store->subject);
	ccm_buf_clear(&store->issuer);
	ccm_buf_clear(&store->fingerprint);
	ccm_buf_clear(&store->references);
	OSSL_PARAM_free(store->narrowing);
	ccm_free(store->text);
	ccm_free(store);
	return 1;
}

/* What is of no token of ours is declined here, before anything is asked for. */
static void *
store_open_pkcs11(void *provctx, const char *text)
{
	struct ccm_error err = {0};
	struct ccm_prov_store *store = store_open(provctx, text);
	struct ccm_model *model = store != NULL ? ccm_prov_model(provctx, &err) : NULL;

	if (model != NULL && ccm_uri_check_token(model, &store->uri, text, &err)) {
		ccm_model_unref(model);
		return store;
	}
	if (store != NULL)
		ccm_prov_raise(provctx, "store", &err);
	ccm_model_unref(model);
	store_close(store);
	return NULL;
}

/* Names one thing, so that what belongs to it may be fetched without being asked for. */
static bool
is_named(const struct ccm_uri *uri)
{
	return uri->object != NULL || uri->id != NULL || uri->certificate_serial != NULL ||
	       uri->fingerprint_len > 0 || uri->san != NULL;
}

static bool
nothing(const struct ccm_prov_store *store, struct ccm_error *err)
{
	const char *what = "nothing of the expected type";

	if (store->yields[CCM_STORE_PRIVATE_KEYS])
		what = "no private key that can be had";
	else if (store->yields[CCM_STORE_CRLS])
		what = "no CA that publishes a CRL";

	return ccm_fail(
	    err, CCM_NOT_FOUND, "URI %s selects %s", ccm_uri_show(store->text).text, what);
}

/* Which kinds of objects: as the URI's type and the expected type both allow. Without either, a
 * directory has names, a search finds certificates and CRLs, and what is named has a key as well.
 */
static bool
choose_yields(struct ccm_prov_store *store, struct ccm_error *err)
{
	enum ccm_uri_type type = store->uri.type;
	int expected = store->expected;
	bool open = type == CCM_URI_ANY && expected == 0;
	const struct {
		enum ccm_store_pass pass;
		enum ccm_uri_type type;
		int expected;
		bool unasked;
	} kinds[] = {
	    {CCM_STORE_NAMES, CCM_URI_NONE, -1, !store->named && !store->searching},
	    {CCM_STORE_CERTIFICATES, CCM_URI_CERT, OSSL_STORE_INFO_CERT,
		store->named || store->searching},
	    {CCM_STORE_CRLS, CCM_URI_NONE, OSSL_STORE_INFO_CRL, store->named || store->searching},
	    {CCM_STORE_PUBLIC_KEYS, CCM_URI_PUBLIC, OSSL_STORE_INFO_PUBKEY, false},
	    {CCM_STORE_PRIVATE_KEYS, CCM_URI_PRIVATE, OSSL_STORE_INFO_PKEY,
		store->named && !store->searching},
	};

	bool any = false;

	for (size_t i = 0; i < CCM_COUNT(kinds); i++) {
		bool asked = (type == CCM_URI_ANY || type == kinds[i].type) &&
			     (expected == 0 || expected == kinds[i].expected);

		store->yields[kinds[i].pass] = open ? kinds[i].unasked : asked;
		any |= store->yields[kinds[i].pass];
	}
	return any || nothing(store, err);
}

/* Forward to the next thing to yield, if this place has none. Fetches nothing. */
static void
settle(struct ccm_prov_store *store)
{
	for (; store->pass < CCM_STORE_PASSES; store->pass++, store->item = 0) {
		if (!store->yields[store->pass])
			continue;
		for (; store->item < store->items.count; store->item++, store->part = 0)
			for (; store->part < ccm_store_yields[store->pass].count(store);
			     store->part++)
				if (!ccm_store_is_repeated(store))
					return;
	}
}

static bool
look_up(struct ccm_prov_store *store, struct ccm_error *err)
{
	struct ccm_model *model;
	bool ok;

	if (store->contradicted)
		return ccm_fail(err, CCM_NOT_FOUND, "URI %s excludes what is searched",
		    ccm_uri_show(store->text).text);
	model = ccm_prov_model(store->prov, err);
	if (model == NULL)
		return false;
	store->uri.search_keys =
	    store->yields[CCM_STORE_PRIVATE_KEYS] && !store->yields[CCM_STORE_CERTIFICATES];
	ok = (!store->named || !store->yields[CCM_STORE_PRIVATE_KEYS] ||
		 ccm_prov_login_hsm(
		     model, &store->uri, store->uri.search_keys ? &store->prompt : NULL, err)) &&
	     ccm_uri_find(model, &store->uri, store->text, &store->items, err);
	ccm_model_unref(model);
	return ok;
}

/* `openssl s_server` looks for DH parameters wherever it has its certificate from. */
static bool
expects_what_we_have(const struct ccm_prov_store *store)
{
	return store->expected == 0 || store->expected == OSSL_STORE_INFO_CERT ||
	       store->expected == OSSL_STORE_INFO_CRL ||
	       store->expected == OSSL_STORE_INFO_PUBKEY || store->expected == OSSL_STORE_INFO_PKEY;
}

static bool
find(struct ccm_prov_store *store, struct ccm_error *err)
{
	bool may_be_empty = store->searching || !expects_what_we_have(store);
	bool ok;

	store->found = true;
	store->named = is_named(&store->uri);
	ok = choose_yields(store, err) && look_up(store, err);
	settle(store);
	if (ok && store->pass == CCM_STORE_PASSES)
		ok = nothing(store, err);
	if (ok || !may_be_empty || err->code != CCM_NOT_FOUND)
		return ok;
	*err = (struct ccm_error){0};
	return true;
}

static int
deliver(struct ccm_store_object *object, OSSL_CALLBACK *callback, void *arg)
{
	OSSL_PARAM params[5], *param = params;

	if (object->key != NULL)
		return ccm_prov_key_pass(object->key, callback, arg);
	*param++ = OSSL_PARAM_construct_int(OSSL_OBJECT_PARAM_TYPE, &object->type);
	if (object->data_type != NULL)
		*param++ = OSSL_PARAM_construct_utf8_string(
		    OSSL_OBJECT_PARAM_DATA_TYPE, (char *)object->data_type, 0);
	if (object->structure != NULL)
		*param++ = OSSL_PARAM_construct_utf8_string(
		    OSSL_OBJECT_PARAM_DATA_STRUCTURE, (char *)object->structure, 0);
	if (object->type == OSSL_OBJECT_NAME) {
		*param++ = OSSL_PARAM_construct_utf8_string(
		    OSSL_OBJECT_PARAM_DATA, (char *)ccm_buf_str(&object->name), 0);
		*param++ = OSSL_PARAM_construct_utf8_string(
		    OSSL_OBJECT_PARAM_DESC, object->description, 0);
	} else {
		*param++ = OSSL_PARAM_construct_octet_string(
		    OSSL_OBJECT_PARAM_DATA, (void *)object->data.data, object->data.len);
	}
	*param = OSSL_PARAM_construct_end();
	return callback(params, arg);
}

/* After an error the end is not reached before one more load: programs count errors that are
 * followed by something. */
static int
fail(struct ccm_prov_store *store, const struct ccm_error *err)
{
	store->failed = true;
	return ccm_prov_raise(store->prov, "store", err);
}

/* Who goes on after the first one will have them all: some at once. */
static void
fetch_ahead(struct ccm_prov_store *store)
{
	size_t left = store->items.count - store->item;
	bool certificates =
	    store->pass == CCM_STORE_CERTIFICATES || store->pass == CCM_STORE_PUBLIC_KEYS;

	if (!certificates || store->item == 0 || store->item < store->fetched)
		return;
	left = left < FETCHED_AT_ONCE ? left : FETCHED_AT_ONCE;
	store->fetched = store->item + left;
	ccm_items_fetch(store->items.items + store->item, left, NULL); /* each will tell */
}

/*
 * False without err at the end. Who verifies with a CA store gets a CA's CRL along with its
 * certificate, whether he checks it or not: where it cannot be had, only the log tells.
 */
static bool
describe_next(struct ccm_prov_store *store, struct ccm_store_object *object, struct ccm_error *err)
{
	while (store->pass != CCM_STORE_PASSES) {
		bool unasked = store->pass == CCM_STORE_CRLS && store->expected == 0;

		fetch_ahead(store);
		if (ccm_store_yields[store->pass].describe(store, object, err))
			return true;
		store->item++; /* nor has it a chain */
		store->part = 0;
		settle(store);
		if (!unasked)
			return false;
		ccm_log(WARN, PROV, "left out of a store: %s", err->msg);
		*err = (struct ccm_error){0};
	}
	return false;
}

static int
store_load(
    void *vstore, OSSL_CALLBACK *callback, void *arg, OSSL_PASSPHRASE_CALLBACK *ask, void *ask_arg)
{
	struct ccm_prov_store *store = vstore;
	struct ccm_error err = {0};
	struct ccm_store_object object = {0};
	int ok;

	if (!ccm_prov_enter(store->prov, "store"))
		return 0;
	store->prompt = (struct ccm_prov_prompt){ask, ask_arg};
	store->failed = false;
	if (store->pass == CCM_STORE_PASSES && has_next_reference(store) &&
	    !take_next_reference(store, &err))
		return fail(store, &err);
	if (!store->found && !find(store, &err))
		return fail(store, &err);
	if (!describe_next(store, &object, &err))
		return err.code == CCM_OK || fail(store, &err);
	store->part++;
	settle(store);
	ok = deliver(&object, callback, arg);
	ccm_buf_clear(&object.name);
	ccm_crl_unref(object.crl);
	return ok;
}

static int
store_eof(void *vstore)
{
	const struct ccm_prov_store *store = vstore;

	return store->pass == CCM_STORE_PASSES && !has_next_reference(store) && !store->failed;
}

/* A certificate by a URI that says that it is meant, as who names a key has not heard of it. */
static bool
destroy(struct ccm_item *item, const struct ccm_prov_store *store, struct ccm_error *err)
{
	struct ccm_uri_shown shown = ccm_uri_show(store->text);
	enum ccm_uri_type type = store->uri.type;
	bool is_key = ccm_item_kind(item) == CCM_ITEM_KEY;

	if (type == CCM_URI_CERT)
		return ccm_item_delete(item, err);
	if (!is_key && type != CCM_URI_PRIVATE)
		return ccm_fail(err, CCM_USAGE,
		    "URI %s selects a certificate: type=cert has to say so where it is to be "
		    "deleted",
		    shown.text);
	return ccm_item_is_local(item)
		   ? ccm_local_destroy(item, err)
		   : ccm_fail(err, CCM_UNSUPPORTED, "URI %s selects no key that was made here",
			 shown.text);
}

/* One thing, of a token that may be written to. */
static bool
destroy_found(const struct ccm_prov *prov, const struct ccm_prov_store *store,
    const struct ccm_prov_prompt *prompt, struct ccm_error *err)
{
	struct ccm_uri_shown shown = ccm_uri_show(store->text);
	struct ccm_item *item = store->items.items[0];

	if (store->items.count != 1)
		return ccm_fail(err, CCM_USAGE, "URI %s selects %zu things, and one is deleted",
		    shown.text, store->items.count);
	if (ccm_token_is_read_only(ccm_item_token(item)))
		return ccm_fail(err, CCM_DENIED,
		    "URI %s selects something of a token that the configuration has as read_only",
		    shown.text);
	return (store->uri.type == CCM_URI_CERT ||
		   ccm_prov_login(item, prov, &store->uri, prompt, err)) &&
	       destroy(item, store, err);
}

/* OSSL_STORE_delete(), new in OpenSSL 3.2. */
static int
store_delete(void *provctx, const char *uri, const OSSL_PARAM params[],
    OSSL_PASSPHRASE_CALLBACK *ask, void *ask_arg)
{
	const struct ccm_prov_prompt prompt = {ask, ask_arg};
	struct ccm_prov_store *store = store_open(provctx, uri);
	struct ccm_model *model = NULL;
	struct ccm_error err = {0};
	bool ok;

	(void)params;
	if (store == NULL)
		return 0;
	model = ccm_prov_model(provctx, &err);
	store->uri.search_keys = store->uri.type != CCM_URI_CERT;
	ok = model != NULL && ccm_uri_find(model, &store->uri, uri, &store->items, &err) &&
	     destroy_found(provctx, store, &prompt, &err);
	ccm_model_unref(model);
	store_close(store);
	return ok || ccm_prov_raise(provctx, "store", &err);
}

#ifndef OSSL_FUNC_STORE_DELETE
#define OSSL_FUNC_STORE_DELETE 9
#endif
#define FUNCTIONS(open)                                                                     \
	{                                                                                   \
		{OSSL_FUNC_STORE_OPEN, (void (*)(void))open},                               \
		    {OSSL_FUNC_STORE_ATTACH, (void (*)(void))store_attach},                 \
		    {OSSL_FUNC_STORE_SETTABLE_CTX_PARAMS,                                   \
			(void (*)(void))ccm_store_settable_params},                         \
		    {OSSL_FUNC_STORE_SET_CTX_PARAMS, (void (*)(void))ccm_store_set_params}, \
		    {OSSL_FUNC_STORE_LOAD, (void (*)(void))store_load},                     \
		    {OSSL_FUNC_STORE_EOF, (void (*)(void))store_eof},                       \
		    {OSSL_FUNC_STORE_CLOSE, (void (*)(void))store_close},                   \
		    {OSSL_FUNC_STORE_DELETE, (void (*)(void))store_delete}, {0, NULL},      \
	}

static const OSSL_DISPATCH ccm_functions[] = FUNCTIONS(store_open);
static const OSSL_DISPATCH pkcs11_functions[] = FUNCTIONS(store_open_pkcs11);

const OSSL_ALGORITHM ccm_prov_stores[] = {
    {"ccm", CCM_PROV_PROPERTIES, ccm_functions, "CCM store"},
    {"pkcs11", CCM_PROV_PROPERTIES, pkcs11_functions, "CCM store"},
    {0},
};
