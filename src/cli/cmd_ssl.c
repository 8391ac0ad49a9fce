/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/act.h"
#include "cli/commands.h"
#include "cli/listing.h"

/* SSL certificates of SCM: what there is, and what is to go. */

static const struct ccm_choice states[] = {
    {"paid", "PAID"},
    {"issued", "ISSUED"},
    {"checking", "CHECKING"},
    {"cancelchecking", "CANCELCHECKING"},
    {"unpassed", "UNPASSED"},
    {"expired", "EXPIRED"},
    {"revoking", "REVOKING"},
    {"revoked", "REVOKED"},
    {"upload", "UPLOAD"},
    {"supplementchecking", "SUPPLEMENTCHECKING"},
    {"checking_org", "CHECKING_ORG"},
    {"issuing", "ISSUING"},
    {0},
};

static const struct ccm_option list_options[] = {
    {.name = "status",
	.apply = ccm_option_choice,
	.placeholder = "STATUS",
	.choices = states,
	.field = "status",
	.help = "only certificates in this state: paid, checking, issued,\n"
		"upload, expired, revoked, ..."},
    {.name = "days",
	.apply = ccm_option_integer,
	.placeholder = "N",
	.field = "expired_days_since",
	.help = "only valid ones that end within so many days"},
    {.name = "deployable",
	.apply = ccm_option_flag,
	.field = "deploy_support",
	.help = "only those that can be deployed"},
    {0},
};

static const struct ccm_column list_columns[] = {
    {"NAME", "name", CCM_CELL_TEXT},
    {"DOMAIN", "domain", CCM_CELL_TEXT},
    {"STATUS", "status", CCM_CELL_TEXT},
    {"TYPE", "type", CCM_CELL_TEXT},
    {"BRAND", "brand", CCM_CELL_TEXT},
    {"EXPIRES", "expire_time", CCM_CELL_TEXT},
    {"ID", "id", CCM_CELL_TEXT},
};

static bool
list(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_listing listing = {
	    .kind = &ccm_kind_ssl,
	    .columns = list_columns,
	    .column_count = CCM_COUNT(list_columns),
	};

	return ccm_listing_print(tool, &listing, args->request, err);
}

const struct ccm_command ccm_command_ssl_list = {
    .name = "ssl list",
    .operands = "",
    .summary = "List SSL certificates",
    .options = list_options,
    .run = list,
};

static const struct ccm_column details[] = {
    {"Name", "name", CCM_CELL_TEXT},
    {"Id", "id", CCM_CELL_TEXT},
    {"Status", "status", CCM_CELL_TEXT},
    {"Domain", "domain", CCM_CELL_TEXT},
    {"Other domains", "sans", CCM_CELL_TEXT},
    {"Type", "type", CCM_CELL_TEXT},
    {"Brand", "brand", CCM_CELL_TEXT},
    {"Kind of domains", "domain_type", CCM_CELL_TEXT},
    {"Domains", "domain_count", CCM_CELL_TEXT},
    {"Wildcard domains", "wildcard_count", CCM_CELL_TEXT},
    {"Hash", "signature_algorithm", CCM_CELL_TEXT},
    {"Fingerprint", "fingerprint", CCM_CELL_TEXT},
    {"Issued", "issue_time", CCM_CELL_TEXT},
    {"Valid from", "not_before", CCM_CELL_TEXT},
    {"Expires", "not_after", CCM_CELL_TEXT},
    {"Months", "validity_period", CCM_CELL_TEXT},
    {"Domains proved by", "validation_method", CCM_CELL_TEXT},
    {"Can be pushed", "push_support", CCM_CELL_TEXT},
    {"Revoked because", "revoke_reason", CCM_CELL_TEXT},
    {"Order", "order_id", CCM_CELL_TEXT},
    {"Shared", "shared", CCM_CELL_FLAG},
    {"Description", "description", CCM_CELL_TEXT},
    {"Enterprise project", "enterprise_project_id", CCM_CELL_TEXT},
};

/* What has to stand in the DNS, or on the web server, to prove whose a domain is. */
static const struct ccm_column proof[] = {
    {"DOMAIN", "domain", CCM_CELL_TEXT},
    {"RECORD", "record_name", CCM_CELL_TEXT},
    {"TYPE", "record_type", CCM_CELL_TEXT},
    {"VALUE", "record_value", CCM_CELL_TEXT},
};

static bool
show(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_rows proofs = {
	    "authentification", proof, CCM_COUNT(proof), "record"};
	const struct ccm_target target = {.kind = &ccm_kind_ssl, .text = args->operands[0]};
	struct ccm_json *object;
	char id[CCM_ID_SIZE];
	bool ok;

	/* a list shows less than the details: by name it is asked for again */
	ok = ccm_resolve_id(tool, &target, id, err) &&
	     ccm_resolve(tool, &(struct ccm_target){&ccm_kind_ssl, id, NULL}, &object, err);
	if (!ok)
		return false;
	ok = ccm_object_print(tool, details, CCM_COUNT(details), object, err);
	if (ok && !tool->json && ccm_json_count(ccm_json_get(object, proofs.member)) != 0) {
		fputc('\n', ccm_tool_out(tool));
		ok = ccm_rows_print(tool, &proofs, object, err);
	}
	ccm_json_free(object);
	return ok;
}

const struct ccm_command ccm_command_ssl_show = {
    .name = "ssl show",
    .operands = "NAME|ID",
    .summary = "Show all that is known of an SSL certificate",
    .run = show,
};

static bool delete (struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_act act = {.op = &ccm_scm_delete_certificate,
	    .verb = "delete",
	    .done = "is deleted",
	    .gone = true};
	const struct ccm_target target = {.kind = &ccm_kind_ssl, .text = args->operands[0]};

	return ccm_act(tool, &act, &target, args->request, err);
}

const struct ccm_command ccm_command_ssl_delete = {
    .name = "ssl delete",
    .operands = "NAME|ID",
    .summary = "Delete an SSL certificate and its key, for good",
    .run = delete,
};

static bool
withdraw(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_act act = {.op = &ccm_scm_cancel_certificate_application,
	    .done = "is being withdrawn",
	    .field = "status",
	    .value = "CANCELCHECKING"};
	const struct ccm_target target = {.kind = &ccm_kind_ssl, .text = args->operands[0]};

	return ccm_act(tool, &act, &target, args->request, err);
}

const struct ccm_command ccm_command_ssl_withdraw = {
    .name = "ssl withdraw",
    .operands = "NAME|ID",
    .summary = "Take back an application for a certificate",
    .run = withdraw,
};
