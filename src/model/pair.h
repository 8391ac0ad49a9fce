/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_PAIR_H
#define CCM_PAIR_H

/*
 * SM2 double certificates. The service lists the signature certificate and, as a fact of it, the
 * serial number of the encryption certificate, which is an item of its own: of kind ENCRYPTION,
 * with the same resource id and identity, and with a CKA_ID that is the certificate's UUID and one
 * byte more. It is made when a search comes upon its certificate, and exported for itself.
 */

#include "model/item.h"

#define CCM_PAIR_ID_LEN (CCM_ITEM_ID_LEN + 1)
#define CCM_PAIR_ID_END 'e'

/* The CKA_ID of the certificate that this one's is made of, else the same. */
struct ccm_span ccm_pair_base_id(struct ccm_span id);
/* What a search among items of this kind finds. */
unsigned ccm_pair_brings(enum ccm_item_kind kind);
/* *other is a reference to the encryption item of a certificate, or NULL when it has none. */
bool ccm_pair_other(struct ccm_item *item, struct ccm_item **other, struct ccm_error *err);
/* Kind of the item by which the service and the cache know it. */
enum ccm_item_kind ccm_item_listed_kind(const struct ccm_item *item);
/* Of an encryption item: may the private key be had? */
bool ccm_pair_may_have_key(const struct ccm_item *item);
/* Its certificate's key when that was made here, a reference; NULL: it is not here. */
struct ccm_key *ccm_pair_local_key(const struct ccm_item *item);

#endif
