/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/database.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

#include "emu/schema.h"

#define BUSY_TIMEOUT_MS 5000
#define PREPARED_MAX 256

struct ccm_emu_db {
	pthread_mutex_t lock; /* recursive: transactions and visits hold it */
	sqlite3 *handle;
	sqlite3_stmt *prepared[PREPARED_MAX];
	size_t prepared_count;
	size_t depth; /* of transactions */
	bool spoilt;  /* one inside the outermost failed */
};

static bool
fail_sql(struct ccm_emu_db *db, const char *what, struct ccm_error *err)
{
	return ccm_fail(err, CCM_STORE, "%s: %s", what, sqlite3_errmsg(db->handle));
}

/* Run a text of any number of statements. */
static bool
run_script(struct ccm_emu_db *db, const char *script, struct ccm_error *err)
{
	return sqlite3_exec(db->handle, script, NULL, NULL, NULL) == SQLITE_OK ||
	       fail_sql(db, "emulator database", err);
}

/* Statements */

static sqlite3_stmt *
find_prepared(struct ccm_emu_db *db, const char *text)
{
	for (size_t i = 0; i < db->prepared_count; i++)
		if (strcmp(sqlite3_sql(db->prepared[i]), text) == 0)
			return db->prepared[i];
	return NULL;
}

/* One that is running already, in a visit around us, is prepared once more and not kept. */
static sqlite3_stmt *
prepare(struct ccm_emu_db *db, const char *text, struct ccm_error *err)
{
	sqlite3_stmt *stmt = find_prepared(db, text);
	bool known = stmt != NULL;

	if (known && !sqlite3_stmt_busy(stmt))
		return stmt;
	if (sqlite3_prepare_v2(db->handle, text, -1, &stmt, NULL) != SQLITE_OK) {
		fail_sql(db, text, err);
		return NULL;
	}
	if (!known && db->prepared_count < PREPARED_MAX)
		db->prepared[db->prepared_count++] = stmt;
	return stmt;
}

static void
release(struct ccm_emu_db *db, sqlite3_stmt *stmt)
{
	for (size_t i = 0; i < db->prepared_count; i++)
		if (db->prepared[i] == stmt) {
			sqlite3_reset(stmt);
			sqlite3_clear_bindings(stmt);
			return;
		}
	sqlite3_finalize(stmt);
}

static int
bind(sqlite3_stmt *stmt, int index, const struct ccm_emu_param *param)
{
	switch (param->type) {
	case CCM_EMU_PARAM_NULL:
		break;
	case CCM_EMU_PARAM_TEXT:
		return sqlite3_bind_text(stmt, index, param->text, -1, SQLITE_STATIC);
	case CCM_EMU_PARAM_NUMBER:
		return param->number != CCM_EMU_NONE
			   ? sqlite3_bind_int64(stmt, index, param->number)
			   : SQLITE_OK;
	case CCM_EMU_PARAM_BLOB:
		return param->blob.len != 0 ? sqlite3_bind_blob64(stmt, index, param->blob.data,
						  param->blob.len, SQLITE_STATIC)
					    : SQLITE_OK;
	}
	return SQLITE_OK;
}

static bool
bind_all(
    struct ccm_emu_db *db, sqlite3_stmt *stmt, const struct ccm_emu_sql *sql, struct ccm_error *err)
{
	for (size_t i = 0; i < sql->param_count; i++)
		if (bind(stmt, (int)i + 1, &sql->params[i]) != SQLITE_OK)
			return fail_sql(db, sql->text, err);
	return true;
}

/* SQLite knows no struct ccm_emu_row: it is a statement that stands at one. */
static const struct ccm_emu_row *
as_row(sqlite3_stmt *stmt)
{
	return (const struct ccm_emu_row *)stmt;
}

static sqlite3_stmt *
as_statement(const struct ccm_emu_row *row)
{
	return (sqlite3_stmt *)row;
}

