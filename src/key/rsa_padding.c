/* SPDX-License-Identifier: Apache-2.0 */
#include "key/rsa_padding.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <string.h>

#include "core/crypto.h"

#define SIZE_MAX_BYTES 2048 /* of a modulus: 16384 bits */
#define PREMASTER_LEN 48

/* Masks: all ones for true, zero for false; no branch depends on them. */

static unsigned
mask_of_msb(unsigned a)
{
	return 0U - (a >> (sizeof(a) * 8 - 1));
}

static unsigned
mask_zero(unsigned a)
{
	return mask_of_msb(~a & (a - 1));
}

static unsigned
mask_equal(unsigned a, unsigned b)
{
	return mask_zero(a ^ b);
}

static unsigned
mask_less(unsigned a, unsigned b)
{
	return mask_of_msb(a ^ ((a ^ b) | ((a - b) ^ b)));
}

static unsigned
select_by(unsigned mask, unsigned a, unsigned b)
{
	return (mask & a) | (~mask & b);
}

/* Signing */

bool
ccm_rsa_digest_info(
    const EVP_MD *md, struct ccm_span digest, struct ccm_buf *out, struct ccm_error *err)
{
	X509_SIG *info = NULL;
	X509_ALGOR *algorithm;
	ASN1_OCTET_STRING *octets;
	unsigned char *der = NULL;
	int nid = EVP_MD_get_type(md), len = -1;
	bool ok;

	if (nid == NID_md5_sha1)
		return ccm_buf_append(out, digest.data, digest.len, err);
	info = X509_SIG_new();
	if (info != NULL) {
		X509_SIG_getm(info, &algorithm, &octets);
		if (X509_ALGOR_set0(algorithm, OBJ_nid2obj(nid), V_ASN1_NULL, NULL) == 1 &&
		    ASN1_OCTET_STRING_set(octets, digest.data, (int)digest.len) == 1)
			len = i2d_X509_SIG(info, &der);
	}
	ok = len > 0 ? ccm_buf_append(out, der, (size_t)len, err)
		     : ccm_fail_openssl(err, "DigestInfo of %s", EVP_MD_get0_name(md));
	OPENSSL_free(der);
	X509_SIG_free(info);
	return ok;
}

bool
ccm_rsa_pad_pkcs1(struct ccm_span info, unsigned char *out, size_t size, struct ccm_error *err)
{
	if (info.len + 11 > size)
		return ccm_fail(err, CCM_USAGE,
		    "%zu bytes to sign are too many for an RSA key of %zu bits", info.len,
		    size * 8);
	memset(out, 0xff, size);
	out[0] = 0;
	out[1] = 1;
	out[size - info.len - 1] = 0;
	memcpy(out + size - info.len, info.data, info.len);
	return true;
}

/* data ^= MGF1(seed) (B.2.1) */
static bool
mask_with(unsigned char *data, size_t len, struct ccm_span seed, const EVP_MD *md)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char block[EVP_MAX_MD_SIZE], counter[4] = {0};
	size_t done = 0, step = (size_t)EVP_MD_get_size(md);
	bool ok = ctx != NULL;

	for (unsigned n = 0; ok && done < len; n++) {
		counter[2] = (unsigned char)(n >> 8);
		counter[3] = (unsigned char)n;
		ok = EVP_DigestInit_ex2(ctx, md, NULL) == 1 &&
		     EVP_DigestUpdate(ctx, seed.data, seed.len) == 1 &&
		     EVP_DigestUpdate(ctx, counter, sizeof(counter)) == 1 &&
		     EVP_DigestFinal_ex(ctx, block, NULL) == 1;
		for (size_t i = 0; ok && i < step && done < len; i++)
			data[done++] ^= block[i];
	}
	OPENSSL_cleanse(block, sizeof(block));
	EVP_MD_CTX_free(ctx);
	return ok;
}

/* H = Hash(00 00 00 00 00 00 00 00 || mHash || salt) */
static bool
pss_hash(const EVP_MD *md, struct ccm_span digest, struct ccm_span salt, unsigned char *out)
{
	static const unsigned char zeros[8];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx != NULL && EVP_DigestInit_ex2(ctx, md, NULL) == 1 &&
		  EVP_DigestUpdate(ctx, zeros, sizeof(zeros)) == 1 &&
		  EVP_DigestUpdate(ctx, digest.data, digest.len) == 1 &&
		  EVP_DigestUpdate(ctx, salt.data, salt.len) == 1 &&
		  EVP_DigestFinal_ex(ctx, out, NULL) == 1;

	EVP_MD_CTX_free(ctx);
	return ok;
}

