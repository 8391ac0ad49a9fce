/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/log.h"
#include "model/source.h"

/*
 * SSL certificates. Their records don't tell the kind of key, nor whether SCM has the private one:
 * the export does, which brings all at once and has no password.
 */

static const char *const without_certificate[] = {
    "PAID", "CHECKING", "CHECKING_DOMAIN", "CHECKING_ORG", "ISSUING", "CANCELCHECKING", "UNPASSED"};

bool
ccm_scm_status_has_certificate(const char *status)
{
	for (size_t i = 0; i < CCM_COUNT(without_certificate); i++)
		if (strcmp(without_certificate[i], status) == 0)
			return false;
	return true;
}

static bool
read_end(const struct ccm_json *record, int64_t *ms, struct ccm_error *err)
{
	const struct ccm_json *time = ccm_json_get(record, "expire_time");
	const char *text;

	if (time == NULL)
		time = ccm_json_get(record, "not_after");
	if (time == NULL || (ccm_json_as_string(time, &text) && text[0] == '\0'))
		return true;
	return ccm_json_as_time(time, ms) ||
	       ccm_fail(err, CCM_PROTOCOL, "expire_time, or not_after, is no time");
}

/* Of a list or of details. */
bool
ccm_scm_read_facts(const struct ccm_json *record, enum ccm_item_kind kind, struct ccm_facts *facts,
    struct ccm_error *err)
{
	ccm_facts_init(facts, kind);
	if (!ccm_json_string(record, "id", &facts->resource_id, err) ||
	    !ccm_json_opt_string(record, "name", &facts->label, err) ||
	    !ccm_json_opt_string(record, "domain", &facts->label, err) ||
	    !ccm_json_opt_string(record, "status", &facts->status, err) ||
	    !read_end(record, &facts->not_after, err))
		return false;
	return ccm_item_id_from_resource(facts->resource_id, facts->id, err);
}

/* Listing */

/* The reference lets offset reach 100 (ccm-api.md 8, scm_offset_cap): what came before is good. */
static bool
is_cut_off(const struct ccm_listing *listing, size_t before, const struct ccm_error *cause)
{
	if (cause->code != CCM_USAGE || cause->http_status == 0 ||
	    listing->harvest->count == before)
		return false;
	ccm_log(WARN, MODEL,
	    "token %s: only %zu certificates are shown, the service refuses more: %s",
	    listing->harvest->token->config->name, listing->harvest->count - before, cause->msg);
	return true;
}

static bool
walk(struct ccm_listing *listing, const char *member, const char *value, struct ccm_error *err)
{
	struct ccm_json *request = ccm_request_for(member, value, err);
	size_t before = listing->harvest->count;
	struct ccm_error cause = {0};
	bool ok;

	if (request == NULL)
		return false;
	listing->visited = 0;
	ok = ccm_listing_walk(listing, &ccm_scm_list_certificates, request, &cause);
	ccm_json_free(request);
	if (ok)
		return true;
	listing->harvest->incomplete = true;
	if (is_cut_off(listing, before, &cause))
		return true;
	if (err != NULL && err->code == CCM_OK)
		*err = cause;
	return false;
}

static size_t
states(const struct ccm_token_config *config, const char *out[static CCM_STATES_MAX])
{
	out[0] = strcmp(config->status, "*") != 0 ? config->status : NULL;
	if (config->status[0] != '\0')
		return 1;
	out[0] = "ISSUED";
	out[1] = "UPLOAD";
	return 2;
}

/*
 * The API has no filter by name, its SDKs have a search word. Where that is not known, all come,
 * and what does not match is left out later. A filter by state would cost a call for each.
 */
static bool
list(struct ccm_token *token, enum ccm_item_kind kind, const char *name,
    struct ccm_harvest *harvest, struct ccm_error *err)
{
	struct ccm_listing listing = {harvest, kind, ccm_scm_read_facts};
	const char *state[CCM_STATES_MAX];
	size_t count = states(token->config, state);
	bool ok = true;

	if (kind != CCM_ITEM_CERTIFICATE)
		return true;
	if (name != NULL)
		return walk(&listing, "content", name, err);
	for (size_t i = 0; ok && i < count; i++)
		ok = walk(&listing, "status", state[i] != NULL ? state[i] : "ALL", err);
	return ok;
}

static bool
get(struct ccm_token *token, enum ccm_item_kind kind, const char *resource_id,
    struct ccm_harvest *harvest, struct ccm_error *err)
{
	struct ccm_listing listing = {harvest, kind, ccm_scm_read_facts};
	struct ccm_json *request;
	bool ok;

	(void)token;
	if (kind != CCM_ITEM_CERTIFICATE)
		return ccm_fail(err, CCM_NOT_FOUND, "SCM has no CA %s", resource_id);
	request = ccm_request_for("certificate_id", resource_id, err);
	ok = ccm_listing_get(&listing, &ccm_scm_get_certificate, request, err);
	ccm_json_free(request);
	return ok;
}

/* Exports */

static bool
has_key(const struct ccm_json *answer)
{
	const char *pem = "";

	return ccm_json_opt_string(answer, "private_key", &pem, NULL) && pem[0] != '\0';
}

/* None when SCM has none (a CSR brought the key), or when it is of a kind that we can't use. */
static bool
read_key(const struct ccm_json *answer, const struct ccm_bundle *bundle, struct ccm_key **key,
    struct ccm_error *err)
{
	*key = NULL;
	return !has_key(answer) ||
	       ccm_pkey_type(ccm_cert_public_key(bundle->cert)) == CCM_KEY_OTHER ||
	       ccm_export_read_key(answer, "private_key", NULL, key, err);
}

static bool
export_item(
    struct ccm_item *item, struct ccm_bundle **bundle, struct ccm_key **key, struct ccm_error *err)
{
	const struct ccm_operation *op = &ccm_scm_export_certificate;
	struct ccm_json *request = ccm_request_for("certificate_id", item->facts.resource_id, err);
	struct ccm_json *answer = NULL;
	bool ok = request != NULL &&
		  ccm_client_call(ccm_model_client(item->token->model), op, request, &answer, err);

	if (ok) {
		ok = ccm_export_read_bundle(answer, "certificate", bundle, err) &&
		     (key == NULL || read_key(answer, *bundle, key, err));
		if (!ok) {
			ccm_error_context(err, "%s", op->id);
			ccm_bundle_free(*bundle);
			*bundle = NULL;
		}
	}
	ccm_json_free(answer);
	ccm_json_free(request);
	return ok;
}

static void
resource_of_id(const unsigned char id[static CCM_ITEM_ID_LEN], char out[static 40])
{
	memcpy(out, id, CCM_ITEM_ID_LEN);
	out[CCM_ITEM_ID_LEN] = '\0';
}

const struct ccm_source ccm_source_scm = {
    .name = "SCM",
    .states = states,
    .name_of_any = true,
    .keys_by_export = true,
    .has_id = ccm_id_is_scm,
    .has_certificate = ccm_scm_status_has_certificate,
    .resource_of_id = resource_of_id,
    .list = list,
    .get = get,
    .export = export_item,
    .delete = &ccm_scm_delete_certificate,
};