static bool
step_all(struct ccm_emu_db *db, sqlite3_stmt *stmt, ccm_emu_row_visit visit, void *context,
    struct ccm_error *err)
{
	int rc;

	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
		if (visit != NULL && !visit(context, as_row(stmt), err))
			return false;
	return rc == SQLITE_DONE || fail_sql(db, "emulator database", err);
}

bool
ccm_emu_db_visit(struct ccm_emu_db *db, const struct ccm_emu_sql *sql, ccm_emu_row_visit visit,
    void *context, struct ccm_error *err)
{
	sqlite3_stmt *stmt;
	bool ok = false;

	pthread_mutex_lock(&db->lock);
	stmt = prepare(db, sql->text, err);
	if (stmt != NULL) {
		ok = bind_all(db, stmt, sql, err) && step_all(db, stmt, visit, context, err);
		release(db, stmt);
	}
	pthread_mutex_unlock(&db->lock);
	return ok;
}

bool
ccm_emu_db_run(
    struct ccm_emu_db *db, const struct ccm_emu_sql *sql, int64_t *changes, struct ccm_error *err)
{
	bool ok;

	pthread_mutex_lock(&db->lock);
	ok = ccm_emu_db_visit(db, sql, NULL, NULL, err);
	if (changes != NULL)
		*changes = ok ? sqlite3_changes(db->handle) : 0;
	pthread_mutex_unlock(&db->lock);
	return ok;
}

int64_t
ccm_emu_db_changes(struct ccm_emu_db *db)
{
	int64_t changes;

	pthread_mutex_lock(&db->lock);
	changes = sqlite3_total_changes64(db->handle);
	pthread_mutex_unlock(&db->lock);
	return changes;
}

const char *
ccm_emu_row_text(const struct ccm_emu_row *row, int column)
{
	return (const char *)sqlite3_column_text(as_statement(row), column);
}

int64_t
ccm_emu_row_number(const struct ccm_emu_row *row, int column)
{
	sqlite3_stmt *stmt = as_statement(row);

	return sqlite3_column_type(stmt, column) != SQLITE_NULL ? sqlite3_column_int64(stmt, column)
								: CCM_EMU_NONE;
}

struct ccm_span
ccm_emu_row_blob(const struct ccm_emu_row *row, int column)
{
	sqlite3_stmt *stmt = as_statement(row);
	const void *data = sqlite3_column_blob(stmt, column);

	return CCM_SPAN(data, (size_t)sqlite3_column_bytes(stmt, column));
}

struct first {
	int64_t number;
	bool seen;
};

static bool
take_first(void *context, const struct ccm_emu_row *row, struct ccm_error *err)
{
	struct first *first = context;

	(void)err;
	if (!first->seen)
		first->number = ccm_emu_row_number(row, 0);
	first->seen = true;
	return true;
}

bool
ccm_emu_db_number(
    struct ccm_emu_db *db, const struct ccm_emu_sql *sql, int64_t *number, struct ccm_error *err)
{
	struct first first = {.number = CCM_EMU_NONE};
	bool ok = ccm_emu_db_visit(db, sql, take_first, &first, err);

	*number = ok ? first.number : CCM_EMU_NONE;
	return ok;
}

/* Transactions */

bool
ccm_emu_db_begin(struct ccm_emu_db *db, struct ccm_error *err)
{
	pthread_mutex_lock(&db->lock);
	if (db->depth == 0 && !run_script(db, "BEGIN IMMEDIATE", err)) {
		pthread_mutex_unlock(&db->lock);
		return false;
	}
	db->depth++;
	return true;
}

