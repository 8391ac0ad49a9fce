/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS with a key of the account next to the same key in a file: what is offered and what comes of
 * it is the same, whatever the other side wants. In $CCM_TLS_DIR: KIND.crt, KIND.file (the key),
 * KIND.key (a reference), root.crt.
 */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

static const char *const kinds[] = {"rsa", "ec"};
static const int versions[] = {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};

/* A program without us, one that has a key of ours, and one with us listed first. */
enum { PLAIN, OURS, FIRST, PROGRAMS };
static struct client programs[PROGRAMS];

struct hello { /* what was offered; to be freed */
	unsigned char *bytes;
	size_t len;
};

static int
open_programs(void **state)
{
	(void)state;
	client_open(&programs[PLAIN], OSSL_LIB_CTX_new(), "default", "null");
	client_open(&programs[OURS], OSSL_LIB_CTX_new(), "default", "ccm");
	client_open(&programs[FIRST], OSSL_LIB_CTX_new(), "ccm", "default");
	return 0;
}

static int
close_programs(void **state)
{
	(void)state;
	for (size_t i = 0; i < PROGRAMS; i++)
		client_close(&programs[i]);
	return 0;
}

static const char *
path(const char *kind, const char *type)
{
	static char name[4][512];
	static unsigned next;
	char *out = name[next++ % 4];

	snprintf(out, sizeof(name[0]), "%s/%s.%s", getenv("CCM_TLS_DIR"), kind, type);
	return out;
}

static SSL_CTX *
peer(int program, const char *kind)
{
	SSL_CTX *ctx = SSL_CTX_new_ex(programs[program].libctx, NULL, TLS_method());

	assert_non_null(ctx);
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
	assert_int_equal(1, SSL_CTX_set_cipher_list(ctx, "ALL:!PSK:!SRP:@SECLEVEL=0"));
	assert_int_equal(1, SSL_CTX_load_verify_file(ctx, path("root", "crt")));
	if (kind != NULL) {
		assert_int_equal(1, SSL_CTX_use_certificate_chain_file(ctx, path(kind, "crt")));
		assert_int_equal(
		    1, SSL_CTX_use_PrivateKey_file(
			   ctx, path(kind, program == PLAIN ? "file" : "key"), SSL_FILETYPE_PEM));
		assert_int_equal(1, SSL_CTX_check_private_key(ctx));
	}
	return ctx;
}

/* What a handshake came to, in words. */
struct outcome {
	char text[512];
};

static void
describe(SSL *server, SSL *client, bool ok, struct outcome *outcome)
{
	const SSL *both[] = {server, client};
	size_t len = 0;

	if (!ok) {
		unsigned long error = ERR_peek_error();

		/* The reason of who noticed first. */
		snprintf(outcome->text, sizeof(outcome->text), "failed: %s",
		    ERR_reason_error_string(error) != NULL ? ERR_reason_error_string(error) : "?");
		return;
	}
	for (size_t i = 0; i < COUNT(both); i++) {
		int digest = NID_undef, type = NID_undef;

		SSL_get_signature_nid((SSL *)both[i], &digest);
		SSL_get_signature_type_nid(both[i], &type);
		len += (size_t)snprintf(outcome->text + len, sizeof(outcome->text) - len,
		    "%s %s %s %s group %d, %ld; ", SSL_get_version(both[i]),
		    SSL_get_cipher_name(both[i]), OBJ_nid2sn(digest), OBJ_nid2sn(type),
		    (int)SSL_get_negotiated_group((SSL *)both[i]), SSL_get_verify_result(both[i]));
	}
}

static void
shake_hands(SSL_CTX *server_ctx, SSL_CTX *client_ctx, struct outcome *outcome)
{
	SSL *server = SSL_new(server_ctx), *client = SSL_new(client_ctx);
	BIO *server_end, *client_end;
	bool ok = true;

	ERR_clear_error();
	assert_int_equal(1, BIO_new_bio_pair(&server_end, 0, &client_end, 0));
	SSL_set_bio(server, server_end, server_end);
	SSL_set_bio(client, client_end, client_end);
	SSL_set_accept_state(server);
	SSL_set_connect_state(client);
	while (ok && !(SSL_is_init_finished(server) && SSL_is_init_finished(client))) {
		int c = SSL_do_handshake(client), s = SSL_do_handshake(server);

		ok = (c == 1 || SSL_get_error(client, c) == SSL_ERROR_WANT_READ) &&
		     (s == 1 || SSL_get_error(server, s) == SSL_ERROR_WANT_READ);
	}
	describe(server, client, ok, outcome);
	SSL_free(server);
	SSL_free(client);
}

