/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/file.h"
#include "cli/key_find.h"
#include "cli/pem.h"
#include "cli/secret.h"

#include <openssl/evp.h>
#include <string.h>

#include "key/private.h"

/* Keys that come into the keystore, and those that may leave it. */

#define KEY_FILE_MAX (1024 * 1024)
#define ID_MAX 64

static const struct ccm_choice kinds[] = {
    {"ec256", "EC256"},
    {"ec384", "EC384"},
    {"ec521", "EC521"},
    {"rsa2048", "RSA2048"},
    {"rsa3072", "RSA3072"},
    {"rsa4096", "RSA4096"},
    {"ed25519", "ED25519"},
    {"sm2", "SM2"},
    {0},
};

#define SHARED_OPTIONS                                                                       \
	{.name = "name",                                                                     \
	    .apply = ccm_option_text,                                                        \
	    .placeholder = "NAME",                                                           \
	    .required = true,                                                                \
	    .help = "what it is called; ccm:NAME finds it"},                                 \
	    {.name = "id",                                                                   \
		.apply = ccm_option_text,                                                    \
		.placeholder = "HEX",                                                        \
		.help = "its id (CKA_ID); random"},                                          \
	    {.name = "token",                                                                \
		.apply = ccm_option_text,                                                    \
		.placeholder = "LABEL",                                                      \
		.help = "token that shows it; the first with keys = local, else with keys"}, \
	{                                                                                    \
		.name = "exportable", .apply = ccm_option_flag,                              \
		.help = "it may leave the keystore later"                                    \
	}

static const struct ccm_option generate_options[] = {
    SHARED_OPTIONS,
    {.name = "key",
	.apply = ccm_option_choice,
	.choices = kinds,
	.field = "algorithm",
	.help = "kind of key; ec256"},
    {0},
};

static struct ccm_token *
find_token(struct ccm_model *model, const struct ccm_args *args, struct ccm_error *err)
{
	const char *label = ccm_args_value(args, "token");
	struct ccm_token *token = label == NULL ? ccm_local_home(model) : NULL;

	for (size_t i = 0; label != NULL && i < ccm_model_token_count(model); i++)
		if (strcmp(ccm_token_label(ccm_model_token(model, i)), label) == 0)
			token = ccm_model_token(model, i);
	if (token == NULL && label != NULL)
		ccm_fail(err, CCM_NOT_FOUND, "no token \"%s\"; `ccm token list` shows them", label);
	else if (token == NULL || !ccm_token_has_keys(token))
		ccm_fail(err, CCM_CONFIG, "the token shows no keys: keys of its section is none");
	else
		return token;
	return NULL;
}

/* The id's bytes stand in place. */
static bool
read_spec(const struct ccm_args *args, unsigned char place[static ID_MAX],
    struct ccm_local_spec *spec, struct ccm_error *err)
{
	const char *id = ccm_args_value(args, "id");
	size_t len = id != NULL ? strlen(id) / 2 : 0;

	*spec = (struct ccm_local_spec){
	    .algorithm = "EC256",
	    .label = ccm_args_value(args, "name"),
	    .exportable = ccm_args_has(args, "exportable"),
	};
	ccm_json_as_string(ccm_json_get(args->request, "algorithm"), &spec->algorithm);
	if (id == NULL)
		return true;
	if (len == 0 || len > ID_MAX || strlen(id) % 2 != 0 || !ccm_unhex(id, place, len))
		return ccm_fail(err, CCM_USAGE,
		    "--id: \"%s\" is not 1 to %d bytes in hexadecimal digits", id, ID_MAX);
	spec->id = CCM_SPAN(place, len);
	return true;
}

static bool
print(struct ccm_tool *tool, struct ccm_item *take_item, struct ccm_error *err)
{
	struct ccm_json *row = take_item != NULL ? ccm_key_row(take_item, err) : NULL;
	const char *uri = "";
	bool ok = row != NULL;

	if (ok && tool->json)
		ok = ccm_tool_print_json(tool, row, err);
	else if (ok && ccm_json_string(row, "uri", &uri, err))
		fprintf(ccm_tool_out(tool), "%s\n", uri);
	ccm_json_free(row);
	ccm_item_unref(take_item);
	return ok;
}

static bool
generate(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_model *model = ccm_tool_model(tool, err);
	struct ccm_token *token = model != NULL ? find_token(model, args, err) : NULL;
	unsigned char id[ID_MAX];
	struct ccm_local_spec spec;

	return token != NULL && read_spec(args, id, &spec, err) &&
	       print(tool, ccm_local_generate(token, &spec, err), err);
}

const struct ccm_command ccm_command_key_generate = {
    .name = "key generate",
    .operands = "",
    .summary = "Make a key in the keystore and print its URI",
    .details = "\nThe private key never leaves the keystore, unless it is made exportable. With\n"
	       "openssl req -provider ccm -key URI a CSR is made for it, which ccm cert sign-csr\n"
	       "has signed.\n",
    .options = generate_options,
    .run = generate,
};

