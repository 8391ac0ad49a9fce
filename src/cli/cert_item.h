/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_CERT_ITEM_H
#define CCM_CLI_CERT_ITEM_H

/* Certificates by their ids, as tokens show them, and what files are made of them. */

#include "cli/tool.h"

/* Referenced; of several tokens one that has the key is preferred. */
struct ccm_item *ccm_cert_item(struct ccm_tool *tool, const char *id, struct ccm_error *err);

/*
 * A server sends its certificate and the intermediates, and leaves out the root, which clients have
 * to know by themselves (RFC 8446 4.4.2). What ends the chain goes to a file of its own. PEM.
 */
bool ccm_cert_append(
    struct ccm_item *item, struct ccm_buf *leaf, struct ccm_buf *anchor, struct ccm_error *err);

#endif
