/* SPDX-License-Identifier: Apache-2.0 */
/* What programs on libcrypto do to a provider, and to the keys it gives them. */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/store.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"

static const char *const uris[] = {RSA_URI, EC_URI};

/* The library context of most tests: the account's keys come from the second provider. */
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

static void
test_tells_who_it_is(void **state)
{
	const char *name = NULL, *version = NULL;
	int status = 0;
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_NAME, (char **)&name, 0),
	    OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_VERSION, (char **)&version, 0),
	    OSSL_PARAM_construct_int(OSSL_PROV_PARAM_STATUS, &status),
	    OSSL_PARAM_construct_end(),
	};

	(void)state;
	assert_int_equal(1, OSSL_PROVIDER_get_params(shared.providers[1], params));
	assert_string_equal("Cloud Certificate Manager", name);
	assert_string_equal(CCM_VERSION, version);
	assert_int_equal(1, status);
	assert_int_equal(1, OSSL_PROVIDER_self_test(shared.providers[1]));
}

static void
test_an_accounts_key_is_ours_and_leaves_no_errors(void **state)
{
	struct client_signature signature;

	(void)state;
	ERR_clear_error();
	for (size_t i = 0; i < COUNT(uris); i++) {
		EVP_PKEY *key = client_key(shared.libctx, uris[i]);
		X509 *cert = client_certificate(shared.libctx, uris[i]);

		assert_non_null(key);
		assert_non_null(cert);
		assert_string_equal("ccm", client_provider_of(key));
		assert_int_equal(1, X509_check_private_key(cert, key));
		assert_true(client_sign(shared.libctx, key, &signature));
		assert_true(client_verify(shared.libctx, X509_get0_pubkey(cert), &signature));
		assert_true(client_verify(shared.libctx, key, &signature));
		client_no_errors();
		signature.bytes[signature.len - 1] ^= 1;
		assert_false(client_verify(shared.libctx, key, &signature));
		ERR_clear_error();
		X509_free(cert);
		EVP_PKEY_free(key);
	}
}

static void
test_keys_compare_both_ways(void **state)
{
	EVP_PKEY *rsa = client_key(shared.libctx, RSA_URI), *ec = client_key(shared.libctx, EC_URI);
	EVP_PKEY *again = client_key(shared.libctx, EC_URI);
	X509 *cert = client_certificate(shared.libctx, EC_URI);
	EVP_PKEY *stranger = EVP_PKEY_Q_keygen(shared.libctx, NULL, "EC", "P-256");

	(void)state;
	assert_int_equal(1, EVP_PKEY_eq(ec, again));
	assert_int_equal(1, EVP_PKEY_eq(ec, X509_get0_pubkey(cert)));
	assert_int_equal(1, EVP_PKEY_eq(X509_get0_pubkey(cert), ec));
	assert_int_equal(1, EVP_PKEY_parameters_eq(ec, stranger));
	assert_int_equal(0, EVP_PKEY_eq(ec, stranger));
	assert_int_equal(0, EVP_PKEY_eq(stranger, ec));
	assert_int_not_equal(1, EVP_PKEY_eq(rsa, ec));
	X509_free(cert);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ec);
	EVP_PKEY_free(again);
	EVP_PKEY_free(stranger);
}

static void
test_the_private_half_never_leaves(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(uris); i++) {
		EVP_PKEY *key = client_key(shared.libctx, uris[i]);
		OSSL_PARAM *params = NULL;
		BIGNUM *number = NULL;

		assert_int_equal(0, EVP_PKEY_todata(key, EVP_PKEY_KEYPAIR, &params));
		assert_int_equal(0, EVP_PKEY_todata(key, OSSL_KEYMGMT_SELECT_PRIVATE_KEY, &params));
		assert_true(i2d_PrivateKey(key, NULL) <= 0);
		assert_null(EVP_PKEY2PKCS8(key));
		assert_int_equal(0, EVP_PKEY_get_bn_param(key, i == 0 ? "d" : "priv", &number));
		assert_null(number);
		EVP_PKEY_free(key);
	}
	ERR_clear_error();
}

static void
test_the_public_half_leaves_with_a_curve_by_name(void **state)
{
	EVP_PKEY *key = client_key(shared.libctx, EC_URI);
	OSSL_PARAM *params = NULL;

	(void)state;
	assert_int_equal(1, EVP_PKEY_todata(key, EVP_PKEY_PUBLIC_KEY, &params));
	assert_non_null(OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_GROUP_NAME));
	assert_non_null(OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_PUB_KEY));
	assert_null(OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_EC_P));
	assert_null(OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_EC_GENERATOR));
	OSSL_PARAM_free(params);
	EVP_PKEY_free(key);
}

