/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_X509_H
#define CCM_EMU_X509_H

/*
 * Making keys and certificates, with the profile that the reference's examples show (ccm-api.md 9):
 * subject CN C ST L O OU in UTF8String (country PrintableString), then the extensions AKI, SKI,
 * basic constraints (critical, CAs only), key usage, extended key usage, alternative names, CRL
 * distribution point, custom.
 */

#include <openssl/x509.h>

#include "emu/resource.h"

enum ccm_emu_san_type {
	CCM_EMU_SAN_DNS,
	CCM_EMU_SAN_IP,
	CCM_EMU_SAN_EMAIL,
	CCM_EMU_SAN_URI,
	CCM_EMU_SAN_UPN,
	CCM_EMU_SAN_TYPES
};
#define CCM_EMU_SAN_MAX 20

struct ccm_emu_san {
	enum ccm_emu_san_type type;
	const char *value;
};

/* Bits of key usage by their number in RFC 5280 4.2.1.3. */
enum {
	CCM_EMU_KU_DIGITAL_SIGNATURE = 1 << 0,
	CCM_EMU_KU_NON_REPUDIATION = 1 << 1,
	CCM_EMU_KU_KEY_ENCIPHERMENT = 1 << 2,
	CCM_EMU_KU_DATA_ENCIPHERMENT = 1 << 3,
	CCM_EMU_KU_KEY_AGREEMENT = 1 << 4,
	CCM_EMU_KU_KEY_CERT_SIGN = 1 << 5,
	CCM_EMU_KU_CRL_SIGN = 1 << 6,
	CCM_EMU_KU_ENCIPHER_ONLY = 1 << 7,
	CCM_EMU_KU_DECIPHER_ONLY = 1 << 8,
	CCM_EMU_KU_CA =
	    CCM_EMU_KU_DIGITAL_SIGNATURE | CCM_EMU_KU_KEY_CERT_SIGN | CCM_EMU_KU_CRL_SIGN
};
#define CCM_EMU_KU_BITS 9
/* The bit's number of a name such as "keyCertSign", -1 when there is none. */
int ccm_emu_key_usage_find(const char *name);

/* The extended key usages: the API's flag name of each bit; NULL behind the last. */
const char *ccm_emu_extended_key_usage_name(size_t bit);
#define CCM_EMU_EKU_SERVER_AUTH (1u << 0)

/* What a certificate shall say. */
struct ccm_emu_plan {
	char *const *name;             /* CCM_EMU_NAME_PARTS of them; NULL parts are left out */
	const X509_NAME *subject;      /* the subject to have; NULL: of the name */
	const char *serial;            /* decimal */
	int64_t not_before, not_after; /* ms */
	const char *hash;              /* SHA256, SHA384, SHA512 */
	bool ca;
	int64_t path_length; /* of a CA; CCM_EMU_NONE: no limit */
	int64_t key_usages;  /* 0: no such extension */
	unsigned extended_key_usages;
	const struct ccm_emu_san *sans;
	size_t san_count;
	/* Extensions to have as they are instead; NULL: none. */
	X509_EXTENSION *extended_key_usage, *alternative_names;
	const char *extension_oid, *extension_value; /* NULL: none */
	const char *crl_url;                         /* where the issuer's CRL is; NULL: none */
};

/* A new key pair: RSA2048, RSA4096, EC256, EC384, SM2. Slow for RSA. */
EVP_PKEY *ccm_emu_x509_generate(const char *algorithm, struct ccm_error *err);
/* What there is on the sites of the Chinese mainland, or elsewhere. */
bool ccm_emu_x509_knows_algorithm(const char *algorithm, bool mainland);
bool ccm_emu_x509_knows_hash(const char *hash, bool mainland);
/* The name of a key's algorithm as above; NULL when it is none of these. */
const char *ccm_emu_x509_algorithm_of(const EVP_PKEY *key);
/* True when the text is an OID that no extension of ours has. */
bool ccm_emu_x509_extension_is_free(const char *oid);

/* A serial number in decimal, to be freed; NULL leaves the reason in OpenSSL's error queue. */
ASN1_INTEGER *ccm_emu_x509_serial(const char *decimal);

/* Who signs. */
struct ccm_emu_signer {
	const X509 *x509;
	EVP_PKEY *key;
};

/* Issue to the key; with a NULL signer it signs itself. The certificate is appended to der. */
bool ccm_emu_x509_issue(const struct ccm_emu_plan *plan, EVP_PKEY *key,
    const struct ccm_emu_signer *signer, struct ccm_buf *der, struct ccm_error *err);

bool ccm_emu_x509_encode(const X509 *x509, struct ccm_buf *der, struct ccm_error *err);
/*
 * The same certificate for another name: subject, alternative names, number and times are the
 * plan's, key and other extensions stay. Many times faster, since OpenSSL need not look at the key.
 */
bool ccm_emu_x509_reissue(X509 *x509, const struct ccm_emu_plan *plan, EVP_PKEY *signer,
    struct ccm_buf *der, struct ccm_error *err);

X509 *ccm_emu_x509_decode(struct ccm_span der, struct ccm_error *err);
bool ccm_emu_key_encode(EVP_PKEY *key, struct ccm_buf *der, struct ccm_error *err); /* PKCS #8 */
EVP_PKEY *ccm_emu_key_decode(struct ccm_span der, struct ccm_error *err);

#endif
