/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_ISSUE_H
#define CCM_ISSUE_H

/*
 * Certificates for keys that the service never sees, so that none is lost or made twice (design
 * rule 7). What is wanted is written into the keystore's journal before the service is called, with
 * the key if it is made for this; what becomes known is written in one step with the end of that
 * entry. An entry that a process left behind is looked into by the next one: the certificate is
 * found by its public key and adopted, or, when it is wanted again, issued anew with the same key.
 */

#include "model/local.h"
#include "store/journal.h"

/*
 * What is wanted: issuer_id, validity, and, unless a CSR is there or one certificate is like the
 * other, subject and usages as pca_issue_certificate has them; key_algorithm of a new key. As text
 * it tells one wish from another: whoever asks for the same after a crash gets what was left. One
 * that has CCM_ISSUE_RENEWS, the id of the certificate that it follows, is left to who comes back.
 */
#define CCM_ISSUE_RENEWS "renews"
struct ccm_issue {
	const struct ccm_json *intent;
	const char *csr;             /* PEM, by the key; NULL: it is made */
	const struct ccm_cert *like; /* of what this certificate has; NULL: of the intent */
	const char *label;           /* of a new key */
	/* Asked right before the service is called; false: it is not. May be NULL. */
	bool (*permit)(void *context, struct ccm_error *err);
	/* Told to somebody: what was found in the journal. May be NULL. */
	void (*tell)(void *context, const char *text);
	void *context;
};

#define CCM_ISSUED_ID_SIZE 64
struct ccm_issued {
	char id[CCM_ISSUED_ID_SIZE]; /* of the certificate */
	bool adopted;                /* it was there already: the answer had been lost */
	struct ccm_journal_hold hold;
};
/* It was told to who asked for it: until then, who asks again gets the same. To be called after
 * each success. */
bool ccm_issued_told(struct ccm_model *model, struct ccm_issued *issued, struct ccm_error *err);

/* With a new key of the keystore, of the intent's key_algorithm, which shows in this token. */
bool ccm_issue_with_new_key(struct ccm_token *token, const struct ccm_issue *issue,
    struct ccm_issued *out, struct ccm_error *err);
/* The same in an HSM cluster. */
bool ccm_issue_with_hsm_key(struct ccm_model *model, const char *cluster,
    const struct ccm_issue *issue, struct ccm_issued *out, struct ccm_error *err);
/* For a key of the keystore or an HSM. */
bool ccm_issue_for_key(struct ccm_item *key, const struct ccm_issue *issue, struct ccm_issued *out,
    struct ccm_error *err);
/* For the key (DER SubjectPublicKeyInfo) of the issue's CSR, wherever it is. */
bool ccm_issue_for_csr(struct ccm_model *model, struct ccm_span public_key,
    const struct ccm_issue *issue, struct ccm_issued *out, struct ccm_error *err);
/* This certificate was told to who asked, whichever entry has it. */
bool ccm_issue_forget(struct ccm_model *model, const char *id, struct ccm_error *err);

/* issue_csr.c: the CSR, signed by the key, PEM. */
bool ccm_issue_make_csr(
    const struct ccm_issue *issue, struct ccm_key *key, struct ccm_buf *pem, struct ccm_error *err);

/* issue_find.c: the certificate with this public key that is none of the known ones; id stays empty
 * when there is none. */
struct ccm_issue_search {
	const char *name; /* its common name */
	struct ccm_span public_key;
	const char *known; /* ids that are not looked for, by blanks */
};
bool ccm_issue_find(struct ccm_model *model, const struct ccm_issue_search *search,
    char id[static CCM_ISSUED_ID_SIZE], struct ccm_error *err);
/* The ids that there are of this name, by blanks, appended. */
bool ccm_issue_list_known(
    struct ccm_model *model, const char *name, struct ccm_buf *known, struct ccm_error *err);

#endif
