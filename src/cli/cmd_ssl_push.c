/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/create.h"
#include "cli/resolve.h"

#include <string.h>

/* Bringing a certificate to where it serves. Some targets may fail while others don't: the error
 * then names each (CCM_PARTIAL). */

static const struct ccm_choice services[] = {
    {"cdn", "CDN"},
    {"waf", "WAF"},
    {"elb", "ELB"},
    {0},
};

static bool
find_target(struct ccm_tool *tool, const struct ccm_args *args, char id[static CCM_ID_SIZE],
    struct ccm_error *err)
{
	const struct ccm_target target = {.kind = &ccm_kind_ssl, .text = args->operands[0]};

	return ccm_resolve_id(tool, &target, id, err) &&
	       ccm_json_add_string(args->request, "certificate_id", id, err);
}

/* The answer tells of failed targets, too; for programs it is printed in either case. */
static bool
call(struct ccm_tool *tool, const struct ccm_operation *op, const struct ccm_json *request,
    struct ccm_error *err)
{
	struct ccm_json *answer;
	bool ok = ccm_tool_call(tool, op, request, &answer, err);

	if (tool->json && answer != NULL)
		ok = ccm_tool_print_json(tool, answer, err) && ok;
	ccm_json_free(answer);
	return ok;
}

/* Every value of an option that may be repeated. */
static bool
add_values(const struct ccm_args *args, const char *name, struct ccm_json *list, const char *member,
    struct ccm_error *err)
{
	for (size_t i = 0; i < args->given_count; i++) {
		const struct ccm_given *given = &args->given[i];
		struct ccm_json *object;

		if (strcmp(given->option->name, name) != 0)
			continue;
		if (member == NULL) {
			if (!ccm_json_append_string(list, given->value, err))
				return false;
			continue;
		}
		object = ccm_json_new_object(err);
		if (!ccm_json_append_json(list, object, err) ||
		    !ccm_json_add_string(object, member, given->value, err))
			return false;
	}
	return true;
}

/* Pushing */

static const struct ccm_option push_options[] = {
    {.name = "service",
	.apply = ccm_option_choice,
	.choices = services,
	.field = "target_service",
	.required = true,
	.help = "where to push to"},
    {.name = "region",
	.apply = ccm_option_text,
	.placeholder = "REGION",
	.repeated = true,
	.help = "region of the service, any number of times; CDN has none"},
    {0},
};

static size_t
count_values(const struct ccm_args *args, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < args->given_count; i++)
		count += strcmp(args->given[i].option->name, name) == 0;
	return count;
}

static bool
push_to_many(struct ccm_tool *tool, const struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_json *regions = ccm_json_new_array(err);
	char id[CCM_ID_SIZE];

	return regions != NULL &&
	       ccm_json_add_json(args->request, "target_projects", regions, err) &&
	       add_values(args, "region", regions, NULL, err) && find_target(tool, args, id, err) &&
	       call(tool, &ccm_scm_batch_push_certificate, args->request, err);
}

static bool
push(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	bool cdn = ccm_choice_find(services, ccm_args_value(args, "service")) == &services[0];
	const char *region = ccm_args_value(args, "region");
	size_t count = count_values(args, "region");
	char id[CCM_ID_SIZE];

	if (cdn && count != 0)
		return ccm_fail(err, CCM_USAGE, "--region: CDN has no regions");
	if (!cdn && count == 0)
		return ccm_fail(err, CCM_USAGE, "--region is missing");
	if (count > 1)
		return push_to_many(tool, args, err);
	return ccm_json_add_string(
		   args->request, "target_project", region != NULL ? region : "", err) &&
	       find_target(tool, args, id, err) &&
	       call(tool, &ccm_scm_push_certificate, args->request, err);
}

const struct ccm_command ccm_command_ssl_push = {
    .name = "ssl push",
    .operands = "NAME|ID",
    .summary = "Hand an SSL certificate to another service",
    .options = push_options,
    .run = push,
};

/* Deploying */

static const struct ccm_choice waf_types[] = {
    {"cloud", "cloud"},
    {"premium", "premium"},
    {0},
};

