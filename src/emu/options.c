/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/seed.h"

#define DEFAULT_ACCESS_KEY "EMULATORACCESSKEY000:emulator-secret-key"
#define DEFAULT_BUCKET "emulator-crl"
#define DEFAULT_USER "emulator:emulator-password:emulator-account"

struct target {
	struct ccm_emu_options *options;
	struct ccm_emu *emulator;
};

/* One function an option; false with err set says what is wrong with the argument. */
typedef bool (*apply)(struct target *target, const char *argument, struct ccm_error *err);

static bool
parse_number(const char *text, int64_t min, int64_t max, int64_t *out, struct ccm_error *err)
{
	char *end;

	*out = strtoll(text, &end, 10);
	return (end != text && *end == '\0' && *out >= min && *out <= max) ||
	       ccm_fail(err, CCM_USAGE, "\"%s\" is not a number from %lld to %lld", text,
		   (long long)min, (long long)max);
}

static bool
parse_port(const char *text, uint16_t *out, struct ccm_error *err)
{
	int64_t port;

	if (!parse_number(text, 0, UINT16_MAX, &port, err))
		return false;
	*out = (uint16_t)port;
	return true;
}

static bool
parse_seconds(const char *text, int64_t min, int64_t *ms, struct ccm_error *err)
{
	int64_t seconds;

	if (!parse_number(text, min, 366 * 24 * 3600, &seconds, err))
		return false;
	*ms = seconds * 1000;
	return true;
}

static bool
set_port(struct target *target, const char *argument, struct ccm_error *err)
{
	return parse_port(argument, &target->options->port, err);
}

static bool
set_metadata_port(struct target *target, const char *argument, struct ccm_error *err)
{
	target->options->has_metadata = true;
	return parse_port(argument, &target->options->metadata_port, err);
}

static bool
set_metadata_mode(struct target *target, const char *argument, struct ccm_error *err)
{
	return ccm_emu_metadata_parse_mode(argument, &target->emulator->metadata.mode, err);
}

static bool
set_metadata_lifetime(struct target *target, const char *argument, struct ccm_error *err)
{
	return parse_seconds(argument, 1, &target->emulator->metadata.lifetime_ms, err);
}

static bool
set_obs_port(struct target *target, const char *argument, struct ccm_error *err)
{
	return parse_port(argument, &target->options->obs_port, err);
}

static bool
add_bucket(struct target *target, const char *argument, struct ccm_error *err)
{
	return ccm_emu_obs_add_bucket(&target->emulator->obs, argument, err);
}

static bool
set_crl_delay(struct target *target, const char *argument, struct ccm_error *err)
{
	return parse_seconds(argument, 0, &target->emulator->obs.crl_delay_ms, err);
}

static bool
set_crl_format(struct target *target, const char *argument, struct ccm_error *err)
{
	target->emulator->obs.crl_pem = strcmp(argument, "pem") == 0;
	return target->emulator->obs.crl_pem || strcmp(argument, "der") == 0 ||
	       ccm_fail(err, CCM_USAGE, "\"%s\" is neither der nor pem", argument);
}

static bool
set_data(struct target *target, const char *argument, struct ccm_error *err)
{
	target->options->data = argument;
	return argument[0] != '\0' || ccm_fail(err, CCM_USAGE, "the directory has no name");
}

static bool
set_tls_certificate(struct target *target, const char *argument, struct ccm_error *err)
{
	(void)err;
	target->options->tls_certificate = argument;
	return true;
}

static bool
set_tls_key(struct target *target, const char *argument, struct ccm_error *err)
{
	(void)err;
	target->options->tls_key = argument;
	return true;
}

static bool
add_user(struct target *target, const char *argument, struct ccm_error *err)
{
	return ccm_emu_account_add_user(&target->emulator->gate.account, argument, err);
}

static bool
add_access_key(struct target *target, const char *argument, struct ccm_error *err)
{
	return ccm_emu_account_add_key(&target->emulator->gate.account, argument, err);
}

static bool
add_temporary_key(struct target *target, const char *argument, struct ccm_error *err)
{
	return ccm_emu_account_add_temporary_key(&target->emulator->gate.account, argument, err);
}

static bool
add_project(struct target *target, const char *argument, struct ccm_error *err)
{
	return ccm_emu_account_add_project(&target->emulator->gate.account, argument, err);
}

static bool
set_security_token(struct target *target, const char *argument, struct ccm_error *err)
{
	struct ccm_emu_gate *gate = &target->emulator->gate;

	ccm_free(gate->security_token);
	gate->security_token = ccm_strdup(argument, err);
	return gate->security_token != NULL;
}

