/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/state.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "emu/schema.h"

/* How long an expired token is known as such. */
#define TOKEN_MEMORY_MS (24 * 3600 * INT64_C(1000))
#define COLUMNS_MAX 64

const char ccm_emu_state_schema[] =
    "CREATE TABLE IF NOT EXISTS token (digest TEXT PRIMARY KEY, expires INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value BLOB NOT NULL);";

/* Statements that name all columns, written once. */
enum statement { RESOURCE_ADD, RESOURCE_PUT, RESOURCE_GET, RESOURCE_ACTIVATE, STATEMENTS };

static bool (*const writers[STATEMENTS])(struct ccm_buf *sql, struct ccm_error *err) = {
    [RESOURCE_ADD] = ccm_emu_sql_add,
    [RESOURCE_PUT] = ccm_emu_sql_put,
    [RESOURCE_GET] = ccm_emu_sql_get,
    [RESOURCE_ACTIVATE] = ccm_emu_sql_activate,
};

/* The last answer to "how many?": whoever walks a list asks with each page. */
struct total {
	int64_t kind;
	char name[72], type[16];
	int64_t changes; /* of the database by then */
	int64_t count;   /* CCM_EMU_NONE: there was no such answer */
};

struct ccm_emu_state {
	struct ccm_emu_db *db;
	pthread_mutex_t lock; /* for what follows */
	struct total total;
	struct ccm_buf statements[STATEMENTS];
};

struct ccm_emu_state *
ccm_emu_state_open(const char *dir, struct ccm_error *err)
{
	struct ccm_emu_state *state = ccm_alloc(sizeof(*state), err);
	bool ok = state != NULL;

	if (ok) {
		pthread_mutex_init(&state->lock, NULL);
		state->total.count = CCM_EMU_NONE;
	}
	for (size_t i = 0; ok && i < STATEMENTS; i++)
		ok = writers[i](&state->statements[i], err);
	if (ok)
		state->db = ccm_emu_db_open(dir, err);
	if (ok && state->db != NULL)
		return state;
	ccm_emu_state_close(state);
	return NULL;
}

void
ccm_emu_state_close(struct ccm_emu_state *state)
{
	if (state == NULL)
		return;
	for (size_t i = 0; i < STATEMENTS; i++)
		ccm_buf_clear(&state->statements[i]);
	ccm_emu_db_close(state->db);
	pthread_mutex_destroy(&state->lock);
	ccm_free(state);
}

struct ccm_emu_db *
ccm_emu_state_db(struct ccm_emu_state *state)
{
	return state->db;
}

/* Resources */

static size_t
bind_columns(const struct ccm_emu_resource *resource, struct ccm_emu_param params[COLUMNS_MAX])
{
	size_t count = ccm_emu_column_count();

	for (size_t i = 0; i < count; i++)
		params[i] = ccm_emu_column_param(resource, ccm_emu_column_at(i));
	return count;
}

bool
ccm_emu_state_add(struct ccm_emu_state *state, const struct ccm_emu_resource *resource,
    int64_t quota, bool *added, struct ccm_error *err)
{
	struct ccm_emu_param params[COLUMNS_MAX + 1];
	size_t count = bind_columns(resource, params);
	const char *text = ccm_buf_str(&state->statements[RESOURCE_ADD]);
	int64_t changes;
	bool ok;

	params[count] = (struct ccm_emu_param)CCM_EMU_NUMBER(quota);
	ok = ccm_emu_db_run(
	    state->db, &(struct ccm_emu_sql){text, params, count + 1}, &changes, err);
	*added = changes == 1;
	return ok;
}

bool
ccm_emu_state_put(
    struct ccm_emu_state *state, const struct ccm_emu_resource *resource, struct ccm_error *err)
{
	struct ccm_emu_param params[COLUMNS_MAX];
	size_t count = bind_columns(resource, params);
	const char *text = ccm_buf_str(&state->statements[RESOURCE_PUT]);

	return ccm_emu_db_run(state->db, &(struct ccm_emu_sql){text, params, count}, NULL, err);
}

