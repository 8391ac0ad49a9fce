/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_PEM_H
#define CCM_EMU_PEM_H

#include <openssl/x509.h>

#include "core/mem.h"

/*
 * PEM. Text on the wire has \r\n and, for certificates, no line break after the last END line, as
 * the reference's examples do (ccm-api.md 9).
 */

/* The callback of readers that know no password. */
int ccm_emu_pem_no_password(char *buf, int size, int writing, void *context);
/* The request that a PEM text holds, whoever signed it; NULL: none. */
X509_REQ *ccm_emu_pem_decode_request(struct ccm_span pem);

/* Append a certificate (DER) as PEM with \n. */
bool ccm_emu_pem_certificate(struct ccm_span der, struct ccm_buf *out, struct ccm_error *err);
/* The same for a certificate signing request, and for a public key. */
bool ccm_emu_pem_request(const X509_REQ *request, struct ccm_buf *out, struct ccm_error *err);
bool ccm_emu_pem_public_key(EVP_PKEY *key, struct ccm_buf *out, struct ccm_error *err);
/* The same for any number of certificates, one behind the other. */
bool ccm_emu_pem_certificates(struct ccm_span ders, struct ccm_buf *out, struct ccm_error *err);
/* Append a CRL (DER) as PEM with \n. */
bool ccm_emu_pem_crl(struct ccm_span der, struct ccm_buf *out, struct ccm_error *err);
/*
 * Append a key: "RSA PRIVATE KEY" or "EC PRIVATE KEY" (PKCS #1, SEC 1); with a password (not NULL)
 * "ENCRYPTED PRIVATE KEY" (PKCS #8, AES-256-CBC, PBKDF2).
 */
bool ccm_emu_pem_key(
    EVP_PKEY *key, const char *password, struct ccm_buf *out, struct ccm_error *err);
/* Append PEM that came over the wire: a literal \n, \r\n or \r is a line break, too. */
bool ccm_emu_pem_from_wire(const char *text, struct ccm_buf *out, struct ccm_error *err);
/* Append text with each \n as \r\n; the last one is left out when asked to. */
bool ccm_emu_pem_to_wire(
    struct ccm_span text, bool drop_last, struct ccm_buf *out, struct ccm_error *err);

#endif
