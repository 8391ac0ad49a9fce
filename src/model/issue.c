/* SPDX-License-Identifier: Apache-2.0 */
#include "model/issue.h"

#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/crypto.h"
#include "core/log.h"
#include "key/algorithm.h"
#include "key/private.h"
#include "model/issue_entry.h"
#include "model/local_view.h"

/* One attempt: what it needs of the intent, and where it stands. */
struct attempt {
	struct ccm_model *model;
	const struct ccm_issue *issue;
	struct ccm_issued *out;
	struct ccm_buf intent; /* as text: what tells one from another */
	const char *name;
	struct ccm_journal_hold hold;
};

static const char *
text_of(const struct ccm_json *object, const char *field)
{
	const char *text = "";

	ccm_json_as_string(ccm_json_get(object, field), &text);
	return text;
}

static void
tell(const struct attempt *attempt, const char *text)
{
	ccm_log(INFO, MODEL, "%s", text);
	if (attempt->issue->tell != NULL)
		attempt->issue->tell(attempt->issue->context, text);
}

/* Calling */

static struct ccm_json *
make_request(const struct attempt *attempt, struct ccm_key *key, struct ccm_error *err)
{
	const struct ccm_json *intent = attempt->issue->intent;
	static const char *const copied[] = {"validity", "type", "path_length"};
	struct ccm_json *request = ccm_json_new_object(err);
	struct ccm_buf pem = {0};
	bool ok = request != NULL &&
		  ccm_json_add_string(request, "issuer_id", text_of(intent, "issuer_id"), err);

	if (ok && attempt->issue->csr == NULL)
		ok = ccm_issue_make_csr(intent, key, &pem, err);
	ok = ok && ccm_json_add_string(request, "csr",
		       attempt->issue->csr != NULL ? attempt->issue->csr : ccm_buf_str(&pem), err);
	for (size_t i = 0; ok && i < CCM_COUNT(copied); i++) {
		const struct ccm_json *value = ccm_json_get(intent, copied[i]);
		struct ccm_json *copy = value != NULL ? ccm_json_dup(value, err) : NULL;

		if (value != NULL)
			ok = copy != NULL && ccm_json_add_json(request, copied[i], copy, err);
	}
	ccm_buf_clear(&pem);
	if (ok)
		return request;
	ccm_json_free(request);
	return NULL;
}

static bool
read_id(const struct ccm_json *answer, struct ccm_issued *out, struct ccm_error *err)
{
	const char *id;

	if (!ccm_json_string(answer, "certificate_id", &id, err) || strlen(id) >= sizeof(out->id)) {
		ccm_fail(err, CCM_PROTOCOL, "no id of a certificate");
		return ccm_error_context(
		    err, "outcome unknown: %s", ccm_pca_issue_certificate_by_csr.id);
	}
	memcpy(out->id, id, strlen(id) + 1);
	return true;
}

/* The answer was lost: the entry tells what to look for, now or in the next run. */
static bool
look_again(struct attempt *attempt, const struct ccm_error *failure)
{
	struct ccm_issue_entry entry;
	struct ccm_error trouble = {0};
	bool found = false;

	if (!ccm_issue_entry_get(attempt->model, attempt->hold.number, &entry, &trouble))
		return false;
	ccm_log(INFO, MODEL, "looking whether %s was issued: %s", entry.name, failure->msg);
	if (ccm_issue_entry_look(attempt->model, &entry, true, attempt->out->id, &trouble))
		found = attempt->out->id[0] != '\0';
	else
		ccm_log(WARN, MODEL, "%s", trouble.msg);
	ccm_issue_entry_clear(&entry);
	attempt->out->adopted = found;
	return found;
}

/* Written down; the hold is the caller's until he has told. */
static bool
take_issued(struct attempt *attempt, struct ccm_error *err)
{
	bool ok = ccm_journal_issued(
	    ccm_local_vault(attempt->model), &attempt->hold, attempt->out->id, err);

	if (!ok)
		ccm_journal_release(&attempt->hold);
	attempt->out->hold = attempt->hold;
	attempt->hold.fd = -1;
	return ok;
}

bool
ccm_issued_told(struct ccm_model *model, struct ccm_issued *issued, struct ccm_error *err)
{
	return ccm_journal_forget(ccm_local_vault(model), &issued->hold, err);
}

