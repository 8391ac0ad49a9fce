/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/emulator.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "emu/life.h"

static const struct {
	const struct ccm_operation *op;
	ccm_emu_handler handler;
} handlers[] = {
    {&ccm_pca_list_cas, ccm_emu_list_cas},
    {&ccm_pca_create_ca, ccm_emu_create_ca},
    {&ccm_pca_get_ca, ccm_emu_get_ca},
    {&ccm_pca_activate_ca, ccm_emu_activate_ca},
    {&ccm_pca_export_ca, ccm_emu_export_ca},
    {&ccm_pca_get_ca_quota, ccm_emu_get_ca_quota},
    {&ccm_pca_get_ca_csr, ccm_emu_get_ca_csr},
    {&ccm_pca_import_ca, ccm_emu_import_ca},
    {&ccm_pca_order_ca, ccm_emu_order_ca},
    {&ccm_pca_delete_ca, ccm_emu_delete_ca},
    {&ccm_pca_disable_ca, ccm_emu_move_ca},
    {&ccm_pca_enable_ca, ccm_emu_move_ca},
    {&ccm_pca_restore_ca, ccm_emu_move_ca},
    {&ccm_pca_revoke_ca, ccm_emu_revoke_ca},
    {&ccm_pca_list_certificates, ccm_emu_list_certificates},
    {&ccm_pca_create_certificate, ccm_emu_create_certificate},
    {&ccm_pca_get_certificate, ccm_emu_get_certificate},
    {&ccm_pca_export_certificate, ccm_emu_export_certificate},
    {&ccm_pca_issue_certificate_by_csr, ccm_emu_issue_certificate_by_csr},
    {&ccm_pca_parse_csr, ccm_emu_parse_csr},
    {&ccm_pca_get_certificate_quota, ccm_emu_get_certificate_quota},
    {&ccm_pca_delete_certificate, ccm_emu_delete_certificate},
    {&ccm_pca_revoke_certificate, ccm_emu_revoke_certificate},
    {&ccm_pca_get_site_features, ccm_emu_get_site_features},
    {&ccm_pca_check_agency, ccm_emu_check_agency},
    {&ccm_pca_create_agency, ccm_emu_create_agency},
    {&ccm_pca_list_obs_buckets, ccm_emu_list_obs_buckets},
    {&ccm_pca_enable_crl, ccm_emu_enable_crl},
    {&ccm_pca_disable_crl, ccm_emu_disable_crl},
    {&ccm_pca_batch_create_ca_tags, ccm_emu_create_tags},
    {&ccm_pca_batch_delete_ca_tags, ccm_emu_delete_tags},
    {&ccm_pca_create_ca_tag, ccm_emu_create_tag},
    {&ccm_pca_list_ca_tags, ccm_emu_list_tags},
    {&ccm_pca_list_all_ca_tags, ccm_emu_list_all_tags},
    {&ccm_pca_list_cas_by_tags, ccm_emu_find_by_tags},
    {&ccm_pca_count_cas_by_tags, ccm_emu_count_by_tags},
    {&ccm_pca_batch_create_certificate_tags, ccm_emu_create_tags},
    {&ccm_pca_batch_delete_certificate_tags, ccm_emu_delete_tags},
    {&ccm_pca_create_certificate_tag, ccm_emu_create_tag},
    {&ccm_pca_list_certificate_tags, ccm_emu_list_tags},
    {&ccm_pca_list_all_certificate_tags, ccm_emu_list_all_tags},
    {&ccm_pca_list_certificates_by_tags, ccm_emu_find_by_tags},
    {&ccm_pca_count_certificates_by_tags, ccm_emu_count_by_tags},
    {&ccm_scm_apply_certificate, ccm_emu_apply_ssl},
    {&ccm_scm_cancel_certificate_application, ccm_emu_cancel_ssl},
    {&ccm_scm_purchase_certificate, ccm_emu_purchase_ssl},
    {&ccm_scm_list_certificates, ccm_emu_list_ssl},
    {&ccm_scm_import_certificate, ccm_emu_import_ssl},
    {&ccm_scm_get_certificate, ccm_emu_get_ssl},
    {&ccm_scm_delete_certificate, ccm_emu_delete_ssl},
    {&ccm_scm_export_certificate, ccm_emu_export_ssl},
    {&ccm_scm_push_certificate, ccm_emu_push_ssl},
    {&ccm_scm_batch_push_certificate, ccm_emu_batch_push_ssl},
    {&ccm_scm_deploy_certificate, ccm_emu_deploy_ssl},
    {&ccm_iam_create_token, ccm_emu_create_token},
    {&ccm_iam_list_projects, ccm_emu_list_projects},
    {&ccm_iam_list_domains, ccm_emu_list_domains},
    {&ccm_iam_check_token, ccm_emu_check_token},
    {&ccm_iam_get_access_key, ccm_emu_get_access_key},
    {&ccm_iam_get_user, ccm_emu_get_user},
};

