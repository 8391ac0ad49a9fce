/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_ACT_H
#define CCM_CLI_ACT_H

/* Calls that change one thing that is there: find it, ask, call, and look when the answer is lost.
 */

#include "cli/resolve.h"

struct ccm_act {
	const struct ccm_operation *op;
	const char *verb; /* in the question: "delete" */
	const char *done; /* when only looking shows it: "is disabled" */
	/* How to see that it was done: the field has this text; or, with gone, it isn't there. */
	const char *field, *value;
	bool gone;
};

/* The request gets the id of the target. */
bool ccm_act(struct ccm_tool *tool, const struct ccm_act *act, const struct ccm_target *target,
    struct ccm_json *request, struct ccm_error *err);
/* Does the object (NULL: it isn't there) show that the act took place? */
bool ccm_act_is_seen(const struct ccm_act *act, const struct ccm_json *object);

#endif
