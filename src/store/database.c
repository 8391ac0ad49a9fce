/* SPDX-License-Identifier: Apache-2.0 */
#include "store/database.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "core/fork.h"
#include "core/log.h"
#include "store/folder.h"

#define IDLE_MAX 8
#define DESCRIPTORS_MAX 1024

struct ccm_database {
	const struct ccm_database_kind *kind;
	char *folder, *path;
	struct ccm_lock lock; /* of all below */
	unsigned generation;  /* that the connections are of */
	struct ccm_sql_connection *idle[IDLE_MAX];
	size_t idle_count;
	uint64_t claimed[DESCRIPTORS_MAX / 64]; /* descriptors that connections are known to have */
	struct ccm_sql_file damaged; /* the file that is to be set aside, inode 0: none ... */
	struct ccm_error damage;     /* ... and why */
};

/*
 * SQLite has locks of its own, which no fork handler looks after. A child that was forked while
 * another thread was in SQLite leaves it alone for good: its locks may be held by nobody.
 */
static atomic_uint in_use;
static atomic_uint in_use_generation;
static atomic_bool lost;
static struct ccm_lock in_use_lock = CCM_LOCK_INIT;

static void
notice_fork(unsigned generation)
{
	ccm_lock_acquire(&in_use_lock);
	if (atomic_load(&in_use_generation) != generation) {
		if (atomic_exchange(&in_use, 0) != 0)
			atomic_store(&lost, true);
		atomic_store(&in_use_generation, generation);
	}
	ccm_lock_release(&in_use_lock);
}

static bool
enter(const struct ccm_database *database, struct ccm_error *err)
{
	unsigned generation = ccm_fork_generation();

	if (atomic_load(&in_use_generation) != generation)
		notice_fork(generation);
	if (atomic_load(&lost))
		return ccm_fail(err, CCM_STORE,
		    "%s %s: not used in this process, which was forked while a thread used it",
		    database->kind->what, database->path);
	atomic_fetch_add(&in_use, 1);
	return true;
}

static void
leave(void)
{
	atomic_fetch_sub(&in_use, 1);
}

struct ccm_database *
ccm_database_new(const char *folder, const char *name, const struct ccm_database_kind *kind,
    struct ccm_error *err)
{
	struct ccm_database *database = ccm_alloc(sizeof(*database), err);

	if (database == NULL)
		return NULL;
	ccm_lock_init(&database->lock);
	database->generation = ccm_fork_generation();
	database->kind = kind;
	database->folder = ccm_strdup(folder, err);
	database->path = ccm_format(err, "%s/%s", folder, name);
	if (database->folder != NULL && database->path != NULL)
		return database;
	ccm_database_free(database);
	return NULL;
}

const char *
ccm_database_path(const struct ccm_database *database)
{
	return database->path;
}

/* Which file a connection is open on */

static void
claim_locked(struct ccm_database *database, int fd, bool claimed)
{
	uint64_t bit = UINT64_C(1) << (fd % 64);

	if (claimed)
		database->claimed[fd / 64] |= bit;
	else
		database->claimed[fd / 64] &= ~bit;
}

static bool
is_claimed_locked(const struct ccm_database *database, int fd)
{
	return (database->claimed[fd / 64] >> (fd % 64) & 1) != 0;
}

/* SQLite does not tell its descriptor: it is the one that is open on the file, and not another's.
 */
static void
learn_file(struct ccm_database *database, struct ccm_sql_connection *connection)
{
	struct ccm_sql_file *file = ccm_sql_file(connection);
	struct stat at_path, at_fd;

	if (stat(database->path, &at_path) != 0)
		return;
	file->device = at_path.st_dev;
	file->inode = at_path.st_ino;
	ccm_lock_acquire(&database->lock);
	for (int fd = 0; fd < DESCRIPTORS_MAX && file->fd < 0; fd++) {
		if (is_claimed_locked(database, fd) || fstat(fd, &at_fd) != 0 ||
		    at_fd.st_dev != file->device || at_fd.st_ino != file->inode)
			continue;
		file->fd = fd;
		claim_locked(database, fd, true);
	}
	ccm_lock_release(&database->lock);
}

static bool
is_open_on(const struct ccm_sql_file *file)
{
	struct stat st;

	return file->fd >= 0 && fstat(file->fd, &st) == 0 && st.st_dev == file->device &&
	       st.st_ino == file->inode;
}

static bool
is_at_path(const struct ccm_database *database, const struct ccm_sql_file *file)
{
	struct stat st;

	return stat(database->path, &st) == 0 && st.st_dev == file->device &&
	       st.st_ino == file->inode;
}

