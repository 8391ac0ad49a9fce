/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_RSA_PADDING_H
#define CCM_RSA_PADDING_H

/*
 * RSA paddings of RFC 8017, for modules that do nothing but the bare RSA operation. What is padded
 * or unpadded has as many bytes as the modulus. Undoing one looks at every byte the same way,
 * whatever it holds. Pure, but for random bytes.
 */

#include <openssl/types.h>

#include "core/mem.h"

/* A DigestInfo around a digest (9.2 step 2); of MD5-SHA1, which has none, the digest itself. */
bool ccm_rsa_digest_info(
    const EVP_MD *md, struct ccm_span digest, struct ccm_buf *out, struct ccm_error *err);

/* EMSA-PKCS1-v1_5 (9.2) of a DigestInfo. */
bool ccm_rsa_pad_pkcs1(
    struct ccm_span info, unsigned char *out, size_t size, struct ccm_error *err);

/* EMSA-PSS (9.1.1), for a modulus of so many bits. */
struct ccm_rsa_pss {
	const EVP_MD *md, *mgf1_md;
	size_t salt_len;
};
bool ccm_rsa_pad_pss(const struct ccm_rsa_pss *pss, struct ccm_span digest, unsigned char *out,
    size_t bits, struct ccm_error *err);

/* EME-OAEP (7.1.2 step 3). One message for all that can be wrong. */
struct ccm_rsa_oaep {
	const EVP_MD *md, *mgf1_md;
	struct ccm_span label;
};
bool ccm_rsa_unpad_oaep(const struct ccm_rsa_oaep *oaep, struct ccm_span padded,
    struct ccm_buf *out, struct ccm_error *err);

/*
 * EME-PKCS1-v1_5 (7.2.2), without ever failing for what the padding holds: a wrong one gives a
 * message made from the seed (a secret of the key's, mixed with the cipher text), always the same.
 * So nobody learns anything from asking (Bleichenbacher).
 */
bool ccm_rsa_unpad_pkcs1(
    struct ccm_span padded, struct ccm_span seed, struct ccm_buf *out, struct ccm_error *err);

/*
 * The same for TLS (RFC 5246 7.4.7.1): 48 bytes, which are random if the padding or the version is
 * wrong. alt_version is accepted too, unless it is 0.
 */
bool ccm_rsa_unpad_tls(struct ccm_span padded, unsigned version, unsigned alt_version,
    struct ccm_buf *out, struct ccm_error *err);

#endif
