/* SPDX-License-Identifier: Apache-2.0 */
/* Another provider that has the scheme pkcs11:, as pkcs11-provider does: its store has one name. */
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/params.h>
#include <stdlib.h>

OSSL_provider_init_fn OSSL_provider_init __attribute__((visibility("default")));

static OSSL_FUNC_store_open_fn store_open;
static OSSL_FUNC_store_load_fn store_load;
static OSSL_FUNC_store_eof_fn store_eof;
static OSSL_FUNC_store_close_fn store_close;
static OSSL_FUNC_store_set_ctx_params_fn store_set_params;
static OSSL_FUNC_provider_query_operation_fn query_operation;

struct store {
	int loaded;
};

static void *
store_open(void *provctx, const char *uri)
{
	(void)provctx, (void)uri;
	return calloc(1, sizeof(struct store));
}

static int
store_load(
    void *ctx, OSSL_CALLBACK *callback, void *arg, OSSL_PASSPHRASE_CALLBACK *ask, void *ask_arg)
{
	struct store *store = ctx;
	int type = OSSL_OBJECT_NAME;
	char name[] = "what the other provider has";
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_int(OSSL_OBJECT_PARAM_TYPE, &type),
	    OSSL_PARAM_construct_utf8_string(OSSL_OBJECT_PARAM_DATA, name, 0),
	    OSSL_PARAM_construct_end(),
	};

	(void)ask, (void)ask_arg;
	store->loaded = 1;
	return callback(params, arg);
}

static int
store_eof(void *ctx)
{
	return ((struct store *)ctx)->loaded;
}

static int
store_close(void *ctx)
{
	free(ctx);
	return 1;
}

static int
store_set_params(void *ctx, const OSSL_PARAM params[])
{
	(void)ctx, (void)params;
	return 1;
}

static const OSSL_ALGORITHM *
query_operation(void *provctx, int operation, int *no_cache)
{
	static const OSSL_DISPATCH functions[] = {
	    {OSSL_FUNC_STORE_OPEN, (void (*)(void))store_open},
	    {OSSL_FUNC_STORE_LOAD, (void (*)(void))store_load},
	    {OSSL_FUNC_STORE_EOF, (void (*)(void))store_eof},
	    {OSSL_FUNC_STORE_CLOSE, (void (*)(void))store_close},
	    {OSSL_FUNC_STORE_SET_CTX_PARAMS, (void (*)(void))store_set_params},
	    {0, NULL},
	};
	static const OSSL_ALGORITHM stores[] = {
	    {"pkcs11", "provider=other", functions, "a store of others"}, {0}};

	(void)provctx;
	*no_cache = 0;
	return operation == OSSL_OP_STORE ? stores : NULL;
}

int
OSSL_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **provctx)
{
	static const OSSL_DISPATCH functions[] = {
	    {OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query_operation}, {0, NULL}};

	(void)in;
	*out = functions;
	*provctx = (void *)handle;
	return 1;
}
