/* SPDX-License-Identifier: Apache-2.0 */
#include "model/view.h"

#include <string.h>

#include "model/serial.h"

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
	ccm_free(atomic_load(&view->serials));
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

struct ccm_item *
ccm_view_find_id(const struct ccm_view *view, enum ccm_item_kind kind,
    const unsigned char id[static CCM_ITEM_ID_LEN])
{
	size_t at = hash_bytes(kind, id, CCM_ITEM_ID_LEN) & (view->slots - 1);

	while (view->by_id[at] != 0) {
		struct ccm_item *item = view->items[view->by_id[at] - 1];

		if (item->facts.kind == kind && memcmp(item->facts.id, id, CCM_ITEM_ID_LEN) == 0)
			return item;
		at = (at + 1) & (view->slots - 1);
	}
	return NULL;
}

/* Serial numbers: chains, as many have none. */

struct ccm_serials {
	size_t slots;
	uint32_t *heads, *next; /* index + 1 */
	uint32_t room[];
};

/* The same for both cases of hex. */
static size_t
hash_serial(const char *serial)
{
	char folded[CCM_SERIAL_ROOM];
	size_t len = 0;

	for (serial = ccm_serial_digits(serial); serial[len] != '\0' && len < sizeof(folded); len++)
		folded[len] = (char)(serial[len] | ' ');
	return hash_bytes(0, folded, len);
}

static struct ccm_serials *
make_serials(const struct ccm_view *view)
{
	struct ccm_serials *serials =
	    ccm_alloc(sizeof(*serials) + (view->slots + view->count) * sizeof(uint32_t), NULL);

	if (serials == NULL)
		return NULL;
	serials->slots = view->slots;
	serials->heads = serials->room;
	serials->next = serials->room + view->slots;
	for (size_t i = view->count; i-- > 0;) {
		size_t at = hash_serial(view->items[i]->facts.serial) & (serials->slots - 1);

		serials->next[i] = serials->heads[at];
		serials->heads[at] = (uint32_t)i + 1;
	}
	return serials;
}

/* Without memory there are none to be found so: what is not found is asked for. */
static const struct ccm_serials *
serials_of(struct ccm_view *view)
{
	struct ccm_serials *standing = atomic_load(&view->serials), *made;

	if (standing != NULL)
		return standing;
	made = make_serials(view);
	if (made == NULL || atomic_compare_exchange_strong(&view->serials, &standing, made))
		return made;
	ccm_free(made);
	return standing;
}

static uint32_t
same_serial(
    const struct ccm_view *view, const struct ccm_serials *serials, uint32_t at, const char *serial)
{
	while (at != 0 && !ccm_serial_same_digits(view->items[at - 1]->facts.serial, serial))
		at = serials->next[at - 1];
	return at;
}

uint32_t
ccm_view_first_of_serial(struct ccm_view *view, const char *serial)
{
	const struct ccm_serials *serials = serials_of(view);

	return serials != NULL
		   ? same_serial(view, serials,
			 serials->heads[hash_serial(serial) & (serials->slots - 1)], serial)
		   : 0;
}

uint32_t
ccm_view_next_of_serial(struct ccm_view *view, uint32_t at, const char *serial)
{
	const struct ccm_serials *serials = serials_of(view);

	return serials != NULL ? same_serial(view, serials, serials->next[at - 1], serial) : 0;
}
