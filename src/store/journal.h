/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_JOURNAL_H
#define CCM_JOURNAL_H

/*
 * What the keystore remembers of certificates: which are of which key, and what was about to be
 * issued when a process died (design rule 7). An entry is written before the service is called; the
 * outcome is written into it, in one transaction with the certificate's link to its key, and it
 * goes when who asked for it knows. One that is left over is looked into by whoever comes next: the
 * process at work holds a lock on it, which ends with the process.
 */

#include "store/vault.h"

/* Whose key: of the keystore (keeper "", key is its reference), of an HSM (keeper is the cluster's
 * id, key its CKA_ID), or of nobody here (keeper "", key is empty). Keys of the keystore only are
 * linked to certificates. */
struct ccm_journal_owner {
	const char *keeper;
	struct ccm_span key;
};

struct ccm_journal_entry {
	int64_t number;
	struct ccm_journal_owner owner;
	struct ccm_span public_key; /* DER SubjectPublicKeyInfo, which the certificate will have;
				       empty until the key is made: nothing was sent */
	const char *name;           /* common name */
	const char *request;        /* JSON: what tells one wish from another */
	struct ccm_span digest;     /* SHA-256 of the CSR */
	const char *known;          /* ids of certificates that were there before, by blanks */
	int64_t begun_ms;
	const char *resource; /* what was issued, when that is known but not told; else "" */
	bool fresh;           /* the key is made for this, and goes when nothing is issued */
	/* To begin with: a key of the keystore that is made for this, and kept in the same
	 * transaction. NULL: it was there before, or is made elsewhere. */
	const struct ccm_vault_key *new_key;
	struct ccm_span pkcs8;
};

/* Write down what is about to be done; *number is the entry's. It is held by this process. */
struct ccm_journal_hold {
	int fd;
	int64_t number;
};
bool ccm_journal_begin(struct ccm_vault *vault, const struct ccm_journal_entry *entry,
    struct ccm_journal_hold *hold, struct ccm_error *err);
/* It is sent now: the key is known, and what it signed. */
struct ccm_journal_sending {
	struct ccm_span public_key, digest;
};
bool ccm_journal_send(struct ccm_vault *vault, const struct ccm_journal_hold *hold,
    const struct ccm_journal_sending *sending, struct ccm_error *err);
/* It was issued: that is written down, with the link, and the entry stays until it is forgotten. */
bool ccm_journal_issued(struct ccm_vault *vault, const struct ccm_journal_hold *hold,
    const char *resource, struct ccm_error *err);
/* It was told to who asked; or nothing was issued, and a key that was made for it goes. The hold
 * is released. */
bool ccm_journal_forget(
    struct ccm_vault *vault, struct ccm_journal_hold *hold, struct ccm_error *err);
/* Leave the entry, for the next to look into. */
void ccm_journal_release(struct ccm_journal_hold *hold);

/* Take over an entry that nobody holds; false without err set: it is held, or gone. */
bool ccm_journal_take(
    struct ccm_vault *vault, int64_t number, struct ccm_journal_hold *hold, struct ccm_error *err);
/* Each entry, oldest first, borrowed. No keystore: none. */
typedef bool (*ccm_journal_visit)(
    void *context, const struct ccm_journal_entry *entry, struct ccm_error *err);
bool ccm_journal_each(
    struct ccm_vault *vault, ccm_journal_visit visit, void *context, struct ccm_error *err);

/* Links of certificates to keys, by the service's id; the newest first. */
struct ccm_journal_link {
	const char *resource;
	struct ccm_journal_owner owner;
	int64_t linked_ms;
};
bool ccm_journal_link(struct ccm_vault *vault, const struct ccm_journal_owner *owner,
    const char *resource, struct ccm_error *err);
bool ccm_journal_unlink(struct ccm_vault *vault, const char *resource, struct ccm_error *err);
typedef bool (*ccm_journal_link_visit)(
    void *context, const struct ccm_journal_link *link, struct ccm_error *err);
bool ccm_journal_links(
    struct ccm_vault *vault, ccm_journal_link_visit visit, void *context, struct ccm_error *err);

#endif
