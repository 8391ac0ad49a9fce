/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/resource.h"

#include <string.h>

#include "emu/schema.h"

#define PAY_PER_USE 1

/*
 * The indexes, one for each order of long lists, hold all that lists filter by, so that those read
 * no rows but the ones they show.
 */
const char ccm_emu_resource_schema[] =
    "CREATE TABLE IF NOT EXISTS resource ("
    " sequence INTEGER PRIMARY KEY, kind INTEGER NOT NULL, id TEXT NOT NULL UNIQUE COLLATE NOCASE,"
    " type TEXT, status TEXT NOT NULL, issuer_id TEXT, issuer_name TEXT,"
    " key_algorithm TEXT NOT NULL, signature_algorithm TEXT, serial_number TEXT,"
    " common_name TEXT NOT NULL, country TEXT, state TEXT, locality TEXT, organization TEXT,"
    " organizational_unit TEXT, enterprise_project_id TEXT, cluster_id TEXT, path_length INTEGER,"
    " key_usages INTEGER, create_time INTEGER NOT NULL, not_before INTEGER, not_after INTEGER,"
    " certificate BLOB, private_key BLOB, gen_mode TEXT,"
    " hsm_project TEXT, order_id TEXT, enc_serial_number TEXT,"
    " charging_mode INTEGER NOT NULL DEFAULT 1, delete_time INTEGER, hsm_ca_certificate BLOB,"
    " chain BLOB, enc_certificate BLOB, enc_private_key BLOB);"
    "DROP INDEX IF EXISTS resource_list;"
    "CREATE INDEX IF NOT EXISTS resource_filter ON resource"
    " (kind, create_time, sequence, common_name, status, not_after, type, gen_mode);"
    "CREATE INDEX IF NOT EXISTS resource_by_end ON resource"
    " (kind, not_after, sequence, common_name, status, type, gen_mode);"
    "CREATE INDEX IF NOT EXISTS resource_by_name ON resource"
    " (kind, common_name, sequence, status, not_after, type, gen_mode);"
    "CREATE INDEX IF NOT EXISTS resource_due ON resource (delete_time)"
    " WHERE delete_time IS NOT NULL;";

#define AT(member) offsetof(struct ccm_emu_resource, member)
#define NAMED(member) #member, AT(member)

static const struct ccm_emu_column columns[] = {
    {NAMED(kind), CCM_EMU_COLUMN_NUMBER},
    {NAMED(id), CCM_EMU_COLUMN_TEXT},
    {NAMED(type), CCM_EMU_COLUMN_TEXT},
    {NAMED(status), CCM_EMU_COLUMN_TEXT},
    {NAMED(issuer_id), CCM_EMU_COLUMN_TEXT},
    {NAMED(issuer_name), CCM_EMU_COLUMN_TEXT},
    {NAMED(key_algorithm), CCM_EMU_COLUMN_TEXT},
    {NAMED(signature_algorithm), CCM_EMU_COLUMN_TEXT},
    {NAMED(serial_number), CCM_EMU_COLUMN_TEXT},
    {"common_name", AT(name[CCM_EMU_NAME_CN]), CCM_EMU_COLUMN_TEXT},
    {"country", AT(name[CCM_EMU_NAME_C]), CCM_EMU_COLUMN_TEXT},
    {"state", AT(name[CCM_EMU_NAME_ST]), CCM_EMU_COLUMN_TEXT},
    {"locality", AT(name[CCM_EMU_NAME_L]), CCM_EMU_COLUMN_TEXT},
    {"organization", AT(name[CCM_EMU_NAME_O]), CCM_EMU_COLUMN_TEXT},
    {"organizational_unit", AT(name[CCM_EMU_NAME_OU]), CCM_EMU_COLUMN_TEXT},
    {NAMED(enterprise_project_id), CCM_EMU_COLUMN_TEXT},
    {NAMED(cluster_id), CCM_EMU_COLUMN_TEXT},
    {NAMED(hsm_project), CCM_EMU_COLUMN_TEXT},
    {NAMED(gen_mode), CCM_EMU_COLUMN_TEXT},
    {NAMED(order_id), CCM_EMU_COLUMN_TEXT},
    {NAMED(enc_serial_number), CCM_EMU_COLUMN_TEXT},
    {NAMED(path_length), CCM_EMU_COLUMN_NUMBER},
    {NAMED(key_usages), CCM_EMU_COLUMN_NUMBER},
    {NAMED(charging_mode), CCM_EMU_COLUMN_NUMBER},
    {NAMED(create_time), CCM_EMU_COLUMN_NUMBER},
    {NAMED(not_before), CCM_EMU_COLUMN_NUMBER},
    {NAMED(not_after), CCM_EMU_COLUMN_NUMBER},
    {NAMED(delete_time), CCM_EMU_COLUMN_NUMBER},
    {NAMED(certificate), CCM_EMU_COLUMN_BLOB},
    {NAMED(private_key), CCM_EMU_COLUMN_SECRET},
    {NAMED(chain), CCM_EMU_COLUMN_BLOB},
    {NAMED(enc_certificate), CCM_EMU_COLUMN_BLOB},
    {NAMED(enc_private_key), CCM_EMU_COLUMN_SECRET},
    {NAMED(hsm_ca_certificate), CCM_EMU_COLUMN_BLOB},
};
static const struct ccm_emu_columns table = {columns, CCM_COUNT(columns)};

