/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/account.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto.h"

const struct ccm_emu_role_row ccm_emu_roles[] = {
    {"secu_admin", CCM_EMU_SECU_ADMIN},
    {"te_admin", CCM_EMU_TE_ADMIN},
    {"te_agency", CCM_EMU_TE_AGENCY},
    {"readonly", CCM_EMU_READONLY},
    {NULL, 0},
};
#define DEFAULT_ROLES (CCM_EMU_SECU_ADMIN | CCM_EMU_TE_ADMIN | CCM_EMU_TE_AGENCY)
#define LIFETIME_MAX_S (INT64_C(100) * 366 * 24 * 3600)

void
ccm_emu_account_init(struct ccm_emu_account *account)
{
	*account = (struct ccm_emu_account){0};
	pthread_mutex_init(&account->lock, NULL);
}

static void
free_key(struct ccm_emu_access_key *key)
{
	ccm_free(key->id);
	ccm_free(key->secret);
	ccm_free(key->security_token);
	ccm_free(key);
}

void
ccm_emu_account_clear(struct ccm_emu_account *account)
{
	for (size_t i = 0; i < account->key_count; i++)
		free_key(account->keys[i]);
	for (size_t i = 0; i < account->user_count; i++) {
		ccm_free(account->users[i].name);
		ccm_free(account->users[i].password);
		ccm_free(account->users[i].domain);
	}
	for (size_t i = 0; i < account->project_count; i++)
		ccm_free(account->projects[i]);
	ccm_free(account->keys);
	ccm_free(account->users);
	ccm_free(account->projects);
	pthread_mutex_destroy(&account->lock);
}

/* Access keys */

/* Takes the key, also when it fails. */
static bool
keep_key(struct ccm_emu_account *account, struct ccm_emu_access_key *take, struct ccm_error *err)
{
	bool ok;

	pthread_mutex_lock(&account->lock);
	ok = ccm_grow_array(&account->keys, account->key_count, sizeof(take), err);
	if (ok)
		account->keys[account->key_count++] = take;
	pthread_mutex_unlock(&account->lock);
	if (!ok)
		free_key(take);
	return ok;
}

static struct ccm_emu_access_key *
new_key(struct ccm_span id, struct ccm_span secret, struct ccm_span token, struct ccm_error *err)
{
	struct ccm_emu_access_key *key = ccm_alloc(sizeof(*key), err);

	if (key == NULL)
		return NULL;
	key->expires = CCM_EMU_NEVER;
	key->id = ccm_strndup((const char *)id.data, id.len, err);
	key->secret = ccm_strndup((const char *)secret.data, secret.len, err);
	if (token.len != 0)
		key->security_token = ccm_strndup((const char *)token.data, token.len, err);
	if (key->id != NULL && key->secret != NULL &&
	    (token.len == 0 || key->security_token != NULL))
		return key;
	free_key(key);
	return NULL;
}

bool
ccm_emu_account_add_key(struct ccm_emu_account *account, const char *text, struct ccm_error *err)
{
	const char *colon = strchr(text, ':');
	struct ccm_emu_access_key *key;

	if (colon == NULL || colon == text || colon[1] == '\0')
		return ccm_fail(err, CCM_USAGE, "an access key is given as AK:SK");
	key = new_key(CCM_SPAN(text, (size_t)(colon - text)), ccm_span_of(colon + 1),
	    (struct ccm_span){0}, err);
	return key != NULL && keep_key(account, key, err);
}

/* The text up to the next colon; *at moves behind it. */
static struct ccm_span
next_part(const char **at)
{
	struct ccm_span part = CCM_SPAN(*at, strcspn(*at, ":"));

	*at += part.len;
	*at += **at == ':';
	return part;
}

bool
ccm_emu_account_add_temporary_key(
    struct ccm_emu_account *account, const char *text, struct ccm_error *err)
{
	struct ccm_span id = next_part(&text), secret = next_part(&text), token = next_part(&text);
	struct ccm_emu_access_key *key;
	int64_t seconds = 0;
	char *end;

	if (id.len == 0 || secret.len == 0 || token.len == 0)
		return ccm_fail(
		    err, CCM_USAGE, "a temporary key is given as AK:SK:TOKEN[:SECONDS]");
	if (*text != '\0') {
		seconds = strtoll(text, &end, 10);
		if (*end != '\0' || seconds < 1 || seconds > LIFETIME_MAX_S)
			return ccm_fail(err, CCM_USAGE, "\"%s\" is not a number of seconds", text);
	}
	key = new_key(id, secret, token, err);
	if (key == NULL)
		return false;
	key->lifetime_ms = seconds * 1000;
	return keep_key(account, key, err);
}

void
ccm_emu_account_begin(struct ccm_emu_account *account, int64_t now)
{
	for (size_t i = 0; i < account->key_count; i++)
		if (account->keys[i]->lifetime_ms != 0)
			account->keys[i]->expires = now + account->keys[i]->lifetime_ms;
}

