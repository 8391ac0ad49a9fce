/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/act.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/output.h"

/* CAs as files: a CSR to sign elsewhere, the certificate that comes back, what others trust. */

/* What the call says about the CA, to be freed. */
static struct ccm_json *
ask(struct ccm_tool *tool, const struct ccm_operation *op, const struct ccm_target *target,
    struct ccm_error *err)
{
	struct ccm_json *request = ccm_json_new_object(err), *object = NULL, *answer = NULL;
	char id[CCM_ID_SIZE];
	bool ok;

	ok = request != NULL && ccm_resolve(tool, target, &object, err) &&
	     ccm_object_id(target->kind, object, id, err) &&
	     ccm_json_add_string(request, target->kind->id_field, id, err) &&
	     ccm_tool_call(tool, op, request, &answer, err);
	if (!ok)
		ccm_note_state(tool, target, object, err);
	else if (answer == NULL)
		ccm_fail(err, CCM_PROTOCOL, "%s: the answer is empty", op->id);
	ccm_json_free(request);
	ccm_json_free(object);
	return answer;
}

static bool
csr(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_target target = {&ccm_kind_ca, args->operands[0], "PENDING"};
	struct ccm_json *answer;
	struct ccm_buf text = {0};
	const char *pem;
	bool ok;

	if (!ccm_output_check_file(args, err))
		return false;
	answer = ask(tool, &ccm_pca_get_ca_csr, &target, err);
	ok = answer != NULL && ccm_json_string(answer, "csr", &pem, err) &&
	     ccm_output_append_pem(pem, &text, err) &&
	     ccm_output_text(tool, args, answer, ccm_buf_span(&text), err);
	ccm_buf_clear(&text);
	ccm_json_free(answer);
	return ok;
}

const struct ccm_command ccm_command_ca_csr = {
    .name = "ca csr",
    .operands = "NAME|ID",
    .summary = "Print the signing request of a pending CA",
    .options = ccm_options_output,
    .relations = ccm_relations_output,
    .run = csr,
};

static bool
export_ca(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_target target = {&ccm_kind_ca, args->operands[0], "ACTIVED"};
	const char *certificate, *chain = "";
	struct ccm_buf text = {0};
	struct ccm_json *answer;
	bool ok;

	if (!ccm_output_check_file(args, err))
		return false;
	answer = ask(tool, &ccm_pca_export_ca, &target, err);
	ok = answer != NULL && ccm_json_string(answer, "certificate", &certificate, err) &&
	     ccm_json_opt_string(answer, "certificate_chain", &chain, err) &&
	     ccm_output_append_pem(certificate, &text, err) &&
	     ccm_output_append_pem(chain, &text, err) &&
	     ccm_output_text(tool, args, answer, ccm_buf_span(&text), err);
	ccm_buf_clear(&text);
	ccm_json_free(answer);
	return ok;
}

const struct ccm_command ccm_command_ca_export = {
    .name = "ca export",
    .operands = "NAME|ID",
    .summary = "Print a CA's certificate and those above it",
    .options = ccm_options_output,
    .relations = ccm_relations_output,
    .run = export_ca,
};

static const struct ccm_option import_options[] = {
    {.name = "cert",
	.apply = ccm_option_text,
	.placeholder = "FILE",
	.required = true,
	.help = "its certificate, PEM; those above it may follow"},
    {.name = "chain",
	.apply = ccm_option_text,
	.placeholder = "FILE",
	.help = "the certificates above it, up to the root"},
    {0},
};

static bool
import(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_act act = {
	    .op = &ccm_pca_import_ca, .done = "is active", .field = "status", .value = "ACTIVED"};
	const struct ccm_target target = {&ccm_kind_ca, args->operands[0], "PENDING"};
	struct ccm_json *request = args->request;
	struct ccm_input_chain chain;
	bool ok;

	if (!ccm_input_certificates(
		ccm_args_value(args, "cert"), ccm_args_value(args, "chain"), &chain, err))
		return false;
	ok = ccm_json_add_string(request, "certificate", ccm_buf_str(&chain.pem), err) &&
	     (chain.rest.len == 0 || ccm_json_add_string(request, "certificate_chain",
					 ccm_buf_str(&chain.rest), err)) &&
	     ccm_act(tool, &act, &target, request, err);
	ccm_input_chain_clear(&chain);
	return ok;
}

const struct ccm_command ccm_command_ca_import = {
    .name = "ca import",
    .operands = "NAME|ID",
    .summary = "Activate a CA with a certificate from outside",
    .details = "\nThe certificate is one that another authority made from what `ccm ca csr` "
	       "printed.\n",
    .options = import_options,
    .run = import,
};
