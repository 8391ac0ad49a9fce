/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "core/crypto.h"
#include "core/log.h"
#include "model/local_view.h"

/* A query with what follows from it. */
struct search {
	struct ccm_token *token;
	const struct ccm_query *query;
	const char *name;   /* common name that all matches have, or NULL */
	char *derived_name; /* owned, when it came out of a DER name */
	char *issuer_name;  /* owned */
	struct ccm_items *out;
};

static bool
is_given(struct ccm_span span)
{
	return span.data != NULL;
}

/* The name to ask for: the label, else the common name of the subject or certificate. */
static bool
derive_name(struct search *search, struct ccm_error *err)
{
	const struct ccm_query *query = search->query;
	struct ccm_cert *cert = NULL;

	search->name = query->label;
	if (query->label == NULL && is_given(query->subject))
		search->derived_name = ccm_name_common_name(query->subject);
	if (query->label == NULL && search->derived_name == NULL && is_given(query->certificate)) {
		cert = ccm_cert_from_der(query->certificate, NULL);
		if (cert != NULL)
			search->derived_name = ccm_strdup(ccm_cert_common_name(cert), err);
		ccm_cert_unref(cert);
	}
	if (search->derived_name != NULL && search->derived_name[0] != '\0')
		search->name = search->derived_name;
	if (is_given(query->issuer))
		search->issuer_name = ccm_name_common_name(query->issuer);
	return err == NULL || err->code == CCM_OK;
}

/* What the listing tells, cheap. */
static bool
facts_match(const struct search *search, const struct ccm_item *item)
{
	const struct ccm_query *query = search->query;
	const struct ccm_facts *facts = &item->facts;

	if (query->id.len != 0 && !ccm_span_equal(query->id, ccm_item_id(item)) &&
	    !ccm_span_equal(query->id, CCM_SPAN(facts->id, sizeof(facts->id))))
		return false;
	if (search->name != NULL && strcmp(search->name, facts->label) != 0)
		return false;
	if (query->with_key && !ccm_item_may_have_key(item))
		return false;
	if (query->status != NULL && strcasecmp(query->status, facts->status) != 0)
		return false;
	if (query->ca != NULL && strcmp(query->ca, facts->issuer_id) != 0 &&
	    strcmp(query->ca, facts->issuer_name) != 0)
		return false;
	if (is_given(query->serial) && facts->serial[0] != '\0' &&
	    !ccm_serial_equal(facts->serial, query->serial))
		return false;
	return search->issuer_name == NULL || facts->issuer_name[0] == '\0' ||
	       strcmp(search->issuer_name, facts->issuer_name) == 0;
}

static bool
needs_certificate(const struct ccm_query *query)
{
	return is_given(query->subject) || is_given(query->issuer) || is_given(query->serial) ||
	       is_given(query->certificate) || is_given(query->public_key) || query->san != NULL ||
	       is_given(query->sha1) || is_given(query->sha256) ||
	       is_given(query->fingerprint.value);
}

static bool
digest_matches(const char *digest, struct ccm_span wanted, struct ccm_span der)
{
	unsigned char hash[64];
	size_t len;

	return ccm_digest(digest, der, hash, &len, NULL) &&
	       ccm_span_equal(CCM_SPAN(hash, len), wanted);
}

static bool
fingerprint_matches(const struct ccm_query *query, const struct ccm_cert *cert)
{
	struct ccm_span wanted = query->fingerprint.value;

	return !is_given(wanted) ||
	       digest_matches(query->fingerprint.digest, wanted, ccm_cert_spki(cert)) ||
	       digest_matches(query->fingerprint.digest, wanted, ccm_cert_der(cert));
}

/* What only the certificate tells. */
static bool
certificate_matches(const struct ccm_query *query, const struct ccm_cert *cert)
{
	return (!is_given(query->subject) ||
		   ccm_name_equal(query->subject, ccm_cert_subject(cert))) &&
	       (!is_given(query->issuer) || ccm_name_equal(query->issuer, ccm_cert_issuer(cert))) &&
	       (!is_given(query->serial) || ccm_span_equal(query->serial, ccm_cert_serial(cert))) &&
	       (!is_given(query->certificate) ||
		   ccm_span_equal(query->certificate, ccm_cert_der(cert))) &&
	       (!is_given(query->public_key) ||
		   ccm_span_equal(query->public_key, ccm_cert_spki(cert))) &&
	       (query->san == NULL || ccm_cert_has_san(cert, query->san)) &&
	       (!is_given(query->sha1) ||
		   digest_matches("SHA1", query->sha1, ccm_cert_der(cert))) &&
	       (!is_given(query->sha256) ||
		   digest_matches("SHA256", query->sha256, ccm_cert_der(cert))) &&
	       fingerprint_matches(query, cert);
}

