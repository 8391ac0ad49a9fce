/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_PROV_OPERATION_H
#define CCM_PROV_OPERATION_H

/*
 * What signatures, key exchanges and asymmetric ciphers share. An EVP_PKEY_CTX of the private
 * library context holds the parameters, whatever the key: the default provider parses, checks and
 * describes them. It does the work too, except where an account's private key has to: then the
 * context is over the public half, and the key's back end is told what was set.
 */

#include "prov/prov.h"

struct ccm_prov_operation {
	const struct ccm_prov *prov;
	const char *what; /* for messages */
	struct ccm_prov_key *key;
	EVP_PKEY_CTX *ctx;
	struct ccm_key *private; /* an account's, where its private half works; else NULL */
	OSSL_PARAM *params;      /* with private: all that was set */
};

/* Memory for a context that starts with a struct ccm_prov_operation; NULL is raised. */
void *ccm_prov_operation_new(const struct ccm_prov *prov, const char *what, size_t size);
/* The key, or with NULL the same one again; then a new context over it. False is raised. */
bool ccm_prov_operation_init(
    struct ccm_prov_operation *op, struct ccm_prov_key *key, bool needs_private);
/* The same without the context; and that alone. */
bool ccm_prov_operation_take(
    struct ccm_prov_operation *op, struct ccm_prov_key *key, bool needs_private);
bool ccm_prov_operation_context(struct ccm_prov_operation *op);
bool ccm_prov_operation_copy(const struct ccm_prov_operation *from, struct ccm_prov_operation *to);
void ccm_prov_operation_clear(struct ccm_prov_operation *op);

/* Raised with the operation's name; false. */
bool ccm_prov_operation_fail(
    const struct ccm_prov_operation *op, enum ccm_code code, const char *reason);

int ccm_prov_operation_get_params(void *op, OSSL_PARAM params[]);
int ccm_prov_operation_set_params(void *op, const OSSL_PARAM params[]);
/* Note what was set without going through set_params. */
bool ccm_prov_operation_note(struct ccm_prov_operation *op, const OSSL_PARAM params[]);

/* Hand the result of a back end to OpenSSL, and cleanse it. */
bool ccm_prov_operation_answer(const struct ccm_prov_operation *op, struct ccm_buf *result,
    unsigned char *out, size_t *out_len);

#endif
