/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/log.h"
#include "model/local_view.h"
#include "model/pair.h"
#include "model/search.h"

/* The name to ask for: the label, else the common name of the subject or certificate. */
static bool
derive_name(struct ccm_search *search, struct ccm_error *err)
{
	const struct ccm_query *query = search->query;
	struct ccm_cert *cert = NULL;

	if (query->label == NULL && ccm_search_is_given(query->subject))
		search->derived_name = ccm_name_common_name(query->subject);
	if (query->label == NULL && search->derived_name == NULL &&
	    ccm_search_is_given(query->certificate)) {
		cert = ccm_cert_from_der(query->certificate, NULL);
		if (cert != NULL)
			search->derived_name = ccm_strdup(ccm_cert_common_name(cert), err);
		ccm_cert_unref(cert);
	}
	if (search->derived_name != NULL && search->derived_name[0] != '\0')
		search->name = search->derived_name;
	if (ccm_search_is_given(query->issuer))
		search->issuer_name = ccm_name_common_name(query->issuer);
	return err == NULL || err->code == CCM_OK;
}

static bool
search_id(const struct ccm_search *search, enum ccm_item_kind kind,
    const unsigned char id[static CCM_ITEM_ID_LEN], struct ccm_error *err)
{
	struct ccm_view *view = ccm_token_view_of_id(search->token, kind, id, err);
	struct ccm_item *item, *other = NULL;
	bool ok;

	if (view == NULL)
		return false;
	item = ccm_view_find_id(view, kind, id);
	ok = item == NULL ||
	     (ccm_search_select(search, &item, 1, err) && ccm_pair_other(item, &other, err) &&
		 (other == NULL || ccm_search_select(search, &other, 1, err)));
	ccm_item_unref(other);
	ccm_view_unref(view);
	return ok;
}

static bool
search_name(const struct ccm_search *search, enum ccm_item_kind kind, struct ccm_error *err)
{
	struct ccm_view *view = ccm_token_view_of_name(search->token, kind, search->name, err);
	const enum ccm_item_kind brought[] = {kind, CCM_ITEM_ENCRYPTION};
	bool ok = view != NULL;

	for (size_t i = 0; ok && i < CCM_COUNT(brought); i++) {
		size_t first = 0;
		size_t count = ccm_view_find_label(view, brought[i], search->name, &first);

		ok = ccm_search_range(search, view, view->items + first, count, err);
	}
	ccm_view_unref(view);
	return ok;
}

/* What the cache has of the serial number, when nothing is listed for it. */
static bool
search_serial(const struct ccm_search *search, enum ccm_item_kind kind, struct ccm_error *err)
{
	struct ccm_view *view =
	    ccm_token_view_of_serial(search->token, kind, search->query->serial);
	bool ok;

	if (view == NULL)
		return true;
	ok = ccm_search_range(search, view, view->items, view->count, err);
	ccm_view_unref(view);
	return ok;
}

static bool
search_kind(const struct ccm_search *search, enum ccm_item_kind kind, struct ccm_error *err)
{
	struct ccm_span id = ccm_pair_base_id(search->query->id);
	size_t before = search->out->count;
	struct ccm_view *view;
	bool ok;

	if (id.len != 0)
		return id.len != CCM_ITEM_ID_LEN || search_id(search, kind, id.data, err);
	if (search->name != NULL)
		return search_name(search, kind, err);
	if (ccm_search_is_given(search->query->serial) && !search_serial(search, kind, err))
		return false;
	if (search->out->count > before)
		return true;
	view = ccm_token_view_all(search->token, kind, err);
	if (view == NULL)
		return false;
	ok = ccm_search_all(search, kind, view, err);
	ccm_view_unref(view);
	return ok;
}

/* The certificates of a key that was made here, which have its id. */
static bool
search_of_key(
    const struct ccm_search *search, const struct ccm_local_key *key, struct ccm_error *err)
{
	unsigned char id[CCM_ITEM_ID_LEN];

	for (size_t i = 0; i < key->resource_count; i++)
		if (ccm_item_id_from_resource(key->resources[i], id, NULL) &&
		    !search_id(search, CCM_ITEM_CERTIFICATE, id, err))
			return false;
	return true;
}

