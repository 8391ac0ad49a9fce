/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_FOLDER_H
#define CCM_FOLDER_H

/* Folders and files of one user's alone. */

#include <sys/types.h>

#include "ccm/error.h"

/* Make the folder, and those above it, with mode 0700 where they are missing. It has to be ours,
 * and others may not enter it. */
bool ccm_folder_make(const char *folder, struct ccm_error *err);
/* Make an empty file with mode 0600 unless there is one. It has to be ours, and for us alone. */
bool ccm_folder_make_file(const char *path, struct ccm_error *err);
/*
 * Rename a database's file to PATH.aside, which may replace one, and remove its journal; if it is
 * this inode. One process at a time; an inode that is not there any more is fine.
 */
bool ccm_folder_set_aside(
    const char *folder, const char *path, dev_t device, ino_t inode, struct ccm_error *err);

#endif
