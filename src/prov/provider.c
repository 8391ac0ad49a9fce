/* SPDX-License-Identifier: Apache-2.0 */
/* Entry, queries, exit. Nothing here touches the network, a lock or a library context: any of it
 * may run while OpenSSL reads its configuration or ends (design rule 1). */
#include "prov/prov.h"

#include <openssl/core_names.h>
#include <openssl/opensslv.h>
#include <openssl/params.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto.h"
#include "core/log.h"

/* One of the four symbols that the library exports. */
OSSL_provider_init_fn OSSL_provider_init __attribute__((visibility("default")));

static OSSL_FUNC_provider_teardown_fn teardown;
static OSSL_FUNC_provider_gettable_params_fn gettable_params;
static OSSL_FUNC_provider_get_params_fn get_params;
static OSSL_FUNC_provider_query_operation_fn query_operation;
static OSSL_FUNC_provider_get_reason_strings_fn get_reason_strings;
static OSSL_FUNC_provider_self_test_fn self_test;

/* What the provider's section of openssl.cnf says; NULL: nothing. */
static const char *
setting(const struct ccm_prov *prov, const char *name)
{
	const char *value = NULL;
	OSSL_PARAM settings[] = {
	    OSSL_PARAM_construct_utf8_ptr(name, (char **)&value, 0),
	    OSSL_PARAM_construct_end(),
	};

	if (prov->get_params == NULL || !prov->get_params(prov->handle, settings))
		return NULL;
	return value;
}

long
ccm_prov_core_version(const struct ccm_prov *prov)
{
	const char *version = setting(prov, OSSL_PROV_PARAM_CORE_VERSION);

	return version != NULL ? strtol(version, NULL, 10) : 3;
}

/* Once, and behind the configuration, whose [log] it goes before. */
static bool
configure_log(struct ccm_prov *prov, struct ccm_error *err)
{
	if (atomic_load(&prov->log_is_set))
		return true;
	if (!ccm_log_configure(setting(prov, "ccm-log"), NULL, err))
		return ccm_error_context(err, "openssl.cnf: ccm-log");
	atomic_store(&prov->log_is_set, true);
	return true;
}

struct ccm_model *
ccm_prov_model(const struct ccm_prov *prov, struct ccm_error *err)
{
	struct ccm_model *model = ccm_model_get(setting(prov, "ccm-config"), err);

	if (model == NULL || configure_log((struct ccm_prov *)prov, err))
		return model;
	ccm_model_unref(model);
	return NULL;
}

static void
teardown(void *provctx)
{
	ccm_free(provctx);
}

static const OSSL_PARAM *
gettable_params(void *provctx)
{
	static const OSSL_PARAM params[] = {
	    OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_NAME, NULL, 0),
	    OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_VERSION, NULL, 0),
	    OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_BUILDINFO, NULL, 0),
	    OSSL_PARAM_int(OSSL_PROV_PARAM_STATUS, NULL),
	    OSSL_PARAM_END,
	};

	(void)provctx;
	return params;
}

static int
get_params(void *provctx, OSSL_PARAM params[])
{
	static const struct {
		const char *key, *value;
	} texts[] = {
	    {OSSL_PROV_PARAM_NAME, CCM_MANUFACTURER},
	    {OSSL_PROV_PARAM_VERSION, CCM_VERSION},
	    {OSSL_PROV_PARAM_BUILDINFO, CCM_VERSION ", built with " OPENSSL_VERSION_TEXT},
	};
	OSSL_PARAM *param;

	(void)provctx;
	for (size_t i = 0; i < CCM_COUNT(texts); i++) {
		param = OSSL_PARAM_locate(params, texts[i].key);
		if (param != NULL && !OSSL_PARAM_set_utf8_ptr(param, texts[i].value))
			return 0;
	}
	param = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_STATUS);
	return param == NULL || OSSL_PARAM_set_int(param, 1);
}

