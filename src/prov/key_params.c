/* SPDX-License-Identifier: Apache-2.0 */
/* What keys tell of themselves, and what may be set of them. */
#include "prov/keymgmt.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

#include "model/uri.h"

#ifndef OSSL_PKEY_PARAM_SECURITY_CATEGORY /* new in OpenSSL 3.6 */
#define OSSL_PKEY_PARAM_SECURITY_CATEGORY "security-category"
#endif

/*
 * OpenSSL asks each key for these when it is loaded. The listing knows them, so no certificate has
 * to be exported. Sizes are of signatures; strengths as NIST SP 800-57 part 1 5.6.1.
 */
struct facts {
	const char *algorithm;
	int bits, security_bits, size;
};

static const struct facts *
listed_facts(const struct ccm_prov_key *key)
{
	static const struct facts all[] = {
	    {"RSA2048", 2048, 112, 256},
	    {"RSA3072", 3072, 128, 384},
	    {"RSA4096", 4096, 152, 512},
	    {"EC256", 256, 128, 72},
	    {"EC384", 384, 192, 104},
	    {"SM2", 256, 128, 72},
	};

	for (size_t i = 0; i < CCM_COUNT(all); i++)
		if (key->item != NULL &&
		    strcmp(ccm_item_key_algorithm(key->item), all[i].algorithm) == 0)
			return &all[i];
	return NULL;
}

/* False when something else is asked for. */
static bool
answer_from_listing(const struct facts *facts, OSSL_PARAM params[])
{
	if (facts == NULL)
		return false;
	for (; params->key != NULL; params++) {
		int fact;

		if (strcmp(params->key, OSSL_PKEY_PARAM_BITS) == 0)
			fact = facts->bits;
		else if (strcmp(params->key, OSSL_PKEY_PARAM_SECURITY_BITS) == 0)
			fact = facts->security_bits;
		else if (strcmp(params->key, OSSL_PKEY_PARAM_MAX_SIZE) == 0)
			fact = facts->size;
		else if (strcmp(params->key, OSSL_PKEY_PARAM_SECURITY_CATEGORY) == 0)
			fact = 0; /* none of those against quantum computers */
		else if (strcmp(params->key, CCM_PROV_PARAM_URI) == 0)
			continue; /* told already */
		else
			return false;
		if (!OSSL_PARAM_set_int(params, fact))
			return false;
	}
	return true;
}

/* Of an account's key, where it is asked for. */
static bool
tell_uri(const struct ccm_prov_key *key, OSSL_PARAM params[])
{
	OSSL_PARAM *param = OSSL_PARAM_locate(params, CCM_PROV_PARAM_URI);
	struct ccm_error err = {0};
	struct ccm_buf uri = {0};
	bool ok;

	if (param == NULL || key->item == NULL)
		return true;
	ok = (ccm_uri_format(key->item, CCM_URI_PRIVATE, &uri, &err) ||
		 ccm_prov_raise(key->prov, ccm_item_label(key->item), &err)) &&
	     OSSL_PARAM_set_utf8_string(param, ccm_buf_str(&uri));
	ccm_buf_clear(&uri);
	return ok;
}

int
ccm_prov_key_get_params(void *keydata, OSSL_PARAM params[])
{
	const struct ccm_prov_key *key = keydata;
	EVP_PKEY *pkey;

	if (key == NULL || (key->item == NULL && key->pkey == NULL) || !tell_uri(key, params))
		return 0;
	if (answer_from_listing(listed_facts(key), params))
		return 1;
	pkey = ccm_prov_key_public(key);
	return pkey != NULL && EVP_PKEY_get_params(pkey, params) == 1;
}

/* How an account's public half is encoded can be set; that's kept with this key. */
static bool
own_public(struct ccm_prov_key *key)
{
	EVP_PKEY *pkey = key->pkey == NULL ? ccm_prov_key_public(key) : NULL;

	if (pkey != NULL)
		key->pkey = EVP_PKEY_dup(pkey);
	return key->pkey != NULL;
}

int
ccm_prov_key_set_params(void *keydata, const OSSL_PARAM params[])
{
	struct ccm_prov_key *key = keydata;

	const OSSL_PARAM *point;

	if (key == NULL || params == NULL || params->key == NULL)
		return key != NULL;
	point = OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY);
	if (key->item != NULL && (point != NULL || !own_public(key)))
		return 0;
	if (key->pkey == NULL || EVP_PKEY_set_params(key->pkey, (OSSL_PARAM *)params) != 1)
		return 0;
	if (point != NULL)
		key->has |= OSSL_KEYMGMT_SELECT_PUBLIC_KEY;
	return 1;
}
