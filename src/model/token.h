/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_TOKEN_H
#define CCM_TOKEN_H

/*
 * A token from the inside: its registry (every item ever seen, by number and by id), the views
 * that answers were kept as, and how the service is asked (a source).
 */

#include "core/fork.h"
#include "model/view.h"

struct ccm_harvest;
struct ccm_local_view;

#define CCM_STATES_MAX 2

/* Where a token's items come from. One source a service: pca.c, scm.c. */
struct ccm_source {
	const char *name; /* CK_TOKEN_INFO.model */
	/* Records tell neither the kind of a certificate's key nor whether there is a private one;
	 * the export does, and the key comes with it. */
	bool keys_by_export;
	/* The states of the certificates that a listing asks for; NULL is any. How many. */
	size_t (*states)(
	    const struct ccm_token_config *config, const char *states[static CCM_STATES_MAX]);
	bool name_of_any; /* a listing of a name has certificates in any state */
	/* Whether a CKA_ID can be one of the service's at all. */
	bool (*has_id)(const unsigned char id[static CCM_ITEM_ID_LEN]);
	/* Whether there is a certificate in this state; NULL: in every one. */
	bool (*has_certificate)(const char *status);
	/* The resource id that a CKA_ID stands for. */
	void (*resource_of_id)(const unsigned char id[static CCM_ITEM_ID_LEN], char out[static 40]);
	/*
	 * Hand the facts of each certificate or CA (kind) to ccm_harvest_add; name narrows to
	 * common names that contain it (NULL: all).
	 */
	bool (*list)(struct ccm_token *token, enum ccm_item_kind kind, const char *name,
	    struct ccm_harvest *harvest, struct ccm_error *err);
	/* The same for one id; not existing is CCM_NOT_FOUND. */
	bool (*get)(struct ccm_token *token, enum ccm_item_kind kind, const char *resource_id,
	    struct ccm_harvest *harvest, struct ccm_error *err);
	/* Export the item; the key only when key is not NULL. With keys_by_export it may stay NULL.
	 */
	bool (*export)(struct ccm_item *item, struct ccm_bundle **bundle, struct ccm_key **key,
	    struct ccm_error *err);
	const struct ccm_operation *delete; /* of a certificate, by its certificate_id */
};
extern const struct ccm_source ccm_source_pca, ccm_source_scm;

/* Items as they come in from the service; references. */
struct ccm_cached_batch;
struct ccm_harvest {
	struct ccm_token *token;
	struct ccm_item **items;
	size_t count;
	int64_t seen_ms;                /* monotonic: when they were told; 0: now */
	struct ccm_cached_batch *batch; /* goes into the cache, too; NULL: does not */
	bool cache_only;                /* and nowhere else */
	struct ccm_sync *sync;          /* that it is for, or NULL */
	bool incomplete;                /* there is more than the service showed */
	int64_t complete_ms; /* all that was told until then (wall clock) is in the cache; 0: it
				isn't */
	bool only_new;       /* what came in is what was added to that */
	struct ccm_local_view *keys; /* of the keystore, once it was looked at */
	bool looked;
};
/* Intern the facts and keep the item, if it is in the token's scope. */
bool ccm_harvest_add(
    struct ccm_harvest *harvest, const struct ccm_facts *facts, struct ccm_error *err);
bool ccm_harvest_keep(
    struct ccm_harvest *harvest, struct ccm_item *take_item, struct ccm_error *err);
/* A view of the items, whose references it takes. */
struct ccm_view *ccm_harvest_view(struct ccm_harvest *harvest, struct ccm_error *err);
void ccm_harvest_clear(struct ccm_harvest *harvest);

struct ccm_registry_entry {
	struct ccm_item *item;
	int64_t seen_ms; /* monotonic: when the service last told of it */
};

struct ccm_kept_view {
	char *key;
	struct ccm_view *view;
};

/* learned.c: the items whose certificates this process has, by what those are looked up by. */
enum ccm_digest { CCM_DIGEST_SHA256, CCM_DIGEST_SHA1, CCM_DIGEST_KEY, CCM_DIGESTS };
struct ccm_learned_entry {
	uint64_t prefix; /* of the digest */
	uint32_t number; /* of the item */
	uint32_t next;   /* in its chain: index + 1 */
};
struct ccm_learned {
	struct ccm_learned_entry *entries;
	size_t count;
	uint32_t *heads;
	size_t slots;
};

#define CCM_KEPT_VIEWS 64

/* When the cache's listing was told, as it said; asked again from then on (monotonic). */
struct ccm_told {
	int64_t wall_ms, until_ms;
};

struct ccm_token {
	struct ccm_model *model;
	const struct ccm_token_config *config;
	const struct ccm_source *source;
	struct ccm_hsm *hsm; /* of the model, or NULL */
	size_t index;
	char serial[17];
	char *literal; /* that every name in scope contains; "": nothing */

