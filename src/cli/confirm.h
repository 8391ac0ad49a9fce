/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_CONFIRM_H
#define CCM_CLI_CONFIRM_H

#include "cli/tool.h"

/*
 * Before an operation that costs money or cannot be undone: --yes, or somebody at the terminal who
 * says so. deed is what will be done: "delete the CA \"Root\"". CCM_USAGE where nobody can be
 * asked, CCM_CANCELLED when the answer is no. An operation without a warning needs no question.
 */
bool ccm_confirm(
    struct ccm_tool *tool, const struct ccm_operation *op, const char *deed, struct ccm_error *err);

/* Does this answer mean yes? Only y and yes do, in any case. */
bool ccm_answer_is_yes(const char *answer);

#endif
