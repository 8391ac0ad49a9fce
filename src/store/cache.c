/* SPDX-License-Identifier: Apache-2.0 */
/* The cache's file, and what is in it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/crypto.h"
#include "core/fork.h"
#include "core/log.h"
#include "store/cache_private.h"

#define BUSY_MS 1000              /* the longest wait for another process */
#define QUIET_MS 10000            /* a cache that cannot be used is left alone so long */
#define APPLICATION_ID 0x43434D43 /* "CCMC" */

/*
 * A library that needs other tables takes another name of file (ccm_cache_new), so that two
 * versions don't quarrel; a table that is added is a migration.
 */
static const char *const migrations[] = {
    "CREATE TABLE record (number INTEGER PRIMARY KEY, service INTEGER NOT NULL,"
    " kind INTEGER NOT NULL, id BLOB NOT NULL, root INTEGER NOT NULL, resource_id TEXT NOT NULL,"
    " label TEXT NOT NULL, status TEXT NOT NULL, issuer_id TEXT NOT NULL,"
    " issuer_name TEXT NOT NULL, serial TEXT NOT NULL, key_algorithm TEXT NOT NULL,"
    " gen_mode TEXT NOT NULL, cluster_id TEXT NOT NULL, crl_url TEXT NOT NULL, enc_serial TEXT NOT "
    "NULL,"
    " not_before INTEGER NOT NULL,"
    " not_after INTEGER NOT NULL, seen INTEGER NOT NULL);"
    "CREATE UNIQUE INDEX record_id ON record (id, kind, service);"
    "CREATE INDEX record_label ON record (label, kind, service);"
    "CREATE INDEX record_serial ON record (serial);"
    "CREATE INDEX record_not_after ON record (not_after);"
    "CREATE TABLE certificate (number INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE,"
    " sha1 BLOB NOT NULL, spki_sha256 BLOB NOT NULL, subject_hash BLOB NOT NULL,"
    " not_after INTEGER NOT NULL, der BLOB NOT NULL);"
    "CREATE INDEX certificate_sha1 ON certificate (sha1);"
    "CREATE INDEX certificate_spki ON certificate (spki_sha256);"
    "CREATE INDEX certificate_subject ON certificate (subject_hash);"
    /* a chain is the numbers of its certificates: many records share one */
    "CREATE TABLE bundle (record INTEGER NOT NULL, second INTEGER NOT NULL,"
    " certificate INTEGER NOT NULL, chain TEXT NOT NULL, key INTEGER NOT NULL,"
    " PRIMARY KEY (record, second)) WITHOUT ROWID;"
    "CREATE INDEX bundle_certificate ON bundle (certificate);"
    "CREATE TABLE answer (question TEXT PRIMARY KEY, told INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE lease (question TEXT PRIMARY KEY, token TEXT NOT NULL, until INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE outage (service INTEGER PRIMARY KEY, failures INTEGER NOT NULL,"
    " until INTEGER NOT NULL, code INTEGER NOT NULL, http_status INTEGER NOT NULL,"
    " api_code TEXT NOT NULL, request_id TEXT NOT NULL, message TEXT NOT NULL);"
    "CREATE TABLE crl (name TEXT PRIMARY KEY, fetched INTEGER NOT NULL,"
    " next_update INTEGER NOT NULL, etag TEXT, der BLOB NOT NULL)",
};
#define FILE_FORMAT "cache-%s-2.db" /* 2: of the first tables above */

static const struct ccm_database_kind kind = {
    .what = "cache",
    .application_id = APPLICATION_ID,
    .migrations = migrations,
    .version = CCM_COUNT(migrations),
    .expendable = true,
    .busy_ms = BUSY_MS,
    .pages_max = 256 * 1024, /* 1 GiB */
};

/* $XDG_CACHE_HOME counts for root, too, when it is set: then somebody meant it. */
static char *
usual_folder(struct ccm_error *err)
{
	const char *xdg = secure_getenv("XDG_CACHE_HOME"), *home = secure_getenv("HOME");

	if (xdg != NULL && *xdg == '/')
		return ccm_format(err, "%s/ccm", xdg);
	if (geteuid() == 0)
		return ccm_strdup("/var/cache/ccm", err);
	return home != NULL && *home == '/' ? ccm_format(err, "%s/.cache/ccm", home) : NULL;
}

