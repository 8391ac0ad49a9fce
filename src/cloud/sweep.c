/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/client.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/threads.h"

/*
 * All pages of a long list over several connections. What is sorted by the time of its making grows
 * at the end; but what is removed moves all behind it to the front, between one page's fetching
 * and the next one's. So each page begins with the last element of the one before: where it does
 * not, a page that ends there is fetched once more, which shows what has moved over the border.
 *
 * Threads fetch; the caller's visits, in order, and has no lock meanwhile.
 */

#define CONNECTIONS 4
#define AHEAD (2 * CONNECTIONS) /* pages that wait to be visited */
#define ID_SIZE 64

struct page {
	struct ccm_json *answer;
	struct ccm_error failure;
	bool ready;
};

struct sweep {
	struct ccm_client *client;
	const struct ccm_operation *op;
	const struct ccm_json *request; /* with its limit */
	struct ccm_visitor visitor;
	int64_t limit;
	char first[ID_SIZE],
	    last[ID_SIZE];       /* ids: of the list's first element, of the last page's last */
	struct ccm_json *before; /* the page before the one that is visited */
	size_t count;            /* of pages, by the first one's word */

	pthread_mutex_t lock; /* of all below */
	pthread_cond_t moved;
	struct page pages[AHEAD]; /* page i is at i % AHEAD */
	size_t next;              /* to be fetched */
	size_t visiting;          /* the pages before it are done with */
	bool over;
};

static bool
fetch(const struct sweep *sweep, int64_t offset, struct ccm_json **answer, struct ccm_error *err)
{
	struct ccm_json *request = ccm_json_dup(sweep->request, err);
	bool ok = request != NULL && ccm_json_add_int(request, "offset", offset, err) &&
		  ccm_client_call(sweep->client, sweep->op, request, answer, err);

	ccm_json_free(request);
	return ok;
}

static int64_t
offset_of(const struct sweep *sweep, size_t page)
{
	return (int64_t)page * (sweep->limit - 1);
}

/* Fetching */

static bool
claim(struct sweep *sweep, size_t *page)
{
	bool found;

	pthread_mutex_lock(&sweep->lock);
	while (!sweep->over && sweep->next < sweep->count && sweep->next >= sweep->visiting + AHEAD)
		pthread_cond_wait(&sweep->moved, &sweep->lock);
	found = !sweep->over && sweep->next < sweep->count;
	if (found)
		*page = sweep->next++;
	pthread_mutex_unlock(&sweep->lock);
	return found;
}

static void
deliver(struct sweep *sweep, size_t page, struct page take_page)
{
	take_page.ready = true;
	pthread_mutex_lock(&sweep->lock);
	sweep->pages[page % AHEAD] = take_page;
	pthread_cond_broadcast(&sweep->moved);
	pthread_mutex_unlock(&sweep->lock);
}

static void *
work(void *context)
{
	struct sweep *sweep = context;
	size_t at;

	while (claim(sweep, &at)) {
		struct page page = {0};

		if (!fetch(sweep, offset_of(sweep, at), &page.answer, &page.failure))
			page.answer = NULL;
		deliver(sweep, at, page);
	}
	return NULL;
}

/* The page that is to be visited next, without its place. */
static struct page
take(struct sweep *sweep)
{
	struct page page;

	pthread_mutex_lock(&sweep->lock);
	while (!sweep->pages[sweep->visiting % AHEAD].ready)
		pthread_cond_wait(&sweep->moved, &sweep->lock);
	page = sweep->pages[sweep->visiting % AHEAD];
	sweep->pages[sweep->visiting % AHEAD] = (struct page){0};
	pthread_mutex_unlock(&sweep->lock);
	return page;
}

static void
advance(struct sweep *sweep, bool over)
{
	pthread_mutex_lock(&sweep->lock);
	sweep->visiting++;
	sweep->over = over;
	pthread_cond_broadcast(&sweep->moved);
	pthread_mutex_unlock(&sweep->lock);
}

/* Visiting */

static void
read_id(const struct ccm_json *element, char out[static ID_SIZE])
{
	static const char *const names[] = {"certificate_id", "ca_id", "id"};
	const char *id = NULL;

	for (size_t i = 0; id == NULL && i < CCM_COUNT(names); i++)
		ccm_json_opt_string(element, names[i], &id, NULL);
	strncpy(out, id != NULL ? id : "", ID_SIZE - 1);
	out[ID_SIZE - 1] = '\0';
}

struct seen {
	size_t count;
	char first[ID_SIZE], last[ID_SIZE];
};

/* False without err set: the visitor has enough. */
static bool
visit(const struct sweep *sweep, const struct ccm_json *answer, struct seen *seen,
    struct ccm_error *err)
{
	const struct ccm_json *items;

	*seen = (struct seen){0};
	if (!ccm_json_array(answer, sweep->op->items, &items, err))
		return ccm_error_context(err, "%s", sweep->op->id);
	for
		ccm_json_each(element, items)
		{
			read_id(element, seen->last);
			if (seen->count++ == 0)
				memcpy(seen->first, seen->last, ID_SIZE);
			if (!sweep->visitor.visit(sweep->visitor.context, element, err))
				return false;
		}
	return true;
}

static bool
has_id(const struct sweep *sweep, const struct ccm_json *answer, const char *id)
{
	const struct ccm_json *items;
	char other[ID_SIZE];

	if (!ccm_json_array(answer, sweep->op->items, &items, NULL))
		return false;
	for
		ccm_json_each(element, items)
		{
			read_id(element, other);
			if (strcmp(other, id) == 0)
				return true;
		}
	return false;
}

