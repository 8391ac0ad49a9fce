/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_SCM_REFUSAL_H
#define CCM_EMU_SCM_REFUSAL_H

/* SCM's own way to refuse: codes and texts of ccm-api.json `error_codes`. */

#include "ccm/error.h"

enum ccm_emu_scm_refusal {
	CCM_EMU_SCM_PARAMETER,
	CCM_EMU_SCM_CERTIFICATE,
	CCM_EMU_SCM_ID,
	CCM_EMU_SCM_NO_DOMAIN,
	CCM_EMU_SCM_STATE,
	CCM_EMU_SCM_FREE_QUOTA,
	CCM_EMU_SCM_KEY,
	CCM_EMU_SCM_CHAIN,
	CCM_EMU_SCM_KEY_MISMATCH,
	CCM_EMU_SCM_DOMAINS,
	CCM_EMU_SCM_SERVICE,
	CCM_EMU_SCM_NAME,
	CCM_EMU_SCM_CSR_NO_DOMAIN,
	CCM_EMU_SCM_CSR,
	CCM_EMU_SCM_CSR_MISMATCH,
	CCM_EMU_SCM_DOMAIN_NUMBER,
	CCM_EMU_SCM_EXPIRED,
	CCM_EMU_SCM_BRAND,
	CCM_EMU_SCM_TYPE,
	CCM_EMU_SCM_DOMAIN_TYPE,
	CCM_EMU_SCM_EFFECTIVE_TIME,
	CCM_EMU_SCM_NO_KEY,
	CCM_EMU_SCM_ORDER_NUMBER,
	CCM_EMU_SCM_DUPLICATE_DOMAIN,
	CCM_EMU_SCM_UPLOAD_DOMAIN,
	CCM_EMU_SCM_REGION,
	CCM_EMU_SCM_ISSUER,
	CCM_EMU_SCM_APPLICANT,
	CCM_EMU_SCM_PHONE,
	CCM_EMU_SCM_EMAIL,
	CCM_EMU_SCM_NOT_FOUND,
	CCM_EMU_SCM_INTERNAL,
	CCM_EMU_SCM_RESOURCE_DOMAIN,
	CCM_EMU_SCM_DOMAIN,
	CCM_EMU_SCM_ELB,
	CCM_EMU_SCM_CDN,
	CCM_EMU_SCM_WAF,
	CCM_EMU_SCM_GM,
	CCM_EMU_SCM_TARGET,
	CCM_EMU_SCM_LIST,
	CCM_EMU_SCM_REPEATED,
	CCM_EMU_SCM_TOKEN
};

/* Refuse with the service's own text, and what we have to add to it in brackets. */
bool ccm_emu_scm_refuse(struct ccm_error *err, enum ccm_emu_scm_refusal refusal, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));
/* The same for a field that the operations table finds wrong, with the code that belongs to it. */
bool ccm_emu_scm_refuse_field(struct ccm_error *err, const char *path);

/* What stands in an answer that tells a failure inside a success: "SCM.0075:Invalid region id." */
const char *ccm_emu_scm_code(enum ccm_emu_scm_refusal refusal);
const char *ccm_emu_scm_text(enum ccm_emu_scm_refusal refusal);

/* What PCA would say, in SCM's words. */
void ccm_emu_scm_translate(struct ccm_error *cause);

#endif
