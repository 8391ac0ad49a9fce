/* SPDX-License-Identifier: Apache-2.0 */
#include "model/item.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "model/crl.h"
#include "model/tags.h"
#include "model/token.h"

void
ccm_public_free(struct ccm_public *public)
{
	if (public == NULL)
		return;
	EVP_PKEY_free(public->pkey);
	ccm_buf_clear(&public->info);
	ccm_free(public);
}

struct ccm_public *
ccm_public_new(struct ccm_span info, struct ccm_error *err)
{
	struct ccm_public *public = ccm_alloc(sizeof(*public), err);

	if (public == NULL)
		return NULL;
	public->pkey = ccm_pkey_from_spki(info, err);
	if (public->pkey != NULL && ccm_buf_append(&public->info, info.data, info.len, err))
		return public;
	ccm_public_free(public);
	return NULL;
}

struct ccm_material *
ccm_material_new(struct ccm_error *err)
{
	struct ccm_material *material = ccm_alloc(sizeof(*material), err);

	if (material != NULL)
		atomic_init(&material->refs, 1);
	return material;
}

void
ccm_material_unref(struct ccm_material *material)
{
	if (material == NULL || atomic_fetch_sub(&material->refs, 1) != 1)
		return;
	ccm_bundle_free(atomic_load(&material->bundle));
	ccm_public_free(atomic_load(&material->public));
	ccm_key_unref(atomic_load(&material->key));
	ccm_kept_crl_free(material->crl);
	ccm_kept_tags_free(material->tags);
	ccm_free(material);
}

/* Where the strings of the facts are, for copying and comparing them all alike. */
#define STRINGS(f)                                                                                \
	{                                                                                         \
		&(f)->resource_id, &(f)->label, &(f)->status, &(f)->issuer_id, &(f)->issuer_name, \
		    &(f)->serial, &(f)->key_algorithm, &(f)->gen_mode, &(f)->cluster_id,          \
		    &(f)->crl_url, &(f)->enc_serial                                               \
	}

bool
ccm_facts_equal(const struct ccm_facts *a, const struct ccm_facts *b)
{
	const char *const *of_a[] = STRINGS(a), *const * of_b[] = STRINGS(b);

	for (size_t i = 0; i < CCM_COUNT(of_a); i++) {
		if (strcmp(*of_a[i], *of_b[i]) != 0)
			return false;
	}
	return ccm_span_equal(a->cka_id, b->cka_id) && a->local == b->local &&
	       memcmp(a->key_ref, b->key_ref, sizeof(a->key_ref)) == 0 && a->kind == b->kind &&
	       a->root == b->root && a->not_before == b->not_before &&
	       a->not_after == b->not_after && memcmp(a->id, b->id, sizeof(a->id)) == 0;
}

struct ccm_item *
ccm_item_new(struct ccm_token *token, unsigned long number, const struct ccm_facts *facts,
    struct ccm_material *material, struct ccm_error *err)
{
	const char *const *from[] = STRINGS(facts);
	struct ccm_item *item;
	size_t size = facts->cka_id.len, used = 0;

	for (size_t i = 0; i < CCM_COUNT(from); i++)
		size += strlen(*from[i]) + 1;
	item = ccm_alloc(sizeof(*item) + size, err);
	if (item == NULL)
		return NULL;
	atomic_init(&item->refs, 1);
	item->token = token;
	item->number = number;
	item->facts = *facts;
	const char **to[] = STRINGS(&item->facts);

	for (size_t i = 0; i < CCM_COUNT(from); i++) {
		size_t len = strlen(*from[i]) + 1;

		*to[i] = memcpy(item->text + used, *from[i], len);
		used += len;
	}
	if (facts->cka_id.len != 0)
		item->facts.cka_id.data =
		    memcpy(item->text + used, facts->cka_id.data, facts->cka_id.len);
	atomic_fetch_add(&material->refs, 1);
	item->material = material;
	return item;
}

struct ccm_item *
ccm_item_ref(struct ccm_item *item)
{
	atomic_fetch_add_explicit(&item->refs, 1, memory_order_relaxed);
	return item;
}

