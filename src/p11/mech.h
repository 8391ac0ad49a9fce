/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_P11_MECH_H
#define CCM_P11_MECH_H

/* Mechanisms: what there is, and what a mechanism with its parameter asks for. */

#include "model/model.h"
#include "p11/cryptoki.h"

/* hash.c */
struct ccm_p11_digest {
	CK_MECHANISM_TYPE type;
	CK_ULONG mgf; /* MGF1 with this digest; 0: there is none */
	CK_ULONG kdf; /* X9.63's key derivation with it; likewise */
	const char *name;
	size_t size;
};
enum {
	CCM_P11_SHA1,
	CCM_P11_SHA224,
	CCM_P11_SHA256,
	CCM_P11_SHA384,
	CCM_P11_SHA512,
	CCM_P11_SHA3_224,
	CCM_P11_SHA3_256,
	CCM_P11_SHA3_384,
	CCM_P11_SHA3_512,
	CCM_P11_SM3,
	CCM_P11_DIGESTS
};
extern const struct ccm_p11_digest ccm_p11_digests[CCM_P11_DIGESTS];
/* The one that a parameter names, for MGF1 or X9.63 as well; NULL: none of ours. */
const struct ccm_p11_digest *ccm_p11_digest_by_type(CK_MECHANISM_TYPE type);
const struct ccm_p11_digest *ccm_p11_digest_by_mgf(CK_ULONG mgf);
const struct ccm_p11_digest *ccm_p11_digest_by_kdf(CK_ULONG kdf);
/* The digest of the private context, fetched once and kept. NULL with err set. */
const EVP_MD *ccm_p11_digest_fetch(const struct ccm_p11_digest *digest, struct ccm_error *err);

/* mech.c: the mechanism table */
struct ccm_p11_scheme;
struct ccm_p11_mechanism {
	CK_MECHANISM_TYPE type;
	const char *name;
	CK_FLAGS flags;             /* what it is for, CKF_SIGN ... */
	CK_ULONG min, max;          /* of the key's size, in the unit that the standard says */
	enum ccm_key_type key_type; /* CCM_KEY_OTHER: no key, or a secret one */
	enum ccm_padding padding;   /* to sign with */
	const char *cipher;         /* OpenSSL's name of the padding to encrypt with, or NULL */
	const struct ccm_p11_digest *digest; /* of what is signed; NULL: the input as it is */
	/* What its parameter adds to the scheme; NULL: it has none. */
	bool (*parse)(struct ccm_span parameter, struct ccm_p11_scheme *scheme);
};
extern const struct ccm_p11_mechanism ccm_p11_mechanisms[];
extern const size_t ccm_p11_mechanism_count;
const struct ccm_p11_mechanism *ccm_p11_mechanism_find(CK_MECHANISM_TYPE type);
CK_MECHANISM_INFO ccm_p11_mechanism_describe(const struct ccm_p11_mechanism *mechanism);
/* Is it one that a key of this type is used with (and not made by)? */
bool ccm_p11_mechanism_uses(const struct ccm_p11_mechanism *mechanism, enum ccm_key_type type);

/* Is there any such mechanism for a use (CKA_SIGN ...)? */
bool ccm_p11_mechanisms_allow(enum ccm_key_type type, CK_ATTRIBUTE_TYPE use);

/* scheme.c: a mechanism made ready, by what the table says and the parameter adds */
struct ccm_p11_scheme {
	const struct ccm_p11_mechanism *mechanism;
	/* of the input, by us or by the caller, or of OAEP and X9.63; NULL: none, or unknown */
	const struct ccm_p11_digest *digest;
	const struct ccm_p11_digest *mgf;
	struct ccm_sign_params params;
	/* OAEP's label, SM2's id, or what the peer of ECDH shares; the caller's memory */
	struct ccm_span data;
	struct ccm_span peer; /* the public point of ECDH; likewise */
};
/* For one of these uses, of CKF_SIGN and so on. */
CK_RV ccm_p11_scheme_parse(const CK_MECHANISM *given, CK_FLAGS use, struct ccm_p11_scheme *scheme);
/* Does a key of these facts do for it? */
CK_RV ccm_p11_scheme_check_key(
    const struct ccm_p11_scheme *scheme, enum ccm_key_type type, size_t bits);
/* Can so many bytes be signed by it, as they are? Or encrypted? */
CK_RV ccm_p11_scheme_check_input(const struct ccm_p11_scheme *scheme, size_t bits, size_t len);
CK_RV ccm_p11_scheme_check_plain(const struct ccm_p11_scheme *scheme, size_t bits, size_t len);
/* The most bytes that RSA of so many bits encrypts by it. */
size_t ccm_p11_scheme_room(const struct ccm_p11_scheme *scheme, size_t bits);
/* OpenSSL's parameters to encrypt or decrypt with, which point into the scheme; so many of them. */
#define CCM_P11_CIPHER_PARAMS 5
void ccm_p11_scheme_cipher_params(const struct ccm_p11_scheme *scheme, OSSL_PARAM *params);

/* Readers of parameters, for the table. */
bool ccm_p11_parse_pss(struct ccm_span parameter, struct ccm_p11_scheme *scheme);
bool ccm_p11_parse_oaep(struct ccm_span parameter, struct ccm_p11_scheme *scheme);
bool ccm_p11_parse_eddsa(struct ccm_span parameter, struct ccm_p11_scheme *scheme);
bool ccm_p11_parse_ecdh(struct ccm_span parameter, struct ccm_p11_scheme *scheme);
bool ccm_p11_parse_sm2(struct ccm_span parameter, struct ccm_p11_scheme *scheme);

#endif
