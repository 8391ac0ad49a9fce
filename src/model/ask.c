/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "model/token.h"

#define NAME_MAX_LEN 64 /* characters of a common name, X.520 ub-common-name */
#define QUIET_MAX_MS 60000

/* One question to the service: what it is kept as, and what it asks for. */
struct question {
	struct ccm_token *token;
	enum ccm_item_kind kind;
	const char *name;        /* of a listing; NULL: all */
	const unsigned char *id; /* or of one */
	const char *resource_id; /* of that one, when it is known */
	char key[32 + 4 * NAME_MAX_LEN];
};

/* The kept answers */

static struct ccm_view *
kept(const struct question *q)
{
	struct ccm_token *token = q->token;
	struct ccm_view *view = NULL;

	ccm_lock_acquire(&token->lock);
	for (size_t i = 0; i < CCM_KEPT_VIEWS; i++) {
		struct ccm_kept_view *at = &token->kept[i];

		if (at->key != NULL && strcmp(at->key, q->key) == 0) {
			view = ccm_view_ref(at->view);
			break;
		}
	}
	ccm_lock_release(&token->lock);
	return view;
}

/* Where an answer goes: where the same question's stands, a free place, or the next in turn. */
static struct ccm_kept_view *
place_locked(struct ccm_token *token, const char *key)
{
	struct ccm_kept_view *free_place = NULL;

	for (size_t i = 0; i < CCM_KEPT_VIEWS; i++) {
		struct ccm_kept_view *at = &token->kept[i];

		if (at->key != NULL && strcmp(at->key, key) == 0)
			return at;
		if (at->key == NULL && free_place == NULL)
			free_place = at;
	}
	if (free_place != NULL)
		return free_place;
	return &token->kept[token->kept_next++ % CCM_KEPT_VIEWS];
}

/* Keep a reference to view; not being able to costs only the next question. */
static void
keep(const struct question *q, struct ccm_view *view)
{
	struct ccm_kept_view old = {0}, *place;
	char *key = ccm_strdup(q->key, NULL);

	if (key == NULL)
		return;
	ccm_lock_acquire(&q->token->lock);
	place = place_locked(q->token, key);
	old = *place;
	*place = (struct ccm_kept_view){key, ccm_view_ref(view)};
	ccm_lock_release(&q->token->lock);
	ccm_free(old.key);
	ccm_view_unref(old.view);
}

/* Whether the service may be asked */

bool
ccm_code_is_outage(enum ccm_code code)
{
	switch (code) {
	case CCM_AUTH:
	case CCM_DENIED:
	case CCM_THROTTLED:
	case CCM_UNAVAILABLE:
	case CCM_NETWORK:
	case CCM_TIMEOUT:
	case CCM_TLS:
		return true;
	default:
		return false;
	}
}

/* After a failure the service is left alone for a growing time; the reason stands meanwhile. */
static bool
may_ask(struct ccm_token *token, struct ccm_error *err)
{
	bool quiet;

	ccm_lock_acquire(&token->lock);
	quiet = ccm_clock_monotonic_ms() < token->quiet_until_ms;
	if (quiet && err != NULL && err->code == CCM_OK)
		*err = token->failure;
	ccm_lock_release(&token->lock);
	return !quiet;
}

static void
note_outcome(struct ccm_token *token, const struct ccm_error *failure)
{
	ccm_lock_acquire(&token->lock);
	if (failure == NULL) {
		token->failures = 0;
		token->quiet_until_ms = 0;
	} else {
		int64_t quiet_ms = (int64_t)1000 << (token->failures < 6 ? token->failures : 6);

		token->failures++;
		token->told = false;
		token->failure = *failure;
		token->quiet_until_ms =
		    ccm_clock_monotonic_ms() + (quiet_ms < QUIET_MAX_MS ? quiet_ms : QUIET_MAX_MS);
	}
	ccm_lock_release(&token->lock);
}

/* Asking */

static struct ccm_view *
ask(const struct question *q, struct ccm_error *err)
{
	const struct ccm_source *source = q->token->source;
	struct ccm_harvest harvest = {.token = q->token};
	struct ccm_error failure = {0};
	struct ccm_view *view = NULL;
	char resource_id[40];
	const char *wanted = q->resource_id != NULL ? q->resource_id : resource_id;
	bool ok;

	if (!may_ask(q->token, err))
		return NULL;
	if (q->id != NULL) {
		source->resource_of_id(q->id, resource_id);
		ok = source->get(q->token, q->kind, wanted, &harvest, &failure);
		if (!ok && failure.code == CCM_NOT_FOUND) {
			ccm_error_clear(&failure);
			ok = true;
		}
	} else {
		ok = source->list(q->token, q->kind, q->name, &harvest, &failure);
	}
	if (ok)
		view = ccm_harvest_view(&harvest, &failure);
	ccm_harvest_clear(&harvest);
	if (ok || ccm_code_is_outage(failure.code))
		note_outcome(q->token, ok ? NULL : &failure);
	if (view == NULL && err != NULL && err->code == CCM_OK)
		*err = failure;
	return view;
}

static int64_t
age(const struct ccm_view *view)
{
	return ccm_clock_monotonic_ms() - view->fetched_ms;
}

