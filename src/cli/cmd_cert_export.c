/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/archive.h"
#include "cli/cert_item.h"
#include "cli/commands.h"
#include "cli/pem.h"
#include "cli/renew.h"
#include "cli/server.h"

#include <string.h>
#include <sys/stat.h>

#define OPTION_OUT                                                             \
	{                                                                      \
		.name = "out", .apply = ccm_option_text, .placeholder = "DIR", \
		.help = "where to write; the working directory"                \
	}
#define OPTIONS_KEY                                                                       \
	{.name = "reference",                                                             \
	    .apply = ccm_option_flag,                                                     \
	    .help = "write a reference for the ccm provider, which is the "               \
		    "default\nwithout --type"},                                           \
	    {.name = "key",                                                               \
		.apply = ccm_option_flag,                                                 \
		.help = "write the private key itself, PKCS#8, readable for you alone"},  \
	{                                                                                 \
		.name = "password-file", .apply = ccm_option_text, .placeholder = "FILE", \
		.help = "encrypt the private key or keystore with this file's first line" \
	}
#define OPTION_FORCE                                                                 \
	{                                                                            \
		.name = "force", .apply = ccm_option_flag, .help = "overwrite files" \
	}

static const struct ccm_option options[] = {
    OPTION_OUT,
    CCM_OPTION_SERVER,
    {.name = "zip",
	.apply = ccm_option_text,
	.placeholder = "FILE",
	.help = "write the service's own archive for --type, as it comes"},
    OPTIONS_KEY,
    {.name = "sm-standard",
	.apply = ccm_option_flag,
	.help = "with --zip, of SM2: the encryption key in GM/T envelopes"},
    OPTION_FORCE,
    {0},
};

/* SCM has no archives. */
static const struct ccm_option ssl_options[] = {
    OPTION_OUT, CCM_OPTION_SERVER, OPTIONS_KEY, OPTION_FORCE, {0}};

#define RELATIONS_KEY                                           \
	{"key", CCM_EXCLUDES, "reference", NULL},               \
	    {"password-file", CCM_EXCLUDES, "reference", NULL}, \
	{                                                       \
		"password-file", CCM_NEEDS, "key", "type"       \
	}
static const struct ccm_relation relations[] = {
    RELATIONS_KEY,
    {"zip", CCM_NEEDS, "type", NULL},
    {"zip", CCM_EXCLUDES, "out", NULL},
    {"zip", CCM_EXCLUDES, "reference", NULL},
    {"sm-standard", CCM_NEEDS, "zip", NULL},
    {0},
};
static const struct ccm_relation ssl_relations[] = {RELATIONS_KEY, {0}};

enum { LEAF, ANCHOR, KEY, FILES }; /* the key last: it may be left out */

static const struct {
	const char *ending;
	mode_t mode;
} layout[FILES] = {
    [LEAF] = {".crt", 0644},
    [ANCHOR] = {".ca.crt", 0644},
    [KEY] = {".key", 0600},
};

static bool
check_options(const struct ccm_args *args, struct ccm_error *err)
{
	const char *type = ccm_args_value(args, "type"), *dir = ccm_args_value(args, "out");
	struct stat st;

	if (type != NULL)
		return !ccm_args_has(args, "reference") || ccm_server_takes_reference(type) ||
		       ccm_fail(err, CCM_USAGE,
			   "--reference: the files for --type %s hold the key itself", type);
	dir = dir != NULL ? dir : ".";
	if (stat(dir, &st) != 0)
		return ccm_fail_errno(err, CCM_USAGE, "--out %s", dir);
	return S_ISDIR(st.st_mode) || ccm_fail(err, CCM_USAGE, "--out %s: not a directory", dir);
}

static bool
append_key(
    struct ccm_item *item, const struct ccm_args *args, struct ccm_buf *out, struct ccm_error *err)
{
	const char *file = ccm_args_value(args, "password-file");
	struct ccm_buf password;
	struct ccm_key *key;
	bool ok;

	if (!ccm_args_has(args, "key"))
		return ccm_pem_key_reference(item, out, err);
	ccm_buf_init_secret(&password);
	ccm_buf_init_secret(out);
	ok = file == NULL || ccm_file_read_secret(file, &password, err);
	key = ok ? ccm_item_key(item, err) : NULL;
	ok = key != NULL && ccm_pem_key(key, ccm_buf_str(&password), out, err);
	ccm_key_unref(key);
	ccm_buf_clear(&password);
	return ok;
}

/*
 * Of a certificate made from a CSR the service has no key; then only an explicit wish fails. Of an
 * SM2 pair the half that signs is written.
 */
static bool
wants_key(const struct ccm_tool *tool, const struct ccm_args *args, struct ccm_item *item)
{
	if (tool->command == &ccm_command_cert_export &&
	    strcmp(ccm_item_key_algorithm(item), "SM2") == 0)
		ccm_tool_say(tool, "the half of an SM2 pair that encrypts comes as the service's "
				   "archive only: --type other --zip FILE");
	if (ccm_item_has_key(item) || ccm_args_has(args, "key") ||
	    ccm_args_has(args, "reference") || ccm_args_has(args, "password-file"))
		return true;
	ccm_tool_say(tool, "the private key cannot be had; writing the certificates only");
	return false;
}

static bool
export_item(struct ccm_tool *tool, const struct ccm_args *args, struct ccm_item *item,
    struct ccm_error *err)
{
	const char *dir = ccm_args_value(args, "out");
	bool force = ccm_args_has(args, "force"), ok = true;
	size_t count = wants_key(tool, args, item) ? FILES : KEY;
	struct ccm_file files[FILES] = {0};

