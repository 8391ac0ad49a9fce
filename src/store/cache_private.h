/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CACHE_PRIVATE_H
#define CCM_CACHE_PRIVATE_H

/* What the files of the cache share. */

#include "core/fork.h"
#include "store/cache.h"
#include "store/database.h"

struct ccm_cache {
	struct ccm_database *database;
	struct ccm_lock lock;
	int64_t
	    quiet_until_ms; /* monotonic: not used before, since another process was in the way */
};

/*
 * As ccm_database_begin and ccm_database_end. One that cannot be used (no folder, no room, locked
 * by a stopped process) is left alone for a while, so that not every lookup waits for it, and told
 * of once; then and without a cache begin is NULL with err set.
 */
struct ccm_sql_connection *ccm_cache_begin(
    struct ccm_cache *cache, enum ccm_database_use use, struct ccm_error *err);
bool ccm_cache_end(
    struct ccm_cache *cache, struct ccm_sql_connection *connection, bool ok, struct ccm_error *err);
/* One statement, in a transaction of its own when it changes something. */
bool ccm_cache_run(struct ccm_cache *cache, const struct ccm_sql *sql, struct ccm_error *err);
bool ccm_cache_rows(struct ccm_cache *cache, const struct ccm_sql *sql, ccm_sql_visit visit,
    void *context, struct ccm_error *err);

#endif
