/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/log.h"
#include "model/cached.h"
#include "model/fetch.h"
#include "model/local_view.h"
#include "model/pair.h"

/* Kinds of keys, by PCA's names for them. */
static const struct {
	const char *name;
	enum ccm_key_type type;
	int bits;
} algorithms[] = {
    {"RSA-PSS", CCM_KEY_RSA_PSS, 0},
    {"RSA2048", CCM_KEY_RSA, 2048},
    {"RSA3072", CCM_KEY_RSA, 3072},
    {"RSA4096", CCM_KEY_RSA, 4096},
    {"RSA", CCM_KEY_RSA, 0},
    {"EC256", CCM_KEY_EC, 256},
    {"EC384", CCM_KEY_EC, 384},
    {"EC521", CCM_KEY_EC, 521},
    {"EC", CCM_KEY_EC, 0},
    {"ED25519", CCM_KEY_ED25519, 0},
    {"SM2", CCM_KEY_SM2, 0},
};

static enum ccm_key_type
type_of_name(const char *name)
{
	for (size_t i = 0; i < CCM_COUNT(algorithms); i++)
		if (algorithms[i].bits == 0 &&
		    strncmp(name, algorithms[i].name, strlen(algorithms[i].name)) == 0)
			return algorithms[i].type;
	return CCM_KEY_OTHER;
}

static const char *
name_of_key(const EVP_PKEY *key)
{
	for (size_t i = 0; i < CCM_COUNT(algorithms); i++)
		if (algorithms[i].type == ccm_pkey_type(key) &&
		    (algorithms[i].bits == 0 || algorithms[i].bits == ccm_pkey_bits(key)))
			return algorithms[i].name;
	return "";
}

/* Publish once: the first result stays, a later one is dropped. Returns what stands. */
static const struct ccm_bundle *
publish_bundle(struct ccm_item *item, struct ccm_bundle *take_bundle)
{
	struct ccm_bundle *standing = NULL;

	if (atomic_compare_exchange_strong(&item->material->bundle, &standing, take_bundle)) {
		ccm_token_learn(item, take_bundle->cert);
		ccm_token_learn_chain(item, take_bundle);
		ccm_local_learn(item, take_bundle->cert);
		return take_bundle;
	}
	ccm_bundle_free(take_bundle);
	return standing;
}

static void
publish_key(struct ccm_item *item, struct ccm_key *take_key)
{
	struct ccm_key *standing = NULL;

	if (!atomic_compare_exchange_strong(&item->material->key, &standing, take_key))
		ccm_key_unref(take_key);
}

/* A key that does not fit its certificate would sign what nobody can verify. */
static bool
fits(const struct ccm_item *item, const struct ccm_bundle *bundle, const struct ccm_key *key,
    struct ccm_error *err)
{
	EVP_PKEY *certified = ccm_cert_public_key(bundle->cert);

	if (key == NULL || (certified != NULL && ccm_pkey_equal(certified, ccm_key_public(key))))
		return true;
	return ccm_fail(err, CCM_PROTOCOL,
	    "the private key that came for %s (%s) does not belong to its certificate",
	    item->facts.label, item->facts.resource_id);
}

static bool
keys_by_export(const struct ccm_item *item)
{
	return item->token->source->keys_by_export && item->facts.kind == CCM_ITEM_CERTIFICATE;
}

void
ccm_item_note_vanished(struct ccm_item *item)
{
	struct ccm_token *token = item->token;
	struct ccm_cache *cache = ccm_model_cache(token->model);

	if (cache != NULL)
		ccm_cache_forget(cache, (int)token->config->service,
		    (int)ccm_item_listed_kind(item), item->facts.id);
	ccm_model_expire(token->model);
	atomic_fetch_add(&token->vanished, 1);
}

/* Into the cache, too. The key when it is asked for or comes along anyhow. */
static bool export(struct ccm_item *item, bool with_key, struct ccm_bundle **out,
    struct ccm_key **out_key, struct ccm_error *err)
{
	const char *token = item->token->config->name, *label = item->facts.label;
	struct ccm_bundle *bundle = NULL;
	struct ccm_key *key = NULL;