static const struct ccm_option deploy_options[] = {
    {.name = "service",
	.apply = ccm_option_choice,
	.choices = services,
	.field = "service_name",
	.required = true,
	.help = "what it is deployed in"},
    {.name = "resource",
	.apply = ccm_option_text,
	.placeholder = "ID",
	.repeated = true,
	.help = "resource of WAF or ELB, any number of times"},
    {.name = "domain",
	.apply = ccm_option_text,
	.placeholder = "NAME",
	.repeated = true,
	.help = "acceleration domain of CDN, any number of times"},
    {.name = "waf-type",
	.apply = ccm_option_choice,
	.choices = waf_types,
	.field = "resources", /* each of them has it; see read_resources */
	.help = "kind of the resources of WAF"},
    {.name = "waf-project",
	.apply = ccm_option_text,
	.placeholder = "ID",
	.help = "enterprise project of the resources of WAF"},
    {.name = "project",
	.apply = ccm_option_text,
	.placeholder = "NAME",
	.field = "project_name",
	.help = "project of the resources; the region's own"},
    {0},
};

/* What the resources of each service are told by (spec/ccm-api.md chapter 5). */
static const struct {
	const char *option, *member;
	bool waf;
} needs[] = {
    [0] = {"domain", "domain_name", false},
    [1] = {"resource", "id", true},
    [2] = {"resource", "id", false},
};

static bool
check_waf(const struct ccm_args *args, bool waf, struct ccm_error *err)
{
	static const char *const names[] = {"waf-type", "waf-project"};

	for (size_t i = 0; i < CCM_COUNT(names); i++)
		if (ccm_args_has(args, names[i]) != waf)
			return ccm_fail(err, CCM_USAGE,
			    waf ? "--%s is missing: WAF needs it" : "--%s is for WAF only",
			    names[i]);
	return true;
}

/* WAF wants to know more of each resource. */
static bool
complete_waf(const struct ccm_args *args, struct ccm_json *resources, struct ccm_error *err)
{
	const char *type = ccm_choice_find(waf_types, ccm_args_value(args, "waf-type"))->wire;

	for (size_t i = 0; i < ccm_json_count(resources); i++) {
		struct ccm_json *resource = (struct ccm_json *)ccm_json_at(resources, i);

		if (!ccm_json_add_string(resource, "type", type, err) ||
		    !ccm_json_add_string(resource, "enterprise_project_id",
			ccm_args_value(args, "waf-project"), err))
			return false;
	}
	return true;
}

static bool
read_resources(const struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_choice *service =
	    ccm_choice_find(services, ccm_args_value(args, "service"));
	size_t row = (size_t)(service - services);
	const char *other = row == 0 ? "resource" : "domain";
	struct ccm_json *resources = ccm_json_new_array(err);

	if (resources == NULL || !ccm_json_add_json(args->request, "resources", resources, err) ||
	    !check_waf(args, needs[row].waf, err))
		return false;
	if (ccm_args_has(args, other))
		return ccm_fail(err, CCM_USAGE, "--%s is not for %s", other, service->wire);
	if (!ccm_args_has(args, needs[row].option))
		return ccm_fail(err, CCM_USAGE, "--%s is missing", needs[row].option);
	return add_values(args, needs[row].option, resources, needs[row].member, err) &&
	       (!needs[row].waf || complete_waf(args, resources, err));
}

/* A region's main project is called like it; CDN has none. */
static bool
default_project(struct ccm_tool *tool, const struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_model *model = ccm_tool_model(tool, err);

	return model != NULL &&
	       (ccm_args_has(args, "domain") || ccm_request_default(args->request, "project_name",
						    ccm_model_config(model)->cloud.region, err));
}

static bool
deploy(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	char id[CCM_ID_SIZE], *deed;
	size_t count;
	bool ok;

	if (!read_resources(args, err) || !default_project(tool, args, err) ||
	    !find_target(tool, args, id, err))
		return false;
	count = ccm_json_count(ccm_json_get(args->request, "resources"));
	deed = ccm_format(err, "deploy the SSL certificate \"%s\" to %zu resource%s of %s",
	    args->operands[0], count, count == 1 ? "" : "s", ccm_args_value(args, "service"));
	ok = deed != NULL && ccm_confirm(tool, &ccm_scm_deploy_certificate, deed, err) &&
	     call(tool, &ccm_scm_deploy_certificate, args->request, err);
	ccm_free(deed);
	return ok;
}

const struct ccm_command ccm_command_ssl_deploy = {
    .name = "ssl deploy",
    .operands = "NAME|ID",
    .summary = "Put an SSL certificate to work in a service",
    .options = deploy_options,
    .run = deploy,
};
