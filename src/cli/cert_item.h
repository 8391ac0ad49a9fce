/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_CERT_ITEM_H
#define CCM_CLI_CERT_ITEM_H

/* Certificates and CAs as tokens show them, and what files are made of them. */

#include "cli/tool.h"

/* By common name or id, as `ccm:NAME` finds it: the first one, or the first with a key. Referenced.
 */
struct ccm_item *ccm_item_named(struct ccm_tool *tool, const char *name, struct ccm_error *err);
/* The same of a certificate that exists: why no token shows it is noted. */
struct ccm_item *ccm_cert_item(struct ccm_tool *tool, const char *id, struct ccm_error *err);

/*
 * A server sends its certificate and the intermediates, and leaves out the root, which clients have
 * to know by themselves (RFC 8446 4.4.2). What ends the chain goes to a file of its own. PEM.
 */
bool ccm_cert_append(
    struct ccm_item *item, struct ccm_buf *leaf, struct ccm_buf *anchor, struct ccm_error *err);

#endif
