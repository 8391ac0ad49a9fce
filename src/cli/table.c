/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include <inttypes.h>
#include <string.h>

#include "cli/interrupt.h"
#include "core/clock.h"

#define NOTHING "-"
#define NO_PATH_LIMIT 7

/* Values of each kind, raw; nothing appended stands for "missing" */

static bool
format_text(const struct ccm_json *value, struct ccm_buf *out, struct ccm_error *err)
{
	const char *text;

	if (ccm_json_as_string(value, &text))
		return ccm_buf_append_str(out, text, err);
	return ccm_json_print(value, false, out, err);
}

static bool
format_flag(const struct ccm_json *value, struct ccm_buf *out, struct ccm_error *err)
{
	int64_t number;
	bool truth;

	if (ccm_json_as_int(value, &number))
		return ccm_buf_append_str(out, number != 0 ? "yes" : "no", err);
	if (ccm_json_as_bool(value, &truth))
		return ccm_buf_append_str(out, truth ? "yes" : "no", err);
	return format_text(value, out, err);
}

static bool
format_time(const struct ccm_json *value, struct ccm_buf *out, struct ccm_error *err)
{
	char text[20];
	int64_t ms;

	if (!ccm_json_as_int(value, &ms))
		return format_text(value, out, err); /* SCM says times in words */
	ccm_clock_human(ms, text);
	return ccm_buf_printf(out, err, "%s UTC", text);
}

static bool
format_expiry(const struct ccm_json *value, struct ccm_buf *out, struct ccm_error *err)
{
	char relative[32];
	int64_t ms;

	if (!format_time(value, out, err))
		return false;
	if (!ccm_json_as_int(value, &ms))
		return true;
	ccm_relative_time(ms, relative);
	return ccm_buf_printf(out, err, " (%s)", relative);
}

/* RFC 4514 2.4: what has a meaning in a name is escaped. */
static bool
append_escaped(const char *text, struct ccm_buf *out, struct ccm_error *err)
{
	for (const char *at = text; *at != '\0'; at++) {
		bool edge =
		    (*at == ' ' && (at == text || at[1] == '\0')) || (*at == '#' && at == text);

		if ((edge || strchr("\"+,;<>\\", *at) != NULL) &&
		    !ccm_buf_append(out, "\\", 1, err))
			return false;
		if (!ccm_buf_append(out, at, 1, err))
			return false;
	}
	return true;
}

static bool
format_name(const struct ccm_json *value, struct ccm_buf *out, struct ccm_error *err)
{
	static const char *const parts[][2] = {
	    {"CN", "common_name"},
	    {"OU", "organizational_unit"},
	    {"O", "organization"},
	    {"L", "locality"},
	    {"ST", "state"},
	    {"C", "country"},
	};

	for (size_t i = 0; i < CCM_COUNT(parts); i++) {
		const char *text;

		if (!ccm_json_as_string(ccm_json_get(value, parts[i][1]), &text) || *text == '\0')
			continue;
		if (!ccm_buf_printf(out, err, "%s%s=", out->len != 0 ? "," : "", parts[i][0]) ||
		    !append_escaped(text, out, err))
			return false;
	}
	return true;
}

static bool
format_path_length(const struct ccm_json *value, struct ccm_buf *out, struct ccm_error *err)
{
	int64_t length;

	if (ccm_json_as_int(value, &length) && length >= NO_PATH_LIMIT)
		return ccm_buf_append_str(out, "no limit", err);
	return format_text(value, out, err);
}

static bool
format_list(const struct ccm_json *value, struct ccm_buf *out, struct ccm_error *err)
{
	for
		ccm_json_each(element, value)
		{
			if (out->len != 0 && !ccm_buf_append_str(out, " ", err))
				return false;
			if (!format_text(element, out, err))
				return false;
		}
	return true;
}

static bool
format_tags(const struct ccm_json *value, struct ccm_buf *out, struct ccm_error *err)
{
	for
		ccm_json_each(tag, value)
		{
			const char *key = "", *text = "";

			ccm_json_as_string(ccm_json_get(tag, "key"), &key);
			ccm_json_as_string(ccm_json_get(tag, "value"), &text);
			if (!ccm_buf_printf(
				out, err, "%s%s=%s", out->len != 0 ? " " : "", key, text))
				return false;
		}
	return true;
}

static bool (*const formats[])(const struct ccm_json *, struct ccm_buf *, struct ccm_error *) = {
    [CCM_CELL_TEXT] = format_text,
    [CCM_CELL_FLAG] = format_flag,
    [CCM_CELL_TIME] = format_time,
    [CCM_CELL_EXPIRY] = format_expiry,
    [CCM_CELL_NAME] = format_name,
    [CCM_CELL_PATH_LENGTH] = format_path_length,
    [CCM_CELL_LIST] = format_list,
    [CCM_CELL_TAGS] = format_tags,
};

bool
ccm_column_format(const struct ccm_column *column, const struct ccm_json *object,
    struct ccm_buf *out, struct ccm_error *err)
{
	const struct ccm_json *value = ccm_json_get(object, column->field);
	struct ccm_buf raw = {0};
	bool ok;

