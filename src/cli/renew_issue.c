/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cert_item.h"
#include "cli/renew.h"

#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "key/hsm.h"
#include "model/issue.h"
#include "model/local.h"

#define CANDIDATES 16

static bool
save_pending(const struct ccm_renew_work *work, struct ccm_error *err)
{
	struct ccm_json *state = work->renewal->state;

	return ccm_json_add_json(state, "pending", ccm_json_new_object(err), err) &&
	       ccm_json_add_int(state, "pending.begun", ccm_clock_now_ms(), err) &&
	       ccm_json_add_string(state, "pending.old", ccm_item_resource_id(work->old), err) &&
	       ccm_renewal_save(work->renewal, err);
}

void
ccm_renew_give_up(const struct ccm_renew_work *work)
{
	struct ccm_error err = {0};

	if (!ccm_json_add_string(work->renewal->state, "pending", NULL, &err) ||
	    !ccm_renewal_save(work->renewal, &err))
		ccm_log_failure(CCM_LOG_CLI, "the state of a renewal", &err);
}

/* With a key that the service never had: by CSR, which the keystore's journal knows of. */

static void
say(void *context, const char *text)
{
	const struct ccm_renew_work *work = context;

	ccm_tool_say(work->tool, "%s", text);
}

static bool
spend(void *context, struct ccm_error *err)
{
	const struct ccm_renew_work *work = context;

	return ccm_renewal_spend(work->folder, work->options->budget, err);
}

/* The same key, or one of its kind, where that is. */
static bool
issue_for(const struct ccm_renew_work *work, struct ccm_key *key, const struct ccm_issue *issue,
    struct ccm_issued *issued, struct ccm_error *err)
{
	struct ccm_hsm *hsm = ccm_hsm_of_key(key);

	if (!work->options->rotate_key)
		return ccm_issue_for_key(work->old, issue, issued, err);
	if (hsm != NULL)
		return ccm_issue_with_hsm_key(
		    work->tool->model, ccm_hsm_cluster(hsm), issue, issued, err);
	if (ccm_item_is_local(work->old))
		return ccm_issue_with_new_key(ccm_item_token(work->old), issue, issued, err);
	return ccm_fail(err, CCM_UNSUPPORTED,
	    "--rotate-key: the key is neither the service's nor of the keystore or an HSM");
}

/* The state has it from here on, and the journal need not. */
static bool
take_over(const struct ccm_renew_work *work, const struct ccm_issued *issued, struct ccm_error *err)
{
	return ccm_json_add_string(work->renewal->state, "pending.issued", issued->id, err) &&
	       ccm_renewal_save(work->renewal, err);
}

static bool
issue_by_csr(const struct ccm_renew_work *work, char id[static CCM_ID_SIZE], struct ccm_error *err)
{
	const struct ccm_cert *cert = ccm_item_certificate(work->old, err);
	struct ccm_key *key = cert != NULL ? ccm_item_key(work->old, err) : NULL;
	struct ccm_issue issue = {.like = cert, .tell = say, .permit = spend};
	struct ccm_json *intent = NULL;
	struct ccm_issued issued;
	bool ok;

	issue.context = (void *)work;
	if (key == NULL)
		return ccm_error_context(err,
		    "the certificate was made for a CSR, and only who has its key can renew it");
	intent = ccm_renew_intent(work->old, work->options->rotate_key ? key : NULL, err);
	issue.intent = intent;
	ok = intent != NULL && issue_for(work, key, &issue, &issued, err);
	if (ok) {
		memcpy(id, issued.id, sizeof(issued.id));
		ok = take_over(work, &issued, err) &&
		     ccm_issued_told(work->tool->model, &issued, err);
	}
	ccm_json_free(intent);
	ccm_key_unref(key);
	return ok;
}

/* With a key that the service makes: what is there tells whether a run that broke off got it. */

struct candidates {
	const struct ccm_json *wanted;
	const char *old;
	int64_t since_ms;
	char ids[CANDIDATES][CCM_ID_SIZE];
	size_t count;
};

