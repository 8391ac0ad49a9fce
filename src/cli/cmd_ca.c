/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/listing.h"
#include "cli/subject.h"

static const struct ccm_choice states[] = {
    {"pending", "PENDING"},
    {"active", "ACTIVED"}, /* the service's spelling */
    {"disabled", "DISABLED"},
    {"deleted", "DELETED"},
    {"expired", "EXPIRED"},
    {"activated", "ACTIVED"},
    {0},
};

static const struct ccm_option list_options[] = {
    {.name = "status",
	.apply = ccm_option_choice,
	.choices = states,
	.field = "status",
	.help = "only CAs in this state; deleted ones can still be restored"},
    {.name = "type",
	.apply = ccm_option_choice,
	.choices = ccm_choices_ca_type,
	.field = "type",
	.help = "only CAs of this kind"},
    {.name = "name",
	.apply = ccm_option_text,
	.placeholder = "PART",
	.field = "name",
	.help = "only CAs whose common name contains this"},
    {0},
};

static const struct ccm_column list_columns[] = {
    {"NAME", "distinguished_name.common_name", CCM_CELL_TEXT},
    {"TYPE", "type", CCM_CELL_TEXT},
    {"STATUS", "status", CCM_CELL_TEXT},
    {"KEY", "key_algorithm", CCM_CELL_TEXT},
    {"EXPIRES", "not_after", CCM_CELL_TIME},
    {"ISSUER", "issuer_name", CCM_CELL_TEXT},
    {"ID", "ca_id", CCM_CELL_TEXT},
};

static bool
list(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_listing listing = {
	    .kind = &ccm_kind_ca,
	    .columns = list_columns,
	    .column_count = CCM_COUNT(list_columns),
	};

	return ccm_listing_print(tool, &listing, args->request, err);
}

const struct ccm_command ccm_command_ca_list = {
    .name = "ca list",
    .operands = "",
    .summary = "List private CAs",
    .options = list_options,
    .run = list,
};

static const struct ccm_column details[] = {
    {"Name", "distinguished_name.common_name", CCM_CELL_TEXT},
    {"Id", "ca_id", CCM_CELL_TEXT},
    {"Type", "type", CCM_CELL_TEXT},
    {"Status", "status", CCM_CELL_TEXT},
    {"Subject", "distinguished_name", CCM_CELL_NAME},
    {"Issuer", "issuer_name", CCM_CELL_TEXT},
    {"Issuer id", "issuer_id", CCM_CELL_TEXT},
    {"Serial number", "serial_number", CCM_CELL_TEXT},
    {"Key", "key_algorithm", CCM_CELL_TEXT},
    {"Hash", "signature_algorithm", CCM_CELL_TEXT},
    {"Path length", "path_length", CCM_CELL_PATH_LENGTH},
    {"Created", "create_time", CCM_CELL_TIME},
    {"Valid from", "not_before", CCM_CELL_TIME},
    {"Expires", "not_after", CCM_CELL_EXPIRY},
    {"Deleted on", "delete_time", CCM_CELL_EXPIRY},
    {"Origin", "gen_mode", CCM_CELL_TEXT},
    {"Frozen", "freeze_flag", CCM_CELL_FLAG},
    {"HSM cluster", "cluster_id", CCM_CELL_TEXT},
    {"CRL published", "crl_configuration.enabled", CCM_CELL_FLAG},
    {"CRL bucket", "crl_configuration.obs_bucket_name", CCM_CELL_TEXT},
    {"CRL name", "crl_configuration.crl_name", CCM_CELL_TEXT},
    {"CRL days", "crl_configuration.valid_days", CCM_CELL_TEXT},
    {"CRL address", "crl_configuration.crl_dis_point", CCM_CELL_TEXT},
    {"Enterprise project", "enterprise_project_id", CCM_CELL_TEXT},
};

static bool
show(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_target target = {.kind = &ccm_kind_ca, .text = args->operands[0]};

	return ccm_object_show(tool, &target, details, CCM_COUNT(details), err);
}

const struct ccm_command ccm_command_ca_show = {
    .name = "ca show",
    .operands = "NAME|ID",
    .summary = "Show all that is known of a CA",
    .run = show,
};
