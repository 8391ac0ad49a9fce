/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/gate.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/clock.h"
#include "core/crypto.h"
#include "emu/answer.h"

#define CLOCK_WINDOW_MS (15 * 60 * INT64_C(1000))
#define FAILURES_ALLOWED 5
#define LOCKED_MS (5 * 60 * INT64_C(1000))
#define WRONG "Incorrect IAM authentication information: "

void
ccm_emu_gate_init(struct ccm_emu_gate *gate)
{
	*gate = (struct ccm_emu_gate){.token_lifetime_ms = 24 * 3600 * INT64_C(1000)};
	ccm_emu_account_init(&gate->account);
}

void
ccm_emu_gate_clear(struct ccm_emu_gate *gate)
{
	ccm_emu_account_clear(&gate->account);
	ccm_free(gate->security_token);
}

/* Signatures */

/* The text behind prefix up to a comma, which it cuts off; *at moves behind. */
static char *
take(char **at, const char *prefix)
{
	char *text = *at + strspn(*at, " ");
	size_t len = strlen(prefix);

	if (strncmp(text, prefix, len) != 0)
		return NULL;
	text += len;
	*at = text + strcspn(text, ",");
	if (**at == ',')
		*(*at)++ = '\0';
	return text;
}

bool
ccm_emu_authorization_parse(char *copy, struct ccm_emu_authorization *out)
{
	static const enum ccm_sign_algorithm known[] = {CCM_SIGN_SHA256, CCM_SIGN_SM3};
	char *at = strchr(copy, ' ');

	if (at == NULL)
		return false;
	*at++ = '\0';
	for (size_t i = 0; i < CCM_COUNT(known); i++) {
		if (strcmp(ccm_sign_algorithm_name(known[i]), copy) != 0)
			continue;
		out->algorithm = known[i];
		out->access_key = take(&at, "Access=");
		out->signed_headers = out->access_key != NULL ? take(&at, "SignedHeaders=") : NULL;
		out->signature = out->signed_headers != NULL ? take(&at, "Signature=") : NULL;
		return out->signature != NULL;
	}
	return false;
}

#define SIGNED_HEADERS_MAX 64

/* A signed request under examination. */
struct attempt {
	struct ccm_emu_gate *gate;
	const struct ccm_emu_request *request;
	struct ccm_emu_authorization authorization;
	struct ccm_emu_access_key *key;
	int64_t now;
	const char *host; /* of the headers that the client named; NULL when it did not */
	struct ccm_header headers[SIGNED_HEADERS_MAX]; /* the others */
	size_t header_count;
};

static bool
collect_headers(struct attempt *attempt, struct ccm_error *err)
{
	char *rest = attempt->authorization.signed_headers, *name;

	while ((name = strsep(&rest, ";")) != NULL) {
		const char *value = ccm_emu_request_header(attempt->request, name);

		if (value == NULL)
			return ccm_emu_refuse_gateway(err, 401, "APIGW.0301",
			    WRONG "signed header %.64s is not in the request", name);
		if (strcasecmp(name, "host") == 0)
			attempt->host = value;
		else if (attempt->header_count == SIGNED_HEADERS_MAX)
			return ccm_emu_refuse_gateway(
			    err, 401, "APIGW.0301", WRONG "too many signed headers");
		else
			attempt->headers[attempt->header_count++] =
			    (struct ccm_header){name, value};
	}
	return true;
}

static const char *
find_signed(const struct attempt *attempt, const char *name)
{
	for (size_t i = 0; i < attempt->header_count; i++)
		if (strcasecmp(attempt->headers[i].name, name) == 0)
			return attempt->headers[i].value;
	return NULL;
}