/* SQLite has taken everything back itself after some errors; there is no transaction then. */
static void
roll_back(struct ccm_emu_db *db)
{
	if (!sqlite3_get_autocommit(db->handle))
		sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

static bool
end_outermost(struct ccm_emu_db *db, bool ok, struct ccm_error *err)
{
	if (ok && db->spoilt)
		ok = ccm_fail(err, CCM_INTERNAL, "a part of the transaction failed");
	ok = ok && run_script(db, "COMMIT", err);
	if (!ok)
		roll_back(db);
	db->spoilt = false;
	return ok;
}

bool
ccm_emu_db_end(struct ccm_emu_db *db, bool ok, struct ccm_error *err)
{
	db->depth--;
	if (db->depth == 0)
		ok = end_outermost(db, ok, err);
	else if (!ok)
		db->spoilt = true;
	pthread_mutex_unlock(&db->lock);
	return ok;
}

/* Opening */

static bool
read_version(struct ccm_emu_db *db, int *version, struct ccm_error *err)
{
	int64_t number;

	if (!ccm_emu_db_number(
		db, &(struct ccm_emu_sql){.text = "PRAGMA user_version"}, &number, err))
		return false;
	if (number < 0 || number > CCM_EMU_SCHEMA_VERSION)
		return ccm_fail(err, CCM_STORE,
		    "emulator database is of version %lld, this emulator knows version %d",
		    (long long)number, CCM_EMU_SCHEMA_VERSION);
	*version = (int)number;
	return true;
}

static bool
bring_up_to_date(struct ccm_emu_db *db, struct ccm_error *err)
{
	struct ccm_buf pragma = {0};
	int version = 0;
	bool ok = read_version(db, &version, err) &&
		  ccm_buf_printf(&pragma, err, "PRAGMA user_version = %d", CCM_EMU_SCHEMA_VERSION);

	for (; ok && version != 0 && version < CCM_EMU_SCHEMA_VERSION; version++)
		ok = run_script(db, ccm_emu_schema_migration(version), err);
	for (size_t i = 0; ok && i < ccm_emu_schema_count(); i++)
		ok = run_script(db, ccm_emu_schema_at(i), err);
	ok = ok && run_script(db, ccm_buf_str(&pragma), err);
	ccm_buf_clear(&pragma);
	return ok;
}

static bool
prepare_schema(struct ccm_emu_db *db, struct ccm_error *err)
{
	return ccm_emu_db_begin(db, err) && ccm_emu_db_end(db, bring_up_to_date(db, err), err);
}

static char *
database_path(const char *dir, struct ccm_error *err)
{
	if (dir == NULL)
		return ccm_strdup(":memory:", err);
	if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
		ccm_fail_errno(err, CCM_STORE, "cannot make the directory %s", dir);
		return NULL;
	}
	return ccm_format(err, "%s/emulator.db", dir);
}

static bool
open_handle(struct ccm_emu_db *db, const char *path, struct ccm_error *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	mode_t previous = umask(077); /* it holds private keys; nothing else runs yet */
	int rc = sqlite3_open_v2(path, &db->handle, flags, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db->handle, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
	umask(previous);
	if (rc != SQLITE_OK)
		return fail_sql(db, path, err);
	sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
	return run_script(db, "PRAGMA synchronous = NORMAL", err) && prepare_schema(db, err);
}

static void
init_lock(pthread_mutex_t *lock)
{
	pthread_mutexattr_t recursive;

	pthread_mutexattr_init(&recursive);
	pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(lock, &recursive);
	pthread_mutexattr_destroy(&recursive);
}

struct ccm_emu_db *
ccm_emu_db_open(const char *dir, struct ccm_error *err)
{
	struct ccm_emu_db *db = ccm_alloc(sizeof(*db), err);
	char *path = db != NULL ? database_path(dir, err) : NULL;
	bool ok;

	if (db == NULL)
		return NULL;
	init_lock(&db->lock);
	ok = path != NULL && open_handle(db, path, err);
	ccm_free(path);
	if (ok)
		return db;
	ccm_emu_db_close(db);
	return NULL;
}

void
ccm_emu_db_close(struct ccm_emu_db *db)
{
	if (db == NULL)
		return;
	for (size_t i = 0; i < db->prepared_count; i++)
		sqlite3_finalize(db->prepared[i]);
	sqlite3_close(db->handle);
	pthread_mutex_destroy(&db->lock);
	ccm_free(db);
}
