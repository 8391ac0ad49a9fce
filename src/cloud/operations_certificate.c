/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/operation_rows.h"

#include <stdint.h>

/* Private certificates of PCA. */

static const char *const certificate_status[] = {"ISSUED", "REVOKED", "EXPIRED", NULL};
static const char *const certificate_sort_key[] = {
    "create_time", "common_name", "issuer_name", "not_after", NULL};

static const struct ccm_field list_certificates[] = {
    WHOLE("limit", MAY, IN_QUERY, RANGE(0, 1000), HELP("records on a page (10)")),
    TEXT("name", MAY, IN_QUERY, LENGTH(1, 64),
	HELP("only certificates whose common name contains this")),
    WHOLE("offset", MAY, IN_QUERY, RANGE(0, INT64_MAX), HELP("records to skip (0)")),
    TEXT("status", MAY, IN_QUERY, ONE_OF(certificate_status),
	HELP("only certificates in this state")),
    TEXT("sort_key", MAY, IN_QUERY, ONE_OF(certificate_sort_key),
	HELP("sort by this (create_time)")),
    TEXT("sort_dir", MAY, IN_QUERY, ONE_OF(ccm_values_sort_dir), HELP("direction (DESC)")),
};

const struct ccm_operation ccm_pca_list_certificates = {
    .id = "pca_list_certificates",
    .service = CCM_PCA,
    .method = "GET",
    .path = CERTIFICATE_PATH,
    FIELDS(list_certificates),
    .success = 200,
    .repeatable = true,
    .items = "certificates",
    .iam_action = "pca:cert:list",
    .summary = "List private certificates",
};

static const struct ccm_field certificate_name[] = {
    TEXT("common_name", MUST, LENGTH(1, 64), HELP("common name (CN)")),
    TEXT("country", MAY, LENGTH(2, 2), HELP("country code of two letters (C)")),
    TEXT("state", MAY, LENGTH(1, 128), HELP("state or province (ST)")),
    TEXT("locality", MAY, LENGTH(1, 128), HELP("locality or region (L)")),
    TEXT("organization", MAY, LENGTH(1, 64), HELP("organization (O)")),
    TEXT("organizational_unit", MAY, LENGTH(1, 64), HELP("organizational unit (OU)")),
};

static const struct ccm_field extended_key_usage[] = {
    FLAG("server_auth", MAY, HELP("TLS server, 1.3.6.1.5.5.7.3.1 (false)")),
    FLAG("client_auth", MAY, HELP("TLS client, 1.3.6.1.5.5.7.3.2 (false)")),
    FLAG("code_signing", MAY, HELP("signing code, 1.3.6.1.5.5.7.3.3 (false)")),
    FLAG("email_protection", MAY, HELP("e-mail, 1.3.6.1.5.5.7.3.4 (false)")),
    FLAG("time_stamping", MAY, HELP("time stamps, 1.3.6.1.5.5.7.3.8 (false)")),
    FLAG("smart_card_logon", MAY, HELP("smart cards, 1.3.6.1.4.1.311.20.2.2 (false)")),
};

static const struct ccm_field customized_extension[] = {
    TEXT("object_identifier", MAY, LENGTH(1, 64), HELP("OID in dotted form")),
    TEXT("value", MAY, LENGTH(1, 64), HELP("content of the extension")),
};

static const struct ccm_field create_certificate[] = {
    TEXT("issuer_id", MUST, UUID, HELP("id of the issuing CA")),
    TEXT("key_algorithm", MAY, ONE_OF(ccm_values_key_algorithm), HELP("key algorithm (the CA's)")),
    TEXT("signature_algorithm", MAY, ONE_OF(ccm_values_signature_algorithm),
	HELP("hash of the signature (the CA's)")),
    OBJECT("distinguished_name", MUST, OF(certificate_name),
	HELP("subject; parts left out come from the CA")),
    OBJECT("validity", MUST, OF(ccm_fields_validity), HELP("validity period")),
    TEXTS("key_usages", MAY, ONE_OF(ccm_values_key_usage), HELP("key usages")),
    OBJECTS("subject_alternative_names", MAY, UP_TO(20), OF(ccm_fields_alternative_name),
	HELP("subject alternative names")),
    OBJECT("extended_key_usage", MAY, OF(extended_key_usage), HELP("extended key usages")),
    OBJECT("customized_extension", MAY, OF(customized_extension),
	HELP("one extension of one's own; both of its fields are needed")),
    ENTERPRISE_PROJECT,
};

const struct ccm_operation ccm_pca_create_certificate = {
    .id = "pca_create_certificate",
    .service = CCM_PCA,
    .method = "POST",
    .path = CERTIFICATE_PATH,
    FIELDS(create_certificate),
    .body_required = true,
    .success = 200,
    .iam_action = "pca:ca:issueCert",
    .summary = "Issue a private certificate with a key made by PCA",
    .warning = "Each private certificate is charged for.",
};

const struct ccm_operation ccm_pca_get_certificate = {
    .id = "pca_get_certificate",
    .service = CCM_PCA,
    .method = "GET",
    .path = CERTIFICATE_PATH "/{certificate_id}",
    FIELDS(ccm_fields_one_certificate),
    .success = 200,
    .repeatable = true,
    .iam_action = "pca:cert:get",
    .summary = "Get the details of a private certificate",
};

