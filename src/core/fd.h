/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_FD_H
#define CCM_FD_H

/*
 * Files by their descriptors. None of them leaks into a program that is executed, an interrupted
 * call goes on, and a short one is made whole.
 */

#include <sys/types.h>

#include "core/mem.h"

struct stat;

/* openat(2), close-on-exec, never a controlling terminal; AT_FDCWD for no directory. */
int ccm_fd_open(int directory, const char *path, int flags, mode_t mode);

/* What is read: its name and the kind of error for messages, and how much of it is too much. */
struct ccm_fd_source {
	const char *name;
	enum ccm_code code;
	size_t most;
};
/* Append all there is until its end; a NUL follows that is not counted. */
bool ccm_fd_read_all(
    int fd, const struct ccm_fd_source *source, struct ccm_buf *out, struct ccm_error *err);
/* The same of the file of that name. */
bool ccm_fd_read_file(
    const struct ccm_fd_source *source, struct ccm_buf *out, struct ccm_error *err);
/* False with errno set. */
bool ccm_fd_write_all(int fd, struct ccm_span content);

/* Where a file is to be: path is below directory, or AT_FDCWD; the umask takes from mode. */
struct ccm_fd_place {
	int directory;
	const char *path;
	mode_t mode;
};
/*
 * Write a new file beside it, down to the disk: *name, to be freed, is what it is called. Renamed,
 * it appears whole. CCM_STORE leaves nothing behind.
 */
bool ccm_fd_write_beside(
    const struct ccm_fd_place *place, struct ccm_span content, char **name, struct ccm_error *err);
/*
 * Have the file appear whole in the place of the one that may be there. like, unless NULL, is what
 * its mode is to be in any case, and its owner where we are root.
 */
bool ccm_fd_replace(const struct ccm_fd_place *place, struct ccm_span content,
    const struct stat *like, struct ccm_error *err);

#endif
