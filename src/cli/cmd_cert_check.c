/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that can be known about whether a certificate is good, side by side. */
#include <inttypes.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "cli/cert_item.h"
#include "cli/checkup.h"
#include "cli/commands.h"
#include "cli/ocsp.h"
#include "core/clock.h"
#include "core/crypto.h"
#include "model/crl.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
#define ENDS_SOON_MS (30 * DAY_MS)

struct patient {
	struct ccm_tool *tool;
	const char *name;      /* NAME|ID */
	struct ccm_item *item; /* a reference */
	const struct ccm_cert *cert, *issuer;
	struct ccm_cert *const *chain;
	size_t chain_count;
};

/* Tokens show what is issued; here what was revoked is of interest as well. */
static bool
show_every_state(struct ccm_tool *tool, struct ccm_error *err)
{
	struct ccm_config *config = ccm_config_load(tool->config_file, err);

	for (size_t i = 0; config != NULL && i < config->token_count; i++) {
		ccm_free(config->tokens[i].status);
		config->tokens[i].status = ccm_strdup("*", err);
	}
	if (config == NULL || err->code != CCM_OK) {
		ccm_config_free(config);
		return false;
	}
	tool->model = ccm_model_new(config, NULL, err);
	return tool->model != NULL;
}

static bool
look_at_service(void *context, struct ccm_finding *finding, struct ccm_error *err)
{
	struct patient *patient = context;
	const char *status, *id;

	patient->item = ccm_item_named(patient->tool, patient->name, err);
	if (patient->item == NULL)
		return false;
	status = ccm_item_status(patient->item);
	id = ccm_item_resource_id(patient->item);
	if (strcasecmp(status, "REVOKED") == 0)
		return ccm_fail(err, CCM_CONFLICT, "%s is REVOKED", id);
	return ccm_buf_printf(
	    &finding->text, err, "%s is %s", id, *status != '\0' ? status : "there");
}

/* Needs the item, whatever the service says of its state. */
static bool
look_at_certificate(void *context, struct ccm_finding *finding, struct ccm_error *err)
{
	struct patient *patient = context;

	if (patient->item == NULL) {
		finding->verdict = CCM_SKIPPED;
		return ccm_buf_append_str(&finding->text, "needs: service", err);
	}
	patient->cert = ccm_item_certificate(patient->item, err);
	if (patient->cert == NULL ||
	    !ccm_item_chain(patient->item, &patient->chain, &patient->chain_count, err))
		return false;
	patient->issuer = patient->chain_count != 0 ? patient->chain[0] : patient->cert;
	return ccm_buf_printf(&finding->text, err, "%s, with %zu issuer%s",
	    ccm_cert_common_name(patient->cert), patient->chain_count,
	    patient->chain_count == 1 ? "" : "s");
}

static bool
look_at_dates(void *context, struct ccm_finding *finding, struct ccm_error *err)
{
	const struct patient *patient = context;
	int64_t now = ccm_clock_now_ms(), end = ccm_cert_not_after_ms(patient->cert);
	char when[20];

	ccm_clock_human(end, when);
	if (now > end)
		return ccm_fail(err, CCM_CONFLICT, "it ended %s UTC", when);
	if (now < ccm_cert_not_before_ms(patient->cert)) {
		ccm_clock_human(ccm_cert_not_before_ms(patient->cert), when);
		return ccm_fail(err, CCM_CONFLICT, "it begins %s UTC", when);
	}
	if (end - now < ENDS_SOON_MS) {
		finding->verdict = CCM_WARNING;
		finding->remedy = "it is time to renew it";
	}
	return ccm_buf_printf(
	    &finding->text, err, "until %s UTC, %" PRId64 " days", when, (end - now) / DAY_MS);
}

