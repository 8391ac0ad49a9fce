/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/scm_store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "emu/schema.h"

#define DAY_MS (24 * 3600 * INT64_C(1000))

const char ccm_emu_ssl_schema[] =
    "CREATE TABLE IF NOT EXISTS ssl (sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    " status TEXT NOT NULL, order_id TEXT, name TEXT NOT NULL, type TEXT, brand TEXT,"
    " description TEXT, enterprise_project_id TEXT NOT NULL, domain_type TEXT,"
    " multi_domain_type TEXT, domain TEXT, sans TEXT, domain_count INTEGER,"
    " wildcard_count INTEGER, application TEXT, validation_method TEXT, validation_token TEXT,"
    " apply_time INTEGER, due_time INTEGER, signature_algorithm TEXT, fingerprint TEXT,"
    " revoke_reason TEXT, issue_time INTEGER, not_before INTEGER, not_after INTEGER,"
    " gm INTEGER NOT NULL, update_time INTEGER NOT NULL, certificate BLOB, chain BLOB,"
    " private_key BLOB, enc_certificate BLOB, enc_private_key BLOB);"
    "CREATE INDEX IF NOT EXISTS ssl_due ON ssl (due_time) WHERE due_time IS NOT NULL;"
    "CREATE INDEX IF NOT EXISTS ssl_fingerprint ON ssl (fingerprint);";

/* What shows as the status at the time ?1. */
#define SHOWN                                                                            \
	"CASE WHEN status IN ('ISSUED', 'UPLOAD') AND not_after <= ?1 THEN 'EXPIRED'"    \
	" WHEN status = 'CHECKING' AND substr(type, 1, 2) IN ('OV', 'EV')"               \
	" AND apply_time < due_time AND ?1 * 2 >= apply_time + due_time THEN 'CHECKING_" \
	"ORG' ELSE status END"

#define FILTER                                                                                 \
	" FROM ssl WHERE (?2 IS NULL OR " SHOWN " = ?2) AND (?3 IS NULL OR instr(lower(name)," \
	" lower(?3)) OR instr(lower(domain), lower(?3)) OR instr(lower(sans), lower(?3)))"     \
	" AND (?4 IS NULL OR enterprise_project_id = ?4) AND (?5 IS NULL OR"                   \
	" (" SHOWN " IN ('ISSUED', 'UPLOAD') AND not_after - ?1 <= ?5)) AND (?6 IS NULL OR"    \
	" (" SHOWN " IN ('ISSUED', 'UPLOAD') AND private_key IS NOT NULL AND gm = 0))"
#define FILTER_PARAMS 6

static const struct {
	const char *key, *column;
} sort_keys[] = {
    {"certUpdateTime", "update_time"},
    {"certExpiredTime", "not_after"},
    {"certStatus", SHOWN},
};

static bool
append_selection(struct ccm_buf *sql, struct ccm_error *err)
{
	for (size_t i = 0; i < ccm_emu_ssl_columns.count; i++) {
		const char *name = ccm_emu_ssl_columns.items[i].name;

		if (!ccm_buf_printf(sql, err, "%s%s", i != 0 ? ", " : "SELECT ",
			strcmp(name, "status") == 0 ? SHOWN : name))
			return false;
	}
	return true;
}

/* Writing */

/* The columns as parameters, the id first. Around their names and places stands the rest. */
static bool
run_with_columns(struct ccm_emu_db *db, const char *const around[3], const struct ccm_emu_ssl *ssl,
    struct ccm_error *err)
{
	struct ccm_emu_param params[64];
	size_t count = ccm_emu_ssl_columns.count;
	struct ccm_buf text = {0};
	bool ok;

