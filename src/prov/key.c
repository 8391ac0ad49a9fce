/* SPDX-License-Identifier: Apache-2.0 */
#include "prov/prov.h"

#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "core/crypto.h"
#include "prov/login.h"

const struct ccm_prov_type ccm_prov_rsa = {
    .name = "RSA",
    .signature = "RSA",
    .cipher = "RSA",
    .private_part = OSSL_PKEY_PARAM_RSA_D,
    .public_part = OSSL_PKEY_PARAM_RSA_N,
};

const struct ccm_prov_type ccm_prov_rsa_pss = {
    .name = "RSA-PSS",
    .signature = "RSA",
    .private_part = OSSL_PKEY_PARAM_RSA_D,
    .public_part = OSSL_PKEY_PARAM_RSA_N,
};

const struct ccm_prov_type ccm_prov_ec = {
    .name = "EC",
    .signature = "ECDSA",
    .exchange = "ECDH",
    .private_part = OSSL_PKEY_PARAM_PRIV_KEY,
    .public_part = OSSL_PKEY_PARAM_PUB_KEY,
    .has_domain = true,
};

const struct ccm_prov_type ccm_prov_ed25519 = {
    .name = "ED25519",
    .signature = "ED25519",
    .private_part = OSSL_PKEY_PARAM_PRIV_KEY,
    .public_part = OSSL_PKEY_PARAM_PUB_KEY,
};

const struct ccm_prov_type ccm_prov_sm2 = {
    .name = "SM2",
    .signature = "SM2",
    .cipher = "SM2",
    .private_part = OSSL_PKEY_PARAM_PRIV_KEY,
    .public_part = OSSL_PKEY_PARAM_PUB_KEY,
    .has_domain = true,
};

const struct ccm_prov_type *
ccm_prov_type_of(enum ccm_key_type type)
{
	switch (type) {
	case CCM_KEY_RSA:
		return &ccm_prov_rsa;
	case CCM_KEY_RSA_PSS:
		return &ccm_prov_rsa_pss;
	case CCM_KEY_EC:
		return &ccm_prov_ec;
	case CCM_KEY_ED25519:
		return &ccm_prov_ed25519;
	case CCM_KEY_SM2:
		return &ccm_prov_sm2;
	case CCM_KEY_OTHER:
		break;
	}
	return NULL;
}

static struct ccm_prov_key *
make(const struct ccm_prov *prov, const struct ccm_prov_type *type, struct ccm_error *err)
{
	struct ccm_prov_key *key = ccm_alloc(sizeof(*key), err);

	if (key == NULL)
		return NULL;
	key->prov = prov;
	key->type = type;
	atomic_init(&key->references, 1);
	return key;
}

struct ccm_prov_key *
ccm_prov_key_new(const struct ccm_prov *prov, const struct ccm_prov_type *type)
{
	struct ccm_error err = {0};

	if (!ccm_prov_enter(prov, "new key"))
		return NULL;
	struct ccm_prov_key *key = make(prov, type, &err);
	if (key == NULL)
		ccm_prov_raise(prov, "new key", &err);
	return key;
}

struct ccm_prov_key *
ccm_prov_key_of_item(const struct ccm_prov *prov, struct ccm_item *item, struct ccm_error *err)
{
	const struct ccm_prov_type *type = ccm_prov_type_of(ccm_item_key_type(item));

	if (type == NULL) {
		ccm_fail(err, CCM_UNSUPPORTED, "%s keys are not supported",
		    ccm_item_key_algorithm(item));
		return NULL;
	}
	struct ccm_prov_key *key = make(prov, type, err);
	if (key != NULL)
		key->item = ccm_item_ref(item);
	return key;
}

struct ccm_prov_key *
ccm_prov_key_ref(struct ccm_prov_key *key)
{
	atomic_fetch_add_explicit(&key->references, 1, memory_order_relaxed);
	return key;
}

void
ccm_prov_key_unref(struct ccm_prov_key *key)
{
	if (key == NULL ||
	    atomic_fetch_sub_explicit(&key->references, 1, memory_order_acq_rel) != 1)
		return;
	ccm_item_unref(key->item);
	EVP_PKEY_free(key->pkey);
	ccm_free(key);
}

EVP_PKEY *
ccm_prov_key_public(const struct ccm_prov_key *key)
{
	struct ccm_error err = {0};
	EVP_PKEY *public;

	if (key->pkey != NULL)
		return key->pkey;
	if (key->item == NULL) {
		ccm_fail(&err, CCM_USAGE, "the key is empty");
		ccm_prov_raise(key->prov, key->type->name, &err);
		return NULL;
	}
	public = ccm_item_public_key(key->item, &err);
	if (public == NULL && err.code != CCM_OK)
		ccm_prov_raise(key->prov, ccm_item_label(key->item), &err);
	return public;
}

struct ccm_key *
ccm_prov_key_private(const struct ccm_prov_key *key)
{
	struct ccm_error err = {0};
	struct ccm_key *private = NULL;

	/* What was listed without being asked for by name comes here without a PIN. */
	if (atomic_load(&key->logged_in) || ccm_prov_login(key->item, key->prov, NULL, NULL, &err))
	private = ccm_item_key(key->item, &err);
	if (private != NULL)
		atomic_store(&((struct ccm_prov_key *)key)->logged_in, true);
	else
		ccm_prov_raise(key->prov, ccm_item_label(key->item), &err);
	return private;
}

EVP_PKEY_CTX *
ccm_prov_key_context(const struct ccm_prov_key *key)
{
	EVP_PKEY *pkey = ccm_prov_key_public(key);

	if (pkey == NULL)
		return NULL;
	return EVP_PKEY_CTX_new_from_pkey(ccm_crypto_context(NULL), pkey, CCM_CRYPTO_PROPERTIES);
}

int
ccm_prov_key_pass(struct ccm_prov_key *key, OSSL_CALLBACK *callback, void *arg)
{
	int object_type = OSSL_OBJECT_PKEY;
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_int(OSSL_OBJECT_PARAM_TYPE, &object_type),
	    OSSL_PARAM_construct_utf8_string(
		OSSL_OBJECT_PARAM_DATA_TYPE, (char *)key->type->name, 0),
	    OSSL_PARAM_construct_octet_string(OSSL_OBJECT_PARAM_REFERENCE, &key, sizeof(key)),
	    OSSL_PARAM_construct_end(),
	};
	int ok = callback(params, arg);

	ccm_prov_key_unref(key); /* NULL by now, if load took it */
	return ok;
}
