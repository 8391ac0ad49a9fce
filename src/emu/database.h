/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_DATABASE_H
#define CCM_EMU_DATABASE_H

/*
 * One SQLite database, in memory or in a directory, for everything the emulator remembers; each
 * feature keeps its own SQL in its own file and its tables in its own piece of the schema
 * (schema.c). Safe for many threads: every statement runs under one lock, which a transaction
 * holds from begin to end. So nothing slow (making keys) belongs into a transaction or a visit.
 */

#include <stdint.h>

#include "core/mem.h"

#define CCM_EMU_NONE (-1) /* a number that is not there: NULL in the database, both ways */

struct ccm_emu_db;

/* Open DIR/emulator.db, made when missing; in memory when dir is NULL. */
struct ccm_emu_db *ccm_emu_db_open(const char *dir, struct ccm_error *err);
void ccm_emu_db_close(struct ccm_emu_db *db); /* NULL is allowed */

/* What a ? of a statement stands for. All zero is NULL. */
enum ccm_emu_param_type {
	CCM_EMU_PARAM_NULL,
	CCM_EMU_PARAM_TEXT,
	CCM_EMU_PARAM_NUMBER,
	CCM_EMU_PARAM_BLOB
};
struct ccm_emu_param {
	enum ccm_emu_param_type type;
	const char *text;     /* NULL is NULL */
	int64_t number;       /* CCM_EMU_NONE is NULL */
	struct ccm_span blob; /* empty is NULL */
};
#define CCM_EMU_TEXT(value)                                 \
	{                                                   \
		.type = CCM_EMU_PARAM_TEXT, .text = (value) \
	}
#define CCM_EMU_NUMBER(value)                                   \
	{                                                       \
		.type = CCM_EMU_PARAM_NUMBER, .number = (value) \
	}
#define CCM_EMU_BLOB(value)                                 \
	{                                                   \
		.type = CCM_EMU_PARAM_BLOB, .blob = (value) \
	}

/* One statement and its parameters, ?1 first. Prepared once for each text. */
struct ccm_emu_sql {
	const char *text;
	const struct ccm_emu_param *params;
	size_t param_count;
};
/* CCM_EMU_SQL(text, params): of an array of parameters. */
#define CCM_EMU_SQL(text, array) (&(struct ccm_emu_sql){(text), (array), CCM_COUNT(array)})

/* Run a statement that changes something; *changes, when not NULL, is the number of rows. */
bool ccm_emu_db_run(
    struct ccm_emu_db *db, const struct ccm_emu_sql *sql, int64_t *changes, struct ccm_error *err);

/* One row of an answer, and its columns, 0 first. Borrowed: valid during the visit. */
struct ccm_emu_row;
const char *ccm_emu_row_text(const struct ccm_emu_row *row, int column);
int64_t ccm_emu_row_number(const struct ccm_emu_row *row, int column);
struct ccm_span ccm_emu_row_blob(const struct ccm_emu_row *row, int column);

/* Called for each row in turn, under the lock; false with err set ends the walk. It may run other
 * statements. */
typedef bool (*ccm_emu_row_visit)(
    void *context, const struct ccm_emu_row *row, struct ccm_error *err);
bool ccm_emu_db_visit(struct ccm_emu_db *db, const struct ccm_emu_sql *sql, ccm_emu_row_visit visit,
    void *context, struct ccm_error *err);

/* The number in the first column of the first row; CCM_EMU_NONE when there is none. */
bool ccm_emu_db_number(
    struct ccm_emu_db *db, const struct ccm_emu_sql *sql, int64_t *number, struct ccm_error *err);

/* How many rows have been changed since the opening: as long as it stays, so do all answers. */
int64_t ccm_emu_db_changes(struct ccm_emu_db *db);

/*
 * Several statements that hold together. Every begin that returned true has its end, in the same
 * thread:
 *
 *	if (!ccm_emu_db_begin(db, err))
 *		return false;
 *	ok = first(db, err) && second(db, err);
 *	return ccm_emu_db_end(db, ok, err);
 *
 * The end commits when ok, else it takes everything back; it returns ok, or false when the commit
 * failed. A transaction in a transaction is part of the outer one, and spoils that when it fails.
 */
bool ccm_emu_db_begin(struct ccm_emu_db *db, struct ccm_error *err);
bool ccm_emu_db_end(struct ccm_emu_db *db, bool ok, struct ccm_error *err);

#endif