/* What shows as the status at the time ?1. */
#define VISIBLE_STATUS                                                                 \
	"CASE WHEN status IN ('ACTIVED', 'ISSUED') AND not_after <= ?1 THEN 'EXPIRED'" \
	" ELSE status END"
#define FILTER                                                        \
	" FROM resource WHERE kind = ?2 AND " CCM_EMU_RESOURCE_LISTED \
	" AND (?3 IS NULL OR instr(common_name, ?3))"                 \
	" AND (?4 IS NULL OR " VISIBLE_STATUS " = ?4) AND (?5 IS NULL OR type = ?5)"

size_t
ccm_emu_column_count(void)
{
	return CCM_COUNT(columns);
}

const struct ccm_emu_column *
ccm_emu_column_at(size_t index)
{
	return &columns[index];
}

const struct ccm_emu_column *
ccm_emu_column_find(const char *name)
{
	for (size_t i = 0; i < CCM_COUNT(columns); i++)
		if (strcmp(columns[i].name, name) == 0)
			return &columns[i];
	return NULL;
}

void
ccm_emu_resource_init(struct ccm_emu_resource *resource, enum ccm_emu_resource_kind kind)
{
	*resource = (struct ccm_emu_resource){0};
	ccm_emu_columns_init(&table, resource);
	resource->kind = kind;
	resource->charging_mode = PAY_PER_USE;
}

void
ccm_emu_resource_clear(struct ccm_emu_resource *resource)
{
	ccm_emu_columns_clear(&table, resource);
	*resource = (struct ccm_emu_resource){0};
}

struct ccm_emu_param
ccm_emu_column_param(const struct ccm_emu_resource *resource, const struct ccm_emu_column *column)
{
	return ccm_emu_column_value(column, resource);
}

bool
ccm_emu_resource_read(
    const struct ccm_emu_row *row, struct ccm_emu_resource *out, struct ccm_error *err)
{
	*out = (struct ccm_emu_resource){0};
	ccm_emu_columns_init(&table, out);
	return ccm_emu_columns_read(&table, row, out, err);
}

static bool
is_narrow(const struct ccm_emu_column *column)
{
	return column->type == CCM_EMU_COLUMN_TEXT || column->type == CCM_EMU_COLUMN_NUMBER;
}

