/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "p11/own.h"

CK_RV
ccm_p11_begin_digesting(struct ccm_p11_operation *operation, const struct ccm_p11_object *object)
{
	(void)object;
	return ccm_p11_operation_hash(operation);
}

size_t
ccm_p11_digest_size(const struct ccm_p11_operation *operation, size_t input_len)
{
	(void)input_len;
	return operation->scheme.digest->size;
}

CK_RV
ccm_p11_digest(
    struct ccm_p11_operation *operation, struct ccm_span data, CK_BYTE *out, CK_ULONG *out_len)
{
	struct ccm_p11_input input;
	CK_RV rv = ccm_p11_operation_finish(operation, data, &input);

	if (rv != CKR_OK)
		return rv;
	memcpy(out, input.bytes.data, input.bytes.len);
	*out_len = input.bytes.len;
	return CKR_OK;
}

/* 2.40 s.5.10.4: only secret keys can be digested, whether or not they may be seen. */
CK_RV
ccm_p11_digest_key(struct ccm_p11_session *session, CK_OBJECT_HANDLE handle)
{
	struct ccm_p11_operation *operation = &session->operations[CCM_P11_DIGEST];
	struct ccm_p11_object object;
	CK_RV rv;

	if (!operation->active)
		return CKR_OPERATION_NOT_INITIALIZED;
	if (!ccm_p11_object_get(session, handle, &object)) {
		rv = CKR_KEY_HANDLE_INVALID;
	} else if ((object.kind & CCM_P11_OWN_SECRET) == 0) {
		rv = ccm_p11_object_is_key(&object) ? CKR_KEY_INDIGESTIBLE : CKR_KEY_HANDLE_INVALID;
	} else {
		operation->in_parts = true;
		rv = ccm_p11_operation_take(operation, ccm_p11_own_value(object.own, CKA_VALUE));
	}
	ccm_p11_object_clear(&object);
	if (rv != CKR_OK)
		ccm_p11_operation_end(operation);
	return rv;
}
