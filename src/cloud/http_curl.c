/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "cloud/http_receive.h"
#include "cloud/http_sockets.h"
#include "cloud/libcurl.h"
#include "core/clock.h"
#include "core/crypto.h"
#include "core/fork.h"
#include "core/log.h"

#define IDLE_MAX 16

/* An easy handle carries its own connections. One thread at a time uses it. */
struct handle {
	CURL *curl;
	struct handle *next;
	unsigned generation;        /* of the process that made it, see fork.h */
	struct ccm_sockets sockets; /* the first is the sentinel */
	char reason[CURL_ERROR_SIZE];
};

struct curl_http {
	struct ccm_http base;
	const struct ccm_cloud_config *config;
	struct ccm_lock lock;
	struct handle *idle; /* under lock, latest first: its connections are the most alive */
	size_t idle_count;
};

/* Handles that must not be touched again; kept so that they don't look lost. */
static struct ccm_lock abandoned_lock = CCM_LOCK_INIT;
static struct handle *abandoned;

/* Sockets */

static curl_socket_t
open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	(void)purpose;
	return ccm_sockets_open(context, address->family, address->socktype, address->protocol);
}

static int
close_socket(void *context, curl_socket_t fd)
{
	return ccm_sockets_close(context, fd);
}

/* Handles */

/* False when libcurl would use, read or close what is another's by now. */
static bool
is_intact(const struct handle *handle)
{
	return handle->generation == ccm_fork_generation() &&
	       ccm_sockets_are_ours(&handle->sockets);
}

/* Close our sockets without a word to the peer, and never touch the rest again. */
static void
handle_abandon(struct handle *handle)
{
	ccm_sockets_drop(&handle->sockets);
	ccm_lock_acquire(&abandoned_lock);
	handle->next = abandoned;
	abandoned = handle;
	ccm_lock_release(&abandoned_lock);
}

/* Inside the network guard. */
static void
handle_free(struct handle *handle)
{
	if (!is_intact(handle)) {
		handle_abandon(handle);
		return;
	}
	curl_easy_cleanup(handle->curl);
	ccm_sockets_drop(&handle->sockets);
	ccm_free(handle);
}

/*
 * libcurl has descriptors that it does not tell of. The sentinel is a socket of no other use than
 * to be gone when somebody closed everything.
 */
static struct handle *
handle_new(struct ccm_error *err)
{
	struct handle *handle = ccm_alloc(sizeof(*handle), err);

	if (handle == NULL)
		return NULL;
	handle->generation = ccm_fork_generation();
	handle->curl = curl_easy_init();
	if (handle->curl == NULL)
		ccm_fail_nomem(err);
	else if (ccm_sockets_open(&handle->sockets, AF_UNIX, SOCK_DGRAM, 0) >= 0)
		return handle;
	else
		ccm_fail_errno(err, CCM_NETWORK, "no socket");
	curl_easy_cleanup(handle->curl);
	ccm_free(handle);
	return NULL;
}

static struct handle *
take_idle(struct curl_http *http)
{
	struct handle *handle;

	ccm_lock_acquire(&http->lock);
	handle = http->idle;
	if (handle != NULL) {
		http->idle = handle->next;
		http->idle_count--;
	}
	ccm_lock_release(&http->lock);
	return handle;
}

static struct handle *
take(struct curl_http *http, struct ccm_error *err)
{
	struct handle *handle;

	while ((handle = take_idle(http)) != NULL) {
		if (is_intact(handle))
			return handle;
		ccm_log(DEBUG, HTTP, "connections were closed or inherited by fork: starting anew");
		handle_abandon(handle);
	}
	return handle_new(err);
}

static void
give_back(struct curl_http *http, struct handle *handle)
{
	bool kept;

	ccm_lock_acquire(&http->lock);
	kept = http->idle_count < IDLE_MAX;
	if (kept) {
		handle->next = http->idle;
		http->idle = handle;
		http->idle_count++;
	}
	ccm_lock_release(&http->lock);
	if (!kept)
		handle_free(handle);
}

