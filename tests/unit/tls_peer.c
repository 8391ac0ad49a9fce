/* SPDX-License-Identifier: Apache-2.0 */
#include "tls_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
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

	snprintf(peer->ca_file, sizeof(peer->ca_file), "/tmp/ccm-peer-XXXXXX");
	fd = mkstemp(peer->ca_file);
	need(fd >= 0, peer->ca_file);
	file = fdopen(fd, "w");
	need(file != NULL && PEM_write_X509(file, ca) == 1, peer->ca_file);
	fclose(file);
}

static SSL_CTX *
make_identity(struct tls_peer *peer)
{
	EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
	X509 *ca = make_certificate("peer's CA", ca_key, -3 * DAY, DAY);
	X509 *leaf = make_certificate("peer", key, -2 * DAY, peer->expired ? -DAY : DAY);
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	add_extension(ca, NID_basic_constraints, "critical,CA:TRUE");
	sign_certificate(ca, ca, ca_key);
	add_extension(leaf, NID_subject_alt_name,
	    peer->other_name ? "DNS:other.example.com" : "IP:127.0.0.1");
	sign_certificate(leaf, ca, ca_key);
	write_ca(peer, ca);
	need(SSL_CTX_use_certificate(ctx, leaf) == 1 && SSL_CTX_use_PrivateKey(ctx, key) == 1,
	    "identity");
	X509_free(ca);
	X509_free(leaf);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(key);
	return ctx;
}

/* Connections */

/* How many bytes the request has whose beginning this is; 0 when its headers are not whole yet. */
static size_t
request_size(const char *text)
{
	const char *end = strstr(text, "\r\n\r\n"),
		   *length = strcasestr(text, "\r\ncontent-length:");

	if (end == NULL)
		return 0;
	return (size_t)(end + 4 - text) +
	       (length != NULL && length < end ? strtoul(length + 17, NULL, 10) : 0);
}

/* The beginning is kept, a long body's rest is only counted. */
static bool
read_request(struct tls_peer *peer, SSL *ssl)
{
	char text[sizeof(peer->seen->last)] = "", piece[4096];
	size_t kept = 0, total = 0, size = 0;

	while (size == 0 || total < size) {
		int got = SSL_read(ssl, piece, sizeof(piece));
		size_t fits = sizeof(text) - 1 - kept;

		if (got <= 0)
			return false;
		fits = fits < (size_t)got ? fits : (size_t)got;
		memcpy(text + kept, piece, fits);
		kept += fits;
		total += (size_t)got;
		size = request_size(text);
	}
	memcpy(peer->seen->last, text, sizeof(text));
	peer->seen->requests++;
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

static void
run_connection(struct tls_peer *peer, SSL_CTX *ctx, int fd)
{
	SSL *ssl = SSL_new(ctx);

	if (peer->manner == PEER_IS_PLAIN) {
		need(write(fd, "HTTP/1.1 400 Bad Request\r\n\r\n", 28) == 28, "write");
	} else if (peer->manner != PEER_HANGS_UP_EARLY) {
		SSL_set_fd(ssl, fd);
		serve(peer, ssl);
	}
}

/* A process for each connection; all of them die with the group. */
static void
run_peer(struct tls_peer *peer, SSL_CTX *ctx, int listener)
{
	int fd;

	signal(SIGCHLD, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		peer->seen->connections++;
		if (fork() == 0) {
			close(listener);
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			run_connection(peer, ctx, fd);
			_exit(0);
		}
		close(fd);
	}
	_exit(1);
}

static int
make_listener(struct tls_peer *peer)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	need(bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0, "bind");
	need(listen(listener, 8) == 0, "listen");
	getsockname(listener, (struct sockaddr *)&address, &size);
	snprintf(peer->url, sizeof(peer->url), "https://127.0.0.1:%u", ntohs(address.sin_port));
	return listener;
}

void
tls_peer_start(struct tls_peer *peer)
{
	SSL_CTX *ctx = make_identity(peer);
	int listener = make_listener(peer);

	peer->seen = mmap(
	    NULL, sizeof(*peer->seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(peer->seen != MAP_FAILED, "mmap");
	peer->process = fork();
	need(peer->process >= 0, "fork");
	if (peer->process == 0) {
		setpgid(0, 0);
		run_peer(peer, ctx, listener);
	}
	setpgid(peer->process, peer->process);
	close(listener);
	SSL_CTX_free(ctx);
}

void
tls_peer_stop(struct tls_peer *peer)
{
	kill(-peer->process, SIGKILL);
	waitpid(peer->process, NULL, 0);
	munmap(peer->seen, sizeof(*peer->seen));
	unlink(peer->ca_file);
}
