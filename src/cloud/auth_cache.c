/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/auth_cache.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/crypto.h"
#include "core/json.h"
#include "core/log.h"
#include "core/runtime.h"

#define IDS_MS (INT64_C(24) * 3600 * 1000)
#define SALT_LEN 16
#define PROOF_LEN 32
#define PROOF_ITERATIONS 4096 /* a few milliseconds: the file is for us alone anyway */
#define NAME_SIZE 80

/* Files */

static bool
append_parts(const struct ccm_auth_place *place, struct ccm_buf *out, struct ccm_error *err)
{
	const struct ccm_auth_config *config = place->config;
	const char *parts[] = {place->iam_endpoint, place->region, config->access_key, config->user,
	    config->user_domain, config->project_id, config->project_name, config->domain_id};

	/* a length before each: no two lists look the same */
	for (size_t i = 0; i < CCM_COUNT(parts); i++)
		if (!ccm_buf_printf(out, err, "%zu:%s;", strlen(parts[i]), parts[i]))
			return false;
	return ccm_buf_printf(out, err, "%d", (int)config->scope);
}

static bool
file_name(const struct ccm_auth_place *place, const char *kind, char out[static NAME_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct ccm_buf text = {0};
	char hex[2 * EVP_MAX_MD_SIZE + 1];
	size_t len;
	bool ok = append_parts(place, &text, NULL) &&
		  ccm_digest("SHA256", ccm_buf_span(&text), digest, &len, NULL);

	if (ok) {
		ccm_hex(digest, len, hex);
		snprintf(out, NAME_SIZE, "%s-%.64s", kind, hex);
	}
	ccm_buf_clear(&text);
	return ok;
}

static struct ccm_json *
load(const struct ccm_auth_place *place, const char *kind)
{
	struct ccm_error err = {0};
	struct ccm_json *json = NULL;
	char name[NAME_SIZE];
	struct ccm_buf text;

	ccm_buf_init_secret(&text);
	if (file_name(place, kind, name) && ccm_runtime_read(name, &text, &err) && text.len != 0)
		json = ccm_json_parse(ccm_buf_span(&text), &err);
	if (err.code != CCM_OK)
		ccm_log(DEBUG, AUTH, "nothing kept is used: %s", err.msg);
	ccm_buf_clear(&text);
	return json;
}

static void
save(const struct ccm_auth_place *place, const char *kind, const struct ccm_json *json)
{
	struct ccm_error err = {0};
	char name[NAME_SIZE];
	struct ccm_buf text;

	ccm_buf_init_secret(&text);
	if (file_name(place, kind, name) && ccm_json_print(json, false, &text, &err) &&
	    ccm_runtime_write(name, ccm_buf_span(&text), &err))
		ccm_log(DEBUG, AUTH, "kept for other processes: %s", name);
	else
		ccm_log(INFO, AUTH, "nothing is kept for other processes: %s", err.msg);
	ccm_buf_clear(&text);
}

/* Tokens */

static bool
prove(const struct ccm_auth_place *place, const unsigned char *salt,
    unsigned char out[static PROOF_LEN], struct ccm_error *err)
{
	const struct ccm_pbkdf2_input input = {"SHA256", ccm_span_of(place->config->password),
	    CCM_SPAN(salt, SALT_LEN), PROOF_ITERATIONS};

	return ccm_pbkdf2(&input, out, PROOF_LEN, err);
}

static bool
is_for_us(const struct ccm_auth_place *place, const struct ccm_json *json)
{
	unsigned char salt[SALT_LEN], proof[PROOF_LEN], want[PROOF_LEN];
	const char *salt_hex = "", *proof_hex = "";

	ccm_json_opt_string(json, "salt", &salt_hex, NULL);
	ccm_json_opt_string(json, "proof", &proof_hex, NULL);
	return ccm_unhex(salt_hex, salt, sizeof(salt)) &&
	       ccm_unhex(proof_hex, proof, sizeof(proof)) && prove(place, salt, want, NULL) &&
	       CRYPTO_memcmp(proof, want, sizeof(want)) == 0;
}

/* A clock that was set back makes it look younger than it ever was. */
static int64_t
time_left(const struct ccm_json *json)
{
	int64_t until = 0, lifetime = 0, left;

	ccm_json_opt_int(json, "until_ms", &until, NULL);
	ccm_json_opt_int(json, "lifetime_ms", &lifetime, NULL);
	left = until - ccm_clock_now_ms();
	return left <= lifetime ? left : 0;
}

bool
ccm_auth_cache_get_token(const struct ccm_auth_place *place, char **token, int64_t *left_ms)
{
	struct ccm_json *json;
	const char *text = NULL;

	*token = NULL;
	if (!place->config->token_cache)
		return false;
	json = load(place, "token");
	if (json == NULL)
		return false;
	*left_ms = time_left(json);
	ccm_json_opt_string(json, "token", &text, NULL);
	if (text != NULL && *left_ms > 0 && is_for_us(place, json))
		*token = ccm_secret_dup(text, NULL);
	ccm_json_free(json);
	return *token != NULL;
}

static bool
write_token(struct ccm_json *json, const struct ccm_auth_place *place, const char *token,
    int64_t lifetime_ms)
{
	unsigned char salt[SALT_LEN], proof[PROOF_LEN];
	char salt_hex[2 * SALT_LEN + 1], proof_hex[2 * PROOF_LEN + 1];

	if (!ccm_random(salt, sizeof(salt), NULL) || !prove(place, salt, proof, NULL))
		return false;
	ccm_hex(salt, sizeof(salt), salt_hex);
	ccm_hex(proof, sizeof(proof), proof_hex);
	return ccm_json_add_string(json, "token", token, NULL) &&
	       ccm_json_add_string(json, "salt", salt_hex, NULL) &&
	       ccm_json_add_string(json, "proof", proof_hex, NULL) &&
	       ccm_json_add_int(json, "lifetime_ms", lifetime_ms, NULL) &&
	       ccm_json_add_int(json, "until_ms", ccm_clock_now_ms() + lifetime_ms, NULL);
}

void
ccm_auth_cache_put_token(const struct ccm_auth_place *place, const char *token, int64_t lifetime_ms)
{
	struct ccm_json *json;

	if (!place->config->token_cache || lifetime_ms <= 0)
		return;
	json = ccm_json_new_object(NULL);
	if (json != NULL && write_token(json, place, token, lifetime_ms))
		save(place, "token", json);
	ccm_json_free(json);
}

bool
ccm_auth_cache_drop_token(const struct ccm_auth_place *place, const char *token)
{
	struct ccm_json *json;
	const char *text = "";
	char name[NAME_SIZE];
	bool drop;

	if (!place->config->token_cache)
		return false;
	json = load(place, "token");
	if (json == NULL)
		return false;
	ccm_json_opt_string(json, "token", &text, NULL);
	drop = token == NULL || strcmp(text, token) == 0;
	ccm_json_free(json);
	return drop && file_name(place, "token", name) && ccm_runtime_remove(name, NULL);
}

/* Ids */

static const struct {
	const char *name;
	size_t offset;
} ids[] = {
    {"project_id", offsetof(struct ccm_credentials, project_id)},
    {"domain_id", offsetof(struct ccm_credentials, domain_id)},
};

void
ccm_auth_cache_get_ids(const struct ccm_auth_place *place, struct ccm_credentials *inout)
{
	struct ccm_json *json = place->config->token_cache ? load(place, "ids") : NULL;

	if (json == NULL)
		return;
	for (size_t i = 0; i < CCM_COUNT(ids) && time_left(json) > 0; i++) {
		char **member = (char **)((char *)inout + ids[i].offset);
		const char *text = NULL;

		ccm_json_opt_string(json, ids[i].name, &text, NULL);
		if (*member == NULL)
			ccm_credentials_set(member, text, NULL);
	}
	ccm_json_free(json);
}

void
ccm_auth_cache_put_ids(
    const struct ccm_auth_place *place, const struct ccm_credentials *credentials)
{
	struct ccm_json *json = place->config->token_cache ? ccm_json_new_object(NULL) : NULL;
	bool ok = json != NULL && ccm_json_add_int(json, "lifetime_ms", IDS_MS, NULL) &&
		  ccm_json_add_int(json, "until_ms", ccm_clock_now_ms() + IDS_MS, NULL);

	for (size_t i = 0; ok && i < CCM_COUNT(ids); i++)
		ok = ccm_json_add_string(
		    json, ids[i].name, *(char **)((char *)credentials + ids[i].offset), NULL);
	if (ok)
		save(place, "ids", json);
	ccm_json_free(json);
}
