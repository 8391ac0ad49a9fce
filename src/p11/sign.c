/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <string.h>

#include "core/crypto.h"
#include "p11/object.h"

/* Signing and verifying, with recovery or without. */

#define SIGNATURE_MAX 2048 /* RSA of 16384 bits */

/* Two numbers in DER inside, r || s outside (2.40 mechanisms s.2.3.1). */
static bool
is_pair(const struct ccm_p11_operation *operation)
{
	enum ccm_key_type type = operation->scheme.mechanism->key_type;

	return type == CCM_KEY_EC || type == CCM_KEY_SM2;
}

size_t
ccm_p11_signature_size(const struct ccm_p11_operation *operation, size_t input_len)
{
	size_t size = (operation->bits + 7) / 8;

	(void)input_len;
	/* Ed25519's are as two numbers of its field */
	return operation->scheme.mechanism->key_type == CCM_KEY_RSA ? size : 2 * size;
}

/* What SM2 digests before the message. */
static CK_RV
hash_prefix(struct ccm_p11_operation *operation, const EVP_PKEY *pkey)
{
	unsigned char prefix[CCM_SM2_DIGEST_SIZE];
	struct ccm_error err = {0};

	if (!ccm_sm2_prefix(pkey, operation->scheme.data, prefix, &err))
		return ccm_p11_failure("starting a signature", &err);
	return ccm_p11_operation_take(operation, CCM_SPAN(prefix, sizeof(prefix)));
}

/* Check the key against the scheme, and make ready to take the input. */
static CK_RV
begin(struct ccm_p11_operation *operation, const EVP_PKEY *pkey)
{
	const struct ccm_p11_mechanism *mechanism = operation->scheme.mechanism;
	CK_RV rv;

	operation->bits = (size_t)ccm_pkey_bits(pkey);
	rv = ccm_p11_scheme_check_key(&operation->scheme, ccm_pkey_type(pkey), operation->bits);
	if (rv == CKR_OK && mechanism->digest != NULL)
		rv = ccm_p11_operation_hash(operation);
	if (rv == CKR_OK && mechanism->parse == ccm_p11_parse_sm2)
		rv = hash_prefix(operation, pkey);
	return rv;
}

CK_RV
ccm_p11_begin_signing(struct ccm_p11_operation *operation, const struct ccm_p11_object *object)
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

CK_RV
ccm_p11_begin_verifying(struct ccm_p11_operation *operation, const struct ccm_p11_object *object)
{
	struct ccm_error err = {0};

	operation->public_key = ccm_p11_object_public_key(object, &err);
	if (operation->public_key == NULL)
		return ccm_p11_failure("fetching a public key", &err);
	return begin(operation, operation->public_key);
}

/* X.509 raw takes a number, of which leading zeros may be missing (2.40 mechanisms s.2.1.7). */
static bool
is_number(const struct ccm_p11_operation *operation)
{
	return operation->scheme.mechanism->key_type == CCM_KEY_RSA &&
	       operation->scheme.params.padding == CCM_PAD_NONE;
}

/* All input is here: what is left is what the key signs. room is for a number. */
static CK_RV
finish(struct ccm_p11_operation *operation, struct ccm_span data, struct ccm_p11_input *input,
    unsigned char room[static SIGNATURE_MAX])
{
	size_t size = (operation->bits + 7) / 8;
	CK_RV rv = ccm_p11_operation_finish(operation, data, input);

	if (rv == CKR_OK)
		rv = ccm_p11_scheme_check_input(
		    &operation->scheme, operation->bits, input->bytes.len);
	if (rv != CKR_OK || !is_number(operation) || input->bytes.len == size)
		return rv;
	memset(room, 0, size - input->bytes.len);
	if (input->bytes.len != 0)
		memcpy(room + size - input->bytes.len, input->bytes.data, input->bytes.len);
	input->bytes = CCM_SPAN(room, size);
	return CKR_OK;
}

static CK_RV
sign(struct ccm_p11_operation *operation, struct ccm_span input, CK_BYTE *out)
{
	size_t len = SIGNATURE_MAX, want = ccm_p11_signature_size(operation, 0);
	unsigned char made[SIGNATURE_MAX];
	struct ccm_error err = {0};
	bool ok = ccm_signer_sign(operation->signer, input, made, &len, &err);

	if (!ok && is_number(operation) && err.code == CCM_CRYPTO)
		return CKR_DATA_INVALID; /* a number larger than the modulus */
	if (ok && is_pair(operation))
		ok = ccm_ecdsa_to_raw(CCM_SPAN(made, len), want / 2, out, &err);
	else if (ok && len == want)
		memcpy(out, made, len);
	else if (ok)
		ok = ccm_fail(&err, CCM_INTERNAL, "a signature of %zu bytes, not %zu", len, want);
	return ok ? CKR_OK : ccm_p11_failure("signing", &err);
}

