/* SPDX-License-Identifier: Apache-2.0 */
/* The master key, and those who have it: their rows, and the key file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/crypto.h"
#include "core/fd.h"
#include "store/vault_db.h"

/* Wrong PINs: so many are free, from then on waiting doubles. */
#define FREE_FAILURES 3
#define FIRST_WAIT_MS 5000
#define LONGEST_WAIT_MS 3600000

const char *
ccm_vault_holder_name(enum ccm_vault_holder holder)
{
	static const char *const names[CCM_VAULT_HOLDERS] = {"file", "user", "officer"};

	return names[holder];
}

/* Rows */

static bool
take_row(void *context, const struct ccm_sql_row *from, struct ccm_error *err)
{
	struct ccm_vault_lock_row *row = context;
	struct ccm_span sealed = ccm_sql_row_blob(from, 0);

	row->failures = ccm_sql_row_number(from, 1);
	row->failed_ms = ccm_sql_row_number(from, 2);
	return ccm_buf_append(&row->sealed, sealed.data, sealed.len, err);
}

bool
ccm_vault_lock_read(struct ccm_sql_connection *db, enum ccm_vault_holder holder,
    struct ccm_vault_lock_row *row, struct ccm_error *err)
{
	const struct ccm_sql_param params[] = {CCM_SQL_TEXT(ccm_vault_holder_name(holder))};

	*row = (struct ccm_vault_lock_row){0};
	return ccm_sql_each(db,
	    CCM_SQL("SELECT sealed, failures, failed FROM lock WHERE holder = ?1", params),
	    take_row, row, err);
}

bool
ccm_vault_lock_write(struct ccm_sql_connection *db, enum ccm_vault_holder holder,
    struct ccm_span sealed, struct ccm_error *err)
{
	const struct ccm_sql_param params[] = {
	    CCM_SQL_TEXT(ccm_vault_holder_name(holder)), CCM_SQL_BLOB(sealed)};

	return ccm_sql_run(db,
	    CCM_SQL("INSERT OR REPLACE INTO lock(holder, sealed) VALUES(?1, ?2)", params), NULL,
	    err);
}

bool
ccm_vault_lock_drop(
    struct ccm_sql_connection *db, enum ccm_vault_holder holder, struct ccm_error *err)
{
	const struct ccm_sql_param params[] = {CCM_SQL_TEXT(ccm_vault_holder_name(holder))};

	return ccm_sql_run(db, CCM_SQL("DELETE FROM lock WHERE holder = ?1", params), NULL, err);
}

/* A clock that went back makes nobody wait longer than once more. */
int64_t
ccm_vault_lock_wait(enum ccm_vault_holder holder, const struct ccm_vault_lock_row *row)
{
	int64_t now_ms = ccm_clock_now_ms(), wait_ms = FIRST_WAIT_MS;
	int64_t since_ms = now_ms > row->failed_ms ? now_ms - row->failed_ms : 0;

	if (row->failures < FREE_FAILURES)
		return 0;
	if (holder == CCM_VAULT_USER && row->failures >= CCM_VAULT_FAILURES_MAX)
		return -1;
	for (int64_t i = FREE_FAILURES; i < row->failures && wait_ms < LONGEST_WAIT_MS; i++)
		wait_ms *= 2;
	if (wait_ms > LONGEST_WAIT_MS)
		wait_ms = LONGEST_WAIT_MS;
	return since_ms < wait_ms ? wait_ms - since_ms : 0;
}

struct identity {
	unsigned char *bytes;
	bool found;
};

static bool
take_identity(void *context, const struct ccm_sql_row *row, struct ccm_error *err)
{
	struct identity *identity = context;
	struct ccm_span blob = ccm_sql_row_blob(row, 0);

	if (blob.len != CCM_VAULT_IDENTITY_LEN)
		return ccm_fail(err, CCM_STORE, "the keystore's identity is damaged");
	memcpy(identity->bytes, blob.data, blob.len);
	identity->found = true;
	return true;
}

