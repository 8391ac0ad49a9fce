/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_HTTP_H
#define CCM_HTTP_H

/*
 * One HTTP exchange behind a table of functions: libcurl in production (http_curl.c), canned
 * answers in tests.
 */

#include "cloud/sign.h"

#define CCM_HTTP_MAX_BODY (64 * 1024 * 1024)

struct ccm_http_request {
	const char *method;
	const char *url; /* encoded, as it goes out */
	const struct ccm_header *headers;
	size_t header_count;
	struct ccm_span body;
	bool has_body;
	bool plain;  /* http:// instead of https:// */
	bool direct; /* never through a proxy: a metadata service */
	bool once; /* must not go out twice: libcurl repeats on a reused connection that was dead */
	bool show_peer;      /* keep the certificate that a new connection's peer shows */
	int64_t deadline_ms; /* ccm_clock_monotonic_ms() by which the exchange has to end */
};

struct ccm_http_response {
	int status;
	char **header_names; /* lower case */
	char **header_values;
	size_t header_count;
	struct ccm_buf body; /* secret: answers carry keys */
	struct ccm_buf peer; /* PEM, with show_peer */
};

/* The first header of this lower-case name, or NULL. */
const char *ccm_http_header(const struct ccm_http_response *response, const char *name);
/* Add one; the name is stored in lower case, the value without blanks around it, as a secret. */
bool ccm_http_response_add_header(struct ccm_http_response *response, struct ccm_span name,
    struct ccm_span value, struct ccm_error *err);
void ccm_http_response_clear(struct ccm_http_response *response);

/* Whom a URL talks to, host:port, for messages. */
struct ccm_http_peer {
	char name[272];
};
struct ccm_http_peer ccm_http_peer_of(const char *url);

/*
 * Why there is no TLS: verdict is OpenSSL's X509_V_* of a certificate that was refused, else
 * X509_V_OK, reason the transport's words. False.
 */
struct ccm_tls_failure {
	const char *peer, *reason;
	long verdict;
};
bool ccm_http_fail_tls(const struct ccm_cloud_config *config, const struct ccm_tls_failure *failure,
    struct ccm_error *err);

struct ccm_http;
struct ccm_http_ops {
	/*
	 * true: an answer came, whatever its status. false: none did; the code is CCM_NETWORK,
	 * CCM_TIMEOUT, CCM_TLS, or CCM_PROTOCOL for an answer that is too large. *sent tells
	 * whether the service may have seen the request. Called by many threads at once.
	 */
	bool (*perform)(struct ccm_http *http, const struct ccm_http_request *request,
	    struct ccm_http_response *response, bool *sent, struct ccm_error *err);
	void (*free)(struct ccm_http *http);
	/* Let time pass between two attempts; NULL sleeps. */
	void (*pause)(struct ccm_http *http, int64_t ms);
};
struct ccm_http {
	const struct ccm_http_ops *ops;
};

/*
 * The libcurl transport: HTTPS only (TLS 1.2 or later, verified against tls_ca_file or the
 * system's certificates), no redirects, no proxy surprises beyond the environment's, connections
 * kept for reuse, inside the network guard of crypto.h, fork-safe (a child abandons the parent's
 * connections without touching their TLS). Opens nothing until the first exchange.
 */
struct ccm_http *ccm_http_curl_new(const struct ccm_cloud_config *config, struct ccm_error *err);
void ccm_http_free(struct ccm_http *http); /* NULL is allowed */
void ccm_http_pause(struct ccm_http *http, int64_t ms);
/* The version of libcurl that is at work, such as "7.88.1": for `ccm version`. */
const char *ccm_http_curl_version(void);

#endif
