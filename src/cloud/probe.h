/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_PROBE_H
#define CCM_PROBE_H

/* What an endpoint looks like from here: one exchange without credentials, whatever its answer. */

#include "cloud/http.h"

struct ccm_probe {
	int status;
	bool has_date;
	int64_t
	    ahead_ms; /* of the service's clock, which tells whole seconds; behind it: below 0 */
	int64_t certificate_end_ms; /* 0: not known */
};

/* False: no answer came; err says why, as for every exchange. */
bool ccm_probe_endpoint(struct ccm_http *http, const char *endpoint, int64_t deadline_ms,
    struct ccm_probe *out, struct ccm_error *err);

#endif
