/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_FAKE_PCA_H
#define CCM_FAKE_PCA_H

/*
 * A service of four records behind the transport's table: root, sub, and two certificates of one
 * name of which one has passed. It counts what it is asked, and fails on demand.
 */

#include <stdatomic.h>

#include "model/uri.h"

enum { ROOT, SUB, WEB, OLD, RECORDS };

struct record {
	const char *id, *name;
	int issuer;
	long from, to; /* seconds from now */
	EVP_PKEY *key;
	X509 *cert;
};
extern struct record records[RECORDS];

extern atomic_uint lists, gets, exports, tag_calls; /* calls seen */
extern enum ccm_code failure;                       /* what every exchange fails with */
extern int refusal;                                 /* status of every answer, 0: as it is */
extern bool wrong_key;                              /* exports give another's key */
extern bool cut_pem;                                /* exports give half a certificate */
extern char last_password[64];                      /* of the last export */

/* The root's CRL, when it has one: what its address answers, and how often it did. */
extern struct ccm_span crl_body;
extern int crl_status;
extern atomic_uint crl_fetches;
/* A CRL of the record, DER to be freed with OPENSSL_free, whose next update is in so many seconds.
 */
struct ccm_span make_crl(const struct record *record, long next);

/* Keys and certificates of the records: setup and teardown of a group of tests. */
int make_records(void **state);
int free_records(void **state);

/* A model over the service, with more configuration; counts and failures start anew. */
struct ccm_model *make_model(const char *extra);

#endif
