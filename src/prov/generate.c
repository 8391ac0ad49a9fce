/* SPDX-License-Identifier: Apache-2.0 */
#include "prov/keymgmt.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "core/crypto.h"

struct generation {
	const struct ccm_prov *prov;
	const struct ccm_prov_type *type;
	int selection;
	EVP_PKEY_CTX *ctx;
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
	*gen = (struct generation){.prov = prov, .type = type, .selection = selection};
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
	EVP_PKEY_CTX *ctx = ccm_prov_key_context(keydata);

	if (ctx == NULL)
		return 0;
	EVP_PKEY_CTX_free(gen->ctx);
	gen->ctx = ctx;
	return start(gen);
}

int
ccm_prov_generate_set_params(void *genctx, const OSSL_PARAM params[])
{
	struct generation *gen = genctx;

	return params == NULL || params->key == NULL ||
	       EVP_PKEY_CTX_set_params(gen->ctx, params) == 1;
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

void *
ccm_prov_generate(void *genctx, OSSL_CALLBACK *progress, void *arg)
{
	struct generation *gen = genctx;
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

void
ccm_prov_generate_cleanup(void *genctx)
{
	struct generation *gen = genctx;

	if (gen == NULL)
		return;
	EVP_PKEY_CTX_free(gen->ctx);
	ccm_free(gen);
}