/* The last of the chain is trusted: whether it deserves it is what `ccm trust list` tells. */
static bool
verify_chain(const struct patient *patient, struct ccm_error *err)
{
	const struct ccm_cert *last =
	    patient->chain_count != 0 ? patient->chain[patient->chain_count - 1] : patient->cert;
	OSSL_LIB_CTX *library = ccm_crypto_context(err);
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx =
	    library != NULL ? X509_STORE_CTX_new_ex(library, CCM_CRYPTO_PROPERTIES) : NULL;
	STACK_OF(X509) *issuers = sk_X509_new_null();
	bool ok = store != NULL && ctx != NULL && issuers != NULL;

	for (size_t i = 0; ok && i < patient->chain_count; i++)
		ok = sk_X509_push(issuers, (X509 *)ccm_cert_x509(patient->chain[i])) > 0;
	ok = ok && X509_STORE_add_cert(store, (X509 *)ccm_cert_x509(last)) == 1 &&
	     X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) == 1 &&
	     X509_STORE_CTX_init(ctx, store, (X509 *)ccm_cert_x509(patient->cert), issuers) == 1;
	if (!ok)
		ccm_fail_openssl(err, "verifying the chain");
	else if (X509_verify_cert(ctx) != 1)
		ok = ccm_fail(err, CCM_CONFLICT, "%s",
		    X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
	sk_X509_free(issuers);
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	ERR_clear_error();
	return ok;
}

static bool
look_at_chain(void *context, struct ccm_finding *finding, struct ccm_error *err)
{
	const struct patient *patient = context;
	bool ok = verify_chain(patient, err);

	for (size_t i = 0; ok && i < patient->chain_count; i++)
		ok = ccm_buf_printf(&finding->text, err, "%s%s", i == 0 ? "by " : ", by ",
		    ccm_cert_common_name(patient->chain[i]));
	return ok &&
	       (patient->chain_count != 0 || ccm_buf_append_str(&finding->text, "by itself", err));
}

/* The first address of http or https among general names. */
static char *
first_url(const GENERAL_NAMES *names, struct ccm_error *err)
{
	for (int i = 0; names != NULL && i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		const ASN1_IA5STRING *uri =
		    name->type == GEN_URI ? name->d.uniformResourceIdentifier : NULL;

		if (uri != NULL &&
		    strncasecmp((const char *)ASN1_STRING_get0_data(uri), "http", 4) == 0)
			return ccm_strndup((const char *)ASN1_STRING_get0_data(uri),
			    (size_t)ASN1_STRING_length(uri), err);
	}
	return NULL;
}

static char *
crl_url(const struct ccm_cert *cert, struct ccm_error *err)
{
	STACK_OF(DIST_POINT) *points =
	    X509_get_ext_d2i(ccm_cert_x509(cert), NID_crl_distribution_points, NULL, NULL);
	char *url = NULL;

	for (int i = 0; url == NULL && points != NULL && i < sk_DIST_POINT_num(points); i++) {
		const DIST_POINT_NAME *name = sk_DIST_POINT_value(points, i)->distpoint;

		if (name != NULL && name->type == 0)
			url = first_url(name->name.fullname, err);
	}
	CRL_DIST_POINTS_free(points);
	return url;
}

static bool
judge_crl(struct ccm_crl *crl, const struct patient *patient, const char *url,
    struct ccm_finding *finding, struct ccm_error *err)
{
	int64_t next = ccm_crl_next_update_ms(crl);
	X509_REVOKED *entry = NULL;
	char when[20];

	if (X509_CRL_get0_by_cert(
		ccm_crl_x509(crl), &entry, (X509 *)ccm_cert_x509(patient->cert)) == 1)
		return ccm_fail(err, CCM_CONFLICT, "revoked, by the list of %s", url);
	if (next != 0 && next < ccm_clock_now_ms()) {
		ccm_clock_human(next, when);
		finding->verdict = CCM_WARNING;
		finding->remedy = "whoever runs the CA has to publish a new list";
		return ccm_buf_printf(
		    &finding->text, err, "not on the list of %s, which ended %s UTC", url, when);
	}
	return ccm_buf_printf(&finding->text, err, "not on the list of %s", url);
}

