/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates with their chains, and CRLs. */
#include "store/cache_private.h"

/* Certificates */

static bool
put_certificate(struct ccm_sql_connection *connection, const struct ccm_cache_certificate *cert,
    int64_t *number, struct ccm_error *err)
{
	static const char find[] = "SELECT number FROM certificate WHERE sha256 = ?1";
	static const char put[] =
	    "INSERT INTO certificate (sha256, sha1, spki_sha256, subject_hash, not_after, der)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
	const struct ccm_sql_param params[] = {CCM_SQL_BLOB(cert->sha256), CCM_SQL_BLOB(cert->sha1),
	    CCM_SQL_BLOB(cert->spki_sha256), CCM_SQL_BLOB(cert->subject_hash),
	    CCM_SQL_NUMBER(cert->not_after_ms), CCM_SQL_BLOB(cert->der)};
	const struct ccm_sql by_hash = {find, params, 1};

	if (!ccm_sql_number(connection, &by_hash, number, err))
		return false;
	if (*number != CCM_SQL_NONE)
		return true;
	return ccm_sql_run(connection, CCM_SQL(put, params), NULL, err) &&
	       ccm_sql_number(connection, &by_hash, number, err);
}

/* The numbers of the chain's certificates, with commas: an array of JSON without its brackets. */
static bool
put_certificates(struct ccm_sql_connection *connection, const struct ccm_cache_bundle *bundle,
    int64_t *first, struct ccm_buf *chain, struct ccm_error *err)
{
	for (size_t i = 0; i < bundle->count; i++) {
		int64_t number;

		if (!put_certificate(connection, &bundle->certificates[i], &number, err))
			return false;
		if (i == 0)
			*first = number;
		else if (!ccm_buf_printf(chain, err, "%s%lld", i > 1 ? "," : "", (long long)number))
			return false;
	}
	return true;
}

bool
ccm_cache_put_bundle(struct ccm_cache *cache, const struct ccm_cache_record *record,
    const struct ccm_cache_bundle *bundle, struct ccm_error *err)
{
	static const char put[] =
	    "INSERT OR REPLACE INTO bundle SELECT number, ?4, ?5, ?6, ?7 FROM record"
	    " WHERE id = ?1 AND kind = ?2 AND service = ?3";
	struct ccm_sql_connection *connection = ccm_cache_begin(cache, CCM_DATABASE_WRITE, err);
	struct ccm_buf chain = {0};
	int64_t first = 0;
	bool ok;

	if (connection == NULL)
		return false;
	ok = put_certificates(connection, bundle, &first, &chain, err);
	const struct ccm_sql_param params[] = {
	    CCM_SQL_BLOB(CCM_SPAN(record->id, sizeof(record->id))), CCM_SQL_NUMBER(record->kind),
	    CCM_SQL_NUMBER(record->service), CCM_SQL_NUMBER(record->second), CCM_SQL_NUMBER(first),
	    CCM_SQL_TEXT(ccm_buf_str(&chain)), CCM_SQL_NUMBER(bundle->key)};

	ok = ok && ccm_sql_run(connection, CCM_SQL(put, params), NULL, err);
	ccm_buf_clear(&chain);
	return ccm_cache_end(cache, connection, ok, err);
}

struct reader {
	enum ccm_cache_key *key;
	struct ccm_cache_der_visitor visitor;
};

static bool
read_der(void *context, const struct ccm_sql_row *row, struct ccm_error *err)
{
	const struct reader *reader = context;

	*reader->key = (enum ccm_cache_key)ccm_sql_row_number(row, 1);
	return reader->visitor.visit(reader->visitor.context, ccm_sql_row_blob(row, 0), err);
}

bool
ccm_cache_get_bundle(struct ccm_cache *cache, const struct ccm_cache_record *record,
    enum ccm_cache_key *key, struct ccm_cache_der_visitor visitor, struct ccm_error *err)
{
	/* in the order of the chain; a number without its certificate leaves a hole that the
	 * caller sees, as the chain does not hold together then */
	static const char get[] =
	    "WITH b AS (SELECT bundle.* FROM record JOIN bundle ON record = number AND second = ?4"
	    " WHERE id = ?1 AND kind = ?2 AND service = ?3)"
	    " SELECT der, key, -1 AS place FROM b JOIN certificate c ON c.number = b.certificate"
	    " UNION ALL SELECT der, b.key, j.key FROM b, json_each('[' || chain || ']') j"
	    " JOIN certificate c ON c.number = j.value ORDER BY place";
	const struct ccm_sql_param params[] = {
	    CCM_SQL_BLOB(CCM_SPAN(record->id, sizeof(record->id))), CCM_SQL_NUMBER(record->kind),
	    CCM_SQL_NUMBER(record->service), CCM_SQL_NUMBER(record->second)};
	struct reader reader = {key, visitor};

	*key = CCM_CACHE_KEY_UNKNOWN;
	return ccm_cache_rows(cache, CCM_SQL(get, params), read_der, &reader, err);
}

/* CRLs */

bool
ccm_cache_put_crl(struct ccm_cache *cache, const char *name, const struct ccm_cache_crl *crl,
    struct ccm_error *err)
{
	const struct ccm_sql_param params[] = {CCM_SQL_TEXT(name), CCM_SQL_NUMBER(crl->fetched_ms),
	    CCM_SQL_NUMBER(crl->next_update_ms), CCM_SQL_BLOB(crl->der)};

	return ccm_cache_run(cache,
	    CCM_SQL("INSERT OR REPLACE INTO crl (name, fetched, next_update, der) VALUES (?1, ?2, "
		    "?3, ?4)",
		params),
	    err);
}

struct crl_reader {
	ccm_cache_crl_visit visit;
	void *context;
};

static bool
read_crl(void *context, const struct ccm_sql_row *row, struct ccm_error *err)
{
	const struct crl_reader *reader = context;
	const struct ccm_cache_crl crl = {
	    .fetched_ms = ccm_sql_row_number(row, 0),
	    .next_update_ms = ccm_sql_row_number(row, 1),
	    .der = ccm_sql_row_blob(row, 2),
	};

	return reader->visit(reader->context, &crl, err);
}

bool
ccm_cache_get_crl(struct ccm_cache *cache, const char *name, ccm_cache_crl_visit visit,
    void *context, struct ccm_error *err)
{
	const struct ccm_sql_param params[] = {CCM_SQL_TEXT(name)};
	struct crl_reader reader = {visit, context};

	return ccm_cache_rows(cache,
	    CCM_SQL("SELECT fetched, next_update, der FROM crl WHERE name = ?1", params), read_crl,
	    &reader, err);
}
