/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_QUESTION_H
#define CCM_QUESTION_H

/* One question to the service: what it asks for, and what its answer is kept as. */

#include "model/cached.h"

#define CCM_NAME_MAX 64 /* characters of a common name, X.520 ub-common-name */

struct ccm_question {
	struct ccm_token *token;
	enum ccm_item_kind kind;
	const char *name;        /* of a listing; NULL: all */
	const unsigned char *id; /* or of one */
	const char *resource_id; /* of that one, when it is known */
	char key[128 + 4 * CCM_NAME_MAX];
};
struct ccm_question ccm_question_all(struct ccm_token *token, enum ccm_item_kind kind);
struct ccm_question ccm_question_name(
    struct ccm_token *token, enum ccm_item_kind kind, const char *name);
/* Which the service is never asked. */
struct ccm_question ccm_question_serial(
    struct ccm_token *token, enum ccm_item_kind kind, const char *serial);
struct ccm_question ccm_question_id(struct ccm_token *token, enum ccm_item_kind kind,
    const unsigned char id[static CCM_ITEM_ID_LEN]);

/* The answer that this process keeps, however old, or NULL; referenced. */
struct ccm_view *ccm_question_kept(const struct ccm_question *q);
void ccm_question_keep(const struct ccm_question *q, struct ccm_view *view);
/* The cache's, when it is younger. */
struct ccm_view *ccm_question_cached(const struct ccm_question *q, int64_t max_age_ms);
/* The service's, which goes into the cache. standing, or NULL, is what is known of it so far. */
struct ccm_view *ccm_question_ask(
    const struct ccm_question *q, struct ccm_view *standing, struct ccm_error *err);

/* The same for a listing of all, into the cache and nowhere else; by no other process meanwhile. */
bool ccm_question_ask_all(
    const struct ccm_question *q, struct ccm_harvest *harvest, struct ccm_error *err);
/* How many records the cache has of what a listing of all covers. */
int64_t ccm_question_count(const struct ccm_question *q);

int64_t ccm_view_age(const struct ccm_view *view);

#endif
