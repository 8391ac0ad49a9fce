/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "emu/answer.h"
#include "emu/gate.h"

/* The project of this id, NULL when the account has none such; false only for want of memory. */
static bool
find_project(
    const struct ccm_emu_account *account, const char *id, const char **name, struct ccm_error *err)
{
	char want[CCM_EMU_IAM_ID_SIZE];

	*name = NULL;
	for (size_t i = 0; *name == NULL && i < account->project_count; i++) {
		if (!ccm_emu_iam_id("project", account->projects[i], want, err))
			return false;
		if (strcmp(want, id) == 0)
			*name = account->projects[i];
	}
	return true;
}

static bool
check_domain(const char *id, const struct ccm_emu_user *user, struct ccm_error *err)
{
	char want[CCM_EMU_IAM_ID_SIZE];

	if (!ccm_emu_iam_id("domain", user->domain, want, err))
		return false;
	return strcmp(id, want) == 0 ||
	       ccm_emu_refuse_gateway(err, 403, "APIGW.0302",
		   "The IAM user is not authorized to access the API: X-Domain-Id %.64s is not the "
		   "account's",
		   id);
}

static bool
check_project(const struct ccm_emu_account *account, const char *id,
    struct ccm_emu_session *session, struct ccm_error *err)
{
	const char *name;

	if (!find_project(account, id, &name, err))
		return false;
	if (name == NULL)
		return ccm_emu_refuse_gateway(err, 403, "APIGW.0302",
		    "The IAM user is not authorized to access the API: X-Project-Id %.64s is not a "
		    "project of the account",
		    id);
	if (session->project != NULL && strcmp(name, session->project) != 0)
		return ccm_emu_refuse_gateway(err, 403, "APIGW.0302",
		    "The IAM user is not authorized to access the API: X-Project-Id %.64s is not "
		    "the "
		    "token's project",
		    id);
	session->project = name;
	return true;
}

bool
ccm_emu_gate_check_scope(const struct ccm_emu_gate *gate, const struct ccm_emu_request *request,
    struct ccm_emu_session *session, struct ccm_error *err)
{
	const char *domain = ccm_emu_request_header(request, "x-domain-id");
	const char *project = ccm_emu_request_header(request, "x-project-id");

	return (domain == NULL || check_domain(domain, session->user, err)) &&
	       (project == NULL || check_project(&gate->account, project, session, err));
}
