/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions of a pool, and work that is done once more when the device came back. */
#include <string.h>

#include "core/clock.h"
#include "core/crypto.h"
#include "core/log.h"
#include "key/hsm_module.h"

/* Modules without locks may be parts of one library: one lock serves them all. */
static struct ccm_lock serial_lock = CCM_LOCK_INIT;

void
ccm_hsm_calls_begin(const struct ccm_hsm_connection *connection)
{
	if (connection->serialised)
		ccm_lock_acquire(&serial_lock);
}

void
ccm_hsm_calls_end(const struct ccm_hsm_connection *connection)
{
	if (connection->serialised)
		ccm_lock_release(&serial_lock);
}

/* The pool */

static bool
take_idle(struct ccm_hsm_connection *connection, CK_SESSION_HANDLE *handle)
{
	bool found;

	pthread_mutex_lock(&connection->lock);
	found = connection->idle_count != 0;
	if (found)
		*handle = connection->idle[--connection->idle_count];
	connection->used++;
	pthread_mutex_unlock(&connection->lock);
	return found;
}

/* The token has no more: wait for one that somebody uses; false when nobody does, or for too long.
 */
static bool
await_idle(struct ccm_hsm_connection *connection, CK_SESSION_HANDLE *handle)
{
	int64_t deadline_ms = ccm_clock_monotonic_ms() + HSM_WAIT_MS;
	bool waiting = true, found;

	pthread_mutex_lock(&connection->lock);
	while (waiting && connection->idle_count == 0 && connection->used > 1)
		waiting =
		    ccm_hsm_condition_wait(&connection->returned, &connection->lock, deadline_ms);
	found = connection->idle_count != 0;
	if (found)
		*handle = connection->idle[--connection->idle_count];
	pthread_mutex_unlock(&connection->lock);
	return found;
}

static bool
keep_idle(struct ccm_hsm_connection *connection, CK_SESSION_HANDLE handle)
{
	bool kept = handle != CK_INVALID_HANDLE && connection->idle_count < HSM_IDLE_SESSIONS;

	if (kept)
		connection->idle[connection->idle_count++] = handle;
	return kept;
}

/* With CK_INVALID_HANDLE only who waits is told. False: the handle is the caller's to close. */
static bool
give_back(struct ccm_hsm_connection *connection, CK_SESSION_HANDLE handle)
{
	bool kept;

	pthread_mutex_lock(&connection->lock);
	connection->used--;
	kept = keep_idle(connection, handle);
	pthread_cond_signal(&connection->returned);
	pthread_mutex_unlock(&connection->lock);
	return kept;
}

static CK_RV
begin(struct ccm_hsm_session *session)
{
	struct ccm_hsm_connection *connection = session->connection;
	CK_FLAGS flags = CKF_SERIAL_SESSION | (session->write ? CKF_RW_SESSION : 0);
	CK_RV rv;

	session->functions = connection->functions;
	session->handle = CK_INVALID_HANDLE;
	if (!session->write && take_idle(connection, &session->handle))
		return CKR_OK;
	if (session->write) {
		pthread_mutex_lock(&connection->lock);
		connection->used++;
		pthread_mutex_unlock(&connection->lock);
	}
	rv = session->functions->C_OpenSession(
	    connection->slot, flags, NULL, NULL, &session->handle);
	if (rv == CKR_SESSION_COUNT && !session->write && !connection->serialised &&
	    await_idle(connection, &session->handle))
		return CKR_OK;
	if (rv != CKR_OK) {
		session->handle = CK_INVALID_HANDLE;
		give_back(connection, CK_INVALID_HANDLE);
	}
	return rv;
}

/* An operation may still be active in a session whose work failed: it does not go back. */
static void
end(struct ccm_hsm_session *session, CK_RV rv)
{
	bool keep = rv == CKR_OK && !session->write;
	CK_SESSION_HANDLE handle = session->handle;

	if (!give_back(session->connection, keep ? handle : CK_INVALID_HANDLE) &&
	    ccm_hsm_judge(rv) != CCM_HSM_GONE)
		session->functions->C_CloseSession(handle);
}

/* Work */

/* "General error" may say that the line is down: what does the session itself say? */
static enum ccm_hsm_verdict
look(const struct ccm_hsm_session *session)
{
	CK_SESSION_INFO info;
	CK_RV rv = session->functions->C_GetSessionInfo(session->handle, &info);

	if (rv != CKR_OK)
		return CCM_HSM_GONE;
	if ((session->connection->token.flags & CKF_LOGIN_REQUIRED) != 0 &&
	    info.state != CKS_RO_USER_FUNCTIONS && info.state != CKS_RW_USER_FUNCTIONS)
		return CCM_HSM_GONE;
	return CCM_HSM_FINAL;
}

