/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_ISSUE_H
#define CCM_CLI_ISSUE_H

/*
 * Certificates for keys that the service never sees: what `ccm cert issue` was asked for becomes a
 * signing request by the key.
 */

#include "cli/tool.h"
#include "key/csr.h"

/*
 * Have it issued, by CSR, and print the certificate's id. The request is complete (issuer, key,
 * validity). A key in the cluster is made first; it goes again when nothing was issued.
 */
bool ccm_issue_in_hsm(struct ccm_tool *tool, const char *cluster, const struct ccm_json *request,
    struct ccm_error *err);

/* The same with a key of the keystore, of which the journal loses nothing (model/issue.h). */
bool ccm_issue_in_keystore(
    struct ccm_tool *tool, const struct ccm_json *request, struct ccm_error *err);

#endif
