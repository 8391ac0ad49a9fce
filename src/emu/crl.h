/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_CRL_H
#define CCM_EMU_CRL_H

/*
 * Making lists of revoked certificates: X.509 version 2 (RFC 5280 5), with the authority's key id,
 * the list's number, and the reason of each entry.
 */

#include "emu/x509.h"

struct ccm_emu_crl; /* while entries are added */

struct ccm_emu_crl *ccm_emu_crl_new(struct ccm_error *err);
void ccm_emu_crl_free(struct ccm_emu_crl *crl); /* NULL is allowed */

struct ccm_emu_crl_entry {
	const char *serial; /* decimal */
	int64_t time;       /* of the revocation, ms */
	int64_t reason;     /* RFC 5280 5.3.1 */
};
bool ccm_emu_crl_add(
    struct ccm_emu_crl *crl, const struct ccm_emu_crl_entry *entry, struct ccm_error *err);

struct ccm_emu_crl_plan {
	struct ccm_emu_signer signer;
	const char *hash; /* as certificates have it: SHA256 ... */
	int64_t number;
	int64_t this_update, next_update; /* ms */
};
/* Sign what was added; the list is appended to der. */
bool ccm_emu_crl_sign(struct ccm_emu_crl *crl, const struct ccm_emu_crl_plan *plan,
    struct ccm_buf *der, struct ccm_error *err);

#endif
