/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_COMPLETE_H
#define CCM_CLI_COMPLETE_H

/*
 * What can stand at the end of a command line, from the same tables as parsing and help: commands,
 * options and their choices, operations, their fields and enumerations. Each candidate is a line,
 * the whole word. Instead of candidates there may be the line ":file" or ":directory".
 */

#include "core/mem.h"

/* line ends where the cursor is. What cannot be made sense of has no candidates. */
bool ccm_complete(const char *line, struct ccm_buf *out, struct ccm_error *err);

#endif
