/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/act.h"
#include "cli/ca_options.h"
#include "cli/commands.h"
#include "cli/subject.h"

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
    CCM_OPTIONS_CA_SERVICES,
    {0},
};

static const struct ccm_act act = {
    .op = &ccm_pca_activate_ca,
    .done = "is active",
    .field = "status",
    .value = "ACTIVED",
};

static bool
activate(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_target target = {&ccm_kind_ca, args->operands[0], "PENDING"};
	const struct ccm_target by = {&ccm_kind_ca, ccm_args_value(args, "issuer"), "ACTIVED"};
	struct ccm_json *issuer = NULL, *request = args->request;
	char issuer_id[CCM_ID_SIZE];
	bool ok;

	ok = ccm_ca_options_complete(tool, args, err) && ccm_resolve(tool, &by, &issuer, err) &&
	     ccm_object_id(by.kind, issuer, issuer_id, err) &&
	     ccm_json_add_string(request, "issuer_id", issuer_id, err) &&
	     ccm_hash_default(request, issuer, err) && ccm_validity_default(request, "5y", err) &&
	     ccm_act(tool, &act, &target, request, err);
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
    .relations = ccm_relations_ca_services,
    .run = activate,
};
