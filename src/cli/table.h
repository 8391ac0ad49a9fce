/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_TABLE_H
#define CCM_CLI_TABLE_H

/*
 * What people see of the service's answers. A column names a field of a JSON object and how to
 * write it; a list is a table of such columns, one object is a block of them.
 */

#include <stdint.h>
#include <stdio.h>

#include "core/json.h"

enum ccm_cell {
	CCM_CELL_TEXT,        /* strings, numbers, Booleans as they are */
	CCM_CELL_FLAG,        /* yes or no, of a Boolean or a number */
	CCM_CELL_TIME,        /* milliseconds since 1970, as UTC */
	CCM_CELL_EXPIRY,      /* the same with the distance from now */
	CCM_CELL_NAME,        /* a distinguished name in RFC 4514 order */
	CCM_CELL_PATH_LENGTH, /* 7 is the service's way to say "no limit" */
	CCM_CELL_LIST,        /* strings, joined by blanks */
	CCM_CELL_TAGS,        /* objects of key and value, as "a=b c=d" */
};

struct ccm_column {
	const char *title;
	const char *field; /* may be dotted */
	enum ccm_cell cell;
};

/* The text of a cell, "-" when the field is missing; ready for a terminal (ccm_text_clean). */
bool ccm_column_format(const struct ccm_column *column, const struct ccm_json *object,
    struct ccm_buf *out, struct ccm_error *err);
/* Such as "in 364 days", "2 hours ago". */
void ccm_relative_time(int64_t ms, char out[static 32]);

/*
 * Append text with everything that could steer a terminal or break a line replaced by ?: control
 * characters (unless keep_newlines lets \n pass) and what is not UTF-8.
 */
bool ccm_text_clean(
    const char *text, bool keep_newlines, struct ccm_buf *out, struct ccm_error *err);
/*
 * Append text of words, in lines that fit a terminal. The first one has so many columns already;
 * 0: none, so it is indented as the others are. The last one is not ended.
 */
bool ccm_text_wrap(
    const char *text, size_t column, size_t indent, struct ccm_buf *out, struct ccm_error *err);
/* Columns that clean UTF-8 text takes on a terminal. */
size_t ccm_text_width(const char *text);

#define CCM_TABLE_COLUMNS 16 /* at most */
#define CCM_TABLE_WINDOW 1000

/*
 * A table on its way out. On a terminal it has a header and aligned columns, as wide as its first
 * CCM_TABLE_WINDOW rows need, which are collected; elsewhere, and from then on, each row goes out
 * at once: tab-separated, nothing else.
 */
struct ccm_table {
	FILE *out;
	bool terminal;
	const struct ccm_column *columns;
	size_t column_count;
	char **cells; /* collected, row by row */
	size_t cell_count;
	bool begun; /* the widths stand */
	size_t widths[CCM_TABLE_COLUMNS];
};

bool ccm_table_add(struct ccm_table *table, const struct ccm_json *object, struct ccm_error *err);
/* Will adding the next one print anything? */
bool ccm_table_prints_next(const struct ccm_table *table);
/* What was collected; to be called at the end in any case. */
bool ccm_table_finish(struct ccm_table *table, struct ccm_error *err);
void ccm_table_clear(struct ccm_table *table);

/* "Title: value" lines of one object, for the fields that it has. */
bool ccm_block_print(FILE *out, const struct ccm_column *columns, size_t count,
    const struct ccm_json *object, struct ccm_error *err);

#endif
