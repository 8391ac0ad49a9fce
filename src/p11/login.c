/* SPDX-License-Identifier: Apache-2.0 */
#include "p11/p11.h"

/* Nothing asks for a login, but who wants one gets it, with any PIN. */
static CK_RV
login(struct ccm_p11_slot *slot, CK_USER_TYPE type)
{
	switch (type) {
	case CKU_USER:
		if (slot->user)
			return CKR_USER_ALREADY_LOGGED_IN;
		slot->user = true;
		return CKR_OK;
	case CKU_SO:
		if (slot->sessions > slot->rw_sessions)
			return CKR_SESSION_READ_ONLY_EXISTS;
		return slot->user ? CKR_USER_ANOTHER_ALREADY_LOGGED_IN : CKR_USER_TYPE_INVALID;
	case CKU_CONTEXT_SPECIFIC: /* no key of ours asks for it */
		return CKR_OPERATION_NOT_INITIALIZED;
	default:
		return CKR_USER_TYPE_INVALID;
	}
}

CK_RV
ccm_p11_login(CK_SESSION_HANDLE handle, CK_USER_TYPE type)
{
	struct ccm_p11_session *session;
	struct ccm_p11_slot *slot;
	CK_RV rv = ccm_p11_session_enter_slot(handle, &session, &slot);

	if (rv != CKR_OK)
		return rv;
	rv = login(slot, type);
	ccm_p11_unlock();
	return rv;
}

CK_RV
ccm_p11_logout(CK_SESSION_HANDLE handle)
{
	struct ccm_p11_session *session;
	struct ccm_p11_own *gone = NULL;
	struct ccm_p11_slot *slot;
	CK_RV rv = ccm_p11_session_enter_slot(handle, &session, &slot);

	if (rv != CKR_OK)
		return rv;
	if (slot->user)
		gone = ccm_p11_owns_log_out_locked(session->slot_id);
	else
		rv = CKR_USER_NOT_LOGGED_IN;
	slot->user = false;
	ccm_p11_unlock();
	ccm_p11_owns_free(gone);
	return rv;
}

/* A token's contents are the service's, its PIN, if any, the configuration's. */
CK_RV
ccm_p11_init_token(CK_SLOT_ID id, const CK_UTF8CHAR *label)
{
	struct ccm_p11_slot *slot;
	CK_RV rv = ccm_p11_slot_enter(id, &slot);

	if (rv != CKR_OK)
		return rv;
	if (label == NULL)
		rv = CKR_ARGUMENTS_BAD;
	else
		rv = slot->sessions != 0 ? CKR_SESSION_EXISTS : CKR_TOKEN_WRITE_PROTECTED;
	ccm_p11_unlock();
	return rv;
}

/* For the security officer, who never gets in. */
CK_RV
ccm_p11_init_pin(const struct ccm_p11_session *session, const CK_UTF8CHAR *pin, CK_ULONG len)
{
	if (pin == NULL && len != 0)
		return CKR_ARGUMENTS_BAD;
	return (session->flags & CKF_RW_SESSION) == 0 ? CKR_SESSION_READ_ONLY
						      : CKR_USER_NOT_LOGGED_IN;
}

CK_RV
ccm_p11_set_pin(
    const struct ccm_p11_session *session, struct ccm_span old_pin, struct ccm_span new_pin)
{
	if ((old_pin.data == NULL && old_pin.len != 0) ||
	    (new_pin.data == NULL && new_pin.len != 0))
		return CKR_ARGUMENTS_BAD;
	return (session->flags & CKF_RW_SESSION) == 0 ? CKR_SESSION_READ_ONLY
						      : CKR_TOKEN_WRITE_PROTECTED;
}
