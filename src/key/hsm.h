/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_HSM_H
#define CCM_HSM_H

/*
 * The hsm back end: keys in a token of a backing PKCS#11 module, which stands for an HSM cluster.
 *
 * Making one touches nothing. The module is loaded, its token found and the PIN given at the first
 * use, again in the child of a fork, and again when the module says that device or session are
 * gone. Any number of threads may use one: each call of the module has a session of its own, and no
 * lock of ours is held meanwhile, unless the module cannot be used by several threads.
 *
 * A PIN that the token refused is never given to it again by this process or its children, and
 * none is given when the token says that it is the last try: nobody gets locked out by us.
 */

#include "core/config.h"
#include "key/key.h"

struct ccm_hsm;

/* Copies what it needs of the configuration. */
struct ccm_hsm *ccm_hsm_new(const struct ccm_hsm_config *config, struct ccm_error *err);
struct ccm_hsm *ccm_hsm_ref(struct ccm_hsm *hsm);
void ccm_hsm_unref(struct ccm_hsm *hsm); /* NULL is allowed */
const char *ccm_hsm_cluster(const struct ccm_hsm *hsm);

/*
 * The user's PIN, in place of a configured one until he logs out; it is tried at once, or told from
 * the one that the token was opened with. CCM_AUTH: it is wrong; one that was refused just before
 * is not tried again. Logging out calls no module: what is open is closed by whoever comes next.
 */
bool ccm_hsm_log_in(struct ccm_hsm *hsm, struct ccm_span pin, struct ccm_error *err);
void ccm_hsm_log_out(struct ccm_hsm *hsm);
bool ccm_hsm_has_pin(struct ccm_hsm *hsm); /* given or configured */

/*
 * A key by its public half, wherever that is known (a search for the modulus or the point, no
 * listing), else by CKA_ID. With both, an id alone is believed only of a key that signs what the
 * public half verifies. None there: CCM_NOT_FOUND.
 */
struct ccm_hsm_search {
	struct ccm_span id;   /* CKA_ID, or empty */
	EVP_PKEY *public_key; /* of the private context, or NULL */
};
struct ccm_key *ccm_hsm_find(
    struct ccm_hsm *hsm, const struct ccm_hsm_search *search, struct ccm_error *err);

/* Make a pair that stays in the token, sensitive and not extractable. */
struct ccm_hsm_new_key {
	const char *algorithm; /* rsa2048 ... rsa4096, ec256, ec384, ec521, ed25519 */
	struct ccm_span id;    /* CKA_ID */
	const char *label;
};
struct ccm_key *ccm_hsm_generate(
    struct ccm_hsm *hsm, const struct ccm_hsm_new_key *wanted, struct ccm_error *err);
/* Delete what has this id: private key, public key, certificate. None: CCM_NOT_FOUND. */
bool ccm_hsm_delete(struct ccm_hsm *hsm, struct ccm_span id, struct ccm_error *err);
/* The same for who is content when there is nothing. */
bool ccm_hsm_clear(struct ccm_hsm *hsm, struct ccm_span id, struct ccm_error *err);
/* The CKA_ID of a key of this back end, borrowed; empty for any other. */
struct ccm_span ccm_hsm_key_id(const struct ccm_key *key);
/* The HSM that a key is in, borrowed; NULL for a key of another back end. */
struct ccm_hsm *ccm_hsm_of_key(const struct ccm_key *key);

/* What the module says of itself and its token. */
struct ccm_hsm_state {
	char module[33], manufacturer[33], label[33], model[17], serial[17];
	unsigned char cryptoki[2], library[2], firmware[2]; /* versions */
	bool hardware;                                      /* CKF_HW_SLOT */
	bool serialised; /* the module cannot be used by several threads */
	size_t keys;     /* private keys */
	bool rsa, pss, oaep, raw, ecdsa, ecdh, eddsa; /* mechanisms */
	bool makes_rsa, makes_ec, makes_ed;
};
bool ccm_hsm_describe(struct ccm_hsm *hsm, struct ccm_hsm_state *state, struct ccm_error *err);

#endif
