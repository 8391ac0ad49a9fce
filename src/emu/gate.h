/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_GATE_H
#define CCM_EMU_GATE_H

/*
 * Who may come in: tokens that IAM issued, and requests signed with an access key (huawei-auth.md
 * 1 and 2). Refusals are the API gateway's.
 */

#include "emu/request.h"
#include "emu/token.h"

#define CCM_EMU_SIGNED_BODY_MAX (12u * 1024 * 1024)

struct ccm_emu_gate {
	struct ccm_emu_account account;
	char *security_token; /* that requests signed with a lasting key must carry; NULL: none */
	int64_t token_lifetime_ms;
};

void ccm_emu_gate_init(struct ccm_emu_gate *gate);
void ccm_emu_gate_clear(struct ccm_emu_gate *gate);

/* True when the request may pass, with who it comes from; else it is refused. */
bool ccm_emu_gate_admit(struct ccm_emu_gate *gate, const struct ccm_emu_request *request,
    int64_t now, struct ccm_emu_session *session, struct ccm_error *err);
/*
 * X-Domain-Id and X-Project-Id have to be the account's, and a token's own; the session is for that
 * project then. Part of the above.
 */
bool ccm_emu_gate_check_scope(const struct ccm_emu_gate *gate,
    const struct ccm_emu_request *request, struct ccm_emu_session *session, struct ccm_error *err);

/* An Authorization header taken apart. Pure; the texts point into copy, which is written to. */
struct ccm_emu_authorization {
	enum ccm_sign_algorithm algorithm;
	char *access_key, *signed_headers, *signature;
};
bool ccm_emu_authorization_parse(char *copy, struct ccm_emu_authorization *out);

#endif