/* Does it reach back to something that the page before had? */
static bool
meets(const struct sweep *sweep, const struct ccm_json *answer)
{
	const struct ccm_json *items;
	char id[ID_SIZE];

	if (!ccm_json_array(answer, sweep->op->items, &items, NULL))
		return false;
	for
		ccm_json_each(element, items)
		{
			read_id(element, id);
			if (has_id(sweep, sweep->before, id))
				return true;
		}
	return false;
}

/*
 * Something was removed before this page was fetched: what has moved out of it is in the pages
 * that end where it begins, back to the first that has something of the page before.
 */
static bool
mend(const struct sweep *sweep, size_t page, struct ccm_error *err)
{
	int64_t offset = offset_of(sweep, page) + 1 - sweep->limit;
	bool ok = true, met = false;

	ccm_log(DEBUG, HTTP, "%s: pages have shifted, one is fetched again", sweep->op->id);
	while (ok && !met) {
		struct ccm_json *answer = NULL;
		struct seen seen;

		met = offset <= 0;
		ok = fetch(sweep, offset > 0 ? offset : 0, &answer, err) &&
		     visit(sweep, answer, &seen, err);
		met = met || !ok || meets(sweep, answer);
		offset -= sweep->limit - 1;
		ccm_json_free(answer);
	}
	return ok;
}

/* *more: not the end yet. */
static bool
visit_page(struct sweep *sweep, size_t at, const struct ccm_json *answer, bool *more,
    struct ccm_error *err)
{
	struct seen seen;

	*more = false;
	if (!visit(sweep, answer, &seen, err))
		return false;
	if (at > 0 && seen.count > 0 && strcmp(seen.first, sweep->first) == 0) {
		ccm_log(WARN, HTTP, "%s: every page is the first one", sweep->op->id);
		return true;
	}
	if (at > 0 && strcmp(seen.first, sweep->last) != 0 && !mend(sweep, at, err))
		return false;
	if (at == 0)
		memcpy(sweep->first, seen.first, ID_SIZE);
	memcpy(sweep->last, seen.last, ID_SIZE);
	*more = (int64_t)seen.count >= sweep->limit || (seen.count > 0 && at + 1 < sweep->count);
	return true;
}

static void
keep(struct sweep *sweep, struct ccm_json *take_answer)
{
	ccm_json_free(sweep->before);
	sweep->before = take_answer;
}

/* What threads fetch; the first page is not among it. */
static bool
visit_fetched(struct sweep *sweep, bool *more, struct ccm_error *err)
{
	bool ok = true;

	while (ok && *more && sweep->visiting < sweep->count) {
		struct page page = take(sweep);

		if (page.answer == NULL) {
			ok = false;
			if (err != NULL && err->code == CCM_OK)
				*err = page.failure;
		} else {
			ok = visit_page(sweep, sweep->visiting, page.answer, more, err);
		}
		keep(sweep, page.answer);
		advance(sweep, !ok || !*more);
	}
	return ok;
}

static bool
run_threads(struct sweep *sweep, bool *more, struct ccm_error *err)
{
	pthread_t threads[CONNECTIONS];
	size_t wanted = sweep->count - 1 < CONNECTIONS ? sweep->count - 1 : CONNECTIONS;
	size_t started = ccm_threads_start(threads, wanted, work, sweep);
	bool ok;

	if (started == 0)
		sweep->count = 1; /* the rest comes one by one */
	ok = visit_fetched(sweep, more, err);
	pthread_mutex_lock(&sweep->lock);
	sweep->over = true;
	pthread_cond_broadcast(&sweep->moved);
	pthread_mutex_unlock(&sweep->lock);
	ccm_threads_join(threads, started);
	for (size_t i = 0; i < AHEAD; i++)
		ccm_json_free(sweep->pages[i].answer);
	return ok;
}

/* Page by page: the first, and those that came to be meanwhile. */
static bool
visit_next(struct sweep *sweep, bool *more, struct ccm_error *err)
{
	struct ccm_json *answer = NULL;
	bool ok = fetch(sweep, offset_of(sweep, sweep->visiting), &answer, err);
	int64_t total = 0;

	if (ok && sweep->visiting == 0) {
		ok = ccm_json_opt_int(answer, "total", &total, err);
		if (ok && total > 0 && sweep->visitor.total != NULL)
			sweep->visitor.total(sweep->visitor.context, total);
		sweep->count =
		    total <= sweep->limit
			? 1
			: 1 + (size_t)((total - 2) / (sweep->limit - 1)); /* to the last one */
	}
	ok = ok && visit_page(sweep, sweep->visiting, answer, more, err);
	keep(sweep, answer);
	sweep->visiting++;
	return ok;
}

bool
ccm_client_sweep(struct ccm_client *client, const struct ccm_operation *op,
    const struct ccm_json *request, struct ccm_visitor visitor, struct ccm_error *err)
{
	struct sweep sweep = {.client = client,
	    .op = op,
	    .request = request,
	    .visitor = visitor,
	    .lock = PTHREAD_MUTEX_INITIALIZER,
	    .moved = PTHREAD_COND_INITIALIZER};
	bool more = true, ok = ccm_json_opt_int(request, "limit", &sweep.limit, err);

	if (ok && sweep.limit < 2)
		return ccm_fail(err, CCM_INTERNAL, "%s is swept with a limit of 2 or more", op->id);
	ok = ok && visit_next(&sweep, &more, err);
	sweep.next = sweep.visiting;
	if (ok && more && sweep.count > 1)
		ok = run_threads(&sweep, &more, err);
	while (ok && more)
		ok = visit_next(&sweep, &more, err);
	ccm_json_free(sweep.before);
	pthread_cond_destroy(&sweep.moved);
	pthread_mutex_destroy(&sweep.lock);
	return ok || (err != NULL && err->code == CCM_OK);
}
