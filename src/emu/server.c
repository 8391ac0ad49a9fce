/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/server.h"

#include <errno.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"

#define CONNECTIONS_MAX 1000
#define IDLE_SECONDS 120
/* Tokens may be large (huawei-auth.md 2.1), and the headers of a request must fit. */
#define CONNECTION_MEMORY (256 * 1024)
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct ccm_emu_server {
	const struct ccm_emu_service *service;
	struct ccm_emu *emulator;
	struct MHD_Daemon *daemon;
};

/* One request while it arrives. */
struct exchange {
	char *target;
	bool begun;
	struct ccm_buf body;
	size_t body_size;
	struct ccm_header *headers;
	size_t header_count;
};

static void *
open_exchange(void *context, const char *target, struct MHD_Connection *connection)
{
	struct exchange *exchange = ccm_alloc(sizeof(*exchange), NULL);

	(void)context;
	(void)connection;
	if (exchange == NULL)
		return NULL;
	exchange->target = ccm_strdup(target, NULL);
	return exchange;
}

static void
close_exchange(void *context, struct MHD_Connection *connection, void **slot,
    enum MHD_RequestTerminationCode how)
{
	struct exchange *exchange = *slot;

	(void)context;
	(void)connection;
	(void)how;
	if (exchange == NULL)
		return;
	ccm_buf_clear(&exchange->body);
	ccm_free(exchange->headers);
	ccm_free(exchange->target);
	ccm_free(exchange);
	*slot = NULL;
}

static enum MHD_Result
collect_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct exchange *exchange = context;

	(void)kind;
	if (!ccm_grow_array(
		&exchange->headers, exchange->header_count, sizeof(exchange->headers[0]), NULL))
		return MHD_NO;
	exchange->headers[exchange->header_count++] =
	    (struct ccm_header){name, value != NULL ? value : ""};
	return MHD_YES;
}

/* What is beyond the limit is counted, not kept. */
static bool
receive(struct exchange *exchange, const char *data, size_t len)
{
	exchange->body_size += len;
	return exchange->body_size > CCM_EMU_REQUEST_MAX_BODY ||
	       ccm_buf_append(&exchange->body, data, len, NULL);
}

/* Answering */

/* libmicrohttpd's own header would tell the real time. */
static bool
add_date(struct MHD_Response *response)
{
	time_t now = (time_t)(ccm_clock_now_ms() / 1000);
	char text[64];
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	return MHD_add_response_header(response, MHD_HTTP_HEADER_DATE, text) == MHD_YES;
}

static bool
add_headers(struct MHD_Response *response, const char *name, const struct ccm_emu_answer *answer)
{
	char seconds[24];

	snprintf(seconds, sizeof(seconds), "%" PRId64, answer->retry_after);
	return add_date(response) && MHD_add_response_header(response, "Server", name) == MHD_YES &&
	       MHD_add_response_header(response, "X-Request-Id", answer->request_id) == MHD_YES &&
	       (answer->body.len == 0 || MHD_add_response_header(response, "Content-Type",
					     answer->content_type) == MHD_YES) &&
	       (answer->disposition == NULL || answer->body.len == 0 ||
		   MHD_add_response_header(response, "Content-Disposition", answer->disposition) ==
		       MHD_YES) &&
	       (answer->retry_after == 0 ||
		   MHD_add_response_header(response, "Retry-After", seconds) == MHD_YES) &&
	       (answer->subject_token == NULL ||
		   MHD_add_response_header(response, "X-Subject-Token", answer->subject_token) ==
		       MHD_YES);
}

static enum MHD_Result
send_answer(struct ccm_emu_server *server, struct MHD_Connection *connection,
    const struct ccm_emu_answer *answer)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
	    answer->body.len, answer->body.data, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result = MHD_NO;

	if (response == NULL)
		return MHD_NO;
	if (add_headers(response, server->service->name, answer))
		result = MHD_queue_response(connection, (unsigned)answer->status, response);
	MHD_destroy_response(response);
	return result;
}

/* Without lingering, closing sends a reset. */
static enum MHD_Result
reset(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	if (info != NULL)
		setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	return MHD_NO;
}

static enum MHD_Result
answer_request(struct ccm_emu_server *server, struct MHD_Connection *connection, const char *method,
    struct exchange *exchange)
{
	struct ccm_emu_request request = {.method = method,
	    .target = exchange->target,
	    .headers = exchange->headers,
	    .header_count = exchange->header_count,
	    .body = ccm_buf_span(&exchange->body),
	    .body_size = exchange->body_size};
	struct ccm_emu_answer answer;
	enum MHD_Result result;