bool
ccm_emu_state_activate(struct ccm_emu_state *state, const struct ccm_emu_resource *ca,
    bool *changed, struct ccm_error *err)
{
	struct ccm_emu_param params[COLUMNS_MAX];
	size_t count = bind_columns(ca, params);
	const char *text = ccm_buf_str(&state->statements[RESOURCE_ACTIVATE]);
	int64_t changes;
	bool ok =
	    ccm_emu_db_run(state->db, &(struct ccm_emu_sql){text, params, count}, &changes, err);

	*changed = changes == 1;
	return ok;
}

static bool
take_resource(void *context, const struct ccm_emu_row *row, struct ccm_error *err)
{
	return ccm_emu_resource_read(row, context, err);
}

bool
ccm_emu_state_get(struct ccm_emu_state *state, enum ccm_emu_resource_kind kind, const char *id,
    struct ccm_emu_resource *out, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {
	    CCM_EMU_NUMBER(ccm_clock_now_ms()), CCM_EMU_NUMBER(kind), CCM_EMU_TEXT(id)};
	const char *text = ccm_buf_str(&state->statements[RESOURCE_GET]);

	ccm_emu_resource_init(out, kind);
	if (ccm_emu_db_visit(state->db, CCM_EMU_SQL(text, params), take_resource, out, err))
		return true;
	ccm_emu_resource_clear(out);
	return false;
}

bool
ccm_emu_state_count(struct ccm_emu_state *state, enum ccm_emu_resource_kind kind, int64_t *count,
    struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_NUMBER(kind)};

	return ccm_emu_db_number(state->db,
	    CCM_EMU_SQL(
		"SELECT count(*) FROM resource WHERE kind = ?1 AND " CCM_EMU_RESOURCE_LISTED,
		params),
	    count, err);
}

/* Lists */

#define FILTER_PARAMS 5

static void
set_filter(const struct ccm_emu_state_query *query, struct ccm_emu_param params[FILTER_PARAMS])
{
	params[0] = (struct ccm_emu_param)CCM_EMU_NUMBER(ccm_clock_now_ms());
	params[1] = (struct ccm_emu_param)CCM_EMU_NUMBER(query->kind);
	params[2] = (struct ccm_emu_param)CCM_EMU_TEXT(query->name);
	params[3] = (struct ccm_emu_param)CCM_EMU_TEXT(query->status);
	params[4] = (struct ccm_emu_param)CCM_EMU_TEXT(query->type);
}

static bool
count_matches(struct ccm_emu_state *state, const struct ccm_emu_state_query *query, int64_t *total,
    struct ccm_error *err)
{
	struct ccm_emu_param params[FILTER_PARAMS];
	struct ccm_buf text = {0};
	bool ok = ccm_emu_sql_total(&text, err);

	set_filter(query, params);
	ok =
	    ok && ccm_emu_db_number(state->db, CCM_EMU_SQL(ccm_buf_str(&text), params), total, err);
	ccm_buf_clear(&text);
	return ok;
}

/* False for what cannot be remembered: time alone changes the states. */
static bool
describe_total(
    struct ccm_emu_state *state, const struct ccm_emu_state_query *query, struct total *out)
{
	const char *name = query->name != NULL ? query->name : "";
	const char *type = query->type != NULL ? query->type : "";

	*out = (struct total){.kind = query->kind, .changes = ccm_emu_db_changes(state->db)};
	if (query->status != NULL || strlen(name) >= sizeof(out->name) ||
	    strlen(type) >= sizeof(out->type))
		return false;
	snprintf(out->name, sizeof(out->name), "%s", name);
	snprintf(out->type, sizeof(out->type), "%s", type);
	return true;
}

static bool
recall_total(struct ccm_emu_state *state, const struct total *wanted, int64_t *count)
{
	struct total *last = &state->total;
	bool known;

	pthread_mutex_lock(&state->lock);
	known = last->count != CCM_EMU_NONE && last->kind == wanted->kind &&
		last->changes == wanted->changes && strcmp(last->name, wanted->name) == 0 &&
		strcmp(last->type, wanted->type) == 0;
	if (known)
		*count = last->count;
	pthread_mutex_unlock(&state->lock);
	return known;
}

