/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <string.h>

#include "core/crypto.h"
#include "p11/object.h"

/*
 * Signing and verifying, which differ only in the key at the start and the signature at the end.
 * Every failure ends the operation, and so does success, but for asking the size and a buffer that
 * is too small (PKCS#11 2.40 s.5.11).
 */

#define SIGNATURE_MAX 2048 /* RSA of 16384 bits */
#define INPUT_MAX 65536    /* of mechanisms that take a digest: more is a mistake */

static size_t
key_signature_len(enum ccm_key_type type, size_t bits)
{
	size_t bytes = (bits + 7) / 8;

	return type == CCM_KEY_EC ? 2 * bytes : bytes; /* r and s, each as wide as the order */
}

/* Check the key against the scheme, and make ready to take the input. */
static CK_RV
begin(struct ccm_p11_operation *operation, const EVP_PKEY *pkey)
{
	const struct ccm_p11_scheme *scheme = &operation->scheme;
	enum ccm_key_type type = ccm_pkey_type(pkey);
	struct ccm_error err = {0};
	const EVP_MD *md;
	CK_RV rv;

	operation->bits = (size_t)ccm_pkey_bits(pkey);
	operation->signature_len = key_signature_len(type, operation->bits);
	rv = ccm_p11_scheme_check_key(scheme, type, operation->bits);
	if (rv != CKR_OK || scheme->mechanism->digest == NULL)
		return rv;
	md = ccm_p11_digest_fetch(scheme->digest, &err);
	operation->hash = EVP_MD_CTX_new();
	if (md == NULL || operation->hash == NULL ||
	    EVP_DigestInit_ex2(operation->hash, md, NULL) != 1) {
		ccm_fail_openssl(&err, "digest %s", scheme->digest->name);
		return ccm_p11_failure("starting a signature", &err);
	}
	return CKR_OK;
}

/* The key that a handle means, if it is of the right kind and may be used so. */
static CK_RV
find_key(const struct ccm_p11_session *session, CK_OBJECT_HANDLE handle, CK_ATTRIBUTE_TYPE use,
    struct ccm_p11_object *object)
{
	CK_RV rv;

	if (!ccm_p11_object_get(session, handle, object))
		return CKR_KEY_HANDLE_INVALID;
	if (ccm_p11_object_permits(object, use))
		return CKR_OK;
	rv =
	    ccm_p11_object_is_key(object) ? CKR_KEY_FUNCTION_NOT_PERMITTED : CKR_KEY_HANDLE_INVALID;
	ccm_p11_object_clear(object);
	return rv;
}

static CK_RV
begin_signing(struct ccm_p11_operation *operation, const struct ccm_p11_object *object)
{
	struct ccm_error err = {0};
	struct ccm_key *key = ccm_p11_object_key(object, &err);
	CK_RV rv;

	if (key == NULL)
		return ccm_p11_failure("fetching a private key", &err);
	rv = begin(operation, ccm_key_public(key));
	if (rv == CKR_OK) {
		operation->signer = ccm_signer_new(key, &operation->scheme.params, &err);
		if (operation->signer == NULL)
			rv = ccm_p11_failure("starting a signature", &err);
	}
	ccm_key_unref(key);
	return rv;
}

static CK_RV
begin_verifying(struct ccm_p11_operation *operation, const struct ccm_p11_object *object)
{
	struct ccm_error err = {0};

	operation->public_key = ccm_p11_object_public_key(object, &err);
	if (operation->public_key == NULL)
		return ccm_p11_failure("fetching a public key", &err);
	return begin(operation, operation->public_key);
}

static CK_RV
operation_init(struct ccm_p11_session *session, struct ccm_p11_operation *operation,
    const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE handle)
{
	bool signing = operation == &session->sign;
	struct ccm_p11_object object;
	CK_RV rv;

	/* 3.0 s.5.13.1: without a mechanism, an active operation is called off */
	if (mechanism == NULL && !operation->active)
		return CKR_ARGUMENTS_BAD;
	if (mechanism == NULL) {
		ccm_p11_operation_clear(operation);
		return CKR_OK;
	}
	if (operation->active)
		return CKR_OPERATION_ACTIVE;
	rv = ccm_p11_scheme_parse(mechanism, &operation->scheme);
	if (rv != CKR_OK)
		return rv;
	rv = find_key(session, handle, signing ? CKA_SIGN : CKA_VERIFY, &object);
	if (rv != CKR_OK)
		return rv;
	/* what the listing tells is enough to refuse, before anything is fetched */
	if (ccm_p11_object_key_type(&object) != operation->scheme.mechanism->key_type)
		rv = CKR_KEY_TYPE_INCONSISTENT;
	else
		rv = signing ? begin_signing(operation, &object)
			     : begin_verifying(operation, &object);
	ccm_p11_object_clear(&object);
	if (rv != CKR_OK)
		ccm_p11_operation_clear(operation);
	else
		operation->active = true;
	return rv;
}