bool
ccm_vault_identity(struct ccm_sql_connection *db,
    unsigned char identity[static CCM_VAULT_IDENTITY_LEN], bool *found, struct ccm_error *err)
{
	const struct ccm_sql sql = {.text = "SELECT identity FROM keystore"};
	struct identity context = {identity, false};
	bool ok = ccm_sql_each(db, &sql, take_identity, &context, err);

	*found = context.found;
	return ok;
}

/* The key file */

static bool
check_file(int fd, const char *path, struct ccm_error *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return ccm_fail_errno(err, CCM_STORE, "%s", path);
	if ((st.st_mode & 077) != 0)
		return ccm_fail(err, CCM_STORE,
		    "%s opens every key, but others may read it: chmod 600 %s", path, path);
	if (st.st_size != CCM_SEAL_KEY_LEN)
		return ccm_fail(err, CCM_STORE, "%s has %lld bytes, not %d: it is no key file",
		    path, (long long)st.st_size, CCM_SEAL_KEY_LEN);
	return true;
}

static bool
read_file(const char *path, struct ccm_buf *out, struct ccm_error *err)
{
	const struct ccm_fd_source source = {path, CCM_STORE, CCM_SEAL_KEY_LEN};
	int fd = ccm_fd_open(AT_FDCWD, path, O_RDONLY | O_NOFOLLOW, 0);
	bool ok;

	if (fd < 0)
		return ccm_fail_errno(err, CCM_STORE, "%s, which opens the keystore", path);
	ccm_buf_init_secret(out);
	ok = check_file(fd, path, err) && ccm_fd_read_all(fd, &source, out, err);
	close(fd);
	return ok;
}

/* On the disk before the database relies on it. */
static bool
make_file(const char *path, struct ccm_buf *out, struct ccm_error *err)
{
	const struct ccm_fd_place place = {AT_FDCWD, path, 0600};

	return ccm_vault_master_new(out, err) &&
	       ccm_fd_replace(&place, ccm_buf_span(out), NULL, err);
}

/* One that is there may open a keystore that was put aside, and stays. */
static bool
have_file(const char *path, struct ccm_buf *out, struct ccm_error *err)
{
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return make_file(path, out, err);
	return read_file(path, out, err);
}

bool
ccm_vault_file_remove(struct ccm_vault *vault, struct ccm_error *err)
{
	return unlink(vault->key_path) == 0 || errno == ENOENT ||
	       ccm_fail_errno(err, CCM_STORE, "removing %s", vault->key_path);
}

/* The master key */

bool
ccm_vault_file_hold(struct ccm_vault *vault, struct ccm_sql_connection *db,
    const struct ccm_buf *master, struct ccm_error *err)
{
	const char *purpose = ccm_vault_holder_name(CCM_VAULT_FILE);
	struct ccm_buf key = {0}, sealed = {0};
	bool ok = have_file(vault->key_path, &key, err) &&
		  ccm_seal(ccm_buf_span(&key), ccm_span_of(purpose), ccm_buf_span(master), &sealed,
		      err) &&
		  ccm_vault_lock_write(db, CCM_VAULT_FILE, ccm_buf_span(&sealed), err);
	ccm_buf_clear(&sealed);
	ccm_buf_clear(&key);
	return ok;
}

bool
ccm_vault_master_new(struct ccm_buf *master, struct ccm_error *err)
{
	ccm_buf_init_secret(master);
	if (!ccm_buf_reserve(master, CCM_SEAL_KEY_LEN, err) ||
	    !ccm_random(master->data, CCM_SEAL_KEY_LEN, err))
		return false;
	master->len = CCM_SEAL_KEY_LEN;
	return true;
}

bool
ccm_vault_identity_new(struct ccm_sql_connection *db, struct ccm_error *err)
{
	unsigned char identity[CCM_VAULT_IDENTITY_LEN];
	const struct ccm_sql_param params[] = {CCM_SQL_BLOB(CCM_SPAN(identity, sizeof(identity)))};

	return ccm_random(identity, sizeof(identity), err) &&
	       ccm_sql_run(db,
		   CCM_SQL("INSERT OR REPLACE INTO keystore(one, identity) VALUES(1, ?1)", params),
		   NULL, err);
}

