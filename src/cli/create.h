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

/*
 * The same by another operation, or of something that is told by more than its row in a list. With
 * neither wanted nor is_made no list has it.
 */
struct ccm_creation {
	const struct ccm_kind *kind;
	const struct ccm_operation *op;
	const struct ccm_json *request;
	const struct ccm_json *wanted; /* as ccm_create_matches takes it */
	/* Is it this element of the whole list? */
	bool (*is_made)(
	    void *context, const struct ccm_json *element, bool *made, struct ccm_error *err);
	void *context;
};
bool ccm_create_as(
    struct ccm_tool *tool, const struct ccm_creation *creation, struct ccm_error *err);
/* The same without printing. */
bool ccm_create_quietly(struct ccm_tool *tool, const struct ccm_creation *creation,
    char id[static CCM_ID_SIZE], struct ccm_error *err);

/* What is printed of one that was made. */
bool ccm_create_print(const struct ccm_tool *tool, const struct ccm_kind *kind, const char *id,
    struct ccm_error *err);

/*
 * Is this object of a list what the request wanted made? Same common name, issuer, key algorithm
 * and origin, as far as the request says them, created since (milliseconds, the service's clock may
 * be a little behind ours).
 */
bool ccm_create_matches(
    const struct ccm_json *request, const struct ccm_json *object, int64_t since_ms);

/* Give the field this value unless it has one or value is NULL. */
bool ccm_request_default(
    struct ccm_json *request, const char *field, const char *value, struct ccm_error *err);

#endif
