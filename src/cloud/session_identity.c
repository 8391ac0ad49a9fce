/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cloud/operations.h"
#include "cloud/session.h"
#include "core/clock.h"
#include "core/log.h"

/* Who one is: asked of IAM, each way of logging in as far as it tells. */

struct inquiry {
	const struct ccm_login *login;
	const struct ccm_session *session;
	int64_t deadline_ms;
	struct ccm_json *out;
};

static struct ccm_auth_call
prepare(const struct inquiry *inquiry, const struct ccm_operation *op)
{
	return (struct ccm_auth_call){.op = op,
	    .credentials = &inquiry->session->credentials,
	    .endpoint = inquiry->login->place.iam_endpoint,
	    .deadline_ms = inquiry->deadline_ms};
}

/* Copy a text to another place, if it is there. */
static bool
copy(const struct ccm_json *from, const char *name, struct inquiry *inquiry, const char *path,
    struct ccm_error *err)
{
	const char *text = NULL;

	ccm_json_opt_string(from, name, &text, NULL);
	return text == NULL || ccm_json_add_string(inquiry->out, path, text, err);
}

struct member {
	const char *from, *to;
};

static bool
copy_members(const struct ccm_json *from, const struct member *members, size_t count,
    struct inquiry *inquiry, struct ccm_error *err)
{
	for (size_t i = 0; from != NULL && i < count; i++)
		if (!copy(from, members[i].from, inquiry, members[i].to, err))
			return false;
	return true;
}

static const struct member of_token[] = {
    {"token.user.domain.id", "account.id"},
    {"token.user.domain.name", "account.name"},
    {"token.user.id", "user.id"},
    {"token.user.name", "user.name"},
    {"token.project.id", "project.id"},
    {"token.project.name", "project.name"},
    {"token.expires_at", "expires_at"},
};
static const struct member of_domain[] = {{"id", "account.id"}, {"name", "account.name"}};
static const struct member of_project[] = {{"id", "project.id"}, {"name", "project.name"}};
static const struct member of_user[] = {{"user.id", "user.id"}, {"user.name", "user.name"}};

/* A token tells everything, when it is got or looked at. */
static bool
ask_token(struct inquiry *inquiry, struct ccm_error *err)
{
	const struct ccm_auth_service *service = inquiry->login->service;
	struct ccm_auth_call call = prepare(inquiry, &ccm_iam_check_token);
	struct ccm_auth_reply reply = {0};
	bool ok;

	if (inquiry->session->token != NULL)
		return copy_members(
		    inquiry->session->token, of_token, CCM_COUNT(of_token), inquiry, err);
	call.subject_token = inquiry->session->credentials.token;
	ok = service->call(service->context, &call, &reply, err) &&
	     copy_members(reply.answer, of_token, CCM_COUNT(of_token), inquiry, err);
	ccm_auth_reply_clear(&reply);
	return ok;
}

/* What may be hidden from the caller, who is known all the same. */
static bool
is_hidden(const struct ccm_error *cause)
{
	return cause->code == CCM_DENIED || cause->code == CCM_NOT_FOUND;
}

static bool
ask_list(struct inquiry *inquiry, const struct ccm_auth_call *call, const char *list,
    struct ccm_json **out, struct ccm_error *err)
{
	struct ccm_error cause = {0};

	*out = ccm_session_list(inquiry->login, call, list, &cause);
	if (*out != NULL || is_hidden(&cause))
		return true;
	if (err != NULL && err->code == CCM_OK)
		*err = cause;
	return false;
}

static bool
ask_account(struct inquiry *inquiry, struct ccm_error *err)
{
	struct ccm_auth_call call = prepare(inquiry, &ccm_iam_list_domains);
	struct ccm_json *domains;
	bool ok = ask_list(inquiry, &call, "domains", &domains, err) &&
		  copy_members(domains != NULL ? ccm_json_at(domains, 0) : NULL, of_domain,
		      CCM_COUNT(of_domain), inquiry, err);

	ccm_json_free(domains);
	return ok;
}

