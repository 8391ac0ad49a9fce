/* SPDX-License-Identifier: Apache-2.0 */
/* A thread that talks to the service for us does not get into the provider again. */
#include <openssl/err.h>
#include <openssl/store.h>
#include <string.h>

#include "client.h"
#include "core/crypto.h"
#include "prov/prov.h"

static OSSL_LIB_CTX *libctx;
static OSSL_PROVIDER *providers[2];

OSSL_provider_init_fn OSSL_provider_init;

static int
open_builtin(void **state)
{
	(void)state;
	libctx = OSSL_LIB_CTX_new();
	if (OSSL_PROVIDER_add_builtin(libctx, "ccm", OSSL_provider_init) != 1)
		return -1;
	providers[0] = OSSL_PROVIDER_load(libctx, "ccm");
	providers[1] = OSSL_PROVIDER_load(libctx, "default");
	return providers[0] != NULL && providers[1] != NULL ? 0 : -1;
}

static int
close_builtin(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(providers); i++)
		OSSL_PROVIDER_unload(providers[i]);
	OSSL_LIB_CTX_free(libctx);
	return 0;
}

static bool
opens_a_store(void)
{
	OSSL_STORE_CTX *store =
	    OSSL_STORE_open_ex("ccm:x", libctx, NULL, NULL, NULL, NULL, NULL, NULL);

	OSSL_STORE_close(store);
	return store != NULL;
}

static bool
reads_a_reference(void)
{
	/* SEQUENCE { INTEGER 1, UTF8String "ccm:x;y" } */
	EVP_PKEY *key = client_key_from_pem(libctx, "-----BEGIN CCM KEY REFERENCE-----\n"
						    "MAwCAQEMB2NjbTp4O3k=\n"
						    "-----END CCM KEY REFERENCE-----\n");

	EVP_PKEY_free(key);
	return key != NULL;
}

static bool
makes_a_key(void)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(libctx, NULL, "EC", "P-256");

	EVP_PKEY_free(key);
	return key != NULL;
}

static bool
signs(void)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(libctx, NULL, "EC", "P-256");
	struct ccm_network_scope scope;
	struct client_signature signature;
	bool ok;

	assert_string_equal("ccm", client_provider_of(key));
	assert_true(ccm_network_enter(&scope, NULL));
	ok = client_sign(libctx, key, &signature);
	ccm_network_leave(&scope);
	EVP_PKEY_free(key);
	return ok;
}

static void
test_nothing_is_entered_from_our_own_connection(void **state)
{
	static bool (*const attempts[])(void) = {opens_a_store, reads_a_reference, makes_a_key};
	struct ccm_network_scope scope;

	(void)state;
	for (size_t i = 0; i < COUNT(attempts); i++) {
		ERR_clear_error();
		assert_true(ccm_network_enter(&scope, NULL));
		assert_false(attempts[i]());
		ccm_network_leave(&scope);
		assert_true(client_error_has("our own connection"));
	}
	assert_false(signs());
	assert_true(client_error_has("our own connection"));
}

static void
test_outside_of_it_everything_works(void **state)
{
	(void)state;
	assert_true(opens_a_store());
	assert_true(makes_a_key());
	assert_false(reads_a_reference());
	assert_true(client_error_has("attribute y has no value"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nothing_is_entered_from_our_own_connection),
	    cmocka_unit_test(test_outside_of_it_everything_works),
	};

	return cmocka_run_group_tests(tests, open_builtin, close_builtin);
}
