/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/create.h"
#include "cli/issue.h"
#include "cli/subject.h"

#include <string.h>

/* RFC 5280 4.2.1.3, as the service spells them. */
static const struct ccm_choice usages[] = {
    {"digitalSignature", "digitalSignature"},
    {"nonRepudiation", "nonRepudiation"},
    {"keyEncipherment", "keyEncipherment"},
    {"dataEncipherment", "dataEncipherment"},
    {"keyAgreement", "keyAgreement"},
    {"keyCertSign", "keyCertSign"},
    {"cRLSign", "cRLSign"},
    {"encipherOnly", "encipherOnly"},
    {"decipherOnly", "decipherOnly"},
    {0},
};

static const struct ccm_option options[] = {
    {.name = "ca",
	.apply = ccm_option_text,
	.placeholder = "NAME|ID",
	.required = true,
	.help = "issuing CA"},
    {.name = "name",
	.apply = ccm_option_text,
	.placeholder = "CN",
	.field = "distinguished_name.common_name",
	.required = true,
	.help = "common name"},
    {.name = "server",
	.apply = ccm_option_flag,
	.field = "extended_key_usage.server_auth",
	.help = "for a TLS server"},
    {.name = "client",
	.apply = ccm_option_flag,
	.field = "extended_key_usage.client_auth",
	.help = "for a TLS client"},
    {.name = "code-signing",
	.apply = ccm_option_flag,
	.field = "extended_key_usage.code_signing",
	.help = "for signing programs"},
    {.name = "email-protection",
	.apply = ccm_option_flag,
	.field = "extended_key_usage.email_protection",
	.help = "for S/MIME"},
    {.name = "time-stamping",
	.apply = ccm_option_flag,
	.field = "extended_key_usage.time_stamping",
	.help = "for a time stamping authority"},
    {.name = "smart-card-logon",
	.apply = ccm_option_flag,
	.field = "extended_key_usage.smart_card_logon",
	.help = "for logging in with a smart card"},
    {.name = "san",
	.apply = ccm_option_san,
	.placeholder = "KIND:NAME",
	.field = "subject_alternative_names",
	.repeated = true,
	.help = "alternative name of kind dns, ip, email, uri, upn; any number of times"},
    {.name = "usage",
	.apply = ccm_option_choices,
	.choices = usages,
	.placeholder = "USAGE,...",
	.field = "key_usages",
	.repeated = true,
	.help = "key usages as in RFC 5280; with --server and --client those of TLS"},
    {.name = "key",
	.apply = ccm_option_choice,
	.choices = ccm_choices_key,
	.field = "key_algorithm",
	.help = "kind of key; the CA's"},
    {.name = "hash",
	.apply = ccm_option_choice,
	.choices = ccm_choices_hash,
	.field = "signature_algorithm",
	.help = "hash that the CA signs with; the CA's own"},
    {.name = "validity",
	.apply = ccm_option_period,
	.placeholder = "TIME",
	.field = "validity",
	.help = "such as 1y, 6m, 90d, 12h; 1y"},
    {.name = "hsm",
	.apply = ccm_option_text,
	.placeholder = "ID",
	.help = "make the key in this cluster, which has its [hsm ID]"},
    {.name = "local",
	.apply = ccm_option_flag,
	.help = "make the key in the keystore, where it stays"},
    CCM_OPTIONS_SUBJECT("; the CA's"),
    {0},
};

static const struct ccm_relation relations[] = {
    {"local", CCM_EXCLUDES, "hsm", NULL},
    {0},
};

static bool
is_for_tls(const struct ccm_args *args)
{
	return ccm_args_has(args, "server") || ccm_args_has(args, "client");
}

/* TLS signs; with RSA before version 1.3 it may decrypt as well. */
static bool
default_usages(const struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_option usage = {.field = "key_usages", .choices = usages};
	const char *key = "";

	if (!is_for_tls(args) || ccm_args_has(args, "usage"))
		return true;
	ccm_json_as_string(ccm_json_get(args->request, "key_algorithm"), &key);
	return ccm_option_choices(&usage,
	    strncmp(key, "RSA", 3) == 0 ? "digitalSignature,keyEncipherment" : "digitalSignature",
	    args->request, err);
}

/* Clients look for the server's name among the alternative ones only (RFC 6125 6.4.4). */
static bool
default_san(const struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_option san = {.field = "subject_alternative_names"};
	const char *name = ccm_args_value(args, "name"), *type, *value;

	if (!ccm_args_has(args, "server") || ccm_args_has(args, "san"))
		return true;
	if (ccm_san_parse(name, &type, &value, NULL) && value == name && strcmp(type, "EMAIL") != 0)
		return ccm_option_san(&san, name, args->request, err);
	return ccm_fail(
	    err, CCM_USAGE, "--server: \"%s\" is no host name; --san gives the server's", name);
}

static bool
complete(struct ccm_args *args, const struct ccm_json *ca, struct ccm_error *err)
{
	struct ccm_json *request = args->request;
	char id[64];

	return ccm_object_id(&ccm_kind_ca, ca, id, err) &&
	       ccm_json_add_string(request, "issuer_id", id, err) &&
	       ccm_key_default(request, ca, err) && ccm_hash_default(request, ca, err) &&
	       ccm_validity_default(request, "1y", err) && default_usages(args, err);
}

/* The service takes a CSR's subject as it is. */
static bool
issue_in_hsm(struct ccm_tool *tool, const struct ccm_args *args, const struct ccm_json *ca,
    struct ccm_error *err)
{
	return ccm_subject_inherit(args->request, ca, err) &&
	       ccm_issue_in_hsm(tool, ccm_args_value(args, "hsm"), args->request, err);
}

static bool
issue_in_keystore(struct ccm_tool *tool, const struct ccm_args *args, const struct ccm_json *ca,
    struct ccm_error *err)
{
	return ccm_subject_inherit(args->request, ca, err) &&
	       ccm_issue_in_keystore(tool, args->request, err);
}

static bool
issue_where_asked(
    struct ccm_tool *tool, struct ccm_args *args, const struct ccm_json *ca, struct ccm_error *err)
{
	if (ccm_args_has(args, "hsm"))
		return issue_in_hsm(tool, args, ca, err);
	return ccm_args_has(args, "local")
		   ? issue_in_keystore(tool, args, ca, err)
		   : ccm_create(tool, &ccm_kind_certificate, args->request, err);
}

static bool
issue(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_target target = {&ccm_kind_ca, ccm_args_value(args, "ca"), "ACTIVED"};
	struct ccm_json *ca = NULL;
	bool ok;

	ok = default_san(args, err) && ccm_resolve(tool, &target, &ca, err) &&
	     complete(args, ca, err) && issue_where_asked(tool, args, ca, err);
	if (!ok)
		ccm_note_state(tool, &target, ca, err);
	ccm_json_free(ca);
	return ok;
}

const struct ccm_command ccm_command_cert_issue = {
    .name = "cert issue",
    .operands = "",
    .summary = "Issue a certificate and print its id",
    .details =
	"\nThe service makes the key; with --local it is made in the keystore, with --hsm in the\n"
	"cluster, and stays there. A run of either that was interrupted is gone on with by the\n"
	"same command: what was issued is adopted. With --server\n"
	"the common name becomes an alternative name unless --san is given; --server and\n"
	"--client bring the key usages that TLS needs. Parts of the subject, key and hash are\n"
	"the CA's where they are left out.\n",
    .options = options,
    .relations = relations,
    .run = issue,
};
