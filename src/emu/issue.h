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
	char *crl_url;                /* NULL: it publishes none */
};

/* Load the CA that the request names as issuer_id; refused when it is missing or not ACTIVED. */
bool ccm_emu_issuer_load(
    struct ccm_emu_call *call, struct ccm_emu_issuer *out, struct ccm_error *err);
void ccm_emu_issuer_clear(struct ccm_emu_issuer *issuer);

/* Give a new resource its id and creation time; one that has them keeps them. */
bool ccm_emu_issue_begin(
    const struct ccm_emu_call *call, struct ccm_emu_resource *resource, struct ccm_error *err);
/* Refused when there is no such key algorithm on this site. */
bool ccm_emu_issue_check_algorithm(
    const struct ccm_emu_call *call, const char *algorithm, struct ccm_error *err);
/* What a CA signs with unless it is told: its own hash. That of its certificate is its issuer's,
 * who may have one that is not for the CA's key, or from outside and out of use. */
const char *ccm_emu_issue_hash(const struct ccm_emu_resource *ca);
/* A new serial number, in decimal. */
char *ccm_emu_issue_serial(int64_t now, struct ccm_error *err);

/*
 * In three steps, of which only the second is slow, and with a NULL issuer for what signs itself.
 * Prepare: fill in serial number, hash, validity and issuer by the request, or refuse.
 */
bool ccm_emu_issue_prepare(struct ccm_emu_call *call, struct ccm_emu_resource *resource,
    const struct ccm_emu_issuer *issuer, struct ccm_error *err);
EVP_PKEY *ccm_emu_issue_key(struct ccm_emu_resource *resource, struct ccm_error *err);
/* Make the certificate; the plan brings what the resource doesn't know. */
bool ccm_emu_issue_sign(struct ccm_emu_resource *resource, EVP_PKEY *key,
    const struct ccm_emu_issuer *issuer, struct ccm_emu_plan *plan, struct ccm_error *err);

/* The path length of a CA below the issuer: 0 unless there is one, refused when there is no room.
 */
bool ccm_emu_ca_set_path_length(
    struct ccm_emu_resource *ca, const struct ccm_emu_issuer *issuer, struct ccm_error *err);

/* Replace *to by a copy of the request's text, if there is one. */
bool ccm_emu_take_text(
    const struct ccm_json *request, const char *name, char **to, struct ccm_error *err);

/* The key_usages of the request as bits; *usages stays when there are none. */
bool ccm_emu_read_key_usages(
    const struct ccm_json *request, int64_t *usages, struct ccm_error *err);

#endif
