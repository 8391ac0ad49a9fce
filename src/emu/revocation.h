/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_REVOCATION_H
#define CCM_EMU_REVOCATION_H

/*
 * What was revoked, by issuer: what lists are made of. It stays when the certificate is deleted.
 */

#include "emu/emulator.h"

/* The reason's number in RFC 5280 5.3.1, -1 when there is none of this name. */
int ccm_emu_revocation_reason(const char *name);

/*
 * Write down that the resource is revoked, for the reason that the request gives; of an SM2 pair,
 * both certificates. Refused for what no CA of ours has signed: it is on no list of ours.
 */
bool ccm_emu_revocation_add(const struct ccm_emu_call *call,
    const struct ccm_emu_resource *resource, struct ccm_error *err);

/* What an issuer has revoked up to a time. */
struct ccm_emu_revocation_query {
	const char *issuer_id;
	int64_t until; /* ms */
};
bool ccm_emu_revocation_count(struct ccm_emu_db *db, const struct ccm_emu_revocation_query *query,
    int64_t *count, struct ccm_error *err);

struct ccm_emu_revocation {
	const char *serial; /* decimal */
	int64_t time;       /* ms */
	int64_t reason;     /* RFC 5280 5.3.1 */
	int64_t not_after;  /* of the certificate, ms */
};
/* Called for each in turn; false with err set ends the walk. */
typedef bool (*ccm_emu_revocation_visit)(
    void *context, const struct ccm_emu_revocation *revocation, struct ccm_error *err);
bool ccm_emu_revocation_list(struct ccm_emu_db *db, const struct ccm_emu_revocation_query *query,
    ccm_emu_revocation_visit visit, void *context, struct ccm_error *err);

#endif
