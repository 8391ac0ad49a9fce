/* SPDX-License-Identifier: Apache-2.0 */
/* Keys: load, compare, import, export, describe. Their generation is in generate.c. */
#include "prov/keymgmt.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

#include "core/crypto.h"
#include "core/fork.h"

static OSSL_FUNC_keymgmt_free_fn key_free;
static OSSL_FUNC_keymgmt_load_fn key_load;
static OSSL_FUNC_keymgmt_has_fn key_has;
static OSSL_FUNC_keymgmt_match_fn key_match;
static OSSL_FUNC_keymgmt_validate_fn key_validate;
static OSSL_FUNC_keymgmt_import_fn key_import;
static OSSL_FUNC_keymgmt_export_fn key_export;
static OSSL_FUNC_keymgmt_dup_fn key_dup;

#define SELECT_PRIVATE OSSL_KEYMGMT_SELECT_PRIVATE_KEY
#define SELECT_PUBLIC OSSL_KEYMGMT_SELECT_PUBLIC_KEY
#define SELECT_PAIR OSSL_KEYMGMT_SELECT_KEYPAIR
#define SELECT_DOMAIN OSSL_KEYMGMT_SELECT_DOMAIN_PARAMETERS

static void
key_free(void *keydata)
{
	ccm_prov_key_unref(keydata);
}

static void *
key_load(const void *reference, size_t size)
{
	struct ccm_prov_key *key;

	if (size != sizeof(key))
		return NULL;
	memcpy(&key, reference, size);
	memset((void *)reference, 0, size); /* taken; see ccm_prov_key_pass() */
	return key;
}

/* Only what can lack counts: RSA has no domain parameters. OpenSSL asks typed keys without data,
 * too. */
static int
key_has(const void *keydata, int selection)
{
	const struct ccm_prov_key *key = keydata;
	int wanted;

	if (key == NULL)
		return 0;
	wanted = selection & (SELECT_PAIR | (key->type->has_domain ? SELECT_DOMAIN : 0));
	return key->item != NULL || (key->pkey != NULL && (key->has & wanted) == wanted);
}

static int
key_match(const void *keydata1, const void *keydata2, int selection)
{
	const struct ccm_prov_key *a = keydata1, *b = keydata2;
	EVP_PKEY *pkey_a, *pkey_b;

	if (a->item != NULL && a->item == b->item)
		return 1;
	pkey_a = ccm_prov_key_public(a);
	pkey_b = ccm_prov_key_public(b);
	if (pkey_a == NULL || pkey_b == NULL)
		return 0;
	if ((selection & SELECT_PAIR) != 0)
		return EVP_PKEY_eq(pkey_a, pkey_b) == 1;
	return EVP_PKEY_parameters_eq(pkey_a, pkey_b) == 1;
}

static bool
validate(EVP_PKEY *pkey, int selection, int how)
{
	EVP_PKEY_CTX *ctx =
	    EVP_PKEY_CTX_new_from_pkey(ccm_crypto_context(NULL), pkey, CCM_CRYPTO_PROPERTIES);
	bool quick = how == OSSL_KEYMGMT_VALIDATE_QUICK_CHECK;
	int ok = ctx != NULL;

	if (ok == 1 && (selection & SELECT_DOMAIN) != 0)
		ok = quick ? EVP_PKEY_param_check_quick(ctx) : EVP_PKEY_param_check(ctx);
	if (ok == 1 && (selection & SELECT_PAIR) == SELECT_PAIR)
		ok = EVP_PKEY_pairwise_check(ctx);
	else if (ok == 1 && (selection & SELECT_PUBLIC) != 0)
		ok = quick ? EVP_PKEY_public_check_quick(ctx) : EVP_PKEY_public_check(ctx);
	else if (ok == 1 && (selection & SELECT_PRIVATE) != 0)
		ok = EVP_PKEY_private_check(ctx);
	EVP_PKEY_CTX_free(ctx);
	return ok == 1;
}

/* The model compares an account's private key with its certificate when it comes; where it is in
 * this process, more can be checked. */
