/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_REQUEST_H
#define CCM_EMU_REQUEST_H

/* An HTTP request as the server received it, free of the server's types. */

#include "cloud/sign.h"

struct ccm_emu_request {
	const char *method;
	const char *target; /* as sent: path?query */
	const struct ccm_header *headers;
	size_t header_count;
	struct ccm_span body; /* cut behind CCM_EMU_REQUEST_MAX_BODY */
	size_t body_size;     /* as sent */

	char *path; /* decoded, like the query: set by ccm_emu_request_parse */
	struct ccm_query_pair *query;
	size_t query_count;
};

#define CCM_EMU_REQUEST_MAX_BODY (64u * 1024 * 1024)

/* Take the target apart. CCM_USAGE when an escape is broken. */
bool ccm_emu_request_parse(struct ccm_emu_request *request, struct ccm_error *err);
void ccm_emu_request_clear(struct ccm_emu_request *request); /* what ccm_emu_request_parse made */

/* The first header or query value of this name (headers: in any case), or NULL. */
const char *ccm_emu_request_header(const struct ccm_emu_request *request, const char *name);
const char *ccm_emu_request_query(const struct ccm_emu_request *request, const char *name);

#endif
