/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/publication.h"

#include "cloud/sign.h"
#include "emu/column.h"
#include "emu/schema.h"

const char ccm_emu_publication_schema[] =
    "CREATE TABLE IF NOT EXISTS publication ("
    " ca_id TEXT PRIMARY KEY COLLATE NOCASE, bucket TEXT, name TEXT, valid_days INTEGER,"
    " number INTEGER NOT NULL, next_update INTEGER, revocations INTEGER, UNIQUE (bucket, name))"
    " WITHOUT ROWID;"
    "CREATE TRIGGER IF NOT EXISTS publication_end AFTER DELETE ON resource"
    " BEGIN DELETE FROM publication WHERE ca_id = OLD.id; END;";

#define COLUMNS "ca_id, bucket, name, valid_days, number, next_update, revocations"
#define COLUMN(member, type)                                                \
	{                                                                   \
#member, offsetof(struct ccm_emu_publication, member), type \
	}
static const struct ccm_emu_column columns[] = {
    COLUMN(ca_id, CCM_EMU_COLUMN_TEXT),
    COLUMN(bucket, CCM_EMU_COLUMN_TEXT),
    COLUMN(name, CCM_EMU_COLUMN_TEXT),
    COLUMN(valid_days, CCM_EMU_COLUMN_NUMBER),
    COLUMN(number, CCM_EMU_COLUMN_NUMBER),
    COLUMN(next_update, CCM_EMU_COLUMN_NUMBER),
    COLUMN(revocations, CCM_EMU_COLUMN_NUMBER),
};
static const struct ccm_emu_columns table = {columns, CCM_COUNT(columns)};

void
ccm_emu_publication_clear(struct ccm_emu_publication *publication)
{
	ccm_emu_columns_clear(&table, publication);
	*publication = (struct ccm_emu_publication){0};
}

/* Reading */

static bool
read_row(void *context, const struct ccm_emu_row *row, struct ccm_error *err)
{
	return ccm_emu_columns_read(&table, row, context, err);
}

static bool
load(struct ccm_emu_db *db, const struct ccm_emu_sql *sql, struct ccm_emu_publication *out,
    struct ccm_error *err)
{
	*out = (struct ccm_emu_publication){0};
	if (ccm_emu_db_visit(db, sql, read_row, out, err))
		return true;
	ccm_emu_publication_clear(out);
	return false;
}

bool
ccm_emu_publication_get(struct ccm_emu_db *db, const char *ca_id, struct ccm_emu_publication *out,
    struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_TEXT(ca_id)};

	return load(db, CCM_EMU_SQL("SELECT " COLUMNS " FROM publication WHERE ca_id = ?1", params),
	    out, err);
}

bool
ccm_emu_publication_find(struct ccm_emu_db *db, const char *bucket, const char *name,
    struct ccm_emu_publication *out, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_TEXT(bucket), CCM_EMU_TEXT(name)};

	return load(db,
	    CCM_EMU_SQL(
		"SELECT " COLUMNS " FROM publication WHERE bucket = ?1 AND name = ?2", params),
	    out, err);
}

/* Changing */

bool
ccm_emu_publication_begin(
    struct ccm_emu_db *db, const struct ccm_emu_publication *publication, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_TEXT(publication->ca_id),
	    CCM_EMU_TEXT(publication->bucket), CCM_EMU_TEXT(publication->name),
	    CCM_EMU_NUMBER(publication->valid_days)};

	return ccm_emu_db_run(db,
	    CCM_EMU_SQL("INSERT INTO publication (ca_id, bucket, name, valid_days, number)"
			" VALUES (?1, ?2, ?3, ?4, 0)"
			" ON CONFLICT (ca_id) DO UPDATE SET (bucket, name, valid_days, next_update)"
			" = (excluded.bucket, excluded.name, excluded.valid_days, NULL)",
		params),
	    NULL, err);
}

bool
ccm_emu_publication_end(struct ccm_emu_db *db, const char *ca_id, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_TEXT(ca_id)};

	return ccm_emu_db_run(db,
	    CCM_EMU_SQL("UPDATE publication SET (bucket, name, valid_days, next_update)"
			" = (NULL, NULL, NULL, NULL) WHERE ca_id = ?1",
		params),
	    NULL, err);
}

static bool
advance(struct ccm_emu_db *db, const struct ccm_emu_publication *publication, bool *changed,
    struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_TEXT(publication->ca_id),
	    CCM_EMU_NUMBER(publication->number), CCM_EMU_TEXT(publication->bucket),
	    CCM_EMU_TEXT(publication->name), CCM_EMU_NUMBER(publication->next_update),
	    CCM_EMU_NUMBER(publication->revocations)};
	int64_t changes;
	bool ok = ccm_emu_db_run(db,
	    CCM_EMU_SQL("UPDATE publication SET number = number + 1, next_update = ?5,"
			" revocations = ?6"
			" WHERE ca_id = ?1 AND number = ?2 AND bucket = ?3 AND name = ?4",
		params),
	    &changes, err);

	*changed = changes == 1;
	return ok;
}

bool
ccm_emu_publication_put(struct ccm_emu_db *db, const struct ccm_emu_publication *publication,
    struct ccm_span list, struct ccm_error *err)
{
	char *key = ccm_emu_publication_key(publication->name, err);
	bool changed, ok;

	if (key == NULL || !ccm_emu_db_begin(db, err)) {
		ccm_free(key);
		return false;
	}
	ok = advance(db, publication, &changed, err) &&
	     (!changed || ccm_emu_obs_put(db, publication->bucket, key, list, err));
	ccm_free(key);
	return ccm_emu_db_end(db, ok, err);
}

/* Places */

char *
ccm_emu_publication_key(const char *name, struct ccm_error *err)
{
	return ccm_format(err, "%s.crl", name);
}

bool
ccm_emu_publication_url(const struct ccm_emu_publication *publication,
    const struct ccm_emu_obs *obs, char **url, struct ccm_error *err)
{
	struct ccm_buf name = {0};

	*url = NULL;
	if (publication->bucket == NULL)
		return true;
	if (ccm_percent_encode(publication->name, false, &name, err))
		*url = ccm_format(
		    err, "%s/%s/%s.crl", obs->url, publication->bucket, ccm_buf_str(&name));
	ccm_buf_clear(&name);
	return *url != NULL;
}
