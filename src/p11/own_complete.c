/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <string.h>

#include "core/crypto.h"
#include "core/der.h"
#include "p11/curve.h"
#include "p11/own.h"

#define RSA_BITS_MIN 1024
#define RSA_BITS_MAX 16384

CK_RV
ccm_p11_own_agree(
    struct ccm_p11_own *own, CK_ATTRIBUTE_TYPE type, struct ccm_span follows, CK_RV otherwise)
{
	struct ccm_span given = ccm_p11_own_value(own, type);
	struct ccm_error err = {0};

	if (given.len != 0)
		return ccm_span_equal(given, follows) ? CKR_OK : otherwise;
	return ccm_p11_own_set(own, type, follows, &err) ? CKR_OK : ccm_p11_rv(err.code);
}

static CK_RV
agree_number(struct ccm_p11_own *own, CK_ATTRIBUTE_TYPE type, CK_ULONG number)
{
	struct ccm_error err = {0};

	return ccm_p11_own_set(own, type, CCM_SPAN(&number, sizeof(number)), &err)
		   ? CKR_OK
		   : ccm_p11_rv(err.code);
}

/* The first three bytes of the SHA-1 of the value (2.40 s.4.6.3, s.4.10.2). */
static CK_RV
check_value(struct ccm_p11_own *own)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct ccm_error err = {0};
	size_t len;

	if (!ccm_digest("SHA1", ccm_p11_own_value(own, CKA_VALUE), digest, &len, &err))
		return ccm_p11_failure("digesting a value", &err);
	return ccm_p11_own_agree(
	    own, CKA_CHECK_VALUE, CCM_SPAN(digest, 3), CKR_ATTRIBUTE_VALUE_INVALID);
}

static CK_RV
complete_certificate(struct ccm_p11_own *own)
{
	struct ccm_cert *cert = ccm_cert_from_der(ccm_p11_own_value(own, CKA_VALUE), NULL);
	CK_RV rv;

	if (cert == NULL)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	rv = ccm_p11_own_agree(own, CKA_SUBJECT, ccm_cert_subject(cert), CKR_TEMPLATE_INCONSISTENT);
	if (rv == CKR_OK)
		rv = ccm_p11_own_agree(
		    own, CKA_ISSUER, ccm_cert_issuer(cert), CKR_TEMPLATE_INCONSISTENT);
	if (rv == CKR_OK)
		rv = ccm_p11_own_agree(
		    own, CKA_SERIAL_NUMBER, ccm_cert_serial(cert), CKR_TEMPLATE_INCONSISTENT);
	if (rv == CKR_OK)
		rv = ccm_p11_own_agree(
		    own, CKA_PUBLIC_KEY_INFO, ccm_cert_spki(cert), CKR_TEMPLATE_INCONSISTENT);
	ccm_cert_unref(cert);
	return rv == CKR_OK ? check_value(own) : rv;
}

/* AlgorithmIdentifier and bits as SubjectPublicKeyInfo. */
static bool
write_spki(
    struct ccm_buf *out, struct ccm_span algorithm, struct ccm_span key, struct ccm_error *err)
{
	struct ccm_buf body = {0}, bits = {0};
	bool ok = ccm_der_write(&body, CCM_DER_SEQUENCE, algorithm, err) &&
		  ccm_buf_append(&bits, "", 1, err) /* no unused bits */ &&
		  ccm_buf_append(&bits, key.data, key.len, err) &&
		  ccm_der_write(&body, CCM_DER_BIT_STRING, ccm_buf_span(&bits), err) &&
		  ccm_der_write(out, CCM_DER_SEQUENCE, ccm_buf_span(&body), err);

	ccm_buf_clear(&body);
	ccm_buf_clear(&bits);
	return ok;
}

static struct ccm_span
without_zeros(struct ccm_span number)
{
	while (number.len != 0 && number.data[0] == 0)
		number = CCM_SPAN(number.data + 1, number.len - 1);
	return number;
}

