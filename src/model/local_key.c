/* SPDX-License-Identifier: Apache-2.0 */
/* Making, keeping and destroying keys of the keystore. */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "core/clock.h"
#include "core/crypto.h"
#include "key/algorithm.h"
#include "key/private.h"
#include "model/local_view.h"

struct ccm_vault *
ccm_local_vault(struct ccm_model *model)
{
	return ccm_local_vault_of(ccm_model_local(model));
}

struct ccm_vault *
ccm_token_vault(struct ccm_token *token)
{
	return ccm_local_vault(token->model);
}

bool
ccm_token_log_in(struct ccm_token *token, struct ccm_span pin, struct ccm_error *err)
{
	return token->hsm != NULL ? ccm_hsm_log_in(token->hsm, pin, err)
				  : ccm_vault_unlock(ccm_token_vault(token), pin, err);
}

void
ccm_token_log_out(struct ccm_token *token)
{
	if (token->hsm != NULL)
		ccm_hsm_log_out(token->hsm);
	else
		ccm_vault_lock(ccm_token_vault(token));
}

bool
ccm_token_has_pin(struct ccm_token *token)
{
	return token->hsm != NULL && ccm_hsm_has_pin(token->hsm);
}

bool
ccm_local_unlock(struct ccm_model *model, struct ccm_error *err)
{
	return ccm_local_unlock_of(ccm_model_local(model), err);
}

bool
ccm_local_write_public(const EVP_PKEY *pkey, struct ccm_buf *out, struct ccm_error *err)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(pkey, &der);
	bool ok = len > 0 ? ccm_buf_append(out, der, (size_t)len, err)
			  : ccm_fail_openssl(err, "encoding a public key");

	OPENSSL_free(der);
	return ok;
}

static bool
keep(
    struct ccm_token *token, EVP_PKEY *pkey, const struct ccm_vault_key *key, struct ccm_error *err)
{
	struct ccm_buf pkcs8 = {0};
	bool ok;

	ccm_buf_init_secret(&pkcs8);
	ok = ccm_private_to_der(pkey, &pkcs8, err) && ccm_local_unlock(token->model, err) &&
	     ccm_vault_add(ccm_local_vault(token->model), key, ccm_buf_span(&pkcs8), err);
	ccm_buf_clear(&pkcs8);
	return ok;
}

static struct ccm_item *
add(struct ccm_token *token, EVP_PKEY *pkey, const struct ccm_local_spec *spec, unsigned flags,
    struct ccm_error *err)
{
	char algorithm[CCM_ALGORITHM_SIZE];
	struct ccm_vault_key key = {
	    .id = spec->id,
	    .label = spec->label,
	    .algorithm = algorithm,
	    .token = token->config->name,
	    .keeper = "",
	    .flags = flags | (spec->exportable ? CCM_VAULT_EXPORTABLE : 0U),
	    .created_ms = ccm_clock_now_ms(),
	};
	struct ccm_buf public_key = {0};
	struct ccm_item *item = NULL;

	ccm_algorithm_of(pkey, algorithm);
	if (algorithm[0] == '\0') {
		ccm_fail(err, CCM_UNSUPPORTED, "a kind of key that the keystore does not take");
		return NULL;
	}
	if (!ccm_random(key.ref, sizeof(key.ref), err) ||
	    !ccm_local_write_public(pkey, &public_key, err))
		goto out;
	if (key.id.len == 0)
		key.id = CCM_SPAN(key.ref, sizeof(key.ref));
	key.public_key = ccm_buf_span(&public_key);
	if (keep(token, pkey, &key, err))
		item = ccm_local_item(token, &key, err);
out:
	ccm_buf_clear(&public_key);
	return item;
}

struct ccm_item *
ccm_local_keep(struct ccm_token *token, EVP_PKEY *pkey, const struct ccm_local_spec *spec,
    struct ccm_error *err)
{
	return add(token, pkey, spec, spec->generated ? CCM_VAULT_GENERATED : 0, err);
}

/* In the HSM its id is random, so that nothing there is taken for it. */
static struct ccm_item *
add_in_hsm(struct ccm_token *token, const struct ccm_local_spec *spec, struct ccm_vault_key *row,
    struct ccm_error *err)
{
	const struct ccm_span ref = CCM_SPAN(row->ref, sizeof(row->ref));
	const struct ccm_hsm_new_key wanted = {spec->algorithm, ref, spec->label};
	char algorithm[CCM_ALGORITHM_SIZE];
	struct ccm_buf public_key = {0};
	struct ccm_key *key = ccm_hsm_generate(token->hsm, &wanted, err);
	bool ok = key != NULL && ccm_local_write_public(ccm_key_public(key), &public_key, err);

