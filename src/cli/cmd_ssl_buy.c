/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/act.h"
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/create.h"
#include "cli/input.h"

#include <string.h>

/* From an order to a certificate: buying one, applying for it. */

static const struct ccm_choice brands[] = {
    {"geotrust", "GEOTRUST"},
    {"globalsign", "GLOBALSIGN"},
    {"symantec", "SYMANTEC"},
    {"cfca", "CFCA"},
    {"trustasia", "TRUSTASIA"},
    {"vtrus", "VTRUS"},
    {0},
};

static const struct ccm_choice types[] = {
    {"dv", "DV_SSL_CERT"},
    {"dv-basic", "DV_SSL_CERT_BASIC"},
    {"ov", "OV_SSL_CERT"},
    {"ov-pro", "OV_SSL_CERT_PRO"},
    {"ev", "EV_SSL_CERT"},
    {"ev-pro", "EV_SSL_CERT_PRO"},
    {0},
};

static const struct ccm_choice domain_types[] = {
    {"single", "SINGLE_DOMAIN"},
    {"wildcard", "WILDCARD"},
    {"multi", "MULTI_DOMAIN"},
    {0},
};

static const struct ccm_choice primary_types[] = {
    {"single", "SINGLE_DOMAIN"},
    {"wildcard", "WILDCARD_DOMAIN"},
    {0},
};

#define AGREE                                                               \
	{                                                                   \
		.name = "agree-privacy", .apply = ccm_option_flag,          \
		.field = "agree_privacy_protection", .required = true,      \
		.help = "agree to what the service does with personal data" \
	}

static const struct ccm_option buy_options[] = {
    {.name = "brand",
	.apply = ccm_option_choice,
	.choices = brands,
	.field = "cert_brand",
	.required = true,
	.help = "certificate authority"},
    {.name = "type",
	.apply = ccm_option_choice,
	.choices = types,
	.field = "cert_type",
	.required = true,
	.help = "what is validated"},
    {.name = "domains",
	.apply = ccm_option_choice,
	.choices = domain_types,
	.field = "domain_type",
	.help = "kind of domain names; single"},
    {.name = "number",
	.apply = ccm_option_integer,
	.placeholder = "N",
	.field = "domain_numbers",
	.help = "how many domain names; 1, with --domains multi 2 to 100"},
    {.name = "primary",
	.apply = ccm_option_choice,
	.choices = primary_types,
	.field = "primary_domain_type",
	.help = "with --domains multi: kind of the first name"},
    {.name = "single",
	.apply = ccm_option_integer,
	.placeholder = "N",
	.field = "single_domain_number",
	.help = "with --domains multi: how many more are single names"},
    {.name = "wildcard",
	.apply = ccm_option_integer,
	.placeholder = "N",
	.field = "wildcard_domain_number",
	.help = "with --domains multi: how many more are wildcard names"},
    {.name = "years",
	.apply = ccm_option_integer,
	.placeholder = "N",
	.field = "effective_time",
	.help = "for how long, 1 to 3; 1"},
    {.name = "count",
	.apply = ccm_option_integer,
	.placeholder = "N",
	.field = "order_number",
	.help = "how many certificates; 1"},
    {.name = "auto-pay",
	.apply = ccm_option_flag,
	.field = "is_auto_pay",
	.help = "pay at once; without it the order waits to be paid"},
    AGREE,
    {0},
};

static bool
complete(struct ccm_json *request, struct ccm_error *err)
{
	return ccm_request_default(request, "domain_type", "SINGLE_DOMAIN", err) &&
	       ccm_request_default(request, "domain_numbers", "1", err) &&
	       ccm_request_default(request, "effective_time", "1", err) &&
	       ccm_request_default(request, "order_number", "1", err) &&
	       ccm_operation_validate(&ccm_scm_purchase_certificate, request, err);
}

static bool
print_purchase(const struct ccm_tool *tool, const struct ccm_json *answer, struct ccm_error *err)
{
	const char *text = "";

	if (tool->json)
		return answer == NULL || ccm_tool_print_json(tool, answer, err);
	if (ccm_json_as_string(ccm_json_get(answer, "order_id"), &text))
		ccm_tool_say(tool, "order %s; `ccm ssl apply` goes on with each", text);
	for
		ccm_json_each(bought, ccm_json_get(answer, "cert"))
		{
			if (ccm_json_as_string(ccm_json_get(bought, "cert_id"), &text))
				fprintf(ccm_tool_out(tool), "%s\n", text);
		}
	return true;
}

