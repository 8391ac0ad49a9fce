/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_P11_OPERATION_H
#define CCM_P11_OPERATION_H

/*
 * Operations of a session, one of each use at a time. All of them begin with a mechanism and (but
 * for digests) a key, take input, in one part or in many, and end with an output, or a verdict.
 */

#include "p11/mech.h"

enum ccm_p11_use {
	CCM_P11_ENCRYPT,
	CCM_P11_DECRYPT,
	CCM_P11_DIGEST,
	CCM_P11_SIGN,
	CCM_P11_SIGN_RECOVER,
	CCM_P11_VERIFY,
	CCM_P11_VERIFY_RECOVER,
	CCM_P11_USES
};

struct ccm_p11_operation {
	bool active;
	bool in_parts; /* an update was called: the one-part function is out */
	bool hashes;   /* the input goes into hash */
	struct ccm_p11_scheme scheme;
	size_t bits;               /* of the key */
	struct ccm_signer *signer; /* of a signature being made */
	struct ccm_key *key;       /* that decrypts */
	EVP_PKEY *public_key;      /* that verifies or encrypts */
	EVP_MD_CTX *hash;          /* outlives the operation, for the next one */
	struct ccm_buf input;      /* what came so far, when we don't hash */
	struct ccm_buf label;      /* a copy of what the scheme points to */
};

struct ccm_p11_session;
struct ccm_p11_object;

/* An end, in whatever state it is; what is kept for the next one goes with the second. */
void ccm_p11_operation_end(struct ccm_p11_operation *operation);
void ccm_p11_operation_clear(struct ccm_p11_operation *operation);

/* operation.c: C_XInit, C_X, C_XUpdate, C_XFinal for every use; verifying ends elsewhere. */
CK_RV ccm_p11_operation_init(struct ccm_p11_session *session, enum ccm_p11_use use,
    const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);
CK_RV ccm_p11_operation_update(
    struct ccm_p11_session *session, enum ccm_p11_use use, struct ccm_span part);
/* As update, where the standard has some output come already: none does. */
CK_RV ccm_p11_operation_stream(struct ccm_p11_session *session, enum ccm_p11_use use,
    struct ccm_span part, const CK_BYTE *out, CK_ULONG *out_len);
CK_RV ccm_p11_operation_once(struct ccm_p11_session *session, enum ccm_p11_use use,
    struct ccm_span data, CK_BYTE *out, CK_ULONG *out_len);
CK_RV ccm_p11_operation_final(
    struct ccm_p11_session *session, enum ccm_p11_use use, CK_BYTE *out, CK_ULONG *out_len);
void ccm_p11_operations_cancel(struct ccm_p11_session *session, CK_FLAGS flags);
bool ccm_p11_operations_active(const struct ccm_p11_session *session);

/* Whatever the input came by: start hashing anew; the last of it, and what is to be signed then. */
CK_RV ccm_p11_operation_hash(struct ccm_p11_operation *operation);
CK_RV ccm_p11_operation_take(struct ccm_p11_operation *operation, struct ccm_span part);
struct ccm_p11_input {
	struct ccm_span bytes;
	unsigned char digest[64];
};
CK_RV ccm_p11_operation_finish(
    struct ccm_p11_operation *operation, struct ccm_span data, struct ccm_p11_input *input);
/* The key of a handle, if it may be used so (CKA_SIGN ...) with the mechanism of the scheme. */
CK_RV ccm_p11_operation_find_key(const struct ccm_p11_session *session, CK_OBJECT_HANDLE handle,
    CK_ATTRIBUTE_TYPE permission, const struct ccm_p11_scheme *scheme,
    struct ccm_p11_object *object);
/* Hand over a result, or say how long it is. */
CK_RV ccm_p11_hand_over(const struct ccm_buf *result, CK_BYTE *out, CK_ULONG *out_len);

/* sign.c, cipher.c, digest.c: what the uses differ in */
CK_RV ccm_p11_begin_signing(
    struct ccm_p11_operation *operation, const struct ccm_p11_object *object);
CK_RV ccm_p11_begin_verifying(
    struct ccm_p11_operation *operation, const struct ccm_p11_object *object);
CK_RV ccm_p11_begin_encrypting(
    struct ccm_p11_operation *operation, const struct ccm_p11_object *object);
CK_RV ccm_p11_begin_decrypting(
    struct ccm_p11_operation *operation, const struct ccm_p11_object *object);
CK_RV ccm_p11_begin_digesting(
    struct ccm_p11_operation *operation, const struct ccm_p11_object *object);
/* The most bytes that come of so many. */
size_t ccm_p11_signature_size(const struct ccm_p11_operation *operation, size_t input_len);
size_t ccm_p11_recovered_size(const struct ccm_p11_operation *operation, size_t input_len);
size_t ccm_p11_encrypted_size(const struct ccm_p11_operation *operation, size_t input_len);
size_t ccm_p11_decrypted_size(const struct ccm_p11_operation *operation, size_t input_len);
size_t ccm_p11_digest_size(const struct ccm_p11_operation *operation, size_t input_len);
/* The output of the input, into out: *out_len bytes of room on entry. */
CK_RV ccm_p11_make_signature(
    struct ccm_p11_operation *operation, struct ccm_span data, CK_BYTE *out, CK_ULONG *out_len);
CK_RV ccm_p11_recover(
    struct ccm_p11_operation *operation, struct ccm_span data, CK_BYTE *out, CK_ULONG *out_len);
CK_RV ccm_p11_encrypt(
    struct ccm_p11_operation *operation, struct ccm_span data, CK_BYTE *out, CK_ULONG *out_len);
CK_RV ccm_p11_decrypt(
    struct ccm_p11_operation *operation, struct ccm_span data, CK_BYTE *out, CK_ULONG *out_len);
CK_RV ccm_p11_digest(
    struct ccm_p11_operation *operation, struct ccm_span data, CK_BYTE *out, CK_ULONG *out_len);
/* cipher.c, as wrapping keys needs it */
CK_RV ccm_p11_seal(struct ccm_p11_operation *operation, struct ccm_span plain, struct ccm_buf *out);
CK_RV ccm_p11_open(
    struct ccm_p11_operation *operation, struct ccm_span sealed, struct ccm_buf *out);
CK_RV ccm_p11_verify(
    struct ccm_p11_session *session, struct ccm_span data, struct ccm_span signature);
CK_RV ccm_p11_verify_final(struct ccm_p11_session *session, struct ccm_span signature);
CK_RV ccm_p11_digest_key(struct ccm_p11_session *session, CK_OBJECT_HANDLE key);

#endif
