/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "p11/p11.h"

#define SAME_CAUSE_MS 10000

/* What a client can act on, by the meanings of PKCS#11 2.40 s.5.1. */
CK_RV
ccm_p11_rv(enum ccm_code code)
{
	switch (code) {
	case CCM_OK:
		return CKR_OK;
	case CCM_USAGE:
		return CKR_ARGUMENTS_BAD;
	case CCM_CONFIG:
	case CCM_INTERNAL:
		return CKR_GENERAL_ERROR; /* hopeless until somebody mends it */
	case CCM_AUTH:
		return CKR_USER_NOT_LOGGED_IN;
	case CCM_DENIED:
		return CKR_FUNCTION_REJECTED;
	case CCM_NOT_FOUND:
		return CKR_OBJECT_HANDLE_INVALID; /* gone since it was found */
	case CCM_CONFLICT:
	case CCM_THROTTLED:
	case CCM_STORE:
	case CCM_CRYPTO:
	case CCM_PARTIAL:
		return CKR_FUNCTION_FAILED; /* this time: the session lives on */
	case CCM_UNAVAILABLE:
	case CCM_NETWORK:
	case CCM_TIMEOUT:
	case CCM_TLS:
	case CCM_PROTOCOL:
		return CKR_DEVICE_ERROR; /* the service, which is the device, does not do its part
					  */
	case CCM_UNSUPPORTED:
		return CKR_FUNCTION_NOT_SUPPORTED;
	case CCM_NOMEM:
		return CKR_HOST_MEMORY;
	case CCM_CANCELLED:
		return CKR_FUNCTION_CANCELED;
	}
	return CKR_GENERAL_ERROR;
}

/* Clients ask again and again for what has just failed: one cause is told once in a while. */
static bool
is_news(const struct ccm_error *err)
{
	static struct ccm_lock lock = CCM_LOCK_INIT;
	static char told[sizeof(err->msg)];
	static int64_t told_ms;
	int64_t now = ccm_clock_monotonic_ms();
	bool news;

	ccm_lock_acquire(&lock);
	news = strcmp(told, err->msg) != 0 || now - told_ms >= SAME_CAUSE_MS;
	if (news) {
		memcpy(told, err->msg, sizeof(told));
		told_ms = now;
	}
	ccm_lock_release(&lock);
	return news;
}

CK_RV
ccm_p11_failure(const char *what, const struct ccm_error *err)
{
	if (is_news(err))
		ccm_log_failure(CCM_LOG_P11, what, err);
	else
		ccm_log(DEBUG, P11, "%s: %s, again", what, err->msg);
	return ccm_p11_rv(err->code);
}
