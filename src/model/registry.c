/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/clock.h"
#include "model/token.h"

/* All of an id counts: what makes ids may count upwards in some of their bytes. */
static size_t
hash_id(enum ccm_item_kind kind, const unsigned char *id)
{
	uint64_t words[2], hash;

	memcpy(words, id, sizeof(words));
	hash = words[0] ^ (words[1] << 1) ^ (uint64_t)kind;
	hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9ULL; /* splitmix64 */
	hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBULL;
	return (size_t)(hash ^ (hash >> 31));
}

/* The slot of an id: its entry's, or the free one where it would go. */
static size_t
find_slot(const struct ccm_token *token, enum ccm_item_kind kind, const unsigned char *id)
{
	size_t at = hash_id(kind, id) & (token->id_slots - 1);

	while (token->by_id[at] != 0) {
		const struct ccm_facts *facts = &token->entries[token->by_id[at] - 1].item->facts;

		if (facts->kind == kind && memcmp(facts->id, id, CCM_ITEM_ID_LEN) == 0)
			break;
		at = (at + 1) & (token->id_slots - 1);
	}
	return at;
}

static struct ccm_registry_entry *
find_locked(struct ccm_token *token, enum ccm_item_kind kind, const unsigned char *id)
{
	size_t at;

	if (token->id_slots == 0)
		return NULL;
	at = find_slot(token, kind, id);
	return token->by_id[at] != 0 ? &token->entries[token->by_id[at] - 1] : NULL;
}

/* Room for one more entry, with the id table at most half full. */
static bool
make_room_locked(struct ccm_token *token, struct ccm_error *err)
{
	size_t slots = token->id_slots != 0 ? token->id_slots * 2 : 64;
	uint32_t *old = token->by_id, *grown;

	if (!ccm_grow_array(&token->entries, token->entry_count, sizeof(token->entries[0]), err))
		return false;
	if (token->entry_count * 2 < token->id_slots)
		return true;
	grown = ccm_alloc_array(slots, sizeof(*grown), err);
	if (grown == NULL)
		return false;
	token->by_id = grown;
	token->id_slots = slots;
	for (size_t i = 0; i < token->entry_count; i++) {
		const struct ccm_facts *facts = &token->entries[i].item->facts;

		grown[find_slot(token, facts->kind, facts->id)] = (uint32_t)i + 1;
	}
	ccm_free(old);
	return true;
}

static struct ccm_item *
add_locked(struct ccm_token *token, const struct ccm_facts *facts, struct ccm_material *material,
    struct ccm_error *err)
{
	struct ccm_item *item;

	if (!make_room_locked(token, err) ||
	    (facts->kind == CCM_ITEM_CHAIN &&
		!ccm_grow_array(&token->chain_numbers, token->chain_count,
		    sizeof(token->chain_numbers[0]), err)))
		return NULL;
	item = ccm_item_new(token, token->entry_count + 1, facts, material, err);
	if (item == NULL)
		return NULL;
	token->entries[token->entry_count].item = item;
	token->by_id[find_slot(token, facts->kind, facts->id)] = (uint32_t)token->entry_count + 1;
	token->entry_count++;
	if (facts->kind == CCM_ITEM_CHAIN)
		token->chain_numbers[token->chain_count++] = item->number;
	return item;
}

/* New facts of a known id: number and material stay. */
static struct ccm_item *
renew_locked(struct ccm_registry_entry *entry, const struct ccm_facts *facts, struct ccm_error *err)
{
	struct ccm_item *old = entry->item, *item;

	if (ccm_facts_equal(&old->facts, facts))
		return old;
	item = ccm_item_new(old->token, old->number, facts, old->material, err);
	if (item == NULL)
		return NULL;
	entry->item = item;
	ccm_item_unref(old);
	return item;
}

struct ccm_item *
ccm_token_intern(struct ccm_token *token, const struct ccm_facts *facts,
    struct ccm_material *material, int64_t seen_ms, struct ccm_error *err)
{
	struct ccm_material *own = material != NULL ? NULL : ccm_material_new(err);
	struct ccm_registry_entry *entry;
	struct ccm_item *item;

	if (material == NULL && own == NULL)
		return NULL;
	ccm_lock_acquire(&token->lock);
	entry = find_locked(token, facts->kind, facts->id);
	if (entry != NULL && seen_ms != 0 && seen_ms < entry->seen_ms) {
		item = entry->item; /* what came in meanwhile is newer */
	} else if (entry != NULL) {
		item = renew_locked(entry, facts, err);
	} else {
		item = add_locked(token, facts, material != NULL ? material : own, err);
		entry = &token->entries[token->entry_count - 1];
	}
	if (item != NULL) {
		seen_ms = seen_ms != 0 ? seen_ms : ccm_clock_monotonic_ms();
		if (seen_ms > entry->seen_ms)
			entry->seen_ms = seen_ms;
		ccm_item_ref(item);
	}
	ccm_lock_release(&token->lock);
	ccm_material_unref(own);
	return item;
}

struct ccm_item *
ccm_token_known(struct ccm_token *token, enum ccm_item_kind kind,
    const unsigned char id[static CCM_ITEM_ID_LEN], int64_t *age_ms)
{
	struct ccm_registry_entry *entry;
	struct ccm_item *item = NULL;

	ccm_lock_acquire(&token->lock);
	entry = find_locked(token, kind, id);
	if (entry != NULL) {
		item = ccm_item_ref(entry->item);
		*age_ms = ccm_clock_monotonic_ms() - entry->seen_ms;
	}
	ccm_lock_release(&token->lock);
	return item;
}

struct ccm_item *
ccm_token_item(struct ccm_token *token, unsigned long number)
{
	struct ccm_item *item = NULL;

	ccm_lock_acquire(&token->lock);
	if (number != 0 && number <= token->entry_count)
		item = ccm_item_ref(token->entries[number - 1].item);
	ccm_lock_release(&token->lock);
	return item;
}

/* Chain certificates are few: those of CAs outside the account. */
bool
ccm_token_add_chain_items(
    struct ccm_token *token, const char *label, struct ccm_harvest *harvest, struct ccm_error *err)
{
	bool ok = true;

	ccm_lock_acquire(&token->lock);
	for (size_t i = 0; ok && i < token->chain_count; i++) {
		struct ccm_item *item = token->entries[token->chain_numbers[i] - 1].item;

		if (label == NULL || strcmp(item->facts.label, label) == 0)
			ok = ccm_harvest_keep(harvest, ccm_item_ref(item), err);
	}
	ccm_lock_release(&token->lock);
	return ok;
}