static const char *const server_types[] = {"APACHE", "NGINX", "IIS", "TOMCAT", "OTHER", NULL};

static const struct ccm_field export_certificate[] = {
    CERTIFICATE_ID,
    TEXT("is_compressed", MUST, ONE_OF(ccm_values_truth), EITHER_TYPE,
	HELP("true: a ZIP file; false: JSON")),
    TEXT("type", MUST, ONE_OF(server_types), ANY_CASE, HELP("server the files are meant for")),
    TEXT("is_sm_standard", MAY, ONE_OF(ccm_values_truth), EITHER_TYPE,
	HELP("SM2 only; true: GM/T 0009 and 0010 envelopes; false: the encryption key itself")),
    TEXT("password", MAY, LENGTH(0, 32),
	HELP("encrypts the private key: letters, digits and ,.+-_#; without it: in the clear")),
};

const struct ccm_operation ccm_pca_export_certificate = {
    .id = "pca_export_certificate",
    .service = CCM_PCA,
    .method = "POST",
    .path = CERTIFICATE_PATH "/{certificate_id}/export",
    FIELDS(export_certificate),
    .body_required = true,
    .success = 200,
    .repeatable = true,
    .iam_action = "pca:cert:export",
    .summary = "Export a private certificate for a server type, as ZIP or JSON",
};

static const char *const issued_types[] = {"ENTITY_CERT", "INTERMEDIATE_CA", NULL};

static const struct ccm_field issue_by_csr[] = {
    TEXT("issuer_id", MUST, UUID, HELP("id of the issuing CA")),
    TEXT("csr", MUST, LENGTH(0, 5120), HELP("certificate signing request, PEM")),
    OBJECT("validity", MUST, OF(ccm_fields_validity), HELP("validity period")),
    TEXT("type", MAY, ONE_OF(issued_types), HELP("what to issue (ENTITY_CERT)")),
    WHOLE("path_length", MAY, RANGE(0, 6),
	HELP("CAs allowed below this one (0); only for INTERMEDIATE_CA")),
    OBJECTS("subject_alternative_names", MAY, UP_TO(20), OF(ccm_fields_alternative_name),
	HELP("ignored by the service: the CSR's own names count")),
    ENTERPRISE_PROJECT,
};

const struct ccm_operation ccm_pca_issue_certificate_by_csr = {
    .id = "pca_issue_certificate_by_csr",
    .service = CCM_PCA,
    .method = "POST",
    .path = CERTIFICATE_PATH "/csr",
    FIELDS(issue_by_csr),
    .body_required = true,
    .success = 200,
    .iam_action = "pca:ca:issueCertByCsr",
    .iam_alias = "pca:ca:issueCertThroughCSR",
    .summary = "Issue a private certificate or a subordinate CA from an external CSR",
    .warning = "Each private certificate is charged for.",
};

static const struct ccm_field parse_csr[] = {
    TEXT("csr", MUST, LENGTH(0, 5120), HELP("certificate signing request, PEM")),
};

const struct ccm_operation ccm_pca_parse_csr = {
    .id = "pca_parse_csr",
    .service = CCM_PCA,
    .method = "POST",
    .path = CERTIFICATE_PATH "/csr/parse",
    FIELDS(parse_csr),
    .body_required = true,
    .success = 200,
    .repeatable = true,
    .iam_action = "pca:cert:parseCsr",
    .summary = "Decode a CSR without issuing anything",
};

const struct ccm_operation ccm_pca_get_certificate_quota = {
    .id = "pca_get_certificate_quota",
    .service = CCM_PCA,
    .method = "GET",
    .path = CERTIFICATE_PATH "/quotas",
    .success = 200,
    .repeatable = true,
    .iam_action = "pca:cert:quota",
    .summary = "Get the private-certificate quota",
};

const struct ccm_operation ccm_pca_delete_certificate = {
    .id = "pca_delete_certificate",
    .service = CCM_PCA,
    .method = "DELETE",
    .path = CERTIFICATE_PATH "/{certificate_id}",
    FIELDS(ccm_fields_one_certificate),
    .success = 204,
    .iam_action = "pca:cert:delete",
    .iam_alias = "pca:ca:delete",
    .summary = "Delete a private certificate",
    .warning = "The certificate, and its key if PCA made it, are gone at once and for good.",
};

static const struct ccm_field revoke_certificate[] = {
    CERTIFICATE_ID,
    TEXT("reason", MAY, ONE_OF(ccm_values_revocation_reason),
	HELP("reason of the revocation (UNSPECIFIED)")),
};

const struct ccm_operation ccm_pca_revoke_certificate = {
    .id = "pca_revoke_certificate",
    .service = CCM_PCA,
    .method = "POST",
    .path = CERTIFICATE_PATH "/{certificate_id}/revoke",
    FIELDS(revoke_certificate),
    .body_required = true,
    .success = 204,
    .iam_action = "pca:ca:revokeCert",
    .iam_alias = "pca:cert:revoke",
    .summary = "Revoke a private certificate",
    .warning = "A revocation cannot be taken back.",
};
