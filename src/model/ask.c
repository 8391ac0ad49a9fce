/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers, from the nearest that has a fresh one: this process, the cache that processes share, the
 * service. When that fails, from the nearest that has one at all.
 */
#include <string.h>

#include "core/clock.h"
#include "model/question.h"
#include "model/serial.h"

int64_t
ccm_view_age(const struct ccm_view *view)
{
	return ccm_clock_monotonic_ms() - view->fetched_ms;
}

static int64_t
ttl_of(const struct ccm_token *token)
{
	return ccm_model_ttl_ms(token->model);
}

static struct ccm_view *
fresh(struct ccm_view *take_view, int64_t ttl_ms)
{
	if (take_view != NULL && ccm_view_age(take_view) < ttl_ms)
		return take_view;
	ccm_view_unref(take_view);
	return NULL;
}

/* While the service fails: what this process knows, else the cache; whatever is younger than
 * max_stale. */
static struct ccm_view *
stale(const struct ccm_question *q, struct ccm_view *take_view, const struct ccm_error *why)
{
	struct ccm_view *view = take_view;

	if (view == NULL && ccm_code_is_outage(why->code))
		view =
		    ccm_question_cached(q, ccm_model_config(q->token->model)->cache_max_stale_ms);
	if (view != NULL && ccm_token_may_use(q->token, ccm_view_age(view), why))
		return view;
	ccm_view_unref(view);
	return NULL;
}

static struct ccm_view *
give_up(const struct ccm_question *q, const struct ccm_error *why, struct ccm_error *err)
{
	if (err != NULL && err->code == CCM_OK) {
		*err = *why;
		ccm_error_context(err, "token %s", q->token->config->name);
	}
	return NULL;
}

static struct ccm_view *
answer(const struct ccm_question *q, struct ccm_error *err)
{
	int64_t ttl_ms = ttl_of(q->token);
	struct ccm_view *view = ccm_question_kept(q), *got;
	struct ccm_error why = {0};

	if (view != NULL && ccm_view_age(view) < ttl_ms)
		return view;
	got = ccm_question_cached(q, ttl_ms);
	if (got == NULL)
		got = ccm_question_ask(q, view, &why);
	if (got != NULL) {
		ccm_question_keep(q, got);
		ccm_view_unref(view);
		return got;
	}
	got = stale(q, view, &why);
	return got != NULL ? got : give_up(q, &why, err);
}

static struct ccm_view *
chain_view(struct ccm_token *token, const char *label, struct ccm_error *err)
{
	struct ccm_harvest harvest = {.token = token};
	struct ccm_view *view = NULL;

	if (ccm_token_add_chain_items(token, label, &harvest, err))
		view = ccm_harvest_view(&harvest, err);
	ccm_harvest_clear(&harvest);
	return view;
}

struct ccm_view *
ccm_token_view_all(struct ccm_token *token, enum ccm_item_kind kind, struct ccm_error *err)
{
	struct ccm_question q = ccm_question_all(token, kind);

	return kind == CCM_ITEM_CHAIN ? chain_view(token, NULL, err) : answer(&q, err);
}

/* When all of a kind was told, by the cache's word, which is asked for it now and then. */
static int64_t
all_told_ms(struct ccm_token *token, enum ccm_item_kind kind)
{
	struct ccm_question all = ccm_question_all(token, kind);
	int64_t now_ms = ccm_clock_monotonic_ms(), told_ms;
	struct ccm_told *told = &token->told_all[kind == CCM_ITEM_CA];
	bool known;

	if (ccm_model_cache(token->model) == NULL)
		return 0;
	ccm_lock_acquire(&token->lock);
	known = now_ms < told->until_ms;
	told_ms = told->wall_ms;
	ccm_lock_release(&token->lock);
	if (known)
		return told_ms;
	told_ms = ccm_cache_answered(ccm_model_cache(token->model), all.key);
	ccm_lock_acquire(&token->lock);
	*told = (struct ccm_told){told_ms, now_ms + 1000};
	ccm_lock_release(&token->lock);
	return told_ms;
}

/* Of a name or id, when the cache has all and that is younger: with something in it. */
static struct ccm_view *
cached_among_all(struct ccm_token *token, struct ccm_cache_selection selection, int64_t max_age_ms)
{
	int64_t told_ms = all_told_ms(token, (enum ccm_item_kind)selection.kind), seen_ms = 0;
	bool by_id = selection.id != NULL;
	struct ccm_view *view;

	if (ccm_model_cache(token->model) == NULL ||
	    (!by_id && ccm_clock_now_ms() - told_ms >= max_age_ms))
		return NULL;
	view = ccm_cached_view(token, selection, told_ms, &seen_ms);
	if (seen_ms < told_ms)
		seen_ms = told_ms;
	if (view != NULL && view->count > 0 && ccm_clock_now_ms() - seen_ms < max_age_ms)
		return view;
	ccm_view_unref(view);
	return NULL;
}

/* The whole listing when there is a fresh one that has the name; else, when asking for the name
 * fails, a stale one. */
