/* SPDX-License-Identifier: Apache-2.0 */
#include "prov/login.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <string.h>
#include <strings.h>

#include "core/crypto.h"
#include "core/fd.h"
#include "core/fork.h"
#include "model/local.h"

#define PIN_FILE_MAX 4096

/* The last PIN that the keystore refused, by its digest. */
static struct ccm_lock refused_lock = CCM_LOCK_INIT;
static unsigned char refused[32];

static bool
is_behind_pin(struct ccm_model *model, const struct ccm_item *item)
{
	const struct ccm_config *config = ccm_model_config(model);

	return ccm_item_is_local(item) ||
	       config->tokens[ccm_token_index(ccm_item_token(item))].login == CCM_LOGIN_PIN;
}

static bool
was_refused(struct ccm_span pin, unsigned char digest[static 32])
{
	size_t len;
	bool same = ccm_digest("SHA256", pin, digest, &len, NULL);

	ccm_lock_acquire(&refused_lock);
	same = same && CRYPTO_memcmp(refused, digest, sizeof(refused)) == 0;
	ccm_lock_release(&refused_lock);
	return same;
}

/* Somebody's right PIN, which clears the count of wrong ones, may have made this one right. */
static bool
try_pin(struct ccm_vault *vault, const struct ccm_vault_state *state, struct ccm_span pin,
    struct ccm_error *err)
{
	unsigned char digest[32];

	if (was_refused(pin, digest) && state->failures[CCM_VAULT_USER] > 0)
		return ccm_fail(
		    err, CCM_AUTH, "the keystore refused this PIN before: it is not tried again");
	if (ccm_vault_unlock(vault, pin, err))
		return true;
	ccm_lock_acquire(&refused_lock);
	memcpy(refused, digest, sizeof(refused));
	ccm_lock_release(&refused_lock);
	return false;
}

/* RFC 7512 2.4: a file, or a command, which is not run. The line's end is no part of the PIN. */
static bool
read_source(const char *source, struct ccm_buf *pin, struct ccm_error *err)
{
	bool is_url = strncasecmp(source, "file:", 5) == 0;
	const char *name = is_url ? source + 5 : source;
	struct ccm_fd_source file = {.name = name, .code = CCM_USAGE, .most = PIN_FILE_MAX};

	if (is_url && strncmp(name, "//", 2) == 0)
		file.name = name + strcspn(name + 2, "/") + 2;
	if (source[0] == '|')
		return ccm_fail(err, CCM_UNSUPPORTED, "pin-source: commands are not run");
	if (!ccm_fd_read_file(&file, pin, err))
		return ccm_error_context(err, "pin-source");
	while (pin->len > 0 && strchr("\r\n", pin->data[pin->len - 1]) != NULL)
		pin->data[--pin->len] = '\0';
	return true;
}

/* What a PIN opens. */
static const struct place {
	const char *name, *section, *info;
} keystore = {"the keystore", "[keystore]", "the PIN of CCM's keystore"},
  hsm = {"the HSM", "[hsm]", "the PIN of the HSM"};

static bool
is_given(const struct ccm_uri *uri)
{
	return uri != NULL && (uri->pin_value != NULL || uri->pin_source != NULL);
}

static bool
ask_application(const struct place *place, const struct ccm_prov_prompt *prompt,
    struct ccm_buf *pin, struct ccm_error *err)
{
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_PASSPHRASE_PARAM_INFO, (char *)place->info, 0),
	    OSSL_PARAM_construct_end(),
	};

	if (prompt == NULL || prompt->ask == NULL)
		return ccm_fail(err, CCM_AUTH,
		    "%s needs its PIN: %s pin_file, pin-source of the URI, or an application that "
		    "asks for it",
		    place->name, place->section);
	if (!ccm_buf_reserve(pin, CCM_VAULT_PIN_MAX + 1, err))
		return false;
	if (prompt->ask((char *)pin->data, CCM_VAULT_PIN_MAX + 1, &pin->len, params, prompt->arg) &&
	    pin->len > 0)
		return true;
	return ccm_fail(err, CCM_AUTH, "%s needs its PIN, and none was given", place->name);
}