	if (ok) {
		ccm_algorithm_of(ccm_key_public(key), algorithm);
		row->algorithm = algorithm;
		row->public_key = ccm_buf_span(&public_key);
		ok = ccm_vault_add(ccm_token_vault(token), row, CCM_SPAN(NULL, 0), err);
	}
	if (key != NULL && !ok)
		ccm_hsm_clear(token->hsm, ref, NULL);
	struct ccm_item *item = ok ? ccm_local_item(token, row, err) : NULL;

	ccm_buf_clear(&public_key);
	ccm_key_unref(key);
	return item;
}

static struct ccm_item *
generate_in_hsm(struct ccm_token *token, const struct ccm_local_spec *spec, struct ccm_error *err)
{
	struct ccm_vault_key row = {
	    .id = spec->id,
	    .label = spec->label,
	    .token = token->config->name,
	    .keeper = ccm_hsm_cluster(token->hsm),
	    .flags = CCM_VAULT_GENERATED,
	    .created_ms = ccm_clock_now_ms(),
	};

	if (spec->exportable) {
		ccm_fail(err, CCM_UNSUPPORTED, "token %s: a key in an HSM stays there",
		    token->config->name);
		return NULL;
	}
	if (!ccm_random(row.ref, sizeof(row.ref), err))
		return NULL;
	if (row.id.len == 0)
		row.id = CCM_SPAN(row.ref, sizeof(row.ref));
	return add_in_hsm(token, spec, &row, err);
}

struct ccm_item *
ccm_local_generate(
    struct ccm_token *token, const struct ccm_local_spec *spec, struct ccm_error *err)
{
	struct ccm_key_spec wanted;
	struct ccm_item *item = NULL;
	struct ccm_key *key;

	if (token->hsm != NULL)
		return generate_in_hsm(token, spec, err);
	/* a PIN that is missing is better known before RSA's primes are */
	if (!ccm_algorithm_parse(spec->algorithm, &wanted, err) ||
	    !ccm_local_unlock(token->model, err))
		return NULL;
	key = ccm_key_generate(&wanted, err);
	if (key == NULL)
		return NULL;
	item = add(token, ccm_key_soft_pkey(key), spec, CCM_VAULT_GENERATED, err);
	ccm_key_unref(key);
	return item;
}

bool
ccm_local_rename(
    struct ccm_item *item, const char *label, struct ccm_span id, struct ccm_error *err)
{
	struct ccm_vault_key key = {.id = id, .label = label};

	memcpy(key.ref, item->facts.key_ref, sizeof(key.ref));
	if (!item->facts.local)
		return ccm_fail(err, CCM_UNSUPPORTED, "the key of %s is not of the keystore",
		    item->facts.label);
	return ccm_vault_rename(ccm_local_vault(item->token->model), &key, err);
}

/* In the HSM first; one that is not there any more is destroyed. */
static bool
destroy_in_hsm(const struct ccm_item *item, const char *keeper, struct ccm_error *err)
{
	struct ccm_hsm *hsm = ccm_model_hsm(item->token->model, keeper, err);

	return hsm != NULL &&
	       ccm_hsm_clear(hsm, CCM_SPAN(item->facts.key_ref, sizeof(item->facts.key_ref)), err);
}

bool
ccm_local_destroy(struct ccm_item *item, struct ccm_error *err)
{
	char *keeper;
	bool ok;

	if (!item->facts.local)
		return ccm_fail(err, CCM_UNSUPPORTED, "the key of %s is not of the keystore",
		    item->facts.label);
	keeper = ccm_local_keeper(item, err);
	ok = keeper != NULL && (keeper[0] == '\0' || destroy_in_hsm(item, keeper, err));
	ccm_free(keeper);
	return ok &&
	       ccm_vault_remove(ccm_local_vault(item->token->model), item->facts.key_ref, err);
}

bool
ccm_local_export(struct ccm_item *item, struct ccm_buf *pkcs8, struct ccm_error *err)
{
	if (!ccm_item_is_local(item) || (ccm_local_flags(item) & CCM_VAULT_EXPORTABLE) == 0)
		return ccm_fail(err, CCM_DENIED,
		    "the private key of %s stays where it is: it was not made exportable",
		    item->facts.label);
	return ccm_local_unlock(item->token->model, err) &&
	       ccm_vault_open(ccm_local_vault(item->token->model), item->facts.key_ref, pkcs8, err);
}
