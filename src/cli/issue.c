/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/issue.h"

#include <string.h>

#include "cli/create.h"
#include "core/crypto.h"

#define ID_LEN 16

static const char *
text_of(const struct ccm_json *object, const char *field)
{
	const char *text = "";

	ccm_json_as_string(ccm_json_get(object, field), &text);
	return text;
}

static bool
add_subject(struct ccm_request *csr, const struct ccm_json *request, struct ccm_error *err)
{
	static const struct {
		const char *part, *field;
	} parts[] = {
	    {"C", "distinguished_name.country"},
	    {"ST", "distinguished_name.state"},
	    {"L", "distinguished_name.locality"},
	    {"O", "distinguished_name.organization"},
	    {"OU", "distinguished_name.organizational_unit"},
	    {"CN", "distinguished_name.common_name"},
	};

	for (size_t i = 0; i < CCM_COUNT(parts); i++)
		if (!ccm_request_add_name(
			csr, parts[i].part, text_of(request, parts[i].field), err))
			return false;
	return true;
}

static bool
add_names(struct ccm_request *csr, const struct ccm_json *request, struct ccm_error *err)
{
	const struct ccm_json *names = ccm_json_get(request, "subject_alternative_names");

	if (names == NULL)
		return true;
	for
		ccm_json_each(name, names)
		{
			if (!ccm_request_add_san(
				csr, text_of(name, "type"), text_of(name, "value"), err))
				return false;
		}
	return true;
}

static bool
add_usages(struct ccm_request *csr, const struct ccm_json *request, struct ccm_error *err)
{
	const struct ccm_json *usages = ccm_json_get(request, "key_usages");

	if (usages == NULL)
		return true;
	for
		ccm_json_each(usage, usages)
		{
			const char *text = "";

			ccm_json_as_string(usage, &text);
			if (!ccm_request_add_usage(csr, text, err))
				return false;
		}
	return true;
}

static bool
add_purposes(struct ccm_request *csr, const struct ccm_json *request, struct ccm_error *err)
{
	static const struct {
		const char *field, *purpose;
	} rows[] = {
	    {"extended_key_usage.server_auth", "serverAuth"},
	    {"extended_key_usage.client_auth", "clientAuth"},
	    {"extended_key_usage.code_signing", "codeSigning"},
	    {"extended_key_usage.email_protection", "emailProtection"},
	    {"extended_key_usage.time_stamping", "timeStamping"},
	    {"extended_key_usage.smart_card_logon", "1.3.6.1.4.1.311.20.2.2"},
	};

	for (size_t i = 0; i < CCM_COUNT(rows); i++) {
		bool wanted = false;

		ccm_json_as_bool(ccm_json_get(request, rows[i].field), &wanted);
		if (wanted && !ccm_request_add_purpose(csr, rows[i].purpose, err))
			return false;
	}
	return true;
}

bool
ccm_issue_make_csr(
    const struct ccm_json *request, struct ccm_key *key, struct ccm_buf *pem, struct ccm_error *err)
{
	struct ccm_request *csr = ccm_request_new(err);
	bool ok = csr != NULL && add_subject(csr, request, err) && add_names(csr, request, err) &&
		  add_usages(csr, request, err) && add_purposes(csr, request, err) &&
		  ccm_request_sign(csr, key, pem, err);

	ccm_request_free(csr);
	return ok;
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
