/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/file.h"
#include "cli/pem.h"
#include "cli/resolve.h"

#include <string.h>
#include <sys/stat.h>

static const struct ccm_option options[] = {
    {.name = "out",
	.apply = ccm_option_text,
	.placeholder = "DIR",
	.help = "where to write; the working directory"},
    {.name = "reference",
	.apply = ccm_option_flag,
	.help = "write a reference for the ccm provider, which is the default"},
    {.name = "key",
	.apply = ccm_option_flag,
	.help = "write the private key itself, PKCS#8, readable for you alone"},
    {.name = "password-file",
	.apply = ccm_option_text,
	.placeholder = "FILE",
	.help = "encrypt the private key with this file's first line"},
    {.name = "force", .apply = ccm_option_flag, .help = "overwrite files"},
    {0},
};

enum { LEAF, ANCHOR, KEY, FILES };

static const struct {
	const char *suffix;
	mode_t mode;
} layout[FILES] = {
    [LEAF] = {"crt", 0644},
    [ANCHOR] = {"ca.crt", 0644},
    [KEY] = {"key", 0600},
};

static bool
check_options(const struct ccm_args *args, const char *dir, struct ccm_error *err)
{
	bool key = ccm_args_has(args, "key");
	struct stat st;

	if (key && ccm_args_has(args, "reference"))
		return ccm_fail(err, CCM_USAGE, "--key and --reference exclude each other");
	if (ccm_args_has(args, "password-file") && !key)
		return ccm_fail(err, CCM_USAGE, "--password-file goes with --key only");
	if (stat(dir, &st) != 0)
		return ccm_fail_errno(err, CCM_USAGE, "--out %s", dir);
	return S_ISDIR(st.st_mode) || ccm_fail(err, CCM_USAGE, "--out %s: not a directory", dir);
}

/* The certificate as a token shows it, referenced; a token that has the key is preferred. */
static struct ccm_item *
find_item(struct ccm_tool *tool, struct ccm_model *model, const char *id, struct ccm_error *err)
{
	struct ccm_items items = {0};
	struct ccm_item *item = NULL;
	struct ccm_uri uri = {0};
	char text[80];

	snprintf(text, sizeof(text), "ccm:%s", id);
	if (!ccm_uri_parse(text, &uri, err))
		return NULL;
	if (ccm_uri_find(model, &uri, text, &items, err))
		item = items.items[0];
	else if (err->code == CCM_NOT_FOUND)
		ccm_tool_note(tool, "note: tokens show issued certificates, and of those what the "
				    "[token] sections of the configuration let through");
	for (size_t i = 1; i < items.count && !ccm_item_has_key(item); i++)
		if (ccm_item_has_key(items.items[i]))
			item = items.items[i];
	if (item != NULL)
		ccm_item_ref(item);
	ccm_items_clear(&items);
	ccm_uri_clear(&uri);
	return item;
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
 * A server sends its certificate and the intermediates, and leaves out the root, which clients have
 * to know by themselves (RFC 8446 4.4.2). What ends the chain goes to a file of its own.
 */
static bool
append_certificates(
    struct ccm_item *item, struct ccm_buf *leaf, struct ccm_buf *anchor, struct ccm_error *err)
{
	const struct ccm_cert *cert = ccm_item_certificate(item, err);
	struct ccm_cert *const *chain;
	size_t count;

	if (cert == NULL || !ccm_item_chain(item, &chain, &count, err) ||
	    !ccm_pem_certificate(cert, leaf, err))
		return false;
	if (count == 0)
		return ccm_fail(err, CCM_PROTOCOL, "the certificate comes without its issuers");
	for (size_t i = 0; i < count; i++) {
		bool last = i + 1 == count, root = last && ccm_cert_is_self_issued(chain[i]);

		if ((!root && !ccm_pem_certificate(chain[i], leaf, err)) ||
		    (last && !ccm_pem_certificate(chain[i], anchor, err)))
			return false;
	}
	return true;
}

static bool
report_files(
    const struct ccm_tool *tool, const struct ccm_file *files, size_t count, struct ccm_error *err)
{
	struct ccm_json *document, *list;
	bool ok;

	for (size_t i = 0; i < count && !tool->json; i++)
		fprintf(ccm_tool_out(tool), "%s\n", files[i].path);
	if (!tool->json)
		return true;
	document = ccm_json_new_object(err);
	list = ccm_json_new_array(err);
	ok = document != NULL && ccm_json_add_json(document, "files", list, err);
	for (size_t i = 0; i < count && ok; i++)
		ok = ccm_json_append_string(list, files[i].path, err);
	ok = ok && ccm_tool_print_json(tool, document, err);
	ccm_json_free(document);
	return ok;
}

/* Of a certificate made from a CSR the service has no key; then only an explicit wish fails. */
static size_t
file_count(const struct ccm_tool *tool, const struct ccm_args *args, const struct ccm_item *item)
{
	if (ccm_item_has_key(item) || ccm_args_has(args, "key") || ccm_args_has(args, "reference"))
		return FILES;
	ccm_tool_say(tool, "the private key cannot be had; writing the certificates only");
	return KEY;
}

static bool
export_item(struct ccm_tool *tool, const struct ccm_args *args, struct ccm_item *item,
    struct ccm_error *err)
{
	const char *dir = ccm_args_value(args, "out");
	bool force = ccm_args_has(args, "force"), ok = true;
	size_t count = file_count(tool, args, item);
	struct ccm_file files[FILES] = {0};

	for (size_t i = 0; i < count && ok; i++) {
		files[i].mode = layout[i].mode;
		files[i].path = ccm_file_path(dir, ccm_item_label(item), layout[i].suffix, err);
		ok = files[i].path != NULL;
	}
	/* the key first: the certificates come along with it */
	ok = ok && (force || ccm_files_absent(files, count, err)) &&
	     (count == KEY || append_key(item, args, &files[KEY].content, err)) &&
	     append_certificates(item, &files[LEAF].content, &files[ANCHOR].content, err) &&
	     ccm_files_write(files, count, force, err) && report_files(tool, files, count, err);
	ccm_files_clear(files, count);
	return ok;
}

static bool export(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_target target = {&ccm_kind_certificate, args->operands[0], "ISSUED"};
	const char *dir = ccm_args_value(args, "out");
	struct ccm_model *model;
	struct ccm_item *item;
	char id[64];
	bool ok;

	if (!check_options(args, dir != NULL ? dir : ".", err))
		return false;
	model = ccm_tool_model(tool, err);
	if (model == NULL || !ccm_resolve_id(tool, &target, id, err))
		return false;
	item = find_item(tool, model, id, err);
	ok = item != NULL && export_item(tool, args, item, err);
	ccm_item_unref(item);
	return ok;
}

const struct ccm_command ccm_command_cert_export = {
    .name = "cert export",
    .operands = "NAME|ID",
    .summary = "Write a certificate, its root and its key to files",
    .details =
	"\nNAME.crt holds the certificate and the intermediates that a server sends with it,\n"
	"NAME.ca.crt the root that clients trust, NAME.key a reference to the key (the key itself\n"
	"with --key). Prints the names of what was written.\n",
    .options = options,
    .run = export,
};
