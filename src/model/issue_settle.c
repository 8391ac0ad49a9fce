/* SPDX-License-Identifier: Apache-2.0 */
/* What an earlier run left in the journal: adopted, gone on with, or forgotten. */
#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "model/issue_attempt.h"
#include "model/issue_entry.h"
#include "model/local.h"

static bool
is_wanted(const struct ccm_issue_attempt *attempt, const struct ccm_issue_entry *entry)
{
	return attempt->out->id[0] == '\0' &&
	       strcmp(entry->request, ccm_buf_str(&attempt->intent)) == 0 &&
	       strcmp(entry->keeper, attempt->owner.keeper) == 0 &&
	       entry->fresh == attempt->makes_key &&
	       (attempt->makes_key ||
		   ccm_span_equal(ccm_buf_span(&entry->key), attempt->owner.key));
}

static bool
adopt(struct ccm_issue_attempt *attempt, const struct ccm_issue_entry *entry, const char *id,
    struct ccm_error *err)
{
	struct ccm_vault *vault = ccm_local_vault(attempt->model);
	char text[256];

	snprintf(text, sizeof(text),
	    "an earlier run that was interrupted had certificate %s issued for %s: it is adopted",
	    id, entry->name);
	if (is_wanted(attempt, entry)) {
		snprintf(attempt->out->id, sizeof(attempt->out->id), "%s", id);
		attempt->out->adopted = true;
		ccm_issue_tell(attempt, text);
		return ccm_issue_take(attempt, err);
	}
	if (entry->resource[0] != '\0') /* is known and linked; nobody asks any more */
		return ccm_journal_forget(vault, &attempt->hold, err);
	if (!ccm_journal_issued(vault, &attempt->hold, id, err)) {
		ccm_journal_release(&attempt->hold);
		return false;
	}
	ccm_issue_tell(attempt, text);
	return ccm_journal_forget(vault, &attempt->hold, err);
}

/* Nothing came of it, and nobody wants it. */
static bool
forget(
    struct ccm_issue_attempt *attempt, const struct ccm_issue_entry *entry, struct ccm_error *err)
{
	char text[256];

	if (!ccm_issue_entry_is_old(entry)) {
		ccm_journal_release(&attempt->hold);
		return true;
	}
	if (!ccm_issue_give_up(attempt, err))
		return false;
	snprintf(text, sizeof(text),
	    "an earlier run that was interrupted had nothing issued for %s: it is forgotten",
	    entry->name);
	ccm_issue_tell(attempt, text);
	return true;
}

/* It is wanted once more, and nothing was issued: with the same key. */
static bool
try_anew(
    struct ccm_issue_attempt *attempt, const struct ccm_issue_entry *entry, struct ccm_error *err)
{
	const struct ccm_hsm_new_key make = ccm_issue_hsm_key(attempt);
	bool by_csr = attempt->issue->csr != NULL;
	struct ccm_key *key = NULL;
	char text[256];
	bool ok;

	if (!by_csr)
		key = ccm_issue_key_open(
		    attempt->model, &attempt->entry_owner, entry->fresh ? &make : NULL, err);
	ok = (by_csr || key != NULL) && ccm_issue_may_call(attempt, err);

	snprintf(text, sizeof(text),
	    "an earlier run that was interrupted had nothing issued for %s: it is issued now",
	    entry->name);
	if (ok) {
		ccm_issue_tell(attempt, text);
		ok = ccm_issue_call_with(attempt, key, ccm_buf_span(&entry->public_key), err);
	}
	ccm_journal_release(&attempt->hold);
	ccm_key_unref(key);
	return ok;
}

static bool
settle(
    struct ccm_issue_attempt *attempt, const struct ccm_issue_entry *entry, struct ccm_error *err)
{
	bool wanted = is_wanted(attempt, entry);
	struct ccm_error failure = {0};
	char id[CCM_ISSUED_ID_SIZE];

	if (!wanted && entry->awaited && !ccm_issue_entry_is_old(entry))
		return true;
	if (!ccm_journal_take(
		ccm_local_vault(attempt->model), entry->number, &attempt->hold, &failure)) {
		if (failure.code != CCM_OK && err != NULL && err->code == CCM_OK)
			*err = failure;
		return failure.code == CCM_OK;
	}
	attempt->entry_owner = (struct ccm_journal_owner){entry->keeper, ccm_buf_span(&entry->key)};
	attempt->fresh = entry->fresh;
	if (!ccm_issue_entry_look(attempt->model, entry, wanted, id, &failure)) {
		ccm_journal_release(&attempt->hold);
		if (wanted && err != NULL && err->code == CCM_OK)
			*err = failure;
		if (!wanted)
			ccm_log(WARN, MODEL, "%s", failure.msg);
		return !wanted;
	}
	if (id[0] != '\0')
		return adopt(attempt, entry, id, err);
	return wanted ? try_anew(attempt, entry, err) : forget(attempt, entry, err);
}

bool
ccm_issue_settle(struct ccm_issue_attempt *attempt, struct ccm_error *err)
{
	struct ccm_issue_entries entries;
	bool ok;

	if (!ccm_issue_entries_read(attempt->model, &entries, err))
		return false;
	ok = true;
	for (size_t i = 0; ok && i < entries.count; i++)
		ok = settle(attempt, &entries.entries[i], err);
	ccm_issue_entries_clear(&entries);
	return ok;
}
