/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_KEY_CSR_H
#define CCM_KEY_CSR_H

/*
 * Signing requests (PKCS#10, RFC 2986) by any key, wherever its private half is. What they ask for
 * is taken from words, or from a certificate that is to be made anew.
 */

#include <openssl/types.h>

#include "key/key.h"

struct ccm_request; /* subject and extensions */

/* An empty one. */
struct ccm_request *ccm_request_new(struct ccm_error *err);
/* Subject, alternative names and usages of a certificate, as they are. */
struct ccm_request *ccm_request_from_cert(const X509 *cert, struct ccm_error *err);
void ccm_request_free(struct ccm_request *request); /* NULL is allowed */

/* A part of the subject, by OpenSSL's short name: "CN", "C", "ST", "L", "O", "OU"; "" is left out.
 */
bool ccm_request_add_name(
    struct ccm_request *request, const char *part, const char *value, struct ccm_error *err);
/* The whole subject, DER. */
bool ccm_request_set_subject(
    struct ccm_request *request, struct ccm_span name, struct ccm_error *err);
/* Kind: DNS, IP, EMAIL, URI, UPN, in any case. */
bool ccm_request_add_san(
    struct ccm_request *request, const char *kind, const char *value, struct ccm_error *err);
/* "digitalSignature" ... as in RFC 5280 4.2.1.3. */
bool ccm_request_add_usage(struct ccm_request *request, const char *usage, struct ccm_error *err);
/* OpenSSL's short name, or an OID: "serverAuth", "clientAuth", "1.3.6.1.4.1.311.20.2.2". */
bool ccm_request_add_purpose(
    struct ccm_request *request, const char *purpose, struct ccm_error *err);

/* The request signed by the key, as PEM appended to out. */
bool ccm_request_sign(const struct ccm_request *request, struct ccm_key *key, struct ccm_buf *out,
    struct ccm_error *err);

#endif
