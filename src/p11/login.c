/* SPDX-License-Identifier: Apache-2.0 */
#include "model/local.h"
#include "p11/p11.h"

/*
 * Logging in. Where the token's configuration doesn't ask for it, who wants to be logged in is,
 * with any PIN. Else the PIN is the keystore's, and so is the security officer's (store/vault.h).
 * Trying one takes its time, for which the module's lock is not held.
 */

static CK_RV
rv_of_attempt(const struct ccm_error *err)
{
	switch (err->code) {
	case CCM_AUTH:
		return CKR_PIN_INCORRECT;
	case CCM_CONFLICT:
		return CKR_PIN_LOCKED;
	case CCM_NOT_FOUND:
		return CKR_USER_PIN_NOT_INITIALIZED;
	case CCM_USAGE:
		return CKR_PIN_LEN_RANGE;
	default:
		return ccm_p11_failure("the PIN", err);
	}
}

/* The token of a slot, and who is logged in there. */
struct place {
	struct ccm_token *token;
	CK_SLOT_ID id;
	bool user, officer;
};

/* May this user log in now (PKCS#11 2.40 s.5.6)? */
static CK_RV
check_state(const struct ccm_p11_slot *slot, CK_USER_TYPE type)
{
	switch (type) {
	case CKU_USER:
		if (slot->user)
			return CKR_USER_ALREADY_LOGGED_IN;
		return slot->officer != NULL ? CKR_USER_ANOTHER_ALREADY_LOGGED_IN : CKR_OK;
	case CKU_SO:
		if (slot->officer != NULL)
			return CKR_USER_ALREADY_LOGGED_IN;
		if (slot->sessions > slot->rw_sessions)
			return CKR_SESSION_READ_ONLY_EXISTS;
		if (slot->user)
			return CKR_USER_ANOTHER_ALREADY_LOGGED_IN;
		return ccm_token_needs_login(slot->token) && ccm_token_hsm(slot->token) == NULL
			   ? CKR_OK
			   : CKR_USER_TYPE_INVALID;
	case CKU_CONTEXT_SPECIFIC: /* no key of ours asks for it */
		return CKR_OPERATION_NOT_INITIALIZED;
	default:
		return CKR_USER_TYPE_INVALID;
	}
}

static CK_RV
enter(CK_SESSION_HANDLE handle, CK_USER_TYPE type, struct place *place)
{
	struct ccm_p11_session *session;
	struct ccm_p11_slot *slot;
	CK_RV rv = ccm_p11_session_enter_slot(handle, &session, &slot);

	if (rv != CKR_OK)
		return rv;
	*place = (struct place){.token = slot->token, .id = session->slot_id};
	rv = check_state(slot, type);
	ccm_p11_unlock();
	return rv;
}

static CK_RV
try_pin(const struct place *place, CK_USER_TYPE type, struct ccm_span pin)
{
	struct ccm_error err = {0};
	bool ok;

	if (!ccm_token_needs_login(place->token))
		return CKR_OK;
	if (pin.data == NULL)
		return CKR_ARGUMENTS_BAD;
	ok = type == CKU_SO ? ccm_vault_check_officer(ccm_token_vault(place->token), pin, &err)
			    : ccm_token_log_in(place->token, pin, &err);
	return ok ? CKR_OK : rv_of_attempt(&err);
}

/* The officer's PIN is kept while he is logged in: it is what sets the user's. */
static CK_RV
note_login(CK_SESSION_HANDLE handle, CK_USER_TYPE type, char *take_pin)
{
	struct ccm_p11_session *session;
	struct ccm_p11_slot *slot;
	CK_RV rv = ccm_p11_session_enter_slot(handle, &session, &slot);

	if (rv == CKR_OK) {
		rv = check_state(slot, type); /* another thread may have been faster */
		if (rv == CKR_OK && type == CKU_USER)
			slot->user = true;
		if (rv == CKR_OK && type == CKU_SO) {
			slot->officer = take_pin;
			take_pin = NULL;
		}
		ccm_p11_unlock();
	}
	ccm_secret_free_str(take_pin);
	return rv;
}

CK_RV
ccm_p11_login(CK_SESSION_HANDLE handle, CK_USER_TYPE type, struct ccm_span pin)
{
	struct ccm_error err = {0};
	struct place place;
	char *copy = NULL;
	CK_RV rv = enter(handle, type, &place);

	if (rv == CKR_OK)
		rv = try_pin(&place, type, pin);
	if (rv != CKR_OK)
		return rv;
	if (type == CKU_SO &&
	    (copy = ccm_secret_strndup((const char *)pin.data, pin.len, &err)) == NULL)
		return ccm_p11_failure("C_Login", &err);
	return note_login(handle, type, copy);
}

/* Keystore or HSM are locked again with the last one who needed them open. */
static bool
is_last_locked(const struct ccm_token *token)
{
	const struct ccm_p11_slot *slot;

	for (CK_SLOT_ID id = 0; (slot = ccm_p11_slot_locked(id)) != NULL; id++)
		if (slot->user && ccm_token_needs_login(slot->token) &&
		    ccm_token_hsm(slot->token) == ccm_token_hsm(token))
			return false;
	return true;
}

void
ccm_p11_log_out_locked(struct ccm_p11_slot *slot)
{
	bool was_user = slot->user;

	ccm_secret_free_str(slot->officer);
	slot->officer = NULL;
	slot->user = false;
	if (was_user && ccm_token_needs_login(slot->token) && is_last_locked(slot->token))
		ccm_token_log_out(slot->token);
}

