/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/life.h"

#include <string.h>

#include "emu/pca.h"
#include "emu/revocation.h"

#define DAY_MS (24 * 3600 * INT64_C(1000))
#define PENDING_DAYS 30
#define STATES_MAX 4

/* The table: in which states an operation is allowed, and the state it leads to if that is one. */

static const struct rule {
	const struct ccm_operation *op;
	const char *states[STATES_MAX];
	const char *target;
} rules[] = {
    {&ccm_pca_create_ca, {"PENDING"}, NULL}, /* of a CA that was bought */
    {&ccm_pca_activate_ca, {"PENDING"}, "ACTIVED"},
    {&ccm_pca_get_ca_csr, {"PENDING"}, NULL},
    {&ccm_pca_import_ca, {"PENDING"}, "ACTIVED"},
    {&ccm_pca_export_ca, {"ACTIVED", "EXPIRED"}, NULL},
    {&ccm_pca_disable_ca, {"ACTIVED", "EXPIRED"}, "DISABLED"},
    {&ccm_pca_enable_ca, {"DISABLED"}, "ACTIVED"}, /* or EXPIRED, which is derived */
    {&ccm_pca_delete_ca, {"PENDING", "DISABLED", "REVOKED"}, "DELETED"},
    {&ccm_pca_restore_ca, {"DELETED"}, "DISABLED"},
    {&ccm_pca_export_certificate, {"ISSUED"}, NULL},
    /* The reference is silent about these; huawei-ccm-practice.md 5 and 6 are not. */
    {&ccm_pca_revoke_ca, {"ACTIVED", "DISABLED"}, "REVOKED"},
    {&ccm_pca_revoke_certificate, {"ISSUED"}, "REVOKED"},
    {&ccm_pca_enable_crl, {"ACTIVED", "DISABLED"}, NULL},
};

static const struct rule *
find_rule(const struct ccm_operation *op)
{
	for (size_t i = 0; i < CCM_COUNT(rules); i++)
		if (rules[i].op == op)
			return &rules[i];
	return NULL;
}

bool
ccm_emu_life_allows(const struct ccm_operation *op, const char *status)
{
	const struct rule *rule = find_rule(op);

	if (rule == NULL)
		return true;
	for (size_t i = 0; i < STATES_MAX && rule->states[i] != NULL; i++)
		if (strcmp(rule->states[i], status) == 0)
			return true;
	return false;
}

static bool
require_not_frozen(
    const struct ccm_emu_call *call, const struct ccm_emu_resource *resource, struct ccm_error *err)
{
	return !ccm_emu_site_is_frozen(
		   &call->emulator->site, resource->id, resource->name[CCM_EMU_NAME_CN]) ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_FROZEN, "%s", resource->id);
}

bool
ccm_emu_life_require(
    const struct ccm_emu_call *call, const struct ccm_emu_resource *resource, struct ccm_error *err)
{
	return require_not_frozen(call, resource, err) &&
	       (ccm_emu_life_allows(call->op, resource->status) ||
		   ccm_emu_refuse(
		       err, CCM_EMU_REFUSE_STATE, "%s is %s", resource->id, resource->status));
}

bool
ccm_emu_life_require_issuer(
    const struct ccm_emu_call *call, const struct ccm_emu_resource *issuer, struct ccm_error *err)
{
	if (!require_not_frozen(call, issuer, err))
		return false;
	if (strcmp(issuer->status, "ACTIVED") != 0)
		return ccm_emu_refuse(
		    err, CCM_EMU_REFUSE_STATE, "issuer %s is %s", issuer->id, issuer->status);
	return issuer->private_key.len != 0 ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_STATE,
		   "issuer %s was made from a CSR, its key is not in PCA", issuer->id);
}

/* Changing states */

static bool
set_status(struct ccm_emu_db *db, const char *id, const char *status, int64_t delete_time,
    struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {
	    CCM_EMU_TEXT(id), CCM_EMU_TEXT(status), CCM_EMU_NUMBER(delete_time)};

	return ccm_emu_db_run(db,
	    CCM_EMU_SQL("UPDATE resource SET status = ?2, delete_time = ?3 WHERE id = ?1", params),
	    NULL, err);
}

