/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_OPERATIONS_H
#define CCM_OPERATIONS_H

/*
 * The operations of the CCM API as a table (spec/ccm-api.json): the client validates and builds
 * requests by it, the emulator routes and checks by it, the tool makes its help from it. A request
 * is one flat JSON object: path, query and body fields side by side, by their names on the wire.
 */

#include "core/config.h"
#include "core/json.h"

enum ccm_field_type {
	CCM_FIELD_STRING,
	CCM_FIELD_INTEGER,
	CCM_FIELD_BOOLEAN,
	CCM_FIELD_OBJECT,
	CCM_FIELD_STRINGS, /* a list of strings */
	CCM_FIELD_OBJECTS  /* a list of objects */
};

enum ccm_field_place { CCM_IN_BODY, CCM_IN_PATH, CCM_IN_QUERY };

struct ccm_field {
	const char *name;
	enum ccm_field_type type;
	enum ccm_field_place place;
	bool mandatory;
	bool either_type; /* Boolean or the strings "true" and "false" are both right */
	bool bounded;     /* min and max apply: a length in characters, or a value */
	int64_t min, max;
	int64_t list_max;          /* most elements of a list, 0: no limit */
	const char *const *values; /* NULL-terminated enumeration, or NULL */
	bool values_open;          /* the service may know more values */
	bool any_case;             /* values compare without case; the table's spelling is sent */
	const struct ccm_field *fields; /* of an object or of a list's objects */
	size_t field_count;
	const char *help;
};

struct ccm_operation {
	const char *id; /* as in ccm-api.json, such as pca_list_cas */
	enum ccm_service service;
	const char *method;
	const char *path; /* with {names} of path fields */
	const struct ccm_field *fields;
	size_t field_count;
	bool body_required; /* a JSON object is sent even when no body field is given */
	int success;        /* documented status */
	bool repeatable;    /* safe to send again without looking first */
	bool anonymous;     /* sent without authentication */
	const char *items;  /* the list member of a paged answer, or NULL */
	const char *iam_action;
	const char *summary;
};

size_t ccm_operation_count(void);
const struct ccm_operation *ccm_operation_at(size_t index);
const struct ccm_operation *ccm_operation_find(const char *id); /* NULL when unknown */

/* The operations that others name in code; each is a row of the table. */
extern const struct ccm_operation ccm_pca_list_cas, ccm_pca_create_ca, ccm_pca_get_ca,
    ccm_pca_activate_ca, ccm_pca_export_ca, ccm_pca_list_certificates, ccm_pca_create_certificate,
    ccm_pca_get_certificate, ccm_pca_export_certificate, ccm_iam_create_token;

/*
 * Check a request against the row: unknown fields (with the nearest known one), missing mandatory
 * ones, types, bounds, enumerations. CCM_USAGE with the field's path, its value and the bound.
 * Tolerant as core/json.h is: null is missing, numbers and Booleans may be strings.
 */
bool ccm_operation_validate(
    const struct ccm_operation *op, const struct ccm_json *request, struct ccm_error *err);

/*
 * Pure building of the parts of a request that ccm_operation_validate accepted. Path and query are
 * decoded (name and value pairs); encoding is the signer's and sender's business (sign.h). The body
 * has each field in the row's own type and spelling, without nulls.
 */
struct ccm_query_pair {
	char *name, *value;
};
struct ccm_wire_request {
	char *path; /* decoded, starts with / */
	struct ccm_query_pair *query;
	size_t query_count;
	struct ccm_buf body; /* secret */
	bool has_body;
};
bool ccm_operation_build(const struct ccm_operation *op, const struct ccm_json *request,
    struct ccm_wire_request *out, struct ccm_error *err);
void ccm_wire_request_clear(struct ccm_wire_request *request);

#endif
