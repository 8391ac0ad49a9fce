/* SPDX-License-Identifier: Apache-2.0 */
#include "model/issue_attempt.h"

#include <stdio.h>
#include <string.h>

#include "core/crypto.h"
#include "core/log.h"
#include "model/issue_entry.h"
#include "model/local_view.h"

void
ccm_issue_tell(const struct ccm_issue_attempt *attempt, const char *text)
{
	ccm_log(INFO, MODEL, "%s", text);
	if (attempt->issue->tell != NULL)
		attempt->issue->tell(attempt->issue->context, text);
}

struct ccm_json *
ccm_issue_request(
    const struct ccm_issue_attempt *attempt, struct ccm_key *key, struct ccm_error *err)
{
	const struct ccm_json *intent = attempt->issue->intent;
	static const char *const copied[] = {"validity", "type", "path_length"};
	struct ccm_json *request = ccm_json_new_object(err);
	struct ccm_buf pem = {0};
	bool ok =
	    request != NULL &&
	    ccm_json_add_string(request, "issuer_id", ccm_json_text(intent, "issuer_id"), err) &&
	    ccm_issue_make_csr(attempt->issue, key, &pem, err) &&
	    ccm_json_add_string(request, "csr", ccm_buf_str(&pem), err);

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
		    err, CCM_OUTCOME_UNKNOWN ": %s", ccm_pca_issue_certificate_by_csr.id);
	}
	memcpy(out->id, id, strlen(id) + 1);
	return true;
}

/* The answer was lost: the entry tells what to look for, now or in the next run. */
static bool
look_again(struct ccm_issue_attempt *attempt, const struct ccm_error *failure)
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

bool
ccm_issue_take(struct ccm_issue_attempt *attempt, struct ccm_error *err)
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

bool
ccm_issue_may_call(const struct ccm_issue_attempt *attempt, struct ccm_error *err)
{
	const struct ccm_issue *issue = attempt->issue;

	return issue->permit == NULL || issue->permit(issue->context, err);
}

bool
ccm_issue_give_up(struct ccm_issue_attempt *attempt, struct ccm_error *err)
{
	struct ccm_vault *vault = ccm_local_vault(attempt->model);
	struct ccm_error failure = {0};

	if (!attempt->fresh || ccm_issue_key_drop(attempt->model, &attempt->entry_owner, &failure))
		return ccm_journal_forget(vault, &attempt->hold, err);
	ccm_log(WARN, MODEL, "a key that was made for nothing stays in cluster %s: %s",
	    attempt->entry_owner.keeper, failure.msg);
	ccm_journal_release(&attempt->hold);
	return true;
}

bool
ccm_issue_call(
    struct ccm_issue_attempt *attempt, const struct ccm_json *request, struct ccm_error *err)
{
	struct ccm_error failure = {0};
	struct ccm_json *answer = NULL;
	bool ok = ccm_client_call(ccm_model_client(attempt->model),
		      &ccm_pca_issue_certificate_by_csr, request, &answer, &failure) &&
		  read_id(answer, attempt->out, &failure);
	bool open = ccm_outcome_is_open(&failure);

	ccm_json_free(answer);
	if (!ok && open)
		ok = look_again(attempt, &failure);
	if (ok)
		return ccm_issue_take(attempt, err);
	if (open)
		ccm_error_context(&failure, "the next run looks for it again");
	else
		ccm_issue_give_up(attempt, NULL);
	ccm_journal_release(&attempt->hold);
	if (err != NULL && err->code == CCM_OK)
		*err = failure;
	return false;
}

bool
ccm_issue_digest(const struct ccm_json *request, unsigned char digest[static CCM_ISSUE_DIGEST_SIZE],
    struct ccm_span *out, struct ccm_error *err)
{
	size_t len;

	if (!ccm_digest("SHA256", ccm_span_of(ccm_json_text(request, "csr")), digest, &len, err))
		return false;
	*out = CCM_SPAN(digest, len);
	return true;
}

bool
ccm_issue_call_with(struct ccm_issue_attempt *attempt, struct ccm_key *key,
    struct ccm_span public_key, struct ccm_error *err)
{
	struct ccm_journal_sending sending = {.public_key = public_key};
	struct ccm_json *request = ccm_issue_request(attempt, key, err);
	unsigned char digest[CCM_ISSUE_DIGEST_SIZE];
	struct ccm_buf own = {0};
	bool ok = request != NULL && ccm_issue_digest(request, digest, &sending.digest, err) &&
		  (key == NULL || ccm_local_write_public(ccm_key_public(key), &own, err));

	if (key != NULL)
		sending.public_key = ccm_buf_span(&own);
	ok = ok && ccm_journal_send(ccm_local_vault(attempt->model), &attempt->hold, &sending, err);
	if (ok)
		ok = ccm_issue_call(attempt, request, err);
	else
		ccm_issue_give_up(attempt, NULL);
	ccm_buf_clear(&own);
	ccm_json_free(request);
	return ok;
}

struct ccm_hsm_new_key
ccm_issue_hsm_key(const struct ccm_issue_attempt *attempt)
{
	const struct ccm_issue *issue = attempt->issue;

	return (struct ccm_hsm_new_key){
	    .algorithm = ccm_json_text(issue->intent, "key_algorithm"),
	    .id = attempt->entry_owner.key,
	    .label = issue->label != NULL ? issue->label : attempt->name,
	};
}
