/* SPDX-License-Identifier: Apache-2.0 */
#include "store/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/mem.h"

static bool
is_for_us_alone(const char *path, const struct stat *st, const char *mode, struct ccm_error *err)
{
	if (st->st_uid != geteuid())
		return ccm_fail(err, CCM_STORE, "%s belongs to user %u, not to us (%u)", path,
		    (unsigned)st->st_uid, (unsigned)geteuid());
	return (st->st_mode & 077) == 0 ||
	       ccm_fail(err, CCM_STORE, "%s is open to others: chmod %s %s", path, mode, path);
}

/* Those above may belong to others, and may be missing. */
static bool
make_parents(char *path, struct ccm_error *err)
{
	for (char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST && errno != EROFS &&
		    access(path, F_OK) != 0)
			return ccm_fail_errno(err, CCM_STORE, "cannot make the folder %s", path);
		*at = '/';
	}
	return true;
}

bool
ccm_folder_make(const char *folder, struct ccm_error *err)
{
	struct stat st;
	char *path;
	bool ok;

	if (stat(folder, &st) != 0) {
		path = ccm_strdup(folder, err);
		ok = path != NULL && make_parents(path, err);
		ccm_free(path);
		if (!ok)
			return false;
		if (mkdir(folder, 0700) != 0 && errno != EEXIST)
			return ccm_fail_errno(err, CCM_STORE, "cannot make the folder %s", folder);
		if (stat(folder, &st) != 0)
			return ccm_fail_errno(err, CCM_STORE, "no folder %s", folder);
	}
	if (!S_ISDIR(st.st_mode))
		return ccm_fail(err, CCM_STORE, "%s is no folder", folder);
	return is_for_us_alone(folder, &st, "700", err);
}

/* Never opened when it is there: to close it again would end our locks on it (POSIX, fcntl). */
bool
ccm_folder_make_file(const char *path, struct ccm_error *err)
{
	struct stat st;
	int fd;

	if (lstat(path, &st) != 0) {
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST)
			return ccm_fail_errno(err, CCM_STORE, "cannot make the file %s", path);
		if (fd >= 0)
			close(fd);
		if (lstat(path, &st) != 0)
			return ccm_fail_errno(err, CCM_STORE, "no file %s", path);
	}
	if (!S_ISREG(st.st_mode))
		return ccm_fail(err, CCM_STORE, "%s is no file", path);
	return is_for_us_alone(path, &st, "600", err);
}

static bool
rename_with_journal(const char *path, struct ccm_error *err)
{
	char *journal = ccm_format(err, "%s-journal", path);
	char *aside = ccm_format(err, "%s.aside", path);
	bool ok = journal != NULL && aside != NULL;

	/* a journal without its database would be played back into the next one of its name */
	if (ok && unlink(journal) != 0 && errno != ENOENT)
		ok = ccm_fail_errno(err, CCM_STORE, "cannot remove %s", journal);
	if (ok && rename(path, aside) != 0)
		ok = ccm_fail_errno(err, CCM_STORE, "cannot rename %s", path);
	ccm_free(journal);
	ccm_free(aside);
	return ok;
}

bool
ccm_folder_set_aside(
    const char *folder, const char *path, dev_t device, ino_t inode, struct ccm_error *err)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;
	bool ok = true;

	if (fd < 0)
		return ccm_fail_errno(err, CCM_STORE, "cannot open the folder %s", folder);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		ok = ccm_fail_errno(err, CCM_STORE, "another process is at %s", path);
	else if (lstat(path, &st) == 0 && st.st_dev == device && st.st_ino == inode)
		ok = rename_with_journal(path, err);
	close(fd);
	return ok;
}