static bool
remove_resource(struct ccm_emu_db *db, const char *id, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_TEXT(id)};

	return ccm_emu_db_run(
	    db, CCM_EMU_SQL("DELETE FROM resource WHERE id = ?1", params), NULL, err);
}

bool
ccm_emu_life_purge(struct ccm_emu_state *state, int64_t now, struct ccm_error *err)
{
	struct ccm_emu_db *db = ccm_emu_state_db(state);
	const struct ccm_emu_param params[] = {CCM_EMU_NUMBER(now)};
	int64_t due;

	/* Looking first spares every call the lock that other processes wait for. */
	return ccm_emu_db_number(db,
		   CCM_EMU_SQL(
		       "SELECT min(delete_time) FROM resource WHERE delete_time <= ?1", params),
		   &due, err) &&
	       (due == CCM_EMU_NONE ||
		   ccm_emu_db_run(db,
		       CCM_EMU_SQL("DELETE FROM resource WHERE delete_time <= ?1", params), NULL,
		       err));
}

/* What an operation does to the resource that was found to be in a right state. */
typedef bool (*change)(
    struct ccm_emu_call *call, const struct ccm_emu_resource *resource, struct ccm_error *err);

/* Find, check and change in one go. */
static bool
transform(
    struct ccm_emu_call *call, enum ccm_emu_resource_kind kind, change apply, struct ccm_error *err)
{
	struct ccm_emu_db *db = ccm_emu_state_db(call->emulator->state);
	struct ccm_emu_resource resource = {0};
	bool ok;

	if (!ccm_emu_db_begin(db, err))
		return false;
	ok = ccm_emu_pca_find(call, kind, &resource, err) &&
	     ccm_emu_life_require(call, &resource, err) && apply(call, &resource, err);
	ccm_emu_resource_clear(&resource);
	return ccm_emu_db_end(db, ok, err);
}

static bool
move(struct ccm_emu_call *call, const struct ccm_emu_resource *resource, struct ccm_error *err)
{
	return set_status(ccm_emu_state_db(call->emulator->state), resource->id,
	    find_rule(call->op)->target, CCM_EMU_NONE, err);
}

bool
ccm_emu_move_ca(struct ccm_emu_call *call, struct ccm_error *err)
{
	return transform(call, CCM_EMU_RESOURCE_CA, move, err);
}

/* Deleting: at once what cannot be restored anyway, the rest after some days. */

static bool
delete_ca(struct ccm_emu_call *call, const struct ccm_emu_resource *ca, struct ccm_error *err)
{
	struct ccm_emu_db *db = ccm_emu_state_db(call->emulator->state);
	int64_t days = PENDING_DAYS;

	if (strcmp(ca->status, "DISABLED") != 0)
		return remove_resource(db, ca->id, err);
	return ccm_json_opt_int(call->request, "pending_days", &days, err) &&
	       set_status(db, ca->id, find_rule(call->op)->target, call->now + days * DAY_MS, err);
}

bool
ccm_emu_delete_ca(struct ccm_emu_call *call, struct ccm_error *err)
{
	return transform(call, CCM_EMU_RESOURCE_CA, delete_ca, err);
}

static bool
delete_certificate(
    struct ccm_emu_call *call, const struct ccm_emu_resource *certificate, struct ccm_error *err)
{
	return remove_resource(ccm_emu_state_db(call->emulator->state), certificate->id, err);
}

bool
ccm_emu_delete_certificate(struct ccm_emu_call *call, struct ccm_error *err)
{
	return transform(call, CCM_EMU_RESOURCE_CERTIFICATE, delete_certificate, err);
}

/* Revoking */

static bool
revoke(struct ccm_emu_call *call, const struct ccm_emu_resource *resource, struct ccm_error *err)
{
	return ccm_emu_revocation_add(call, resource, err) && move(call, resource, err);
}

bool
ccm_emu_revoke_ca(struct ccm_emu_call *call, struct ccm_error *err)
{
	return transform(call, CCM_EMU_RESOURCE_CA, revoke, err);
}

bool
ccm_emu_revoke_certificate(struct ccm_emu_call *call, struct ccm_error *err)
{
	return transform(call, CCM_EMU_RESOURCE_CERTIFICATE, revoke, err);
}