/* Keys from elsewhere */

static const struct ccm_option import_options[] = {
    SHARED_OPTIONS,
    {.name = "password-file",
	.apply = ccm_option_text,
	.placeholder = "FILE",
	.help = "password of an encrypted PEM or PKCS#12 file, its first line"},
    {0},
};

static EVP_PKEY *
decode(struct ccm_span file, const char *password, struct ccm_error *err)
{
	if (file.len == 0 || file.data[0] != 0x30) /* DER is a SEQUENCE */
		return ccm_private_from_pem(file, password, err);
	if (ccm_private_is_pkcs12(file))
		return ccm_private_from_pkcs12(file, password, err);
	return ccm_private_from_der("PRIVATE KEY", file, err);
}

static EVP_PKEY *
read_key(const struct ccm_args *args, struct ccm_error *err)
{
	const char *path = args->operands[0],
		   *password_file = ccm_args_value(args, "password-file");
	struct ccm_buf file, password;
	EVP_PKEY *pkey = NULL;

	ccm_buf_init_secret(&file);
	ccm_buf_init_secret(&password);
	if ((password_file == NULL || ccm_file_read_secret(password_file, &password, err)) &&
	    ccm_file_read(path, KEY_FILE_MAX, &file, err)) {
		pkey = decode(ccm_buf_span(&file),
		    password_file != NULL ? ccm_buf_str(&password) : NULL, err);
		if (pkey == NULL)
			ccm_error_context(err, "%s", path);
	}
	ccm_buf_clear(&password);
	ccm_buf_clear(&file);
	return pkey;
}

static bool
import(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_model *model = ccm_tool_model(tool, err);
	struct ccm_token *token = model != NULL ? find_token(model, args, err) : NULL;
	unsigned char id[ID_MAX];
	struct ccm_local_spec spec;
	EVP_PKEY *pkey;
	bool ok;

	if (token == NULL || !read_spec(args, id, &spec, err))
		return false;
	pkey = read_key(args, err);
	ok = pkey != NULL && print(tool, ccm_local_keep(token, pkey, &spec, err), err);
	EVP_PKEY_free(pkey);
	return ok;
}

const struct ccm_command ccm_command_key_import = {
    .name = "key import",
    .operands = "FILE",
    .summary = "Take a private key into the keystore",
    .details = "\nFILE is PEM, PKCS#12 or PKCS#8; - is standard input. The file stays as it is.\n"
	       "Certificates that were issued for the key find it.\n",
    .options = import_options,
    .run = import,
};

/* Keys that leave */

static const struct ccm_option export_options[] = {
    {.name = "out",
	.apply = ccm_option_text,
	.placeholder = "FILE",
	.required = true,
	.help = "file to write, which only you may read"},
    {.name = "password-file",
	.apply = ccm_option_text,
	.placeholder = "FILE",
	.help = "encrypt it by this password, the file's first line"},
    {.name = "force", .apply = ccm_option_flag, .help = "replace an existing file"},
    {0},
};

static bool
write_pem(struct ccm_item *item, const char *password, struct ccm_buf *out, struct ccm_error *err)
{
	struct ccm_buf pkcs8 = {0};
	struct ccm_key *key = NULL;
	EVP_PKEY *pkey;
	bool ok;

	if (!ccm_local_export(item, &pkcs8, err))
		return false;
	pkey = ccm_private_from_der("PRIVATE KEY", ccm_buf_span(&pkcs8), err);
	ccm_buf_clear(&pkcs8);
	if (pkey != NULL)
		key = ccm_key_soft_new(pkey, err);
	ok = key != NULL && ccm_pem_key(key, password, out, err);
	ccm_key_unref(key);
	return ok;
}

static bool export(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const char *password_file = ccm_args_value(args, "password-file");
	struct ccm_item *item = ccm_key_find(tool, args->operands[0], err);
	struct ccm_file file = {.mode = 0600};
	struct ccm_buf password;
	bool ok;

	ccm_buf_init_secret(&password);
	ccm_buf_init_secret(&file.content);
	ok = item != NULL &&
	     (password_file == NULL || ccm_file_read_secret(password_file, &password, err)) &&
	     write_pem(item, ccm_buf_str(&password), &file.content, err);
	file.path = ok ? ccm_strdup(ccm_args_value(args, "out"), err) : NULL;
	ok = file.path != NULL && ccm_files_write(&file, 1, ccm_args_has(args, "force"), err) &&
	     ccm_files_report(tool, &file, 1, err);
	ccm_files_clear(&file, 1);
	ccm_buf_clear(&password);
	ccm_item_unref(item);
	return ok;
}

const struct ccm_command ccm_command_key_export = {
    .name = "key export",
    .operands = "NAME|ID",
    .summary = "Write a key that was made exportable to a file",
    .options = export_options,
    .run = export,
};
