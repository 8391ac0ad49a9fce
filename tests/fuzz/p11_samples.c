/* SPDX-License-Identifier: Apache-2.0 */
#include "p11_samples.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

static CK_OBJECT_CLASS data = CKO_DATA, certificate = CKO_CERTIFICATE, public = CKO_PUBLIC_KEY,
		       private = CKO_PRIVATE_KEY, secret = CKO_SECRET_KEY;
static CK_KEY_TYPE rsa = CKK_RSA, ec = CKK_EC, edwards = CKK_EC_EDWARDS, aes = CKK_AES,
		   generic = CKK_GENERIC_SECRET;
static CK_CERTIFICATE_TYPE x509 = CKC_X_509;
static CK_BBOOL yes = CK_TRUE;
static CK_ULONG bits = 1024;
static CK_BYTE p256[] = {6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7},
	       ed25519[] = {6, 3, 0x2B, 0x65, 0x70}, key[32] = "thirty-two bytes of a secret key";

#define OF(type, value)                       \
	{                                     \
		type, &(value), sizeof(value) \
	}
#define MADE(type)            \
	{                     \
		type, NULL, 0 \
	} /* below */

static CK_ATTRIBUTE data_sample[] = {OF(CKA_CLASS, data), OF(CKA_VALUE, key)};
static CK_ATTRIBUTE certificate_sample[] = {
    OF(CKA_CLASS, certificate), OF(CKA_CERTIFICATE_TYPE, x509), MADE(CKA_VALUE), MADE(CKA_SUBJECT)};
static CK_ATTRIBUTE rsa_public[] = {
    OF(CKA_CLASS, public), OF(CKA_KEY_TYPE, rsa), MADE(CKA_PUBLIC_EXPONENT), MADE(CKA_MODULUS)};
static CK_ATTRIBUTE rsa_private[] = {OF(CKA_CLASS, private), OF(CKA_KEY_TYPE, rsa),
    OF(CKA_EXTRACTABLE, yes), MADE(CKA_MODULUS), MADE(CKA_PUBLIC_EXPONENT),
    MADE(CKA_PRIVATE_EXPONENT), MADE(CKA_PRIME_1), MADE(CKA_PRIME_2), MADE(CKA_EXPONENT_1),
    MADE(CKA_EXPONENT_2), MADE(CKA_COEFFICIENT)};
static CK_ATTRIBUTE ec_public[] = {
    OF(CKA_CLASS, public), OF(CKA_KEY_TYPE, ec), OF(CKA_EC_PARAMS, p256), MADE(CKA_EC_POINT)};
static CK_ATTRIBUTE ec_private[] = {OF(CKA_CLASS, private), OF(CKA_KEY_TYPE, ec),
    OF(CKA_EC_PARAMS, p256), OF(CKA_DERIVE, yes), MADE(CKA_VALUE)};
static CK_ATTRIBUTE ed_public[] = {OF(CKA_CLASS, public), OF(CKA_KEY_TYPE, edwards),
    OF(CKA_EC_PARAMS, ed25519), MADE(CKA_EC_POINT)};
static CK_ATTRIBUTE ed_private[] = {
    OF(CKA_CLASS, private), OF(CKA_KEY_TYPE, edwards), OF(CKA_EC_PARAMS, ed25519), MADE(CKA_VALUE)};
static CK_ATTRIBUTE aes_sample[] = {
    OF(CKA_CLASS, secret), OF(CKA_KEY_TYPE, aes), OF(CKA_VALUE, key)};
static CK_ATTRIBUTE generic_sample[] = {
    OF(CKA_CLASS, secret), OF(CKA_KEY_TYPE, generic), OF(CKA_VALUE, key)};
/* No template that creates, and one that generates. */
static CK_ATTRIBUTE generated[] = {OF(CKA_MODULUS_BITS, bits), OF(CKA_EC_PARAMS, p256)};

#define SAMPLE(attributes)                                               \
	{                                                                \
		attributes, sizeof(attributes) / sizeof((attributes)[0]) \
	}
static const struct template all[] = {SAMPLE(data_sample), SAMPLE(certificate_sample),
    SAMPLE(rsa_public), SAMPLE(rsa_private), SAMPLE(ec_public), SAMPLE(ec_private),
    SAMPLE(ed_public), SAMPLE(ed_private), SAMPLE(aes_sample), SAMPLE(generic_sample),
    SAMPLE(generated)};
const size_t sample_count = sizeof(all) / sizeof(all[0]) - 1;