static bool
rsa_spki(const struct ccm_p11_own *own, struct ccm_buf *out, struct ccm_error *err)
{
	/* rsaEncryption, NULL */
	static const unsigned char algorithm[] = {
	    0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1, 0x05, 0};
	struct ccm_span n = without_zeros(ccm_p11_own_value(own, CKA_MODULUS));
	struct ccm_span e = without_zeros(ccm_p11_own_value(own, CKA_PUBLIC_EXPONENT));
	struct ccm_buf numbers = {0}, key = {0};
	bool sound = n.len != 0 && e.len != 0 && (n.data[n.len - 1] & 1) != 0 &&
		     (e.data[e.len - 1] & 1) != 0 && (e.len > 1 || e.data[0] > 1);
	bool ok = sound && ccm_der_write_unsigned(&numbers, n, err) &&
		  ccm_der_write_unsigned(&numbers, e, err) &&
		  ccm_der_write(&key, CCM_DER_SEQUENCE, ccm_buf_span(&numbers), err) &&
		  write_spki(out, CCM_SPAN(algorithm, sizeof(algorithm)), ccm_buf_span(&key), err);

	ccm_buf_clear(&numbers);
	ccm_buf_clear(&key);
	return ok;
}

/* Compressed or not (SEC 1 2.3.3); those of Edwards curves have one form (RFC 8032 5.1.2). */
static bool
is_point_len(const struct ccm_p11_curve *curve, size_t len)
{
	size_t field = (curve->bits + 7) / 8;

	return curve->type == CCM_KEY_ED25519 ? len == field
					      : len == field + 1 || len == 2 * field + 1;
}

/*
 * The point is a DER OCTET STRING; some send what is in it (2.40 mechanisms s.2.3.3), which may
 * look like one: an uncompressed point begins with the tag. Only one reading has a point's length.
 */
static struct ccm_span
point_of(const struct ccm_p11_own *own)
{
	const struct ccm_p11_curve *curve =
	    ccm_p11_curve_find(ccm_p11_own_value(own, CKA_EC_PARAMS));
	struct ccm_span given = ccm_p11_own_value(own, CKA_EC_POINT), rest = given, point;

	return ccm_der_read(&rest, CCM_DER_OCTET_STRING, &point) && rest.len == 0 &&
		       is_point_len(curve, point.len)
		   ? point
		   : given;
}

/* Whatever was given, what is shown is in the standard's form. */
static CK_RV
normalize_point(struct ccm_p11_own *own)
{
	struct ccm_buf der = {0};
	struct ccm_error err = {0};
	bool ok = ccm_der_write(&der, CCM_DER_OCTET_STRING, point_of(own), &err) &&
		  ccm_p11_own_set(own, CKA_EC_POINT, ccm_buf_span(&der), &err);

	ccm_buf_clear(&der);
	return ok ? CKR_OK : ccm_p11_failure("a public key's point", &err);
}

static bool
ec_spki(const struct ccm_p11_own *own, struct ccm_buf *out, struct ccm_error *err)
{
	static const unsigned char ec_public_key[] = {0x06, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1};
	static const unsigned char ed25519[] = {0x06, 3, 0x2B, 0x65, 0x70};
	struct ccm_span params = ccm_p11_own_value(own, CKA_EC_PARAMS);
	struct ccm_buf algorithm = {0};
	bool ok;

	if ((own->kind & CCM_P11_OWN_PUBLIC_ED) != 0)
		return write_spki(out, CCM_SPAN(ed25519, sizeof(ed25519)), point_of(own), err);
	ok = ccm_buf_append(&algorithm, ec_public_key, sizeof(ec_public_key), err) &&
	     ccm_buf_append(&algorithm, params.data, params.len, err) &&
	     write_spki(out, ccm_buf_span(&algorithm), point_of(own), err);
	ccm_buf_clear(&algorithm);
	return ok;
}

CK_RV
ccm_p11_own_judge_curve(const struct ccm_p11_own *own)
{
	bool edwards = (own->kind & (CCM_P11_OWN_PUBLIC_ED | CCM_P11_OWN_PRIVATE_ED)) != 0;
	const struct ccm_p11_curve *curve;

	if ((own->kind & (CCM_P11_OWN_PUBLIC_RSA | CCM_P11_OWN_PRIVATE_RSA)) != 0)
		return CKR_OK;
	curve = ccm_p11_curve_find(ccm_p11_own_value(own, CKA_EC_PARAMS));
	if (curve == NULL)
		return CKR_CURVE_NOT_SUPPORTED;
	return (curve->type == CCM_KEY_ED25519) == edwards ? CKR_OK : CKR_TEMPLATE_INCONSISTENT;
}

