/* SPDX-License-Identifier: Apache-2.0 */
/* PINs: trying, counting, setting. */
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "store/vault_db.h"

/* What one attempt is about; the row as it stood before it. */
struct attempt {
	enum ccm_vault_holder holder;
	struct ccm_span pin;
	struct ccm_vault_lock_row row;
};

static const char *
whose(enum ccm_vault_holder holder)
{
	return holder == CCM_VAULT_OFFICER ? "the security officer's PIN" : "the PIN";
}

static bool
check_wait(
    enum ccm_vault_holder holder, const struct ccm_vault_lock_row *row, struct ccm_error *err)
{
	int64_t wait_ms = ccm_vault_lock_wait(holder, row);

	if (wait_ms < 0)
		return ccm_fail(err, CCM_CONFLICT,
		    "the PIN is locked after %lld wrong ones: the security officer sets a new one",
		    (long long)row->failures);
	if (wait_ms > 0)
		return ccm_fail(err, CCM_CONFLICT, "%s is locked for %lld s after %lld wrong ones",
		    whose(holder), (long long)(wait_ms + 999) / 1000, (long long)row->failures);
	return true;
}

static bool
read_row(
    struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err)
{
	struct attempt *attempt = context;

	(void)vault;
	if (!ccm_vault_lock_read(db, attempt->holder, &attempt->row, err))
		return false;
	if (attempt->row.sealed.len == 0)
		return ccm_fail(err, CCM_NOT_FOUND, "%s has not been set", whose(attempt->holder));
	return check_wait(attempt->holder, &attempt->row, err);
}

static bool
count_failure(
    struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err)
{
	const struct attempt *attempt = context;
	const struct ccm_sql_param params[] = {
	    CCM_SQL_TEXT(ccm_vault_holder_name(attempt->holder)),
	    CCM_SQL_NUMBER(ccm_clock_now_ms()),
	};

	(void)vault;
	return ccm_sql_run(db,
	    CCM_SQL(
		"UPDATE lock SET failures = failures + 1, failed = ?2 WHERE holder = ?1", params),
	    NULL, err);
}

/* Others may have tried meanwhile: a lock that fell then holds for this one, too. */
static bool
forgive(
    struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err)
{
	const struct attempt *attempt = context;
	const struct ccm_sql_param params[] = {
	    CCM_SQL_TEXT(ccm_vault_holder_name(attempt->holder))};
	struct ccm_vault_lock_row now;
	bool ok;

	(void)vault;
	ok = ccm_vault_lock_read(db, attempt->holder, &now, err) &&
	     check_wait(attempt->holder, &now, err) &&
	     (now.failures == 0 ||
		 ccm_sql_run(db, CCM_SQL("UPDATE lock SET failures = 0 WHERE holder = ?1", params),
		     NULL, err));
	ccm_buf_clear(&now.sealed);
	return ok;
}

static bool
fail_wrong(struct ccm_vault *vault, struct attempt *attempt, struct ccm_error *err)
{
	struct ccm_error trouble = {0};

	if (!ccm_vault_change(vault, count_failure, attempt, &trouble))
		ccm_log(WARN, STORE, "a wrong PIN could not be counted: %s", trouble.msg);
	ccm_fail(err, CCM_AUTH, "%s is wrong", whose(attempt->holder));
	return ccm_error_context(err, "keystore %s", vault->dir);
}

/* Deriving the key takes its time and no lock. */
static bool
try_pin(struct ccm_vault *vault, enum ccm_vault_holder holder, struct ccm_span pin,
    struct ccm_buf *master, struct ccm_error *err)
{
	const char *purpose = ccm_vault_holder_name(holder);
	struct attempt attempt = {.holder = holder, .pin = pin};
	struct ccm_error failure = {0};
	bool ok = ccm_vault_read(vault, read_row, &attempt, err);

	if (ok && !ccm_unseal_by_secret(pin, ccm_span_of(purpose),
		      ccm_buf_span(&attempt.row.sealed), master, &failure)) {
		ok = false;
		if (failure.code == CCM_DENIED)
			fail_wrong(vault, &attempt, err);
		else if (err != NULL && err->code == CCM_OK)
			*err = failure;
	}
	if (ok && attempt.row.failures != 0)
		ok = ccm_vault_change(vault, forgive, &attempt, err);
	ccm_buf_clear(&attempt.row.sealed);
	return ok;
}

static bool
keep(struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err)
{
	(void)err;
	ccm_vault_master_keep(vault, db, context);
	return true;
}

bool
ccm_vault_unlock(struct ccm_vault *vault, struct ccm_span pin, struct ccm_error *err)
{
	struct ccm_buf master = {0};
	bool ok = try_pin(vault, CCM_VAULT_USER, pin, &master, err) &&
		  ccm_vault_read(vault, keep, &master, err);

	ccm_buf_clear(&master);
	return ok;
}

bool
ccm_vault_check_officer(struct ccm_vault *vault, struct ccm_span pin, struct ccm_error *err)
{
	struct ccm_buf master = {0};
	bool ok = try_pin(vault, CCM_VAULT_OFFICER, pin, &master, err);

	ccm_buf_clear(&master);
	return ok;
}

/* Looking */

static bool
look_at(
    struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err)
{
	struct ccm_vault_state *state = context;
	bool ok = true;

	state->exists = true;
	for (enum ccm_vault_holder i = 0; ok && i < CCM_VAULT_HOLDERS; i++) {
		struct ccm_vault_lock_row row;

		ok = ccm_vault_lock_read(db, i, &row, err);
		state->held_by[i] = row.sealed.len != 0;
		state->failures[i] = (unsigned)row.failures;
		state->wait_ms[i] = ccm_vault_lock_wait(i, &row);
		ccm_buf_clear(&row.sealed);
	}
	ccm_lock_acquire(&vault->lock);
	state->unlocked = state->held_by[CCM_VAULT_FILE] || vault->master != NULL;
	ccm_lock_release(&vault->lock);
	return ok;
}

