/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_OCSP_H
#define CCM_CLI_OCSP_H

/* What a responder says of a certificate (RFC 6960), by GET. */

#include "cloud/client.h"
#include "model/cert.h"

enum ccm_ocsp_status { CCM_OCSP_GOOD, CCM_OCSP_REVOKED, CCM_OCSP_UNKNOWN };

struct ccm_ocsp_question {
	const char *url; /* of the responder */
	const struct ccm_cert *cert, *issuer;
};
struct ccm_ocsp_answer {
	enum ccm_ocsp_status status;
	const char *reason; /* of a revocation, or NULL */
};

/* The answer was signed by the issuer, or by whom it has set up for it, and is in time. */
bool ccm_ocsp_ask(struct ccm_client *client, const struct ccm_ocsp_question *question,
    struct ccm_ocsp_answer *answer, struct ccm_error *err);

#endif
