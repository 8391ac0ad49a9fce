/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_P11_MECH_H
#define CCM_P11_MECH_H

/* Mechanisms, and the operations that use them. */

#include "model/model.h"
#include "p11/cryptoki.h"

/* mech.c: the mechanism table, and what a mechanism with its parameter asks for */
struct ccm_p11_digest {
	CK_MECHANISM_TYPE type;
	CK_ULONG mgf; /* MGF1 with this digest */
	const char *name;
	size_t size;
};
struct ccm_p11_mechanism {
	CK_MECHANISM_TYPE type;
	const char *name;
	enum ccm_key_type key_type;
	enum ccm_padding padding;
	const struct ccm_p11_digest
	    *digest; /* computed by us; NULL: the caller's input is signed */
};
extern const struct ccm_p11_mechanism ccm_p11_mechanisms[];
extern const size_t ccm_p11_mechanism_count;
const struct ccm_p11_mechanism *ccm_p11_mechanism_find(CK_MECHANISM_TYPE type);
CK_MECHANISM_INFO ccm_p11_mechanism_describe(const struct ccm_p11_mechanism *mechanism);
/* A mechanism made ready: what the table says and the parameter adds. */
struct ccm_p11_scheme {
	const struct ccm_p11_mechanism *mechanism;
	const struct ccm_p11_digest
	    *digest; /* of the input, by us or by the caller; NULL: unknown */
	struct ccm_sign_params params;
};
CK_RV ccm_p11_scheme_parse(const CK_MECHANISM *given, struct ccm_p11_scheme *scheme);
/* Does a key of these facts do for it? */
CK_RV ccm_p11_scheme_check_key(
    const struct ccm_p11_scheme *scheme, enum ccm_key_type type, size_t bits);
/* Can so many bytes be signed by it, as they are? */
CK_RV ccm_p11_scheme_check_input(const struct ccm_p11_scheme *scheme, size_t bits, size_t len);
/* The digest of the private context, fetched once and kept. NULL with err set. */
const EVP_MD *ccm_p11_digest_fetch(const struct ccm_p11_digest *digest, struct ccm_error *err);

/* sign.c: one operation to sign and one to verify a session */
struct ccm_p11_operation {
	bool active;
	bool in_parts; /* an update was called: the one-part function is out */
	struct ccm_p11_scheme scheme;
	size_t bits; /* of the key */
	size_t signature_len;
	struct ccm_signer *signer; /* of a signature being made */
	EVP_PKEY *public_key;      /* that verifies */
	EVP_MD_CTX *hash;          /* of what came so far, or */
	struct ccm_buf input;      /* what came so far, when we don't hash */
};
void ccm_p11_operation_clear(struct ccm_p11_operation *operation);
struct ccm_p11_session;
CK_RV ccm_p11_sign_init(
    struct ccm_p11_session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);
CK_RV ccm_p11_sign(struct ccm_p11_session *session, const CK_BYTE *data, CK_ULONG data_len,
    CK_BYTE *signature, CK_ULONG *signature_len);
CK_RV ccm_p11_sign_update(struct ccm_p11_session *session, const CK_BYTE *part, CK_ULONG len);
CK_RV ccm_p11_sign_final(
    struct ccm_p11_session *session, CK_BYTE *signature, CK_ULONG *signature_len);
CK_RV ccm_p11_verify_init(
    struct ccm_p11_session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);
CK_RV ccm_p11_verify(struct ccm_p11_session *session, const CK_BYTE *data, CK_ULONG data_len,
    const CK_BYTE *signature, CK_ULONG signature_len);
CK_RV ccm_p11_verify_update(struct ccm_p11_session *session, const CK_BYTE *part, CK_ULONG len);
CK_RV ccm_p11_verify_final(
    struct ccm_p11_session *session, const CK_BYTE *signature, CK_ULONG signature_len);

#endif
