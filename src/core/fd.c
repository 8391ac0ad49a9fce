/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/crypto.h"

#define READ_STEP (16 * 1024)

int
ccm_fd_open(int directory, const char *path, int flags, mode_t mode)
{
	int fd;

	do
		fd = openat(directory, path, flags | O_CLOEXEC | O_NOCTTY, mode);
	while (fd < 0 && errno == EINTR);
	return fd;
}

/* Reading */

/* One piece; *got is 0 at the end. */
static bool
read_piece(int fd, struct ccm_buf *out, size_t *got, struct ccm_error *err)
{
	ssize_t count;

	if (!ccm_buf_reserve(out, READ_STEP, err))
		return false;
	do
		count = read(fd, out->data + out->len, READ_STEP);
	while (count < 0 && errno == EINTR);
	*got = count > 0 ? (size_t)count : 0;
	out->len += *got;
	return count >= 0;
}

bool
ccm_fd_read_all(
    int fd, const struct ccm_fd_source *source, struct ccm_buf *out, struct ccm_error *err)
{
	size_t before = out->len, got = 1;

	while (got != 0 && out->len - before <= source->most)
		if (!read_piece(fd, out, &got, err))
			return ccm_fail_errno(err, source->code, "cannot read %s", source->name);
	if (out->len - before > source->most)
		return ccm_fail(
		    err, source->code, "%s has more than %zu bytes", source->name, source->most);
	return ccm_buf_append(out, "", 0, err); /* the NUL behind it */
}

bool
ccm_fd_read_file(const struct ccm_fd_source *source, struct ccm_buf *out, struct ccm_error *err)
{
	int fd = ccm_fd_open(AT_FDCWD, source->name, O_RDONLY, 0);
	bool ok;

	if (fd < 0)
		return ccm_fail_errno(err, source->code, "cannot open %s", source->name);
	ok = ccm_fd_read_all(fd, source, out, err);
	close(fd);
	return ok;
}

/* Writing */

bool
ccm_fd_write_all(int fd, struct ccm_span content)
{
	while (content.len != 0) {
		ssize_t count = write(fd, content.data, content.len);

		if (count < 0 && errno != EINTR)
			return false;
		if (count > 0) {
			content.data += count;
			content.len -= (size_t)count;
		}
	}
	return true;
}

/* PATH.0123456789abcdef */
static char *
make_name(const char *path, struct ccm_error *err)
{
	unsigned char random[8];
	char hex[2 * sizeof(random) + 1];

	if (!ccm_random(random, sizeof(random), err))
		return NULL;
	ccm_hex(random, sizeof(random), hex);
	return ccm_format(err, "%s.%s", path, hex);
}

bool
ccm_fd_write_beside(
    const struct ccm_fd_place *place, struct ccm_span content, char **name, struct ccm_error *err)
{
	int fd;
	bool ok;

	*name = make_name(place->path, err);
	if (*name == NULL)
		return false;
	fd = ccm_fd_open(
	    place->directory, *name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, place->mode);
	ok = fd >= 0 && ccm_fd_write_all(fd, content) && fsync(fd) == 0;
	if (fd >= 0 && close(fd) != 0)
		ok = false;
	if (ok)
		return true;
	ccm_fail_errno(err, CCM_STORE, "cannot %s %s", fd < 0 ? "create" : "write", place->path);
	if (fd >= 0)
		unlinkat(place->directory, *name, 0);
	ccm_free(*name);
	*name = NULL;
	return false;
}

static bool
resemble(int directory, const char *name, const struct stat *like)
{
	return (geteuid() != 0 || fchownat(directory, name, like->st_uid, like->st_gid,
				      AT_SYMLINK_NOFOLLOW) == 0) &&
	       fchmodat(directory, name, like->st_mode & 07777, 0) == 0;
}

bool
ccm_fd_replace(const struct ccm_fd_place *place, struct ccm_span content, const struct stat *like,
    struct ccm_error *err)
{
	int directory = place->directory;
	char *name = NULL;
	bool ok = ccm_fd_write_beside(place, content, &name, err);

	if (ok && ((like != NULL && !resemble(directory, name, like)) ||
		      renameat(directory, name, directory, place->path) != 0)) {
		ok = ccm_fail_errno(err, CCM_STORE, "cannot write %s", place->path);
		unlinkat(directory, name, 0);
	}
	ccm_free(name);
	return ok;
}
