/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_LOG_H
#define CCM_LOG_H

/*
 * One sink for messages. What is shown is chosen by `CCM_LOG=help|LEVEL|SUBSYSTEM:LEVEL,...`, else
 * by [log] of the configuration; the default is warn, on standard error. The file is opened for
 * each line with O_APPEND|O_CLOEXEC and closed again: daemons close descriptors that they don't
 * know.
 *
 * Never hand a secret to ccm_log(). HTTP headers and JSON bodies go through the two redacting
 * helpers below; everything else that is secret simply has no place in a message.
 */

#include <stdbool.h>
#include <stddef.h>

#include "ccm/error.h"

enum ccm_log_level { CCM_LOG_ERROR, CCM_LOG_WARN, CCM_LOG_INFO, CCM_LOG_DEBUG, CCM_LOG_TRACE };

enum ccm_log_subsystem {
	CCM_LOG_CORE,
	CCM_LOG_HTTP,
	CCM_LOG_AUTH,
	CCM_LOG_STORE,
	CCM_LOG_KEY,
	CCM_LOG_MODEL,
	CCM_LOG_P11,
	CCM_LOG_PROV,
	CCM_LOG_CLI,
	CCM_LOG_EMU,
	CCM_LOG_SUBSYSTEMS
};

bool ccm_log_enabled(enum ccm_log_level level, enum ccm_log_subsystem subsystem);
void ccm_log_write(enum ccm_log_level level, enum ccm_log_subsystem subsystem, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#define ccm_log(level, subsystem, ...)                                                    \
	do {                                                                              \
		if (ccm_log_enabled(CCM_LOG_##level, CCM_LOG_##subsystem))                \
			ccm_log_write(CCM_LOG_##level, CCM_LOG_##subsystem, __VA_ARGS__); \
	} while (0)

/* Log an error once, at the edge where it becomes a CKR, an OpenSSL error or an exit status. */
void ccm_log_failure(
    enum ccm_log_subsystem subsystem, const char *what, const struct ccm_error *err);

/*
 * Set levels from a specification such as "warn" or "http:trace,p11:debug" and the file (NULL:
 * standard error). CCM_LOG and CCM_LOG_FILE of the environment win over both.
 */
bool ccm_log_configure(const char *spec, const char *file, struct ccm_error *err);

/* The header's value, or "(N characters not shown)" in scratch when the header carries a secret. */
const char *ccm_log_header_value(const char *name, const char *value, char scratch[static 48]);
/* True when a JSON member or configuration key of this name holds a secret. */
bool ccm_log_name_is_secret(const char *name);

#endif
