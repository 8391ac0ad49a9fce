/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "key/csr.h"
#include "model/cert.h"
#include "model/issue.h"

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
			csr, parts[i].part, ccm_json_text(request, parts[i].field), err))
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
			if (!ccm_request_add_san(csr, ccm_json_text(name, "type"),
				ccm_json_text(name, "value"), err))
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

static bool
fill(struct ccm_request *csr, const struct ccm_json *request, struct ccm_error *err)
{
	return add_subject(csr, request, err) && add_names(csr, request, err) &&
	       add_usages(csr, request, err) && add_purposes(csr, request, err);
}

bool
ccm_issue_make_csr(
    const struct ccm_issue *issue, struct ccm_key *key, struct ccm_buf *pem, struct ccm_error *err)
{
	const struct ccm_cert *like = issue->like;
	struct ccm_request *csr;
	bool ok;

	if (issue->csr != NULL)
		return ccm_buf_append_str(pem, issue->csr, err);
	csr = like != NULL ? ccm_request_from_cert(ccm_cert_x509(like), err) : ccm_request_new(err);
	ok = csr != NULL && (like != NULL || fill(csr, issue->intent, err)) &&
	     ccm_request_sign(csr, key, pem, err);
	ccm_request_free(csr);
	return ok;
}
