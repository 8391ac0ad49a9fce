/* SPDX-License-Identifier: Apache-2.0 */
#include "model/issue.h"

#include <string.h>

#include "core/clock.h"
#include "core/crypto.h"
#include "key/algorithm.h"
#include "key/private.h"
#include "model/issue_attempt.h"
#include "model/issue_entry.h"
#include "model/local_view.h"

#define KEY_ID_LEN 16 /* of a key that an HSM makes */

static bool
begin_attempt(struct ccm_issue_attempt *attempt, struct ccm_error *err)
{
	*attempt->out = (struct ccm_issued){.hold.fd = -1};
	attempt->hold.fd = -1;
	attempt->name = ccm_json_text(attempt->issue->intent, "distinguished_name.common_name");
	return ccm_json_print(attempt->issue->intent, false, &attempt->intent, err);
}

/* request: NULL when the key, which is to sign it, is not there yet. */
static bool
write_entry(struct ccm_issue_attempt *attempt, struct ccm_journal_entry *entry,
    const struct ccm_json *request, struct ccm_error *err)
{
	unsigned char digest[CCM_ISSUE_DIGEST_SIZE];

	if (request != NULL && !ccm_issue_digest(request, digest, &entry->digest, err))
		return false;
	entry->name = attempt->name;
	entry->request = ccm_buf_str(&attempt->intent);
	entry->fresh = attempt->makes_key;
	attempt->entry_owner = entry->owner;
	attempt->fresh = entry->fresh;
	return ccm_issue_may_call(attempt, err) &&
	       ccm_journal_begin(ccm_local_vault(attempt->model), entry, &attempt->hold, err);
}

/* The key, as it will be kept; spans and names are the caller's. */
struct fresh {
	char algorithm[CCM_ALGORITHM_SIZE];
	struct ccm_vault_key row;
	struct ccm_buf public_key, pkcs8;
};

static bool
describe(struct fresh *fresh, const struct ccm_key *key, const char *label,
    const struct ccm_token *token, struct ccm_error *err)
{
	ccm_algorithm_of(ccm_key_public(key), fresh->algorithm);
	if (!ccm_random(fresh->row.ref, sizeof(fresh->row.ref), err) ||
	    !ccm_local_write_public(ccm_key_public(key), &fresh->public_key, err) ||
	    !ccm_private_to_der(ccm_key_soft_pkey(key), &fresh->pkcs8, err))
		return false;
	fresh->row.id = CCM_SPAN(fresh->row.ref, sizeof(fresh->row.ref));
	fresh->row.label = label;
	fresh->row.algorithm = fresh->algorithm;
	fresh->row.token = ccm_token_label(token);
	fresh->row.public_key = ccm_buf_span(&fresh->public_key);
	fresh->row.flags = CCM_VAULT_GENERATED;
	fresh->row.created_ms = ccm_clock_now_ms();
	return true;
}

static bool
issue_new(struct ccm_issue_attempt *attempt, struct ccm_token *token, struct ccm_key *key,
    struct ccm_error *err)
{
	const char *label = attempt->issue->label != NULL ? attempt->issue->label : attempt->name;
	struct ccm_json *request = ccm_issue_request(attempt, key, err);
	struct ccm_journal_entry entry = {.known = ""};
	struct fresh fresh = {.algorithm = ""};
	bool ok = request != NULL && describe(&fresh, key, label, token, err);

	entry.owner = (struct ccm_journal_owner){"", fresh.row.id};
	entry.public_key = fresh.row.public_key;
	entry.new_key = &fresh.row;
	entry.pkcs8 = ccm_buf_span(&fresh.pkcs8);
	ok = ok && write_entry(attempt, &entry, request, err) &&
	     ccm_issue_call(attempt, request, err);
	ccm_buf_clear(&fresh.pkcs8);
	ccm_buf_clear(&fresh.public_key);
	ccm_json_free(request);
	return ok;
}

bool
ccm_issue_with_new_key(struct ccm_token *token, const struct ccm_issue *issue,
    struct ccm_issued *out, struct ccm_error *err)
{
	struct ccm_issue_attempt attempt = {.model = token->model,
	    .issue = issue,
	    .out = out,
	    .owner.keeper = "",
	    .makes_key = true};
	struct ccm_key_spec spec;
	struct ccm_key *key = NULL;
	bool ok = begin_attempt(&attempt, err) &&
		  ccm_algorithm_parse(ccm_json_text(issue->intent, "key_algorithm"), &spec, err) &&
		  ccm_local_unlock(token->model, err) && ccm_issue_settle(&attempt, err);

	if (ok && out->id[0] == '\0') {
		key = ccm_key_generate(&spec, err);
		ok = key != NULL && issue_new(&attempt, token, key, err);
	}
	ccm_key_unref(key);
	ccm_buf_clear(&attempt.intent);
	return ok;
}

