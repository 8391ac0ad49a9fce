/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_P11_P11_H
#define CCM_P11_P11_H

/*
 * Inside the PKCS#11 face. entry.c holds the C_ functions; each calls one function of the file that
 * knows the noun: module, slot, session, object, find, sign. Return values are CK_RV from birth;
 * errors of the model become one in ccm_p11_failure(), which logs them, once.
 *
 * Locks, in the order in which they are taken: a session's (for the length of a call that works in
 * it, network and all), then the module's (for lookups only). Functions that expect the module's
 * lock held end in _locked.
 */

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "core/fork.h"
#include "model/model.h"
#include "p11/cryptoki.h"
#include "p11/operation.h"

/* rv.c */
CK_RV ccm_p11_rv(enum ccm_code code);
/* Log the failure of what was tried, and the CKR for it. */
CK_RV ccm_p11_failure(const char *what, const struct ccm_error *err);

/* module.c: the life between C_Initialize and C_Finalize */
CK_RV ccm_p11_initialize(CK_C_INITIALIZE_ARGS *args);
CK_RV ccm_p11_finalize(void *reserved);
CK_RV ccm_p11_get_info(CK_INFO *info, CK_VERSION version);
CK_RV ccm_p11_get_info_3_0(CK_INFO *info);
/* Check that we may be called, and take the module's lock when that is so. */
CK_RV ccm_p11_lock(void);
void ccm_p11_unlock(void);
CK_RV ccm_p11_await_end_locked(void); /* of C_Finalize; the lock is free meanwhile */
void ccm_p11_config_path_locked(char out[static PATH_MAX]); /* empty: the usual places */
CK_RV ccm_p11_refuse(const char *function, CK_RV rv);
CK_RV ccm_p11_leave(const char *function, CK_RV rv);
/* Fill a field of fixed width as PKCS#11 wants it: UTF-8 padded with blanks, never cut within a
 * character. */
void ccm_p11_pad(unsigned char *field, size_t width, const char *text);

/* slot.c: one slot a token of the model; the index is the slot's id */
struct ccm_p11_slot {
	struct ccm_token *token;
	CK_ULONG sessions, rw_sessions;
	bool user;     /* C_Login was called */
	char *officer; /* the security officer's PIN while he is logged in */
};
CK_RV ccm_p11_slot_list(CK_SLOT_ID *list, CK_ULONG *count);
CK_RV ccm_p11_slot_info(CK_SLOT_ID id, CK_SLOT_INFO *info);
CK_RV ccm_p11_token_info(CK_SLOT_ID id, CK_TOKEN_INFO *info);
CK_RV ccm_p11_slot_event(CK_FLAGS flags, CK_SLOT_ID *id, void *reserved);
CK_RV ccm_p11_mechanism_list(CK_SLOT_ID id, CK_MECHANISM_TYPE *list, CK_ULONG *count);
CK_RV ccm_p11_mechanism_info(CK_SLOT_ID id, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info);
/* Take the module's lock, with the tokens made from the configuration, and look up a slot. */
CK_RV ccm_p11_slot_enter(CK_SLOT_ID id, struct ccm_p11_slot **slot);
struct ccm_p11_slot *ccm_p11_slot_locked(CK_SLOT_ID id); /* NULL: no such slot */
void ccm_p11_slots_forget_locked(void);

/* find.c */
struct ccm_p11_session;
struct ccm_p11_find {
	bool active;
	CK_OBJECT_HANDLE *handles;
	size_t count, next;
	/* ahead.c: after the search is over, too */
	size_t read, run, fetched; /* how far they were read, how many in turn, and fetched */
};
void ccm_p11_find_clear(struct ccm_p11_find *find);
CK_RV ccm_p11_find_init(
    struct ccm_p11_session *session, const CK_ATTRIBUTE *template, CK_ULONG count);
CK_RV ccm_p11_find_next(
    struct ccm_p11_session *session, CK_OBJECT_HANDLE *handles, CK_ULONG room, CK_ULONG *count);
CK_RV ccm_p11_find_final(struct ccm_p11_session *session);
CK_RV ccm_p11_object_read(struct ccm_p11_session *session, CK_OBJECT_HANDLE handle,
    CK_ATTRIBUTE *template, CK_ULONG count);
