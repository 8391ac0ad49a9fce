/* SPDX-License-Identifier: Apache-2.0 */
#include "p11/handle.h"

#define INDEX_BITS 20
#define INDEX_MASK ((1UL << INDEX_BITS) - 1)
#define CHUNK ((1UL << INDEX_BITS) / CCM_P11_HANDLE_CHUNKS)

struct ccm_p11_handle_entry {
	void *thing; /* NULL: free */
	unsigned long uses;
	unsigned long next_free;
};

static struct ccm_p11_handle_entry *
entry_at(const struct ccm_p11_handles *handles, unsigned long index)
{
	return &handles->chunks[index / CHUNK][index % CHUNK];
}

static struct ccm_p11_handle_entry *
find(const struct ccm_p11_handles *handles, unsigned long handle)
{
	unsigned long index = handle & INDEX_MASK;
	struct ccm_p11_handle_entry *entry;

	if (index == 0 || index >= handles->fresh)
		return NULL;
	entry = entry_at(handles, index);
	return entry->thing != NULL && entry->uses == handle >> INDEX_BITS ? entry : NULL;
}

/* The index of a free entry, taken off the list; 0 with err set. */
static unsigned long
take(struct ccm_p11_handles *handles, struct ccm_error *err)
{
	unsigned long index = handles->free;
	struct ccm_p11_handle_entry **chunk;

	if (index != 0) {
		handles->free = entry_at(handles, index)->next_free;
		return index;
	}
	index = handles->fresh != 0 ? handles->fresh : 1;
	if (index > INDEX_MASK) {
		ccm_fail(err, CCM_CONFLICT, "%lu are open already", INDEX_MASK);
		return 0;
	}
	chunk = &handles->chunks[index / CHUNK];
	if (*chunk == NULL)
		*chunk = ccm_alloc_array(CHUNK, sizeof(**chunk), err);
	if (*chunk == NULL)
		return 0;
	handles->fresh = index + 1;
	return index;
}

bool
ccm_p11_handles_add_locked(
    struct ccm_p11_handles *handles, void *thing, unsigned long *handle, struct ccm_error *err)
{
	unsigned long index = take(handles, err);
	struct ccm_p11_handle_entry *entry;

	if (index == 0)
		return false;
	entry = entry_at(handles, index);
	*handle = entry->uses << INDEX_BITS | index;
	entry->thing = thing;
	return true;
}

void *
ccm_p11_handles_get_locked(const struct ccm_p11_handles *handles, unsigned long handle)
{
	const struct ccm_p11_handle_entry *entry = find(handles, handle);

	return entry != NULL ? entry->thing : NULL;
}

void *
ccm_p11_handles_remove_locked(struct ccm_p11_handles *handles, unsigned long handle)
{
	struct ccm_p11_handle_entry *entry = find(handles, handle);
	void *thing;

	if (entry == NULL)
		return NULL;
	thing = entry->thing;
	entry->thing = NULL;
	entry->uses++;
	entry->next_free = handles->free;
	handles->free = handle & INDEX_MASK;
	return thing;
}

void
ccm_p11_handles_put_locked(struct ccm_p11_handles *handles, unsigned long handle, void *thing)
{
	find(handles, handle)->thing = thing;
}

void *
ccm_p11_handles_next_locked(const struct ccm_p11_handles *handles, unsigned long *index)
{
	while (++*index < handles->fresh)
		if (entry_at(handles, *index)->thing != NULL)
			return entry_at(handles, *index)->thing;
	return NULL;
}