static unsigned successes, failures;

/* The server has the key; then the client, too. Others verify both. */
static void
compare_servers(
    const char *kind, const char *client_kind, void (*restrict_to)(SSL_CTX *, size_t), size_t which)
{
	struct outcome outcomes[PROGRAMS];

	for (int program = 0; program < PROGRAMS; program++) {
		SSL_CTX *server = peer(program, kind);
		SSL_CTX *client = peer(client_kind != NULL ? program : PLAIN, client_kind);

		SSL_CTX_set_verify(client, SSL_VERIFY_PEER, NULL);
		if (client_kind != NULL)
			SSL_CTX_set_verify(
			    server, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
		restrict_to(client, which);
		shake_hands(server, client, &outcomes[program]);
		SSL_CTX_free(server);
		SSL_CTX_free(client);
	}
	assert_string_equal(outcomes[PLAIN].text, outcomes[OURS].text);
	assert_string_equal(outcomes[PLAIN].text, outcomes[FIRST].text);
	if (strncmp(outcomes[PLAIN].text, "failed", 6) == 0)
		failures++;
	else
		successes++;
	ERR_clear_error();
}

static void
to_version(SSL_CTX *ctx, size_t which)
{
	SSL_CTX_set_min_proto_version(ctx, versions[which]);
	SSL_CTX_set_max_proto_version(ctx, versions[which]);
}

static void
every_version_comes_to_the_same(void **state)
{
	(void)state;
	for (size_t k = 0; k < COUNT(kinds); k++)
		for (size_t v = 0; v < COUNT(versions); v++) {
			compare_servers(kinds[k], NULL, to_version, v);
			for (size_t c = 0; c < COUNT(kinds); c++)
				compare_servers(kinds[k], kinds[c], to_version, v);
		}
}

static char *suites[128];
static size_t suite_count;

static void
list_suites(void)
{
	SSL_CTX *ctx = peer(PLAIN, NULL);
	STACK_OF(SSL_CIPHER) *ciphers = SSL_CTX_get_ciphers(ctx);

	for (int i = 0; i < sk_SSL_CIPHER_num(ciphers) && suite_count < COUNT(suites); i++)
		suites[suite_count++] =
		    strdup(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, i)));
	SSL_CTX_free(ctx);
}

static void
to_suite(SSL_CTX *ctx, size_t which)
{
	bool is_new = strncmp(suites[which], "TLS_", 4) == 0;

	SSL_CTX_set_max_proto_version(ctx, is_new ? TLS1_3_VERSION : TLS1_2_VERSION);
	assert_int_equal(1, is_new ? SSL_CTX_set_ciphersuites(ctx, suites[which])
				   : SSL_CTX_set_cipher_list(ctx, suites[which]));
}

static void
every_cipher_suite_comes_to_the_same(void **state)
{
	(void)state;
	list_suites();
	assert_true(suite_count > 30);
	successes = failures = 0;
	for (size_t k = 0; k < COUNT(kinds); k++)
		for (size_t i = 0; i < suite_count; i++)
			compare_servers(kinds[k], NULL, to_suite, i);
	assert_true(successes > 20 && failures > 20); /* RSA's with EC, and the other way around */
	for (size_t i = 0; i < suite_count; i++)
		free(suites[i]);
}

static const char *const algorithms[] = {"rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384",
    "rsa_pss_rsae_sha512", "rsa_pkcs1_sha256", "rsa_pkcs1_sha384", "rsa_pkcs1_sha512", "RSA+SHA1",
    "RSA+SHA224", "ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384", "ECDSA+SHA512", "ECDSA+SHA1",
    "rsa_pss_pss_sha256", "ed25519"};

