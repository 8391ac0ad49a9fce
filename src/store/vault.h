/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_VAULT_H
#define CCM_VAULT_H

/*
 * The keystore: private keys at rest in DIR/keystore.db (0600, DIR 0700), shared by any number of
 * processes. Each key is a PKCS#8 sealed by the master key (seal.h), with its row's reference,
 * kind, flags and public key as purpose, so a row that was changed or moved is refused. The master
 * key is sealed by each of those who may open the keystore: the user's PIN, the security officer's
 * PIN, or, without a PIN, the file DIR/keystore.key (0600). Changing a PIN seals one key anew.
 *
 * Wrong PINs are counted: from the third on there is a delay, 5 s at first, doubled by each
 * further one up to an hour; after ten the user's PIN is locked until the security officer sets a
 * new one. A right one in time clears the count.
 *
 * Making a struct ccm_vault opens nothing; every call opens the database and closes it again, so
 * it may be used by any thread and on both sides of a fork, and survives daemons that close
 * descriptors. What unlocked the vault stays in secure memory until ccm_vault_lock().
 */

#include <stdint.h>

#include "core/mem.h"

struct ccm_vault;

struct ccm_vault *ccm_vault_new(const char *dir, struct ccm_error *err);
void ccm_vault_free(struct ccm_vault *vault); /* NULL is allowed */
const char *ccm_vault_dir(const struct ccm_vault *vault);

/* Is there a keystore? Opens nothing. */
bool ccm_vault_exists(const struct ccm_vault *vault);

/* Who may open it. */
enum ccm_vault_holder { CCM_VAULT_FILE, CCM_VAULT_USER, CCM_VAULT_OFFICER, CCM_VAULT_HOLDERS };

#define CCM_VAULT_FAILURES_MAX 10
#define CCM_VAULT_PIN_MIN 4
#define CCM_VAULT_PIN_MAX 255

struct ccm_vault_state {
	bool exists; /* there is a keystore at all */
	bool held_by[CCM_VAULT_HOLDERS];
	unsigned failures[CCM_VAULT_HOLDERS]; /* wrong PINs in a row */
	int64_t wait_ms[CCM_VAULT_HOLDERS];   /* until the next try; -1: for the officer */
	bool unlocked;                        /* by this process, or needs no PIN */
};
/* Not being there is a state, not an error. */
bool ccm_vault_look(struct ccm_vault *vault, struct ccm_vault_state *state, struct ccm_error *err);

/*
 * Unlock by the user's PIN. CCM_AUTH: the PIN is wrong, with CCM_CONFLICT it is locked and was not
 * tried, CCM_NOT_FOUND: there is none. A vault without PIN needs no unlocking.
 */
bool ccm_vault_unlock(struct ccm_vault *vault, struct ccm_span pin, struct ccm_error *err);
void ccm_vault_lock(struct ccm_vault *vault);
/* Is this the security officer's PIN? As above; unlocks nothing. */
bool ccm_vault_check_officer(struct ccm_vault *vault, struct ccm_span pin, struct ccm_error *err);

/*
 * Set or change a PIN of USER or OFFICER. By whom it is done: the old PIN of the same holder; with
 * an empty old one the officer's (USER); with both empty what has unlocked the vault, if the holder
 * has no PIN yet. Once the user has a PIN, the key file is gone. A keystore is made when there is
 * none.
 */
struct ccm_vault_pins {
	enum ccm_vault_holder holder;
	struct ccm_span old_pin, officer_pin, new_pin;
};
bool ccm_vault_set_pin(
    struct ccm_vault *vault, const struct ccm_vault_pins *pins, struct ccm_error *err);
/* Back to the key file; both PINs are gone. */
bool ccm_vault_remove_pin(struct ccm_vault *vault, struct ccm_span pin, struct ccm_error *err);
/* Start anew: all keys are gone, the officer has this PIN, the user none yet. When there is an
 * officer already, it has to be his. */
bool ccm_vault_reset(struct ccm_vault *vault, struct ccm_span officer_pin, struct ccm_error *err);

/* Keys */

#define CCM_VAULT_REF_LEN 16

enum ccm_vault_flags {
	CCM_VAULT_EXPORTABLE = 1, /* may leave the keystore */
	CCM_VAULT_GENERATED = 2,  /* made here, never seen outside */
};

struct ccm_vault_key {
	unsigned char ref[CCM_VAULT_REF_LEN]; /* random; stays */
	struct ccm_span id;                   /* CKA_ID; may change */
	const char *label;                    /* may change */
	const char *algorithm;                /* "EC256", "RSA2048", "ED25519", "SM2" */
	const char *token;                    /* where it shows; "": where keys do */
	const char *keeper; /* "" or NULL: sealed here; else the HSM cluster that it is in, where
			       ref is its CKA_ID */
	struct ccm_span public_key; /* DER SubjectPublicKeyInfo; no two keys have the same */
	unsigned flags;
	int64_t created_ms;
};

/* Keep a key, in a keystore that is made (with a key file) when there is none. The same key again
 * is CCM_CONFLICT. Of one that is in an HSM, only that it is there: pkcs8 is not looked at, and no
 * PIN of the keystore is needed. */
bool ccm_vault_add(struct ccm_vault *vault, const struct ccm_vault_key *key, struct ccm_span pkcs8,
    struct ccm_error *err);
/* Open a key: its PKCS#8, appended to out, which is made secret. CCM_UNSUPPORTED: it is in an HSM.
 */
bool ccm_vault_open(struct ccm_vault *vault, const unsigned char ref[static CCM_VAULT_REF_LEN],
    struct ccm_buf *out, struct ccm_error *err);
/* Give it the label and id of key; nothing else changes. */
bool ccm_vault_rename(
    struct ccm_vault *vault, const struct ccm_vault_key *key, struct ccm_error *err);
bool ccm_vault_remove(struct ccm_vault *vault, const unsigned char ref[static CCM_VAULT_REF_LEN],
    struct ccm_error *err);

/* Each key in the order in which they came, borrowed. No keystore: none. */
typedef bool (*ccm_vault_visit)(
    void *context, const struct ccm_vault_key *key, struct ccm_error *err);
bool ccm_vault_each(
    struct ccm_vault *vault, ccm_vault_visit visit, void *context, struct ccm_error *err);

/*
 * Whether the keystore is still as it was, told by a look at the file. A stamp is taken before what
 * it stands for is read; one that is too young to be sure of is never the same as another.
 */
struct ccm_vault_stamp {
	int64_t changed_ns, taken_ns, size;
	uint64_t inode; /* 0: there is no keystore */
};
struct ccm_vault_stamp ccm_vault_stamp_take(const struct ccm_vault *vault);
bool ccm_vault_stamp_holds(const struct ccm_vault *vault, const struct ccm_vault_stamp *stamp);

/*
 * All keys that are sealed here as one sealed text, and back. Keys that are there already are left
 * alone; *count is the number of those that were not. CCM_AUTH: the passphrase is wrong.
 */
bool ccm_vault_backup(struct ccm_vault *vault, struct ccm_span passphrase, struct ccm_buf *out,
    struct ccm_error *err);
struct ccm_vault_archive {
	struct ccm_span sealed, passphrase;
};
bool ccm_vault_restore(struct ccm_vault *vault, const struct ccm_vault_archive *archive,
    size_t *count, struct ccm_error *err);

#endif
