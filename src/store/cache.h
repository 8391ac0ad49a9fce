/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CACHE_H
#define CCM_CACHE_H

/*
 * What the service told, shared by the processes of one user: one database for each account and
 * endpoint. Records of certificates and CAs, when which question was answered, certificates and
 * chains (which never change), CRLs, and whether the service is down. No private key is ever in it.
 *
 * Whatever fails here costs calls of the service and no more, so nearly everything may be ignored
 * by who is not interested: what is not found is as good as what cannot be read. Times are of the
 * wall clock, in ms, since processes share them; a clock that was set back makes answers old, not
 * fresh for ever.
 */

#include "store/sql.h"

struct ccm_cache;

/*
 * folder: configured, or "" for $XDG_CACHE_HOME/ccm, /var/cache/ccm (root), ~/.cache/ccm. identity:
 * all that says whose account it is, where. Opens nothing. NULL without err set: there is no
 * folder to have it in.
 */
struct ccm_cache *ccm_cache_new(
    const char *folder, struct ccm_span identity, struct ccm_error *err);
void ccm_cache_free(struct ccm_cache *cache); /* NULL is allowed; so it is in all functions below */

#define CCM_CACHE_ID_LEN 16

/* A record. Strings are not NULL. service and kind are the caller's numbers. */
struct ccm_cache_record {
	int service, kind;
	unsigned char id[CCM_CACHE_ID_LEN];
	bool root;
	const char *resource_id, *label, *status, *issuer_id, *issuer_name, *serial;
	const char *key_algorithm, *gen_mode, *cluster_id, *crl_url, *enc_serial;
	int64_t not_before_ms, not_after_ms;
	int64_t seen_ms; /* when the service told it */
	bool second;     /* of a bundle: the record has two, and the other is meant */
};

/* Put them in the place of what was known of their ids. *added, when not NULL, counts up the new.
 */
bool ccm_cache_put(struct ccm_cache *cache, const struct ccm_cache_record *records, size_t count,
    int64_t *added, struct ccm_error *err);

/* Which records, of one service and kind. The first that is given selects. */
struct ccm_cache_selection {
	int service, kind;
	const unsigned char *id;
	const char *label;
	const char *serial;                        /* as the service wrote it */
	struct ccm_span sha1, sha256, spki_sha256; /* of a certificate that is in the cache */
	struct ccm_span subject_hash;
	bool unfetched; /* those whose certificate is not in the cache */
};
typedef bool (*ccm_cache_visit)(
    void *context, const struct ccm_cache_record *record, struct ccm_error *err);
bool ccm_cache_each(struct ccm_cache *cache, const struct ccm_cache_selection *selection,
    ccm_cache_visit visit, void *context, struct ccm_error *err);

/* How many are there in this state (NULL: any) whose label contains this (NULL: any). */
struct ccm_cache_range {
	int service, kind;
	const char *status, *part_of_label, *label;
};
bool ccm_cache_count(struct ccm_cache *cache, const struct ccm_cache_range *range, int64_t *count,
    struct ccm_error *err);
/* Forget those in the range that the service has not told of since then. */
bool ccm_cache_forget_unseen(struct ccm_cache *cache, const struct ccm_cache_range *range,
    int64_t since_ms, struct ccm_error *err);
bool ccm_cache_forget(struct ccm_cache *cache, int service, int kind,
    const unsigned char id[static CCM_CACHE_ID_LEN]);

/* When the question was answered; 0: never, or it cannot be told. */
int64_t ccm_cache_answered(struct ccm_cache *cache, const char *question);
bool ccm_cache_answer(
    struct ccm_cache *cache, const char *question, int64_t at_ms, struct ccm_error *err);
/* From now on everything is asked again; what is known stays for when the service fails. */
bool ccm_cache_expire(struct ccm_cache *cache, struct ccm_error *err);

/*
 * One process asks the others' question, too. True: it is ours for so long; so it is when the
 * cache cannot tell. Prolonged by taking it again with the same token.
 */
bool ccm_cache_lease(
    struct ccm_cache *cache, const char *question, const char *token, int64_t for_ms);
void ccm_cache_release(struct ccm_cache *cache, const char *question, const char *token);

/* Why a service is not to be asked, and until when. */
struct ccm_cache_outage {
	int64_t failures; /* in a row */
	int64_t until_ms;
	struct ccm_error cause;
};
bool ccm_cache_get_outage(struct ccm_cache *cache, int service, struct ccm_cache_outage *out);
void ccm_cache_put_outage(
    struct ccm_cache *cache, int service, const struct ccm_cache_outage *outage);
void ccm_cache_end_outage(struct ccm_cache *cache, int service);

/* A certificate with what it is looked up by; hashes have 32 bytes, sha1 has 20. */
struct ccm_cache_certificate {
	struct ccm_span der, sha256, sha1, spki_sha256, subject_hash;
	int64_t not_after_ms;
};
enum ccm_cache_key { CCM_CACHE_KEY_UNKNOWN, CCM_CACHE_KEY_NONE, CCM_CACHE_KEY_THERE };
struct ccm_cache_bundle {
	const struct ccm_cache_certificate *certificates; /* the first is the record's own */
	size_t count;
	enum ccm_cache_key key; /* whether the service has one, where only an export tells */
};
bool ccm_cache_put_bundle(struct ccm_cache *cache, const struct ccm_cache_record *record,
    const struct ccm_cache_bundle *bundle, struct ccm_error *err);
/* Each DER in turn; *key is set first. Nothing is visited when there is none. */
struct ccm_cache_der_visitor {
	bool (*visit)(void *context, struct ccm_span der, struct ccm_error *err);
	void *context;
};
bool ccm_cache_get_bundle(struct ccm_cache *cache, const struct ccm_cache_record *record,
    enum ccm_cache_key *key, struct ccm_cache_der_visitor visitor, struct ccm_error *err);

/* CRLs, by what their users name them (a URL). */
struct ccm_cache_crl {
	int64_t fetched_ms, next_update_ms; /* 0: not said */
	struct ccm_span der;
};
bool ccm_cache_put_crl(struct ccm_cache *cache, const char *name, const struct ccm_cache_crl *crl,
    struct ccm_error *err);
/* Visited when there is one. */
typedef bool (*ccm_cache_crl_visit)(
    void *context, const struct ccm_cache_crl *crl, struct ccm_error *err);
bool ccm_cache_get_crl(struct ccm_cache *cache, const char *name, ccm_cache_crl_visit visit,
    void *context, struct ccm_error *err);

#endif
