/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_FAKE_SCM_H
#define CCM_FAKE_SCM_H

/*
 * SCM behind the transport's table, with a few records of all kinds and as many more as a test
 * wants. It counts what it is asked, and behaves oddly on demand. PCA is there, and empty.
 */

#include <stdatomic.h>

#include "certs.h"
#include "model/uri.h"

struct fake_ssl {
	const char *id, *domain, *status;
	enum test_kind kind;
	bool has_key;
};
enum { SSL_WEB, SSL_UPLOAD, SSL_CSR, SSL_ODD, SSL_PAID, SSL_REVOKED, SSL_EXPIRED, SSL_RECORDS };
extern const struct fake_ssl fake_ssl[SSL_RECORDS];

struct fake_scm {
	atomic_uint lists, gets, exports, pca; /* calls seen */
	enum ccm_code failure;                 /* what every exchange fails with */
	enum ccm_code export_failure;          /* what exports do */
	bool knows_no_content;                 /* the search word is ignored */
	bool repeats_pages;
	bool cut_pem, wrong_key;
	bool long_ids; /* of those more: 17 characters */
	unsigned more; /* certificates more.0.example.com ..., in state UPLOAD, before the others */
};
extern struct fake_scm fake_scm;

/* A model over the service, with more configuration; counts and oddities start anew. */
struct ccm_model *fake_scm_model(const char *extra);

#endif