const struct ccm_emu_access_key *
ccm_emu_account_make_key(struct ccm_emu_account *account, int64_t expires, struct ccm_error *err)
{
	unsigned char random[10 + 20 + 120];
	char id[21], secret[41], token[241];
	struct ccm_emu_access_key *key;

	if (!ccm_random(random, sizeof(random), err))
		return NULL;
	ccm_hex(random, 10, id);
	ccm_hex(random + 10, 20, secret);
	ccm_hex(random + 30, 120, token);
	key = new_key(ccm_span_of(id), ccm_span_of(secret), ccm_span_of(token), err);
	if (key == NULL)
		return NULL;
	key->expires = expires;
	return keep_key(account, key, err) ? key : NULL;
}

struct ccm_emu_access_key *
ccm_emu_account_find_key(struct ccm_emu_account *account, const char *id)
{
	struct ccm_emu_access_key *found = NULL;

	pthread_mutex_lock(&account->lock);
	for (size_t i = 0; found == NULL && i < account->key_count; i++)
		if (strcmp(account->keys[i]->id, id) == 0)
			found = account->keys[i];
	pthread_mutex_unlock(&account->lock);
	return found;
}

/* Users and projects */

static const struct ccm_emu_role_row *
find_role(struct ccm_span name)
{
	for (const struct ccm_emu_role_row *row = ccm_emu_roles; row->name != NULL; row++)
		if (ccm_span_equal(ccm_span_of(row->name), name))
			return row;
	return NULL;
}

/* False when one of them is none: then the text is something else. */
static bool
parse_roles(const char *text, unsigned *roles)
{
	*roles = 0;
	for (;;) {
		size_t len = strcspn(text, ",");
		const struct ccm_emu_role_row *row = find_role(CCM_SPAN(text, len));

		if (row == NULL)
			return false;
		*roles |= row->role;
		if (text[len] == '\0')
			return true;
		text += len + 1;
	}
}

/* The password may hold colons: names may not. */
static bool
add_user(struct ccm_emu_account *account, const char *text, unsigned roles, struct ccm_error *err)
{
	const char *first = strchr(text, ':'), *last = strrchr(text, ':');
	struct ccm_emu_user user = {.roles = roles};

	if (first == NULL || first == text || last <= first + 1 || last[1] == '\0')
		return ccm_fail(
		    err, CCM_USAGE, "a user is given as NAME:PASSWORD:DOMAIN[:ROLE,..]");
	if (!ccm_grow_array(&account->users, account->user_count, sizeof(user), err))
		return false;
	user.name = ccm_strndup(text, (size_t)(first - text), err);
	user.password = ccm_strndup(first + 1, (size_t)(last - first - 1), err);
	user.domain = ccm_strdup(last + 1, err);
	account->users[account->user_count++] = user;
	return user.name != NULL && user.password != NULL && user.domain != NULL;
}

bool
ccm_emu_account_add_user(struct ccm_emu_account *account, const char *text, struct ccm_error *err)
{
	const char *last = strrchr(text, ':');
	unsigned roles;
	char *rest;
	bool ok;

	if (last == NULL || !parse_roles(last + 1, &roles))
		return add_user(account, text, DEFAULT_ROLES, err);
	rest = ccm_strndup(text, (size_t)(last - text), err);
	ok = rest != NULL && add_user(account, rest, roles, err);
	ccm_free(rest);
	return ok;
}

bool
ccm_emu_account_add_project(
    struct ccm_emu_account *account, const char *name, struct ccm_error *err)
{
	if (name[0] == '\0')
		return ccm_fail(err, CCM_USAGE, "the project has no name");
	if (!ccm_grow_array(&account->projects, account->project_count, sizeof(char *), err))
		return false;
	account->projects[account->project_count] = ccm_strdup(name, err);
	return account->projects[account->project_count++] != NULL;
}

const struct ccm_emu_user *
ccm_emu_account_find_user(
    const struct ccm_emu_account *account, const char *domain, const char *name)
{
	for (size_t i = 0; i < account->user_count; i++)
		if (strcmp(account->users[i].name, name) == 0 &&
		    strcmp(account->users[i].domain, domain) == 0)
			return &account->users[i];
	return NULL;
}

bool
ccm_emu_iam_id(
    const char *kind, const char *name, char out[static CCM_EMU_IAM_ID_SIZE], struct ccm_error *err)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char *text = ccm_format(err, "%s/%s", kind, name);
	size_t len;
	bool ok;

	if (text == NULL)
		return false;
	ok = ccm_digest("SHA256", ccm_span_of(text), digest, &len, err);
	if (ok)
		ccm_hex(digest, (CCM_EMU_IAM_ID_SIZE - 1) / 2, out);
	ccm_free(text);
	return ok;
}
