/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/operation_rows.h"

#include <stdint.h>

/* Tags of private CAs and certificates: the same seven calls for each. */

static const struct ccm_field tag[] = {
    TEXT("key", MUST, LENGTH(1, 128),
	HELP("letters, digits, spaces and _ . : = + - @; 20 tags on a resource at most")),
    TEXT("value", MUST, LENGTH(0, 255), HELP("as the key, and /")),
};

static const struct ccm_field ca_tags[] = {
    CA_ID,
    OBJECTS("tags", MUST, ELEMENTS(1, 20), OF(tag), HELP("key and value pairs")),
};
static const struct ccm_field ca_tag[] = {
    CA_ID,
    OBJECT("tag", MUST, OF(tag), HELP("the tag")),
};
static const struct ccm_field certificate_tags[] = {
    CERTIFICATE_ID,
    OBJECTS("tags", MUST, ELEMENTS(1, 20), OF(tag), HELP("key and value pairs")),
};
static const struct ccm_field certificate_tag[] = {
    CERTIFICATE_ID,
    OBJECT("tag", MUST, OF(tag), HELP("the tag")),
};

/* What a filter matches. The service takes a key without values, and no tags, though its tables say
 * one at least (spec/ccm-api.md 8, filter_limits). */
static const struct ccm_field tag_values[] = {
    TEXT("key", MUST, LENGTH(1, 128), HELP("key of the tag")),
    TEXTS("values", MUST, LENGTH(0, 255), UP_TO(20),
	HELP("values of the tag, one of which is enough; none: any value")),
};

static const char *const page_sizes[] = {"10", "20", "50", NULL};

static const struct ccm_field filter[] = {
    OBJECTS("tags", MAY, UP_TO(20), OF(tag_values),
	HELP("tags, all of which must match; none: everything")),
    WHOLE("limit", MAY, RANGE(10, 50), ONE_OF(page_sizes), HELP("records on a page (10)")),
    WHOLE("offset", MAY, RANGE(0, INT64_MAX), HELP("records to skip (0)")),
    OBJECTS("matches", MAY, UP_TO(20), OF(tag), HELP("fields to match: resource_name")),
};

const struct ccm_operation ccm_pca_batch_create_ca_tags = {
    .id = "pca_batch_create_ca_tags",
    .service = CCM_PCA,
    .method = "POST",
    .path = CA_PATH "/{ca_id}/tags/create",
    FIELDS(ca_tags),
    .body_required = true,
    .success = 204,
    .repeatable = true,
    .iam_action = "pca:ca:createTag",
    .summary = "Add several tags to a CA",
};

const struct ccm_operation ccm_pca_batch_delete_ca_tags = {
    .id = "pca_batch_delete_ca_tags",
    .service = CCM_PCA,
    .method = "DELETE",
    .path = CA_PATH "/{ca_id}/tags/delete",
    FIELDS(ca_tags),
    .body_required = true,
    .success = 204,
    .repeatable = true,
    .iam_action = "pca:ca:deleteTag",
    .summary = "Remove several tags from a CA",
};

const struct ccm_operation ccm_pca_create_ca_tag = {
    .id = "pca_create_ca_tag",
    .service = CCM_PCA,
    .method = "POST",
    .path = CA_PATH "/{ca_id}/tags",
    FIELDS(ca_tag),
    .body_required = true,
    .success = 204,
    .repeatable = true,
    .iam_action = "pca:ca:createTag",
    .summary = "Add one tag to a CA",
};

const struct ccm_operation ccm_pca_list_ca_tags = {
    .id = "pca_list_ca_tags",
    .service = CCM_PCA,
    .method = "GET",
    .path = CA_PATH "/{ca_id}/tags",
    FIELDS(ccm_fields_one_ca),
    .success = 200,
    .repeatable = true,
    .items = "tags",
    .iam_action = "pca:ca:listTags",
    .summary = "List the tags of a CA",
};

const struct ccm_operation ccm_pca_list_all_ca_tags = {
    .id = "pca_list_all_ca_tags",
    .service = CCM_PCA,
    .method = "GET",
    .path = CA_PATH "/tags",
    .success = 200,
    .repeatable = true,
    .items = "tags",
    .iam_action = "pca:ca:listAllTags",
    .summary = "List the tags in use on all CAs",
};

