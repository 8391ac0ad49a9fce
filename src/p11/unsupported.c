/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What we don't do, in one place: each function of both lists exists and says so. A function that
 * is implemented moves from here to entry.c.
 */

#include "p11/p11.h"

#pragma GCC diagnostic ignored "-Wunused-parameter"

#define REFUSED(name, rv, ...)                    \
	CK_RV name(__VA_ARGS__)                   \
	{                                         \
		return ccm_p11_refuse(#name, rv); \
	}
#define UNSUPPORTED(name, ...) REFUSED(name, CKR_FUNCTION_NOT_SUPPORTED, __VA_ARGS__)

#define SESSION CK_SESSION_HANDLE session
#define MECHANISM CK_MECHANISM *mechanism
#define KEY CK_OBJECT_HANDLE key
#define IN CK_BYTE *in, CK_ULONG in_len
#define OUT CK_BYTE *out, CK_ULONG *out_len
#define PARAMETER void *parameter, CK_ULONG parameter_len
#define AAD CK_BYTE *aad, CK_ULONG aad_len

/* clang-format off */

/* two operations at once */
UNSUPPORTED(C_DigestEncryptUpdate, SESSION, IN, OUT)
UNSUPPORTED(C_DecryptDigestUpdate, SESSION, IN, OUT)
UNSUPPORTED(C_SignEncryptUpdate, SESSION, IN, OUT)
UNSUPPORTED(C_DecryptVerifyUpdate, SESSION, IN, OUT)

/* 3.0: operations by message */
UNSUPPORTED(C_MessageEncryptInit, SESSION, MECHANISM, KEY)
UNSUPPORTED(C_EncryptMessage, SESSION, PARAMETER, AAD, IN, OUT)
UNSUPPORTED(C_EncryptMessageBegin, SESSION, PARAMETER, AAD)
UNSUPPORTED(C_EncryptMessageNext, SESSION, PARAMETER, IN, OUT, CK_FLAGS flags)
UNSUPPORTED(C_MessageEncryptFinal, SESSION)
UNSUPPORTED(C_MessageDecryptInit, SESSION, MECHANISM, KEY)
UNSUPPORTED(C_DecryptMessage, SESSION, PARAMETER, AAD, IN, OUT)
UNSUPPORTED(C_DecryptMessageBegin, SESSION, PARAMETER, AAD)
UNSUPPORTED(C_DecryptMessageNext, SESSION, PARAMETER, IN, OUT, CK_FLAGS flags)
UNSUPPORTED(C_MessageDecryptFinal, SESSION)
UNSUPPORTED(C_MessageSignInit, SESSION, MECHANISM, KEY)
UNSUPPORTED(C_SignMessage, SESSION, PARAMETER, IN, OUT)
UNSUPPORTED(C_SignMessageBegin, SESSION, PARAMETER)
UNSUPPORTED(C_SignMessageNext, SESSION, PARAMETER, IN, OUT)
UNSUPPORTED(C_MessageSignFinal, SESSION)
UNSUPPORTED(C_MessageVerifyInit, SESSION, MECHANISM, KEY)
UNSUPPORTED(C_VerifyMessage, SESSION, PARAMETER, IN, CK_BYTE *signature, CK_ULONG signature_len)
UNSUPPORTED(C_VerifyMessageBegin, SESSION, PARAMETER)
UNSUPPORTED(C_VerifyMessageNext, SESSION, PARAMETER, IN, CK_BYTE *signature, CK_ULONG signature_len)
UNSUPPORTED(C_MessageVerifyFinal, SESSION)
