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

#include "core/fd.h"
#include "core/utf8.h"

#define NAME_MOST 200               /* bytes: names of 255 are allowed, with endings */
#define SECRET_MAX 1024             /* characters of the line */
#define SECRET_FILE_MAX (64 * 1024) /* and of all that follows it */

char *
ccm_file_path(const char *dir, const char *name, const char *ending, struct ccm_error *err)
{
	const char *prefix = dir != NULL ? dir : "", *slash = dir != NULL ? "/" : "";
	char *path = ccm_format(
	    err, "%s%s%.*s%s", prefix, slash, (int)ccm_utf8_cut(name, NAME_MOST), name, ending);
	char *base = path != NULL ? path + strlen(prefix) + strlen(slash) : NULL;

	if (base == NULL)
		return NULL;
	for (char *at = base; *at != '\0'; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f || strchr("/*", *at) != NULL ||
		    (*at == '.' && at == base))
			*at = '_';
	return path;
}

size_t
ccm_files_leave_out_empty(struct ccm_file *files, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		struct ccm_file file = files[i];

		files[i] = (struct ccm_file){0};
		if (file.content.len != 0)
			files[kept++] = file;
		else
			ccm_files_clear(&file, 1);
	}
	return kept;
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

/* Where there are no links: the name is taken first, and nobody else's file is replaced. */
static bool
reserve_and_rename(const char *temporary, const char *path)
{
	int fd = ccm_fd_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd < 0)
		return false;
	close(fd);
	if (rename(temporary, path) == 0)
		return true;
	unlink(path);
	return false;
}

/* A link never replaces what somebody else has put there meanwhile. */
static bool
link_or_rename(const char *temporary, const char *path)
{
	if (link(temporary, path) == 0)
		return true;
	return (errno == EPERM || errno == EOPNOTSUPP || errno == EMLINK || errno == ENOSYS) &&
	       reserve_and_rename(temporary, path);
}

static bool
put_in_place(const char *temporary, const struct ccm_file *file, bool force, struct ccm_error *err)
{
	if (force ? rename(temporary, file->path) == 0 : link_or_rename(temporary, file->path))
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
		const struct ccm_fd_place place = {
		    AT_FDCWD, files[written].path, files[written].mode};

		if (!ccm_fd_write_beside(
			&place, ccm_buf_span(&files[written].content), &temporary[written], err))
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

bool
ccm_file_read(const char *path, size_t most, struct ccm_buf *out, struct ccm_error *err)
{
	struct ccm_fd_source source = {path, CCM_USAGE, most};

	if (strcmp(path, "-") != 0)
		return ccm_fd_read_file(&source, out, err);
	source.name = "standard input";
	return ccm_fd_read_all(STDIN_FILENO, &source, out, err);
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

/* The first line of it. */
static bool
take_line(struct ccm_buf *text, const char *path, struct ccm_error *err)
{
	size_t len = strcspn(ccm_buf_str(text), "\r\n");

	if (memchr(text->data, '\0', text->len) != NULL)
		return ccm_fail(err, CCM_USAGE, "%s holds a NUL byte: it is not text", path);
	text->len = len;
	text->data[len] = '\0';
	return (len > 0 && len <= SECRET_MAX) ||
	       ccm_fail(err, CCM_USAGE, "the first line of %s has %s characters", path,
		   len == 0 ? "no" : "too many");
}

bool
ccm_file_read_secret(const char *path, struct ccm_buf *out, struct ccm_error *err)
{
	const struct ccm_fd_source source = {path, CCM_USAGE, SECRET_FILE_MAX};
	int fd = ccm_fd_open(AT_FDCWD, path, O_RDONLY, 0);
	struct stat st;
	bool ok;

	if (fd < 0)
		return ccm_fail_errno(err, CCM_USAGE, "cannot open %s", path);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & S_IROTH) != 0)
		ok = ccm_fail(err, CCM_USAGE,
		    "%s holds a secret, but everybody may read it: chmod o= %s", path, path);
	else
		ok = ccm_fd_read_all(fd, &source, out, err) && take_line(out, path, err);
	close(fd);
	return ok;
}
