/* SPDX-License-Identifier: Apache-2.0 */
/* Finding a certificate in the account by its public key, which no list shows. */
#include <string.h>

#include "core/log.h"
#include "model/issue.h"
#include "model/source.h"

/* Certificates of one name that are looked at, the newest: those that were known before, and those
 * that came since. */
#define NEWEST 50

struct candidates {
	const struct ccm_issue_search *search;
	char (*ids)[CCM_ISSUED_ID_SIZE];
	size_t count, seen;
};

/* Is the id one of a text with blanks between them? */
static bool
is_known(const char *known, const char *id)
{
	size_t len = strlen(id);

	for (const char *at = known; (at = strstr(at, id)) != NULL; at += len)
		if ((at == known || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

static bool
visit(void *context, const struct ccm_json *record, struct ccm_error *err)
{
	struct candidates *candidates = context;
	const char *name = "", *origin = "", *id;

	if (!ccm_json_opt_string(record, "distinguished_name.common_name", &name, err) ||
	    !ccm_json_opt_string(record, "gen_mode", &origin, err) ||
	    !ccm_json_string(record, "certificate_id", &id, err))
		return false;
	if (strcmp(name, candidates->search->name) != 0 ||
	    (origin[0] != '\0' && strcmp(origin, "CSR") != 0) || strlen(id) >= CCM_ISSUED_ID_SIZE)
		return true;
	if (candidates->seen++ == NEWEST)
		return false; /* the walk ends */
	if (is_known(candidates->search->known, id))
		return true;
	if (!ccm_grow_array(&candidates->ids, candidates->count, sizeof(*candidates->ids), err))
		return false;
	memcpy(candidates->ids[candidates->count++], id, strlen(id) + 1);
	return true;
}

static bool
list(struct ccm_model *model, struct candidates *candidates, struct ccm_error *err)
{
	struct ccm_json *request = ccm_json_new_object(err);
	bool ok = request != NULL &&
		  (candidates->search->name[0] == '\0' ||
		      ccm_json_add_string(request, "name", candidates->search->name, err)) &&
		  ccm_json_add_string(request, "sort_key", "create_time", err) &&
		  ccm_json_add_string(request, "sort_dir", "DESC", err) &&
		  ccm_client_each(ccm_model_client(model), &ccm_pca_list_certificates, request,
		      (struct ccm_visitor){.visit = visit, .context = candidates}, err);

	ccm_json_free(request);
	return ok;
}

/* One that can't be exported, revoked meanwhile perhaps, is not what is looked for; a service that
 * can't be reached says nothing. */
static bool
compare(struct ccm_model *model, const char *id, struct ccm_span public_key, bool *same,
    struct ccm_error *err)
{
	struct ccm_json *request = ccm_request_for("certificate_id", id, err), *answer = NULL;
	struct ccm_bundle *bundle = NULL;
	struct ccm_error failure = {0};
	bool ok = request != NULL && ccm_json_add_string(request, "type", "OTHER", err) &&
		  ccm_json_add_bool(request, "is_compressed", false, err);

	*same = false;
	if (ok &&
	    ccm_client_call(
		ccm_model_client(model), &ccm_pca_export_certificate, request, &answer, &failure) &&
	    ccm_export_read_bundle(answer, "certificate", &bundle, &failure))
		*same = ccm_span_equal(ccm_cert_spki(bundle->cert), public_key);
	ccm_bundle_free(bundle);
	ccm_json_free(answer);
	ccm_json_free(request);
	if (!ok || failure.code == CCM_OK)
		return ok;
	if (!ccm_code_is_outage(failure.code)) {
		ccm_log(DEBUG, MODEL, "passed over: %s", failure.msg);
		return true;
	}
	if (err != NULL && err->code == CCM_OK)
		*err = failure;
	return false;
}

bool
ccm_issue_find(struct ccm_model *model, const struct ccm_issue_search *search,
    char id[static CCM_ISSUED_ID_SIZE], struct ccm_error *err)
{
	struct candidates candidates = {.search = search};
	bool ok = list(model, &candidates, err), same = false;

	id[0] = '\0';
	for (size_t i = 0; ok && !same && i < candidates.count; i++) {
		ok = compare(model, candidates.ids[i], search->public_key, &same, err);
		if (same)
			memcpy(id, candidates.ids[i], CCM_ISSUED_ID_SIZE);
	}
	ccm_free(candidates.ids);
	return ok;
}

bool
ccm_issue_list_known(
    struct ccm_model *model, const char *name, struct ccm_buf *known, struct ccm_error *err)
{
	const struct ccm_issue_search search = {.name = name, .known = ""};
	struct candidates candidates = {.search = &search};
	bool ok = list(model, &candidates, err);

	for (size_t i = 0; ok && i < candidates.count; i++)
		ok = ccm_buf_printf(known, err, "%s%s", i != 0 ? " " : "", candidates.ids[i]);
	ccm_free(candidates.ids);
	return ok;
}
