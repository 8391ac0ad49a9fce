/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/iam.h"

#include <stdio.h>
#include <string.h>

#include "core/clock.h"

/* POST /v3/auth/tokens, as huawei-auth.md 2.1 has it. */

bool
ccm_emu_iam_is(const struct ccm_json *object, const char *kind, const char *name)
{
	char want[CCM_EMU_IAM_ID_SIZE];
	const char *text;

	if (ccm_json_as_string(ccm_json_get(object, "name"), &text))
		return strcmp(text, name) == 0;
	return ccm_json_as_string(ccm_json_get(object, "id"), &text) &&
	       ccm_emu_iam_id(kind, name, want, NULL) && strcmp(text, want) == 0;
}

/* Who it is */

static bool
uses_method(const struct ccm_json *request, const char *want)
{
	const struct ccm_json *methods = ccm_json_get(request, "auth.identity.methods");
	const char *method;

	for (const struct ccm_json *at = ccm_json_first(methods); at != NULL;
	     at = ccm_json_next(at))
		if (ccm_json_as_string(at, &method) && strcmp(method, want) == 0)
			return true;
	return false;
}

static bool
is_user(const struct ccm_emu_user *user, const struct ccm_json *claim)
{
	const struct ccm_json *domain = ccm_json_get(claim, "domain");
	const char *password;

	return ccm_emu_iam_is(claim, "user", user->name) &&
	       (domain == NULL || ccm_emu_iam_is(domain, "domain", user->domain)) &&
	       ccm_json_as_string(ccm_json_get(claim, "password"), &password) &&
	       strcmp(password, user->password) == 0;
}

static bool
log_in_by_password(
    struct ccm_emu_call *call, struct ccm_emu_session *session, struct ccm_error *err)
{
	const struct ccm_emu_account *account = &call->emulator->gate.account;
	const struct ccm_json *claim = ccm_json_get(call->request, "auth.identity.password.user");

	for (size_t i = 0; claim != NULL && i < account->user_count; i++) {
		if (!is_user(&account->users[i], claim))
			continue;
		*session = (struct ccm_emu_session){.user = &account->users[i],
		    .method = "password",
		    .expires = call->now + call->emulator->gate.token_lifetime_ms};
		return true;
	}
	return ccm_emu_refuse_iam(err, 401, "The username or password is wrong.");
}

/* The new token does not live longer than the one it is got with. */
static bool
log_in_by_token(struct ccm_emu_call *call, struct ccm_emu_session *session, struct ccm_error *err)
{
	const struct ccm_emu *emulator = call->emulator;
	struct ccm_error reason = {0}; /* the gateway's words, not IAM's */
	const char *token = "";

	ccm_json_opt_string(call->request, "auth.identity.token.id", &token, NULL);
	if (!ccm_emu_token_read(&emulator->gate.account, token, call->now, session, &reason))
		return ccm_emu_refuse_iam(
		    err, 401, "The request you have made requires authentication.");
	session->method = "token";
	return true;
}

static bool
log_in(struct ccm_emu_call *call, struct ccm_emu_session *session, struct ccm_error *err)
{
	if (uses_method(call->request, "password"))
		return log_in_by_password(call, session, err);
	if (uses_method(call->request, "token"))
		return log_in_by_token(call, session, err);
	return ccm_emu_refuse_iam(
	    err, 400, "the emulator knows the methods password and token, none of which is given");
}

/* What for */

static bool
choose_project(const struct ccm_emu_account *account, const struct ccm_json *wanted,
    struct ccm_emu_session *session, struct ccm_error *err)
{
	for (size_t i = 0; i < account->project_count; i++) {
		if (!ccm_emu_iam_is(wanted, "project", account->projects[i]))
			continue;
		session->project = account->projects[i];
		return true;
	}
	return ccm_emu_refuse_iam(
	    err, 404, "Could not find project; the first there is is %s", account->projects[0]);
}

static bool
choose_scope(struct ccm_emu_call *call, struct ccm_emu_session *session, struct ccm_error *err)
{
	const struct ccm_json *project = ccm_json_get(call->request, "auth.scope.project");
	const struct ccm_json *domain = ccm_json_get(call->request, "auth.scope.domain");

	session->project = NULL;
	if (project != NULL)
		return choose_project(&call->emulator->gate.account, project, session, err);
	if (domain == NULL)
		return ccm_emu_refuse_iam(err, 400, "auth.scope has neither project nor domain");
	return ccm_emu_iam_is(domain, "domain", session->user->domain) ||
	       ccm_emu_refuse_iam(
		   err, 404, "Could not find domain; the user's is %s", session->user->domain);
}

