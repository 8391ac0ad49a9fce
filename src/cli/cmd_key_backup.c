/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/file.h"
#include "cli/key_find.h"
#include "cli/pem.h"
#include "cli/secret.h"

#include <string.h>

#include "key/pem.h"

/* All keys of the keystore in one file, and back. */

#define LABEL "CCM KEYSTORE BACKUP"
#define BACKUP_MAX (256 * 1024 * 1024)
#define PASSPHRASE_MIN 8

#define PASSPHRASE_OPTION                                                                   \
	{                                                                                   \
		.name = "passphrase-file", .apply = ccm_option_text, .placeholder = "FILE", \
		.help = "passphrase of the backup, the first line; else asked for"          \
	}

static const struct ccm_option backup_options[] = {
    {.name = "out",
	.apply = ccm_option_text,
	.placeholder = "FILE",
	.required = true,
	.help = "file to write"},
    PASSPHRASE_OPTION,
    {.name = "force", .apply = ccm_option_flag, .help = "replace an existing file"},
    {0},
};

static bool
seal(
    struct ccm_model *model, struct ccm_span passphrase, struct ccm_buf *out, struct ccm_error *err)
{
	struct ccm_buf sealed = {0};
	bool ok = ccm_local_unlock(model, err) &&
		  ccm_vault_backup(ccm_local_vault(model), passphrase, &sealed, err) &&
		  ccm_pem_block(LABEL, ccm_buf_span(&sealed), out, err);

	ccm_buf_clear(&sealed);
	return ok;
}

static bool
backup(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_secret_source source = {
	    "passphrase-file", "passphrase of the backup", true};
	struct ccm_model *model = ccm_tool_model(tool, err);
	struct ccm_file file = {.mode = 0600};
	struct ccm_buf passphrase = {0};
	bool ok;

	ok = model != NULL && ccm_secret_get(args, &source, &passphrase, err);
	if (ok && passphrase.len < PASSPHRASE_MIN)
		ok = ccm_fail(err, CCM_USAGE, "a passphrase has %d characters at least, not %zu",
		    PASSPHRASE_MIN, passphrase.len);
	ok = ok && seal(model, ccm_buf_span(&passphrase), &file.content, err);
	file.path = ok ? ccm_strdup(ccm_args_value(args, "out"), err) : NULL;
	ok = file.path != NULL && ccm_files_write(&file, 1, ccm_args_has(args, "force"), err) &&
	     ccm_files_report(tool, &file, 1, err);
	ccm_files_clear(&file, 1);
	ccm_buf_clear(&passphrase);
	return ok;
}

const struct ccm_command ccm_command_key_backup = {
    .name = "key backup",
    .operands = "",
    .summary = "Write all keys of the keystore to a sealed file",
    .details = "\nThe passphrase is all that protects the file: AES-256-GCM under a key that\n"
	       "scrypt (N 131072, r 8, p 1) makes of it.\n",
    .options = backup_options,
    .run = backup,
};

static const struct ccm_option restore_options[] = {
    PASSPHRASE_OPTION,
    {0},
};

static bool
read_backup(const char *path, struct ccm_buf *sealed, struct ccm_error *err)
{
	struct ccm_pem_block block = {0};
	struct ccm_buf text = {0};
	struct ccm_pem pem = {0};
	bool ok;

	ok = ccm_file_read(path, BACKUP_MAX, &text, err) &&
	     ccm_pem_open(&pem, ccm_buf_span(&text), false, err) && ccm_pem_next(&pem, &block, err);
	if (ok && strcmp(block.label, LABEL) != 0)
		ok = ccm_fail(err, CCM_USAGE, "%s is no backup of a keystore", path);
	ok = ok && ccm_buf_append(sealed, block.der.data, block.der.len, err);
	ccm_pem_block_clear(&block);
	ccm_pem_close(&pem);
	ccm_buf_clear(&text);
	return ok;
}

static bool
restore(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_secret_source source = {
	    "passphrase-file", "passphrase of the backup", false};
	struct ccm_model *model = ccm_tool_model(tool, err);
	struct ccm_buf passphrase = {0}, sealed = {0};
	struct ccm_vault_archive archive;
	size_t count = 0;
	bool ok;

	ok = model != NULL && read_backup(args->operands[0], &sealed, err) &&
	     ccm_secret_get(args, &source, &passphrase, err) && ccm_local_unlock(model, err);
	archive = (struct ccm_vault_archive){ccm_buf_span(&sealed), ccm_buf_span(&passphrase)};
	ok = ok && ccm_vault_restore(ccm_local_vault(model), &archive, &count, err);
	if (ok)
		ccm_tool_say(tool, "%zu keys came back", count);
	ccm_buf_clear(&sealed);
	ccm_buf_clear(&passphrase);
	return ok;
}

const struct ccm_command ccm_command_key_restore = {
    .name = "key restore",
    .operands = "FILE",
    .summary = "Take the keys of a backup into the keystore",
    .details = "\nKeys that are there already are left alone.\n",
    .options = restore_options,
    .run = restore,
};
