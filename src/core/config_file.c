/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/fd.h"

#define MOST (1024 * 1024)

static bool
check_kind(int fd, const char *path, struct stat *st, struct ccm_error *err)
{
	if (fstat(fd, st) != 0)
		return ccm_fail_errno(err, CCM_CONFIG, "cannot read %s", path);
	return S_ISREG(st->st_mode) || S_ISFIFO(st->st_mode) || S_ISCHR(st->st_mode) ||
	       ccm_fail(err, CCM_CONFIG, "%s is not a file", path);
}

bool
ccm_config_file_read(
    const char *path, struct ccm_buf *out, bool *others_can_read, struct ccm_error *err)
{
	const struct ccm_fd_source source = {path, CCM_CONFIG, MOST};
	int fd = ccm_fd_open(AT_FDCWD, path, O_RDONLY, 0);
	struct stat st;
	bool ok;

	if (fd < 0)
		return ccm_fail_errno(err, CCM_CONFIG, "cannot open %s", path);
	ok = check_kind(fd, path, &st, err) && ccm_fd_read_all(fd, &source, out, err);
	if (ok)
		*others_can_read = (st.st_mode & S_IROTH) != 0;
	close(fd);
	return ok;
}
