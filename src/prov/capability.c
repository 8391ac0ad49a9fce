/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libssl takes a curve only from the provider whose EC key management it gets. Where that is ours,
 * the default provider's curves have to be ours too.
 */
#include "prov/prov.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <string.h>

#include "core/crypto.h"

struct receiver {
	OSSL_CALLBACK *callback;
	void *arg;
};

static int
pass_curve(const OSSL_PARAM params[], void *arg)
{
	const struct receiver *receiver = arg;
	const OSSL_PARAM *param = OSSL_PARAM_locate_const(params, OSSL_CAPABILITY_TLS_GROUP_ALG);
	const char *algorithm;

	if (param == NULL || !OSSL_PARAM_get_utf8_string_ptr(param, &algorithm) ||
	    strcmp(algorithm, ccm_prov_ec.name) != 0)
		return 1;
	return receiver->callback(params, receiver->arg);
}

int
ccm_prov_get_capabilities(void *provctx, const char *capability, OSSL_CALLBACK *callback, void *arg)
{
	struct receiver receiver = {callback, arg};
	EVP_KEYMGMT *keymgmt;
	int ok;

	(void)provctx;
	if (strcmp(capability, "TLS-GROUP") != 0)
		return 1;
	keymgmt =
	    EVP_KEYMGMT_fetch(ccm_crypto_context(NULL), ccm_prov_ec.name, CCM_CRYPTO_PROPERTIES);
	ok = keymgmt != NULL && OSSL_PROVIDER_get_capabilities(EVP_KEYMGMT_get0_provider(keymgmt),
				    capability, pass_curve, &receiver);
	EVP_KEYMGMT_free(keymgmt);
	return ok;
}
