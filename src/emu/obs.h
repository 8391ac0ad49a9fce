/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_OBS_H
#define CCM_EMU_OBS_H

/*
 * What stands in for the object storage service: the account's buckets, by the command line, and
 * the objects in them, in the database. An object stays until its bucket goes.
 */

#include <stdint.h>

#include "core/json.h"
#include "emu/database.h"

struct ccm_emu_bucket {
	char *name;
	bool is_private; /* nobody reads from it without signing */
};

struct ccm_emu_obs {
	struct ccm_emu_bucket *buckets;
	size_t bucket_count;
	char url[64];         /* "http://127.0.0.1:PORT" */
	int64_t crl_delay_ms; /* until a revocation shows in the CRL */
	bool crl_pem;         /* CRLs are PEM, not DER */
};

void ccm_emu_obs_clear(struct ccm_emu_obs *obs);
/* "NAME[:private]" */
bool ccm_emu_obs_add_bucket(struct ccm_emu_obs *obs, const char *text, struct ccm_error *err);
/* 3 to 63 lower-case letters, digits, - and ., as OBS wants them. Pure. */
bool ccm_emu_obs_is_bucket_name(const char *name);

/* Make the database's buckets those of the command line; one that is gone takes its objects. */
bool ccm_emu_obs_prepare(
    const struct ccm_emu_obs *obs, struct ccm_emu_db *db, int64_t now, struct ccm_error *err);

enum ccm_emu_bucket_access {
	CCM_EMU_BUCKET_MISSING,
	CCM_EMU_BUCKET_PRIVATE,
	CCM_EMU_BUCKET_PUBLIC
};
bool ccm_emu_obs_find_bucket(struct ccm_emu_db *db, const char *name,
    enum ccm_emu_bucket_access *access, struct ccm_error *err);
/* [{"bucket_name", "create_time"}...]; NULL with err set. */
struct ccm_json *ccm_emu_obs_list_buckets(struct ccm_emu_db *db, struct ccm_error *err);

/* Objects. Putting one replaces what is there; getting one that is not there leaves body empty. */
bool ccm_emu_obs_put(struct ccm_emu_db *db, const char *bucket, const char *key,
    struct ccm_span body, struct ccm_error *err);
bool ccm_emu_obs_get(struct ccm_emu_db *db, const char *bucket, const char *key,
    struct ccm_buf *body, struct ccm_error *err);

#endif
