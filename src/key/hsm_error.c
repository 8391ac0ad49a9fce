/* SPDX-License-Identifier: Apache-2.0 */
/* What a module's return values mean to us. */
#include <p11-kit/p11-kit.h>

#include "key/hsm_module.h"

static const struct meaning {
	CK_RV rv;
	const char *name;
	enum ccm_code code;
	enum ccm_hsm_verdict verdict;
} meanings[] = {
#define ROW(rv, code, verdict)                         \
	{                                              \
		rv, #rv, CCM_##code, CCM_HSM_##verdict \
	}
    ROW(CKR_HOST_MEMORY, NOMEM, FINAL),
    ROW(CKR_DEVICE_MEMORY, UNAVAILABLE, FINAL),
    ROW(CKR_SLOT_ID_INVALID, UNAVAILABLE, GONE),
    ROW(CKR_DEVICE_ERROR, UNAVAILABLE, GONE),
    ROW(CKR_DEVICE_REMOVED, UNAVAILABLE, GONE),
    ROW(CKR_TOKEN_NOT_PRESENT, UNAVAILABLE, GONE),
    ROW(CKR_TOKEN_NOT_RECOGNIZED, UNAVAILABLE, GONE),
    ROW(CKR_SESSION_CLOSED, UNAVAILABLE, GONE),
    ROW(CKR_SESSION_HANDLE_INVALID, UNAVAILABLE, GONE),
    ROW(CKR_CRYPTOKI_NOT_INITIALIZED, UNAVAILABLE, GONE),
    ROW(CKR_USER_NOT_LOGGED_IN, AUTH, GONE),
    ROW(CKR_SESSION_COUNT, UNAVAILABLE, FINAL),
    ROW(CKR_OBJECT_HANDLE_INVALID, UNAVAILABLE, STALE),
    ROW(CKR_KEY_HANDLE_INVALID, UNAVAILABLE, STALE),
    ROW(CKR_GENERAL_ERROR, CRYPTO, DOUBTFUL),
    ROW(CKR_FUNCTION_FAILED, CRYPTO, DOUBTFUL),
    ROW(CKR_ARGUMENTS_BAD, UNSUPPORTED, UNLIKED),
    ROW(CKR_MECHANISM_INVALID, UNSUPPORTED, UNLIKED),
    ROW(CKR_MECHANISM_PARAM_INVALID, UNSUPPORTED, UNLIKED),
    ROW(CKR_FUNCTION_NOT_SUPPORTED, UNSUPPORTED, FINAL),
    ROW(CKR_DOMAIN_PARAMS_INVALID, UNSUPPORTED, FINAL),
    ROW(CKR_KEY_SIZE_RANGE, UNSUPPORTED, FINAL),
    ROW(CKR_KEY_TYPE_INCONSISTENT, UNSUPPORTED, FINAL),
    ROW(CKR_KEY_FUNCTION_NOT_PERMITTED, DENIED, FINAL),
    ROW(CKR_TOKEN_WRITE_PROTECTED, DENIED, FINAL),
    ROW(CKR_SESSION_READ_ONLY, DENIED, FINAL),
    ROW(CKR_PIN_INCORRECT, AUTH, FINAL),
    ROW(CKR_PIN_INVALID, AUTH, FINAL),
    ROW(CKR_PIN_LEN_RANGE, AUTH, FINAL),
    ROW(CKR_PIN_EXPIRED, AUTH, FINAL),
    ROW(CKR_PIN_LOCKED, AUTH, FINAL),
    ROW(CKR_USER_PIN_NOT_INITIALIZED, AUTH, FINAL),
    ROW(CKR_USER_TYPE_INVALID, AUTH, FINAL),
    ROW(CKR_FUNCTION_REJECTED, DENIED, FINAL),
    ROW(CKR_FUNCTION_CANCELED, CANCELLED, FINAL),
    ROW(CKR_CANT_LOCK, UNSUPPORTED, FINAL),
};

static const struct meaning *
find(CK_RV rv)
{
	for (size_t i = 0; i < CCM_COUNT(meanings); i++)
		if (meanings[i].rv == rv)
			return &meanings[i];
	return NULL;
}

enum ccm_hsm_verdict
ccm_hsm_judge(CK_RV rv)
{
	const struct meaning *meaning = find(rv);

	return meaning != NULL ? meaning->verdict : CCM_HSM_FINAL;
}

bool
ccm_hsm_fail(struct ccm_error *err, const struct ccm_hsm *hsm, const char *what, CK_RV rv)
{
	const struct meaning *meaning = find(rv);

	if (meaning == NULL)
		return ccm_fail(err, CCM_CRYPTO, "HSM cluster %s: %s: the module answers 0x%lx: %s",
		    hsm->cluster, what, rv, p11_kit_strerror(rv));
	return ccm_fail(err, meaning->code, "HSM cluster %s: %s: the module answers %s",
	    hsm->cluster, what, meaning->name);
}
