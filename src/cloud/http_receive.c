/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/http_receive.h"

#include <string.h>

size_t
ccm_receive_header(char *data, size_t size, size_t count, void *context)
{
	struct ccm_receiver *receiver = context;
	size_t len = size * count;
	const char *colon = memchr(data, ':', len);

	receiver->header_bytes += len;
	if (receiver->header_bytes > CCM_HTTP_MAX_HEADERS) {
		ccm_fail(&receiver->err, CCM_PROTOCOL, "headers of more than %d bytes",
		    CCM_HTTP_MAX_HEADERS);
		return 0;
	}
	/* a status line begins anew: what came before it was a 1xx answer's */
	if (len >= 5 && memcmp(data, "HTTP/", 5) == 0) {
		ccm_http_response_clear(receiver->response);
		return len;
	}
	if (colon == NULL)
		return len;
	if (!ccm_http_response_add_header(receiver->response, CCM_SPAN(data, colon - data),
		CCM_SPAN(colon + 1, len - (size_t)(colon + 1 - data)), &receiver->err))
		return 0;
	return len;
}

size_t
ccm_receive_body(char *data, size_t size, size_t count, void *context)
{
	struct ccm_receiver *receiver = context;
	struct ccm_buf *body = &receiver->response->body;
	size_t len = size * count;

	body->secret = true;
	if (len > CCM_HTTP_MAX_BODY - body->len) {
		ccm_fail(&receiver->err, CCM_PROTOCOL, "a body of more than %d bytes",
		    CCM_HTTP_MAX_BODY);
		return 0;
	}
	return ccm_buf_append(body, data, len, &receiver->err) ? len : 0;
}
