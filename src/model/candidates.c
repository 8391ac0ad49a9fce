/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a search looks into that is for something which only certificates tell. Each of those is
 * exported once and then known to every process that shares the cache; but a search that exported
 * all of a full account would take hours, and tell the service to go away.
 */
#include "core/clock.h"
#include "core/log.h"
#include "model/cached.h"
#include "model/fetch.h"
#include "model/search.h"
#include "model/serial.h"

#define COUNT_STANDS_MS 10000

static bool
append(struct ccm_items *some, struct ccm_item *item, struct ccm_error *err)
{
	if (!ccm_grow_array(&some->items, some->count, sizeof(some->items[0]), err))
		return false;
	some->items[some->count++] = item;
	return true;
}

static bool
is_here(const struct ccm_item *item)
{
	return atomic_load(&item->material->bundle) != NULL;
}

/* Those that may match, by what was listed. */
static bool
gather(const struct ccm_search *search, struct ccm_item *const *items, size_t count,
    struct ccm_items *some, struct ccm_error *err)
{
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++)
		if (ccm_search_fits(search, items[i]))
			ok = append(some, items[i], err);
	return ok;
}

/* What is not here */

struct count {
	struct ccm_view *view;
	enum ccm_item_kind kind;
	struct ccm_items unknown;
	size_t max;
};

/* One more, and it is known that there are too many. */
static bool
add_record(void *context, const struct ccm_cache_record *record, struct ccm_error *err)
{
	struct count *count = context;
	struct ccm_item *item = ccm_view_find_id(count->view, count->kind, record->id);

	if (item != NULL && !is_here(item) && !append(&count->unknown, item, err))
		return false;
	return count->unknown.count <= count->max;
}

bool
ccm_view_unknown(struct ccm_view *view, enum ccm_item_kind kind, size_t max, struct ccm_items *out,
    struct ccm_error *err)
{
	const struct ccm_token *token = view->count != 0 ? view->items[0]->token : NULL;
	struct ccm_cache *cache = token != NULL ? ccm_model_cache(token->model) : NULL;
	struct count count = {.view = view, .kind = kind, .max = max};
	struct ccm_cache_selection selection = {.kind = (int)kind, .unfetched = true};
	bool ok = true;

	if (cache != NULL)
		selection.service = (int)token->config->service;
	if (cache == NULL || !ccm_cache_each(cache, &selection, add_record, &count, NULL)) {
		count.unknown.count = 0;
		for (size_t i = 0; ok && i < view->count && count.unknown.count <= max; i++)
			if (!is_here(view->items[i]))
				ok = append(&count.unknown, view->items[i], err);
	}
	*out = count.unknown;
	return ok;
}

static bool
too_many_lately(const struct ccm_view *view)
{
	int64_t when_ms = atomic_load(&view->counted_ms);

	return when_ms != 0 && ccm_clock_monotonic_ms() - when_ms < COUNT_STANDS_MS;
}

static void
tell_left_out(struct ccm_token *token)
{
	bool told;

	ccm_lock_acquire(&token->lock);
	told = token->told_unfetched;
	token->told_unfetched = true;
	ccm_lock_release(&token->lock);
	if (told)
		ccm_log(DEBUG, MODEL, "token %s: a search left out what was not exported yet",
		    token->config->name);
	else
		ccm_log(WARN, MODEL,
		    "token %s: a search for what only certificates tell left out those that were"
		    " not exported yet, more than %d; \"ccm sync --certificates\" exports them",
		    token->config->name, CCM_SEARCH_EXPORTS);
}

/* Those that may match, fetched when they are few, and left out else. */
static bool
fetch_unknown(const struct ccm_search *search, enum ccm_item_kind kind, struct ccm_view *view,
    struct ccm_items *fetched, struct ccm_error *err)
{
	struct ccm_items unknown = {0};
	bool ok = true, many;

