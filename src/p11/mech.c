/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/core_names.h>

#include "p11/mech.h"

/*
 * Key sizes are what OpenSSL's default provider does: every key that the service makes or takes is
 * within. They are in bits, but for those of AES, in bytes.
 */
#define RSA 1024, 16384, CCM_KEY_RSA
#define EC 256, 521, CCM_KEY_EC
#define ED 255, 256, CCM_KEY_ED25519
#define SM2 256, 256, CCM_KEY_SM2
#define NONE 0, 0, CCM_KEY_OTHER

#define SIGNS (CKF_SIGN | CKF_VERIFY)
#define RECOVERS (SIGNS | CKF_SIGN_RECOVER | CKF_VERIFY_RECOVER)
#define ENCRYPTS (CKF_ENCRYPT | CKF_DECRYPT)
#define WRAPS (ENCRYPTS | CKF_WRAP | CKF_UNWRAP)
#define CURVE (CKF_EC_F_P | CKF_EC_NAMEDCURVE | CKF_EC_UNCOMPRESS)

#define PKCS1_CIPHER OSSL_PKEY_RSA_PAD_MODE_PKCSV15
#define OAEP_CIPHER OSSL_PKEY_RSA_PAD_MODE_OAEP
#define RAW_CIPHER OSSL_PKEY_RSA_PAD_MODE_NONE

/* The name has to be taken before the number takes its place: no macro may call another. */
#define ROW(type, flags, key, ...)                   \
	{                                            \
		type, #type, flags, key, __VA_ARGS__ \
	}
#define HASH(name) &ccm_p11_digests[CCM_P11_##name]
#define DIGEST(type, name)                                                    \
	{                                                                     \
		type, #type, CKF_DIGEST, NONE, CCM_PAD_NONE, NULL, HASH(name) \
	}
#define RSA_PKCS1(type, name)                                            \
	{                                                                \
		type, #type, SIGNS, RSA, CCM_PAD_PKCS1, NULL, HASH(name) \
	}
#define RSA_PSS(type, name)                                                               \
	{                                                                                 \
		type, #type, SIGNS, RSA, CCM_PAD_PSS, NULL, HASH(name), ccm_p11_parse_pss \
	}
#define ECDSA(type, digest)                                                \
	{                                                                  \
		type, #type, SIGNS | CURVE, EC, CCM_PAD_NONE, NULL, digest \
	}

