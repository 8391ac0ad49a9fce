/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/agency.h"

#include "emu/obs.h"
#include "emu/schema.h"

/* An agency is an account's word that PCA may use its buckets. */
const char ccm_emu_agency_schema[] =
    "CREATE TABLE IF NOT EXISTS agency (domain TEXT PRIMARY KEY) WITHOUT ROWID;";

static bool
is_granted(const struct ccm_emu_call *call, bool *granted, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_TEXT(call->session.user->domain)};
	int64_t count;
	bool ok = ccm_emu_db_number(ccm_emu_state_db(call->emulator->state),
	    CCM_EMU_SQL("SELECT count(*) FROM agency WHERE domain = ?1", params), &count, err);

	*granted = ok && count != 0;
	return ok;
}

bool
ccm_emu_agency_require(const struct ccm_emu_call *call, struct ccm_error *err)
{
	bool granted;

	return is_granted(call, &granted, err) &&
	       (granted || ccm_emu_refuse(err, CCM_EMU_REFUSE_BUCKETS,
			       "%s has no OBS agency for PCA", call->session.user->domain));
}

static bool
require_administrator(const struct ccm_emu_call *call, struct ccm_error *err)
{
	return (call->session.user->roles & CCM_EMU_SECU_ADMIN) != 0 ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_PERMISSION, "%s has not the role secu_admin",
		   call->session.user->name);
}

/* The answer is a text in the reference, whatever one expects. */
bool
ccm_emu_check_agency(struct ccm_emu_call *call, struct ccm_error *err)
{
	bool granted;

	if (!require_administrator(call, err) || !is_granted(call, &granted, err))
		return false;
	call->answer->json = ccm_json_new_object(err);
	return call->answer->json != NULL && ccm_json_add_string(call->answer->json,
						 "agency_granted", granted ? "true" : "false", err);
}

static bool
grant(const struct ccm_emu_call *call, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_TEXT(call->session.user->domain)};

	return ccm_emu_db_run(ccm_emu_state_db(call->emulator->state),
	    CCM_EMU_SQL("INSERT OR IGNORE INTO agency (domain) VALUES (?1)", params), NULL, err);
}

/* An account has one: making it again leads to the same. */
bool
ccm_emu_create_agency(struct ccm_emu_call *call, struct ccm_error *err)
{
	char id[CCM_EMU_IAM_ID_SIZE];

	if (!require_administrator(call, err) || !grant(call, err) ||
	    !ccm_emu_iam_id("agency", call->session.user->domain, id, err))
		return false;
	call->answer->json = ccm_json_new_object(err);
	return call->answer->json != NULL &&
	       ccm_json_add_string(call->answer->json, "agency_id", id, err);
}

bool
ccm_emu_list_obs_buckets(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_json *list;

	if (!ccm_emu_agency_require(call, err))
		return false;
	list = ccm_emu_obs_list_buckets(ccm_emu_state_db(call->emulator->state), err);
	if (list == NULL)
		return false;
	call->answer->json = ccm_json_new_object(err);
	if (call->answer->json != NULL &&
	    ccm_json_add_int(call->answer->json, "total", (int64_t)ccm_json_count(list), err))
		return ccm_json_add_json(call->answer->json, call->op->items, list, err);
	ccm_json_free(list);
	return false;
}
