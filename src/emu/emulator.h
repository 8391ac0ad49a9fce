/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMULATOR_H
#define CCM_EMULATOR_H

/*
 * The service: one exchange in, one answer out, whatever carries them. Safe for many threads.
 */

#include "emu/answer.h"
#include "emu/fault.h"
#include "emu/gate.h"
#include "emu/route.h"
#include "emu/state.h"

#define CCM_PROJECT_NAME "eu-west-101"
#define CCM_CA_QUOTA 100
#define CCM_CERTIFICATE_QUOTA 100000

struct ccm_emulator {
	struct ccm_state *state;
	struct ccm_gate gate;
	struct ccm_faults faults;
	bool live_errors;
	int64_t latency_ms;
	int log_fd; /* -1: none */

	pthread_mutex_t lock; /* for what follows */
	pthread_cond_t stop;
	bool stopping;
};

void ccm_emulator_init(struct ccm_emulator *emulator);
void ccm_emulator_clear(struct ccm_emulator *emulator);

/* End the waits of exchanges that are under way. */
void ccm_emulator_stop(struct ccm_emulator *emulator);

/* The whole way of a request: faults, gate, checks, handler, answer, log. */
void ccm_emulator_exchange(
    struct ccm_emulator *emulator, struct ccm_request *request, struct ccm_answer *answer);

/* One call of an operation that may be served. */
struct ccm_call {
	struct ccm_emulator *emulator;
	const struct ccm_operation *op;
	const struct ccm_json *request; /* checked against the table */
	struct ccm_answer *answer;
	int64_t now;
	bool wrong_key; /* a fault: export another key */
};

/* Sets answer->json, or refuses (answer.h). */
typedef bool (*ccm_handler)(struct ccm_call *call, struct ccm_error *err);

bool ccm_list_cas(struct ccm_call *call, struct ccm_error *err);
bool ccm_create_ca(struct ccm_call *call, struct ccm_error *err);
bool ccm_get_ca(struct ccm_call *call, struct ccm_error *err);
bool ccm_activate_ca(struct ccm_call *call, struct ccm_error *err);
bool ccm_export_ca(struct ccm_call *call, struct ccm_error *err);
bool ccm_list_certificates(struct ccm_call *call, struct ccm_error *err);
bool ccm_create_certificate(struct ccm_call *call, struct ccm_error *err);
bool ccm_get_certificate(struct ccm_call *call, struct ccm_error *err);
bool ccm_export_certificate(struct ccm_call *call, struct ccm_error *err);
bool ccm_create_token(struct ccm_call *call, struct ccm_error *err);

#endif