/* All columns; narrow: without what is in the blobs. */
static bool
append_selection(bool narrow, struct ccm_buf *sql, struct ccm_error *err)
{
	for (size_t i = 0; i < CCM_COUNT(columns); i++) {
		bool status = strcmp(columns[i].name, "status") == 0;
		const char *what = narrow && !is_narrow(&columns[i]) ? "NULL" : columns[i].name;

		if (!ccm_buf_printf(sql, err, "%s%s", i != 0 ? ", " : "SELECT ",
			status ? VISIBLE_STATUS : what))
			return false;
	}
	return true;
}

bool
ccm_emu_sql_add(struct ccm_buf *sql, struct ccm_error *err)
{
	return ccm_buf_append_str(sql, "INSERT INTO resource (", err) &&
	       ccm_emu_columns_append_names(&table, sql, err) &&
	       ccm_buf_append_str(sql, ") SELECT ", err) &&
	       ccm_emu_columns_append_parameters(&table, sql, err) &&
	       ccm_buf_printf(sql, err,
		   " WHERE (SELECT count(*) FROM resource WHERE kind = ?1 "
		   "AND " CCM_EMU_RESOURCE_LISTED ") < ?%zu",
		   CCM_COUNT(columns) + 1);
}

static size_t
find_index(const char *name)
{
	return (size_t)(ccm_emu_column_find(name) - columns);
}

bool
ccm_emu_sql_put(struct ccm_buf *sql, struct ccm_error *err)
{
	return ccm_buf_append_str(sql, "INSERT INTO resource (", err) &&
	       ccm_emu_columns_append_names(&table, sql, err) &&
	       ccm_buf_append_str(sql, ") VALUES (", err) &&
	       ccm_emu_columns_append_parameters(&table, sql, err) &&
	       ccm_buf_append_str(sql, ")", err);
}

bool
ccm_emu_sql_activate(struct ccm_buf *sql, struct ccm_error *err)
{
	return ccm_buf_append_str(sql, "UPDATE resource SET (", err) &&
	       ccm_emu_columns_append_names(&table, sql, err) &&
	       ccm_buf_append_str(sql, ") = (", err) &&
	       ccm_emu_columns_append_parameters(&table, sql, err) &&
	       ccm_buf_printf(sql, err,
		   ") WHERE kind = ?1 AND id = ?2 AND status = 'PENDING'"
		   " AND (private_key IS NULL OR private_key = ?%zu)",
		   find_index("private_key") + 1);
}

bool
ccm_emu_sql_get(struct ccm_buf *sql, struct ccm_error *err)
{
	return append_selection(false, sql, err) &&
	       ccm_buf_append_str(sql, " FROM resource WHERE kind = ?2 AND id = ?3", err);
}

/*
 * The rows of the page are chosen first, in the index: what is skipped and what is sorted is
 * narrow. The sort key becomes SQL text: only a column's name may.
 */
bool
ccm_emu_sql_list(const char *sort_key, bool ascending, struct ccm_buf *sql, struct ccm_error *err)
{
	const struct ccm_emu_column *sort = ccm_emu_column_find(sort_key);
	const char *direction = ascending ? "ASC" : "DESC";

	if (sort == NULL)
		return ccm_fail(err, CCM_INTERNAL, "no column %s to sort by", sort_key);
	return append_selection(true, sql, err) &&
	       ccm_buf_printf(sql, err,
		   " FROM (SELECT sequence AS listed" FILTER
		   " ORDER BY %s %s, sequence %s LIMIT ?6 OFFSET ?7)"
		   " CROSS JOIN resource ON sequence = listed ORDER BY %s %s, sequence %s",
		   sort->name, direction, direction, sort->name, direction, direction);
}

bool
ccm_emu_sql_total(struct ccm_buf *sql, struct ccm_error *err)
{
	return ccm_buf_append_str(sql, "SELECT count(*)" FILTER, err);
}

bool
ccm_emu_set_text(char **to, const char *text, struct ccm_error *err)
{
	char *copy = ccm_strdup(text, err);

	if (copy == NULL)
		return false;
	ccm_free(*to);
	*to = copy;
	return true;
}
