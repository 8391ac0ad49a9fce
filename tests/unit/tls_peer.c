/* SPDX-License-Identifier: Apache-2.0 */
#include "tls_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define DAY 86400L

static void
need(bool fine, const char *what)
{
	if (fine)
		return;
	perror(what);
	abort();
}

/* Certificates */

static void
add_extension(X509 *certificate, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	need(extension != NULL && X509_add_ext(certificate, extension, -1) == 1, "extension");
	X509_EXTENSION_free(extension);
}

static X509 *
make_certificate(const char *name, EVP_PKEY *key, long begin, long end)
{
	X509 *certificate = X509_new();
	X509_NAME *subject = X509_get_subject_name(certificate);

	need(X509_set_version(certificate, X509_VERSION_3) == 1, "version");
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), begin + end);
	X509_gmtime_adj(X509_getm_notBefore(certificate), begin);
	X509_gmtime_adj(X509_getm_notAfter(certificate), end);
	X509_NAME_add_entry_by_txt(
	    subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
	X509_set_pubkey(certificate, key);
	return certificate;
}

static void
sign_certificate(X509 *certificate, X509 *issuer, EVP_PKEY *key)
{
	X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
	need(X509_sign(certificate, key, EVP_sha256()) > 0, "signature");
}

static void
write_ca(struct tls_peer *peer, X509 *ca)
{
	FILE *file;
	int fd;

	strcpy(peer->ca_file, "/tmp/ccm-peer-XXXXXX");
	fd = mkstemp(peer->ca_file);
	need(fd >= 0, peer->ca_file);
	file = fdopen(fd, "w");
	need(file != NULL && PEM_write_X509(file, ca) == 1, peer->ca_file);
	fclose(file);
}

static void
make_identity(struct tls_peer *peer)
{
	EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
	X509 *ca = make_certificate("peer's CA", ca_key, -3 * DAY, DAY);
	X509 *leaf = make_certificate("peer", key, -2 * DAY, peer->expired ? -DAY : DAY);

	add_extension(ca, NID_basic_constraints, "critical,CA:TRUE");
	sign_certificate(ca, ca, ca_key);
	add_extension(leaf, NID_subject_alt_name,
	    peer->other_name ? "DNS:other.example.com" : "IP:127.0.0.1");
	sign_certificate(leaf, ca, ca_key);
	write_ca(peer, ca);
	peer->ctx = SSL_CTX_new(TLS_server_method());
	need(SSL_CTX_use_certificate(peer->ctx, leaf) == 1 &&
		 SSL_CTX_use_PrivateKey(peer->ctx, key) == 1,
	    "identity");
	X509_free(ca);
	X509_free(leaf);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(key);
}

/* Connections */

/* A request is whole when the bytes that Content-Length tells have come. */
static bool
is_whole(const char *text)
{
	const char *end = strstr(text, "\r\n\r\n"),
		   *length = strcasestr(text, "\r\ncontent-length:");
	size_t body = length != NULL && length < end ? strtoul(length + 17, NULL, 10) : 0;

	return end != NULL && strlen(end + 4) >= body;
}

static bool
read_request(struct tls_peer *peer, SSL *ssl)
{
	char text[sizeof(peer->last)] = "";
	size_t used = 0;

	while (!is_whole(text)) {
		int got = SSL_read(ssl, text + used, (int)(sizeof(text) - 1 - used));

		if (got <= 0)
			return false;
		used += (size_t)got;
		text[used] = '\0';
	}
	memcpy(peer->last, text, sizeof(text));
	peer->requests++;
	return true;
}

static void
serve(struct tls_peer *peer, SSL *ssl)
{
	const char *answer =
	    peer->answer != NULL
		? peer->answer
		: "HTTP/1.1 200 OK\r\nX-Peer:  Yes \r\nContent-Length: 2\r\n\r\nok";
	char byte;

	if (SSL_accept(ssl) != 1)
		return;
	while (read_request(peer, ssl)) {
		if (peer->manner == PEER_HANGS_UP)
			return;
		if (peer->manner == PEER_IS_SILENT)
			SSL_read(ssl, &byte, 1);
		else if (SSL_write(ssl, answer, (int)strlen(answer)) <= 0)
			return;
	}
}

struct connection {
	struct tls_peer *peer;
	int fd;
};

static void *
run_connection(void *context)
{
	struct connection *connection = context;
	struct tls_peer *peer = connection->peer;
	SSL *ssl = SSL_new(peer->ctx);

	if (peer->manner == PEER_IS_PLAIN) {
		need(write(connection->fd, "HTTP/1.1 400 Bad Request\r\n\r\n", 28) == 28, "write");
	} else if (peer->manner != PEER_HANGS_UP_EARLY) {
		SSL_set_fd(ssl, connection->fd);
		serve(peer, ssl);
	}
	SSL_free(ssl);
	shutdown(connection->fd, SHUT_RDWR);
	free(connection);
	return NULL;
}

static void *
run_acceptor(void *context)
{
	struct tls_peer *peer = context;
	int fd;

	while ((fd = accept4(peer->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		struct connection *connection = malloc(sizeof(*connection));
		unsigned index = peer->thread_count;

		need(index < PEER_CONNECTIONS_MAX && connection != NULL, "too many connections");
		*connection = (struct connection){peer, fd};
		peer->sockets[index] = fd;
		peer->connections++;
		need(pthread_create(&peer->threads[index], NULL, run_connection, connection) == 0,
		    "thread");
		peer->thread_count++;
	}
	return NULL;
}

void
tls_peer_start(struct tls_peer *peer)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof(address);

	make_identity(peer);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	need(bind(peer->listener, (struct sockaddr *)&address, sizeof(address)) == 0, "bind");
	need(listen(peer->listener, 8) == 0, "listen");
	getsockname(peer->listener, (struct sockaddr *)&address, &size);
	snprintf(peer->url, sizeof(peer->url), "https://127.0.0.1:%u", ntohs(address.sin_port));
	need(pthread_create(&peer->acceptor, NULL, run_acceptor, peer) == 0, "thread");
}

void
tls_peer_stop(struct tls_peer *peer)
{
	shutdown(peer->listener, SHUT_RDWR);
	pthread_join(peer->acceptor, NULL);
	close(peer->listener);
	for (unsigned i = 0; i < peer->thread_count; i++) {
		shutdown(peer->sockets[i], SHUT_RDWR);
		pthread_join(peer->threads[i], NULL);
		close(peer->sockets[i]);
	}
	SSL_CTX_free(peer->ctx);
	unlink(peer->ca_file);
}
