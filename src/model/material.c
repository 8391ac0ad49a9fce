/* SPDX-License-Identifier: Apache-2.0 */
#include "core/log.h"
#include "model/token.h"

/* Publish once: the first result stays, a later one is dropped. Returns what stands. */
static const struct ccm_bundle *
publish_bundle(struct ccm_item *item, struct ccm_bundle *take_bundle)
{
	struct ccm_bundle *standing = NULL;

	if (atomic_compare_exchange_strong(&item->material->bundle, &standing, take_bundle)) {
		ccm_token_learn_chain(item, take_bundle);
		return take_bundle;
	}
	ccm_bundle_free(take_bundle);
	return standing;
}

static struct ccm_key *
publish_key(struct ccm_item *item, struct ccm_key *take_key)
{
	struct ccm_key *standing = NULL;

	if (atomic_compare_exchange_strong(&item->material->key, &standing, take_key))
		return take_key;
	ccm_key_unref(take_key);
	return standing;
}

/* The bundle, exported if need be; the key comes along when it is asked for. */
static const struct ccm_bundle *
load(struct ccm_item *item, struct ccm_key **key, struct ccm_error *err)
{
	const char *token = item->token->config->name, *label = item->facts.label;
	struct ccm_bundle *bundle = NULL;

	ccm_log(DEBUG, MODEL, "token %s: exporting %s (%s)%s", token, label,
	    item->facts.resource_id, key != NULL ? " with its key" : "");
	if (item->token->source->export(item, &bundle, key, err))
		return publish_bundle(item, bundle);
	ccm_error_context(
	    err, "token %s: exporting %s (%s)", token, label, item->facts.resource_id);
	return NULL;
}

static const struct ccm_bundle *
bundle_of(struct ccm_item *item, struct ccm_error *err)
{
	const struct ccm_bundle *bundle = atomic_load(&item->material->bundle);

	return bundle != NULL ? bundle : load(item, NULL, err);
}

const struct ccm_cert *
ccm_item_certificate(struct ccm_item *item, struct ccm_error *err)
{
	const struct ccm_bundle *bundle = bundle_of(item, err);

	return bundle != NULL ? bundle->cert : NULL;
}

bool
ccm_item_chain(
    struct ccm_item *item, struct ccm_cert *const **certs, size_t *count, struct ccm_error *err)
{
	const struct ccm_bundle *bundle = bundle_of(item, err);

	*certs = bundle != NULL ? bundle->chain : NULL;
	*count = bundle != NULL ? bundle->chain_count : 0;
	return bundle != NULL;
}

/* A key that does not fit its certificate would sign what nobody can verify. */
static bool
fits(const struct ccm_item *item, const struct ccm_bundle *bundle, const struct ccm_key *key,
    struct ccm_error *err)
{
	EVP_PKEY *certified = ccm_cert_public_key(bundle->cert);

	if (certified != NULL && ccm_pkey_equal(certified, ccm_key_public(key)))
		return true;
	return ccm_fail(err, CCM_PROTOCOL,
	    "the private key that came for %s (%s) does not belong to its certificate",
	    item->facts.label, item->facts.resource_id);
}

struct ccm_key *
ccm_item_key(struct ccm_item *item, struct ccm_error *err)
{
	struct ccm_key *key = atomic_load(&item->material->key);
	const struct ccm_bundle *bundle;

	if (key != NULL)
		return ccm_key_ref(key);
	if (!ccm_item_has_key(item)) {
		ccm_fail(err, CCM_NOT_FOUND, "the private key of %s (%s) cannot be had",
		    item->facts.label, item->facts.resource_id);
		return NULL;
	}
	bundle = load(item, &key, err);
	if (bundle == NULL)
		return NULL;
	if (fits(item, bundle, key, err))
		return ccm_key_ref(publish_key(item, key));
	ccm_key_unref(key);
	return NULL;
}