	struct ccm_lock lock;               /* of all below */
	struct ccm_registry_entry *entries; /* number - 1 */
	size_t entry_count;
	uint32_t *by_id; /* open addressing over entries, index + 1 */
	size_t id_slots;
	unsigned long *chain_numbers; /* the entries that are chain certificates */
	size_t chain_count;
	struct ccm_kept_view kept[CCM_KEPT_VIEWS]; /* answers by what was asked */
	size_t kept_next;                          /* the next to give way */
	struct ccm_error failure;                  /* why the service cannot be asked ... */
	int64_t quiet_until_ms;                    /* ... before then (monotonic) */
	unsigned failures;                         /* in a row */
	bool told;                                 /* the log of the last one */
	bool shared_outage;                        /* other processes know of it, too */
	struct ccm_learned learned;
	bool told_unfetched;         /* the log, that a search has left out what is not here */
	atomic_uint vanished;        /* items that the service had listed, and had not */
	struct ccm_told told_all[2]; /* of certificates, and of CAs */
};

/* registry.c: interning. Returns a reference to the one item of these facts, which the service told
 * then (monotonic; 0: now). */
struct ccm_item *ccm_token_intern(struct ccm_token *token, const struct ccm_facts *facts,
    struct ccm_material *material, int64_t seen_ms, struct ccm_error *err);
/* The item of this kind and id as last seen, referenced, or NULL; *age_ms since then. */
struct ccm_item *ccm_token_known(struct ccm_token *token, enum ccm_item_kind kind,
    const unsigned char id[static CCM_ITEM_ID_LEN], int64_t *age_ms);
/* References to the chain certificates known so far (label NULL: all), added to the harvest. */
bool ccm_token_add_chain_items(
    struct ccm_token *token, const char *label, struct ccm_harvest *harvest, struct ccm_error *err);

/* learned.c. SHA-256 of the public key is that of its SubjectPublicKeyInfo. */
void ccm_token_learn(struct ccm_item *item, const struct ccm_cert *cert);
/* The items of the kinds, referenced and added to out: to be compared. */
bool ccm_token_learned(struct ccm_token *token, unsigned kinds, enum ccm_digest digest,
    struct ccm_span value, struct ccm_items *out);

/* question.c: everything is asked for again. */
void ccm_token_forget_answers(struct ccm_token *token);

/* outage.c. False: not now, err tells why not. */
bool ccm_token_may_ask(struct ccm_token *token, struct ccm_error *err);
void ccm_token_note_outcome(struct ccm_token *token, const struct ccm_error *failure);
/* Whether what is so old may be used for this failure; the first time it is said in the log. */
bool ccm_token_may_use(struct ccm_token *token, int64_t age_ms, const struct ccm_error *why);

/* ask.c: views of one kind, from the kept ones while fresh, else from the service. Referenced. */
struct ccm_view *ccm_token_view_all(
    struct ccm_token *token, enum ccm_item_kind kind, struct ccm_error *err);
struct ccm_view *ccm_token_view_of_name(
    struct ccm_token *token, enum ccm_item_kind kind, const char *name, struct ccm_error *err);
/* Of what is known without asking; NULL: of nothing with this serial number (DER). */
struct ccm_view *ccm_token_view_of_serial(
    struct ccm_token *token, enum ccm_item_kind kind, struct ccm_span serial);
struct ccm_view *ccm_token_view_of_id(struct ccm_token *token, enum ccm_item_kind kind,
    const unsigned char id[static CCM_ITEM_ID_LEN], struct ccm_error *err);
/* True when a kept listing of all CAs, fresh or not, lacks this id. */
bool ccm_token_lacks_ca(struct ccm_token *token, const unsigned char id[static CCM_ITEM_ID_LEN]);

/* hsm.c: may the item's key be in the cluster that its token is bound to? */
bool ccm_item_may_be_in_hsm(const struct ccm_item *item);
/* Look for it there, unless that was done lately; what is found is the item's key from then on.
 * True when it is known whether there is one. */
bool ccm_item_look_in_hsm(struct ccm_item *item, struct ccm_error *err);
/* The key that was found, or may be found. */
bool ccm_item_may_have_hsm_key(const struct ccm_item *item);

/* material.c: the service lists it no longer as it did: names are asked for again. */
void ccm_item_note_vanished(struct ccm_item *item);

/* chain.c: let the account's CAs have their certificates from an item's chain, and make items of
 * those chain certificates that are no CAs of the account. */
void ccm_token_learn_chain(struct ccm_item *item, const struct ccm_bundle *bundle);

/* True for the spellings of the state in which a CA may issue. */
bool ccm_status_is_active(const char *status);

#endif
