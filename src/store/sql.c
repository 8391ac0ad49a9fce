/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sql.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"

#define PREPARED_MAX 256
#define TURN_MS 4 /* the longest between two looks whether the database is free */

struct ccm_sql_connection {
	sqlite3 *handle;
	sqlite3_stmt *prepared[PREPARED_MAX];
	size_t prepared_count;
	struct ccm_sql_file file;
	int busy_ms;
	int64_t waiting_since_ms;        /* monotonic */
	struct ccm_sql_connection *next; /* of the abandoned */
};

/* Reachable, so that they are no leaks to who looks for such. */
static _Atomic(struct ccm_sql_connection *) abandoned;

static int
errno_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return EBUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return EBADMSG;
	case SQLITE_READONLY:
		return EROFS;
	case SQLITE_FULL:
		return ENOSPC;
	default:
		return 0;
	}
}

static bool
fail(struct ccm_sql_connection *connection, const char *what, struct ccm_error *err)
{
	bool first = err != NULL && err->code == CCM_OK;

	ccm_fail(err, CCM_STORE, "%s: %s", what, sqlite3_errmsg(connection->handle));
	if (first)
		err->sys_errno = errno_of(sqlite3_errcode(connection->handle));
	return false;
}

bool
ccm_sql_script(struct ccm_sql_connection *connection, const char *script, struct ccm_error *err)
{
	return sqlite3_exec(connection->handle, script, NULL, NULL, NULL) == SQLITE_OK ||
	       fail(connection, script, err);
}

/* Statements */

static sqlite3_stmt *
find_prepared(struct ccm_sql_connection *connection, const char *text)
{
	for (size_t i = 0; i < connection->prepared_count; i++)
		if (strcmp(sqlite3_sql(connection->prepared[i]), text) == 0)
			return connection->prepared[i];
	return NULL;
}

/* One that is running already, in a visit around us, is prepared once more and not kept. */
static sqlite3_stmt *
prepare(struct ccm_sql_connection *connection, const char *text, struct ccm_error *err)
{
	sqlite3_stmt *stmt = find_prepared(connection, text);
	bool known = stmt != NULL;

	if (known && !sqlite3_stmt_busy(stmt))
		return stmt;
	if (sqlite3_prepare_v2(connection->handle, text, -1, &stmt, NULL) != SQLITE_OK) {
		fail(connection, text, err);
		return NULL;
	}
	if (!known && connection->prepared_count < PREPARED_MAX)
		connection->prepared[connection->prepared_count++] = stmt;
	return stmt;
}

static void
release(struct ccm_sql_connection *connection, sqlite3_stmt *stmt)
{
	for (size_t i = 0; i < connection->prepared_count; i++)
		if (connection->prepared[i] == stmt) {
			sqlite3_reset(stmt);
			sqlite3_clear_bindings(stmt);
			return;
		}
	sqlite3_finalize(stmt);
}

static int
bind(sqlite3_stmt *stmt, int index, const struct ccm_sql_param *param)
{
	switch (param->type) {
	case CCM_SQL_NULL:
		break;
	case CCM_SQL_IS_TEXT:
		return sqlite3_bind_text(stmt, index, param->text, -1, SQLITE_STATIC);
	case CCM_SQL_IS_NUMBER:
		return param->number != CCM_SQL_NONE
			   ? sqlite3_bind_int64(stmt, index, param->number)
			   : SQLITE_OK;
	case CCM_SQL_IS_BLOB:
		return param->blob.len != 0 ? sqlite3_bind_blob64(stmt, index, param->blob.data,
						  param->blob.len, SQLITE_STATIC)
					    : SQLITE_OK;
	}
	return SQLITE_OK;
}

static bool
bind_all(struct ccm_sql_connection *connection, sqlite3_stmt *stmt, const struct ccm_sql *sql,
    struct ccm_error *err)
{
	for (size_t i = 0; i < sql->param_count; i++)
		if (bind(stmt, (int)i + 1, &sql->params[i]) != SQLITE_OK)
			return fail(connection, sql->text, err);
	return true;
}

/* SQLite knows no struct ccm_sql_row: it is a statement that stands at one. */
static const struct ccm_sql_row *
as_row(sqlite3_stmt *stmt)
{
	return (const struct ccm_sql_row *)stmt;
}

static sqlite3_stmt *
as_statement(const struct ccm_sql_row *row)
{
	return (sqlite3_stmt *)row;
}

static bool
step_all(struct ccm_sql_connection *connection, sqlite3_stmt *stmt, ccm_sql_visit visit,
    void *context, struct ccm_error *err)
{
	struct ccm_error cause = {0};
	int rc;

	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		if (visit == NULL || visit(context, as_row(stmt), &cause))
			continue;
		if (cause.code != CCM_OK && err != NULL && err->code == CCM_OK)
			*err = cause;
		return cause.code == CCM_OK;
	}
	return rc == SQLITE_DONE || fail(connection, sqlite3_sql(stmt), err);
}