/* The project that requests are for; without one, the region's own. */
static bool
is_our_project(const struct inquiry *inquiry, const struct ccm_json *project)
{
	const struct ccm_auth_place *place = &inquiry->login->place;
	const char *want = inquiry->session->credentials.project_id, *member = "id";
	const char *text = "";

	if (want == NULL) {
		member = "name";
		want = place->config->project_name[0] != '\0' ? place->config->project_name
							      : place->region;
	}
	ccm_json_opt_string(project, member, &text, NULL);
	return strcmp(text, want) == 0;
}

static bool
ask_project(struct inquiry *inquiry, struct ccm_error *err)
{
	struct ccm_auth_call call = prepare(inquiry, &ccm_iam_list_projects);
	struct ccm_json *projects;
	bool ok = ask_list(inquiry, &call, "projects", &projects, err);

	for
		ccm_json_each(project, projects)
		{
			if (ok && is_our_project(inquiry, project))
				ok = copy_members(
				    project, of_project, CCM_COUNT(of_project), inquiry, err);
		}
	ccm_json_free(projects);
	return ok;
}

/* One of IAM's things by its key; *answer stays NULL when it is hidden. */
static bool
ask_thing(struct inquiry *inquiry, const struct ccm_operation *op, struct member key,
    struct ccm_auth_reply *reply, struct ccm_error *err)
{
	const struct ccm_auth_service *service = inquiry->login->service;
	struct ccm_auth_call call = prepare(inquiry, op);
	struct ccm_json *request = ccm_json_new_object(err);
	struct ccm_error cause = {0};
	bool ok;

	if (request == NULL || !ccm_json_add_string(request, key.from, key.to, err)) {
		ccm_json_free(request);
		return false;
	}
	call.request = request;
	ok = service->call(service->context, &call, reply, &cause) || is_hidden(&cause);
	if (!ok && err != NULL && err->code == CCM_OK)
		*err = cause;
	ccm_json_free(request);
	return ok;
}

/* A permanent key belongs to a user, who may look at it. */
static bool
ask_user(struct inquiry *inquiry, struct ccm_error *err)
{
	const struct ccm_credentials *credentials = &inquiry->session->credentials;
	struct ccm_auth_reply key = {0}, user = {0};
	const char *id = NULL;
	bool ok;

	if (credentials->security_token != NULL)
		return true;
	ok = ask_thing(inquiry, &ccm_iam_get_access_key,
	    (struct member){"access_key", credentials->access_key}, &key, err);
	if (ok && key.answer != NULL)
		ccm_json_opt_string(key.answer, "credential.user_id", &id, NULL);
	if (id != NULL)
		ok = ccm_json_add_string(inquiry->out, "user.id", id, err) &&
		     ask_thing(
			 inquiry, &ccm_iam_get_user, (struct member){"user_id", id}, &user, err) &&
		     copy_members(user.answer, of_user, CCM_COUNT(of_user), inquiry, err);
	ccm_auth_reply_clear(&key);
	ccm_auth_reply_clear(&user);
	return ok;
}

static bool
ask_signed(struct inquiry *inquiry, struct ccm_error *err)
{
	const struct ccm_session *session = inquiry->session;
	char end[28];

	if (!ccm_json_add_string(
		inquiry->out, "access_key", session->credentials.access_key, err) ||
	    !ask_account(inquiry, err) || !ask_project(inquiry, err) || !ask_user(inquiry, err))
		return false;
	if (session->end_ms == CCM_SESSION_ENDLESS)
		return true;
	ccm_clock_iso8601(ccm_clock_now_ms() + session->end_ms - ccm_clock_monotonic_ms(), end);
	return ccm_json_add_string(inquiry->out, "expires_at", end, err);
}

struct ccm_json *
ccm_session_identify(const struct ccm_login *login, const struct ccm_session *session,
    int64_t deadline_ms, struct ccm_error *err)
{
	struct inquiry inquiry = {login, session, deadline_ms, ccm_json_new_object(err)};
	const char *method = ccm_auth_method_name(login->place.config->method);

	if (inquiry.out != NULL && ccm_json_add_string(inquiry.out, "method", method, err) &&
	    ccm_json_add_string(inquiry.out, "source", login->source.origin, err) &&
	    (session->credentials.token != NULL ? ask_token(&inquiry, err)
						: ask_signed(&inquiry, err)))
		return inquiry.out;
	ccm_json_free(inquiry.out);
	return NULL;
}
