/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/tool.h"

#include <errno.h>
#include <string.h>

#include "cli/table.h"

/* Remedies: the first row whose code and text fit the error. */
static const struct {
	enum ccm_code code;
	int sys_errno;    /* 0: any */
	const char *part; /* of the message; NULL: any */
	const char *hint; /* NULL: none */
} hints[] = {
    {CCM_CONFIG, ENOENT, NULL,
	"write ~/.config/ccm/ccm.conf, readable for you alone, or name a file with --config:\n"
	"        [cloud]\n"
	"        region = eu-west-101\n"
	"        [auth]\n"
	"        access_key = YOUR ACCESS KEY ID\n"
	"        secret_key_file = FILE WITH THE SECRET ACCESS KEY"},
    {CCM_CONFIG, 0, "no credentials",
	"[auth] of the configuration takes access_key and secret_key, or user, user_domain and "
	"password"},
    {CCM_AUTH, 0, "temporary one",
	"access_key, secret_key and security_token of a temporary key go together, and end "
	"together"},
    {CCM_AUTH, 0, "no agency", "the console of the ECS sets its agency, IAM makes it"},
    {CCM_AUTH, 0, "is locked", NULL},
    {CCM_AUTH, 0, "signature expired",
	"if this machine's clock is off by more than 15 minutes, set it: timedatectl set-ntp true"},
    {CCM_AUTH, 0, NULL,
	"check [auth] of the configuration; nothing was tried a second time, because "
	"repeated failures lock a key for minutes"},
    {CCM_DENIED, 0, "the request was for the", NULL},
    {CCM_DENIED, 0, NULL, "an administrator of the account can grant this in IAM"},
    {CCM_TLS, 0, NULL,
	"tls_ca_file in [cloud] names the CAs that the service's certificate is checked with"},
    {CCM_NETWORK, 0, CCM_OUTCOME_UNKNOWN, NULL},
    {CCM_NETWORK, 0, NULL,
	"check region and the endpoints in [cloud]; behind a proxy set HTTPS_PROXY; "
	"CCM_LOG=http:debug shows every call"},
    {CCM_THROTTLED, 0, NULL, "the service limits calls per account; wait some minutes"},
    {CCM_PROTOCOL, 0, NULL, "CCM_LOG=http:trace shows what was answered"},
};

const char *
ccm_report_hint(const struct ccm_error *err)
{
	for (size_t i = 0; i < CCM_COUNT(hints); i++)
		if (hints[i].code == err->code &&
		    (hints[i].sys_errno == 0 || hints[i].sys_errno == err->sys_errno) &&
		    (hints[i].part == NULL || strstr(err->msg, hints[i].part) != NULL))
			return hints[i].hint;
	return NULL;
}

/* What support asks for, unless the message says it already. */
static bool
append_origin(const struct ccm_error *err, struct ccm_buf *out, struct ccm_error *failure)
{
	if (err->api_code[0] != '\0' && strstr(err->msg, err->api_code) == NULL &&
	    !ccm_buf_printf(out, failure, " (%s)", err->api_code))
		return false;
	if (err->request_id[0] != '\0' && strstr(err->msg, err->request_id) == NULL &&
	    !ccm_buf_printf(out, failure, " (request id %s)", err->request_id))
		return false;
	return ccm_buf_append_str(out, "\n", failure);
}

static bool
append_hint(const struct ccm_tool *tool, const struct ccm_error *err, struct ccm_buf *out,
    struct ccm_error *failure)
{
	const char *name = tool->command != NULL ? tool->command->name : "";
	const char *hint = ccm_report_hint(err);

	if (tool->quiet)
		return true;
	if (err->code == CCM_USAGE && err->http_status == 0)
		return ccm_buf_printf(out, failure,
		    "hint: `ccm help%s%s` shows what can be given\n", *name != '\0' ? " " : "",
		    name);
	return hint == NULL || ccm_buf_printf(out, failure, "hint: %s\n", hint);
}

bool
ccm_report_format(const struct ccm_tool *tool, const struct ccm_error *err, struct ccm_buf *out,
    struct ccm_error *failure)
{
	struct ccm_buf raw = {0};
	bool ok;

	ok =
	    ccm_buf_append_str(&raw, "ccm: ", failure) &&
	    (tool->command == NULL || ccm_buf_printf(&raw, failure, "%s: ", tool->command->name)) &&
	    ccm_buf_append_str(&raw, err->msg, failure) && append_origin(err, &raw, failure) &&
	    ccm_buf_append_str(&raw, ccm_buf_str(&tool->notes), failure) &&
	    append_hint(tool, err, &raw, failure) &&
	    ccm_text_clean(ccm_buf_str(&raw), true, out, failure);
	ccm_buf_clear(&raw);
	return ok;
}
