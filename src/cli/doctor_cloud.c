/* SPDX-License-Identifier: Apache-2.0 */
/* From the configuration to what the service lets one see. */
#include <inttypes.h>
#include <stdlib.h>

#include "cli/doctor.h"
#include "cloud/probe.h"
#include "core/clock.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
#define ENDS_SOON_MS (14 * DAY_MS)
#define CLOCK_WARNING_MS (INT64_C(60) * 1000)
#define CLOCK_LIMIT_MS (INT64_C(15) * 60 * 1000) /* of a signature (spec/huawei-auth.md 1) */

CCM_LOOK(configuration)
{
	struct ccm_patient *patient = context;
	struct ccm_model *model = ccm_tool_model(patient->tool, err);

	if (model == NULL)
		return false;
	patient->config = ccm_model_config(model);
	patient->http = ccm_http_curl_new(&patient->config->cloud, err);
	return patient->http != NULL &&
	       ccm_buf_printf(&finding->text, err, "%s: region %s, %zu token%s",
		   patient->config->source, patient->config->cloud.region,
		   ccm_model_token_count(model), ccm_model_token_count(model) == 1 ? "" : "s");
}

static bool
is_used(const struct ccm_config *config, enum ccm_service service)
{
	for (size_t i = 0; i < config->token_count; i++)
		if (config->tokens[i].service == service)
			return true;
	return service == CCM_IAM;
}

static bool
tell_certificate(const struct ccm_probe *probe, struct ccm_finding *finding, struct ccm_error *err)
{
	char when[20];

	if (probe->certificate_end_ms == 0)
		return true;
	if (probe->certificate_end_ms - ccm_clock_now_ms() < ENDS_SOON_MS) {
		finding->verdict = CCM_WARNING;
		finding->remedy = "whoever runs the endpoint has to renew its certificate";
	}
	ccm_clock_human(probe->certificate_end_ms, when);
	return ccm_buf_printf(&finding->text, err, "; its certificate ends %s UTC", when);
}

static bool
look_at_service(struct ccm_patient *patient, enum ccm_service service, struct ccm_finding *finding,
    struct ccm_error *err)
{
	const struct ccm_config *config = patient->config;
	const char *endpoint = config->cloud.endpoint[service];
	struct ccm_probe probe;

	if (!is_used(config, service)) {
		finding->verdict = CCM_SKIPPED;
		return ccm_buf_append_str(&finding->text, "no token is of it", err);
	}
	if (!ccm_probe_endpoint(patient->http, endpoint,
		ccm_clock_monotonic_ms() + config->cloud.timeout_ms, &probe, err))
		return false;
	if (probe.has_date && !patient->has_clock) {
		patient->has_clock = true;
		patient->ahead_ms = probe.ahead_ms;
	}
	return ccm_buf_printf(&finding->text, err, "%s answers", endpoint) &&
	       tell_certificate(&probe, finding, err);
}

CCM_LOOK(pca)
{
	struct ccm_patient *patient = context;

	return look_at_service(patient, CCM_PCA, finding, err);
}

CCM_LOOK(scm)
{
	struct ccm_patient *patient = context;

	return look_at_service(patient, CCM_SCM, finding, err);
}

CCM_LOOK(iam)
{
	struct ccm_patient *patient = context;

	return look_at_service(patient, CCM_IAM, finding, err);
}

CCM_LOOK(clock)
{
	struct ccm_patient *patient = context;
	int64_t off = llabs(patient->ahead_ms);
	const char *where = patient->ahead_ms < 0 ? "behind" : "ahead of";

	if (!patient->has_clock) {
		finding->verdict = CCM_SKIPPED;
		return ccm_buf_append_str(&finding->text, "no service told its time", err);
	}
	if (off > CLOCK_LIMIT_MS)
		return ccm_fail(err, CCM_AUTH,
		    "signature expired: the clock of this machine is %" PRId64
		    " min %s the service's",
		    off / 60000, where);
	if (off > CLOCK_WARNING_MS) {
		finding->verdict = CCM_WARNING;
		finding->remedy = "from 15 min on requests are refused: timedatectl set-ntp true";
	}
	return off == 0 ? ccm_buf_append_str(&finding->text, "as the service's", err)
			: ccm_buf_printf(&finding->text, err, "%" PRId64 " s %s the service's",
			      (off + 999) / 1000, where);
}

static const char *
text_of(const struct ccm_json *object, const char *member)
{
	const char *text = NULL;

	ccm_json_opt_string(object, member, &text, NULL);
	return text;
}

static bool
tell(struct ccm_finding *finding, const char *words, const char *text, struct ccm_error *err)
{
	return text == NULL || ccm_buf_printf(&finding->text, err, "%s%s", words, text);
}

CCM_LOOK(credentials)
{
	struct ccm_patient *patient = context;
	struct ccm_client *client = ccm_tool_client(patient->tool, err);
	struct ccm_json *identity = client != NULL ? ccm_client_login(client, err) : NULL;
	bool ok;

	if (identity == NULL)
		return false;
	ok = tell(finding, "", text_of(identity, "method"), err) &&
	     tell(finding, " from ", text_of(identity, "source"), err) &&
	     tell(finding, ", access key ", text_of(identity, "access_key"), err) &&
	     tell(finding, ", user ", text_of(identity, "user.name"), err) &&
	     tell(finding, ", account ", text_of(identity, "account.name"), err) &&
	     tell(finding, ", until ", text_of(identity, "expires_at"), err);
	ccm_json_free(identity);
	return ok;
}

#define FEW 10 /* the least that both services take */

/* A few of a list are enough to know whether it may be seen. */
static bool
look_at_list(struct ccm_patient *patient, const struct ccm_operation *op,
    struct ccm_finding *finding, struct ccm_error *err)
{
	struct ccm_json *request, *answer = NULL;
	bool ok;

	if (!is_used(patient->config, op->service)) {
		finding->verdict = CCM_SKIPPED;
		return ccm_buf_append_str(&finding->text, "no token is of it", err);
	}
	request = ccm_json_new_object(err);
	ok = request != NULL && ccm_json_add_int(request, "limit", FEW, err) &&
	     ccm_tool_call(patient->tool, op, request, &answer, err) &&
	     ccm_buf_append_str(&finding->text, "may be listed", err);
	ccm_json_free(request);
	ccm_json_free(answer);
	return ok;
}

CCM_LOOK(certificates)
{
	struct ccm_patient *patient = context;

	return look_at_list(patient, &ccm_pca_list_certificates, finding, err);
}

CCM_LOOK(ssl_certificates)
{
	struct ccm_patient *patient = context;

	return look_at_list(patient, &ccm_scm_list_certificates, finding, err);
}
