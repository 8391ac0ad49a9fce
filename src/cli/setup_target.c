/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/registration.h"
#include "cli/setup.h"
#include "core/fd.h"

#define FILE_MOST (4 * 1024 * 1024)
#define LINKS_MOST 16

#define OPENSSL_AREA "=" /* in front of a path: libcrypto knows */

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

const struct ccm_setup_target ccm_setup_targets[] = {
    {.name = "p11-kit",
	.markers = LIST("/usr/share/p11-kit", "/etc/pkcs11"),
	.files = LIST(CCM_P11_SYSTEM_CONFIG_DIR "/ccm.module"),
	.text = ccm_setup_p11_kit,
	.make = true},
    {.name = "openssl",
	.markers = LIST(OPENSSL_AREA "/openssl.cnf"),
	.files = LIST(OPENSSL_AREA "/openssl.cnf"),
	.text = ccm_setup_openssl},
    {.name = "nss",
	.files = LIST("~/.pki/nssdb/pkcs11.txt", "~/.mozilla/firefox/*/pkcs11.txt",
	    "/etc/pki/nssdb/pkcs11.txt"),
	.text = ccm_setup_nss},
    {.name = "firefox",
	.markers = LIST("/usr/lib/firefox-esr", "/usr/lib/firefox", "/usr/lib64/firefox"),
	.files = LIST("/etc/firefox/policies/policies.json"),
	.text = ccm_setup_firefox,
	.make = true},
    {.name = "java",
	.markers = LIST("/usr/lib/jvm"),
	.files = LIST(CCM_JAVA_CONFIG),
	.text = ccm_setup_java_config,
	.make = true,
	.on_request = true},
    {.name = "java",
	.files = LIST("/usr/lib/jvm/*/conf/security/java.security"),
	.text = ccm_setup_java,
	.on_request = true},
    {.name = "ssh",
	.markers = LIST("~/.ssh"),
	.files = LIST("~/.ssh/config"),
	.text = ccm_setup_ssh,
	.make = true,
	.on_request = true},
    {.name = "nginx",
	.markers = LIST("/usr/sbin/nginx"),
	.hint = "ssl_certificate NAME.crt; ssl_certificate_key NAME.key; as ccm cert export NAME "
		"writes them"},
    {.name = "apache",
	.markers = LIST("/usr/sbin/apache2", "/usr/sbin/httpd"),
	.hint = "SSLCertificateFile NAME.crt, SSLCertificateKeyFile NAME.key, as ccm cert export "
		"NAME writes them"},
    {.name = "haproxy",
	.markers = LIST("/usr/sbin/haproxy"),
	.hint = "bind ... ssl crt FILE: NAME.crt and NAME.key of ccm cert export NAME in one file"},
    {.name = "curl",
	.markers = LIST("/usr/bin/curl"),
	.hint = "curl --cert NAME.crt --key NAME.key, as ccm cert export NAME writes them"},
};
const size_t ccm_setup_target_count = CCM_COUNT(ccm_setup_targets);

/* Paths */

static char *
place(const struct ccm_setup_scene *scene, const char *path, struct ccm_error *err)
{
	const char *home = getenv("HOME");

	if (path[0] == OPENSSL_AREA[0])
		return ccm_format(
		    err, "%s%s%s", scene->root, X509_get_default_cert_area(), path + 1);
	if (path[0] == '~')
		return ccm_format(err, "%s%s%s", scene->root, home != NULL ? home : "", path + 1);
	return ccm_format(err, "%s%s", scene->root, path);
}

static bool
is_there(const struct ccm_setup_scene *scene, const char *path, struct ccm_error *err)
{
	char *placed = place(scene, path, err);
	bool there = placed != NULL && access(placed, F_OK) == 0;

	ccm_free(placed);
	return there;
}

/* One link further: an absolute one starts at root. *path is replaced, or stays. */
static bool
follow_link(const struct ccm_setup_scene *scene, char **path, bool *more, struct ccm_error *err)
{
	char target[4096];
	ssize_t len = readlink(*path, target, sizeof(target) - 1);
	char *next;

	*more = len > 0;
	if (!*more)
		return true;
	target[len] = '\0';
	next = target[0] == '/'
		   ? ccm_format(err, "%s%s", scene->root, target)
		   : ccm_format(err, "%.*s/%s", (int)(strrchr(*path, '/') - *path), *path, target);
	if (next == NULL)
		return false;
	ccm_free(*path);
	*path = next;
	return true;
}

/* To the file itself: it is the one to be replaced. */
static bool
follow_links(const struct ccm_setup_scene *scene, char **path, struct ccm_error *err)
{
	bool more = true;

	for (int i = 0; more && i < LINKS_MOST; i++)
		if (!follow_link(scene, path, &more, err))
			return false;
	return !more || ccm_fail(err, CCM_CONFIG, "%s: too many links", *path);
}

