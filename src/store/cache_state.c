/* SPDX-License-Identifier: Apache-2.0 */
/* When which question was answered, who is asking, and whether the service is down. */
#include <stdio.h>
#include <unistd.h>

#include "core/clock.h"
#include "store/cache_private.h"

static bool
take_number(void *context, const struct ccm_sql_row *row, struct ccm_error *err)
{
	(void)err;
	*(int64_t *)context = ccm_sql_row_number(row, 0);
	return false;
}

int64_t
ccm_cache_answered(struct ccm_cache *cache, const char *question)
{
	const struct ccm_sql_param params[] = {CCM_SQL_TEXT(question)};
	int64_t told = 0;

	if (cache == NULL ||
	    !ccm_cache_rows(cache, CCM_SQL("SELECT told FROM answer WHERE question = ?1", params),
		take_number, &told, NULL))
		return 0;
	return told <= ccm_clock_now_ms() ? told : 0;
}

bool
ccm_cache_answer(
    struct ccm_cache *cache, const char *question, int64_t at_ms, struct ccm_error *err)
{
	const struct ccm_sql_param params[] = {CCM_SQL_TEXT(question), CCM_SQL_NUMBER(at_ms)};

	return ccm_cache_run(
	    cache, CCM_SQL("INSERT OR REPLACE INTO answer VALUES (?1, ?2)", params), err);
}

/* 1: long ago, but answered. */
bool
ccm_cache_expire(struct ccm_cache *cache, struct ccm_error *err)
{
	return cache == NULL || access(ccm_database_path(cache->database), F_OK) != 0 ||
	       (ccm_cache_run(cache, CCM_SQL_PLAIN("UPDATE answer SET told = 1"), err) &&
		   ccm_cache_run(
		       cache, CCM_SQL_PLAIN("UPDATE record SET seen = 1 WHERE seen > 1"), err));
}

/* Leases */

static const char lease[] =
    "INSERT INTO lease VALUES (?1, ?2, ?3) ON CONFLICT (question) DO UPDATE SET"
    " token = excluded.token, until = excluded.until"
    " WHERE token = ?2 OR until < ?4 OR until > ?4 + 3600000";

bool
ccm_cache_lease(struct ccm_cache *cache, const char *question, const char *token, int64_t for_ms)
{
	int64_t now = ccm_clock_now_ms(), changes = 1;
	const struct ccm_sql_param params[] = {CCM_SQL_TEXT(question), CCM_SQL_TEXT(token),
	    CCM_SQL_NUMBER(now + for_ms), CCM_SQL_NUMBER(now)};
	struct ccm_error err = {0};
	struct ccm_sql_connection *connection = ccm_cache_begin(cache, CCM_DATABASE_WRITE, &err);

	if (connection == NULL)
		return true;
	return !ccm_cache_end(cache, connection,
		   ccm_sql_run(connection, CCM_SQL(lease, params), &changes, &err), &err) ||
	       changes != 0;
}

void
ccm_cache_release(struct ccm_cache *cache, const char *question, const char *token)
{
	const struct ccm_sql_param params[] = {CCM_SQL_TEXT(question), CCM_SQL_TEXT(token)};

	if (cache != NULL)
		ccm_cache_run(cache,
		    CCM_SQL("DELETE FROM lease WHERE question = ?1 AND token = ?2", params), NULL);
}

/* Outages */

static bool
take_outage(void *context, const struct ccm_sql_row *row, struct ccm_error *err)
{
	struct ccm_cache_outage *out = context;
	struct ccm_error *cause = &out->cause;

	(void)err;
	out->failures = ccm_sql_row_number(row, 0);
	out->until_ms = ccm_sql_row_number(row, 1);
	cause->code = (enum ccm_code)ccm_sql_row_number(row, 2);
	cause->http_status = (int)ccm_sql_row_number(row, 3);
	snprintf(cause->api_code, sizeof(cause->api_code), "%s", ccm_sql_row_text(row, 4));
	snprintf(cause->request_id, sizeof(cause->request_id), "%s", ccm_sql_row_text(row, 5));
	snprintf(cause->msg, sizeof(cause->msg), "%s", ccm_sql_row_text(row, 6));
	cause->where = CCM_WHERE;
	return false;
}

bool
ccm_cache_get_outage(struct ccm_cache *cache, int service, struct ccm_cache_outage *out)
{
	static const char get[] = "SELECT failures, until, code, http_status, api_code, request_id,"
				  " message FROM outage WHERE service = ?1";
	const struct ccm_sql_param params[] = {CCM_SQL_NUMBER(service)};

	*out = (struct ccm_cache_outage){0};
	return cache != NULL &&
	       ccm_cache_rows(cache, CCM_SQL(get, params), take_outage, out, NULL) &&
	       out->failures > 0;
}

void
ccm_cache_put_outage(struct ccm_cache *cache, int service, const struct ccm_cache_outage *outage)
{
	const struct ccm_error *cause = &outage->cause;
	const struct ccm_sql_param params[] = {CCM_SQL_NUMBER(service),
	    CCM_SQL_NUMBER(outage->failures), CCM_SQL_NUMBER(outage->until_ms),
	    CCM_SQL_NUMBER(cause->code), CCM_SQL_NUMBER(cause->http_status),
	    CCM_SQL_TEXT(cause->api_code), CCM_SQL_TEXT(cause->request_id),
	    CCM_SQL_TEXT(cause->msg)};

	if (cache != NULL)
		ccm_cache_run(cache,
		    CCM_SQL("INSERT OR REPLACE INTO outage VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
			params),
		    NULL);
}

void
ccm_cache_end_outage(struct ccm_cache *cache, int service)
{
	const struct ccm_sql_param params[] = {CCM_SQL_NUMBER(service)};

	if (cache != NULL)
		ccm_cache_run(
		    cache, CCM_SQL("DELETE FROM outage WHERE service = ?1", params), NULL);
}
