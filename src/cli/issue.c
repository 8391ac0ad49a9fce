/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/issue.h"

#include "cli/create.h"
#include "model/issue.h"
#include "model/local.h"

static void
say(void *context, const char *text)
{
	ccm_tool_say(context, "%s", text);
}

static struct ccm_issue
describe(struct ccm_tool *tool, const struct ccm_json *request)
{
	return (struct ccm_issue){.intent = request, .tell = say, .context = tool};
}

/* Once it is printed, it is nobody's business any more. */
static bool
print(struct ccm_tool *tool, struct ccm_issued *issued, struct ccm_error *err)
{
	return ccm_create_print(tool, &ccm_kind_certificate, issued->id, err) &&
	       fflush(ccm_tool_out(tool)) == 0 && ccm_output_check(err) &&
	       ccm_issued_told(ccm_tool_model(tool, err), issued, err);
}

bool
ccm_issue_in_hsm(struct ccm_tool *tool, const char *cluster, const struct ccm_json *request,
    struct ccm_error *err)
{
	const struct ccm_issue issue = describe(tool, request);
	struct ccm_model *model = ccm_tool_model(tool, err);
	struct ccm_issued issued;

	return model != NULL && ccm_issue_with_hsm_key(model, cluster, &issue, &issued, err) &&
	       print(tool, &issued, err);
}

bool
ccm_issue_in_keystore(struct ccm_tool *tool, const struct ccm_json *request, struct ccm_error *err)
{
	const struct ccm_issue issue = describe(tool, request);
	struct ccm_model *model = ccm_tool_model(tool, err);
	struct ccm_token *token = model != NULL ? ccm_local_home(model) : NULL;
	struct ccm_issued issued;

	if (model != NULL && token == NULL)
		return ccm_fail(err, CCM_CONFIG, "no token shows keys: keys of each is none");
	return token != NULL && ccm_issue_with_new_key(token, &issue, &issued, err) &&
	       print(tool, &issued, err);
}

bool
ccm_issue_by_csr(struct ccm_tool *tool, const struct ccm_json *request, const struct ccm_csr *csr,
    struct ccm_error *err)
{
	struct ccm_issue issue = describe(tool, request);
	struct ccm_model *model = ccm_tool_model(tool, err);
	struct ccm_issued issued;

	issue.csr = ccm_buf_str(&csr->pem);
	return model != NULL &&
	       ccm_issue_for_csr(model, ccm_buf_span(&csr->public_key), &issue, &issued, err) &&
	       print(tool, &issued, err);
}
