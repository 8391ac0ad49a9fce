/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_TOKEN_H
#define CCM_EMU_TOKEN_H

/*
 * Tokens of IAM. Like the real ones they are large and carry who they are for; that we issued one
 * is known by its digest, which the state keeps.
 */

#include "emu/account.h"
#include "emu/state.h"

/* Who calls, and for what. Borrowed from the account. */
struct ccm_emu_session {
	const struct ccm_emu_user *user;
	const char *project; /* its name; NULL: the whole account */
	const char *method;  /* "password" or "token": how the token was got; NULL: signed */
	bool temporary;      /* signed with a temporary key */
	int64_t issued, expires;
};

/* A new token for session->user and ->project, to be freed by the caller. */
char *ccm_emu_token_issue(
    const struct ccm_emu_session *session, struct ccm_emu_state *state, struct ccm_error *err);

/* What a token is for. Refused when it is none of ours, has ended, or its user is gone. */
bool ccm_emu_token_read(const struct ccm_emu_account *account, const char *token, int64_t now,
    struct ccm_emu_session *out, struct ccm_error *err);

#endif
