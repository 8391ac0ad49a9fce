/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of many items at once. */
#include "model/fetch.h"

#include "core/log.h"
#include "core/threads.h"

#define CONNECTIONS 4

struct fetch {
	struct ccm_item *const *missing; /* borrowed */
	bool (*get)(struct ccm_item *item, struct ccm_error *err);
	size_t count;
	pthread_mutex_t lock; /* of all below */
	size_t next, done;
	struct ccm_error outage;
};

/* The next one to be fetched, or NULL: none is left, or the service fails. */
static struct ccm_item *
claim(struct fetch *fetch)
{
	struct ccm_item *item = NULL;

	pthread_mutex_lock(&fetch->lock);
	if (fetch->next < fetch->count && fetch->outage.code == CCM_OK)
		item = fetch->missing[fetch->next++];
	pthread_mutex_unlock(&fetch->lock);
	return item;
}

static void
note(struct fetch *fetch, const struct ccm_error *failure)
{
	bool outage = failure != NULL && ccm_code_is_outage(failure->code);

	if (failure != NULL && !outage)
		ccm_log(WARN, MODEL, "passed over: %s", failure->msg);
	pthread_mutex_lock(&fetch->lock);
	fetch->done += failure == NULL;
	if (outage && fetch->outage.code == CCM_OK)
		fetch->outage = *failure;
	pthread_mutex_unlock(&fetch->lock);
}

static void *
work(void *context)
{
	struct fetch *fetch = context;
	struct ccm_item *item;

	while ((item = claim(fetch)) != NULL) {
		struct ccm_error failure = {0};

		note(fetch, fetch->get(item, &failure) ? NULL : &failure);
	}
	return NULL;
}

/* The calling thread is one of them. */
static void
run(struct fetch *fetch)
{
	pthread_t threads[CONNECTIONS - 1];
	size_t started = ccm_threads_start(
	    threads, fetch->count > CONNECTIONS ? CONNECTIONS - 1 : fetch->count - 1, work, fetch);

	work(fetch);
	ccm_threads_join(threads, started);
}

static bool
get_all(struct fetch *fetch, struct ccm_error *err)
{
	pthread_mutex_init(&fetch->lock, NULL);
	run(fetch);
	pthread_mutex_destroy(&fetch->lock);
	if (fetch->outage.code != CCM_OK && err != NULL && err->code == CCM_OK)
		*err = fetch->outage;
	return fetch->outage.code == CCM_OK;
}

static bool
get_certificate(struct ccm_item *item, struct ccm_error *err)
{
	return ccm_item_certificate(item, err) != NULL;
}

bool
ccm_items_fetch(struct ccm_item *const *items, size_t count, struct ccm_error *err)
{
	struct ccm_item **missing = ccm_alloc_array(count, sizeof(*missing), err);
	struct fetch fetch = {.missing = missing, .get = get_certificate};
	bool ok;

	if (missing == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		if (ccm_item_kind(items[i]) != CCM_ITEM_KEY && !ccm_item_recall(items[i]))
			missing[fetch.count++] = items[i];
	/* one alone is fetched by who asks for it */
	ok = fetch.count < 2 || get_all(&fetch, err);
	ccm_free(missing);
	return ok;
}

bool
ccm_items_export(
    struct ccm_item *const *items, size_t count, int64_t *exported, struct ccm_error *err)
{
	struct fetch fetch = {.missing = items, .count = count, .get = ccm_item_export};
	bool ok = count == 0 || get_all(&fetch, err);

	*exported += (int64_t)fetch.done;
	return ok;
}