static bool
check_time(const struct attempt *attempt, struct ccm_error *err)
{
	const char *date = find_signed(attempt, "x-sdk-date");
	char server[17];
	int64_t time;

	if (date == NULL)
		return ccm_emu_refuse_gateway(
		    err, 401, "APIGW.0301", WRONG "x-sdk-date is not signed");
	if (!ccm_clock_parse_sdk_date(date, &time))
		return ccm_emu_refuse_gateway(
		    err, 401, "APIGW.0301", WRONG "x-sdk-date is malformed: %.32s", date);
	if (llabs(time - attempt->now) <= CLOCK_WINDOW_MS)
		return true;
	ccm_clock_sdk_date(attempt->now, server);
	return ccm_emu_refuse_gateway(err, 401, "APIGW.0301",
	    WRONG "signature expired, signature time:%s,server time:%s", date, server);
}

/* A hash that the client gives replaces the body's in the signature, so it has to be true. */
static bool
check_payload(const struct attempt *attempt, struct ccm_error *err)
{
	bool sm3 = attempt->authorization.algorithm == CCM_SIGN_SM3;
	const char *given =
	    find_signed(attempt, sm3 ? "x-sdk-content-sm3" : "x-sdk-content-sha256");
	unsigned char digest[EVP_MAX_MD_SIZE];
	char hex[2 * EVP_MAX_MD_SIZE + 1];
	size_t len;

	if (given == NULL || strcmp(given, "UNSIGNED-PAYLOAD") == 0)
		return true;
	if (!ccm_digest(sm3 ? "SM3" : "SHA256", attempt->request->body, digest, &len, err))
		return false;
	ccm_hex(digest, len, hex);
	return strcasecmp(hex, given) == 0 ||
	       ccm_emu_refuse_gateway(err, 401, "APIGW.0301",
		   WRONG "the body's hash is %s, the header says %.128s", hex, given);
}

static bool
is_locked(struct attempt *attempt)
{
	bool locked;

	pthread_mutex_lock(&attempt->gate->account.lock);
	locked = attempt->key->locked_until > attempt->now;
	pthread_mutex_unlock(&attempt->gate->account.lock);
	return locked;
}

static void
count_result(struct attempt *attempt, bool good)
{
	struct ccm_emu_access_key *key = attempt->key;

	pthread_mutex_lock(&attempt->gate->account.lock);
	key->failures = good ? 0 : key->failures + 1;
	if (key->failures > FAILURES_ALLOWED) {
		key->locked_until = attempt->now + LOCKED_MS;
		key->failures = 0;
	}
	pthread_mutex_unlock(&attempt->gate->account.lock);
}

static bool
refuse_signature(char *canonical_request, struct ccm_error *err)
{
	for (char *at = canonical_request; *at != '\0'; at++)
		if (*at == '\n')
			*at = '|';
	return ccm_emu_refuse_gateway(err, 401, "APIGW.0301",
	    WRONG "verify aksk signature fail, canonicalRequest:%s", canonical_request);
}

static bool
check_signature(struct attempt *attempt, struct ccm_error *err)
{
	const struct ccm_emu_request *request = attempt->request;
	struct ccm_sign_input input = {
	    .algorithm = attempt->authorization.algorithm,
	    .access_key = attempt->key->id,
	    .secret_key = attempt->key->secret,
	    .method = request->method,
	    .host = attempt->host,
	    .path = request->path,
	    .query = request->query,
	    .query_count = request->query_count,
	    .headers = attempt->headers,
	    .header_count = attempt->header_count,
	    .body = request->body,
	};
	const char *given = attempt->authorization.signature;
	size_t len = strlen(given);
	struct ccm_signature want;
	bool good;

	if (!ccm_sign(&input, &want, err))
		return false;
	good = len == strlen(want.signature) && CRYPTO_memcmp(want.signature, given, len) == 0;
	count_result(attempt, good);
	if (!good)
		refuse_signature(want.canonical_request, err);
	ccm_signature_clear(&want);
	return good;
}

/* A temporary key goes with its own token and ends; a lasting one with what --security-token says.
 */
