/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_MODEL_H
#define CCM_MODEL_H

/*
 * What both faces show: tokens, and in them items. An item is one certificate or CA of the account
 * (or a chain certificate that is neither); each face makes its objects from it (certificate,
 * public key, private key). One model serves a process, however often the library is loaded.
 *
 * Nothing here touches the network before the first ccm_token_find() or material call. All
 * functions are safe for many threads; what they return stays valid while a reference is held.
 */

#include "cloud/client.h"
#include "key/hsm.h"
#include "key/key.h"
#include "model/cert.h"

struct ccm_model;
struct ccm_token;
struct ccm_item;

/*
 * The process's model, made at first use from ccm_config_load(path) (NULL: the usual places), and a
 * reference to it. A failure is not kept: the next call tries again. Once it is made, another path
 * is an error: one configuration is for the whole process.
 */
struct ccm_model *ccm_model_get(const char *config_path, struct ccm_error *err);
/* A model of its own over any transport (taken), for tests and the tool. Takes config. */
struct ccm_model *ccm_model_new(
    struct ccm_config *take_config, struct ccm_http *take_transport, struct ccm_error *err);
struct ccm_model *ccm_model_ref(struct ccm_model *model);
void ccm_model_unref(struct ccm_model *model); /* NULL is allowed */

const struct ccm_config *ccm_model_config(const struct ccm_model *model);
/* The configured ttl less up to an eighth, drawn once a process: hosts that began together do not
 * ask together for ever. */
int64_t ccm_model_ttl_ms(const struct ccm_model *model);
struct ccm_client *ccm_model_client(struct ccm_model *model);
/* What processes share of what the service told, or NULL. */
struct ccm_cache *ccm_model_cache(struct ccm_model *model);
/* The account was changed: everything is asked for again, by other processes, too. */
void ccm_model_expire(struct ccm_model *model);
size_t ccm_model_token_count(const struct ccm_model *model);
struct ccm_token *ccm_model_token(struct ccm_model *model, size_t index); /* lives with the model */

const char *ccm_token_label(const struct ccm_token *token);
const char *ccm_token_serial(const struct ccm_token *token);     /* 16 hex digits, stable, unique */
const char *ccm_token_service(const struct ccm_token *token);    /* "PCA" or "SCM" */
const char *ccm_token_model_name(const struct ccm_token *token); /* the same, or "PCA HSM" */
#define CCM_MANUFACTURER "Cloud Certificate Manager"
size_t ccm_token_index(const struct ccm_token *token);
/* Whether the token's private keys can be had at all (configuration `keys`). */
bool ccm_token_has_keys(const struct ccm_token *token);

/* Are its private keys there only for who logged in? May programs change nothing in it? */
bool ccm_token_needs_login(const struct ccm_token *token);
bool ccm_token_is_read_only(const struct ccm_token *token);
/* Does it show certificates that are revoked? */
bool ccm_token_shows_revoked(const struct ccm_token *token);
/* The cluster that the token is bound to, and its settings; NULL: none. */
const struct ccm_hsm_config *ccm_token_hsm(const struct ccm_token *token);
/* A cluster of the configuration, borrowed; CCM_CONFIG when it has no [hsm]. */
struct ccm_hsm *ccm_model_hsm(struct ccm_model *model, const char *cluster, struct ccm_error *err);

/* A KEY is a pair made here that has no certificate (yet): local.h. An ENCRYPTION is the other half
 * of an SM2 double certificate: it is encrypted to, its CERTIFICATE signs. */
enum ccm_item_kind {
	CCM_ITEM_CERTIFICATE = 1,
	CCM_ITEM_CA = 2,
	CCM_ITEM_CHAIN = 4,
	CCM_ITEM_KEY = 8,
	CCM_ITEM_ENCRYPTION = 16
};
#define CCM_ITEM_ANY \
	(CCM_ITEM_CERTIFICATE | CCM_ITEM_CA | CCM_ITEM_CHAIN | CCM_ITEM_KEY | CCM_ITEM_ENCRYPTION)

/*
 * What to look for. Zero members don't narrow. Everything given must match; each member is an
 * exact match. Lookups by id and by label ask the service for just that (design rule 4): a name
 * that a certificate has is not looked for among the CAs, unless only those are asked for. The
 * others need the listing. What only certificates tell (public key, digests, names, ...) is looked
 * for among those that were exported once, by whatever process that shares the cache; where none of
 * them is it, those not exported yet are, if they are CCM_SEARCH_EXPORTS or fewer: else they are
 * left out, which is logged (`ccm sync --certificates` exports them all).
 */
#define CCM_SEARCH_EXPORTS 200

struct ccm_query {
	unsigned kinds;                  /* of enum ccm_item_kind, 0 is any */
	struct ccm_span id;              /* CKA_ID */
	const char *label;               /* common name */
	struct ccm_span subject, issuer; /* DER Name, compared as names */
	struct ccm_span serial;          /* DER INTEGER */
	struct ccm_span certificate;     /* DER certificate */
	struct ccm_span public_key;      /* DER SubjectPublicKeyInfo */
	const char *ca;                  /* id or common name of the issuing CA */
	const char *status;
	struct ccm_span sha1, sha256; /* fingerprint of the certificate */
	struct {
		const char *digest;
		struct ccm_span value;
	} fingerprint;     /* of the public key's SubjectPublicKeyInfo or of the certificate */
	const char *san;   /* DNS name or IP address of the certificate: ccm_cert_has_san() */
	bool certificates; /* what is found will be asked for its certificate */
	bool with_key;     /* only items whose private key can be had */
	bool keys; /* what is found will be asked for its keys: ccm_item_settle() it, or leave it
		      out */
};

