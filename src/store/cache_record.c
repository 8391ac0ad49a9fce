/* SPDX-License-Identifier: Apache-2.0 */
/* Records of certificates and CAs. */
#include <string.h>

#include "store/cache_private.h"

#define COLUMNS                                                                           \
	"r.service, r.kind, r.id, r.root, r.resource_id, r.label, r.status, r.issuer_id," \
	" r.issuer_name, r.serial, r.key_algorithm, r.gen_mode, r.cluster_id, r.crl_url," \
	" r.enc_serial, r.not_before, r.not_after, r.seen"

static const char put_one[] =
    "INSERT INTO record (service, kind, id, root, resource_id, label, status, issuer_id,"
    " issuer_name, serial, key_algorithm, gen_mode, cluster_id, crl_url, enc_serial, not_before,"
    " not_after, seen)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)"
    " ON CONFLICT (id, kind, service) DO UPDATE SET root = excluded.root,"
    " resource_id = excluded.resource_id, label = excluded.label, status = excluded.status,"
    " issuer_id = excluded.issuer_id, issuer_name = excluded.issuer_name,"
    " serial = excluded.serial, key_algorithm = excluded.key_algorithm,"
    " gen_mode = excluded.gen_mode, cluster_id = excluded.cluster_id, crl_url = excluded.crl_url,"
    " enc_serial = excluded.enc_serial, not_before = excluded.not_before, not_after = "
    "excluded.not_after, seen = excluded.seen";

static bool
put(struct ccm_sql_connection *connection, const struct ccm_cache_record *record,
    struct ccm_error *err)
{
	const struct ccm_sql_param params[] = {
	    CCM_SQL_NUMBER(record->service),
	    CCM_SQL_NUMBER(record->kind),
	    CCM_SQL_BLOB(CCM_SPAN(record->id, sizeof(record->id))),
	    CCM_SQL_NUMBER(record->root),
	    CCM_SQL_TEXT(record->resource_id),
	    CCM_SQL_TEXT(record->label),
	    CCM_SQL_TEXT(record->status),
	    CCM_SQL_TEXT(record->issuer_id),
	    CCM_SQL_TEXT(record->issuer_name),
	    CCM_SQL_TEXT(record->serial),
	    CCM_SQL_TEXT(record->key_algorithm),
	    CCM_SQL_TEXT(record->gen_mode),
	    CCM_SQL_TEXT(record->cluster_id),
	    CCM_SQL_TEXT(record->crl_url),
	    CCM_SQL_TEXT(record->enc_serial),
	    CCM_SQL_NUMBER(record->not_before_ms),
	    CCM_SQL_NUMBER(record->not_after_ms),
	    CCM_SQL_NUMBER(record->seen_ms),
	};

	return ccm_sql_run(connection, CCM_SQL(put_one, params), NULL, err);
}

static const char count_all[] = "SELECT max(number) FROM record";

/* New records get new numbers, higher than all before. */
bool
ccm_cache_put(struct ccm_cache *cache, const struct ccm_cache_record *records, size_t count,
    int64_t *added, struct ccm_error *err)
{
	struct ccm_sql_connection *connection = ccm_cache_begin(cache, CCM_DATABASE_WRITE, err);
	int64_t before = 0, after = 0;
	bool ok;

	if (connection == NULL)
		return false;
	ok = ccm_sql_number(connection, CCM_SQL_PLAIN(count_all), &before, err);
	for (size_t i = 0; ok && i < count; i++)
		ok = put(connection, &records[i], err);
	ok = ok && ccm_sql_number(connection, CCM_SQL_PLAIN(count_all), &after, err);
	if (!ccm_cache_end(cache, connection, ok, err))
		return false;
	if (added != NULL)
		*added += after - before;
	return true;
}

struct reader {
	ccm_cache_visit visit;
	void *context;
};

static bool
read_row(void *context, const struct ccm_sql_row *row, struct ccm_error *err)
{
	const struct reader *reader = context;
	struct ccm_span id = ccm_sql_row_blob(row, 2);
	struct ccm_cache_record record = {
	    .service = (int)ccm_sql_row_number(row, 0),
	    .kind = (int)ccm_sql_row_number(row, 1),
	    .root = ccm_sql_row_number(row, 3) == 1,
	    .not_before_ms = ccm_sql_row_number(row, 15),
	    .not_after_ms = ccm_sql_row_number(row, 16),
	    .seen_ms = ccm_sql_row_number(row, 17),
	};
	const char **texts[] = {&record.resource_id, &record.label, &record.status,
	    &record.issuer_id, &record.issuer_name, &record.serial, &record.key_algorithm,
	    &record.gen_mode, &record.cluster_id, &record.crl_url, &record.enc_serial};

	for (size_t i = 0; i < CCM_COUNT(texts); i++) {
		*texts[i] = ccm_sql_row_text(row, (int)i + 4);
		if (*texts[i] == NULL)
			*texts[i] = "";
	}
	if (id.len != sizeof(record.id))
		return true;
	memcpy(record.id, id.data, id.len);
	return reader->visit(reader->context, &record, err);
}

#define OF_CERTIFICATE(column)                                                            \
	"SELECT " COLUMNS " FROM certificate c JOIN bundle b ON b.certificate = c.number" \
	" JOIN record r ON r.number = b.record"                                           \
	" WHERE c." column " = ?1 AND r.kind = ?2 AND r.service = ?3"
#define OF_RECORD(column)                                  \
	"SELECT " COLUMNS " FROM record r WHERE r." column \
	" = ?1 AND r.kind = ?2 AND r.service = ?3"

