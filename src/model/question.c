/* SPDX-License-Identifier: Apache-2.0 */
#include "model/question.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/crypto.h"
#include "core/log.h"

#define LEASE_MS 15000    /* prolonged while it goes on */
#define WAIT_MAX_MS 10000 /* for another process that is refreshing what is not known yet */
#define WAIT_STEP_MS 50

/* What the answer of the service depends on is in the key. */
static void
set_key(struct ccm_question *q, const char *what, const char *of)
{
	const struct ccm_token_config *config = q->token->config;

	snprintf(q->key, sizeof(q->key), "%s %s %d %.32s %.64s %s", what, q->token->source->name,
	    (int)q->kind, config->status, q->token->literal, of);
}

struct ccm_question
ccm_question_all(struct ccm_token *token, enum ccm_item_kind kind)
{
	struct ccm_question q = {.token = token, .kind = kind};

	set_key(&q, "all", "");
	return q;
}

struct ccm_question
ccm_question_name(struct ccm_token *token, enum ccm_item_kind kind, const char *name)
{
	struct ccm_question q = {.token = token, .kind = kind, .name = name};

	set_key(&q, "name", name);
	return q;
}

struct ccm_question
ccm_question_serial(struct ccm_token *token, enum ccm_item_kind kind, const char *serial)
{
	struct ccm_question q = {.token = token, .kind = kind};

	set_key(&q, "serial", serial);
	return q;
}

struct ccm_question
ccm_question_id(struct ccm_token *token, enum ccm_item_kind kind,
    const unsigned char id[static CCM_ITEM_ID_LEN])
{
	struct ccm_question q = {.token = token, .kind = kind, .id = id};
	char hex[2 * CCM_ITEM_ID_LEN + 1];

	ccm_hex(id, CCM_ITEM_ID_LEN, hex);
	set_key(&q, "id", hex);
	return q;
}

/* The answers that this process keeps */

struct ccm_view *
ccm_question_kept(const struct ccm_question *q)
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

/* Not being able to costs only the next question. */
void
ccm_question_keep(const struct ccm_question *q, struct ccm_view *view)
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

/* Those that are gone are old: used when the service fails, from the cache. */
void
ccm_token_forget_answers(struct ccm_token *token)
{
	for (size_t i = 0; i < CCM_KEPT_VIEWS; i++) {
		struct ccm_kept_view old;

		ccm_lock_acquire(&token->lock);
		old = token->kept[i];
		token->kept[i] = (struct ccm_kept_view){0};
		ccm_lock_release(&token->lock);
		ccm_free(old.key);
		ccm_view_unref(old.view);
	}
	ccm_lock_acquire(&token->lock);
	memset(token->told_all, 0, sizeof(token->told_all));
	for (size_t i = 0; i < token->entry_count; i++)
		token->entries[i].seen_ms = INT64_MIN / 2;
	ccm_lock_release(&token->lock);
}

/* The cache's */

struct ccm_view *
ccm_question_cached(const struct ccm_question *q, int64_t max_age_ms)
{
	struct ccm_cache_selection selection = {
	    .kind = (int)q->kind, .id = q->id, .label = q->name};
	struct ccm_cache *cache = ccm_model_cache(q->token->model);
	int64_t told_ms = cache != NULL ? ccm_cache_answered(cache, q->key) : 0;

	if (told_ms == 0 || ccm_clock_now_ms() - told_ms >= max_age_ms)
		return NULL;
	return ccm_cached_view(q->token, selection, told_ms, NULL);
}

typedef void (*range_visit)(
    struct ccm_cache *cache, const struct ccm_cache_range *range, int64_t *number);

