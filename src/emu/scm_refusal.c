/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/scm_refusal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "emu/answer.h"

static const struct {
	int status;
	const char *code, *text;
} refusals[] = {
    [CCM_EMU_SCM_PARAMETER] = {400, "SCM.0005", "Incorrect request parameter."},
    [CCM_EMU_SCM_CERTIFICATE] = {400, "SCM.0006",
	"The uploaded certificate failed to be resolved. Ensure that the uploaded certificate has "
	"been issued."},
    [CCM_EMU_SCM_ID] = {400, "SCM.0008", "Abnormal certificate ID"},
    [CCM_EMU_SCM_NO_DOMAIN] = {400, "SCM.0009",
	"Failed to upload the certificate because no domain name is bound to the certificate."},
    [CCM_EMU_SCM_STATE] = {400, "SCM.0010",
	"This operation is not allowed by the current certificate type or status."},
    [CCM_EMU_SCM_FREE_QUOTA] = {400, "SCM.0011",
	"The max number of free certificates for the current user has been reached, and you cannot "
	"continue to purchase free certificates."},
    [CCM_EMU_SCM_KEY] = {400, "SCM.0012",
	"The uploaded private key failed to be resolved. Ensure that the certificate has been "
	"issued."},
    [CCM_EMU_SCM_CHAIN] = {500, "SCM.0013",
	"The uploaded certificate chain failed to be resolved. Ensure that the certificate has "
	"been issued."},
    [CCM_EMU_SCM_KEY_MISMATCH] = {400, "SCM.0014",
	"The uploaded certificate does not match the private key."},
    [CCM_EMU_SCM_DOMAINS] = {400, "SCM.0015",
	"The number or format of domain names entered does not meet the requirements of the your "
	"certificate."},
    [CCM_EMU_SCM_SERVICE] = {400, "SCM.0030", "Certificates cannot be pushed to this service."},
    [CCM_EMU_SCM_NAME] = {400, "SCM.0032", "Incorrect certificate name."},
    [CCM_EMU_SCM_CSR_NO_DOMAIN] = {400, "SCM.0033", "Csr not bind domain."},
    [CCM_EMU_SCM_CSR] = {400, "SCM.0034", "Csr parse error."},
    [CCM_EMU_SCM_CSR_MISMATCH] = {400, "SCM.0035", "Csr domain not match input domain."},
    [CCM_EMU_SCM_DOMAIN_NUMBER] = {400, "SCM.0036", "Domain number not match product."},
    [CCM_EMU_SCM_EXPIRED] = {400, "SCM.0042", "Cert has expired."},
    [CCM_EMU_SCM_BRAND] = {400, "SCM.0049", "Cert brand error."},
    [CCM_EMU_SCM_TYPE] = {400, "SCM.0050", "Cert type error."},
    [CCM_EMU_SCM_DOMAIN_TYPE] = {400, "SCM.0051", "Domain type error."},
    [CCM_EMU_SCM_EFFECTIVE_TIME] = {400, "SCM.0052", "Cert effective time error."},
    [CCM_EMU_SCM_NO_KEY] = {400, "SCM.0059", "The certificate private key is empty."},
    [CCM_EMU_SCM_ORDER_NUMBER] = {400, "SCM.0060", "Order number error."},
    [CCM_EMU_SCM_DUPLICATE_DOMAIN] = {400, "SCM.0063", "Duplicate domain error."},
    [CCM_EMU_SCM_UPLOAD_DOMAIN] = {400, "SCM.0070",
	"Incorrect format of the domain bound to the certificate to be uploaded."},
    [CCM_EMU_SCM_REGION] = {400, "SCM.0075", "Invalid region id."},
    [CCM_EMU_SCM_ISSUER] = {400, "SCM.0079", "Subject of CaCert not match issuer of Cert"},
    [CCM_EMU_SCM_APPLICANT] = {400, "SCM.0083", "Required param first_name is null or empty."},
    [CCM_EMU_SCM_PHONE] = {400, "SCM.0085", "Required param phone is null or empty."},
    [CCM_EMU_SCM_EMAIL] = {400, "SCM.0086", "Required param email is null or empty."},
    [CCM_EMU_SCM_NOT_FOUND] = {404, "SCM.0094", "Resource not found."},
    [CCM_EMU_SCM_INTERNAL] = {500, "SCM.0100", "UnKnown error."},
    [CCM_EMU_SCM_RESOURCE_DOMAIN] = {400, "SCM.0106",
	"The resource domain is not equals the cert."},
    [CCM_EMU_SCM_DOMAIN] = {400, "SCM.0108", "Domain format is invalid."},
    [CCM_EMU_SCM_ELB] = {400, "SCM.0201", "Failed to push to ELB."},
    [CCM_EMU_SCM_CDN] = {400, "SCM.0211", "Failed to push to CDN."},
    [CCM_EMU_SCM_WAF] = {400, "SCM.0221", "Failed to push to WAF."},
    [CCM_EMU_SCM_GM] = {400, "SCM.0401", "Gm cert is not support to be pushed."},
    [CCM_EMU_SCM_TARGET] = {400, "SCM.0501",
	"The parameter cannot be null or the parameter is wrong. Currently only supports: WAF, "
	"CDN, ELB"},
    [CCM_EMU_SCM_LIST] = {400, "SCM.0505",
	"Parameter error, parameter is null or its list size is out of range, additional info:"},
    [CCM_EMU_SCM_REPEATED] = {400, "SCM.0507", "The list parameter cannot have duplicate elements"},
    [CCM_EMU_SCM_TOKEN] = {401, "SCM.1000", "The token of the request fails to be authenticated"},
};

