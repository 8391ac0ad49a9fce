/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of keys. */
#include <string.h>

#include "store/vault_db.h"

/* What a sealed key is bound to: its row, except for what may change. */
static bool
make_purpose(const struct ccm_vault_key *key, struct ccm_buf *out, struct ccm_error *err)
{
	return ccm_buf_append_str(out, "key", err) &&
	       ccm_buf_append(out, key->ref, sizeof(key->ref), err) &&
	       ccm_buf_printf(out, err, "%u %s %lld ", key->flags, key->algorithm,
		   (long long)key->created_ms) &&
	       ccm_buf_append(out, key->public_key.data, key->public_key.len, err);
}

static bool
seal(struct ccm_span master, const struct ccm_vault_key *key, struct ccm_span pkcs8,
    struct ccm_buf *out, struct ccm_error *err)
{
	struct ccm_buf purpose = {0};
	bool ok = make_purpose(key, &purpose, err) &&
		  ccm_seal(master, ccm_buf_span(&purpose), pkcs8, out, err);

	ccm_buf_clear(&purpose);
	return ok;
}

bool
ccm_vault_key_open(struct ccm_span master, const struct ccm_vault_key *key, struct ccm_span sealed,
    struct ccm_buf *out, struct ccm_error *err)
{
	struct ccm_buf purpose = {0};
	bool ok = make_purpose(key, &purpose, err) &&
		  ccm_unseal(master, ccm_buf_span(&purpose), sealed, out, err);

	ccm_buf_clear(&purpose);
	return ok || ccm_error_context(err, "key %s", key->label);
}

/* Reading */

#define COLUMNS "ref, id, label, algorithm, token, public, flags, created, keeper, sealed"
enum { REF, ID, LABEL, ALGORITHM, TOKEN, PUBLIC, FLAGS, CREATED, KEEPER, SEALED };

static const char *
text(const struct ccm_sql_row *row, int column)
{
	const char *value = ccm_sql_row_text(row, column);

	return value != NULL ? value : "";
}

static bool
read_key(const struct ccm_sql_row *row, struct ccm_vault_key *key, struct ccm_error *err)
{
	struct ccm_span ref = ccm_sql_row_blob(row, REF);

	*key = (struct ccm_vault_key){
	    .id = ccm_sql_row_blob(row, ID),
	    .label = text(row, LABEL),
	    .algorithm = text(row, ALGORITHM),
	    .token = text(row, TOKEN),
	    .keeper = text(row, KEEPER),
	    .public_key = ccm_sql_row_blob(row, PUBLIC),
	    .flags = (unsigned)ccm_sql_row_number(row, FLAGS),
	    .created_ms = ccm_sql_row_number(row, CREATED),
	};
	if (ref.len != sizeof(key->ref))
		return ccm_fail(err, CCM_STORE, "the row of key %s is damaged", key->label);
	memcpy(key->ref, ref.data, ref.len);
	return true;
}

struct walk {
	ccm_vault_visit visit;
	void *context;
};

static bool
visit_row(void *context, const struct ccm_sql_row *row, struct ccm_error *err)
{
	const struct walk *walk = context;
	struct ccm_vault_key key;

	return read_key(row, &key, err) && walk->visit(walk->context, &key, err);
}

static bool
walk_keys(
    struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err)
{
	const struct ccm_sql sql = {.text = "SELECT " COLUMNS " FROM key ORDER BY number"};

	(void)vault;
	return ccm_sql_each(db, &sql, visit_row, context, err);
}

bool
ccm_vault_each(struct ccm_vault *vault, ccm_vault_visit visit, void *context, struct ccm_error *err)
{
	struct walk walk = {visit, context};

	return !ccm_vault_exists(vault) || ccm_vault_read(vault, walk_keys, &walk, err);
}

/* Opening one */

struct opening {
	const unsigned char *ref;
	struct ccm_span master;
	struct ccm_buf *out;
	bool found;
};

static bool
open_row(void *context, const struct ccm_sql_row *row, struct ccm_error *err)
{
	struct opening *opening = context;
	struct ccm_vault_key key;

	opening->found = true;
	if (!read_key(row, &key, err))
		return false;
	if (key.keeper[0] != '\0')
		return ccm_fail(
		    err, CCM_UNSUPPORTED, "key %s stays in HSM cluster %s", key.label, key.keeper);
	return ccm_vault_key_open(
	    opening->master, &key, ccm_sql_row_blob(row, SEALED), opening->out, err);
}

static bool
fail_unknown(const unsigned char *ref, struct ccm_error *err)
{
	char hex[2 * CCM_VAULT_REF_LEN + 1];

	ccm_hex(ref, CCM_VAULT_REF_LEN, hex);
	return ccm_fail(err, CCM_NOT_FOUND, "there is no key %s (any more)", hex);
}

static bool
open_key(
    struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err)
{
	struct opening *opening = context;
	const struct ccm_sql_param params[] = {
	    CCM_SQL_BLOB(CCM_SPAN(opening->ref, CCM_VAULT_REF_LEN))};
	struct ccm_buf master = {0};
	bool ok = ccm_vault_master(vault, db, &master, err);

	opening->master = ccm_buf_span(&master);
	ok = ok && ccm_sql_each(db, CCM_SQL("SELECT " COLUMNS " FROM key WHERE ref = ?1", params),
		       open_row, opening, err);
	ccm_buf_clear(&master);
	return ok && (opening->found || fail_unknown(opening->ref, err));
}

