/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CRL_H
#define CCM_CRL_H

/*
 * A CA's list of what it revoked: immutable, reference-counted, and checked: the CA issued and
 * signed it. Whose dates have passed is for who uses it to judge.
 */

#include "model/model.h"

struct ccm_crl;

/* From DER or PEM. Errors: CCM_PROTOCOL, also for one of another CA. */
struct ccm_crl *ccm_crl_new(
    struct ccm_span bytes, const struct ccm_cert *issuer, struct ccm_error *err);
struct ccm_crl *ccm_crl_ref(struct ccm_crl *crl);
void ccm_crl_unref(struct ccm_crl *crl); /* NULL is allowed */
struct ccm_span ccm_crl_der(const struct ccm_crl *crl);
X509_CRL *ccm_crl_x509(const struct ccm_crl *crl); /* borrowed, private context */
int64_t ccm_crl_this_update_ms(const struct ccm_crl *crl);
int64_t ccm_crl_next_update_ms(const struct ccm_crl *crl); /* 0: it does not say */

/*
 * The list of a CA with ccm_item_crl_url(), a new reference: from the cache that processes share,
 * or fetched at first use, and again when its next update is due. While that fails, the last one
 * there was is returned.
 */
struct ccm_crl *ccm_item_crl(struct ccm_item *item, struct ccm_error *err);

/* What an item keeps of its list; NULL is allowed. */
struct ccm_kept_crl;
void ccm_kept_crl_free(struct ccm_kept_crl *kept);

#endif
