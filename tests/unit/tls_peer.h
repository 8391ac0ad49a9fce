/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_TEST_TLS_PEER_H
#define CCM_TEST_TLS_PEER_H

/*
 * A TLS server on loopback with certificates made on the spot. It answers every request with the
 * same bytes, or misbehaves. It runs in processes of its own, so that the test has no other thread
 * and may fork.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

enum tls_manner {
	PEER_ANSWERS,
	PEER_IS_SILENT,      /* reads the request and says no more */
	PEER_HANGS_UP,       /* reads the request and closes */
	PEER_HANGS_UP_EARLY, /* closes before the handshake */
	PEER_IS_PLAIN        /* talks HTTP without TLS */
};

/* What it has seen, in memory shared with it. */
struct tls_seen {
	atomic_uint connections, requests;
	char last[4096]; /* the request, as far as it fits; read it after the answer has come */
};

struct tls_peer {
	/* set before tls_peer_start */
	enum tls_manner manner;
	const char *answer; /* whole HTTP answer; NULL: 200 with the body "ok" */
	bool expired;       /* its certificate */
	bool other_name;    /* its certificate is another host's */
	/* for the test to use */
	char url[64];     /* https://127.0.0.1:PORT */
	char ca_file[32]; /* the authority that issued its certificate */
	struct tls_seen *seen;
	/* its own */
	pid_t process; /* and its group */
};

/* Aborts the test when it fails. */
void tls_peer_start(struct tls_peer *peer);
void tls_peer_stop(struct tls_peer *peer);

#endif
