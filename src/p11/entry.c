/* SPDX-License-Identifier: Apache-2.0 */

/* The C_ functions that do something. Each enters, calls the one that knows how, and leaves. */

#include "core/crypto.h"
#include "p11/entry.h"

CK_RV
C_Initialize(void *args)
{
	return ccm_p11_leave(__func__, ccm_p11_initialize(args));
}

CK_RV
C_Finalize(void *reserved)
{
	return ccm_p11_leave(__func__, ccm_p11_finalize(reserved));
}

CK_RV
C_GetInfo(CK_INFO *info)
{
	return ccm_p11_leave(__func__, ccm_p11_get_info(info, (CK_VERSION){2, 40}));
}

CK_RV
ccm_p11_get_info_3_0(CK_INFO *info)
{
	return ccm_p11_leave("C_GetInfo", ccm_p11_get_info(info, (CK_VERSION){3, 0}));
}

/* A token is always in its slot: whether the service can be reached shows when it is used. */
CK_RV
C_GetSlotList(CK_BBOOL present UNUSED, CK_SLOT_ID *list, CK_ULONG *count)
{
	return ccm_p11_leave(__func__, ccm_p11_slot_list(list, count));
}

CK_RV
C_GetSlotInfo(CK_SLOT_ID id, CK_SLOT_INFO *info)
{
	return ccm_p11_leave(__func__, ccm_p11_slot_info(id, info));
}

CK_RV
C_GetTokenInfo(CK_SLOT_ID id, CK_TOKEN_INFO *info)
{
	return ccm_p11_leave(__func__, ccm_p11_token_info(id, info));
}

CK_RV
C_WaitForSlotEvent(CK_FLAGS flags, CK_SLOT_ID *id, void *reserved)
{
	return ccm_p11_leave(__func__, ccm_p11_slot_event(flags, id, reserved));
}

CK_RV
C_GetMechanismList(CK_SLOT_ID id, CK_MECHANISM_TYPE *list, CK_ULONG *count)
{
	return ccm_p11_leave(__func__, ccm_p11_mechanism_list(id, list, count));
}

CK_RV
C_GetMechanismInfo(CK_SLOT_ID id, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info)
{
	return ccm_p11_leave(__func__, ccm_p11_mechanism_info(id, type, info));
}

CK_RV
C_OpenSession(CK_SLOT_ID id, CK_FLAGS flags, void *application UNUSED, CK_NOTIFY notify UNUSED,
    CK_SESSION_HANDLE *handle)
{
	return ccm_p11_leave(__func__, ccm_p11_session_open(id, flags, handle));
}

CK_RV
C_CloseSession(CK_SESSION_HANDLE handle)
{
	return ccm_p11_leave(__func__, ccm_p11_session_close(handle));
}

CK_RV
C_CloseAllSessions(CK_SLOT_ID id)
{
	return ccm_p11_leave(__func__, ccm_p11_session_close_all(id));
}

CK_RV
C_GetSessionInfo(CK_SESSION_HANDLE handle, CK_SESSION_INFO *info)
{
	return ccm_p11_leave(__func__, ccm_p11_session_info(handle, info));
}

CK_RV
C_SessionCancel(CK_SESSION_HANDLE handle, CK_FLAGS flags)
{
	IN_SESSION(handle, ccm_p11_session_cancel(session, flags));
}

CK_RV
C_Login(CK_SESSION_HANDLE handle, CK_USER_TYPE type, CK_UTF8CHAR *pin, CK_ULONG len)
{
	return ccm_p11_leave(__func__, ccm_p11_login(handle, type, CCM_SPAN(pin, len)));
}

CK_RV
C_LoginUser(CK_SESSION_HANDLE handle, CK_USER_TYPE type, CK_UTF8CHAR *pin, CK_ULONG len,
    CK_UTF8CHAR *user UNUSED, CK_ULONG user_len UNUSED)
{
	return ccm_p11_leave(__func__, ccm_p11_login(handle, type, CCM_SPAN(pin, len)));
}

CK_RV
C_Logout(CK_SESSION_HANDLE handle)
{
	return ccm_p11_leave(__func__, ccm_p11_logout(handle));
}

CK_RV
C_InitToken(CK_SLOT_ID id, CK_UTF8CHAR *pin, CK_ULONG len, CK_UTF8CHAR *label)
{
	return ccm_p11_leave(__func__, ccm_p11_init_token(id, CCM_SPAN(pin, len), label));
}

