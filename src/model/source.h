/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_SOURCE_H
#define CCM_SOURCE_H

/*
 * What the sources (pca.c, scm.c) have in common, and the pure ends of each: reading what its
 * service answers.
 */

#include "model/token.h"

/* The facts of a record; strings are borrowed from it. */
typedef bool (*ccm_facts_reader)(const struct ccm_json *record, enum ccm_item_kind kind,
    struct ccm_facts *facts, struct ccm_error *err);
bool ccm_pca_read_facts(const struct ccm_json *record, enum ccm_item_kind kind,
    struct ccm_facts *facts, struct ccm_error *err);
bool ccm_scm_read_facts(const struct ccm_json *record, enum ccm_item_kind kind,
    struct ccm_facts *facts, struct ccm_error *err);
size_t ccm_pca_states(
    const struct ccm_token_config *config, const char *out[static CCM_STATES_MAX]);
bool ccm_pca_list(struct ccm_token *token, enum ccm_item_kind kind, const char *name,
    struct ccm_harvest *harvest, struct ccm_error *err);
/* Is there a certificate in this state of SCM's? An unknown state may well have one. */
bool ccm_scm_status_has_certificate(const char *status);

/* All strings "". */
void ccm_facts_init(struct ccm_facts *facts, enum ccm_item_kind kind);

/* Where records go. */
struct ccm_listing {
	struct ccm_harvest *harvest;
	enum ccm_item_kind kind;
	ccm_facts_reader read;
	int64_t total, visited; /* records, by the service's word, and so far */
};
/* A visitor's function (context: the listing): a record that cannot be read is passed over with a
 * warning, so that it does not hide the others. */
bool ccm_listing_visit(void *context, const struct ccm_json *record, struct ccm_error *err);

/* Walk a listing; notes in the harvest when the service has more than it showed. */
bool ccm_listing_walk(struct ccm_listing *listing, const struct ccm_operation *op,
    const struct ccm_json *request, struct ccm_error *err);

/* The same with ccm_client_sweep. */
bool ccm_listing_sweep(struct ccm_listing *listing, const struct ccm_operation *op,
    const struct ccm_json *request, struct ccm_error *err);

/* A request that names one thing. */
struct ccm_json *ccm_request_for(const char *member, const char *id, struct ccm_error *err);
/* Get the one thing and put it into the listing. */
bool ccm_listing_get(const struct ccm_listing *listing, const struct ccm_operation *op,
    const struct ccm_json *request, struct ccm_error *err);

/* The certificate in this member of an export's answer and its chain, which is put in order. */
bool ccm_export_read_bundle(const struct ccm_json *answer, const char *member,
    struct ccm_bundle **bundle, struct ccm_error *err);
/* The private key in this one; password NULL: in the clear. */
bool ccm_export_read_key(const struct ccm_json *answer, const char *member, const char *password,
    struct ccm_key **key, struct ccm_error *err);
bool ccm_pca_export(
    struct ccm_item *item, struct ccm_bundle **bundle, struct ccm_key **key, struct ccm_error *err);

#endif
