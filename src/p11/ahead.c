/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who lists a token's certificates reads the value of one object found after the other, each of
 * which would wait for its export. Once two have been read in turn, those that follow are fetched
 * together, over several connections; who reads one here and there gets just that.
 */
#include "p11/attr.h"

#define NEAR 8    /* handles of one certificate and its keys, and some that are not read */
#define WINDOW 32 /* items at once */

static bool
takes_export(const struct ccm_p11_object *object, const CK_ATTRIBUTE *template, CK_ULONG count)
{
	for (CK_ULONG i = 0; i < count; i++) {
		const struct ccm_p11_attribute *row =
		    ccm_p11_attribute_find(template[i].type, object->kind);

		if (row != NULL && row->source == CCM_P11_EXPORTED)
			return true;
	}
	return false;
}

/* The place of a handle that follows closely on the last one read; count when it is another. */
static size_t
follow(const struct ccm_p11_find *find, CK_OBJECT_HANDLE handle)
{
	size_t end = find->read + NEAR < find->count ? find->read + NEAR : find->count;

	for (size_t i = find->read; i < end; i++)
		if (find->handles[i] == handle)
			return i;
	return find->count;
}

static bool
is_among(struct ccm_item *const *items, size_t count, const struct ccm_item *item)
{
	for (size_t i = 0; i < count; i++)
		if (items[i] == item)
			return true;
	return false;
}

/* Failures are told to who reads the one. */
static void
fetch_from(struct ccm_p11_session *session, size_t at)
{
	struct ccm_p11_find *find = &session->find;
	struct ccm_item *items[WINDOW];
	size_t count = 0;

	for (; at < find->count && count < WINDOW; at++) {
		struct ccm_item *item = ccm_p11_object_item(session, find->handles[at]);

		if (item != NULL && !is_among(items, count, item))
			items[count++] = item;
		else
			ccm_item_unref(item);
	}
	find->fetched = at;
	if (!ccm_items_fetch(items, count, NULL))
		find->fetched = find->count; /* not again, and again */
	while (count > 0)
		ccm_item_unref(items[--count]);
}

void
ccm_p11_read_ahead(struct ccm_p11_session *session, CK_OBJECT_HANDLE handle,
    const struct ccm_p11_object *object, const CK_ATTRIBUTE *template, CK_ULONG count)
{
	struct ccm_p11_find *find = &session->find;
	size_t at;

	if (find->count < 2 || object->item == NULL ||
	    (find->read > 0 && find->handles[find->read - 1] == handle) ||
	    !takes_export(object, template, count))
		return;
	at = follow(find, handle);
	if (at == find->count) {
		find->read = find->run = 0;
		return;
	}
	find->read = at + 1;
	if (++find->run > 2 && at >= find->fetched)
		fetch_from(session, at);
}
