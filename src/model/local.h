/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_LOCAL_H
#define CCM_LOCAL_H

/*
 * Keys made here: those of the keystore (store/vault.h), as tokens show them. A certificate whose
 * public key is one of theirs gets its private key from there, and the key's id as CKA_ID. A key
 * without a certificate is an item of its own (CCM_ITEM_KEY): in the token that it was made in; one
 * that was made in none that is configured, in the first token with `keys = local`, else in the
 * first that shows keys at all.
 *
 * To make a key and name it in a configuration or a key reference:
 *
 *	struct ccm_local_spec spec = {.algorithm = "EC256", .label = "web"};
 *	struct ccm_item *item = ccm_local_generate(ccm_local_home(model), &spec, err);
 *	ok = item != NULL && ccm_uri_format(item, CCM_URI_PRIVATE, &uri, err);
 *	ccm_item_unref(item);
 *
 * The item is as good as any other: ccm_item_key() gives its key, the URI finds it from then on, in
 * every process.
 */

#include "model/model.h"
#include "store/vault.h"

struct ccm_local_spec {
	const char *algorithm; /* key/algorithm.h, in any case; not looked at when a key is kept */
	const char *label;     /* "": none */
	struct ccm_span id;    /* CKA_ID; empty: 16 random bytes */
	bool exportable;       /* may leave the keystore later */
	bool generated;        /* of one that is kept: made in this process, for the keystore */
};

/* The token where keys show that were made in none; NULL: no token shows keys. */
struct ccm_token *ccm_local_home(struct ccm_model *model);
/* Make a key that shows in this token: in the keystore, or in the HSM that the token is bound to,
 * where it stays. Or (pkey of the private context, borrowed) keep one that
 * was made elsewhere; the item is referenced. CCM_CONFLICT: it is there already. */
struct ccm_item *ccm_local_generate(
    struct ccm_token *token, const struct ccm_local_spec *spec, struct ccm_error *err);
struct ccm_item *ccm_local_keep(struct ccm_token *token, EVP_PKEY *pkey,
    const struct ccm_local_spec *spec, struct ccm_error *err);

/* Every key of the keystore, in the order in which they came, as items of kind CCM_ITEM_KEY. */
bool ccm_local_all(struct ccm_model *model, struct ccm_items *out, struct ccm_error *err);
/* What a listing says of one. */
struct ccm_local_facts {
	int64_t created_ms;
	bool exportable, generated;
	struct ccm_buf certificates; /* the service's ids, the newest first, by blanks */
};
bool ccm_local_describe(
    const struct ccm_item *item, struct ccm_local_facts *facts, struct ccm_error *err);

/* Is the item's private key one of the keystore's? Of a certificate, as far as is known. */
bool ccm_item_is_local(const struct ccm_item *item);
/* Of such an item: give the key another label and id, or destroy it. */
bool ccm_local_rename(
    struct ccm_item *item, const char *label, struct ccm_span id, struct ccm_error *err);
bool ccm_local_destroy(struct ccm_item *item, struct ccm_error *err);
/* Flags of enum ccm_vault_flags; 0 when the key is not of the keystore, or gone. */
unsigned ccm_local_flags(const struct ccm_item *item);
/* Is it one that is sealed in the keystore itself, and in no HSM? */
bool ccm_local_is_sealed(const struct ccm_item *item);
/* Of an item of kind CCM_ITEM_KEY: is it still there? */
bool ccm_local_exists(const struct ccm_item *item);
/* The PKCS#8 of a key that may leave; else CCM_DENIED. */
bool ccm_local_export(struct ccm_item *item, struct ccm_buf *pkcs8, struct ccm_error *err);

/* Open what a token's private keys are in, by the user's PIN: the keystore, as ccm_vault_unlock(),
 * or the HSM that the token is bound to, as ccm_hsm_log_in(). */
bool ccm_token_log_in(struct ccm_token *token, struct ccm_span pin, struct ccm_error *err);
void ccm_token_log_out(struct ccm_token *token); /* waits for nothing */
bool ccm_token_has_pin(struct ccm_token *token); /* of its HSM: the user's or a configured one */
/* The keystore of a token, for who logs in. */
struct ccm_vault *ccm_token_vault(struct ccm_token *token);
/* The keystore itself, unlocked as far as the configuration can. */
struct ccm_vault *ccm_local_vault(struct ccm_model *model);
/* Try the configured PIN where one is needed; it is tried only once. */
bool ccm_local_unlock(struct ccm_model *model, struct ccm_error *err);

#endif
