/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/registration.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/fd.h"

#define LIBRARY "ccm.so"
#define FILE_MOST (64 * 1024)

/* p11-kit does not look at root's own files. */
static char *
users_directory(struct ccm_error *err)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (config != NULL && config[0] == '/')
		return ccm_format(err, "%s/pkcs11/modules", config);
	return ccm_format(err, "%s/.config/pkcs11/modules", home != NULL ? home : "");
}

bool
ccm_registration_places(
    const char *root, struct ccm_registration_places *out, struct ccm_error *err)
{
	*out = (struct ccm_registration_places){0};
	out->directories[0] = ccm_format(err, "%s%s", root, CCM_P11_SYSTEM_CONFIG_DIR);
	out->directories[1] = ccm_format(err, "%s%s", root, CCM_P11_CONFIG_DIR);
	if (geteuid() != 0)
		out->directories[2] = users_directory(err);
	if (out->directories[0] != NULL && out->directories[1] != NULL &&
	    (geteuid() == 0 || out->directories[2] != NULL))
		return true;
	ccm_registration_places_clear(out);
	return false;
}

void
ccm_registration_places_clear(struct ccm_registration_places *places)
{
	for (size_t i = 0; i < CCM_COUNT(places->directories); i++)
		ccm_free(places->directories[i]);
	*places = (struct ccm_registration_places){0};
}

/* What stands behind "module:", and how long it is; NULL: nothing. */
static const char *
module_value(const char *text, size_t *len)
{
	for (const char *line = text; *line != '\0';) {
		const char *value = line + strspn(line, " \t");

		if (strncmp(value, "module:", 7) == 0) {
			value += 7;
			value += strspn(value, " \t");
			*len = strcspn(value, " \t\r\n");
			return value;
		}
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return NULL;
}

/* The library's path when it is ours. A bare name is one of p11-kit's own directory. */
static char *
library_of(const char *text, struct ccm_error *err)
{
	size_t len = 0, ours = strlen(LIBRARY);
	const char *value = module_value(text, &len);

	if (value == NULL || len < ours || memcmp(value + len - ours, LIBRARY, ours) != 0 ||
	    (len > ours && value[len - ours - 1] != '/'))
		return NULL;
	return value[0] == '/' ? ccm_strndup(value, len, err)
			       : ccm_format(err, "%s/%.*s", CCM_P11_MODULE_PATH, (int)len, value);
}

/* What p11-kit cannot read it does not know either. */
static bool
read_registration(
    const char *directory, const char *name, struct ccm_registration *out, struct ccm_error *err)
{
	struct ccm_fd_source source = {.code = CCM_CONFIG, .most = FILE_MOST};
	const char *dot = strrchr(name, '.');
	struct ccm_buf text = {0};

	if (dot == NULL || strcmp(dot, ".module") != 0)
		return true;
	out->file = ccm_format(err, "%s/%s", directory, name);
	source.name = out->file;
	if (out->file != NULL && ccm_fd_read_file(&source, &text, NULL))
		out->path = library_of(ccm_buf_str(&text), err);
	ccm_buf_clear(&text);
	if (out->path == NULL)
		ccm_registration_clear(out);
	return err == NULL || err->code == CCM_OK;
}

bool
ccm_registration_find(const struct ccm_registration_places *places, struct ccm_registration *out,
    struct ccm_error *err)
{
	bool ok = true;

	*out = (struct ccm_registration){0};
	for (char *const *directory = places->directories; ok && *directory != NULL; directory++) {
		DIR *listing = out->file == NULL ? opendir(*directory) : NULL;
		struct dirent *entry;

		while (ok && listing != NULL && out->file == NULL &&
		       (entry = readdir(listing)) != NULL)
			ok = read_registration(*directory, entry->d_name, out, err);
		if (listing != NULL)
			closedir(listing);
	}
	return ok;
}

void
ccm_registration_clear(struct ccm_registration *registration)
{
	ccm_free(registration->file);
	ccm_free(registration->path);
	*registration = (struct ccm_registration){0};
}
