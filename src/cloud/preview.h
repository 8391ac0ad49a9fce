/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_PREVIEW_H
#define CCM_PREVIEW_H

#include "core/config.h"
#include "cloud/operations.h"

/* A request before it is sent: see ccm_client_preview(). Reads credentials, opens no connection. */
struct ccm_preview {
	const struct ccm_config *config;
	const struct ccm_operation *op;
	const struct ccm_wire_request *wire;
	const char *endpoint;
};
bool ccm_preview_format(
    const struct ccm_preview *preview, struct ccm_buf *out, struct ccm_error *err);

#endif
