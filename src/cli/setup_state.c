/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was changed, so that it can be undone: DIR/setup.json tells of each file whether it was
 * there (then its copy is DIR/N), the SHA-256 of what it became, and the directories made for it.
 * It is written before the file is.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/setup.h"
#include "core/config.h"
#include "core/crypto.h"
#include "core/fd.h"
#include "store/folder.h"

#define FILE_MOST (4 * 1024 * 1024)
#define HASH_SIZE 65

struct state {
	char *dir, *path;
	struct ccm_json *files; /* an array of objects, by "path" */
};

static void
state_clear(struct state *state)
{
	ccm_json_free(state->files);
	ccm_free(state->dir);
	ccm_free(state->path);
}

static char *
state_dir(const struct ccm_setup_scene *scene, struct ccm_error *err)
{
	char *data = ccm_config_data_dir(err), *dir = NULL;

	if (data != NULL && *data == '\0')
		ccm_fail(err, CCM_STORE, "no home directory to remember in what was changed");
	else if (data != NULL)
		dir = ccm_format(err, "%s%s/setup", scene->root, data);
	ccm_free(data);
	return dir;
}

static bool
state_load(struct state *state, const struct ccm_setup_scene *scene, struct ccm_error *err)
{
	struct ccm_fd_source source = {.code = CCM_STORE, .most = FILE_MOST};
	struct ccm_buf text = {0};

	*state = (struct state){.dir = state_dir(scene, err)};
	state->path = state->dir != NULL ? ccm_format(err, "%s/setup.json", state->dir) : NULL;
	if (state->path == NULL)
		return false;
	source.name = state->path;
	if (access(state->path, F_OK) != 0)
		state->files = ccm_json_new_array(err);
	else if (ccm_fd_read_file(&source, &text, err))
		state->files = ccm_json_parse(ccm_buf_span(&text), err);
	ccm_buf_clear(&text);
	if (state->files != NULL && ccm_json_type(state->files) != CCM_JSON_ARRAY)
		return ccm_fail(err, CCM_STORE, "%s is no list", state->path);
	return state->files != NULL;
}

static bool
write_file(
    const char *path, struct ccm_span content, const struct stat *like, struct ccm_error *err)
{
	const struct ccm_fd_place place = {AT_FDCWD, path, like->st_mode & 07777};

	return ccm_fd_replace(&place, content, like, err);
}

static struct stat
ours(mode_t mode)
{
	return (struct stat){.st_mode = mode, .st_uid = geteuid(), .st_gid = getegid()};
}

static bool
state_save(const struct state *state, struct ccm_error *err)
{
	const struct stat like = ours(0600);
	struct ccm_buf text = {0};
	bool ok = ccm_json_print(state->files, true, &text, err) &&
		  write_file(state->path, ccm_buf_span(&text), &like, err);

	ccm_buf_clear(&text);
	return ok;
}

static bool
hash(struct ccm_span content, char out[static HASH_SIZE], struct ccm_error *err)
{
	unsigned char digest[64];
	size_t len;

	if (!ccm_digest("SHA256", content, digest, &len, err))
		return false;
	ccm_hex(digest, len, out);
	return true;
}

static struct ccm_json *
entry_of(const struct state *state, const char *path)
{
	for
		ccm_json_each(entry, state->files) if (strcmp(ccm_json_text(entry, "path"), path) ==
						       0) return (struct ccm_json *)entry;
	return NULL;
}

/* Applying */

/* The directories that are missing, from above; each is remembered before it is made. */
static bool
make_directories(struct state *state, struct ccm_json *entry, char *path, struct ccm_error *err)
{
	struct ccm_json *made = ccm_json_new_array(err);

	if (made == NULL || !ccm_json_add_json(entry, "made", made, err))
		return false;
	for (char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
		bool ok = true;

		*at = '\0';
		if (access(path, F_OK) != 0)
			ok = ccm_json_append_string(made, path, err) && state_save(state, err) &&
			     (mkdir(path, 0755) == 0 ||
				 ccm_fail_errno(err, CCM_STORE, "cannot make the folder %s", path));
		*at = '/';
		if (!ok)
			return false;
	}
	return true;
}

/* The copy of a file that was there. */
static bool
keep_copy(const struct state *state, struct ccm_json *entry, const struct ccm_edit *edit,
    struct ccm_error *err)
{
	const struct stat like = ours(0600);
	char *path;
	bool ok;

	path = ccm_format(err, "%s/%zu", state->dir, ccm_json_count(state->files));
	ok = path != NULL && write_file(path, ccm_buf_span(&edit->before), &like, err) &&
	     ccm_json_add_string(entry, "copy", path, err) &&
	     ccm_json_add_int(entry, "mode", edit->status.st_mode & 07777, err) &&
	     ccm_json_add_int(entry, "uid", edit->status.st_uid, err) &&
	     ccm_json_add_int(entry, "gid", edit->status.st_gid, err);
	ccm_free(path);
	return ok;
}

static struct ccm_json *
new_entry(struct state *state, const struct ccm_edit *edit, struct ccm_error *err)
{
	struct ccm_json *entry = ccm_json_new_object(err);

	if (entry == NULL || !ccm_json_append_json(state->files, entry, err) ||
	    !ccm_json_add_string(entry, "path", edit->path, err) ||
	    (edit->exists && !keep_copy(state, entry, edit, err)))
		return NULL;
	return entry;
}

