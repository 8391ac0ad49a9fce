/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "emu/control.h"
#include "emu/obs_service.h"
#include "emu/options.h"
#include "emu/seed.h"
#include "emu/server.h"

enum { DONE, FAILED, USAGE };

static const struct ccm_emu_service gateway = {"api-gateway", ccm_emu_exchange};
static const struct ccm_emu_service obs_service = {"OBS", ccm_emu_obs_exchange};

/* The running program. All zero is a valid one that has not begun. */
struct service {
	struct ccm_emu emulator;
	struct ccm_emu_options options;
	struct ccm_emu_tls tls;
	char *directory; /* absolute: of --data, or a private one that goes at the end */
	char *ca_file;
	char *control_file;
	struct ccm_emu_control *control;
	struct ccm_emu_server *server, *metadata, *storage;
};

static bool
open_log(struct service *service, struct ccm_error *err)
{
	const char *path = service->options.log;

	if (path == NULL)
		return true;
	service->emulator.log_fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	return service->emulator.log_fd >= 0 ||
	       ccm_fail_errno(err, CCM_CONFIG, "cannot open %s", path);
}

static char *
make_private_directory(struct ccm_error *err)
{
	const char *parent = getenv("TMPDIR");
	char *path = ccm_format(
	    err, "%s/ccm-emulator.XXXXXX", parent != NULL && parent[0] != '\0' ? parent : "/tmp");

	if (path == NULL || mkdtemp(path) != NULL)
		return path;
	ccm_fail_errno(err, CCM_STORE, "cannot make the directory %s", path);
	ccm_free(path);
	return NULL;
}

/* The state has made the directory of --data. */
static bool
set_directory(struct service *service, struct ccm_error *err)
{
	char resolved[PATH_MAX];

	if (service->options.data == NULL)
		service->directory = make_private_directory(err);
	else if (realpath(service->options.data, resolved) != NULL)
		service->directory = ccm_strdup(resolved, err);
	else
		ccm_fail_errno(err, CCM_STORE, "%s", service->options.data);
	if (service->directory != NULL)
		service->ca_file = ccm_format(err, "%s/ca.pem", service->directory);
	return service->ca_file != NULL;
}

static bool
write_ca_file(struct service *service, struct ccm_error *err)
{
	struct ccm_span pem = ccm_buf_span(&service->tls.ca);
	FILE *file = fopen(service->ca_file, "we");
	bool ok;

	if (file == NULL)
		return ccm_fail_errno(err, CCM_STORE, "cannot write %s", service->ca_file);
	ok = fwrite(pem.data, 1, pem.len, file) == pem.len;
	ok = fclose(file) == 0 && ok;
	return ok || ccm_fail_errno(err, CCM_STORE, "cannot write %s", service->ca_file);
}

static bool
open_control(struct service *service, struct ccm_error *err)
{
	const char *path = service->options.control;
	struct ccm_error cause = {0};

	service->control_file = path != NULL ? ccm_strdup(path, err)
					     : ccm_format(err, "%s/control", service->directory);
	if (service->control_file == NULL)
		return false;
	service->control =
	    ccm_emu_control_open(service->control_file, &service->emulator.faults, &cause);
	if (service->control != NULL)
		return true;
	if (path != NULL)
		return ccm_fail(err, cause.code, "--control: %s", cause.msg);
	/* nobody has asked for it: a directory where it cannot be will do */
	ccm_log_failure(CCM_LOG_EMU, "no faults while running", &cause);
	return true;
}

/* What stands in for OBS: over plain HTTP, as distribution points of CRLs are. */
static bool
start_storage(struct service *service, struct ccm_error *err)
{
	struct ccm_emu_obs *obs = &service->emulator.obs;
	uint16_t port = service->options.obs_port;

	if (!ccm_emu_obs_prepare(
		obs, ccm_emu_state_db(service->emulator.state), ccm_clock_now_ms(), err))
		return false;
	service->storage = ccm_emu_server_start(&obs_service, &service->emulator, NULL, &port, err);
	if (service->storage == NULL)
		return ccm_error_context(err, "--obs-port");
	snprintf(obs->url, sizeof(obs->url), "http://127.0.0.1:%u", port);
	printf("obs %s\n", obs->url);
	return true;
}

