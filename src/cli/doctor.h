/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_DOCTOR_H
#define CCM_CLI_DOCTOR_H

/* What `ccm doctor` looks at, layer by layer. */

#include "cli/checkup.h"
#include "cloud/http.h"

struct ccm_patient {
	struct ccm_tool *tool;
	const struct ccm_config *config;
	struct ccm_http *http; /* of its own: every connection is a new one */
	bool has_clock;        /* a service told its time */
	int64_t ahead_ms;      /* of it */
};

/* Looks, each beside what it needs to know: doctor_cloud.c, doctor_local.c. */
#define CCM_LOOK(name) \
	bool ccm_look_##name(void *context, struct ccm_finding *finding, struct ccm_error *err)
CCM_LOOK(configuration);
CCM_LOOK(pca);
CCM_LOOK(scm);
CCM_LOOK(iam);
CCM_LOOK(clock);
CCM_LOOK(credentials);
CCM_LOOK(certificates);
CCM_LOOK(ssl_certificates);
CCM_LOOK(provider);
CCM_LOOK(module);

#endif