	server->service->exchange(server->emulator, &request, &answer);
	result = answer.reset ? reset(connection) : send_answer(server, connection, &answer);
	ccm_emu_answer_clear(&answer);
	ccm_emu_request_clear(&request);
	return result;
}

static enum MHD_Result
handle(void *context, struct MHD_Connection *connection, const char *url, const char *method,
    const char *version, const char *data, size_t *len, void **slot)
{
	struct ccm_emu_server *server = context;
	struct exchange *exchange = *slot;

	(void)url;
	(void)version;
	if (exchange == NULL || exchange->target == NULL)
		return MHD_NO;
	if (!exchange->begun) {
		exchange->begun = true;
		return MHD_YES;
	}
	if (*len != 0) {
		bool ok = receive(exchange, data, *len);

		*len = 0;
		return ok ? MHD_YES : MHD_NO;
	}
	MHD_get_connection_values(connection, MHD_HEADER_KIND, collect_header, exchange);
	return answer_request(server, connection, method, exchange);
}

/* Starting and stopping */

static void __attribute__((format(printf, 2, 0)))
log_daemon(void *context, const char *fmt, va_list args)
{
	char text[512];

	(void)context;
	vsnprintf(text, sizeof(text), fmt, args);
	text[strcspn(text, "\n")] = '\0';
	ccm_log(DEBUG, EMU, "libmicrohttpd: %s", text);
}

static int
listen_on(uint16_t *port, struct ccm_error *err)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_port = htons(*port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0) {
		ccm_fail_errno(err, CCM_NETWORK, "no socket");
		return -1;
	}
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, size) == 0 && listen(fd, SOMAXCONN) == 0 &&
	    getsockname(fd, (struct sockaddr *)&address, &size) == 0) {
		*port = ntohs(address.sin_port);
		return fd;
	}
	ccm_fail_errno(err, CCM_NETWORK, "cannot listen on 127.0.0.1:%u", *port);
	close(fd);
	return -1;
}

/* A thread a connection: handlers may wait (latency, making keys) without delaying others. */
static struct MHD_Daemon *
start_daemon(struct ccm_emu_server *server, const struct ccm_emu_tls *tls, int fd)
{
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION |
			 MHD_USE_POLL | MHD_USE_ERROR_LOG | MHD_USE_SUPPRESS_DATE_NO_CLOCK;
	struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
	struct MHD_OptionItem secure[] = {
	    {MHD_OPTION_HTTPS_MEM_CERT, 0, tls != NULL ? tls->certificate.data : NULL},
	    {MHD_OPTION_HTTPS_MEM_KEY, 0, tls != NULL ? tls->key.data : NULL},
	    {MHD_OPTION_HTTPS_PRIORITIES, 0, (char[]){TLS_PRIORITIES}}, {MHD_OPTION_END, 0, NULL}};

	return MHD_start_daemon(tls != NULL ? flags | MHD_USE_TLS : flags, 0, NULL, NULL, handle,
	    server, MHD_OPTION_EXTERNAL_LOGGER, log_daemon, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_ARRAY, tls != NULL ? secure : none, MHD_OPTION_URI_LOG_CALLBACK,
	    open_exchange, NULL, MHD_OPTION_NOTIFY_COMPLETED, close_exchange, NULL,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
	    (unsigned)IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
	    MHD_OPTION_END);
}

/* libmicrohttpd closes the socket in some of its failures; the number may be another's by then. */
static void
close_if_same(int fd, const struct stat *opened)
{
	struct stat now;

	if (fstat(fd, &now) == 0 && now.st_dev == opened->st_dev && now.st_ino == opened->st_ino)
		close(fd);
}

struct ccm_emu_server *
ccm_emu_server_start(const struct ccm_emu_service *service, struct ccm_emu *emulator,
    const struct ccm_emu_tls *tls, uint16_t *port, struct ccm_error *err)
{
	struct ccm_emu_server *server = ccm_alloc(sizeof(*server), err);
	struct stat listening = {0};
	int fd;

	if (server == NULL)
		return NULL;
	server->service = service;
	server->emulator = emulator;
	fd = listen_on(port, err);
	if (fd >= 0) {
		fstat(fd, &listening);
		server->daemon = start_daemon(server, tls, fd);
		if (server->daemon != NULL)
			return server;
		close_if_same(fd, &listening);
		ccm_fail(err, CCM_TLS,
		    tls != NULL ? "cannot serve TLS: the certificate and key are not usable"
				: "cannot serve HTTP");
	}
	ccm_free(server);
	return NULL;
}

void
ccm_emu_server_stop(struct ccm_emu_server *server)
{
	if (server == NULL)
		return;
	MHD_stop_daemon(server->daemon);
	ccm_free(server);
}
