/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_PAIR_H
#define CCM_EMU_PAIR_H

#include "emu/issue.h"

/*
 * SM2 certificates come in pairs: one to sign with, and one that others encrypt to, whose key PCA
 * makes whoever made the first. Issue a certificate (ccm_emu_issue_sign), of SM2 both; the second,
 * its key and its serial number (lower-case hex) are in the resource's enc_ members.
 */
bool ccm_emu_pair_sign(struct ccm_emu_resource *resource, EVP_PKEY *key,
    const struct ccm_emu_issuer *issuer, struct ccm_emu_plan *plan, struct ccm_error *err);

#endif
