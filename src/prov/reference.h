/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_PROV_REFERENCE_H
#define CCM_PROV_REFERENCE_H

/* Key references in PEM: ours, and those of pkcs11-provider that name a token of ours. */

#include "prov/prov.h"

#define CCM_PROV_MAX_REFERENCE (16 * 1024)

/*
 * Read the next PEM block, of whatever label. The DER of a reference (one of ours in any case) goes
 * to der, which stays empty for everything else. *more is false when the input ended.
 */
bool ccm_prov_reference_read(const struct ccm_prov *prov, OSSL_CORE_BIO *in, struct ccm_buf *der,
    bool *more, struct ccm_error *err);

#endif