static bool
buy(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const char *count = ccm_args_value(args, "count"), *years = ccm_args_value(args, "years");
	struct ccm_json *answer = NULL;
	char deed[96];
	bool ok;

	if (!complete(args->request, err))
		return false;
	snprintf(deed, sizeof(deed), "buy %.9s %.20s certificate(s) of %.20s for %.9s year(s)",
	    count != NULL ? count : "1", ccm_args_value(args, "type"),
	    ccm_args_value(args, "brand"), years != NULL ? years : "1");
	ok = ccm_confirm(tool, &ccm_scm_purchase_certificate, deed, err) &&
	     ccm_tool_call(tool, &ccm_scm_purchase_certificate, args->request, &answer, err) &&
	     print_purchase(tool, answer, err);
	if (!ok && ccm_outcome_is_open(err))
		ccm_tool_note(tool,
		    "note: `ccm ssl list --status paid` shows whether it was bought; "
		    "see before trying again");
	ccm_json_free(answer);
	return ok;
}

const struct ccm_command ccm_command_ssl_buy = {
    .name = "ssl buy",
    .operands = "",
    .summary = "Buy SSL certificates and print their ids",
    .options = buy_options,
    .run = buy,
};

/* Applying */

static const struct ccm_choice methods[] = {
    {"dns", "DNS"},
    {"file", "File"},
    {"email", "Email"},
    {0},
};

/* The additional domains are one text with ; between them. */
static bool
option_domains(const struct ccm_option *option, const char *value, struct ccm_json *request,
    struct ccm_error *err)
{
	const char *before = NULL;
	char *text;
	bool ok;

	ccm_json_as_string(ccm_json_get(request, option->field), &before);
	text = before != NULL ? ccm_format(err, "%s;%s", before, value) : ccm_strdup(value, err);
	ok = text != NULL && ccm_json_add_string(request, option->field, text, err);
	ccm_free(text);
	return ok;
}

#define TEXT_OPTION(option, what, member, text)                                                 \
	{                                                                                       \
		.name = option, .apply = ccm_option_text, .placeholder = what, .field = member, \
		.help = text                                                                    \
	}
#define NEEDED_OPTION(option, what, member, text)                                               \
	{                                                                                       \
		.name = option, .apply = ccm_option_text, .placeholder = what, .field = member, \
		.help = text, .required = true                                                  \
	}

static const struct ccm_option apply_options[] = {
    NEEDED_OPTION("domain", "NAME", "domain", "domain name; of several the first"),
    {.name = "san",
	.apply = option_domains,
	.placeholder = "NAME",
	.field = "sans",
	.repeated = true,
	.help = "another domain name; any number of times"},
    {.name = "method",
	.apply = ccm_option_choice,
	.choices = methods,
	.field = "domain_method",
	.required = true,
	.help = "how to prove whose the domain is"},
    NEEDED_OPTION("applicant", "NAME", "applicant_name", "who applies"),
    NEEDED_OPTION("phone", "NUMBER", "applicant_phone", "the applicant's phone number"),
    NEEDED_OPTION("email", "ADDRESS", "applicant_email", "the applicant's e-mail address"),
    TEXT_OPTION("contact", "NAME", "contact_name", "technical contact"),
    TEXT_OPTION("contact-phone", "NUMBER", "contact_phone", "the contact's phone number"),
    TEXT_OPTION("contact-email", "ADDRESS", "contact_email", "the contact's e-mail address"),
    TEXT_OPTION("company", "NAME", "company_name", "company; for OV and EV"),
    TEXT_OPTION("unit", "NAME", "company_unit", "department"),
    TEXT_OPTION("city", "NAME", "company_city", "city; for OV and EV"),
    TEXT_OPTION("province", "NAME", "company_province", "province; for OV and EV"),
    TEXT_OPTION("country", "CC", "country", "country code of two letters; for OV and EV"),
    TEXT_OPTION("csr", "FILE", NULL, "signing request, PEM; without one the service makes the key"),
    {.name = "auto-dns",
	.apply = ccm_option_flag,
	.field = "auto_dns_auth",
	.help = "put the record into Huawei Cloud DNS"},
    AGREE,
    {0},
};

static bool
add_csr(const struct ccm_args *args, struct ccm_error *err)
{
	const char *path = ccm_args_value(args, "csr");
	struct ccm_csr csr;
	bool ok;

	if (path == NULL)
		return true;
	if (!ccm_input_csr(path, &csr, err))
		return false;
	ok = ccm_json_add_string(args->request, "csr", ccm_buf_str(&csr.pem), err);
	ccm_csr_clear(&csr);
	return ok;
}

static bool
apply(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_act act = {.op = &ccm_scm_apply_certificate,
	    .verb = "apply for",
	    .done = "is applied for",
	    .field = "status",
	    .value = "CHECKING"};
	const struct ccm_target target = {&ccm_kind_ssl, args->operands[0], "PAID"};

	return add_csr(args, err) && ccm_act(tool, &act, &target, args->request, err);
}

const struct ccm_command ccm_command_ssl_apply = {
    .name = "ssl apply",
    .operands = "NAME|ID",
    .summary = "Apply for a certificate that was bought",
    .options = apply_options,
    .run = apply,
};
