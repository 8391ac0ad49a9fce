/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_HTTP_RECEIVE_H
#define CCM_HTTP_RECEIVE_H

/* An answer as it comes in, piece by piece, within limits. */

#include "cloud/http.h"

#define CCM_HTTP_MAX_HEADERS (4 * 1024 * 1024) /* an IAM token is a header and may have 2 MiB */

struct ccm_receiver {
	struct ccm_http_response *response;
	size_t header_bytes;
	struct ccm_error err; /* why receiving was stopped; "sent " goes before the message */
};

/* In the form that libcurl calls; what is returned differs from the size to make it stop. */
size_t ccm_receive_header(char *data, size_t size, size_t count, void *receiver);
size_t ccm_receive_body(char *data, size_t size, size_t count, void *receiver);

#endif
