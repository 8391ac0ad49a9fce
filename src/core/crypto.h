/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CRYPTO_H
#define CCM_CRYPTO_H

/*
 * All cryptography of ours runs in a private library context that holds only the default provider
 * and never reads openssl.cnf (design rule 2): whatever the application configured, our own work
 * cannot be led back into us.
 */

#include <stdbool.h>
#include <openssl/types.h>

#include "core/mem.h"

/* The private context, made at first use; NULL with err set when OpenSSL cannot provide it. */
OSSL_LIB_CTX *ccm_crypto_context(struct ccm_error *err);
#define CCM_CRYPTO_PROPERTIES "provider=default"

/* Fail with CCM_CRYPTO, the text and the oldest entry of OpenSSL's error queue, which is emptied.
 */
#define ccm_fail_openssl(err, ...) ccm_crypto_error((err), CCM_WHERE, __VA_ARGS__)
bool ccm_crypto_error(struct ccm_error *err, const char *where, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * The network guard. While a thread is inside it, libssl and libcurl see the private context as
 * the thread's default, and the faces refuse to be entered from this thread (a file key that is one
 * of our key references, loaded by our own TLS, would recurse). Entering twice is an error.
 */
struct ccm_network_scope {
	OSSL_LIB_CTX *previous;
};
bool ccm_network_enter(struct ccm_network_scope *scope, struct ccm_error *err);
void ccm_network_leave(struct ccm_network_scope *scope);
bool ccm_network_active(void);

/* Random bytes from the private context. */
bool ccm_random(void *out, size_t len, struct ccm_error *err);
/* Append a random password of this length: letters, digits, _ and -, six bits each. */
bool ccm_random_password(size_t len, struct ccm_buf *out, struct ccm_error *err);
/* One-shot digest by OpenSSL name ("SHA256"); out holds EVP_MAX_MD_SIZE bytes. */
bool ccm_digest(const char *name, struct ccm_span in, unsigned char *out, size_t *out_len,
    struct ccm_error *err);
struct ccm_hmac_input {
	const char *digest;
	struct ccm_span key, text;
};
bool ccm_hmac(
    const struct ccm_hmac_input *input, unsigned char *out, size_t *out_len, struct ccm_error *err);
/* HKDF (RFC 5869), extract and expand. */
struct ccm_hkdf_input {
	const char *digest;
	struct ccm_span key, salt, info;
};
bool ccm_hkdf(
    const struct ccm_hkdf_input *input, unsigned char *out, size_t out_len, struct ccm_error *err);
/* The KDF of ANSI X9.63 (SEC 1 3.6.1). */
struct ccm_x963_input {
	const char *digest;
	struct ccm_span secret, info;
};
bool ccm_x963(
    const struct ccm_x963_input *input, unsigned char *out, size_t out_len, struct ccm_error *err);
/* PBKDF2 (RFC 8018). */
struct ccm_pbkdf2_input {
	const char *digest;
	struct ccm_span password, salt;
	unsigned iterations;
};
bool ccm_pbkdf2(const struct ccm_pbkdf2_input *input, unsigned char *out, size_t out_len,
    struct ccm_error *err);
/* scrypt (RFC 7914): N is 2 to the power of log2_n; takes 128 * N * r bytes of memory. */
struct ccm_scrypt_input {
	struct ccm_span password, salt;
	unsigned log2_n, r, p;
};
bool ccm_scrypt(const struct ccm_scrypt_input *input, unsigned char *out, size_t out_len,
    struct ccm_error *err);

/* Milliseconds since 1970; false for what is no time. */
bool ccm_asn1_time_ms(const ASN1_TIME *time, int64_t *ms);

#endif
