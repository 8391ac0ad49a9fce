/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_CHAIN_H
#define CCM_EMU_CHAIN_H

#include "emu/state.h"

/*
 * Append the chain of a CA or certificate, from its issuer to the root and without itself, as
 * PEM. It is whole even when a CA in it was deleted; of a CA that was signed outside it is what
 * was imported with it.
 */
bool ccm_emu_chain_write(struct ccm_emu_state *state, const struct ccm_emu_resource *resource,
    struct ccm_buf *pem, struct ccm_error *err);

#endif
