/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_CHECKUP_H
#define CCM_CLI_CHECKUP_H

/*
 * A look at one thing after the other: a table of checkups, each of which says what it found, how
 * long it took, and what to do where something is wrong.
 */

#include "cli/tool.h"

enum ccm_verdict { CCM_FINE, CCM_WARNING, CCM_FAILED, CCM_SKIPPED };

struct ccm_finding {
	enum ccm_verdict verdict;
	struct ccm_buf text;
	const char *remedy; /* or NULL */
};

struct ccm_checkup {
	const char *layer;
	const char *needs; /* the layer without which there is nothing to look at, or NULL */
	/* False: it failed, with the cause. Else what is in the finding is so. */
	bool (*look)(void *patient, struct ccm_finding *finding, struct ccm_error *err);
};

struct ccm_checkups {
	const struct ccm_checkup *checkups;
	size_t count;
	void *patient;
};
/* Shows each finding as it is there, or all of them as JSON. False when one failed: err has its
 * code, and how many did. */
bool ccm_checkups_run(
    struct ccm_tool *tool, const struct ccm_checkups *checkups, struct ccm_error *err);

#endif