static int
key_validate(const void *keydata, int selection, int how)
{
	const struct ccm_prov_key *key = keydata;
	EVP_PKEY *pkey = ccm_prov_key_public(key);
	struct ccm_key *private = NULL;
	int ok;

	if (pkey == NULL)
		return 0;
	if (key->item != NULL && (selection & SELECT_PRIVATE) != 0) {
		private = ccm_prov_key_private(key);
		if (private == NULL)
			return 0;
		if (ccm_key_soft_pkey(private) != NULL)
			pkey = ccm_key_soft_pkey(private);
		else
			selection = (selection & ~SELECT_PAIR) | SELECT_PUBLIC;
	}
	ok = validate(pkey, selection, how);
	ccm_key_unref(private);
	return ok;
}

static int
key_import(void *keydata, int selection, const OSSL_PARAM params[])
{
	struct ccm_prov_key *key = keydata;
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *pkey = NULL;

	if (key->item != NULL)
		return 0;
	ctx = EVP_PKEY_CTX_new_from_name(
	    ccm_crypto_context(NULL), key->type->name, CCM_CRYPTO_PROPERTIES);
	if (ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1)
		EVP_PKEY_fromdata(ctx, &pkey, selection, (OSSL_PARAM *)params);
	EVP_PKEY_CTX_free(ctx);
	if (pkey == NULL)
		return 0;
	EVP_PKEY_free(key->pkey);
	key->pkey = pkey;
	key->has = selection & SELECT_DOMAIN;
	if (OSSL_PARAM_locate_const(params, key->type->private_part) != NULL)
		key->has |= selection & SELECT_PRIVATE;
	if (OSSL_PARAM_locate_const(params, key->type->public_part) != NULL)
		key->has |= selection & SELECT_PUBLIC;
	return 1;
}

struct receiver {
	OSSL_CALLBACK *callback;
	void *arg;
};

/* A curve goes by its name: explicit parameters would end up in certificates. The last ones are
 * what a key of RSA-PSS is restricted to. */
static int
pass_public(const OSSL_PARAM params[], void *arg)
{
	static const char *const names[] = {OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E,
	    OSSL_PKEY_PARAM_GROUP_NAME, OSSL_PKEY_PARAM_PUB_KEY, OSSL_PKEY_PARAM_RSA_DIGEST,
	    OSSL_PKEY_PARAM_RSA_MASKGENFUNC, OSSL_PKEY_PARAM_RSA_MGF1_DIGEST,
	    OSSL_PKEY_PARAM_RSA_PSS_SALTLEN};
	const struct receiver *receiver = arg;
	OSSL_PARAM kept[CCM_COUNT(names) + 1];
	size_t count = 0;

	for (size_t i = 0; i < CCM_COUNT(names); i++) {
		const OSSL_PARAM *param = OSSL_PARAM_locate_const(params, names[i]);

		if (param != NULL)
			kept[count++] = *param;
	}
	kept[count] = OSSL_PARAM_construct_end();
	return receiver->callback(kept, receiver->arg);
}

/* Asked for an account's private half: no, and silently. OpenSSL tries to move the key to another
 * provider for each operation and leaves it here when that fails. */
static int
key_export(void *keydata, int selection, OSSL_CALLBACK *callback, void *arg)
{
	const struct ccm_prov_key *key = keydata;
	struct receiver receiver = {callback, arg};
	EVP_PKEY *pkey;

	if (key->item == NULL)
		return key->pkey != NULL &&
		       EVP_PKEY_export(key->pkey, selection, callback, arg) == 1;
	if ((selection & SELECT_PRIVATE) != 0)
		return 0;
	pkey = ccm_prov_key_public(key);
	return pkey != NULL && EVP_PKEY_export(pkey, selection, pass_public, &receiver) == 1;
}

struct import {
	struct ccm_prov_key *key;
	int selection;
};

static int
import_exported(const OSSL_PARAM params[], void *arg)
{
	const struct import *import = arg;

	return key_import(import->key, import->selection, params);
}

static void *
key_dup(const void *keydata, int selection)
{
	const struct ccm_prov_key *key = keydata;
	struct ccm_prov_key *copy = ccm_prov_key_new(key->prov, key->type);
	struct import import = {copy, selection};

	if (copy == NULL)
		return NULL;
	if (key->item != NULL && (selection & SELECT_PRIVATE) != 0) {
		copy->item = ccm_item_ref(key->item);
		if (key->pkey != NULL && EVP_PKEY_up_ref(key->pkey) == 1)
			copy->pkey = key->pkey;
	} else if (!key_export((void *)key, selection, import_exported, &import)) {
		ccm_prov_key_unref(copy);
		return NULL;
	}
	return copy;
}

