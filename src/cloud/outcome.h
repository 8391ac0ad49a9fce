/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_OUTCOME_H
#define CCM_OUTCOME_H

/* Failures behind a 2xx: answers that tell for each target whether it was reached. */

#include "cloud/operations.h"

/*
 * True when all was done, as the row's outcome column reads it. Else CCM_PARTIAL, with each failed
 * target and what was said of it. answer may be NULL, for an answer without body.
 */
bool ccm_outcome_check(
    const struct ccm_operation *op, const struct ccm_json *answer, struct ccm_error *err);

#endif
