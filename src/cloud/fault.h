/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_FAULT_H
#define CCM_FAULT_H

/*
 * What a refusal means: by the service's code first, by the HTTP status when the code is unknown
 * (spec/ccm-api.md 7 and 8 status_vs_code, spec/huawei-ccm-practice.md 4, spec/huawei-auth.md 6).
 */

#include <stdbool.h>
#include <stdint.h>

#include "ccm/error.h"

struct ccm_fault {
	enum ccm_code code;
	bool retryable;         /* another try may succeed, if the operation may be repeated */
	bool token_refused;     /* a new login may help */
	bool permission;        /* a right of the caller's is missing, as far as one can tell */
	int64_t retry_after_ms; /* the service's own word, 0: none */
	int64_t window_ms;      /* over which the service throttles, 0: unknown */
};

/* code may be NULL or "". The last two members are 0. */
struct ccm_fault ccm_fault_classify(const char *code, int status);

/* The window in "..., limit:200,time:5 minute", 0 when there is none. */
int64_t ccm_fault_window_ms(const char *text);

/* Retry-After in either form, seconds or a date; 0 when it is neither or has passed. */
int64_t ccm_fault_retry_after_ms(const char *value, int64_t now_ms);

#endif