CK_RV ccm_p11_object_size(struct ccm_p11_session *session, CK_OBJECT_HANDLE handle, CK_ULONG *size);

/* create.c */
struct ccm_p11_template {
	const CK_ATTRIBUTE *attributes;
	CK_ULONG count;
};
CK_RV ccm_p11_object_create(const struct ccm_p11_session *session, const CK_ATTRIBUTE *template,
    CK_ULONG count, CK_OBJECT_HANDLE *handle);
CK_RV ccm_p11_object_copy(const struct ccm_p11_session *session, CK_OBJECT_HANDLE handle,
    const struct ccm_p11_template *template, CK_OBJECT_HANDLE *copy);
CK_RV ccm_p11_object_change(const struct ccm_p11_session *session, CK_OBJECT_HANDLE handle,
    const CK_ATTRIBUTE *template, CK_ULONG count);
CK_RV ccm_p11_object_destroy(const struct ccm_p11_session *session, CK_OBJECT_HANDLE handle);

/* own_table.c: the objects of a session, as it ends */
struct ccm_p11_own;
void ccm_p11_owns_close_locked(const struct ccm_p11_session *session);
void ccm_p11_owns_free(struct ccm_p11_own *owns); /* a list of them */
/* Private ones go when the user does: off their lists, and onto one that is to be freed. */
struct ccm_p11_own *ccm_p11_owns_log_out_locked(CK_SLOT_ID slot_id);

/* session.c */
struct ccm_p11_session {
	struct ccm_lock lock;
	atomic_uint refs;
	CK_SESSION_HANDLE handle;
	CK_SLOT_ID slot_id;
	CK_FLAGS flags;
	struct ccm_token *token;
	struct ccm_p11_find find;
	struct ccm_p11_operation operations[CCM_P11_USES];
	struct ccm_p11_own *owns;     /* its objects: references; guarded by the module's lock */
	struct ccm_p11_session *next; /* in the list of those that wait to be freed */
};
CK_RV ccm_p11_session_open(CK_SLOT_ID id, CK_FLAGS flags, CK_SESSION_HANDLE *handle);
CK_RV ccm_p11_session_close(CK_SESSION_HANDLE handle);
CK_RV ccm_p11_session_close_all(CK_SLOT_ID id);
CK_RV ccm_p11_session_info(CK_SESSION_HANDLE handle, CK_SESSION_INFO *info);
/* The module's lock taken, and the slot that a session is of. */
CK_RV ccm_p11_session_enter_slot(
    CK_SESSION_HANDLE handle, struct ccm_p11_session **session, struct ccm_p11_slot **slot);
struct ccm_p11_session *ccm_p11_session_locked(CK_SESSION_HANDLE handle); /* or NULL */
/* The session of a handle, locked and referenced, for one call; leave returns rv. */
CK_RV ccm_p11_session_enter(CK_SESSION_HANDLE handle, struct ccm_p11_session **session);
CK_RV ccm_p11_session_leave(struct ccm_p11_session *session, CK_RV rv);
void ccm_p11_sessions_forget_locked(void);
CK_RV ccm_p11_session_cancel(struct ccm_p11_session *session, CK_FLAGS flags);
CK_RV ccm_p11_session_state(const struct ccm_p11_session *session, const CK_ULONG *len);

/* login.c */
CK_RV ccm_p11_login(CK_SESSION_HANDLE handle, CK_USER_TYPE type, struct ccm_span pin);
void ccm_p11_log_out_locked(struct ccm_p11_slot *slot);
/* Are private objects there for the slot's sessions? */
bool ccm_p11_shows_private(CK_SLOT_ID id);
bool ccm_p11_shows_private_locked(CK_SLOT_ID id);
CK_RV ccm_p11_logout(CK_SESSION_HANDLE handle);
CK_RV ccm_p11_init_token(CK_SLOT_ID id, struct ccm_span pin, const CK_UTF8CHAR *label);
CK_RV ccm_p11_init_pin(const struct ccm_p11_session *session, struct ccm_span pin);
CK_RV ccm_p11_set_pin(
    const struct ccm_p11_session *session, struct ccm_span old_pin, struct ccm_span new_pin);

#endif
