/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_FETCH_H
#define CCM_FETCH_H

/* Which certificates are not here, and how they come. */

#include "model/token.h"

/* fetch.c: as ccm_items_fetch(), of all and into the cache, and nowhere else. */
bool ccm_items_export(
    struct ccm_item *const *items, size_t count, int64_t *exported, struct ccm_error *err);
/* material.c: the certificate, if this process or the cache has it; and for the cache only. */
bool ccm_item_recall(struct ccm_item *item);
bool ccm_item_export(struct ccm_item *item, struct ccm_error *err);
/* candidates.c: those of the view that neither this process nor the cache has the certificate of;
 * with more than max, some. Borrowed from the view. */
bool ccm_view_unknown(struct ccm_view *view, enum ccm_item_kind kind, size_t max,
    struct ccm_items *out, struct ccm_error *err);

#endif
