/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/crypto.h"
#include "core/log.h"
#include "model/cached.h"
#include "model/pair.h"

#define CHAIN_MAX 16

struct certificates {
	struct ccm_cert *certs[CHAIN_MAX];
	size_t count;
};

static bool
add_certificate(void *context, struct ccm_span der, struct ccm_error *err)
{
	struct certificates *all = context;

	if (all->count == CHAIN_MAX)
		return ccm_fail(err, CCM_STORE, "a chain in the cache is too long");
	all->certs[all->count] = ccm_cert_from_der(der, err);
	return all->certs[all->count] != NULL && ++all->count > 0;
}

static void
identify(const struct ccm_item *item, struct ccm_cache_record *record)
{
	*record = (struct ccm_cache_record){
	    .service = (int)item->token->config->service,
	    .kind = (int)ccm_item_listed_kind(item),
	    .second = item->facts.kind == CCM_ITEM_ENCRYPTION,
	};
	memcpy(record->id, item->facts.id, sizeof(record->id));
}

struct ccm_bundle *
ccm_cached_bundle(const struct ccm_item *item, enum ccm_cache_key *key)
{
	struct ccm_cache *cache = ccm_model_cache(item->token->model);
	struct certificates all = {0};
	struct ccm_bundle *bundle = NULL;
	struct ccm_cache_record record;
	struct ccm_error err = {0};

	*key = CCM_CACHE_KEY_UNKNOWN;
	if (cache == NULL)
		return NULL;
	identify(item, &record);
	if (!ccm_cache_get_bundle(
		cache, &record, key, (struct ccm_cache_der_visitor){add_certificate, &all}, &err))
		ccm_log(DEBUG, MODEL, "%s (%s) is not read from the cache: %s", item->facts.label,
		    item->facts.resource_id, err.msg);
	else if (all.count > 0)
		bundle = ccm_bundle_new(all.certs[0], all.certs + 1, all.count - 1, NULL);
	/* a chain that has lost a certificate does not hold together */
	if (bundle != NULL && bundle->chain_count != all.count - 1) {
		ccm_bundle_free(bundle);
		bundle = NULL;
	}
	for (size_t i = 0; i < all.count; i++)
		ccm_cert_unref(all.certs[i]);
	return bundle;
}

bool
ccm_cached_hash(struct ccm_span of, unsigned char out[static 32])
{
	unsigned char digest[64];
	size_t len;

	if (!ccm_digest("SHA256", of, digest, &len, NULL))
		return false;
	memcpy(out, digest, 32);
	return true;
}

struct hashes {
	unsigned char sha256[32], sha1[64], spki[32], subject[32];
};

static bool
describe(const struct ccm_cert *cert, struct hashes *hashes, struct ccm_cache_certificate *out)
{
	size_t len;

	*out = (struct ccm_cache_certificate){
	    .der = ccm_cert_der(cert),
	    .sha256 = CCM_SPAN(hashes->sha256, 32),
	    .sha1 = CCM_SPAN(hashes->sha1, 20),
	    .spki_sha256 = CCM_SPAN(hashes->spki, 32),
	    .subject_hash = CCM_SPAN(hashes->subject, 32),
	    .not_after_ms = ccm_cert_not_after_ms(cert),
	};
	return ccm_cached_hash(out->der, hashes->sha256) &&
	       ccm_cached_hash(ccm_cert_spki(cert), hashes->spki) &&
	       ccm_cached_hash(ccm_cert_subject(cert), hashes->subject) &&
	       ccm_digest("SHA1", out->der, hashes->sha1, &len, NULL);
}

void
ccm_cached_put_bundle(
    const struct ccm_item *item, const struct ccm_bundle *bundle, enum ccm_cache_key key)
{
	struct ccm_cache *cache = ccm_model_cache(item->token->model);
	struct ccm_cache_certificate certificates[CHAIN_MAX];
	struct ccm_cache_bundle put = {certificates, 0, key};
	struct hashes hashes[CHAIN_MAX];
	struct ccm_cache_record record;
	bool ok = cache != NULL && bundle->chain_count < CHAIN_MAX;

	for (size_t i = 0; ok && i <= bundle->chain_count; i++) {
		const struct ccm_cert *cert = i == 0 ? bundle->cert : bundle->chain[i - 1];

		ok = describe(cert, &hashes[i], &certificates[i]);
		put.count++;
	}
	identify(item, &record);
	if (ok)
		ccm_cache_put_bundle(cache, &record, &put, NULL);
}
