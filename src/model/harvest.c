/* SPDX-License-Identifier: Apache-2.0 */
#include <fnmatch.h>
#include <string.h>

#include "core/clock.h"
#include "model/cached.h"
#include "model/local_view.h"
#include "model/pair.h"

static bool
issued_by(const struct ccm_facts *facts, const char *ca)
{
	return strcmp(facts->issuer_id, ca) == 0 || strcmp(facts->issuer_name, ca) == 0;
}

/* By default what can be used. */
static bool
status_in_scope(const struct ccm_token_config *config, const char *status)
{
	if (config->status[0] != '\0')
		return strcmp(config->status, "*") == 0 || strcmp(config->status, status) == 0;
	return strcmp(status, "ISSUED") == 0 ||
	       (config->service == CCM_SCM && strcmp(status, "UPLOAD") == 0);
}

/* What the token's configuration leaves out, by kind: CAs that have a certificate to show. */
static bool
in_scope(const struct ccm_token *token, const struct ccm_facts *facts)
{
	const struct ccm_token_config *config = token->config;

	if (facts->kind == CCM_ITEM_CHAIN)
		return true;
	if (facts->kind == CCM_ITEM_CA) {
		if (!ccm_status_is_active(facts->status) && strcmp(facts->status, "EXPIRED") != 0)
			return false;
		return config->ca[0] == '\0' || strcmp(facts->resource_id, config->ca) == 0 ||
		       strcmp(facts->label, config->ca) == 0;
	}
	if (token->source->has_certificate != NULL &&
	    !token->source->has_certificate(facts->status))
		return false;
	return status_in_scope(config, facts->status) &&
	       (config->ca[0] == '\0' || issued_by(facts, config->ca)) &&
	       (config->glob[0] == '\0' || fnmatch(config->glob, facts->label, 0) == 0);
}

bool
ccm_harvest_keep(struct ccm_harvest *harvest, struct ccm_item *take_item, struct ccm_error *err)
{
	if (!ccm_grow_array(&harvest->items, harvest->count, sizeof(harvest->items[0]), err)) {
		ccm_item_unref(take_item);
		return false;
	}
	harvest->items[harvest->count++] = take_item;
	return true;
}

/* What the keystore knows comes on top of what the service tells: looked at once for all. */
static void
complete(struct ccm_harvest *harvest, struct ccm_facts *facts)
{
	struct ccm_token *token = harvest->token;

	if (facts->kind != CCM_ITEM_CERTIFICATE || !ccm_token_has_keys(token))
		return;
	if (!harvest->looked)
		harvest->keys = ccm_local_look(ccm_model_local(token->model));
	harvest->looked = true;
	ccm_local_complete(facts, harvest->keys);
}

bool
ccm_harvest_add(struct ccm_harvest *harvest, const struct ccm_facts *facts, struct ccm_error *err)
{
	struct ccm_facts whole = *facts;
	struct ccm_item *item, *other;

	ccm_cached_batch_add(harvest->batch, harvest->token, facts);
	if (harvest->cache_only || !in_scope(harvest->token, facts))
		return true;
	complete(harvest, &whole);
	item = ccm_token_intern(harvest->token, &whole, NULL, harvest->seen_ms, err);
	return item != NULL && ccm_harvest_keep(harvest, item, err) &&
	       ccm_pair_other(item, &other, err) &&
	       (other == NULL || ccm_harvest_keep(harvest, other, err));
}

struct ccm_view *
ccm_harvest_view(struct ccm_harvest *harvest, struct ccm_error *err)
{
	size_t count = harvest->count;

	harvest->count = 0;
	return ccm_view_new(harvest->items, count,
	    harvest->seen_ms != 0 ? harvest->seen_ms : ccm_clock_monotonic_ms(), err);
}

void
ccm_harvest_clear(struct ccm_harvest *harvest)
{
	for (size_t i = 0; i < harvest->count; i++)
		ccm_item_unref(harvest->items[i]);
	ccm_free(harvest->items);
	ccm_cached_batch_free(harvest->batch);
	ccm_local_view_unref(harvest->keys);
	*harvest = (struct ccm_harvest){.token = harvest->token};
}
