/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_LIFE_H
#define CCM_EMU_LIFE_H

/*
 * The states of CAs and certificates: which operation is allowed in which, and what it makes of
 * them (ccm-api.md 4).
 */

#include "emu/emulator.h"

/* Whether the operation is one for this state; true where the reference asks for none. Pure. */
bool ccm_emu_life_allows(const struct ccm_operation *op, const char *status);

/* Refused when the resource is frozen, or the call's operation is not one for its state. */
bool ccm_emu_life_require(const struct ccm_emu_call *call, const struct ccm_emu_resource *resource,
    struct ccm_error *err);
/* Refused when the CA cannot issue: frozen, not ACTIVED, or made from a CSR. */
bool ccm_emu_life_require_issuer(
    const struct ccm_emu_call *call, const struct ccm_emu_resource *issuer, struct ccm_error *err);

/* Take away for good the CAs whose time is over. */
bool ccm_emu_life_purge(struct ccm_emu_state *state, int64_t now, struct ccm_error *err);

#endif
