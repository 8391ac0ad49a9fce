/* SPDX-License-Identifier: Apache-2.0 */
#include "model/issue_entry.h"

#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/config.h"

#define OLD_MS 3600000
#define AWAITED_MS (INT64_C(30) * 24 * 3600000)
#define LONGEST_PAUSE_MS 4000

void
ccm_issue_entry_clear(struct ccm_issue_entry *entry)
{
	ccm_free(entry->keeper);
	ccm_free(entry->name);
	ccm_free(entry->request);
	ccm_free(entry->known);
	ccm_free(entry->resource);
	ccm_buf_clear(&entry->key);
	ccm_buf_clear(&entry->public_key);
	*entry = (struct ccm_issue_entry){0};
}

void
ccm_issue_entries_clear(struct ccm_issue_entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		ccm_issue_entry_clear(&entries->entries[i]);
	ccm_free(entries->entries);
	*entries = (struct ccm_issue_entries){0};
}

static bool
copy(const struct ccm_journal_entry *from, struct ccm_issue_entry *to, struct ccm_error *err)
{
	*to = (struct ccm_issue_entry){
	    .number = from->number,
	    .begun_ms = from->begun_ms,
	    .keeper = ccm_strdup(from->owner.keeper, err),
	    .name = ccm_strdup(from->name, err),
	    .request = ccm_strdup(from->request, err),
	    .known = ccm_strdup(from->known, err),
	    .resource = ccm_strdup(from->resource, err),
	    .fresh = from->fresh,
	    /* quotes within a text of JSON are escaped */
	    .awaited = strstr(from->request, "\"" CCM_ISSUE_RENEWS "\":") != NULL,
	};
	return to->keeper != NULL && to->name != NULL && to->request != NULL && to->known != NULL &&
	       to->resource != NULL &&
	       ccm_buf_append(&to->key, from->owner.key.data, from->owner.key.len, err) &&
	       ccm_buf_append(&to->public_key, from->public_key.data, from->public_key.len, err);
}

static bool
visit(void *context, const struct ccm_journal_entry *entry, struct ccm_error *err)
{
	struct ccm_issue_entries *entries = context;

	return ccm_grow_array(&entries->entries, entries->count, sizeof(*entries->entries), err) &&
	       copy(entry, &entries->entries[entries->count++], err);
}

bool
ccm_issue_entries_read(
    struct ccm_model *model, struct ccm_issue_entries *out, struct ccm_error *err)
{
	*out = (struct ccm_issue_entries){0};
	if (ccm_journal_each(ccm_local_vault(model), visit, out, err))
		return true;
	ccm_issue_entries_clear(out);
	return false;
}

bool
ccm_issue_entry_get(
    struct ccm_model *model, int64_t number, struct ccm_issue_entry *entry, struct ccm_error *err)
{
	struct ccm_issue_entries all;
	bool found = false;

	if (!ccm_issue_entries_read(model, &all, err))
		return false;
	for (size_t i = 0; i < all.count && !found; i++) {
		found = all.entries[i].number == number;
		if (found) {
			*entry = all.entries[i];
			all.entries[i] = (struct ccm_issue_entry){0};
		}
	}
	ccm_issue_entries_clear(&all);
	return found || ccm_fail(err, CCM_INTERNAL, "an entry of the journal is gone");
}

/* A clock that went back makes nobody wait longer than a call takes. */
static int64_t
time_left(struct ccm_model *model, const struct ccm_issue_entry *entry, int64_t waited_ms)
{
	int64_t longest_ms = ccm_model_config(model)->cloud.timeout_ms + 1000;
	int64_t left_ms = entry->begun_ms + longest_ms - ccm_clock_now_ms();

	return left_ms < longest_ms - waited_ms ? left_ms : longest_ms - waited_ms;
}

bool
ccm_issue_entry_look(struct ccm_model *model, const struct ccm_issue_entry *entry, bool wait,
    char id[static CCM_ISSUED_ID_SIZE], struct ccm_error *err)
{
	const struct ccm_issue_search search = {
	    entry->name, ccm_buf_span(&entry->public_key), entry->known};
	int64_t begun_ms = ccm_clock_monotonic_ms(), pause_ms = 250;
	size_t len = strlen(entry->resource);

	id[0] = '\0';
	if (len != 0 && len < CCM_ISSUED_ID_SIZE)
		memcpy(id, entry->resource, len + 1);
	if (len != 0 || entry->public_key.len == 0) /* nothing was sent */
		return true;

	while (ccm_issue_find(model, &search, id, err)) {
		int64_t left_ms = time_left(model, entry, ccm_clock_monotonic_ms() - begun_ms);
		struct timespec pause;

		if (id[0] != '\0' || !wait || left_ms <= 0)
			return true;
		pause_ms = pause_ms * 2 < LONGEST_PAUSE_MS ? pause_ms * 2 : LONGEST_PAUSE_MS;
		if (pause_ms > left_ms)
			pause_ms = left_ms;
		pause = (struct timespec){pause_ms / 1000, pause_ms % 1000 * 1000000};
		nanosleep(&pause, NULL);
	}
	return false;
}

bool
ccm_issue_entry_is_old(const struct ccm_issue_entry *entry)
{
	int64_t age_ms = ccm_clock_now_ms() - entry->begun_ms;
	int64_t old_ms = entry->awaited ? AWAITED_MS : OLD_MS;

	return age_ms > old_ms || age_ms < -old_ms;
}
