/* SPDX-License-Identifier: Apache-2.0 */
/* Listing what PCA has: the whole of it, what is new, or what has a name. */
#include <string.h>

#include "core/log.h"
#include "model/cached.h"
#include "model/source.h"

#define PAGE_MAX 1000 /* records, the most that the service shows at once */
#define NEW_PAGE 100
#define NEW_MAX 1000 /* so many new ones are as well listed with the rest */

size_t
ccm_pca_states(const struct ccm_token_config *config, const char *out[static CCM_STATES_MAX])
{
	const char *wanted = config->status[0] != '\0' ? config->status : "ISSUED";

	out[0] = strcmp(wanted, "*") != 0 ? wanted : NULL;
	return 1;
}

/* What the service can leave out itself. */
static struct ccm_json *
request_of(const struct ccm_token *token, const char *name, bool cas, struct ccm_error *err)
{
	struct ccm_json *request = ccm_json_new_object(err);
	const char *state[CCM_STATES_MAX] = {NULL};

	if (!cas)
		ccm_pca_states(token->config, state);
	if (name == NULL && !cas && token->literal[0] != '\0')
		name = token->literal;
	if (request != NULL && (name == NULL || ccm_json_add_string(request, "name", name, err)) &&
	    (state[0] == NULL || ccm_json_add_string(request, "status", state[0], err)))
		return request;
	ccm_json_free(request);
	return NULL;
}

static bool
sort(struct ccm_json *request, const char *direction, int64_t limit, struct ccm_error *err)
{
	return ccm_json_add_string(request, "sort_key", "create_time", err) &&
	       ccm_json_add_string(request, "sort_dir", direction, err) &&
	       ccm_json_add_int(request, "limit", limit, err);
}

/* What is new */

struct news {
	struct ccm_listing listing;
	int64_t seen_ms; /* what was told until then is known */
	size_t count;
};

static bool
is_old(void *context, const struct ccm_cache_record *record, struct ccm_error *err)
{
	int64_t *seen_ms = context;

	(void)err;
	*seen_ms = record->seen_ms;
	return false;
}

static bool
visit_new(void *context, const struct ccm_json *record, struct ccm_error *err)
{
	struct news *news = context;
	struct ccm_cached_batch *batch = news->listing.harvest->batch;
	struct ccm_cache_selection selection = {
	    .service = (int)CCM_PCA, .kind = (int)news->listing.kind};
	int64_t seen_ms = INT64_MAX;
	struct ccm_facts facts;

	if (news->listing.read(record, news->listing.kind, &facts, NULL)) {
		selection.id = facts.id;
		ccm_cache_each(batch->cache, &selection, is_old, &seen_ms, NULL);
	}
	if (seen_ms <= news->seen_ms || news->count++ >= NEW_MAX)
		return false;
	return ccm_listing_visit(&news->listing, record, err);
}

static void
note_total(void *context, int64_t records)
{
	struct news *news = context;

	news->listing.total = records;
}

/* As many as the service counts: then none is missing, and none has gone. */
static bool
is_complete(const struct news *news, const struct ccm_token *token)
{
	const char *state[CCM_STATES_MAX] = {NULL};
	struct ccm_cache_range range = {.service = (int)CCM_PCA,
	    .kind = (int)news->listing.kind,
	    .part_of_label = token->literal[0] != '\0' ? token->literal : NULL};
	int64_t count = -1;

	ccm_pca_states(token->config, state);
	range.status = state[0];
	return news->count <= NEW_MAX && ccm_cached_batch_flush(news->listing.harvest->batch) &&
	       ccm_cache_count(news->listing.harvest->batch->cache, &range, &count, NULL) &&
	       count == news->listing.total;
}

/* The latest first, until one is known; *complete tells whether all is known then. */
static bool
list_new(
    struct ccm_token *token, struct ccm_harvest *harvest, bool *complete, struct ccm_error *err)
{
	struct news news = {
	    .listing = {.harvest = harvest,
		.kind = CCM_ITEM_CERTIFICATE,
		.read = ccm_pca_read_facts,
		.total = -1},
	    .seen_ms = harvest->complete_ms,
	};
	const struct ccm_visitor visitor = {visit_new, &news, note_total};
	struct ccm_json *request = request_of(token, NULL, false, err);
	bool ok = request != NULL && sort(request, "DESC", NEW_PAGE, err) &&
		  ccm_client_each(ccm_model_client(token->model), &ccm_pca_list_certificates,
		      request, visitor, err);

	ccm_json_free(request);
	*complete = ok && is_complete(&news, token);
	return ok;
}

/* All of it */

static bool
list_all(struct ccm_token *token, struct ccm_harvest *harvest, struct ccm_error *err)
{
	struct ccm_listing listing = {
	    .harvest = harvest, .kind = CCM_ITEM_CERTIFICATE, .read = ccm_pca_read_facts};
	struct ccm_json *request = request_of(token, NULL, false, err);
	bool ok = request != NULL && sort(request, "ASC", PAGE_MAX, err) &&
		  ccm_listing_sweep(&listing, &ccm_pca_list_certificates, request, err);

	ccm_json_free(request);
	return ok;
}

/* Where every state is shown, one that changes changes no count. */
static bool
counts_tell(const struct ccm_token *token)
{
	const char *state[CCM_STATES_MAX] = {NULL};

	ccm_pca_states(token->config, state);
	return state[0] != NULL;
}

bool
ccm_pca_list(struct ccm_token *token, enum ccm_item_kind kind, const char *name,
    struct ccm_harvest *harvest, struct ccm_error *err)
{
	bool cas = kind == CCM_ITEM_CA, ok;
	struct ccm_listing listing = {.harvest = harvest, .kind = kind, .read = ccm_pca_read_facts};
	struct ccm_json *request;

	if (!cas && name == NULL && harvest->complete_ms != 0 && harvest->batch != NULL &&
	    counts_tell(token)) {
		ok = list_new(token, harvest, &harvest->only_new, err);
		if (!ok || harvest->only_new)
			return ok;
		ccm_log(DEBUG, MODEL, "token %s: more than new certificates has changed",
		    token->config->name);
	}
	if (!cas && name == NULL)
		return list_all(token, harvest, err);
	request = request_of(token, name, cas, err);
	ok = request != NULL &&
	     ccm_listing_walk(
		 &listing, cas ? &ccm_pca_list_cas : &ccm_pca_list_certificates, request, err);
	ccm_json_free(request);
	return ok;
}