/* Of what is known by its certificate; *found when there is such a one. */
static bool
search_known(struct ccm_search *search, bool *found, struct ccm_error *err)
{
	size_t before = search->out->count;
	struct ccm_search_hits hits = {0};
	bool ok = ccm_search_look_up(search, &hits, err);

	for (size_t i = 0; ok && i < hits.count; i++)
		ok = search_id(search, hits.hits[i].kind, hits.hits[i].id, err);
	ccm_free(hits.hits);
	*found = search->out->count > before;
	search->unknown_only = true;
	return ok;
}

/* Nobody else has the id or the serial number; nor is a name looked for among the CAs then. */
static bool
is_settled(const struct ccm_search *search)
{
	const struct ccm_query *query = search->query;
	bool numbered = ccm_search_is_given(query->issuer) && ccm_search_is_given(query->serial);

	return search->out->count != 0 && (query->id.len != 0 || search->name != NULL || numbered);
}

/* The service is asked for what may be there: an id that is a key's is nobody else's. */
static bool
search_service(struct ccm_search *search, struct ccm_error *err)
{
	static const enum ccm_item_kind order[] = {
	    CCM_ITEM_CERTIFICATE, CCM_ITEM_CA, CCM_ITEM_CHAIN};
	struct ccm_local_view *view = NULL;
	const struct ccm_local_key *key;
	bool ok = true;

	if (search->query->id.len != 0)
		view = ccm_local_look(ccm_model_local(search->token->model));
	key = ccm_local_view_key(view, CCM_LOCAL_BY_ID, search->query->id);
	if (key != NULL)
		ok = (search->kinds & CCM_ITEM_CERTIFICATE) == 0 || search_of_key(search, key, err);
	for (size_t i = 0; ok && key == NULL && i < CCM_COUNT(order); i++) {
		if ((search->kinds & ccm_pair_brings(order[i])) != 0 && !is_settled(search))
			ok = search_kind(search, order[i], err);
	}
	ccm_local_view_unref(view);
	return ok;
}

/* What is here works while the service does not (design rule 5). */
static bool
search_keys(struct ccm_search *search, bool reached, struct ccm_error *err)
{
	const struct ccm_query *query = search->query;
	struct ccm_error failure = {0};

	if (reached)
		return ccm_local_find(search->token, query, search->out, err);
	if ((query->id.len == 0 && query->label == NULL) || err == NULL ||
	    !ccm_code_is_outage(err->code) ||
	    !ccm_local_find(search->token, query, search->out, &failure) || search->out->count == 0)
		return false;
	ccm_log(WARN, MODEL, "token %s: only what is here was looked for: %s",
	    search->token->config->name, err->msg);
	ccm_error_clear(err);
	return true;
}

static bool
find(struct ccm_token *token, const struct ccm_query *query, struct ccm_items *out,
    struct ccm_error *err)
{
	struct ccm_search search = {.token = token,
	    .query = query,
	    .kinds = query->kinds != 0 ? query->kinds : CCM_ITEM_ANY,
	    .name = query->label,
	    .out = out};
	bool ok = true, found = false;

	*out = (struct ccm_items){0};
	if (query->with_key)
		search.kinds &= CCM_ITEM_CERTIFICATE | CCM_ITEM_KEY | CCM_ITEM_ENCRYPTION;
	if (ccm_search_is_indexed(&search))
		ok = search_known(&search, &found, err);
	if (ok && !found)
		ok = derive_name(&search, err) && search_service(&search, err);
	if ((search.kinds & CCM_ITEM_KEY) != 0)
		ok = search_keys(&search, ok, err);
	/* of one name the valid one comes first: now, not when the view was made; and an index has
	 * no order */
	if (search.name != NULL || search.unknown_only)
		ccm_item_sort(out->items, out->count);
	ccm_free(search.derived_name);
	ccm_free(search.issuer_name);
	if (!ok)
		ccm_items_clear(out);
	return ok;
}

/* What was listed and is gone may have a successor that is not listed yet: asked for once more. */
bool
ccm_token_find(struct ccm_token *token, const struct ccm_query *query, struct ccm_items *out,
    struct ccm_error *err)
{
	unsigned vanished = atomic_load(&token->vanished);

	if (!find(token, query, out, err))
		return false;
	if (out->count != 0 || atomic_load(&token->vanished) == vanished)
		return true;
	ccm_items_clear(out);
	return find(token, query, out, err);
}

void
ccm_items_clear(struct ccm_items *items)
{
	for (size_t i = 0; i < items->count; i++)
		ccm_item_unref(items->items[i]);
	ccm_free(items->items);
	*items = (struct ccm_items){0};
}
