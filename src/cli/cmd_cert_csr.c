/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/create.h"
#include "cli/input.h"
#include "cli/issue.h"
#include "cli/listing.h"
#include "cli/subject.h"

#include <string.h>

/* Signing requests that were made elsewhere: to have them signed, to see what is in them. */

static const struct ccm_choice kinds[] = {
    {"certificate", "ENTITY_CERT"},
    {"ca", "INTERMEDIATE_CA"},
    {0},
};

static const struct ccm_option sign_options[] = {
    {.name = "ca",
	.apply = ccm_option_text,
	.placeholder = "NAME|ID",
	.required = true,
	.help = "issuing CA"},
    {.name = "type",
	.apply = ccm_option_choice,
	.choices = kinds,
	.field = "type",
	.help = "certificate, or ca for one that is run elsewhere and in no list here"},
    {.name = "path-length",
	.apply = ccm_option_integer,
	.placeholder = "N",
	.field = "path_length",
	.help = "how many CAs may stand below it (0 to 6); with --type ca"},
    {.name = "validity",
	.apply = ccm_option_period,
	.placeholder = "TIME",
	.field = "validity",
	.help = "such as 1y, 6m, 90d, 12h; 1y"},
    {0},
};

static bool
is_for_ca(const struct ccm_json *request)
{
	const char *type = "";

	ccm_json_as_string(ccm_json_get(request, "type"), &type);
	return strcmp(type, "INTERMEDIATE_CA") == 0;
}

static bool
send_csr(struct ccm_tool *tool, struct ccm_json *request, const struct ccm_csr *csr,
    const char *issuer_id, struct ccm_error *err)
{
	/* a CA's certificate is in no list: whether it was issued can't be seen */
	const struct ccm_creation creation = {
	    .kind = &ccm_kind_certificate,
	    .op = &ccm_pca_issue_certificate_by_csr,
	    .request = request,
	};

	if (!ccm_json_add_string(request, "issuer_id", issuer_id, err) ||
	    !ccm_json_add_string(request, "csr", ccm_buf_str(&csr->pem), err) ||
	    !ccm_validity_default(request, "1y", err))
		return false;
	if (is_for_ca(request))
		return ccm_create_as(tool, &creation, err);
	/* what the journal's entry goes by */
	return ccm_json_add_string(request, "distinguished_name.common_name",
		   csr->common_name != NULL ? csr->common_name : "", err) &&
	       ccm_issue_by_csr(tool, request, csr, err);
}

static bool
sign(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_target target = {&ccm_kind_ca, ccm_args_value(args, "ca"), "ACTIVED"};
	struct ccm_json *ca = NULL;
	char id[CCM_ID_SIZE];
	struct ccm_csr csr;
	bool ok;

	if (ccm_args_has(args, "path-length") && !is_for_ca(args->request))
		return ccm_fail(err, CCM_USAGE, "--path-length goes with --type ca only");
	if (!ccm_input_csr(args->operands[0], &csr, err))
		return false;
	ok = ccm_resolve(tool, &target, &ca, err) && ccm_object_id(target.kind, ca, id, err) &&
	     send_csr(tool, args->request, &csr, id, err);
	if (!ok)
		ccm_note_state(tool, &target, ca, err);
	ccm_json_free(ca);
	ccm_csr_clear(&csr);
	return ok;
}

const struct ccm_command ccm_command_cert_sign_csr = {
    .name = "cert sign-csr",
    .operands = "FILE",
    .summary = "Issue what a CSR asks for and print its id",
    .details = "\nSubject, key and alternative names are the CSR's. FILE is PEM; - is standard "
	       "input.\nA run that was interrupted is gone on with by the same command: what "
	       "was issued\nis adopted.\n",
    .options = sign_options,
    .run = sign,
};

static const struct ccm_column csr_columns[] = {
    {"Subject", "distinguished_name", CCM_CELL_NAME},
    {"Key", "key_algorithm", CCM_CELL_TEXT},
    {"Key length", "key_algorithm_length", CCM_CELL_TEXT},
    {"Hash", "signature_algorithm", CCM_CELL_TEXT},
};

static bool
parse(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_json *request = args->request, *answer = NULL;
	struct ccm_csr csr;
	bool ok;

	if (!ccm_input_csr(args->operands[0], &csr, err))
		return false;
	ok = ccm_json_add_string(request, "csr", ccm_buf_str(&csr.pem), err) &&
	     ccm_tool_call(tool, &ccm_pca_parse_csr, request, &answer, err);
	if (ok)
		ok = ccm_object_print(tool, csr_columns, CCM_COUNT(csr_columns), answer, err);
	ccm_json_free(answer);
	ccm_csr_clear(&csr);
	return ok;
}

const struct ccm_command ccm_command_cert_parse_csr = {
    .name = "cert parse-csr",
    .operands = "FILE",
    .summary = "Show what the service reads in a CSR",
    .run = parse,
};