CK_RV
ccm_p11_make_signature(
    struct ccm_p11_operation *operation, struct ccm_span data, CK_BYTE *out, CK_ULONG *out_len)
{
	unsigned char room[SIGNATURE_MAX];
	struct ccm_p11_input input;
	CK_RV rv = finish(operation, data, &input, room);

	if (rv == CKR_OK)
		rv = sign(operation, input.bytes, out);
	*out_len = ccm_p11_signature_size(operation, 0);
	return rv;
}

/* Verifying */

static CK_RV
judge(const struct ccm_p11_operation *operation, struct ccm_span input, struct ccm_span signature)
{
	struct ccm_buf der = {0};
	struct ccm_error err = {0};
	bool ok;

	if (is_pair(operation)) {
		if (!ccm_ecdsa_to_der(signature, &der, NULL))
			return CKR_SIGNATURE_INVALID;
		signature = ccm_buf_span(&der);
	}
	ok = ccm_pkey_verify(
	    operation->public_key, &operation->scheme.params, input, signature, &err);
	ccm_buf_clear(&der);
	if (!ok && err.code != CCM_OK)
		return ccm_p11_failure("verifying", &err);
	return ok ? CKR_OK : CKR_SIGNATURE_INVALID;
}

static CK_RV
verify(struct ccm_p11_operation *operation, struct ccm_span data, struct ccm_span signature)
{
	unsigned char room[SIGNATURE_MAX];
	struct ccm_p11_input input;
	CK_RV rv;

	if (signature.data == NULL || (data.data == NULL && data.len != 0))
		return CKR_ARGUMENTS_BAD;
	rv = finish(operation, data, &input, room);
	if (rv != CKR_OK)
		return rv;
	if (signature.len != ccm_p11_signature_size(operation, 0))
		return CKR_SIGNATURE_LEN_RANGE;
	return judge(operation, input.bytes, signature);
}

CK_RV
ccm_p11_verify(struct ccm_p11_session *session, struct ccm_span data, struct ccm_span signature)
{
	struct ccm_p11_operation *operation = &session->operations[CCM_P11_VERIFY];
	CK_RV rv = CKR_OPERATION_ACTIVE;

	if (!operation->active)
		return CKR_OPERATION_NOT_INITIALIZED;
	if (!operation->in_parts)
		rv = verify(operation, data, signature);
	ccm_p11_operation_end(operation);
	return rv;
}

CK_RV
ccm_p11_verify_final(struct ccm_p11_session *session, struct ccm_span signature)
{
	struct ccm_p11_operation *operation = &session->operations[CCM_P11_VERIFY];
	CK_RV rv;

	if (!operation->active)
		return CKR_OPERATION_NOT_INITIALIZED;
	operation->in_parts = true;
	rv = verify(operation, CCM_SPAN(NULL, 0), signature);
	ccm_p11_operation_end(operation);
	return rv;
}

/* Recovering what was signed */

size_t
ccm_p11_recovered_size(const struct ccm_p11_operation *operation, size_t input_len)
{
	(void)input_len;
	return ccm_p11_scheme_room(&operation->scheme, operation->bits);
}

CK_RV
ccm_p11_recover(
    struct ccm_p11_operation *operation, struct ccm_span data, CK_BYTE *out, CK_ULONG *out_len)
{
	struct ccm_buf recovered = {0};
	struct ccm_error err = {0};
	CK_RV rv = CKR_SIGNATURE_INVALID;

	if (data.len != ccm_p11_signature_size(operation, 0))
		return CKR_SIGNATURE_LEN_RANGE;
	if (ccm_pkey_recover(
		operation->public_key, operation->scheme.params.padding, data, &recovered, &err))
		rv = ccm_p11_hand_over(&recovered, out, out_len);
	else if (err.code != CCM_CRYPTO)
		rv = ccm_p11_failure("recovering what was signed", &err);
	ccm_buf_clear(&recovered);
	return rv;
}
