/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_COLUMN_H
#define CCM_EMU_COLUMN_H

/*
 * How a struct lies in the database: a table of its members that are columns. A text is a char *
 * (NULL when there is none), a number an int64_t (CCM_EMU_NONE), a blob a struct ccm_buf (empty),
 * and so is a secret, which is kept as one.
 */

#include <stddef.h>

#include "emu/database.h"

enum ccm_emu_column_type {
	CCM_EMU_COLUMN_TEXT,
	CCM_EMU_COLUMN_NUMBER,
	CCM_EMU_COLUMN_BLOB,
	CCM_EMU_COLUMN_SECRET
};

struct ccm_emu_column {
	const char *name;
	size_t offset; /* of the member */
	enum ccm_emu_column_type type;
};

struct ccm_emu_columns {
	const struct ccm_emu_column *items;
	size_t count;
};

/* In a record that is all zero: nothing is there. */
void ccm_emu_columns_init(const struct ccm_emu_columns *columns, void *record);
/* Free what the members hold. */
void ccm_emu_columns_clear(const struct ccm_emu_columns *columns, void *record);

/* The value of a column as a parameter, borrowed. */
struct ccm_emu_param ccm_emu_column_value(const struct ccm_emu_column *column, const void *record);
/* Copy a row that has the columns in order into a record that was just initialized. */
bool ccm_emu_columns_read(const struct ccm_emu_columns *columns, const struct ccm_emu_row *row,
    void *record, struct ccm_error *err);

/* Append "a, b, c" and "?1, ?2, ?3". */
bool ccm_emu_columns_append_names(
    const struct ccm_emu_columns *columns, struct ccm_buf *sql, struct ccm_error *err);
bool ccm_emu_columns_append_parameters(
    const struct ccm_emu_columns *columns, struct ccm_buf *sql, struct ccm_error *err);

#endif
