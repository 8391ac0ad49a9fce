/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLIENT_PUBLIC_H
#define CCM_CLIENT_PUBLIC_H

/*
 * libccm: calling the Cloud Certificate Manager API from C (`pkg-config --cflags --libs ccm`).
 *
 *	struct ccm_error err = {0};
 *	struct ccm_connection *ccm = ccm_connect(NULL, &err);
 *	char *answer = NULL;
 *
 *	if (ccm == NULL || !ccm_call(ccm, "pca_list_cas", "{\"limit\": 10}", &answer, &err))
 *		fprintf(stderr, "%s (%s)\n", err.msg, ccm_code_name(err.code));
 *	else
 *		puts(answer);
 *	ccm_text_free(answer);
 *	ccm_disconnect(ccm);
 *
 * An operation goes by its id (pca_list_cas, scm_get_certificate, ...; ccm_operation_id() lists
 * them). A request is one flat JSON object: path, query and body fields side by side, named as in
 * the API Reference. It is checked against the Reference before it is sent: unknown fields, missing
 * mandatory ones, types, bounds and enumerations are refused with CCM_USAGE and the field's path.
 *
 * Credentials, endpoints, deadlines and retries come from the configuration, ccm.conf(5). What may
 * be repeated is repeated within the deadline; creating calls are not, and when their outcome stays
 * unknown the message says so.
 *
 * Threads: one connection serves any number of threads at a time. A forked child may go on with it.
 * Errors: see ccm/error.h. Text is UTF-8.
 */

#include <stddef.h>

#include "ccm/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ccm_connection;

/*
 * A connection as config_file says (NULL: $CCM_CONFIG, ~/.config/ccm/ccm.conf, /etc/ccm/ccm.conf).
 * Nothing is opened before the first call. NULL and err set on failure: CCM_CONFIG, CCM_NOMEM.
 * To be given to ccm_disconnect(), when no thread uses it any more.
 */
CCM_API struct ccm_connection *ccm_connect(const char *config_file, struct ccm_error *err);
CCM_API void ccm_disconnect(struct ccm_connection *connection); /* NULL is allowed */

/*
 * Call an operation. request is a JSON object, or NULL where the operation needs nothing. On
 * success *answer is the service's JSON, "" when it has no body, to be given to ccm_text_free();
 * answer may be NULL when the answer is of no interest. On failure *answer is NULL and err carries
 * the kind of failure, the HTTP status, the service's code and the request id. One kind of failure
 * has an answer all the same, to be freed: CCM_PARTIAL, when the service took the request but did
 * not reach every target (scm_deploy_certificate, scm_batch_push_certificate), or did not do what
 * it was asked (scm_apply_certificate). The message names each failed target.
 */
CCM_API bool ccm_call(struct ccm_connection *connection, const char *operation, const char *request,
    char **answer, struct ccm_error *err);

/*
 * The same for what may come as a file: pca_export_certificate with "is_compressed": "true" answers
 * with a ZIP archive. What came decides, not what was asked for: archive tells a ZIP file from the
 * JSON text of ccm_call(), which refuses an archive with CCM_UNSUPPORTED. All zero
 * when it fails; to be given to ccm_content_clear() when it doesn't.
 */
struct ccm_content {
	char *data;   /* followed by a NUL that size doesn't count */
	size_t size;  /* 0: an answer without body */
	bool archive; /* a ZIP file */
	char *name;   /* that the service suggests for the file, without directories, or NULL */
};
CCM_API bool ccm_fetch(struct ccm_connection *connection, const char *operation,
    const char *request, struct ccm_content *content, struct ccm_error *err);
/* Free it, overwritten like an answer of ccm_call(). All zero, it may be given again. */
CCM_API void ccm_content_clear(struct ccm_content *content);

/*
 * Walk a list, whatever its pages: visit gets each element as JSON text, borrowed for the call, and
 * returns true to go on. Ending early is no error. CCM_USAGE when the operation does not list.
 */
struct ccm_text_visitor {
	bool (*visit)(void *context, const char *element);
	void *context;
};
CCM_API bool ccm_list(struct ccm_connection *connection, const char *operation, const char *request,
    struct ccm_text_visitor visitor, struct ccm_error *err);

/* Free an answer; it is overwritten first, since it may hold a private key. NULL is allowed. */
CCM_API void ccm_text_free(char *text);

/* The id of each operation: index from 0 until NULL. What one does is its summary. */
CCM_API const char *ccm_operation_id(size_t index);
CCM_API const char *ccm_operation_summary(size_t index);

/* Version of the library, such as "0.1.0". */
CCM_API const char *ccm_version(void);

#ifdef __cplusplus
}
#endif

#endif
