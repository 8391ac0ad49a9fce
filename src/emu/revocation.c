/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/revocation.h"

#include <openssl/bn.h>
#include <string.h>

#include "core/crypto.h"
#include "emu/schema.h"

const char ccm_emu_revocation_schema[] =
    "CREATE TABLE IF NOT EXISTS revocation ("
    " issuer_id TEXT NOT NULL COLLATE NOCASE, serial_number TEXT NOT NULL," /* decimal */
    " time INTEGER NOT NULL, reason INTEGER NOT NULL, not_after INTEGER NOT NULL,"
    " PRIMARY KEY (issuer_id, serial_number)) WITHOUT ROWID;";

static const struct {
	const char *name;
	int number;
} reasons[] = {
    {"UNSPECIFIED", 0},
    {"KEY_COMPROMISE", 1},
    {"CERTIFICATE_AUTHORITY_COMPROMISE", 2},
    {"AFFILIATION_CHANGED", 3},
    {"SUPERSEDED", 4},
    {"CESSATION_OF_OPERATION", 5},
    {"CERTIFICATE_HOLD", 6},
    {"PRIVILEGE_WITHDRAWN", 9},
    {"ATTRIBUTE_AUTHORITY_COMPROMISE", 10},
};

int
ccm_emu_revocation_reason(const char *name)
{
	for (size_t i = 0; i < CCM_COUNT(reasons); i++)
		if (strcmp(reasons[i].name, name) == 0)
			return reasons[i].number;
	return -1;
}

static bool
insert(const struct ccm_emu_call *call, const struct ccm_emu_resource *resource, const char *serial,
    int reason, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_TEXT(resource->issuer_id),
	    CCM_EMU_TEXT(serial), CCM_EMU_NUMBER(call->now), CCM_EMU_NUMBER(reason),
	    CCM_EMU_NUMBER(resource->not_after)};

	return ccm_emu_db_run(ccm_emu_state_db(call->emulator->state),
	    CCM_EMU_SQL("INSERT INTO revocation (issuer_id, serial_number, time, reason, not_after)"
			" VALUES (?1, ?2, ?3, ?4, ?5)",
		params),
	    NULL, err);
}

/* The second serial number of a pair is kept as it is shown, in hex. */
static bool
insert_second(const struct ccm_emu_call *call, const struct ccm_emu_resource *resource, int reason,
    struct ccm_error *err)
{
	BIGNUM *number = NULL;
	char *decimal = NULL;
	bool ok;

	if (resource->enc_serial_number == NULL)
		return true;
	if (BN_hex2bn(&number, resource->enc_serial_number) != 0)
		decimal = BN_bn2dec(number);
	ok = decimal != NULL
		 ? insert(call, resource, decimal, reason, err)
		 : ccm_fail_openssl(err, "serial number %s", resource->enc_serial_number);
	OPENSSL_free(decimal);
	BN_free(number);
	return ok;
}

static bool
check_issuer(const struct ccm_emu_resource *resource, struct ccm_error *err)
{
	if (resource->type != NULL && strcmp(resource->type, "ROOT") == 0)
		return ccm_emu_refuse(
		    err, CCM_EMU_REFUSE_CA_TYPE, "%s is a root, nobody revokes it", resource->id);
	return resource->issuer_id != NULL ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_STATE,
		   "%s was signed outside of PCA, only its issuer revokes it", resource->id);
}

bool
ccm_emu_revocation_add(
    const struct ccm_emu_call *call, const struct ccm_emu_resource *resource, struct ccm_error *err)
{
	const char *name = reasons[0].name;
	int reason;

	if (!check_issuer(resource, err) ||
	    !ccm_json_opt_string(call->request, "reason", &name, err))
		return false;
	reason = ccm_emu_revocation_reason(name);
	if (reason < 0)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER, "reason: %s", name);
	return insert(call, resource, resource->serial_number, reason, err) &&
	       insert_second(call, resource, reason, err);
}

/* Reading */

#define UP_TO " FROM revocation WHERE issuer_id = ?1 AND time <= ?2"

bool
ccm_emu_revocation_count(struct ccm_emu_db *db, const struct ccm_emu_revocation_query *query,
    int64_t *count, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {
	    CCM_EMU_TEXT(query->issuer_id), CCM_EMU_NUMBER(query->until)};

	return ccm_emu_db_number(db, CCM_EMU_SQL("SELECT count(*)" UP_TO, params), count, err);
}

struct walk {
	ccm_emu_revocation_visit visit;
	void *context;
};

static bool
visit_row(void *context, const struct ccm_emu_row *row, struct ccm_error *err)
{
	const struct walk *walk = context;
	const struct ccm_emu_revocation revocation = {.serial = ccm_emu_row_text(row, 0),
	    .time = ccm_emu_row_number(row, 1),
	    .reason = ccm_emu_row_number(row, 2),
	    .not_after = ccm_emu_row_number(row, 3)};

	return walk->visit(walk->context, &revocation, err);
}

bool
ccm_emu_revocation_list(struct ccm_emu_db *db, const struct ccm_emu_revocation_query *query,
    ccm_emu_revocation_visit visit, void *context, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {
	    CCM_EMU_TEXT(query->issuer_id), CCM_EMU_NUMBER(query->until)};
	struct walk walk = {visit, context};

	return ccm_emu_db_visit(db,
	    CCM_EMU_SQL("SELECT serial_number, time, reason, not_after" UP_TO, params), visit_row,
	    &walk, err);
}