static CK_RV
attempt(struct ccm_hsm_session *session, const struct ccm_hsm_task *task,
    enum ccm_hsm_verdict *verdict, struct ccm_error *err)
{
	CK_RV rv;

	ccm_hsm_calls_begin(session->connection);
	rv = begin(session);
	*verdict = ccm_hsm_judge(rv);
	if (rv == CKR_OK) {
		rv = task->work(session, task->context, err);
		*verdict = ccm_hsm_judge(rv);
		if (*verdict == CCM_HSM_DOUBTFUL)
			*verdict = look(session);
		end(session, *verdict == CCM_HSM_GONE ? CKR_SESSION_HANDLE_INVALID : rv);
	}
	ccm_hsm_calls_end(session->connection);
	return rv;
}

static bool
run(struct ccm_hsm *hsm, const struct ccm_hsm_task *task, struct ccm_error *err)
{
	struct ccm_hsm_session session = {.hsm = hsm, .write = task->write};
	enum ccm_hsm_verdict verdict;
	CK_RV rv = CKR_OK;

	for (session.turn = 0; session.turn < 2; session.turn++) {
		struct ccm_error failure = {0};

		session.connection = ccm_hsm_connect(hsm, err);
		if (session.connection == NULL)
			return false;
		rv = attempt(&session, task, &verdict, &failure);
		if (verdict == CCM_HSM_GONE)
			ccm_hsm_disconnect(hsm, session.connection);
		ccm_hsm_connection_unref(session.connection);
		if (rv == CKR_OK)
			return true;
		if (failure.code != CCM_OK) {
			if (err != NULL)
				*err = failure;
			return false;
		}
		if (verdict != CCM_HSM_GONE && verdict != CCM_HSM_STALE)
			break;
		ccm_log(DEBUG, KEY, "HSM cluster %s: %s: 0x%lx, %s", hsm->cluster, task->what, rv,
		    session.turn == 0 ? "trying once more" : "giving up");
	}
	return ccm_hsm_fail(err, hsm, task->what, rv);
}

/*
 * A module may use OpenSSL itself, or TLS to its device: like our own network it sees the private
 * context, and the faces refuse to be entered from within.
 */
bool
ccm_hsm_run(struct ccm_hsm *hsm, const struct ccm_hsm_task *task, struct ccm_error *err)
{
	struct ccm_network_scope scope;
	bool ok;

	if (!ccm_network_enter(&scope, err))
		return ccm_error_context(err, "HSM cluster %s", hsm->cluster);
	ok = run(hsm, task, err);
	ccm_network_leave(&scope);
	return ok;
}

/* What every piece of work needs */

CK_RV
ccm_hsm_find_objects(const struct ccm_hsm_session *session, const CK_ATTRIBUTE *wanted,
    CK_ULONG wanted_count, CK_OBJECT_HANDLE *handles, CK_ULONG *count)
{
	CK_ULONG room = *count, found = 1;
	CK_RV rv = session->functions->C_FindObjectsInit(
	    session->handle, (CK_ATTRIBUTE *)wanted, wanted_count);

	*count = 0;
	if (rv != CKR_OK)
		return rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_ATTRIBUTE_VALUE_INVALID
			   ? CKR_OK
			   : rv;
	while (rv == CKR_OK && found != 0 && *count < room) {
		rv = session->functions->C_FindObjects(
		    session->handle, handles + *count, room - *count, &found);
		*count += rv == CKR_OK ? found : 0;
	}
	session->functions->C_FindObjectsFinal(session->handle);
	return rv;
}

CK_RV
ccm_hsm_read(const struct ccm_hsm_session *session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
    struct ccm_buf *value)
{
	CK_ATTRIBUTE attribute = {type, NULL, 0};
	CK_RV rv = session->functions->C_GetAttributeValue(session->handle, object, &attribute, 1);

	value->len = 0;
	if (rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_ATTRIBUTE_SENSITIVE ||
	    attribute.ulValueLen == CK_UNAVAILABLE_INFORMATION)
		return CKR_OK;
	if (rv != CKR_OK || attribute.ulValueLen == 0)
		return rv;
	if (!ccm_buf_reserve(value, attribute.ulValueLen, NULL))
		return CKR_HOST_MEMORY;
	attribute.pValue = value->data;
	rv = session->functions->C_GetAttributeValue(session->handle, object, &attribute, 1);
	if (rv == CKR_OK)
		value->len = attribute.ulValueLen;
	return rv;
}