bool
ccm_vault_look(struct ccm_vault *vault, struct ccm_vault_state *state, struct ccm_error *err)
{
	struct ccm_error failure = {0};

	*state = (struct ccm_vault_state){0};
	if (ccm_vault_read(vault, look_at, state, &failure) || failure.code == CCM_NOT_FOUND)
		return true;
	if (err != NULL && err->code == CCM_OK)
		*err = failure;
	return false;
}

/* Setting */

static bool
check_new(struct ccm_span pin, struct ccm_error *err)
{
	if (pin.len >= CCM_VAULT_PIN_MIN && pin.len <= CCM_VAULT_PIN_MAX)
		return true;
	return ccm_fail(err, CCM_USAGE, "a PIN has %d to %d characters, not %zu", CCM_VAULT_PIN_MIN,
	    CCM_VAULT_PIN_MAX, pin.len);
}

struct setting {
	enum ccm_vault_holder holder;
	struct ccm_buf sealed;
	struct ccm_buf master; /* of who asks; empty: take what has unlocked the vault */
	struct ccm_span new_pin;
};

static bool
seal_for(struct setting *setting, struct ccm_error *err)
{
	const struct ccm_seal_secret by = {setting->new_pin, &ccm_seal_cost_pin};

	return ccm_seal_by_secret(&by, ccm_span_of(ccm_vault_holder_name(setting->holder)),
	    ccm_buf_span(&setting->master), &setting->sealed, err);
}

static bool
write_setting(
    struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err)
{
	struct setting *setting = context;

	(void)vault;
	return ccm_vault_lock_write(db, setting->holder, ccm_buf_span(&setting->sealed), err) &&
	       (setting->holder != CCM_VAULT_USER || ccm_vault_lock_drop(db, CCM_VAULT_FILE, err));
}

/* Whoever sets the first PIN of a holder only has to have the keystore open. */
static bool
take_unlocked(
    struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err)
{
	struct setting *setting = context;
	struct ccm_vault_lock_row row;
	bool ok = ccm_vault_lock_read(db, setting->holder, &row, err);

	if (ok && row.sealed.len != 0)
		ok = ccm_fail(err, CCM_AUTH, "the old PIN is needed to set a new one");
	ccm_buf_clear(&row.sealed);
	return ok && ccm_vault_master(vault, db, &setting->master, err);
}

static bool
prove(struct ccm_vault *vault, const struct ccm_vault_pins *pins, struct setting *setting,
    struct ccm_error *err)
{
	if (pins->old_pin.len != 0)
		return try_pin(vault, pins->holder, pins->old_pin, &setting->master, err);
	if (pins->officer_pin.len != 0)
		return try_pin(vault, CCM_VAULT_OFFICER, pins->officer_pin, &setting->master, err);
	return ccm_vault_change(vault, take_unlocked, setting, err);
}

bool
ccm_vault_set_pin(struct ccm_vault *vault, const struct ccm_vault_pins *pins, struct ccm_error *err)
{
	struct setting setting = {.holder = pins->holder, .new_pin = pins->new_pin};
	bool ok = check_new(pins->new_pin, err) && prove(vault, pins, &setting, err) &&
		  seal_for(&setting, err) && ccm_vault_change(vault, write_setting, &setting, err);

	if (ok && pins->holder == CCM_VAULT_USER)
		ok = ccm_vault_file_remove(vault, err);
	ccm_buf_clear(&setting.sealed);
	ccm_buf_clear(&setting.master);
	return ok;
}

static bool
go_back(
    struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err)
{
	return ccm_vault_file_hold(vault, db, context, err) &&
	       ccm_vault_lock_drop(db, CCM_VAULT_USER, err) &&
	       ccm_vault_lock_drop(db, CCM_VAULT_OFFICER, err);
}

bool
ccm_vault_remove_pin(struct ccm_vault *vault, struct ccm_span pin, struct ccm_error *err)
{
	struct ccm_buf master = {0};
	bool ok = try_pin(vault, CCM_VAULT_USER, pin, &master, err) &&
		  ccm_vault_change(vault, go_back, &master, err);

	ccm_buf_clear(&master);
	return ok;
}

/* Beginning anew */

static bool
begin_anew(
    struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err)
{
	struct setting *setting = context;
	(void)vault;
	return ccm_vault_identity_new(db, err) &&
	       ccm_sql_script(db,
		   "DELETE FROM key; DELETE FROM lock; DELETE FROM certificate WHERE keeper = '';"
		   "DELETE FROM journal WHERE keeper = ''",
		   err) &&
	       ccm_vault_lock_write(db, CCM_VAULT_OFFICER, ccm_buf_span(&setting->sealed), err);
}

bool
ccm_vault_reset(struct ccm_vault *vault, struct ccm_span officer_pin, struct ccm_error *err)
{
	struct setting setting = {.holder = CCM_VAULT_OFFICER, .new_pin = officer_pin};
	struct ccm_vault_state state;
	bool ok = check_new(officer_pin, err) && ccm_vault_look(vault, &state, err) &&
		  (!state.held_by[CCM_VAULT_OFFICER] ||
		      ccm_vault_check_officer(vault, officer_pin, err)) &&
		  ccm_vault_master_new(&setting.master, err) && seal_for(&setting, err) &&
		  ccm_vault_change(vault, begin_anew, &setting, err) &&
		  ccm_vault_file_remove(vault, err);

	ccm_vault_lock(vault);
	ccm_buf_clear(&setting.sealed);
	ccm_buf_clear(&setting.master);
	return ok;
}
