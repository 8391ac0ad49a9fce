/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Generation. With the parameter uri the key is made in the keystore, under the name and in the
 * token that the URI says. Without it the key is plain: libssl makes its ephemeral keys here, too,
 * where we are asked first, and nothing tells those from others.
 */
#include "prov/keymgmt.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/crypto.h"
#include "model/local.h"
#include "prov/login.h"

struct generation {
	const struct ccm_prov *prov;
	const struct ccm_prov_type *type;
	int selection;
	EVP_PKEY_CTX *ctx;
	char *uri;      /* NULL: a plain key */
	size_t bits;    /* of RSA */
	char group[64]; /* of EC */
	OSSL_CALLBACK *progress;
	void *progress_arg;
};

/* Whether a pair or only parameters. */
static bool
start(struct generation *gen)
{
	if ((gen->selection & OSSL_KEYMGMT_SELECT_KEYPAIR) != 0)
		return EVP_PKEY_keygen_init(gen->ctx) == 1;
	return EVP_PKEY_paramgen_init(gen->ctx) == 1;
}

void *
ccm_prov_generate_init(const struct ccm_prov *prov, const struct ccm_prov_type *type, int selection,
    const OSSL_PARAM params[])
{
	struct ccm_error err = {0};
	struct generation *gen;

	if (!ccm_prov_enter(prov, "key generation"))
		return NULL;
	gen = ccm_alloc(sizeof(*gen), &err);
	if (gen == NULL) {
		ccm_prov_raise(prov, "key generation", &err);
		return NULL;
	}
	*gen =
	    (struct generation){.prov = prov, .type = type, .selection = selection, .bits = 2048};
	gen->ctx =
	    EVP_PKEY_CTX_new_from_name(ccm_crypto_context(NULL), type->name, CCM_CRYPTO_PROPERTIES);
	if (gen->ctx == NULL || !start(gen) || !ccm_prov_generate_set_params(gen, params)) {
		ccm_prov_generate_cleanup(gen);
		return NULL;
	}
	return gen;
}

int
ccm_prov_generate_set_template(void *genctx, void *keydata)
{
	struct generation *gen = genctx;
	EVP_PKEY *pkey = ccm_prov_key_public(keydata);
	EVP_PKEY_CTX *ctx = ccm_prov_key_context(keydata);
	size_t len;

	if (ctx == NULL)
		return 0;
	if (EVP_PKEY_get_group_name(pkey, gen->group, sizeof(gen->group), &len) != 1)
		gen->group[0] = '\0';
	EVP_PKEY_CTX_free(gen->ctx);
	gen->ctx = ctx;
	return start(gen);
}

/* What the keystore has to be told. */
static bool
note(struct generation *gen, const OSSL_PARAM params[])
{
	const OSSL_PARAM *bits = OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_RSA_BITS);
	const OSSL_PARAM *group = OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_GROUP_NAME);
	const OSSL_PARAM *uri = OSSL_PARAM_locate_const(params, CCM_PROV_PARAM_URI);
	char *name = gen->group;

	if ((bits != NULL && !OSSL_PARAM_get_size_t(bits, &gen->bits)) ||
	    (group != NULL && !OSSL_PARAM_get_utf8_string(group, &name, sizeof(gen->group))))
		return false;
	if (uri == NULL)
		return true;
	ccm_free(gen->uri);
	gen->uri = uri->data_type == OSSL_PARAM_UTF8_STRING
		       ? ccm_strndup(uri->data, uri->data_size, NULL)
		       : NULL;
	return gen->uri != NULL;
}

int
ccm_prov_generate_set_params(void *genctx, const OSSL_PARAM params[])
{
	struct generation *gen = genctx;

	return params == NULL || params->key == NULL ||
	       (note(gen, params) && EVP_PKEY_CTX_set_params(gen->ctx, params) == 1);
}

/* The dots of `openssl genpkey`: 0 ends the generation. */
static int
report_progress(EVP_PKEY_CTX *ctx)
{
	struct generation *gen = EVP_PKEY_CTX_get_app_data(ctx);
	int potential = EVP_PKEY_CTX_get_keygen_info(ctx, 0);
	int iteration = EVP_PKEY_CTX_get_keygen_info(ctx, 1);
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_int(OSSL_GEN_PARAM_POTENTIAL, &potential),
	    OSSL_PARAM_construct_int(OSSL_GEN_PARAM_ITERATION, &iteration),
	    OSSL_PARAM_construct_end(),
	};

	return gen->progress(params, gen->progress_arg);
}

