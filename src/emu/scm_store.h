/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_SCM_STORE_H
#define CCM_EMU_SCM_STORE_H

/*
 * The SSL certificates in the database. What is read and then written holds together only in a
 * transaction (ccm_emu_db_begin).
 */

#include "emu/scm_row.h"

/* Keep a new one, which gets its id: "scs" and 13 digits that grow. */
bool ccm_emu_ssl_add(
    struct ccm_emu_db *db, struct ccm_emu_ssl *ssl, int64_t now, struct ccm_error *err);

/*
 * Find one by id; out->id stays NULL when there is none. Here and in lists, the status is what
 * shows at the time: EXPIRED behind the end, CHECKING_ORG in the second half of the review of an OV
 * or EV certificate.
 */
bool ccm_emu_ssl_get(struct ccm_emu_db *db, const char *id, int64_t now, struct ccm_emu_ssl *out,
    struct ccm_error *err);
bool ccm_emu_ssl_save(struct ccm_emu_db *db, const struct ccm_emu_ssl *ssl, struct ccm_error *err);
bool ccm_emu_ssl_delete(
    struct ccm_emu_db *db, const char *id, bool *deleted, struct ccm_error *err);

struct ccm_emu_ssl_query {
	int64_t now;
	const char *status, *content, *enterprise_project_id; /* NULL any */
	int64_t expired_days;                                 /* ends within so many; 0 any */
	bool deployable;
	const char *sort_key; /* of the API */
	bool ascending;
	int64_t limit, offset;
};
typedef bool (*ccm_emu_ssl_visit)(
    void *context, const struct ccm_emu_ssl *ssl, struct ccm_error *err);
bool ccm_emu_ssl_list(struct ccm_emu_db *db, const struct ccm_emu_ssl_query *query,
    ccm_emu_ssl_visit visit, void *context, struct ccm_error *err);
/* How many there are on all pages. */
bool ccm_emu_ssl_total(struct ccm_emu_db *db, const struct ccm_emu_ssl_query *query, int64_t *total,
    struct ccm_error *err);

/* One whose review has ended; out->id stays NULL when there is none. */
bool ccm_emu_ssl_next_due(
    struct ccm_emu_db *db, int64_t now, struct ccm_emu_ssl *out, struct ccm_error *err);

/* How many of the type there are. */
bool ccm_emu_ssl_count(
    struct ccm_emu_db *db, const char *type, int64_t *count, struct ccm_error *err);
/* Is there one with this fingerprint? */
bool ccm_emu_ssl_known(
    struct ccm_emu_db *db, const char *fingerprint, bool *known, struct ccm_error *err);

#endif
