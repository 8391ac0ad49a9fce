/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/create.h"
#include "cli/listing.h"
#include "core/clock.h"

#include <string.h>

static const struct ccm_choice states[] = {
    {"issued", "ISSUED"},
    {"revoked", "REVOKED"},
    {"expired", "EXPIRED"},
    {0},
};

static const struct ccm_option list_options[] = {
    {.name = "status",
	.apply = ccm_option_choice,
	.choices = states,
	.field = "status",
	.help = "only certificates in this state"},
    {.name = "name",
	.apply = ccm_option_text,
	.placeholder = "PART",
	.field = "name",
	.help = "only certificates whose common name contains this"},
    {.name = "ca",
	.apply = ccm_option_text,
	.placeholder = "NAME|ID",
	.help = "only certificates that this CA issued"},
    {.name = "expires-within",
	.apply = ccm_option_text,
	.placeholder = "TIME",
	.help = "only issued ones that end within 30d, 12h, 6m, 1y; by their ends"},
    {0},
};

static const struct ccm_column list_columns[] = {
    {"NAME", "distinguished_name.common_name", CCM_CELL_TEXT},
    {"STATUS", "status", CCM_CELL_TEXT},
    {"KEY", "key_algorithm", CCM_CELL_TEXT},
    {"EXPIRES", "not_after", CCM_CELL_TIME},
    {"ISSUER", "issuer_name", CCM_CELL_TEXT},
    {"ID", "certificate_id", CCM_CELL_TEXT},
};

/* What the service cannot filter by. */
struct filter {
	char ca_id[64];   /* "": any */
	int64_t until_ms; /* 0: any */
};

static bool
keep(const void *context, const struct ccm_json *element, bool *enough)
{
	const struct filter *filter = context;
	const char *issuer = "";
	int64_t not_after = 0;

	ccm_json_as_string(ccm_json_get(element, "issuer_id"), &issuer);
	ccm_json_as_int(ccm_json_get(element, "not_after"), &not_after);
	/* sorted by their ends: nothing that follows ends earlier */
	*enough = filter->until_ms != 0 && not_after > filter->until_ms;
	return !*enough && (filter->ca_id[0] == '\0' || strcmp(filter->ca_id, issuer) == 0);
}

static bool
by_expiry(
    struct filter *filter, const char *period, struct ccm_json *request, struct ccm_error *err)
{
	int64_t ms;

	if (period == NULL)
		return true;
	if (!ccm_period_ms(period, &ms, err))
		return ccm_error_context(err, "--expires-within");
	filter->until_ms = ccm_clock_now_ms() + ms;
	return ccm_request_default(request, "status", "ISSUED", err) &&
	       ccm_json_add_string(request, "sort_key", "not_after", err) &&
	       ccm_json_add_string(request, "sort_dir", "ASC", err);
}

static bool
by_ca(struct ccm_tool *tool, struct filter *filter, const char *ca, struct ccm_error *err)
{
	const struct ccm_target target = {.kind = &ccm_kind_ca, .text = ca};

	return ca == NULL || ccm_resolve_id(tool, &target, filter->ca_id, err);
}

static bool
list(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	struct filter filter = {0};
	const struct ccm_listing listing = {
	    .kind = &ccm_kind_certificate,
	    .columns = list_columns,
	    .column_count = CCM_COUNT(list_columns),
	    .keep = keep,
	    .context = &filter,
	};

	return by_expiry(&filter, ccm_args_value(args, "expires-within"), args->request, err) &&
	       by_ca(tool, &filter, ccm_args_value(args, "ca"), err) &&
	       ccm_listing_print(tool, &listing, args->request, err);
}

const struct ccm_command ccm_command_cert_list = {
    .name = "cert list",
    .operands = "",
    .summary = "List private certificates",
    .options = list_options,
    .run = list,
};

static const struct ccm_column details[] = {
    {"Name", "distinguished_name.common_name", CCM_CELL_TEXT},
    {"Id", "certificate_id", CCM_CELL_TEXT},
    {"Status", "status", CCM_CELL_TEXT},
    {"Subject", "distinguished_name", CCM_CELL_NAME},
    {"Issuer", "issuer_name", CCM_CELL_TEXT},
    {"Issuer id", "issuer_id", CCM_CELL_TEXT},
    {"Serial number", "serial_number", CCM_CELL_TEXT},
    {"Key", "key_algorithm", CCM_CELL_TEXT},
    {"Hash", "signature_algorithm", CCM_CELL_TEXT},
    {"Created", "create_time", CCM_CELL_TIME},
    {"Valid from", "not_before", CCM_CELL_TIME},
    {"Expires", "not_after", CCM_CELL_EXPIRY},
    {"Deleted on", "delete_time", CCM_CELL_EXPIRY},
    {"Origin", "gen_mode", CCM_CELL_TEXT},
    {"Frozen", "freeze_flag", CCM_CELL_FLAG},
    {"Enterprise project", "enterprise_project_id", CCM_CELL_TEXT},
};

static bool
show(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_target target = {.kind = &ccm_kind_certificate, .text = args->operands[0]};

	return ccm_object_show(tool, &target, details, CCM_COUNT(details), err);
}

const struct ccm_command ccm_command_cert_show = {
    .name = "cert show",
    .operands = "NAME|ID",
    .summary = "Show all that is known of a certificate",
    .run = show,
};
