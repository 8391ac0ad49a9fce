/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/envelope.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "core/crypto.h"
#include "core/der.h"
#include "emu/signature.h"

#define VALUE_SIZE 32 /* of an SM2 private key */
#define POINT_SIZE 65 /* of an SM2 public key */
#define SM4_KEY_SIZE 16
#define TAG_SET 0x31
#define TAG_IMPLICIT_0 0x80

#define OID(bytes) CCM_SPAN((bytes), sizeof(bytes) - 1)
#define OID_SM4_ECB OID("\x2a\x81\x1c\xcf\x55\x01\x68\x01")
#define OID_SM2_SIGN OID("\x2a\x81\x1c\xcf\x55\x01\x82\x2d\x01")
#define OID_SM2_ENCRYPT OID("\x2a\x81\x1c\xcf\x55\x01\x82\x2d\x03")
#define OID_SM3 OID("\x2a\x81\x1c\xcf\x55\x01\x83\x11")
#define OID_DATA OID("\x2a\x81\x1c\xcf\x55\x06\x01\x04\x02\x01")
#define OID_SIGNED_AND_ENVELOPED OID("\x2a\x81\x1c\xcf\x55\x06\x01\x04\x02\x04")

/* What both forms consist of. */
struct parts {
	unsigned char value[VALUE_SIZE]; /* in the open */
	unsigned char sealed[VALUE_SIZE];
	struct ccm_buf sealed_key; /* the SM4 key: SM2Cipher, DER */
};

/* The private value under a new SM4 key. */
static bool
seal(const unsigned char key[SM4_KEY_SIZE], struct parts *parts, struct ccm_error *err)
{
	OSSL_LIB_CTX *context = ccm_crypto_context(err);
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(context, "SM4-ECB", CCM_CRYPTO_PROPERTIES);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int len = 0;
	bool ok = cipher != NULL && ctx != NULL &&
		  EVP_EncryptInit_ex2(ctx, cipher, key, NULL, NULL) == 1 &&
		  EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
		  EVP_EncryptUpdate(ctx, parts->sealed, &len, parts->value, VALUE_SIZE) == 1 &&
		  len == VALUE_SIZE;

	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(cipher);
	return ok || ccm_fail_openssl(err, "encrypting with SM4");
}

/* To the recipient's public key. OpenSSL writes an SM2Cipher as GM/T 0009 has it. */
static bool
seal_key(X509 *recipient, const unsigned char key[SM4_KEY_SIZE], struct ccm_buf *out,
    struct ccm_error *err)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(
	    ccm_crypto_context(err), X509_get0_pubkey(recipient), CCM_CRYPTO_PROPERTIES);
	size_t len = 0;
	bool ok = ctx != NULL && EVP_PKEY_encrypt_init(ctx) == 1 &&
		  EVP_PKEY_encrypt(ctx, NULL, &len, key, SM4_KEY_SIZE) == 1 &&
		  ccm_buf_reserve(out, len, err) &&
		  EVP_PKEY_encrypt(ctx, out->data, &len, key, SM4_KEY_SIZE) == 1;

	out->len = ok ? len : 0;
	EVP_PKEY_CTX_free(ctx);
	return ok || ccm_fail_openssl(err, "encrypting with SM2");
}

static bool
read_value(EVP_PKEY *key, unsigned char out[VALUE_SIZE], struct ccm_error *err)
{
	BIGNUM *value = NULL;
	bool ok = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &value) == 1 &&
		  BN_bn2binpad(value, out, VALUE_SIZE) == VALUE_SIZE;

	BN_clear_free(value);
	return ok || ccm_fail_openssl(err, "taking an SM2 key apart");
}

static bool
prepare(const struct ccm_emu_envelope *envelope, struct parts *parts, struct ccm_error *err)
{
	unsigned char key[SM4_KEY_SIZE];
	bool ok = read_value(envelope->key, parts->value, err) &&
		  ccm_random(key, sizeof(key), err) && seal(key, parts, err) &&
		  seal_key(envelope->recipient, key, &parts->sealed_key, err);

	explicit_bzero(key, sizeof(key));
	return ok;
}