static bool
set_token_lifetime(struct target *target, const char *argument, struct ccm_error *err)
{
	return parse_seconds(argument, 1, &target->emulator->gate.token_lifetime_ms, err);
}

static bool
set_clock_offset(struct target *target, const char *argument, struct ccm_error *err)
{
	static const int64_t century = INT64_C(100) * 366 * 24 * 3600;
	int64_t seconds;

	if (!parse_number(argument, -century, century, &seconds, err))
		return false;
	target->options->clock_offset_ms = seconds * 1000;
	return true;
}

static bool
set_errors(struct target *target, const char *argument, struct ccm_error *err)
{
	target->emulator->live_errors = strcmp(argument, "live") == 0;
	return target->emulator->live_errors || strcmp(argument, "seed") == 0 ||
	       ccm_fail(err, CCM_USAGE, "\"%s\" is neither seed nor live", argument);
}

static bool
set_tag_paging(struct target *target, const char *argument, struct ccm_error *err)
{
	target->emulator->tag_paging = strcmp(argument, "honour") == 0;
	return target->emulator->tag_paging || strcmp(argument, "ignore") == 0 ||
	       ccm_fail(err, CCM_USAGE, "\"%s\" is neither ignore nor honour", argument);
}

static bool
add_fault(struct target *target, const char *argument, struct ccm_error *err)
{
	return ccm_emu_faults_add(&target->emulator->faults, argument, err);
}

static bool
set_seed_certificates(struct target *target, const char *argument, struct ccm_error *err)
{
	return parse_number(
	    argument, 1, CCM_EMU_SEED_MAX, &target->options->seed_certificates, err);
}

static bool
set_control(struct target *target, const char *argument, struct ccm_error *err)
{
	target->options->control = argument;
	return argument[0] != '\0' || ccm_fail(err, CCM_USAGE, "the FIFO has no name");
}

static bool
set_latency(struct target *target, const char *argument, struct ccm_error *err)
{
	return parse_number(argument, 0, 3600 * 1000, &target->emulator->latency_ms, err);
}

static bool
set_ssl_review(struct target *target, const char *argument, struct ccm_error *err)
{
	return parse_seconds(argument, 0, &target->emulator->ssl_review_ms, err);
}

static bool
set_log(struct target *target, const char *argument, struct ccm_error *err)
{
	(void)err;
	target->options->log = argument;
	return true;
}

static bool
set_ca_quota(struct target *target, const char *argument, struct ccm_error *err)
{
	return parse_number(argument, 0, INT32_MAX, &target->emulator->site.ca_quota, err);
}

static bool
set_certificate_quota(struct target *target, const char *argument, struct ccm_error *err)
{
	return parse_number(argument, 0, INT32_MAX, &target->emulator->site.certificate_quota, err);
}

static bool
set_site(struct target *target, const char *argument, struct ccm_error *err)
{
	target->emulator->site.mainland = strcmp(argument, "cn") == 0;
	return target->emulator->site.mainland || strcmp(argument, "intl") == 0 ||
	       ccm_fail(err, CCM_USAGE, "\"%s\" is neither intl nor cn", argument);
}

static bool
add_hsm_cluster(struct target *target, const char *argument, struct ccm_error *err)
{
	if (!ccm_emu_is_uuid(argument))
		return ccm_fail(err, CCM_USAGE, "\"%s\" is no UUID", argument);
	return ccm_emu_site_add_hsm_cluster(&target->emulator->site, argument, err);
}

static bool
add_frozen(struct target *target, const char *argument, struct ccm_error *err)
{
	return ccm_emu_site_add_frozen(&target->emulator->site, argument, err);
}

static bool
set_help(struct target *target, const char *argument, struct ccm_error *err)
{
	(void)argument;
	(void)err;
	return target->options->help = true;
}

static bool
set_version(struct target *target, const char *argument, struct ccm_error *err)
{
	(void)argument;
	(void)err;
	return target->options->version = true;
}

