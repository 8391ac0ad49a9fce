/* SPDX-License-Identifier: Apache-2.0 */
#include "p11/operation.h"

#include <openssl/evp.h>
#include <string.h>

#include "core/crypto.h"
#include "p11/own.h"

/*
 * Every failure ends an operation, and so does success, but for asking the size and a buffer that
 * is too small (PKCS#11 2.40 s.5.2, s.5.8 and after).
 */

#define MESSAGE_MAX (64 * 1024 * 1024) /* of Ed25519, which wants all of it at once */
#define INPUT_MAX 65536 /* of mechanisms that take a digest or a block: more is a mistake */

static const struct use {
	CK_FLAGS flag;
	CK_ATTRIBUTE_TYPE permission;
	CK_RV (*begin)(struct ccm_p11_operation *operation, const struct ccm_p11_object *object);
	size_t (*size)(const struct ccm_p11_operation *operation, size_t input_len);
	bool exact; /* the size is what comes, not the most that may come */
	CK_RV(*make)
	(struct ccm_p11_operation *operation, struct ccm_span data, CK_BYTE *out,
	    CK_ULONG *out_len);
} uses[CCM_P11_USES] = {
    [CCM_P11_ENCRYPT] = {CKF_ENCRYPT, CKA_ENCRYPT, ccm_p11_begin_encrypting, ccm_p11_encrypted_size,
	false, ccm_p11_encrypt},
    [CCM_P11_DECRYPT] = {CKF_DECRYPT, CKA_DECRYPT, ccm_p11_begin_decrypting, ccm_p11_decrypted_size,
	false, ccm_p11_decrypt},
    [CCM_P11_DIGEST] = {CKF_DIGEST, 0, ccm_p11_begin_digesting, ccm_p11_digest_size, true,
	ccm_p11_digest},
    [CCM_P11_SIGN] = {CKF_SIGN, CKA_SIGN, ccm_p11_begin_signing, ccm_p11_signature_size, true,
	ccm_p11_make_signature},
    [CCM_P11_SIGN_RECOVER] = {CKF_SIGN_RECOVER, CKA_SIGN_RECOVER, ccm_p11_begin_signing,
	ccm_p11_signature_size, true, ccm_p11_make_signature},
    [CCM_P11_VERIFY] = {CKF_VERIFY, CKA_VERIFY, ccm_p11_begin_verifying, NULL, false, NULL},
    [CCM_P11_VERIFY_RECOVER] = {CKF_VERIFY_RECOVER, CKA_VERIFY_RECOVER, ccm_p11_begin_verifying,
	ccm_p11_recovered_size, false, ccm_p11_recover},
};

void
ccm_p11_operation_end(struct ccm_p11_operation *operation)
{
	EVP_MD_CTX *hash = operation->hash;

	ccm_signer_free(operation->signer);
	ccm_key_unref(operation->key);
	EVP_PKEY_free(operation->public_key);
	ccm_buf_clear(&operation->input);
	ccm_buf_clear(&operation->label);
	*operation = (struct ccm_p11_operation){.hash = hash};
}

void
ccm_p11_operation_clear(struct ccm_p11_operation *operation)
{
	ccm_p11_operation_end(operation);
	EVP_MD_CTX_free(operation->hash);
	operation->hash = NULL;
}

void
ccm_p11_operations_cancel(struct ccm_p11_session *session, CK_FLAGS flags)
{
	for (size_t i = 0; i < CCM_P11_USES; i++)
		if ((flags & uses[i].flag) != 0)
			ccm_p11_operation_end(&session->operations[i]);
}

bool
ccm_p11_operations_active(const struct ccm_p11_session *session)
{
	for (size_t i = 0; i < CCM_P11_USES; i++)
		if (session->operations[i].active)
			return true;
	return false;
}

/* Beginning */

/* A list that is there and empty would allow nothing, but nobody can tell it from none. */
static bool
allows_mechanism(const struct ccm_p11_object *object, CK_MECHANISM_TYPE type)
{
	struct ccm_span list = CCM_SPAN(NULL, 0);
	CK_MECHANISM_TYPE allowed;

	if (object->own != NULL)
		list = ccm_p11_own_value(object->own, CKA_ALLOWED_MECHANISMS);
	for (size_t at = 0; at + sizeof(allowed) <= list.len; at += sizeof(allowed)) {
		memcpy(&allowed, list.data + at, sizeof(allowed));
		if (allowed == type)
			return true;
	}
	return list.len == 0;
}

