/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/act.h"
#include "cli/commands.h"
#include "cli/reason.h"

static bool
revoke(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_act act = {.op = &ccm_pca_revoke_certificate,
	    .verb = "revoke",
	    .done = "is revoked",
	    .field = "status",
	    .value = "REVOKED"};
	const struct ccm_target target = {&ccm_kind_certificate, args->operands[0], "ISSUED"};

	return ccm_act(tool, &act, &target, args->request, err);
}

const struct ccm_command ccm_command_cert_revoke = {
    .name = "cert revoke",
    .operands = "NAME|ID",
    .summary = "Revoke a certificate",
    .options = ccm_options_reason,
    .run = revoke,
};

static bool delete (struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_act act = {.op = &ccm_pca_delete_certificate,
	    .verb = "delete",
	    .done = "is deleted",
	    .gone = true};
	const struct ccm_target target = {&ccm_kind_certificate, args->operands[0], NULL};

	return ccm_act(tool, &act, &target, args->request, err);
}

const struct ccm_command ccm_command_cert_delete = {
    .name = "cert delete",
    .operands = "NAME|ID",
    .summary = "Delete a certificate and its key, for good",
    .run = delete,
};