/* What an export tells, made where the query needs it; err is set when it fails. */
static bool
matches_exported(const struct ccm_query *query, struct ccm_item *item, struct ccm_error *err)
{
	const struct ccm_cert *cert;

	if ((query->with_key || query->keys) && !ccm_item_settle(item, err))
		return false;
	if (query->with_key && !ccm_item_has_key(item))
		return false;
	if (!needs_certificate(query))
		return true;
	cert = ccm_item_certificate(item, err);
	return cert != NULL && certificate_matches(query, cert);
}

/*
 * One certificate that cannot be had must not hide the others; a service that cannot be reached
 * must not look like an empty token.
 */
static bool
matches(const struct search *search, struct ccm_item *item, bool *match, struct ccm_error *err)
{
	struct ccm_error failure = {0};

	*match = facts_match(search, item) && matches_exported(search->query, item, &failure);
	if (failure.code == CCM_OK)
		return true;
	*match = false;
	if (!ccm_code_is_outage(failure.code)) {
		ccm_log(WARN, MODEL, "left out of a search: %s", failure.msg);
		return true;
	}
	if (err != NULL && err->code == CCM_OK)
		*err = failure;
	return false;
}

static bool
keep(struct ccm_items *out, struct ccm_item *item, struct ccm_error *err)
{
	if (!ccm_grow_array(&out->items, out->count, sizeof(out->items[0]), err))
		return false;
	out->items[out->count++] = ccm_item_ref(item);
	return true;
}

static bool
select_range(
    const struct search *search, struct ccm_item **items, size_t count, struct ccm_error *err)
{
	for (size_t i = 0; i < count; i++) {
		bool match;

		if (!matches(search, items[i], &match, err))
			return false;
		if (match && !keep(search->out, items[i], err))
			return false;
	}
	return true;
}

static bool
search_id(const struct search *search, enum ccm_item_kind kind,
    const unsigned char id[static CCM_ITEM_ID_LEN], struct ccm_error *err)
{
	struct ccm_view *view = ccm_token_view_of_id(search->token, kind, id, err);
	const struct ccm_item *item;
	bool ok;

	if (view == NULL)
		return false;
	item = ccm_view_find_id(view, kind, id);
	ok = item == NULL || select_range(search, (struct ccm_item **)&item, 1, err);
	ccm_view_unref(view);
	return ok;
}

static struct ccm_view *
obtain(const struct search *search, enum ccm_item_kind kind, struct ccm_error *err)
{
	if (search->name != NULL)
		return ccm_token_view_of_name(search->token, kind, search->name, err);
	return ccm_token_view_all(search->token, kind, err);
}

static bool
search_kind(const struct search *search, enum ccm_item_kind kind, struct ccm_error *err)
{
	size_t first = 0, count;
	struct ccm_view *view;
	bool ok;

	if (search->query->id.len != 0)
		return search->query->id.len != CCM_ITEM_ID_LEN ||
		       search_id(search, kind, search->query->id.data, err);
	view = obtain(search, kind, err);
	if (view == NULL)
		return false;
	count = view->count;
	if (search->name != NULL)
		count = ccm_view_find_label(view, kind, search->name, &first);
	ok = select_range(search, view->items + first, count, err);
	ccm_view_unref(view);
	return ok;
}

/* The certificates of a key that was made here, which have its id. */
static bool
search_of_key(const struct search *search, const struct ccm_local_key *key, struct ccm_error *err)
{
	unsigned char id[CCM_ITEM_ID_LEN];

	for (size_t i = 0; i < key->resource_count; i++)
		if (ccm_item_id_from_resource(key->resources[i], id, NULL) &&
		    !search_id(search, CCM_ITEM_CERTIFICATE, id, err))
			return false;
	return true;
}

/* The service is asked for what may be there: an id that is a key's is nobody else's. */
static bool
search_service(struct search *search, unsigned kinds, struct ccm_error *err)
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
		ok = (kinds & CCM_ITEM_CERTIFICATE) == 0 || search_of_key(search, key, err);
	for (size_t i = 0; ok && key == NULL && i < CCM_COUNT(order); i++) {
		bool settled = search->query->label != NULL && search->out->count != 0;

		if ((kinds & order[i]) != 0 && !settled)
			ok = search_kind(search, order[i], err);
	}
	ccm_local_view_unref(view);
	return ok;
}

/* What is here works while the service does not (design rule 5). */
static bool
search_keys(struct search *search, bool reached, struct ccm_error *err)
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
	struct search search = {.token = token, .query = query, .out = out};
	unsigned kinds = query->kinds != 0 ? query->kinds : CCM_ITEM_ANY;
	bool ok;

	*out = (struct ccm_items){0};
	if (query->with_key)
		kinds &= CCM_ITEM_CERTIFICATE | CCM_ITEM_KEY;
	ok = derive_name(&search, err) && search_service(&search, kinds, err);
	if ((kinds & CCM_ITEM_KEY) != 0)
		ok = search_keys(&search, ok, err);
	/* of one name the valid one comes first: now, not when the view was made */
	if (search.name != NULL)
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
