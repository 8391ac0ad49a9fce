/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>

#include "p11/p11.h"

/*
 * The table of open sessions. A handle is an entry's index and how often the entry was used, so a
 * closed session's handle stays invalid. Entries never move and their chunks are never freed: each
 * change is one store, and a child forked in the middle of one finds the table whole, an entry
 * that is lost to it at worst.
 */
#define INDEX_BITS 20
#define INDEX_MASK ((1UL << INDEX_BITS) - 1)
#define CHUNK 1024
#define CHUNKS ((1 << INDEX_BITS) / CHUNK)

struct entry {
	struct ccm_p11_session *session; /* NULL: free */
	CK_ULONG uses;
	CK_ULONG next_free;
};

static struct {
	struct entry *chunks[CHUNKS];
	CK_ULONG fresh; /* entries from here on were never used; index 0 is none's */
	CK_ULONG free;  /* first of the list of free ones; 0: none */
	/*
	 * Sessions that C_Finalize closed: an operation in one of them holds objects of libcrypto,
	 * which may be gone already. They are freed when the next session is opened.
	 */
	struct ccm_p11_session *forgotten;
} table = {.fresh = 1};

static struct entry *
entry_at(CK_ULONG index)
{
	return &table.chunks[index / CHUNK][index % CHUNK];
}

static bool
take_entry_locked(CK_ULONG *index, struct ccm_error *err)
{
	struct entry **chunk;

	if (table.free != 0) {
		*index = table.free;
		table.free = entry_at(*index)->next_free;
		return true;
	}
	*index = table.fresh;
	chunk = &table.chunks[*index / CHUNK];
	if (*chunk == NULL)
		*chunk = ccm_alloc_array(CHUNK, sizeof(**chunk), err);
	if (*chunk == NULL)
		return false;
	table.fresh++;
	return true;
}

static struct entry *
find_locked(CK_SESSION_HANDLE handle)
{
	CK_ULONG index = handle & INDEX_MASK;
	struct entry *entry;

	if (index == 0 || index >= table.fresh)
		return NULL;
	entry = entry_at(index);
	return entry->session != NULL && entry->uses == handle >> INDEX_BITS ? entry : NULL;
}

/*
 * Out of the table, whose reference goes to the caller. A session that another thread works in has
 * one more; in a forked child, where that thread is not, it keeps it for good, and what was torn
 * in the middle of a call is never touched again.
 */
static struct ccm_p11_session *
remove_locked(CK_ULONG index)
{
	struct entry *entry = entry_at(index);
	struct ccm_p11_session *session = entry->session;
	struct ccm_p11_slot *slot = ccm_p11_slot_locked(session->slot_id);

	entry->session = NULL;
	entry->uses++;
	entry->next_free = table.free;
	table.free = index;
	if (slot == NULL)
		return session;
	slot->sessions--;
	slot->rw_sessions -= (session->flags & CKF_RW_SESSION) != 0;
	if (slot->sessions == 0)
		slot->user = false; /* PKCS#11 2.40 s.5.6: closing the last one logs out */
	return session;
}

static void
unref(struct ccm_p11_session *session)
{
	if (session == NULL || atomic_fetch_sub(&session->refs, 1) != 1)
		return;
	ccm_p11_find_clear(&session->find);
	ccm_p11_operation_clear(&session->sign);
	ccm_p11_operation_clear(&session->verify);
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

void
ccm_p11_sessions_forget_locked(void)
{
	for (CK_ULONG index = 1; index < table.fresh; index++) {
		if (entry_at(index)->session != NULL) {
			struct ccm_p11_session *session = remove_locked(index);

			session->next = table.forgotten;
			table.forgotten = session;
		}
	}
}

static CK_RV
insert_locked(struct ccm_p11_session *session, struct ccm_p11_slot *slot, CK_SESSION_HANDLE *handle)
{
	struct ccm_error err = {0};
	struct entry *entry;
	CK_ULONG index;

	if (table.free == 0 && table.fresh >> INDEX_BITS != 0)
		return CKR_SESSION_COUNT;
	if (!take_entry_locked(&index, &err))
		return ccm_p11_failure("C_OpenSession", &err);
	entry = entry_at(index);
	slot->sessions++; /* never fewer than there are */
	slot->rw_sessions += (session->flags & CKF_RW_SESSION) != 0;
	session->token = slot->token;
	entry->session = session;
	*handle = entry->uses << INDEX_BITS | index;
	return CKR_OK;
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
	struct ccm_p11_session *session = NULL;
	CK_RV rv = ccm_p11_lock();

	if (rv != CKR_OK)
		return rv;
	if (find_locked(handle) != NULL)
		session = remove_locked(handle & INDEX_MASK);
	else
		rv = CKR_SESSION_HANDLE_INVALID;
	ccm_p11_unlock();
	unref(session);
	return rv;
}

CK_RV
ccm_p11_session_close_all(CK_SLOT_ID id)
{
	struct ccm_p11_session *chain = NULL;
	struct ccm_p11_slot *slot;
	CK_RV rv = ccm_p11_slot_enter(id, &slot);

	if (rv != CKR_OK)
		return rv;
	for (CK_ULONG index = 1; index < table.fresh; index++) {
		struct ccm_p11_session *session = entry_at(index)->session;

		if (session == NULL || session->slot_id != id)
			continue;
		remove_locked(index);
		session->next = chain;
		chain = session;
	}
	ccm_p11_unlock();
	unref_chain(chain);
	return CKR_OK;
}

CK_RV
ccm_p11_session_enter_slot(
    CK_SESSION_HANDLE handle, struct ccm_p11_session **session, struct ccm_p11_slot **slot)
{
	struct entry *entry;
	CK_RV rv = ccm_p11_lock();

	if (rv != CKR_OK)
		return rv;
	entry = find_locked(handle);
	if (entry == NULL) {
		ccm_p11_unlock();
		return CKR_SESSION_HANDLE_INVALID;
	}
	*session = entry->session;
	*slot = ccm_p11_slot_locked(entry->session->slot_id);
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
		    slot->user ? CKS_RW_USER_FUNCTIONS : CKS_RW_PUBLIC_SESSION, session->flags, 0};
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
	if ((flags & CKF_SIGN) != 0)
		ccm_p11_operation_clear(&session->sign);
	if ((flags & CKF_VERIFY) != 0)
		ccm_p11_operation_clear(&session->verify);
	return CKR_OK;
}

/* What an operation holds, a key or a signer, cannot be written down (PKCS#11 2.40 s.5.6.5). */
CK_RV
ccm_p11_session_state(const struct ccm_p11_session *session, const CK_ULONG *len)
{
	if (len == NULL)
		return CKR_ARGUMENTS_BAD;
	return session->sign.active || session->verify.active ? CKR_STATE_UNSAVEABLE
							      : CKR_OPERATION_NOT_INITIALIZED;
}
