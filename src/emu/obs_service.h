/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_OBS_SERVICE_H
#define CCM_EMU_OBS_SERVICE_H

#include "emu/emulator.h"

/*
 * Reading objects as anybody may: GET /BUCKET/KEY. A CRL is brought up to date first. Errors are
 * XML, in the manner of OBS.
 */
void ccm_emu_obs_exchange(
    struct ccm_emu *emulator, struct ccm_emu_request *request, struct ccm_emu_answer *answer);

#endif