	for (size_t i = 0; i < count; i++)
		params[i] = ccm_emu_column_value(&ccm_emu_ssl_columns.items[i], ssl);
	ok =
	    ccm_buf_append_str(&text, around[0], err) &&
	    ccm_emu_columns_append_names(&ccm_emu_ssl_columns, &text, err) &&
	    ccm_buf_append_str(&text, around[1], err) &&
	    ccm_emu_columns_append_parameters(&ccm_emu_ssl_columns, &text, err) &&
	    ccm_buf_append_str(&text, around[2], err) &&
	    ccm_emu_db_run(db, &(struct ccm_emu_sql){ccm_buf_str(&text), params, count}, NULL, err);
	ccm_buf_clear(&text);
	return ok;
}

/* The time, as the service's ids are, or the next after the greatest there ever was. */
static bool
make_id(struct ccm_emu_db *db, struct ccm_emu_ssl *ssl, int64_t now, struct ccm_error *err)
{
	int64_t last;

	if (!ccm_emu_db_number(db,
		&(struct ccm_emu_sql){
		    .text = "SELECT max(CAST(substr(id, 4) AS INTEGER)) FROM ssl"},
		&last, err))
		return false;
	if (now <= last)
		now = last + 1;
	ccm_free(ssl->id);
	ssl->id = ccm_format(err, "scs%013" PRId64, now);
	return ssl->id != NULL;
}

bool
ccm_emu_ssl_add(struct ccm_emu_db *db, struct ccm_emu_ssl *ssl, int64_t now, struct ccm_error *err)
{
	static const char *const insertion[] = {"INSERT INTO ssl (", ") VALUES (", ")"};

	if (!ccm_emu_db_begin(db, err))
		return false;
	return ccm_emu_db_end(
	    db, make_id(db, ssl, now, err) && run_with_columns(db, insertion, ssl, err), err);
}

bool
ccm_emu_ssl_save(struct ccm_emu_db *db, const struct ccm_emu_ssl *ssl, struct ccm_error *err)
{
	static const char *const update[] = {"UPDATE ssl SET (", ") = (", ") WHERE id = ?1"};

	return run_with_columns(db, update, ssl, err);
}

bool
ccm_emu_ssl_delete(struct ccm_emu_db *db, const char *id, bool *deleted, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_TEXT(id)};
	int64_t changes = 0;
	bool ok =
	    ccm_emu_db_run(db, CCM_EMU_SQL("DELETE FROM ssl WHERE id = ?1", params), &changes, err);

	*deleted = changes == 1;
	return ok;
}

/* Reading */

static bool
take(void *context, const struct ccm_emu_row *row, struct ccm_error *err)
{
	struct ccm_emu_ssl *out = context;

	return ccm_emu_columns_read(&ccm_emu_ssl_columns, row, out, err);
}

/* The row, or none, that the rest of a selection finds. */
static bool
read_one(struct ccm_emu_db *db, const char *rest, const struct ccm_emu_param params[static 2],
    struct ccm_emu_ssl *out, struct ccm_error *err)
{
	struct ccm_buf text = {0};
	bool ok;

	ccm_emu_ssl_init(out);
	ok = append_selection(&text, err) && ccm_buf_append_str(&text, rest, err) &&
	     ccm_emu_db_visit(
		 db, &(struct ccm_emu_sql){ccm_buf_str(&text), params, 2}, take, out, err);
	ccm_buf_clear(&text);
	if (!ok)
		ccm_emu_ssl_clear(out);
	return ok;
}

bool
ccm_emu_ssl_get(struct ccm_emu_db *db, const char *id, int64_t now, struct ccm_emu_ssl *out,
    struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_NUMBER(now), CCM_EMU_TEXT(id)};

	return read_one(db, " FROM ssl WHERE id = ?2", params, out, err);
}

bool
ccm_emu_ssl_next_due(
    struct ccm_emu_db *db, int64_t now, struct ccm_emu_ssl *out, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_NUMBER(now), CCM_EMU_NUMBER(now)};

	return read_one(
	    db, " FROM ssl WHERE due_time <= ?2 ORDER BY due_time LIMIT 1", params, out, err);
}

