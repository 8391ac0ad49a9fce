/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/create.h"
#include "cli/input.h"

#include <string.h>

#include "core/crypto.h"

static const struct ccm_option options[] = {
    {.name = "name",
	.apply = ccm_option_text,
	.placeholder = "NAME",
	.field = "name",
	.required = true,
	.help = "what it is called: letters, digits and _ - ."},
    {.name = "cert",
	.apply = ccm_option_text,
	.placeholder = "FILE",
	.required = true,
	.help = "certificate, PEM; those above it may follow"},
    {.name = "key",
	.apply = ccm_option_text,
	.placeholder = "FILE",
	.required = true,
	.help = "its private key, PEM, not encrypted"},
    {.name = "chain",
	.apply = ccm_option_text,
	.placeholder = "FILE",
	.help = "the certificates above it"},
    {.name = "enc-cert",
	.apply = ccm_option_text,
	.placeholder = "FILE",
	.help = "encryption certificate of an SM2 pair, PEM"},
    {.name = "enc-key",
	.apply = ccm_option_text,
	.placeholder = "FILE",
	.help = "private key of the encryption certificate"},
    {.name = "allow-duplicate",
	.apply = ccm_option_flag,
	.field = "duplicate_check",
	.help = "also when it has been uploaded before"},
    {0},
};

/* A certificate and its key as fields of the request; the certificate stays for the caller. */
static bool
read_pair(const struct ccm_args *args, const char *const names[3], const char *const fields[2],
    struct ccm_input_chain *certs, struct ccm_error *err)
{
	struct ccm_buf key;
	bool ok;

	if (!ccm_input_certificates(
		ccm_args_value(args, names[0]), ccm_args_value(args, names[2]), certs, err))
		return false;
	ok = ccm_input_key(ccm_args_value(args, names[1]), certs->cert, &key, err) &&
	     ccm_json_add_string(args->request, fields[0], ccm_buf_str(&certs->pem), err) &&
	     ccm_json_add_string(args->request, fields[1], ccm_buf_str(&key), err);
	ccm_buf_clear(&key);
	return ok;
}

static bool
read_enc_pair(const struct ccm_args *args, struct ccm_error *err)
{
	static const char *const names[3] = {"enc-cert", "enc-key", "chain"};
	static const char *const fields[2] = {"enc_certificate", "enc_private_key"};
	struct ccm_input_chain certs = {0};
	bool ok;

	if (!ccm_args_has(args, names[0]) && !ccm_args_has(args, names[1]))
		return true;
	if (!ccm_args_has(args, names[0]) || !ccm_args_has(args, names[1]))
		return ccm_fail(err, CCM_USAGE, "--enc-cert and --enc-key go together");
	ok = read_pair(args, names, fields, &certs, err);
	ccm_input_chain_clear(&certs);
	return ok;
}

/* When the answer is lost: the certificates of this name whose fingerprint is ours. */
struct look {
	struct ccm_tool *tool;
	const char *name;
	char fingerprint[41];
	char id[CCM_ID_SIZE];
	size_t found;
};

/* With or without colons, in either case. */
static bool
fingerprint_is(const struct ccm_json *object, const char *want)
{
	const char *text = "";

	ccm_json_as_string(ccm_json_get(object, "fingerprint"), &text);
	for (; *text != '\0' && *want != '\0'; text++) {
		if (*text == ':')
			continue;
		if (strncasecmp(text, want++, 1) != 0)
			return false;
	}
	return *text == '\0' && *want == '\0';
}

static bool
visit(void *context, const struct ccm_json *element, struct ccm_error *err)
{
	struct look *look = context;
	struct ccm_target target = {.kind = &ccm_kind_ssl};
	char id[CCM_ID_SIZE];
	struct ccm_json *object;

	if (strcmp(ccm_object_name(element), look->name) != 0)
		return true;
	target.text = id;
	if (!ccm_object_id(&ccm_kind_ssl, element, id, err) ||
	    !ccm_resolve(look->tool, &target, &object, err))
		return false;
	if (fingerprint_is(object, look->fingerprint) && look->found++ == 0)
		memcpy(look->id, id, sizeof(id));
	ccm_json_free(object);
	return true;
}

static bool
look_for_it(struct ccm_tool *tool, struct look *look, struct ccm_error *err)
{
	struct ccm_client *client = ccm_tool_client(tool, err);
	struct ccm_error trouble = {0};

	look->tool = tool;
	if (ccm_client_each(client, &ccm_scm_list_certificates, NULL,
		(struct ccm_visitor){visit, look}, &trouble) &&
	    look->found == 1) {
		ccm_tool_say(
		    tool, "the answer was lost (%s), but the certificate is there", err->msg);
		ccm_error_clear(err);
		return true;
	}
	if (trouble.code != CCM_OK)
		ccm_tool_note(
		    tool, "note: whether it was uploaded could not be seen (%s)", trouble.msg);
	else
		ccm_tool_note(tool,
		    "note: looked for it, and %zu of this name and content are there", look->found);
	return false;
}

static bool
upload(struct ccm_tool *tool, const struct ccm_json *request, const struct ccm_cert *cert,
    struct ccm_error *err)
{
	struct look look = {.name = ccm_object_name(request)};
	unsigned char digest[64];
	struct ccm_json *answer = NULL, *document;
	const char *id = look.id;
	size_t len;
	bool ok;

	if (!ccm_digest("SHA1", ccm_cert_der(cert), digest, &len, err))
		return false;
	ccm_hex(digest, 20, look.fingerprint);
	ok = ccm_tool_call(tool, &ccm_scm_import_certificate, request, &answer, err) &&
	     ccm_json_string(answer, "certificate_id", &id, err);
	if (!ok && ccm_outcome_is_open(err))
		ok = look_for_it(tool, &look, err);
	document = ok ? ccm_json_new_object(err) : NULL;
	if (ok && !tool->json)
		fprintf(ccm_tool_out(tool), "%s\n", id);
	else if (ok)
		ok = document != NULL && ccm_json_add_string(document, "certificate_id", id, err) &&
		     ccm_tool_print_json(tool, document, err);
	ccm_json_free(document);
	ccm_json_free(answer);
	return ok;
}

static bool
import(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const char *const names[3] = {"cert", "key", "chain"};
	static const char *const fields[2] = {"certificate", "private_key"};
	struct ccm_input_chain certs = {0};
	bool ok;

	ok = read_pair(args, names, fields, &certs, err) && read_enc_pair(args, err) &&
	     (certs.rest.len == 0 || ccm_json_add_string(args->request, "certificate_chain",
					 ccm_buf_str(&certs.rest), err)) &&
	     upload(tool, args->request, certs.cert, err);
	ccm_input_chain_clear(&certs);
	return ok;
}

const struct ccm_command ccm_command_ssl_import = {
    .name = "ssl import",
    .operands = "",
    .summary = "Upload a certificate with its key, print its id",
    .options = options,
    .run = import,
};
