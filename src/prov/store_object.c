/* SPDX-License-Identifier: Apache-2.0 */
/* The objects that a store makes of items. */
#include "prov/store.h"

#include <openssl/core_object.h>
#include <openssl/store.h>
#include <stdio.h>

#include "core/clock.h"

static struct ccm_item *
current(const struct ccm_prov_store *store)
{
	return store->items.items[store->item];
}

static bool
has_usable_key(struct ccm_item *item)
{
	return ccm_item_has_key(item) && ccm_prov_type_of(ccm_item_key_type(item)) != NULL;
}

/* One name for the certificate, one for its key. Names alone make nobody export what has one. */
static size_t
count_names(const struct ccm_prov_store *store)
{
	struct ccm_item *item = current(store);
	bool known = ccm_item_key_algorithm(item)[0] != '\0';

	if (ccm_item_kind(item) == CCM_ITEM_KEY)
		return 1;
	return (known ? has_usable_key(item) : ccm_item_may_have_key(item)) ? 2 : 1;
}

static bool
describe_name(
    const struct ccm_prov_store *store, struct ccm_store_object *object, struct ccm_error *err)
{
	struct ccm_item *item = current(store);
	const char *algorithm = ccm_item_key_algorithm(item);
	bool is_key = ccm_item_kind(item) == CCM_ITEM_KEY;
	const char *kind = store->part == 0 ? "certificate" : "private key";
	char until[20];

	ccm_clock_human(ccm_item_not_after_ms(item), until);
	if (algorithm[0] != '\0')
		kind = store->part == 0 ? "" : " private key";
	if (is_key)
		snprintf(object->description, sizeof(object->description),
		    "%s, %s private key, made here, without a certificate", ccm_item_label(item),
		    algorithm);
	else
		snprintf(object->description, sizeof(object->description), "%s, %s%s, %s, until %s",
		    ccm_item_label(item), algorithm, kind, ccm_item_status(item), until);
	object->type = OSSL_OBJECT_NAME;
	return ccm_uri_format(
	    item, store->part == 0 && !is_key ? CCM_URI_CERT : CCM_URI_PRIVATE, &object->name, err);
}

/* The chain of what was named comes along; a directory has its CAs as items. Behind part 0 the
 * certificate was there already, and its chain with it. */
static size_t
count_certificates(const struct ccm_prov_store *store)
{
	struct ccm_cert *const *chain;
	size_t count = 0;

	if (ccm_item_kind(current(store)) == CCM_ITEM_KEY)
		return 0;
	if (store->part > 0 && store->named && !store->searching)
		ccm_item_chain(current(store), &chain, &count, NULL);
	return 1 + count;
}

static bool
describe_certificate(
    const struct ccm_prov_store *store, struct ccm_store_object *object, struct ccm_error *err)
{
	const struct ccm_cert *cert = ccm_item_certificate(current(store), err);
	struct ccm_cert *const *chain;
	size_t count;

	if (cert != NULL && store->part > 0)
		cert = ccm_item_chain(current(store), &chain, &count, err) ? chain[store->part - 1]
									   : NULL;
	if (cert == NULL)
		return false;
	object->type = OSSL_OBJECT_CERT;
	object->data_type = "CERTIFICATE"; /* the PEM label */
	object->data = ccm_cert_der(cert);
	return true;
}

static size_t
count_crls(const struct ccm_prov_store *store)
{
	return ccm_item_crl_url(current(store))[0] != '\0' ? 1 : 0;
}

static bool
describe_crl(
    const struct ccm_prov_store *store, struct ccm_store_object *object, struct ccm_error *err)
{
	object->crl = ccm_item_crl(current(store), err);
	if (object->crl == NULL)
		return false;
	object->type = OSSL_OBJECT_CRL;
	object->data_type = "X509 CRL"; /* the PEM label */
	object->data = ccm_crl_der(object->crl);
	return true;
}

static size_t
count_public_keys(const struct ccm_prov_store *store)
{
	(void)store;
	return 1;
}

/* Nobody's secret: it goes by value, and any provider may take it. */
static bool
describe_public_key(
    const struct ccm_prov_store *store, struct ccm_store_object *object, struct ccm_error *err)
{
	object->type = OSSL_OBJECT_PKEY;
	object->structure = "SubjectPublicKeyInfo";
	return ccm_item_public_info(current(store), &object->data, err);
}

static size_t
count_private_keys(const struct ccm_prov_store *store)
{
	struct ccm_item *item = current(store);

	return (store->named ? ccm_item_has_key(item) : has_usable_key(item)) ? 1 : 0;
}

/* What was named is fetched at once: a server finds out when it starts, and its workers, who may be
 * somebody else by then, inherit it. */
static bool
describe_private_key(
    const struct ccm_prov_store *store, struct ccm_store_object *object, struct ccm_error *err)
{
	struct ccm_item *item = current(store);

	object->type = OSSL_OBJECT_PKEY;
	if (store->named) {
		struct ccm_key *private = NULL;

		if (ccm_prov_login(item, store->prov, &store->uri, &store->prompt, err))
		private = ccm_item_key(item, err);
		ccm_key_unref(private);
		if (private == NULL)
			return false;
	}
	object->key = ccm_prov_key_of_item(store->prov, item, err);
	return object->key != NULL;
}

const struct ccm_store_yield ccm_store_yields[CCM_STORE_PASSES] = {
    [CCM_STORE_NAMES] = {count_names, describe_name},
    [CCM_STORE_CERTIFICATES] = {count_certificates, describe_certificate},
    [CCM_STORE_CRLS] = {count_crls, describe_crl},
    [CCM_STORE_PUBLIC_KEYS] = {count_public_keys, describe_public_key},
    [CCM_STORE_PRIVATE_KEYS] = {count_private_keys, describe_private_key},
};

static bool
has_cert(struct ccm_item *item, const struct ccm_cert *cert)
{
	struct ccm_cert *const *chain;
	size_t count;

	if (!ccm_item_chain(item, &chain, &count, NULL))
		return false;
	for (size_t i = 0; i < count; i++)
		if (ccm_span_equal(ccm_cert_der(chain[i]), ccm_cert_der(cert)))
			return true;
	return false;
}

bool
ccm_store_is_repeated(const struct ccm_prov_store *store)
{
	struct ccm_cert *const *chain;
	size_t count;

	if (store->pass != CCM_STORE_CERTIFICATES || store->part == 0 ||
	    !ccm_item_chain(current(store), &chain, &count, NULL))
		return false;
	for (size_t i = 0; i < store->item; i++)
		if (has_cert(store->items.items[i], chain[store->part - 1]))
			return true;
	return false;
}
