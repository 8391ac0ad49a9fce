/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLIENT_H
#define CCM_CLIENT_H

/*
 * The client of the CCM API: an operation and a JSON request in, a JSON answer or a full error
 * out. Validates, authenticates (token or AK/SK), sends, retries what may be repeated within the
 * deadline, reads answers tolerantly. Safe for many threads at once; no lock is held across HTTP.
 */

#include "cloud/http.h"

struct ccm_client;

/* The client keeps a reference to config, which must outlive it. Opens nothing. */
struct ccm_client *ccm_client_new(const struct ccm_config *config, struct ccm_error *err);
/* The same over another transport, which the client takes, also when it fails. */
struct ccm_client *ccm_client_new_over(
    const struct ccm_config *config, struct ccm_http *transport, struct ccm_error *err);
void ccm_client_free(struct ccm_client *client); /* NULL is allowed */

/*
 * Call an operation. request may be NULL when nothing is to be said. On success *answer is the JSON
 * answer, to be freed by the caller, or NULL for an answer without body; answer itself may be NULL.
 * CCM_PARTIAL, where a 2xx tells of targets that were not reached, comes with the answer, too.
 * Errors carry status, the service's code and the request id; a created-or-not outcome that is
 * unknown (the request went out, no answer came, the operation is not repeatable) is CCM_TIMEOUT
 * or CCM_NETWORK with CCM_OUTCOME_UNKNOWN in its message.
 */
#define CCM_OUTCOME_UNKNOWN "outcome unknown"
bool ccm_client_call(struct ccm_client *client, const struct ccm_operation *op,
    const struct ccm_json *request, struct ccm_json **answer, struct ccm_error *err);
/* Could the service have done what was asked, although this error came back? */
bool ccm_outcome_is_open(const struct ccm_error *err);

/*
 * The same where a file may be the answer: an export as ZIP archive. What came decides, whatever
 * was asked for: json, archive, or neither for an answer without body.
 */
struct ccm_download {
	struct ccm_json *json;
	struct ccm_buf archive; /* secret; empty when there is none */
	char *name; /* that the service suggests for the archive, or NULL: not trusted */
};
bool ccm_client_download(struct ccm_client *client, const struct ccm_operation *op,
    const struct ccm_json *request, struct ccm_download *out, struct ccm_error *err);
void ccm_download_clear(struct ccm_download *download);

/*
 * What ccm_client_call would send, as text: method and URL, headers, an empty line, the body.
 * Nothing is sent and nobody is asked, so a token, a date, a signature or an id that is looked up
 * is only named; secrets are not shown.
 */
bool ccm_client_preview(struct ccm_client *client, const struct ccm_operation *op,
    const struct ccm_json *request, struct ccm_buf *out, struct ccm_error *err);

/*
 * Walk a paged list: each element of every page goes to visit, in order, until it returns false
 * (then the walk ends: false, if it set err; true, if not). Stops when a page brings nothing new.
 * Before the elements of each page, total gets the number of records in the whole list by the
 * service's word, if it says any.
 */
struct ccm_visitor {
	bool (*visit)(void *context, const struct ccm_json *element, struct ccm_error *err);
	void *context;
	void (*total)(void *context, int64_t records); /* NULL: of no interest */
};
bool ccm_client_each(struct ccm_client *client, const struct ccm_operation *op,
    const struct ccm_json *request, struct ccm_visitor visitor, struct ccm_error *err);

/*
 * The same for all of a long list, over several connections at once. The request has a limit of at
 * least 2, and sorts so that what is new comes last. Nothing is missed that is in the list from the
 * beginning to the end, whatever else comes and goes; elements may be visited more than once. The
 * visitor is called by this thread.
 */
bool ccm_client_sweep(struct ccm_client *client, const struct ccm_operation *op,
    const struct ccm_json *request, struct ccm_visitor visitor, struct ccm_error *err);

/*
 * Log in anew, whatever other processes know, and tell who it is: an object with method, source,
 * access_key, account, user, project (each with id and name) and expires_at, as far as IAM says so;
 * to be freed.
 */
struct ccm_json *ccm_client_login(struct ccm_client *client, struct ccm_error *err);
/* Forget the token that processes share. *was_kept tells whether there was one. */
bool ccm_client_logout(struct ccm_client *client, bool *was_kept, struct ccm_error *err);

/*
 * Append what a URL, http:// or https://, shows everybody: a CRL. Retried within the deadline like
 * a call. Errors: as of a call; CCM_DENIED for what is not public, CCM_NOT_FOUND, CCM_UNSUPPORTED
 * for another scheme.
 */
bool ccm_client_fetch(
    struct ccm_client *client, const char *url, struct ccm_buf *out, struct ccm_error *err);

const struct ccm_config *ccm_client_config(const struct ccm_client *client);
struct ccm_http *ccm_client_transport(struct ccm_client *client);

/* Number of exchanges so far, answered or not: for tests and logs. */
unsigned long ccm_client_exchanges(const struct ccm_client *client);
/* Was something sent that may have changed the account? */
bool ccm_client_has_changed(const struct ccm_client *client);

#endif