static bool
look_at_crl(void *context, struct ccm_finding *finding, struct ccm_error *err)
{
	const struct patient *patient = context;
	char *url = crl_url(patient->cert, err);
	struct ccm_buf bytes = {0};
	struct ccm_crl *crl = NULL;
	bool ok = false;

	if (url == NULL && err->code == CCM_OK) {
		finding->verdict = CCM_SKIPPED;
		return ccm_buf_append_str(&finding->text, "the certificate names no list", err);
	}
	if (url != NULL &&
	    ccm_client_fetch(ccm_model_client(patient->tool->model), url, &bytes, err))
		crl = ccm_crl_new(ccm_buf_span(&bytes), patient->issuer, err);
	if (crl != NULL)
		ok = judge_crl(crl, patient, url, finding, err);
	ccm_crl_unref(crl);
	ccm_buf_clear(&bytes);
	ccm_free(url);
	return ok;
}

static char *
responder_url(const struct ccm_cert *cert, struct ccm_error *err)
{
	STACK_OF(OPENSSL_STRING) *urls = X509_get1_ocsp((X509 *)ccm_cert_x509(cert));
	char *url = sk_OPENSSL_STRING_num(urls) > 0
			? ccm_strdup(sk_OPENSSL_STRING_value(urls, 0), err)
			: NULL;

	X509_email_free(urls);
	return url;
}

static bool
judge_ocsp(const struct ccm_ocsp_answer *answer, const char *url, struct ccm_finding *finding,
    struct ccm_error *err)
{
	if (answer->status == CCM_OCSP_REVOKED)
		return ccm_fail(err, CCM_CONFLICT, "revoked (%s), by %s",
		    answer->reason != NULL ? answer->reason : "no reason given", url);
	if (answer->status == CCM_OCSP_UNKNOWN) {
		finding->verdict = CCM_WARNING;
		return ccm_buf_printf(&finding->text, err, "%s does not know it", url);
	}
	return ccm_buf_printf(&finding->text, err, "good, by %s", url);
}

static bool
look_at_ocsp(void *context, struct ccm_finding *finding, struct ccm_error *err)
{
	const struct patient *patient = context;
	struct ccm_ocsp_question question = {NULL, patient->cert, patient->issuer};
	struct ccm_ocsp_answer answer;
	char *url = responder_url(patient->cert, err);
	bool ok;

	if (url == NULL && err->code == CCM_OK) {
		finding->verdict = CCM_SKIPPED;
		return ccm_buf_append_str(
		    &finding->text, "the certificate names no responder", err);
	}
	question.url = url;
	ok = url != NULL &&
	     ccm_ocsp_ask(ccm_model_client(patient->tool->model), &question, &answer, err) &&
	     judge_ocsp(&answer, url, finding, err);
	ccm_free(url);
	return ok;
}

static const struct ccm_checkup checkups[] = {
    {"service", NULL, look_at_service},
    {"certificate", NULL, look_at_certificate},
    {"dates", "certificate", look_at_dates},
    {"chain", "certificate", look_at_chain},
    {"CRL", "certificate", look_at_crl},
    {"OCSP", "certificate", look_at_ocsp},
};

static bool
check(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	struct patient patient = {.tool = tool, .name = args->operands[0]};
	const struct ccm_checkups all = {checkups, CCM_COUNT(checkups), &patient};
	bool ok = show_every_state(tool, err) && ccm_checkups_run(tool, &all, err);

	ccm_item_unref(patient.item);
	return ok;
}

const struct ccm_command ccm_command_cert_check = {
    .name = "cert check",
    .operands = "NAME|ID",
    .summary = "Tell whether a certificate is good, by all means",
    .details = "The service's word, the dates, the chain, the CRL and the OCSP responder that the\n"
	       "certificate names, side by side. SSL certificates as well.\n",
    .run = check,
};