bool
ccm_vault_open(struct ccm_vault *vault, const unsigned char ref[static CCM_VAULT_REF_LEN],
    struct ccm_buf *out, struct ccm_error *err)
{
	struct opening opening = {.ref = ref, .out = out};

	return ccm_vault_read(vault, open_key, &opening, err);
}

/* Writing */

struct addition {
	const struct ccm_vault_key *key;
	struct ccm_span pkcs8;
};

static bool
take_label(void *context, const struct ccm_sql_row *row, struct ccm_error *err)
{
	(void)context;
	return ccm_fail(err, CCM_CONFLICT, "the key is there already, as %s", text(row, 0));
}

bool
ccm_vault_key_insert(struct ccm_sql_connection *db, struct ccm_span master,
    const struct ccm_vault_key *key, struct ccm_span pkcs8, struct ccm_error *err)
{
	bool is_here = key->keeper == NULL || key->keeper[0] == '\0';
	struct ccm_buf sealed = {0};
	bool ok = !is_here || seal(master, key, pkcs8, &sealed, err);
	const struct ccm_sql_param params[] = {
	    CCM_SQL_BLOB(CCM_SPAN(key->ref, sizeof(key->ref))),
	    CCM_SQL_BLOB(key->id),
	    CCM_SQL_TEXT(key->label),
	    CCM_SQL_TEXT(key->algorithm),
	    CCM_SQL_TEXT(key->token),
	    CCM_SQL_BLOB(key->public_key),
	    CCM_SQL_NUMBER((int64_t)key->flags),
	    CCM_SQL_NUMBER(key->created_ms),
	    CCM_SQL_TEXT(is_here ? "" : key->keeper),
	    CCM_SQL_BLOB(is_here ? ccm_buf_span(&sealed) : ccm_span_of(key->keeper)),
	};

	ok = ok && ccm_sql_run(db,
		       CCM_SQL("INSERT INTO key(" COLUMNS ") "
			       "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
			   params),
		       NULL, err);
	ccm_buf_clear(&sealed);
	return ok;
}

static bool
add_key(
    struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err)
{
	const struct addition *addition = context;
	const struct ccm_sql_param params[] = {CCM_SQL_BLOB(addition->key->public_key)};
	const char *keeper = addition->key->keeper;
	bool is_here = keeper == NULL || keeper[0] == '\0';
	struct ccm_buf master = {0};
	bool ok =
	    (!is_here || ccm_vault_master(vault, db, &master, err)) &&
	    ccm_sql_each(db, CCM_SQL("SELECT label FROM key WHERE public = ?1", params), take_label,
		NULL, err) &&
	    ccm_vault_key_insert(db, ccm_buf_span(&master), addition->key, addition->pkcs8, err);

	ccm_buf_clear(&master);
	return ok;
}

bool
ccm_vault_add(struct ccm_vault *vault, const struct ccm_vault_key *key, struct ccm_span pkcs8,
    struct ccm_error *err)
{
	struct addition addition = {key, pkcs8};

	return ccm_vault_change(vault, add_key, &addition, err);
}

static bool
rename_key(
    struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err)
{
	const struct ccm_vault_key *key = context;
	const struct ccm_sql_param params[] = {
	    CCM_SQL_BLOB(CCM_SPAN(key->ref, sizeof(key->ref))),
	    CCM_SQL_BLOB(key->id),
	    CCM_SQL_TEXT(key->label),
	};
	int64_t changes;

	(void)vault;
	return ccm_sql_run(db, CCM_SQL("UPDATE key SET id = ?2, label = ?3 WHERE ref = ?1", params),
		   &changes, err) &&
	       (changes != 0 || fail_unknown(key->ref, err));
}

bool
ccm_vault_rename(struct ccm_vault *vault, const struct ccm_vault_key *key, struct ccm_error *err)
{
	struct ccm_vault_key copy = *key;

	return ccm_vault_change(vault, rename_key, &copy, err);
}

static bool
remove_key(
    struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err)
{
	const unsigned char *ref = context;
	const struct ccm_sql_param params[] = {CCM_SQL_BLOB(CCM_SPAN(ref, CCM_VAULT_REF_LEN))};
	int64_t changes;

	(void)vault;
	return ccm_sql_run(db,
		   CCM_SQL("DELETE FROM certificate WHERE keeper = '' AND key = ?1", params), NULL,
		   err) &&
	       ccm_sql_run(db, CCM_SQL("DELETE FROM key WHERE ref = ?1", params), &changes, err) &&
	       (changes != 0 || fail_unknown(ref, err));
}

bool
ccm_vault_remove(struct ccm_vault *vault, const unsigned char ref[static CCM_VAULT_REF_LEN],
    struct ccm_error *err)
{
	unsigned char copy[CCM_VAULT_REF_LEN];

	memcpy(copy, ref, sizeof(copy));
	return ccm_vault_change(vault, remove_key, copy, err);
}