	ok = value == NULL || formats[column->cell](value, &raw, err);
	ok = ok && ccm_text_clean(raw.len != 0 ? ccm_buf_str(&raw) : NOTHING, false, out, err);
	ccm_buf_clear(&raw);
	return ok;
}

/* Tables */

/* The columns that the widest cell needs, title included. */
static size_t
column_width(const struct ccm_table *table, size_t column)
{
	size_t most = ccm_text_width(table->columns[column].title);

	for (size_t i = column; i < table->cell_count; i += table->column_count) {
		size_t width = ccm_text_width(table->cells[i]);

		most = width > most ? width : most;
	}
	return most;
}

/* A cell as wide as its column; the last one of a line isn't filled up. */
static bool
append_cell(const struct ccm_table *table, size_t column, const char *text, struct ccm_buf *row,
    struct ccm_error *err)
{
	size_t width = ccm_text_width(text), want = table->widths[column];

	if (!ccm_buf_append_str(row, text, err))
		return false;
	if (column + 1 == table->column_count)
		return ccm_buf_append_str(row, "\n", err);
	if (!table->terminal)
		return ccm_buf_append_str(row, "\t", err);
	return ccm_buf_printf(row, err, "%*s", (int)(want > width ? want - width : 0) + 2, "");
}

static void
print_row(const struct ccm_table *table, struct ccm_buf *row)
{
	ccm_print_whole(table->out, ccm_buf_span(row));
	ccm_buf_clear(row);
}

static bool
print_collected(const struct ccm_table *table, struct ccm_error *err)
{
	struct ccm_buf row = {0};
	bool ok = true;

	for (size_t i = 0; ok && i < table->cell_count; i++) {
		size_t column = i % table->column_count;

		ok = append_cell(table, column, table->cells[i], &row, err);
		if (ok && column + 1 == table->column_count)
			print_row(table, &row);
	}
	ccm_buf_clear(&row);
	return ok;
}

/* The widths stand from here on: what comes later and is wider stands out. */
static bool
begin_table(struct ccm_table *table, struct ccm_error *err)
{
	struct ccm_buf row = {0};
	bool ok = true;

	table->begun = true;
	for (size_t i = 0; i < table->column_count; i++)
		table->widths[i] = column_width(table, i);
	for (size_t i = 0; ok && i < table->column_count; i++)
		ok = append_cell(table, i, table->columns[i].title, &row, err);
	if (ok)
		print_row(table, &row);
	ccm_buf_clear(&row);
	ok = ok && print_collected(table, err);
	ccm_table_clear(table);
	return ok;
}

static bool
collect(struct ccm_table *table, struct ccm_buf *text, struct ccm_error *err)
{
	char *cell = ccm_buf_steal(text, err);

	if (cell == NULL ||
	    !ccm_grow_array(&table->cells, table->cell_count, sizeof(*table->cells), err)) {
		ccm_free(cell);
		return false;
	}
	table->cells[table->cell_count++] = cell;
	return true;
}

static bool
is_last_to_collect(const struct ccm_table *table)
{
	return table->cell_count + table->column_count == CCM_TABLE_WINDOW * table->column_count;
}

bool
ccm_table_prints_next(const struct ccm_table *table)
{
	return !table->terminal || table->begun || is_last_to_collect(table);
}

bool
ccm_table_add(struct ccm_table *table, const struct ccm_json *object, struct ccm_error *err)
{
	bool at_once = !table->terminal || table->begun, last = is_last_to_collect(table);
	bool ok = true;
	struct ccm_buf row = {0};

	for (size_t i = 0; i < table->column_count && ok; i++) {
		struct ccm_buf text = {0};

		ok = ccm_column_format(&table->columns[i], object, &text, err);
		if (ok && at_once)
			ok = append_cell(table, i, ccm_buf_str(&text), &row, err);
		else if (ok)
			ok = collect(table, &text, err);
		ccm_buf_clear(&text);
	}
	if (ok && at_once)
		print_row(table, &row);
	ccm_buf_clear(&row);
	return ok && (at_once || !last || begin_table(table, err));
}

bool
ccm_table_finish(struct ccm_table *table, struct ccm_error *err)
{
	return table->cell_count == 0 || begin_table(table, err);
}

void
ccm_table_clear(struct ccm_table *table)
{
	for (size_t i = 0; i < table->cell_count; i++)
		ccm_free(table->cells[i]);
	ccm_free(table->cells);
	table->cells = NULL;
	table->cell_count = 0;
}

/* Blocks */

bool
ccm_block_print(FILE *out, const struct ccm_column *columns, size_t count,
    const struct ccm_json *object, struct ccm_error *err)
{
	int widest = 0;

	for (size_t i = 0; i < count; i++) {
		int width = (int)strlen(columns[i].title);

		widest = width > widest ? width : widest;
	}
	for (size_t i = 0; i < count; i++) {
		struct ccm_buf text = {0};
		bool ok = ccm_column_format(&columns[i], object, &text, err);

		if (ok && ccm_json_get(object, columns[i].field) != NULL)
			fprintf(out, "%s:%*s%s\n", columns[i].title,
			    widest - (int)strlen(columns[i].title) + 2, "", ccm_buf_str(&text));
		ccm_buf_clear(&text);
		if (!ok)
			return false;
	}
	return true;
}