/* What the listing tells is enough to refuse, before anything is fetched. */
static CK_RV
judge_key(const struct ccm_p11_object *object, CK_ATTRIBUTE_TYPE permission,
    const struct ccm_p11_scheme *scheme)
{
	if (!ccm_p11_object_is_key(object))
		return CKR_KEY_HANDLE_INVALID;
	if (!ccm_p11_object_permits(object, permission))
		return CKR_KEY_FUNCTION_NOT_PERMITTED;
	if (!allows_mechanism(object, scheme->mechanism->type))
		return CKR_MECHANISM_INVALID;
	return ccm_p11_object_key_type(object) == scheme->mechanism->key_type
		   ? CKR_OK
		   : CKR_KEY_TYPE_INCONSISTENT;
}

CK_RV
ccm_p11_operation_find_key(const struct ccm_p11_session *session, CK_OBJECT_HANDLE handle,
    CK_ATTRIBUTE_TYPE permission, const struct ccm_p11_scheme *scheme,
    struct ccm_p11_object *object)
{
	CK_RV rv;

	if (!ccm_p11_object_get(session, handle, object))
		return CKR_KEY_HANDLE_INVALID;
	rv = judge_key(object, permission, scheme);
	if (rv != CKR_OK)
		ccm_p11_object_clear(object);
	return rv;
}

/* The scheme's data is the caller's: of what is used later, we need our own. */
static CK_RV
keep_label(struct ccm_p11_operation *operation)
{
	struct ccm_span *data = &operation->scheme.data;
	struct ccm_error err = {0};

	if (!ccm_buf_append(&operation->label, data->data, data->len, &err))
		return ccm_p11_failure("taking a mechanism's parameter", &err);
	*data = ccm_buf_span(&operation->label);
	return CKR_OK;
}

static CK_RV
begin(const struct ccm_p11_session *session, const struct use *use,
    struct ccm_p11_operation *operation, CK_OBJECT_HANDLE handle)
{
	struct ccm_p11_object object = {0};
	CK_RV rv = CKR_OK;

	if (use->permission != 0)
		rv = ccm_p11_operation_find_key(
		    session, handle, use->permission, &operation->scheme, &object);
	if (rv == CKR_OK && operation->scheme.data.len != 0)
		rv = keep_label(operation);
	if (rv == CKR_OK)
		rv = use->begin(operation, &object);
	ccm_p11_object_clear(&object);
	return rv;
}

CK_RV
ccm_p11_operation_init(struct ccm_p11_session *session, enum ccm_p11_use use,
    const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	struct ccm_p11_operation *operation = &session->operations[use];
	CK_RV rv;

	/* 3.0 s.5.13.1 and its like: without a mechanism, an active operation is called off */
	if (mechanism == NULL && !operation->active)
		return CKR_ARGUMENTS_BAD;
	if (mechanism == NULL) {
		ccm_p11_operation_end(operation);
		return CKR_OK;
	}
	if (operation->active)
		return CKR_OPERATION_ACTIVE;
	rv = ccm_p11_scheme_parse(mechanism, uses[use].flag, &operation->scheme);
	if (rv == CKR_OK)
		rv = begin(session, &uses[use], operation, key);
	if (rv != CKR_OK)
		ccm_p11_operation_end(operation);
	else
		operation->active = true;
	return rv;
}

/* Input */

static CK_RV
hash_failure(const struct ccm_p11_operation *operation)
{
	struct ccm_error err = {0};

	ccm_fail_openssl(&err, "digest %s", operation->scheme.digest->name);
	return ccm_p11_failure("hashing", &err);
}

CK_RV
ccm_p11_operation_hash(struct ccm_p11_operation *operation)
{
	struct ccm_error err = {0};
	const EVP_MD *md = ccm_p11_digest_fetch(operation->scheme.digest, &err);

	if (md == NULL)
		return ccm_p11_failure("hashing", &err);
	if (operation->hash == NULL)
		operation->hash = EVP_MD_CTX_new();
	if (operation->hash == NULL || EVP_DigestInit_ex2(operation->hash, md, NULL) != 1)
		return hash_failure(operation);
	operation->hashes = true;
	return CKR_OK;
}

CK_RV
ccm_p11_operation_take(struct ccm_p11_operation *operation, struct ccm_span part)
{
	bool message = operation->scheme.mechanism->key_type == CCM_KEY_ED25519;
	size_t most = message ? MESSAGE_MAX : INPUT_MAX;
	struct ccm_error err = {0};

	if (part.data == NULL && part.len != 0)
		return CKR_ARGUMENTS_BAD;
	if (operation->hashes)
		return EVP_DigestUpdate(operation->hash, part.data, part.len) == 1
			   ? CKR_OK
			   : hash_failure(operation);
	if (part.len > most - operation->input.len)
		return CKR_DATA_LEN_RANGE;
	if (!ccm_buf_append(&operation->input, part.data, part.len, &err))
		return ccm_p11_failure("taking input", &err);
	return CKR_OK;
}

