/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_DATABASE_H
#define CCM_DATABASE_H

/*
 * A database in a file that processes of one user share, in somebody else's process: opened at
 * first use, and survived are threads (each use has a connection of its own, from a pool; no lock
 * is held across SQL), fork() (a child opens its own), descriptors that the host closes under us,
 * files that are moved or removed meanwhile, other processes that die or are stopped at any moment.
 *
 * The folder is made with mode 0700, the file with 0600; what others may enter or read is refused.
 * The journal is a file beside it that exists only while something is written (no WAL): so a
 * process that does nothing holds no lock, and network file systems do.
 *
 *	connection = ccm_database_begin(database, CCM_DATABASE_WRITE, err);
 *	if (connection == NULL)
 *		return false;
 *	ok = first(connection, err) && second(connection, err);
 *	return ccm_database_end(database, connection, ok, err);
 */

#include "store/sql.h"

/* What the database is for. Constant. */
struct ccm_database_kind {
	const char *what;        /* "cache", for messages */
	uint32_t application_id; /* in the file's header: whose it is */
	/* migrations[i] makes version i + 1 of version i; each runs in a transaction of its own. */
	const char *const *migrations;
	int version; /* how many there are */
	/* Can be had anew: a damaged or foreign file is set aside (NAME.aside) and begun again, and
	 * what was written last may go with the power. Else what was committed stands, what was
	 * deleted is overwritten, and damage is an error. */
	bool expendable;
	int busy_ms;       /* the longest wait for another process */
	int64_t pages_max; /* of 4 KiB that the file may have; 0: as many as it takes */
};

struct ccm_database;

/* Nothing is opened or made yet. kind must outlive it. */
struct ccm_database *ccm_database_new(const char *folder, const char *name,
    const struct ccm_database_kind *kind, struct ccm_error *err);
void ccm_database_free(struct ccm_database *database); /* NULL is allowed */
const char *ccm_database_path(const struct ccm_database *database);

/*
 * A connection for one or several statements, to be given back by the same thread, without HTTP
 * in between. READ: each statement sees what stands when it runs. WRITE: a transaction. NULL with
 * err set, its sys_errno as sql.h says.
 */
enum ccm_database_use { CCM_DATABASE_READ, CCM_DATABASE_WRITE };
struct ccm_sql_connection *ccm_database_begin(
    struct ccm_database *database, enum ccm_database_use use, struct ccm_error *err);
/* WRITE: commit when ok, else take back. False, with err set, when not ok or not committed. */
bool ccm_database_end(struct ccm_database *database, struct ccm_sql_connection *connection, bool ok,
    struct ccm_error *err);

#endif
