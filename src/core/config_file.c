/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE_MAX_BYTES (1024 * 1024)

bool
ccm_config_file_read(
    const char *path, struct ccm_buf *out, bool *others_can_read, struct ccm_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t got = 1;
	bool ok = false;

	if (fd < 0)
		return ccm_fail_errno(err, CCM_CONFIG, "cannot open %s", path);
	if (fstat(fd, &st) != 0) {
		ccm_fail_errno(err, CCM_CONFIG, "cannot read %s", path);
		goto out;
	}
	*others_can_read = (st.st_mode & S_IROTH) != 0;
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode)) {
		ccm_fail(err, CCM_CONFIG, "%s is not a file", path);
		goto out;
	}
	while (got > 0) {
		if (out->len > SIZE_MAX_BYTES) {
			ccm_fail(
			    err, CCM_CONFIG, "%s is larger than %d bytes", path, SIZE_MAX_BYTES);
			goto out;
		}
		if (!ccm_buf_reserve(out, 4096, err))
			goto out;
		got = read(fd, out->data + out->len, 4096);
		if (got > 0)
			out->len += (size_t)got;
	}
	if (got < 0) {
		ccm_fail_errno(err, CCM_CONFIG, "cannot read %s", path);
		goto out;
	}
	ok = ccm_buf_append(out, "", 0, err);
out:
	close(fd);
	return ok;
}
