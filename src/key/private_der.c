/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSL 3's decoders leave dozens of copies of a key's DER behind in freed memory, so RSA keys
 * and EC keys on the usual curves are taken apart here and handed over number by number; the copies
 * made on the way live in the secure heap. Keys in a rarer form take the decoders' way.
 *
 * The price: OpenSSL keeps the numbers of an RSA key that came like this in the ordinary heap,
 * until it cleanses them. Its Montgomery contexts have the primes there in any case, once it has
 * signed.
 */
#include "key/private.h"

#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

#include "core/crypto.h"
#include "core/der.h"
#include "key/key.h"

/* The numbers of RSAPrivateKey in their order (RFC 8017 A.1.2). */
static const char *const rsa_numbers[] = {OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E,
    OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2,
    OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1};

#define OID(bytes)                                                \
	{                                                         \
		(const unsigned char *)(bytes), sizeof(bytes) - 1 \
	}

static const struct ccm_span oid_rsa = OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01");
static const struct ccm_span oid_ec = OID("\x2a\x86\x48\xce\x3d\x02\x01");

static const struct curve {
	struct ccm_span oid;
	const char *name, *type;
} curves[] = {
    {OID("\x2a\x86\x48\xce\x3d\x03\x01\x07"), "P-256", "EC"},
    {OID("\x2b\x81\x04\x00\x22"), "P-384", "EC"},
    {OID("\x2b\x81\x04\x00\x23"), "P-521", "EC"},
    {OID("\x2a\x81\x1c\xcf\x55\x01\x82\x2d"), "SM2", "SM2"},
};

/* What a reader makes of a key: the parts, or the message that the decoders shall have a try. */
struct parts {
	const char *type;     /* "RSA", "EC", "SM2" */
	struct ccm_buf bytes; /* secret: where the params point to */
	OSSL_PARAM params[CCM_COUNT(rsa_numbers) + 1];
	size_t count;
};

/* A big-endian number, reversed into the native order that OSSL_PARAM wants. */
static void
add_number(struct parts *parts, const char *name, struct ccm_span number)
{
	unsigned char *place = parts->bytes.data + parts->bytes.len;

	for (size_t i = 0; i < number.len; i++)
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		place[i] = number.data[number.len - 1 - i];
#else
		place[i] = number.data[i];
#endif
	parts->bytes.len += number.len;
	parts->params[parts->count++] = OSSL_PARAM_construct_BN(name, place, number.len);
}

static bool
read_version(struct ccm_span *in, unsigned char version)
{
	struct ccm_span value;

	if (!ccm_der_read_unsigned(in, &value))
		return false;
	return version == 0 ? value.len == 0 : value.len == 1 && value.data[0] == version;
}

/* RFC 8017 A.1.2. Version 1 has more than two primes. */
static bool
read_rsa(struct ccm_span der, struct parts *parts)
{
	struct ccm_span body, number;

	if (!ccm_der_read(&der, CCM_DER_SEQUENCE, &body) || der.len > 0 || !read_version(&body, 0))
		return false;
	for (size_t i = 0; i < CCM_COUNT(rsa_numbers); i++) {
		if (!ccm_der_read_unsigned(&body, &number) || number.len == 0)
			return false;
		add_number(parts, rsa_numbers[i], number);
	}
	parts->type = "RSA";
	return body.len == 0;
}

static const struct curve *
find_curve(struct ccm_span parameters)
{
	struct ccm_span oid;

	if (!ccm_der_read(&parameters, CCM_DER_OID, &oid) || parameters.len > 0)
		return NULL;
	for (size_t i = 0; i < CCM_COUNT(curves); i++)
		if (ccm_span_equal(oid, curves[i].oid))
			return &curves[i];
	return NULL;
}

/* The public point: BIT STRING without unused bits. */
static bool
read_point(struct ccm_span in, struct ccm_span *point)
{
	if (!ccm_der_read(&in, CCM_DER_BIT_STRING, point) || in.len > 0 || point->len < 2 ||
	    point->data[0] != 0)
		return false;
	*point = CCM_SPAN(point->data + 1, point->len - 1);
	return true;
}

/* RFC 5915 3. Within PKCS#8 the parameters stand outside; one without a point is for the decoders.
 */
