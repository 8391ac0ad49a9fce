/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/metadata.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/crypto.h"
#include "core/log.h"
#include "emu/emulator.h"

#define TOKEN_SECONDS_MAX 21600
#define TOKEN_SIZE 96

static const char *const modes[] = {"open", "token", "plain", "none"};

bool
ccm_emu_metadata_parse_mode(
    const char *text, enum ccm_emu_metadata_mode *out, struct ccm_error *err)
{
	for (size_t i = 0; i < CCM_COUNT(modes); i++) {
		if (strcmp(modes[i], text) != 0)
			continue;
		*out = (enum ccm_emu_metadata_mode)i;
		return true;
	}
	return ccm_fail(err, CCM_USAGE, "\"%s\" is none of open, token, plain, none", text);
}

void
ccm_emu_metadata_init(struct ccm_emu_metadata *metadata)
{
	*metadata = (struct ccm_emu_metadata){.lifetime_ms = 24 * 3600 * INT64_C(1000)};
	pthread_mutex_init(&metadata->lock, NULL);
}

void
ccm_emu_metadata_clear(struct ccm_emu_metadata *metadata)
{
	pthread_mutex_destroy(&metadata->lock);
}

bool
ccm_emu_metadata_begin(struct ccm_emu_metadata *metadata, struct ccm_error *err)
{
	return ccm_random(metadata->secret, sizeof(metadata->secret), err);
}

/* Plain texts, as the real one answers */

static bool
answer_text(struct ccm_emu_answer *answer, int status, const char *text, struct ccm_error *err)
{
	answer->status = status;
	answer->content_type = "text/plain";
	return ccm_buf_append_str(&answer->body, text, err);
}

/* Tokens: their end, and our seal on it */

static bool
seal(const struct ccm_emu_metadata *metadata, int64_t expires, char out[static TOKEN_SIZE],
    struct ccm_error *err)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	char text[24], hex[2 * EVP_MAX_MD_SIZE + 1];
	struct ccm_hmac_input input = {
	    "SHA256", CCM_SPAN(metadata->secret, sizeof(metadata->secret)), {0}};
	size_t len;

	snprintf(text, sizeof(text), "%" PRId64, expires);
	input.text = ccm_span_of(text);
	if (!ccm_hmac(&input, mac, &len, err))
		return false;
	ccm_hex(mac, len, hex);
	snprintf(out, TOKEN_SIZE, "%s-%.64s", text, hex);
	return true;
}

static bool
give_token(struct ccm_emu_call *call, struct ccm_error *err)
{
	const struct ccm_emu_metadata *metadata = &call->emulator->metadata;
	const char *ttl = ccm_emu_request_header(call->http, "x-metadata-token-ttl-seconds");
	int64_t seconds = ttl != NULL ? strtoll(ttl, NULL, 10) : 0;
	char token[TOKEN_SIZE];

	if (metadata->mode == CCM_EMU_METADATA_PLAIN)
		return answer_text(call->answer, 404, "404 Not Found", err);
	if (seconds < 1 || seconds > TOKEN_SECONDS_MAX)
		return answer_text(
		    call->answer, 400, "X-Metadata-Token-Ttl-Seconds is not from 1 to 21600", err);
	return seal(metadata, call->now + seconds * 1000, token, err) &&
	       answer_text(call->answer, 200, token, err);
}

static bool
is_token(const struct ccm_emu_metadata *metadata, const char *text, int64_t now)
{
	int64_t expires = strtoll(text, NULL, 10);
	char want[TOKEN_SIZE];

	return expires > now && seal(metadata, expires, want, NULL) &&
	       strlen(text) == strlen(want) && CRYPTO_memcmp(text, want, strlen(want)) == 0;
}

/* Keys: the same for the first half of its life */

static const struct ccm_emu_access_key *
current_key(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_metadata *metadata = &call->emulator->metadata;
	const struct ccm_emu_access_key *key;

	pthread_mutex_lock(&metadata->lock);
	if (metadata->key == NULL || metadata->key->expires - call->now < metadata->lifetime_ms / 2)
		metadata->key = ccm_emu_account_make_key(
		    &call->emulator->gate.account, call->now + metadata->lifetime_ms, err);
	key = metadata->key;
	pthread_mutex_unlock(&metadata->lock);
	return key;
}

static bool
write_key(struct ccm_emu_call *call, struct ccm_error *err)
{
	const struct ccm_emu_access_key *key = current_key(call, err);
	struct ccm_json *out = call->answer->json = ccm_json_new_object(err);
	char end[28];

	if (key == NULL || out == NULL)
		return false;
	ccm_clock_iso8601(key->expires, end);
	return ccm_json_add_string(out, "credential.access", key->id, err) &&
	       ccm_json_add_string(out, "credential.secret", key->secret, err) &&
	       ccm_json_add_string(out, "credential.securitytoken", key->security_token, err) &&
	       ccm_json_add_string(out, "credential.expires_at", end, err);
}

static bool
give_key(struct ccm_emu_call *call, struct ccm_error *err)
{
	const struct ccm_emu_metadata *metadata = &call->emulator->metadata;
	const char *token = ccm_emu_request_header(call->http, "x-metadata-token");
	bool good = token != NULL ? is_token(metadata, token, call->now)
				  : metadata->mode != CCM_EMU_METADATA_TOKEN;

	if (metadata->mode == CCM_EMU_METADATA_NONE)
		return answer_text(
		    call->answer, 401, "Please configure Cloud Service Agency first", err);
	if (metadata->mode != CCM_EMU_METADATA_PLAIN && !good)
		return answer_text(call->answer, 401, "401 Unauthorized", err);
	call->answer->status = 200;
	return write_key(call, err);
}

static const struct {
	const char *id, *method, *path;
	ccm_emu_handler handler;
} routes[] = {
    {"metadata_token", "PUT", "/meta-data/latest/api/token", give_token},
    {"metadata_key", "GET", "/openstack/latest/securitykey", give_key},
};

static const char *
serve(struct ccm_emu_call *call, struct ccm_error *err)
{
	for (size_t i = 0; i < CCM_COUNT(routes); i++) {
		if (strcmp(routes[i].path, call->http->path) != 0 ||
		    strcmp(routes[i].method, call->http->method) != 0)
			continue;
		if (!routes[i].handler(call, err) || !ccm_emu_answer_print(call->answer, err))
			call->answer->status = 500;
		return routes[i].id;
	}
	answer_text(call->answer, 404, "404 Not Found", err);
	return "-";
}

void
ccm_emu_metadata_exchange(
    struct ccm_emu *emulator, struct ccm_emu_request *request, struct ccm_emu_answer *answer)
{
	struct ccm_emu_call call = {
	    .emulator = emulator, .answer = answer, .http = request, .now = ccm_clock_now_ms()};
	struct ccm_error err = {0};
	const char *id = "-";

	if (ccm_emu_answer_init(answer, &err) && ccm_emu_request_parse(request, &err))
		id = serve(&call, &err);
	else
		answer->status = 400;
	if (err.code != CCM_OK)
		ccm_log_failure(CCM_LOG_EMU, "metadata service", &err);
	ccm_emu_write_log(emulator, id, request, answer);
}