CK_RV
ccm_p11_sign_init(
    struct ccm_p11_session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	return operation_init(session, &session->sign, mechanism, key);
}

CK_RV
ccm_p11_verify_init(
    struct ccm_p11_session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	return operation_init(session, &session->verify, mechanism, key);
}

void
ccm_p11_operation_clear(struct ccm_p11_operation *operation)
{
	ccm_signer_free(operation->signer);
	EVP_PKEY_free(operation->public_key);
	EVP_MD_CTX_free(operation->hash);
	ccm_buf_clear(&operation->input);
	*operation = (struct ccm_p11_operation){0};
}

static CK_RV
take_input(struct ccm_p11_operation *operation, const CK_BYTE *data, CK_ULONG len)
{
	struct ccm_error err = {0};

	if (data == NULL && len != 0)
		return CKR_ARGUMENTS_BAD;
	if (operation->hash != NULL) {
		if (EVP_DigestUpdate(operation->hash, data, len) == 1)
			return CKR_OK;
		ccm_fail_openssl(&err, "digest %s", operation->scheme.digest->name);
		return ccm_p11_failure("hashing", &err);
	}
	if (len > INPUT_MAX - operation->input.len)
		return CKR_DATA_LEN_RANGE;
	if (!ccm_buf_append(&operation->input, data, len, &err))
		return ccm_p11_failure("taking what to sign", &err);
	return CKR_OK;
}

/* All input is here: what is left is what the key signs. */
static CK_RV
finish_input(struct ccm_p11_operation *operation)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct ccm_error err = {0};
	unsigned len;

	if (operation->hash != NULL) {
		if (EVP_DigestFinal_ex(operation->hash, digest, &len) != 1) {
			ccm_fail_openssl(&err, "digest %s", operation->scheme.digest->name);
			return ccm_p11_failure("hashing", &err);
		}
		if (!ccm_buf_append(&operation->input, digest, len, &err))
			return ccm_p11_failure("hashing", &err);
	}
	return ccm_p11_scheme_check_input(
	    &operation->scheme, operation->bits, operation->input.len);
}

static CK_RV
make_signature(struct ccm_p11_operation *operation, CK_BYTE *signature)
{
	unsigned char made[SIGNATURE_MAX];
	size_t len = sizeof(made);
	struct ccm_error err = {0};
	bool ok;

	ok = ccm_signer_sign(operation->signer, ccm_buf_span(&operation->input), made, &len, &err);
	if (ok && operation->scheme.mechanism->key_type == CCM_KEY_EC)
		ok = ccm_ecdsa_to_raw(
		    CCM_SPAN(made, len), operation->signature_len / 2, signature, &err);
	else if (ok && len == operation->signature_len)
		memcpy(signature, made, len);
	else if (ok)
		ok = ccm_fail(&err, CCM_INTERNAL, "a signature of %zu bytes, not %zu", len,
		    operation->signature_len);
	return ok ? CKR_OK : ccm_p11_failure("signing", &err);
}

/* The last step of both forms: data is NULL when all of it came in parts. */
static CK_RV
sign(struct ccm_p11_operation *operation, struct ccm_span data, CK_BYTE *signature, CK_ULONG *len)
{
	CK_ULONG room;
	CK_RV rv;

	if (len == NULL || (data.data == NULL && data.len != 0))
		return CKR_ARGUMENTS_BAD;
	room = *len;
	*len = operation->signature_len;
	if (signature == NULL)
		return CKR_OK;
	if (room < operation->signature_len)
		return CKR_BUFFER_TOO_SMALL;
	rv = take_input(operation, data.data, data.len);
	if (rv == CKR_OK)
		rv = finish_input(operation);
	return rv == CKR_OK ? make_signature(operation, signature) : rv;
}

