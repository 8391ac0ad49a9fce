/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_TLS_H
#define CCM_TLS_H

/* What the server shows to its clients: a certificate of a CA of the emulator's own. */

#include "emu/state.h"

struct ccm_tls {
	struct ccm_buf ca;          /* PEM */
	struct ccm_buf certificate; /* PEM */
	struct ccm_buf key;         /* PEM */
};

/*
 * The CA of the state, made at first; and a certificate by it for localhost, 127.0.0.1 and ::1, or
 * those of the two files when they are given.
 */
bool ccm_tls_prepare(struct ccm_state *state, const char *certificate_file, const char *key_file,
    struct ccm_tls *out, struct ccm_error *err);
void ccm_tls_clear(struct ccm_tls *tls);

#endif