void
ccm_item_unref(struct ccm_item *item)
{
	if (item == NULL || atomic_fetch_sub(&item->refs, 1) != 1)
		return;
	ccm_material_unref(item->material);
	ccm_free(item);
}

static bool
valid_at(int64_t from_ms, int64_t end_ms, int64_t now_ms)
{
	return from_ms <= now_ms && (end_ms == 0 || now_ms <= end_ms);
}

/* By the listing's times, which stand still, unlike the certificate's own that an export brings. */
static int
compare(const void *left, const void *right, void *context)
{
	const struct ccm_item *a = *(struct ccm_item *const *)left;
	const struct ccm_item *b = *(struct ccm_item *const *)right;
	const int64_t *now_ms = context;
	int order = strcmp(a->facts.label, b->facts.label);
	bool a_valid, b_valid;

	if (a->facts.kind != b->facts.kind)
		return a->facts.kind < b->facts.kind ? -1 : 1;
	if (order != 0)
		return order;
	a_valid = valid_at(a->facts.not_before, a->facts.not_after, *now_ms);
	b_valid = valid_at(b->facts.not_before, b->facts.not_after, *now_ms);
	if (a_valid != b_valid)
		return a_valid ? -1 : 1;
	if (a->facts.not_after != b->facts.not_after)
		return a->facts.not_after > b->facts.not_after ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

void
ccm_item_sort(struct ccm_item **items, size_t count)
{
	int64_t now_ms = ccm_clock_now_ms();

	if (count > 1)
		qsort_r(items, count, sizeof(items[0]), compare, &now_ms);
}

/* The accessors of model.h */

unsigned long
ccm_item_number(const struct ccm_item *item)
{
	return item->number;
}

enum ccm_item_kind
ccm_item_kind(const struct ccm_item *item)
{
	return item->facts.kind;
}

struct ccm_span
ccm_item_identity(const struct ccm_item *item)
{
	return CCM_SPAN(item->facts.id, sizeof(item->facts.id));
}

struct ccm_span
ccm_item_id(const struct ccm_item *item)
{
	return item->facts.cka_id.len != 0 ? item->facts.cka_id
					   : CCM_SPAN(item->facts.id, sizeof(item->facts.id));
}

const char *
ccm_item_label(const struct ccm_item *item)
{
	return item->facts.label;
}

const char *
ccm_item_resource_id(const struct ccm_item *item)
{
	return item->facts.resource_id;
}

const char *
ccm_item_status(const struct ccm_item *item)
{
	return item->facts.status;
}

const char *
ccm_item_issuer_id(const struct ccm_item *item)
{
	return item->facts.issuer_id;
}

const char *
ccm_item_gen_mode(const struct ccm_item *item)
{
	return item->facts.gen_mode;
}

const char *
ccm_item_crl_url(const struct ccm_item *item)
{
	return item->facts.crl_url;
}

struct ccm_token *
ccm_item_token(const struct ccm_item *item)
{
	return item->token;
}

enum ccm_trust
ccm_item_trust(const struct ccm_item *item)
{
	const struct ccm_facts *facts = &item->facts;
	bool in_force =
	    facts->kind == CCM_ITEM_CA && facts->root && ccm_status_is_active(facts->status) &&
	    valid_at(ccm_item_not_before_ms(item), ccm_item_not_after_ms(item), ccm_clock_now_ms());

	return in_force
		   ? ccm_token_config_trust(item->token->config, facts->resource_id, facts->label)
		   : CCM_TRUST_NO;
}

bool
ccm_item_is_trusted(const struct ccm_item *item)
{
	return ccm_item_trust(item) != CCM_TRUST_NO;
}

bool
ccm_item_is_trusted_for(const struct ccm_item *item, enum ccm_trust purpose)
{
	enum ccm_trust trust = ccm_item_trust(item);

	return trust == CCM_TRUST_YES || trust == purpose;
}

bool
ccm_item_is_distrusted(const struct ccm_item *item)
{
	return strcmp(item->facts.status, "REVOKED") == 0;
}
