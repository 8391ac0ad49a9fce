/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_P11_CRYPTOKI_H
#define CCM_P11_CRYPTOKI_H

/*
 * PKCS#11 as we speak it: p11-kit's 2.40 header, our vendor attributes, and what version 3.0 adds
 * and we need. A p11-kit that has 3.0 itself keeps its own names.
 */

#include <p11-kit/pkcs11.h>
#include <p11-kit/pkcs11x.h>

#include "ccm/pkcs11.h"

#ifndef CKO_PROFILE
#define CKO_PROFILE (9UL)
#endif
#ifndef CKP_BASELINE_PROVIDER
#define CKP_BASELINE_PROVIDER (1UL)
#endif
#ifndef CKP_PUBLIC_CERTIFICATES_TOKEN
#define CKP_PUBLIC_CERTIFICATES_TOKEN (4UL)
#endif
#ifndef CKA_UNIQUE_ID
#define CKA_UNIQUE_ID (4UL)
#endif
#ifndef CKA_PROFILE_ID
#define CKA_PROFILE_ID (0x601UL)
#endif
#ifndef CK_CERTIFICATE_CATEGORY_TOKEN_USER
#define CK_CERTIFICATE_CATEGORY_TOKEN_USER (1UL)
#define CK_CERTIFICATE_CATEGORY_AUTHORITY (2UL)
#define CK_CERTIFICATE_CATEGORY_OTHER_ENTITY (3UL)
#endif
#ifndef CKF_FIND_OBJECTS
#define CKF_FIND_OBJECTS (1UL << 6)
#endif

#ifndef CKM_SHA3_256
#define CKM_SHA3_256 (0x2b0UL)
#define CKM_SHA3_224 (0x2b5UL)
#define CKM_SHA3_384 (0x2c0UL)
#define CKM_SHA3_512 (0x2d0UL)
#endif

/* CK_EDDSA_PARAMS (3.0 mechanisms s.2.3.14), which a p11-kit with 2.40 lacks. */
struct ccm_p11_eddsa_params {
	CK_BBOOL prehash;
	CK_ULONG context_len;
	CK_BYTE *context;
};

#ifndef CKF_INTERFACE_FORK_SAFE
#define CKF_INTERFACE_FORK_SAFE (1UL << 0)

typedef struct ck_interface {
	CK_UTF8CHAR *pInterfaceName;
	void *pFunctionList;
	CK_FLAGS flags;
} CK_INTERFACE;

CK_RV C_GetInterfaceList(CK_INTERFACE *list, CK_ULONG *count);
CK_RV C_GetInterface(
    CK_UTF8CHAR *name, CK_VERSION *version, CK_INTERFACE **interface, CK_FLAGS flags);
CK_RV C_LoginUser(CK_SESSION_HANDLE session, CK_USER_TYPE type, CK_UTF8CHAR *pin, CK_ULONG pin_len,
    CK_UTF8CHAR *user, CK_ULONG user_len);
CK_RV C_SessionCancel(CK_SESSION_HANDLE session, CK_FLAGS flags);
CK_RV C_MessageEncryptInit(
    CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);
CK_RV C_EncryptMessage(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len,
    CK_BYTE *aad, CK_ULONG aad_len, CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out, CK_ULONG *out_len);
CK_RV C_EncryptMessageBegin(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len,
    CK_BYTE *aad, CK_ULONG aad_len);
CK_RV C_EncryptMessageNext(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len,
    CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out, CK_ULONG *out_len, CK_FLAGS flags);
CK_RV C_MessageEncryptFinal(CK_SESSION_HANDLE session);
CK_RV C_MessageDecryptInit(
    CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);
CK_RV C_DecryptMessage(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len,
    CK_BYTE *aad, CK_ULONG aad_len, CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out, CK_ULONG *out_len);
CK_RV C_DecryptMessageBegin(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len,
    CK_BYTE *aad, CK_ULONG aad_len);
CK_RV C_DecryptMessageNext(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len,
    CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out, CK_ULONG *out_len, CK_FLAGS flags);
CK_RV C_MessageDecryptFinal(CK_SESSION_HANDLE session);
CK_RV C_MessageSignInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);
CK_RV C_SignMessage(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len,
    CK_BYTE *data, CK_ULONG data_len, CK_BYTE *signature, CK_ULONG *signature_len);
CK_RV C_SignMessageBegin(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len);
CK_RV C_SignMessageNext(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len,
    CK_BYTE *data, CK_ULONG data_len, CK_BYTE *signature, CK_ULONG *signature_len);
CK_RV C_MessageSignFinal(CK_SESSION_HANDLE session);
CK_RV C_MessageVerifyInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);
CK_RV C_VerifyMessage(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len,
    CK_BYTE *data, CK_ULONG data_len, CK_BYTE *signature, CK_ULONG signature_len);
CK_RV C_VerifyMessageBegin(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len);
CK_RV C_VerifyMessageNext(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len,
    CK_BYTE *data, CK_ULONG data_len, CK_BYTE *signature, CK_ULONG signature_len);
CK_RV C_MessageVerifyFinal(CK_SESSION_HANDLE session);
#endif

/*
 * CK_FUNCTION_LIST_3_0: the 2.40 list, with its own version number, followed by the new functions
 * (PKCS#11 3.0 s.4.4). Every member but the leading CK_VERSION is a pointer, so nesting the old
 * list gives the layout of the flat one.
 */
struct ccm_p11_functions_3_0 {
	CK_FUNCTION_LIST base;
	__typeof__(C_GetInterfaceList) *C_GetInterfaceList;
	__typeof__(C_GetInterface) *C_GetInterface;
	__typeof__(C_LoginUser) *C_LoginUser;
	__typeof__(C_SessionCancel) *C_SessionCancel;
	__typeof__(C_MessageEncryptInit) *C_MessageEncryptInit;
	__typeof__(C_EncryptMessage) *C_EncryptMessage;
	__typeof__(C_EncryptMessageBegin) *C_EncryptMessageBegin;
	__typeof__(C_EncryptMessageNext) *C_EncryptMessageNext;
	__typeof__(C_MessageEncryptFinal) *C_MessageEncryptFinal;
	__typeof__(C_MessageDecryptInit) *C_MessageDecryptInit;
	__typeof__(C_DecryptMessage) *C_DecryptMessage;
	__typeof__(C_DecryptMessageBegin) *C_DecryptMessageBegin;
	__typeof__(C_DecryptMessageNext) *C_DecryptMessageNext;
	__typeof__(C_MessageDecryptFinal) *C_MessageDecryptFinal;
	__typeof__(C_MessageSignInit) *C_MessageSignInit;
	__typeof__(C_SignMessage) *C_SignMessage;
	__typeof__(C_SignMessageBegin) *C_SignMessageBegin;
	__typeof__(C_SignMessageNext) *C_SignMessageNext;
	__typeof__(C_MessageSignFinal) *C_MessageSignFinal;
	__typeof__(C_MessageVerifyInit) *C_MessageVerifyInit;
	__typeof__(C_VerifyMessage) *C_VerifyMessage;
	__typeof__(C_VerifyMessageBegin) *C_VerifyMessageBegin;
	__typeof__(C_VerifyMessageNext) *C_VerifyMessageNext;
	__typeof__(C_MessageVerifyFinal) *C_MessageVerifyFinal;
};

#endif
