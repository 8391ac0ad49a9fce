/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <openssl/params.h>

#include "core/crypto.h"
#include "p11/object.h"

/* Encrypting and decrypting, by RSA and SM2: of one block, in whatever parts it comes. */

#define SM2_OVERHEAD 128 /* DER of a point and a digest, at most, around the plain text */

static CK_RV
begin(struct ccm_p11_operation *operation, const EVP_PKEY *pkey)
{
	ccm_buf_init_secret(&operation->input);
	operation->bits = (size_t)ccm_pkey_bits(pkey);
	return ccm_p11_scheme_check_key(&operation->scheme, ccm_pkey_type(pkey), operation->bits);
}

CK_RV
ccm_p11_begin_encrypting(struct ccm_p11_operation *operation, const struct ccm_p11_object *object)
{
	struct ccm_error err = {0};

	operation->public_key = ccm_p11_object_public_key(object, &err);
	if (operation->public_key == NULL)
		return ccm_p11_failure("fetching a public key", &err);
	return begin(operation, operation->public_key);
}

CK_RV
ccm_p11_begin_decrypting(struct ccm_p11_operation *operation, const struct ccm_p11_object *object)
{
	struct ccm_error err = {0};

	operation->key = ccm_p11_object_key(object, &err);
	if (operation->key == NULL)
		return ccm_p11_failure("fetching a private key", &err);
	return begin(operation, ccm_key_public(operation->key));
}

static bool
is_rsa(const struct ccm_p11_operation *operation)
{
	return operation->scheme.mechanism->key_type == CCM_KEY_RSA;
}

size_t
ccm_p11_encrypted_size(const struct ccm_p11_operation *operation, size_t input_len)
{
	return is_rsa(operation) ? (operation->bits + 7) / 8 : input_len + SM2_OVERHEAD;
}

size_t
ccm_p11_decrypted_size(const struct ccm_p11_operation *operation, size_t input_len)
{
	return is_rsa(operation) ? ccm_p11_scheme_room(&operation->scheme, operation->bits)
				 : input_len;
}

CK_RV
ccm_p11_seal(struct ccm_p11_operation *operation, struct ccm_span plain, struct ccm_buf *out)
{
	OSSL_PARAM params[CCM_P11_CIPHER_PARAMS];
	struct ccm_error err = {0};
	CK_RV rv = ccm_p11_scheme_check_plain(&operation->scheme, operation->bits, plain.len);

	if (rv != CKR_OK)
		return rv;
	ccm_p11_scheme_cipher_params(&operation->scheme, params);
	if (ccm_pkey_encrypt(operation->public_key, params, plain, out, &err))
		return CKR_OK;
	if (err.code == CCM_CRYPTO)
		return CKR_DATA_INVALID; /* a number larger than the modulus */
	return ccm_p11_failure("encrypting", &err);
}

CK_RV
ccm_p11_encrypt(
    struct ccm_p11_operation *operation, struct ccm_span data, CK_BYTE *out, CK_ULONG *out_len)
{
	struct ccm_p11_input input;
	struct ccm_buf sealed = {0};
	CK_RV rv = ccm_p11_operation_finish(operation, data, &input);

	if (rv == CKR_OK)
		rv = ccm_p11_seal(operation, input.bytes, &sealed);
	if (rv == CKR_OK)
		rv = ccm_p11_hand_over(&sealed, out, out_len);
	ccm_buf_clear(&sealed);
	return rv;
}

/*
 * Whatever is wrong with a cipher text has one answer. PKCS#1 v1.5 has none at all: the key gives
 * bytes for every one (key/soft.c), so that nobody learns anything from asking.
 */
CK_RV
ccm_p11_open(struct ccm_p11_operation *operation, struct ccm_span sealed, struct ccm_buf *out)
{
	OSSL_PARAM params[CCM_P11_CIPHER_PARAMS];
	struct ccm_error err = {0};

	if (is_rsa(operation) && sealed.len != (operation->bits + 7) / 8)
		return CKR_ENCRYPTED_DATA_LEN_RANGE;
	ccm_p11_scheme_cipher_params(&operation->scheme, params);
	if (ccm_key_decrypt(operation->key, params, sealed, out, &err))
		return CKR_OK;
	if (err.code == CCM_CRYPTO)
		return CKR_ENCRYPTED_DATA_INVALID;
	return ccm_p11_failure("decrypting", &err);
}

CK_RV
ccm_p11_decrypt(
    struct ccm_p11_operation *operation, struct ccm_span data, CK_BYTE *out, CK_ULONG *out_len)
{
	struct ccm_p11_input input;
	struct ccm_buf plain = {.secret = true};
	CK_RV rv = ccm_p11_operation_finish(operation, data, &input);

	if (rv == CKR_OK)
		rv = ccm_p11_open(operation, input.bytes, &plain);
	if (rv == CKR_OK)
		rv = ccm_p11_hand_over(&plain, out, out_len);
	ccm_buf_clear(&plain);
	return rv;
}
