/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_PKCS11_H
#define CCM_PKCS11_H

/*
 * Vendor-defined attributes of the PKCS#11 module (ccm.so). Include a PKCS#11 header first: the
 * base is its CKA_VENDOR_DEFINED. All values are byte strings of UTF-8 text without terminator,
 * except CKA_CCM_NOT_AFTER. All are readable and searchable on certificates, public keys and
 * private keys; none can be set yet.
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

#endif
