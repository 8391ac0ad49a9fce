/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/scm.h"

#include <string.h>

#include "emu/route.h"

const char *const ccm_emu_ssl_in_use[] = {"ISSUED", "UPLOAD", NULL};

/* "scs" and digits, of any number (ccm-api.md 8, scm_cert_id_length). */
static bool
is_id(const char *text)
{
	return strncmp(text, "scs", 3) == 0 && text[3] != '\0' &&
	       text[3 + strspn(text + 3, "0123456789")] == '\0';
}

bool
ccm_emu_ssl_find(struct ccm_emu_call *call, struct ccm_emu_ssl *out, struct ccm_error *err)
{
	struct ccm_emu_db *db = ccm_emu_state_db(call->emulator->state);
	const char *id;

	ccm_emu_ssl_init(out);
	if (!ccm_json_string(call->request, "certificate_id", &id, err))
		return false;
	if (!is_id(id))
		return ccm_emu_scm_refuse(err, CCM_EMU_SCM_ID, "%.64s", id);
	if (!ccm_emu_ssl_get(db, id, call->now, out, err))
		return false;
	return out->id != NULL || ccm_emu_scm_refuse(err, CCM_EMU_SCM_NOT_FOUND, "%.64s", id);
}

static bool
is_one_of(const char *status, const char *const *statuses)
{
	for (; *statuses != NULL; statuses++)
		if (strcmp(*statuses, status) == 0)
			return true;
	return false;
}

bool
ccm_emu_ssl_require(
    const struct ccm_emu_ssl *ssl, const char *const *statuses, struct ccm_error *err)
{
	return is_one_of(ssl->status, statuses) ||
	       ccm_emu_scm_refuse(err, CCM_EMU_SCM_STATE, "%s is %s", ssl->id, ssl->status);
}

bool
ccm_emu_ssl_is_deployable(const struct ccm_emu_ssl *ssl)
{
	return is_one_of(ssl->status, ccm_emu_ssl_in_use) && ssl->private_key.len != 0 &&
	       ssl->gm == 0;
}

bool
ccm_emu_ssl_require_deployable(const struct ccm_emu_ssl *ssl, struct ccm_error *err)
{
	if (!ccm_emu_ssl_require(ssl, ccm_emu_ssl_in_use, err))
		return false;
	if (ssl->gm != 0)
		return ccm_emu_scm_refuse(err, CCM_EMU_SCM_GM, "%s", ssl->id);
	return ssl->private_key.len != 0 ||
	       ccm_emu_scm_refuse(err, CCM_EMU_SCM_NO_KEY, "%s", ssl->id);
}

bool
ccm_emu_ssl_set_project(struct ccm_emu_call *call, struct ccm_emu_ssl *ssl, struct ccm_error *err)
{
	const char *project = "0";

	if (!ccm_json_opt_string(call->request, "enterprise_project_id", &project, err))
		return false;
	if (strcmp(project, "0") != 0 && !ccm_emu_is_uuid(project))
		return ccm_emu_scm_refuse(err, CCM_EMU_SCM_PARAMETER,
		    "enterprise_project_id: %.64s is neither 0 nor an id", project);
	return ccm_emu_ssl_set(&ssl->enterprise_project_id, project, err);
}

bool
ccm_emu_ssl_require_agreement(struct ccm_emu_call *call, struct ccm_error *err)
{
	bool agreed = false;

	return ccm_json_opt_bool(call->request, "agree_privacy_protection", &agreed, err) &&
	       (agreed || ccm_emu_scm_refuse(err, CCM_EMU_SCM_PARAMETER,
			      "agree_privacy_protection: must be true"));
}