static bool
check_security_token(const struct attempt *attempt, struct ccm_error *err)
{
	const struct ccm_emu_access_key *key = attempt->key;
	const char *given = ccm_emu_request_header(attempt->request, "x-security-token");
	const char *want =
	    key->security_token != NULL ? key->security_token : attempt->gate->security_token;

	if (want != NULL && (given == NULL || strcmp(given, want) != 0))
		return ccm_emu_refuse_gateway(err, 401, "APIGW.0301",
		    WRONG "verify aksk signature fail, X-Security-Token is %s",
		    given == NULL ? "missing" : "wrong");
	if (key->expires <= attempt->now)
		return ccm_emu_refuse_gateway(
		    err, 401, "APIGW.0301", WRONG "the security token has expired");
	return true;
}

static bool
check_key(struct attempt *attempt, struct ccm_error *err)
{
	const char *id = attempt->authorization.access_key;

	attempt->key = ccm_emu_account_find_key(&attempt->gate->account, id);
	if (attempt->key == NULL)
		return ccm_emu_refuse_gateway(
		    err, 401, "APIGW.0301", WRONG "ak %.64s not exist", id);
	if (is_locked(attempt))
		return ccm_emu_refuse_gateway(
		    err, 401, "APIGW.0301", WRONG "AK access failed to reach the limit, forbidden");
	return check_security_token(attempt, err);
}

static bool
examine(struct attempt *attempt, struct ccm_error *err)
{
	size_t size = attempt->request->body_size;

	if (size > CCM_EMU_SIGNED_BODY_MAX)
		return ccm_emu_refuse_gateway(err, 413, "APIGW.0201",
		    "The request body of %zu bytes is larger than the 12 MB allowed", size);
	return check_key(attempt, err) && collect_headers(attempt, err) &&
	       check_time(attempt, err) && check_payload(attempt, err) &&
	       check_signature(attempt, err);
}

/* The derived key's algorithm is for services that name themselves in it, which CCM does not. */
static bool
refuse_authorization(const char *header, struct ccm_error *err)
{
	const char *derived = ccm_sign_algorithm_name(CCM_SIGN_V11_SHA256);

	if (strncmp(header, derived, strlen(derived)) == 0)
		return ccm_emu_refuse_gateway(err, 401, "APIGW.0301",
		    WRONG "%s is not for this service, use %s", derived,
		    ccm_sign_algorithm_name(CCM_SIGN_SHA256));
	return ccm_emu_refuse_gateway(
	    err, 401, "APIGW.0301", WRONG "the Authorization header is malformed");
}

static bool
admit_signature(struct attempt *attempt, const char *header, struct ccm_emu_session *session,
    struct ccm_error *err)
{
	char *copy = ccm_strdup(header, err);
	bool ok;

	if (copy == NULL)
		return false;
	ok = ccm_emu_authorization_parse(copy, &attempt->authorization)
		 ? examine(attempt, err)
		 : refuse_authorization(header, err);
	ccm_free(copy);
	*session = (struct ccm_emu_session){.user = attempt->gate->account.users,
	    .temporary = ok && attempt->key->security_token != NULL};
	return ok;
}

bool
ccm_emu_gate_admit(struct ccm_emu_gate *gate, const struct ccm_emu_request *request, int64_t now,
    struct ccm_emu_session *session, struct ccm_error *err)
{
	const char *token = ccm_emu_request_header(request, "x-auth-token");
	const char *authorization = ccm_emu_request_header(request, "authorization");
	struct attempt attempt = {.gate = gate, .request = request, .now = now};
	bool ok;

	if (request->body_size > CCM_EMU_REQUEST_MAX_BODY)
		return ccm_emu_refuse_gateway(err, 413, "APIGW.0201",
		    "The request body of %zu bytes is too large", request->body_size);
	if (token != NULL)
		ok = ccm_emu_token_read(&gate->account, token, now, session, err);
	else if (authorization != NULL)
		ok = admit_signature(&attempt, authorization, session, err);
	else
		return ccm_emu_refuse_gateway(err, 401, "APIGW.0301",
		    WRONG "neither X-Auth-Token nor Authorization is in the request");
	return ok && ccm_emu_gate_check_scope(gate, request, session, err);
}