/* What a whole answer covers: a range of records for each state that was asked for. */
static void
each_range(const struct ccm_question *q, range_visit visit, int64_t *number)
{
	const struct ccm_source *source = q->token->source;
	const char *states[CCM_STATES_MAX] = {NULL};
	size_t count = 1;

	if (q->kind == CCM_ITEM_CERTIFICATE && (q->name == NULL || !source->name_of_any))
		count = source->states(q->token->config, states);
	for (size_t i = 0; i < count; i++) {
		const struct ccm_cache_range range = {
		    .service = (int)q->token->config->service,
		    .kind = (int)q->kind,
		    .status = states[i],
		    .part_of_label = q->name == NULL && q->kind == CCM_ITEM_CERTIFICATE &&
					     q->token->literal[0] != '\0'
					 ? q->token->literal
					 : NULL,
		    .label = q->name,
		};
		visit(ccm_model_cache(q->token->model), &range, number);
	}
}

static void
forget_unseen(struct ccm_cache *cache, const struct ccm_cache_range *range, int64_t *since_ms)
{
	ccm_cache_forget_unseen(cache, range, *since_ms, NULL);
}

static void
add_count(struct ccm_cache *cache, const struct ccm_cache_range *range, int64_t *count)
{
	int64_t more = 0;

	if (ccm_cache_count(cache, range, &more, NULL))
		*count += more;
}

int64_t
ccm_question_count(const struct ccm_question *q)
{
	int64_t count = 0;

	each_range(q, add_count, &count);
	return count;
}

/* What is in there and was not told is gone. */
static void
forget_gone(const struct ccm_question *q, const struct ccm_cached_batch *batch)
{
	int64_t since_ms = batch->started_ms;

	if (q->id != NULL)
		ccm_cache_forget(batch->cache, (int)q->token->config->service, (int)q->kind, q->id);
	else
		each_range(q, forget_unseen, &since_ms);
}

/* The records of the answer first, then that it was answered: what is cut off in between is asked
 * again. */
static bool
put_into_cache(const struct ccm_question *q, const struct ccm_harvest *harvest, bool found)
{
	struct ccm_cached_batch *batch = harvest->batch;

	if (!ccm_cached_batch_flush(batch))
		return false;
	if (!harvest->incomplete && !harvest->only_new && (q->id == NULL || !found))
		forget_gone(q, batch);
	return ccm_cache_answer(batch->cache, q->key, batch->started_ms, NULL);
}

/* The service's */

static bool
ask_source(
    const struct ccm_question *q, struct ccm_harvest *harvest, bool *found, struct ccm_error *err)
{
	const struct ccm_source *source = q->token->source;
	struct ccm_error failure = {0};
	char resource_id[40];

	*found = true;
	if (q->id == NULL)
		return source->list(q->token, q->kind, q->name, harvest, err);
	source->resource_of_id(q->id, resource_id);
	if (source->get(q->token, q->kind, q->resource_id != NULL ? q->resource_id : resource_id,
		harvest, &failure))
		return true;
	*found = false;
	if (failure.code == CCM_NOT_FOUND)
		return true;
	*err = failure;
	return false;
}

/* With what was known before, which may be all there is. */
static struct ccm_view *
view_with_new(
    const struct ccm_question *q, const struct ccm_harvest *harvest, struct ccm_view *standing)
{
	const struct ccm_cache_selection all = {.kind = (int)q->kind};
	int64_t at_ms = ccm_cached_monotonic(harvest->batch->started_ms);

	if (standing == NULL || harvest->batch->added != 0 ||
	    ccm_cached_monotonic(harvest->complete_ms) > standing->fetched_ms + 1000)
		return ccm_cached_view(q->token, all, harvest->batch->started_ms, NULL);
	atomic_store(&standing->fetched_ms, at_ms);
	return ccm_view_ref(standing);
}

/* The rest of what is new is in the cache: if that fails just now, the service tells all. */
static struct ccm_view *
view_of(const struct ccm_question *q, struct ccm_harvest *harvest, struct ccm_view *standing,
    struct ccm_error *err)
{
	struct ccm_view *view;
	bool found;

	if (!harvest->only_new)
		return ccm_harvest_view(harvest, err);
	view = view_with_new(q, harvest, standing);
	if (view != NULL)
		return view;
	ccm_harvest_clear(harvest);
	return ask_source(q, harvest, &found, err) ? ccm_harvest_view(harvest, err) : NULL;
}

