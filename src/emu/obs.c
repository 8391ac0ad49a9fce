/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/obs.h"

#include <string.h>

#include "emu/schema.h"

#define NAME_MIN 3
#define NAME_MAX_LEN 63

const char ccm_emu_obs_schema[] =
    "CREATE TABLE IF NOT EXISTS bucket ("
    " name TEXT PRIMARY KEY, private INTEGER NOT NULL, create_time INTEGER NOT NULL,"
    " present INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS object ("
    " bucket TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (bucket, key));"
    "CREATE TRIGGER IF NOT EXISTS bucket_end AFTER DELETE ON bucket"
    " BEGIN DELETE FROM object WHERE bucket = OLD.name; END;";

/* The command line */

bool
ccm_emu_obs_is_bucket_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
	size_t len = strlen(name);

	return len >= NAME_MIN && len <= NAME_MAX_LEN && strspn(name, allowed) == len &&
	       strchr("-.", name[0]) == NULL && strchr("-.", name[len - 1]) == NULL &&
	       strstr(name, "..") == NULL && strstr(name, "-.") == NULL &&
	       strstr(name, ".-") == NULL;
}

static bool
check_bucket(const struct ccm_emu_obs *obs, const char *name, struct ccm_error *err)
{
	if (!ccm_emu_obs_is_bucket_name(name))
		return ccm_fail(err, CCM_USAGE,
		    "\"%s\" is no name of a bucket: 3 to 63 lower-case letters, digits, - and .",
		    name);
	for (size_t i = 0; i < obs->bucket_count; i++)
		if (strcmp(obs->buckets[i].name, name) == 0)
			return ccm_fail(err, CCM_USAGE, "there are two buckets \"%s\"", name);
	return true;
}

bool
ccm_emu_obs_add_bucket(struct ccm_emu_obs *obs, const char *text, struct ccm_error *err)
{
	const char *colon = strchr(text, ':');
	struct ccm_emu_bucket bucket = {.is_private = colon != NULL};

	if (colon != NULL && strcmp(colon, ":private") != 0)
		return ccm_fail(err, CCM_USAGE, "\"%s\" is neither a name nor NAME:private", text);
	bucket.name = ccm_strndup(text, strcspn(text, ":"), err);
	if (bucket.name == NULL || !check_bucket(obs, bucket.name, err) ||
	    !ccm_grow_array(&obs->buckets, obs->bucket_count, sizeof(bucket), err)) {
		ccm_free(bucket.name);
		return false;
	}
	obs->buckets[obs->bucket_count++] = bucket;
	return true;
}

void
ccm_emu_obs_clear(struct ccm_emu_obs *obs)
{
	for (size_t i = 0; i < obs->bucket_count; i++)
		ccm_free(obs->buckets[i].name);
	ccm_free(obs->buckets);
	*obs = (struct ccm_emu_obs){0};
}

/* Buckets */

static bool
run(struct ccm_emu_db *db, const char *text, struct ccm_error *err)
{
	return ccm_emu_db_run(db, &(struct ccm_emu_sql){.text = text}, NULL, err);
}

static bool
keep_bucket(
    struct ccm_emu_db *db, const struct ccm_emu_bucket *bucket, int64_t now, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {
	    CCM_EMU_TEXT(bucket->name), CCM_EMU_NUMBER(bucket->is_private), CCM_EMU_NUMBER(now)};

	return ccm_emu_db_run(db,
	    CCM_EMU_SQL("INSERT INTO bucket (name, private, create_time, present)"
			" VALUES (?1, ?2, ?3, 1)"
			" ON CONFLICT DO UPDATE SET private = excluded.private, present = 1",
		params),
	    NULL, err);
}

bool
ccm_emu_obs_prepare(
    const struct ccm_emu_obs *obs, struct ccm_emu_db *db, int64_t now, struct ccm_error *err)
{
	bool ok;

	if (!ccm_emu_db_begin(db, err))
		return false;
	ok = run(db, "UPDATE bucket SET present = 0", err);
	for (size_t i = 0; ok && i < obs->bucket_count; i++)
		ok = keep_bucket(db, &obs->buckets[i], now, err);
	ok = ok && run(db, "DELETE FROM bucket WHERE NOT present", err);
	return ccm_emu_db_end(db, ok, err);
}

bool
ccm_emu_obs_find_bucket(struct ccm_emu_db *db, const char *name, enum ccm_emu_bucket_access *access,
    struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_TEXT(name)};
	int64_t is_private;

	if (!ccm_emu_db_number(db,
		CCM_EMU_SQL("SELECT private FROM bucket WHERE name = ?1", params), &is_private,
		err))
		return false;
	*access = is_private == CCM_EMU_NONE ? CCM_EMU_BUCKET_MISSING
		  : is_private != 0          ? CCM_EMU_BUCKET_PRIVATE
					     : CCM_EMU_BUCKET_PUBLIC;
	return true;
}

static bool
append_bucket(void *context, const struct ccm_emu_row *row, struct ccm_error *err)
{
	struct ccm_json *bucket = ccm_json_new_object(err);

	if (bucket != NULL &&
	    ccm_json_add_int(bucket, "create_time", ccm_emu_row_number(row, 1), err) &&
	    ccm_json_add_string(bucket, "bucket_name", ccm_emu_row_text(row, 0), err))
		return ccm_json_append_json(context, bucket, err);
	ccm_json_free(bucket);
	return false;
}

struct ccm_json *
ccm_emu_obs_list_buckets(struct ccm_emu_db *db, struct ccm_error *err)
{
	const struct ccm_emu_sql sql = {
	    .text = "SELECT name, create_time FROM bucket ORDER BY create_time, name"};
	struct ccm_json *list = ccm_json_new_array(err);

	if (list != NULL && ccm_emu_db_visit(db, &sql, append_bucket, list, err))
		return list;
	ccm_json_free(list);
	return NULL;
}

/* Objects */

bool
ccm_emu_obs_put(struct ccm_emu_db *db, const char *bucket, const char *key, struct ccm_span body,
    struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {
	    CCM_EMU_TEXT(bucket), CCM_EMU_TEXT(key), CCM_EMU_BLOB(body)};

	return ccm_emu_db_run(db,
	    CCM_EMU_SQL(
		"INSERT OR REPLACE INTO object (bucket, key, body) VALUES (?1, ?2, ?3)", params),
	    NULL, err);
}

static bool
take_body(void *context, const struct ccm_emu_row *row, struct ccm_error *err)
{
	struct ccm_span body = ccm_emu_row_blob(row, 0);

	return ccm_buf_append(context, body.data, body.len, err);
}

bool
ccm_emu_obs_get(struct ccm_emu_db *db, const char *bucket, const char *key, struct ccm_buf *body,
    struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_TEXT(bucket), CCM_EMU_TEXT(key)};

	return ccm_emu_db_visit(db,
	    CCM_EMU_SQL("SELECT body FROM object WHERE bucket = ?1 AND key = ?2", params),
	    take_body, body, err);
}
