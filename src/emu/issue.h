/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_ISSUE_H
#define CCM_EMU_ISSUE_H

/* Issuing: what creating a CA, activating one and creating a certificate have in common. */

#include "emu/emulator.h"
#include "emu/x509.h"

struct ccm_emu_issuer {
	struct ccm_emu_resource row;
	X509 *x509;
	EVP_PKEY *key;
	struct ccm_emu_signer signer; /* of the two */
};

/* Load the CA that the request names as issuer_id; refused when it is missing or not ACTIVED. */
bool ccm_emu_issuer_load(
    struct ccm_emu_call *call, struct ccm_emu_issuer *out, struct ccm_error *err);
void ccm_emu_issuer_clear(struct ccm_emu_issuer *issuer);

/*
 * In three steps, of which only the second is slow, and with a NULL issuer for what signs itself.
 * Prepare: fill in serial number, hash, validity and issuer by the request, or refuse.
 */
bool ccm_emu_issue_prepare(struct ccm_emu_call *call, struct ccm_emu_resource *resource,
    const struct ccm_emu_issuer *issuer, struct ccm_error *err);
/* Give a new resource its id, creation time and key. */
EVP_PKEY *ccm_emu_issue_key(
    struct ccm_emu_call *call, struct ccm_emu_resource *resource, struct ccm_error *err);
/* Make the certificate; the plan brings what the resource doesn't know. */
bool ccm_emu_issue_sign(struct ccm_emu_resource *resource, EVP_PKEY *key,
    const struct ccm_emu_issuer *issuer, struct ccm_emu_plan *plan, struct ccm_error *err);

/* Replace *to by a copy of the request's text, if there is one. */
bool ccm_emu_take_text(
    const struct ccm_json *request, const char *name, char **to, struct ccm_error *err);
bool ccm_emu_set_text(char **to, const char *text, struct ccm_error *err);

/* The key_usages of the request as bits; *usages stays when there are none. */
bool ccm_emu_read_key_usages(
    const struct ccm_json *request, int64_t *usages, struct ccm_error *err);

#endif