/* The call that may not be repeated, with the entry written and held; it is released. */
static bool
call(struct attempt *attempt, const struct ccm_json *request, struct ccm_error *err)
{
	struct ccm_vault *vault = ccm_local_vault(attempt->model);
	struct ccm_error failure = {0};
	struct ccm_json *answer = NULL;
	bool ok = ccm_client_call(ccm_model_client(attempt->model),
		      &ccm_pca_issue_certificate_by_csr, request, &answer, &failure) &&
		  read_id(answer, attempt->out, &failure);
	bool open = strstr(failure.msg, "outcome unknown") != NULL;

	ccm_json_free(answer);
	if (!ok && open)
		ok = look_again(attempt, &failure);
	if (ok)
		return take_issued(attempt, err);
	if (open)
		ccm_error_context(&failure, "the next run looks for it again");
	else
		ccm_journal_forget(vault, &attempt->hold, NULL);
	ccm_journal_release(&attempt->hold);
	if (err != NULL && err->code == CCM_OK)
		*err = failure;
	return false;
}

/* What was left behind */

static bool
is_wanted(const struct attempt *attempt, const struct ccm_issue_entry *entry)
{
	return attempt->out->id[0] == '\0' && entry->keeper[0] == '\0' &&
	       strcmp(entry->request, ccm_buf_str(&attempt->intent)) == 0;
}

static bool
adopt(struct attempt *attempt, const struct ccm_issue_entry *entry, const char *id,
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
		tell(attempt, text);
		return take_issued(attempt, err);
	}
	if (entry->resource[0] != '\0') /* is known and linked; nobody asks any more */
		return ccm_journal_forget(vault, &attempt->hold, err);
	if (!ccm_journal_issued(vault, &attempt->hold, id, err)) {
		ccm_journal_release(&attempt->hold);
		return false;
	}
	tell(attempt, text);
	return ccm_journal_forget(vault, &attempt->hold, err);
}

/* Nothing came of it, and nobody wants it. */
static bool
forget(struct attempt *attempt, const struct ccm_issue_entry *entry, struct ccm_error *err)
{
	char text[256];

	if (!ccm_issue_entry_is_old(entry)) {
		ccm_journal_release(&attempt->hold);
		return true;
	}
	if (!ccm_journal_forget(ccm_local_vault(attempt->model), &attempt->hold, err))
		return false;
	snprintf(text, sizeof(text),
	    "an earlier run that was interrupted had nothing issued for %s: it is forgotten",
	    entry->name);
	tell(attempt, text);
	return true;
}

/* It is wanted once more, and nothing was issued: with the same key. */
static bool
try_anew(struct attempt *attempt, const struct ccm_issue_entry *entry, struct ccm_error *err)
{
	struct ccm_key *key = ccm_local_open_ref(attempt->model, ccm_buf_span(&entry->key), err);
	struct ccm_json *request = key != NULL ? make_request(attempt, key, err) : NULL;
	char text[256];
	bool ok;

	snprintf(text, sizeof(text),
	    "an earlier run that was interrupted had nothing issued for %s: it is issued now",
	    entry->name);
	ok = request != NULL &&
	     ccm_journal_again(ccm_local_vault(attempt->model), &attempt->hold, err);
	if (ok) {
		tell(attempt, text);
		ok = call(attempt, request, err);
	}
	ccm_journal_release(&attempt->hold);
	ccm_json_free(request);
	ccm_key_unref(key);
	return ok;
}

