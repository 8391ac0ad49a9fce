/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/act.h"
#include "cli/commands.h"
#include "cli/create.h"
#include "cli/listing.h"

#include <string.h>

/* Lists of revoked certificates, and what the service needs to publish them. */

static const struct ccm_option enable_options[] = {
    {.name = "bucket",
	.apply = ccm_option_text,
	.placeholder = "BUCKET",
	.field = "obs_bucket_name",
	.required = true,
	.help = "OBS bucket to publish to; `ccm crl buckets` lists them"},
    {.name = "days",
	.apply = ccm_option_integer,
	.placeholder = "N",
	.field = "valid_days",
	.required = true,
	.help = "days that a list is valid for, 7 to 30"},
    {.name = "name",
	.apply = ccm_option_text,
	.placeholder = "NAME",
	.field = "crl_name",
	.help = "name of the list's file; the id of the parent CA"},
    {0},
};

/* What the service means when it cannot see buckets. */
static bool
note_agency(struct ccm_tool *tool, bool ok, const struct ccm_error *err)
{
	if (!ok && strcmp(err->api_code, "PCA.00000006") == 0)
		ccm_tool_note(tool, "note: `ccm crl agency` shows whether the service may use OBS");
	return ok;
}

static bool
act_on(
    struct ccm_tool *tool, const struct ccm_act *act, struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_target target = {&ccm_kind_ca, args->operands[0], "ACTIVED"};

	return note_agency(tool, ccm_act(tool, act, &target, args->request, err), err);
}

static bool
enable(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_act act = {
	    .op = &ccm_pca_enable_crl,
	    .done = "publishes a CRL",
	    .field = "crl_configuration.enabled",
	    .value = "true",
	};

	return act_on(tool, &act, args, err);
}

const struct ccm_command ccm_command_crl_enable = {
    .name = "crl enable",
    .operands = "NAME|ID",
    .summary = "Have what a CA revokes published",
    .details = "\nThe service publishes by an agency: see `ccm crl agency`.\n",
    .options = enable_options,
    .run = enable,
};

static bool
disable(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_act act = {
	    .op = &ccm_pca_disable_crl,
	    .done = "publishes no CRL",
	    .field = "crl_configuration.enabled",
	    .value = "false",
	};

	return act_on(tool, &act, args, err);
}

const struct ccm_command ccm_command_crl_disable = {
    .name = "crl disable",
    .operands = "NAME|ID",
    .summary = "No longer publish what a CA revokes",
    .run = disable,
};

static const struct ccm_option agency_options[] = {
    {.name = "create", .apply = ccm_option_flag, .help = "create it where it is missing"},
    {0},
};

static const struct ccm_column agency_columns[] = {
    {"Granted", "agency_granted", CCM_CELL_FLAG},
    {"Agency id", "agency_id", CCM_CELL_TEXT},
};

/* Creating is not repeated when the answer is lost; asking again tells whether it took place. */
static bool
create_agency(struct ccm_tool *tool, struct ccm_json **answer, struct ccm_error *err)
{
	struct ccm_error trouble = {0};
	bool granted = false;

	ccm_json_free(*answer);
	if (ccm_tool_call(tool, &ccm_pca_create_agency, NULL, answer, err))
		return true;
	if (!ccm_outcome_is_open(err) ||
	    !ccm_tool_call(tool, &ccm_pca_check_agency, NULL, answer, &trouble))
		return false;
	ccm_json_as_bool(ccm_json_get(*answer, "agency_granted"), &granted);
	if (!granted)
		return false;
	ccm_tool_say(tool, "the answer was lost (%s), but the agency is there", err->msg);
	ccm_error_clear(err);
	return true;
}

static bool
agency(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_json *answer = NULL;
	bool ok = ccm_tool_call(tool, &ccm_pca_check_agency, NULL, &answer, err), granted = false;

	ccm_json_as_bool(ccm_json_get(answer, "agency_granted"), &granted);
	if (ok && ccm_args_has(args, "create") && !granted)
		ok = create_agency(tool, &answer, err);
	ok = ok && ccm_object_print(tool, agency_columns, CCM_COUNT(agency_columns), answer, err);
	ccm_json_free(answer);
	return ok;
}

const struct ccm_command ccm_command_crl_agency = {
    .name = "crl agency",
    .operands = "",
    .summary = "Show whether the service may write to OBS",
    .details = "\nThe account that asks needs the role secu_admin.\n",
    .options = agency_options,
    .run = agency,
};

static const struct ccm_column bucket_columns[] = {
    {"BUCKET", "bucket_name", CCM_CELL_TEXT},
    {"CREATED", "create_time", CCM_CELL_TIME},
};

static bool
buckets(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_rows rows = {
	    "obs_buckets", bucket_columns, CCM_COUNT(bucket_columns), "bucket"};
	struct ccm_json *answer;
	bool ok;

	(void)args;
	ok = ccm_tool_call(tool, &ccm_pca_list_obs_buckets, NULL, &answer, err) &&
	     ccm_rows_print(tool, &rows, answer, err);
	ccm_json_free(answer);
	return note_agency(tool, ok, err);
}

const struct ccm_command ccm_command_crl_buckets = {
    .name = "crl buckets",
    .operands = "",
    .summary = "List the OBS buckets that CRLs can go to",
    .run = buckets,
};