	if (item->facts.kind == CCM_ITEM_KEY)
		return ccm_fail(err, CCM_NOT_FOUND, "the key %s has no certificate yet", label);
	with_key |= keys_by_export(item) && ccm_token_has_keys(item->token);
	ccm_log(DEBUG, MODEL, "token %s: exporting %s (%s)%s", token, label,
	    item->facts.resource_id, with_key ? " with its key" : "");
	if (!item->token->source->export(item, &bundle, with_key ? &key : NULL, err)) {
		if (err != NULL && err->code == CCM_NOT_FOUND)
			ccm_item_note_vanished(item);
		return ccm_error_context(
		    err, "token %s: exporting %s (%s)", token, label, item->facts.resource_id);
	}
	if (!fits(item, bundle, key, err)) {
		ccm_key_unref(key);
		ccm_bundle_free(bundle);
		return false;
	}
	if (with_key)
		atomic_store(
		    &item->material->known, key != NULL ? CCM_CACHE_KEY_THERE : CCM_CACHE_KEY_NONE);
	ccm_cached_put_bundle(item, bundle, atomic_load(&item->material->known));
	*out = bundle;
	*out_key = key;
	return true;
}

/* With keys_by_export a bundle that stands means that it is known whether there is a key: so that
 * is published first. */
static const struct ccm_bundle *
load(struct ccm_item *item, bool with_key, struct ccm_error *err)
{
	struct ccm_bundle *bundle;
	struct ccm_key *key;

	if (!export(item, with_key, &bundle, &key, err))
		return NULL;
	if (key != NULL)
		publish_key(item, key);
	return publish_bundle(item, bundle);
}

bool
ccm_item_export(struct ccm_item *item, struct ccm_error *err)
{
	struct ccm_bundle *bundle;
	struct ccm_key *key;

	if (!export(item, false, &bundle, &key, err))
		return false;
	ccm_key_unref(key);
	ccm_bundle_free(bundle);
	return true;
}

/* What another process has exported, if it tells all that this one has to know. */
static const struct ccm_bundle *
recall(struct ccm_item *item)
{
	enum ccm_cache_key known;
	struct ccm_bundle *bundle = ccm_cached_bundle(item, &known);

	if (bundle == NULL)
		return NULL;
	if (keys_by_export(item) && ccm_token_has_keys(item->token) &&
	    known == CCM_CACHE_KEY_UNKNOWN) {
		ccm_bundle_free(bundle);
		return NULL;
	}
	atomic_store(&item->material->known, known);
	return publish_bundle(item, bundle);
}

bool
ccm_item_recall(struct ccm_item *item)
{
	return atomic_load(&item->material->bundle) != NULL || recall(item) != NULL;
}

