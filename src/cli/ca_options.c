/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ca_options.h"

#include <openssl/evp.h>

#include "cli/create.h"
#include "cli/input.h"

static bool
check_together(const struct ccm_args *args, struct ccm_error *err)
{
	static const struct {
		const char *option, *needs;
	} rows[] = {
	    {"crl-days", "crl-bucket"},
	    {"crl-name", "crl-bucket"},
	    {"crl-bucket", "crl-days"},
	    {"hsm-project", "hsm-cluster"},
	    {"hsm-ca-cert", "hsm-cluster"},
	    {"hsm-cluster", "hsm-ca-cert"},
	};

	for (size_t i = 0; i < CCM_COUNT(rows); i++)
		if (ccm_args_has(args, rows[i].option) && !ccm_args_has(args, rows[i].needs))
			return ccm_fail(err, CCM_USAGE, "--%s goes with --%s only", rows[i].option,
			    rows[i].needs);
	return true;
}

/* The base64 body of the PEM text, as the reference's example has it (spec/ccm-api.md 8). */
static bool
add_certificate(const char *path, struct ccm_json *request, struct ccm_error *err)
{
	struct ccm_input_chain chain;
	struct ccm_span der;
	struct ccm_buf text = {0};
	bool ok;

	if (!ccm_input_certificates(path, NULL, &chain, err))
		return ccm_error_context(err, "--hsm-ca-cert");
	der = ccm_cert_der(chain.cert);
	ok = ccm_buf_reserve(&text, der.len / 3 * 4 + 8, err);
	if (ok) {
		text.len = (size_t)EVP_EncodeBlock(text.data, der.data, (int)der.len);
		ok = ccm_json_add_string(
		    request, "hsm_cluster_info.hsm_ca_cert", ccm_buf_str(&text), err);
	}
	ccm_buf_clear(&text);
	ccm_input_chain_clear(&chain);
	return ok;
}

bool
ccm_ca_options_complete(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_json *request = args->request;
	struct ccm_model *model;

	if (!check_together(args, err))
		return false;
	if (ccm_args_has(args, "crl-bucket") &&
	    !ccm_json_add_bool(request, "crl_configuration.enabled", true, err))
		return false;
	if (!ccm_args_has(args, "hsm-cluster"))
		return true;
	if (!add_certificate(ccm_args_value(args, "hsm-ca-cert"), request, err))
		return false;
	model = ccm_tool_model(tool, err);
	return model != NULL && ccm_request_default(request, "hsm_cluster_info.hsm_project",
				    ccm_model_config(model)->cloud.region, err);
}
