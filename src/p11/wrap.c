/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/crypto.h"
#include "p11/keygen.h"

/* Secret keys by RSA. */

/* The key that wraps has error codes of its own. */
static CK_RV
rename_error(CK_RV rv, bool unwrapping)
{
	static const struct {
		CK_RV rv, wrap, unwrap;
	} names[] = {
	    {CKR_KEY_HANDLE_INVALID, CKR_WRAPPING_KEY_HANDLE_INVALID,
		CKR_UNWRAPPING_KEY_HANDLE_INVALID},
	    {CKR_KEY_TYPE_INCONSISTENT, CKR_WRAPPING_KEY_TYPE_INCONSISTENT,
		CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT},
	    {CKR_KEY_SIZE_RANGE, CKR_WRAPPING_KEY_SIZE_RANGE, CKR_UNWRAPPING_KEY_SIZE_RANGE},
	    {CKR_DATA_LEN_RANGE, CKR_KEY_SIZE_RANGE, CKR_KEY_SIZE_RANGE},
	    {CKR_ENCRYPTED_DATA_LEN_RANGE, CKR_WRAPPED_KEY_LEN_RANGE, CKR_WRAPPED_KEY_LEN_RANGE},
	    {CKR_ENCRYPTED_DATA_INVALID, CKR_WRAPPED_KEY_INVALID, CKR_WRAPPED_KEY_INVALID},
	};

	for (size_t i = 0; i < CCM_COUNT(names); i++)
		if (names[i].rv == rv)
			return unwrapping ? names[i].unwrap : names[i].wrap;
	return rv;
}

/* An operation that lasts for this call. */
static CK_RV
begin(const struct ccm_p11_session *session, const struct ccm_p11_wrapping *wrapping,
    bool unwrapping, struct ccm_p11_operation *operation)
{
	struct ccm_p11_object by = {0};
	CK_RV rv;

	*operation = (struct ccm_p11_operation){0};
	if (wrapping->mechanism == NULL)
		return CKR_ARGUMENTS_BAD;
	rv = ccm_p11_scheme_parse(
	    wrapping->mechanism, unwrapping ? CKF_UNWRAP : CKF_WRAP, &operation->scheme);
	if (rv == CKR_OK)
		rv = ccm_p11_operation_find_key(session, wrapping->by,
		    unwrapping ? CKA_UNWRAP : CKA_WRAP, &operation->scheme, &by);
	if (rv == CKR_OK)
		rv = unwrapping ? ccm_p11_begin_decrypting(operation, &by)
				: ccm_p11_begin_encrypting(operation, &by);
	ccm_p11_object_clear(&by);
	return rename_error(rv, unwrapping);
}

static CK_RV
find_wrapped(
    const struct ccm_p11_session *session, CK_OBJECT_HANDLE handle, struct ccm_p11_object *object)
{
	if (!ccm_p11_object_get(session, handle, object) || !ccm_p11_object_is_key(object))
		return CKR_KEY_HANDLE_INVALID;
	if ((object->kind & CCM_P11_OWN_SECRET) == 0)
		return CKR_KEY_NOT_WRAPPABLE;
	if (!ccm_p11_own_flag(object->own, CKA_EXTRACTABLE))
		return CKR_KEY_UNEXTRACTABLE;
	/* no key of ours is CKA_TRUSTED */
	return ccm_p11_own_flag(object->own, CKA_WRAP_WITH_TRUSTED) ? CKR_KEY_NOT_WRAPPABLE
								    : CKR_OK;
}

static CK_RV
seal(struct ccm_p11_operation *operation, struct ccm_span value, CK_BYTE *out, CK_ULONG *out_len)
{
	size_t size = ccm_p11_encrypted_size(operation, value.len);
	struct ccm_buf sealed = {0};
	CK_RV rv;

	if (value.len > ccm_p11_scheme_room(&operation->scheme, operation->bits))
		return CKR_KEY_SIZE_RANGE;
	if (out == NULL || *out_len < size) {
		*out_len = size;
		return out == NULL ? CKR_OK : CKR_BUFFER_TOO_SMALL;
	}
	rv = ccm_p11_seal(operation, value, &sealed);
	if (rv == CKR_OK)
		rv = ccm_p11_hand_over(&sealed, out, out_len);
	ccm_buf_clear(&sealed);
	return rename_error(rv, false);
}

