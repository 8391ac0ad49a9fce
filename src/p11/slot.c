/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "model/local.h"
#include "p11/p11.h"

/*
 * Made from the model at the first use after C_Initialize. Forgetting them needs no libcrypto, as
 * C_Finalize requires: the model itself is the process's and never taken down.
 */
static struct {
	struct ccm_model *model;
	struct ccm_p11_slot *slots;
	size_t count;
	bool complained;
} tokens;

static void
complain(const struct ccm_error *err)
{
	if (tokens.complained)
		return;
	tokens.complained = true;
	if (err->code == CCM_CONFIG && err->sys_errno == ENOENT)
		ccm_log(WARN, P11, "no slots: %s", err->msg);
	else
		ccm_log_failure(CCM_LOG_P11, "no slots", err);
}

/* Takes the model; another thread may have been here first. */
static bool
adopt_locked(struct ccm_model *model, struct ccm_error *err)
{
	size_t count = ccm_model_token_count(model);
	struct ccm_p11_slot *slots = NULL;

	if (tokens.model == NULL)
		slots = ccm_alloc_array(count, sizeof(*slots), err);
	if (slots == NULL) {
		ccm_model_unref(model);
		return tokens.model != NULL;
	}
	for (size_t i = 0; i < count; i++)
		slots[i].token = ccm_model_token(model, i);
	tokens.model = model;
	tokens.slots = slots;
	tokens.count = count;
	return true;
}

/*
 * Take the lock with the tokens there, if they can be had: without configuration there are none.
 * The model is asked for without the lock, because the start of libcrypto may lead back here.
 */
static CK_RV
enter(void)
{
	char config_path[PATH_MAX];
	struct ccm_error err = {0};
	struct ccm_model *model;
	CK_RV rv = ccm_p11_lock();

	if (rv != CKR_OK || tokens.model != NULL)
		return rv;
	ccm_p11_config_path_locked(config_path);
	ccm_p11_unlock();
	model = ccm_model_get(config_path[0] != '\0' ? config_path : NULL, &err);
	rv = ccm_p11_lock();
	if (rv != CKR_OK) {
		ccm_model_unref(model);
		return rv;
	}
	if (model == NULL || !adopt_locked(model, &err))
		complain(&err);
	return CKR_OK;
}

static CK_RV
leave(CK_RV rv)
{
	ccm_p11_unlock();
	return rv;
}

void
ccm_p11_slots_forget_locked(void)
{
	tokens.complained = false;
	if (tokens.model == NULL)
		return;
	for (size_t i = 0; i < tokens.count; i++)
		ccm_p11_log_out_locked(&tokens.slots[i]);
	ccm_model_unref(tokens.model);
	ccm_free(tokens.slots);
	tokens.model = NULL;
	tokens.slots = NULL;
	tokens.count = 0;
}

struct ccm_p11_slot *
ccm_p11_slot_locked(CK_SLOT_ID id)
{
	return id < tokens.count ? &tokens.slots[id] : NULL;
}

CK_RV
ccm_p11_slot_enter(CK_SLOT_ID id, struct ccm_p11_slot **slot)
{
	CK_RV rv = enter();

	if (rv != CKR_OK)
		return rv;
	*slot = ccm_p11_slot_locked(id);
	return *slot != NULL ? CKR_OK : leave(CKR_SLOT_ID_INVALID);
}

CK_RV
ccm_p11_slot_list(CK_SLOT_ID *list, CK_ULONG *count)
{
	CK_ULONG room;
	CK_RV rv = enter();

	if (rv != CKR_OK)
		return rv;
	if (count == NULL)
		return leave(CKR_ARGUMENTS_BAD);
	room = *count;
	*count = tokens.count;
	if (list == NULL)
		return leave(CKR_OK);
	if (room < tokens.count)
		return leave(CKR_BUFFER_TOO_SMALL);
	for (size_t i = 0; i < tokens.count; i++)
		list[i] = i;
	return leave(CKR_OK);
}

CK_RV
ccm_p11_slot_info(CK_SLOT_ID id, CK_SLOT_INFO *info)
{
	char description[sizeof(info->slotDescription) + 1];
	struct ccm_p11_slot *slot;
	CK_RV rv = ccm_p11_slot_enter(id, &slot);

	if (rv != CKR_OK)
		return rv;
	if (info == NULL)
		return leave(CKR_ARGUMENTS_BAD);
	*info = (CK_SLOT_INFO){.flags = CKF_TOKEN_PRESENT};
	if (ccm_token_hsm(slot->token) != NULL)
		info->flags |= CKF_HW_SLOT;
	snprintf(description, sizeof(description), "%s: %s", CCM_MANUFACTURER,
	    ccm_token_label(slot->token));
	ccm_p11_pad(info->slotDescription, sizeof(info->slotDescription), description);
	ccm_p11_pad(info->manufacturerID, sizeof(info->manufacturerID), CCM_MANUFACTURER);
	return leave(CKR_OK);
}

/* What the keystore tells of its PINs, by the flags of PKCS#11 2.40 s.3.2. */
static CK_FLAGS
pin_flags(const struct ccm_vault_state *state)
{
	static const struct {
		enum ccm_vault_holder holder;
		CK_FLAGS low, last, locked;
	} pins[] = {
	    {CCM_VAULT_USER, CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_LOCKED},
	    {CCM_VAULT_OFFICER, CKF_SO_PIN_COUNT_LOW, CKF_SO_PIN_FINAL_TRY, CKF_SO_PIN_LOCKED},
	};
	CK_FLAGS flags = state->held_by[CCM_VAULT_USER] ? CKF_USER_PIN_INITIALIZED : 0;

	for (size_t i = 0; i < CCM_COUNT(pins); i++) {
		unsigned failures = state->failures[pins[i].holder];

		if (failures != 0)
			flags |= pins[i].low;
		if (failures + 1 == CCM_VAULT_FAILURES_MAX && pins[i].holder == CCM_VAULT_USER)
			flags |= pins[i].last;
		if (state->wait_ms[pins[i].holder] != 0)
			flags |= pins[i].locked;
	}
	return flags;
}

