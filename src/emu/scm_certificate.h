/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_SCM_CERTIFICATE_H
#define CCM_EMU_SCM_CERTIFICATE_H

/* What a row says about its certificate, read from the certificate itself. */

#include "emu/scm_domain.h"
#include "emu/scm_pem.h"
#include "emu/scm_row.h"

/*
 * Keep the first certificate as the row's own and the others as its chain, and set what follows:
 * validity, fingerprint, signature algorithm, SM2 or not.
 */
bool ccm_emu_ssl_take_certificates(struct ccm_emu_ssl *ssl,
    const struct ccm_emu_certificates *certificates, struct ccm_error *err);

/* Its names: the common name first if it is one of a host, then the alternative ones. */
bool ccm_emu_certificate_names(
    const X509 *x509, struct ccm_emu_names *names, struct ccm_error *err);
/* The same of a request. */
bool ccm_emu_request_names(
    const X509_REQ *request, struct ccm_emu_names *names, struct ccm_error *err);

/* The first value of a part (NID_commonName ...) of a name, to be freed; NULL: none. */
char *ccm_emu_name_part_of(const X509_NAME *name, int nid);

/* "SHA256WITHRSA", as SCM writes it; to be freed. */
char *ccm_emu_signature_name(const X509 *x509, struct ccm_error *err);

bool ccm_emu_key_is_sm2(const EVP_PKEY *key);

#endif
