/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_LOCAL_VIEW_H
#define CCM_LOCAL_VIEW_H

/* For the model only: what is in the keystore, without any key being opened. */

#include "core/config.h"
#include "model/local.h"
#include "model/token.h"
#include "store/journal.h"

struct ccm_local_key {
	struct ccm_vault_key key; /* strings and spans are the view's */
	char **resources;         /* certificates of this key, the newest first */
	size_t resource_count;
};

enum ccm_local_index {
	CCM_LOCAL_BY_REF,
	CCM_LOCAL_BY_ID,
	CCM_LOCAL_BY_LABEL,
	CCM_LOCAL_BY_PUBLIC_KEY,
	CCM_LOCAL_BY_RESOURCE, /* id of a certificate */
	CCM_LOCAL_INDEXES
};
struct ccm_local_entry {
	struct ccm_span by;
	const struct ccm_local_key *key;
};

/* Immutable, made without a lock, swapped under one. */
struct ccm_local_view {
	atomic_uint refs;
	struct ccm_vault_stamp stamp;
	struct ccm_local_key *keys;
	size_t count;
	size_t without; /* keys that no certificate is known of */
	struct ccm_local_entry *entries[CCM_LOCAL_INDEXES]; /* sorted */
	size_t entry_count[CCM_LOCAL_INDEXES];
};

struct ccm_local;
/* Opens nothing. config must outlive it. */
struct ccm_local *ccm_local_new(const struct ccm_config *config, struct ccm_error *err);
void ccm_local_free(struct ccm_local *local); /* NULL is allowed */
/* As it is now, referenced; NULL when it cannot be read, which is logged. */
struct ccm_local_view *ccm_local_look(struct ccm_local *local);
/* The same, where that is an error. */
struct ccm_local_view *ccm_local_read(struct ccm_local *local, struct ccm_error *err);
void ccm_local_view_unref(struct ccm_local_view *view); /* NULL is allowed */
/* The keys that have this: the first, and how many; 0 of no view. */
size_t ccm_local_view_find(const struct ccm_local_view *view, enum ccm_local_index index,
    struct ccm_span by, const struct ccm_local_entry **first);
const struct ccm_local_key *ccm_local_view_key(
    const struct ccm_local_view *view, enum ccm_local_index index, struct ccm_span by);
struct ccm_vault *ccm_local_vault_of(struct ccm_local *local);
bool ccm_local_unlock_of(struct ccm_local *local, struct ccm_error *err);

/* model.c */
struct ccm_local *ccm_model_local(struct ccm_model *model);

/* local_item.c: facts of a certificate that is linked to a key. The view keeps what they borrow. */
void ccm_local_complete(struct ccm_facts *facts, const struct ccm_local_view *view);
/* Keys that the query selects and of which nothing was found yet, added to out. */
bool ccm_local_find(struct ccm_token *token, const struct ccm_query *query, struct ccm_items *out,
    struct ccm_error *err);
/* The item's key, opened; NULL without err set: it is none of the keystore's. */
struct ccm_key *ccm_local_open(struct ccm_item *item, struct ccm_error *err);
/* The key of a reference, wherever it is kept. */
struct ccm_key *ccm_local_open_ref(
    struct ccm_model *model, struct ccm_span ref, struct ccm_error *err);
/* The public half of an item of kind CCM_ITEM_KEY, borrowed from it. */
EVP_PKEY *ccm_local_public_key(struct ccm_item *item, struct ccm_error *err);
bool ccm_local_public_info(struct ccm_item *item, struct ccm_span *info, struct ccm_error *err);
/* DER SubjectPublicKeyInfo, appended. */
bool ccm_local_write_public(const EVP_PKEY *pkey, struct ccm_buf *out, struct ccm_error *err);
/* An item of a key. */
struct ccm_item *ccm_local_item(
    struct ccm_token *token, const struct ccm_vault_key *key, struct ccm_error *err);
/* The HSM cluster that the item's key is in, "": the keystore; to be freed. */
char *ccm_local_keeper(const struct ccm_item *item, struct ccm_error *err);
/* A certificate was seen: if its key is one of the keystore's, that is remembered. */
void ccm_local_learn(struct ccm_item *item, const struct ccm_cert *cert);
/* Could its key be one of the keystore's, which only its certificate tells? */
bool ccm_local_may_hold(const struct ccm_item *item);

#endif
