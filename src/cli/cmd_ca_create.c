/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ca_options.h"
#include "cli/commands.h"
#include "cli/create.h"
#include "cli/subject.h"

#include <string.h>

static const struct ccm_option options[] = {
    {.name = "name",
	.apply = ccm_option_text,
	.placeholder = "CN",
	.field = "distinguished_name.common_name",
	.required = true,
	.help = "common name"},
    {.name = "type",
	.apply = ccm_option_choice,
	.choices = ccm_choices_ca_type,
	.field = "type",
	.help = "subordinate when there is an --issuer, else root"},
    {.name = "issuer",
	.apply = ccm_option_text,
	.placeholder = "NAME|ID",
	.help = "CA that signs it; a subordinate without one stays pending"},
    {.name = "key",
	.apply = ccm_option_choice,
	.choices = ccm_choices_key,
	.field = "key_algorithm",
	.help = "kind of key; the issuer's, or rsa4096"},
    CCM_OPTION_CA_HASH,
    {.name = "validity",
	.apply = ccm_option_period,
	.placeholder = "TIME",
	.field = "validity",
	.help = "such as 10y, 6m, 90d; 10y for a root, 5y for a subordinate"},
    CCM_OPTION_PATH_LENGTH,
    CCM_OPTIONS_SUBJECT("; the issuer's"),
    {.name = "bought",
	.apply = ccm_option_text,
	.placeholder = "ID",
	.field = "ca_id",
	.help = "fill in a CA that `ccm ca order` bought"},
    CCM_OPTIONS_CA_SERVICES,
    {0},
};

/* A pending CA gets all this when it is activated; the service refuses it before. */
static bool
check_pending(const struct ccm_args *args, struct ccm_error *err)
{
	static const char *const later[] = {"hash", "validity", "path-length"};

	for (size_t i = 0; i < CCM_COUNT(later); i++)
		if (ccm_args_has(args, later[i]))
			return ccm_fail(err, CCM_USAGE,
			    "--%s: a subordinate CA without --issuer gets it when it is activated",
			    later[i]);
	return true;
}

static bool
complete_active(struct ccm_json *request, const struct ccm_json *issuer, struct ccm_error *err)
{
	char id[64];

	if (issuer == NULL)
		return ccm_hash_default(request, NULL, err) &&
		       ccm_validity_default(request, "10y", err);
	return ccm_object_id(&ccm_kind_ca, issuer, id, err) &&
	       ccm_json_add_string(request, "issuer_id", id, err) &&
	       ccm_hash_default(request, issuer, err) && ccm_validity_default(request, "5y", err);
}

static bool
complete(struct ccm_args *args, const struct ccm_json *issuer, struct ccm_error *err)
{
	struct ccm_json *request = args->request;
	const char *type = NULL;
	bool root;

	if (!ccm_request_default(request, "type", issuer != NULL ? "SUBORDINATE" : "ROOT", err) ||
	    !ccm_json_string(request, "type", &type, err))
		return false;
	root = strcmp(type, "ROOT") == 0;
	if (root && issuer != NULL)
		return ccm_fail(err, CCM_USAGE, "--issuer: a root CA has none");
	if (!ccm_subject_inherit(request, issuer, err) || !ccm_subject_check(request, err) ||
	    !ccm_key_default(request, issuer, err))
		return false;
	if (!root && issuer == NULL)
		return check_pending(args, err);
	return complete_active(request, issuer, err);
}

static bool
create(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const char *issuer_name = ccm_args_value(args, "issuer");
	const struct ccm_target target = {&ccm_kind_ca, issuer_name, "ACTIVED"};
	struct ccm_json *issuer = NULL;
	bool ok;

	ok = (issuer_name == NULL || ccm_resolve(tool, &target, &issuer, err)) &&
	     ccm_ca_options_complete(tool, args, err) && complete(args, issuer, err) &&
	     ccm_create(tool, &ccm_kind_ca, args->request, err);
	if (!ok)
		ccm_note_state(tool, &target, issuer, err);
	ccm_json_free(issuer);
	return ok;
}

const struct ccm_command ccm_command_ca_create = {
    .name = "ca create",
    .operands = "",
    .summary = "Create a CA and print its id",
    .details = "\nWithout --issuer a root, with one a subordinate that it signs at once. --type "
	       "subordinate\n"
	       "without --issuer makes one that waits for `ccm ca activate`. A CA has a whole "
	       "name: what is\n"
	       "left out comes from the issuer.\n",
    .options = options,
    .relations = ccm_relations_ca_services,
    .run = create,
};
