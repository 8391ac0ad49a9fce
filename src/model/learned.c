/* SPDX-License-Identifier: Apache-2.0 */
/* The items whose certificates this process has, by what only those tell. */
#include <string.h>

#include "core/crypto.h"
#include "model/token.h"

static uint64_t
prefix_of(enum ccm_digest digest, struct ccm_span value)
{
	uint64_t prefix;

	memcpy(&prefix, value.data, sizeof(prefix));
	return prefix ^ (uint64_t)digest << 62;
}

static void
chain_locked(struct ccm_learned *learned, size_t index)
{
	struct ccm_learned_entry *entry = &learned->entries[index];
	uint32_t *head = &learned->heads[entry->prefix & (learned->slots - 1)];

	entry->next = *head;
	*head = (uint32_t)index + 1;
}

/* Twice the heads, as long as there is memory. */
static bool
grow_locked(struct ccm_learned *learned)
{
	size_t slots = learned->slots != 0 ? 2 * learned->slots : 64;
	uint32_t *heads = ccm_alloc_array(slots, sizeof(*heads), NULL);

	if (heads == NULL)
		return learned->slots != 0;
	ccm_free(learned->heads);
	learned->heads = heads;
	learned->slots = slots;
	for (size_t i = 0; i < learned->count; i++)
		chain_locked(learned, i);
	return true;
}

/* Not being able to costs a look into the cache. */
static void
add_locked(struct ccm_learned *learned, uint64_t prefix, unsigned long number)
{
	if ((learned->count >= learned->slots && !grow_locked(learned)) ||
	    !ccm_grow_array(&learned->entries, learned->count, sizeof(learned->entries[0]), NULL))
		return;
	learned->entries[learned->count] =
	    (struct ccm_learned_entry){.prefix = prefix, .number = (uint32_t)number};
	chain_locked(learned, learned->count++);
}

void
ccm_token_learn(struct ccm_item *item, const struct ccm_cert *cert)
{
	const struct {
		const char *name;
		struct ccm_span of;
	} digests[CCM_DIGESTS] = {
	    [CCM_DIGEST_SHA256] = {"SHA256", ccm_cert_der(cert)},
	    [CCM_DIGEST_SHA1] = {"SHA1", ccm_cert_der(cert)},
	    [CCM_DIGEST_KEY] = {"SHA256", ccm_cert_spki(cert)},
	};
	struct ccm_token *token = item->token;
	uint64_t prefixes[CCM_DIGESTS];
	unsigned char hash[64];
	size_t len;

	for (size_t i = 0; i < CCM_DIGESTS; i++) {
		if (!ccm_digest(digests[i].name, digests[i].of, hash, &len, NULL))
			return;
		prefixes[i] = prefix_of((enum ccm_digest)i, CCM_SPAN(hash, len));
	}
	ccm_lock_acquire(&token->lock);
	for (size_t i = 0; i < CCM_DIGESTS; i++)
		add_locked(&token->learned, prefixes[i], item->number);
	ccm_lock_release(&token->lock);
}

bool
ccm_token_learned(struct ccm_token *token, unsigned kinds, enum ccm_digest digest,
    struct ccm_span value, struct ccm_items *out)
{
	const struct ccm_learned *learned = &token->learned;
	uint64_t prefix = prefix_of(digest, value);
	uint32_t at = 0;
	bool ok = true;

	ccm_lock_acquire(&token->lock);
	if (learned->slots != 0)
		at = learned->heads[prefix & (learned->slots - 1)];
	for (; ok && at != 0; at = learned->entries[at - 1].next) {
		const struct ccm_learned_entry *entry = &learned->entries[at - 1];
		struct ccm_item *item = token->entries[entry->number - 1].item;

		if (entry->prefix != prefix || (item->facts.kind & kinds) == 0)
			continue;
		ok = ccm_grow_array(&out->items, out->count, sizeof(out->items[0]), NULL);
		if (ok)
			out->items[out->count++] = ccm_item_ref(item);
	}
	ccm_lock_release(&token->lock);
	return ok;
}
