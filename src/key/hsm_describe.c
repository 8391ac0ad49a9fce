/* SPDX-License-Identifier: Apache-2.0 */
/* What a module tells of itself. */
#include <p11-kit/p11-kit.h>
#include <string.h>

#include "key/hsm_module.h"

static void
copy_field(const unsigned char *field, size_t size, char *out)
{
	size_t len = p11_kit_space_strlen(field, size);

	memcpy(out, field, len);
	out[len] = '\0';
}

static void
describe_mechanisms(const struct ccm_hsm_connection *connection, struct ccm_hsm_state *state)
{
	const struct {
		CK_MECHANISM_TYPE type;
		bool *there;
	} rows[] = {
	    {CKM_RSA_PKCS, &state->rsa},
	    {CKM_RSA_PKCS_PSS, &state->pss},
	    {CKM_RSA_PKCS_OAEP, &state->oaep},
	    {CKM_RSA_X_509, &state->raw},
	    {CKM_ECDSA, &state->ecdsa},
	    {CKM_ECDH1_DERIVE, &state->ecdh},
	    {CKM_EDDSA, &state->eddsa},
	    {CKM_RSA_PKCS_KEY_PAIR_GEN, &state->makes_rsa},
	    {CKM_EC_KEY_PAIR_GEN, &state->makes_ec},
	    {CKM_EC_EDWARDS_KEY_PAIR_GEN, &state->makes_ed},
	};

	for (size_t i = 0; i < CCM_COUNT(rows); i++)
		*rows[i].there = ccm_hsm_connection_has(connection, rows[i].type);
}

static CK_RV
count_keys(const struct ccm_hsm_session *session, size_t *keys)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE wanted = {CKA_CLASS, &class, sizeof(class)};
	CK_OBJECT_HANDLE handles[64];
	CK_ULONG count = 1;
	CK_RV rv = session->functions->C_FindObjectsInit(session->handle, &wanted, 1);

	*keys = 0;
	if (rv != CKR_OK)
		return rv;
	while (rv == CKR_OK && count != 0) {
		rv = session->functions->C_FindObjects(
		    session->handle, handles, CCM_COUNT(handles), &count);
		*keys += rv == CKR_OK ? count : 0;
	}
	session->functions->C_FindObjectsFinal(session->handle);
	return rv;
}

static CK_RV
describe_work(struct ccm_hsm_session *session, void *context, struct ccm_error *err)
{
	const struct ccm_hsm_connection *connection = session->connection;
	const CK_TOKEN_INFO *token = &connection->token;
	struct ccm_hsm_state *state = context;
	CK_INFO info;
	CK_SLOT_INFO slot;
	CK_RV rv = session->functions->C_GetInfo(&info);

	(void)err;
	if (rv == CKR_OK)
		rv = session->functions->C_GetSlotInfo(connection->slot, &slot);
	if (rv != CKR_OK)
		return rv;
	copy_field(info.libraryDescription, sizeof(info.libraryDescription), state->module);
	copy_field(token->manufacturerID, sizeof(token->manufacturerID), state->manufacturer);
	copy_field(token->label, sizeof(token->label), state->label);
	copy_field(token->model, sizeof(token->model), state->model);
	copy_field(token->serialNumber, sizeof(token->serialNumber), state->serial);
	memcpy(state->cryptoki, &info.cryptokiVersion, 2);
	memcpy(state->library, &info.libraryVersion, 2);
	memcpy(state->firmware, &token->firmwareVersion, 2);
	state->hardware = (slot.flags & CKF_HW_SLOT) != 0;
	state->serialised = connection->serialised;
	describe_mechanisms(connection, state);
	return count_keys(session, &state->keys);
}

bool
ccm_hsm_describe(struct ccm_hsm *hsm, struct ccm_hsm_state *state, struct ccm_error *err)
{
	const struct ccm_hsm_task task = {"describing it", describe_work, state, false};

	*state = (struct ccm_hsm_state){0};
	return ccm_hsm_run(hsm, &task, err);
}
