/* SPDX-License-Identifier: Apache-2.0 */
#include "model/source.h"

#include <string.h>

#include "core/log.h"
#include "model/sync.h"

void
ccm_facts_init(struct ccm_facts *facts, enum ccm_item_kind kind)
{
	*facts = (struct ccm_facts){
	    .kind = kind,
	    .resource_id = "",
	    .label = "",
	    .status = "",
	    .issuer_id = "",
	    .issuer_name = "",
	    .serial = "",
	    .key_algorithm = "",
	    .gen_mode = "",
	    .cluster_id = "",
	    .crl_url = "",
	    .enc_serial = "",
	};
}

bool
ccm_listing_visit(void *context, const struct ccm_json *record, struct ccm_error *err)
{
	struct ccm_listing *listing = context;
	struct ccm_error failure = {0};
	struct ccm_facts facts;

	listing->visited++;
	if (listing->harvest->sync != NULL && listing->harvest->sync->tell != NULL)
		listing->harvest->sync->tell(listing->harvest->sync->context, listing->total);
	if (listing->read(record, listing->kind, &facts, &failure))
		return ccm_harvest_add(listing->harvest, &facts, err);
	ccm_log(WARN, MODEL, "token %s: a record of the listing is passed over: %s",
	    listing->harvest->token->config->name, failure.msg);
	return true;
}

static void
note_total(void *context, int64_t records)
{
	struct ccm_listing *listing = context;

	listing->total = records;
}

bool
ccm_listing_walk(struct ccm_listing *listing, const struct ccm_operation *op,
    const struct ccm_json *request, struct ccm_error *err)
{
	const struct ccm_visitor visitor = {ccm_listing_visit, listing, note_total};
	bool ok = ccm_client_each(
	    ccm_model_client(listing->harvest->token->model), op, request, visitor, err);

	listing->harvest->incomplete |= listing->visited < listing->total;
	return ok;
}

bool
ccm_listing_sweep(struct ccm_listing *listing, const struct ccm_operation *op,
    const struct ccm_json *request, struct ccm_error *err)
{
	const struct ccm_visitor visitor = {ccm_listing_visit, listing, note_total};
	bool ok = ccm_client_sweep(
	    ccm_model_client(listing->harvest->token->model), op, request, visitor, err);

	listing->harvest->incomplete |= listing->visited < listing->total;
	return ok;
}

struct ccm_json *
ccm_request_for(const char *member, const char *id, struct ccm_error *err)
{
	struct ccm_json *request = ccm_json_new_object(err);

	if (request == NULL || ccm_json_add_string(request, member, id, err))
		return request;
	ccm_json_free(request);
	return NULL;
}

/* Asked for by its id, so that somebody counts on it. */
static void
tell_left_out(const struct ccm_harvest *harvest, const struct ccm_facts *facts)
{
	ccm_log(WARN, MODEL, "token %s: %s (%s) is %s, which the token does not show",
	    harvest->token->config->name, facts->label, facts->resource_id, facts->status);
}

bool
ccm_listing_get(const struct ccm_listing *listing, const struct ccm_operation *op,
    const struct ccm_json *request, struct ccm_error *err)
{
	struct ccm_client *client = ccm_model_client(listing->harvest->token->model);
	struct ccm_json *answer = NULL;
	struct ccm_facts facts;
	size_t before = listing->harvest->count;
	bool ok = request != NULL && ccm_client_call(client, op, request, &answer, err) &&
		  (listing->read(answer, listing->kind, &facts, err) ||
		      ccm_error_context(err, "%s", op->id)) &&
		  ccm_harvest_add(listing->harvest, &facts, err);

	if (ok && listing->harvest->count == before && strcmp(facts.status, "REVOKED") == 0)
		tell_left_out(listing->harvest, &facts);
	ccm_json_free(answer);
	return ok;
}

/* Exports */

bool
ccm_export_read_key(const struct ccm_json *answer, const char *member, const char *password,
    struct ccm_key **key, struct ccm_error *err)
{
	const char *pem;

	if (!ccm_json_string(answer, member, &pem, err))
		return false;
	*key = ccm_key_soft_from_pem(ccm_span_of(pem), password, err);
	return *key != NULL || ccm_error_context(err, "%s", member);
}

static bool
is_blank(const char *text)
{
	return strspn(text, " \t\r\n") == strlen(text);
}

bool
ccm_export_read_bundle(const struct ccm_json *answer, const char *member,
    struct ccm_bundle **bundle, struct ccm_error *err)
{
	const char *certificate, *chain = "";
	struct ccm_cert **certs = NULL, **rest = NULL;
	size_t count = 0, rest_count = 0;
	bool ok = false;

	*bundle = NULL;
	if (!ccm_json_string(answer, member, &certificate, err) ||
	    !ccm_json_opt_string(answer, "certificate_chain", &chain, err))
		return false;
	if (!ccm_certs_from_pem(ccm_span_of(certificate), &certs, &count, err)) {
		ccm_error_context(err, "%s", member);
		goto out;
	}
	if (!is_blank(chain) && !ccm_certs_from_pem(ccm_span_of(chain), &rest, &rest_count, err)) {
		ccm_error_context(err, "certificate_chain");
		goto out;
	}
	*bundle = ccm_bundle_new(certs[0], rest, rest_count, err);
	ok = *bundle != NULL;
out:
	ccm_certs_free(certs, count);
	ccm_certs_free(rest, rest_count);
	return ok;
}