CK_RV
ccm_p11_operation_finish(
    struct ccm_p11_operation *operation, struct ccm_span data, struct ccm_p11_input *input)
{
	unsigned len;

	input->bytes = operation->in_parts ? ccm_buf_span(&operation->input) : data;
	if (!operation->hashes)
		return CKR_OK;
	if ((!operation->in_parts && EVP_DigestUpdate(operation->hash, data.data, data.len) != 1) ||
	    EVP_DigestFinal_ex(operation->hash, input->digest, &len) != 1)
		return hash_failure(operation);
	input->bytes = CCM_SPAN(input->digest, len);
	return CKR_OK;
}

static CK_RV
update(struct ccm_p11_operation *operation, struct ccm_span part)
{
	CK_RV rv;

	if (!operation->active)
		return CKR_OPERATION_NOT_INITIALIZED;
	operation->in_parts = true;
	rv = ccm_p11_operation_take(operation, part);
	if (rv != CKR_OK)
		ccm_p11_operation_end(operation);
	return rv;
}

CK_RV
ccm_p11_operation_update(
    struct ccm_p11_session *session, enum ccm_p11_use use, struct ccm_span part)
{
	return update(&session->operations[use], part);
}

CK_RV
ccm_p11_operation_stream(struct ccm_p11_session *session, enum ccm_p11_use use,
    struct ccm_span part, const CK_BYTE *out, CK_ULONG *out_len)
{
	struct ccm_p11_operation *operation = &session->operations[use];
	CK_RV rv;

	if (!operation->active)
		return CKR_OPERATION_NOT_INITIALIZED;
	if (out_len == NULL) {
		ccm_p11_operation_end(operation);
		return CKR_ARGUMENTS_BAD;
	}
	*out_len = 0;
	if (out == NULL) /* how much would come? */
		return CKR_OK;
	rv = update(operation, part);
	return rv;
}

/* Output */

CK_RV
ccm_p11_hand_over(const struct ccm_buf *result, CK_BYTE *out, CK_ULONG *out_len)
{
	CK_ULONG room = *out_len;

	*out_len = result->len;
	if (room < result->len)
		return CKR_BUFFER_TOO_SMALL;
	if (result->len != 0)
		memcpy(out, result->data, result->len);
	return CKR_OK;
}

/* The last step of both forms: data is what came in one part. */
static CK_RV
produce(const struct use *use, struct ccm_p11_operation *operation, struct ccm_span data,
    CK_BYTE *out, CK_ULONG *out_len)
{
	size_t size;

	if (out_len == NULL || (data.data == NULL && data.len != 0))
		return CKR_ARGUMENTS_BAD;
	size = use->size(operation, operation->in_parts ? operation->input.len : data.len);
	if (out == NULL || (use->exact && *out_len < size)) {
		*out_len = size;
		return out == NULL ? CKR_OK : CKR_BUFFER_TOO_SMALL;
	}
	return use->make(operation, data, out, out_len);
}

/* Every end of an operation but the two that let the caller ask again. */
static CK_RV
end(struct ccm_p11_operation *operation, CK_RV rv, bool was_query)
{
	if (rv != CKR_BUFFER_TOO_SMALL && !(rv == CKR_OK && was_query))
		ccm_p11_operation_end(operation);
	return rv;
}

CK_RV
ccm_p11_operation_once(struct ccm_p11_session *session, enum ccm_p11_use use, struct ccm_span data,
    CK_BYTE *out, CK_ULONG *out_len)
{
	struct ccm_p11_operation *operation = &session->operations[use];
	CK_RV rv = CKR_OPERATION_ACTIVE;

	if (!operation->active)
		return CKR_OPERATION_NOT_INITIALIZED;
	if (!operation->in_parts)
		rv = produce(&uses[use], operation, data, out, out_len);
	return end(operation, rv, out == NULL);
}

CK_RV
ccm_p11_operation_final(
    struct ccm_p11_session *session, enum ccm_p11_use use, CK_BYTE *out, CK_ULONG *out_len)
{
	struct ccm_p11_operation *operation = &session->operations[use];

	if (!operation->active)
		return CKR_OPERATION_NOT_INITIALIZED;
	operation->in_parts = true;
	return end(operation, produce(&uses[use], operation, CCM_SPAN(NULL, 0), out, out_len),
	    out == NULL);
}
