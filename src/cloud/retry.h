/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_RETRY_H
#define CCM_RETRY_H

/* When a failed attempt is made again, and after which wait. Pure. */

#include "cloud/fault.h"

struct ccm_retry {
	int64_t budget;    /* retries that the configuration allows */
	unsigned attempts; /* made so far, at least 1 */
	bool repeatable;   /* the operation may be sent again without looking first */
	bool sent;         /* the service may have seen the request */
	bool answered;     /* an answer came: fault says what it means */
	enum ccm_code code;
	struct ccm_fault fault;
	int64_t left_ms;      /* until the deadline of the whole call */
	unsigned char random; /* the jitter */
};

/* Milliseconds to wait before the next attempt, or -1: there is none. */
int64_t ccm_retry_wait_ms(const struct ccm_retry *retry);

#endif
