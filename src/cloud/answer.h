/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_ANSWER_H
#define CCM_ANSWER_H

/* An HTTP answer turned into JSON or into an error that says all there is to say. */

#include "cloud/credentials.h"
#include "cloud/fault.h"
#include "cloud/http.h"

/* What was asked. */
struct ccm_question {
	const struct ccm_operation *op;
	const char *canonical_request;             /* what was signed, or NULL */
	const struct ccm_credentials *credentials; /* it was sent with */
	bool takes_archive;                        /* a ZIP file is an answer, too */
};

/*
 * 2xx: true, with the JSON to be freed by the caller, or NULL where there is no body and where the
 * body is a ZIP file that the question takes. Else, or when the body is not what it should be:
 * false, fault says what may help. CCM_PARTIAL (a 2xx that tells of failures, see outcome.h) comes
 * with the JSON, too. Every shape of spec/huawei-auth.md 6 is read.
 */
bool ccm_answer_read(const struct ccm_question *question, const struct ccm_http_response *response,
    struct ccm_json **answer, struct ccm_fault *fault, struct ccm_error *err);

/* At most size - 1 bytes of a text for a message: one line, cut before anything secret. */
void ccm_answer_excerpt(struct ccm_span text, char *out, size_t size);

#endif
