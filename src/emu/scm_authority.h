/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_SCM_AUTHORITY_H
#define CCM_EMU_SCM_AUTHORITY_H

/*
 * Who issues SSL certificates: a root of the emulator's own, and below it one CA for each brand,
 * kept in the settings and made when they are needed first.
 */

#include "emu/state.h"
#include "emu/x509.h"

struct ccm_emu_pair {
	X509 *x509;
	EVP_PKEY *key;
};

struct ccm_emu_authority {
	struct ccm_emu_pair root, ca;
};

/* For one caller at a time. */
bool ccm_emu_authority_load(struct ccm_emu_state *state, const char *brand, int64_t now,
    struct ccm_emu_authority *out, struct ccm_error *err);
void ccm_emu_authority_clear(struct ccm_emu_authority *authority);

#endif
