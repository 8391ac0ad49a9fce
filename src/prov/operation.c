/* SPDX-License-Identifier: Apache-2.0 */
#include "prov/operation.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

void *
ccm_prov_operation_new(const struct ccm_prov *prov, const char *what, size_t size)
{
	struct ccm_error err = {0};
	struct ccm_prov_operation *op;

	if (!ccm_prov_enter(prov, what))
		return NULL;
	op = ccm_alloc(size, &err);
	if (op == NULL) {
		ccm_prov_raise(prov, what, &err);
		return NULL;
	}
	op->prov = prov;
	op->what = what;
	return op;
}

static void
forget(struct ccm_prov_operation *op)
{
	EVP_PKEY_CTX_free(op->ctx);
	ccm_key_unref(op->private);
	OSSL_PARAM_free(op->params);
	op->ctx = NULL;
	op->private = NULL;
	op->params = NULL;
}

bool
ccm_prov_operation_take(struct ccm_prov_operation *op, struct ccm_prov_key *key, bool needs_private)
{
	if (key != NULL) {
		ccm_prov_key_ref(key);
		ccm_prov_key_unref(op->key);
		op->key = key;
	}
	forget(op);
	if (op->key == NULL)
		return ccm_prov_operation_fail(op, CCM_USAGE, "no key");
	if (needs_private && op->key->item != NULL) {
		op->private = ccm_prov_key_private(op->key);
		if (op->private == NULL)
			return false;
	}
	return true;
}

bool
ccm_prov_operation_context(struct ccm_prov_operation *op)
{
	op->ctx = ccm_prov_key_context(op->key);
	return op->ctx != NULL;
}

bool
ccm_prov_operation_init(struct ccm_prov_operation *op, struct ccm_prov_key *key, bool needs_private)
{
	return ccm_prov_operation_take(op, key, needs_private) && ccm_prov_operation_context(op);
}

bool
ccm_prov_operation_copy(const struct ccm_prov_operation *from, struct ccm_prov_operation *to)
{
	to->key = from->key != NULL ? ccm_prov_key_ref(from->key) : NULL;
	to->private = from->private != NULL ? ccm_key_ref(from->private) : NULL;
	to->ctx = from->ctx != NULL ? EVP_PKEY_CTX_dup(from->ctx) : NULL;
	to->params = from->params != NULL ? OSSL_PARAM_dup(from->params) : NULL;
	return (to->ctx == NULL) == (from->ctx == NULL) &&
	       (to->params == NULL) == (from->params == NULL);
}

void
ccm_prov_operation_clear(struct ccm_prov_operation *op)
{
	forget(op);
	ccm_prov_key_unref(op->key);
	op->key = NULL;
}

bool
ccm_prov_operation_fail(const struct ccm_prov_operation *op, enum ccm_code code, const char *reason)
{
	struct ccm_error err = {0};

	ccm_fail(&err, code, "%s", reason);
	return ccm_prov_raise(op->prov, op->what, &err);
}

int
ccm_prov_operation_get_params(void *vop, OSSL_PARAM params[])
{
	struct ccm_prov_operation *op = vop;

	return op->ctx != NULL && EVP_PKEY_CTX_get_params(op->ctx, params) == 1;
}

int
ccm_prov_operation_set_params(void *vop, const OSSL_PARAM params[])
{
	struct ccm_prov_operation *op = vop;

	if (params == NULL || params->key == NULL)
		return 1;
	return op->ctx != NULL && EVP_PKEY_CTX_set_params(op->ctx, params) == 1 &&
	       ccm_prov_operation_note(op, params);
}

bool
ccm_prov_params_note(OSSL_PARAM **kept, const OSSL_PARAM params[])
{
	OSSL_PARAM *merged, *copy;

	if (params == NULL || params->key == NULL)
		return true;
	merged = *kept != NULL ? OSSL_PARAM_merge(*kept, params) : NULL;
	copy = OSSL_PARAM_dup(merged != NULL ? merged : params);
	OPENSSL_free(merged); /* the list only: what it lists is borrowed */
	if (copy == NULL)
		return false;
	OSSL_PARAM_free(*kept);
	*kept = copy;
	return true;
}

bool
ccm_prov_operation_note(struct ccm_prov_operation *op, const OSSL_PARAM params[])
{
	return op->private == NULL || ccm_prov_params_note(&op->params, params);
}

bool
ccm_prov_operation_answer(const struct ccm_prov_operation *op, struct ccm_buf *result,
    unsigned char *out, size_t *out_len)
{
	bool fits = result->len <= *out_len;

	if (fits) {
		if (result->len > 0)
			memcpy(out, result->data, result->len);
		*out_len = result->len;
	}
	ccm_buf_clear(result);
	return fits || ccm_prov_operation_fail(op, CCM_USAGE, "no room for the result");
}
