/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_CREATE_H
#define CCM_CLI_CREATE_H

/*
 * Making things that cost money (design rule 7): a creating call is never repeated. When its answer
 * is lost, the service is asked whether the thing is there, and it is adopted if so.
 */

#include "cli/resolve.h"

/* Create an object of this kind and print its id. */
bool ccm_create(struct ccm_tool *tool, const struct ccm_kind *kind, struct ccm_json *request,
    struct ccm_error *err);

/* Could the service have done what was asked, although an error came back? */
bool ccm_outcome_is_open(const struct ccm_error *err);
/*
 * Is this object of a list what the request wanted made? Same common name, issuer and key
 * algorithm, created since (milliseconds, the service's clock may be a little behind ours).
 */
bool ccm_create_matches(
    const struct ccm_json *request, const struct ccm_json *object, int64_t since_ms);

/* Give the field this value unless it has one or value is NULL. */
bool ccm_request_default(
    struct ccm_json *request, const char *field, const char *value, struct ccm_error *err);

#endif