bool
ccm_rsa_pad_pss(const struct ccm_rsa_pss *pss, struct ccm_span digest, unsigned char *out,
    size_t bits, struct ccm_error *err)
{
	size_t size = (bits + 7) / 8, hash_len = (size_t)EVP_MD_get_size(pss->md);
	size_t em_len = (bits - 1 + 7) / 8, db_len = em_len - hash_len - 1;
	unsigned char *em = out + (size - em_len), *salt;

	if (digest.len != hash_len || em_len < hash_len + pss->salt_len + 2)
		return ccm_fail(err, CCM_USAGE,
		    "a digest of %zu bytes and a salt of %zu do not fit an RSA key of %zu bits",
		    digest.len, pss->salt_len, bits);
	memset(out, 0, size);
	salt = em + db_len - pss->salt_len;
	if (!ccm_random(salt, pss->salt_len, err))
		return false;
	if (!pss_hash(pss->md, digest, CCM_SPAN(salt, pss->salt_len), em + db_len))
		return ccm_fail_openssl(err, "digest %s", EVP_MD_get0_name(pss->md));
	salt[-1] = 1;
	if (!mask_with(em, db_len, CCM_SPAN(em + db_len, hash_len), pss->mgf1_md))
		return ccm_fail_openssl(err, "MGF1 with %s", EVP_MD_get0_name(pss->mgf1_md));
	em[0] &= (unsigned char)(0xff >> (8 * em_len - (bits - 1)));
	em[em_len - 1] = 0xbc;
	return true;
}

/* Decrypting */

/*
 * The data block after its hash: zeros, 1, message. Which 1 ends the zeros is looked for in all of
 * it; *index is where the message begins.
 */
static unsigned
oaep_find_message(const unsigned char *db, size_t from, size_t len, unsigned *index)
{
	unsigned good = ~0U, found = 0, at = 0;

	for (size_t i = from; i < len; i++) {
		unsigned one = mask_equal(db[i], 1), zero = mask_zero(db[i]);

		at = select_by(~found & one, (unsigned)i, at);
		good &= found | one | zero;
		found |= one;
	}
	*index = at + 1;
	return good & found;
}

static bool
oaep_open(const struct ccm_rsa_oaep *oaep, unsigned char *em, size_t size, unsigned *index,
    unsigned *good)
{
	size_t hash_len = (size_t)EVP_MD_get_size(oaep->md), db_len = size - hash_len - 1;
	unsigned char hash[EVP_MAX_MD_SIZE], *seed = em + 1, *db = seed + hash_len;
	unsigned differs = 0;

	if (!mask_with(seed, hash_len, CCM_SPAN(db, db_len), oaep->mgf1_md) ||
	    !mask_with(db, db_len, CCM_SPAN(seed, hash_len), oaep->mgf1_md) ||
	    EVP_Digest(oaep->label.data, oaep->label.len, hash, NULL, oaep->md, NULL) != 1)
		return false;
	for (size_t i = 0; i < hash_len; i++)
		differs |= (unsigned)(hash[i] ^ db[i]);
	*good =
	    mask_zero(em[0]) & mask_zero(differs) & oaep_find_message(db, hash_len, db_len, index);
	*index += (unsigned)(hash_len + 1);
	return true;
}

bool
ccm_rsa_unpad_oaep(const struct ccm_rsa_oaep *oaep, struct ccm_span padded, struct ccm_buf *out,
    struct ccm_error *err)
{
	struct ccm_buf em = {.secret = true};
	unsigned index = 0, good = 0;
	bool ok = false;

	if (padded.len < 2 * (size_t)EVP_MD_get_size(oaep->md) + 2)
		return ccm_fail(err, CCM_USAGE, "OAEP with %s does not fit an RSA key of %zu bits",
		    EVP_MD_get0_name(oaep->md), padded.len * 8);
	if (!ccm_buf_append(&em, padded.data, padded.len, err))
		return false;
	if (!oaep_open(oaep, em.data, em.len, &index, &good))
		ccm_fail_openssl(err, "OAEP with %s", EVP_MD_get0_name(oaep->md));
	else if (good == 0)
		ccm_fail(err, CCM_CRYPTO, "decrypting: not what was encrypted for this key");
	else
		ok = ccm_buf_append(out, em.data + index, em.len - index, err);
	ccm_buf_clear(&em);
	return ok;
}

