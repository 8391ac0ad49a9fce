/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_HSM_KEY_H
#define CCM_HSM_KEY_H

/* Keys of the hsm back end: how they are found, and what they do. */

#include "key/hsm_module.h"

/* A public half as attributes of a token's objects. */
struct ccm_hsm_public {
	CK_KEY_TYPE type;
	struct ccm_buf modulus;              /* of RSA */
	struct ccm_buf point, wrapped_point; /* of EC and EdDSA; bare, and as DER OCTET STRING */
};
/* hsm_public.c */
bool ccm_hsm_public_from_pkey(EVP_PKEY *pkey, struct ccm_hsm_public *out, struct ccm_error *err);
void ccm_hsm_public_clear(struct ccm_hsm_public *public);
/* Read from the object: a public key, or a private one that has the attributes. */
EVP_PKEY *ccm_hsm_public_read(const struct ccm_hsm_session *session, CK_OBJECT_HANDLE object,
    CK_KEY_TYPE type, struct ccm_error *err);

/* hsm_find.c: where a private key is. id and label are filled in. */
struct ccm_hsm_place {
	CK_OBJECT_HANDLE handle;
	CK_KEY_TYPE type;
	bool by_id_alone;
	bool authenticates_always;
	struct ccm_buf id;
};
CK_RV ccm_hsm_locate(const struct ccm_hsm_session *session, const struct ccm_hsm_search *search,
    struct ccm_hsm_place *place, struct ccm_error *err);

struct ccm_hsm_key {
	struct ccm_key base;
	struct ccm_hsm *hsm;
	struct ccm_buf id;
	CK_KEY_TYPE type;
	bool authenticates_always;

	struct ccm_lock lock; /* of where it is */
	uint64_t connection;  /* number of the one that the handle belongs to */
	CK_OBJECT_HANDLE handle;
};
/* hsm_key.c: takes what is in place; the public half is copied. */
struct ccm_key *ccm_hsm_key_new(
    struct ccm_hsm *hsm, EVP_PKEY *public_half, struct ccm_hsm_place *place, struct ccm_error *err);
/* The key's handle in this session, looked for when it is not known, or was stale. */
CK_RV ccm_hsm_key_handle(const struct ccm_hsm_session *session, struct ccm_hsm_key *key,
    CK_OBJECT_HANDLE *handle, struct ccm_error *err);

/* hsm_sign.c, hsm_decrypt.c, hsm_derive.c */
bool ccm_hsm_sign_init(
    struct ccm_key *key, const struct ccm_sign_params *params, void **state, struct ccm_error *err);
bool ccm_hsm_sign(
    void *state, struct ccm_span input, unsigned char *out, size_t *out_len, struct ccm_error *err);
void ccm_hsm_sign_free(void *state);
bool ccm_hsm_decrypt(struct ccm_key *key, const OSSL_PARAM *params, struct ccm_span input,
    struct ccm_buf *out, struct ccm_error *err);
bool ccm_hsm_derive(struct ccm_key *key, EVP_PKEY *peer, const OSSL_PARAM *params,
    struct ccm_buf *out, struct ccm_error *err);

/* hsm_mechanism.c: a digest as PKCS#11 names it; false: it has no name for this one. */
bool ccm_hsm_hash_of(const EVP_MD *md, CK_MECHANISM_TYPE *hash);
bool ccm_hsm_mgf_of(const EVP_MD *md, CK_RSA_PKCS_MGF_TYPE *mgf);
/* By OpenSSL's name, to be freed. */
EVP_MD *ccm_hsm_digest(const char *name, struct ccm_error *err);
/* "the module does not ..."; CCM_UNSUPPORTED, false. */
bool ccm_hsm_lacks(struct ccm_error *err, const struct ccm_hsm *hsm, const char *what);

#endif