const struct ccm_p11_mechanism ccm_p11_mechanisms[] = {
    ROW(CKM_RSA_PKCS, RECOVERS | WRAPS, RSA, CCM_PAD_PKCS1, PKCS1_CIPHER, NULL, NULL),
    ROW(CKM_RSA_X_509, RECOVERS | WRAPS, RSA, CCM_PAD_NONE, RAW_CIPHER, NULL, NULL),
    ROW(CKM_RSA_PKCS_OAEP, WRAPS, RSA, CCM_PAD_NONE, OAEP_CIPHER, NULL, ccm_p11_parse_oaep),
    RSA_PKCS1(CKM_SHA1_RSA_PKCS, SHA1),
    RSA_PKCS1(CKM_SHA224_RSA_PKCS, SHA224),
    RSA_PKCS1(CKM_SHA256_RSA_PKCS, SHA256),
    RSA_PKCS1(CKM_SHA384_RSA_PKCS, SHA384),
    RSA_PKCS1(CKM_SHA512_RSA_PKCS, SHA512),
    ROW(CKM_RSA_PKCS_PSS, SIGNS, RSA, CCM_PAD_PSS, NULL, NULL, ccm_p11_parse_pss),
    RSA_PSS(CKM_SHA1_RSA_PKCS_PSS, SHA1),
    RSA_PSS(CKM_SHA224_RSA_PKCS_PSS, SHA224),
    RSA_PSS(CKM_SHA256_RSA_PKCS_PSS, SHA256),
    RSA_PSS(CKM_SHA384_RSA_PKCS_PSS, SHA384),
    RSA_PSS(CKM_SHA512_RSA_PKCS_PSS, SHA512),
    ECDSA(CKM_ECDSA, NULL),
    ECDSA(CKM_ECDSA_SHA1, HASH(SHA1)),
    ECDSA(CKM_ECDSA_SHA224, HASH(SHA224)),
    ECDSA(CKM_ECDSA_SHA256, HASH(SHA256)),
    ECDSA(CKM_ECDSA_SHA384, HASH(SHA384)),
    ECDSA(CKM_ECDSA_SHA512, HASH(SHA512)),
    ROW(CKM_ECDH1_DERIVE, CKF_DERIVE | CURVE, EC, CCM_PAD_NONE, NULL, NULL, ccm_p11_parse_ecdh),
    ROW(CKM_EDDSA, SIGNS | CURVE, ED, CCM_PAD_NONE, NULL, NULL, ccm_p11_parse_eddsa),
    ROW(CKM_CCM_SM2, SIGNS | ENCRYPTS | CURVE, SM2, CCM_PAD_NONE, NULL, NULL, NULL),
    ROW(CKM_CCM_SM2_SM3, SIGNS | CURVE, SM2, CCM_PAD_NONE, NULL, HASH(SM3), ccm_p11_parse_sm2),
    DIGEST(CKM_SHA_1, SHA1),
    DIGEST(CKM_SHA224, SHA224),
    DIGEST(CKM_SHA256, SHA256),
    DIGEST(CKM_SHA384, SHA384),
    DIGEST(CKM_SHA512, SHA512),
    DIGEST(CKM_SHA3_224, SHA3_224),
    DIGEST(CKM_SHA3_256, SHA3_256),
    DIGEST(CKM_SHA3_384, SHA3_384),
    DIGEST(CKM_SHA3_512, SHA3_512),
    DIGEST(CKM_CCM_SM3, SM3),
    ROW(CKM_RSA_PKCS_KEY_PAIR_GEN, CKF_GENERATE_KEY_PAIR, 2048, 4096, CCM_KEY_RSA),
    ROW(CKM_EC_KEY_PAIR_GEN, CKF_GENERATE_KEY_PAIR | CURVE, EC),
    ROW(CKM_EC_EDWARDS_KEY_PAIR_GEN, CKF_GENERATE_KEY_PAIR | CURVE, ED),
    ROW(CKM_GENERIC_SECRET_KEY_GEN, CKF_GENERATE, 8, 32768, CCM_KEY_OTHER),
    ROW(CKM_AES_KEY_GEN, CKF_GENERATE, 16, 32, CCM_KEY_OTHER),
};
const size_t ccm_p11_mechanism_count = CCM_COUNT(ccm_p11_mechanisms);

const struct ccm_p11_mechanism *
ccm_p11_mechanism_find(CK_MECHANISM_TYPE type)
{
	for (size_t i = 0; i < ccm_p11_mechanism_count; i++)
		if (ccm_p11_mechanisms[i].type == type)
			return &ccm_p11_mechanisms[i];
	return NULL;
}

CK_MECHANISM_INFO
ccm_p11_mechanism_describe(const struct ccm_p11_mechanism *mechanism)
{
	return (CK_MECHANISM_INFO){mechanism->min, mechanism->max, mechanism->flags};
}

bool
ccm_p11_mechanism_uses(const struct ccm_p11_mechanism *mechanism, enum ccm_key_type type)
{
	return type != CCM_KEY_OTHER && mechanism->key_type == type &&
	       (mechanism->flags & CKF_GENERATE_KEY_PAIR) == 0;
}

bool
ccm_p11_mechanisms_allow(enum ccm_key_type type, CK_ATTRIBUTE_TYPE use)
{
	static const struct {
		CK_ATTRIBUTE_TYPE use;
		CK_FLAGS flag;
	} uses[] = {
	    {CKA_ENCRYPT, CKF_ENCRYPT},
	    {CKA_DECRYPT, CKF_DECRYPT},
	    {CKA_SIGN, CKF_SIGN},
	    {CKA_SIGN_RECOVER, CKF_SIGN_RECOVER},
	    {CKA_VERIFY, CKF_VERIFY},
	    {CKA_VERIFY_RECOVER, CKF_VERIFY_RECOVER},
	    {CKA_WRAP, CKF_WRAP},
	    {CKA_UNWRAP, CKF_UNWRAP},
	    {CKA_DERIVE, CKF_DERIVE},
	};
	CK_FLAGS flag = 0;

	for (size_t i = 0; i < CCM_COUNT(uses); i++)
		if (uses[i].use == use)
			flag = uses[i].flag;
	for (size_t i = 0; i < ccm_p11_mechanism_count; i++)
		if (ccm_p11_mechanism_uses(&ccm_p11_mechanisms[i], type) &&
		    (ccm_p11_mechanisms[i].flags & flag) != 0)
			return true;
	return false;
}