/* What is made here lasts as long as the process. */
static void
put(CK_ATTRIBUTE *sample, CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
	while (sample->type != type)
		sample++;
	sample->pValue = input_keep(value, len);
	sample->ulValueLen = len;
}

static void
put_numbers(EVP_PKEY *pkey)
{
	static const struct {
		CK_ATTRIBUTE_TYPE type;
		const char *name;
	} numbers[] = {
	    {CKA_MODULUS, OSSL_PKEY_PARAM_RSA_N},
	    {CKA_PUBLIC_EXPONENT, OSSL_PKEY_PARAM_RSA_E},
	    {CKA_PRIVATE_EXPONENT, OSSL_PKEY_PARAM_RSA_D},
	    {CKA_PRIME_1, OSSL_PKEY_PARAM_RSA_FACTOR1},
	    {CKA_PRIME_2, OSSL_PKEY_PARAM_RSA_FACTOR2},
	    {CKA_EXPONENT_1, OSSL_PKEY_PARAM_RSA_EXPONENT1},
	    {CKA_EXPONENT_2, OSSL_PKEY_PARAM_RSA_EXPONENT2},
	    {CKA_COEFFICIENT, OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		BIGNUM *number = NULL;
		unsigned char bytes[256];
		int len;

		INPUT_CLAIM(EVP_PKEY_get_bn_param(pkey, numbers[i].name, &number) == 1);
		len = BN_bn2bin(number, bytes);
		BN_clear_free(number);
		put(rsa_private, numbers[i].type, bytes, (size_t)len);
		if (i < 2)
			put(rsa_public, numbers[i].type, bytes, (size_t)len);
	}
}

/* The point as DER OCTET STRING, and the secret. */
static void
put_curve(EVP_PKEY *pkey, CK_ATTRIBUTE *public_sample, CK_ATTRIBUTE *private_sample)
{
	unsigned char point[67] = {4}, value[32];
	size_t len = 0, size = sizeof(value);
	BIGNUM *number = NULL;

	EVP_PKEY_get_octet_string_param(
	    pkey, OSSL_PKEY_PARAM_PUB_KEY, point + 2, sizeof(point) - 2, &len);
	point[1] = (unsigned char)len;
	put(public_sample, CKA_EC_POINT, point, len + 2);
	if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1)
		BN_bn2binpad(number, value, sizeof(value));
	else
		INPUT_CLAIM(EVP_PKEY_get_raw_private_key(pkey, value, &size) == 1);
	BN_clear_free(number);
	put(private_sample, CKA_VALUE, value, size);
}

static void
put_certificate(EVP_PKEY *pkey)
{
	X509 *made = X509_new();
	unsigned char *der = NULL, *subject = NULL;
	int der_len, subject_len;

	X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC,
	    (const unsigned char *)"own.example.com", -1, -1, 0);
	X509_set_issuer_name(made, X509_get_subject_name(made));
	ASN1_INTEGER_set(X509_get_serialNumber(made), 4711);
	X509_gmtime_adj(X509_getm_notBefore(made), 0);
	X509_gmtime_adj(X509_getm_notAfter(made), 3600);
	X509_set_pubkey(made, pkey);
	INPUT_CLAIM(X509_sign(made, pkey, EVP_sha256()) > 0);
	der_len = i2d_X509(made, &der);
	subject_len = i2d_X509_NAME(X509_get_subject_name(made), &subject);
	put(certificate_sample, CKA_VALUE, der, (size_t)der_len);
	put(certificate_sample, CKA_SUBJECT, subject, (size_t)subject_len);
	OPENSSL_free(der);
	OPENSSL_free(subject);
	X509_free(made);
}

const struct template *
samples(void)
{
	static bool made;
	EVP_PKEY *rsa_key, *ec_key, *ed_key;

	if (made)
		return all;
	made = true;
	rsa_key = EVP_RSA_gen(1024);
	ec_key = EVP_EC_gen("P-256");
	ed_key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	put_numbers(rsa_key);
	put_curve(ec_key, ec_public, ec_private);
	put_curve(ed_key, ed_public, ed_private);
	put_certificate(ec_key);
	EVP_PKEY_free(rsa_key);
	EVP_PKEY_free(ec_key);
	EVP_PKEY_free(ed_key);
	return all;
}

CK_ATTRIBUTE
sample_attribute(size_t sample, size_t attribute)
{
	const struct template *of = &samples()[sample % (sample_count + 1)];

	return of->attributes[attribute % of->count];
}

struct bytes
sample_point(void)
{
	CK_ATTRIBUTE *point = ec_public;

	while (point->type != CKA_EC_POINT)
		point++;
	return (struct bytes){point->pValue, point->ulValueLen};
}
