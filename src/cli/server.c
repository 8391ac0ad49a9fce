/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/server.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/pem.h"
#include "core/clock.h"
#include "core/crypto.h"
#include "key/keystore.h"

#define PASSWORD_LEN 24 /* of a keystore: 144 bits */

const struct ccm_choice ccm_choices_server[] = {
    {"nginx", "NGINX"},
    {"apache", "APACHE"},
    {"tomcat", "TOMCAT"},
    {"iis", "IIS"},
    {"other", "OTHER"},
    {0},
};

/* The table of ccm-api.md 6, with a certificate's intermediates where a server sends them. */
static const struct layout {
	const char *type; /* on the wire */
	bool key;
	struct {
		const char *name;
		enum ccm_server_part part;
	} files[CCM_SERVER_FILES];
} layouts[] = {
    {"NGINX", true, {{"server.key", CCM_SERVER_KEY}, {"server.crt", CCM_SERVER_SENT}}},
    {"NGINX", false, {{"server.crt", CCM_SERVER_SENT}}},
    {"APACHE", true,
	{{"server.key", CCM_SERVER_KEY}, {"chain.crt", CCM_SERVER_CHAIN},
	    {"server.crt", CCM_SERVER_CERTIFICATE}}},
    {"APACHE", false, {{"chain.crt", CCM_SERVER_CHAIN}, {"server.crt", CCM_SERVER_CERTIFICATE}}},
    {"IIS", true, {{"keystorePass.txt", CCM_SERVER_PASSWORD}, {"server.pfx", CCM_SERVER_PKCS12}}},
    {"IIS", false, {{"chain.crt", CCM_SERVER_CHAIN}, {"server.crt", CCM_SERVER_CERTIFICATE}}},
    {"TOMCAT", true, {{"keystorePass.txt", CCM_SERVER_PASSWORD}, {"server.jks", CCM_SERVER_JKS}}},
    {"TOMCAT", false, {{"chain.crt", CCM_SERVER_CHAIN}, {"server.crt", CCM_SERVER_CERTIFICATE}}},
    {"OTHER", true,
	{{"server.key", CCM_SERVER_KEY}, {"chain.pem", CCM_SERVER_CHAIN},
	    {"server.pem", CCM_SERVER_CERTIFICATE}}},
    {"OTHER", false, {{"chain.pem", CCM_SERVER_CHAIN}, {"cert.pem", CCM_SERVER_CERTIFICATE}}},
};

static const struct layout *
find_layout(const char *type, bool key)
{
	const struct ccm_choice *choice = ccm_choice_find(ccm_choices_server, type);

	for (size_t i = 0; choice != NULL && i < CCM_COUNT(layouts); i++)
		if (layouts[i].key == key && strcmp(layouts[i].type, choice->wire) == 0)
			return &layouts[i];
	return NULL;
}

static bool
is_secret(enum ccm_server_part part)
{
	return part == CCM_SERVER_KEY || part == CCM_SERVER_PKCS12 || part == CCM_SERVER_JKS ||
	       part == CCM_SERVER_PASSWORD;
}

static bool
add_file(struct ccm_server_files *out, const char *name, enum ccm_server_part part,
    struct ccm_error *err)
{
	struct ccm_file *file = &out->files[out->count];

	if (is_secret(part))
		ccm_buf_init_secret(&file->content);
	file->mode = is_secret(part) ? 0600 : 0644;
	file->path = ccm_format(err, "%s/%s", out->dir, name);
	out->parts[out->count++] = part;
	return file->path != NULL;
}

/* NAME_type, as the service names its archives. */
static char *
default_dir(const struct ccm_server_request *request, struct ccm_error *err)
{
	const struct ccm_choice *choice = ccm_choice_find(ccm_choices_server, request->type);
	char ending[16];

	snprintf(ending, sizeof(ending), "_%s", choice->word);
	return ccm_file_path(NULL, request->name, ending, err);
}

bool
ccm_server_files_name(
    struct ccm_server_files *out, const struct ccm_server_request *request, struct ccm_error *err)
{
	const struct layout *layout = find_layout(request->type, request->key);
	bool ok;

	*out = (struct ccm_server_files){0};
	if (layout == NULL)
		return ccm_fail(
		    err, CCM_INTERNAL, "no files for a server of type %s", request->type);
	out->dir = request->dir != NULL ? ccm_strdup(request->dir, err) : default_dir(request, err);
	ok = out->dir != NULL;
	for (size_t i = 0; i < CCM_SERVER_FILES && layout->files[i].name != NULL && ok; i++)
		if (layout->files[i].part != CCM_SERVER_PASSWORD || !request->password)
			ok = add_file(out, layout->files[i].name, layout->files[i].part, err);
	return ok;
}

bool
ccm_server_files_free(const struct ccm_server_files *files, bool force, struct ccm_error *err)
{
	struct stat st;

	if (stat(files->dir, &st) == 0 && !S_ISDIR(st.st_mode))
		return ccm_fail(err, CCM_USAGE, "%s: not a directory", files->dir);
	return force || ccm_files_absent(files->files, files->count, err);
}

