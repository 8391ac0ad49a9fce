/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/listing.h"

static const struct ccm_column columns[] = {
    {"Enterprise projects", "is_support_eps", CCM_CELL_FLAG},
    {"SM2", "is_support_sm2", CCM_CELL_FLAG},
    {"Dedicated HSM", "is_support_dhsm", CCM_CELL_FLAG},
    {"Dedicated HSM regions", "dhsm_regions", CCM_CELL_LIST},
    {"Yearly and monthly CAs", "is_support_yearly_monthly_ca", CCM_CELL_FLAG},
    {"IAM 5", "is_support_iam5", CCM_CELL_FLAG},
    {"OCSP", "is_support_ocsp", CCM_CELL_FLAG},
};

static bool
site(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_json *answer;
	bool ok;

	(void)args;
	ok = ccm_tool_call(tool, &ccm_pca_get_site_features, NULL, &answer, err) &&
	     ccm_object_print(tool, columns, CCM_COUNT(columns), answer, err);
	ccm_json_free(answer);
	return ok;
}

const struct ccm_command ccm_command_site = {
    .name = "site",
    .operands = "",
    .summary = "Show what the service can do here",
    .run = site,
};
