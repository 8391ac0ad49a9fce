/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_DOCTOR_H
#define CCM_CLI_DOCTOR_H

/*
 * What `ccm doctor` looks at, layer by layer: a table of checkups, each with its look. A look that
 * fails gives the cause as its error; one that succeeds tells what it found.
 */

#include "cli/tool.h"
#include "cloud/http.h"

enum ccm_verdict { CCM_FINE, CCM_WARNING, CCM_FAILED, CCM_SKIPPED };

struct ccm_finding {
	enum ccm_verdict verdict;
	struct ccm_buf text;
	const char *remedy; /* or NULL */
};

struct ccm_patient {
	struct ccm_tool *tool;
	const struct ccm_config *config;
	struct ccm_http *http; /* of its own: every connection is a new one */
	bool has_clock;        /* a service told its time */
	int64_t ahead_ms;      /* of it */
};

struct ccm_checkup {
	const char *layer;
	const char *needs; /* the layer without which there is nothing to look at, or NULL */
	/* False: it failed, with the cause. */
	bool (*look)(
	    struct ccm_patient *patient, struct ccm_finding *finding, struct ccm_error *err);
};

/* Looks, each beside what it needs to know: doctor_cloud.c, doctor_local.c. */
#define CCM_LOOK(name)        \
	bool ccm_look_##name( \
	    struct ccm_patient *patient, struct ccm_finding *finding, struct ccm_error *err)
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