/* The default provider's table of that kind. It is static there, so it outlives the method. */
static const OSSL_PARAM *
table_of(const struct ccm_prov_type *type, const OSSL_PARAM *(*table)(const EVP_KEYMGMT *))
{
	EVP_KEYMGMT *method =
	    EVP_KEYMGMT_fetch(ccm_crypto_context(NULL), type->name, CCM_CRYPTO_PROPERTIES);
	const OSSL_PARAM *params = method != NULL ? table(method) : NULL;

	EVP_KEYMGMT_free(method);
	return params;
}

/* The same and the URI, made once. */
struct own_table {
	struct ccm_lock lock;
	OSSL_PARAM params[64];
};

static const OSSL_PARAM *
with_uri(struct own_table *own, const OSSL_PARAM *table)
{
	static const OSSL_PARAM uri[] = {
	    OSSL_PARAM_utf8_string(CCM_PROV_PARAM_URI, NULL, 0), OSSL_PARAM_END};
	size_t count = 0;

	while (table != NULL && table[count].key != NULL)
		count++;
	if (count + CCM_COUNT(uri) > CCM_COUNT(own->params))
		return table;
	ccm_lock_acquire(&own->lock);
	if (own->params[0].key == NULL) {
		if (count > 0)
			memcpy(own->params + 1, table, count * sizeof(*table));
		own->params[count + 1] = uri[1];
		own->params[0] = uri[0];
	}
	ccm_lock_release(&own->lock);
	return own->params;
}

static const OSSL_PARAM *
data_types(const struct ccm_prov_type *type, int selection)
{
	EVP_PKEY_CTX *ctx =
	    EVP_PKEY_CTX_new_from_name(ccm_crypto_context(NULL), type->name, CCM_CRYPTO_PROPERTIES);
	const OSSL_PARAM *params = ctx != NULL ? EVP_PKEY_fromdata_settable(ctx, selection) : NULL;

	EVP_PKEY_CTX_free(ctx);
	return params;
}

static const char *
operation_name(const struct ccm_prov_type *type, int operation)
{
	switch (operation) {
	case OSSL_OP_SIGNATURE:
		return type->signature;
	case OSSL_OP_KEYEXCH:
		return type->exchange;
	case OSSL_OP_ASYM_CIPHER:
		return type->cipher;
	}
	return NULL;
}

