/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/preview.h"

#include <string.h>

#include "cloud/auth_source.h"
#include "cloud/exchange.h"

#define NOT_SHOWN "(not shown)"
#define LOOKED_UP "(looked up when it is sent)"

/* The id, or that it is looked up; nothing when it is neither known nor wanted. */
static bool
append_id(const char *name, const char *id, bool wanted, struct ccm_buf *out, struct ccm_error *err)
{
	if (id[0] == '\0' && !wanted)
		return true;
	return ccm_buf_printf(out, err, "%s: %s\n", name, id[0] != '\0' ? id : LOOKED_UP);
}

/* As session_ids.c has it: which of the ids are looked up. */
static bool
append_signed(const struct ccm_auth_config *auth, struct ccm_buf *out, struct ccm_error *err)
{
	bool temporary = auth->method == CCM_AUTH_METADATA;
	bool project = auth->scope == CCM_SCOPE_PROJECT ||
		       (auth->scope == CCM_SCOPE_AUTO && auth->project_name[0] != '\0');

	return ccm_buf_append_str(out, "X-Sdk-Date: (when it is sent)\n", err) &&
	       append_id(
		   "X-Domain-Id", auth->domain_id, auth->scope == CCM_SCOPE_DOMAIN, out, err) &&
	       append_id("X-Project-Id", auth->project_id, project, out, err) &&
	       ((auth->security_token[0] == '\0' && !temporary) ||
		   ccm_buf_append_str(out, "X-Security-Token: " NOT_SHOWN "\n", err)) &&
	       ccm_buf_printf(out, err, "Authorization: SDK-HMAC-SHA256 Access=%s, " NOT_SHOWN "\n",
		   temporary ? LOOKED_UP : auth->access_key);
}

static bool
append_authentication(const struct ccm_config *config, struct ccm_buf *out, struct ccm_error *err)
{
	struct ccm_auth_source source = {0};
	bool ok = ccm_auth_source_find(config, &source, err);

	if (ok &&
	    (source.config->method == CCM_AUTH_TOKEN || source.config->method == CCM_AUTH_PASSWORD))
		ok = ccm_buf_append_str(out, "X-Auth-Token: " NOT_SHOWN "\n", err);
	else if (ok)
		ok = append_signed(source.config, out, err);
	ccm_auth_source_clear(&source);
	return ok;
}

static bool
append_body(const struct ccm_wire_request *wire, struct ccm_buf *out, struct ccm_error *err)
{
	struct ccm_json *body;
	bool ok;

	if (!wire->has_body)
		return true;
	body = ccm_json_parse(ccm_buf_span(&wire->body), err);
	ok = body != NULL && ccm_buf_append_str(out, "\n", err) &&
	     ccm_json_print_redacted(body, out, err) && ccm_buf_append_str(out, "\n", err);
	ccm_json_free(body);
	return ok;
}

bool
ccm_preview_format(const struct ccm_preview *preview, struct ccm_buf *out, struct ccm_error *err)
{
	const struct ccm_operation *op = preview->op;
	const char *language = preview->config->cloud.language;

	return ccm_buf_printf(out, err, "%s ", op->method) &&
	       ccm_exchange_url(preview->endpoint, preview->wire, out, err) &&
	       ccm_buf_append_str(out, "\n", err) &&
	       ((!preview->wire->has_body && strcmp(op->method, "POST") != 0) ||
		   ccm_buf_append_str(out, "Content-Type: application/json\n", err)) &&
	       (language[0] == '\0' || ccm_buf_printf(out, err, "X-Language: %s\n", language)) &&
	       (op->anonymous || append_authentication(preview->config, out, err)) &&
	       append_body(preview->wire, out, err);
}