static bool
collect(void *context, const struct ccm_json *element, struct ccm_error *err)
{
	struct candidates *found = context;
	char id[CCM_ID_SIZE];

	if (!ccm_create_matches(found->wanted, element, found->since_ms))
		return true;
	if (!ccm_object_id(&ccm_kind_certificate, element, id, err))
		return false;
	if (strcmp(id, found->old) != 0 && found->count < CANDIDATES)
		memcpy(found->ids[found->count++], id, sizeof(id));
	return true;
}

/* What a broken run had issued, if it had; *id stays empty if not. */
static bool
adopt(const struct ccm_renew_work *work, const struct ccm_json *wanted, char id[static CCM_ID_SIZE],
    struct ccm_error *err)
{
	const struct ccm_json *state = work->renewal->state;
	struct candidates found = {.wanted = wanted, .old = ccm_json_text(state, "pending.old")};
	struct ccm_client *client = ccm_tool_client(work->tool, err);
	struct ccm_json *request = ccm_json_new_object(err);
	bool ok = client != NULL && request != NULL &&
		  ccm_json_opt_int(state, "pending.begun", &found.since_ms, err) &&
		  ccm_json_add_string(request, "name", ccm_item_label(work->old), err) &&
		  ccm_json_add_string(request, "sort_key", "create_time", err) &&
		  ccm_json_add_string(request, "sort_dir", "DESC", err) &&
		  ccm_client_each(client, ccm_kind_certificate.list, request,
		      (struct ccm_visitor){collect, &found}, err);

	ccm_json_free(request);
	if (ok && found.count != 0)
		memcpy(id, found.ids[0], CCM_ID_SIZE);
	return ok;
}

static struct ccm_json *
prepare(const struct ccm_renew_work *work, struct ccm_error *err)
{
	const struct ccm_cert *cert = ccm_item_certificate(work->old, err);
	struct ccm_json *get = ccm_json_new_object(err), *record = NULL, *request = NULL;

	if (cert != NULL && get != NULL &&
	    ccm_json_add_string(
		get, ccm_kind_certificate.id_field, ccm_item_resource_id(work->old), err) &&
	    ccm_tool_call(work->tool, ccm_kind_certificate.get, get, &record, err))
		request = ccm_renew_request(record, cert, err);
	ccm_json_free(get);
	ccm_json_free(record);
	return request;
}

static bool
issue_by_service(const struct ccm_renew_work *work, bool broken, char id[static CCM_ID_SIZE],
    struct ccm_error *err)
{
	struct ccm_json *request = prepare(work, err);
	const struct ccm_creation creation = {
	    &ccm_kind_certificate, ccm_kind_certificate.create, request, request, NULL, NULL};
	bool ok = request != NULL && (!broken || adopt(work, request, id, err));

	if (ok && *id != '\0')
		ccm_tool_say(work->tool, "%s: a run that broke off had it issued: %s",
		    ccm_item_label(work->old), id);
	else
		ok = ok && ccm_renewal_spend(work->folder, work->options->budget, err) &&
		     ccm_create_quietly(work->tool, &creation, id, err);
	/* what may have been issued is known by more here: it is not the old one */
	if (!ok && *id == '\0' && request != NULL && ccm_outcome_is_open(err) &&
	    adopt(work, request, id, NULL) && *id != '\0') {
		ccm_error_clear(err);
		ok = true;
	}
	ccm_json_free(request);
	return ok;
}

bool
ccm_renew_issue(
    const struct ccm_renew_work *work, char id[static CCM_ID_SIZE], struct ccm_error *err)
{
	bool broken = ccm_json_get(work->renewal->state, "pending") != NULL;
	const char *issued = ccm_json_text(work->renewal->state, "pending.issued");
	bool ok;

	snprintf(id, CCM_ID_SIZE, "%s", issued);
	if (*id != '\0') /* and only that was done */
		return ccm_issue_forget(work->tool->model, id, err);
	if (!broken && !save_pending(work, err))
		return false;
	ok = strcmp(ccm_item_gen_mode(work->old), "CSR") == 0
		 ? issue_by_csr(work, id, err)
		 : issue_by_service(work, broken, id, err);
	/* nothing was issued, and it is known */
	if (!ok && *id == '\0' && !ccm_outcome_is_open(err) &&
	    (!broken || !ccm_code_is_outage(err->code)))
		ccm_renew_give_up(work);
	return ok;
}