CK_RV
ccm_p11_logout(CK_SESSION_HANDLE handle)
{
	struct ccm_p11_session *session;
	struct ccm_p11_own *gone = NULL;
	struct ccm_p11_slot *slot;
	CK_RV rv = ccm_p11_session_enter_slot(handle, &session, &slot);

	if (rv != CKR_OK)
		return rv;
	if (slot->user)
		gone = ccm_p11_owns_log_out_locked(session->slot_id);
	else if (slot->officer == NULL)
		rv = CKR_USER_NOT_LOGGED_IN;
	ccm_p11_log_out_locked(slot);
	ccm_p11_unlock();
	ccm_p11_owns_free(gone);
	return rv;
}

bool
ccm_p11_shows_private_locked(CK_SLOT_ID id)
{
	const struct ccm_p11_slot *slot = ccm_p11_slot_locked(id);

	return slot != NULL && (slot->user || !ccm_token_needs_login(slot->token));
}

bool
ccm_p11_shows_private(CK_SLOT_ID id)
{
	bool shows;

	if (ccm_p11_lock() != CKR_OK)
		return false;
	shows = ccm_p11_shows_private_locked(id);
	ccm_p11_unlock();
	return shows;
}

/* Where a token's keys are the keystore's, beginning anew is beginning that anew. Its label is the
 * configuration's, whatever is asked for. */
CK_RV
ccm_p11_init_token(CK_SLOT_ID id, struct ccm_span pin, const CK_UTF8CHAR *label)
{
	struct ccm_p11_slot *slot;
	struct ccm_token *token;
	struct ccm_error err = {0};
	CK_RV rv = ccm_p11_slot_enter(id, &slot);

	if (rv != CKR_OK)
		return rv;
	token = slot->token;
	if (label == NULL)
		rv = CKR_ARGUMENTS_BAD;
	else if (slot->sessions != 0)
		rv = CKR_SESSION_EXISTS;
	else if (ccm_token_is_read_only(token))
		rv = CKR_TOKEN_WRITE_PROTECTED;
	else if (ccm_token_hsm(token) != NULL) /* whose own tools do that */
		rv = CKR_FUNCTION_NOT_SUPPORTED;
	else if (pin.data == NULL)
		rv = CKR_ARGUMENTS_BAD;
	ccm_p11_unlock();
	if (rv != CKR_OK || ccm_vault_reset(ccm_token_vault(token), pin, &err))
		return rv;
	return rv_of_attempt(&err);
}

/* Who is logged in, with a copy of the officer's PIN, which is to be freed. */
static CK_RV
look(const struct ccm_p11_session *session, bool *user, char **officer)
{
	struct ccm_error err = {0};
	const struct ccm_p11_slot *slot;
	CK_RV rv = ccm_p11_lock();

	*officer = NULL;
	if (rv != CKR_OK)
		return rv;
	slot = ccm_p11_slot_locked(session->slot_id);
	*user = slot->user;
	if (slot->officer != NULL)
		*officer = ccm_secret_dup(slot->officer, &err);
	ccm_p11_unlock();
	return err.code == CCM_OK ? CKR_OK : ccm_p11_failure("the PIN", &err);
}

static CK_RV
set(struct ccm_token *token, const struct ccm_vault_pins *pins)
{
	struct ccm_error err = {0};

	return ccm_vault_set_pin(ccm_token_vault(token), pins, &err) ? CKR_OK : rv_of_attempt(&err);
}

CK_RV
ccm_p11_init_pin(const struct ccm_p11_session *session, struct ccm_span pin)
{
	struct ccm_vault_pins pins = {.holder = CCM_VAULT_USER, .new_pin = pin};
	char *officer;
	bool user;
	CK_RV rv;

	if (pin.data == NULL && pin.len != 0)
		return CKR_ARGUMENTS_BAD;
	if ((session->flags & CKF_RW_SESSION) == 0)
		return CKR_SESSION_READ_ONLY;
	rv = look(session, &user, &officer);
	if (rv == CKR_OK && officer == NULL)
		rv = CKR_USER_NOT_LOGGED_IN;
	if (rv == CKR_OK && pin.data == NULL)
		rv = CKR_ARGUMENTS_BAD;
	pins.officer_pin = ccm_span_of(officer);
	if (rv == CKR_OK)
		rv = set(session->token, &pins);
	ccm_secret_free_str(officer);
	return rv;
}

/* The officer's own while he is logged in, else the user's. */
CK_RV
ccm_p11_set_pin(
    const struct ccm_p11_session *session, struct ccm_span old_pin, struct ccm_span new_pin)
{
	struct ccm_vault_pins pins = {.old_pin = old_pin, .new_pin = new_pin};
	char *officer;
	bool user;
	CK_RV rv;

	if ((old_pin.data == NULL && old_pin.len != 0) ||
	    (new_pin.data == NULL && new_pin.len != 0))
		return CKR_ARGUMENTS_BAD;
	if ((session->flags & CKF_RW_SESSION) == 0)
		return CKR_SESSION_READ_ONLY;
	if (ccm_token_is_read_only(session->token))
		return CKR_TOKEN_WRITE_PROTECTED;
	if (ccm_token_hsm(session->token) != NULL)
		return CKR_FUNCTION_NOT_SUPPORTED;
	if (old_pin.len == 0) /* what is unlocked is not enough */
		return CKR_PIN_INCORRECT;
	rv = look(session, &user, &officer);
	pins.holder = officer != NULL ? CCM_VAULT_OFFICER : CCM_VAULT_USER;
	if (rv == CKR_OK)
		rv = set(session->token, &pins);
	ccm_secret_free_str(officer);
	return rv;
}
