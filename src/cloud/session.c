/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/session.h"

#include <inttypes.h>
#include <string.h>

#include "cloud/operations.h"
#include "core/clock.h"
#include "core/log.h"

#define TOKEN_MARGIN_MS (5 * 60 * 1000) /* a token is replaced so long before its end */
#define KEYS_MARGIN_MS (40 * 60 * 1000) /* keys of an agency are, as Huawei's SDKs do it */
#define LIFETIME_MS (60 * 60 * 1000)    /* when an answer does not tell it */

void
ccm_auth_reply_clear(struct ccm_auth_reply *reply)
{
	ccm_json_free(reply->answer);
	ccm_secret_free_str(reply->subject_token);
	*reply = (struct ccm_auth_reply){0};
}

void
ccm_session_free(struct ccm_session *session)
{
	if (session == NULL)
		return;
	ccm_credentials_clear(&session->credentials);
	ccm_json_free(session->token);
	ccm_free(session);
}

struct ccm_login *
ccm_login_new(
    const struct ccm_config *config, const struct ccm_auth_service *service, struct ccm_error *err)
{
	struct ccm_login *login = ccm_alloc(sizeof(*login), err);

	if (login == NULL)
		return NULL;
	if (!ccm_auth_source_find(config, &login->source, err)) {
		ccm_free(login);
		return NULL;
	}
	login->service = service;
	login->place = (struct ccm_auth_place){.config = login->source.config,
	    .iam_endpoint = config->cloud.endpoint[CCM_IAM],
	    .region = config->cloud.region};
	if (config->cloud.is_derived[CCM_IAM] && login->source.iam_endpoint != NULL)
		login->place.iam_endpoint = login->source.iam_endpoint;
	login->metadata = (struct ccm_metadata){
	    .http = service->http, .endpoint = login->source.config->metadata_endpoint};
	return login;
}

void
ccm_login_free(struct ccm_login *login)
{
	if (login == NULL)
		return;
	ccm_metadata_clear(&login->metadata);
	ccm_auth_source_clear(&login->source);
	ccm_free(login);
}

/* The request of a password login */

static bool
add_methods(struct ccm_json *request, struct ccm_error *err)
{
	struct ccm_json *methods = ccm_json_new_array(err);

	if (methods == NULL)
		return false;
	if (!ccm_json_append_string(methods, "password", err)) {
		ccm_json_free(methods);
		return false;
	}
	return ccm_json_add_json(request, "auth.identity.methods", methods, err);
}

struct member {
	const char *path, *value;
};

/* CCM wants a project; the region's own project bears the region's name. */
static struct member
choose_scope(const struct ccm_auth_config *config, const char *region)
{
	bool whole = config->scope == CCM_SCOPE_DOMAIN, any = config->scope == CCM_SCOPE_AUTO;

	if (!whole && config->project_id[0] != '\0')
		return (struct member){"auth.scope.project.id", config->project_id};
	if (!whole && config->project_name[0] != '\0')
		return (struct member){"auth.scope.project.name", config->project_name};
	if ((whole || any) && config->domain_id[0] != '\0')
		return (struct member){"auth.scope.domain.id", config->domain_id};
	if (whole)
		return (struct member){"auth.scope.domain.name", config->user_domain};
	return (struct member){"auth.scope.project.name", region};
}

struct ccm_json *
ccm_login_request(const struct ccm_auth_config *config, const char *region, struct ccm_error *err)
{
	const struct member members[] = {
	    {"nocatalog", "true"},
	    {"auth.identity.password.user.name", config->user},
	    {"auth.identity.password.user.password", config->password},
	    {"auth.identity.password.user.domain.name", config->user_domain},
	    choose_scope(config, region),
	};
	struct ccm_json *request = ccm_json_new_object(err);
	bool ok = request != NULL && add_methods(request, err);

	for (size_t i = 0; ok && i < CCM_COUNT(members); i++)
		ok = ccm_json_add_string(request, members[i].path, members[i].value, err);
	if (ok)
		return request;
	ccm_json_free(request);
	return NULL;
}

/* How long it lives */

static void
set_life(struct ccm_session *session, int64_t left_ms, int64_t margin_ms)
{
	int64_t margin = left_ms > margin_ms ? margin_ms : left_ms / 2;

	session->end_ms = session->opened_ms + left_ms;
	session->renew_ms = session->end_ms - margin;
}

/*
 * By the service's own two times: this machine's clock may be wrong, and the token's end is kept by
 * the monotonic one.
 */
static int64_t
lifetime_ms(const struct ccm_json *answer)
{
	const char *issued_at = NULL, *expires_at = NULL;
	int64_t issued = ccm_clock_now_ms(), expires;

	ccm_json_opt_string(answer, "token.issued_at", &issued_at, NULL);
	ccm_json_opt_string(answer, "token.expires_at", &expires_at, NULL);
	if (expires_at == NULL || !ccm_clock_parse_iso8601(expires_at, &expires))
		return LIFETIME_MS;
	if (issued_at != NULL)
		ccm_clock_parse_iso8601(issued_at, &issued);
	return expires > issued ? expires - issued : 0;
}

/* Ways of logging in */

struct attempt {
	struct ccm_login *login;
	bool fresh;
	int64_t deadline_ms;
};

static bool
open_token(const struct attempt *attempt, struct ccm_session *session, struct ccm_error *err)
{
	return ccm_credentials_set(
	    &session->credentials.token, attempt->login->place.config->token, err);
}