static bool
start_metadata(struct service *service, struct ccm_error *err)
{
	static const struct ccm_emu_service metadata = {"metadata", ccm_emu_metadata_exchange};
	uint16_t port = service->options.metadata_port;

	if (!ccm_emu_metadata_begin(&service->emulator.metadata, err))
		return false;
	service->metadata = ccm_emu_server_start(&metadata, &service->emulator, NULL, &port, err);
	if (service->metadata == NULL)
		return ccm_error_context(err, "--metadata-port");
	printf("metadata http://127.0.0.1:%u\n", port);
	return true;
}

static bool
start(struct service *service, struct ccm_error *err)
{
	const struct ccm_emu_options *options = &service->options;
	uint16_t port = options->port;

	ccm_clock_set_offset_ms(options->clock_offset_ms);
	ccm_emu_account_begin(&service->emulator.gate.account, ccm_clock_now_ms());
	service->emulator.state = ccm_emu_state_open(options->data, err);
	service->emulator.gate.account.state = service->emulator.state;
	if (service->emulator.state == NULL || !open_log(service, err) ||
	    !set_directory(service, err) ||
	    !ccm_emu_tls_prepare(service->emulator.state, options->tls_certificate,
		options->tls_key, &service->tls, err) ||
	    !write_ca_file(service, err))
		return false;
	if (options->seed_certificates != 0 &&
	    !ccm_emu_seed(service->emulator.state, options->seed_certificates, err))
		return ccm_error_context(err, "--seed-certs");
	if (!open_control(service, err) || !start_storage(service, err))
		return false;
	service->server =
	    ccm_emu_server_start(&gateway, &service->emulator, &service->tls, &port, err);
	if (service->server == NULL)
		return false;
	if (options->has_metadata && !start_metadata(service, err))
		return false;
	printf("ready https://127.0.0.1:%u %s\n", port, service->ca_file);
	return fflush(stdout) == 0 || ccm_fail_errno(err, CCM_CONFIG, "standard output");
}

static void
stop(struct service *service)
{
	ccm_emu_stop(&service->emulator);
	ccm_emu_server_stop(service->server);
	ccm_emu_server_stop(service->metadata);
	ccm_emu_server_stop(service->storage);
	ccm_emu_control_close(service->control);
	if (service->options.data == NULL && service->directory != NULL) {
		if (service->ca_file != NULL)
			unlink(service->ca_file);
		rmdir(service->directory);
	}
	ccm_free(service->control_file);
	ccm_free(service->ca_file);
	ccm_free(service->directory);
	ccm_emu_tls_clear(&service->tls);
	ccm_emu_clear(&service->emulator);
}

/* Threads inherit the mask, so the signals wait for sigwait() alone. */
static void
block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int
run(struct service *service)
{
	struct ccm_error err = {0};
	sigset_t signals;
	int received;

	block_signals(&signals);
	if (!start(service, &err)) {
		fprintf(stderr, "ccm-emulator: %s\n", err.msg);
		return FAILED;
	}
	sigwait(&signals, &received);
	ccm_log(INFO, EMU, "ending on signal %d", received);
	return DONE;
}

int
main(int argc, char **argv)
{
	struct service service = {0};
	struct ccm_error err = {0};
	int status;

	if (argc > 1 && strcmp(argv[1], "fault") == 0)
		return ccm_emu_control_main(argc - 1, argv + 1);
	ccm_emu_init(&service.emulator);
	if (!ccm_emu_options_parse(argc, argv, &service.options, &service.emulator, &err)) {
		fprintf(stderr, "ccm-emulator: %s\ntry ccm-emulator --help\n", err.msg);
		status = USAGE;
	} else if (service.options.help) {
		status = ccm_emu_options_print_help() ? DONE : FAILED;
	} else if (service.options.version) {
		status = printf("ccm-emulator " CCM_VERSION "\n") > 0 ? DONE : FAILED;
	} else {
		status = run(&service);
	}
	stop(&service);
	return status;
}