/* True the first time after a failed attempt. */
static bool
not_told(struct ccm_token *token)
{
	bool told;

	ccm_lock_acquire(&token->lock);
	told = token->told;
	token->told = true;
	ccm_lock_release(&token->lock);
	return !told;
}

/* What was seen before goes on working while the service does not (design rule 5). */
static bool
usable(const struct question *q, int64_t age_ms, const struct ccm_error *why)
{
	const struct ccm_config *config = ccm_model_config(q->token->model);

	if (!ccm_code_is_outage(why->code) || age_ms > config->cache_max_stale_ms)
		return false;
	if (not_told(q->token))
		ccm_log(WARN, MODEL, "token %s: using what is known since %lld s: %s",
		    q->token->config->name, (long long)(age_ms / 1000), why->msg);
	return true;
}

static struct ccm_view *
answer(const struct question *q, struct ccm_error *err)
{
	int64_t ttl = ccm_model_config(q->token->model)->cache_ttl_ms;
	struct ccm_view *view = kept(q), *fresh;
	struct ccm_error why = {0};

	if (view != NULL && age(view) < ttl)
		return view;
	fresh = ask(q, &why);
	if (fresh != NULL) {
		keep(q, fresh);
		ccm_view_unref(view);
		return fresh;
	}
	if (view != NULL && usable(q, age(view), &why))
		return view;
	ccm_view_unref(view);
	if (err != NULL && err->code == CCM_OK)
		*err = why;
	ccm_error_context(err, "token %s", q->token->config->name);
	return NULL;
}

static struct question
question_all(struct ccm_token *token, enum ccm_item_kind kind)
{
	struct question q = {.token = token, .kind = kind};

	snprintf(q.key, sizeof(q.key), "all %d", (int)kind);
	return q;
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
	struct question q = question_all(token, kind);

	return kind == CCM_ITEM_CHAIN ? chain_view(token, NULL, err) : answer(&q, err);
}

/* The whole listing when there is a fresh one; else, when asking for the name fails, a stale one.
 */
struct ccm_view *
ccm_token_view_of_name(
    struct ccm_token *token, enum ccm_item_kind kind, const char *name, struct ccm_error *err)
{
	struct question all = question_all(token, kind);
	struct question q = {.token = token, .kind = kind, .name = name};
	int64_t ttl = ccm_model_config(token->model)->cache_ttl_ms;
	struct ccm_error why = {0};
	struct ccm_view *listing, *view;

	if (kind == CCM_ITEM_CHAIN)
		return chain_view(token, name, err);
	if (name[0] == '\0' || strlen(name) > 4 * NAME_MAX_LEN)
		return ccm_view_new(NULL, 0, 0, err);
	listing = kept(&all);
	if (listing != NULL && age(listing) < ttl)
		return listing;
	snprintf(q.key, sizeof(q.key), "name %d %s", (int)kind, name);
	view = answer(&q, &why);
	if (view == NULL && listing != NULL && usable(&all, age(listing), &why))
		return listing;
	ccm_view_unref(listing);
	if (view == NULL && err != NULL && err->code == CCM_OK)
		*err = why;
	return view;
}

static struct ccm_view *
view_of_item(struct ccm_item *take_item, struct ccm_error *err)
{
	struct ccm_item *items[1] = {take_item};

	return ccm_view_new(items, 1, ccm_clock_monotonic_ms(), err);
}

struct ccm_view *
ccm_token_view_of_id(struct ccm_token *token, enum ccm_item_kind kind,
    const unsigned char id[static CCM_ITEM_ID_LEN], struct ccm_error *err)
{
	struct question all = question_all(token, kind);
	struct question q = {.token = token, .kind = kind, .id = id};
	int64_t age_ms = 0, ttl = ccm_model_config(token->model)->cache_ttl_ms;
	struct ccm_item *known = ccm_token_known(token, kind, id, &age_ms);
	char hex[2 * CCM_ITEM_ID_LEN + 1];
	struct ccm_error why = {0};
	struct ccm_view *view;

	if (known != NULL && (age_ms < ttl || kind == CCM_ITEM_CHAIN))
		return view_of_item(known, err);
	if (kind == CCM_ITEM_CHAIN || (known == NULL && !token->source->has_id(id)))
		return ccm_view_new(NULL, 0, 0, err);
	view = kept(&all);
	if (view != NULL && age(view) < ttl) {
		ccm_item_unref(known);
		return view;
	}
	ccm_view_unref(view);
	q.resource_id = known != NULL ? known->facts.resource_id : NULL;
	ccm_hex(id, CCM_ITEM_ID_LEN, hex);
	snprintf(q.key, sizeof(q.key), "id %d %s", (int)kind, hex);
	view = answer(&q, &why);
	if (view == NULL && known != NULL && usable(&q, age_ms, &why))
		return view_of_item(known, err);
	ccm_item_unref(known);
	if (view == NULL && err != NULL && err->code == CCM_OK)
		*err = why;
	return view;
}

bool
ccm_token_lacks_ca(struct ccm_token *token, const unsigned char id[static CCM_ITEM_ID_LEN])
{
	struct question all = question_all(token, CCM_ITEM_CA);
	struct ccm_view *view = kept(&all);
	bool lacks = view != NULL && ccm_view_find_id(view, CCM_ITEM_CA, id) == NULL;

	ccm_view_unref(view);
	return lacks;
}