static void
set_filter(const struct ccm_emu_ssl_query *query, struct ccm_emu_param params[FILTER_PARAMS])
{
	int64_t days = query->expired_days;

	params[0] = (struct ccm_emu_param)CCM_EMU_NUMBER(query->now);
	params[1] = (struct ccm_emu_param)CCM_EMU_TEXT(query->status);
	params[2] = (struct ccm_emu_param)CCM_EMU_TEXT(query->content);
	params[3] = (struct ccm_emu_param)CCM_EMU_TEXT(query->enterprise_project_id);
	params[4] = (struct ccm_emu_param)CCM_EMU_NUMBER(days > 0 ? days * DAY_MS : CCM_EMU_NONE);
	params[5] = (struct ccm_emu_param)CCM_EMU_NUMBER(query->deployable ? 1 : CCM_EMU_NONE);
}

struct walk {
	ccm_emu_ssl_visit visit;
	void *context;
};

static bool
visit_row(void *context, const struct ccm_emu_row *row, struct ccm_error *err)
{
	struct walk *walk = context;
	struct ccm_emu_ssl ssl;
	bool ok;

	ccm_emu_ssl_init(&ssl);
	ok = ccm_emu_columns_read(&ccm_emu_ssl_columns, row, &ssl, err) &&
	     walk->visit(walk->context, &ssl, err);
	ccm_emu_ssl_clear(&ssl);
	return ok;
}

static const char *
sort_column(const char *key)
{
	for (size_t i = 0; i < CCM_COUNT(sort_keys); i++)
		if (strcmp(sort_keys[i].key, key) == 0)
			return sort_keys[i].column;
	return sort_keys[0].column;
}

bool
ccm_emu_ssl_list(struct ccm_emu_db *db, const struct ccm_emu_ssl_query *query,
    ccm_emu_ssl_visit visit, void *context, struct ccm_error *err)
{
	const char *direction = query->ascending ? "ASC" : "DESC";
	struct ccm_emu_param params[FILTER_PARAMS + 2];
	struct walk walk = {visit, context};
	struct ccm_buf text = {0};
	bool ok;

	set_filter(query, params);
	params[FILTER_PARAMS] = (struct ccm_emu_param)CCM_EMU_NUMBER(query->limit);
	params[FILTER_PARAMS + 1] = (struct ccm_emu_param)CCM_EMU_NUMBER(query->offset);
	ok = append_selection(&text, err) &&
	     ccm_buf_printf(&text, err, FILTER " ORDER BY %s %s, sequence %s LIMIT ?7 OFFSET ?8",
		 sort_column(query->sort_key), direction, direction) &&
	     ccm_emu_db_visit(db, CCM_EMU_SQL(ccm_buf_str(&text), params), visit_row, &walk, err);
	ccm_buf_clear(&text);
	return ok;
}

bool
ccm_emu_ssl_total(struct ccm_emu_db *db, const struct ccm_emu_ssl_query *query, int64_t *total,
    struct ccm_error *err)
{
	struct ccm_emu_param params[FILTER_PARAMS];

	set_filter(query, params);
	return ccm_emu_db_number(db, CCM_EMU_SQL("SELECT count(*)" FILTER, params), total, err);
}

bool
ccm_emu_ssl_count(struct ccm_emu_db *db, const char *type, int64_t *count, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_TEXT(type)};

	return ccm_emu_db_number(
	    db, CCM_EMU_SQL("SELECT count(*) FROM ssl WHERE type = ?1", params), count, err);
}

bool
ccm_emu_ssl_known(
    struct ccm_emu_db *db, const char *fingerprint, bool *known, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_TEXT(fingerprint)};
	int64_t count;
	bool ok = ccm_emu_db_number(db,
	    CCM_EMU_SQL("SELECT count(*) FROM ssl WHERE fingerprint = ?1", params), &count, err);

	*known = count > 0;
	return ok;
}
