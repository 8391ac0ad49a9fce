/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cloud/sign.h"
#include "core/crypto.h"
#include "core/log.h"
#include "emu/scm_refusal.h"

static const struct {
	int status;
	const char *code, *text;
} refusals[] = {
    [CCM_EMU_REFUSE_PARAMETER] = {400, "PCA.00020001", "Incorrect parameter."},
    [CCM_EMU_REFUSE_NAME] = {400, "PCA.00020101", "Incorrect certificate distinguished name."},
    [CCM_EMU_REFUSE_KEY_ALGORITHM] = {400, "PCA.00020102",
	"Invalid key algorithm. Only RSA2048, RSA4096, EC256, and EC384 are supported."},
    [CCM_EMU_REFUSE_HASH] = {400, "PCA.00020103",
	"Invalid signature hash algorithm. Only SHA256, SHA384, and SHA512 are supported."},
    [CCM_EMU_REFUSE_VALIDITY] = {400, "PCA.00020109",
	"Invalid validity period type or value. Only year, month, or day supported."},
    [CCM_EMU_REFUSE_DOMAIN] = {400, "PCA.00020110", "Incorrect domain name."},
    [CCM_EMU_REFUSE_ADDRESS] = {400, "PCA.00020111", "Invalid IP. Enter an IPv4 address."},
    [CCM_EMU_REFUSE_SAN_TYPE] = {400, "PCA.00020112",
	"Invalid alternative name type of the certificate subject. Enter an IP or DNS."},
    [CCM_EMU_REFUSE_CA_ID] = {400, "PCA.00020201",
	"Invalid CA ID. Valid CA IDs use a hexadecimal xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx "
	"format."},
    [CCM_EMU_REFUSE_CA_TYPE] = {400, "PCA.00020202",
	"Invalid CA type. Only root CA and subordinate CA are supported."},
    [CCM_EMU_REFUSE_PATH_LENGTH] = {400, "PCA.00020203",
	"Invalid CA path length. The value range is [0, 6]."},
    [CCM_EMU_REFUSE_CRL] = {400, "PCA.00020204", "Invalid CRL configuration."},
    [CCM_EMU_REFUSE_CERTIFICATE_ID] = {400, "PCA.00020301",
	"Invalid certificate ID. Valid certificate IDs use a hexadecimal "
	"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx format."},
    [CCM_EMU_REFUSE_CSR] = {400, "PCA.00020401", "Incorrect certificate signature request."},
    [CCM_EMU_REFUSE_CERTIFICATE] = {400, "PCA.00020402",
	"Incorrect certificate. Please contact technical support."},
    [CCM_EMU_REFUSE_CHAIN] = {400, "PCA.00020403", "Incorrect certificate chain."},
    [CCM_EMU_REFUSE_STATUS_FILTER] = {400, "PCA.00020404",
	"Invalid status. The status can only be Pending activation, Activated, Disabled, Pending "
	"deletion, or Expired."},
    [CCM_EMU_REFUSE_TOKEN] = {401, "PCA.00010001", "Incorrect X-Auth-Token in the request header."},
    [CCM_EMU_REFUSE_PERMISSION] = {401, "PCA.00010004",
	"Insufficient permissions. Contact administrator."},
    [CCM_EMU_REFUSE_BUCKETS] = {403, "PCA.00000006",
	"Obtaining OBS buckets failed. Please contact technical support."},
    [CCM_EMU_REFUSE_QUOTA] = {403, "PCA.00030001", "CA or certificate quantity exceeds quota."},
    [CCM_EMU_REFUSE_STATE] = {403, "PCA.00030201", "Operation not allowed in the current status."},
    [CCM_EMU_REFUSE_FROZEN] = {403, "PCA.00030202",
	"CA or certificate frozen. Contact administrator."},
    [CCM_EMU_REFUSE_KEY_MISMATCH] = {403, "PCA.00030301",
	"Certificate public key and private key does not match."},
    [CCM_EMU_REFUSE_NOT_FOUND] = {404, "PCA.00030102", "CA or certificate is not found."},
    [CCM_EMU_REFUSE_ISSUER] = {404, "PCA.00030103", "Issuer CA is not found"},
    [CCM_EMU_REFUSE_INTERNAL] = {500, "PCA.00000001",
	"Unknown error. Please contact technical support."},
};

/* What the live service answers instead. */
static const struct {
	const char *seed;
	int status;
	const char *code;
} live_codes[] = {
    {"PCA.00010001", 401, "APIGW.0301"},
    {"PCA.00030102", 400, "PCA.10010002"},
    {"PCA.00020201", 400, "PCA.10010105"},
    {"PCA.00020301", 400, "PCA.10010105"},
};