#define UNFETCHED                                                                      \
	"SELECT " COLUMNS " FROM record r WHERE r.kind = ?2 AND r.service = ?3 AND ?1" \
	" AND NOT EXISTS (SELECT 1 FROM bundle b WHERE b.record = r.number"            \
	" AND b.second = 0)"

/* The statement for a selection, and its first parameter. */
static const char *
choose(const struct ccm_cache_selection *by, struct ccm_sql_param *key)
{
	const struct {
		const char *text;
		struct ccm_sql_param key;
		bool given;
	} ways[] = {
	    {OF_RECORD("id"), CCM_SQL_BLOB(CCM_SPAN(by->id, CCM_CACHE_ID_LEN)), by->id != NULL},
	    {OF_RECORD("label"), CCM_SQL_TEXT(by->label), by->label != NULL},
	    {OF_RECORD("serial"), CCM_SQL_TEXT(by->serial), by->serial != NULL},
	    {OF_CERTIFICATE("sha256"), CCM_SQL_BLOB(by->sha256), by->sha256.len != 0},
	    {OF_CERTIFICATE("sha1"), CCM_SQL_BLOB(by->sha1), by->sha1.len != 0},
	    {OF_CERTIFICATE("spki_sha256"), CCM_SQL_BLOB(by->spki_sha256),
		by->spki_sha256.len != 0},
	    {OF_CERTIFICATE("subject_hash"), CCM_SQL_BLOB(by->subject_hash),
		by->subject_hash.len != 0},
	    {UNFETCHED, CCM_SQL_NUMBER(1), by->unfetched},
	};

	for (size_t i = 0; i < CCM_COUNT(ways); i++)
		if (ways[i].given) {
			*key = ways[i].key;
			return ways[i].text;
		}
	return "SELECT " COLUMNS " FROM record r WHERE r.kind = ?2 AND r.service = ?3";
}

bool
ccm_cache_each(struct ccm_cache *cache, const struct ccm_cache_selection *selection,
    ccm_cache_visit visit, void *context, struct ccm_error *err)
{
	struct reader reader = {visit, context};
	struct ccm_sql_param params[] = {
	    {0}, CCM_SQL_NUMBER(selection->kind), CCM_SQL_NUMBER(selection->service)};
	const char *text = choose(selection, &params[0]);

	return ccm_cache_rows(cache, CCM_SQL(text, params), read_row, &reader, err);
}

/* Ranges: what a listing covers. */

#define IN_RANGE                                                                        \
	" FROM record WHERE service = ?1 AND kind = ?2 AND (?3 IS NULL OR status = ?3)" \
	" AND (?4 IS NULL OR instr(label, ?4) > 0) AND (?5 IS NULL OR label = ?5)"
#define RANGE_PARAMS(range)                                                      \
	CCM_SQL_NUMBER((range)->service), CCM_SQL_NUMBER((range)->kind),         \
	    CCM_SQL_TEXT((range)->status), CCM_SQL_TEXT((range)->part_of_label), \
	    CCM_SQL_TEXT((range)->label)

static bool
take_number(void *context, const struct ccm_sql_row *row, struct ccm_error *err)
{
	(void)err;
	*(int64_t *)context = ccm_sql_row_number(row, 0);
	return false;
}

bool
ccm_cache_count(struct ccm_cache *cache, const struct ccm_cache_range *range, int64_t *count,
    struct ccm_error *err)
{
	const struct ccm_sql_param params[] = {RANGE_PARAMS(range)};

	*count = 0;
	return ccm_cache_rows(
	    cache, CCM_SQL("SELECT count(*)" IN_RANGE, params), take_number, count, err);
}

#define UNUSED_BUNDLES "DELETE FROM bundle WHERE record NOT IN (SELECT number FROM record)"
/* Certificates of chains are few, and go when they expire. */
#define UNUSED_CERTIFICATES                                                                       \
	"DELETE FROM certificate WHERE not_after < ?1 OR (number NOT IN (SELECT certificate"      \
	" FROM bundle) AND number NOT IN (SELECT value FROM (SELECT DISTINCT chain FROM bundle)," \
	" json_each('[' || chain || ']')))"

bool
ccm_cache_forget_unseen(struct ccm_cache *cache, const struct ccm_cache_range *range,
    int64_t since_ms, struct ccm_error *err)
{
	const struct ccm_sql_param params[] = {RANGE_PARAMS(range), CCM_SQL_NUMBER(since_ms)};
	const struct ccm_sql_param long_ago[] = {
	    CCM_SQL_NUMBER(since_ms - INT64_C(400) * 24 * 3600 * 1000)};
	struct ccm_sql_connection *connection = ccm_cache_begin(cache, CCM_DATABASE_WRITE, err);
	int64_t gone = 0;
	bool ok;

	if (connection == NULL)
		return false;
	ok = ccm_sql_run(
	    connection, CCM_SQL("DELETE" IN_RANGE " AND seen < ?6", params), &gone, err);
	if (ok && gone > 0)
		ok = ccm_sql_run(connection, CCM_SQL_PLAIN(UNUSED_BUNDLES), NULL, err) &&
		     ccm_sql_run(connection, CCM_SQL(UNUSED_CERTIFICATES, long_ago), NULL, err);
	return ccm_cache_end(cache, connection, ok, err);
}

bool
ccm_cache_forget(
    struct ccm_cache *cache, int service, int kind, const unsigned char id[static CCM_CACHE_ID_LEN])
{
	const struct ccm_sql_param params[] = {CCM_SQL_BLOB(CCM_SPAN(id, CCM_CACHE_ID_LEN)),
	    CCM_SQL_NUMBER(kind), CCM_SQL_NUMBER(service)};

	return ccm_cache_run(cache,
	    CCM_SQL("DELETE FROM record WHERE id = ?1 AND kind = ?2 AND service = ?3", params),
	    NULL);
}
