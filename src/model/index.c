/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates by their digests and public keys: in this process, then in the cache. */
#include <string.h>
#include <strings.h>

#include "core/crypto.h"
#include "model/cached.h"
#include "model/local_view.h"
#include "model/pair.h"
#include "model/search.h"

struct key {
	enum ccm_digest digest;
	struct ccm_span value;
	unsigned char room[64];
};

static bool
digest_into(struct key *key, enum ccm_digest digest, struct ccm_span of)
{
	size_t len;

	key->digest = digest;
	key->value = CCM_SPAN(key->room, 32);
	return ccm_digest("SHA256", of, key->room, &len, NULL);
}

/* The narrowest that the query gives. */
static bool
choose(const struct ccm_query *query, struct key *key)
{
	*key = (struct key){.digest = CCM_DIGEST_SHA256};
	if (ccm_search_is_given(query->certificate))
		return digest_into(key, CCM_DIGEST_SHA256, query->certificate);
	if (ccm_search_is_given(query->public_key))
		return digest_into(key, CCM_DIGEST_KEY, query->public_key);
	key->value = query->sha256;
	if (ccm_search_is_given(query->sha256))
		return key->value.len == 32;
	key->digest = CCM_DIGEST_SHA1;
	key->value = query->sha1;
	return ccm_search_is_given(query->sha1) && key->value.len == 20;
}

/* What else narrows to few is asked for by that. */
bool
ccm_search_is_indexed(const struct ccm_search *search)
{
	const struct ccm_query *query = search->query;
	struct key key;

	return query->id.len == 0 && query->label == NULL && !ccm_search_is_given(query->subject) &&
	       !ccm_search_is_given(query->serial) && choose(query, &key);
}

static bool
add(struct ccm_search_hits *hits, enum ccm_item_kind kind, const unsigned char *id,
    struct ccm_error *err)
{
	struct ccm_search_hit *hit;

	if (kind == CCM_ITEM_ENCRYPTION) /* is found by its certificate */
		kind = CCM_ITEM_CERTIFICATE;
	for (size_t i = 0; i < hits->count; i++)
		if (hits->hits[i].kind == kind &&
		    memcmp(hits->hits[i].id, id, CCM_ITEM_ID_LEN) == 0)
			return true;
	if (!ccm_grow_array(&hits->hits, hits->count, sizeof(hits->hits[0]), err))
		return false;
	hit = &hits->hits[hits->count++];
	hit->kind = kind;
	memcpy(hit->id, id, CCM_ITEM_ID_LEN);
	return true;
}

static bool
add_learned(const struct ccm_search *search, const struct key *key, struct ccm_search_hits *hits,
    struct ccm_error *err)
{
	struct ccm_items items = {0};
	bool ok = true;

	ccm_token_learned(search->token, search->kinds, key->digest, key->value, &items);
	for (size_t i = 0; ok && i < items.count; i++) {
		const struct ccm_facts *facts = &items.items[i]->facts;

		if (ccm_search_fits(search, items.items[i]))
			ok = add(hits, facts->kind, facts->id, err);
	}
	ccm_items_clear(&items);
	return ok;
}

static bool
add_record(void *context, const struct ccm_cache_record *record, struct ccm_error *err)
{
	return add(context, (enum ccm_item_kind)record->kind, record->id, err);
}

/* Who cannot read the cache does without. */
static bool
add_cached(const struct ccm_search *search, enum ccm_item_kind kind, const struct key *key,
    struct ccm_search_hits *hits)
{
	struct ccm_cache_selection selection = {
	    .service = (int)search->token->config->service, .kind = (int)kind};
	struct ccm_span *const by[CCM_DIGESTS] = {
	    [CCM_DIGEST_SHA256] = &selection.sha256,
	    [CCM_DIGEST_SHA1] = &selection.sha1,
	    [CCM_DIGEST_KEY] = &selection.spki_sha256,
	};
	struct ccm_cache *cache = ccm_model_cache(search->token->model);

	*by[key->digest] = key->value;
	return cache == NULL || ccm_cache_each(cache, &selection, add_record, hits, NULL);
}

/* Certificates that the keystore knows to be of one of its keys. */
static bool
add_local(const struct ccm_search *search, struct ccm_search_hits *hits, struct ccm_error *err)
{
	struct ccm_local_view *view = NULL;
	const struct ccm_local_key *key;
	unsigned char id[CCM_ITEM_ID_LEN];
	bool ok = true;

	if (!ccm_search_is_given(search->query->public_key) || !ccm_token_has_keys(search->token))
		return true;
	view = ccm_local_look(ccm_model_local(search->token->model));
	key = ccm_local_view_key(view, CCM_LOCAL_BY_PUBLIC_KEY, search->query->public_key);
	for (size_t i = 0; ok && key != NULL && i < key->resource_count; i++)
		ok = !ccm_item_id_from_resource(key->resources[i], id, NULL) ||
		     add(hits, CCM_ITEM_CERTIFICATE, id, err);
	ccm_local_view_unref(view);
	return ok;
}

bool
ccm_search_look_up(
    const struct ccm_search *search, struct ccm_search_hits *hits, struct ccm_error *err)
{
	static const enum ccm_item_kind cached[] = {CCM_ITEM_CERTIFICATE, CCM_ITEM_CA};
	struct key key;
	bool ok;

	if (!choose(search->query, &key))
		return true;
	ok = add_learned(search, &key, hits, err);
	if (ok && hits->count == 0 && (search->kinds & CCM_ITEM_CERTIFICATE) != 0)
		ok = add_local(search, hits, err);
	for (size_t i = 0; ok && hits->count == 0 && i < CCM_COUNT(cached); i++)
		if ((search->kinds & ccm_pair_brings(cached[i])) != 0)
			add_cached(search, cached[i], &key, hits);
	return ok;
}