static bool
change(struct state *state, const struct ccm_edit *edit, struct ccm_error *err)
{
	const struct stat fresh = ours(0644);
	struct ccm_json *entry = entry_of(state, edit->path);
	char sum[HASH_SIZE];

	if (entry == NULL)
		entry = new_entry(state, edit, err);
	return entry != NULL && hash(ccm_buf_span(&edit->after), sum, err) &&
	       ccm_json_add_string(entry, "sha256", sum, err) && state_save(state, err) &&
	       (edit->exists || make_directories(state, entry, edit->path, err)) &&
	       write_file(edit->path, ccm_buf_span(&edit->after),
		   edit->exists ? &edit->status : &fresh, err);
}

bool
ccm_setup_apply(
    const struct ccm_setup_scene *scene, const struct ccm_edit *edit, struct ccm_error *err)
{
	struct state state;
	bool ok = state_load(&state, scene, err) && ccm_folder_make(state.dir, err) &&
		  change(&state, edit, err);

	state_clear(&state);
	return ok;
}

/* Undoing */

static bool
read_whole(const char *path, struct ccm_buf *out, struct ccm_error *err)
{
	const struct ccm_fd_source source = {path, CCM_STORE, FILE_MOST};

	return ccm_fd_read_file(&source, out, err);
}

/* As it was left, or not yet changed at all. */
static bool
may_restore(const struct ccm_json *entry, struct ccm_error *err)
{
	const char *path = ccm_json_text(entry, "path"), *copy = ccm_json_text(entry, "copy");
	struct ccm_buf now = {0}, before = {0};
	char sum[HASH_SIZE];
	bool ok;

	if (access(path, F_OK) != 0)
		return copy[0] == '\0' || ccm_fail(err, CCM_PARTIAL, "%s is gone", path);
	ok = read_whole(path, &now, err) && hash(ccm_buf_span(&now), sum, err);
	if (ok && strcmp(sum, ccm_json_text(entry, "sha256")) != 0)
		ok = copy[0] != '\0' && read_whole(copy, &before, NULL) &&
		     ccm_span_equal(ccm_buf_span(&now), ccm_buf_span(&before));
	if (!ok)
		ccm_fail(err, CCM_PARTIAL, "%s was changed since, and stays as it is", path);
	ccm_buf_clear(&now);
	ccm_buf_clear(&before);
	return ok;
}

static bool
restore_copy(const struct ccm_json *entry, struct ccm_error *err)
{
	const char *path = ccm_json_text(entry, "path"), *copy = ccm_json_text(entry, "copy");
	struct ccm_buf before = {0};
	int64_t mode = 0644, uid = 0, gid = 0;
	struct stat like;
	bool ok;

	ok = ccm_json_opt_int(entry, "mode", &mode, err) &&
	     ccm_json_opt_int(entry, "uid", &uid, err) &&
	     ccm_json_opt_int(entry, "gid", &gid, err) && read_whole(copy, &before, err);
	like = (struct stat){.st_mode = (mode_t)mode, .st_uid = (uid_t)uid, .st_gid = (gid_t)gid};
	ok = ok && write_file(path, ccm_buf_span(&before), &like, err);
	if (ok)
		unlink(copy);
	ccm_buf_clear(&before);
	return ok;
}

/* Directories that have other things in them by now stay. */
static bool
remove_made(const struct ccm_json *entry, struct ccm_error *err)
{
	const struct ccm_json *made = ccm_json_get(entry, "made");
	const char *path = ccm_json_text(entry, "path"), *directory;

	if (unlink(path) != 0 && errno != ENOENT)
		return ccm_fail_errno(err, CCM_STORE, "cannot remove %s", path);
	for (size_t i = ccm_json_count(made); i-- > 0;)
		if (ccm_json_as_string(ccm_json_at(made, i), &directory))
			rmdir(directory);
	return true;
}

static bool
restore(const struct ccm_json *entry, struct ccm_error *err)
{
	if (!may_restore(entry, err))
		return false;
	return ccm_json_text(entry, "copy")[0] != '\0' ? restore_copy(entry, err)
						       : remove_made(entry, err);
}

/* The last first; what could not be done is written down again. */
static bool
restore_all(struct state *state, const struct ccm_setup_undone *undone, struct ccm_error *err)
{
	struct ccm_json *left = ccm_json_new_array(err);
	struct ccm_error first = {0};

	if (left == NULL)
		return false;
	for (size_t i = ccm_json_count(state->files); i-- > 0;) {
		const struct ccm_json *entry = ccm_json_at(state->files, i);
		struct ccm_error failure = {0};
		struct ccm_json *copy;

		if (restore(entry, &failure)) {
			if (!undone->visit(undone->context, ccm_json_text(entry, "path"), err))
				break;
			continue;
		}
		if (first.code == CCM_OK)
			first = failure;
		copy = ccm_json_dup(entry, err);
		if (copy == NULL || !ccm_json_append_json(left, copy, err))
			break;
	}
	ccm_json_free(state->files);
	state->files = left;
	if (err->code == CCM_OK && first.code != CCM_OK)
		*err = first;
	return err->code == CCM_OK;
}

bool
ccm_setup_undo(const struct ccm_setup_scene *scene, const struct ccm_setup_undone *undone,
    struct ccm_error *err)
{
	struct state state;
	bool ok = state_load(&state, scene, err);

	if (ok && ccm_json_count(state.files) == 0) {
		ok = ccm_fail(err, CCM_NOT_FOUND, "nothing was set up that could be undone");
	} else if (ok) {
		ok = restore_all(&state, undone, err);
		if (ok) {
			unlink(state.path);
			rmdir(state.dir);
		} else {
			state_save(&state, NULL);
		}
	}
	state_clear(&state);
	return ok;
}
