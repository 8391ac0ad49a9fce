/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/column.h"

static void *
member_of(const struct ccm_emu_column *column, void *record)
{
	return (char *)record + column->offset;
}

void
ccm_emu_columns_init(const struct ccm_emu_columns *columns, void *record)
{
	for (size_t i = 0; i < columns->count; i++) {
		void *member = member_of(&columns->items[i], record);

		if (columns->items[i].type == CCM_EMU_COLUMN_NUMBER)
			*(int64_t *)member = CCM_EMU_NONE;
		if (columns->items[i].type == CCM_EMU_COLUMN_SECRET)
			ccm_buf_init_secret(member);
	}
}

void
ccm_emu_columns_clear(const struct ccm_emu_columns *columns, void *record)
{
	for (size_t i = 0; i < columns->count; i++) {
		void *member = member_of(&columns->items[i], record);

		if (columns->items[i].type == CCM_EMU_COLUMN_TEXT)
			ccm_free(*(char **)member);
		if (columns->items[i].type == CCM_EMU_COLUMN_BLOB ||
		    columns->items[i].type == CCM_EMU_COLUMN_SECRET)
			ccm_buf_clear(member);
	}
}

struct ccm_emu_param
ccm_emu_column_value(const struct ccm_emu_column *column, const void *record)
{
	const void *member = (const char *)record + column->offset;

	switch (column->type) {
	case CCM_EMU_COLUMN_TEXT:
		return (struct ccm_emu_param)CCM_EMU_TEXT(*(char *const *)member);
	case CCM_EMU_COLUMN_NUMBER:
		return (struct ccm_emu_param)CCM_EMU_NUMBER(*(const int64_t *)member);
	case CCM_EMU_COLUMN_BLOB:
	case CCM_EMU_COLUMN_SECRET:
		return (struct ccm_emu_param)CCM_EMU_BLOB(ccm_buf_span(member));
	}
	return (struct ccm_emu_param){0};
}

static bool
read_text(const char *text, char **to, struct ccm_error *err)
{
	if (text == NULL)
		return true;
	*to = ccm_strdup(text, err);
	return *to != NULL;
}

static bool
read_column(const struct ccm_emu_row *row, int index, enum ccm_emu_column_type type, void *to,
    struct ccm_error *err)
{
	struct ccm_span blob;

	switch (type) {
	case CCM_EMU_COLUMN_TEXT:
		return read_text(ccm_emu_row_text(row, index), to, err);
	case CCM_EMU_COLUMN_NUMBER:
		*(int64_t *)to = ccm_emu_row_number(row, index);
		return true;
	case CCM_EMU_COLUMN_BLOB:
	case CCM_EMU_COLUMN_SECRET:
		blob = ccm_emu_row_blob(row, index);
		return ccm_buf_append(to, blob.data, blob.len, err);
	}
	return false;
}

bool
ccm_emu_columns_read(const struct ccm_emu_columns *columns, const struct ccm_emu_row *row,
    void *record, struct ccm_error *err)
{
	for (size_t i = 0; i < columns->count; i++)
		if (!read_column(row, (int)i, columns->items[i].type,
			member_of(&columns->items[i], record), err))
			return false;
	return true;
}

bool
ccm_emu_columns_append_names(
    const struct ccm_emu_columns *columns, struct ccm_buf *sql, struct ccm_error *err)
{
	for (size_t i = 0; i < columns->count; i++)
		if (!ccm_buf_printf(sql, err, "%s%s", i != 0 ? ", " : "", columns->items[i].name))
			return false;
	return true;
}

bool
ccm_emu_columns_append_parameters(
    const struct ccm_emu_columns *columns, struct ccm_buf *sql, struct ccm_error *err)
{
	for (size_t i = 0; i < columns->count; i++)
		if (!ccm_buf_printf(sql, err, "%s?%zu", i != 0 ? ", " : "", i + 1))
			return false;
	return true;
}