static void
to_algorithm_of_tls_1_2(SSL_CTX *ctx, size_t which)
{
	SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	assert_int_equal(1, SSL_CTX_set1_sigalgs_list(ctx, algorithms[which]));
}

static void
to_algorithm_of_tls_1_3(SSL_CTX *ctx, size_t which)
{
	SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
	assert_int_equal(1, SSL_CTX_set1_sigalgs_list(ctx, algorithms[which]));
}

static void
every_signature_algorithm_comes_to_the_same(void **state)
{
	(void)state;
	successes = failures = 0;
	for (size_t k = 0; k < COUNT(kinds); k++)
		for (size_t i = 0; i < COUNT(algorithms); i++) {
			compare_servers(kinds[k], NULL, to_algorithm_of_tls_1_2, i);
			compare_servers(kinds[k], NULL, to_algorithm_of_tls_1_3, i);
		}
	assert_true(successes > 10 && failures > 10);
}

static const char *const groups[] = {"P-256", "P-384", "P-521", "X25519", "X448", "ffdhe2048"};

static void
to_group(SSL_CTX *ctx, size_t which)
{
	SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
	assert_int_equal(1, SSL_CTX_set1_groups_list(ctx, groups[which]));
}

static void
every_group_comes_to_the_same(void **state)
{
	(void)state;
	for (size_t k = 0; k < COUNT(kinds); k++)
		for (size_t i = 0; i < COUNT(groups); i++)
			compare_servers(kinds[k], NULL, to_group, i);
}

static void
keep(struct hello *hello, const unsigned char *bytes, size_t len)
{
	hello->bytes = realloc(hello->bytes, hello->len + len + 1);
	if (len > 0)
		memcpy(hello->bytes + hello->len, bytes, len);
	hello->bytes[hello->len + len] = 0xff; /* one behind the other */
	hello->len += len + 1;
}

/* Versions, cipher suites, groups, signature algorithms, also of certificates. */
static int
take_hello(SSL *ssl, int *alert, void *arg)
{
	static const unsigned extensions[] = {TLSEXT_TYPE_supported_versions,
	    TLSEXT_TYPE_supported_groups, TLSEXT_TYPE_signature_algorithms,
	    TLSEXT_TYPE_signature_algorithms_cert, TLSEXT_TYPE_ec_point_formats};
	const unsigned char *bytes;
	size_t len = SSL_client_hello_get0_ciphers(ssl, &bytes);

	(void)alert;
	keep(arg, bytes, len);
	for (size_t i = 0; i < COUNT(extensions); i++)
		if (SSL_client_hello_get0_ext(ssl, extensions[i], &bytes, &len) == 1)
			keep(arg, bytes, len);
	return SSL_CLIENT_HELLO_SUCCESS;
}

static void
clients_offer_the_same(void **state)
{
	(void)state;
	for (size_t k = 0; k <= COUNT(kinds); k++) {
		const char *kind = k < COUNT(kinds) ? kinds[k] : NULL;
		struct hello hellos[PROGRAMS] = {0};

		for (int program = 0; program < PROGRAMS; program++) {
			SSL_CTX *server = peer(PLAIN, "rsa"), *client = peer(program, kind);
			struct outcome outcome;

			SSL_CTX_set_client_hello_cb(server, take_hello, &hellos[program]);
			shake_hands(server, client, &outcome);
			SSL_CTX_free(server);
			SSL_CTX_free(client);
		}
		for (int program = OURS; program < PROGRAMS; program++) {
			assert_int_equal(hellos[PLAIN].len, hellos[program].len);
			assert_memory_equal(
			    hellos[PLAIN].bytes, hellos[program].bytes, hellos[PLAIN].len);
		}
		for (int program = 0; program < PROGRAMS; program++)
			free(hellos[program].bytes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(clients_offer_the_same),
	    cmocka_unit_test(every_version_comes_to_the_same),
	    cmocka_unit_test(every_cipher_suite_comes_to_the_same),
	    cmocka_unit_test(every_signature_algorithm_comes_to_the_same),
	    cmocka_unit_test(every_group_comes_to_the_same),
	};

	return cmocka_run_group_tests(tests, open_programs, close_programs);
}
