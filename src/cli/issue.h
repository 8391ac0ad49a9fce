/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_ISSUE_H
#define CCM_CLI_ISSUE_H

/*
 * Certificates for keys that the service never sees. The journal loses none of them and has none
 * made twice (model/issue.h): the same command goes on with what was interrupted. The request is
 * complete: issuer, subject, validity. The certificate's id is printed.
 */

#include "cli/input.h"
#include "cli/tool.h"

/* The key is made in the cluster, or in the keystore. */
bool ccm_issue_in_hsm(struct ccm_tool *tool, const char *cluster, const struct ccm_json *request,
    struct ccm_error *err);
bool ccm_issue_in_keystore(
    struct ccm_tool *tool, const struct ccm_json *request, struct ccm_error *err);
/* The key has signed already; the request has the CSR. */
bool ccm_issue_by_csr(struct ccm_tool *tool, const struct ccm_json *request,
    const struct ccm_csr *csr, struct ccm_error *err);

#endif