static void
test_sizes_are_those_of_the_certificates_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(uris); i++) {
		EVP_PKEY *key = client_key(shared.libctx, uris[i]);
		X509 *cert = client_certificate(shared.libctx, uris[i]);
		const EVP_PKEY *plain = X509_get0_pubkey(cert);
		char name[32], want[32];

		assert_int_equal(EVP_PKEY_get_bits(plain), EVP_PKEY_get_bits(key));
		assert_int_equal(
		    EVP_PKEY_get_security_bits(plain), EVP_PKEY_get_security_bits(key));
		assert_int_equal(EVP_PKEY_get_size(plain), EVP_PKEY_get_size(key));
		assert_int_equal(EVP_PKEY_get_base_id(plain), EVP_PKEY_get_base_id(key));
		assert_int_equal(1, EVP_PKEY_get_default_digest_name(key, name, sizeof(name)));
		assert_int_equal(
		    1, EVP_PKEY_get_default_digest_name((EVP_PKEY *)plain, want, sizeof(want)));
		assert_string_equal(want, name);
		X509_free(cert);
		EVP_PKEY_free(key);
	}
}

static void
test_a_copied_key_signs(void **state)
{
	struct client_signature signature;

	(void)state;
	for (size_t i = 0; i < COUNT(uris); i++) {
		EVP_PKEY *key = client_key(shared.libctx, uris[i]), *copy = EVP_PKEY_dup(key);

		EVP_PKEY_free(key);
		assert_non_null(copy);
		assert_true(client_sign(shared.libctx, copy, &signature));
		assert_true(client_verify(shared.libctx, copy, &signature));
		EVP_PKEY_free(copy);
	}
}

static void
test_an_accounts_key_cannot_be_given_another_point(void **state)
{
	EVP_PKEY *key = client_key(shared.libctx, EC_URI);
	EVP_PKEY *stranger = EVP_PKEY_Q_keygen(shared.libctx, NULL, "EC", "P-256");
	unsigned char *point = NULL;
	size_t len = EVP_PKEY_get1_encoded_public_key(stranger, &point);

	(void)state;
	assert_true(len > 0);
	assert_int_not_equal(1, EVP_PKEY_set1_encoded_public_key(key, point, len));
	assert_int_equal(0, EVP_PKEY_eq(key, stranger));
	OPENSSL_free(point);
	EVP_PKEY_free(key);
	EVP_PKEY_free(stranger);
	ERR_clear_error();
}

static void
test_a_context_without_a_new_key_starts_anew(void **state)
{
	static const unsigned char part[] = "left behind";

	(void)state;
	for (size_t i = 0; i < COUNT(uris); i++) {
		EVP_PKEY *key = client_key(shared.libctx, uris[i]);
		EVP_MD_CTX *ctx = EVP_MD_CTX_new();
		struct client_signature signature = {.len = sizeof(signature.bytes)};

		assert_int_equal(
		    1, EVP_DigestSignInit_ex(ctx, NULL, "SHA256", shared.libctx, NULL, key, NULL));
		assert_int_equal(1, EVP_DigestSignUpdate(ctx, part, sizeof(part)));
		assert_int_equal(
		    1, EVP_DigestSignInit_ex(ctx, NULL, NULL, shared.libctx, NULL, NULL, NULL));
		assert_int_equal(1, EVP_DigestSignUpdate(ctx, client_text, strlen(client_text)));
		assert_int_equal(1, EVP_DigestSignFinal(ctx, signature.bytes, &signature.len));
		assert_true(client_verify(shared.libctx, key, &signature));
		EVP_MD_CTX_free(ctx);
		EVP_PKEY_free(key);
	}
}

static void
test_a_copied_context_goes_on_where_the_first_was(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(uris); i++) {
		EVP_PKEY *key = client_key(shared.libctx, uris[i]);
		EVP_MD_CTX *first = EVP_MD_CTX_new(), *second = EVP_MD_CTX_new();
		struct client_signature a = {.len = sizeof(a.bytes)}, b = {.len = sizeof(b.bytes)};

		assert_int_equal(1,
		    EVP_DigestSignInit_ex(first, NULL, "SHA256", shared.libctx, NULL, key, NULL));
		assert_int_equal(1, EVP_DigestSignUpdate(first, client_text, 4));
		assert_int_equal(1, EVP_MD_CTX_copy_ex(second, first));
		assert_int_equal(1, EVP_DigestSignUpdate(first, "other", 5));
		assert_int_equal(
		    1, EVP_DigestSignUpdate(second, client_text + 4, strlen(client_text) - 4));
		assert_int_equal(1, EVP_DigestSignFinal(first, a.bytes, &a.len));
		EVP_MD_CTX_free(first);
		assert_int_equal(1, EVP_DigestSignFinal(second, b.bytes, &b.len));
		assert_true(client_verify(shared.libctx, key, &b));
		assert_false(client_verify(shared.libctx, key, &a));
		EVP_MD_CTX_free(second);
		EVP_PKEY_free(key);
	}
	ERR_clear_error();
}

