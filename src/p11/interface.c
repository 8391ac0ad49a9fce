/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/mem.h"
#include "p11/p11.h"

#define EXPORTED __attribute__((visibility("default")))

#define FUNCTIONS_2_40(version_major, version_minor, get_info)                                     \
	{                                                                                          \
		{version_major, version_minor}, C_Initialize, C_Finalize, get_info,                \
		    C_GetFunctionList, C_GetSlotList, C_GetSlotInfo, C_GetTokenInfo,               \
		    C_GetMechanismList, C_GetMechanismInfo, C_InitToken, C_InitPIN, C_SetPIN,      \
		    C_OpenSession, C_CloseSession, C_CloseAllSessions, C_GetSessionInfo,           \
		    C_GetOperationState, C_SetOperationState, C_Login, C_Logout, C_CreateObject,   \
		    C_CopyObject, C_DestroyObject, C_GetObjectSize, C_GetAttributeValue,           \
		    C_SetAttributeValue, C_FindObjectsInit, C_FindObjects, C_FindObjectsFinal,     \
		    C_EncryptInit, C_Encrypt, C_EncryptUpdate, C_EncryptFinal, C_DecryptInit,      \
		    C_Decrypt, C_DecryptUpdate, C_DecryptFinal, C_DigestInit, C_Digest,            \
		    C_DigestUpdate, C_DigestKey, C_DigestFinal, C_SignInit, C_Sign, C_SignUpdate,  \
		    C_SignFinal, C_SignRecoverInit, C_SignRecover, C_VerifyInit, C_Verify,         \
		    C_VerifyUpdate, C_VerifyFinal, C_VerifyRecoverInit, C_VerifyRecover,           \
		    C_DigestEncryptUpdate, C_DecryptDigestUpdate, C_SignEncryptUpdate,             \
		    C_DecryptVerifyUpdate, C_GenerateKey, C_GenerateKeyPair, C_WrapKey,            \
		    C_UnwrapKey, C_DeriveKey, C_SeedRandom, C_GenerateRandom, C_GetFunctionStatus, \
		    C_CancelFunction, C_WaitForSlotEvent                                           \
	}

static const CK_FUNCTION_LIST functions_2_40 = FUNCTIONS_2_40(2, 40, C_GetInfo);

static const struct ccm_p11_functions_3_0 functions_3_0 = {
    FUNCTIONS_2_40(3, 0, ccm_p11_get_info_3_0),
    C_GetInterfaceList,
    C_GetInterface,
    C_LoginUser,
    C_SessionCancel,
    C_MessageEncryptInit,
    C_EncryptMessage,
    C_EncryptMessageBegin,
    C_EncryptMessageNext,
    C_MessageEncryptFinal,
    C_MessageDecryptInit,
    C_DecryptMessage,
    C_DecryptMessageBegin,
    C_DecryptMessageNext,
    C_MessageDecryptFinal,
    C_MessageSignInit,
    C_SignMessage,
    C_SignMessageBegin,
    C_SignMessageNext,
    C_MessageSignFinal,
    C_MessageVerifyInit,
    C_VerifyMessage,
    C_VerifyMessageBegin,
    C_VerifyMessageNext,
    C_MessageVerifyFinal,
};

static CK_UTF8CHAR standard_name[] = "PKCS 11";

/* The default, which is what who names no version gets, comes first. */
static CK_INTERFACE interfaces[] = {
    {standard_name, (void *)&functions_3_0, CKF_INTERFACE_FORK_SAFE},
    {standard_name, (void *)&functions_2_40, CKF_INTERFACE_FORK_SAFE},
};

EXPORTED CK_RV
C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list)
{
	if (list == NULL)
		return CKR_ARGUMENTS_BAD;
	*list = (CK_FUNCTION_LIST *)&functions_2_40;
	return CKR_OK;
}

EXPORTED CK_RV
C_GetInterfaceList(CK_INTERFACE *list, CK_ULONG *count)
{
	CK_ULONG room;

	if (count == NULL)
		return CKR_ARGUMENTS_BAD;
	room = *count;
	*count = CCM_COUNT(interfaces);
	if (list == NULL)
		return CKR_OK;
	if (room < CCM_COUNT(interfaces))
		return CKR_BUFFER_TOO_SMALL;
	memcpy(list, interfaces, sizeof(interfaces));
	return CKR_OK;
}

static bool
interface_fits(const CK_INTERFACE *candidate, const CK_UTF8CHAR *name, const CK_VERSION *version,
    CK_FLAGS flags)
{
	/* every function list starts with its version */
	const CK_VERSION *offered = candidate->pFunctionList;

	return (name == NULL || strcmp((const char *)name, (const char *)standard_name) == 0) &&
	       (version == NULL ||
		   (version->major == offered->major && version->minor == offered->minor)) &&
	       (flags & ~candidate->flags) == 0;
}

EXPORTED CK_RV
C_GetInterface(CK_UTF8CHAR *name, CK_VERSION *version, CK_INTERFACE **interface, CK_FLAGS flags)
{
	if (interface == NULL)
		return CKR_ARGUMENTS_BAD;
	for (size_t i = 0; i < CCM_COUNT(interfaces); i++) {
		if (interface_fits(&interfaces[i], name, version, flags)) {
			*interface = &interfaces[i];
			return CKR_OK;
		}
	}
	return CKR_FUNCTION_FAILED;
}
