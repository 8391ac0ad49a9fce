/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_ISSUE_ENTRY_H
#define CCM_ISSUE_ENTRY_H

/* Entries of the journal, copied: what they lead to takes time, and no lock is held meanwhile. */

#include "key/hsm.h"
#include "model/issue.h"

struct ccm_issue_entry {
	int64_t number, begun_ms;
	char *keeper, *name, *request, *known, *resource;
	struct ccm_buf key, public_key;
	bool fresh;   /* the key is made for this */
	bool awaited; /* who wanted it comes back for it: a renewal */
};
struct ccm_issue_entries {
	struct ccm_issue_entry *entries;
	size_t count;
};

bool ccm_issue_entries_read(
    struct ccm_model *model, struct ccm_issue_entries *out, struct ccm_error *err);
void ccm_issue_entries_clear(struct ccm_issue_entries *entries);
bool ccm_issue_entry_get(
    struct ccm_model *model, int64_t number, struct ccm_issue_entry *entry, struct ccm_error *err);
void ccm_issue_entry_clear(struct ccm_issue_entry *entry);

/*
 * Was it issued? id stays empty when no certificate shows. Whoever wants it waits until the
 * interrupted call would have been over: the service may still be at it.
 */
bool ccm_issue_entry_look(struct ccm_model *model, const struct ccm_issue_entry *entry, bool wait,
    char id[static CCM_ISSUED_ID_SIZE], struct ccm_error *err);
/* So old that nothing will come of it; of one that is awaited, that nobody comes back. */
bool ccm_issue_entry_is_old(const struct ccm_issue_entry *entry);

/* issue_key.c: the owner's key, opened; one of an HSM that is not there (yet) is made so. */
struct ccm_key *ccm_issue_key_open(struct ccm_model *model, const struct ccm_journal_owner *owner,
    const struct ccm_hsm_new_key *make, struct ccm_error *err);
/* A key that was made for nothing goes. */
bool ccm_issue_key_drop(
    struct ccm_model *model, const struct ccm_journal_owner *owner, struct ccm_error *err);

#endif
