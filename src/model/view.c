/* SPDX-License-Identifier: Apache-2.0 */
#include "model/view.h"

#include <string.h>

static size_t
hash_bytes(enum ccm_item_kind kind, const void *data, size_t len)
{
	const unsigned char *bytes = data;
	uint64_t hash = 14695981039346656037ULL ^ (uint64_t)kind; /* FNV-1a */

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ bytes[i]) * 1099511628211ULL;
	return (size_t)(hash ^ (hash >> 32));
}

static bool
same_label(const struct ccm_item *item, enum ccm_item_kind kind, const char *label)
{
	return item->facts.kind == kind && strcmp(item->facts.label, label) == 0;
}

static void
insert(uint32_t *table, size_t slots, size_t hash, size_t index)
{
	size_t at = hash & (slots - 1);

	while (table[at] != 0)
		at = (at + 1) & (slots - 1);
	table[at] = (uint32_t)index + 1;
}

static bool
build_index(struct ccm_view *view, struct ccm_error *err)
{
	view->slots = 8;
	while (view->slots < view->count * 2)
		view->slots *= 2;
	view->by_label = ccm_alloc_array(view->slots, sizeof(uint32_t), err);
	view->by_id = ccm_alloc_array(view->slots, sizeof(uint32_t), err);
	if (view->by_label == NULL || view->by_id == NULL)
		return false;
	for (size_t i = 0; i < view->count; i++) {
		const struct ccm_facts *facts = &view->items[i]->facts;

		insert(view->by_id, view->slots,
		    hash_bytes(facts->kind, facts->id, sizeof(facts->id)), i);
		if (i == 0 || !same_label(view->items[i - 1], facts->kind, facts->label))
			insert(view->by_label, view->slots,
			    hash_bytes(facts->kind, facts->label, strlen(facts->label)), i);
	}
	return true;
}

struct ccm_view *
ccm_view_new(struct ccm_item **items, size_t count, int64_t fetched_ms, struct ccm_error *err)
{
	struct ccm_view *view = ccm_alloc(sizeof(*view), err);

	if (view != NULL) {
		atomic_init(&view->refs, 1);
		atomic_init(&view->fetched_ms, fetched_ms);
		view->items = ccm_alloc_array(count, sizeof(struct ccm_item *), err);
	}
	if (view == NULL || view->items == NULL) {
		for (size_t i = 0; i < count; i++)
			ccm_item_unref(items[i]);
		ccm_view_unref(view);
		return NULL;
	}
	ccm_item_sort(items, count);
	for (size_t i = 0; i < count; i++) {
		/* one item is interned once, so a double is the same pointer and sorts beside
		 * itself */
		if (i != 0 && items[i] == items[i - 1])
			ccm_item_unref(items[i]);
		else
			view->items[view->count++] = items[i];
	}
	if (build_index(view, err))
		return view;
	ccm_view_unref(view);
	return NULL;
}

struct ccm_view *
ccm_view_ref(struct ccm_view *view)
{
	atomic_fetch_add_explicit(&view->refs, 1, memory_order_relaxed);
	return view;
}

void
ccm_view_unref(struct ccm_view *view)
{
	if (view == NULL || atomic_fetch_sub(&view->refs, 1) != 1)
		return;
	for (size_t i = 0; i < view->count; i++)
		ccm_item_unref(view->items[i]);
	ccm_free(view->items);
	ccm_free(view->by_label);
	ccm_free(view->by_id);
	ccm_free(view);
}

size_t
ccm_view_find_label(
    const struct ccm_view *view, enum ccm_item_kind kind, const char *label, size_t *first)
{
	size_t at = hash_bytes(kind, label, strlen(label)) & (view->slots - 1), count = 0;

	while (view->by_label[at] != 0) {
		size_t index = view->by_label[at] - 1;

		if (same_label(view->items[index], kind, label)) {
			*first = index;
			while (index + count < view->count &&
			       same_label(view->items[index + count], kind, label))
				count++;
			return count;
		}
		at = (at + 1) & (view->slots - 1);
	}
	return 0;
}

const struct ccm_item *
ccm_view_find_id(const struct ccm_view *view, enum ccm_item_kind kind,
    const unsigned char id[static CCM_ITEM_ID_LEN])
{
	size_t at = hash_bytes(kind, id, CCM_ITEM_ID_LEN) & (view->slots - 1);

	while (view->by_id[at] != 0) {
		const struct ccm_item *item = view->items[view->by_id[at] - 1];

		if (item->facts.kind == kind && memcmp(item->facts.id, id, CCM_ITEM_ID_LEN) == 0)
			return item;
		at = (at + 1) & (view->slots - 1);
	}
	return NULL;
}
