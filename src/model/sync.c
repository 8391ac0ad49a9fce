/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sync.h"

#include "core/clock.h"
#include "model/fetch.h"
#include "model/question.h"

/* One kind of a token's: what is new, else all. */
static bool
sync_kind(struct ccm_token *token, enum ccm_item_kind kind, struct ccm_sync *sync, int64_t *count,
    struct ccm_error *err)
{
	struct ccm_question q = ccm_question_all(token, kind);
	struct ccm_harvest harvest = {
	    .token = token, .cache_only = true, .sync = sync, .batch = ccm_cached_batch_new(token)};
	struct ccm_error failure = {0};
	bool ok;

	if (harvest.batch == NULL)
		return ccm_fail(err, CCM_STORE, "there is no cache");
	if (!sync->full)
		harvest.complete_ms = ccm_cache_answered(harvest.batch->cache, q.key);
	ok = ccm_question_ask_all(&q, &harvest, &failure);
	if (ok) {
		sync->added += harvest.batch->added;
		*count = ccm_question_count(&q);
	}
	ccm_harvest_clear(&harvest);
	if (!ok && err != NULL && err->code == CCM_OK)
		*err = failure;
	return ok;
}

/* Exported a few at a time: what this process need not have goes into the cache only. */
#define AT_ONCE 64

static bool
export_all(struct ccm_sync *sync, const struct ccm_items *items, struct ccm_error *err)
{
	bool ok = true;

	for (size_t at = 0; ok && at < items->count; at += AT_ONCE) {
		size_t count = items->count - at < AT_ONCE ? items->count - at : AT_ONCE;

		ok = ccm_items_export(items->items + at, count, &sync->exported, err);
		for (size_t i = 0; ok && sync->tell != NULL && i < count; i++)
			sync->tell(sync->context, (int64_t)items->count);
	}
	return ok;
}

static bool
export_kind(
    struct ccm_token *token, enum ccm_item_kind kind, struct ccm_sync *sync, struct ccm_error *err)
{
	struct ccm_view *view = ccm_token_view_all(token, kind, err);
	struct ccm_items unknown = {0};
	bool ok = view != NULL && ccm_view_unknown(view, kind, SIZE_MAX, &unknown, err) &&
		  export_all(sync, &unknown, err);

	ccm_free(unknown.items);
	ccm_view_unref(view);
	return ok;
}

bool
ccm_token_sync(struct ccm_token *token, struct ccm_sync *sync, struct ccm_error *err)
{
	bool ok =
	    sync_kind(token, CCM_ITEM_CA, sync, &sync->cas, err) &&
	    sync_kind(token, CCM_ITEM_CERTIFICATE, sync, &sync->certificates, err) &&
	    (!sync->certificates_too || (export_kind(token, CCM_ITEM_CA, sync, err) &&
					    export_kind(token, CCM_ITEM_CERTIFICATE, sync, err)));

	return ok || ccm_error_context(err, "token %s", token->config->name);
}
