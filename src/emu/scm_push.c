/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "emu/scm.h"
#include "emu/scm_domain.h"

/*
 * Pushing and deploying. There are no services to push to, so names say what happens: a region is
 * any word of the form cn-north-7, one that begins with `fail-` is there, but its services refuse.
 * A resource whose id or domain begins with `fail` or `dead` does not exist.
 */

static const struct service {
	const char *name;
	enum ccm_emu_scm_refusal failure;
	bool regional;
	const char *cause;
} services[] = {
    {"CDN", CCM_EMU_SCM_CDN, false, "CDN.0001:The domain name does not exist."},
    {"WAF", CCM_EMU_SCM_WAF, true, "WAF.00014002:Resource not found"},
    {"ELB", CCM_EMU_SCM_ELB, true, "ELB.8904:certificate does not exist"},
};

static const struct service *
find_service(const char *name)
{
	for (size_t i = 0; i < CCM_COUNT(services); i++)
		if (strcasecmp(services[i].name, name) == 0)
			return &services[i];
	return NULL;
}

static bool
read_service(const struct ccm_json *request, const char *member, enum ccm_emu_scm_refusal refusal,
    const struct service **out, struct ccm_error *err)
{
	const char *name;

	if (!ccm_json_string(request, member, &name, err))
		return false;
	*out = find_service(name);
	return *out != NULL || ccm_emu_scm_refuse(err, refusal, "%s: %.64s", member, name);
}

static bool
find_deployable(struct ccm_emu_call *call, struct ccm_emu_ssl *out, struct ccm_error *err)
{
	ccm_emu_ssl_init(out);
	ccm_emu_ssl_review(call);
	return ccm_emu_ssl_find(call, out, err) && ccm_emu_ssl_require_deployable(out, err);
}

/* Regions */

