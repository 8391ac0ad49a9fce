/* SPDX-License-Identifier: Apache-2.0 */
#include "ccm/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/utf8.h"

static const char *const code_names[] = {
    [CCM_OK] = "ok",
    [CCM_USAGE] = "usage",
    [CCM_CONFIG] = "configuration",
    [CCM_AUTH] = "authentication",
    [CCM_DENIED] = "denied",
    [CCM_NOT_FOUND] = "not found",
    [CCM_CONFLICT] = "conflict",
    [CCM_THROTTLED] = "throttled",
    [CCM_UNAVAILABLE] = "unavailable",
    [CCM_NETWORK] = "network",
    [CCM_TIMEOUT] = "timeout",
    [CCM_TLS] = "tls",
    [CCM_PROTOCOL] = "protocol",
    [CCM_STORE] = "store",
    [CCM_CRYPTO] = "crypto",
    [CCM_UNSUPPORTED] = "unsupported",
    [CCM_NOMEM] = "out of memory",
    [CCM_CANCELLED] = "cancelled",
    [CCM_INTERNAL] = "internal",
    [CCM_PARTIAL] = "partial",
};

const char *
ccm_code_name(enum ccm_code code)
{
	if ((size_t)code >= sizeof(code_names) / sizeof(code_names[0]))
		return "unknown";
	return code_names[code];
}

/* False when there is nothing to fill: nobody cares, or an earlier cause stands. */
static bool
begin(struct ccm_error *err, enum ccm_code code, const char *where)
{
	if (err == NULL || err->code != CCM_OK)
		return false;
	err->code = code;
	err->where = where;
	return true;
}

/* One line of UTF-8, whatever texts of others went into it, also where it was cut. */
static void
tidy(char *msg)
{
	ccm_utf8_mend(msg);
	ccm_utf8_replace(msg);
	for (; *msg != '\0'; msg++)
		if ((unsigned char)*msg < ' ' || *msg == 0x7f)
			*msg = ' ';
}

bool
ccm_error_set(struct ccm_error *err, enum ccm_code code, const char *where, const char *fmt, ...)
{
	va_list args;

	if (!begin(err, code, where))
		return false;
	va_start(args, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, args);
	va_end(args);
	tidy(err->msg);
	return false;
}

bool
ccm_error_set_errno(
    struct ccm_error *err, enum ccm_code code, const char *where, const char *fmt, ...)
{
	int cause = errno;
	char reason[128];
	va_list args;
	size_t used;

	if (!begin(err, code, where))
		return false;
	err->sys_errno = cause;
	va_start(args, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, args);
	va_end(args);
	used = strlen(err->msg);
	snprintf(err->msg + used, sizeof(err->msg) - used, ": %s",
	    strerror_r(cause, reason, sizeof(reason)));
	tidy(err->msg);
	return false;
}

bool
ccm_error_context(struct ccm_error *err, const char *fmt, ...)
{
	char context[256];
	size_t used, len;
	va_list args;

	if (err == NULL)
		return false;
	va_start(args, fmt);
	vsnprintf(context, sizeof(context), fmt, args);
	va_end(args);
	tidy(context);
	used = strlen(context);
	len = strlen(err->msg);
	if (len > sizeof(err->msg) - used - 3)
		len = sizeof(err->msg) - used - 3;
	memmove(err->msg + used + 2, err->msg, len);
	memcpy(err->msg, context, used);
	memcpy(err->msg + used, ": ", 2);
	err->msg[used + 2 + len] = '\0';
	tidy(err->msg);
	return false;
}

void
ccm_error_clear(struct ccm_error *err)
{
	if (err != NULL)
		memset(err, 0, sizeof(*err));
}
