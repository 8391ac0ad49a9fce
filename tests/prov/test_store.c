/* SPDX-License-Identifier: Apache-2.0 */
/* What programs do to a store beyond `openssl storeutl`: attach it to a stream, search in that. */
#include <dlfcn.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/store.h>

#include "client.h"

static struct client shared;

static int
open_shared(void **state)
{
	(void)state;
	client_open(&shared, OSSL_LIB_CTX_new(), "default", "ccm");
	return 0;
}

static int
close_shared(void **state)
{
	(void)state;
	client_close(&shared);
	return 0;
}

/* The reference that the provider writes for a key, or that of another URI. */
static void
write_key(BIO *bio, const char *uri)
{
	EVP_PKEY *key = client_key(shared.libctx, uri);

	assert_non_null(key);
	assert_int_equal(1,
	    PEM_write_bio_PrivateKey_ex(bio, key, NULL, NULL, 0, NULL, NULL, shared.libctx, NULL));
	EVP_PKEY_free(key);
}

static void
write_certificate(BIO *bio, const char *uri)
{
	X509 *cert = client_certificate(shared.libctx, uri);

	assert_non_null(cert);
	assert_int_equal(1, PEM_write_bio_X509(bio, cert));
	X509_free(cert);
}

static void
write_reference_to_nobody(BIO *bio)
{
	/* SEQUENCE { version 1, "ccm:nobody" } */
	static const unsigned char der[] = {0x30, 0x0f, 0x02, 0x01, 0x01, 0x0c, 0x0a, 'c', 'c', 'm',
	    ':', 'n', 'o', 'b', 'o', 'd', 'y'};

	assert_true(PEM_write_bio(bio, "CCM KEY REFERENCE", "", der, sizeof(der)) > 0);
}

static OSSL_STORE_CTX *
attach(BIO *bio, const char *scheme)
{
	return OSSL_STORE_attach(bio, scheme, shared.libctx, NULL, NULL, NULL, NULL, NULL, NULL);
}

/* How many keys come; what cannot be loaded is counted apart. */
struct loaded {
	int keys, others, failures;
	EVP_PKEY *first;
};

static struct loaded
load_all(OSSL_STORE_CTX *store)
{
	struct loaded loaded = {0};

	while (!OSSL_STORE_eof(store)) {
		OSSL_STORE_INFO *info = OSSL_STORE_load(store);

		if (info == NULL) {
			loaded.failures += OSSL_STORE_error(store) ? 1 : 0;
			if (OSSL_STORE_error(store) && loaded.failures > 10)
				break;
			continue;
		}
		if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY) {
			if (loaded.keys++ == 0)
				loaded.first = OSSL_STORE_INFO_get1_PKEY(info);
		} else {
			loaded.others++;
		}
		OSSL_STORE_INFO_free(info);
	}
	OSSL_STORE_close(store);
	return loaded;
}

static void
assert_is_key(EVP_PKEY *key, const char *uri)
{
	EVP_PKEY *want = client_key(shared.libctx, uri);

	assert_int_equal(1, EVP_PKEY_eq(want, key));
	EVP_PKEY_free(want);
	EVP_PKEY_free(key);
}

static void
test_a_stream_yields_the_keys_that_it_refers_to(void **state)
{
	static const char *const schemes[] = {"ccm", "file"};

	(void)state;
	for (size_t i = 0; i < COUNT(schemes); i++) {
		BIO *bio = BIO_new(BIO_s_mem());
		OSSL_STORE_CTX *store;
		struct loaded loaded;

		write_key(bio, EC_URI);
		write_certificate(bio, EC_URI);
		write_key(bio, RSA_URI);
		store = attach(bio, schemes[i]);
		assert_non_null(store);
		assert_int_equal(1, OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY));
		loaded = load_all(store);
		assert_int_equal(2, loaded.keys);
		assert_int_equal(0, loaded.others);
		assert_int_equal(0, loaded.failures);
		assert_is_key(loaded.first, EC_URI);
		BIO_free(bio);
	}
}

static void
test_a_search_goes_for_all_of_a_stream(void **state)
{
	BIO *bio = BIO_new(BIO_s_mem());
	X509 *cert = client_certificate(shared.libctx, RSA_URI);
	OSSL_STORE_SEARCH *search = OSSL_STORE_SEARCH_by_name(X509_get_subject_name(cert));
	OSSL_STORE_CTX *store;
	struct loaded loaded;

	(void)state;
	write_key(bio, EC_URI);
	write_key(bio, RSA_URI);
	store = attach(bio, "ccm");
	assert_non_null(store);
	assert_int_equal(1, OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY));
	assert_int_equal(1, OSSL_STORE_find(store, search));
	loaded = load_all(store);
	assert_int_equal(1, loaded.keys);
	assert_int_equal(0, loaded.failures);
	assert_is_key(loaded.first, RSA_URI);
	OSSL_STORE_SEARCH_free(search);
	X509_free(cert);
	BIO_free(bio);
}

static void
test_a_reference_to_nobody_does_not_hide_the_next(void **state)
{
	BIO *bio = BIO_new(BIO_s_mem());
	OSSL_STORE_CTX *store;
	struct loaded loaded;

	(void)state;
	write_reference_to_nobody(bio);
	write_key(bio, EC_URI);
	store = attach(bio, "ccm");
	assert_non_null(store);
	loaded = load_all(store);
	assert_int_equal(1, loaded.keys);
	assert_int_equal(1, loaded.failures);
	assert_true(client_error_has("nothing matches URI ccm:nobody"));
	assert_is_key(loaded.first, EC_URI);
	BIO_free(bio);
}

