/* SPDX-License-Identifier: Apache-2.0 */
/* The keystore's keys as items, and as the keys of certificates. */
#include <openssl/evp.h>
#include <string.h>

#include "core/log.h"
#include "key/private.h"
#include "model/local_view.h"
#include "model/source.h"

static struct ccm_local *
local_of(const struct ccm_token *token)
{
	return ccm_model_local(token->model);
}

static const struct ccm_token_config *
config_named(const struct ccm_config *config, const char *name)
{
	for (size_t i = 0; i < config->token_count; i++)
		if (strcmp(config->tokens[i].name, name) == 0)
			return &config->tokens[i];
	return NULL;
}

/* Keys that are to be here go into a token for such keys first, into an HSM's last. */
static int
homeliness(const struct ccm_token *token)
{
	if (token->hsm != NULL)
		return 0;
	return token->config->keys == CCM_KEYS_LOCAL ? 2 : 1;
}

struct ccm_token *
ccm_local_home(struct ccm_model *model)
{
	struct ccm_token *home = NULL;

	for (size_t i = ccm_model_token_count(model); i-- > 0;) {
		struct ccm_token *token = ccm_model_token(model, i);

		if (ccm_token_has_keys(token) &&
		    (home == NULL || homeliness(token) >= homeliness(home)))
			home = token;
	}
	return home;
}

static bool
shows(struct ccm_token *token, const struct ccm_vault_key *key)
{
	const struct ccm_config *config = ccm_model_config(token->model);

	if (config_named(config, key->token) != NULL)
		return strcmp(token->config->name, key->token) == 0;
	return ccm_local_home(token->model) == token;
}

/* Facts */

static void
link_facts(struct ccm_facts *facts, const struct ccm_vault_key *key)
{
	facts->local = true;
	facts->cka_id = key->id;
	if (facts->cluster_id[0] == '\0')
		facts->cluster_id = key->keeper;
	memcpy(facts->key_ref, key->ref, sizeof(facts->key_ref));
}

void
ccm_local_complete(struct ccm_facts *facts, const struct ccm_local_view *view)
{
	const struct ccm_local_key *key;

	if (facts->kind != CCM_ITEM_CERTIFICATE)
		return;
	key = ccm_local_view_key(view, CCM_LOCAL_BY_RESOURCE, ccm_span_of(facts->resource_id));
	if (key != NULL)
		link_facts(facts, &key->key);
}

struct ccm_item *
ccm_local_item(struct ccm_token *token, const struct ccm_vault_key *key, struct ccm_error *err)
{
	struct ccm_facts facts;

	ccm_facts_init(&facts, CCM_ITEM_KEY);
	link_facts(&facts, key);
	memcpy(facts.id, key->ref, sizeof(facts.id));
	facts.label = key->label;
	facts.key_algorithm = key->algorithm;
	return ccm_token_intern(token, &facts, NULL, 0, err);
}

bool
ccm_item_is_local(const struct ccm_item *item)
{
	return item->facts.local;
}

static const struct ccm_local_key *
key_of(const struct ccm_item *item, struct ccm_local_view *view)
{
	if (!item->facts.local)
		return NULL;
	return ccm_local_view_key(
	    view, CCM_LOCAL_BY_REF, CCM_SPAN(item->facts.key_ref, sizeof(item->facts.key_ref)));
}

unsigned
ccm_local_flags(const struct ccm_item *item)
{
	struct ccm_local_view *view = ccm_local_look(local_of(item->token));
	const struct ccm_local_key *key = key_of(item, view);
	unsigned flags = key != NULL ? key->key.flags : 0;

	ccm_local_view_unref(view);
	return flags;
}

char *
ccm_local_keeper(const struct ccm_item *item, struct ccm_error *err)
{
	struct ccm_local_view *view = ccm_local_read(local_of(item->token), err);
	const struct ccm_local_key *key = key_of(item, view);
	char *keeper = view != NULL ? ccm_strdup(key != NULL ? key->key.keeper : "", err) : NULL;

	ccm_local_view_unref(view);
	return keeper;
}

