/* SPDX-License-Identifier: Apache-2.0 */
#include "core/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/fd.h"
#include "core/log.h"

#define CONTENT_MAX (4 * 1024 * 1024) /* tokens may have 2 MiB */
#define FOR_US_ALONE(st) ((st).st_uid == geteuid() && ((st).st_mode & 077) == 0)

/* The directory */

/* Of ours alone, or -1. */
static int
open_ours(const char *path)
{
	int fd = ccm_fd_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
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
read_file(int directory, const char *name, struct ccm_buf *out, struct ccm_error *err)
{
	const struct ccm_fd_source source = {name, CCM_STORE, CONTENT_MAX};
	int fd = ccm_fd_open(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	struct stat st;
	bool ok;

	if (fd < 0)
		return errno == ENOENT || ccm_fail_errno(err, CCM_STORE, "cannot open %s", name);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || !FOR_US_ALONE(st))
		ok = ccm_fail(err, CCM_STORE, "%s is not a file of ours alone", name);
	else
		ok = ccm_fd_read_all(fd, &source, out, err);
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

bool
ccm_runtime_write(const char *name, struct ccm_span content, struct ccm_error *err)
{
	int directory = open_directory(err);
	bool ok;

	if (directory < 0)
		return false;
	ok = ccm_fd_replace(&(struct ccm_fd_place){directory, name, 0600}, content, NULL, err);
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
