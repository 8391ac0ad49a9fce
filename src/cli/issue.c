/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/issue.h"

#include <string.h>

#include "cli/create.h"
#include "core/crypto.h"
#include "model/issue.h"

#define ID_LEN 16

static const char *
text_of(const struct ccm_json *object, const char *field)
{
	const char *text = "";

	ccm_json_as_string(ccm_json_get(object, field), &text);
	return text;
}

/* What a list would show of it; the service names kinds of keys of CSRs in its own way. */
static struct ccm_json *
describe(const struct ccm_json *request, struct ccm_error *err)
{
	struct ccm_json *wanted = ccm_json_new_object(err);

	if (wanted != NULL &&
	    ccm_json_add_string(wanted, "distinguished_name.common_name",
		text_of(request, "distinguished_name.common_name"), err) &&
	    ccm_json_add_string(wanted, "issuer_id", text_of(request, "issuer_id"), err) &&
	    ccm_json_add_string(wanted, "gen_mode", "CSR", err))
		return wanted;
	ccm_json_free(wanted);
	return NULL;
}

static struct ccm_json *
by_csr(const struct ccm_json *request, struct ccm_key *key, struct ccm_error *err)
{
	struct ccm_json *out = ccm_json_new_object(err), *validity;
	struct ccm_buf pem = {0};
	bool ok = out != NULL && ccm_issue_make_csr(request, key, &pem, err) &&
		  ccm_json_add_string(out, "issuer_id", text_of(request, "issuer_id"), err) &&
		  ccm_json_add_string(out, "csr", ccm_buf_str(&pem), err);

	ccm_buf_clear(&pem);
	validity = ok ? ccm_json_dup(ccm_json_get(request, "validity"), err) : NULL;
	ok = validity != NULL && ccm_json_add_json(out, "validity", validity, err);
	if (ok)
		return out;
	ccm_json_free(out);
	return NULL;
}

static bool
issue_for(struct ccm_tool *tool, const struct ccm_json *request, struct ccm_key *key,
    struct ccm_error *err)
{
	struct ccm_json *sent = by_csr(request, key, err);
	struct ccm_json *wanted = sent != NULL ? describe(request, err) : NULL;
	const struct ccm_creation creation = {
	    &ccm_kind_certificate, &ccm_pca_issue_certificate_by_csr, sent, wanted};
	bool ok = wanted != NULL && ccm_create_as(tool, &creation, err);

	ccm_json_free(sent);
	ccm_json_free(wanted);
	return ok;
}

static struct ccm_key *
make_key(struct ccm_hsm *hsm, const struct ccm_json *request, unsigned char id[static ID_LEN],
    struct ccm_error *err)
{
	const struct ccm_hsm_new_key wanted = {.algorithm = text_of(request, "key_algorithm"),
	    .id = CCM_SPAN(id, ID_LEN),
	    .label = text_of(request, "distinguished_name.common_name")};

	return ccm_random(id, ID_LEN, err) ? ccm_hsm_generate(hsm, &wanted, err) : NULL;
}

bool
ccm_issue_in_hsm(struct ccm_tool *tool, const char *cluster, const struct ccm_json *request,
    struct ccm_error *err)
{
	struct ccm_model *model = ccm_tool_model(tool, err);
	struct ccm_hsm *hsm = model != NULL ? ccm_model_hsm(model, cluster, err) : NULL;
	unsigned char id[ID_LEN];
	char hex[2 * ID_LEN + 1];
	struct ccm_key *key = hsm != NULL ? make_key(hsm, request, id, err) : NULL;
	bool ok;

	if (key == NULL)
		return false;
	ok = issue_for(tool, request, key, err);
	ccm_hex(id, ID_LEN, hex);
	if (!ok && ccm_outcome_is_open(err))
		ccm_tool_note(tool, "note: the key stays in cluster %s, CKA_ID %s", cluster, hex);
	else if (!ok && !ccm_hsm_delete(hsm, CCM_SPAN(id, ID_LEN), NULL))
		ccm_tool_note(tool,
		    "note: a key without a certificate is left in cluster %s, CKA_ID %s", cluster,
		    hex);
	ccm_key_unref(key);
	return ok;
}

static void
say(void *context, const char *text)
{
	ccm_tool_say(context, "%s", text);
}

bool
ccm_issue_in_keystore(struct ccm_tool *tool, const struct ccm_json *request, struct ccm_error *err)
{
	const struct ccm_issue issue = {.intent = request, .tell = say, .context = tool};
	struct ccm_model *model = ccm_tool_model(tool, err);
	struct ccm_token *token = model != NULL ? ccm_local_home(model) : NULL;
	struct ccm_issued issued;

	if (model != NULL && token == NULL)
		return ccm_fail(err, CCM_CONFIG, "no token shows keys: keys of each is none");
	return token != NULL && ccm_issue_with_new_key(token, &issue, &issued, err) &&
	       ccm_create_print(tool, &ccm_kind_certificate, issued.id, err) &&
	       fflush(ccm_tool_out(tool)) == 0 && ccm_output_check(err) &&
	       ccm_issued_told(model, &issued, err);
}
