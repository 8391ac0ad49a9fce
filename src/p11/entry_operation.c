/* SPDX-License-Identifier: Apache-2.0 */

/* The C_ functions of operations, and of keys that are made by a mechanism. */

#include "p11/entry.h"
#include "p11/keygen.h"

#define SPAN(data) CCM_SPAN(data, data##_len)

#define INIT(name, use)                                                                     \
	CK_RV name(CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key) \
	{                                                                                   \
		IN_SESSION(handle, ccm_p11_operation_init(session, use, mechanism, key));   \
	}
#define ONCE(name, use)                                                                           \
	CK_RV name(CK_SESSION_HANDLE handle, CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out,          \
	    CK_ULONG *out_len)                                                                    \
	{                                                                                         \
		IN_SESSION(handle, ccm_p11_operation_once(session, use, SPAN(in), out, out_len)); \
	}
#define UPDATE(name, use)                                                             \
	CK_RV name(CK_SESSION_HANDLE handle, CK_BYTE *in, CK_ULONG in_len)            \
	{                                                                             \
		IN_SESSION(handle, ccm_p11_operation_update(session, use, SPAN(in))); \
	}
#define STREAM(name, use)                                                                    \
	CK_RV name(CK_SESSION_HANDLE handle, CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out,     \
	    CK_ULONG *out_len)                                                               \
	{                                                                                    \
		IN_SESSION(                                                                  \
		    handle, ccm_p11_operation_stream(session, use, SPAN(in), out, out_len)); \
	}
#define FINAL(name, use)                                                                 \
	CK_RV name(CK_SESSION_HANDLE handle, CK_BYTE *out, CK_ULONG *out_len)            \
	{                                                                                \
		IN_SESSION(handle, ccm_p11_operation_final(session, use, out, out_len)); \
	}

/* clang-format off */

INIT(C_EncryptInit, CCM_P11_ENCRYPT)
ONCE(C_Encrypt, CCM_P11_ENCRYPT)
STREAM(C_EncryptUpdate, CCM_P11_ENCRYPT)
FINAL(C_EncryptFinal, CCM_P11_ENCRYPT)

INIT(C_DecryptInit, CCM_P11_DECRYPT)
ONCE(C_Decrypt, CCM_P11_DECRYPT)
STREAM(C_DecryptUpdate, CCM_P11_DECRYPT)
FINAL(C_DecryptFinal, CCM_P11_DECRYPT)

ONCE(C_Digest, CCM_P11_DIGEST)
UPDATE(C_DigestUpdate, CCM_P11_DIGEST)
FINAL(C_DigestFinal, CCM_P11_DIGEST)

INIT(C_SignInit, CCM_P11_SIGN)
ONCE(C_Sign, CCM_P11_SIGN)
UPDATE(C_SignUpdate, CCM_P11_SIGN)
FINAL(C_SignFinal, CCM_P11_SIGN)

INIT(C_SignRecoverInit, CCM_P11_SIGN_RECOVER)
ONCE(C_SignRecover, CCM_P11_SIGN_RECOVER)

INIT(C_VerifyInit, CCM_P11_VERIFY)
UPDATE(C_VerifyUpdate, CCM_P11_VERIFY)

INIT(C_VerifyRecoverInit, CCM_P11_VERIFY_RECOVER)
ONCE(C_VerifyRecover, CCM_P11_VERIFY_RECOVER)

/* clang-format on */

CK_RV
C_DigestInit(CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism)
{
	IN_SESSION(handle, ccm_p11_operation_init(session, CCM_P11_DIGEST, mechanism, 0));
}

CK_RV
C_DigestKey(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE key)
{
	IN_SESSION(handle, ccm_p11_digest_key(session, key));
}

CK_RV
C_Verify(CK_SESSION_HANDLE handle, CK_BYTE *data, CK_ULONG data_len, CK_BYTE *signature,
    CK_ULONG signature_len)
{
	IN_SESSION(handle, ccm_p11_verify(session, SPAN(data), SPAN(signature)));
}

CK_RV
C_VerifyFinal(CK_SESSION_HANDLE handle, CK_BYTE *signature, CK_ULONG signature_len)
{
	IN_SESSION(handle, ccm_p11_verify_final(session, SPAN(signature)));
}

CK_RV
C_GenerateKey(CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_ATTRIBUTE *template,
    CK_ULONG count, CK_OBJECT_HANDLE *key)
{
	IN_SESSION(handle, ccm_p11_generate_key(session, mechanism,
			       &(struct ccm_p11_template){template, count}, key));
}

CK_RV
C_GenerateKeyPair(CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_ATTRIBUTE *public_template,
    CK_ULONG public_count, CK_ATTRIBUTE *private_template, CK_ULONG private_count,
    CK_OBJECT_HANDLE *public_key, CK_OBJECT_HANDLE *private_key)
{
	struct ccm_p11_pair pair = {
	    {{public_template, public_count}, public_key},
	    {{private_template, private_count}, private_key},
	};
	IN_SESSION(handle, ccm_p11_generate_pair(session, mechanism, &pair));
}

CK_RV
C_WrapKey(CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE wrapping_key,
    CK_OBJECT_HANDLE key, CK_BYTE *out, CK_ULONG *out_len)
{
	struct ccm_p11_wrapping wrapping = {mechanism, wrapping_key, key};
	IN_SESSION(handle, ccm_p11_wrap(session, &wrapping, out, out_len));
}

CK_RV
C_UnwrapKey(CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE unwrapping_key,
    CK_BYTE *wrapped, CK_ULONG wrapped_len, CK_ATTRIBUTE *template, CK_ULONG count,
    CK_OBJECT_HANDLE *key)
{
	struct ccm_p11_wrapping wrapping = {mechanism, unwrapping_key, 0};
	IN_SESSION(handle, ccm_p11_unwrap(session, &wrapping, SPAN(wrapped),
			       &(struct ccm_p11_template){template, count}, key));
}

CK_RV
C_DeriveKey(CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE base_key,
    CK_ATTRIBUTE *template, CK_ULONG count, CK_OBJECT_HANDLE *key)
{
	IN_SESSION(handle, ccm_p11_derive(session, mechanism, base_key,
			       &(struct ccm_p11_template){template, count}, key));
}