/* Items found: referenced, in the defined order: certificates, CAs, chain certificates; within a
 * name the one valid now that ends last comes first. */
struct ccm_items {
	struct ccm_item **items;
	size_t count;
};
bool ccm_token_find(struct ccm_token *token, const struct ccm_query *query, struct ccm_items *out,
    struct ccm_error *err);
void ccm_items_clear(struct ccm_items *items);
/* Their certificates, from the cache, else exported over several connections at once: for who will
 * ask for each. Those that cannot be had stay without; only an outage is an error. */
bool ccm_items_fetch(struct ccm_item *const *items, size_t count, struct ccm_error *err);

/* The item of a handle number, referenced; NULL when the number was never given out. */
struct ccm_item *ccm_token_item(struct ccm_token *token, unsigned long number);

struct ccm_item *ccm_item_ref(struct ccm_item *item);
void ccm_item_unref(struct ccm_item *item); /* NULL is allowed */

/* Known without an export. Strings are "" when the service did not say. */
unsigned long ccm_item_number(
    const struct ccm_item *item); /* 1..., stable in this process, per token */
enum ccm_item_kind ccm_item_kind(const struct ccm_item *item);
struct ccm_span ccm_item_identity(const struct ccm_item *item); /* 16 bytes, the kind's own */
struct ccm_span ccm_item_id(const struct ccm_item *item);       /* CKA_ID, mostly 16 bytes */
const char *ccm_item_label(const struct ccm_item *item);        /* common name */
const char *ccm_item_resource_id(const struct ccm_item *item);  /* the service's id */
const char *ccm_item_status(const struct ccm_item *item);
const char *ccm_item_issuer_id(const struct ccm_item *item);
const char *ccm_item_gen_mode(const struct ccm_item *item);
/* Of a CA: the cluster that the service says its key is in. Of a certificate: where it was found.
 */
const char *ccm_item_cluster_id(const struct ccm_item *item);
const char *ccm_item_crl_url(const struct ccm_item *item); /* of a CA that publishes a CRL: crl.h */
const char *ccm_item_hsm_project(const struct ccm_item *item); /* as configured, else "" */
/* The certificate's own once it was exported, before that the listing's. */
int64_t ccm_item_not_before_ms(const struct ccm_item *item);
int64_t ccm_item_not_after_ms(const struct ccm_item *item);
struct ccm_token *ccm_item_token(const struct ccm_item *item);
/* What it is an anchor for: a root in force, as the configuration has it. */
enum ccm_trust ccm_item_trust(const struct ccm_item *item);
bool ccm_item_is_trusted(const struct ccm_item *item); /* for anything */
bool ccm_item_is_trusted_for(const struct ccm_item *item, enum ccm_trust purpose);
bool ccm_item_is_distrusted(const struct ccm_item *item); /* the service says: revoked */

/*
 * Of PCA's items these are known without an export, of SCM's only after one, which they make at
 * their first use: what cannot be exported has no key, or none of a known type. Who has to tell
 * that from an outage settles the item first.
 */
bool ccm_item_settle(struct ccm_item *item, struct ccm_error *err);
bool ccm_item_has_key(struct ccm_item *item); /* a private key can be had */
enum ccm_key_type ccm_item_key_type(struct ccm_item *item);
/* Of an SM2 pair each has its one use; all others have both. */
bool ccm_item_signs(const struct ccm_item *item);
bool ccm_item_decrypts(const struct ccm_item *item);
/* The same as ccm_item_has_key without any export: true as long as there may be one. */
bool ccm_item_may_have_key(const struct ccm_item *item);
/* RSA2048, EC256, ...; "" when not known yet. */
const char *ccm_item_key_algorithm(const struct ccm_item *item);

/*
 * The certificate, its chain (issuer first, root last, without the certificate itself), the key:
 * exported at first use, kept from then on. The certificate and chain are borrowed from the item.
 * The key is a new reference; it comes by its own export with a one-time password and is checked
 * against the certificate.
 */
const struct ccm_cert *ccm_item_certificate(struct ccm_item *item, struct ccm_error *err);
bool ccm_item_chain(
    struct ccm_item *item, struct ccm_cert *const **certs, size_t *count, struct ccm_error *err);
struct ccm_key *ccm_item_key(struct ccm_item *item, struct ccm_error *err);
/* The public key, of the private context, and its DER SubjectPublicKeyInfo; also of a KEY, which
 * has no certificate. Borrowed from the item; NULL for a kind of key that is not known. */
EVP_PKEY *ccm_item_public_key(struct ccm_item *item, struct ccm_error *err);
bool ccm_item_public_info(struct ccm_item *item, struct ccm_span *info, struct ccm_error *err);

/*
 * Delete the certificate at the service, for good, and with it the key that the service made for
 * it; one that was made here stays. Who holds the item keeps what he has; nobody finds it from then
 * on. In which state a certificate may be deleted is the service's to say. CCM_UNSUPPORTED: it is
 * no certificate of the account's.
 */
bool ccm_item_delete(struct ccm_item *item, struct ccm_error *err);

/* Does it tell of reaching the service, not of the thing asked for? What was seen before is used
 * then, and the error logged once. */
bool ccm_code_is_outage(enum ccm_code code);

#endif
