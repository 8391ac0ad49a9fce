/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_KEY_H
#define CCM_KEY_H

/*
 * A private key behind a table of functions (a key back end), with its public half. `soft` keeps
 * an EVP_PKEY of the private library context. Keys are immutable and reference-counted; any number
 * of threads may use one at a time, each with its own signer.
 */

#include <openssl/types.h>

#include "core/mem.h"

enum ccm_key_type {
	CCM_KEY_RSA,
	CCM_KEY_RSA_PSS, /* kept for PSS by its own algorithm identifier (RFC 4055 1.2) */
	CCM_KEY_EC,
	CCM_KEY_ED25519,
	CCM_KEY_SM2,
	CCM_KEY_OTHER
};

struct ccm_key;

/*
 * How to sign or verify. All strings are OpenSSL names, borrowed for the call. Ed25519 signs the
 * message itself, with no digest named. SM2 signs an SM3 digest, which ccm_sm2_prefix() begins.
 */
enum ccm_padding { CCM_PAD_NONE, CCM_PAD_PKCS1, CCM_PAD_PSS }; /* of RSA; others have NONE */
struct ccm_sign_params {
	enum ccm_padding padding;
	const char
	    *digest; /* of the input; NULL: the input is signed as it is (PKCS1: a DigestInfo) */
	const char *mgf1_digest; /* PSS; NULL: as digest */
	int salt_len; /* PSS, in bytes; or RSA_PSS_SALTLEN_* of <openssl/rsa.h>, 0 is no salt */
};

/* A prepared signing context: one user at a time, any number of signatures. */
struct ccm_signer;

struct ccm_key_ops {
	const char *name;
	/* state is the back end's own; sign takes a digest, a DigestInfo or, for Ed25519, a message
	 */
	bool (*sign_init)(struct ccm_key *key, const struct ccm_sign_params *params, void **state,
	    struct ccm_error *err);
	bool (*sign)(void *state, struct ccm_span input, unsigned char *out, size_t *out_len,
	    struct ccm_error *err);
	void (*sign_free)(void *state);
	/* append the plain text, or the shared secret, to out; NULL where the back end cannot */
	bool (*decrypt)(struct ccm_key *key, const OSSL_PARAM *params, struct ccm_span input,
	    struct ccm_buf *out, struct ccm_error *err);
	bool (*derive)(struct ccm_key *key, EVP_PKEY *peer, const OSSL_PARAM *params,
	    struct ccm_buf *out, struct ccm_error *err);
	void (*free)(struct ccm_key *key);
};

/* A soft key from PEM (any private-key PEM form); passphrase may be NULL. */
struct ccm_key *ccm_key_soft_from_pem(
    struct ccm_span pem, const char *passphrase, struct ccm_error *err);
/* A soft key over pkey, an EVP_PKEY of the private context, which the key takes. */
struct ccm_key *ccm_key_soft_new(EVP_PKEY *take_pkey, struct ccm_error *err);

struct ccm_key *ccm_key_ref(struct ccm_key *key);
void ccm_key_unref(struct ccm_key *key); /* NULL is allowed */

enum ccm_key_type ccm_key_type(const struct ccm_key *key);
EVP_PKEY *ccm_key_public(
    const struct ccm_key *key); /* borrowed; the public half, private context */
/* The EVP_PKEY with the private half of a soft key, borrowed; NULL for every other back end. */
EVP_PKEY *ccm_key_soft_pkey(const struct ccm_key *key);

/*
 * A context of a kind of key, by OpenSSL's name for it, to make one with. An engine that the
 * application has made the default for a kind of key (the usual way of the engine pkcs11, which may
 * call us) takes it over by name in every library context; the ones here it does not find. Of
 * contexts that belong to a key it does, and those are set up by calls that it understands: init,
 * then the parameters. NULL with err set.
 */
EVP_PKEY_CTX *ccm_pkey_context(const char *algorithm, struct ccm_error *err);
/* To sign, verify or agree with; to encrypt or decrypt with. OpenSSL's queue says why not. */
bool ccm_pkey_context_set(EVP_PKEY_CTX *ctx, const OSSL_PARAM *params);
bool ccm_pkey_context_set_cipher(EVP_PKEY_CTX *ctx, const OSSL_PARAM *params);