CK_RV
ccm_p11_wrap(const struct ccm_p11_session *session, const struct ccm_p11_wrapping *wrapping,
    CK_BYTE *out, CK_ULONG *out_len)
{
	struct ccm_p11_operation operation;
	struct ccm_p11_object object = {0};
	CK_RV rv = begin(session, wrapping, false, &operation);

	if (rv == CKR_OK && out_len == NULL)
		rv = CKR_ARGUMENTS_BAD;
	if (rv == CKR_OK)
		rv = find_wrapped(session, wrapping->key, &object);
	if (rv == CKR_OK)
		rv = seal(&operation, ccm_p11_own_value(object.own, CKA_VALUE), out, out_len);
	ccm_p11_object_clear(&object);
	ccm_p11_operation_clear(&operation);
	return rv;
}

/* Unwrapping */

/*
 * PKCS#1 v1.5 with a length that is not the wanted one has been tampered with, as has a wrong
 * padding, in whose place other bytes came: here, too, others come (RFC 5246 7.4.7.1).
 */
static CK_RV
substitute(struct ccm_buf *value, size_t want)
{
	const struct ccm_hkdf_input input = {.digest = "SHA256",
	    .key = ccm_buf_span(value),
	    .salt = ccm_span_of("implicit rejection"),
	    .info = ccm_span_of("key")};
	struct ccm_buf other = {.secret = true};
	struct ccm_error err = {0};

	if (!ccm_buf_reserve(&other, want, &err) || !ccm_hkdf(&input, other.data, want, &err)) {
		ccm_buf_clear(&other);
		return ccm_p11_failure("C_UnwrapKey", &err);
	}
	other.len = want;
	ccm_buf_clear(value);
	*value = other;
	return CKR_OK;
}

/* Make it as long as the template says. */
static CK_RV
fit(const struct ccm_p11_operation *operation, const struct ccm_p11_own *own, struct ccm_buf *value)
{
	const struct ccm_p11_mechanism *mechanism = operation->scheme.mechanism;
	size_t want = ccm_p11_own_number(own, CKA_VALUE_LEN);

	if (mechanism->type == CKM_RSA_X_509) {
		/* 2.40 mechanisms s.2.1.7: the key is at the end */
		if (want == 0)
			return CKR_TEMPLATE_INCOMPLETE;
		if (want > value->len)
			return CKR_WRAPPED_KEY_LEN_RANGE;
		memmove(value->data, value->data + value->len - want, want);
		value->len = want;
		return CKR_OK;
	}
	if (want == 0 || want == value->len)
		return CKR_OK;
	if (mechanism->padding != CCM_PAD_PKCS1)
		return CKR_WRAPPED_KEY_LEN_RANGE;
	if (want > ccm_p11_scheme_room(&operation->scheme, operation->bits))
		return CKR_KEY_SIZE_RANGE;
	return substitute(value, want);
}

static CK_RV
open_key(const struct ccm_p11_session *session, struct ccm_p11_operation *operation,
    struct ccm_p11_own *take_own, struct ccm_span wrapped, CK_OBJECT_HANDLE *handle)
{
	const struct ccm_p11_origin origin = {CK_UNAVAILABLE_INFORMATION, false, false};
	struct ccm_buf value = {.secret = true};
	CK_RV rv = ccm_p11_open(operation, wrapped, &value);

	if (rv == CKR_OK)
		rv = fit(operation, take_own, &value);
	if (rv == CKR_OK) {
		rv = ccm_p11_made_secret(session, take_own, ccm_buf_span(&value), &origin, handle);
		rv = rv == CKR_ATTRIBUTE_VALUE_INVALID ? CKR_WRAPPED_KEY_LEN_RANGE : rv;
	} else {
		ccm_p11_own_unref(take_own);
	}
	ccm_buf_clear(&value);
	return rename_error(rv, true);
}

CK_RV
ccm_p11_unwrap(const struct ccm_p11_session *session, const struct ccm_p11_wrapping *wrapping,
    struct ccm_span wrapped, const struct ccm_p11_template *template, CK_OBJECT_HANDLE *handle)
{
	struct ccm_p11_operation operation;
	struct ccm_p11_own *own = NULL;
	enum ccm_p11_kind kind;
	CK_RV rv;

	if (wrapped.data == NULL || handle == NULL)
		return CKR_ARGUMENTS_BAD;
	rv = begin(session, wrapping, true, &operation);
	if (rv == CKR_OK)
		rv = ccm_p11_made_secret_kind(template, true, &kind);
	if (rv == CKR_OK)
		rv = ccm_p11_made_new(kind, template, &own);
	if (rv == CKR_OK)
		rv = open_key(session, &operation, own, wrapped, handle);
	ccm_p11_operation_clear(&operation);
	return rv;
}