/* Asked without the module's lock. A keystore that can't be read shows when it is used. */
static CK_FLAGS
token_flags(struct ccm_token *token)
{
	CK_FLAGS flags = CKF_TOKEN_INITIALIZED | CKF_RNG;
	struct ccm_vault_state state;

	if (ccm_token_is_read_only(token))
		flags |= CKF_WRITE_PROTECTED;
	if (!ccm_token_needs_login(token))
		return flags;
	flags |= CKF_LOGIN_REQUIRED;
	if (ccm_token_hsm(token) != NULL)
		return flags | CKF_USER_PIN_INITIALIZED;
	return ccm_vault_look(ccm_token_vault(token), &state, NULL) ? flags | pin_flags(&state)
								    : flags;
}

CK_RV
ccm_p11_token_info(CK_SLOT_ID id, CK_TOKEN_INFO *info)
{
	struct ccm_p11_slot *slot;
	CK_FLAGS flags;
	CK_RV rv = ccm_p11_slot_enter(id, &slot);

	if (rv != CKR_OK)
		return rv;
	if (info == NULL)
		return leave(CKR_ARGUMENTS_BAD);
	if (ccm_token_needs_login(slot->token)) {
		struct ccm_token *token = slot->token;

		ccm_p11_unlock();
		flags = token_flags(token);
		rv = ccm_p11_slot_enter(id, &slot);
		if (rv != CKR_OK)
			return rv;
	} else {
		flags = token_flags(slot->token);
	}
	*info = (CK_TOKEN_INFO){
	    .flags = flags,
	    .ulMaxSessionCount = CK_EFFECTIVELY_INFINITE,
	    .ulSessionCount = slot->sessions,
	    .ulMaxRwSessionCount = CK_EFFECTIVELY_INFINITE,
	    .ulRwSessionCount = slot->rw_sessions,
	    .ulMaxPinLen = CCM_VAULT_PIN_MAX,
	    .ulMinPinLen = ccm_token_needs_login(slot->token) ? CCM_VAULT_PIN_MIN : 0,
	    .ulTotalPublicMemory = CK_UNAVAILABLE_INFORMATION,
	    .ulFreePublicMemory = CK_UNAVAILABLE_INFORMATION,
	    .ulTotalPrivateMemory = CK_UNAVAILABLE_INFORMATION,
	    .ulFreePrivateMemory = CK_UNAVAILABLE_INFORMATION,
	};
	ccm_p11_pad(info->label, sizeof(info->label), ccm_token_label(slot->token));
	ccm_p11_pad(info->manufacturerID, sizeof(info->manufacturerID), CCM_MANUFACTURER);
	ccm_p11_pad(info->model, sizeof(info->model), ccm_token_model_name(slot->token));
	ccm_p11_pad(info->serialNumber, sizeof(info->serialNumber), ccm_token_serial(slot->token));
	ccm_p11_pad(info->utcTime, sizeof(info->utcTime), ""); /* no clock on the token */
	return leave(CKR_OK);
}

/*
 * Tokens come and go with the configuration only, so nothing ever happens in a slot: who waits for
 * it waits for C_Finalize (PKCS#11 2.40 s.5.5).
 */
CK_RV
ccm_p11_slot_event(CK_FLAGS flags, CK_SLOT_ID *id, void *reserved)
{
	CK_RV rv = ccm_p11_lock();

	if (rv != CKR_OK)
		return rv;
	if (id == NULL || reserved != NULL)
		return leave(CKR_ARGUMENTS_BAD);
	return leave((flags & CKF_DONT_BLOCK) != 0 ? CKR_NO_EVENT : ccm_p11_await_end_locked());
}

CK_RV
ccm_p11_mechanism_list(CK_SLOT_ID id, CK_MECHANISM_TYPE *list, CK_ULONG *count)
{
	struct ccm_p11_slot *slot;
	CK_ULONG room;
	CK_RV rv = ccm_p11_slot_enter(id, &slot);

	if (rv != CKR_OK)
		return rv;
	if (count == NULL)
		return leave(CKR_ARGUMENTS_BAD);
	room = *count;
	*count = ccm_p11_mechanism_count;
	if (list == NULL)
		return leave(CKR_OK);
	if (room < ccm_p11_mechanism_count)
		return leave(CKR_BUFFER_TOO_SMALL);
	for (size_t i = 0; i < ccm_p11_mechanism_count; i++)
		list[i] = ccm_p11_mechanisms[i].type;
	return leave(CKR_OK);
}

CK_RV
ccm_p11_mechanism_info(CK_SLOT_ID id, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info)
{
	const struct ccm_p11_mechanism *mechanism = ccm_p11_mechanism_find(type);
	struct ccm_p11_slot *slot;
	CK_RV rv = ccm_p11_slot_enter(id, &slot);

	if (rv != CKR_OK)
		return rv;
	if (info == NULL)
		return leave(CKR_ARGUMENTS_BAD);
	if (mechanism == NULL)
		return leave(CKR_MECHANISM_INVALID);
	*info = ccm_p11_mechanism_describe(mechanism);
	return leave(CKR_OK);
}
