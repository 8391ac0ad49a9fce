/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_PEM_H
#define CCM_CLI_PEM_H

/* PEM texts of what is exported. Each appends to out. */

#include "model/uri.h"

/* A block with this label. What it is made of leaves no copy in the open. */
bool ccm_pem_block(
    const char *label, struct ccm_span der, struct ccm_buf *out, struct ccm_error *err);
bool ccm_pem_certificate(const struct ccm_cert *cert, struct ccm_buf *out, struct ccm_error *err);
/* PKCS#8; encrypted (PBES2, AES-256) unless password is empty. out has to be secret. */
bool ccm_pem_key(
    const struct ccm_key *key, const char *password, struct ccm_buf *out, struct ccm_error *err);
/* Names the item's key; holds no key (model/uri.h). */
bool ccm_pem_key_reference(const struct ccm_item *item, struct ccm_buf *out, struct ccm_error *err);

#endif