bool
ccm_sql_each(struct ccm_sql_connection *connection, const struct ccm_sql *sql, ccm_sql_visit visit,
    void *context, struct ccm_error *err)
{
	sqlite3_stmt *stmt = prepare(connection, sql->text, err);
	bool ok;

	if (stmt == NULL)
		return false;
	ok =
	    bind_all(connection, stmt, sql, err) && step_all(connection, stmt, visit, context, err);
	release(connection, stmt);
	return ok;
}

bool
ccm_sql_run(struct ccm_sql_connection *connection, const struct ccm_sql *sql, int64_t *changes,
    struct ccm_error *err)
{
	bool ok = ccm_sql_each(connection, sql, NULL, NULL, err);

	if (changes != NULL)
		*changes = ok ? sqlite3_changes(connection->handle) : 0;
	return ok;
}

const char *
ccm_sql_row_text(const struct ccm_sql_row *row, int column)
{
	return (const char *)sqlite3_column_text(as_statement(row), column);
}

int64_t
ccm_sql_row_number(const struct ccm_sql_row *row, int column)
{
	sqlite3_stmt *stmt = as_statement(row);

	return sqlite3_column_type(stmt, column) != SQLITE_NULL ? sqlite3_column_int64(stmt, column)
								: CCM_SQL_NONE;
}

struct ccm_span
ccm_sql_row_blob(const struct ccm_sql_row *row, int column)
{
	sqlite3_stmt *stmt = as_statement(row);
	const void *data = sqlite3_column_blob(stmt, column);

	return CCM_SPAN(data, (size_t)sqlite3_column_bytes(stmt, column));
}

static bool
take_first(void *context, const struct ccm_sql_row *row, struct ccm_error *err)
{
	int64_t *number = context;

	(void)err;
	*number = ccm_sql_row_number(row, 0);
	return false;
}

bool
ccm_sql_number(struct ccm_sql_connection *connection, const struct ccm_sql *sql, int64_t *number,
    struct ccm_error *err)
{
	*number = CCM_SQL_NONE;
	return ccm_sql_each(connection, sql, take_first, number, err);
}

/* Transactions */

bool
ccm_sql_begin(struct ccm_sql_connection *connection, struct ccm_error *err)
{
	return ccm_sql_script(connection, "BEGIN IMMEDIATE", err);
}

bool
ccm_sql_end(struct ccm_sql_connection *connection, bool ok, struct ccm_error *err)
{
	/* SQLite takes everything back itself after some errors: there is no transaction then */
	if (sqlite3_get_autocommit(connection->handle))
		return ok;
	ok = ok && ccm_sql_script(connection, "COMMIT", err);
	if (!ok && !sqlite3_get_autocommit(connection->handle))
		sqlite3_exec(connection->handle, "ROLLBACK", NULL, NULL, NULL);
	return ok;
}

/* Opening */

/*
 * No mapping: a file that is cut off would kill the process. The schema is not trusted to call
 * functions, nor the file to be well-formed.
 */
static bool
be_careful(struct ccm_sql_connection *connection, struct ccm_error *err)
{
	sqlite3_db_config(connection->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(connection->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return ccm_sql_script(connection,
	    "PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY", err);
}

/*
 * SQLite's own handler soon looks ten times a second only: who writes all the time is then met at
 * work each time, and everybody else gives up.
 */
static int
wait_for_turn(void *context, int looks)
{
	struct ccm_sql_connection *connection = context;
	const struct timespec step = {.tv_nsec = (1 + looks % TURN_MS) * 1000000L};
	int64_t now_ms = ccm_clock_monotonic_ms();

	if (looks == 0)
		connection->waiting_since_ms = now_ms;
	if (now_ms - connection->waiting_since_ms >= connection->busy_ms)
		return 0;
	nanosleep(&step, NULL);
	return 1;
}

struct ccm_sql_connection *
ccm_sql_open(const char *path, bool create, int busy_ms, struct ccm_error *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
	struct ccm_sql_connection *connection = ccm_alloc(sizeof(*connection), err);

	if (connection == NULL)
		return NULL;
	flags |= create ? SQLITE_OPEN_CREATE : 0;
	if (sqlite3_open_v2(path, &connection->handle, flags, NULL) != SQLITE_OK) {
		fail(connection, path, err);
		ccm_sql_close(connection);
		return NULL;
	}
	connection->busy_ms = busy_ms;
	sqlite3_busy_handler(connection->handle, wait_for_turn, connection);
	if (be_careful(connection, err))
		return connection;
	ccm_sql_close(connection);
	return NULL;
}

void
ccm_sql_close(struct ccm_sql_connection *connection)
{
	if (connection == NULL)
		return;
	for (size_t i = 0; i < connection->prepared_count; i++)
		sqlite3_finalize(connection->prepared[i]);
	sqlite3_close(connection->handle);
	ccm_free(connection);
}

void
ccm_sql_abandon(struct ccm_sql_connection *connection)
{
	connection->next = atomic_load(&abandoned);
	while (!atomic_compare_exchange_weak(&abandoned, &connection->next, connection))
		continue;
}

struct ccm_sql_file *
ccm_sql_file(struct ccm_sql_connection *connection)
{
	return &connection->file;
}