static bool
obtain_pin(const struct place *place, const struct ccm_uri *uri,
    const struct ccm_prov_prompt *prompt, struct ccm_buf *pin, struct ccm_error *err)
{
	if (uri != NULL && uri->pin_value != NULL)
		return ccm_buf_append_str(pin, uri->pin_value, err);
	if (uri != NULL && uri->pin_source != NULL)
		return read_source(uri->pin_source, pin, err);
	return ask_application(place, prompt, pin, err);
}

/* The configuration's PIN is the model's to try, once. */
static bool
unlock(struct ccm_model *model, const struct ccm_uri *uri, const struct ccm_prov_prompt *prompt,
    struct ccm_error *err)
{
	struct ccm_vault *vault = ccm_local_vault(model);
	struct ccm_vault_state state;
	struct ccm_buf pin;
	bool ok;

	if (!ccm_vault_look(vault, &state, err))
		return false;
	if (state.unlocked || !state.held_by[CCM_VAULT_USER])
		return true;
	if (!is_given(uri) && ccm_model_config(model)->keystore_pin[0] != '\0')
		return ccm_local_unlock(model, err);
	ccm_buf_init_secret(&pin);
	ok = obtain_pin(&keystore, uri, prompt, &pin, err) &&
	     try_pin(vault, &state, ccm_buf_span(&pin), err);
	ccm_buf_clear(&pin);
	return ok;
}

/* The configuration's PIN is given where a key is used; what that needs, its own message tells. */
static bool
open_hsm(struct ccm_token *token, const struct ccm_uri *uri, const struct ccm_prov_prompt *prompt,
    struct ccm_error *err)
{
	struct ccm_buf pin;
	bool ok;

	if (!is_given(uri) && (!ccm_token_needs_login(token) || ccm_token_has_pin(token)))
		return true;
	ccm_buf_init_secret(&pin);
	ok = obtain_pin(&hsm, uri, prompt, &pin, err) &&
	     ccm_token_log_in(token, ccm_buf_span(&pin), err);
	ccm_buf_clear(&pin);
	return ok;
}

bool
ccm_prov_login_hsm(struct ccm_model *model, const struct ccm_uri *uri,
    const struct ccm_prov_prompt *prompt, struct ccm_error *err)
{
	bool ok = true;

	if (!is_given(uri) && (prompt == NULL || prompt->ask == NULL))
		return true;
	for (size_t i = 0; ok && i < ccm_model_token_count(model); i++) {
		struct ccm_token *token = ccm_model_token(model, i);

		if (ccm_token_hsm(token) != NULL && ccm_uri_matches_token(uri, token))
			ok = open_hsm(token, uri, prompt, err);
	}
	return ok;
}

bool
ccm_prov_login_token(struct ccm_model *model, struct ccm_token *token, const struct ccm_uri *uri,
    const struct ccm_prov_prompt *prompt, struct ccm_error *err)
{
	return ccm_token_hsm(token) != NULL ? open_hsm(token, uri, prompt, err)
					    : unlock(model, uri, prompt, err);
}

bool
ccm_prov_login(struct ccm_item *item, const struct ccm_prov *prov, const struct ccm_uri *uri,
    const struct ccm_prov_prompt *prompt, struct ccm_error *err)
{
	struct ccm_token *token = ccm_item_token(item);
	struct ccm_model *model;
	bool ok;

	if (ccm_token_hsm(token) != NULL && !ccm_local_is_sealed(item))
		return open_hsm(token, uri, prompt, err);
	model = ccm_prov_model(prov, err);
	ok = model != NULL && (!is_behind_pin(model, item) || unlock(model, uri, prompt, err));
	ccm_model_unref(model);
	return ok;
}
