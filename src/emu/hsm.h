/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_HSM_H
#define CCM_EMU_HSM_H

#include "emu/emulator.h"

/*
 * Take over the request's hsm_cluster_info, if there is any: the project and the id of a Dedicated
 * HSM cluster of the account, and the cluster's CA certificate. What is wrong is refused. Where the
 * key really lies nobody can see.
 */
bool ccm_emu_hsm_take(
    const struct ccm_emu_call *call, struct ccm_emu_resource *ca, struct ccm_error *err);

/* hsm_ca_cert as DER: base64 of the DER, which is the body of the PEM, or of the PEM text as a
 * whole (ccm-api.md 8). Pure. */
bool ccm_emu_hsm_read_certificate(const char *text, struct ccm_buf *der, struct ccm_error *err);

#endif
