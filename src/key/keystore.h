/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_KEYSTORE_H
#define CCM_KEYSTORE_H

/*
 * A private key with its certificates in the one file that some servers want: PKCS#12 (server.pfx
 * of IIS) and Java's own keystore (server.jks of Tomcat). The emulator exports them, the tool
 * writes them.
 */

#include <openssl/types.h>

#include "core/mem.h"

struct ccm_keystore {
	const char *name; /* that people see in PKCS#12 */
	EVP_PKEY *key;    /* of the private context */
	const struct ccm_span
	    *certificates; /* DER: the key's own, which is there, then its issuers */
	size_t certificate_count;
	const char *password; /* of the file and of the key */
	int64_t created_ms;
};

/* PBES2 with AES-256-CBC, MAC with SHA-256: read by OpenSSL 1.1, Java 8u301, Windows 2019 on. */
bool ccm_keystore_pkcs12(
    const struct ccm_keystore *keystore, struct ccm_buf *out, struct ccm_error *err);

/*
 * Version 2 of JKS with Sun's key protection. Aliases are looked up in lower case, so the entry has
 * always the same one. The password is ASCII: CCM_USAGE for any other.
 */
#define CCM_KEYSTORE_ALIAS "server"
bool ccm_keystore_jks(
    const struct ccm_keystore *keystore, struct ccm_buf *out, struct ccm_error *err);

#endif
