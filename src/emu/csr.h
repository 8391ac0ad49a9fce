/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_CSR_H
#define CCM_EMU_CSR_H

/* Certificate signing requests (PKCS #10, RFC 2986), in and out. Pure; what is wrong is refused. */

#include <openssl/x509.h>

#include "emu/x509.h"

struct ccm_emu_csr {
	X509_REQ *request;
	EVP_PKEY *key; /* public; borrowed from the request */
	char *name[CCM_EMU_NAME_PARTS];
	STACK_OF(X509_EXTENSION) * extensions; /* what is asked for; NULL: none */
};

/* Read PEM as it comes over the wire; the request has to be signed by its key. */
bool ccm_emu_csr_read(const char *text, struct ccm_emu_csr *out, struct ccm_error *err);
void ccm_emu_csr_clear(struct ccm_emu_csr *csr);

/* Put the subject, usages and names that are asked for into a plan, which borrows them. */
bool ccm_emu_csr_plan(
    const struct ccm_emu_csr *csr, struct ccm_emu_plan *plan, struct ccm_error *err);

/* Append the signature algorithm in Java's words, as the service has it: "SHA256withRSA". */
bool ccm_emu_csr_signature_name(
    const struct ccm_emu_csr *csr, struct ccm_buf *out, struct ccm_error *err);

/* A request for a name and the hash to sign it with. The PEM is appended with \n. */
bool ccm_emu_csr_write(
    char *const *name, EVP_PKEY *key, const char *hash, struct ccm_buf *pem, struct ccm_error *err);

#endif