static const struct {
	const char *name, *argument;
	apply apply;
	const char *help;
} rows[] = {
    {"port", "N", set_port, "port on 127.0.0.1; 0, the default, takes a free one"},
    {"data", "DIR", set_data,
	"keep everything in DIR: CAs, certificates, tokens, the TLS CA, and\n"
	"their private keys, unencrypted. Without it all is gone at the end"},
    {"tls-cert", "FILE", set_tls_certificate,
	"PEM certificate (and chain) to show instead of the emulator's own"},
    {"tls-key", "FILE", set_tls_key, "its PEM private key"},
    {"user", "NAME:PASSWORD:DOMAIN[:ROLE,..]", add_user,
	"who may get tokens (" DEFAULT_USER "), with the roles\n"
	"secu_admin, te_admin, te_agency, readonly (all but the last); may be repeated.\n"
	"Access keys belong to the first one"},
    {"access-key", "AK:SK", add_access_key,
	"who may sign requests (" DEFAULT_ACCESS_KEY ");\nmay be repeated"},
    {"temporary-key", "AK:SK:TOKEN[:SECONDS]", add_temporary_key,
	"the same with a temporary key, its security token, and how long it is valid\n"
	"(for ever); may be repeated"},
    {"project", "NAME", add_project, "a project (" CCM_EMU_PROJECT_NAME "); may be repeated"},
    {"security-token", "TOKEN", set_security_token,
	"X-Security-Token that signed requests must carry (none)"},
    {"token-lifetime", "SECONDS", set_token_lifetime, "how long a token is valid (86400)"},
    {"metadata-port", "N", set_metadata_port,
	"be the metadata service of an ECS, too, over plain HTTP on this port of\n"
	"127.0.0.1 (0: a free one); before the line above comes\n"
	"  metadata http://127.0.0.1:PORT"},
    {"metadata-mode", "MODE", set_metadata_mode,
	"its tokens are given (open, the default), asked for (token), or there are\n"
	"none (plain); with none, the ECS has no agency"},
    {"metadata-lifetime", "SECONDS", set_metadata_lifetime, "how long its keys are valid (86400)"},
    {"clock-offset", "SECONDS", set_clock_offset,
	"how far the clock is ahead (0); may be negative"},
    {"errors", "seed|live", set_errors,
	"codes as the API reference has them (seed), or as the live service\nanswers them (live)"},
    {"site", "intl|cn", set_site,
	"international (intl), or on the Chinese mainland (cn), where SM2 and SM3\n"
	"are to be had"},
    {"ca-quota", "N", set_ca_quota, "how many CAs there may be (100)"},
    {"certificate-quota", "N", set_certificate_quota,
	"how many private certificates there may be (100000)"},
    {"hsm-cluster", "ID", add_hsm_cluster,
	"a Dedicated HSM cluster of the account (any will do); may be repeated"},
    {"freeze", "ID|NAME", add_frozen,
	"the CA or certificate of this id or common name is frozen;\nmay be repeated"},
    {"obs-port", "N", set_obs_port,
	"port on 127.0.0.1 where the account's buckets can be read by plain HTTP; 0, the\n"
	"default, takes a free one"},
    {"bucket", "NAME[:private]", add_bucket,
	"a bucket of the account, for CRLs (" DEFAULT_BUCKET "); nobody reads from a private\n"
	"one; may be repeated"},
    {"crl-delay", "SECONDS", set_crl_delay, "how long a revocation is in no CRL yet (0)"},
    {"crl-format", "der|pem", set_crl_format, "how CRLs are written (der)"},
    {"tag-paging", "ignore|honour", set_tag_paging,
	"what offset does in searches by tags: nothing, as in the live service, so that\n"
	"only the first page can be had (ignore), or what it should"},
    {"fault", "OPERATION:KIND[:COUNT]", add_fault,
	"go wrong in calls of OPERATION, such as pca_get_ca, or * for any;\n"
	"COUNT times (for ever); may be repeated. Kinds are below"},
    {"seed-certs", "N", set_seed_certificates,
	"fill the account with N certificates, seed-000001.example.com and so\n"
	"on, issued by the CA \"CCM Seed Root\"; all have the same key pair. One in\n"
	"50 is revoked, another one has expired. 100000 at most, the quota; with\n"
	"--data only those are made that are not there yet"},
    {"control", "FIFO", set_control,
	"where to take more faults from, while running: see ccm-emulator fault\n"
	"--help (the file control beside the CA file)"},
    {"latency", "MS", set_latency, "wait before each answer (0)"},
    {"ssl-review", "SECONDS", set_ssl_review,
	"how long an application for an SSL certificate, or its withdrawal, is\n"
	"under review (0: until it is read next). Then it is granted, or rejected\n"
	"(UNPASSED) for a name under .invalid; what is granted for a name that\n"
	"begins with \"revoked.\" is revoked at once. Pushing to a region whose\n"
	"name begins with \"fail-\" fails, as does deploying to a resource whose\n"
	"id or domain begins with \"fail\" or \"dead\""},
    {"log", "FILE", set_log,
	"append one line for each exchange:\nTIME OPERATION METHOD PATH?QUERY STATUS ERROR-CODE"},
    {"help", NULL, set_help, "show this"},
    {"version", NULL, set_version, "show the version"},
};
#define ROWS CCM_COUNT(rows)