bool
ccm_emu_state_total(struct ccm_emu_state *state, const struct ccm_emu_state_query *query,
    int64_t *total, struct ccm_error *err)
{
	struct total asked;
	bool lasting = describe_total(state, query, &asked);

	if (lasting && recall_total(state, &asked, total))
		return true;
	if (!count_matches(state, query, total, err))
		return false;
	if (lasting) {
		asked.count = *total;
		pthread_mutex_lock(&state->lock);
		state->total = asked;
		pthread_mutex_unlock(&state->lock);
	}
	return true;
}

struct walk {
	ccm_emu_state_visit visit;
	void *context;
};

static bool
visit_resource(void *context, const struct ccm_emu_row *row, struct ccm_error *err)
{
	struct walk *walk = context;
	struct ccm_emu_resource resource;
	bool ok = ccm_emu_resource_read(row, &resource, err) &&
		  walk->visit(walk->context, &resource, err);

	ccm_emu_resource_clear(&resource);
	return ok;
}

bool
ccm_emu_state_list(struct ccm_emu_state *state, const struct ccm_emu_state_query *query,
    ccm_emu_state_visit visit, void *context, struct ccm_error *err)
{
	struct ccm_emu_param params[FILTER_PARAMS + 2] = {
	    [FILTER_PARAMS] = CCM_EMU_NUMBER(query->limit), CCM_EMU_NUMBER(query->offset)};
	struct walk walk = {visit, context};
	struct ccm_buf text = {0};
	bool ok = ccm_emu_sql_list(query->sort_key, query->ascending, &text, err);

	set_filter(query, params);
	ok = ok && ccm_emu_db_visit(state->db, CCM_EMU_SQL(ccm_buf_str(&text), params),
		       visit_resource, &walk, err);
	ccm_buf_clear(&text);
	return ok;
}

/* Tokens and settings */

bool
ccm_emu_state_add_token(struct ccm_emu_state *state, const char *digest, int64_t now,
    int64_t expires, struct ccm_error *err)
{
	const struct ccm_emu_param old[] = {CCM_EMU_NUMBER(now - TOKEN_MEMORY_MS)};
	const struct ccm_emu_param token[] = {CCM_EMU_TEXT(digest), CCM_EMU_NUMBER(expires)};

	return ccm_emu_db_run(state->db, CCM_EMU_SQL("DELETE FROM token WHERE expires < ?1", old),
		   NULL, err) &&
	       ccm_emu_db_run(state->db,
		   CCM_EMU_SQL("INSERT INTO token (digest, expires) VALUES (?1, ?2)", token), NULL,
		   err);
}

bool
ccm_emu_state_get_token(
    struct ccm_emu_state *state, const char *digest, int64_t *expires, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_TEXT(digest)};

	return ccm_emu_db_number(state->db,
	    CCM_EMU_SQL("SELECT expires FROM token WHERE digest = ?1", params), expires, err);
}

static bool
append_value(void *context, const struct ccm_emu_row *row, struct ccm_error *err)
{
	struct ccm_span value = ccm_emu_row_blob(row, 0);

	return ccm_buf_append(context, value.data, value.len, err);
}

bool
ccm_emu_state_get_setting(
    struct ccm_emu_state *state, const char *name, struct ccm_buf *value, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_TEXT(name)};

	return ccm_emu_db_visit(state->db,
	    CCM_EMU_SQL("SELECT value FROM setting WHERE name = ?1", params), append_value, value,
	    err);
}

bool
ccm_emu_state_put_setting(
    struct ccm_emu_state *state, const char *name, struct ccm_span value, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_TEXT(name), CCM_EMU_BLOB(value)};

	return ccm_emu_db_run(state->db,
	    CCM_EMU_SQL("INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)", params),
	    NULL, err);
}