const struct ccm_operation ccm_pca_list_cas_by_tags = {
    .id = "pca_list_cas_by_tags",
    .service = CCM_PCA,
    .method = "POST",
    .path = CA_PATH "/resource-instances/filter",
    FIELDS(filter),
    .body_required = true,
    .success = 200,
    .repeatable = true,
    .items = "resources",
    .iam_action = "pca:ca:listByTag",
    .summary = "Find CAs by tags",
};

const struct ccm_operation ccm_pca_count_cas_by_tags = {
    .id = "pca_count_cas_by_tags",
    .service = CCM_PCA,
    .method = "POST",
    .path = CA_PATH "/resource-instances/count",
    FIELDS(filter),
    .body_required = true,
    .success = 200,
    .repeatable = true,
    .summary = "Count CAs by tags",
};

const struct ccm_operation ccm_pca_batch_create_certificate_tags = {
    .id = "pca_batch_create_certificate_tags",
    .service = CCM_PCA,
    .method = "POST",
    .path = CERTIFICATE_PATH "/{certificate_id}/tags/create",
    FIELDS(certificate_tags),
    .body_required = true,
    .success = 204,
    .repeatable = true,
    .iam_action = "pca:cert:createTag",
    .summary = "Add several tags to a certificate",
};

const struct ccm_operation ccm_pca_batch_delete_certificate_tags = {
    .id = "pca_batch_delete_certificate_tags",
    .service = CCM_PCA,
    .method = "DELETE",
    .path = CERTIFICATE_PATH "/{certificate_id}/tags/delete",
    FIELDS(certificate_tags),
    .body_required = true,
    .success = 204,
    .repeatable = true,
    .iam_action = "pca:cert:deleteTag",
    .summary = "Remove several tags from a certificate",
};

const struct ccm_operation ccm_pca_create_certificate_tag = {
    .id = "pca_create_certificate_tag",
    .service = CCM_PCA,
    .method = "POST",
    .path = CERTIFICATE_PATH "/{certificate_id}/tags",
    FIELDS(certificate_tag),
    .body_required = true,
    .success = 204,
    .repeatable = true,
    .iam_action = "pca:cert:createTag",
    .summary = "Add one tag to a certificate",
};

const struct ccm_operation ccm_pca_list_certificate_tags = {
    .id = "pca_list_certificate_tags",
    .service = CCM_PCA,
    .method = "GET",
    .path = CERTIFICATE_PATH "/{certificate_id}/tags",
    FIELDS(ccm_fields_one_certificate),
    .success = 200,
    .repeatable = true,
    .items = "tags",
    .iam_action = "pca:cert:listTags",
    .summary = "List the tags of a certificate",
};

const struct ccm_operation ccm_pca_list_all_certificate_tags = {
    .id = "pca_list_all_certificate_tags",
    .service = CCM_PCA,
    .method = "GET",
    .path = CERTIFICATE_PATH "/tags",
    .success = 200,
    .repeatable = true,
    .items = "tags",
    .iam_action = "pca:cert:listAllTags",
    .summary = "List the tags in use on all certificates",
};

const struct ccm_operation ccm_pca_list_certificates_by_tags = {
    .id = "pca_list_certificates_by_tags",
    .service = CCM_PCA,
    .method = "POST",
    .path = CERTIFICATE_PATH "/resource-instances/filter",
    FIELDS(filter),
    .body_required = true,
    .success = 200,
    .repeatable = true,
    .items = "resources",
    .iam_action = "pca:cert:listByTag",
    .summary = "Find certificates by tags",
};

const struct ccm_operation ccm_pca_count_certificates_by_tags = {
    .id = "pca_count_certificates_by_tags",
    .service = CCM_PCA,
    .method = "POST",
    .path = CERTIFICATE_PATH "/resource-instances/count",
    FIELDS(filter),
    .body_required = true,
    .success = 200,
    .repeatable = true,
    .summary = "Count certificates by tags",
};