static char *
file_name(struct ccm_span identity, struct ccm_error *err)
{
	unsigned char digest[64];
	char hex[33];
	size_t len;

	if (!ccm_digest("SHA256", identity, digest, &len, err))
		return NULL;
	ccm_hex(digest, 16, hex);
	return ccm_format(err, FILE_FORMAT, hex);
}

struct ccm_cache *
ccm_cache_new(const char *folder, struct ccm_span identity, struct ccm_error *err)
{
	char *place = folder[0] != '\0' ? ccm_strdup(folder, err) : usual_folder(err);
	char *name = place != NULL ? file_name(identity, err) : NULL;
	struct ccm_cache *cache = name != NULL ? ccm_alloc(sizeof(*cache), err) : NULL;

	if (cache != NULL) {
		ccm_lock_init(&cache->lock);
		cache->database = ccm_database_new(place, name, &kind, err);
	}
	ccm_free(name);
	ccm_free(place);
	if (cache == NULL || cache->database != NULL)
		return cache;
	ccm_cache_free(cache);
	return NULL;
}

void
ccm_cache_free(struct ccm_cache *cache)
{
	if (cache == NULL)
		return;
	ccm_database_free(cache->database);
	ccm_lock_destroy(&cache->lock);
	ccm_free(cache);
}

/* Uses */

static bool
is_quiet(struct ccm_cache *cache, struct ccm_error *err)
{
	bool quiet;

	ccm_lock_acquire(&cache->lock);
	quiet = ccm_clock_monotonic_ms() < cache->quiet_until_ms;
	ccm_lock_release(&cache->lock);
	if (quiet)
		ccm_fail(err, CCM_STORE, "the cache is left alone for a while");
	return quiet;
}

/* Said at the first time; later it's the same story. */
static void
leave_alone(struct ccm_cache *cache, const struct ccm_error *why)
{
	bool first;

	ccm_lock_acquire(&cache->lock);
	first = cache->quiet_until_ms == 0;
	cache->quiet_until_ms = ccm_clock_monotonic_ms() + QUIET_MS;
	ccm_lock_release(&cache->lock);
	if (first)
		ccm_log(WARN, STORE, "going on without the cache: %s", why->msg);
	else
		ccm_log(DEBUG, STORE, "going on without the cache: %s", why->msg);
}

struct ccm_sql_connection *
ccm_cache_begin(struct ccm_cache *cache, enum ccm_database_use use, struct ccm_error *err)
{
	struct ccm_sql_connection *connection;
	struct ccm_error why = {0};

	if (cache == NULL) {
		ccm_fail(err, CCM_STORE, "there is no cache");
		return NULL;
	}
	if (is_quiet(cache, err))
		return NULL;
	connection = ccm_database_begin(cache->database, use, &why);
	if (connection == NULL) {
		leave_alone(cache, &why);
		if (err != NULL && err->code == CCM_OK)
			*err = why;
	}
	return connection;
}

bool
ccm_cache_end(
    struct ccm_cache *cache, struct ccm_sql_connection *connection, bool ok, struct ccm_error *err)
{
	struct ccm_error own = {0}, *why = err != NULL ? err : &own;

	if (ccm_database_end(cache->database, connection, ok, why))
		return true;
	if (why->code == CCM_STORE)
		leave_alone(cache, why);
	return false;
}

bool
ccm_cache_run(struct ccm_cache *cache, const struct ccm_sql *sql, struct ccm_error *err)
{
	struct ccm_error own = {0}, *why = err != NULL ? err : &own;
	struct ccm_sql_connection *connection = ccm_cache_begin(cache, CCM_DATABASE_WRITE, why);

	return connection != NULL &&
	       ccm_cache_end(cache, connection, ccm_sql_run(connection, sql, NULL, why), why);
}

bool
ccm_cache_rows(struct ccm_cache *cache, const struct ccm_sql *sql, ccm_sql_visit visit,
    void *context, struct ccm_error *err)
{
	struct ccm_error own = {0}, *why = err != NULL ? err : &own;
	struct ccm_sql_connection *connection = ccm_cache_begin(cache, CCM_DATABASE_READ, why);

	return connection != NULL && ccm_cache_end(cache, connection,
					 ccm_sql_each(connection, sql, visit, context, why), why);
}
