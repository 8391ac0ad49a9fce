/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_FILE_H
#define CCM_CLI_FILE_H

/* Files that appear whole or not at all. */

#include <sys/types.h>

#include "core/mem.h"

struct ccm_tool;

struct ccm_file {
	char *path; /* owned */
	mode_t mode;
	struct ccm_buf content;
};

/*
 * Write them all: each under a temporary name beside its place, then renamed. Existing files are
 * an error unless force is set. On failure none of them is there that wasn't before (with force,
 * those renamed already stay).
 */
bool ccm_files_write(struct ccm_file *files, size_t count, bool force, struct ccm_error *err);
/* CCM_CONFLICT naming the first of the files that exists. */
bool ccm_files_absent(const struct ccm_file *files, size_t count, struct ccm_error *err);
void ccm_files_clear(struct ccm_file *files, size_t count);
/* What was written, for people or programs: a path a line, or {"files": [...]}. */
bool ccm_files_report(
    const struct ccm_tool *tool, const struct ccm_file *files, size_t count, struct ccm_error *err);

/*
 * DIR/NAME and ending, with a name that is safe as a file's: no /, *, control characters, leading
 * dot, and not too long.
 */
char *ccm_file_path(const char *dir, const char *name, const char *ending, struct ccm_error *err);
/* Move those with a content to the front; how many they are. */
size_t ccm_files_leave_out_empty(struct ccm_file *files, size_t count);
/* All of a file, or of standard input when path is "-"; more than most bytes are an error. */
bool ccm_file_read(const char *path, size_t most, struct ccm_buf *out, struct ccm_error *err);
/* The first line of a file that holds a secret; refused when others may read it. out is secret. */
bool ccm_file_read_secret(const char *path, struct ccm_buf *out, struct ccm_error *err);

#endif
