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
	int64_t list_min; /* least elements of a list */
	int64_t list_max; /* most elements of a list, 0: no limit */
	const char *const
	    *values;      /* NULL-terminated enumeration, or NULL; whole numbers in decimal */
	bool values_open; /* the service may know more values */
	bool any_case;    /* values compare without case; the table's spelling is sent */
	const struct ccm_field *fields; /* of an object or of a list's objects */
	size_t field_count;
	const char *help;
};

/*
 * How a 2xx tells that not all was done: a list with a result for each target, or one verdict on
 * the whole. Where it went well, the verdict is "success" and the proof is not empty.
 */
struct ccm_outcome {
	const char *list;    /* of the results; NULL: the verdict is a member of the answer */
	const char *target;  /* member of a result that names its target */
	const char *verdict; /* member that says what became of it; NULL: a 2xx is all there is */
	const char *proof;   /* member that must not be empty, or NULL */
	bool failures_only;  /* the list has only what failed */
};

struct ccm_operation {
	const char *id; /* as in ccm-api.json, such as pca_list_cas */
	enum ccm_service service;
	const char *method;
	const char *path;      /* with {names} of path fields */
	const char *path_else; /* asked once when path is not there (404), or NULL */
	const struct ccm_field *fields;
	size_t field_count;
	bool body_required; /* a JSON object is sent even when no body field is given */
	int success;        /* documented status */
	bool repeatable;    /* safe to send again without looking first */
	bool anonymous;     /* sent without authentication */
	const char *items; /* the list member of the answer, or NULL; paged when there is a limit */
	struct ccm_outcome outcome;
	const char *iam_action;
	const char *iam_alias; /* another name that the reference has for the action, or NULL */
	const char *summary;
	const char
	    *warning; /* what to ask people about first: it costs money, or there is no way back */
};

size_t ccm_operation_count(void);
const struct ccm_operation *ccm_operation_at(size_t index);
const struct ccm_operation *ccm_operation_find(const char *id); /* NULL when unknown */

/*
 * All of them, in the order of the reference; each is a row of the table and an object of its own,
 * which code names: ccm_pca_list_cas.
 */
/* clang-format off */
#define CCM_OPERATIONS(ROW) \
	ROW(scm_apply_certificate) \
	ROW(scm_cancel_certificate_application) \
	ROW(scm_purchase_certificate) \
	ROW(scm_list_certificates) \
	ROW(scm_import_certificate) \
	ROW(scm_get_certificate) \
	ROW(scm_delete_certificate) \
	ROW(scm_export_certificate) \
	ROW(scm_push_certificate) \
	ROW(scm_batch_push_certificate) \
	ROW(scm_deploy_certificate) \
	ROW(pca_list_cas) \
	ROW(pca_create_ca) \
	ROW(pca_get_ca_quota) \
	ROW(pca_get_ca) \
	ROW(pca_delete_ca) \
	ROW(pca_activate_ca) \
	ROW(pca_get_ca_csr) \
	ROW(pca_disable_ca) \
	ROW(pca_enable_ca) \
	ROW(pca_export_ca) \
	ROW(pca_import_ca) \
	ROW(pca_restore_ca) \
	ROW(pca_revoke_ca) \
	ROW(pca_list_certificates) \
	ROW(pca_create_certificate) \
	ROW(pca_issue_certificate_by_csr) \
	ROW(pca_parse_csr) \
	ROW(pca_get_certificate_quota) \
	ROW(pca_get_certificate) \
	ROW(pca_delete_certificate) \
	ROW(pca_export_certificate) \
	ROW(pca_revoke_certificate) \
	ROW(pca_check_agency) \
	ROW(pca_create_agency) \
	ROW(pca_list_obs_buckets) \
	ROW(pca_enable_crl) \
	ROW(pca_disable_crl) \
	ROW(pca_batch_create_ca_tags) \
	ROW(pca_batch_delete_ca_tags) \
	ROW(pca_create_ca_tag) \
	ROW(pca_list_ca_tags) \
	ROW(pca_list_all_ca_tags) \
	ROW(pca_list_cas_by_tags) \
	ROW(pca_count_cas_by_tags) \
	ROW(pca_batch_create_certificate_tags) \
	ROW(pca_batch_delete_certificate_tags) \
	ROW(pca_create_certificate_tag) \
	ROW(pca_list_certificate_tags) \
	ROW(pca_list_all_certificate_tags) \
	ROW(pca_list_certificates_by_tags) \
	ROW(pca_count_certificates_by_tags) \
	ROW(pca_order_ca) \
	ROW(pca_get_site_features) \
	ROW(iam_create_token) \
	ROW(iam_list_projects)

/* What logging in asks IAM besides: no operations of the CCM API, so no rows of the table. */
#define CCM_LOGIN_OPERATIONS(ROW) \
	ROW(iam_check_token) \
	ROW(iam_list_domains) \
	ROW(iam_get_access_key) \
	ROW(iam_get_user)
/* clang-format on */

#define CCM_DECLARE_OPERATION(id) extern const struct ccm_operation ccm_##id;
CCM_OPERATIONS(CCM_DECLARE_OPERATION)
CCM_LOGIN_OPERATIONS(CCM_DECLARE_OPERATION)

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