static void
test_a_signature_needs_its_room(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(uris); i++) {
		EVP_PKEY *key = client_key(shared.libctx, uris[i]);
		EVP_MD_CTX *ctx = EVP_MD_CTX_new();
		unsigned char out[8];
		size_t len = 0;

		assert_int_equal(
		    1, EVP_DigestSignInit_ex(ctx, NULL, "SHA256", shared.libctx, NULL, key, NULL));
		assert_int_equal(1, EVP_DigestSignUpdate(ctx, client_text, strlen(client_text)));
		assert_int_equal(1, EVP_DigestSignFinal(ctx, NULL, &len));
		assert_int_equal(EVP_PKEY_get_size(key), len);
		len = sizeof(out);
		assert_int_not_equal(1, EVP_DigestSignFinal(ctx, out, &len));
		EVP_MD_CTX_free(ctx);
		EVP_PKEY_free(key);
	}
	ERR_clear_error();
}

static void
test_the_digest_stays_while_data_is_digested(void **state)
{
	EVP_PKEY *key = client_key(shared.libctx, RSA_URI);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	OSSL_PARAM other[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, (char[]){"SHA512"}, 0),
	    OSSL_PARAM_construct_end(),
	};

	(void)state;
	assert_int_equal(
	    1, EVP_DigestSignInit_ex(ctx, &pctx, "SHA256", shared.libctx, NULL, key, NULL));
	assert_int_not_equal(1, EVP_PKEY_CTX_set_params(pctx, other));
	assert_true(client_error_has("the digest cannot change"));
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}

static void
test_an_unknown_digest_is_refused(void **state)
{
	EVP_PKEY *key = client_key(shared.libctx, EC_URI);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(shared.libctx, key, NULL);
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, (char[]){"SHA255"}, 0),
	    OSSL_PARAM_construct_end(),
	};

	(void)state;
	assert_int_not_equal(1, EVP_PKEY_sign_init_ex(ctx, params));
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	ERR_clear_error();
}

static void
test_errors_tell_the_cause(void **state)
{
	(void)state;
	ERR_clear_error();
	assert_null(client_key(shared.libctx, "ccm:nobody"));
	assert_string_equal("not found", ERR_reason_error_string(ERR_peek_last_error()));
	assert_true(client_error_has("nothing matches URI ccm:nobody"));
	assert_null(client_key(shared.libctx, "ccm:x;y=z"));
	assert_true(client_error_has("unknown path attribute y"));
}

static void
test_unloaded_and_loaded_again_it_works(void **state)
{
	struct client_signature signature;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct client client;
		EVP_PKEY *key;

		client_open(&client, OSSL_LIB_CTX_new(), i % 2 ? "ccm" : "default",
		    i % 2 ? "default" : "ccm");
		key = client_key(client.libctx, RSA_URI);
		assert_true(client_sign(client.libctx, key, &signature));
		EVP_PKEY_free(key);
		client_close(&client);
	}
}

static void
test_loaded_twice_and_in_two_library_contexts_it_works(void **state)
{
	OSSL_PROVIDER *again = OSSL_PROVIDER_load(shared.libctx, "ccm");
	struct client other;
	EVP_PKEY *here, *there;
	struct client_signature signature;

	(void)state;
	client_open(&other, OSSL_LIB_CTX_new(), "ccm", "default");
	here = client_key(shared.libctx, EC_URI);
	there = client_key(other.libctx, EC_URI);
	assert_non_null(here);
	assert_non_null(there);
	assert_int_equal(1, OSSL_PROVIDER_unload(again));
	assert_true(client_sign(other.libctx, there, &signature));
	assert_true(client_verify(shared.libctx, here, &signature));
	EVP_PKEY_free(there);
	client_close(&other);
	assert_true(client_sign(shared.libctx, here, &signature));
	EVP_PKEY_free(here);
}

