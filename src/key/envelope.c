/* SPDX-License-Identifier: Apache-2.0 */
#include "key/envelope.h"

#include <openssl/evp.h>
#include <string.h>

#include "core/crypto.h"
#include "core/der.h"
#include "key/private.h"

#define VALUE_SIZE 32 /* of an SM2 private key */
#define POINT_SIZE 65 /* of a public one, not compressed */
#define SM4_KEY_SIZE 16
#define OF_512_BITS 64 /* what hardware that thinks of longer keys puts the value at the end of */

#define OID(bytes) CCM_SPAN((bytes), sizeof(bytes) - 1)
#define OID_SM2 OID("\x2a\x81\x1c\xcf\x55\x01\x82\x2d")
#define OID_SM4 OID("\x2a\x81\x1c\xcf\x55\x01\x68")
#define OID_SM4_ECB OID("\x2a\x81\x1c\xcf\x55\x01\x68\x01")

struct envelope {
	struct ccm_span cipher; /* the SM4 key, an SM2Cipher to the signature key */
	struct ccm_span point;
	struct ccm_span sealed; /* the private value, by SM4 */
};

/* Parsing, pure */

static bool
read_bits(struct ccm_span *in, struct ccm_span *bytes)
{
	if (!ccm_der_read(in, CCM_DER_BIT_STRING, bytes) || bytes->len < 2 || bytes->data[0] != 0)
		return false;
	*bytes = CCM_SPAN(bytes->data + 1, bytes->len - 1);
	return true;
}

static bool
is_sm4_ecb(struct ccm_span algorithm)
{
	struct ccm_span oid;

	return ccm_der_read(&algorithm, CCM_DER_OID, &oid) &&
	       (ccm_span_equal(oid, OID_SM4_ECB) || ccm_span_equal(oid, OID_SM4));
}

static bool
parse(struct ccm_span der, struct envelope *envelope, struct ccm_error *err)
{
	struct ccm_span body, algorithm;

	if (!ccm_der_read(&der, CCM_DER_SEQUENCE, &body) || der.len > 0 ||
	    !ccm_der_read(&body, CCM_DER_SEQUENCE, &algorithm) ||
	    !ccm_der_read_element(&body, CCM_DER_SEQUENCE, &envelope->cipher) ||
	    !read_bits(&body, &envelope->point) || !read_bits(&body, &envelope->sealed) ||
	    body.len > 0)
		return ccm_fail(
		    err, CCM_PROTOCOL, "is not the DER of an SM2EnvelopedKey (GM/T 0009)");
	if (!is_sm4_ecb(algorithm))
		return ccm_fail(err, CCM_UNSUPPORTED, "is sealed by another cipher than SM4-ECB");
	if (envelope->point.len != POINT_SIZE)
		return ccm_fail(err, CCM_PROTOCOL, "has a public key of %zu bytes, SM2's have %d",
		    envelope->point.len, POINT_SIZE);
	if (envelope->sealed.len != VALUE_SIZE && envelope->sealed.len != OF_512_BITS)
		return ccm_fail(err, CCM_PROTOCOL, "has a private key of %zu bytes, SM2's have %d",
		    envelope->sealed.len, VALUE_SIZE);
	return true;
}

/* Opening */

static bool
decrypt_sm4(
    struct ccm_span key, struct ccm_span sealed, struct ccm_buf *value, struct ccm_error *err)
{
	EVP_CIPHER *cipher =
	    EVP_CIPHER_fetch(ccm_crypto_context(err), "SM4-ECB", CCM_CRYPTO_PROPERTIES);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int len = 0;
	bool ok = cipher != NULL && ctx != NULL && ccm_buf_reserve(value, sealed.len, err) &&
		  EVP_DecryptInit_ex2(ctx, cipher, key.data, NULL, NULL) == 1 &&
		  EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
		  EVP_DecryptUpdate(ctx, value->data, &len, sealed.data, (int)sealed.len) == 1;

