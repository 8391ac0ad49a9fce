/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/retry.h"

#define BASE_MS 200
#define CEILING_MS 5000
#define THROTTLED_BASE_MS 1000 /* the service's default is 200 requests a second */
#define THROTTLED_CEILING_MS 30000

/* A throttled request was not done, nor was one that never left. */
static bool
may_repeat(const struct ccm_retry *retry)
{
	if (retry->code == CCM_THROTTLED)
		return true;
	if (retry->answered)
		return retry->repeatable && retry->fault.retryable;
	if (retry->code != CCM_NETWORK && retry->code != CCM_TIMEOUT)
		return false;
	return retry->repeatable || !retry->sent;
}

static int64_t
backoff_ms(const struct ccm_retry *retry)
{
	bool throttled = retry->code == CCM_THROTTLED;
	int64_t ceiling = throttled ? THROTTLED_CEILING_MS : CEILING_MS;
	int64_t wait = throttled ? THROTTLED_BASE_MS : BASE_MS;

	if (throttled && retry->fault.window_ms != 0)
		ceiling = retry->fault.window_ms;
	for (unsigned i = 1; i < retry->attempts && wait < ceiling; i++)
		wait *= 2;
	if (wait > ceiling)
		wait = ceiling;
	/* between a half and the whole, so that clients that failed together come back apart */
	return wait / 2 + wait / 2 * retry->random / 255;
}

int64_t
ccm_retry_wait_ms(const struct ccm_retry *retry)
{
	int64_t wait;

	if (retry->attempts > retry->budget || !may_repeat(retry))
		return -1;
	wait = backoff_ms(retry);
	if (wait < retry->fault.retry_after_ms)
		wait = retry->fault.retry_after_ms;
	return wait < retry->left_ms ? wait : -1;
}
