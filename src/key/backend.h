/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_KEY_BACKEND_H
#define CCM_KEY_BACKEND_H

/* For key back ends only. A back end's key starts with a struct ccm_key. */

#include <stdatomic.h>

#include "key/key.h"

struct ccm_key {
	const struct ccm_key_ops *ops;
	atomic_uint refs;
	EVP_PKEY *public_half;
};

/*
 * Make the common part of a key that holds one reference, with the public half of pkey. The back
 * end's free() is called with the last reference, after the public half is gone; it frees the rest.
 */
bool ccm_key_init(
    struct ccm_key *key, const struct ccm_key_ops *ops, EVP_PKEY *pkey, struct ccm_error *err);

/* What is ready to sign or verify, as often as one likes: one of two kinds of OpenSSL's. */
struct ccm_pkey_operation {
	EVP_PKEY_CTX *ctx;
	EVP_MD_CTX *md;       /* of Ed25519, whose input is the message */
	size_t input_len;     /* which input's length has to be, 0: any */
	size_t signature_len; /* at most */
};

bool ccm_pkey_sign_init(struct ccm_pkey_operation *op, EVP_PKEY *pkey,
    const struct ccm_sign_params *params, struct ccm_error *err);
bool ccm_pkey_verify_init(struct ccm_pkey_operation *op, EVP_PKEY *pkey,
    const struct ccm_sign_params *params, struct ccm_error *err);
/* Fills out: *out_len bytes of room on entry, of signature on return. */
bool ccm_pkey_operation_sign(struct ccm_pkey_operation *op, struct ccm_span input,
    unsigned char *out, size_t *out_len, struct ccm_error *err);
void ccm_pkey_operation_clear(struct ccm_pkey_operation *op);

#endif