static bool
read_ec(struct ccm_span der, struct ccm_span parameters, struct parts *parts)
{
	struct ccm_span body, secret, inner, point;

	if (!ccm_der_read(&der, CCM_DER_SEQUENCE, &body) || der.len > 0 ||
	    !read_version(&body, 1) || !ccm_der_read(&body, CCM_DER_OCTET_STRING, &secret) ||
	    secret.len == 0)
		return false;
	if (ccm_der_read(&body, CCM_DER_CONTEXT | 0, &inner) && parameters.len == 0)
		parameters = inner;
	if (!ccm_der_read(&body, CCM_DER_CONTEXT | 1, &inner) || body.len > 0 ||
	    !read_point(inner, &point))
		return false;
	const struct curve *curve = find_curve(parameters);
	if (curve == NULL)
		return false;
	parts->type = curve->type;
	parts->params[parts->count++] =
	    OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)curve->name, 0);
	parts->params[parts->count++] = OSSL_PARAM_construct_octet_string(
	    OSSL_PKEY_PARAM_PUB_KEY, (unsigned char *)point.data, point.len);
	add_number(parts, OSSL_PKEY_PARAM_PRIV_KEY, secret);
	return true;
}

/* RFC 5208 5; attributes and the public key of RFC 5958 may follow. */
static bool
read_pkcs8(struct ccm_span der, struct parts *parts)
{
	struct ccm_span body, algorithm, oid, secret;

	if (!ccm_der_read(&der, CCM_DER_SEQUENCE, &body) || der.len > 0 ||
	    !read_version(&body, 0) || !ccm_der_read(&body, CCM_DER_SEQUENCE, &algorithm) ||
	    !ccm_der_read(&algorithm, CCM_DER_OID, &oid) ||
	    !ccm_der_read(&body, CCM_DER_OCTET_STRING, &secret))
		return false;
	if (ccm_span_equal(oid, oid_rsa))
		return read_rsa(secret, parts);
	if (ccm_span_equal(oid, oid_ec))
		return read_ec(secret, algorithm, parts);
	return false;
}

static bool
read_parts(const char *label, struct ccm_span der, struct parts *parts)
{
	if (strcmp(label, "RSA PRIVATE KEY") == 0)
		return read_rsa(der, parts);
	if (strcmp(label, "EC PRIVATE KEY") == 0)
		return read_ec(der, (struct ccm_span){0}, parts);
	return strcmp(label, "PRIVATE KEY") == 0 && read_pkcs8(der, parts);
}

static EVP_PKEY *
from_parts(struct parts *parts, struct ccm_error *err)
{
	EVP_PKEY_CTX *ctx = ccm_pkey_context(parts->type, err);
	EVP_PKEY *pkey = NULL;

	parts->params[parts->count] = OSSL_PARAM_construct_end();
	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, parts->params) != 1)
		ccm_fail_openssl(err, "%s private key is not valid", parts->type);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static EVP_PKEY *
from_decoder(const char *label, struct ccm_span der, struct ccm_error *err)
{
	OSSL_LIB_CTX *context = ccm_crypto_context(err);
	const char *form = strcmp(label, "PRIVATE KEY") == 0 ? "PrivateKeyInfo" : "type-specific";
	OSSL_DECODER_CTX *ctx;
	EVP_PKEY *pkey = NULL;

	if (context == NULL)
		return NULL;
	ctx = OSSL_DECODER_CTX_new_for_pkey(
	    &pkey, "DER", form, NULL, EVP_PKEY_KEYPAIR, context, CCM_CRYPTO_PROPERTIES);
	if (ctx == NULL || OSSL_DECODER_from_data(ctx, &der.data, &der.len) != 1 || der.len > 0) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
		ccm_fail_openssl(err, "%s is no key that OpenSSL knows", label);
	}
	OSSL_DECODER_CTX_free(ctx);
	return pkey;
}

EVP_PKEY *
ccm_private_from_der(const char *label, struct ccm_span der, struct ccm_error *err)
{
	struct parts parts = {.bytes = {.secret = true}};
	EVP_PKEY *pkey = NULL;

	if (!ccm_buf_reserve(&parts.bytes, der.len, err))
		return NULL;
	if (read_parts(label, der, &parts))
		pkey = from_parts(&parts, err);
	else
		pkey = from_decoder(label, der, err);
	ccm_buf_clear(&parts.bytes);
	return pkey;
}