/* Words of letters with hyphens between them, then a number: cn-north-7. */
static bool
is_region(const char *text)
{
	size_t words = 0;

	while (isalpha((unsigned char)*text)) {
		text += strspn(text, "abcdefghijklmnopqrstuvwxyz");
		if (*text++ != '-')
			return false;
		words++;
	}
	return words >= 2 && *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* Refused when the service is not to be had in the region, or does not take the certificate. */
static bool
push_to(const struct service *service, const char *region, struct ccm_error *err)
{
	bool anywhere = !service->regional && region[0] == '\0';

	if (!anywhere && !is_region(region))
		return ccm_emu_scm_refuse(err, CCM_EMU_SCM_REGION, "%.255s", region);
	if (strncmp(region, "fail-", 5) == 0)
		return ccm_emu_scm_refuse(
		    err, service->failure, "%s refuses in %.255s", service->name, region);
	return true;
}

bool
ccm_emu_push_ssl(struct ccm_emu_call *call, struct ccm_error *err)
{
	const struct service *service;
	const char *region = "";
	struct ccm_emu_ssl ssl;
	bool ok =
	    find_deployable(call, &ssl, err) &&
	    read_service(call->request, "target_service", CCM_EMU_SCM_SERVICE, &service, err) &&
	    ccm_json_opt_string(call->request, "target_project", &region, err) &&
	    push_to(service, region, err);

	ccm_emu_ssl_clear(&ssl);
	return ok;
}

/* The outcome of a region: failures have no certificate, and the service's text without its code
 * (huawei-ccm-practice.md 4). */
static bool
append_result(const struct service *service, const char *region, const char *id,
    struct ccm_json *results, struct ccm_error *err)
{
	struct ccm_json *result = ccm_json_new_object(err);
	struct ccm_error failure = {0};
	bool pushed = push_to(service, region, &failure);

	if (result != NULL && ccm_json_add_string(result, "project_name", region, err) &&
	    ccm_json_add_string(result, "cert_id", pushed ? id : "", err) &&
	    ccm_json_add_string(result, "message", pushed ? "success" : failure.msg, err))
		return ccm_json_append_json(results, result, err);
	ccm_json_free(result);
	return false;
}

static bool
push_everywhere(
    struct ccm_emu_call *call, const struct service *service, const char *id, struct ccm_error *err)
{
	const struct ccm_json *regions = ccm_json_get(call->request, "target_projects");
	struct ccm_json *results = ccm_json_new_array(err);
	bool ok = results != NULL;

	for (const struct ccm_json *at = ccm_json_first(regions); ok && at != NULL;
	     at = ccm_json_next(at)) {
		const char *region = "";

		ok = ccm_json_as_string(at, &region) &&
		     append_result(service, region, id, results, err);
	}
	if (ok)
		return ccm_json_add_json(call->answer->json, "results", results, err);
	ccm_json_free(results);
	return false;
}

bool
ccm_emu_batch_push_ssl(struct ccm_emu_call *call, struct ccm_error *err)
{
	const struct service *service;
	struct ccm_emu_ssl ssl;
	bool ok = find_deployable(call, &ssl, err);

	call->answer->json = ccm_json_new_object(err);
	ok = ok && call->answer->json != NULL &&
	     read_service(call->request, "target_service", CCM_EMU_SCM_SERVICE, &service, err) &&
	     push_everywhere(call, service, ssl.id, err);
	ccm_emu_ssl_clear(&ssl);
	return ok;
}

/* Resources */

struct deployment {
	const struct service *service;
	const struct ccm_emu_ssl *ssl;
	const char *region;
};

static bool
read_deployment(struct ccm_emu_call *call, struct deployment *out, struct ccm_error *err)
{
	out->region = "";
	if (!read_service(call->request, "service_name", CCM_EMU_SCM_TARGET, &out->service, err) ||
	    !ccm_json_opt_string(call->request, "project_name", &out->region, err))
		return false;
	return !out->service->regional || out->region[0] != '\0' ||
	       ccm_emu_scm_refuse(
		   err, CCM_EMU_SCM_TARGET, "project_name: is needed for %s", out->service->name);
}

/* What each service needs to know of a resource; the first is what it is called by. */
static bool
read_resource(const struct deployment *deployment, const struct ccm_json *resource,
    const char **name, struct ccm_error *err)
{
	static const char *const needed[][4] = {
	    {"domain_name"}, {"id", "type", "enterprise_project_id"}, {"id"}};
	const char *const *members = needed[deployment->service - services];

	*name = "";
	for (size_t i = 0; members[i] != NULL; i++) {
		const char *text = "";

		if (!ccm_json_opt_string(resource, members[i], &text, err))
			return false;
		if (text[0] == '\0')
			return ccm_emu_scm_refuse(err, CCM_EMU_SCM_TARGET,
			    "resources: %s is needed for %s", members[i],
			    deployment->service->name);
		if (i == 0)
			*name = text;
	}
	return true;
}

static bool
check_resources(
    const struct deployment *deployment, const struct ccm_json *resources, struct ccm_error *err)
{
	const char *name, *other;

	for (const struct ccm_json *at = ccm_json_first(resources); at != NULL;
	     at = ccm_json_next(at)) {
		if (!read_resource(deployment, at, &name, err))
			return false;
		for (const struct ccm_json *to = ccm_json_first(resources); to != at;
		     to = ccm_json_next(to))
			if (read_resource(deployment, to, &other, err) && strcmp(name, other) == 0)
				return ccm_emu_scm_refuse(
				    err, CCM_EMU_SCM_REPEATED, "resources: %.63s", name);
	}
	return true;
}

static bool
certificate_covers(const struct ccm_emu_ssl *ssl, const char *domain, struct ccm_error *err)
{
	struct ccm_emu_names names = {0};
	bool covers = false;

	if (ccm_emu_names_add(&names, ssl->domain, err) &&
	    ccm_emu_names_split(&names, ssl->sans != NULL ? ssl->sans : "", err))
		for (size_t i = 0; i < names.count; i++)
			covers |= ccm_emu_name_covers(names.items[i], domain);
	ccm_emu_names_clear(&names);
	return covers;
}

/* Why the service does not take the certificate for the resource; "" when it does. */
static void
deploy_to(const struct deployment *deployment, const char *name, char *cause, size_t size)
{
	struct ccm_error failure = {0};

	cause[0] = '\0';
	if (!push_to(deployment->service, deployment->region, &failure))
		snprintf(cause, size, "%s:%.200s", failure.api_code, failure.msg);
	else if (strncmp(name, "fail", 4) == 0 || strncmp(name, "dead", 4) == 0)
		snprintf(cause, size, "%s", deployment->service->cause);
	else if (!deployment->service->regional &&
		 !certificate_covers(deployment->ssl, name, &failure))
		snprintf(cause, size, "%s:%s", ccm_emu_scm_code(CCM_EMU_SCM_RESOURCE_DOMAIN),
		    ccm_emu_scm_text(CCM_EMU_SCM_RESOURCE_DOMAIN));
}

static bool
append_failure(struct ccm_json *list, const char *name, const char *cause, struct ccm_error *err)
{
	struct ccm_json *element = ccm_json_new_object(err);

	if (element != NULL && ccm_json_add_string(element, "resource", name, err) &&
	    ccm_json_add_string(element, "failure_info", cause, err))
		return ccm_json_append_json(list, element, err);
	ccm_json_free(element);
	return false;
}

static bool
deploy_everywhere(const struct deployment *deployment, const struct ccm_json *resources,
    struct ccm_json *out, struct ccm_error *err)
{
	struct ccm_json *list = ccm_json_new_array(err);
	bool ok = list != NULL;

	for (const struct ccm_json *at = ccm_json_first(resources); ok && at != NULL;
	     at = ccm_json_next(at)) {
		char cause[256];
		const char *name;

		ok = read_resource(deployment, at, &name, err);
		if (!ok)
			break;
		deploy_to(deployment, name, cause, sizeof(cause));
		if (cause[0] != '\0')
			ok = append_failure(list, name, cause, err);
	}
	if (ok)
		return ccm_json_add_json(out, "failure_list", list, err);
	ccm_json_free(list);
	return false;
}

bool
ccm_emu_deploy_ssl(struct ccm_emu_call *call, struct ccm_error *err)
{
	const struct ccm_json *resources = ccm_json_get(call->request, "resources");
	struct ccm_emu_ssl ssl;
	struct deployment deployment = {.ssl = &ssl};
	bool ok = find_deployable(call, &ssl, err);

	call->answer->json = ccm_json_new_object(err);
	ok = ok && call->answer->json != NULL && read_deployment(call, &deployment, err) &&
	     check_resources(&deployment, resources, err) &&
	     deploy_everywhere(&deployment, resources, call->answer->json, err);
	ccm_emu_ssl_clear(&ssl);
	return ok;
}
