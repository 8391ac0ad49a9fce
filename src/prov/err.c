/* SPDX-License-Identifier: Apache-2.0 */
#include "prov/prov.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto.h"
#include "core/log.h"

/* Below 100 are reasons that all libraries share. */
#define NUMBER(code) (100 + (unsigned)(code))
#define REASON(code, text)                   \
	{                                    \
		NUMBER(code), (char *)(text) \
	}

const OSSL_ITEM ccm_prov_reasons[] = {
    REASON(CCM_USAGE, "invalid argument or URI"),
    REASON(CCM_CONFIG, "configuration"),
    REASON(CCM_AUTH, "authentication failed"),
    REASON(CCM_DENIED, "permission denied"),
    REASON(CCM_NOT_FOUND, "not found"),
    REASON(CCM_CONFLICT, "state conflict"),
    REASON(CCM_THROTTLED, "throttled by the service"),
    REASON(CCM_UNAVAILABLE, "service unavailable"),
    REASON(CCM_NETWORK, "network failure"),
    REASON(CCM_TIMEOUT, "timeout"),
    REASON(CCM_TLS, "TLS failure"),
    REASON(CCM_PROTOCOL, "unexpected answer of the service"),
    REASON(CCM_STORE, "cache or keystore"),
    REASON(CCM_CRYPTO, "cryptographic operation"),
    REASON(CCM_UNSUPPORTED, "unsupported"),
    REASON(CCM_NOMEM, "out of memory"),
    REASON(CCM_CANCELLED, "cancelled"),
    REASON(CCM_INTERNAL, "internal error"),
    REASON(CCM_PARTIAL, "not all was done"),
    {0, NULL},
};
_Static_assert(CCM_COUNT(ccm_prov_reasons) == CCM_PARTIAL + 1, "a reason for each code");

static void __attribute__((format(printf, 3, 4)))
set_error(const struct ccm_prov *prov, uint32_t reason, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	prov->vset_error(prov->handle, reason, fmt, args);
	va_end(args);
}

/* where is "file:line". */
static void
set_place(const struct ccm_prov *prov, const char *where)
{
	const char *colon = where != NULL ? strrchr(where, ':') : NULL;
	char file[128];

	if (colon == NULL || (size_t)(colon - where) >= sizeof(file))
		return;
	memcpy(file, where, (size_t)(colon - where));
	file[colon - where] = '\0';
	prov->set_error_debug(prov->handle, file, (int)strtol(colon + 1, NULL, 10), NULL);
}

bool
ccm_prov_raise(const struct ccm_prov *prov, const char *what, const struct ccm_error *err)
{
	ccm_log_failure(CCM_LOG_PROV, what, err);
	if (prov->new_error == NULL || prov->vset_error == NULL)
		return false;
	prov->new_error(prov->handle);
	if (prov->set_error_debug != NULL)
		set_place(prov, err->where);
	if (err->request_id[0] != '\0')
		set_error(prov, NUMBER(err->code), "%s: %s (request %s)", what, err->msg,
		    err->request_id);
	else
		set_error(prov, NUMBER(err->code), "%s: %s", what, err->msg);
	return false;
}

bool
ccm_prov_enter(const struct ccm_prov *prov, const char *what)
{
	struct ccm_error err = {0};

	if (!ccm_network_active())
		return true;
	ccm_fail(&err, CCM_UNSUPPORTED,
	    "used by our own connection to the service, which cannot depend on itself");
	return ccm_prov_raise(prov, what, &err);
}
