/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_INPUT_H
#define CCM_CLI_INPUT_H

/*
 * PEM files that people give, read and understood before anything is sent: CCM_USAGE with the file,
 * and what it holds instead of what is wanted. "-" is standard input.
 */

#include "model/cert.h"

/* A signing request whose own signature is right. */
struct ccm_csr {
	struct ccm_buf pem;
	struct ccm_buf public_key; /* DER SubjectPublicKeyInfo */
	char *common_name;         /* or NULL */
};
bool ccm_input_csr(const char *path, struct ccm_csr *csr, struct ccm_error *err);
void ccm_csr_clear(struct ccm_csr *csr);

/* The first certificate of a file, and all others of it and of the one with the chain, if any. */
struct ccm_input_chain {
	struct ccm_cert *cert;
	struct ccm_buf pem, rest;
};
bool ccm_input_certificates(
    const char *path, const char *chain_path, struct ccm_input_chain *chain, struct ccm_error *err);
void ccm_input_chain_clear(struct ccm_input_chain *chain);

/* The private key of the certificate, not encrypted, in the form that it has; pem is made secret.
 */
bool ccm_input_key(
    const char *path, const struct ccm_cert *cert, struct ccm_buf *pem, struct ccm_error *err);

#endif
