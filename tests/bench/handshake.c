/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Full TLS handshakes a second, client and server in one thread: handshake THING THREADS VERSION
 * CHAIN KEY REFERENCE ROOT. The client verifies the chain. Each way has a library context of its
 * own.
 */
#include <openssl/provider.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

struct peers {
	SSL_CTX *server, *client;
};

static bool
open_peers(struct peers *peers, bool with_ccm, int version, const char *const files[3])
{
	const char *chain = files[0], *key = files[1], *root = files[2];
	OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();

	OSSL_PROVIDER_set_default_search_path(libctx, getenv("CCM_MODULE_DIR"));
	if (OSSL_PROVIDER_load(libctx, "default") == NULL ||
	    (with_ccm && OSSL_PROVIDER_load(libctx, "ccm") == NULL))
		return bench_wrong("providers");
	peers->server = SSL_CTX_new_ex(libctx, NULL, TLS_server_method());
	peers->client = SSL_CTX_new_ex(libctx, NULL, TLS_client_method());
	SSL_CTX_set_min_proto_version(peers->server, version);
	SSL_CTX_set_max_proto_version(peers->server, version);
	SSL_CTX_set_session_cache_mode(peers->server, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_session_cache_mode(peers->client, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(peers->server, SSL_OP_NO_TICKET);
	SSL_CTX_set_num_tickets(peers->server, 0);
	SSL_CTX_set_verify(peers->client, SSL_VERIFY_PEER, NULL);
	return (SSL_CTX_use_certificate_chain_file(peers->server, chain) == 1 &&
		   SSL_CTX_use_PrivateKey_file(peers->server, key, SSL_FILETYPE_PEM) == 1 &&
		   SSL_CTX_check_private_key(peers->server) == 1 &&
		   SSL_CTX_load_verify_file(peers->client, root) == 1) ||
	       bench_wrong("%s, %s, %s", chain, key, root);
}

static void *
begin(const struct bench_way *way)
{
	return (void *)way->data;
}

static void
end(void *state)
{
	(void)state;
}

static bool
once(void *state)
{
	const struct peers *peers = state;
	SSL *server = SSL_new(peers->server), *client = SSL_new(peers->client);
	BIO *server_end, *client_end;
	bool ok = true;

	BIO_new_bio_pair(&server_end, 0, &client_end, 0);
	SSL_set_bio(server, server_end, server_end);
	SSL_set_bio(client, client_end, client_end);
	SSL_set_accept_state(server);
	SSL_set_connect_state(client);
	while (ok && !(SSL_is_init_finished(server) && SSL_is_init_finished(client))) {
		int c = SSL_do_handshake(client), s = SSL_do_handshake(server);

		ok = (c == 1 || SSL_get_error(client, c) == SSL_ERROR_WANT_READ) &&
		     (s == 1 || SSL_get_error(server, s) == SSL_ERROR_WANT_READ);
	}
	SSL_free(server);
	SSL_free(client);
	return ok || bench_wrong("handshake");
}

int
main(int argc, char **argv)
{
	static struct peers file, loaded, ours;
	const struct bench_way ways[] = {
	    {"file", &file, begin, once, end},
	    {"file, ccm loaded", &loaded, begin, once, end},
	    {"ccm", &ours, begin, once, end},
	};

	if (argc != 8)
		return fprintf(stderr,
			   "usage: handshake THING THREADS VERSION CHAIN KEY REFERENCE ROOT\n"),
		       2;
	int version = strcmp(argv[3], "1.2") == 0 ? TLS1_2_VERSION : TLS1_3_VERSION;
	const char *const with_key[] = {argv[4], argv[5], argv[7]};
	const char *const with_reference[] = {argv[4], argv[6], argv[7]};
	bool ok = open_peers(&file, false, version, with_key) &&
		  open_peers(&loaded, true, version, with_key) &&
		  open_peers(&ours, true, version, with_reference) &&
		  bench_compare(argv[1], (unsigned)strtoul(argv[2], NULL, 10), ways, 3);
	return ok ? 0 : 1;
}
