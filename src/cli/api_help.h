/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_API_HELP_H
#define CCM_CLI_API_HELP_H

#include "cloud/operations.h"

/* What an operation does, needs and takes, from its row. */
bool ccm_operation_help(const struct ccm_operation *op, struct ccm_buf *out, struct ccm_error *err);

/* The operation; CCM_USAGE with the nearest one when there is none of this id. */
const struct ccm_operation *ccm_operation_named(const char *id, struct ccm_error *err);

#endif