static const struct ccm_bundle *
bundle_of(struct ccm_item *item, struct ccm_error *err)
{
	const struct ccm_bundle *bundle = atomic_load(&item->material->bundle);

	if (bundle == NULL)
		bundle = recall(item);
	return bundle != NULL ? bundle : load(item, false, err);
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

EVP_PKEY *
ccm_item_public_key(struct ccm_item *item, struct ccm_error *err)
{
	const struct ccm_cert *cert;

	if (item->facts.kind == CCM_ITEM_KEY)
		return ccm_local_public_key(item, err);
	cert = ccm_item_certificate(item, err);
	return cert != NULL ? ccm_cert_public_key(cert) : NULL;
}

bool
ccm_item_public_info(struct ccm_item *item, struct ccm_span *info, struct ccm_error *err)
{
	const struct ccm_cert *cert;

	*info = (struct ccm_span){0};
	if (item->facts.kind == CCM_ITEM_KEY)
		return ccm_local_public_info(item, info, err);
	cert = ccm_item_certificate(item, err);
	if (cert != NULL)
		*info = ccm_cert_spki(cert);
	return cert != NULL;
}

/* A key of the keystore, kept like one that was exported. */
static struct ccm_key *
local_key(struct ccm_item *item, struct ccm_error *err)
{
	const struct ccm_bundle *bundle = atomic_load(&item->material->bundle);
	struct ccm_key *key = ccm_local_open(item, err);

	if (key == NULL)
		return NULL;
	if (bundle != NULL && !fits(item, bundle, key, err)) {
		ccm_key_unref(key);
		return NULL;
	}
	publish_key(item, key);
	return ccm_key_ref(atomic_load(&item->material->key));
}

struct ccm_key *
ccm_item_key(struct ccm_item *item, struct ccm_error *err)
{
	struct ccm_key *key = atomic_load(&item->material->key);

	if (key != NULL)
		return ccm_key_ref(key);
	if (!ccm_item_settle(item, err))
		return NULL;
	if (!ccm_item_has_key(item)) {
		ccm_fail(err, CCM_NOT_FOUND, "the private key of %s (%s) cannot be had",
		    item->facts.label, item->facts.resource_id);
		return NULL;
	}
	if (item->facts.local || ccm_local_may_hold(item))
		return local_key(item, err);
	if (atomic_load(&item->material->key) == NULL && load(item, true, err) == NULL)
		return NULL;
	key = atomic_load(&item->material->key);
	if (key != NULL)
		return ccm_key_ref(key);
	ccm_fail(err, CCM_NOT_FOUND, "the service no longer has the private key of %s (%s)",
	    item->facts.label, item->facts.resource_id);
	return NULL;
}

/* What only the export tells of some */

bool
ccm_item_settle(struct ccm_item *item, struct ccm_error *err)
{
	if (item->facts.local)
		return true;
	if ((keys_by_export(item) || ccm_local_may_hold(item)) && bundle_of(item, err) == NULL)
		return false;
	return ccm_local_may_hold(item) || !ccm_item_may_be_in_hsm(item) ||
	       ccm_item_look_in_hsm(item, err);
}

/* Only certificates whose key the service has and gives out, or that may be in an HSM; CAs' keys
 * never leave it. */
bool
ccm_item_may_have_key(const struct ccm_item *item)
{
	const struct ccm_facts *facts = &item->facts;

	if (facts->local)
		return ccm_token_has_keys(item->token);
	if (facts->kind == CCM_ITEM_ENCRYPTION)
		return ccm_pair_may_have_key(item);
	if (facts->kind != CCM_ITEM_CERTIFICATE || !ccm_token_has_keys(item->token))
		return false;
	if (ccm_local_may_hold(item))
		return true;
	if (ccm_item_may_be_in_hsm(item))
		return ccm_item_may_have_hsm_key(item);
	if (item->token->config->keys == CCM_KEYS_LOCAL)
		return false;
	if (keys_by_export(item))
		return atomic_load(&item->material->bundle) == NULL ||
		       atomic_load(&item->material->known) == CCM_CACHE_KEY_THERE;
	return strcmp(facts->gen_mode, "CSR") != 0 && strcmp(facts->status, "ISSUED") == 0 &&
	       type_of_name(facts->key_algorithm) != CCM_KEY_OTHER;
}

bool
ccm_item_has_key(struct ccm_item *item)
{
	return ccm_item_may_have_key(item) && ccm_item_settle(item, NULL) &&
	       ccm_item_may_have_key(item);
}

enum ccm_key_type
ccm_item_key_type(struct ccm_item *item)
{
	const struct ccm_cert *cert;

	if (!keys_by_export(item))
		return type_of_name(item->facts.key_algorithm);
	cert = ccm_item_certificate(item, NULL);
	return cert != NULL ? ccm_pkey_type(ccm_cert_public_key(cert)) : CCM_KEY_OTHER;
}

const char *
ccm_item_key_algorithm(const struct ccm_item *item)
{
	const struct ccm_bundle *bundle = atomic_load(&item->material->bundle);

	return item->facts.key_algorithm[0] == '\0' && bundle != NULL
		   ? name_of_key(ccm_cert_public_key(bundle->cert))
		   : item->facts.key_algorithm;
}

int64_t
ccm_item_not_before_ms(const struct ccm_item *item)
{
	const struct ccm_bundle *bundle = atomic_load(&item->material->bundle);

	return bundle != NULL ? ccm_cert_not_before_ms(bundle->cert) : item->facts.not_before;
}

int64_t
ccm_item_not_after_ms(const struct ccm_item *item)
{
	const struct ccm_bundle *bundle = atomic_load(&item->material->bundle);

	return bundle != NULL ? ccm_cert_not_after_ms(bundle->cert) : item->facts.not_after;
}
