/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_ISSUE_H
#define CCM_CLI_ISSUE_H

/*
 * Certificates for keys that the service never sees: what `ccm cert issue` was asked for becomes a
 * signing request by the key.
 */

#include "cli/tool.h"
#include "key/csr.h"

/* The CSR of a request as pca_issue_certificate has it, signed by the key, PEM. */
bool ccm_issue_make_csr(const struct ccm_json *request, struct ccm_key *key, struct ccm_buf *pem,
    struct ccm_error *err);

/*
 * Have it issued, by CSR, and print the certificate's id. The request is complete (issuer, key,
 * validity). A key in the cluster is made first; it goes again when nothing was issued.
 */
bool ccm_issue_in_hsm(struct ccm_tool *tool, const char *cluster, const struct ccm_json *request,
    struct ccm_error *err);

#endif
