/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/act.h"
#include "cli/commands.h"
#include "cli/create.h"
#include "cli/reason.h"

/* What moves a CA from one state to another (spec/ccm-api.md chapter 4). */

static bool
act_on(struct ccm_tool *tool, const struct ccm_act *act, struct ccm_args *args,
    const char *preferred, struct ccm_error *err)
{
	const struct ccm_target target = {&ccm_kind_ca, args->operands[0], preferred};

	return ccm_act(tool, act, &target, args->request, err);
}

static bool
enable(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_act act = {
	    .op = &ccm_pca_enable_ca, .done = "is enabled", .field = "status", .value = "ACTIVED"};

	return act_on(tool, &act, args, "DISABLED", err);
}

const struct ccm_command ccm_command_ca_enable = {
    .name = "ca enable",
    .operands = "NAME|ID",
    .summary = "Let a disabled CA work again",
    .run = enable,
};

static bool
disable(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_act act = {.op = &ccm_pca_disable_ca,
	    .done = "is disabled",
	    .field = "status",
	    .value = "DISABLED"};

	return act_on(tool, &act, args, "ACTIVED", err);
}

const struct ccm_command ccm_command_ca_disable = {
    .name = "ca disable",
    .operands = "NAME|ID",
    .summary = "Stop a CA from issuing, until it is enabled",
    .run = disable,
};

static const struct ccm_option delete_options[] = {
    {.name = "days",
	.apply = ccm_option_integer,
	.placeholder = "N",
	.field = "pending_days",
	.help = "days until it is gone for good, 7 to 30; 30"},
    {0},
};

/* pending_days is always sent, as the service's practice advises (spec/ccm-api.md 8). */
static bool delete (struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_act act = {.op = &ccm_pca_delete_ca,
	    .verb = "delete",
	    .done = "is deleted",
	    .field = "status",
	    .value = "DELETED",
	    .gone = true};

	return ccm_request_default(args->request, "pending_days", "30", err) &&
	       act_on(tool, &act, args, NULL, err);
}

const struct ccm_command ccm_command_ca_delete = {
    .name = "ca delete",
    .operands = "NAME|ID",
    .summary = "Have a disabled or pending CA deleted",
    .details = "\nA pending CA goes at once, a disabled one when its days are over; until then\n"
	       "`ccm ca restore` brings it back.\n",
    .options = delete_options,
    .run = delete,
};

static bool
restore(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_act act = {.op = &ccm_pca_restore_ca,
	    .done = "is restored, and disabled",
	    .field = "status",
	    .value = "DISABLED"};

	return act_on(tool, &act, args, "DELETED", err);
}

const struct ccm_command ccm_command_ca_restore = {
    .name = "ca restore",
    .operands = "NAME|ID",
    .summary = "Bring back a CA that is to be deleted",
    .run = restore,
};

static bool
revoke(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_act act = {.op = &ccm_pca_revoke_ca,
	    .verb = "revoke",
	    .done = "is revoked",
	    .field = "status",
	    .value = "REVOKED"};

	return act_on(tool, &act, args, "ACTIVED", err);
}

const struct ccm_command ccm_command_ca_revoke = {
    .name = "ca revoke",
    .operands = "NAME|ID",
    .summary = "Revoke a subordinate CA",
    .options = ccm_options_reason,
    .run = revoke,
};
