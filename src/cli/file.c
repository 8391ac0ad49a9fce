/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/file.h"
#include "cli/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_MAX 1024
#define READ_STEP 4096

char *
ccm_file_path(const char *dir, const char *name, const char *suffix, struct ccm_error *err)
{
	const char *prefix = dir != NULL ? dir : "", *slash = dir != NULL ? "/" : "";
	char *path = ccm_format(err, "%s%s%s%s%s", prefix, slash, name, suffix != NULL ? "." : "",
	    suffix != NULL ? suffix : "");
	char *base = path != NULL ? path + strlen(prefix) + strlen(slash) : NULL;

	if (base == NULL)
		return NULL;
	for (char *at = base; *at != '\0'; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f || strchr("/*", *at) != NULL ||
		    (*at == '.' && at == base))
			*at = '_';
	return path;
}

bool
ccm_files_absent(const struct ccm_file *files, size_t count, struct ccm_error *err)
{
	struct stat st;

	for (size_t i = 0; i < count; i++)
		if (lstat(files[i].path, &st) == 0)
			return ccm_fail(
			    err, CCM_CONFLICT, "%s exists; --force overwrites it", files[i].path);
	return true;
}

static bool
write_all(int fd, struct ccm_span content)
{
	while (content.len != 0) {
		ssize_t written = write(fd, content.data, content.len);

		if (written < 0 && errno != EINTR)
			return false;
		if (written > 0) {
			content.data += written;
			content.len -= (size_t)written;
		}
	}
	return true;
}

/* The content under a temporary name in the same directory; NULL on failure. */
static char *
write_temporary(const struct ccm_file *file, struct ccm_error *err)
{
	char *path = ccm_format(err, "%s.XXXXXX", file->path);
	int fd = path != NULL ? mkostemp(path, O_CLOEXEC) : -1;
	bool ok;

	if (fd < 0) {
		ccm_fail_errno(err, CCM_STORE, "cannot create %s", file->path);
		ccm_free(path);
		return NULL;
	}
	ok = write_all(fd, ccm_buf_span(&file->content)) && fchmod(fd, file->mode) == 0 &&
	     fsync(fd) == 0;
	ok = close(fd) == 0 && ok;
	if (ok)
		return path;
	ccm_fail_errno(err, CCM_STORE, "cannot write %s", file->path);
	unlink(path);
	ccm_free(path);
	return NULL;
}

/* Without force a link, which never replaces what somebody else has put there meanwhile. */
static bool
put_in_place(const char *temporary, const struct ccm_file *file, bool force, struct ccm_error *err)
{
	if (force ? rename(temporary, file->path) == 0 : link(temporary, file->path) == 0)
		return true;
	return ccm_fail_errno(
	    err, errno == EEXIST ? CCM_CONFLICT : CCM_STORE, "cannot create %s", file->path);
}

static bool
write_files(
    struct ccm_file *files, char **temporary, size_t count, bool force, struct ccm_error *err)
{
	size_t written, placed = 0;

	for (written = 0; written < count; written++) {
		temporary[written] = write_temporary(&files[written], err);
		if (temporary[written] == NULL)
			break;
	}
	while (written == count && placed < count &&
	       put_in_place(temporary[placed], &files[placed], force, err))
		placed++;
	for (size_t i = 0; i < written; i++) {
		unlink(temporary[i]);
		ccm_free(temporary[i]);
	}
	if (placed == count)
		return true;
	for (size_t i = 0; i < placed && !force; i++)
		unlink(files[i].path);
	return false;
}

bool
ccm_files_write(struct ccm_file *files, size_t count, bool force, struct ccm_error *err)
{
	char **temporary = ccm_alloc_array(count, sizeof(*temporary), err);
	sigset_t stops, before;
	bool ok;

	if (temporary == NULL)
		return false;
	/* Ctrl-C waits the moment that this takes, so that nothing half-done is left */
	sigemptyset(&stops);
	sigaddset(&stops, SIGINT);
	sigaddset(&stops, SIGTERM);
	sigaddset(&stops, SIGHUP);
	sigaddset(&stops, SIGQUIT);
	sigaddset(&stops, SIGTSTP);
	pthread_sigmask(SIG_BLOCK, &stops, &before);
	ok = (force || ccm_files_absent(files, count, err)) &&
	     write_files(files, temporary, count, force, err);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	ccm_free(temporary);
	return ok;
}

void
ccm_files_clear(struct ccm_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		ccm_free(files[i].path);
		ccm_buf_clear(&files[i].content);
		files[i].path = NULL;
	}
}

/* Until the end, or until there is more than most. */
static bool
read_all(int fd, size_t most, struct ccm_buf *out, struct ccm_error *err)
{
	ssize_t got = 1;

	while (got != 0 && out->len <= most) {
		if (!ccm_buf_reserve(out, READ_STEP, err))
			return false;
		got = read(fd, out->data + out->len, READ_STEP);
		if (got < 0 && errno != EINTR)
			return ccm_fail_errno(err, CCM_USAGE, "cannot read");
		out->len += got > 0 ? (size_t)got : 0;
	}
	return ccm_buf_append(out, "", 0, err); /* the NUL behind it */
}

bool
ccm_file_read(const char *path, size_t most, struct ccm_buf *out, struct ccm_error *err)
{
	bool standard = strcmp(path, "-") == 0, ok;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return ccm_fail_errno(err, CCM_USAGE, "cannot open %s", path);
	ok = read_all(fd, most, out, err);
	if (ok && out->len > most)
		ok = ccm_fail(err, CCM_USAGE, "it has more than %zu bytes", most);
	if (!ok)
		ccm_error_context(err, "%s", standard ? "standard input" : path);
	if (!standard)
		close(fd);
	return ok;
}

bool
ccm_files_report(
    const struct ccm_tool *tool, const struct ccm_file *files, size_t count, struct ccm_error *err)
{
	struct ccm_json *document, *list;
	bool ok;

	for (size_t i = 0; i < count && !tool->json; i++)
		fprintf(ccm_tool_out(tool), "%s\n", files[i].path);
	if (!tool->json)
		return true;
	document = ccm_json_new_object(err);
	list = ccm_json_new_array(err);
	ok = document != NULL && ccm_json_add_json(document, "files", list, err);
	for (size_t i = 0; i < count && ok; i++)
		ok = ccm_json_append_string(list, files[i].path, err);
	ok = ok && ccm_tool_print_json(tool, document, err);
	ccm_json_free(document);
	return ok;
}

bool
ccm_file_read_secret(const char *path, struct ccm_buf *out, struct ccm_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	bool ok = false;

	if (fd < 0)
		return ccm_fail_errno(err, CCM_USAGE, "cannot open %s", path);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & S_IROTH) != 0) {
		ccm_fail(err, CCM_USAGE,
		    "%s holds a secret, but everybody may read it: chmod o= %s", path, path);
		goto out;
	}
	if (!read_all(fd, SECRET_MAX, out, err)) {
		ccm_error_context(err, "%s", path);
		goto out;
	}
	out->len = strcspn(ccm_buf_str(out), "\r\n");
	out->data[out->len] = '\0';
	ok = out->len > 0 && out->len <= SECRET_MAX;
	if (!ok)
		ccm_fail(err, CCM_USAGE, "the first line of %s has %s characters", path,
		    out->len == 0 ? "no" : "too many");
out:
	close(fd);
	return ok;
}