static bool
add_given_ids(const struct attempt *attempt, struct ccm_session *session, struct ccm_error *err)
{
	const struct ccm_auth_config *config = attempt->login->place.config;
	struct ccm_credentials *credentials = &session->credentials;

	return ccm_credentials_set(&credentials->project_id, config->project_id, err) &&
	       ccm_credentials_set(&credentials->domain_id, config->domain_id, err) &&
	       ccm_session_find_ids(attempt->login, credentials, attempt->deadline_ms, err);
}

static bool
open_aksk(const struct attempt *attempt, struct ccm_session *session, struct ccm_error *err)
{
	const struct ccm_auth_config *config = attempt->login->place.config;
	struct ccm_credentials *credentials = &session->credentials;

	return ccm_credentials_set(&credentials->access_key, config->access_key, err) &&
	       ccm_credentials_set(&credentials->secret_key, config->secret_key, err) &&
	       ccm_credentials_set(&credentials->security_token, config->security_token, err) &&
	       add_given_ids(attempt, session, err);
}

static bool
open_metadata(const struct attempt *attempt, struct ccm_session *session, struct ccm_error *err)
{
	int64_t left;

	if (!ccm_metadata_fetch(
		&attempt->login->metadata, attempt->deadline_ms, &session->credentials, &left, err))
		return false;
	set_life(session, left, KEYS_MARGIN_MS);
	ccm_log(INFO, AUTH, "got access key %s of the ECS's agency, for %" PRId64 " s",
	    session->credentials.access_key, left / 1000);
	return add_given_ids(attempt, session, err);
}

static bool
use_kept_token(const struct attempt *attempt, struct ccm_session *session)
{
	int64_t left;

	if (attempt->fresh ||
	    !ccm_auth_cache_get_token(&attempt->login->place, &session->credentials.token, &left))
		return false;
	set_life(session, left, TOKEN_MARGIN_MS);
	ccm_log(INFO, AUTH, "using a token that was got before, for %" PRId64 " s", left / 1000);
	return true;
}

static bool
create_token(const struct attempt *attempt, struct ccm_auth_reply *reply, struct ccm_error *err)
{
	const struct ccm_login *login = attempt->login;
	struct ccm_json *request = ccm_login_request(login->place.config, login->place.region, err);
	const struct ccm_auth_call call = {.op = &ccm_iam_create_token,
	    .request = request,
	    .endpoint = login->place.iam_endpoint,
	    .deadline_ms = attempt->deadline_ms};
	bool ok;

	if (request == NULL)
		return false;
	ok = login->service->call(login->service->context, &call, reply, err) &&
	     (reply->subject_token != NULL ||
		 ccm_fail(err, CCM_PROTOCOL, "%s: an answer without X-Subject-Token", call.op->id));
	ccm_json_free(request);
	return ok || ccm_error_context(err, "logging in as %s", login->place.config->user);
}

static bool
open_password(const struct attempt *attempt, struct ccm_session *session, struct ccm_error *err)
{
	const struct ccm_auth_place *place = &attempt->login->place;
	struct ccm_auth_reply reply = {0};
	int64_t left;

	if (use_kept_token(attempt, session))
		return true;
	if (!create_token(attempt, &reply, err)) {
		ccm_auth_reply_clear(&reply);
		return false;
	}
	left = lifetime_ms(reply.answer);
	set_life(session, left, TOKEN_MARGIN_MS);
	session->credentials.token = reply.subject_token;
	session->token = reply.answer;
	ccm_auth_cache_put_token(place, session->credentials.token, left);
	ccm_log(INFO, AUTH, "logged in as %s, for %" PRId64 " s", place->config->user, left / 1000);
	return true;
}

static bool (*const openers[])(
    const struct attempt *attempt, struct ccm_session *session, struct ccm_error *err) = {
    [CCM_AUTH_TOKEN] = open_token,
    [CCM_AUTH_AKSK] = open_aksk,
    [CCM_AUTH_PASSWORD] = open_password,
    [CCM_AUTH_METADATA] = open_metadata,
};

/* Nobody said that there is a metadata service: what was looked for before it counts as well. */
static bool
explain_last_resort(const struct ccm_login *login, struct ccm_error *cause, struct ccm_error *err)
{
	return ccm_fail(err, CCM_CONFIG,
	    "no credentials: [auth] has neither token, nor access_key, nor user, neither the "
	    "environment nor a profile file has any, and there are none at the %s",
	    cause->msg[0] != '\0' ? cause->msg : login->source.origin);
}

struct ccm_session *
ccm_session_open(struct ccm_login *login, bool fresh, int64_t deadline_ms, struct ccm_error *err)
{
	const struct attempt attempt = {login, fresh, deadline_ms};
	struct ccm_session *session = ccm_alloc(sizeof(*session), err);
	struct ccm_error cause = {0};

	if (session == NULL)
		return NULL;
	session->opened_ms = ccm_clock_monotonic_ms();
	session->renew_ms = session->end_ms = CCM_SESSION_ENDLESS;
	if (openers[login->place.config->method](&attempt, session, &cause))
		return session;
	if (login->source.last_resort && session->credentials.access_key == NULL)
		explain_last_resort(login, &cause, err);
	else if (err != NULL && err->code == CCM_OK)
		*err = cause;
	ccm_session_free(session);
	return NULL;
}
