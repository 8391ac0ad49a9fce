/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_VIEW_H
#define CCM_VIEW_H

/*
 * An immutable, reference-counted set of items in the defined order, with an index by label and
 * one by id. Made without a lock, swapped in under one.
 */

#include "model/item.h"

struct ccm_view {
	atomic_uint refs;
	_Atomic int64_t fetched_ms; /* ccm_clock_monotonic_ms() when the service told it */
	struct ccm_item **items;
	size_t count;
	uint32_t *by_label, *by_id; /* open addressing; index + 1, 0 is free */
	size_t slots;
	_Atomic(struct ccm_serials *) serials; /* made when it is needed */
	atomic_bool all_fetched;    /* every certificate is in this process or in the cache */
	_Atomic int64_t counted_ms; /* monotonic: when too many of them were not; 0: never */
};

/* Takes the references in items (the array stays the caller's), sorts, drops double items. */
struct ccm_view *ccm_view_new(
    struct ccm_item **items, size_t count, int64_t fetched_ms, struct ccm_error *err);
struct ccm_view *ccm_view_ref(struct ccm_view *view);
void ccm_view_unref(struct ccm_view *view); /* NULL is allowed */

/* The items of a label or id lie side by side: first index and how many; 0 when there is none. */
size_t ccm_view_find_label(
    const struct ccm_view *view, enum ccm_item_kind kind, const char *label, size_t *first);
struct ccm_item *ccm_view_find_id(const struct ccm_view *view, enum ccm_item_kind kind,
    const unsigned char id[static CCM_ITEM_ID_LEN]);

/* The first and next item (index + 1; 0: no more) whose serial number was listed as this, as
 * ccm_serial_write() writes it; "" has those that were listed without one. */
uint32_t ccm_view_first_of_serial(struct ccm_view *view, const char *serial);
uint32_t ccm_view_next_of_serial(struct ccm_view *view, uint32_t at, const char *serial);

#endif