static const struct {
	int status;
	const char *text;
} status_texts[] = {
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {413, "Request Entity Too Large"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
};

const char *
ccm_emu_status_text(int status)
{
	for (size_t i = 0; i < CCM_COUNT(status_texts); i++)
		if (status_texts[i].status == status)
			return status_texts[i].text;
	return "Error";
}

bool
ccm_emu_answer_init(struct ccm_emu_answer *answer, struct ccm_error *err)
{
	unsigned char id[16] = {0};
	bool ok = ccm_random(id, sizeof(id), err);

	*answer =
	    (struct ccm_emu_answer){.content_type = "application/json", .body = {.secret = true}};
	ccm_hex(id, sizeof(id), answer->request_id);
	return ok;
}

void
ccm_emu_answer_clear(struct ccm_emu_answer *answer)
{
	ccm_free(answer->subject_token);
	ccm_free(answer->disposition);
	ccm_json_free(answer->json);
	ccm_buf_clear(&answer->body);
	*answer = (struct ccm_emu_answer){0};
}

/* Refusing */

static bool
refuse(struct ccm_error *err, int status, const char *code, const char *msg)
{
	if (err->code != CCM_OK)
		return false;
	ccm_fail(err, CCM_USAGE, "%s", msg);
	err->http_status = status;
	snprintf(err->api_code, sizeof(err->api_code), "%s", code);
	return false;
}

bool
ccm_emu_refuse(struct ccm_error *err, enum ccm_emu_refusal refusal, const char *fmt, ...)
{
	char detail[768], msg[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(detail, sizeof(detail), fmt, args);
	va_end(args);
	snprintf(msg, sizeof(msg), "%s (%s)", refusals[refusal].text, detail);
	return refuse(err, refusals[refusal].status, refusals[refusal].code, msg);
}

bool
ccm_emu_refuse_gateway(struct ccm_error *err, int status, const char *code, const char *fmt, ...)
{
	char msg[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(msg, sizeof(msg), fmt, args);
	va_end(args);
	return refuse(err, status, code, msg);
}

bool
ccm_emu_refuse_iam(struct ccm_error *err, int status, const char *fmt, ...)
{
	char msg[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(msg, sizeof(msg), fmt, args);
	va_end(args);
	return refuse(err, status, "", msg);
}

/* Answering a refusal */

static bool
keystone_body(struct ccm_json *json, const struct ccm_error *cause, struct ccm_error *err)
{
	return ccm_json_add_string(json, "error.message", cause->msg, err) &&
	       ccm_json_add_int(json, "error.code", cause->http_status, err) &&
	       ccm_json_add_string(
		   json, "error.title", ccm_emu_status_text(cause->http_status), err);
}

static bool
flat_body(struct ccm_emu_answer *answer, const struct ccm_error *cause, struct ccm_error *err)
{
	bool gateway = strncmp(cause->api_code, "APIGW.", 6) == 0;

	return ccm_json_add_string(answer->json, "error_code", cause->api_code, err) &&
	       ccm_json_add_string(answer->json, "error_msg", cause->msg, err) &&
	       (!gateway ||
		   ccm_json_add_string(answer->json, "request_id", answer->request_id, err));
}

static void
make_live(struct ccm_error *cause)
{
	for (size_t i = 0; i < CCM_COUNT(live_codes); i++) {
		if (strcmp(cause->api_code, live_codes[i].seed) != 0)
			continue;
		cause->http_status = live_codes[i].status;
		snprintf(cause->api_code, sizeof(cause->api_code), "%s", live_codes[i].code);
		return;
	}
}

void
ccm_emu_answer_fail(struct ccm_emu_answer *answer, enum ccm_service service, bool live,
    const struct ccm_error *cause)
{
	struct ccm_error shown = *cause, err = {0};
	bool ok;

	if (shown.http_status == 0) {
		ccm_log_failure(CCM_LOG_EMU, "answering 500", cause);
		shown = (struct ccm_error){0};
		ccm_emu_refuse(&shown, CCM_EMU_REFUSE_INTERNAL, "%s", cause->msg);
		if (service == CCM_IAM)
			shown.api_code[0] = '\0';
	}
	if (live)
		make_live(&shown);
	if (service == CCM_SCM)
		ccm_emu_scm_translate(&shown);
	ccm_json_free(answer->json);
	ccm_buf_clear(&answer->body);
	answer->content_type = "application/json";
	answer->status = shown.http_status;
	snprintf(answer->error_code, sizeof(answer->error_code), "%s", shown.api_code);
	answer->json = ccm_json_new_object(&err);
	ok = answer->json != NULL &&
	     (shown.api_code[0] == '\0' ? keystone_body(answer->json, &shown, &err)
					: flat_body(answer, &shown, &err));
	if (!ok)
		ccm_log_failure(CCM_LOG_EMU, "writing an error", &err);
}

/* The name twice, as RFC 6266 advises: in ASCII for old clients, then as it is. */
bool
ccm_emu_answer_file(struct ccm_emu_answer *answer, const char *name, struct ccm_error *err)
{
	struct ccm_buf header = {0};
	bool ok = ccm_buf_append_str(&header, "attachment; filename=\"", err);

	for (const char *at = name; *at != '\0' && ok; at++) {
		bool plain = *at >= ' ' && *at < 0x7f && strchr("\"\\/%*:", *at) == NULL;

		ok = ccm_buf_append(&header, plain ? at : "_", 1, err);
	}
	ok = ok && ccm_buf_append_str(&header, "\"; filename*=UTF-8''", err) &&
	     ccm_percent_encode(name, false, &header, err);
	if (ok)
		answer->disposition = ccm_buf_steal(&header, err);
	ccm_buf_clear(&header);
	answer->content_type = "application/octet-stream";
	return answer->disposition != NULL;
}

bool
ccm_emu_answer_print(struct ccm_emu_answer *answer, struct ccm_error *err)
{
	return answer->json == NULL || ccm_json_print(answer->json, false, &answer->body, err);
}
