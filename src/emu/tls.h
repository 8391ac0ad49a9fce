/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_TLS_H
#define CCM_EMU_TLS_H

/* What the server shows to its clients: a certificate of a CA of the emulator's own. */

#include "emu/state.h"

struct ccm_emu_tls {
	struct ccm_buf ca;          /* PEM */
	struct ccm_buf certificate; /* PEM */
	struct ccm_buf key;         /* PEM */
};

/*
 * The CA of the state, made at first; and a certificate by it for localhost, 127.0.0.1 and ::1, or
 * those of the two files when they are given.
 */
bool ccm_emu_tls_prepare(struct ccm_emu_state *state, const char *certificate_file,
    const char *key_file, struct ccm_emu_tls *out, struct ccm_error *err);
void ccm_emu_tls_clear(struct ccm_emu_tls *tls);

#endif
