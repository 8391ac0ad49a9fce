/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_ISSUE_ENTRY_H
#define CCM_ISSUE_ENTRY_H

/* Entries of the journal, copied: what they lead to takes time, and no lock is held meanwhile. */

#include "model/issue.h"

struct ccm_issue_entry {
	int64_t number, begun_ms;
	char *keeper, *name, *request, *known, *resource;
	struct ccm_buf key, public_key;
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
/* So old that nothing will come of it. */
bool ccm_issue_entry_is_old(const struct ccm_issue_entry *entry);

#endif
