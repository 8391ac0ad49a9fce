/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cloud/operations.h"
#include "cloud/session.h"
#include "core/log.h"

/* Ids that signed requests carry: looked up when asked for by name (spec/huawei-auth.md 2.2). */

struct ccm_json *
ccm_session_list(const struct ccm_login *login, const struct ccm_auth_call *call, const char *list,
    struct ccm_error *err)
{
	struct ccm_auth_reply reply = {0};
	const struct ccm_json *found;
	struct ccm_json *copy = NULL;

	if (login->service->call(login->service->context, call, &reply, err) &&
	    ccm_json_array(reply.answer, list, &found, err))
		copy = ccm_json_dup(found, err);
	ccm_auth_reply_clear(&reply);
	return copy;
}

static bool
has_name(const struct ccm_json *element, const char *name)
{
	const char *text = NULL;

	ccm_json_opt_string(element, "name", &text, NULL);
	return text != NULL && strcmp(text, name) == 0;
}

/* Services may ignore the filter. */
static bool
choose_project(const struct ccm_json *projects, const char *name, struct ccm_credentials *inout,
    struct ccm_error *err)
{
	const char *id = NULL;
	size_t count = 0;

	for
		ccm_json_each(project, projects)
		{
			if (!has_name(project, name))
				continue;
			if (!ccm_json_string(project, "id", &id, err))
				return false;
			count++;
		}
	if (count == 1)
		return ccm_credentials_set(&inout->project_id, id, err);
	if (count == 0)
		return ccm_fail(err, CCM_CONFIG,
		    "the account has no project named %s: set project_id or project_name in [auth]",
		    name);
	return ccm_fail(err, CCM_CONFIG,
	    "%zu projects are named %s: set project_id in [auth] to the id of one", count, name);
}

static bool
find_project(const struct ccm_login *login, struct ccm_credentials *inout, int64_t deadline_ms,
    struct ccm_error *err)
{
	const struct ccm_auth_place *place = &login->place;
	const char *name =
	    place->config->project_name[0] != '\0' ? place->config->project_name : place->region;
	struct ccm_auth_call call = {.op = &ccm_iam_list_projects,
	    .credentials = inout,
	    .endpoint = place->iam_endpoint,
	    .deadline_ms = deadline_ms};
	struct ccm_json *request = ccm_json_new_object(err), *projects = NULL;
	bool ok = false;

	if (request != NULL && ccm_json_add_string(request, "name", name, err)) {
		call.request = request;
		projects = ccm_session_list(login, &call, "projects", err);
		ok = projects != NULL && choose_project(projects, name, inout, err);
	}
	ccm_json_free(projects);
	ccm_json_free(request);
	return ok || ccm_error_context(err, "looking up the id of the project %s", name);
}

/* Without it requests go without: temporary keys see no account, others need a permission. */
static bool
find_domain(const struct ccm_login *login, struct ccm_credentials *inout, int64_t deadline_ms,
    struct ccm_error *err)
{
	const struct ccm_auth_call call = {.op = &ccm_iam_list_domains,
	    .credentials = inout,
	    .endpoint = login->place.iam_endpoint,
	    .deadline_ms = deadline_ms};
	struct ccm_error cause = {0};
	struct ccm_json *domains = ccm_session_list(login, &call, "domains", &cause);
	const struct ccm_json *first = domains != NULL ? ccm_json_at(domains, 0) : NULL;
	const char *id = NULL;
	bool ok = true;

	if (domains == NULL && cause.code != CCM_DENIED) {
		if (err != NULL && err->code == CCM_OK)
			*err = cause;
		return ccm_error_context(err, "looking up the id of the account");
	}
	if (first != NULL)
		ccm_json_opt_string(first, "id", &id, NULL);
	if (id == NULL)
		ccm_log(INFO, AUTH, "IAM does not tell the id of the account: going without");
	else
		ok = ccm_credentials_set(&inout->domain_id, id, err);
	ccm_json_free(domains);
	return ok;
}

bool
ccm_session_find_ids(const struct ccm_login *login, struct ccm_credentials *inout,
    int64_t deadline_ms, struct ccm_error *err)
{
	const struct ccm_auth_config *config = login->place.config;
	bool project = config->scope == CCM_SCOPE_PROJECT ||
		       (config->scope == CCM_SCOPE_AUTO && config->project_name[0] != '\0');
	bool domain = config->scope == CCM_SCOPE_DOMAIN;

	project = project && inout->project_id == NULL;
	domain = domain && inout->domain_id == NULL;
	if (!project && !domain)
		return true;
	ccm_auth_cache_get_ids(&login->place, inout);
	if ((!project || inout->project_id != NULL) && (!domain || inout->domain_id != NULL))
		return true;
	if (project && !find_project(login, inout, deadline_ms, err))
		return false;
	if (domain && !find_domain(login, inout, deadline_ms, err))
		return false;
	ccm_auth_cache_put_ids(&login->place, inout);
	return true;
}