CK_RV
C_InitPIN(CK_SESSION_HANDLE handle, CK_UTF8CHAR *pin, CK_ULONG len)
{
	IN_SESSION(handle, ccm_p11_init_pin(session, CCM_SPAN(pin, len)));
}

CK_RV
C_SetPIN(CK_SESSION_HANDLE handle, CK_UTF8CHAR *old_pin, CK_ULONG old_len, CK_UTF8CHAR *new_pin,
    CK_ULONG new_len)
{
	IN_SESSION(handle,
	    ccm_p11_set_pin(session, CCM_SPAN(old_pin, old_len), CCM_SPAN(new_pin, new_len)));
}

CK_RV
C_GetOperationState(CK_SESSION_HANDLE handle, CK_BYTE *state UNUSED, CK_ULONG *len)
{
	IN_SESSION(handle, ccm_p11_session_state(session, len));
}

/* We never gave one out. */
CK_RV
C_SetOperationState(CK_SESSION_HANDLE handle, CK_BYTE *state, CK_ULONG len UNUSED,
    CK_OBJECT_HANDLE encryption_key UNUSED, CK_OBJECT_HANDLE authentication_key UNUSED)
{
	IN_SESSION(handle, state == NULL ? CKR_ARGUMENTS_BAD : CKR_SAVED_STATE_INVALID);
}

CK_RV
C_CreateObject(
    CK_SESSION_HANDLE handle, CK_ATTRIBUTE *template, CK_ULONG count, CK_OBJECT_HANDLE *object)
{
	IN_SESSION(handle, ccm_p11_object_create(session, template, count, object));
}

CK_RV
C_CopyObject(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *attributes,
    CK_ULONG count, CK_OBJECT_HANDLE *copy)
{
	struct ccm_p11_template template = {attributes, count};
	IN_SESSION(handle, ccm_p11_object_copy(session, object, &template, copy));
}

CK_RV
C_DestroyObject(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object)
{
	IN_SESSION(handle, ccm_p11_object_destroy(session, object));
}

CK_RV
C_GetObjectSize(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object, CK_ULONG *size)
{
	IN_SESSION(handle, ccm_p11_object_size(session, object, size));
}

CK_RV
C_SetAttributeValue(
    CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template, CK_ULONG count)
{
	IN_SESSION(handle, ccm_p11_object_change(session, object, template, count));
}

CK_RV
C_GetAttributeValue(
    CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template, CK_ULONG count)
{
	IN_SESSION(handle, ccm_p11_object_read(session, object, template, count));
}

CK_RV
C_FindObjectsInit(CK_SESSION_HANDLE handle, CK_ATTRIBUTE *template, CK_ULONG count)
{
	IN_SESSION(handle, ccm_p11_find_init(session, template, count));
}

CK_RV
C_FindObjects(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE *objects, CK_ULONG room, CK_ULONG *count)
{
	IN_SESSION(handle, ccm_p11_find_next(session, objects, room, count));
}

CK_RV
C_FindObjectsFinal(CK_SESSION_HANDLE handle)
{
	IN_SESSION(handle, ccm_p11_find_final(session));
}

static CK_RV
generate_random(CK_BYTE *out, CK_ULONG len)
{
	struct ccm_error err = {0};

	if (out == NULL && len != 0)
		return CKR_ARGUMENTS_BAD;
	return ccm_random(out, len, &err) ? CKR_OK : ccm_p11_failure("C_GenerateRandom", &err);
}

CK_RV
C_GenerateRandom(CK_SESSION_HANDLE handle, CK_BYTE *out, CK_ULONG len)
{
	IN_SESSION(handle, generate_random(out, len));
}

/* Ours is seeded by the system and wants no help. */
CK_RV
C_SeedRandom(CK_SESSION_HANDLE handle, CK_BYTE *seed, CK_ULONG len)
{
	IN_SESSION(
	    handle, seed == NULL && len != 0 ? CKR_ARGUMENTS_BAD : CKR_RANDOM_SEED_NOT_SUPPORTED);
}

/* The parallel functions of version 1, legacy ever since (PKCS#11 2.40 s.5.14). */
CK_RV
C_GetFunctionStatus(CK_SESSION_HANDLE handle)
{
	IN_SESSION(handle, CKR_FUNCTION_NOT_PARALLEL);
}

CK_RV
C_CancelFunction(CK_SESSION_HANDLE handle)
{
	IN_SESSION(handle, CKR_FUNCTION_NOT_PARALLEL);
}
