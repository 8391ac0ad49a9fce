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
	bool user; /* C_Login was called */
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
	struct ccm_cert *cert;     /* whose key verifies */
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

/* find.c */
struct ccm_p11_find {
	bool active;
	CK_OBJECT_HANDLE *handles;
	size_t count, next;
};
void ccm_p11_find_clear(struct ccm_p11_find *find);
CK_RV ccm_p11_find_init(
    struct ccm_p11_session *session, const CK_ATTRIBUTE *template, CK_ULONG count);
CK_RV ccm_p11_find_next(
    struct ccm_p11_session *session, CK_OBJECT_HANDLE *handles, CK_ULONG room, CK_ULONG *count);
CK_RV ccm_p11_find_final(struct ccm_p11_session *session);
CK_RV ccm_p11_object_read(struct ccm_p11_session *session, CK_OBJECT_HANDLE handle,
    CK_ATTRIBUTE *template, CK_ULONG count);

/* session.c */
struct ccm_p11_session {
	struct ccm_lock lock;
	atomic_uint refs;
	CK_SLOT_ID slot_id;
	CK_FLAGS flags;
	struct ccm_token *token;
	struct ccm_p11_find find;
	struct ccm_p11_operation sign, verify;
	struct ccm_p11_session *next; /* in the list of those that wait to be freed */
};
CK_RV ccm_p11_session_open(CK_SLOT_ID id, CK_FLAGS flags, CK_SESSION_HANDLE *handle);
CK_RV ccm_p11_session_close(CK_SESSION_HANDLE handle);
CK_RV ccm_p11_session_close_all(CK_SLOT_ID id);
CK_RV ccm_p11_session_info(CK_SESSION_HANDLE handle, CK_SESSION_INFO *info);
CK_RV ccm_p11_login(CK_SESSION_HANDLE handle, CK_USER_TYPE type);
CK_RV ccm_p11_logout(CK_SESSION_HANDLE handle);
/* The session of a handle, locked and referenced, for one call; leave returns rv. */
CK_RV ccm_p11_session_enter(CK_SESSION_HANDLE handle, struct ccm_p11_session **session);
CK_RV ccm_p11_session_leave(struct ccm_p11_session *session, CK_RV rv);
void ccm_p11_sessions_forget_locked(void);
CK_RV ccm_p11_session_cancel(struct ccm_p11_session *session, CK_FLAGS flags);

/* object.c: an item of the model seen as one of the objects it stands for */
enum ccm_p11_kind { /* a bit each: the columns of the attribute table */
	CCM_P11_CERTIFICATE = 1,
	CCM_P11_PUBLIC_RSA = 2,
	CCM_P11_PUBLIC_EC = 4,
	CCM_P11_PRIVATE_RSA = 8,
	CCM_P11_PRIVATE_EC = 16,
	CCM_P11_PROFILE = 32,
};
#define CCM_P11_PUBLIC (CCM_P11_PUBLIC_RSA | CCM_P11_PUBLIC_EC)
#define CCM_P11_PRIVATE (CCM_P11_PRIVATE_RSA | CCM_P11_PRIVATE_EC)
#define CCM_P11_KEY (CCM_P11_PUBLIC | CCM_P11_PRIVATE)
#define CCM_P11_ITEM (CCM_P11_CERTIFICATE | CCM_P11_KEY)
#define CCM_P11_ANY (CCM_P11_ITEM | CCM_P11_PROFILE)
#define CCM_P11_ID_SIZE 16 /* of every CKA_ID */
struct ccm_p11_object {
	enum ccm_p11_kind kind;
	struct ccm_item *item; /* NULL for the profile */
};
/* The low bits of a handle tell which of an item's objects it is. */
#define CCM_P11_CLASS_BITS 3
#define CCM_P11_CLASS_MASK ((1UL << CCM_P11_CLASS_BITS) - 1)
/* The kinds of object that an item (NULL: the token itself) shows. */
unsigned ccm_p11_object_kinds(const struct ccm_item *item);
CK_OBJECT_HANDLE ccm_p11_object_handle(const struct ccm_p11_object *object);
bool ccm_p11_object_get(
    struct ccm_token *token, CK_OBJECT_HANDLE handle, struct ccm_p11_object *object);
void ccm_p11_object_clear(struct ccm_p11_object *object);

#endif
