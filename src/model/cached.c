/* SPDX-License-Identifier: Apache-2.0 */
#include "model/cached.h"

#include <string.h>

#include "cloud/auth_source.h"
#include "core/clock.h"
#include "core/crypto.h"
#include "core/log.h"
#include "model/source.h"

/* Whose account, and where: what differs in it is another cache. */
static bool
append_identity(const struct ccm_config *config, const struct ccm_auth_config *auth,
    struct ccm_buf *out, struct ccm_error *err)
{
	const char *parts[] = {config->cloud.endpoint[CCM_PCA], config->cloud.endpoint[CCM_SCM],
	    ccm_auth_method_name(auth->method), auth->access_key, auth->user, auth->user_domain,
	    auth->project_id, auth->project_name, auth->domain_id, auth->token};

	/* a length before each: no two lists look the same */
	for (size_t i = 0; i < CCM_COUNT(parts); i++)
		if (!ccm_buf_printf(out, err, "%zu:%s;", strlen(parts[i]), parts[i]))
			return false;
	return true;
}

struct ccm_cache *
ccm_cached_open(const struct ccm_config *config, bool usual_folder)
{
	struct ccm_auth_source source = {0};
	struct ccm_cache *cache = NULL;
	struct ccm_error err = {0};
	struct ccm_buf identity;

	if (config->cache_dir[0] == '\0' && !usual_folder)
		return NULL;
	ccm_buf_init_secret(&identity);
	if (ccm_auth_source_find(config, &source, &err) &&
	    append_identity(config, source.config, &identity, &err))
		cache = ccm_cache_new(config->cache_dir, ccm_buf_span(&identity), &err);
	ccm_auth_source_clear(&source);
	ccm_buf_clear(&identity);
	if (cache == NULL)
		ccm_log(DEBUG, MODEL, "there is no cache: %s",
		    err.code != CCM_OK ? err.msg : "no folder to have it in");
	return cache;
}

/* Records */

static void
record_of_facts(
    const struct ccm_token *token, const struct ccm_facts *facts, struct ccm_cache_record *record)
{
	*record = (struct ccm_cache_record){
	    .service = (int)token->config->service,
	    .kind = (int)facts->kind,
	    .root = facts->root,
	    .resource_id = facts->resource_id,
	    .label = facts->label,
	    .status = facts->status,
	    .issuer_id = facts->issuer_id,
	    .issuer_name = facts->issuer_name,
	    .serial = facts->serial,
	    .key_algorithm = facts->key_algorithm,
	    .gen_mode = facts->gen_mode,
	    .cluster_id = facts->cluster_id,
	    .crl_url = facts->crl_url,
	    .enc_serial = facts->enc_serial,
	    .not_before_ms = facts->not_before,
	    .not_after_ms = facts->not_after,
	};
	memcpy(record->id, facts->id, sizeof(record->id));
}

static void
facts_of_record(const struct ccm_cache_record *record, struct ccm_facts *facts)
{
	ccm_facts_init(facts, (enum ccm_item_kind)record->kind);
	facts->root = record->root;
	facts->resource_id = record->resource_id;
	facts->label = record->label;
	facts->status = record->status;
	facts->issuer_id = record->issuer_id;
	facts->issuer_name = record->issuer_name;
	facts->serial = record->serial;
	facts->key_algorithm = record->key_algorithm;
	facts->gen_mode = record->gen_mode;
	facts->cluster_id = record->cluster_id;
	facts->crl_url = record->crl_url;
	facts->enc_serial = record->enc_serial;
	facts->not_before = record->not_before_ms;
	facts->not_after = record->not_after_ms;
	memcpy(facts->id, record->id, sizeof(facts->id));
}

struct ccm_cached_batch *
ccm_cached_batch_new(struct ccm_token *token)
{
	struct ccm_cache *cache = ccm_model_cache(token->model);
	struct ccm_cached_batch *batch = cache != NULL ? ccm_alloc(sizeof(*batch), NULL) : NULL;

	if (batch == NULL)
		return NULL;
	batch->cache = cache;
	batch->started_ms = ccm_clock_now_ms();
	return batch;
}

