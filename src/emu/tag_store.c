/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/tag_store.h"

#include <inttypes.h>

#include "emu/answer.h"
#include "emu/schema.h"

/* tag_value answers filters and the list of all without looking at the table. */
const char ccm_emu_tag_schema[] =
    "CREATE TABLE IF NOT EXISTS tag ("
    " sequence INTEGER NOT NULL, key TEXT NOT NULL, kind INTEGER NOT NULL, value TEXT NOT NULL,"
    " PRIMARY KEY (sequence, key)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS tag_value ON tag (kind, key, value, sequence);"
    "CREATE TRIGGER IF NOT EXISTS tag_end AFTER DELETE ON resource"
    " BEGIN DELETE FROM tag WHERE sequence = OLD.sequence; END;";

/* Changing */

static bool
put(struct ccm_emu_db *db, const struct ccm_emu_resource *resource, const struct ccm_emu_tag *tag,
    struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_NUMBER(resource->kind),
	    CCM_EMU_TEXT(resource->id), CCM_EMU_TEXT(tag->key), CCM_EMU_TEXT(tag->value)};
	int64_t changes;

	if (!ccm_emu_db_run(db,
		CCM_EMU_SQL("INSERT INTO tag (sequence, key, kind, value)"
			    " SELECT sequence, ?3, ?1, ?4 FROM resource WHERE kind = ?1 AND id = ?2"
			    " ON CONFLICT DO UPDATE SET value = excluded.value",
		    params),
		&changes, err))
		return false;
	return changes == 1 || ccm_emu_refuse(err, CCM_EMU_REFUSE_NOT_FOUND, "%s", resource->id);
}

static bool
check_count(struct ccm_emu_db *db, const struct ccm_emu_resource *resource, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_TEXT(resource->id)};
	int64_t count;

	if (!ccm_emu_db_number(db,
		CCM_EMU_SQL("SELECT count(*) FROM tag"
			    " WHERE sequence = (SELECT sequence FROM resource WHERE id = ?1)",
		    params),
		&count, err))
		return false;
	return count <= CCM_EMU_TAG_MAX ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
		   "Tag quota is upper limit: %s would have %" PRId64 " tags, %d are allowed",
		   resource->id, count, CCM_EMU_TAG_MAX);
}

bool
ccm_emu_tag_store_put(struct ccm_emu_db *db, const struct ccm_emu_resource *resource,
    const struct ccm_emu_tag *tags, size_t count, struct ccm_error *err)
{
	bool ok = true;

	if (!ccm_emu_db_begin(db, err))
		return false;
	for (size_t i = 0; ok && i < count; i++)
		ok = put(db, resource, &tags[i], err);
	return ccm_emu_db_end(db, ok && check_count(db, resource, err), err);
}

static bool delete (struct ccm_emu_db *db, const struct ccm_emu_resource *resource,
    const struct ccm_emu_tag *tag, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {
	    CCM_EMU_TEXT(resource->id), CCM_EMU_TEXT(tag->key), CCM_EMU_TEXT(tag->value)};
	int64_t changes;

	if (!ccm_emu_db_run(db,
		CCM_EMU_SQL("DELETE FROM tag WHERE key = ?2 AND value = ?3"
			    " AND sequence = (SELECT sequence FROM resource WHERE id = ?1)",
		    params),
		&changes, err))
		return false;
	return changes == 1 ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER, "Tag is not found: %s=%s on %s",
		   tag->key, tag->value, resource->id);
}

bool
ccm_emu_tag_store_delete(struct ccm_emu_db *db, const struct ccm_emu_resource *resource,
    const struct ccm_emu_tag *tags, size_t count, struct ccm_error *err)
{
	bool ok = true;

	if (!ccm_emu_db_begin(db, err))
		return false;
	for (size_t i = 0; ok && i < count; i++)
		ok = delete (db, resource, &tags[i], err);
	return ccm_emu_db_end(db, ok, err);
}

/* Listing */