	if (atomic_load(&view->all_fetched))
		return true;
	if (!too_many_lately(view)) {
		ok = ccm_view_unknown(view, kind, CCM_SEARCH_EXPORTS, &unknown, err);
		if (unknown.count > CCM_SEARCH_EXPORTS)
			atomic_store(&view->counted_ms, ccm_clock_monotonic_ms());
	}
	many = too_many_lately(view);
	if (many)
		tell_left_out(search->token);
	else
		ok = ok && gather(search, unknown.items, unknown.count, fetched, err) &&
		     ccm_items_fetch(fetched->items, fetched->count, err);
	if (ok && !many && fetched->count == unknown.count)
		atomic_store(&view->all_fetched, true);
	ccm_free(unknown.items);
	return ok;
}

static bool
search_unknown(const struct ccm_search *search, enum ccm_item_kind kind, struct ccm_view *view,
    struct ccm_error *err)
{
	struct ccm_items fetched = {0};
	bool ok = fetch_unknown(search, kind, view, &fetched, err) &&
		  ccm_search_select(search, fetched.items, fetched.count, err);

	ccm_free(fetched.items);
	return ok;
}

/* What is here, of many: each is looked at and let go. */

static bool
known_fits(const struct ccm_search *search, struct ccm_item *item)
{
	enum ccm_cache_key key;
	struct ccm_bundle *bundle = is_here(item) ? NULL : ccm_cached_bundle(item, &key);
	bool fits = is_here(item) ||
		    (bundle != NULL && ccm_search_certificate_fits(search->query, bundle->cert));

	ccm_bundle_free(bundle);
	return fits;
}

static bool
select_known(const struct ccm_search *search, const struct ccm_items *some, struct ccm_error *err)
{
	bool ok = true;

	for (size_t i = 0; ok && i < some->count; i++)
		if (known_fits(search, some->items[i]))
			ok = ccm_search_select(search, &some->items[i], 1, err);
	return ok;
}

/* Keys of SCM's come with exports only, and are all asked for. */
static bool
search_some(const struct ccm_search *search, struct ccm_view *view, const struct ccm_items *some,
    struct ccm_error *err)
{
	bool few =
	    some->count <= CCM_SEARCH_EXPORTS || !ccm_search_needs_certificates(search->query);
	struct ccm_items fetched = {0};
	bool ok;

	if (some->count == 0)
		return true;
	if (few)
		return ccm_items_fetch(some->items, some->count, err) &&
		       ccm_search_select(search, some->items, some->count, err);
	ok = fetch_unknown(search, ccm_item_kind(some->items[0]), view, &fetched, err) &&
	     select_known(search, some, err);
	ccm_free(fetched.items);
	return ok;
}

bool
ccm_search_range(const struct ccm_search *search, struct ccm_view *view,
    struct ccm_item *const *items, size_t count, struct ccm_error *err)
{
	struct ccm_items some = {0};
	bool ok;

	if (!ccm_search_needs_exports(search))
		return ccm_search_select(search, items, count, err);
	ok = gather(search, items, count, &some, err) && search_some(search, view, &some, err);
	ccm_free(some.items);
	return ok;
}

/* By decimal or hex, and among those that were listed without. */
static bool
gather_serial(const struct ccm_search *search, struct ccm_view *view, struct ccm_items *some,
    struct ccm_error *err)
{
	struct ccm_serial_texts texts;
	const char *const serials[] = {texts.decimal, texts.hex, ""};
	bool ok = true;

	if (!ccm_serial_write(search->query->serial, &texts))
		return gather(search, view->items, view->count, some, err);
	for (size_t i = 0; i < CCM_COUNT(serials); i++) {
		uint32_t at = ccm_view_first_of_serial(view, serials[i]);

		if (i > 0 && ccm_serial_same_digits(serials[i], serials[0]))
			continue;
		for (; ok && at != 0; at = ccm_view_next_of_serial(view, at, serials[i]))
			ok = gather(search, &view->items[at - 1], 1, some, err);
	}
	return ok;
}

bool
ccm_search_all(const struct ccm_search *search, enum ccm_item_kind kind, struct ccm_view *view,
    struct ccm_error *err)
{
	struct ccm_items some = {0};
	bool ok;

	if (search->unknown_only)
		return kind == CCM_ITEM_CHAIN || search_unknown(search, kind, view, err);
	if (!ccm_search_is_given(search->query->serial))
		return ccm_search_range(search, view, view->items, view->count, err);
	ok = gather_serial(search, view, &some, err) && search_some(search, view, &some, err);
	ccm_free(some.items);
	return ok;
}
