/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_IAM_H
#define CCM_EMU_IAM_H

#include "ccm/error.h"

/* The id of a thing of IAM: 32 hex digits that depend on its kind and name only. */
#define CCM_EMU_IAM_ID_SIZE 33
bool ccm_emu_iam_id(const char *kind, const char *name, char out[static CCM_EMU_IAM_ID_SIZE],
    struct ccm_error *err);

#endif
