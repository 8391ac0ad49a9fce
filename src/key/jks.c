/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Java's keystore, as sun.security.provider.JavaKeyStore and KeyProtector read it. Numbers are
 * big-endian, texts are UTF-8 behind two bytes of length:
 *
 *	FEEDFEED, version, number of entries
 *	per entry: kind 1, alias, time, protected key, number of certificates
 *	per certificate: "X.509", DER
 *	SHA-1 over the password, a phrase and all of the above
 */
#include "key/keystore.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdint.h>
#include <string.h>

#include "core/crypto.h"
#include "core/der.h"

#define MAGIC 0xfeedfeed
#define VERSION 2
#define KIND_KEY 1
#define PHRASE "Mighty Aphrodite"

static const unsigned char protection_oid[] = {
    0x2b, 0x06, 0x01, 0x04, 0x01, 0x2a, 0x02, 0x11, 0x01, 0x01};
static const unsigned char null[] = {0x05, 0x00};

static bool
append_number(struct ccm_buf *out, uint64_t number, size_t width, struct ccm_error *err)
{
	unsigned char bytes[8];

	for (size_t i = 0; i < width; i++)
		bytes[i] = (unsigned char)(number >> 8 * (width - 1 - i));
	return ccm_buf_append(out, bytes, width, err);
}

static bool
append_text(struct ccm_buf *out, const char *text, struct ccm_error *err)
{
	return append_number(out, strlen(text), 2, err) && ccm_buf_append_str(out, text, err);
}

static bool
append_block(struct ccm_buf *out, struct ccm_span block, struct ccm_error *err)
{
	return append_number(out, block.len, 4, err) &&
	       ccm_buf_append(out, block.data, block.len, err);
}

/* Java's characters are two bytes each. */
static bool
widen_password(const char *password, struct ccm_buf *out, struct ccm_error *err)
{
	for (; *password != '\0'; password++) {
		if ((unsigned char)*password >= 0x80)
			return ccm_fail(
			    err, CCM_USAGE, "a JKS keystore's password has ASCII characters only");
		if (!append_number(out, (unsigned char)*password, 2, err))
			return false;
	}
	return true;
}

/* SHA-1 over password and text. */
static bool
digest_with(struct ccm_span password, struct ccm_span text, unsigned char out[SHA_DIGEST_LENGTH],
    struct ccm_error *err)
{
	struct ccm_buf input;
	size_t len;
	bool ok;

	ccm_buf_init_secret(&input);
	ok = ccm_buf_append(&input, password.data, password.len, err) &&
	     ccm_buf_append(&input, text.data, text.len, err) &&
	     ccm_digest("SHA1", ccm_buf_span(&input), out, &len, err);
	ccm_buf_clear(&input);
	return ok;
}

/* Salt, the key under a chain of digests that begins with the salt, and a digest to check it by. */
static bool
protect(struct ccm_span password, struct ccm_span key, struct ccm_buf *out, struct ccm_error *err)
{
	unsigned char pad[SHA_DIGEST_LENGTH];

	if (!ccm_random(pad, sizeof(pad), err) || !ccm_buf_append(out, pad, sizeof(pad), err) ||
	    !ccm_buf_reserve(out, key.len, err))
		return false;
	for (size_t i = 0; i < key.len; i++) {
		size_t at = i % sizeof(pad);

		if (at == 0 && !digest_with(password, CCM_SPAN(pad, sizeof(pad)), pad, err))
			return false;
		out->data[out->len++] = key.data[i] ^ pad[at];
	}
	return digest_with(password, key, pad, err) && ccm_buf_append(out, pad, sizeof(pad), err);
}

/* EncryptedPrivateKeyInfo (RFC 5208) with Sun's algorithm. */
static bool
append_key(
    struct ccm_buf *out, struct ccm_span password, struct ccm_span key, struct ccm_error *err)
{
	struct ccm_buf algorithm = {0}, sealed = {0}, info = {0}, der = {0};
	bool ok;

	ok = ccm_der_write(
		 &algorithm, CCM_DER_OID, CCM_SPAN(protection_oid, sizeof(protection_oid)), err) &&
	     ccm_buf_append(&algorithm, null, sizeof(null), err) &&
	     protect(password, key, &sealed, err) &&
	     ccm_der_write(&info, CCM_DER_SEQUENCE, ccm_buf_span(&algorithm), err) &&
	     ccm_der_write(&info, CCM_DER_OCTET_STRING, ccm_buf_span(&sealed), err) &&
	     ccm_der_write(&der, CCM_DER_SEQUENCE, ccm_buf_span(&info), err) &&
	     append_block(out, ccm_buf_span(&der), err);
	ccm_buf_clear(&algorithm);
	ccm_buf_clear(&sealed);
	ccm_buf_clear(&info);
	ccm_buf_clear(&der);
	return ok;
}

static bool
append_entry(const struct ccm_keystore *keystore, struct ccm_span password, struct ccm_span key,
    struct ccm_buf *out, struct ccm_error *err)
{
	bool ok = append_number(out, KIND_KEY, 4, err) &&
		  append_text(out, CCM_KEYSTORE_ALIAS, err) &&
		  append_number(out, (uint64_t)keystore->created_ms, 8, err) &&
		  append_key(out, password, key, err) &&
		  append_number(out, keystore->certificate_count, 4, err);

	for (size_t i = 0; i < keystore->certificate_count && ok; i++)
		ok = append_text(out, "X.509", err) &&
		     append_block(out, keystore->certificates[i], err);
	return ok;
}

/* To be appended to nothing: the digest is over the whole file. */
static bool
write_file(const struct ccm_keystore *keystore, struct ccm_span password, struct ccm_span key,
    struct ccm_buf *out, struct ccm_error *err)
{
	unsigned char digest[SHA_DIGEST_LENGTH];
	struct ccm_buf text = {0};
	bool ok = append_number(out, MAGIC, 4, err) && append_number(out, VERSION, 4, err) &&
		  append_number(out, 1, 4, err) &&
		  append_entry(keystore, password, key, out, err) &&
		  ccm_buf_append_str(&text, PHRASE, err) &&
		  ccm_buf_append(&text, out->data, out->len, err) &&
		  digest_with(password, ccm_buf_span(&text), digest, err) &&
		  ccm_buf_append(out, digest, sizeof(digest), err);

	ccm_buf_clear(&text);
	return ok;
}

bool
ccm_keystore_jks(const struct ccm_keystore *keystore, struct ccm_buf *out, struct ccm_error *err)
{
	struct ccm_buf password, file = {0};
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(keystore->key);
	unsigned char *der = NULL;
	int len = info != NULL ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : 0;
	bool ok;

	ccm_buf_init_secret(&password);
	PKCS8_PRIV_KEY_INFO_free(info);
	ok = len > 0 ? widen_password(keystore->password, &password, err) &&
			   write_file(
			       keystore, ccm_buf_span(&password), CCM_SPAN(der, len), &file, err) &&
			   ccm_buf_append(out, file.data, file.len, err)
		     : ccm_fail_openssl(err, "encoding the key of a keystore");
	OPENSSL_clear_free(der, len > 0 ? (size_t)len : 0);
	ccm_buf_clear(&password);
	ccm_buf_clear(&file);
	return ok;
}