static CK_RV
complete_public_key(struct ccm_p11_own *own)
{
	struct ccm_buf spki = {0};
	CK_RV rv = ccm_p11_own_judge_curve(own);
	bool rsa = (own->kind & CCM_P11_OWN_PUBLIC_RSA) != 0;
	int bits;

	if (rv != CKR_OK)
		return rv;
	if (rsa ? rsa_spki(own, &spki, NULL) : ec_spki(own, &spki, NULL))
		own->public_key = ccm_pkey_from_spki(ccm_buf_span(&spki), NULL);
	bits = ccm_pkey_bits(own->public_key);
	if (own->public_key == NULL || (rsa && (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX)))
		rv = CKR_ATTRIBUTE_VALUE_INVALID;
	if (rv == CKR_OK)
		rv = ccm_p11_own_agree(
		    own, CKA_PUBLIC_KEY_INFO, ccm_buf_span(&spki), CKR_TEMPLATE_INCONSISTENT);
	if (rv == CKR_OK)
		rv = rsa ? agree_number(own, CKA_MODULUS_BITS, (CK_ULONG)bits)
			 : normalize_point(own);
	ccm_buf_clear(&spki);
	return rv;
}

/* An AES key's check value is of the encrypted zero block (s.4.10.2). */
static CK_RV
check_aes(struct ccm_p11_own *own)
{
	static const char *const ciphers[] = {"AES-128-ECB", "AES-192-ECB", "AES-256-ECB"};
	struct ccm_span value = ccm_p11_own_value(own, CKA_VALUE);
	unsigned char zeros[16] = {0}, out[16];
	struct ccm_error err = {0};
	OSSL_LIB_CTX *ctx = ccm_crypto_context(&err);
	EVP_CIPHER *cipher;
	EVP_CIPHER_CTX *run;
	int len;
	bool ok;

	if (value.len != 16 && value.len != 24 && value.len != 32)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	cipher = EVP_CIPHER_fetch(ctx, ciphers[value.len / 8 - 2], CCM_CRYPTO_PROPERTIES);
	run = EVP_CIPHER_CTX_new();
	ok = cipher != NULL && run != NULL &&
	     EVP_EncryptInit_ex2(run, cipher, value.data, NULL, NULL) == 1 &&
	     EVP_CIPHER_CTX_set_padding(run, 0) == 1 &&
	     EVP_EncryptUpdate(run, out, &len, zeros, sizeof(zeros)) == 1;
	if (!ok)
		ccm_fail_openssl(&err, "the check value of an AES key");
	EVP_CIPHER_CTX_free(run);
	EVP_CIPHER_free(cipher);
	if (!ok)
		return ccm_p11_failure("C_CreateObject", &err);
	return ccm_p11_own_agree(
	    own, CKA_CHECK_VALUE, CCM_SPAN(out, 3), CKR_ATTRIBUTE_VALUE_INVALID);
}

static CK_RV
complete_secret(struct ccm_p11_own *own)
{
	CK_ULONG len = ccm_p11_own_value(own, CKA_VALUE).len;
	CK_RV rv;

	if (len == 0)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	rv = agree_number(own, CKA_VALUE_LEN, len);
	if (rv != CKR_OK)
		return rv;
	return own->kind == CCM_P11_OWN_AES ? check_aes(own) : check_value(own);
}

CK_RV
ccm_p11_own_complete(struct ccm_p11_own *own)
{
	static const struct {
		unsigned kinds;
		CK_RV (*complete)(struct ccm_p11_own *own);
	} completers[] = {
	    {CCM_P11_OWN_CERTIFICATE, complete_certificate},
	    {CCM_P11_OWN_PUBLIC, complete_public_key},
	    {CCM_P11_OWN_PRIVATE, ccm_p11_own_complete_private},
	    {CCM_P11_OWN_SECRET, complete_secret},
	};

	for (size_t i = 0; i < CCM_COUNT(completers); i++)
		if ((completers[i].kinds & own->kind) != 0)
			return completers[i].complete(own);
	return CKR_OK;
}
