/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/state.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

#include "core/clock.h"

#define BUSY_TIMEOUT_MS 5000
/* How long an expired token is known as such. */
#define TOKEN_MEMORY_MS (24 * 3600 * INT64_C(1000))

enum statement {
	RESOURCE_ADD,
	RESOURCE_GET,
	RESOURCE_ACTIVATE,
	RESOURCE_COUNT,
	RESOURCE_TOTAL,
	TOKEN_ADD,
	TOKEN_PURGE,
	TOKEN_GET,
	SETTING_GET,
	SETTING_PUT,
	STATEMENTS
};

struct ccm_emu_state {
	pthread_mutex_t lock;
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS];
};

/* SQLite with our errors */

static bool
fail_sql(struct ccm_emu_state *state, const char *what, struct ccm_error *err)
{
	return ccm_fail(err, CCM_STORE, "%s: %s", what, sqlite3_errmsg(state->db));
}

static bool
run(struct ccm_emu_state *state, const char *sql, struct ccm_error *err)
{
	if (sqlite3_exec(state->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	return fail_sql(state, "emulator database", err);
}

static bool
prepare(struct ccm_emu_state *state, const char *sql, sqlite3_stmt **stmt, struct ccm_error *err)
{
	if (sqlite3_prepare_v2(state->db, sql, -1, stmt, NULL) == SQLITE_OK)
		return true;
	return fail_sql(state, sql, err);
}

static void
bind_text(sqlite3_stmt *stmt, int index, const char *text)
{
	sqlite3_bind_text(stmt, index, text, -1, SQLITE_TRANSIENT);
}

static void
bind_blob(sqlite3_stmt *stmt, int index, struct ccm_span blob)
{
	if (blob.len != 0)
		sqlite3_bind_blob64(stmt, index, blob.data, blob.len, SQLITE_TRANSIENT);
}

/* One step: a row is there, or there is none (any more), or it failed. */
static bool
step(struct ccm_emu_state *state, sqlite3_stmt *stmt, bool *row, struct ccm_error *err)
{
	int rc = sqlite3_step(stmt);

	*row = rc == SQLITE_ROW;
	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		return true;
	return fail_sql(state, "emulator database", err);
}

static sqlite3_stmt *
begin(struct ccm_emu_state *state, enum statement which)
{
	pthread_mutex_lock(&state->lock);
	return state->statements[which];
}

static void
end(struct ccm_emu_state *state, sqlite3_stmt *stmt)
{
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	pthread_mutex_unlock(&state->lock);
}

/* Run to the end a statement that changes something; *changes tells how many rows. */
static bool
finish(struct ccm_emu_state *state, sqlite3_stmt *stmt, int *changes, struct ccm_error *err)
{
	bool row, ok = step(state, stmt, &row, err);

	*changes = ok ? sqlite3_changes(state->db) : 0;
	end(state, stmt);
	return ok;
}

static bool
fetch_number(
    struct ccm_emu_state *state, sqlite3_stmt *stmt, int64_t *number, struct ccm_error *err)
{
	bool row, ok = step(state, stmt, &row, err);

	*number = ok && row ? sqlite3_column_int64(stmt, 0) : CCM_EMU_NONE;
	end(state, stmt);
	return ok;
}

/* Rows */

static void
bind_row(sqlite3_stmt *stmt, const struct ccm_emu_resource *resource)
{
	for (size_t i = 0; i < ccm_emu_column_count(); i++) {
		const struct ccm_emu_column *column = ccm_emu_column_at(i);
		void *from = ccm_emu_column_member(resource, column);
		int index = (int)i + 1;

		if (column->type == CCM_EMU_COLUMN_TEXT)
			bind_text(stmt, index, *(char **)from);
		else if (column->type == CCM_EMU_COLUMN_BLOB)
			bind_blob(stmt, index, ccm_buf_span(from));
		else if (*(int64_t *)from != CCM_EMU_NONE)
			sqlite3_bind_int64(stmt, index, *(int64_t *)from);
	}
}

static bool
read_column(
    sqlite3_stmt *stmt, int index, enum ccm_emu_column_type type, void *to, struct ccm_error *err)
{
	bool null = sqlite3_column_type(stmt, index) == SQLITE_NULL;

	switch (type) {
	case CCM_EMU_COLUMN_TEXT:
		if (!null)
			*(char **)to =
			    ccm_strdup((const char *)sqlite3_column_text(stmt, index), err);
		return null || *(char **)to != NULL;
	case CCM_EMU_COLUMN_NUMBER:
		*(int64_t *)to = null ? CCM_EMU_NONE : sqlite3_column_int64(stmt, index);
		return true;
	case CCM_EMU_COLUMN_BLOB:
		return null || ccm_buf_append(to, sqlite3_column_blob(stmt, index),
				   (size_t)sqlite3_column_bytes(stmt, index), err);
	}
	return false;
}

static bool
read_row(sqlite3_stmt *stmt, struct ccm_emu_resource *out, struct ccm_error *err)
{
	*out = (struct ccm_emu_resource){0};
	for (size_t i = 0; i < ccm_emu_column_count(); i++) {
		const struct ccm_emu_column *column = ccm_emu_column_at(i);

		if (!read_column(
			stmt, (int)i, column->type, ccm_emu_column_member(out, column), err))
			return false;
	}
	return true;
}

static const struct {
	const char *sql;
	bool (*write)(struct ccm_buf *sql, struct ccm_error *err);
} sources[] = {
    [RESOURCE_ADD] = {NULL, ccm_emu_sql_add},
    [RESOURCE_GET] = {NULL, ccm_emu_sql_get},
    [RESOURCE_ACTIVATE] = {NULL, ccm_emu_sql_activate},
    [RESOURCE_COUNT] = {"SELECT count(*) FROM resource WHERE kind = ?1", NULL},
    [RESOURCE_TOTAL] = {NULL, ccm_emu_sql_total},
    [TOKEN_ADD] = {"INSERT INTO token (digest, expires) VALUES (?1, ?2)", NULL},
    [TOKEN_PURGE] = {"DELETE FROM token WHERE expires < ?1", NULL},
    [TOKEN_GET] = {"SELECT expires FROM token WHERE digest = ?1", NULL},
    [SETTING_GET] = {"SELECT value FROM setting WHERE name = ?1", NULL},
    [SETTING_PUT] = {"INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)", NULL},
};

/* Opening */

static bool
prepare_all(struct ccm_emu_state *state, struct ccm_error *err)
{
	for (size_t i = 0; i < STATEMENTS; i++) {
		struct ccm_buf sql = {0};
		bool ok = sources[i].write != NULL ? sources[i].write(&sql, err)
						   : ccm_buf_append_str(&sql, sources[i].sql, err);

		ok = ok && prepare(state, ccm_buf_str(&sql), &state->statements[i], err);
		ccm_buf_clear(&sql);
		if (!ok)
			return false;
	}
	return true;
}

static bool
migrate(struct ccm_emu_state *state, struct ccm_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int version;

	if (!prepare(state, "PRAGMA user_version", &stmt, err))
		return false;
	version = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : -1;
	sqlite3_finalize(stmt);
	switch (version) {
	case 0:
		return run(state, ccm_emu_schema(), err);
	case CCM_EMU_SCHEMA_VERSION:
		return true;
	case -1:
		return fail_sql(state, "emulator database", err);
	default:
		return ccm_fail(err, CCM_STORE,
		    "emulator database is of version %d, this emulator knows version %d", version,
		    CCM_EMU_SCHEMA_VERSION);
	}
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
open_database(struct ccm_emu_state *state, const char *path, struct ccm_error *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	mode_t previous = umask(077); /* it holds private keys; nothing else runs yet */
	int rc = sqlite3_open_v2(path, &state->db, flags, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_exec(state->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
	umask(previous);
	if (rc != SQLITE_OK)
		return fail_sql(state, path, err);
	sqlite3_busy_timeout(state->db, BUSY_TIMEOUT_MS);
	return run(state, "PRAGMA synchronous = NORMAL", err) && migrate(state, err) &&
	       prepare_all(state, err);
}

struct ccm_emu_state *
ccm_emu_state_open(const char *dir, struct ccm_error *err)
{
	struct ccm_emu_state *state = ccm_alloc(sizeof(*state), err);
	char *path = state != NULL ? database_path(dir, err) : NULL;
	bool ok;

	if (state == NULL)
		return NULL;
	pthread_mutex_init(&state->lock, NULL);
	ok = path != NULL && open_database(state, path, err);
	ccm_free(path);
	if (ok)
		return state;
	ccm_emu_state_close(state);
	return NULL;
}

void
ccm_emu_state_close(struct ccm_emu_state *state)
{
	if (state == NULL)
		return;
	for (size_t i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(state->statements[i]);
	sqlite3_close(state->db);
	pthread_mutex_destroy(&state->lock);
	ccm_free(state);
}

/* Resources */

bool
ccm_emu_state_add(struct ccm_emu_state *state, const struct ccm_emu_resource *resource,
    int64_t quota, bool *added, struct ccm_error *err)
{
	sqlite3_stmt *stmt = begin(state, RESOURCE_ADD);
	int changes;
	bool ok;

	bind_row(stmt, resource);
	sqlite3_bind_int64(stmt, (int)ccm_emu_column_count() + 1, quota);
	ok = finish(state, stmt, &changes, err);
	*added = changes == 1;
	return ok;
}

bool
ccm_emu_state_activate(struct ccm_emu_state *state, const struct ccm_emu_resource *ca,
    bool *changed, struct ccm_error *err)
{
	sqlite3_stmt *stmt = begin(state, RESOURCE_ACTIVATE);
	int changes;
	bool ok;

	bind_row(stmt, ca);
	ok = finish(state, stmt, &changes, err);
	*changed = changes == 1;
	return ok;
}

bool
ccm_emu_state_get(struct ccm_emu_state *state, enum ccm_emu_resource_kind kind, const char *id,
    struct ccm_emu_resource *out, struct ccm_error *err)
{
	sqlite3_stmt *stmt = begin(state, RESOURCE_GET);
	bool row, ok;

	ccm_emu_resource_init(out, kind);
	sqlite3_bind_int64(stmt, 1, ccm_clock_now_ms());
	sqlite3_bind_int(stmt, 2, (int)kind);
	bind_text(stmt, 3, id);
	ok = step(state, stmt, &row, err) && (!row || read_row(stmt, out, err));
	end(state, stmt);
	if (!ok)
		ccm_emu_resource_clear(out);
	return ok;
}

bool
ccm_emu_state_count(struct ccm_emu_state *state, enum ccm_emu_resource_kind kind, int64_t *count,
    struct ccm_error *err)
{
	sqlite3_stmt *stmt = begin(state, RESOURCE_COUNT);

	sqlite3_bind_int(stmt, 1, (int)kind);
	return fetch_number(state, stmt, count, err);
}

static void
bind_filter(sqlite3_stmt *stmt, const struct ccm_emu_state_query *query)
{
	sqlite3_bind_int64(stmt, 1, ccm_clock_now_ms());
	sqlite3_bind_int(stmt, 2, (int)query->kind);
	bind_text(stmt, 3, query->name);
	bind_text(stmt, 4, query->status);
	bind_text(stmt, 5, query->type);
}

bool
ccm_emu_state_total(struct ccm_emu_state *state, const struct ccm_emu_state_query *query,
    int64_t *total, struct ccm_error *err)
{
	sqlite3_stmt *stmt = begin(state, RESOURCE_TOTAL);

	bind_filter(stmt, query);
	return fetch_number(state, stmt, total, err);
}

static bool
prepare_list(struct ccm_emu_state *state, const struct ccm_emu_state_query *query,
    sqlite3_stmt **stmt, struct ccm_error *err)
{
	struct ccm_buf sql = {0};
	bool ok;

	ok = ccm_emu_sql_list(query->sort_key, query->ascending, &sql, err) &&
	     prepare(state, ccm_buf_str(&sql), stmt, err);
	ccm_buf_clear(&sql);
	return ok;
}

bool
ccm_emu_state_list(struct ccm_emu_state *state, const struct ccm_emu_state_query *query,
    ccm_emu_state_visit visit, void *context, struct ccm_error *err)
{
	sqlite3_stmt *stmt = NULL;
	bool row = true, ok;

	pthread_mutex_lock(&state->lock);
	ok = prepare_list(state, query, &stmt, err);
	if (ok) {
		bind_filter(stmt, query);
		sqlite3_bind_int64(stmt, 6, query->limit);
		sqlite3_bind_int64(stmt, 7, query->offset);
	}
	while (ok && (ok = step(state, stmt, &row, err)) && row) {
		struct ccm_emu_resource resource;

		ok = read_row(stmt, &resource, err) && visit(context, &resource, err);
		ccm_emu_resource_clear(&resource);
	}
	sqlite3_finalize(stmt);
	pthread_mutex_unlock(&state->lock);
	return ok;
}

/* Tokens and settings */

bool
ccm_emu_state_add_token(struct ccm_emu_state *state, const char *digest, int64_t now,
    int64_t expires, struct ccm_error *err)
{
	sqlite3_stmt *stmt = begin(state, TOKEN_PURGE);
	int changes;

	sqlite3_bind_int64(stmt, 1, now - TOKEN_MEMORY_MS);
	if (!finish(state, stmt, &changes, err))
		return false;
	stmt = begin(state, TOKEN_ADD);
	bind_text(stmt, 1, digest);
	sqlite3_bind_int64(stmt, 2, expires);
	return finish(state, stmt, &changes, err);
}

bool
ccm_emu_state_get_token(
    struct ccm_emu_state *state, const char *digest, int64_t *expires, struct ccm_error *err)
{
	sqlite3_stmt *stmt = begin(state, TOKEN_GET);

	bind_text(stmt, 1, digest);
	return fetch_number(state, stmt, expires, err);
}

bool
ccm_emu_state_get_setting(
    struct ccm_emu_state *state, const char *name, struct ccm_buf *value, struct ccm_error *err)
{
	sqlite3_stmt *stmt = begin(state, SETTING_GET);
	bool row, ok;

	bind_text(stmt, 1, name);
	ok = step(state, stmt, &row, err);
	if (ok && row)
		ok = ccm_buf_append(value, sqlite3_column_blob(stmt, 0),
		    (size_t)sqlite3_column_bytes(stmt, 0), err);
	end(state, stmt);
	return ok;
}

bool
ccm_emu_state_put_setting(
    struct ccm_emu_state *state, const char *name, struct ccm_span value, struct ccm_error *err)
{
	sqlite3_stmt *stmt = begin(state, SETTING_PUT);
	int changes;

	bind_text(stmt, 1, name);
	bind_blob(stmt, 2, value);
	return finish(state, stmt, &changes, err);
}
