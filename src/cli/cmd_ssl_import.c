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

static const struct ccm_relation relations[] = {
    {"enc-cert", CCM_NEEDS, "enc-key", NULL},
    {"enc-key", CCM_NEEDS, "enc-cert", NULL},
    {0},
};

/* The key of the certificate, and both as fields of the request. */
static bool
add_pair(const struct ccm_args *args, const char *key_option, const char *const fields[2],
    const struct ccm_input_chain *certs, struct ccm_error *err)
{
	struct ccm_buf key;
	bool ok;

	ok = ccm_input_key(ccm_args_value(args, key_option), certs->cert, &key, err) &&
	     ccm_json_add_string(args->request, fields[0], ccm_buf_str(&certs->pem), err) &&
	     ccm_json_add_string(args->request, fields[1], ccm_buf_str(&key), err);
	ccm_buf_clear(&key);
	return ok;
}

/* Its chain is that of the pair that signs. */
static bool
add_enc_pair(const struct ccm_args *args, struct ccm_error *err)
{
	static const char *const fields[2] = {"enc_certificate", "enc_private_key"};
	struct ccm_input_chain certs;
	bool ok;

	if (!ccm_args_has(args, "enc-cert"))
		return true;
	if (!ccm_input_certificates(ccm_args_value(args, "enc-cert"), NULL, &certs, err))
		return false;
	ok = add_pair(args, "enc-key", fields, &certs, err);
	ccm_input_chain_clear(&certs);
	return ok;
}

/*
 * When the answer is lost: the certificate of this name with our content, which only the object
 * itself tells. Others like it may have been there before.
 */
struct look {
	struct ccm_tool *tool;
	const char *name;
	char fingerprint[41];
	char (*known)[CCM_ID_SIZE];
	size_t known_count;
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
is_known(const struct look *look, const char *id)
{
	for (size_t i = 0; i < look->known_count; i++)
		if (strcmp(look->known[i], id) == 0)
			return true;
	return false;
}

static bool
is_made(void *context, const struct ccm_json *element, bool *made, struct ccm_error *err)
{
	const struct look *look = context;
	struct ccm_target target = {.kind = &ccm_kind_ssl};
	char id[CCM_ID_SIZE];
	struct ccm_json *object;

	if (strcmp(ccm_object_name(element), look->name) != 0)
		return true;
	target.text = id;
	if (!ccm_object_id(&ccm_kind_ssl, element, id, err))
		return false;
	if (is_known(look, id))
		return true;
	if (!ccm_resolve(look->tool, &target, &object, err))
		return false;
	*made = fingerprint_is(object, look->fingerprint);
	ccm_json_free(object);
	return true;
}

static bool
remember(void *context, const struct ccm_json *element, struct ccm_error *err)
{
	struct look *look = context;

	if (strcmp(ccm_object_name(element), look->name) != 0)
		return true;
	return ccm_grow_array(&look->known, look->known_count, sizeof(*look->known), err) &&
	       ccm_object_id(&ccm_kind_ssl, element, look->known[look->known_count++], err);
}

/* With --allow-duplicate one that was there before is not what is made now. */
static bool
look_before(
    struct ccm_tool *tool, const struct ccm_args *args, struct look *look, struct ccm_error *err)
{
	struct ccm_client *client;

	if (!ccm_args_has(args, "allow-duplicate"))
		return true;
	client = ccm_tool_client(tool, err);
	return client != NULL && ccm_client_each(client, ccm_kind_ssl.list, NULL,
				     (struct ccm_visitor){remember, look}, err);
}

static bool
upload(struct ccm_tool *tool, const struct ccm_args *args, const struct ccm_cert *cert,
    struct ccm_error *err)
{
	struct look look = {.tool = tool, .name = ccm_object_name(args->request)};
	const struct ccm_creation creation = {.kind = &ccm_kind_ssl,
	    .op = ccm_kind_ssl.create,
	    .request = args->request,
	    .is_made = is_made,
	    .context = &look};
	unsigned char digest[64];
	size_t len;
	bool ok;

	if (!ccm_digest("SHA1", ccm_cert_der(cert), digest, &len, err))
		return false;
	ccm_hex(digest, 20, look.fingerprint);
	ok = ccm_operation_validate(creation.op, args->request, err) &&
	     look_before(tool, args, &look, err) && ccm_create_as(tool, &creation, err);
	ccm_free(look.known);
	return ok;
}

static bool
import(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const char *const fields[2] = {"certificate", "private_key"};
	struct ccm_input_chain certs;
	bool ok;

	if (!ccm_input_certificates(
		ccm_args_value(args, "cert"), ccm_args_value(args, "chain"), &certs, err))
		return false;
	ok = add_pair(args, "key", fields, &certs, err) && add_enc_pair(args, err) &&
	     (certs.rest.len == 0 || ccm_json_add_string(args->request, "certificate_chain",
					 ccm_buf_str(&certs.rest), err)) &&
	     upload(tool, args, certs.cert, err);
	ccm_input_chain_clear(&certs);
	return ok;
}

const struct ccm_command ccm_command_ssl_import = {
    .name = "ssl import",
    .operands = "",
    .summary = "Upload a certificate with its key, print its id",
    .options = options,
    .relations = relations,
    .run = import,
};
