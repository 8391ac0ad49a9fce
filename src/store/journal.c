/* SPDX-License-Identifier: Apache-2.0 */
#include "store/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/fd.h"
#include "store/vault_db.h"

/* Links that a key has at most: a key that is renewed for ever keeps the newest. */
#define LINKS_MAX 16

/* Holding an entry: a lock on the byte with its number, of a file that stays empty. Locks of open
 * file descriptions (fcntl(2)) count between threads, too, and go when a process dies. */

static int
open_locks(const struct ccm_vault *vault, struct ccm_error *err)
{
	char *path = ccm_format(err, "%s/keystore.lock", vault->dir);
	int fd =
	    path != NULL ? ccm_fd_open(AT_FDCWD, path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600) : -1;

	if (path != NULL && fd < 0)
		ccm_fail_errno(err, CCM_STORE, "%s", path);
	ccm_free(path);
	return fd;
}

static bool
lock_entry(int fd, int64_t number)
{
	struct flock lock = {
	    .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = number, .l_len = 1};

	return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

void
ccm_journal_release(struct ccm_journal_hold *hold)
{
	if (hold->fd >= 0)
		close(hold->fd);
	hold->fd = -1;
}

/* Entries */

struct beginning {
	const struct ccm_journal_entry *entry;
	struct ccm_journal_hold *hold;
};

static bool
keep_key(struct ccm_vault *vault, struct ccm_sql_connection *db,
    const struct ccm_journal_entry *entry, struct ccm_error *err)
{
	struct ccm_buf master = {0};
	bool ok =
	    ccm_vault_master(vault, db, &master, err) &&
	    ccm_vault_key_insert(db, ccm_buf_span(&master), entry->new_key, entry->pkcs8, err);

	ccm_buf_clear(&master);
	return ok;
}

/* Locked before it can be seen. */
static bool
insert_entry(
    struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err)
{
	const struct beginning *beginning = context;
	const struct ccm_journal_entry *entry = beginning->entry;
	struct ccm_journal_hold *hold = beginning->hold;
	const struct ccm_sql_param params[] = {
	    CCM_SQL_TEXT(entry->owner.keeper),
	    CCM_SQL_BLOB(entry->owner.key),
	    CCM_SQL_BLOB(entry->public_key),
	    CCM_SQL_TEXT(entry->name),
	    CCM_SQL_TEXT(entry->request),
	    CCM_SQL_BLOB(entry->digest),
	    CCM_SQL_TEXT(entry->known),
	    CCM_SQL_NUMBER(ccm_clock_now_ms()),
	    CCM_SQL_NUMBER(entry->fresh),
	};

	hold->fd = open_locks(vault, err); /* the folder is there by now */
	if (hold->fd < 0)
		return false;
	if ((entry->new_key != NULL && !keep_key(vault, db, entry, err)) ||
	    !ccm_sql_run(db,
		CCM_SQL("INSERT INTO journal(keeper, key, public, name, request, digest, known, "
			"begun, fresh) VALUES(?1, coalesce(?2, X''), coalesce(?3, X''), ?4, ?5, "
			"coalesce(?6, X''), ?7, ?8, ?9)",
		    params),
		NULL, err) ||
	    !ccm_sql_number(db, CCM_SQL_PLAIN("SELECT last_insert_rowid()"), &hold->number, err))
		return false;
	return lock_entry(hold->fd, hold->number) ||
	       ccm_fail_errno(err, CCM_STORE, "locking the journal's entry");
}

bool
ccm_journal_begin(struct ccm_vault *vault, const struct ccm_journal_entry *entry,
    struct ccm_journal_hold *hold, struct ccm_error *err)
{
	struct beginning beginning = {entry, hold};

	hold->fd = -1;
	if (ccm_vault_change(vault, insert_entry, &beginning, err))
		return true;
	ccm_journal_release(hold);
	return false;
}

struct sending {
	const struct ccm_journal_hold *hold;
	const struct ccm_journal_sending *what;
};

static bool
write_sending(
    struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err)
{
	const struct sending *sending = context;
	const struct ccm_sql_param params[] = {
	    CCM_SQL_NUMBER(sending->hold->number),
	    CCM_SQL_NUMBER(ccm_clock_now_ms()),
	    CCM_SQL_BLOB(sending->what->public_key),
	    CCM_SQL_BLOB(sending->what->digest),
	};

	(void)vault;
	return ccm_sql_run(db,
	    CCM_SQL("UPDATE journal SET begun = ?2, public = ?3, digest = ?4 WHERE number = ?1",
		params),
	    NULL, err);
}

bool
ccm_journal_send(struct ccm_vault *vault, const struct ccm_journal_hold *hold,
    const struct ccm_journal_sending *what, struct ccm_error *err)
{
	struct sending sending = {hold, what};

	return ccm_vault_change(vault, write_sending, &sending, err);
}

struct linking {
	const struct ccm_journal_owner *owner; /* NULL: the entry's */
	const char *resource;
	int64_t number; /* of the entry, or 0 */
};

static bool
insert_link(struct ccm_sql_connection *db, const struct linking *linking, struct ccm_error *err)
{
	const struct ccm_journal_owner *owner = linking->owner;
	struct ccm_sql_param params[] = {
	    CCM_SQL_TEXT(linking->resource),
	    CCM_SQL_NUMBER(ccm_clock_now_ms()),
	    CCM_SQL_NUMBER(linking->number),
	    CCM_SQL_TEXT(owner != NULL ? owner->keeper : NULL),
	    CCM_SQL_BLOB(owner != NULL ? owner->key : CCM_SPAN(NULL, 0)),
	};

	if (owner != NULL)
		return ccm_sql_run(db,
		    CCM_SQL("INSERT OR REPLACE INTO certificate(resource, linked, keeper, key) "
			    "SELECT ?1, ?2, ?4, ?5 WHERE ?3 = 0",
			params),
		    NULL, err);
	return ccm_sql_run(db,
	    &(struct ccm_sql){"INSERT OR REPLACE INTO certificate(resource, linked, keeper, key) "
			      "SELECT ?1, ?2, keeper, key FROM journal WHERE number = ?3 "
			      "AND keeper = '' AND length(key) > 0",
		params, 3},
	    NULL, err);
}

/* Older ones of the same key make room. */
static bool
prune_links(struct ccm_sql_connection *db, const char *resource, struct ccm_error *err)
{
	const struct ccm_sql_param params[] = {CCM_SQL_TEXT(resource), CCM_SQL_NUMBER(LINKS_MAX)};

	return ccm_sql_run(db,
	    CCM_SQL("DELETE FROM certificate WHERE rowid IN (SELECT o.rowid FROM certificate o "
		    "JOIN certificate n ON o.keeper = n.keeper AND o.key = n.key "
		    "WHERE n.resource = ?1 ORDER BY o.linked DESC, o.rowid DESC "
		    "LIMIT -1 OFFSET ?2)",
		params),
	    NULL, err);
}

static bool
write_link(
    struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err)
{
	const struct linking *linking = context;
	const struct ccm_sql_param params[] = {
	    CCM_SQL_NUMBER(linking->number), CCM_SQL_TEXT(linking->resource)};

	(void)vault;
	return insert_link(db, linking, err) && prune_links(db, linking->resource, err) &&
	       ccm_sql_run(db,
		   CCM_SQL("UPDATE journal SET resource = ?2 WHERE number = ?1", params), NULL,
		   err);
}

bool
ccm_journal_issued(struct ccm_vault *vault, const struct ccm_journal_hold *hold,
    const char *resource, struct ccm_error *err)
{
	struct linking linking = {.resource = resource, .number = hold->number};

	return ccm_vault_change(vault, write_link, &linking, err);
}

/* A key that was made for what was not issued goes as well. */
static bool
remove_entry(
    struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err)
{
	const struct ccm_journal_hold *hold = context;
	const struct ccm_sql_param params[] = {CCM_SQL_NUMBER(hold->number)};

	(void)vault;
	return ccm_sql_run(db,
		   CCM_SQL("DELETE FROM key WHERE ref = (SELECT key FROM journal WHERE number = ?1 "
			   "AND fresh AND keeper = '' AND resource IS NULL)",
		       params),
		   NULL, err) &&
	       ccm_sql_run(db, CCM_SQL("DELETE FROM journal WHERE number = ?1", params), NULL, err);
}

bool
ccm_journal_forget(struct ccm_vault *vault, struct ccm_journal_hold *hold, struct ccm_error *err)
{
	bool ok = ccm_vault_change(vault, remove_entry, hold, err);

	ccm_journal_release(hold);
	return ok;
}

bool
ccm_journal_link(struct ccm_vault *vault, const struct ccm_journal_owner *owner,
    const char *resource, struct ccm_error *err)
{
	struct linking linking = {.owner = owner, .resource = resource};

	return ccm_vault_change(vault, write_link, &linking, err);
}

static bool
remove_link(
    struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err)
{
	const struct ccm_sql_param params[] = {CCM_SQL_TEXT(context)};

	(void)vault;
	return ccm_sql_run(
	    db, CCM_SQL("DELETE FROM certificate WHERE resource = ?1", params), NULL, err);
}

bool
ccm_journal_unlink(struct ccm_vault *vault, const char *resource, struct ccm_error *err)
{
	return ccm_vault_change(vault, remove_link, (void *)resource, err);
}

/* Reading */

static const char *
text(const struct ccm_sql_row *row, int column)
{
	const char *value = ccm_sql_row_text(row, column);

	return value != NULL ? value : "";
}

struct walk {
	const char *sql;
	ccm_sql_visit take;
	ccm_journal_visit visit;
	ccm_journal_link_visit visit_link;
	void *context;
};

static bool
walk_rows(
    struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err)
{
	const struct walk *walk = context;

	(void)vault;
	return ccm_sql_each(db, CCM_SQL_PLAIN(walk->sql), walk->take, context, err);
}

static bool
walk_if_there(struct ccm_vault *vault, struct walk *walk, struct ccm_error *err)
{
	return !ccm_vault_exists(vault) || ccm_vault_read(vault, walk_rows, walk, err);
}

static bool
take_entry(void *context, const struct ccm_sql_row *row, struct ccm_error *err)
{
	const struct walk *walk = context;
	const struct ccm_journal_entry entry = {
	    .number = ccm_sql_row_number(row, 0),
	    .owner = {text(row, 1), ccm_sql_row_blob(row, 2)},
	    .public_key = ccm_sql_row_blob(row, 3),
	    .name = text(row, 4),
	    .request = text(row, 5),
	    .digest = ccm_sql_row_blob(row, 6),
	    .known = text(row, 7),
	    .begun_ms = ccm_sql_row_number(row, 8),
	    .resource = text(row, 9),
	    .fresh = ccm_sql_row_number(row, 10) != 0,
	};

	return walk->visit(walk->context, &entry, err);
}

bool
ccm_journal_each(
    struct ccm_vault *vault, ccm_journal_visit visit, void *context, struct ccm_error *err)
{
	struct walk walk = {
	    .sql = "SELECT number, keeper, key, public, name, request, digest, known, begun, "
		   "resource, fresh FROM journal ORDER BY number",
	    .take = take_entry,
	    .visit = visit,
	    .context = context,
	};

	return walk_if_there(vault, &walk, err);
}

static bool
take_link(void *context, const struct ccm_sql_row *row, struct ccm_error *err)
{
	const struct walk *walk = context;
	const struct ccm_journal_link link = {
	    .resource = text(row, 0),
	    .owner = {text(row, 1), ccm_sql_row_blob(row, 2)},
	    .linked_ms = ccm_sql_row_number(row, 3),
	};

	return walk->visit_link(walk->context, &link, err);
}

bool
ccm_journal_links(
    struct ccm_vault *vault, ccm_journal_link_visit visit, void *context, struct ccm_error *err)
{
	struct walk walk = {
	    .sql = "SELECT resource, keeper, key, linked FROM certificate "
		   "ORDER BY linked DESC, rowid DESC",
	    .take = take_link,
	    .visit_link = visit,
	    .context = context,
	};

	return walk_if_there(vault, &walk, err);
}

/* Taking over */

struct search {
	int64_t number;
	bool found;
};

static bool
see_entry(
    struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err)
{
	struct search *search = context;
	const struct ccm_sql_param params[] = {CCM_SQL_NUMBER(search->number)};
	int64_t number;

	(void)vault;
	if (!ccm_sql_number(
		db, CCM_SQL("SELECT number FROM journal WHERE number = ?1", params), &number, err))
		return false;
	search->found = number != CCM_SQL_NONE;
	return true;
}

/* The lock first: an entry that is still there then is nobody's. */
bool
ccm_journal_take(
    struct ccm_vault *vault, int64_t number, struct ccm_journal_hold *hold, struct ccm_error *err)
{
	struct search search = {.number = number};

	*hold = (struct ccm_journal_hold){open_locks(vault, err), number};
	if (hold->fd < 0)
		return false;
	if (lock_entry(hold->fd, number) && ccm_vault_read(vault, see_entry, &search, err) &&
	    search.found)
		return true;
	ccm_journal_release(hold);
	return false;
}
