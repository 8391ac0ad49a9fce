/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_SOFT_H
#define CCM_SOFT_H

/* Between the files of the soft back end. */

#include "key/key.h"

/* To be freed; NULL with err set. */
EVP_PKEY_CTX *ccm_soft_context(const struct ccm_key *key, struct ccm_error *err);
/* soft_decrypt.c */
bool ccm_soft_decrypt(struct ccm_key *key, const OSSL_PARAM *params, struct ccm_span input,
    struct ccm_buf *out, struct ccm_error *err);

#endif