static bool
append_tag(void *context, const struct ccm_emu_row *row, struct ccm_error *err)
{
	struct ccm_json *tag = ccm_json_new_object(err);

	if (tag != NULL && ccm_json_add_string(tag, "key", ccm_emu_row_text(row, 0), err) &&
	    ccm_json_add_string(tag, "value", ccm_emu_row_text(row, 1), err))
		return ccm_json_append_json(context, tag, err);
	ccm_json_free(tag);
	return false;
}

static struct ccm_json *
collect(struct ccm_emu_db *db, const struct ccm_emu_sql *sql, ccm_emu_row_visit visit,
    struct ccm_error *err)
{
	struct ccm_json *list = ccm_json_new_array(err);

	if (list != NULL && ccm_emu_db_visit(db, sql, visit, list, err))
		return list;
	ccm_json_free(list);
	return NULL;
}

struct ccm_json *
ccm_emu_tag_store_list(struct ccm_emu_db *db, const char *id, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_TEXT(id)};

	return collect(db,
	    CCM_EMU_SQL(
		"SELECT key, value FROM tag"
		" WHERE sequence = (SELECT sequence FROM resource WHERE id = ?1) ORDER BY key",
		params),
	    append_tag, err);
}

static bool
append_text(void *context, const struct ccm_emu_row *row, struct ccm_error *err)
{
	return ccm_json_append_string(context, ccm_emu_row_text(row, 0), err);
}

/* Where the keys of a kind go, one after the other. */
struct gathering {
	struct ccm_emu_db *db;
	enum ccm_emu_resource_kind kind;
	struct ccm_json *list;
};

static struct ccm_json *
collect_values(const struct gathering *gathering, const char *key, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_NUMBER(gathering->kind), CCM_EMU_TEXT(key)};

	return collect(gathering->db,
	    CCM_EMU_SQL("SELECT DISTINCT value FROM tag WHERE kind = ?1 AND key = ?2"
			" ORDER BY value",
		params),
	    append_text, err);
}

static bool
append_key(void *context, const struct ccm_emu_row *row, struct ccm_error *err)
{
	const struct gathering *gathering = context;
	const char *key = ccm_emu_row_text(row, 0);
	struct ccm_json *values = collect_values(gathering, key, err);
	struct ccm_json *tag = values != NULL ? ccm_json_new_object(err) : NULL;

	if (tag == NULL || !ccm_json_add_string(tag, "key", key, err)) {
		ccm_json_free(values);
	} else if (ccm_json_add_json(tag, "values", values, err)) {
		return ccm_json_append_json(gathering->list, tag, err);
	}
	ccm_json_free(tag);
	return false;
}

struct ccm_json *
ccm_emu_tag_store_list_all(
    struct ccm_emu_db *db, enum ccm_emu_resource_kind kind, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_NUMBER(kind)};
	struct gathering gathering = {db, kind, ccm_json_new_array(err)};

	if (gathering.list != NULL &&
	    ccm_emu_db_visit(db,
		CCM_EMU_SQL("SELECT DISTINCT key FROM tag WHERE kind = ?1 ORDER BY key", params),
		append_key, &gathering, err))
		return gathering.list;
	ccm_json_free(gathering.list);
	return NULL;
}

/* Finding */

struct ccm_json *
ccm_emu_tag_store_find(
    struct ccm_emu_db *db, const struct ccm_emu_tag_filter *filter, struct ccm_error *err)
{
	struct ccm_emu_tag_query query;
	struct ccm_json *ids = NULL;

	if (ccm_emu_tag_filter_page(filter, &query, err))
		ids = collect(db,
		    &(struct ccm_emu_sql){
			ccm_buf_str(&query.text), query.params, query.param_count},
		    append_text, err);
	ccm_emu_tag_query_clear(&query);
	return ids;
}

bool
ccm_emu_tag_store_count(struct ccm_emu_db *db, const struct ccm_emu_tag_filter *filter,
    int64_t *count, struct ccm_error *err)
{
	struct ccm_emu_tag_query query;
	bool ok =
	    ccm_emu_tag_filter_total(filter, &query, err) &&
	    ccm_emu_db_number(db,
		&(struct ccm_emu_sql){ccm_buf_str(&query.text), query.params, query.param_count},
		count, err);

	ccm_emu_tag_query_clear(&query);
	return ok;
}