/* To be closed only as long as its descriptors are its own. */
static void
drop(struct ccm_database *database, struct ccm_sql_connection *connection)
{
	struct ccm_sql_file file = *ccm_sql_file(connection);
	bool known = file.fd >= 0, ours = !known || is_open_on(&file);

	if (ours)
		ccm_sql_close(connection);
	else
		ccm_sql_abandon(connection);
	if (known) {
		ccm_lock_acquire(&database->lock);
		claim_locked(database, file.fd, false);
		ccm_lock_release(&database->lock);
	}
}

/* The pool */

/* What a child inherits is the parent's. */
static void
abandon_inherited_locked(struct ccm_database *database)
{
	unsigned generation = ccm_fork_generation();

	if (database->generation == generation)
		return;
	while (database->idle_count > 0)
		ccm_sql_abandon(database->idle[--database->idle_count]);
	memset(database->claimed, 0, sizeof(database->claimed));
	database->generation = generation;
}

static struct ccm_sql_connection *
take_idle(struct ccm_database *database)
{
	struct ccm_sql_connection *connection;

	do {
		connection = NULL;
		ccm_lock_acquire(&database->lock);
		abandon_inherited_locked(database);
		if (database->idle_count > 0)
			connection = database->idle[--database->idle_count];
		ccm_lock_release(&database->lock);
		if (connection == NULL)
			return NULL;
		if (is_open_on(ccm_sql_file(connection)) &&
		    is_at_path(database, ccm_sql_file(connection)))
			return connection;
		drop(database, connection);
	} while (true);
}

static void
give_back(struct ccm_database *database, struct ccm_sql_connection *connection)
{
	bool kept = false;

	ccm_lock_acquire(&database->lock);
	if (database->idle_count < IDLE_MAX && ccm_sql_file(connection)->fd >= 0) {
		database->idle[database->idle_count++] = connection;
		kept = true;
	}
	ccm_lock_release(&database->lock);
	if (!kept)
		drop(database, connection);
}

void
ccm_database_free(struct ccm_database *database)
{
	struct ccm_error err = {0};

	if (database == NULL)
		return;
	if (database->path != NULL && enter(database, &err)) {
		abandon_inherited_locked(database);
		while (database->idle_count > 0)
			drop(database, database->idle[--database->idle_count]);
		leave();
	}
	ccm_lock_destroy(&database->lock);
	ccm_free(database->folder);
	ccm_free(database->path);
	ccm_free(database);
}

/* Opening */

static bool
read_version(struct ccm_database *database, struct ccm_sql_connection *connection, int64_t *version,
    struct ccm_error *err)
{
	int64_t owner, objects;

	if (!ccm_sql_number(connection, CCM_SQL_PLAIN("PRAGMA application_id"), &owner, err) ||
	    !ccm_sql_number(connection, CCM_SQL_PLAIN("PRAGMA user_version"), version, err) ||
	    !ccm_sql_number(
		connection, CCM_SQL_PLAIN("SELECT count(*) FROM sqlite_schema"), &objects, err))
		return false;
	if (owner != (int32_t)database->kind->application_id && (owner != 0 || objects != 0)) {
		ccm_fail(err, CCM_STORE, "it is somebody else's database");
		if (err != NULL)
			err->sys_errno = EBADMSG;
		return false;
	}
	return *version <= database->kind->version ||
	       ccm_fail(err, CCM_STORE, "it is of version %lld, this library knows version %d",
		   (long long)*version, database->kind->version);
}

/* Another process may have done it while we waited. */
static bool
migrate(struct ccm_database *database, struct ccm_sql_connection *connection, struct ccm_error *err)
{
	struct ccm_buf script = {0};
	int64_t version = 0;
	bool ok = read_version(database, connection, &version, err);

	if (ok && version < database->kind->version)
		ok = ccm_buf_printf(&script, err,
			 "%s; PRAGMA user_version = %lld; PRAGMA application_id = %u",
			 database->kind->migrations[version], (long long)version + 1,
			 database->kind->application_id) &&
		     ccm_sql_script(connection, ccm_buf_str(&script), err);
	ccm_buf_clear(&script);
	return ok;
}

static bool
bring_up_to_date(
    struct ccm_database *database, struct ccm_sql_connection *connection, struct ccm_error *err)
{
	int64_t version = 0;

	do {
		if (!read_version(database, connection, &version, err))
			return false;
		if (version == database->kind->version)
			return true;
	} while (ccm_sql_begin(connection, err) &&
		 ccm_sql_end(connection, migrate(database, connection, err), err));
	return false;
}