static void
print_row(size_t index)
{
	const char *at = rows[index].help;

	printf("  --%s%s%s\n", rows[index].name, rows[index].argument != NULL ? " " : "",
	    rows[index].argument != NULL ? rows[index].argument : "");
	while (*at != '\0') {
		size_t len = strcspn(at, "\n");

		printf("        %.*s\n", (int)len, at);
		at += len + (at[len] == '\n');
	}
}

bool
ccm_emu_options_print_help(void)
{
	printf("usage: ccm-emulator [option]...\n"
	       "       ccm-emulator fault --control FIFO [--clear] [FAULT]...\n\n"
	       "A Cloud Certificate Manager to test against: the PCA, SCM and IAM calls of the CCM "
	       "API\n"
	       "over HTTPS on 127.0.0.1, with real X.509 certificates, real states and real\n"
	       "authentication. When it accepts connections, it prints\n\n"
	       "  obs http://127.0.0.1:PORT\n"
	       "  ready https://127.0.0.1:PORT /path/to/ca.pem\n\n"
	       "where the file holds the CA to verify its TLS certificate with. SIGTERM or SIGINT\n"
	       "ends it. It is no place for keys that matter.\n\noptions:\n");
	for (size_t i = 0; i < ROWS; i++)
		print_row(i);
	printf("\nkinds of faults:\n");
	for (size_t i = 0; ccm_emu_fault_help(i) != NULL; i++)
		printf("  %s\n", ccm_emu_fault_help(i));
	printf("\nMessages about the emulator itself: CCM_LOG=emu:debug.\n");
	return fflush(stdout) == 0;
}

static bool
apply_defaults(struct ccm_emu *emulator, struct ccm_error *err)
{
	struct ccm_emu_account *account = &emulator->gate.account;

	return (account->user_count != 0 || ccm_emu_account_add_user(account, DEFAULT_USER, err)) &&
	       (account->key_count != 0 ||
		   ccm_emu_account_add_key(account, DEFAULT_ACCESS_KEY, err)) &&
	       (account->project_count != 0 ||
		   ccm_emu_account_add_project(account, CCM_EMU_PROJECT_NAME, err)) &&
	       (emulator->obs.bucket_count != 0 ||
		   ccm_emu_obs_add_bucket(&emulator->obs, DEFAULT_BUCKET, err));
}

/* getopt_long tells which row by its index; "?" and ":" are its own. */
static bool
apply_option(int code, int index, char **argv, struct target *target, struct ccm_error *err)
{
	if (code == '?')
		return ccm_fail(err, CCM_USAGE, "there is no option %s", argv[optind - 1]);
	if (code == ':')
		return ccm_fail(err, CCM_USAGE, "%s needs an argument", argv[optind - 1]);
	return rows[index].apply(target, optarg, err) ||
	       ccm_error_context(err, "--%s", rows[index].name);
}

static bool
check_together(const struct ccm_emu_options *options, int argc, char **argv, struct ccm_error *err)
{
	if (optind < argc)
		return ccm_fail(err, CCM_USAGE, "unexpected argument \"%s\"", argv[optind]);
	if ((options->tls_certificate == NULL) != (options->tls_key == NULL))
		return ccm_fail(err, CCM_USAGE, "--tls-cert and --tls-key go together");
	return true;
}

bool
ccm_emu_options_parse(int argc, char **argv, struct ccm_emu_options *out, struct ccm_emu *emulator,
    struct ccm_error *err)
{
	struct option long_options[ROWS + 1] = {{0}};
	struct target target = {out, emulator};
	int code, index = 0;

	*out = (struct ccm_emu_options){0};
	for (size_t i = 0; i < ROWS; i++) {
		long_options[i].name = rows[i].name;
		long_options[i].has_arg =
		    rows[i].argument != NULL ? required_argument : no_argument;
	}
	opterr = 0;
	while ((code = getopt_long(argc, argv, ":", long_options, &index)) != -1)
		if (!apply_option(code, index, argv, &target, err))
			return false;
	return check_together(out, argc, argv, err) && apply_defaults(emulator, err);
}