/* What is called without a key that would tell the type is there once a type. */
#define TYPED_FUNCTIONS(type)                                                                     \
	static OSSL_FUNC_keymgmt_new_fn type##_new;                                               \
	static OSSL_FUNC_keymgmt_gen_init_fn type##_gen_init;                                     \
	static OSSL_FUNC_keymgmt_gen_settable_params_fn type##_gen_settable_params;               \
	static OSSL_FUNC_keymgmt_gettable_params_fn type##_gettable_params;                       \
	static OSSL_FUNC_keymgmt_settable_params_fn type##_settable_params;                       \
	static OSSL_FUNC_keymgmt_import_types_fn type##_data_types;                               \
	static OSSL_FUNC_keymgmt_query_operation_name_fn type##_operation_name;                   \
                                                                                                  \
	static void *type##_new(void *provctx)                                                    \
	{                                                                                         \
		return ccm_prov_key_new(provctx, &ccm_prov_##type);                               \
	}                                                                                         \
	static void *type##_gen_init(void *provctx, int selection, const OSSL_PARAM params[])     \
	{                                                                                         \
		return ccm_prov_generate_init(provctx, &ccm_prov_##type, selection, params);      \
	}                                                                                         \
	static const OSSL_PARAM *type##_gen_settable_params(void *genctx, void *provctx)          \
	{                                                                                         \
		(void)genctx, (void)provctx;                                                      \
		static struct own_table own = {.lock = CCM_LOCK_INIT};                            \
                                                                                                  \
		return with_uri(                                                                  \
		    &own, table_of(&ccm_prov_##type, EVP_KEYMGMT_gen_settable_params));           \
	}                                                                                         \
	static const OSSL_PARAM *type##_gettable_params(void *provctx)                            \
	{                                                                                         \
		(void)provctx;                                                                    \
		static struct own_table own = {.lock = CCM_LOCK_INIT};                            \
                                                                                                  \
		return with_uri(&own, table_of(&ccm_prov_##type, EVP_KEYMGMT_gettable_params));   \
	}                                                                                         \
	static const OSSL_PARAM *type##_settable_params(void *provctx)                            \
	{                                                                                         \
		(void)provctx;                                                                    \
		return table_of(&ccm_prov_##type, EVP_KEYMGMT_settable_params);                   \
	}                                                                                         \
	static const OSSL_PARAM *type##_data_types(int selection)                                 \
	{                                                                                         \
		return data_types(&ccm_prov_##type, selection);                                   \
	}                                                                                         \
	static const char *type##_operation_name(int operation)                                   \
	{                                                                                         \
		return operation_name(&ccm_prov_##type, operation);                               \
	}                                                                                         \
                                                                                                  \
	static const OSSL_DISPATCH type##_functions[] = {                                         \
	    {OSSL_FUNC_KEYMGMT_NEW, (void (*)(void))type##_new},                                  \
	    {OSSL_FUNC_KEYMGMT_FREE, (void (*)(void))key_free},                                   \
	    {OSSL_FUNC_KEYMGMT_LOAD, (void (*)(void))key_load},                                   \
	    {OSSL_FUNC_KEYMGMT_HAS, (void (*)(void))key_has},                                     \
	    {OSSL_FUNC_KEYMGMT_MATCH, (void (*)(void))key_match},                                 \
	    {OSSL_FUNC_KEYMGMT_VALIDATE, (void (*)(void))key_validate},                           \
	    {OSSL_FUNC_KEYMGMT_IMPORT, (void (*)(void))key_import},                               \
	    {OSSL_FUNC_KEYMGMT_IMPORT_TYPES, (void (*)(void))type##_data_types},                  \
	    {OSSL_FUNC_KEYMGMT_EXPORT, (void (*)(void))key_export},                               \
	    {OSSL_FUNC_KEYMGMT_EXPORT_TYPES, (void (*)(void))type##_data_types},                  \
	    {OSSL_FUNC_KEYMGMT_DUP, (void (*)(void))key_dup},                                     \
	    {OSSL_FUNC_KEYMGMT_GET_PARAMS, (void (*)(void))ccm_prov_key_get_params},              \
	    {OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, (void (*)(void))type##_gettable_params},          \
	    {OSSL_FUNC_KEYMGMT_SET_PARAMS, (void (*)(void))ccm_prov_key_set_params},              \
	    {OSSL_FUNC_KEYMGMT_SETTABLE_PARAMS, (void (*)(void))type##_settable_params},          \
	    {OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, (void (*)(void))type##_operation_name},      \
	    {OSSL_FUNC_KEYMGMT_GEN_INIT, (void (*)(void))type##_gen_init},                        \
	    {OSSL_FUNC_KEYMGMT_GEN_SET_TEMPLATE, (void (*)(void))ccm_prov_generate_set_template}, \
	    {OSSL_FUNC_KEYMGMT_GEN_SET_PARAMS, (void (*)(void))ccm_prov_generate_set_params},     \
	    {OSSL_FUNC_KEYMGMT_GEN_SETTABLE_PARAMS, (void (*)(void))type##_gen_settable_params},  \
	    {OSSL_FUNC_KEYMGMT_GEN, (void (*)(void))ccm_prov_generate},                           \
	    {OSSL_FUNC_KEYMGMT_GEN_CLEANUP, (void (*)(void))ccm_prov_generate_cleanup},           \
	    {0, NULL},                                                                            \
	};

TYPED_FUNCTIONS(rsa)
TYPED_FUNCTIONS(rsa_pss)
TYPED_FUNCTIONS(ec)
TYPED_FUNCTIONS(ed25519)
TYPED_FUNCTIONS(sm2)

const OSSL_ALGORITHM ccm_prov_keymgmts[] = {
    {CCM_PROV_RSA_NAMES, CCM_PROV_PROPERTIES, rsa_functions, "CCM RSA key"},
    {CCM_PROV_RSA_PSS_NAMES, CCM_PROV_PROPERTIES, rsa_pss_functions, "CCM RSA-PSS key"},
    {CCM_PROV_EC_NAMES, CCM_PROV_PROPERTIES, ec_functions, "CCM EC key"},
    {CCM_PROV_ED25519_NAMES, CCM_PROV_PROPERTIES, ed25519_functions, "CCM Ed25519 key"},
    {CCM_PROV_SM2_NAMES, CCM_PROV_PROPERTIES, sm2_functions, "CCM SM2 key"},
    {0},
};
