/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/token.h"

#include <openssl/evp.h>
#include <string.h>

#include "core/crypto.h"
#include "core/json.h"
#include "emu/answer.h"

#define TOKEN_BYTES 1536 /* 2 kB of text: headers must take them */
#define CLAIMS_MAX 1024  /* the rest is random */
#define DIGEST_HEX 65

static bool
digest_token(const char *token, char out[static DIGEST_HEX], struct ccm_error *err)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	size_t len;

	if (!ccm_digest("SHA256", ccm_span_of(token), digest, &len, err))
		return false;
	ccm_hex(digest, len, out);
	return true;
}

/* Issuing */

static bool
print_claims(const struct ccm_emu_session *session, struct ccm_buf *out, struct ccm_error *err)
{
	struct ccm_json *claims = ccm_json_new_object(err);
	bool ok = claims != NULL && ccm_json_add_string(claims, "user", session->user->name, err) &&
		  ccm_json_add_string(claims, "domain", session->user->domain, err) &&
		  ccm_json_add_string(claims, "project", session->project, err) &&
		  ccm_json_add_string(claims, "method", session->method, err) &&
		  ccm_json_add_int(claims, "issued", session->issued, err) &&
		  ccm_json_print(claims, false, out, err);

	ccm_json_free(claims);
	return ok && (out->len < CLAIMS_MAX ||
			 ccm_fail(err, CCM_INTERNAL, "names are too long for a token"));
}

static bool
encode(const struct ccm_emu_session *session, char out[static TOKEN_BYTES / 3 * 4 + 1],
    struct ccm_error *err)
{
	unsigned char content[TOKEN_BYTES];
	struct ccm_buf claims = {0};
	bool ok = ccm_random(content, sizeof(content), err) && print_claims(session, &claims, err);

	if (ok) {
		memcpy(content, claims.data, claims.len + 1);
		EVP_EncodeBlock((unsigned char *)out, content, sizeof(content));
	}
	ccm_buf_clear(&claims);
	return ok;
}

char *
ccm_emu_token_issue(
    const struct ccm_emu_session *session, struct ccm_emu_state *state, struct ccm_error *err)
{
	char *token = ccm_alloc(TOKEN_BYTES / 3 * 4 + 1, err);
	char digest[DIGEST_HEX];

	if (token != NULL && encode(session, token, err) && digest_token(token, digest, err) &&
	    ccm_emu_state_add_token(state, digest, session->issued, session->expires, err))
		return token;
	ccm_free(token);
	return NULL;
}

/* Reading */

static const char *
find_project(const struct ccm_emu_account *account, const char *name)
{
	for (size_t i = 0; i < account->project_count; i++)
		if (strcmp(account->projects[i], name) == 0)
			return account->projects[i];
	return NULL;
}

static bool
read_claims(const struct ccm_emu_account *account, const struct ccm_json *claims,
    struct ccm_emu_session *out, struct ccm_error *err)
{
	const char *user, *domain, *project = NULL, *method = "password";

	if (!ccm_json_string(claims, "user", &user, err) ||
	    !ccm_json_string(claims, "domain", &domain, err) ||
	    !ccm_json_opt_string(claims, "project", &project, err) ||
	    !ccm_json_opt_string(claims, "method", &method, err) ||
	    !ccm_json_int(claims, "issued", &out->issued, err))
		return false;
	out->user = ccm_emu_account_find_user(account, domain, user);
	out->project = project != NULL ? find_project(account, project) : NULL;
	out->method = strcmp(method, "token") == 0 ? "token" : "password";
	return out->user != NULL && (project == NULL || out->project != NULL);
}

/* A token that we issued: its content is ours. */
static bool
decode(const struct ccm_emu_account *account, const char *token, struct ccm_emu_session *out,
    struct ccm_error *err)
{
	unsigned char content[TOKEN_BYTES + 1] = {0};
	struct ccm_json *claims;
	bool ok;

	if (strlen(token) != TOKEN_BYTES / 3 * 4 ||
	    EVP_DecodeBlock(content, (const unsigned char *)token, TOKEN_BYTES / 3 * 4) < 0)
		return false;
	claims = ccm_json_parse(ccm_span_of((const char *)content), err);
	ok = claims != NULL && read_claims(account, claims, out, err);
	ccm_json_free(claims);
	return ok;
}

bool
ccm_emu_token_read(const struct ccm_emu_account *account, const char *token, int64_t now,
    struct ccm_emu_session *out, struct ccm_error *err)
{
	char digest[DIGEST_HEX];

	*out = (struct ccm_emu_session){0};
	if (!digest_token(token, digest, err) ||
	    !ccm_emu_state_get_token(account->state, digest, &out->expires, err))
		return false;
	if (out->expires == CCM_EMU_NONE || !decode(account, token, out, NULL))
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_TOKEN, "decrypt token fail");
	if (out->expires <= now)
		return ccm_emu_refuse_gateway(
		    err, 401, "APIGW.0307", "The token must be updated: it has expired");
	return true;
}
