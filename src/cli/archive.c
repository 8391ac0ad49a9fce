/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/archive.h"

#include <string.h>

#include "cli/file.h"
#include "core/crypto.h"

#define PASSWORD_MAX 32
#define PASSWORD_FILE "keystorePass.txt"

enum { ARCHIVE, PASSWORD, FILES };

/* What the service takes (ccm-api.md 8, password_rules). */
static bool
check_password(const char *password, struct ccm_error *err)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789,.+-_#";
	size_t len = strlen(password);

	return (len <= PASSWORD_MAX && strspn(password, allowed) == len) ||
	       ccm_fail(err, CCM_USAGE,
		   "--password-file: the service takes up to %d letters, digits and ,.+-_#",
		   PASSWORD_MAX);
}

/* The password of --password-file, or one for the file that is written beside the archive. */
static bool
choose_password(const struct ccm_args *args, struct ccm_buf *password, struct ccm_error *err)
{
	const char *file = ccm_args_value(args, "password-file");

	if (file == NULL)
		return ccm_random_password(PASSWORD_MAX, password, err);
	return ccm_file_read_secret(file, password, err) &&
	       check_password(ccm_buf_str(password), err);
}

/* The archive and, beside it, the file of its password. */
static bool
name_files(const char *archive, struct ccm_file files[FILES], struct ccm_error *err)
{
	const char *slash = strrchr(archive, '/');
	int dir = slash != NULL ? (int)(slash + 1 - archive) : 0;

	if (strcmp(archive + dir, PASSWORD_FILE) == 0)
		return ccm_fail(err, CCM_USAGE,
		    "--zip: " PASSWORD_FILE " is the file of the archive's password");
	for (size_t i = 0; i < FILES; i++) {
		ccm_buf_init_secret(&files[i].content);
		files[i].mode = 0600;
	}
	files[ARCHIVE].path = ccm_strdup(archive, err);
	files[PASSWORD].path = ccm_format(err, "%.*s" PASSWORD_FILE, dir, archive);
	return files[ARCHIVE].path != NULL && files[PASSWORD].path != NULL;
}

static struct ccm_json *
build_request(
    const struct ccm_args *args, const char *id, const char *password, struct ccm_error *err)
{
	struct ccm_json *request = ccm_json_new_object(err);

	if (request != NULL && ccm_json_add_string(request, "certificate_id", id, err) &&
	    ccm_json_add_string(request, "type", ccm_args_value(args, "type"), err) &&
	    ccm_json_add_bool(request, "is_compressed", true, err) &&
	    ccm_json_add_string(request, "password", password, err) &&
	    (!ccm_args_has(args, "sm-standard") ||
		ccm_json_add_string(request, "is_sm_standard", "true", err)))
		return request;
	ccm_json_free(request);
	return NULL;
}

static bool
download(struct ccm_tool *tool, const struct ccm_json *request, struct ccm_buf *archive,
    struct ccm_error *err)
{
	const struct ccm_operation *op = &ccm_pca_export_certificate;
	struct ccm_client *client = ccm_tool_client(tool, err);
	struct ccm_download got = {0};
	bool ok;

	if (client == NULL)
		return false;
	if (!ccm_client_download(client, op, request, &got, err))
		return false;
	ok = got.archive.len != 0
		 ? ccm_buf_append(archive, got.archive.data, got.archive.len, err)
		 : ccm_fail(err, CCM_PROTOCOL, "%s: JSON came instead of a ZIP file", op->id);
	ccm_download_clear(&got);
	return ok;
}

/* From a CSR: the service never had the key, and nothing in the archive is encrypted. */
static bool
is_keyless(const struct ccm_json *certificate)
{
	const char *mode = "", *algorithm = "";

	ccm_json_as_string(ccm_json_get(certificate, "gen_mode"), &mode);
	ccm_json_as_string(ccm_json_get(certificate, "key_algorithm"), &algorithm);
	return strcmp(mode, "CSR") == 0 && strcmp(algorithm, "SM2") != 0;
}

static bool
fill_files(struct ccm_tool *tool, const struct ccm_args *args, const struct ccm_json *certificate,
    struct ccm_file files[FILES], struct ccm_error *err)
{
	struct ccm_json *request = NULL;
	char id[64];
	bool ok;

	ok = choose_password(args, &files[PASSWORD].content, err) &&
	     ccm_object_id(&ccm_kind_certificate, certificate, id, err);
	if (ok)
		request = build_request(args, id, ccm_buf_str(&files[PASSWORD].content), err);
	ok = request != NULL && download(tool, request, &files[ARCHIVE].content, err);
	ccm_json_free(request);
	return ok;
}

bool
ccm_archive_export(struct ccm_tool *tool, const struct ccm_args *args,
    const struct ccm_target *target, struct ccm_error *err)
{
	bool force = ccm_args_has(args, "force"), given = ccm_args_has(args, "password-file"), ok;
	struct ccm_file files[FILES] = {0};
	struct ccm_json *certificate = NULL;
	size_t count = FILES;

	ok = name_files(ccm_args_value(args, "zip"), files, err) &&
	     ccm_resolve(tool, target, &certificate, err);
	if (ok && (given || is_keyless(certificate)))
		count = PASSWORD;
	ok = ok && (force || ccm_files_absent(files, count, err)) &&
	     fill_files(tool, args, certificate, files, err) &&
	     ccm_files_write(files, count, force, err) && ccm_files_report(tool, files, count, err);
	ccm_json_free(certificate);
	ccm_files_clear(files, FILES);
	return ok;
}