	for (size_t i = 0; i < count && ok; i++) {
		files[i].mode = layout[i].mode;
		files[i].path = ccm_file_path(dir, ccm_item_label(item), layout[i].ending, err);
		ok = files[i].path != NULL;
	}
	/* the key first: the certificates come along with it */
	ok = ok && (force || ccm_files_absent(files, count, err)) &&
	     (count == KEY || append_key(item, args, &files[KEY].content, err)) &&
	     ccm_cert_append(item, &files[LEAF].content, &files[ANCHOR].content, err);
	/* nothing may have come above the certificate */
	if (ok)
		count = ccm_files_leave_out_empty(files, count);
	ok = ok && ccm_files_write(files, count, force, err) &&
	     ccm_files_report(tool, files, count, err);
	if (ok && count == FILES && !ccm_args_has(args, "key"))
		ccm_renew_remember(tool, item, files);
	ccm_files_clear(files, FILES);
	return ok;
}

/* All that server files are made of. The key first: the certificates come along with it. */
static bool
fill_server_files(struct ccm_server_files *files, const struct ccm_args *args, bool wanted,
    struct ccm_item *item, struct ccm_error *err)
{
	const char *file = ccm_args_value(args, "password-file");
	bool reference = ccm_args_has(args, "reference"), ok;
	struct ccm_server_material material = {
	    .name = ccm_item_label(item), .reference = reference ? item : NULL};
	struct ccm_key *key = NULL;
	struct ccm_buf password;

	ccm_buf_init_secret(&password);
	ok = file == NULL || ccm_file_read_secret(file, &password, err);
	if (ok && wanted && !reference) {
		key = ccm_item_key(item, err);
		ok = key != NULL;
	}
	if (ok) {
		material.cert = ccm_item_certificate(item, err);
		material.key = key;
		material.password = ccm_buf_str(&password);
	}
	ok = ok && material.cert != NULL &&
	     ccm_item_chain(item, &material.chain, &material.chain_count, err) &&
	     ccm_server_files_fill(files, &material, err);
	ccm_key_unref(key);
	ccm_buf_clear(&password);
	return ok;
}

static bool
export_for_server(struct ccm_tool *tool, const struct ccm_args *args, struct ccm_item *item,
    struct ccm_error *err)
{
	bool force = ccm_args_has(args, "force"), key = wants_key(tool, args, item), ok;
	const struct ccm_server_request request = {
	    .type = ccm_args_value(args, "type"),
	    .name = ccm_item_label(item),
	    .dir = ccm_args_value(args, "out"),
	    .key = key,
	    .password = ccm_args_has(args, "password-file"),
	};
	struct ccm_server_files files;

	ok = ccm_server_files_name(&files, &request, err) &&
	     ccm_server_files_free(&files, force, err) &&
	     fill_server_files(&files, args, key, item, err) &&
	     ccm_server_files_write(&files, force, err) &&
	     ccm_files_report(tool, files.files, files.count, err);
	ccm_server_files_clear(&files);
	return ok;
}

static bool
export_target(struct ccm_tool *tool, const struct ccm_target *target, const struct ccm_args *args,
    struct ccm_error *err)
{
	struct ccm_item *item;
	char id[64];
	bool ok;

	if (!check_options(args, err))
		return false;
	if (!ccm_resolve_id(tool, target, id, err))
		return false;
	item = ccm_cert_item(tool, id, err);
	ok = item != NULL && (ccm_args_has(args, "type") ? export_for_server(tool, args, item, err)
							 : export_item(tool, args, item, err));
	ccm_item_unref(item);
	return ok;
}

static bool
export_certificate(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_target target = {&ccm_kind_certificate, args->operands[0], "ISSUED"};

	if (!ccm_args_has(args, "zip"))
		return export_target(tool, &target, args, err);
	return check_options(args, err) && ccm_archive_export(tool, args, &target, err);
}

static bool
export_ssl(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_target target = {.kind = &ccm_kind_ssl, .text = args->operands[0]};

	return export_target(tool, &target, args, err);
}

#define FILES_OF_NAME                                                                           \
	"\nNAME.crt holds the certificate and the intermediates that a server sends with it,\n" \
	"NAME.ca.crt the root that clients trust, NAME.key a reference to the key (the key "    \
	"itself\n"                                                                              \
	"with --key). Prints the names of what was written.\n"
#define FILES_OF_SERVERS                                                                 \
	"\nWith --type the files are those that the server wants, the key among them:\n" \
	"  nginx   server.crt (with intermediates), server.key\n"                        \
	"  apache  server.crt, chain.crt, server.key\n"                                  \
	"  tomcat  server.jks, a Java keystore\n"                                        \
	"  iis     server.pfx\n"                                                         \
	"  other   server.pem, chain.pem, server.key\n"                                  \
	"Without --password-file a keystore gets a password of its own, in keystorePass.txt."

const struct ccm_command ccm_command_cert_export = {
    .name = "cert export",
    .operands = "NAME|ID",
    .summary = "Write a certificate, its root and its key to files",
    .details = FILES_OF_NAME FILES_OF_SERVERS
    " In an\n"
    "archive of --zip the key is always encrypted, with its password in that file beside it.\n",
    .options = options,
    .relations = relations,
    .run = export_certificate,
};

const struct ccm_command ccm_command_ssl_export = {
    .name = "ssl export",
    .operands = "NAME|ID",
    .summary = "Write an SSL certificate and its key to files",
    .details = FILES_OF_NAME FILES_OF_SERVERS "\n",
    .options = ssl_options,
    .relations = ssl_relations,
    .run = export_ssl,
};