bool
ccm_local_is_sealed(const struct ccm_item *item)
{
	struct ccm_local_view *view = ccm_local_look(local_of(item->token));
	const struct ccm_local_key *key = key_of(item, view);
	bool is_sealed = key != NULL && key->key.keeper[0] == '\0';

	ccm_local_view_unref(view);
	return is_sealed;
}

bool
ccm_local_exists(const struct ccm_item *item)
{
	struct ccm_local_view *view = ccm_local_look(local_of(item->token));
	bool exists = key_of(item, view) != NULL;

	ccm_local_view_unref(view);
	return exists;
}

/* Listing */

static bool
add_item(struct ccm_token *token, const struct ccm_vault_key *key, struct ccm_items *out,
    struct ccm_error *err)
{
	struct ccm_item *item;

	if (!ccm_grow_array(&out->items, out->count, sizeof(out->items[0]), err))
		return false;
	item = ccm_local_item(token, key, err);
	if (item == NULL)
		return false;
	out->items[out->count++] = item;
	return true;
}

static bool
fail_gone(const struct ccm_item *item, struct ccm_error *err)
{
	return ccm_fail(
	    err, CCM_NOT_FOUND, "the key %s is not in the keystore any more", item->facts.label);
}

static struct ccm_token *
token_of(struct ccm_model *model, const struct ccm_vault_key *key)
{
	struct ccm_token *home = ccm_local_home(model);

	for (size_t i = 0; i < ccm_model_token_count(model); i++) {
		struct ccm_token *token = ccm_model_token(model, i);

		if (strcmp(token->config->name, key->token) == 0)
			return token;
	}
	return home != NULL ? home : ccm_model_token(model, 0);
}

bool
ccm_local_all(struct ccm_model *model, struct ccm_items *out, struct ccm_error *err)
{
	struct ccm_local_view *view;
	bool ok = true;

	*out = (struct ccm_items){0};
	view = ccm_local_read(ccm_model_local(model), err);
	if (view == NULL)
		return false;
	for (size_t i = 0; ok && i < view->count; i++)
		ok = add_item(token_of(model, &view->keys[i].key), &view->keys[i].key, out, err);
	ccm_local_view_unref(view);
	if (!ok)
		ccm_items_clear(out);
	return ok;
}

bool
ccm_local_describe(
    const struct ccm_item *item, struct ccm_local_facts *facts, struct ccm_error *err)
{
	struct ccm_local_view *view = ccm_local_read(local_of(item->token), err);
	const struct ccm_local_key *key = key_of(item, view);
	bool ok = key != NULL || fail_gone(item, err);

	*facts = (struct ccm_local_facts){0};
	for (size_t i = 0; ok && i < key->resource_count; i++)
		ok = ccm_buf_printf(
		    &facts->certificates, err, "%s%s", i != 0 ? " " : "", key->resources[i]);
	if (ok) {
		facts->created_ms = key->key.created_ms;
		facts->exportable = (key->key.flags & CCM_VAULT_EXPORTABLE) != 0;
		facts->generated = (key->key.flags & CCM_VAULT_GENERATED) != 0;
	}
	ccm_local_view_unref(view);
	return ok;
}

/* Searching */

/* Is there a certificate in what was found that has this key? */
static bool
is_shown(const struct ccm_items *found, const struct ccm_vault_key *key)
{
	for (size_t i = 0; i < found->count; i++) {
		const struct ccm_facts *facts = &found->items[i]->facts;

		if (facts->local && memcmp(facts->key_ref, key->ref, sizeof(key->ref)) == 0)
			return true;
	}
	return false;
}

/* What only certificates have. */
static bool
excludes_keys(const struct ccm_query *query)
{
	const struct ccm_span spans[] = {query->subject, query->issuer, query->serial,
	    query->certificate, query->sha1, query->sha256};

	for (size_t i = 0; i < CCM_COUNT(spans); i++)
		if (spans[i].data != NULL)
			return true;
	return query->ca != NULL || query->status != NULL || query->san != NULL;
}