static CK_RV
verify(struct ccm_p11_operation *operation, struct ccm_span data, struct ccm_span signature)
{
	const struct ccm_p11_scheme *scheme = &operation->scheme;
	struct ccm_buf der = {0};
	struct ccm_error err = {0};
	CK_RV rv;
	bool ok;

	if (signature.data == NULL)
		return CKR_ARGUMENTS_BAD;
	rv = take_input(operation, data.data, data.len);
	if (rv == CKR_OK)
		rv = finish_input(operation);
	if (rv != CKR_OK)
		return rv;
	if (signature.len != operation->signature_len)
		return CKR_SIGNATURE_LEN_RANGE;
	if (scheme->mechanism->key_type == CCM_KEY_EC) {
		if (!ccm_ecdsa_to_der(signature, &der, NULL))
			return CKR_SIGNATURE_INVALID;
		signature = ccm_buf_span(&der);
	}
	ok = ccm_pkey_verify(operation->public_key, &scheme->params,
	    ccm_buf_span(&operation->input), signature, &err);
	ccm_buf_clear(&der);
	if (!ok && err.code != CCM_OK)
		return ccm_p11_failure("verifying", &err);
	return ok ? CKR_OK : CKR_SIGNATURE_INVALID;
}

/* Every end of an operation but the two that let the caller ask again. */
static CK_RV
end(struct ccm_p11_operation *operation, CK_RV rv, bool was_query)
{
	if (rv != CKR_BUFFER_TOO_SMALL && !(rv == CKR_OK && was_query))
		ccm_p11_operation_clear(operation);
	return rv;
}

static CK_RV
check_in_one(const struct ccm_p11_operation *operation)
{
	if (!operation->active)
		return CKR_OPERATION_NOT_INITIALIZED;
	return operation->in_parts ? CKR_OPERATION_ACTIVE : CKR_OK;
}

static CK_RV
update(struct ccm_p11_operation *operation, const CK_BYTE *part, CK_ULONG len)
{
	CK_RV rv;

	if (!operation->active)
		return CKR_OPERATION_NOT_INITIALIZED;
	operation->in_parts = true;
	rv = take_input(operation, part, len);
	return end(operation, rv, rv == CKR_OK);
}

CK_RV
ccm_p11_sign(struct ccm_p11_session *session, const CK_BYTE *data, CK_ULONG data_len,
    CK_BYTE *signature, CK_ULONG *signature_len)
{
	struct ccm_p11_operation *operation = &session->sign;
	CK_RV rv = check_in_one(operation);

	if (rv == CKR_OK)
		rv = sign(operation, CCM_SPAN(data, data_len), signature, signature_len);
	return end(operation, rv, signature == NULL);
}

CK_RV
ccm_p11_sign_update(struct ccm_p11_session *session, const CK_BYTE *part, CK_ULONG len)
{
	return update(&session->sign, part, len);
}

CK_RV
ccm_p11_sign_final(struct ccm_p11_session *session, CK_BYTE *signature, CK_ULONG *signature_len)
{
	struct ccm_p11_operation *operation = &session->sign;

	if (!operation->active)
		return CKR_OPERATION_NOT_INITIALIZED;
	return end(operation, sign(operation, CCM_SPAN(NULL, 0), signature, signature_len),
	    signature == NULL);
}

CK_RV
ccm_p11_verify(struct ccm_p11_session *session, const CK_BYTE *data, CK_ULONG data_len,
    const CK_BYTE *signature, CK_ULONG signature_len)
{
	struct ccm_p11_operation *operation = &session->verify;
	CK_RV rv = check_in_one(operation);

	if (rv == CKR_OK)
		rv =
		    verify(operation, CCM_SPAN(data, data_len), CCM_SPAN(signature, signature_len));
	return end(operation, rv, false);
}

CK_RV
ccm_p11_verify_update(struct ccm_p11_session *session, const CK_BYTE *part, CK_ULONG len)
{
	return update(&session->verify, part, len);
}

CK_RV
ccm_p11_verify_final(
    struct ccm_p11_session *session, const CK_BYTE *signature, CK_ULONG signature_len)
{
	struct ccm_p11_operation *operation = &session->verify;

	if (!operation->active)
		return CKR_OPERATION_NOT_INITIALIZED;
	return end(operation,
	    verify(operation, CCM_SPAN(NULL, 0), CCM_SPAN(signature, signature_len)), false);
}