static bool
issue_in_hsm(struct ccm_issue_attempt *attempt, struct ccm_error *err)
{
	unsigned char id[KEY_ID_LEN];
	struct ccm_journal_entry entry = {
	    .owner = {attempt->owner.keeper, CCM_SPAN(id, sizeof(id))}, .known = ""};
	struct ccm_hsm_new_key make;
	struct ccm_key *key;
	bool ok;

	if (!ccm_random(id, sizeof(id), err) || !write_entry(attempt, &entry, NULL, err))
		return false;
	make = ccm_issue_hsm_key(attempt);
	key = ccm_issue_key_open(attempt->model, &entry.owner, &make, err);
	if (key == NULL)
		ccm_issue_give_up(attempt, NULL);
	ok = key != NULL && ccm_issue_call_with(attempt, key, CCM_SPAN(NULL, 0), err);
	ccm_key_unref(key);
	return ok;
}

bool
ccm_issue_with_hsm_key(struct ccm_model *model, const char *cluster, const struct ccm_issue *issue,
    struct ccm_issued *out, struct ccm_error *err)
{
	struct ccm_issue_attempt attempt = {
	    .model = model, .issue = issue, .out = out, .owner.keeper = cluster, .makes_key = true};
	bool ok = begin_attempt(&attempt, err) && ccm_model_hsm(model, cluster, err) != NULL &&
		  ccm_issue_settle(&attempt, err) &&
		  (out->id[0] != '\0' || issue_in_hsm(&attempt, err));

	ccm_buf_clear(&attempt.intent);
	return ok;
}

/* A key that is there; NULL: it has signed. Certificates that there are of the name are not what is
 * looked for later. */
static bool
issue_for(struct ccm_issue_attempt *attempt, struct ccm_key *key, struct ccm_span public_key,
    struct ccm_error *err)
{
	struct ccm_journal_entry entry = {.owner = attempt->owner, .public_key = public_key};
	struct ccm_json *request = ccm_issue_request(attempt, key, err);
	struct ccm_buf known = {0};
	bool ok =
	    request != NULL && ccm_issue_list_known(attempt->model, attempt->name, &known, err);

	entry.known = ccm_buf_str(&known);
	ok = ok && write_entry(attempt, &entry, request, err) &&
	     ccm_issue_call(attempt, request, err);
	ccm_buf_clear(&known);
	ccm_json_free(request);
	return ok;
}

bool
ccm_issue_for_key(struct ccm_item *item, const struct ccm_issue *issue, struct ccm_issued *out,
    struct ccm_error *err)
{
	struct ccm_issue_attempt attempt = {
	    .model = item->token->model, .issue = issue, .out = out};
	struct ccm_key *key = ccm_item_key(item, err);
	struct ccm_span public_key;
	bool ok = key != NULL && begin_attempt(&attempt, err) &&
		  ccm_item_public_info(item, &public_key, err);

	attempt.owner = (struct ccm_journal_owner){
	    "", CCM_SPAN(item->facts.key_ref, sizeof(item->facts.key_ref))};
	if (ok && !ccm_item_is_local(item) && ccm_hsm_of_key(key) != NULL)
		attempt.owner = (struct ccm_journal_owner){
		    ccm_hsm_cluster(ccm_hsm_of_key(key)), ccm_hsm_key_id(key)};
	else if (ok && !ccm_item_is_local(item))
		ok = ccm_fail(err, CCM_UNSUPPORTED,
		    "the key of %s is neither of the keystore nor of an HSM", ccm_item_label(item));
	ok = ok && ccm_issue_settle(&attempt, err) &&
	     (out->id[0] != '\0' || issue_for(&attempt, key, public_key, err));
	ccm_key_unref(key);
	ccm_buf_clear(&attempt.intent);
	return ok;
}

bool
ccm_issue_for_csr(struct ccm_model *model, struct ccm_span public_key,
    const struct ccm_issue *issue, struct ccm_issued *out, struct ccm_error *err)
{
	struct ccm_issue_attempt attempt = {
	    .model = model, .issue = issue, .out = out, .owner.keeper = ""};
	struct ccm_local_view *view = ccm_local_look(ccm_model_local(model));
	const struct ccm_local_key *local =
	    ccm_local_view_key(view, CCM_LOCAL_BY_PUBLIC_KEY, public_key);
	bool ok = begin_attempt(&attempt, err);

	if (local != NULL)
		attempt.owner.key = CCM_SPAN(local->key.ref, sizeof(local->key.ref));
	ok = ok && ccm_issue_settle(&attempt, err) &&
	     (out->id[0] != '\0' || issue_for(&attempt, NULL, public_key, err));
	ccm_local_view_unref(view);
	ccm_buf_clear(&attempt.intent);
	return ok;
}

bool
ccm_issue_forget(struct ccm_model *model, const char *id, struct ccm_error *err)
{
	struct ccm_vault *vault = ccm_local_vault(model);
	struct ccm_issue_entries entries;
	struct ccm_journal_hold hold;
	bool ok = true;

	if (!ccm_issue_entries_read(model, &entries, err))
		return false;
	for (size_t i = 0; ok && i < entries.count; i++)
		if (strcmp(entries.entries[i].resource, id) == 0 &&
		    ccm_journal_take(vault, entries.entries[i].number, &hold, NULL))
			ok = ccm_journal_forget(vault, &hold, err);
	ccm_issue_entries_clear(&entries);
	return ok;
}