/* Options */

/* The whole of an option list succeeds or the handle is not used. */
#define SET(curl, option, value) (curl_easy_setopt((curl), (option), (value)) == CURLE_OK)

static bool
set_protocol(CURL *curl, bool plain)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	return SET(curl, CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
#else
	return SET(curl, CURLOPT_PROTOCOLS, (long)(plain ? CURLPROTO_HTTP : CURLPROTO_HTTPS));
#endif
}

/* Only the authorities of tls_ca_file count when there is one, not those of CAPATH as well. */
static bool
set_trust(CURL *curl, const struct ccm_cloud_config *config)
{
	if (!SET(curl, CURLOPT_SSL_VERIFYPEER, 1L) || !SET(curl, CURLOPT_SSL_VERIFYHOST, 2L) ||
	    !SET(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2))
		return false;
	return config->tls_ca_file[0] == '\0' || (SET(curl, CURLOPT_CAINFO, config->tls_ca_file) &&
						     SET(curl, CURLOPT_CAPATH, (char *)NULL));
}

static bool
set_connection(struct handle *handle, const struct ccm_cloud_config *config, bool plain)
{
	CURL *curl = handle->curl;

	return set_protocol(curl, plain) && set_trust(curl, config) &&
	       SET(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
	       SET(curl, CURLOPT_NOSIGNAL, 1L) && SET(curl, CURLOPT_FOLLOWLOCATION, 0L) &&
	       SET(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) &&
	       SET(curl, CURLOPT_PATH_AS_IS, 1L) && SET(curl, CURLOPT_TCP_KEEPALIVE, 1L) &&
	       SET(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) &&
	       SET(curl, CURLOPT_USERAGENT, "ccm/" CCM_VERSION) &&
	       SET(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket) &&
	       SET(curl, CURLOPT_OPENSOCKETDATA, &handle->sockets) &&
	       SET(curl, CURLOPT_CLOSESOCKETFUNCTION, close_socket) &&
	       SET(curl, CURLOPT_CLOSESOCKETDATA, &handle->sockets) &&
	       SET(curl, CURLOPT_ERRORBUFFER, handle->reason);
}

static bool
set_receiver(CURL *curl, struct ccm_receiver *receiver)
{
	return SET(curl, CURLOPT_HEADERFUNCTION, ccm_receive_header) &&
	       SET(curl, CURLOPT_HEADERDATA, receiver) &&
	       SET(curl, CURLOPT_WRITEFUNCTION, ccm_receive_body) &&
	       SET(curl, CURLOPT_WRITEDATA, receiver);
}

/* POSTFIELDS sends exactly these bytes with their length, also none at all (Content-Length: 0). */
static bool
set_request(CURL *curl, const struct ccm_http_request *request, struct curl_slist *headers)
{
	bool post = strcmp(request->method, "POST") == 0;

	if (!SET(curl, CURLOPT_URL, request->url) || !SET(curl, CURLOPT_HTTPHEADER, headers) ||
	    !SET(curl, CURLOPT_FRESH_CONNECT, request->once ? 1L : 0L) ||
	    !SET(curl, CURLOPT_CERTINFO, request->show_peer ? 1L : 0L) ||
	    (request->direct && !SET(curl, CURLOPT_PROXY, "")))
		return false;
	if ((post || request->has_body) &&
	    (!SET(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len) ||
		!SET(curl, CURLOPT_POSTFIELDS,
		    request->body.len != 0 ? (const char *)request->body.data : "")))
		return false;
	return post || strcmp(request->method, "GET") == 0 ||
	       SET(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

static bool
set_deadline(CURL *curl, const struct ccm_cloud_config *config, int64_t left)
{
	int64_t connect = config->connect_timeout_ms < left ? config->connect_timeout_ms : left;

	return SET(curl, CURLOPT_TIMEOUT_MS, (long)left) &&
	       SET(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)connect);
}

static bool
append_line(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (longer == NULL)
		return false;
	*list = longer;
	return true;
}

static void
free_lines(struct curl_slist *list)
{
	for (struct curl_slist *at = list; at != NULL; at = at->next)
		OPENSSL_cleanse(at->data, strlen(at->data));
	curl_slist_free_all(list);
}

/* A line break would end the line: some values come from a service, or from a file. */
static bool
check_headers(const struct ccm_http_request *request, struct ccm_error *err)
{
	for (size_t i = 0; i < request->header_count; i++)
		if (strpbrk(request->headers[i].value, "\r\n") != NULL)
			return ccm_fail(err, CCM_PROTOCOL, "there is a line break in what %s says",
			    request->headers[i].name);
	return true;
}

/* "Expect:" keeps libcurl from asking before it sends a body. */
static struct curl_slist *
header_lines(const struct ccm_http_request *request, struct ccm_error *err)
{
	struct curl_slist *list = NULL;
	bool ok = append_line(&list, "Expect:");
	struct ccm_buf line;

	ccm_buf_init_secret(&line);
	for (size_t i = 0; ok && i < request->header_count; i++) {
		ccm_buf_clear(&line);
		ok = ccm_buf_printf(&line, err, "%s: %s", request->headers[i].name,
			 request->headers[i].value) &&
		     append_line(&list, ccm_buf_str(&line));
	}
	ccm_buf_clear(&line);
	if (ok)
		return list;
	free_lines(list);
	ccm_fail_nomem(err);
	return NULL;
}

/* Failures */

static enum ccm_code
kind_of(CURLcode code)
{
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
		return CCM_TIMEOUT;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CRL_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return CCM_TLS;
	case CURLE_OUT_OF_MEMORY:
		return CCM_NOMEM;
	default:
		return CCM_NETWORK;
	}
}

static bool
fail_curl(struct handle *handle, const struct ccm_cloud_config *config, const char *peer,
    CURLcode code, struct ccm_error *err)
{
	struct ccm_tls_failure failure = {peer, handle->reason, X509_V_OK};
	enum ccm_code kind = kind_of(code);
	long cause = 0;

	if (handle->reason[0] == '\0')
		snprintf(handle->reason, sizeof(handle->reason), "%s", curl_easy_strerror(code));
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		curl_easy_getinfo(handle->curl, CURLINFO_SSL_VERIFYRESULT, &failure.verdict);
	if (kind == CCM_TLS)
		return ccm_http_fail_tls(config, &failure, err);
	curl_easy_getinfo(handle->curl, CURLINFO_OS_ERRNO, &cause);
	if (code == CURLE_COULDNT_CONNECT && cause != 0) {
		errno = (int)cause;
		return ccm_fail_errno(err, CCM_NETWORK, "no connection to %s", peer);
	}
	return ccm_fail(err, kind, "%s: %s", peer, handle->reason);
}

/* The exchange */

static CURLcode
transfer(CURL *curl)
{
	struct ccm_pipe_guard guard;
	CURLcode code;

	ccm_pipe_guard_enter(&guard);
	ERR_set_mark();
	code = curl_easy_perform(curl);
	ERR_pop_to_mark();
	ccm_pipe_guard_leave(&guard);
	return code;
}

/* libcurl tells "Cert:" and the PEM of the first of them, the peer's own. */
static bool
keep_peer(CURL *curl, struct ccm_buf *pem, struct ccm_error *err)
{
	struct curl_certinfo *shown = NULL;

	curl_easy_getinfo(curl, CURLINFO_CERTINFO, &shown);
	if (shown == NULL || shown->num_of_certs < 1)
		return true;
	for (struct curl_slist *at = shown->certinfo[0]; at != NULL; at = at->next)
		if (strncmp(at->data, "Cert:", 5) == 0)
			return ccm_buf_append_str(pem, at->data + 5, err);
	return true;
}

static bool
exchange(struct handle *handle, const struct ccm_cloud_config *config,
    const struct ccm_http_request *request, struct ccm_http_response *response,
    struct ccm_error *err)
{
	int64_t left = request->deadline_ms - ccm_clock_monotonic_ms();
	struct ccm_http_peer peer = ccm_http_peer_of(request->url);
	struct ccm_receiver receiver = {.response = response};
	struct curl_slist *headers;
	long status = 0;
	CURLcode code;

	curl_easy_reset(handle->curl);
	handle->reason[0] = '\0';
	if (left <= 0)
		return ccm_fail(err, CCM_TIMEOUT, "no time left for %s", peer.name);
	headers = check_headers(request, err) ? header_lines(request, err) : NULL;
	if (headers == NULL)
		return false;
	if (!set_connection(handle, config, request->plain) ||
	    !set_receiver(handle->curl, &receiver) ||
	    !set_request(handle->curl, request, headers) ||
	    !set_deadline(handle->curl, config, left)) {
		free_lines(headers);
		return ccm_fail(err, CCM_INTERNAL, "libcurl %s lacks an option", LIBCURL_VERSION);
	}
	code = transfer(handle->curl);
	free_lines(headers);
	if (receiver.err.code != CCM_OK)
		return ccm_fail(err, receiver.err.code, "%s sent %s", peer.name, receiver.err.msg);
	if (code != CURLE_OK)
		return fail_curl(handle, config, peer.name, code, err);
	curl_easy_getinfo(handle->curl, CURLINFO_RESPONSE_CODE, &status);
	response->status = (int)status;
	return !request->show_peer || keep_peer(handle->curl, &response->peer, err);
}

static bool
was_sent(const struct handle *handle)
{
	long bytes = 0;

	curl_easy_getinfo(handle->curl, CURLINFO_REQUEST_SIZE, &bytes);
	return bytes > 0;
}

/*
 * openssl.cnf may load us as a provider, so OpenSSL reads it before we hold anything, and outside
 * the guard: it belongs to the application's context.
 */
static bool
start(struct ccm_error *err)
{
	OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL);
	return ccm_libcurl_load(err);
}