static void
test_a_key_outlives_the_unloading(void **state)
{
	struct client client;
	EVP_PKEY *key;
	struct client_signature signature;

	(void)state;
	client_open(&client, OSSL_LIB_CTX_new(), "default", "ccm");
	key = client_key(client.libctx, EC_URI);
	assert_true(client_sign(client.libctx, key, &signature));
	for (size_t i = 0; i < COUNT(client.providers); i++)
		OSSL_PROVIDER_unload(client.providers[i]);
	EVP_PKEY_free(key);
	OSSL_LIB_CTX_free(client.libctx);
	ERR_clear_error();
}

/* Whether a thread did what it had to. */
static void *
work(void *arg)
{
	EVP_PKEY *key = arg;
	struct client_signature signature;
	bool ok = true;

	for (int i = 0; ok && i < 20; i++) {
		EVP_PKEY *own = client_key(shared.libctx, i % 2 ? RSA_URI : EC_URI);

		ok = own != NULL && client_sign(shared.libctx, key, &signature) &&
		     client_verify(shared.libctx, key, &signature) &&
		     client_sign(shared.libctx, own, &signature) &&
		     client_verify(shared.libctx, own, &signature);
		EVP_PKEY_free(own);
	}
	return ok ? arg : NULL;
}

static void
test_threads_share_a_key(void **state)
{
	EVP_PKEY *key = client_key(shared.libctx, RSA_URI);
	pthread_t threads[4];

	(void)state;
	for (size_t i = 0; i < COUNT(threads); i++)
		assert_int_equal(0, pthread_create(&threads[i], NULL, work, key));
	for (size_t i = 0; i < COUNT(threads); i++) {
		void *result;

		assert_int_equal(0, pthread_join(threads[i], &result));
		assert_non_null(result);
	}
	EVP_PKEY_free(key);
}

static void
test_a_child_uses_the_parents_key_and_gets_its_own(void **state)
{
	EVP_PKEY *key = client_key(shared.libctx, RSA_URI);
	struct client_signature signature;
	int status;
	pid_t pid;

	(void)state;
	assert_non_null(key);
	pid = fork();
	if (pid == 0) {
		EVP_PKEY *own = client_key(shared.libctx, EC_URI);
		bool ok = client_sign(shared.libctx, key, &signature) && own != NULL &&
			  client_sign(shared.libctx, own, &signature);

		_exit(ok ? 0 : 1);
	}
	assert_int_equal(pid, waitpid(pid, &status, 0));
	assert_true(WIFEXITED(status));
	assert_int_equal(0, WEXITSTATUS(status));
	assert_true(client_sign(shared.libctx, key, &signature));
	EVP_PKEY_free(key);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tells_who_it_is),
	    cmocka_unit_test(test_an_accounts_key_is_ours_and_leaves_no_errors),
	    cmocka_unit_test(test_keys_compare_both_ways),
	    cmocka_unit_test(test_the_private_half_never_leaves),
	    cmocka_unit_test(test_the_public_half_leaves_with_a_curve_by_name),
	    cmocka_unit_test(test_sizes_are_those_of_the_certificates_key),
	    cmocka_unit_test(test_a_copied_key_signs),
	    cmocka_unit_test(test_an_accounts_key_cannot_be_given_another_point),
	    cmocka_unit_test(test_a_context_without_a_new_key_starts_anew),
	    cmocka_unit_test(test_a_copied_context_goes_on_where_the_first_was),
	    cmocka_unit_test(test_a_signature_needs_its_room),
	    cmocka_unit_test(test_the_digest_stays_while_data_is_digested),
	    cmocka_unit_test(test_an_unknown_digest_is_refused),
	    cmocka_unit_test(test_errors_tell_the_cause),
	    cmocka_unit_test(test_unloaded_and_loaded_again_it_works),
	    cmocka_unit_test(test_loaded_twice_and_in_two_library_contexts_it_works),
	    cmocka_unit_test(test_a_key_outlives_the_unloading),
	    cmocka_unit_test(test_threads_share_a_key),
	    cmocka_unit_test(test_a_child_uses_the_parents_key_and_gets_its_own),
	};

	if (argc > 1 && strcmp(argv[1], "leave") == 0) {
		/* Ends with everything open, as many programs do. */
		static EVP_PKEY *volatile left; /* reachable, so no leak */

		client_open(&shared, NULL, "ccm", "default");
		left = client_key(NULL, RSA_URI);
		return left != NULL ? 0 : 1;
	}
	return cmocka_run_group_tests(tests, open_shared, close_shared);
}