/* Pages that are changed stay in memory to the commit: others read on meanwhile. */
static bool
settle(struct ccm_database *database, struct ccm_sql_connection *connection, struct ccm_error *err)
{
	const struct ccm_database_kind *kind = database->kind;
	struct ccm_buf pragmas = {0};
	bool ok =
	    ccm_buf_printf(&pragmas, err,
		"PRAGMA cache_size = -4096; PRAGMA cache_spill = OFF;"
		"PRAGMA synchronous = %s; PRAGMA secure_delete = %s; PRAGMA max_page_count = %lld",
		kind->expendable ? "NORMAL" : "EXTRA", kind->expendable ? "OFF" : "ON",
		(long long)(kind->pages_max != 0 ? kind->pages_max : INT32_MAX)) &&
	    ccm_sql_script(connection, ccm_buf_str(&pragmas), err);

	ccm_buf_clear(&pragmas);
	return ok && bring_up_to_date(database, connection, err);
}

/* What is to be set aside, and why. */
static void
note_damage(struct ccm_database *database, struct ccm_sql_connection *connection,
    const struct ccm_error *err)
{
	if (err->code != CCM_STORE || err->sys_errno != EBADMSG || !database->kind->expendable)
		return;
	ccm_lock_acquire(&database->lock);
	database->damaged = *ccm_sql_file(connection);
	database->damage = *err;
	ccm_lock_release(&database->lock);
}

static struct ccm_sql_connection *
open_new(struct ccm_database *database, struct ccm_error *err)
{
	struct ccm_sql_connection *connection = NULL;

	if (ccm_folder_make(database->folder, err) && ccm_folder_make_file(database->path, err))
		connection = ccm_sql_open(database->path, false, database->kind->busy_ms, err);
	if (connection == NULL)
		return NULL;
	learn_file(database, connection);
	if (settle(database, connection, err))
		return connection;
	note_damage(database, connection, err);
	drop(database, connection);
	return NULL;
}

/* The file that was found damaged, not the one that another process has put in its place. */
static void
set_aside(struct ccm_database *database)
{
	struct ccm_error err = {0}, why;
	struct ccm_sql_file damaged;

	ccm_lock_acquire(&database->lock);
	damaged = database->damaged;
	if (damaged.inode != 0)
		why = database->damage;
	database->damaged.inode = 0;
	ccm_lock_release(&database->lock);
	if (damaged.inode == 0)
		return;
	if (!ccm_folder_set_aside(
		database->folder, database->path, damaged.device, damaged.inode, &err))
		ccm_log(WARN, STORE, "%s %s cannot be set aside: %s: %s", database->kind->what,
		    database->path, err.msg, why.msg);
	else if (!is_at_path(database, &damaged))
		ccm_log(WARN, STORE, "%s %s is set aside (.aside) and begun anew: %s",
		    database->kind->what, database->path, why.msg);
}

static struct ccm_sql_connection *
take(struct ccm_database *database, struct ccm_error *err)
{
	struct ccm_sql_connection *connection;
	struct ccm_error cause = {0};

	set_aside(database);
	connection = take_idle(database);
	if (connection == NULL)
		connection = open_new(database, &cause);
	if (connection == NULL && cause.sys_errno == EBADMSG && database->kind->expendable) {
		set_aside(database);
		ccm_error_clear(&cause);
		connection = open_new(database, &cause);
	}
	if (connection == NULL && err != NULL && err->code == CCM_OK) {
		*err = cause;
		ccm_error_context(err, "%s %s", database->kind->what, database->path);
	}
	return connection;
}

struct ccm_sql_connection *
ccm_database_begin(struct ccm_database *database, enum ccm_database_use use, struct ccm_error *err)
{
	struct ccm_sql_connection *connection;

	if (!enter(database, err))
		return NULL;
	connection = take(database, err);
	if (connection != NULL && use == CCM_DATABASE_WRITE && !ccm_sql_begin(connection, err)) {
		ccm_database_end(database, connection, false, err);
		return NULL;
	}
	if (connection == NULL)
		leave();
	return connection;
}

/* A damaged one is set aside by the next who begins. */
bool
ccm_database_end(struct ccm_database *database, struct ccm_sql_connection *connection, bool ok,
    struct ccm_error *err)
{
	ok = ccm_sql_end(connection, ok, err);
	if (!ok && err != NULL && err->code == CCM_STORE) {
		note_damage(database, connection, err);
		ccm_error_context(err, "%s %s", database->kind->what, database->path);
	}
	give_back(database, connection);
	leave();
	return ok;
}
