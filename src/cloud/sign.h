/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_SIGN_H
#define CCM_SIGN_H

/*
 * AK/SK request signing as spec/huawei-auth.md 1: SDK-HMAC-SHA256, which CCM uses, and its
 * siblings SDK-HMAC-SM3 and V11-HMAC-SHA256 (derived key). Pure: same input, same output. Used by
 * the client to sign and by the emulator to verify.
 */

#include "cloud/operations.h"

enum ccm_sign_algorithm { CCM_SIGN_SHA256, CCM_SIGN_SM3, CCM_SIGN_V11_SHA256, CCM_SIGN_ALGORITHMS };
const char *ccm_sign_algorithm_name(enum ccm_sign_algorithm algorithm); /* "SDK-HMAC-SHA256" */

struct ccm_header {
	const char *name, *value;
};

struct ccm_sign_input {
	enum ccm_sign_algorithm algorithm;
	const char *access_key;
	const char *secret_key;
	const char *region, *service; /* V11 only */
	const char *method;
	const char *host; /* with :port unless it is the scheme's default; NULL: not signed */
	const char *path; /* decoded */
	const struct ccm_query_pair *query;
	size_t query_count;
	const struct ccm_header
	    *headers; /* to sign, X-Sdk-Date among them; Host is added; names with _ are left out */
	size_t header_count;
	struct ccm_span body;
};

struct ccm_signature {
	char *canonical_request;
	char *canonical_query; /* send this very string as the request's query */
	char *signed_headers;
	char *string_to_sign;
	char signature[65];
	char *authorization; /* the whole header value */
};

bool ccm_sign(const struct ccm_sign_input *input, struct ccm_signature *out, struct ccm_error *err);
void ccm_signature_clear(struct ccm_signature *signature);

/* Percent-encoding of huawei-auth.md 1.1 step 3; appends. keep_slash leaves / as it is. */
bool ccm_percent_encode(
    const char *text, bool keep_slash, struct ccm_buf *out, struct ccm_error *err);
/* The canonical query string: encoded, sorted, joined. */
bool ccm_canonical_query(
    const struct ccm_query_pair *query, size_t count, struct ccm_buf *out, struct ccm_error *err);

#endif