static void
test_a_stream_without_a_reference_is_told(void **state)
{
	BIO *bio = BIO_new(BIO_s_mem());

	(void)state;
	write_certificate(bio, EC_URI);
	assert_null(attach(bio, "ccm"));
	assert_true(client_error_has("no key reference in what was attached"));
	BIO_free(bio);
}

/* OSSL_STORE_delete() is new in OpenSSL 3.2; before, what it would call. */
static int delete (const char *uri)
{
	OSSL_PROVIDER *ccm = shared.providers[1];
	void *ctx = OSSL_PROVIDER_get0_provider_ctx(ccm);
	int (*of_libcrypto)(const char *, OSSL_LIB_CTX *, const char *, const UI_METHOD *, void *,
	    const OSSL_PARAM *);
	int no_cache;
	const OSSL_DISPATCH *function =
	    OSSL_PROVIDER_query_operation(ccm, OSSL_OP_STORE, &no_cache)[0].implementation;

	*(void **)&of_libcrypto = dlsym(RTLD_DEFAULT, "OSSL_STORE_delete");
	if (of_libcrypto != NULL)
		return of_libcrypto(uri, shared.libctx, NULL, NULL, NULL, NULL);
	while (function->function_id != 9) /* OSSL_FUNC_STORE_DELETE */
		function++;
	return ((int (*)(void *, const char *, const OSSL_PARAM *, OSSL_PASSPHRASE_CALLBACK *,
	    void *))function->function)(ctx, uri, NULL, NULL, NULL);
}

static EVP_PKEY *
make_key(char *uri)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(shared.libctx, "EC", "provider=ccm");
	EVP_PKEY *key = NULL;
	OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("uri", uri, 0),
	    OSSL_PARAM_construct_utf8_string("group", (char *)"P-256", 0),
	    OSSL_PARAM_construct_end()};

	assert_int_equal(1, EVP_PKEY_keygen_init(ctx));
	assert_int_equal(1, EVP_PKEY_CTX_set_params(ctx, params));
	assert_int_equal(1, EVP_PKEY_generate(ctx, &key));
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static void
test_a_key_is_deleted(void **state)
{
	char uri[] = "ccm:passing";
	EVP_PKEY *key;

	(void)state;
	EVP_PKEY_free(make_key(uri));
	key = client_key(shared.libctx, uri);
	assert_non_null(key);
	EVP_PKEY_free(key);
	assert_int_equal(0, delete ("ccm:passing;type=cert"));
	assert_true(client_error_has("is no certificate that can be deleted"));
	assert_int_equal(1, delete (uri));
	assert_null(client_key(shared.libctx, uri));
	assert_true(client_error_has("nothing matches URI ccm:passing"));
	assert_int_equal(0, delete (uri));
	assert_true(client_error_has("nothing matches URI ccm:passing"));
}

static void
test_a_certificate_is_deleted_where_the_uri_says_so(void **state)
{
	static const char uri[] = "ccm:token=PCA;object=old.example.com;type=cert";
	X509 *cert = client_certificate(shared.libctx, uri);

	(void)state;
	assert_non_null(cert);
	X509_free(cert);
	assert_int_equal(0, delete ("ccm:token=FIXED;object=old.example.com;type=cert"));
	assert_true(client_error_has("read_only"));
	assert_int_equal(0, delete ("ccm:token=PCA;object=old.example.com"));
	assert_true(client_error_has("type=cert has to say so"));
	assert_int_equal(0, delete ("ccm:token=PCA;object=old.example.com;type=private"));
	assert_true(client_error_has("selects no key that was made here"));
	assert_int_equal(1, delete (uri));
	assert_null(client_certificate(shared.libctx, uri));
	assert_true(client_error_has("nothing matches URI"));
	assert_int_equal(0, delete (uri));
	assert_true(client_error_has("nothing matches URI"));
}

static void
test_many_things_are_not_deleted_and_no_CA(void **state)
{
	(void)state;
	assert_int_equal(0, delete ("ccm:token=PCA;type=cert"));
	assert_true(client_error_has("things, and one is deleted"));
	assert_int_equal(0, delete ("ccm:token=PCA;object=CCM%20Test%20Root;type=cert"));
	assert_true(client_error_has("it is a CA"));
}

static void
test_a_key_tells_its_uri(void **state)
{
	EVP_PKEY *key = client_key(shared.libctx, EC_URI), *again;
	char uri[256];
	size_t len;

	(void)state;
	assert_int_equal(1, EVP_PKEY_get_utf8_string_param(key, "uri", uri, sizeof(uri), &len));
	again = client_key(shared.libctx, uri);
	assert_int_equal(1, EVP_PKEY_eq(key, again));
	EVP_PKEY_free(again);
	EVP_PKEY_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_stream_yields_the_keys_that_it_refers_to),
	    cmocka_unit_test(test_a_search_goes_for_all_of_a_stream),
	    cmocka_unit_test(test_a_reference_to_nobody_does_not_hide_the_next),
	    cmocka_unit_test(test_a_stream_without_a_reference_is_told),
	    cmocka_unit_test(test_a_key_is_deleted),
	    cmocka_unit_test(test_a_certificate_is_deleted_where_the_uri_says_so),
	    cmocka_unit_test(test_many_things_are_not_deleted_and_no_CA),
	    cmocka_unit_test(test_a_key_tells_its_uri),
	};

	return cmocka_run_group_tests(tests, open_shared, close_shared);
}
