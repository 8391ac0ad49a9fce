/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/iam.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/crypto.h"
#include "emu/emulator.h"

/* POST /v3/auth/tokens, as huawei-auth.md 2.1 has it. */

bool
ccm_emu_iam_id(
    const char *kind, const char *name, char out[static CCM_EMU_IAM_ID_SIZE], struct ccm_error *err)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char *text = ccm_format(err, "%s/%s", kind, name);
	size_t len;
	bool ok;

	if (text == NULL)
		return false;
	ok = ccm_digest("SHA256", ccm_span_of(text), digest, &len, err);
	if (ok)
		ccm_hex(digest, (CCM_EMU_IAM_ID_SIZE - 1) / 2, out);
	ccm_free(text);
	return ok;
}

/* True when the object's name or id is that of the thing. */
static bool
is_same(const struct ccm_json *object, const char *kind, const char *name)
{
	char want[CCM_EMU_IAM_ID_SIZE];
	const char *text;

	if (ccm_json_as_string(ccm_json_get(object, "name"), &text))
		return strcmp(text, name) == 0;
	return ccm_json_as_string(ccm_json_get(object, "id"), &text) &&
	       ccm_emu_iam_id(kind, name, want, NULL) && strcmp(text, want) == 0;
}

static bool
uses_password(const struct ccm_json *request)
{
	const struct ccm_json *methods = ccm_json_get(request, "auth.identity.methods");
	const char *method;

	for (const struct ccm_json *at = ccm_json_first(methods); at != NULL;
	     at = ccm_json_next(at))
		if (ccm_json_as_string(at, &method) && strcmp(method, "password") == 0)
			return true;
	return false;
}

static bool
is_user(const struct ccm_emu_user *user, const struct ccm_json *claim)
{
	const struct ccm_json *domain = ccm_json_get(claim, "domain");
	const char *password;

	return is_same(claim, "user", user->name) &&
	       (domain == NULL || is_same(domain, "domain", user->domain)) &&
	       ccm_json_as_string(ccm_json_get(claim, "password"), &password) &&
	       strcmp(password, user->password) == 0;
}

static const struct ccm_emu_user *
log_in(struct ccm_emu_call *call, struct ccm_error *err)
{
	const struct ccm_emu_gate *gate = &call->emulator->gate;
	const struct ccm_json *claim = ccm_json_get(call->request, "auth.identity.password.user");

	if (!uses_password(call->request)) {
		ccm_emu_refuse_iam(err, 400, "the emulator knows no way to log in but by password");
		return NULL;
	}
	for (size_t i = 0; i < gate->user_count; i++)
		if (is_user(&gate->users[i], claim))
			return &gate->users[i];
	ccm_emu_refuse_iam(err, 401, "The username or password is wrong.");
	return NULL;
}

/* *project tells whether the token is for the project, else it is for the domain. */
static bool
check_scope(const struct ccm_json *request, const struct ccm_emu_user *user, bool *project,
    struct ccm_error *err)
{
	const struct ccm_json *wanted = ccm_json_get(request, "auth.scope.project");
	const struct ccm_json *domain = ccm_json_get(request, "auth.scope.domain");

	*project = wanted != NULL;
	if (wanted == NULL && domain == NULL)
		return ccm_emu_refuse_iam(err, 400, "auth.scope has neither project nor domain");
	if (wanted != NULL && !is_same(wanted, "project", CCM_EMU_PROJECT_NAME))
		return ccm_emu_refuse_iam(
		    err, 404, "Could not find project; there is only %s", CCM_EMU_PROJECT_NAME);
	if (wanted == NULL && !is_same(domain, "domain", user->domain))
		return ccm_emu_refuse_iam(
		    err, 404, "Could not find domain; the user's is %s", user->domain);
	return true;
}

/* Answering */

static bool
write_thing(struct ccm_json *out, const char *path, const char *kind, const char *name,
    struct ccm_error *err)
{
	char id[CCM_EMU_IAM_ID_SIZE], member[64];

	if (!ccm_emu_iam_id(kind, name, id, err))
		return false;
	snprintf(member, sizeof(member), "%s.id", path);
	if (!ccm_json_add_string(out, member, id, err))
		return false;
	snprintf(member, sizeof(member), "%s.name", path);
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
write_token(struct ccm_emu_call *call, const struct ccm_emu_user *user, bool project,
    int64_t expires, struct ccm_error *err)
{
	struct ccm_json *out = call->answer->json = ccm_json_new_object(err);
	bool catalog = ccm_json_get(call->request, "nocatalog") == NULL;

	return out != NULL && write_times(out, call->now, expires, err) &&
	       write_list(out, "token.methods", "password", err) &&
	       (!catalog || write_list(out, "token.catalog", NULL, err)) &&
	       write_list(out, "token.roles", NULL, err) &&
	       (project ? write_thing(out, "token.project", "project", CCM_EMU_PROJECT_NAME, err) &&
			      write_thing(out, "token.project.domain", "domain", user->domain, err)
			: write_thing(out, "token.domain", "domain", user->domain, err)) &&
	       write_thing(out, "token.user", "user", user->name, err) &&
	       write_thing(out, "token.user.domain", "domain", user->domain, err);
}

bool
ccm_emu_create_token(struct ccm_emu_call *call, struct ccm_error *err)
{
	const struct ccm_emu_user *user = log_in(call, err);
	int64_t expires;
	bool project;

	if (user == NULL || !check_scope(call->request, user, &project, err))
		return false;
	call->answer->subject_token = ccm_emu_gate_issue_token(
	    &call->emulator->gate, call->emulator->state, call->now, &expires, err);
	return call->answer->subject_token != NULL &&
	       write_token(call, user, project, expires, err);
}
