/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>

#include "p11/handle.h"
#include "p11/p11.h"

static struct {
	struct ccm_p11_handles handles;
	/*
	 * Sessions that C_Finalize closed: an operation in one of them holds objects of libcrypto,
	 * which may be gone already. They are freed when the next session is opened.
	 */
	struct ccm_p11_session *forgotten;
} table;

struct ccm_p11_session *
ccm_p11_session_locked(CK_SESSION_HANDLE handle)
{
	return ccm_p11_handles_get_locked(&table.handles, handle);
}

/*
 * Out of the table, whose reference goes to the caller. A session that another thread works in has
 * one more; in a forked child, where that thread is not, it keeps it for good, and what was torn
 * in the middle of a call is never touched again.
 */
static struct ccm_p11_session *
remove_locked(CK_SESSION_HANDLE handle)
{
	struct ccm_p11_session *session = ccm_p11_handles_remove_locked(&table.handles, handle);
	struct ccm_p11_slot *slot;

	if (session == NULL)
		return NULL;
	ccm_p11_owns_close_locked(session);
	slot = ccm_p11_slot_locked(session->slot_id);
	if (slot == NULL)
		return session;
	slot->sessions--;
	slot->rw_sessions -= (session->flags & CKF_RW_SESSION) != 0;
	if (slot->sessions == 0)
		ccm_p11_log_out_locked(slot); /* PKCS#11 2.40 s.5.6 */
	return session;
}

static void
unref(struct ccm_p11_session *session)
{
	if (session == NULL || atomic_fetch_sub(&session->refs, 1) != 1)
		return;
	ccm_p11_find_clear(&session->find);
	for (size_t i = 0; i < CCM_P11_USES; i++)
		ccm_p11_operation_clear(&session->operations[i]);
	ccm_p11_owns_free(session->owns);
	ccm_lock_destroy(&session->lock);
	ccm_free(session);
}

static void
unref_chain(struct ccm_p11_session *chain)
{
	while (chain != NULL) {
		struct ccm_p11_session *session = chain;

		chain = session->next;
		unref(session);
	}
}

/* Those of a slot, or all, out of the table and onto a chain. */
static void
remove_all_locked(const CK_SLOT_ID *id, struct ccm_p11_session **chain)
{
	struct ccm_p11_session *session;
	unsigned long index = 0;

	while ((session = ccm_p11_handles_next_locked(&table.handles, &index)) != NULL) {
		if (id != NULL && session->slot_id != *id)
			continue;
		remove_locked(session->handle);
		session->next = *chain;
		*chain = session;
	}
}

void
ccm_p11_sessions_forget_locked(void)
{
	remove_all_locked(NULL, &table.forgotten);
}

static CK_RV
insert_locked(struct ccm_p11_session *session, struct ccm_p11_slot *slot, CK_SESSION_HANDLE *handle)
{
	unsigned rw = (session->flags & CKF_RW_SESSION) != 0;
	struct ccm_error err = {0};

	session->token = slot->token;
	slot->sessions++; /* never fewer than there are */
	slot->rw_sessions += rw;
	if (ccm_p11_handles_add_locked(&table.handles, session, &session->handle, &err)) {
		*handle = session->handle;
		return CKR_OK;
	}
	slot->sessions--;
	slot->rw_sessions -= rw;
	return err.code == CCM_NOMEM ? CKR_HOST_MEMORY : CKR_SESSION_COUNT;
}

static struct ccm_p11_session *
session_new(CK_SLOT_ID id, CK_FLAGS flags, struct ccm_error *err)
{
	struct ccm_p11_session *session = ccm_alloc(sizeof(*session), err);

	if (session == NULL)
		return NULL;
	ccm_lock_init(&session->lock);
	atomic_init(&session->refs, 1);
	session->slot_id = id;
	session->flags = flags & (CKF_SERIAL_SESSION | CKF_RW_SESSION);
	return session;
}

/*
 * Read-write sessions are given on write-protected tokens too: OpenSSH asks for nothing else. What
 * writes is refused by itself.
 */
CK_RV
ccm_p11_session_open(CK_SLOT_ID id, CK_FLAGS flags, CK_SESSION_HANDLE *handle)
{
	struct ccm_p11_session *session, *forgotten;
	struct ccm_p11_slot *slot;
	struct ccm_error err = {0};
	CK_RV rv = ccm_p11_slot_enter(id, &slot);

	if (rv != CKR_OK)
		return rv;
	forgotten = table.forgotten;
	table.forgotten = NULL;
	session = NULL;
	if (handle == NULL)
		rv = CKR_ARGUMENTS_BAD;
	else if ((flags & CKF_SERIAL_SESSION) == 0)
		rv = CKR_SESSION_PARALLEL_NOT_SUPPORTED;
	else if (slot->officer != NULL && (flags & CKF_RW_SESSION) == 0)
		rv = CKR_SESSION_READ_WRITE_SO_EXISTS;
	else if ((session = session_new(id, flags, &err)) == NULL)
		rv = ccm_p11_failure("C_OpenSession", &err);
	else
		rv = insert_locked(session, slot, handle);
	ccm_p11_unlock();
	if (rv != CKR_OK)
		unref(session);
	unref_chain(forgotten);
	return rv;
}