static void
clear_parts(struct parts *parts)
{
	explicit_bzero(parts->value, sizeof(parts->value));
	ccm_buf_clear(&parts->sealed_key);
}

/* Writing. Each function appends one element. */

/* An element of what is in content, which is cleared. */
static bool
write_wrapped(struct ccm_buf *out, unsigned tag, struct ccm_buf *content, struct ccm_error *err)
{
	bool ok = ccm_der_write(out, tag, ccm_buf_span(content), err);

	ccm_buf_clear(content);
	return ok;
}

static bool
write_version(struct ccm_buf *out, struct ccm_error *err)
{
	return ccm_der_write_unsigned(out, CCM_SPAN("\1", 1), err);
}

/* AlgorithmIdentifier without parameters. */
static bool
write_algorithm(struct ccm_buf *out, struct ccm_span oid, struct ccm_error *err)
{
	struct ccm_buf content = {0};

	return ccm_der_write(&content, CCM_DER_OID, oid, err) &&
	       write_wrapped(out, CCM_DER_SEQUENCE, &content, err);
}

static bool
write_bits(struct ccm_buf *out, const void *bytes, size_t len, struct ccm_error *err)
{
	struct ccm_buf content = {0};
	bool ok =
	    ccm_buf_append(&content, "\0", 1, err) && ccm_buf_append(&content, bytes, len, err);

	return write_wrapped(out, CCM_DER_BIT_STRING, &content, err) && ok;
}

/* IssuerAndSerialNumber */
static bool
write_names(struct ccm_buf *out, X509 *x509, struct ccm_error *err)
{
	unsigned char *name = NULL, *serial = NULL;
	int name_len = i2d_X509_NAME(X509_get_issuer_name(x509), &name);
	int serial_len = i2d_ASN1_INTEGER(X509_get0_serialNumber(x509), &serial);
	struct ccm_buf content = {0};
	bool ok = name_len > 0 && serial_len > 0 &&
		  ccm_buf_append(&content, name, (size_t)name_len, err) &&
		  ccm_buf_append(&content, serial, (size_t)serial_len, err);

	OPENSSL_free(name);
	OPENSSL_free(serial);
	return write_wrapped(out, CCM_DER_SEQUENCE, &content, err) &&
	       (ok || ccm_fail_openssl(err, "encoding the name of a certificate"));
}

bool
ccm_emu_envelope_key(
    const struct ccm_emu_envelope *envelope, struct ccm_buf *out, struct ccm_error *err)
{
	unsigned char point[POINT_SIZE];
	struct ccm_buf content = {0};
	struct parts parts = {0};
	size_t len = 0;
	bool ok;

	if (EVP_PKEY_get_octet_string_param(
		envelope->key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &len) != 1)
		return ccm_fail_openssl(err, "taking an SM2 key apart");
	ok = prepare(envelope, &parts, err) && write_algorithm(&content, OID_SM4_ECB, err) &&
	     ccm_buf_append(&content, parts.sealed_key.data, parts.sealed_key.len, err) &&
	     write_bits(&content, point, len, err) &&
	     write_bits(&content, parts.sealed, sizeof(parts.sealed), err) &&
	     ccm_der_write(out, CCM_DER_SEQUENCE, ccm_buf_span(&content), err);
	ccm_buf_clear(&content);
	clear_parts(&parts);
	return ok;
}

/* GM/T 0010 */

/* SM2Signature over the private value, with SM3 and the usual user id (GM/T 0009-2012 10). */
static bool
sign(const struct ccm_emu_envelope *envelope, const struct parts *parts, struct ccm_buf *out,
    struct ccm_error *err)
{
	EVP_MD_CTX *ctx = ccm_emu_sign_begin(envelope->signer_key, "SM3", err);
	size_t len = 0;
	bool ok = ctx != NULL && EVP_DigestSign(ctx, NULL, &len, parts->value, VALUE_SIZE) == 1 &&
		  ccm_buf_reserve(out, len, err) &&
		  EVP_DigestSign(ctx, out->data, &len, parts->value, VALUE_SIZE) == 1;