static void *
generate_plain(struct generation *gen, OSSL_CALLBACK *progress, void *arg)
{
	struct ccm_prov_key *key = ccm_prov_key_new(gen->prov, gen->type);

	if (key == NULL)
		return NULL;
	if (progress != NULL) {
		gen->progress = progress;
		gen->progress_arg = arg;
		EVP_PKEY_CTX_set_app_data(gen->ctx, gen);
		EVP_PKEY_CTX_set_cb(gen->ctx, report_progress);
	}
	if (EVP_PKEY_generate(gen->ctx, &key->pkey) != 1) {
		ccm_prov_key_unref(key);
		return NULL;
	}
	key->has =
	    (gen->selection & OSSL_KEYMGMT_SELECT_KEYPAIR) | OSSL_KEYMGMT_SELECT_ALL_PARAMETERS;
	return key;
}

/* The model's name of what was chosen by OpenSSL's parameters. */
static bool
name_algorithm(const struct generation *gen, char name[static 32], struct ccm_error *err)
{
	static const struct {
		const char *group, *name;
	} groups[] = {
	    {"P-256", "EC256"},
	    {"prime256v1", "EC256"},
	    {"secp256r1", "EC256"},
	    {"P-384", "EC384"},
	    {"secp384r1", "EC384"},
	    {"P-521", "EC521"},
	    {"secp521r1", "EC521"},
	};

	if (gen->type == &ccm_prov_rsa)
		return snprintf(name, 32, "RSA%zu", gen->bits) > 0;
	if (gen->type == &ccm_prov_ed25519 || gen->type == &ccm_prov_sm2)
		return snprintf(name, 32, "%s", gen->type->name) > 0;
	for (size_t i = 0; gen->type == &ccm_prov_ec && i < CCM_COUNT(groups); i++)
		if (strcasecmp(groups[i].group, gen->group) == 0)
			return snprintf(name, 32, "%s", groups[i].name) > 0;
	return ccm_fail(err, CCM_UNSUPPORTED, "the keystore has no %s keys%s%s", gen->type->name,
	    gen->group[0] != '\0' ? " of group " : "", gen->group);
}

/* The first token that the URI selects and that may be written to. */
static struct ccm_token *
find_token(
    struct ccm_model *model, const struct ccm_uri *uri, const char *text, struct ccm_error *err)
{
	const struct ccm_config *config = ccm_model_config(model);

	if (!ccm_uri_check_token(model, uri, text, err))
		return NULL;
	for (size_t i = 0; i < ccm_model_token_count(model); i++) {
		struct ccm_token *token = ccm_model_token(model, i);

		if (ccm_uri_matches_token(uri, token) && ccm_token_has_keys(token) &&
		    !config->tokens[i].read_only)
			return token;
	}
	ccm_fail(err, CCM_DENIED,
	    "URI %s selects no token that keys can be made in: the configuration's [token] needs "
	    "`read_only = no`",
	    ccm_uri_show(text).text);
	return NULL;
}

static struct ccm_item *
generate_item(const struct generation *gen, struct ccm_model *model, const struct ccm_uri *uri,
    struct ccm_error *err)
{
	char algorithm[32];
	struct ccm_local_spec spec = {
	    .algorithm = algorithm,
	    .label = uri->object != NULL ? uri->object : "",
	    .id = CCM_SPAN(uri->id, uri->id_len),
	};
	struct ccm_token *token = find_token(model, uri, gen->uri, err);

	if (token == NULL || !name_algorithm(gen, algorithm, err) ||
	    !ccm_prov_login_token(model, token, uri, NULL, err))
		return NULL;
	return ccm_local_generate(token, &spec, err);
}

static void *
generate_kept(const struct generation *gen)
{
	struct ccm_uri uri = {0};
	struct ccm_error err = {0};
	struct ccm_model *model = NULL;
	struct ccm_item *item = NULL;
	struct ccm_prov_key *key = NULL;

	if (ccm_uri_parse(gen->uri, &uri, &err))
		model = ccm_prov_model(gen->prov, &err);
	if (model != NULL)
		item = generate_item(gen, model, &uri, &err);
	if (item != NULL)
		key = ccm_prov_key_of_item(gen->prov, item, &err);
	if (key == NULL)
		ccm_prov_raise(gen->prov, "key generation", &err);
	ccm_item_unref(item);
	ccm_model_unref(model);
	ccm_uri_clear(&uri);
	return key;
}

void *
ccm_prov_generate(void *genctx, OSSL_CALLBACK *progress, void *arg)
{
	struct generation *gen = genctx;

	return gen->uri != NULL ? generate_kept(gen) : generate_plain(gen, progress, arg);
}

void
ccm_prov_generate_cleanup(void *genctx)
{
	struct generation *gen = genctx;

	if (gen == NULL)
		return;
	EVP_PKEY_CTX_free(gen->ctx);
	ccm_free(gen->uri);
	ccm_free(gen);
}