static bool
selects(const struct ccm_query *query, const struct ccm_vault_key *key)
{
	return (query->id.len == 0 || ccm_span_equal(query->id, key->id)) &&
	       (query->label == NULL || strcmp(query->label, key->label) == 0) &&
	       (query->public_key.data == NULL ||
		   ccm_span_equal(query->public_key, key->public_key));
}

/* The narrowest index that the query allows. */
static size_t
candidates(const struct ccm_local_view *view, const struct ccm_query *query,
    const struct ccm_local_entry **first)
{
	if (query->id.len != 0)
		return ccm_local_view_find(view, CCM_LOCAL_BY_ID, query->id, first);
	if (query->label != NULL)
		return ccm_local_view_find(
		    view, CCM_LOCAL_BY_LABEL, ccm_span_of(query->label), first);
	if (query->public_key.data != NULL)
		return ccm_local_view_find(view, CCM_LOCAL_BY_PUBLIC_KEY, query->public_key, first);
	*first = view->entries[CCM_LOCAL_BY_REF];
	return view->entry_count[CCM_LOCAL_BY_REF];
}

bool
ccm_local_find(struct ccm_token *token, const struct ccm_query *query, struct ccm_items *out,
    struct ccm_error *err)
{
	const struct ccm_local_entry *entry;
	struct ccm_local_view *view;
	size_t count;
	bool ok = true;

	if (!ccm_token_has_keys(token) || excludes_keys(query))
		return true;
	view = ccm_local_look(local_of(token));
	if (view == NULL)
		return true;
	count = candidates(view, query, &entry);
	for (size_t i = 0; ok && i < count; i++) {
		const struct ccm_vault_key *key = &entry[i].key->key;

		if (selects(query, key) && shows(token, key) && !is_shown(out, key))
			ok = add_item(token, key, out, err);
	}
	ccm_local_view_unref(view);
	return ok;
}

/* Of the item itself */

/* Made from the view once, then the item's. */
static bool
load_public(struct ccm_item *item, struct ccm_error *err)
{
	struct ccm_local_view *view = ccm_local_look(local_of(item->token));
	const struct ccm_local_key *key = key_of(item, view);
	struct ccm_public *made = NULL, *standing = NULL;

	if (key != NULL)
		made = ccm_public_new(key->key.public_key, err);
	else
		fail_gone(item, err);
	ccm_local_view_unref(view);
	if (made != NULL &&
	    !atomic_compare_exchange_strong(&item->material->public, &standing, made))
		ccm_public_free(made);
	return made != NULL;
}

EVP_PKEY *
ccm_local_public_key(struct ccm_item *item, struct ccm_error *err)
{
	if (atomic_load(&item->material->public) == NULL && !load_public(item, err))
		return NULL;
	return atomic_load(&item->material->public)->pkey;
}

bool
ccm_local_public_info(struct ccm_item *item, struct ccm_span *info, struct ccm_error *err)
{
	if (atomic_load(&item->material->public) == NULL && !load_public(item, err))
		return false;
	*info = ccm_buf_span(&atomic_load(&item->material->public)->info);
	return true;
}

/* Opening */

static struct ccm_key *
open_in_hsm(struct ccm_model *model, const struct ccm_vault_key *row, struct ccm_error *err)
{
	struct ccm_hsm *hsm = ccm_model_hsm(model, row->keeper, err);
	EVP_PKEY *pkey = hsm != NULL ? ccm_pkey_from_spki(row->public_key, err) : NULL;
	const struct ccm_hsm_search search = {CCM_SPAN(row->ref, sizeof(row->ref)), pkey};
	struct ccm_key *key = pkey != NULL ? ccm_hsm_find(hsm, &search, err) : NULL;

	EVP_PKEY_free(pkey);
	return key;
}