/* Facts of a public key. NULL, which a certificate with an unknown kind of key has, is allowed. */
enum ccm_key_type ccm_pkey_type(const EVP_PKEY *pkey);
int ccm_pkey_bits(const EVP_PKEY *pkey);
size_t ccm_pkey_signature_size(const EVP_PKEY *pkey);      /* most bytes: DER for EC, SM2 */
bool ccm_pkey_equal(const EVP_PKEY *a, const EVP_PKEY *b); /* public halves */
/* Append a number of a key, by OpenSSL's name for it: as few bytes as hold it, big-endian. */
bool ccm_pkey_number(
    const EVP_PKEY *pkey, const char *name, struct ccm_buf *out, struct ccm_error *err);
/* A public key of the private context from its SubjectPublicKeyInfo. */
EVP_PKEY *ccm_pkey_from_spki(struct ccm_span spki, struct ccm_error *err);

/*
 * What an SM2 signature's digest begins with, before the message: the digest of the signer's id
 * and public key, Z of GB/T 32918.2 5.5.
 */
#define CCM_SM2_DIGEST "SM3"
#define CCM_SM2_DIGEST_SIZE 32
#define CCM_SM2_ID_MAX (0xffff / 8)   /* bytes: its length goes in as bits, in two bytes */
#define CCM_SM2_ID "1234567812345678" /* where nobody says another one (GM/T 0009 10) */
bool ccm_sm2_prefix(const EVP_PKEY *pkey, struct ccm_span id,
    unsigned char out[static CCM_SM2_DIGEST_SIZE], struct ccm_error *err);

/*
 * Sign. ccm_signer_sign fills out (*out_len bytes of room on entry, of signature on return); those
 * of EC and SM2 are DER. Verify: false without err set means the signature is wrong.
 */
struct ccm_signer *ccm_signer_new(
    struct ccm_key *key, const struct ccm_sign_params *params, struct ccm_error *err);
bool ccm_signer_sign(struct ccm_signer *signer, struct ccm_span input, unsigned char *out,
    size_t *out_len, struct ccm_error *err);
void ccm_signer_free(struct ccm_signer *signer); /* NULL is allowed */
bool ccm_pkey_verify(EVP_PKEY *pkey, const struct ccm_sign_params *params, struct ccm_span input,
    struct ccm_span signature, struct ccm_error *err);

/*
 * With a public key: encrypt, by params as below; or tell what a signature of RSA without digest
 * (padding none, or PKCS#1) was made of. Appended to out.
 */
bool ccm_pkey_encrypt(EVP_PKEY *pkey, const OSSL_PARAM *params, struct ccm_span input,
    struct ccm_buf *out, struct ccm_error *err);
bool ccm_pkey_recover(EVP_PKEY *pkey, enum ccm_padding padding, struct ccm_span signature,
    struct ccm_buf *out, struct ccm_error *err);
/* The public key of a peer on the curve of ours, from its point. */
EVP_PKEY *ccm_pkey_peer(const EVP_PKEY *ours, struct ccm_span point, struct ccm_error *err);

/*
 * Decrypt with an RSA key, or derive a shared secret with a peer's public key of the private
 * context. params are those of OpenSSL's asymmetric cipher or key exchange (pad-mode, kdf-type
 * ...). The result is appended to out, which should be a secret buffer. What is wrong with PKCS#1
 * v1.5 padding is never told: bytes made up from the key and the cipher text come in its stead.
 */
bool ccm_key_decrypt(struct ccm_key *key, const OSSL_PARAM *params, struct ccm_span input,
    struct ccm_buf *out, struct ccm_error *err);
bool ccm_key_derive(struct ccm_key *key, EVP_PKEY *peer, const OSSL_PARAM *params,
    struct ccm_buf *out, struct ccm_error *err);

/* ECDSA signatures between DER and the fixed-width r || s of PKCS#11 (width bytes each). Pure. */
bool ccm_ecdsa_to_raw(struct ccm_span der, size_t width, unsigned char *raw, struct ccm_error *err);
bool ccm_ecdsa_to_der(struct ccm_span raw, struct ccm_buf *der, struct ccm_error *err);

#endif
