/* SPDX-License-Identifier: Apache-2.0 */
#include "store/vault.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/vault_db.h"

static const char *const migrations[] = {
    "CREATE TABLE keystore(one INTEGER PRIMARY KEY CHECK (one = 1), identity BLOB NOT NULL);"
    "CREATE TABLE lock(holder TEXT PRIMARY KEY, sealed BLOB NOT NULL,"
    " failures INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE key(number INTEGER PRIMARY KEY, ref BLOB NOT NULL UNIQUE, id BLOB,"
    " label TEXT NOT NULL, algorithm TEXT NOT NULL, token TEXT NOT NULL,"
    " flags INTEGER NOT NULL, created INTEGER NOT NULL, public BLOB NOT NULL UNIQUE,"
    " sealed BLOB NOT NULL);"
    "CREATE TABLE certificate(resource TEXT PRIMARY KEY, keeper TEXT NOT NULL, key BLOB NOT NULL,"
    " linked INTEGER NOT NULL);"
    "CREATE INDEX certificate_of_key ON certificate(keeper, key);"
    "CREATE TABLE journal(number INTEGER PRIMARY KEY AUTOINCREMENT, keeper TEXT NOT NULL,"
    " key BLOB NOT NULL, public BLOB NOT NULL, name TEXT NOT NULL, request TEXT NOT NULL,"
    " digest BLOB NOT NULL, known TEXT NOT NULL, fresh INTEGER NOT NULL, begun INTEGER NOT NULL, "
    "resource TEXT);",
    "ALTER TABLE key ADD COLUMN keeper TEXT NOT NULL DEFAULT '';",
};

static const struct ccm_database_kind kind = {
    .what = "keystore",
    .application_id = 0x43434D4B, /* "CCMK" */
    .migrations = migrations,
    .version = CCM_COUNT(migrations),
    .busy_ms = 10000,
};

struct ccm_vault *
ccm_vault_new(const char *dir, struct ccm_error *err)
{
	struct ccm_vault *vault = ccm_alloc(sizeof(*vault), err);

	if (vault == NULL)
		return NULL;
	ccm_lock_init(&vault->lock);
	vault->dir = ccm_strdup(dir, err);
	vault->key_path = ccm_format(err, "%s/keystore.key", dir);
	vault->database = ccm_database_new(dir, "keystore.db", &kind, err);
	if (vault->dir != NULL && vault->key_path != NULL && vault->database != NULL)
		return vault;
	ccm_vault_free(vault);
	return NULL;
}

void
ccm_vault_free(struct ccm_vault *vault)
{
	if (vault == NULL)
		return;
	ccm_database_free(vault->database);
	ccm_secret_free(vault->master, CCM_SEAL_KEY_LEN);
	ccm_lock_destroy(&vault->lock);
	ccm_free(vault->dir);
	ccm_free(vault->key_path);
	ccm_free(vault);
}

const char *
ccm_vault_dir(const struct ccm_vault *vault)
{
	return vault->dir;
}

/* Use it, in a transaction where something is written. */
static bool
use(struct ccm_vault *vault, enum ccm_database_use how, ccm_vault_action action, void *context,
    struct ccm_error *err)
{
	struct ccm_sql_connection *db = ccm_database_begin(vault->database, how, err);

	if (db != NULL &&
	    ccm_database_end(vault->database, db, action(vault, db, context, err), err))
		return true;
	return ccm_error_context(err, "keystore %s", vault->dir);
}

bool
ccm_vault_change(
    struct ccm_vault *vault, ccm_vault_action action, void *context, struct ccm_error *err)
{
	return use(vault, CCM_DATABASE_WRITE, action, context, err);
}

bool
ccm_vault_exists(const struct ccm_vault *vault)
{
	return access(ccm_database_path(vault->database), F_OK) == 0 || errno != ENOENT;
}

bool
ccm_vault_read(
    struct ccm_vault *vault, ccm_vault_action action, void *context, struct ccm_error *err)
{
	if (!ccm_vault_exists(vault))
		return ccm_fail(err, CCM_NOT_FOUND, "there is no keystore in %s", vault->dir);
	return use(vault, CCM_DATABASE_READ, action, context, err);
}

/* Looking whether it changed */

/* File systems count in steps of a few milliseconds: what changed just now may change again
 * without showing it. */
#define YOUNG_NS 100000000

static int64_t
nanoseconds(struct timespec time)
{
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

struct ccm_vault_stamp
ccm_vault_stamp_take(const struct ccm_vault *vault)
{
	struct ccm_vault_stamp stamp = {0};
	struct timespec now;
	struct stat st;

	clock_gettime(CLOCK_REALTIME, &now);
	stamp.taken_ns = nanoseconds(now);
	if (stat(ccm_database_path(vault->database), &st) != 0)
		return stamp;
	stamp.changed_ns = nanoseconds(st.st_mtim);
	stamp.size = st.st_size;
	stamp.inode = st.st_ino;
	return stamp;
}

bool
ccm_vault_stamp_holds(const struct ccm_vault *vault, const struct ccm_vault_stamp *stamp)
{
	struct ccm_vault_stamp now = ccm_vault_stamp_take(vault);

	return stamp->inode == now.inode && stamp->size == now.size &&
	       stamp->changed_ns == now.changed_ns &&
	       (stamp->inode == 0 || stamp->taken_ns - stamp->changed_ns > YOUNG_NS);
}
