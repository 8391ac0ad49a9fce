/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_ISSUE_ATTEMPT_H
#define CCM_ISSUE_ATTEMPT_H

/* Issuing from the inside: one attempt, and the entry of the journal that it is at. */

#include "key/hsm.h"
#include "model/issue.h"

/* One attempt: what it needs of the intent, and where it stands. */
struct ccm_issue_attempt {
	struct ccm_model *model;
	const struct ccm_issue *issue;
	struct ccm_issued *out;
	struct ccm_buf intent; /* as text: what tells one from another */
	const char *name;
	struct ccm_journal_owner owner; /* of the key that it is for; one that is made has no key */
	bool makes_key;

	/* The entry at work */
	struct ccm_journal_hold hold;
	struct ccm_journal_owner entry_owner;
	bool fresh;
};

/* issue_attempt.c: what is sent; key: NULL when a CSR is there. */
struct ccm_json *ccm_issue_request(
    const struct ccm_issue_attempt *attempt, struct ccm_key *key, struct ccm_error *err);
#define CCM_ISSUE_DIGEST_SIZE 64
bool ccm_issue_digest(const struct ccm_json *request,
    unsigned char digest[static CCM_ISSUE_DIGEST_SIZE], struct ccm_span *out,
    struct ccm_error *err);
bool ccm_issue_may_call(const struct ccm_issue_attempt *attempt, struct ccm_error *err);
/* The call that may not be repeated, with the entry written and held; it is released, or the
 * result's. */
bool ccm_issue_call(
    struct ccm_issue_attempt *attempt, const struct ccm_json *request, struct ccm_error *err);
/* With an entry that knows nothing yet of what is sent now. */
bool ccm_issue_call_with(struct ccm_issue_attempt *attempt, struct ccm_key *key,
    struct ccm_span public_key, struct ccm_error *err);
/* Written down; the hold is the caller's until he has told. */
bool ccm_issue_take(struct ccm_issue_attempt *attempt, struct ccm_error *err);
/* Nothing was issued: a key that was made for it goes, and the entry, unless it is the only way to
 * the key. */
bool ccm_issue_give_up(struct ccm_issue_attempt *attempt, struct ccm_error *err);
/* A key that an HSM is to make for this. */
struct ccm_hsm_new_key ccm_issue_hsm_key(const struct ccm_issue_attempt *attempt);
void ccm_issue_tell(const struct ccm_issue_attempt *attempt, const char *text);

/* issue_settle.c: what was left behind, every entry, one after the other; what is wanted may be
 * done thereby. */
bool ccm_issue_settle(struct ccm_issue_attempt *attempt, struct ccm_error *err);

#endif