/* The code that goes with a field: the first whose name the path of what is wrong begins with. */
static const struct {
	const char *path;
	enum ccm_emu_scm_refusal refusal;
} fields[] = {
    {"certificate_id", CCM_EMU_SCM_ID},
    {"cert_brand", CCM_EMU_SCM_BRAND},
    {"cert_type", CCM_EMU_SCM_TYPE},
    {"domain_type", CCM_EMU_SCM_DOMAIN_TYPE},
    {"effective_time", CCM_EMU_SCM_EFFECTIVE_TIME},
    {"domain_numbers", CCM_EMU_SCM_DOMAIN_NUMBER},
    {"order_number", CCM_EMU_SCM_ORDER_NUMBER},
    {"name", CCM_EMU_SCM_NAME},
    {"applicant_name", CCM_EMU_SCM_APPLICANT},
    {"applicant_phone", CCM_EMU_SCM_PHONE},
    {"applicant_email", CCM_EMU_SCM_EMAIL},
    {"private_key", CCM_EMU_SCM_KEY},
    {"csr", CCM_EMU_SCM_CSR},
    {"target_service", CCM_EMU_SCM_SERVICE},
    {"target_projects", CCM_EMU_SCM_LIST},
    {"target_project", CCM_EMU_SCM_REGION},
    {"service_name", CCM_EMU_SCM_TARGET},
    {"resources", CCM_EMU_SCM_LIST},
};

static const struct {
	const char *pca;
	enum ccm_emu_scm_refusal refusal;
} twins[] = {
    {"PCA.00010001", CCM_EMU_SCM_TOKEN},
    {"PCA.00000001", CCM_EMU_SCM_INTERNAL},
    {"PCA.", CCM_EMU_SCM_PARAMETER},
};

const char *
ccm_emu_scm_code(enum ccm_emu_scm_refusal refusal)
{
	return refusals[refusal].code;
}

const char *
ccm_emu_scm_text(enum ccm_emu_scm_refusal refusal)
{
	return refusals[refusal].text;
}

bool
ccm_emu_scm_refuse(struct ccm_error *err, enum ccm_emu_scm_refusal refusal, const char *fmt, ...)
{
	char detail[768];
	va_list args;

	va_start(args, fmt);
	vsnprintf(detail, sizeof(detail), fmt, args);
	va_end(args);
	return ccm_emu_refuse_gateway(err, refusals[refusal].status, refusals[refusal].code,
	    "%s (%s)", refusals[refusal].text, detail);
}

static bool
begins_with(const char *path, const char *name)
{
	size_t len = strlen(name);

	return strncmp(path, name, len) == 0 && strchr(".[: ", path[len]) != NULL;
}

bool
ccm_emu_scm_refuse_field(struct ccm_error *err, const char *path)
{
	for (size_t i = 0; i < CCM_COUNT(fields); i++)
		if (begins_with(path, fields[i].path))
			return ccm_emu_scm_refuse(err, fields[i].refusal, "%s", path);
	return ccm_emu_scm_refuse(err, CCM_EMU_SCM_PARAMETER, "%s", path);
}

void
ccm_emu_scm_translate(struct ccm_error *cause)
{
	struct ccm_error shown = {0};
	const char *detail = strchr(cause->msg, '(');
	size_t len = detail != NULL ? strlen(++detail) : 0;

	for (size_t i = 0; i < CCM_COUNT(twins); i++) {
		if (strncmp(cause->api_code, twins[i].pca, strlen(twins[i].pca)) != 0)
			continue;
		ccm_emu_scm_refuse(&shown, twins[i].refusal, "%.*s", len > 0 ? (int)len - 1 : 0,
		    detail != NULL ? detail : "");
		*cause = shown;
		return;
	}
}
