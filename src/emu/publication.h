/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_PUBLICATION_H
#define CCM_EMU_PUBLICATION_H

/*
 * Where each CA publishes its CRL, in the database. A CA whose publishing was turned off keeps its
 * row for the number that the next list goes on from; it has no bucket then.
 */

#include "emu/obs.h"

struct ccm_emu_publication {
	char *ca_id;
	char *bucket, *name; /* NULL: off */
	int64_t valid_days;
	int64_t number;      /* of the last list, 0: none yet */
	int64_t next_update; /* of the last list; CCM_EMU_NONE: none since it was turned on */
	int64_t revocations; /* that the last list knew of */
};

void ccm_emu_publication_clear(struct ccm_emu_publication *publication);

/* A CA that never published has no ca_id. */
bool ccm_emu_publication_get(struct ccm_emu_db *db, const char *ca_id,
    struct ccm_emu_publication *out, struct ccm_error *err);
/* The CA that publishes there, likewise. */
bool ccm_emu_publication_find(struct ccm_emu_db *db, const char *bucket, const char *name,
    struct ccm_emu_publication *out, struct ccm_error *err);

/* Turn it on, with what ca_id, bucket, name and valid_days say; and off. */
bool ccm_emu_publication_begin(
    struct ccm_emu_db *db, const struct ccm_emu_publication *publication, struct ccm_error *err);
bool ccm_emu_publication_end(struct ccm_emu_db *db, const char *ca_id, struct ccm_error *err);

/*
 * Put the list that follows the one of publication->number; what came after is in the rest. When
 * another thread has put one in the meantime, or it was turned off, nothing happens.
 */
bool ccm_emu_publication_put(struct ccm_emu_db *db, const struct ccm_emu_publication *publication,
    struct ccm_span list, struct ccm_error *err);

/* The distribution point, to be freed; *url is NULL when it is off. */
bool ccm_emu_publication_url(const struct ccm_emu_publication *publication,
    const struct ccm_emu_obs *obs, char **url, struct ccm_error *err);
/* The object's key in the bucket, to be freed. */
char *ccm_emu_publication_key(const char *name, struct ccm_error *err);

#endif
