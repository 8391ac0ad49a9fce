/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_ISSUE_H
#define CCM_ISSUE_H

/* Issuing: what creating a CA, activating one and creating a certificate have in common. */

#include "emu/emulator.h"
#include "emu/x509.h"

struct ccm_issuer {
	struct ccm_resource row;
	X509 *x509;
	EVP_PKEY *key;
	struct ccm_signer signer; /* of the two */
};

/* Load the CA that the request names as issuer_id; refused when it is missing or not ACTIVED. */
bool ccm_issuer_load(struct ccm_call *call, struct ccm_issuer *out, struct ccm_error *err);
void ccm_issuer_clear(struct ccm_issuer *issuer);

/*
 * In three steps, of which only the second is slow, and with a NULL issuer for what signs itself.
 * Prepare: fill in serial number, hash, validity and issuer by the request, or refuse.
 */
bool ccm_issue_prepare(struct ccm_call *call, struct ccm_resource *resource,
    const struct ccm_issuer *issuer, struct ccm_error *err);
/* Give a new resource its id, creation time and key. */
EVP_PKEY *ccm_issue_key(
    struct ccm_call *call, struct ccm_resource *resource, struct ccm_error *err);
/* Make the certificate; the plan brings what the resource doesn't know. */
bool ccm_issue_sign(struct ccm_resource *resource, EVP_PKEY *key, const struct ccm_issuer *issuer,
    struct ccm_plan *plan, struct ccm_error *err);

/* Replace *to by a copy of the request's text, if there is one. */
bool ccm_take_text(
    const struct ccm_json *request, const char *name, char **to, struct ccm_error *err);
bool ccm_set_text(char **to, const char *text, struct ccm_error *err);

/* The key_usages of the request as bits; *usages stays when there are none. */
bool ccm_read_key_usages(const struct ccm_json *request, int64_t *usages, struct ccm_error *err);

#endif
