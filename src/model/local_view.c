/* SPDX-License-Identifier: Apache-2.0 */
#include "model/local_view.h"

#include <stdlib.h>
#include <string.h>

#include "core/log.h"

struct ccm_local {
	const struct ccm_config *config;
	struct ccm_vault *vault;
	struct ccm_lock lock; /* of all below */
	struct ccm_local_view *view;
	struct ccm_error refused; /* why the configured PIN is not tried again */
	bool tried;
};

struct ccm_local *
ccm_local_new(const struct ccm_config *config, struct ccm_error *err)
{
	struct ccm_local *local = ccm_alloc(sizeof(*local), err);

	if (local == NULL)
		return NULL;
	ccm_lock_init(&local->lock);
	local->config = config;
	local->vault = ccm_vault_new(config->keystore_dir, err);
	if (local->vault != NULL)
		return local;
	ccm_local_free(local);
	return NULL;
}

void
ccm_local_free(struct ccm_local *local)
{
	if (local == NULL)
		return;
	ccm_local_view_unref(local->view);
	ccm_vault_free(local->vault);
	ccm_lock_destroy(&local->lock);
	ccm_free(local);
}

struct ccm_vault *
ccm_local_vault_of(struct ccm_local *local)
{
	return local->vault;
}

/* A failed login is never looped (design rule 8). */
static bool
try_pin(struct ccm_local *local, struct ccm_error *err)
{
	struct ccm_error failure = {0};
	bool tried;

	ccm_lock_acquire(&local->lock);
	tried = local->tried;
	failure = local->refused;
	ccm_lock_release(&local->lock);
	if (!tried) {
		ccm_error_clear(&failure);
		if (ccm_vault_unlock(
			local->vault, ccm_span_of(local->config->keystore_pin), &failure))
			return true;
		ccm_error_context(&failure, "[keystore] pin");
		ccm_lock_acquire(&local->lock);
		local->refused = failure;
		local->tried = true;
		ccm_lock_release(&local->lock);
	}
	if (err != NULL && err->code == CCM_OK)
		*err = failure;
	return false;
}

bool
ccm_local_unlock_of(struct ccm_local *local, struct ccm_error *err)
{
	struct ccm_vault_state state;

	if (local->config->keystore_pin[0] == '\0')
		return true; /* the vault tells if it needs one */
	return ccm_vault_look(local->vault, &state, err) &&
	       (state.unlocked || !state.held_by[CCM_VAULT_USER] || try_pin(local, err));
}

/* The view */

void
ccm_local_view_unref(struct ccm_local_view *view)
{
	if (view == NULL || atomic_fetch_sub(&view->refs, 1) != 1)
		return;
	for (size_t i = 0; i < view->count; i++) {
		struct ccm_local_key *key = &view->keys[i];

		for (size_t k = 0; k < key->resource_count; k++)
			ccm_free(key->resources[k]);
		ccm_free(key->resources);
		ccm_free((void *)key->key.id.data);
		ccm_free((void *)key->key.public_key.data);
		ccm_free((void *)key->key.label);
		ccm_free((void *)key->key.algorithm);
		ccm_free((void *)key->key.token);
		ccm_free((void *)key->key.keeper);
	}
	for (size_t i = 0; i < CCM_LOCAL_INDEXES; i++)
		ccm_free(view->entries[i]);
	ccm_free(view->keys);
	ccm_free(view);
}

static bool
copy_span(struct ccm_span *span, struct ccm_error *err)
{
	char *copy = ccm_strndup((const char *)span->data, span->len, err);

	span->data = (const unsigned char *)copy;
	return copy != NULL;
}

static bool
copy_text(const char **text, struct ccm_error *err)
{
	*text = ccm_strdup(*text, err);
	return *text != NULL;
}

/* A key without an id of its own goes by its reference. */
static bool
take_key(void *context, const struct ccm_vault_key *from, struct ccm_error *err)
{
	struct ccm_local_view *view = context;
	struct ccm_vault_key *key;

	if (!ccm_grow_array(&view->keys, view->count, sizeof(*view->keys), err))
		return false;
	view->keys[view->count] = (struct ccm_local_key){.key = *from};
	key = &view->keys[view->count++].key;
	if (key->id.len == 0)
		key->id = CCM_SPAN(from->ref, sizeof(from->ref));
	/* all of them, so that what is freed is ours */
	return (int)copy_span(&key->id, err) & copy_span(&key->public_key, err) &
	       copy_text(&key->label, err) & copy_text(&key->algorithm, err) &
	       copy_text(&key->token, err) & copy_text(&key->keeper, err);
}

static struct ccm_local_key *
key_of_owner(struct ccm_local_view *view, const struct ccm_journal_owner *owner)
{
	for (size_t i = 0; owner->keeper[0] == '\0' && i < view->count; i++) {
		struct ccm_local_key *key = &view->keys[i];

		if (ccm_span_equal(owner->key, CCM_SPAN(key->key.ref, sizeof(key->key.ref))))
			return key;
	}
	return NULL;
}

static bool
take_link(void *context, const struct ccm_journal_link *link, struct ccm_error *err)
{
	struct ccm_local_key *key = key_of_owner(context, &link->owner);
	char *copy;

	if (key == NULL)
		return true;
	if (!ccm_grow_array(&key->resources, key->resource_count, sizeof(*key->resources), err))
		return false;
	copy = ccm_strdup(link->resource, err);
	if (copy == NULL)
		return false;
	key->resources[key->resource_count++] = copy;
	return true;
}

