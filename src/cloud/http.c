/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/http.h"

#include <errno.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

const char *
ccm_http_header(const struct ccm_http_response *response, const char *name)
{
	for (size_t i = 0; i < response->header_count; i++) {
		if (strcmp(response->header_names[i], name) == 0)
			return response->header_values[i];
	}
	return NULL;
}

static bool
is_blank(unsigned char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static struct ccm_span
trimmed(struct ccm_span text)
{
	while (text.len != 0 && is_blank(text.data[0])) {
		text.data++;
		text.len--;
	}
	while (text.len != 0 && is_blank(text.data[text.len - 1]))
		text.len--;
	return text;
}

static char *
lower_name(struct ccm_span name, struct ccm_error *err)
{
	char *copy = ccm_strndup((const char *)name.data, name.len, err);

	for (size_t i = 0; copy != NULL && copy[i] != '\0'; i++) {
		if (copy[i] >= 'A' && copy[i] <= 'Z')
			copy[i] = (char)(copy[i] | 0x20);
	}
	return copy;
}

/* Any header may be a token, so each value is kept as a secret. */
static char *
secret_value(struct ccm_span value, struct ccm_error *err)
{
	char *copy = ccm_secret_alloc(value.len + 1, err);

	if (copy != NULL && value.len != 0)
		memcpy(copy, value.data, value.len);
	return copy;
}

bool
ccm_http_response_add_header(struct ccm_http_response *response, struct ccm_span name,
    struct ccm_span value, struct ccm_error *err)
{
	size_t count = response->header_count;

	if (!ccm_grow_array(&response->header_names, count, sizeof(char *), err) ||
	    !ccm_grow_array(&response->header_values, count, sizeof(char *), err))
		return false;
	response->header_names[count] = lower_name(trimmed(name), err);
	response->header_values[count] = secret_value(trimmed(value), err);
	response->header_count++;
	return response->header_names[count] != NULL && response->header_values[count] != NULL;
}

void
ccm_http_response_clear(struct ccm_http_response *response)
{
	for (size_t i = 0; i < response->header_count; i++) {
		ccm_free(response->header_names[i]);
		ccm_secret_free_str(response->header_values[i]);
	}
	ccm_free(response->header_names);
	ccm_free(response->header_values);
	ccm_buf_clear(&response->body);
	ccm_buf_clear(&response->peer);
	*response = (struct ccm_http_response){0};
}

struct ccm_http_peer
ccm_http_peer_of(const char *url)
{
	bool plain = strncmp(url, "http://", 7) == 0;
	const char *host = plain ? url + 7 : strncmp(url, "https://", 8) == 0 ? url + 8 : url;
	size_t len = strcspn(host, "/?");
	const char *colon = memrchr(host, ':', len), *bracket = memrchr(host, ']', len);
	bool has_port = colon != NULL && (bracket == NULL || colon > bracket);
	struct ccm_http_peer peer;

	snprintf(peer.name, sizeof(peer.name), "%.*s%s", (int)len, host,
	    has_port ? ""
	    : plain  ? ":80"
		     : ":443");
	return peer;
}

bool
ccm_http_fail_tls(const struct ccm_cloud_config *config, const struct ccm_tls_failure *failure,
    struct ccm_error *err)
{
	const char *peer = failure->peer, *reason = failure->reason;
	const char *trust =
	    config->tls_ca_file[0] != '\0' ? config->tls_ca_file : "the system's certificates";

	if (failure->verdict != X509_V_OK)
		return ccm_fail(err, CCM_TLS, "the certificate of %s is refused: %s (trusting %s)",
		    peer, X509_verify_cert_error_string(failure->verdict), trust);
	/* a peer that hangs up in the middle says nothing about TLS */
	if (strstr(reason, "SSL_ERROR_SYSCALL") != NULL || strstr(reason, "reset by peer") != NULL)
		return ccm_fail(err, CCM_NETWORK, "%s hung up during the TLS handshake", peer);
	return ccm_fail(err, CCM_TLS, "TLS with %s: %s", peer, reason);
}

void
ccm_http_free(struct ccm_http *http)
{
	if (http != NULL)
		http->ops->free(http);
}

void
ccm_http_pause(struct ccm_http *http, int64_t ms)
{
	struct timespec left = {ms / 1000, ms % 1000 * 1000000};

	if (http->ops->pause != NULL)
		http->ops->pause(http, ms);
	else
		while (nanosleep(&left, &left) != 0 && errno == EINTR)
			;
}
