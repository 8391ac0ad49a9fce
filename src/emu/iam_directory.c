/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "emu/iam.h"

/* What IAM tells of itself: tokens, projects, accounts, keys, users (huawei-auth.md 2.2). */

static struct ccm_json *
append_object(struct ccm_json *list, struct ccm_error *err)
{
	struct ccm_json *object = ccm_json_new_object(err);

	return object != NULL && ccm_json_append_json(list, object, err) ? object : NULL;
}

static bool
write_links(struct ccm_json *out, const char *self, struct ccm_error *err)
{
	return ccm_json_add_string(out, "links.next", NULL, err) &&
	       ccm_json_add_string(out, "links.previous", NULL, err) &&
	       ccm_json_add_string(out, "links.self", self, err);
}

/* {"NAME": [], "links": {...}}; the list is borrowed. */
static struct ccm_json *
begin_list(struct ccm_emu_call *call, const char *name, struct ccm_error *err)
{
	struct ccm_json *out = call->answer->json = ccm_json_new_object(err);
	struct ccm_json *list = out != NULL ? ccm_json_new_array(err) : NULL;

	if (list == NULL || !ccm_json_add_json(out, name, list, err) ||
	    !write_links(out, call->http->target, err))
		return NULL;
	return list;
}

static bool
write_domain_id(struct ccm_json *out, const char *name, const char *domain, struct ccm_error *err)
{
	char id[CCM_EMU_IAM_ID_SIZE];

	return ccm_emu_iam_id("domain", domain, id, err) && ccm_json_add_string(out, name, id, err);
}

static bool
append_project(struct ccm_json *list, const char *name, const char *domain, struct ccm_error *err)
{
	struct ccm_json *out = append_object(list, err);
	char id[CCM_EMU_IAM_ID_SIZE], self[sizeof("/v3/projects/") + CCM_EMU_IAM_ID_SIZE];

	if (out == NULL || !ccm_emu_iam_id("project", name, id, err))
		return false;
	snprintf(self, sizeof(self), "/v3/projects/%s", id);
	return write_links(out, self, err) && ccm_emu_iam_write(out, "", "project", name, err) &&
	       write_domain_id(out, "domain_id", domain, err) &&
	       write_domain_id(out, "parent_id", domain, err) &&
	       ccm_json_add_bool(out, "is_domain", false, err) &&
	       ccm_json_add_bool(out, "enabled", true, err) &&
	       ccm_json_add_string(out, "description", "", err);
}

bool
ccm_emu_list_projects(struct ccm_emu_call *call, struct ccm_error *err)
{
	const struct ccm_emu_account *account = &call->emulator->gate.account;
	const char *domain = call->session.user->domain, *name = NULL, *id = NULL;
	struct ccm_json *list = begin_list(call, "projects", err);
	char own[CCM_EMU_IAM_ID_SIZE];
	bool ok = list != NULL && ccm_emu_iam_id("domain", domain, own, err);

	ccm_json_opt_string(call->request, "name", &name, NULL);
	ccm_json_opt_string(call->request, "domain_id", &id, NULL);
	for (size_t i = 0; ok && i < account->project_count; i++)
		if ((name == NULL || strcmp(name, account->projects[i]) == 0) &&
		    (id == NULL || strcmp(id, own) == 0))
			ok = append_project(list, account->projects[i], domain, err);
	return ok;
}

/* Temporary credentials see none, as with the real one. */
bool
ccm_emu_list_domains(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_json *list = begin_list(call, "domains", err), *domain;

	if (list == NULL || call->session.temporary)
		return list != NULL;
	domain = append_object(list, err);
	return domain != NULL &&
	       ccm_emu_iam_write(domain, "", "domain", call->session.user->domain, err) &&
	       ccm_json_add_bool(domain, "enabled", true, err) &&
	       ccm_json_add_string(domain, "description", "", err);
}

bool
ccm_emu_check_token(struct ccm_emu_call *call, struct ccm_error *err)
{
	const char *subject = ccm_emu_request_header(call->http, "x-subject-token");
	struct ccm_emu *emulator = call->emulator;
	struct ccm_error reason = {0};
	struct ccm_emu_session session;

	if (subject == NULL)
		return ccm_emu_refuse_iam(err, 400, "X-Subject-Token is missing");
	if (!ccm_emu_token_read(&emulator->gate.account, subject, call->now, &session, &reason))
		return ccm_emu_refuse_iam(err, 404, "Could not find token");
	call->answer->json = ccm_json_new_object(err);
	call->answer->subject_token = ccm_strdup(subject, err);
	return call->answer->json != NULL && call->answer->subject_token != NULL &&
	       ccm_emu_iam_describe(call->answer->json, &session, true, err);
}

bool
ccm_emu_get_access_key(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_account *account = &call->emulator->gate.account;
	const struct ccm_emu_access_key *key;
	char user[CCM_EMU_IAM_ID_SIZE];
	struct ccm_json *out;
	const char *id;

	if (!ccm_json_string(call->request, "access_key", &id, err))
		return false;
	key = ccm_emu_account_find_key(account, id);
	if (key == NULL || key->security_token != NULL)
		return ccm_emu_refuse_iam(err, 404, "Could not find credential: %.64s", id);
	out = call->answer->json = ccm_json_new_object(err);
	return out != NULL && ccm_emu_iam_id("user", account->users[0].name, user, err) &&
	       ccm_json_add_string(out, "credential.user_id", user, err) &&
	       ccm_json_add_string(out, "credential.access", key->id, err) &&
	       ccm_json_add_string(out, "credential.status", "active", err) &&
	       ccm_json_add_string(out, "credential.description", "", err);
}

static const struct ccm_emu_user *
find_user(const struct ccm_emu_account *account, const char *id)
{
	char want[CCM_EMU_IAM_ID_SIZE];

	for (size_t i = 0; i < account->user_count; i++)
		if (ccm_emu_iam_id("user", account->users[i].name, want, NULL) &&
		    strcmp(want, id) == 0)
			return &account->users[i];
	return NULL;
}

bool
ccm_emu_get_user(struct ccm_emu_call *call, struct ccm_error *err)
{
	const struct ccm_emu_user *user;
	struct ccm_json *out;
	const char *id;

	if (!ccm_json_string(call->request, "user_id", &id, err))
		return false;
	user = find_user(&call->emulator->gate.account, id);
	if (user == NULL)
		return ccm_emu_refuse_iam(err, 404, "Could not find user: %.64s", id);
	out = call->answer->json = ccm_json_new_object(err);
	return out != NULL && ccm_emu_iam_write(out, "user", "user", user->name, err) &&
	       write_domain_id(out, "user.domain_id", user->domain, err) &&
	       ccm_json_add_bool(out, "user.enabled", true, err);
}
