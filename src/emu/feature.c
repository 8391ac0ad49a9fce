/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/emulator.h"

/* What the site can do, and what the account has used of what it may have. */

static bool
answer_quota(struct ccm_emu_call *call, enum ccm_emu_resource_kind kind, const char *type,
    int64_t quota, struct ccm_error *err)
{
	struct ccm_json *list = ccm_json_new_array(err), *entry = ccm_json_new_object(err);
	struct ccm_json *out = call->answer->json = ccm_json_new_object(err);
	int64_t used;

	if (list == NULL || entry == NULL || out == NULL ||
	    !ccm_emu_state_count(call->emulator->state, kind, &used, err) ||
	    !ccm_json_add_string(entry, "type", type, err) ||
	    !ccm_json_add_int(entry, "used", used, err) ||
	    !ccm_json_add_int(entry, "quota", quota, err)) {
		ccm_json_free(entry);
		ccm_json_free(list);
		return false;
	}
	if (ccm_json_append_json(list, entry, err))
		return ccm_json_add_json(out, "quotas.resources", list, err);
	ccm_json_free(list);
	return false;
}

bool
ccm_emu_get_ca_quota(struct ccm_emu_call *call, struct ccm_error *err)
{
	return answer_quota(
	    call, CCM_EMU_RESOURCE_CA, "CERTIFICATE_AUTHORITY", call->emulator->site.ca_quota, err);
}

bool
ccm_emu_get_certificate_quota(struct ccm_emu_call *call, struct ccm_error *err)
{
	return answer_quota(call, CCM_EMU_RESOURCE_CERTIFICATE, "CERTIFICATE",
	    call->emulator->site.certificate_quota, err);
}

bool
ccm_emu_get_site_features(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_json *out = call->answer->json = ccm_json_new_object(err);
	struct ccm_json *regions = ccm_json_new_array(err);

	if (out == NULL || regions == NULL ||
	    !ccm_json_append_string(regions, CCM_EMU_PROJECT_NAME, err)) {
		ccm_json_free(regions);
		return false;
	}
	return ccm_json_add_json(out, "dhsm_regions", regions, err) &&
	       ccm_json_add_bool(out, "is_support_eps", true, err) &&
	       ccm_json_add_bool(out, "is_support_sm2", call->emulator->site.mainland, err) &&
	       ccm_json_add_bool(out, "is_support_dhsm", true, err) &&
	       ccm_json_add_bool(out, "is_support_yearly_monthly_ca", true, err) &&
	       ccm_json_add_bool(out, "is_support_iam5", false, err) &&
	       ccm_json_add_bool(out, "is_support_ocsp", false, err);
}