static bool
settle(struct attempt *attempt, const struct ccm_issue_entry *entry, struct ccm_error *err)
{
	bool wanted = is_wanted(attempt, entry);
	struct ccm_error failure = {0};
	char id[CCM_ISSUED_ID_SIZE];

	if (!ccm_journal_take(
		ccm_local_vault(attempt->model), entry->number, &attempt->hold, &failure)) {
		if (failure.code != CCM_OK && err != NULL && err->code == CCM_OK)
			*err = failure;
		return failure.code == CCM_OK;
	}
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

/* Every entry, one after the other; what is wanted may be done thereby. */
static bool
settle_all(struct attempt *attempt, struct ccm_error *err)
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

/* Beginning */

static bool
begin_attempt(struct attempt *attempt, struct ccm_error *err)
{
	*attempt->out = (struct ccm_issued){.hold.fd = -1};
	attempt->hold.fd = -1;
	attempt->name = text_of(attempt->issue->intent, "distinguished_name.common_name");
	return ccm_json_print(attempt->issue->intent, false, &attempt->intent, err);
}

static bool
write_entry(struct attempt *attempt, struct ccm_journal_entry *entry,
    const struct ccm_json *request, struct ccm_error *err)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	size_t len;

	if (!ccm_digest("SHA256", ccm_span_of(text_of(request, "csr")), digest, &len, err))
		return false;
	entry->name = attempt->name;
	entry->request = ccm_buf_str(&attempt->intent);
	entry->digest = CCM_SPAN(digest, len);
	entry->owner.keeper = "";
	return ccm_local_unlock(attempt->model, err) &&
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
issue_new(
    struct attempt *attempt, struct ccm_token *token, struct ccm_key *key, struct ccm_error *err)
{
	const char *label = attempt->issue->label != NULL ? attempt->issue->label : attempt->name;
	struct ccm_json *request = make_request(attempt, key, err);
	struct ccm_journal_entry entry = {.known = ""};
	struct fresh fresh = {.algorithm = ""};
	bool ok = request != NULL && describe(&fresh, key, label, token, err);

	entry.owner.key = fresh.row.id;
	entry.public_key = fresh.row.public_key;
	entry.new_key = &fresh.row;
	entry.pkcs8 = ccm_buf_span(&fresh.pkcs8);
	ok = ok && write_entry(attempt, &entry, request, err) && call(attempt, request, err);
	ccm_buf_clear(&fresh.pkcs8);
	ccm_buf_clear(&fresh.public_key);
	ccm_json_free(request);
	return ok;
}

bool
ccm_issue_with_new_key(struct ccm_token *token, const struct ccm_issue *issue,
    struct ccm_issued *out, struct ccm_error *err)
{
	struct attempt attempt = {.model = token->model, .issue = issue, .out = out};
	struct ccm_key_spec spec;
	struct ccm_key *key = NULL;
	bool ok = begin_attempt(&attempt, err) &&
		  ccm_algorithm_parse(text_of(issue->intent, "key_algorithm"), &spec, err) &&
		  ccm_local_unlock(token->model, err) && settle_all(&attempt, err);

	if (ok && out->id[0] == '\0') {
		key = ccm_key_generate(&spec, err);
		ok = key != NULL && issue_new(&attempt, token, key, err);
	}
	ccm_key_unref(key);
	ccm_buf_clear(&attempt.intent);
	return ok;
}

/* Certificates that the key has already: what is found later is another one. */
static bool
list_known(struct ccm_item *item, struct attempt *attempt, struct ccm_span public_key,
    struct ccm_buf *known, struct ccm_error *err)
{
	struct ccm_local_facts facts = {0};
	bool ok = ccm_local_describe(item, &facts, err) &&
		  ccm_buf_append_str(known, ccm_buf_str(&facts.certificates), err);

	ccm_buf_clear(&facts.certificates);
	while (ok) { /* and those that nobody knew of */
		const struct ccm_issue_search search = {
		    attempt->name, public_key, ccm_buf_str(known)};
		char id[CCM_ISSUED_ID_SIZE];

		ok = ccm_issue_find(attempt->model, &search, id, err);
		if (!ok || id[0] == '\0')
			break;
		ok = ccm_buf_printf(known, err, "%s%s", known->len != 0 ? " " : "", id);
	}
	return ok;
}

static bool
issue_with(struct attempt *attempt, struct ccm_item *item, struct ccm_error *err)
{
	struct ccm_key *key = ccm_item_key(item, err);
	struct ccm_json *request = key != NULL ? make_request(attempt, key, err) : NULL;
	struct ccm_journal_entry entry = {
	    .owner.key = CCM_SPAN(item->facts.key_ref, sizeof(item->facts.key_ref))};
	struct ccm_buf known = {0};
	bool ok = request != NULL && ccm_item_public_info(item, &entry.public_key, err) &&
		  list_known(item, attempt, entry.public_key, &known, err);

	entry.known = ccm_buf_str(&known);
	ok = ok && write_entry(attempt, &entry, request, err) && call(attempt, request, err);
	ccm_buf_clear(&known);
	ccm_json_free(request);
	ccm_key_unref(key);
	return ok;
}

bool
ccm_issue_for_key(struct ccm_item *key, const struct ccm_issue *issue, struct ccm_issued *out,
    struct ccm_error *err)
{
	struct attempt attempt = {.model = key->token->model, .issue = issue, .out = out};
	bool ok = begin_attempt(&attempt, err);

	if (ok && !ccm_item_is_local(key))
		ok = ccm_fail(err, CCM_UNSUPPORTED, "the key of %s is not of the keystore",
		    ccm_item_label(key));
	ok = ok && settle_all(&attempt, err) &&
	     (out->id[0] != '\0' || issue_with(&attempt, key, err));
	ccm_buf_clear(&attempt.intent);
	return ok;
}

bool
ccm_issue_reconcile(struct ccm_model *model, const struct ccm_issue *issue, struct ccm_error *err)
{
	struct ccm_issued out = {.hold.fd = -1};
	struct attempt attempt = {
	    .model = model, .issue = issue, .out = &out, .name = "", .hold.fd = -1};

	return settle_all(&attempt, err);
}