static const OSSL_ALGORITHM *
query_operation(void *provctx, int operation, int *no_cache)
{
	static const struct {
		int operation;
		const OSSL_ALGORITHM *algorithms;
	} offers[] = {
	    {OSSL_OP_KEYMGMT, ccm_prov_keymgmts},
	    {OSSL_OP_SIGNATURE, ccm_prov_signatures},
	    {OSSL_OP_KEYEXCH, ccm_prov_exchanges},
	    {OSSL_OP_ASYM_CIPHER, ccm_prov_ciphers},
	    {OSSL_OP_STORE, ccm_prov_stores},
	    {OSSL_OP_DECODER, ccm_prov_decoders},
	    {OSSL_OP_ENCODER, ccm_prov_encoders},
	};

	(void)provctx;
	*no_cache = 0;
	for (size_t i = 0; i < CCM_COUNT(offers); i++)
		if (offers[i].operation == operation)
			return offers[i].algorithms;
	return NULL;
}

/* That our own cryptography works, and is the default provider's: whatever openssl.cnf prefers, it
 * cannot be led back to us. The account is not asked, nor the configuration read: a failure would
 * take the provider away for good. */
static int
self_test(void *provctx)
{
	/* SHA-256 of "abc": FIPS 180-2 B.1 */
	static const unsigned char known[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41,
	    0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a,
	    0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
	unsigned char digest[EVP_MAX_MD_SIZE];
	size_t len = 0;
	EVP_KEYMGMT *keymgmt =
	    EVP_KEYMGMT_fetch(ccm_crypto_context(NULL), ccm_prov_rsa.name, CCM_CRYPTO_PROPERTIES);
	bool ok =
	    keymgmt != NULL &&
	    strcmp(OSSL_PROVIDER_get0_name(EVP_KEYMGMT_get0_provider(keymgmt)), "default") == 0 &&
	    ccm_digest("SHA256", ccm_span_of("abc"), digest, &len, NULL) &&
	    ccm_span_equal(CCM_SPAN(digest, len), CCM_SPAN(known, sizeof(known)));

	(void)provctx;
	EVP_KEYMGMT_free(keymgmt);
	return ok;
}

static const OSSL_ITEM *
get_reason_strings(void *provctx)
{
	(void)provctx;
	return ccm_prov_reasons;
}

static void
keep_upcalls(struct ccm_prov *prov, const OSSL_DISPATCH *in)
{
	for (; in->function_id != 0; in++) {
		switch (in->function_id) {
		case OSSL_FUNC_CORE_GET_PARAMS:
			prov->get_params = OSSL_FUNC_core_get_params(in);
			break;
		case OSSL_FUNC_CORE_NEW_ERROR:
			prov->new_error = OSSL_FUNC_core_new_error(in);
			break;
		case OSSL_FUNC_CORE_SET_ERROR_DEBUG:
			prov->set_error_debug = OSSL_FUNC_core_set_error_debug(in);
			break;
		case OSSL_FUNC_CORE_VSET_ERROR:
			prov->vset_error = OSSL_FUNC_core_vset_error(in);
			break;
		case OSSL_FUNC_BIO_READ_EX:
			prov->bio_read_ex = OSSL_FUNC_BIO_read_ex(in);
			break;
		case OSSL_FUNC_BIO_GETS:
			prov->bio_gets = OSSL_FUNC_BIO_gets(in);
			break;
		case OSSL_FUNC_BIO_WRITE_EX:
			prov->bio_write_ex = OSSL_FUNC_BIO_write_ex(in);
			break;
		}
	}
}

int
OSSL_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **provctx)
{
	static const OSSL_DISPATCH functions[] = {
	    {OSSL_FUNC_PROVIDER_TEARDOWN, (void (*)(void))teardown},
	    {OSSL_FUNC_PROVIDER_GETTABLE_PARAMS, (void (*)(void))gettable_params},
	    {OSSL_FUNC_PROVIDER_GET_PARAMS, (void (*)(void))get_params},
	    {OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query_operation},
	    {OSSL_FUNC_PROVIDER_GET_REASON_STRINGS, (void (*)(void))get_reason_strings},
	    {OSSL_FUNC_PROVIDER_SELF_TEST, (void (*)(void))self_test},
	    {OSSL_FUNC_PROVIDER_GET_CAPABILITIES, (void (*)(void))ccm_prov_get_capabilities},
	    {0, NULL},
	};
	struct ccm_prov *prov = ccm_alloc(sizeof(*prov), NULL);

	if (prov == NULL)
		return 0;
	prov->handle = handle;
	keep_upcalls(prov, in);
	*provctx = prov;
	*out = functions;
	return 1;
}