/* For the next call; not being able to costs only that. */
void
ccm_vault_master_keep(
    struct ccm_vault *vault, struct ccm_sql_connection *db, const struct ccm_buf *master)
{
	unsigned char identity[CCM_VAULT_IDENTITY_LEN];
	unsigned char *copy = ccm_secret_alloc(CCM_SEAL_KEY_LEN, NULL), *old;
	bool found;

	if (copy == NULL)
		return;
	memcpy(copy, master->data, CCM_SEAL_KEY_LEN);
	if (!ccm_vault_identity(db, identity, &found, NULL) || !found) {
		ccm_secret_free(copy, CCM_SEAL_KEY_LEN);
		return;
	}
	ccm_lock_acquire(&vault->lock);
	old = vault->master;
	vault->master = copy;
	memcpy(vault->identity, identity, sizeof(identity));
	ccm_lock_release(&vault->lock);
	ccm_secret_free(old, CCM_SEAL_KEY_LEN);
}

void
ccm_vault_lock(struct ccm_vault *vault)
{
	unsigned char *old;

	ccm_lock_acquire(&vault->lock);
	old = vault->master;
	vault->master = NULL;
	ccm_lock_release(&vault->lock);
	ccm_secret_free(old, CCM_SEAL_KEY_LEN);
}

/* What an earlier call left, if it is of this keystore: another process may have begun it anew. */
static bool
take_kept(struct ccm_vault *vault, const unsigned char *identity, struct ccm_buf *master)
{
	bool kept = ccm_buf_reserve(master, CCM_SEAL_KEY_LEN, NULL);

	ccm_lock_acquire(&vault->lock);
	kept = kept && vault->master != NULL &&
	       memcmp(vault->identity, identity, CCM_VAULT_IDENTITY_LEN) == 0;
	if (kept) {
		memcpy(master->data, vault->master, CCM_SEAL_KEY_LEN);
		master->len = CCM_SEAL_KEY_LEN;
	}
	ccm_lock_release(&vault->lock);
	return kept;
}

static bool
open_by_file(
    struct ccm_vault *vault, struct ccm_span sealed, struct ccm_buf *master, struct ccm_error *err)
{
	const char *purpose = ccm_vault_holder_name(CCM_VAULT_FILE);
	struct ccm_buf key = {0};
	bool ok = read_file(vault->key_path, &key, err);

	if (ok)
		ok = ccm_unseal(ccm_buf_span(&key), ccm_span_of(purpose), sealed, master, err) ||
		     ccm_error_context(err, "by %s", vault->key_path);
	ccm_buf_clear(&key);
	return ok;
}

static bool
open_existing(struct ccm_vault *vault, struct ccm_sql_connection *db, struct ccm_buf *master,
    struct ccm_error *err)
{
	struct ccm_vault_lock_row row;
	bool ok = ccm_vault_lock_read(db, CCM_VAULT_FILE, &row, err);

	if (ok && row.sealed.len == 0)
		ok = ccm_fail(err, CCM_AUTH,
		    "it is locked by a PIN, and none was given: pin or pin_file of [keystore] "
		    "gives one");
	ok = ok && open_by_file(vault, ccm_buf_span(&row.sealed), master, err);
	ccm_buf_clear(&row.sealed);
	if (ok)
		ccm_vault_master_keep(vault, db, master);
	return ok;
}

bool
ccm_vault_master(struct ccm_vault *vault, struct ccm_sql_connection *db, struct ccm_buf *master,
    struct ccm_error *err)
{
	unsigned char identity[CCM_VAULT_IDENTITY_LEN];
	bool found;

	ccm_buf_init_secret(master);
	if (!ccm_vault_identity(db, identity, &found, err))
		return false;
	if (found)
		return take_kept(vault, identity, master) || open_existing(vault, db, master, err);
	return ccm_vault_master_new(master, err) && ccm_vault_identity_new(db, err) &&
	       ccm_vault_file_hold(vault, db, master, err);
}
