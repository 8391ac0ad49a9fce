/* SPDX-License-Identifier: Apache-2.0 */
#include "store/database.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/fork.h"
#include "core/log.h"
#include "store/folder.h"

#define IDLE_MAX 8

struct ccm_database {
	const struct ccm_database_kind *kind;
	char *folder, *path;
	struct ccm_lock lock; /* of all below */
	struct ccm_sql_connection *idle[IDLE_MAX];
	size_t idle_count;
	/* An era ends when the process forks, or the host closes descriptors that it does not
	 * know: the witness, our own on the folder, tells. A connection is of the era that it was
	 * opened in; after it, its descriptors are somebody else's. */
	unsigned era, generation;
	int witness; /* -1: none yet */
	dev_t witness_device;
	ino_t witness_inode;
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
	database->witness = -1;
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

/* Whose the descriptors are */

static bool
is_witness_ours_locked(const struct ccm_database *database)
{
	struct stat st;

	return fstat(database->witness, &st) == 0 && st.st_dev == database->witness_device &&
	       st.st_ino == database->witness_inode;
}

static void
close_witness_locked(struct ccm_database *database)
{
	if (database->witness >= 0 && is_witness_ours_locked(database))
		close(database->witness);
	database->witness = -1;
}

/* Without a witness no connection is kept. */
static void
call_witness_locked(struct ccm_database *database)
{
	struct stat st;

	if (database->witness >= 0)
		return;
	database->witness = open(database->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (database->witness < 0 || fstat(database->witness, &st) != 0)
		return;
	database->witness_device = st.st_dev;
	database->witness_inode = st.st_ino;
}

static void
judge_era_locked(struct ccm_database *database)
{
	unsigned generation = ccm_fork_generation();

	if (database->generation == generation &&
	    (database->witness < 0 || is_witness_ours_locked(database)))
		return;
	while (database->idle_count > 0)
		ccm_sql_abandon(database->idle[--database->idle_count]);
	close_witness_locked(database);
	database->generation = generation;
	database->era++;
}

static unsigned
era_of_now(struct ccm_database *database, bool witnessed)
{
	unsigned era;

	ccm_lock_acquire(&database->lock);
	judge_era_locked(database);
	if (witnessed)
		call_witness_locked(database);
	era = database->era;
	ccm_lock_release(&database->lock);
	return era;
}

static bool
is_at_path(const struct ccm_database *database, const struct ccm_sql_file *file)
{
	struct stat st;

	return stat(database->path, &st) == 0 && st.st_dev == file->device &&
	       st.st_ino == file->inode;
}

static void
drop(struct ccm_database *database, struct ccm_sql_connection *connection)
{
	if (ccm_sql_file(connection)->era == era_of_now(database, false))
		ccm_sql_close(connection);
	else
		ccm_sql_abandon(connection);
}

/* The pool */

static struct ccm_sql_connection *
take_idle(struct ccm_database *database)
{
	struct ccm_sql_connection *connection;

	do {
		connection = NULL;
		ccm_lock_acquire(&database->lock);
		judge_era_locked(database);
		if (database->idle_count > 0)
			connection = database->idle[--database->idle_count];
		ccm_lock_release(&database->lock);
		if (connection == NULL || is_at_path(database, ccm_sql_file(connection)))
			return connection;
		drop(database, connection);
	} while (true);
}

static void
give_back(struct ccm_database *database, struct ccm_sql_connection *connection)
{
	bool kept = false;

	ccm_lock_acquire(&database->lock);
	judge_era_locked(database);
	if (database->idle_count < IDLE_MAX && database->witness >= 0 &&
	    ccm_sql_file(connection)->era == database->era) {
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
		judge_era_locked(database);
		while (database->idle_count > 0)
			ccm_sql_close(database->idle[--database->idle_count]);
		close_witness_locked(database);
		leave();
	}
	ccm_lock_destroy(&database->lock);
	ccm_free(database->folder);
	ccm_free(database->path);
	ccm_free(database);
}

/* Opening */

/* Objects first: whoever makes the first of them says in the same transaction whose they are. */
static bool
read_version(struct ccm_database *database, struct ccm_sql_connection *connection, int64_t *version,
    struct ccm_error *err)
{
	int64_t owner, objects;

	if (!ccm_sql_number(
		connection, CCM_SQL_PLAIN("SELECT count(*) FROM sqlite_schema"), &objects, err) ||
	    !ccm_sql_number(connection, CCM_SQL_PLAIN("PRAGMA application_id"), &owner, err) ||
	    !ccm_sql_number(connection, CCM_SQL_PLAIN("PRAGMA user_version"), version, err))
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
	struct ccm_sql_connection *connection;
	struct ccm_sql_file file = {0};
	struct stat st;

	if (!ccm_folder_make(database->folder, err) || !ccm_folder_make_file(database->path, err))
		return NULL;
	file.era = era_of_now(database, true);
	connection = ccm_sql_open(database->path, false, database->kind->busy_ms, err);
	if (connection == NULL)
		return NULL;
	if (stat(database->path, &st) == 0) {
		file.device = st.st_dev;
		file.inode = st.st_ino;
	}
	*ccm_sql_file(connection) = file;
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