struct ccm_view *
ccm_token_view_of_name(
    struct ccm_token *token, enum ccm_item_kind kind, const char *name, struct ccm_error *err)
{
	struct ccm_question all = ccm_question_all(token, kind), q;
	const struct ccm_cache_selection selection = {.kind = (int)kind, .label = name};
	struct ccm_error why = {0};
	struct ccm_view *view;
	size_t first;

	if (kind == CCM_ITEM_CHAIN)
		return chain_view(token, name, err);
	if (name[0] == '\0' || strlen(name) > 4 * CCM_NAME_MAX)
		return ccm_view_new(NULL, 0, 0, err);
	view = fresh(ccm_question_kept(&all), ttl_of(token));
	if (view != NULL && ccm_view_find_label(view, kind, name, &first) > 0)
		return view;
	ccm_view_unref(view);
	q = ccm_question_name(token, kind, name);
	view = fresh(ccm_question_kept(&q), ttl_of(token));
	if (view == NULL) {
		view = cached_among_all(token, selection, ttl_of(token));
		if (view != NULL)
			ccm_question_keep(&q, view);
	}
	if (view == NULL)
		view = answer(&q, &why);
	/* a name that the service takes for none is looked for among all */
	if (view == NULL && why.code == CCM_USAGE && why.http_status == 0)
		return ccm_token_view_all(token, kind, err);
	if (view == NULL)
		view = stale(&all, ccm_question_kept(&all), &why);
	return view != NULL ? view : give_up(&q, &why, err);
}

struct ccm_view *
ccm_token_view_of_serial(struct ccm_token *token, enum ccm_item_kind kind, struct ccm_span serial)
{
	struct ccm_question all = ccm_question_all(token, kind), q;
	struct ccm_view *view = fresh(ccm_question_kept(&all), ttl_of(token));
	struct ccm_serial_texts texts;

	ccm_view_unref(view);
	/* what is kept has an index of its own */
	if (view != NULL || kind == CCM_ITEM_CHAIN || !ccm_serial_write(serial, &texts))
		return NULL;
	q = ccm_question_serial(token, kind, texts.decimal);
	view = fresh(ccm_question_kept(&q), ttl_of(token));
	if (view != NULL)
		return view;
	view = cached_among_all(token,
	    (struct ccm_cache_selection){.kind = (int)kind, .serial = texts.decimal},
	    ttl_of(token));
	if (view != NULL)
		ccm_question_keep(&q, view);
	return view;
}

static struct ccm_view *
view_of_item(struct ccm_item *take_item, struct ccm_error *err)
{
	struct ccm_item *items[1] = {take_item};

	return ccm_view_new(items, 1, ccm_clock_monotonic_ms(), err);
}

/* Without the service: what this process has seen of it, and what any has. */
static struct ccm_view *
known_of_id(const struct ccm_question *q, int64_t max_age_ms)
{
	const struct ccm_cache_selection selection = {.kind = (int)q->kind, .id = q->id};
	struct ccm_question all = ccm_question_all(q->token, q->kind);
	struct ccm_view *view = fresh(ccm_question_kept(&all), max_age_ms);

	if (view != NULL && ccm_view_find_id(view, q->kind, q->id) != NULL)
		return view;
	ccm_view_unref(view);
	return cached_among_all(q->token, selection, max_age_ms);
}

struct ccm_view *
ccm_token_view_of_id(struct ccm_token *token, enum ccm_item_kind kind,
    const unsigned char id[static CCM_ITEM_ID_LEN], struct ccm_error *err)
{
	struct ccm_question q = ccm_question_id(token, kind, id);
	int64_t age_ms = 0, ttl_ms = ttl_of(token);
	struct ccm_item *known = ccm_token_known(token, kind, id, &age_ms);
	struct ccm_error why = {0};
	struct ccm_view *view;

	if (known != NULL && (age_ms < ttl_ms || kind == CCM_ITEM_CHAIN))
		return view_of_item(known, err);
	if (kind == CCM_ITEM_CHAIN || (known == NULL && !token->source->has_id(id)))
		return ccm_view_new(NULL, 0, 0, err);
	q.resource_id = known != NULL ? known->facts.resource_id : NULL;
	view = known_of_id(&q, ttl_ms);
	if (view == NULL)
		view = answer(&q, &why);
	if (view == NULL && known != NULL && ccm_token_may_use(token, age_ms, &why))
		return view_of_item(known, err);
	ccm_item_unref(known);
	if (view == NULL && ccm_code_is_outage(why.code)) {
		view = known_of_id(&q, ccm_model_config(token->model)->cache_max_stale_ms);
		if (view != NULL)
			ccm_token_may_use(token, ccm_view_age(view), &why);
	}
	return view != NULL ? view : give_up(&q, &why, err);
}

bool
ccm_token_lacks_ca(struct ccm_token *token, const unsigned char id[static CCM_ITEM_ID_LEN])
{
	struct ccm_question all = ccm_question_all(token, CCM_ITEM_CA);
	struct ccm_view *view = ccm_question_kept(&all);
	bool lacks = view != NULL && ccm_view_find_id(view, CCM_ITEM_CA, id) == NULL;

	ccm_view_unref(view);
	return lacks;
}