/* Answering */

bool
ccm_emu_iam_write(struct ccm_json *out, const char *path, const char *kind, const char *name,
    struct ccm_error *err)
{
	const char *dot = path[0] != '\0' ? "." : "";
	char id[CCM_EMU_IAM_ID_SIZE], member[64];

	if (!ccm_emu_iam_id(kind, name, id, err))
		return false;
	snprintf(member, sizeof(member), "%s%sid", path, dot);
	if (!ccm_json_add_string(out, member, id, err))
		return false;
	snprintf(member, sizeof(member), "%s%sname", path, dot);
	return ccm_json_add_string(out, member, name, err);
}

static bool
write_times(struct ccm_json *out, int64_t issued, int64_t expires, struct ccm_error *err)
{
	char text[28];

	ccm_clock_iso8601(expires, text);
	if (!ccm_json_add_string(out, "token.expires_at", text, err))
		return false;
	ccm_clock_iso8601(issued, text);
	return ccm_json_add_string(out, "token.issued_at", text, err);
}

static bool
write_list(struct ccm_json *out, const char *path, const char *text, struct ccm_error *err)
{
	struct ccm_json *list = ccm_json_new_array(err);

	if (list == NULL)
		return false;
	if (text != NULL && !ccm_json_append_string(list, text, err)) {
		ccm_json_free(list);
		return false;
	}
	return ccm_json_add_json(out, path, list, err);
}

static bool
append_role(struct ccm_json *roles, const char *name, struct ccm_error *err)
{
	struct ccm_json *role = ccm_json_new_object(err);

	if (role == NULL)
		return false;
	return ccm_json_append_json(roles, role, err) &&
	       ccm_json_add_string(role, "id", "0", err) &&
	       ccm_json_add_string(role, "name", name, err);
}

static bool
write_roles(struct ccm_json *out, unsigned roles, struct ccm_error *err)
{
	struct ccm_json *list = ccm_json_new_array(err);
	bool ok = list != NULL;

	for (const struct ccm_emu_role_row *row = ccm_emu_roles; ok && row->name != NULL; row++)
		ok = (roles & row->role) == 0 || append_role(list, row->name, err);
	if (ok)
		return ccm_json_add_json(out, "token.roles", list, err);
	ccm_json_free(list);
	return false;
}

static bool
write_scope(struct ccm_json *out, const struct ccm_emu_session *session, struct ccm_error *err)
{
	const char *domain = session->user->domain;

	if (session->project == NULL)
		return ccm_emu_iam_write(out, "token.domain", "domain", domain, err);
	return ccm_emu_iam_write(out, "token.project", "project", session->project, err) &&
	       ccm_emu_iam_write(out, "token.project.domain", "domain", domain, err);
}

bool
ccm_emu_iam_describe(struct ccm_json *out, const struct ccm_emu_session *session, bool catalog,
    struct ccm_error *err)
{
	return write_times(out, session->issued, session->expires, err) &&
	       write_list(out, "token.methods", session->method, err) &&
	       (!catalog || write_list(out, "token.catalog", NULL, err)) &&
	       write_roles(out, session->user->roles, err) && write_scope(out, session, err) &&
	       ccm_emu_iam_write(out, "token.user", "user", session->user->name, err) &&
	       ccm_emu_iam_write(out, "token.user.domain", "domain", session->user->domain, err);
}

bool
ccm_emu_create_token(struct ccm_emu_call *call, struct ccm_error *err)
{
	bool catalog = ccm_json_get(call->request, "nocatalog") == NULL;
	struct ccm_emu_session session;

	if (!log_in(call, &session, err) || !choose_scope(call, &session, err))
		return false;
	session.issued = call->now;
	call->answer->json = ccm_json_new_object(err);
	call->answer->subject_token = ccm_emu_token_issue(&session, call->emulator->state, err);
	return call->answer->json != NULL && call->answer->subject_token != NULL &&
	       ccm_emu_iam_describe(call->answer->json, &session, catalog, err);
}
