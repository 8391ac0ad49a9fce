/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_SCM_ISSUE_H
#define CCM_EMU_SCM_ISSUE_H

#include "emu/scm_row.h"
#include "emu/state.h"

/* Is this an algorithm that certificates are issued for? "RSA_2048" ... */
bool ccm_emu_ssl_knows_algorithm(const char *name);

/*
 * Issue what the row's application asks for, a year from now: to the key of its CSR, or to a new
 * one, which the row keeps. Slow; for one caller at a time.
 */
bool ccm_emu_ssl_issue(
    struct ccm_emu_state *state, struct ccm_emu_ssl *ssl, int64_t now, struct ccm_error *err);

#endif
