/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/tool.h"

const char *const ccm_exit_meanings[] = {
    [0] = "done",
    [1] = "another failure",
    [2] = "something on the command line, or in the request",
    [3] = "configuration",
    [4] = "authentication or permission",
    [5] = "no such CA or certificate",
    [6] = "the service cannot be reached, or fails",
    [7] = "a state, a quota or something existing is in the way",
    [8] = "not every target was reached",
    NULL,
};

/* No default: a new code has to be given a status here. */
int
ccm_exit_status(enum ccm_code code)
{
	switch (code) {
	case CCM_OK:
		return 0;
	case CCM_USAGE:
		return 2;
	case CCM_CONFIG:
		return 3;
	case CCM_AUTH:
	case CCM_DENIED:
		return 4;
	case CCM_NOT_FOUND:
		return 5;
	case CCM_THROTTLED:
	case CCM_UNAVAILABLE:
	case CCM_NETWORK:
	case CCM_TIMEOUT:
	case CCM_TLS:
	case CCM_PROTOCOL:
		return 6;
	case CCM_CONFLICT:
		return 7;
	case CCM_PARTIAL:
		return 8;
	case CCM_STORE:
	case CCM_CRYPTO:
	case CCM_UNSUPPORTED:
	case CCM_NOMEM:
	case CCM_CANCELLED:
	case CCM_INTERNAL:
		return 1;
	}
	return 1;
}
