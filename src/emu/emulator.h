/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_H
#define CCM_EMU_H

/*
 * The service: one exchange in, one answer out, whatever carries them. Safe for many threads.
 */

#include "emu/answer.h"
#include "emu/fault.h"
#include "emu/gate.h"
#include "emu/metadata.h"
#include "emu/obs.h"
#include "emu/route.h"
#include "emu/site.h"
#include "emu/state.h"

#define CCM_EMU_PROJECT_NAME "eu-west-101"

struct ccm_emu {
	struct ccm_emu_state *state;
	struct ccm_emu_gate gate;
	struct ccm_emu_faults faults;
	struct ccm_emu_metadata metadata;
	struct ccm_emu_site site;
	struct ccm_emu_obs obs;
	bool live_errors;
	bool tag_paging; /* filters by tags know offset */
	int64_t latency_ms;
	int64_t ssl_review_ms; /* how long an application for an SSL certificate is looked at */
	int log_fd;            /* -1: none */

	pthread_mutex_t lock; /* for what follows */
	pthread_cond_t stop;
	bool stopping;
};

void ccm_emu_init(struct ccm_emu *emulator);
void ccm_emu_clear(struct ccm_emu *emulator);

/* End the waits of exchanges that are under way. */
void ccm_emu_stop(struct ccm_emu *emulator);

/* The whole way of a request: faults, gate, checks, handler, answer, log. */
void ccm_emu_exchange(
    struct ccm_emu *emulator, struct ccm_emu_request *request, struct ccm_emu_answer *answer);

/* Append the line of an exchange to the log. */
void ccm_emu_write_log(const struct ccm_emu *emulator, const char *id,
    const struct ccm_emu_request *request, const struct ccm_emu_answer *answer);

/* One call of an operation that may be served. */
struct ccm_emu_call {
	struct ccm_emu *emulator;
	const struct ccm_operation *op;
	const struct ccm_json *request; /* checked against the table */
	struct ccm_emu_answer *answer;
	const struct ccm_emu_request *http;
	struct ccm_emu_session session; /* who calls; of operations that anybody may call: nobody */
	int64_t now;
	bool wrong_key; /* a fault: export another key */
};

/* Sets answer->json, or refuses (answer.h). */
typedef bool (*ccm_emu_handler)(struct ccm_emu_call *call, struct ccm_error *err);

bool ccm_emu_list_cas(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_create_ca(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_get_ca(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_activate_ca(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_export_ca(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_get_ca_quota(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_get_ca_csr(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_import_ca(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_order_ca(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_delete_ca(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_move_ca(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_revoke_ca(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_list_certificates(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_create_certificate(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_get_certificate(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_issue_certificate_by_csr(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_parse_csr(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_get_certificate_quota(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_delete_certificate(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_revoke_certificate(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_export_certificate(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_get_site_features(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_check_agency(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_create_agency(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_list_obs_buckets(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_enable_crl(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_disable_crl(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_create_tag(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_create_tags(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_delete_tags(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_list_tags(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_list_all_tags(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_find_by_tags(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_count_by_tags(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_apply_ssl(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_cancel_ssl(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_purchase_ssl(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_list_ssl(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_import_ssl(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_get_ssl(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_delete_ssl(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_export_ssl(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_push_ssl(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_batch_push_ssl(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_deploy_ssl(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_create_token(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_list_projects(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_list_domains(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_check_token(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_get_access_key(struct ccm_emu_call *call, struct ccm_error *err);
bool ccm_emu_get_user(struct ccm_emu_call *call, struct ccm_error *err);

#endif