static struct ccm_view *
ask(const struct ccm_question *q, struct ccm_view *standing, struct ccm_error *err)
{
	struct ccm_harvest harvest = {.token = q->token};
	struct ccm_error failure = {0};
	struct ccm_view *view = NULL;
	bool found, ok;

	if (!ccm_token_may_ask(q->token, err))
		return NULL;
	harvest.batch = ccm_cached_batch_new(q->token);
	if (harvest.batch != NULL)
		harvest.complete_ms = ccm_cache_answered(harvest.batch->cache, q->key);
	ok = ask_source(q, &harvest, &found, &failure);
	if (ok) {
		put_into_cache(q, &harvest, found);
		view = view_of(q, &harvest, standing, &failure);
	}
	ccm_harvest_clear(&harvest);
	if (ok || ccm_code_is_outage(failure.code))
		ccm_token_note_outcome(q->token, ok ? NULL : &failure);
	if (view == NULL && err != NULL && err->code == CCM_OK)
		*err = failure;
	return view;
}

/* Another process is about to know: until it does, or until that takes too long. */
static struct ccm_view *
wait_for_other(const struct ccm_question *q)
{
	int64_t end_ms = ccm_clock_monotonic_ms() + WAIT_MAX_MS;
	const struct timespec step = {.tv_nsec = WAIT_STEP_MS * 1000000};
	struct ccm_view *view = NULL;

	while (view == NULL && ccm_clock_monotonic_ms() < end_ms) {
		nanosleep(&step, NULL);
		view = ccm_question_cached(q, ccm_model_ttl_ms(q->token->model));
	}
	return view;
}

/* Of all processes one lists everything; the others go on with what they have. */
static struct ccm_view *
ask_alone(const struct ccm_question *q, struct ccm_view *standing, struct ccm_error *err)
{
	struct ccm_cache *cache = ccm_model_cache(q->token->model);
	struct ccm_view *view = NULL;
	struct ccm_buf token = {0};

	if (!ccm_random_password(16, &token, err))
		return NULL;
	if (ccm_cache_lease(cache, q->key, ccm_buf_str(&token), LEASE_MS)) {
		view = ask(q, standing, err);
		ccm_cache_release(cache, q->key, ccm_buf_str(&token));
	} else {
		ccm_log(DEBUG, MODEL, "token %s: another process is asking for all of it",
		    q->token->config->name);
		view = standing != NULL
			   ? ccm_view_ref(standing)
			   : ccm_question_cached(
				 q, ccm_model_config(q->token->model)->cache_max_stale_ms);
		if (view == NULL)
			view = wait_for_other(q);
		if (view == NULL)
			view = ask(q, standing, err);
	}
	ccm_buf_clear(&token);
	return view;
}

struct ccm_view *
ccm_question_ask(const struct ccm_question *q, struct ccm_view *standing, struct ccm_error *err)
{
	bool all = q->id == NULL && q->name == NULL;

	return all && ccm_model_cache(q->token->model) != NULL ? ask_alone(q, standing, err)
							       : ask(q, standing, err);
}

bool
ccm_question_ask_all(
    const struct ccm_question *q, struct ccm_harvest *harvest, struct ccm_error *err)
{
	struct ccm_cache *cache = harvest->batch->cache;
	struct ccm_buf token = {0};
	bool ok;

	if (!ccm_random_password(16, &token, err))
		return false;
	ok = ccm_cache_lease(cache, q->key, ccm_buf_str(&token), LEASE_MS) ||
	     ccm_fail(err, CCM_CONFLICT, "another process is bringing the cache up to date");
	ok = ok && q->token->source->list(q->token, q->kind, NULL, harvest, err);
	if (ok || ccm_code_is_outage(err->code))
		ccm_token_note_outcome(q->token, ok ? NULL : err);
	if (ok && !put_into_cache(q, harvest, true))
		ok = ccm_fail(err, CCM_STORE, "the cache cannot be written");
	ccm_cache_release(cache, q->key, ccm_buf_str(&token));
	ccm_buf_clear(&token);
	return ok;
}
