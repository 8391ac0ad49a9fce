/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/listing.h"

static const struct ccm_column columns[] = {
    {"TYPE", "type", CCM_CELL_TEXT},
    {"USED", "used", CCM_CELL_TEXT},
    {"QUOTA", "quota", CCM_CELL_TEXT},
};

static bool
print_quota(struct ccm_tool *tool, const struct ccm_operation *op, struct ccm_error *err)
{
	const struct ccm_rows rows = {"quotas.resources", columns, CCM_COUNT(columns), "quota"};
	struct ccm_json *answer;
	bool ok =
	    ccm_tool_call(tool, op, NULL, &answer, err) && ccm_rows_print(tool, &rows, answer, err);

	ccm_json_free(answer);
	return ok;
}

static bool
ca_quota(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	(void)args;
	return print_quota(tool, &ccm_pca_get_ca_quota, err);
}

const struct ccm_command ccm_command_ca_quota = {
    .name = "ca quota",
    .operands = "",
    .summary = "Show how many CAs there are and may be",
    .run = ca_quota,
};

static bool
cert_quota(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	(void)args;
	return print_quota(tool, &ccm_pca_get_certificate_quota, err);
}

const struct ccm_command ccm_command_cert_quota = {
    .name = "cert quota",
    .operands = "",
    .summary = "Show how many certificates there are and may be",
    .run = cert_quota,
};