/* Edits */

bool
ccm_edit_is_needed(const struct ccm_edit *edit)
{
	return !edit->exists ||
	       !ccm_span_equal(ccm_buf_span(&edit->before), ccm_buf_span(&edit->after));
}

void
ccm_edits_clear(struct ccm_edits *edits)
{
	for (size_t i = 0; i < edits->count; i++) {
		ccm_free(edits->edits[i].path);
		ccm_buf_clear(&edits->edits[i].before);
		ccm_buf_clear(&edits->edits[i].after);
	}
	ccm_free(edits->edits);
	*edits = (struct ccm_edits){0};
}

static bool
fill_edit(const struct ccm_setup_scene *scene, const struct ccm_setup_target *target,
    struct ccm_edit *edit, struct ccm_error *err)
{
	const struct ccm_fd_source source = {edit->path, CCM_CONFIG, FILE_MOST};

	if (edit->exists && !ccm_fd_read_file(&source, &edit->before, err))
		return false;
	return target->text(&scene->site, ccm_buf_span(&edit->before), &edit->after, err) ||
	       ccm_error_context(err, "%s", edit->path);
}

/* By another path. */
static bool
is_known(const struct ccm_edits *edits, const struct stat *status)
{
	for (size_t i = 0; i < edits->count; i++)
		if (edits->edits[i].exists && edits->edits[i].status.st_ino == status->st_ino &&
		    edits->edits[i].status.st_dev == status->st_dev)
			return true;
	return false;
}

static bool
add_edit(const struct ccm_setup_scene *scene, const struct ccm_setup_target *target,
    char *take_path, struct ccm_edits *out, struct ccm_error *err)
{
	struct ccm_edit edit = {0};
	bool ok = take_path != NULL && follow_links(scene, &take_path, err);

	edit.path = take_path;
	edit.exists = ok && stat(edit.path, &edit.status) == 0;
	if (!ok || (edit.exists && is_known(out, &edit.status)) ||
	    !ccm_grow_array(&out->edits, out->count, sizeof(*out->edits), err)) {
		ccm_free(edit.path);
		return err->code == CCM_OK;
	}
	out->edits[out->count++] = edit;
	return fill_edit(scene, target, &out->edits[out->count - 1], err);
}

static bool
add_matches(const struct ccm_setup_scene *scene, const struct ccm_setup_target *target,
    const char *pattern, struct ccm_edits *out, struct ccm_error *err)
{
	char *placed = place(scene, pattern, err);
	glob_t matches = {0};
	bool ok = placed != NULL;

	if (ok && glob(placed, 0, NULL, &matches) == 0)
		for (size_t i = 0; ok && i < matches.gl_pathc; i++)
			ok =
			    add_edit(scene, target, ccm_strdup(matches.gl_pathv[i], err), out, err);
	globfree(&matches);
	ccm_free(placed);
	return ok;
}

static bool
has_marker(const struct ccm_setup_scene *scene, const struct ccm_setup_target *target,
    struct ccm_error *err)
{
	for (const char *const *marker = target->markers; marker != NULL && *marker != NULL;
	     marker++)
		if (is_there(scene, *marker, err))
			return true;
	return false;
}

/* The package's own registration is as good as one of ours: it is shown as the file. */
static bool
find_file(const struct ccm_setup_scene *scene, const struct ccm_setup_target *target, char **path,
    struct ccm_error *err)
{
	struct ccm_registration_places places;
	struct ccm_registration found = {0};
	bool ok = true;

	*path = NULL;
	if (target->text == ccm_setup_p11_kit) {
		ok = ccm_registration_places(scene->root, &places, err) &&
		     ccm_registration_find(&places, &found, err);
		*path = found.file;
		found.file = NULL;
		ccm_registration_clear(&found);
		ccm_registration_places_clear(&places);
	}
	if (ok && *path == NULL)
		*path = place(scene, target->files[0], err);
	return ok && *path != NULL;
}

bool
ccm_setup_look(const struct ccm_setup_scene *scene, const struct ccm_setup_target *target,
    struct ccm_edits *out, bool *found, struct ccm_error *err)
{
	char *path;
	bool ok = true;

	*out = (struct ccm_edits){0};
	*found = has_marker(scene, target, err);
	if (target->make && *found)
		ok =
		    find_file(scene, target, &path, err) && add_edit(scene, target, path, out, err);
	else if (!target->make && target->files != NULL)
		for (const char *const *file = target->files; ok && *file != NULL; file++)
			ok = add_matches(scene, target, *file, out, err);
	*found = *found || out->count != 0;
	if (!ok)
		ccm_edits_clear(out);
	return ok;
}
