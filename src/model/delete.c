/* SPDX-License-Identifier: Apache-2.0 */
#include "core/log.h"
#include "model/source.h"

/* A CA goes in steps, and days later: `ccm ca`. */
static const char *
why_not(enum ccm_item_kind kind)
{
	switch (kind) {
	case CCM_ITEM_CA:
		return ": it is a CA";
	case CCM_ITEM_ENCRYPTION:
		return ": it goes with the half that signs";
	default:
		return "";
	}
}

static bool
can_be_deleted(const struct ccm_item *item, struct ccm_error *err)
{
	return item->facts.kind == CCM_ITEM_CERTIFICATE ||
	       ccm_fail(err, CCM_UNSUPPORTED, "%s is no certificate that can be deleted%s",
		   item->facts.label, why_not(item->facts.kind));
}

bool
ccm_item_delete(struct ccm_item *item, struct ccm_error *err)
{
	const char *token = item->token->config->name, *label = item->facts.label;
	const char *id = item->facts.resource_id;
	struct ccm_error failure = {0};
	struct ccm_json *request;
	bool ok;

	if (!can_be_deleted(item, err))
		return false;
	request = ccm_request_for("certificate_id", id, &failure);
	ok = request != NULL && ccm_client_call(ccm_model_client(item->token->model),
				    item->token->source->delete, request, NULL, &failure);
	ccm_json_free(request);
	if (ok || ccm_outcome_is_open(&failure))
		ccm_item_note_vanished(item);
	if (!ok) {
		if (err != NULL && err->code == CCM_OK)
			*err = failure;
		return ccm_error_context(err, "token %s: deleting %s (%s)", token, label, id);
	}
	ccm_log(INFO, MODEL, "token %s: %s (%s) was deleted", token, label, id);
	return true;
}