	value->len = ok ? (size_t)len : 0;
	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(cipher);
	return ok || ccm_fail_openssl(err, "decrypting with SM4");
}

static bool
open_value(const struct envelope *envelope, struct ccm_key *signature_key, struct ccm_buf *value,
    struct ccm_error *err)
{
	struct ccm_buf key = {.secret = true};
	bool ok = ccm_key_decrypt(signature_key, NULL, envelope->cipher, &key, err) ||
		  ccm_error_context(err, "is not opened by the signature key");

	if (ok && key.len != SM4_KEY_SIZE)
		ok = ccm_fail(err, CCM_PROTOCOL, "holds an SM4 key of %zu bytes", key.len);
	ok = ok && decrypt_sm4(ccm_buf_span(&key), envelope->sealed, value, err);
	ccm_buf_clear(&key);
	return ok;
}

/* An element of what is in content, which is cleared. */
static bool
wrap(struct ccm_buf *out, unsigned tag, struct ccm_buf *content, struct ccm_error *err)
{
	bool ok = ccm_der_write(out, tag, ccm_buf_span(content), err);

	ccm_buf_clear(content);
	return ok;
}

/* RFC 5915 3: a key as a file would have it. */
static bool
build_key(struct ccm_span value, struct ccm_span point, struct ccm_buf *der, struct ccm_error *err)
{
	struct ccm_buf body = {.secret = true}, curve = {0}, bits = {0}, element = {0};
	bool ok = ccm_der_write_unsigned(&body, CCM_SPAN("\1", 1), err) &&
		  ccm_der_write(&body, CCM_DER_OCTET_STRING, value, err) &&
		  ccm_der_write(&curve, CCM_DER_OID, OID_SM2, err) &&
		  wrap(&body, CCM_DER_CONTEXT | 0, &curve, err) &&
		  ccm_buf_append(&bits, "\0", 1, err) &&
		  ccm_buf_append(&bits, point.data, point.len, err) &&
		  wrap(&element, CCM_DER_BIT_STRING, &bits, err) &&
		  wrap(&body, CCM_DER_CONTEXT | 1, &element, err) &&
		  wrap(der, CCM_DER_SEQUENCE, &body, err);

	ccm_buf_clear(&body);
	ccm_buf_clear(&curve);
	ccm_buf_clear(&bits);
	ccm_buf_clear(&element);
	return ok;
}

/* The point is the envelope's word: that the value belongs to it is seen here. */
static bool
is_pair(EVP_PKEY *pkey, struct ccm_error *err)
{
	EVP_PKEY_CTX *ctx =
	    EVP_PKEY_CTX_new_from_pkey(ccm_crypto_context(err), pkey, CCM_CRYPTO_PROPERTIES);
	bool ok = ctx != NULL && EVP_PKEY_pairwise_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	return ok;
}

static struct ccm_key *
make_key(struct ccm_span value, struct ccm_span point, struct ccm_error *err)
{
	struct ccm_buf der = {.secret = true};
	EVP_PKEY *pkey = NULL;

	if (build_key(value, point, &der, err))
		pkey = ccm_private_from_der("EC PRIVATE KEY", ccm_buf_span(&der), err);
	ccm_buf_clear(&der);
	if (pkey == NULL)
		return NULL;
	if (is_pair(pkey, err))
		return ccm_key_soft_new(pkey, err);
	EVP_PKEY_free(pkey);
	ccm_fail_openssl(err, "its private key does not belong to its public key");
	return NULL;
}

struct ccm_key *
ccm_envelope_open(struct ccm_span der, struct ccm_key *signature_key, struct ccm_error *err)
{
	struct ccm_buf value = {.secret = true};
	struct envelope envelope;
	struct ccm_key *key = NULL;

	if (parse(der, &envelope, err) && open_value(&envelope, signature_key, &value, err))
		key = make_key(
		    CCM_SPAN(value.data + value.len - VALUE_SIZE, VALUE_SIZE), envelope.point, err);
	ccm_buf_clear(&value);
	return key;
}
