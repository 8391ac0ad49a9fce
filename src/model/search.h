/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_SEARCH_H
#define CCM_SEARCH_H

/*
 * A search from the inside: find.c asks for what can be asked for, match.c compares. Where only
 * certificates tell what is searched, candidates.c sees to it that a search exports few of them.
 */

#include "model/token.h"

/* A query with what follows from it. */
struct ccm_search {
	struct ccm_token *token;
	const struct ccm_query *query;
	unsigned kinds;     /* of enum ccm_item_kind */
	const char *name;   /* common name that all matches have, or NULL */
	char *derived_name; /* owned, when it came out of a DER name */
	char *issuer_name;  /* owned */
	bool unknown_only;  /* of all others it is known that they don't match */
	struct ccm_items *out;
};

static inline bool
ccm_search_is_given(struct ccm_span span)
{
	return span.data != NULL;
}

/* match.c. Only certificates tell whether an item matches, or are what is asked for. */
bool ccm_search_needs_certificates(const struct ccm_query *query);
/* Nor do keys, in what the service lists. */
bool ccm_search_needs_exports(const struct ccm_search *search);
/* By what was listed, without asking. */
bool ccm_search_fits(const struct ccm_search *search, const struct ccm_item *item);
bool ccm_search_certificate_fits(const struct ccm_query *query, const struct ccm_cert *cert);
/* Those that match are added to what was found. */
bool ccm_search_select(const struct ccm_search *search, struct ccm_item *const *items, size_t count,
    struct ccm_error *err);

/* candidates.c. Those of a kind's view that match: of a range of it, or of all of it. */
bool ccm_search_range(const struct ccm_search *search, struct ccm_view *view,
    struct ccm_item *const *items, size_t count, struct ccm_error *err);
bool ccm_search_all(const struct ccm_search *search, enum ccm_item_kind kind, struct ccm_view *view,
    struct ccm_error *err);

/* index.c. The ids of those that are known to have the certificate or public key. */
struct ccm_search_hit {
	enum ccm_item_kind kind;
	unsigned char id[CCM_ITEM_ID_LEN];
};
struct ccm_search_hits {
	struct ccm_search_hit *hits;
	size_t count;
};
/* False: the query is for nothing that is looked up so. */
bool ccm_search_is_indexed(const struct ccm_search *search);
bool ccm_search_look_up(
    const struct ccm_search *search, struct ccm_search_hits *hits, struct ccm_error *err);

#endif
