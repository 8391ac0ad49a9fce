/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/create.h"
#include "cli/subject.h"

#include <string.h>

static const struct ccm_option options[] = {
    {.name = "issuer",
	.apply = ccm_option_text,
	.placeholder = "NAME|ID",
	.required = true,
	.help = "CA that signs it"},
    CCM_OPTION_CA_HASH,
    {.name = "validity",
	.apply = ccm_option_period,
	.placeholder = "TIME",
	.field = "validity",
	.help = "such as 10y, 6m, 90d; 5y"},
    CCM_OPTION_PATH_LENGTH,
    {0},
};

/* The answer may get lost on its way: what counts is the state that the CA is in. */
static bool
is_active(struct ccm_tool *tool, const char *id, struct ccm_error *err)
{
	const struct ccm_target target = {.kind = &ccm_kind_ca, .text = id};
	struct ccm_error trouble = {0};
	const char *status = "";
	struct ccm_json *ca;
	bool active;

	if (!ccm_resolve(tool, &target, &ca, &trouble)) {
		ccm_tool_note(
		    tool, "note: whether it is active now could not be seen: %s", trouble.msg);
		return false;
	}
	ccm_json_as_string(ccm_json_get(ca, "status"), &status);
	active = strcmp(status, "ACTIVED") == 0;
	if (active)
		ccm_tool_say(tool, "the answer was lost (%s), but the CA is active", err->msg);
	else
		ccm_tool_note(tool, "note: the CA is %s now", status);
	ccm_json_free(ca);
	return active;
}

static bool
send_activation(
    struct ccm_tool *tool, const struct ccm_json *request, const char *id, struct ccm_error *err)
{
	struct ccm_json *answer;
	bool ok = ccm_tool_call(tool, &ccm_pca_activate_ca, request, &answer, err);

	ccm_json_free(answer);
	if (!ok && ccm_outcome_is_open(err) && is_active(tool, id, err)) {
		ccm_error_clear(err);
		ok = true;
	}
	return ok;
}

static bool
activate(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_target target = {&ccm_kind_ca, args->operands[0], "PENDING"};
	const struct ccm_target by = {&ccm_kind_ca, ccm_args_value(args, "issuer"), "ACTIVED"};
	struct ccm_json *issuer = NULL, *request = args->request;
	char id[64], issuer_id[64];
	bool ok;

	ok = ccm_resolve_id(tool, &target, id, err) && ccm_resolve(tool, &by, &issuer, err) &&
	     ccm_object_id(by.kind, issuer, issuer_id, err) &&
	     ccm_json_add_string(request, "ca_id", id, err) &&
	     ccm_json_add_string(request, "issuer_id", issuer_id, err) &&
	     ccm_hash_default(request, issuer, err) && ccm_validity_default(request, "5y", err) &&
	     send_activation(tool, request, id, err);
	if (!ok)
		ccm_note_state(tool, &by, issuer, err);
	ccm_json_free(issuer);
	return ok;
}

const struct ccm_command ccm_command_ca_activate = {
    .name = "ca activate",
    .operands = "NAME|ID",
    .summary = "Have a pending CA signed by another one",
    .options = options,
    .run = activate,
};
