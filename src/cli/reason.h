/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_REASON_H
#define CCM_CLI_REASON_H

#include "cli/option.h"

/* Why something is revoked (RFC 5280 5.3.1), as the service takes it. */
extern const struct ccm_option ccm_options_reason[];

#endif
