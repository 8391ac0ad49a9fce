/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <string.h>

#include "emu/issue.h"
#include "emu/life.h"
#include "emu/pair.h"
#include "emu/pca.h"
#include "emu/subject.h"

bool
ccm_emu_list_certificates(struct ccm_emu_call *call, struct ccm_error *err)
{
	return ccm_emu_pca_list(call, CCM_EMU_RESOURCE_CERTIFICATE, err);
}

bool
ccm_emu_get_certificate(struct ccm_emu_call *call, struct ccm_error *err)
{
	return ccm_emu_pca_show(call, CCM_EMU_RESOURCE_CERTIFICATE, err);
}

/* Creating */

static bool
set_key_algorithm(struct ccm_emu_call *call, const struct ccm_emu_issuer *issuer,
    struct ccm_emu_resource *certificate, struct ccm_error *err)
{
	if (!ccm_emu_set_text(&certificate->key_algorithm, issuer->row.key_algorithm, err) ||
	    !ccm_emu_take_text(call->request, "key_algorithm", &certificate->key_algorithm, err))
		return false;
	return ccm_emu_issue_check_algorithm(call, certificate->key_algorithm, err);
}

static bool
read_extended_key_usages(const struct ccm_json *request, unsigned *usages, struct ccm_error *err)
{
	const struct ccm_json *flags = ccm_json_get(request, "extended_key_usage");
	const char *name;

	*usages = 0;
	for (size_t bit = 0; (name = ccm_emu_extended_key_usage_name(bit)) != NULL; bit++) {
		bool set = false;

		if (flags != NULL && !ccm_json_opt_bool(flags, name, &set, err))
			return false;
		if (set)
			*usages |= 1u << bit;
	}
	return true;
}

static bool
read_custom_extension(
    const struct ccm_json *request, struct ccm_emu_plan *plan, struct ccm_error *err)
{
	const struct ccm_json *extension = ccm_json_get(request, "customized_extension");

	if (extension == NULL)
		return true;
	if (!ccm_json_opt_string(extension, "object_identifier", &plan->extension_oid, err) ||
	    !ccm_json_opt_string(extension, "value", &plan->extension_value, err))
		return false;
	if ((plan->extension_oid == NULL) != (plan->extension_value == NULL))
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
		    "customized_extension needs both object_identifier and value");
	return plan->extension_oid == NULL || ccm_emu_x509_extension_is_free(plan->extension_oid) ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
		   "customized_extension: %s is no OID, or has its own field", plan->extension_oid);
}

static bool
read_plan(struct ccm_emu_call *call, struct ccm_emu_plan *plan,
    struct ccm_emu_san sans[CCM_EMU_SAN_MAX], struct ccm_error *err)
{
	plan->sans = sans;
	return ccm_emu_read_key_usages(call->request, &plan->key_usages, err) &&
	       read_extended_key_usages(call->request, &plan->extended_key_usages, err) &&
	       read_custom_extension(call->request, plan, err) &&
	       ccm_emu_sans_read(ccm_json_get(call->request, "subject_alternative_names"), sans,
		   &plan->san_count, err);
}

static bool
create(struct ccm_emu_call *call, const struct ccm_emu_issuer *issuer,
    struct ccm_emu_resource *certificate, struct ccm_error *err)
{
	struct ccm_emu_san sans[CCM_EMU_SAN_MAX];
	struct ccm_emu_plan plan = {0};
	EVP_PKEY *key;
	bool ok;

	if (!set_key_algorithm(call, issuer, certificate, err) ||
	    !ccm_emu_subject_read(ccm_json_get(call->request, "distinguished_name"),
		issuer->row.name, certificate->name, err) ||
	    !read_plan(call, &plan, sans, err) || !ccm_emu_issue_begin(call, certificate, err) ||
	    !ccm_emu_issue_prepare(call, certificate, issuer, err))
		return false;
	key = ccm_emu_issue_key(certificate, err);
	ok = key != NULL && ccm_emu_pair_sign(certificate, key, issuer, &plan, err);
	EVP_PKEY_free(key);
	return ok;
}

bool
ccm_emu_create_certificate(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_resource certificate;
	struct ccm_emu_issuer issuer;
	bool ok;

	ccm_emu_resource_init(&certificate, CCM_EMU_RESOURCE_CERTIFICATE);
	ok = ccm_emu_issuer_load(call, &issuer, err) &&
	     ccm_emu_set_text(&certificate.enterprise_project_id, "0", err) &&
	     ccm_emu_set_text(&certificate.status, "ISSUED", err) &&
	     ccm_emu_take_text(
		 call->request, "enterprise_project_id", &certificate.enterprise_project_id, err) &&
	     create(call, &issuer, &certificate, err) &&
	     ccm_emu_pca_add(call, &certificate, call->emulator->site.certificate_quota, err);
	ccm_emu_issuer_clear(&issuer);
	ccm_emu_resource_clear(&certificate);
	return ok;
}
