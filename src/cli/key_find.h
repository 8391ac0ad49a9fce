/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_KEY_FIND_H
#define CCM_CLI_KEY_FIND_H

/* Keys of the keystore, by what people type: their name, or their id in hex. */

#include "cli/tool.h"
#include "model/local.h"

/* Referenced. CCM_NOT_FOUND: none; CCM_CONFLICT: several of this name. */
struct ccm_item *ccm_key_find(struct ccm_tool *tool, const char *text, struct ccm_error *err);
/* What is shown of one: id, name, algorithm, ..., uri. To be freed. */
struct ccm_json *ccm_key_row(const struct ccm_item *item, struct ccm_error *err);

#endif
