/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_TRUST_STORE_H
#define CCM_CLI_TRUST_STORE_H

/* The system's store of trust anchors: a directory of files, and a program that takes them in. */

#include "cli/file.h"
#include "cli/tool.h"

struct ccm_trust_store {
	const char *directory;
	const char *suffix; /* without it files are not taken in */
	const char *command;
};

/* The one that this system has; CCM_UNSUPPORTED for none. */
const struct ccm_trust_store *ccm_trust_store_find(struct ccm_error *err);
/* Where the anchor of this id is. Only files with such names are ever touched. */
char *ccm_trust_store_path(
    const struct ccm_trust_store *store, const char *id, struct ccm_error *err);
/* These files and no others of ours are there from now on. */
bool ccm_trust_store_fill(const struct ccm_trust_store *store, struct ccm_file *files, size_t count,
    struct ccm_error *err);
bool ccm_trust_store_update(
    const struct ccm_trust_store *store, const struct ccm_tool *tool, struct ccm_error *err);

#endif
