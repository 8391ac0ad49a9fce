/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ca_options.h"

#include <openssl/evp.h>
#include <string.h>

#include "cli/create.h"
#include "cli/file.h"
#include "cli/input.h"

const struct ccm_relation ccm_relations_ca_services[] = {
    {"crl-days", CCM_NEEDS, "crl-bucket", NULL},
    {"crl-name", CCM_NEEDS, "crl-bucket", NULL},
    {"crl-bucket", CCM_NEEDS, "crl-days", NULL},
    {"hsm", CCM_EXCLUDES, "hsm-cluster", NULL},
    {"hsm-project", CCM_NEEDS, "hsm-cluster", "hsm"},
    {"hsm-ca-cert", CCM_NEEDS, "hsm-cluster", "hsm"},
    {"hsm-cluster", CCM_NEEDS, "hsm-ca-cert", NULL},
    {0},
};

/*
 * The base64 body of the PEM text, as the reference's example has it (spec/ccm-api.md 8). A file
 * that holds base64 already, of the certificate or of its PEM text, goes out as it is.
 */
static bool
encode_certificate(const char *path, struct ccm_buf *out, struct ccm_error *err)
{
	struct ccm_input_chain chain;
	struct ccm_span der;
	bool ok;

	if (!ccm_input_certificates(path, NULL, &chain, err))
		return false;
	der = ccm_cert_der(chain.cert);
	ok = ccm_buf_reserve(out, der.len / 3 * 4 + 8, err);
	if (ok)
		out->len = (size_t)EVP_EncodeBlock(out->data, der.data, (int)der.len);
	ccm_input_chain_clear(&chain);
	return ok;
}

static bool
is_certificate(struct ccm_span bytes)
{
	struct ccm_cert **certs = NULL, *cert = ccm_cert_from_der(bytes, NULL);
	size_t count = 0;
	bool ok = cert != NULL || ccm_certs_from_pem(bytes, &certs, &count, NULL);

	ccm_cert_unref(cert);
	ccm_certs_free(certs, count);
	return ok;
}

/* Drops line breaks; false when it's not base64 of a certificate. */
static bool
take_base64(struct ccm_buf *text)
{
	unsigned char *decoded = ccm_alloc(text->len + 1, NULL);
	size_t kept = 0;
	int len;
	bool ok;

	for (size_t i = 0; i < text->len; i++)
		if (strchr(" \t\r\n", text->data[i]) == NULL)
			text->data[kept++] = text->data[i];
	text->len = kept;
	len = decoded != NULL ? EVP_DecodeBlock(decoded, text->data, (int)kept) : -1;
	for (size_t i = kept; len > 0 && i > 0 && text->data[i - 1] == '='; i--)
		len--;
	ok = len > 0 && is_certificate(CCM_SPAN(decoded, len));
	ccm_free(decoded);
	return ok;
}

static bool
add_certificate(const char *path, struct ccm_json *request, struct ccm_error *err)
{
	struct ccm_buf text = {0};
	bool ok = ccm_file_read(path, 1024 * 1024, &text, err);

	if (ok && (strstr(ccm_buf_str(&text), "-----BEGIN") != NULL || !take_base64(&text))) {
		text.len = 0;
		ok = encode_certificate(path, &text, err);
	}
	if (ok) {
		text.data[text.len] = '\0';
		ok = ccm_json_add_string(
		    request, "hsm_cluster_info.hsm_ca_cert", ccm_buf_str(&text), err);
	}
	ccm_buf_clear(&text);
	return ok;
}

/* What [hsm ID] says, where the command line says nothing else. */
static bool
configured(
    struct ccm_tool *tool, struct ccm_args *args, const char **certificate, struct ccm_error *err)
{
	const char *id = ccm_args_value(args, "hsm");
	struct ccm_model *model = ccm_tool_model(tool, err);
	const struct ccm_hsm_config *hsm;

	if (model == NULL || ccm_model_hsm(model, id, err) == NULL)
		return false;
	hsm = ccm_config_hsm(ccm_model_config(model), id);
	if (*certificate == NULL)
		*certificate = hsm->ca_cert_file;
	if (**certificate == '\0')
		return ccm_fail(err, CCM_CONFIG,
		    "[hsm %s] has no ca_cert_file, which the service wants to have", id);
	return ccm_request_default(args->request, "hsm_cluster_info.hsm_cluster_id", id, err) &&
	       (hsm->project[0] == '\0' || ccm_request_default(args->request,
					       "hsm_cluster_info.hsm_project", hsm->project, err));
}

static bool
complete_cluster(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const char *certificate = ccm_args_value(args, "hsm-ca-cert");
	struct ccm_model *model = ccm_tool_model(tool, err);

	if (model == NULL)
		return false;
	if (ccm_args_has(args, "hsm") && !configured(tool, args, &certificate, err))
		return false;
	if (!add_certificate(certificate, args->request, err))
		return ccm_error_context(err, "%s",
		    ccm_args_has(args, "hsm-ca-cert") ? "--hsm-ca-cert" : "ca_cert_file");
	return ccm_request_default(args->request, "hsm_cluster_info.hsm_project",
	    ccm_model_config(model)->cloud.region, err);
}

bool
ccm_ca_options_complete(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	if (ccm_args_has(args, "crl-bucket") &&
	    !ccm_json_add_bool(args->request, "crl_configuration.enabled", true, err))
		return false;
	return (!ccm_args_has(args, "hsm") && !ccm_args_has(args, "hsm-cluster")) ||
	       complete_cluster(tool, args, err);
}