static int
compare_spans(struct ccm_span a, struct ccm_span b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len != 0 ? memcmp(a.data, b.data, len) : 0;

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* The newest key of a name first. */
static int
compare_entries(const void *left, const void *right)
{
	const struct ccm_local_entry *a = left, *b = right;
	int order = compare_spans(a->by, b->by);

	if (order != 0)
		return order;
	return (a->key->key.created_ms < b->key->key.created_ms) -
	       (a->key->key.created_ms > b->key->key.created_ms);
}

static bool
add_entry(struct ccm_local_view *view, enum ccm_local_index index, struct ccm_local_entry entry,
    struct ccm_error *err)
{
	size_t count = view->entry_count[index];

	if (!ccm_grow_array(&view->entries[index], count, sizeof(entry), err))
		return false;
	view->entries[index][count] = entry;
	view->entry_count[index]++;
	return true;
}

static bool
index_key(struct ccm_local_view *view, const struct ccm_local_key *key, struct ccm_error *err)
{
	const struct ccm_vault_key *row = &key->key;
	const struct ccm_span by[] = {
	    [CCM_LOCAL_BY_REF] = CCM_SPAN(row->ref, sizeof(row->ref)),
	    [CCM_LOCAL_BY_ID] = row->id,
	    [CCM_LOCAL_BY_LABEL] = ccm_span_of(row->label),
	    [CCM_LOCAL_BY_PUBLIC_KEY] = row->public_key,
	};
	bool ok = true;

	for (enum ccm_local_index i = 0; ok && i < CCM_COUNT(by); i++)
		ok = add_entry(view, i, (struct ccm_local_entry){by[i], key}, err);
	for (size_t i = 0; ok && i < key->resource_count; i++)
		ok = add_entry(view, CCM_LOCAL_BY_RESOURCE,
		    (struct ccm_local_entry){ccm_span_of(key->resources[i]), key}, err);
	view->without += key->resource_count == 0;
	return ok;
}

static bool
index_view(struct ccm_local_view *view, struct ccm_error *err)
{
	for (size_t i = 0; i < view->count; i++)
		if (!index_key(view, &view->keys[i], err))
			return false;
	for (size_t i = 0; i < CCM_LOCAL_INDEXES; i++)
		if (view->entry_count[i] > 1)
			qsort(view->entries[i], view->entry_count[i], sizeof(*view->entries[i]),
			    compare_entries);
	return true;
}

static struct ccm_local_view *
make_view(struct ccm_local *local, struct ccm_error *err)
{
	struct ccm_local_view *view = ccm_alloc(sizeof(*view), err);

	if (view == NULL)
		return NULL;
	atomic_init(&view->refs, 1);
	view->stamp = ccm_vault_stamp_take(local->vault);
	if (ccm_vault_each(local->vault, take_key, view, err) &&
	    (view->count == 0 || ccm_journal_links(local->vault, take_link, view, err)) &&
	    index_view(view, err))
		return view;
	ccm_local_view_unref(view);
	return NULL;
}

static struct ccm_local_view *
standing_view(struct ccm_local *local)
{
	struct ccm_local_view *view;

	ccm_lock_acquire(&local->lock);
	view = local->view;
	if (view != NULL)
		atomic_fetch_add(&view->refs, 1);
	ccm_lock_release(&local->lock);
	return view;
}

struct ccm_local_view *
ccm_local_look(struct ccm_local *local)
{
	struct ccm_error err = {0};
	struct ccm_local_view *view = ccm_local_read(local, &err);

	if (view == NULL)
		ccm_log_failure(CCM_LOG_MODEL, "looking for keys", &err);
	return view;
}

struct ccm_local_view *
ccm_local_read(struct ccm_local *local, struct ccm_error *err)
{
	struct ccm_local_view *view = standing_view(local), *old;

	if (view != NULL && ccm_vault_stamp_holds(local->vault, &view->stamp))
		return view;
	ccm_local_view_unref(view);
	view = make_view(local, err);
	if (view == NULL)
		return NULL;
	ccm_lock_acquire(&local->lock);
	old = local->view;
	local->view = view;
	atomic_fetch_add(&view->refs, 1);
	ccm_lock_release(&local->lock);
	ccm_local_view_unref(old);
	return view;
}

size_t
ccm_local_view_find(const struct ccm_local_view *view, enum ccm_local_index index,
    struct ccm_span by, const struct ccm_local_entry **first)
{
	size_t low = 0, high = view != NULL ? view->entry_count[index] : 0, count = 0;
	size_t end = high;
	const struct ccm_local_entry *entries = view != NULL ? view->entries[index] : NULL;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_spans(entries[middle].by, by) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (low + count < end && ccm_span_equal(entries[low + count].by, by))
		count++;
	*first = count != 0 ? &entries[low] : NULL;
	return count;
}

const struct ccm_local_key *
ccm_local_view_key(
    const struct ccm_local_view *view, enum ccm_local_index index, struct ccm_span by)
{
	const struct ccm_local_entry *first;

	return ccm_local_view_find(view, index, by, &first) != 0 ? first->key : NULL;
}