	out->len = ok ? len : 0;
	EVP_MD_CTX_free(ctx);
	return ok || ccm_fail_openssl(err, "signing with SM2");
}

/* The only RecipientInfo */
static bool
write_recipients(struct ccm_buf *out, const struct ccm_emu_envelope *envelope,
    const struct parts *parts, struct ccm_error *err)
{
	struct ccm_buf info = {0}, set = {0};
	bool ok = write_version(&info, err) && write_names(&info, envelope->recipient, err) &&
		  write_algorithm(&info, OID_SM2_ENCRYPT, err) &&
		  ccm_der_write(&info, CCM_DER_OCTET_STRING, ccm_buf_span(&parts->sealed_key), err);

	return write_wrapped(&set, CCM_DER_SEQUENCE, &info, err) &&
	       write_wrapped(out, TAG_SET, &set, err) && ok;
}

static bool
write_digest_algorithms(struct ccm_buf *out, struct ccm_error *err)
{
	struct ccm_buf set = {0};

	return write_algorithm(&set, OID_SM3, err) && write_wrapped(out, TAG_SET, &set, err);
}

/* EncryptedContentInfo */
static bool
write_content(struct ccm_buf *out, const struct parts *parts, struct ccm_error *err)
{
	struct ccm_buf info = {0};
	bool ok = ccm_der_write(&info, CCM_DER_OID, OID_DATA, err) &&
		  write_algorithm(&info, OID_SM4_ECB, err) &&
		  ccm_der_write(
		      &info, TAG_IMPLICIT_0, CCM_SPAN(parts->sealed, sizeof(parts->sealed)), err);

	return write_wrapped(out, CCM_DER_SEQUENCE, &info, err) && ok;
}

static bool
write_certificates(struct ccm_buf *out, X509 *signer, struct ccm_error *err)
{
	unsigned char *der = NULL;
	int len = i2d_X509(signer, &der);
	bool ok = len > 0 ? ccm_der_write(out, CCM_DER_CONTEXT, CCM_SPAN(der, len), err)
			  : ccm_fail_openssl(err, "encoding a certificate");

	OPENSSL_free(der);
	return ok;
}

/* The only SignerInfo */
static bool
write_signers(struct ccm_buf *out, const struct ccm_emu_envelope *envelope,
    const struct parts *parts, struct ccm_error *err)
{
	struct ccm_buf info = {0}, set = {0}, signature = {0};
	bool ok = write_version(&info, err) && write_names(&info, envelope->signer, err) &&
		  write_algorithm(&info, OID_SM3, err) &&
		  write_algorithm(&info, OID_SM2_SIGN, err) &&
		  sign(envelope, parts, &signature, err) &&
		  ccm_der_write(&info, CCM_DER_OCTET_STRING, ccm_buf_span(&signature), err);

	ccm_buf_clear(&signature);
	return write_wrapped(&set, CCM_DER_SEQUENCE, &info, err) &&
	       write_wrapped(out, TAG_SET, &set, err) && ok;
}

bool
ccm_emu_envelope_signed(
    const struct ccm_emu_envelope *envelope, struct ccm_buf *out, struct ccm_error *err)
{
	struct ccm_buf data = {0}, content = {0}, info = {0};
	struct parts parts = {0};
	bool ok = prepare(envelope, &parts, err) && write_version(&data, err) &&
		  write_recipients(&data, envelope, &parts, err) &&
		  write_digest_algorithms(&data, err) && write_content(&data, &parts, err) &&
		  write_certificates(&data, envelope->signer, err) &&
		  write_signers(&data, envelope, &parts, err);

	ok = write_wrapped(&content, CCM_DER_SEQUENCE, &data, err) && ok &&
	     ccm_der_write(&info, CCM_DER_OID, OID_SIGNED_AND_ENVELOPED, err) &&
	     ccm_der_write(&info, CCM_DER_CONTEXT, ccm_buf_span(&content), err) &&
	     ccm_der_write(out, CCM_DER_SEQUENCE, ccm_buf_span(&info), err);
	ccm_buf_clear(&content);
	ccm_buf_clear(&info);
	clear_parts(&parts);
	return ok;
}
