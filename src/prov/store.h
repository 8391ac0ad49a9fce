/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_PROV_STORE_H
#define CCM_PROV_STORE_H

#include "model/crl.h"
#include "model/uri.h"
#include "prov/login.h"

/* The kinds of objects, in the order in which they are yielded: verification stops reading at the
 * first one that is no certificate. */
enum ccm_store_pass {
	CCM_STORE_NAMES,
	CCM_STORE_CERTIFICATES,
	CCM_STORE_CRLS,
	CCM_STORE_PUBLIC_KEYS,
	CCM_STORE_PRIVATE_KEYS,
	CCM_STORE_PASSES
};

struct ccm_prov_store {
	const struct ccm_prov *prov;
	char *text;
	struct ccm_uri uri;
	struct ccm_buf references; /* attached: URIs to go on with, each with its NUL */
	size_t next_reference;
	OSSL_PARAM *narrowing; /* what was set: it goes for each of them */

	int expected;                   /* OSSL_STORE_INFO_*, 0 is anything */
	struct ccm_buf subject, issuer; /* of a search, DER Names */
	struct ccm_buf fingerprint;     /* likewise */
	char digest[64];                /* that it was made with */
	bool searching;
	bool contradicted; /* the search and the URI cannot both match */

	bool found;                    /* the lookup was made */
	bool failed;                   /* the last load did */
	struct ccm_prov_prompt prompt; /* of the current load */
	bool named; /* one thing, so that what belongs to it may be fetched unasked */
	bool yields[CCM_STORE_PASSES];
	struct ccm_items items;
	/* What comes next; CCM_STORE_PASSES is the end. */
	enum ccm_store_pass pass;
	size_t item, part;
	size_t fetched; /* the items before it, together */
};

/* What one load yields. */
struct ccm_store_object {
	int type; /* OSSL_OBJECT_* */
	const char *data_type, *structure;
	struct ccm_span data; /* of the item, or of this list */
	struct ccm_crl *crl;
	struct ccm_prov_key *key; /* instead of data */
	struct ccm_buf name;      /* likewise */
	char description[256];
};

/* What each pass yields: how many parts of the current item (fetching nothing), and one of them. */
struct ccm_store_yield {
	size_t (*count)(const struct ccm_prov_store *store);
	bool (*describe)(const struct ccm_prov_store *store, struct ccm_store_object *object,
	    struct ccm_error *err);
};
extern const struct ccm_store_yield ccm_store_yields[CCM_STORE_PASSES];
/* The current part is a chain certificate that an earlier item's chain had. */
bool ccm_store_is_repeated(const struct ccm_prov_store *store);

/* Expectation and search: for the store's current URI, and to be kept for the next ones, too. */
bool ccm_store_narrow(
    struct ccm_prov_store *store, const OSSL_PARAM params[], struct ccm_error *err);
OSSL_FUNC_store_settable_ctx_params_fn ccm_store_settable_params;
OSSL_FUNC_store_set_ctx_params_fn ccm_store_set_params;

#endif
