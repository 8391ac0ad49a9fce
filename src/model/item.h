/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_ITEM_H
#define CCM_ITEM_H

/*
 * Items from the inside: the facts that the service lists, and the material (certificate, chain,
 * key) that an export brings. Facts are immutable; when the service tells new ones, a new item with
 * the same number and the same material takes the old one's place. Material is filled once, by
 * compare-and-swap: two threads may export at the same time, the first result stays.
 */

#include <stdatomic.h>

#include "model/identity.h"
#include "model/model.h"
#include "store/cache.h"
#include "store/vault.h"

/* Strings are never NULL. */
struct ccm_facts {
	enum ccm_item_kind kind;
	bool root;                         /* a CA that issued itself */
	unsigned char id[CCM_ITEM_ID_LEN]; /* of the resource; CKA_ID, unless ... */
	struct ccm_span cka_id;            /* ... its key, made here, has this one */
	bool local;                        /* the private key is one of the keystore's: */
	unsigned char key_ref[CCM_VAULT_REF_LEN];
	const char *resource_id, *label, *status, *issuer_id, *issuer_name, *serial;
	const char *key_algorithm, *gen_mode, *cluster_id;
	const char *crl_url;           /* of a CA that publishes a CRL */
	const char *enc_serial;        /* of the other certificate of an SM2 pair: pair.h */
	int64_t not_before, not_after; /* ms; 0 when not told */
};

/* What an export brings. chain: issuer first, without the certificate itself. */
struct ccm_bundle {
	struct ccm_cert *cert;
	struct ccm_cert **chain;
	size_t chain_count;
};
/* References cert and, from issuer to issuer, those of chain that belong to it. */
struct ccm_bundle *ccm_bundle_new(
    struct ccm_cert *cert, struct ccm_cert **chain, size_t count, struct ccm_error *err);
/* The bundle of the chain's certificate at index. */
struct ccm_bundle *ccm_bundle_tail(
    const struct ccm_bundle *of, size_t index, struct ccm_error *err);
void ccm_bundle_free(struct ccm_bundle *bundle); /* NULL is allowed */

/* The public half of a key that has no certificate. */
struct ccm_public {
	struct ccm_buf info; /* DER SubjectPublicKeyInfo */
	EVP_PKEY *pkey;
};
struct ccm_public *ccm_public_new(struct ccm_span info, struct ccm_error *err);
void ccm_public_free(struct ccm_public *public); /* NULL is allowed */

struct ccm_material {
	atomic_uint refs;
	_Atomic(struct ccm_public *) public;
	_Atomic(struct ccm_bundle *) bundle;
	_Atomic(struct ccm_key *) key;
	struct ccm_kept_crl *crl;          /* crl.c's, under its lock */
	struct ccm_kept_tags *tags;        /* tags.c's, likewise */
	_Atomic int64_t not_in_hsm_ms;     /* monotonic: when it was looked for in vain; 0: never */
	_Atomic(enum ccm_cache_key) known; /* whether there is a key, where only an export tells */
};
struct ccm_material *ccm_material_new(struct ccm_error *err);
void ccm_material_unref(struct ccm_material *material);

struct ccm_item {
	atomic_uint refs;
	struct ccm_token *token;
	unsigned long number;
	struct ccm_facts facts; /* strings point into text */
	struct ccm_material *material;
	char text[];
};

/* An item with a copy of the facts; material is referenced. */
struct ccm_item *ccm_item_new(struct ccm_token *token, unsigned long number,
    const struct ccm_facts *facts, struct ccm_material *material, struct ccm_error *err);
bool ccm_facts_equal(const struct ccm_facts *a, const struct ccm_facts *b);

/* Put items in the defined order of model.h, with validity judged now. */
void ccm_item_sort(struct ccm_item **items, size_t count);

#endif