static bool
perform(struct ccm_http *base, const struct ccm_http_request *request,
    struct ccm_http_response *response, bool *sent, struct ccm_error *err)
{
	struct curl_http *http = (struct curl_http *)base;
	const char *scheme = request->plain ? "http://" : "https://";
	struct ccm_network_scope scope;
	struct handle *handle;
	bool ok = false;

	*sent = false;
	if (strncmp(request->url, scheme, strlen(scheme)) != 0)
		return ccm_fail(err, CCM_CONFIG, "%s is not %s", request->url, scheme);
	if (!start(err) || !ccm_network_enter(&scope, err))
		return false;
	handle = take(http, err);
	if (handle != NULL) {
		ok = exchange(handle, http->config, request, response, err);
		*sent = was_sent(handle);
		give_back(http, handle);
	}
	ccm_network_leave(&scope);
	return ok;
}

static void
curl_http_free(struct ccm_http *base)
{
	struct curl_http *http = (struct curl_http *)base;
	struct ccm_network_scope scope;
	bool inside = http->idle != NULL && ccm_network_enter(&scope, NULL);
	struct handle *handle;

	while ((handle = take_idle(http)) != NULL) {
		if (inside)
			handle_free(handle);
		else
			handle_abandon(handle);
	}
	if (inside)
		ccm_network_leave(&scope);
	ccm_lock_destroy(&http->lock);
	ccm_free(http);
}

static const struct ccm_http_ops curl_ops = {.perform = perform, .free = curl_http_free};

struct ccm_http *
ccm_http_curl_new(const struct ccm_cloud_config *config, struct ccm_error *err)
{
	struct curl_http *http = ccm_alloc(sizeof(*http), err);

	if (http == NULL)
		return NULL;
	http->base.ops = &curl_ops;
	http->config = config;
	ccm_lock_init(&http->lock);
	return &http->base;
}

const char *
ccm_http_curl_version(void)
{
	return ccm_libcurl_load(NULL) ? curl_version_info(CURLVERSION_NOW)->version : "none";
}