CK_RV
ccm_p11_session_close(CK_SESSION_HANDLE handle)
{
	struct ccm_p11_session *session;
	CK_RV rv = ccm_p11_lock();

	if (rv != CKR_OK)
		return rv;
	session = remove_locked(handle);
	ccm_p11_unlock();
	unref(session);
	return session != NULL ? CKR_OK : CKR_SESSION_HANDLE_INVALID;
}

CK_RV
ccm_p11_session_close_all(CK_SLOT_ID id)
{
	struct ccm_p11_session *chain = NULL;
	struct ccm_p11_slot *slot;
	CK_RV rv = ccm_p11_slot_enter(id, &slot);

	if (rv != CKR_OK)
		return rv;
	remove_all_locked(&id, &chain);
	ccm_p11_unlock();
	unref_chain(chain);
	return CKR_OK;
}

CK_RV
ccm_p11_session_enter_slot(
    CK_SESSION_HANDLE handle, struct ccm_p11_session **session, struct ccm_p11_slot **slot)
{
	CK_RV rv = ccm_p11_lock();

	if (rv != CKR_OK)
		return rv;
	*session = ccm_p11_session_locked(handle);
	if (*session == NULL) {
		ccm_p11_unlock();
		return CKR_SESSION_HANDLE_INVALID;
	}
	*slot = ccm_p11_slot_locked((*session)->slot_id);
	return CKR_OK;
}

CK_RV
ccm_p11_session_info(CK_SESSION_HANDLE handle, CK_SESSION_INFO *info)
{
	struct ccm_p11_session *session;
	struct ccm_p11_slot *slot;
	CK_RV rv = ccm_p11_session_enter_slot(handle, &session, &slot);

	if (rv != CKR_OK)
		return rv;
	if (info == NULL)
		rv = CKR_ARGUMENTS_BAD;
	else if ((session->flags & CKF_RW_SESSION) != 0)
		*info = (CK_SESSION_INFO){session->slot_id,
		    slot->officer != NULL ? CKS_RW_SO_FUNCTIONS
		    : slot->user          ? CKS_RW_USER_FUNCTIONS
					  : CKS_RW_PUBLIC_SESSION,
		    session->flags, 0};
	else
		*info = (CK_SESSION_INFO){session->slot_id,
		    slot->user ? CKS_RO_USER_FUNCTIONS : CKS_RO_PUBLIC_SESSION, session->flags, 0};
	ccm_p11_unlock();
	return rv;
}

CK_RV
ccm_p11_session_enter(CK_SESSION_HANDLE handle, struct ccm_p11_session **session)
{
	struct ccm_p11_slot *slot;
	CK_RV rv = ccm_p11_session_enter_slot(handle, session, &slot);

	if (rv != CKR_OK)
		return rv;
	atomic_fetch_add(&(*session)->refs, 1);
	ccm_p11_unlock();
	ccm_lock_acquire(&(*session)->lock);
	ERR_set_mark();
	return CKR_OK;
}

/* What libcrypto complained to us about is not for the application's error queue. */
CK_RV
ccm_p11_session_leave(struct ccm_p11_session *session, CK_RV rv)
{
	ERR_pop_to_mark();
	ccm_lock_release(&session->lock);
	unref(session);
	return rv;
}

/* PKCS#11 3.0 s.5.6.9: what is not active is not missed. */
CK_RV
ccm_p11_session_cancel(struct ccm_p11_session *session, CK_FLAGS flags)
{
	if ((flags & CKF_FIND_OBJECTS) != 0)
		ccm_p11_find_clear(&session->find);
	ccm_p11_operations_cancel(session, flags);
	return CKR_OK;
}

/* What an operation holds, a key or a signer, cannot be written down (PKCS#11 2.40 s.5.6.5). */
CK_RV
ccm_p11_session_state(const struct ccm_p11_session *session, const CK_ULONG *len)
{
	if (len == NULL)
		return CKR_ARGUMENTS_BAD;
	return ccm_p11_operations_active(session) ? CKR_STATE_UNSAVEABLE
						  : CKR_OPERATION_NOT_INITIALIZED;
}
