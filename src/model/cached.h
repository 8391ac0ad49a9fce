/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CACHED_H
#define CCM_CACHED_H

/*
 * Between the cache and the model: records and items, bundles and their certificates. Nothing here
 * fails: without the cache the service is asked.
 */

#include "model/token.h"
#include "store/cache.h"

/* The account's cache, or NULL. */
struct ccm_cache *ccm_cached_open(const struct ccm_config *config, bool usual_folder);

/* Records on their way into the cache, some at a time. */
#define CCM_CACHED_BATCH 1000
struct ccm_cached_batch {
	struct ccm_cache *cache; /* NULL: they go nowhere */
	int64_t started_ms;      /* of the wall clock: when the question was asked */
	int64_t added;           /* records that are new in it */
	struct ccm_cache_record records[CCM_CACHED_BATCH];
	char *texts[CCM_CACHED_BATCH];
	size_t count;
};
/* NULL without a cache. */
struct ccm_cached_batch *ccm_cached_batch_new(struct ccm_token *token);
void ccm_cached_batch_add(
    struct ccm_cached_batch *batch, const struct ccm_token *token, const struct ccm_facts *facts);
/* True when all of them are in the cache. */
bool ccm_cached_batch_flush(struct ccm_cached_batch *batch);
void ccm_cached_batch_free(struct ccm_cached_batch *batch); /* NULL is allowed */

/*
 * The records of the token's service that the selection (its service is filled in) has, as a view
 * of what was told then (wall clock); seen_ms, when not NULL, gets the latest time that one of
 * them was. NULL when there is no cache.
 */
struct ccm_view *ccm_cached_view(struct ccm_token *token, struct ccm_cache_selection selection,
    int64_t told_ms, int64_t *seen_ms);
/* The monotonic time of a wall clock's past, and how long ago that is. */
int64_t ccm_cached_monotonic(int64_t wall_ms);

/* Certificate and chain of an item that some process has exported, or NULL. */
struct ccm_bundle *ccm_cached_bundle(const struct ccm_item *item, enum ccm_cache_key *key);
void ccm_cached_put_bundle(
    const struct ccm_item *item, const struct ccm_bundle *bundle, enum ccm_cache_key key);
/* What a certificate is looked up by in the cache: SHA-256 of its parts. */
bool ccm_cached_hash(struct ccm_span of, unsigned char out[static 32]);

#endif