static struct ccm_key *
open_key(struct ccm_model *model, const struct ccm_vault_key *row, struct ccm_error *err)
{
	struct ccm_buf pkcs8 = {0};
	struct ccm_key *key = NULL;
	EVP_PKEY *pkey;

	if (row->keeper[0] != '\0')
		return open_in_hsm(model, row, err);
	if (ccm_local_unlock(model, err) &&
	    ccm_vault_open(ccm_local_vault(model), row->ref, &pkcs8, err)) {
		pkey = ccm_private_from_der("PRIVATE KEY", ccm_buf_span(&pkcs8), err);
		key = pkey != NULL ? ccm_key_soft_new(pkey, err) : NULL;
	}
	ccm_buf_clear(&pkcs8);
	return key;
}

struct ccm_key *
ccm_local_open(struct ccm_item *item, struct ccm_error *err)
{
	struct ccm_local_view *view = ccm_local_look(local_of(item->token));
	const struct ccm_bundle *bundle = atomic_load(&item->material->bundle);
	const struct ccm_local_key *key = key_of(item, view);
	struct ccm_key *opened = NULL;

	if (key == NULL && bundle != NULL)
		key =
		    ccm_local_view_key(view, CCM_LOCAL_BY_PUBLIC_KEY, ccm_cert_spki(bundle->cert));
	if (key != NULL)
		opened = open_key(item->token->model, &key->key, err);
	if (key != NULL && opened == NULL)
		ccm_error_context(err, "key %s", key->key.label);
	ccm_local_view_unref(view);
	return opened;
}

struct ccm_key *
ccm_local_open_ref(struct ccm_model *model, struct ccm_span ref, struct ccm_error *err)
{
	struct ccm_local_view *view = ccm_local_read(ccm_model_local(model), err);
	const struct ccm_local_key *key = ccm_local_view_key(view, CCM_LOCAL_BY_REF, ref);
	struct ccm_key *opened = NULL;

	if (key != NULL)
		opened = open_key(model, &key->key, err);
	else if (view != NULL)
		ccm_fail(err, CCM_NOT_FOUND, "the key is not in the keystore any more");
	ccm_local_view_unref(view);
	return opened;
}

bool
ccm_local_may_hold(const struct ccm_item *item)
{
	const struct ccm_facts *facts = &item->facts;
	const struct ccm_bundle *bundle = atomic_load(&item->material->bundle);
	struct ccm_local_view *view;
	bool may;

	if (facts->kind != CCM_ITEM_CERTIFICATE || facts->local ||
	    !ccm_token_has_keys(item->token) || strcmp(facts->gen_mode, "CSR") != 0)
		return false;
	view = ccm_local_look(local_of(item->token));
	if (view == NULL)
		return false;
	may = bundle == NULL ? view->without != 0
			     : ccm_local_view_key(view, CCM_LOCAL_BY_PUBLIC_KEY,
				   ccm_cert_spki(bundle->cert)) != NULL;
	ccm_local_view_unref(view);
	return may;
}

/* Not being able to remember costs the next search an export. */
void
ccm_local_learn(struct ccm_item *item, const struct ccm_cert *cert)
{
	struct ccm_local_view *view;
	const struct ccm_local_key *key;
	struct ccm_error err = {0};

	if (!ccm_local_may_hold(item))
		return;
	view = ccm_local_look(local_of(item->token));
	key = ccm_local_view_key(view, CCM_LOCAL_BY_PUBLIC_KEY, ccm_cert_spki(cert));
	if (key != NULL) {
		const struct ccm_journal_owner owner = {
		    "", CCM_SPAN(key->key.ref, sizeof(key->key.ref))};

		ccm_log(INFO, MODEL, "the key of certificate %s (%s) is %s of the keystore",
		    item->facts.label, item->facts.resource_id, key->key.label);
		if (!ccm_journal_link(
			ccm_local_vault(item->token->model), &owner, item->facts.resource_id, &err))
			ccm_log(WARN, MODEL, "%s", err.msg);
	}
	ccm_local_view_unref(view);
}