bool
ccm_server_takes_reference(const char *type)
{
	const struct layout *layout = find_layout(type, true);

	for (size_t i = 0; layout != NULL && i < CCM_SERVER_FILES; i++)
		if (layout->files[i].name != NULL && layout->files[i].part == CCM_SERVER_KEY)
			return true;
	return false;
}

/* Contents */

static bool
append_chain(const struct ccm_server_material *material, bool root, struct ccm_buf *out,
    struct ccm_error *err)
{
	for (size_t i = 0; i < material->chain_count; i++) {
		bool last = i + 1 == material->chain_count;

		if (!root && last && ccm_cert_is_self_issued(material->chain[i]))
			break;
		if (!ccm_pem_certificate(material->chain[i], out, err))
			return false;
	}
	return true;
}

static bool
append_key(const struct ccm_server_material *material, struct ccm_buf *out, struct ccm_error *err)
{
	if (material->reference != NULL)
		return ccm_pem_key_reference(material->reference, out, err);
	return ccm_pem_key(material->key, material->password, out, err);
}

static bool
append_keystore(const struct ccm_server_material *material, enum ccm_server_part part,
    const char *password, struct ccm_buf *out, struct ccm_error *err)
{
	size_t count = material->chain_count + 1;
	struct ccm_span *certificates = ccm_alloc_array(count, sizeof(*certificates), err);
	struct ccm_keystore keystore = {.name = material->name,
	    .key = ccm_key_soft_pkey(material->key),
	    .certificates = certificates,
	    .certificate_count = count,
	    .password = password,
	    .created_ms = ccm_clock_now_ms()};
	bool ok;

	if (certificates == NULL)
		return false;
	certificates[0] = ccm_cert_der(material->cert);
	for (size_t i = 1; i < count; i++)
		certificates[i] = ccm_cert_der(material->chain[i - 1]);
	ok = part == CCM_SERVER_JKS ? ccm_keystore_jks(&keystore, out, err)
				    : ccm_keystore_pkcs12(&keystore, out, err);
	ccm_free(certificates);
	return ok;
}

static bool
fill_file(struct ccm_server_files *files, size_t index, const struct ccm_server_material *material,
    const char *password, struct ccm_error *err)
{
	struct ccm_buf *out = &files->files[index].content;

	switch (files->parts[index]) {
	case CCM_SERVER_CERTIFICATE:
		return ccm_pem_certificate(material->cert, out, err);
	case CCM_SERVER_SENT:
		return ccm_pem_certificate(material->cert, out, err) &&
		       append_chain(material, false, out, err);
	case CCM_SERVER_CHAIN:
		return append_chain(material, true, out, err);
	case CCM_SERVER_KEY:
		return append_key(material, out, err);
	case CCM_SERVER_PKCS12:
	case CCM_SERVER_JKS:
		return append_keystore(material, files->parts[index], password, out, err);
	case CCM_SERVER_PASSWORD:
		return ccm_buf_append_str(out, password, err);
	}
	return false;
}

/* A key that lies in hardware never leaves it. */
static bool
check_key(const struct ccm_server_material *material, struct ccm_error *err)
{
	if (material->key == NULL || ccm_key_soft_pkey(material->key) != NULL)
		return true;
	return ccm_fail(err, CCM_UNSUPPORTED,
	    "the private key of %s cannot leave the device that holds it", material->name);
}

bool
ccm_server_files_fill(struct ccm_server_files *files, const struct ccm_server_material *material,
    struct ccm_error *err)
{
	struct ccm_buf password;
	bool ok;

	ccm_buf_init_secret(&password);
	ok = check_key(material, err) &&
	     (material->password[0] != '\0' ? ccm_buf_append_str(&password, material->password, err)
					    : ccm_random_password(PASSWORD_LEN, &password, err));
	for (size_t i = 0; i < files->count && ok; i++)
		ok = fill_file(files, i, material, ccm_buf_str(&password), err);
	ccm_buf_clear(&password);
	/* a certificate without issuers has no chain, and servers refuse a file with nothing in it
	 */
	if (ok)
		files->count = ccm_files_leave_out_empty(files->files, files->count);
	return ok;
}

/* Writing */

bool
ccm_server_files_write(struct ccm_server_files *files, bool force, struct ccm_error *err)
{
	bool made = mkdir(files->dir, 0777) == 0;

	if (!made && errno != EEXIST)
		return ccm_fail_errno(err, CCM_STORE, "cannot make the directory %s", files->dir);
	if (ccm_files_write(files->files, files->count, force, err))
		return true;
	if (made)
		rmdir(files->dir);
	return false;
}

void
ccm_server_files_clear(struct ccm_server_files *files)
{
	ccm_files_clear(files->files, files->count);
	ccm_free(files->dir);
	*files = (struct ccm_server_files){0};
}
