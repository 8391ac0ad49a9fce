/* SPDX-License-Identifier: Apache-2.0 */
#include "core/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/crypto.h"
#include "core/log.h"

#define CONTENT_MAX (4 * 1024 * 1024) /* tokens may have 2 MiB */
#define FOR_US_ALONE(st) ((st).st_uid == geteuid() && ((st).st_mode & 077) == 0)

/* The directory */

/* Of ours alone, or -1. */
static int
open_ours(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && FOR_US_ALONE(st))
		return fd;
	ccm_log(
	    WARN, STORE, "%s is not used: it has to be ours, and for us alone (chmod 700)", path);
	close(fd);
	return -1;
}

static int
open_or_make(char *path)
{
	int fd = -1;

	if (path == NULL)
		return -1;
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		fd = open_ours(path);
	if (fd >= 0)
		ccm_log(TRACE, STORE, "private files are in %s", path);
	ccm_free(path);
	return fd;
}

/* Below a directory that must be ours as well: its owner can put another one in the place. */
static int
open_below(char *parent)
{
	int fd = -1;
	struct stat st;

	if (parent != NULL && lstat(parent, &st) == 0 && S_ISDIR(st.st_mode) && FOR_US_ALONE(st))
		fd = open_or_make(ccm_format(NULL, "%s/ccm", parent));
	ccm_free(parent);
	return fd;
}

static char *
cache_home(void)
{
	const char *xdg = secure_getenv("XDG_CACHE_HOME"), *home = secure_getenv("HOME");

	if (geteuid() == 0)
		return ccm_strdup("/var/cache", NULL);
	if (xdg != NULL && *xdg == '/')
		return ccm_strdup(xdg, NULL);
	return home != NULL && *home == '/' ? ccm_format(NULL, "%s/.cache", home) : NULL;
}

/* On a disk: still better than a password's login for each command. */
static int
open_in_cache(void)
{
	char *home = cache_home(), *ours = home != NULL ? ccm_format(NULL, "%s/ccm", home) : NULL;
	int fd = -1;

	if (ours != NULL) {
		mkdir(home, 0700);
		mkdir(ours, 0700);
		fd = open_or_make(ccm_format(NULL, "%s/tokens", ours));
	}
	ccm_free(ours);
	ccm_free(home);
	return fd;
}

static int
open_directory(struct ccm_error *err)
{
	const char *xdg = secure_getenv("XDG_RUNTIME_DIR");
	unsigned uid = geteuid();
	int fd = -1;

	if (xdg != NULL && *xdg == '/')
		fd = open_below(ccm_strdup(xdg, NULL));
	if (fd < 0)
		fd = open_below(ccm_format(NULL, "/run/user/%u", uid));
	if (fd < 0)
		fd = open_or_make(ccm_format(NULL, "/dev/shm/ccm-%u", uid));
	if (fd < 0)
		fd = open_in_cache();
	if (fd < 0)
		ccm_fail(err, CCM_STORE, "there is no directory for private files");
	return fd;
}

/* Reading */

static bool
read_all(int fd, const char *name, struct ccm_buf *out, struct ccm_error *err)
{
	ssize_t got = 1;

	while (got > 0 && out->len <= CONTENT_MAX) {
		if (!ccm_buf_reserve(out, 16384, err))
			return false;
		got = read(fd, out->data + out->len, 16384);
		if (got > 0)
			out->len += (size_t)got;
	}
	if (got < 0)
		return ccm_fail_errno(err, CCM_STORE, "cannot read %s", name);
	if (out->len > CONTENT_MAX)
		return ccm_fail(err, CCM_STORE, "%s is too large", name);
	return ccm_buf_append(out, "", 0, err);
}

static bool
read_file(int directory, const char *name, struct ccm_buf *out, struct ccm_error *err)
{
	int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	bool ok;

	if (fd < 0)
		return errno == ENOENT || ccm_fail_errno(err, CCM_STORE, "cannot open %s", name);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || !FOR_US_ALONE(st))
		ok = ccm_fail(err, CCM_STORE, "%s is not a file of ours alone", name);
	else
		ok = read_all(fd, name, out, err);
	close(fd);
	return ok;
}

bool
ccm_runtime_read(const char *name, struct ccm_buf *out, struct ccm_error *err)
{
	int directory = open_directory(err);
	bool ok;

	if (directory < 0)
		return false;
	ok = read_file(directory, name, out, err);
	close(directory);
	return ok;
}

/* Writing */

static bool
write_all(int fd, struct ccm_span content)
{
	while (content.len != 0) {
		ssize_t put = write(fd, content.data, content.len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		content.data += put;
		content.len -= (size_t)put;
	}
	return true;
}

static bool
write_file(int directory, const char *name, struct ccm_span content, struct ccm_error *err)
{
	unsigned char random[8];
	char hex[2 * sizeof(random) + 1], temporary[64];
	int fd;
	bool ok;

	if (!ccm_random(random, sizeof(random), err))
		return false;
	ccm_hex(random, sizeof(random), hex);
	snprintf(temporary, sizeof(temporary), ".new-%s", hex);
	fd = openat(
	    directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return ccm_fail_errno(err, CCM_STORE, "cannot write %s", name);
	ok = write_all(fd, content);
	ok = close(fd) == 0 && ok && renameat(directory, temporary, directory, name) == 0;
	if (ok)
		return true;
	ccm_fail_errno(err, CCM_STORE, "cannot write %s", name);
	unlinkat(directory, temporary, 0);
	return false;
}

bool
ccm_runtime_write(const char *name, struct ccm_span content, struct ccm_error *err)
{
	int directory = open_directory(err);
	bool ok;

	if (directory < 0)
		return false;
	ok = write_file(directory, name, content, err);
	close(directory);
	return ok;
}

bool
ccm_runtime_remove(const char *name, struct ccm_error *err)
{
	int directory = open_directory(err);
	bool ok;

	if (directory < 0)
		return false;
	ok = unlinkat(directory, name, 0) == 0 || errno == ENOENT ||
	     ccm_fail_errno(err, CCM_STORE, "cannot remove %s", name);
	close(directory);
	return ok;
}
