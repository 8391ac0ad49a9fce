/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_GATE_H
#define CCM_EMU_GATE_H

/*
 * Who may come in: tokens that IAM issued, and requests signed with an access key (huawei-auth.md
 * 1 and 2). Refusals are the API gateway's.
 */

#include <pthread.h>

#include "emu/request.h"
#include "emu/state.h"

#define CCM_EMU_SIGNED_BODY_MAX (12u * 1024 * 1024)

struct ccm_emu_access_key {
	char *id, *secret;
	unsigned failures;    /* in a row */
	int64_t locked_until; /* ms */
};

struct ccm_emu_user {
	char *name, *password, *domain;
};

struct ccm_emu_gate {
	struct ccm_emu_access_key *keys;
	size_t key_count;
	struct ccm_emu_user *users;
	size_t user_count;
	char *security_token; /* that signed requests must carry; NULL: none */
	int64_t token_lifetime_ms;
	pthread_mutex_t lock; /* for the keys' failures */
};

void ccm_emu_gate_init(struct ccm_emu_gate *gate);
void ccm_emu_gate_clear(struct ccm_emu_gate *gate);

/* "AK:SK" and "NAME:PASSWORD:DOMAIN" of the command line. */
bool ccm_emu_gate_add_key(struct ccm_emu_gate *gate, const char *text, struct ccm_error *err);
bool ccm_emu_gate_add_user(struct ccm_emu_gate *gate, const char *text, struct ccm_error *err);

/* A new token, kept in the state by its digest; to be freed by the caller. */
char *ccm_emu_gate_issue_token(struct ccm_emu_gate *gate, struct ccm_emu_state *state, int64_t now,
    int64_t *expires, struct ccm_error *err);

/* True when the request may pass; else it is refused. */
bool ccm_emu_gate_admit(struct ccm_emu_gate *gate, struct ccm_emu_state *state,
    const struct ccm_emu_request *request, int64_t now, struct ccm_error *err);

/* An Authorization header taken apart. Pure; the texts point into copy, which is written to. */
struct ccm_emu_authorization {
	enum ccm_sign_algorithm algorithm;
	char *access_key, *signed_headers, *signature;
};
bool ccm_emu_authorization_parse(char *copy, struct ccm_emu_authorization *out);

#endif
