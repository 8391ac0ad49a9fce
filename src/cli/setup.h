/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_SETUP_H
#define CCM_CLI_SETUP_H

/* `ccm setup`: what programs of this machine there are, and which lines their files lack. */

#include <sys/stat.h>

#include "cli/setup_text.h"

/* A file as it is, and as it is to be. */
struct ccm_edit {
	char *path; /* links are followed: it is the file itself */
	bool exists;
	struct stat status;
	struct ccm_buf before, after;
};

struct ccm_setup_target {
	const char *name;
	const char *const *markers; /* one of these is there when the program is; NULL ends them */
	const char *const
	    *files; /* patterns (glob(7)) as setup_target.c reads them; NULL ends them */
	ccm_setup_text *text;
	bool make;        /* a file that is missing is made: the first pattern is its name */
	bool on_request;  /* changes what others see: only when it is named */
	const char *hint; /* instead of files: what can be done */
};
extern const struct ccm_setup_target ccm_setup_targets[];
extern const size_t ccm_setup_target_count;

/* Where to look: all paths are below root, "" is this machine. */
struct ccm_setup_scene {
	const char *root;
	struct ccm_setup_site site;
};

struct ccm_edits {
	struct ccm_edit *edits;
	size_t count;
};
/* The target's files, those that lack nothing, too. found: the program is there. */
bool ccm_setup_look(const struct ccm_setup_scene *scene, const struct ccm_setup_target *target,
    struct ccm_edits *out, bool *found, struct ccm_error *err);
bool ccm_edit_is_needed(const struct ccm_edit *edit);
void ccm_edits_clear(struct ccm_edits *edits);

/*
 * Do it, and be able to undo it: a copy of each file as it was before the first change, and what
 * it became, are kept below the data directory.
 */
bool ccm_setup_apply(
    const struct ccm_setup_scene *scene, const struct ccm_edit *edit, struct ccm_error *err);
/*
 * Every file back, byte for byte; visit is told of each. One that somebody has changed since stays
 * as it is, with CCM_PARTIAL naming it in the end. Nothing to undo is CCM_NOT_FOUND.
 */
struct ccm_setup_undone {
	bool (*visit)(void *context, const char *path, struct ccm_error *err);
	void *context;
};
bool ccm_setup_undo(const struct ccm_setup_scene *scene, const struct ccm_setup_undone *undone,
    struct ccm_error *err);

#endif
