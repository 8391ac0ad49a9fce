/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_STATE_H
#define CCM_EMU_STATE_H

/*
 * The CAs and certificates, tokens and settings in the database (database.h). Nothing slow (making
 * keys) belongs into a transaction, so ccm_emu_state_add and ccm_emu_state_activate check what must
 * still hold at the moment of writing.
 */

#include "emu/resource.h"

struct ccm_emu_state;

/* Open the database (ccm_emu_db_open). */
struct ccm_emu_state *ccm_emu_state_open(const char *dir, struct ccm_error *err);
void ccm_emu_state_close(struct ccm_emu_state *state); /* NULL is allowed */
/* For features that keep tables of their own. */
struct ccm_emu_db *ccm_emu_state_db(struct ccm_emu_state *state);

/* Keep a new resource. *added is false when there are quota of its kind already. */
bool ccm_emu_state_add(struct ccm_emu_state *state, const struct ccm_emu_resource *resource,
    int64_t quota, bool *added, struct ccm_error *err);

/* The same without a look at the quota. */
bool ccm_emu_state_put(
    struct ccm_emu_state *state, const struct ccm_emu_resource *resource, struct ccm_error *err);

/*
 * Find one by id; out->id stays NULL when there is none. Here and in lists, what has passed its
 * end shows as EXPIRED.
 */
bool ccm_emu_state_get(struct ccm_emu_state *state, enum ccm_emu_resource_kind kind, const char *id,
    struct ccm_emu_resource *out, struct ccm_error *err);

/* Write what a CA has become. *changed is false when it was not PENDING any more, or was given
 * another key meanwhile. */
bool ccm_emu_state_activate(struct ccm_emu_state *state, const struct ccm_emu_resource *ca,
    bool *changed, struct ccm_error *err);

bool ccm_emu_state_count(struct ccm_emu_state *state, enum ccm_emu_resource_kind kind,
    int64_t *count, struct ccm_error *err);

struct ccm_emu_state_query {
	enum ccm_emu_resource_kind kind;
	const char *name;     /* contained in the common name; NULL any */
	const char *status;   /* NULL any */
	const char *type;     /* NULL any */
	const char *sort_key; /* create_time, common_name, type, issuer_name or not_after */
	bool ascending;
	int64_t limit, offset;
};

/* Called in order for each row of the page; false with err set ends the walk. */
typedef bool (*ccm_emu_state_visit)(
    void *context, const struct ccm_emu_resource *resource, struct ccm_error *err);
bool ccm_emu_state_list(struct ccm_emu_state *state, const struct ccm_emu_state_query *query,
    ccm_emu_state_visit visit, void *context, struct ccm_error *err);
/* How many there are on all pages. */
bool ccm_emu_state_total(struct ccm_emu_state *state, const struct ccm_emu_state_query *query,
    int64_t *total, struct ccm_error *err);

/* Tokens are kept by their digest; those that expired long ago go. */
bool ccm_emu_state_add_token(struct ccm_emu_state *state, const char *digest, int64_t now,
    int64_t expires, struct ccm_error *err);
/* *expires is CCM_EMU_NONE for a token that was never issued, or is long gone. */
bool ccm_emu_state_get_token(
    struct ccm_emu_state *state, const char *digest, int64_t *expires, struct ccm_error *err);

/* The emulator's own things, such as its TLS CA. Not found leaves value empty. */
bool ccm_emu_state_get_setting(
    struct ccm_emu_state *state, const char *name, struct ccm_buf *value, struct ccm_error *err);
bool ccm_emu_state_put_setting(
    struct ccm_emu_state *state, const char *name, struct ccm_span value, struct ccm_error *err);

#endif