/* 00 02, at least 8 bytes that are not zero, 00, message: *index is where the message begins. */
static unsigned
pkcs1_find_message(struct ccm_span padded, unsigned *index)
{
	unsigned good = mask_zero(padded.data[0]) & mask_equal(padded.data[1], 2);
	unsigned found = 0, at = 0;

	for (size_t i = 2; i < padded.len; i++) {
		unsigned zero = mask_zero(padded.data[i]);

		at = select_by(~found & zero, (unsigned)i, at);
		found |= zero;
	}
	*index = at + 1;
	return good & found & ~mask_less(at, 2 + 8);
}

static bool
expand(
    struct ccm_span seed, const char *info, unsigned char *out, size_t len, struct ccm_error *err)
{
	const struct ccm_hkdf_input input = {.digest = "SHA256",
	    .key = seed,
	    .salt = ccm_span_of("implicit rejection"),
	    .info = ccm_span_of(info)};

	return ccm_hkdf(&input, out, len, err);
}

/* The length of the message in a wrong padding's stead: the last candidate that fits. */
static bool
synthetic_length(struct ccm_span seed, size_t most, unsigned *len, struct ccm_error *err)
{
	unsigned char candidates[128 * 2];
	unsigned mask = 1;

	if (!expand(seed, "length", candidates, sizeof(candidates), err))
		return false;
	while (mask < most)
		mask = mask << 1 | 1;
	*len = 0;
	for (size_t i = 0; i < sizeof(candidates); i += 2) {
		unsigned candidate = ((unsigned)candidates[i] << 8 | candidates[i + 1]) & mask;

		*len = select_by(mask_less(candidate, (unsigned)most + 1), candidate, *len);
	}
	return true;
}

bool
ccm_rsa_unpad_pkcs1(
    struct ccm_span padded, struct ccm_span seed, struct ccm_buf *out, struct ccm_error *err)
{
	unsigned char synthetic[SIZE_MAX_BYTES];
	unsigned index, length, good;

	if (padded.len < 11 || padded.len > sizeof(synthetic))
		return ccm_fail(
		    err, CCM_CRYPTO, "decrypting: an RSA key of %zu bits", padded.len * 8);
	if (!expand(seed, "message", synthetic, padded.len, err) ||
	    !synthetic_length(seed, padded.len - 11, &length, err) ||
	    !ccm_buf_reserve(out, padded.len, err))
		return false;
	good = pkcs1_find_message(padded, &index);
	index = select_by(good, index, (unsigned)padded.len - length);
	for (size_t i = index; i < padded.len; i++)
		out->data[out->len++] =
		    (unsigned char)select_by(good, padded.data[i], synthetic[i]);
	out->data[out->len] = '\0';
	OPENSSL_cleanse(synthetic, sizeof(synthetic));
	return true;
}

bool
ccm_rsa_unpad_tls(struct ccm_span padded, unsigned version, unsigned alt_version,
    struct ccm_buf *out, struct ccm_error *err)
{
	unsigned char random[PREMASTER_LEN];
	unsigned index, good, said;
	size_t from;

	if (padded.len < PREMASTER_LEN + 11)
		return ccm_fail(err, CCM_CRYPTO, "decrypting: an RSA key of %zu bits is too short",
		    padded.len * 8);
	if (!ccm_random(random, sizeof(random), err) || !ccm_buf_reserve(out, sizeof(random), err))
		return false;
	from = padded.len - PREMASTER_LEN;
	good = pkcs1_find_message(padded, &index) & mask_equal(index, (unsigned)from);
	said = (unsigned)padded.data[from] << 8 | padded.data[from + 1];
	good &=
	    mask_equal(said, version) | (mask_equal(said, alt_version) & ~mask_zero(alt_version));
	for (size_t i = 0; i < sizeof(random); i++)
		out->data[out->len++] =
		    (unsigned char)select_by(good, padded.data[from + i], random[i]);
	out->data[out->len] = '\0';
	OPENSSL_cleanse(random, sizeof(random));
	return true;
}
