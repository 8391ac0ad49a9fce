/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_AGENCY_H
#define CCM_EMU_AGENCY_H

#include "emu/emulator.h"

/* Refused when the caller's account has not let PCA use its buckets. */
bool ccm_emu_agency_require(const struct ccm_emu_call *call, struct ccm_error *err);

#endif
