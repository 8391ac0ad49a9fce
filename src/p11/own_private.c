/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "core/crypto.h"
#include "core/der.h"
#include "key/private.h"
#include "p11/curve.h"
#include "p11/own.h"

/* Private keys from their parts: written as the DER that files have, and read as such. */

static bool
write_zero(struct ccm_buf *out, struct ccm_error *err)
{
	return ccm_der_write_unsigned(out, CCM_SPAN(NULL, 0), err);
}

/* RFC 8017 A.1.2 */
static bool
write_rsa(const struct ccm_p11_own *own, struct ccm_buf *out, struct ccm_error *err)
{
	static const CK_ATTRIBUTE_TYPE numbers[] = {CKA_MODULUS, CKA_PUBLIC_EXPONENT,
	    CKA_PRIVATE_EXPONENT, CKA_PRIME_1, CKA_PRIME_2, CKA_EXPONENT_1, CKA_EXPONENT_2,
	    CKA_COEFFICIENT};
	bool ok = write_zero(out, err);

	for (size_t i = 0; ok && i < CCM_COUNT(numbers); i++)
		ok = ccm_der_write_unsigned(out, ccm_p11_own_value(own, numbers[i]), err);
	return ok;
}

/* RFC 5915 3, without the public key */
static bool
write_ec(const struct ccm_p11_own *own, struct ccm_buf *out, struct ccm_error *err)
{
	static const unsigned char one[] = {1};

	return ccm_der_write_unsigned(out, CCM_SPAN(one, 1), err) &&
	       ccm_der_write(out, CCM_DER_OCTET_STRING, ccm_p11_own_value(own, CKA_VALUE), err) &&
	       ccm_der_write(out, CCM_DER_CONTEXT | 0, ccm_p11_own_value(own, CKA_EC_PARAMS), err);
}

/* RFC 8410 7 */
static bool
write_ed(const struct ccm_p11_own *own, struct ccm_buf *out, struct ccm_error *err)
{
	static const unsigned char algorithm[] = {0x06, 3, 0x2B, 0x65, 0x70};
	struct ccm_buf inner = {.secret = true};
	bool ok =
	    ccm_der_write(&inner, CCM_DER_OCTET_STRING, ccm_p11_own_value(own, CKA_VALUE), err) &&
	    write_zero(out, err) &&
	    ccm_der_write(out, CCM_DER_SEQUENCE, CCM_SPAN(algorithm, sizeof(algorithm)), err) &&
	    ccm_der_write(out, CCM_DER_OCTET_STRING, ccm_buf_span(&inner), err);

	ccm_buf_clear(&inner);
	return ok;
}

static const struct form {
	enum ccm_p11_kind kind;
	const char *label; /* of PEM */
	bool (*write)(const struct ccm_p11_own *own, struct ccm_buf *out, struct ccm_error *err);
} forms[] = {
    {CCM_P11_OWN_PRIVATE_RSA, "RSA PRIVATE KEY", write_rsa},
    {CCM_P11_OWN_PRIVATE_EC, "EC PRIVATE KEY", write_ec},
    {CCM_P11_OWN_PRIVATE_ED, "PRIVATE KEY", write_ed},
};

static EVP_PKEY *
read_parts(const struct ccm_p11_own *own, const struct form *form)
{
	struct ccm_buf body = {.secret = true}, der = {.secret = true};
	EVP_PKEY *pkey = NULL;

	if (form->write(own, &body, NULL) &&
	    ccm_der_write(&der, CCM_DER_SEQUENCE, ccm_buf_span(&body), NULL))
		pkey = ccm_private_from_der(form->label, ccm_buf_span(&der), NULL);
	ccm_buf_clear(&body);
	ccm_buf_clear(&der);
	return pkey;
}

/* Do the halves belong together? */
static bool
is_consistent(EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *ctx =
	    EVP_PKEY_CTX_new_from_pkey(ccm_crypto_context(NULL), pkey, CCM_CRYPTO_PROPERTIES);
	bool ok = ctx != NULL && EVP_PKEY_pairwise_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	return ok;
}

static CK_RV
adopt(struct ccm_p11_own *own, EVP_PKEY *take_pkey)
{
	unsigned char *spki = NULL;
	struct ccm_error err = {0};
	int len = i2d_PUBKEY(take_pkey, &spki);
	CK_RV rv;

	if (len <= 0) {
		EVP_PKEY_free(take_pkey);
		return CKR_ATTRIBUTE_VALUE_INVALID;
	}
	rv = ccm_p11_own_agree(
	    own, CKA_PUBLIC_KEY_INFO, CCM_SPAN(spki, len), CKR_TEMPLATE_INCONSISTENT);
	OPENSSL_free(spki);
	own->key = ccm_key_soft_new(take_pkey, &err);
	return own->key != NULL ? rv : ccm_p11_failure("C_CreateObject", &err);
}

CK_RV
ccm_p11_own_complete_private(struct ccm_p11_own *own)
{
	const struct form *form = forms;
	EVP_PKEY *pkey;
	CK_RV rv = ccm_p11_own_judge_curve(own);

	if (rv != CKR_OK)
		return rv;
	while (form->kind != own->kind)
		form++;
	pkey = read_parts(own, form);
	if (pkey != NULL && is_consistent(pkey))
		return adopt(own, pkey);
	EVP_PKEY_free(pkey);
	return CKR_ATTRIBUTE_VALUE_INVALID;
}