static void
empty(struct ccm_cached_batch *batch)
{
	while (batch->count > 0)
		ccm_free(batch->texts[--batch->count]);
}

bool
ccm_cached_batch_flush(struct ccm_cached_batch *batch)
{
	bool ok;

	if (batch == NULL || batch->cache == NULL)
		return false;
	ok = batch->count == 0 ||
	     ccm_cache_put(batch->cache, batch->records, batch->count, &batch->added, NULL);
	empty(batch);
	if (!ok)
		batch->cache = NULL;
	return ok;
}

/* The service's strings are gone before the batch is full: one allocation holds copies of them. */
static bool
copy_texts(struct ccm_cache_record *record, char **texts)
{
	const char **strings[] = {&record->resource_id, &record->label, &record->status,
	    &record->issuer_id, &record->issuer_name, &record->serial, &record->key_algorithm,
	    &record->gen_mode, &record->cluster_id, &record->crl_url, &record->enc_serial};
	size_t size = 0;
	char *at;

	for (size_t i = 0; i < CCM_COUNT(strings); i++)
		size += strlen(*strings[i]) + 1;
	at = *texts = ccm_alloc(size, NULL);
	for (size_t i = 0; at != NULL && i < CCM_COUNT(strings); i++) {
		size_t len = strlen(*strings[i]) + 1;

		*strings[i] = memcpy(at, *strings[i], len);
		at += len;
	}
	return *texts != NULL;
}

void
ccm_cached_batch_add(
    struct ccm_cached_batch *batch, const struct ccm_token *token, const struct ccm_facts *facts)
{
	struct ccm_cache_record *record;

	if (batch == NULL || batch->cache == NULL)
		return;
	if (batch->count == CCM_CACHED_BATCH && !ccm_cached_batch_flush(batch))
		return;
	record = &batch->records[batch->count];
	record_of_facts(token, facts, record);
	record->seen_ms = batch->started_ms;
	if (copy_texts(record, &batch->texts[batch->count]))
		batch->count++;
	else
		batch->cache = NULL; /* what lacks a record must not pass for the whole */
}

void
ccm_cached_batch_free(struct ccm_cached_batch *batch)
{
	if (batch == NULL)
		return;
	empty(batch);
	ccm_free(batch);
}

/* Views */

int64_t
ccm_cached_monotonic(int64_t wall_ms)
{
	return ccm_clock_monotonic_ms() - (ccm_clock_now_ms() - wall_ms);
}

struct collector {
	struct ccm_harvest harvest;
	int64_t told_ms, seen_ms;
};

static bool
collect(void *context, const struct ccm_cache_record *record, struct ccm_error *err)
{
	struct collector *collector = context;
	struct ccm_facts facts;

	facts_of_record(record, &facts);
	if (record->seen_ms > collector->seen_ms)
		collector->seen_ms = record->seen_ms;
	collector->harvest.seen_ms = ccm_cached_monotonic(
	    record->seen_ms > collector->told_ms ? record->seen_ms : collector->told_ms);
	return ccm_harvest_add(&collector->harvest, &facts, err);
}

struct ccm_view *
ccm_cached_view(struct ccm_token *token, struct ccm_cache_selection selection, int64_t told_ms,
    int64_t *seen_ms)
{
	struct ccm_cache *cache = ccm_model_cache(token->model);
	struct collector collector = {.harvest = {.token = token}, .told_ms = told_ms};
	struct ccm_view *view = NULL;

	if (cache == NULL)
		return NULL;
	selection.service = (int)token->config->service;
	if (ccm_cache_each(cache, &selection, collect, &collector, NULL)) {
		int64_t at = told_ms > collector.seen_ms ? told_ms : collector.seen_ms;

		collector.harvest.seen_ms = ccm_cached_monotonic(at);
		view = ccm_harvest_view(&collector.harvest, NULL);
	}
	ccm_harvest_clear(&collector.harvest);
	if (seen_ms != NULL)
		*seen_ms = collector.seen_ms;
	return view;
}
