/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_SCM_H
#define CCM_EMU_SCM_H

/* What the calls of SCM have in common. */

#include "emu/emulator.h"
#include "emu/scm_refusal.h"
#include "emu/scm_store.h"

/* Find the certificate that the request names; refused when there is none. */
bool ccm_emu_ssl_find(struct ccm_emu_call *call, struct ccm_emu_ssl *out, struct ccm_error *err);

/* Refused unless the status is one of the list, which ends with NULL. */
bool ccm_emu_ssl_require(
    const struct ccm_emu_ssl *ssl, const char *const *statuses, struct ccm_error *err);
extern const char *const ccm_emu_ssl_in_use[]; /* ISSUED, UPLOAD */

/* Can it be pushed and deployed: in use, with a key, and not SM2? */
bool ccm_emu_ssl_is_deployable(const struct ccm_emu_ssl *ssl);
/* The same, refused with the reason. */
bool ccm_emu_ssl_require_deployable(const struct ccm_emu_ssl *ssl, struct ccm_error *err);

/* The enterprise project to create in: 0 or an id. */
bool ccm_emu_ssl_set_project(
    struct ccm_emu_call *call, struct ccm_emu_ssl *ssl, struct ccm_error *err);

/* Refused unless the flag agree_privacy_protection is true. */
bool ccm_emu_ssl_require_agreement(struct ccm_emu_call *call, struct ccm_error *err);

/*
 * Let the reviews that have ended by now end: an application is granted, or rejected for a name
 * under .invalid, and a withdrawn one leaves what was bought. What is granted for a name that
 * begins with `revoked.` is revoked at once. Calls that read do this first.
 */
void ccm_emu_ssl_review(struct ccm_emu_call *call);

#endif
