/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/doctor.h"

/* In the order in which one thing rests on another. */
static const struct ccm_checkup checkups[] = {
    {"configuration", NULL, ccm_look_configuration},
    {"PCA", "configuration", ccm_look_pca},
    {"SCM", "configuration", ccm_look_scm},
    {"IAM", "configuration", ccm_look_iam},
    {"clock", "configuration", ccm_look_clock},
    {"credentials", "IAM", ccm_look_credentials},
    {"certificates", "credentials", ccm_look_certificates},
    {"SSL certificates", "credentials", ccm_look_ssl_certificates},
    {"provider", NULL, ccm_look_provider},
    {"module", NULL, ccm_look_module},
};

static bool
doctor(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_patient patient = {.tool = tool};
	const struct ccm_checkups all = {checkups, CCM_COUNT(checkups), &patient};
	bool ok;

	(void)args;
	ok = ccm_checkups_run(tool, &all, err);
	ccm_http_free(patient.http);
	return ok;
}

const struct ccm_command ccm_command_doctor = {
    .name = "doctor",
    .operands = "",
    .summary = "Check what stands between programs and their keys",
    .details =
	"Configuration, each service with its certificate, the clock, the credentials, what may "
	"be\n"
	"listed, and whether OpenSSL and p11-kit find the library: for each how long it took, and\n"
	"what to do where something is wrong. Nothing is changed. The exit status is that of the\n"
	"first failure.\n",
    .run = doctor,
};