void
ccm_emu_init(struct ccm_emu *emulator)
{
	pthread_condattr_t monotonic;

	*emulator = (struct ccm_emu){.log_fd = -1};
	ccm_emu_gate_init(&emulator->gate);
	ccm_emu_faults_init(&emulator->faults);
	ccm_emu_metadata_init(&emulator->metadata);
	ccm_emu_site_init(&emulator->site);
	pthread_mutex_init(&emulator->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&emulator->stop, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

void
ccm_emu_clear(struct ccm_emu *emulator)
{
	ccm_emu_state_close(emulator->state);
	ccm_emu_gate_clear(&emulator->gate);
	ccm_emu_faults_clear(&emulator->faults);
	ccm_emu_metadata_clear(&emulator->metadata);
	ccm_emu_site_clear(&emulator->site);
	ccm_emu_obs_clear(&emulator->obs);
	if (emulator->log_fd >= 0)
		close(emulator->log_fd);
	pthread_cond_destroy(&emulator->stop);
	pthread_mutex_destroy(&emulator->lock);
}

void
ccm_emu_stop(struct ccm_emu *emulator)
{
	pthread_mutex_lock(&emulator->lock);
	emulator->stopping = true;
	pthread_cond_broadcast(&emulator->stop);
	pthread_mutex_unlock(&emulator->lock);
}

static void
pause_for(struct ccm_emu *emulator, int64_t ms)
{
	int64_t until = ccm_clock_monotonic_ms() + ms;
	struct timespec deadline = {
	    .tv_sec = (time_t)(until / 1000), .tv_nsec = (long)(until % 1000) * 1000000};

	if (ms <= 0)
		return;
	pthread_mutex_lock(&emulator->lock);
	while (!emulator->stopping && ccm_clock_monotonic_ms() < until)
		pthread_cond_timedwait(&emulator->stop, &emulator->lock, &deadline);
	pthread_mutex_unlock(&emulator->lock);
}

static ccm_emu_handler
find_handler(const struct ccm_operation *op)
{
	for (size_t i = 0; i < CCM_COUNT(handlers); i++)
		if (handlers[i].op == op)
			return handlers[i].handler;
	return NULL;
}

static bool
handle(struct ccm_emu_call *call, const struct ccm_emu_request *request,
    const struct ccm_emu_mishap *mishap, struct ccm_error *err)
{
	ccm_emu_handler handler = find_handler(call->op);
	struct ccm_json *fields;
	bool ok;

	if (handler == NULL)
		return ccm_emu_refuse_gateway(
		    err, 404, "APIGW.0101", "The emulator cannot do %s yet", call->op->id);
	if (!ccm_emu_life_purge(call->emulator->state, call->now, err))
		return false;
	fields = ccm_emu_route_read(call->op, request, err);
	if (fields == NULL)
		return false;
	call->request = fields;
	call->answer->status = call->op->success;
	ok = ccm_emu_mishap_spoil_request(mishap, fields, err) && handler(call, err);
	ccm_json_free(fields);
	return ok;
}

static bool
serve(struct ccm_emu *emulator, const struct ccm_emu_request *request, struct ccm_emu_call *call,
    const struct ccm_emu_mishap *mishap, struct ccm_error *err)
{
	pause_for(emulator, mishap->delay_ms);
	if (mishap->kind == CCM_EMU_FAULT_RESET)
		return true;
	if (mishap->kind == CCM_EMU_FAULT_STATUS || mishap->kind == CCM_EMU_FAULT_THROTTLE)
		return ccm_emu_mishap_refuse(mishap, err);
	call->http = request;
	call->now = ccm_clock_now_ms();
	call->wrong_key = mishap->kind == CCM_EMU_FAULT_WRONGKEY;
	if (!call->op->anonymous &&
	    !ccm_emu_gate_admit(&emulator->gate, request, call->now, &call->session, err))
		return false;
	return handle(call, request, mishap, err);
}

static const struct ccm_operation *
find_operation(struct ccm_emu_request *request, struct ccm_error *err)
{
	struct ccm_error cause = {0};
	const struct ccm_operation *op;

	if (!ccm_emu_request_parse(request, &cause)) {
		ccm_emu_refuse_gateway(err, 400, "APIGW.0201", "Bad request: %s", cause.msg);
		return NULL;
	}
	op = ccm_emu_route_find(request->method, request->path);
	if (op == NULL)
		ccm_emu_refuse_gateway(err, 404, "APIGW.0101",
		    "The API does not exist or has not been published: %s %.256s", request->method,
		    request->path);
	return op;
}

/* One line, in one write: many threads, and several emulators, may share the file. */
void
ccm_emu_write_log(const struct ccm_emu *emulator, const char *id,
    const struct ccm_emu_request *request, const struct ccm_emu_answer *answer)
{
	struct ccm_buf line = {0};
	char now[28];

	if (emulator->log_fd < 0)
		return;
	ccm_clock_iso8601(ccm_clock_now_ms(), now);
	if (!ccm_buf_printf(&line, NULL, "%s %s %s %s %03d %s\n", now, id, request->method,
		request->target, answer->reset ? 0 : answer->status,
		answer->error_code[0] != '\0' ? answer->error_code : "-") ||
	    write(emulator->log_fd, line.data, line.len) != (ssize_t)line.len)
		ccm_log(ERROR, EMU, "the exchange log cannot be written");
	ccm_buf_clear(&line);
}

static void
finish(const struct ccm_emu_mishap *mishap, struct ccm_emu_answer *answer)
{
	struct ccm_error err = {0};

	if (ccm_emu_mishap_spoil_json(mishap, answer, &err) && ccm_emu_answer_print(answer, &err) &&
	    ccm_emu_mishap_spoil_body(mishap, answer, &err))
		return;
	ccm_log_failure(CCM_LOG_EMU, "writing an answer", &err);
	ccm_buf_clear(&answer->body);
	answer->status = 500;
}

void
ccm_emu_exchange(
    struct ccm_emu *emulator, struct ccm_emu_request *request, struct ccm_emu_answer *answer)
{
	struct ccm_emu_mishap mishap = {0};
	struct ccm_emu_call call = {.emulator = emulator, .answer = answer};
	struct ccm_error err = {0};
	bool ok = ccm_emu_answer_init(answer, &err);

	call.op = ok ? find_operation(request, &err) : NULL;
	if (call.op != NULL)
		ccm_emu_faults_take(&emulator->faults, call.op, &mishap);
	if (call.op == NULL || !serve(emulator, request, &call, &mishap, &err))
		ccm_emu_answer_fail(answer, call.op != NULL ? call.op->service : CCM_PCA,
		    emulator->live_errors, &err);
	finish(&mishap, answer);
	pause_for(emulator, emulator->latency_ms);
	ccm_emu_write_log(emulator, call.op != NULL ? call.op->id : "-", request, answer);
}
