/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CERT_H
#define CCM_CERT_H

/* A parsed X.509 certificate: immutable, reference-counted. Spans are borrowed from it. */

#include <openssl/types.h>

#include "core/mem.h"

struct ccm_cert;

struct ccm_cert *ccm_cert_from_der(struct ccm_span der, struct ccm_error *err);
/* All certificates of a PEM text, in order; other blocks are an error. *count is never 0 on
 * success. */
bool ccm_certs_from_pem(
    struct ccm_span pem, struct ccm_cert ***certs, size_t *count, struct ccm_error *err);
void ccm_certs_free(struct ccm_cert **certs, size_t count);
struct ccm_cert *ccm_cert_ref(struct ccm_cert *cert);
void ccm_cert_unref(struct ccm_cert *cert); /* NULL is allowed */

struct ccm_span ccm_cert_der(const struct ccm_cert *cert);
struct ccm_span ccm_cert_subject(const struct ccm_cert *cert); /* DER Name */
struct ccm_span ccm_cert_issuer(const struct ccm_cert *cert);  /* DER Name */
struct ccm_span ccm_cert_serial(const struct ccm_cert *cert);  /* DER INTEGER */
struct ccm_span ccm_cert_spki(const struct ccm_cert *cert);    /* DER SubjectPublicKeyInfo */
const char *ccm_cert_common_name(const struct ccm_cert *cert); /* UTF-8; "" when there is none */
/* Borrowed, private context; NULL for a kind of key that OpenSSL does not know. */
EVP_PKEY *ccm_cert_public_key(const struct ccm_cert *cert);
const X509 *ccm_cert_x509(const struct ccm_cert *cert); /* borrowed, private context */
int64_t ccm_cert_not_before_ms(const struct ccm_cert *cert);
int64_t ccm_cert_not_after_ms(const struct ccm_cert *cert);
bool ccm_cert_is_ca(const struct ccm_cert *cert);
bool ccm_cert_is_self_issued(const struct ccm_cert *cert);
/* Is this DNS name (in any case) or IP address a subject alternative name? */
bool ccm_cert_has_san(const struct ccm_cert *cert, const char *name);
/* Names compared as RFC 5280 7.1 says (case, blanks), not as bytes. */
bool ccm_name_equal(struct ccm_span a, struct ccm_span b);
/* The first common name of a DER Name as UTF-8, to be freed; NULL when there is none or it's
 * malformed. */
char *ccm_name_common_name(struct ccm_span name);

#endif
