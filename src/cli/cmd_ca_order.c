/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/create.h"

#include <inttypes.h>
#include <string.h>

static bool
option_term(const struct ccm_option *option, const char *value, struct ccm_json *request,
    struct ccm_error *err)
{
	const char *unit;
	int64_t count;

	if (!ccm_period_parse(value, &count, &unit, err))
		return false;
	if (strcmp(unit, "YEAR") != 0 && strcmp(unit, "MONTH") != 0)
		return ccm_fail(err, CCM_USAGE,
		    "\"%s\" is not a number of years or months such as 1y or 6m", value);
	return ccm_json_add_int(request, option->field, count, err) &&
	       ccm_json_add_int(request, "period_type", strcmp(unit, "YEAR") == 0 ? 3 : 2, err);
}

static const struct ccm_option options[] = {
    {.name = "term",
	.apply = option_term,
	.placeholder = "TIME",
	.field = "period_num",
	.required = true,
	.help = "for how long, such as 1y or 6m"},
    {.name = "count",
	.apply = ccm_option_integer,
	.placeholder = "N",
	.field = "subscription_num",
	.help = "how many CAs; 1"},
    {.name = "auto-renew", .apply = ccm_option_flag, .help = "go on by itself afterwards"},
    {.name = "auto-pay",
	.apply = ccm_option_flag,
	.help = "pay at once; without it the order waits to be paid"},
    {0},
};

/* What is fixed for CAs (spec/ccm-api.md chapter 5, Orders). */
#define SERVICE "hws.service.type.ccm"

static bool
complete(const struct ccm_args *args, struct ccm_json *request, struct ccm_error *err)
{
	struct ccm_json *products = ccm_json_new_array(err), *product = ccm_json_new_object(err);

	return products != NULL && ccm_json_append_json(products, product, err) &&
	       ccm_json_add_json(request, "product_infos", products, err) && product != NULL &&
	       ccm_json_add_string(product, "cloud_service_type", SERVICE, err) &&
	       ccm_json_add_string(
		   product, "resource_type", "hws.resource.type.pca.duration", err) &&
	       ccm_json_add_string(product, "resource_spec_code", "ca.duration", err) &&
	       ccm_json_add_string(request, "cloud_service_type", SERVICE, err) &&
	       ccm_json_add_int(request, "charging_mode", 0, err) &&
	       ccm_request_default(request, "subscription_num", "1", err) &&
	       ccm_json_add_int(request, "is_auto_renew", ccm_args_has(args, "auto-renew"), err) &&
	       ccm_json_add_int(request, "is_auto_pay", ccm_args_has(args, "auto-pay"), err);
}

static bool
print_order(const struct ccm_tool *tool, const struct ccm_json *answer, struct ccm_error *err)
{
	const struct ccm_json *ids = ccm_json_get(answer, "ca_ids");
	const char *text = "";

	if (tool->json)
		return ccm_tool_print_json(tool, answer, err);
	if (ccm_json_as_string(ccm_json_get(answer, "order_id"), &text))
		ccm_tool_say(tool, "order %s; `ccm ca create --bought ID` fills in each CA", text);
	if (ccm_json_as_string(ids, &text))
		fprintf(ccm_tool_out(tool), "%s\n", text);
	for
		ccm_json_each(id, ids) if (ccm_json_as_string(id, &text))
		    fprintf(ccm_tool_out(tool), "%s\n", text);
	return true;
}

static bool
order(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_json *request = args->request, *answer = NULL;
	int64_t count = 0;
	char deed[64];
	bool ok;

	if (!complete(args, request, err) ||
	    !ccm_operation_validate(&ccm_pca_order_ca, request, err) ||
	    !ccm_json_int(request, "subscription_num", &count, err))
		return false;
	snprintf(deed, sizeof(deed), "order %" PRId64 " CA%s for %s", count, count == 1 ? "" : "s",
	    ccm_args_value(args, "term"));
	ok = ccm_confirm(tool, &ccm_pca_order_ca, deed, err) &&
	     ccm_tool_call(tool, &ccm_pca_order_ca, request, &answer, err) &&
	     print_order(tool, answer, err);
	if (!ok && ccm_outcome_is_open(err))
		ccm_tool_note(tool, "note: `ccm ca list --status pending` shows whether it was "
				    "ordered; see before trying again");
	ccm_json_free(answer);
	return ok;
}

const struct ccm_command ccm_command_ca_order = {
    .name = "ca order",
    .operands = "",
    .summary = "Buy CAs for months or years and print their ids",
    .options = options,
    .run = order,
};
