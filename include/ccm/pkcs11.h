/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_PKCS11_H
#define CCM_PKCS11_H

/*
 * Vendor-defined attributes and mechanisms of the PKCS#11 module (ccm.so). Include a PKCS#11 header
 * first: the base is its CKA_VENDOR_DEFINED. All values are byte strings of UTF-8 text without
 * terminator, except CKA_CCM_NOT_AFTER. All are readable and searchable on certificates, public
 * keys and private keys; none can be set later, and the last four can only be given.
 */

#define CKA_CCM_BASE (CKA_VENDOR_DEFINED | 0x43434D00UL)

#define CKA_CCM_SERVICE (CKA_CCM_BASE + 0x01)       /* "PCA" or "SCM" */
#define CKA_CCM_RESOURCE_ID (CKA_CCM_BASE + 0x02)   /* ca_id or certificate_id */
#define CKA_CCM_STATUS (CKA_CCM_BASE + 0x03)        /* as on the wire: ISSUED, ACTIVED, ... */
#define CKA_CCM_ISSUER_ID (CKA_CCM_BASE + 0x04)     /* ca_id of the issuing CA, empty for a root */
#define CKA_CCM_KEY_ALGORITHM (CKA_CCM_BASE + 0x05) /* RSA2048, EC256, ... */
#define CKA_CCM_GEN_MODE (CKA_CCM_BASE + 0x06)      /* GENERATE, IMPORT or CSR */
#define CKA_CCM_CLUSTER_ID (CKA_CCM_BASE + 0x07)    /* HSM cluster that the key is in, or empty */
#define CKA_CCM_HSM_PROJECT (CKA_CCM_BASE + 0x08)   /* project of that cluster, as configured */
/* The tags, each a line of key, tab and value, in the order of their keys. */
#define CKA_CCM_TAGS (CKA_CCM_BASE + 0x09)
#define CKA_CCM_NOT_AFTER (CKA_CCM_BASE + 0x0A) /* CK_ULONG: seconds since 1970 UTC */

/*
 * To have a certificate issued: C_CreateObject of CKO_CERTIFICATE with CKA_TOKEN, without
 * CKA_VALUE, on a token of PCA with `read_only = no`. CKA_CCM_ISSUER and CKA_ID, the id of a key
 * that was made on the token, must be there; CKA_SUBJECT, or else CKA_LABEL is the common name;
 * CKA_START_DATE and CKA_END_DATE are now and a year where they are not given. The same call after
 * one whose answer was lost adopts what that one had issued.
 */
#define CKA_CCM_ISSUER (CKA_CCM_BASE + 0x0B)    /* name or id of a CA */
#define CKA_CCM_SAN (CKA_CCM_BASE + 0x0C)       /* lines of DNS:, IP:, EMAIL:, URI: or UPN:NAME */
#define CKA_CCM_KEY_USAGE (CKA_CCM_BASE + 0x0D) /* digitalSignature,... (RFC 5280 4.2.1.3) */
#define CKA_CCM_EXT_KEY_USAGE (CKA_CCM_BASE + 0x0E) /* serverAuth,clientAuth,codeSigning,... */

/*
 * Vendor-defined mechanisms: SM2 (GB/T 32918, GM/T 0009), on keys of type CKK_EC whose
 * CKA_EC_PARAMS name the curve sm2p256v1 (1.2.156.10197.1.301). C_GenerateKeyPair makes them by
 * CKM_EC_KEY_PAIR_GEN with that curve. Keys on it do no ECDSA and no ECDH.
 *
 *	CKM_CCM_SM2_SM3  sign and verify a message, in one part or in many; the parameter, which may
 *	                 be left out, is a CK_CCM_SM2_PARAMS with the signer's id
 *	CKM_CCM_SM2      sign and verify a digest of 32 bytes, which the caller has made of Z and
 *the message; encrypt and decrypt, the cipher text being the DER of GM/T 0009 7.2. No parameter
 *	CKM_CCM_SM3      digest. No parameter
 *
 * Signatures are r || s, 64 bytes, as those of ECDSA.
 */
#define CKM_CCM_BASE (CKM_VENDOR_DEFINED | 0x43434D00UL)

#define CKM_CCM_SM2 (CKM_CCM_BASE + 0x01)
#define CKM_CCM_SM2_SM3 (CKM_CCM_BASE + 0x02)
#define CKM_CCM_SM3 (CKM_CCM_BASE + 0x03)

/* The signer's id: at most 8191 bytes. Without this parameter it is "1234567812345678". */
typedef struct CK_CCM_SM2_PARAMS {
	unsigned char *pId;    /* CK_BYTE */
	unsigned long ulIdLen; /* CK_ULONG */
} CK_CCM_SM2_PARAMS;

#endif
