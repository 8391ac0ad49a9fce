/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_TAGS_H
#define CCM_TAGS_H

/*
 * The tags of certificates and CAs, which no listing tells. As text: a line for each tag, in the
 * order of their keys' bytes; a line is key, tab, value; a newline stands between lines only. SCM
 * tells no tags, and a certificate that is only part of a chain has none.
 */

#include "model/model.h"

/* Append them: asked for with one call, kept as long as a listing is fresh. */
bool ccm_item_tags(struct ccm_item *item, struct ccm_buf *out, struct ccm_error *err);

/*
 * Who in a token has just these tags, asked for with one search each among certificates and CAs,
 * however many there are. For the empty text that is who has none.
 */
struct ccm_tagged;
struct ccm_tagged *ccm_token_tagged(
    struct ccm_token *token, struct ccm_span text, struct ccm_error *err);
bool ccm_tagged_has(const struct ccm_tagged *tagged, const struct ccm_item *item);
void ccm_tagged_free(struct ccm_tagged *tagged); /* NULL is allowed */

/* What an item keeps of its tags; NULL is allowed. */
struct ccm_kept_tags;
void ccm_kept_tags_free(struct ccm_kept_tags *kept);

#endif
