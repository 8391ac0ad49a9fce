/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_SQL_H
#define CCM_SQL_H

/*
 * A connection to an SQLite database and what is said over it: statements, prepared once for each
 * text, their parameters, the rows of the answers. One thread at a time; who opens connections,
 * and for how long, is database.h's business.
 */

#include <stdint.h>
#include <sys/types.h>

#include "core/mem.h"

#define CCM_SQL_NONE (-1) /* a number that is not there: NULL in the database, both ways */

/* What a ? of a statement stands for. All zero is NULL. */
enum ccm_sql_type { CCM_SQL_NULL, CCM_SQL_IS_TEXT, CCM_SQL_IS_NUMBER, CCM_SQL_IS_BLOB };
struct ccm_sql_param {
	enum ccm_sql_type type;
	const char *text;     /* NULL is NULL */
	int64_t number;       /* CCM_SQL_NONE is NULL */
	struct ccm_span blob; /* empty is NULL */
};
#define CCM_SQL_TEXT(value)                              \
	{                                                \
		.type = CCM_SQL_IS_TEXT, .text = (value) \
	}
#define CCM_SQL_NUMBER(value)                                \
	{                                                    \
		.type = CCM_SQL_IS_NUMBER, .number = (value) \
	}
#define CCM_SQL_BLOB(value)                              \
	{                                                \
		.type = CCM_SQL_IS_BLOB, .blob = (value) \
	}

/* One statement and its parameters, ?1 first. */
struct ccm_sql {
	const char *text;
	const struct ccm_sql_param *params;
	size_t param_count;
};
/* CCM_SQL(text, params): of an array of parameters. CCM_SQL_PLAIN(text): without any. */
#define CCM_SQL(text, array) (&(struct ccm_sql){(text), (array), CCM_COUNT(array)})
#define CCM_SQL_PLAIN(text) (&(struct ccm_sql){(text), NULL, 0})

/* One row of an answer, and its columns, 0 first. Borrowed: valid during the visit. */
struct ccm_sql_row;
const char *ccm_sql_row_text(const struct ccm_sql_row *row, int column); /* NULL is NULL */
int64_t ccm_sql_row_number(const struct ccm_sql_row *row, int column);
struct ccm_span ccm_sql_row_blob(const struct ccm_sql_row *row, int column);

/* Called for each row in turn; false ends the walk, which fails if err is set. It may run other
 * statements over the same connection. */
typedef bool (*ccm_sql_visit)(void *context, const struct ccm_sql_row *row, struct ccm_error *err);

struct ccm_sql_connection;

/*
 * Open path, which may be ":memory:"; an existing file only, unless create. Waits for other
 * processes' locks end after busy_ms. The database's contents are not looked at yet.
 */
struct ccm_sql_connection *ccm_sql_open(
    const char *path, bool create, int busy_ms, struct ccm_error *err);
void ccm_sql_close(struct ccm_sql_connection *connection); /* NULL is allowed */
/* Never used again, and not closed either: its descriptors are somebody else's now. */
void ccm_sql_abandon(struct ccm_sql_connection *connection);

/* What it was opened on, and when: kept for who keeps connections (database.c), not used here. */
struct ccm_sql_file {
	unsigned era;
	dev_t device;
	ino_t inode;
};
struct ccm_sql_file *ccm_sql_file(struct ccm_sql_connection *connection);

/* Any number of statements without parameters. */
bool ccm_sql_script(
    struct ccm_sql_connection *connection, const char *script, struct ccm_error *err);
/* A statement that changes something; *changes, when not NULL, is the number of rows. */
bool ccm_sql_run(struct ccm_sql_connection *connection, const struct ccm_sql *sql, int64_t *changes,
    struct ccm_error *err);
bool ccm_sql_each(struct ccm_sql_connection *connection, const struct ccm_sql *sql,
    ccm_sql_visit visit, void *context, struct ccm_error *err);
/* The number in the first column of the first row; CCM_SQL_NONE when there is none. */
bool ccm_sql_number(struct ccm_sql_connection *connection, const struct ccm_sql *sql,
    int64_t *number, struct ccm_error *err);

/* A transaction that writes: taken at once, so that it need not be given up halfway. */
bool ccm_sql_begin(struct ccm_sql_connection *connection, struct ccm_error *err);
/* Commit when ok, else take everything back; ok, or false when the commit failed. Without a
 * transaction just ok. */
bool ccm_sql_end(struct ccm_sql_connection *connection, bool ok, struct ccm_error *err);

/*
 * What an error of the functions above says about the database, in err's sys_errno: EBUSY (locked
 * by another process until the wait was over), EBADMSG (damaged, or no database at all), EROFS (not
 * writable), ENOSPC (full); 0 for all else. The code is CCM_STORE.
 */

#endif
