/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/operation_rows.h"

#include <stdint.h>

/* Private CAs of PCA. */

static const char *const ca_status[] = {
    "PENDING", "ACTIVED", "DISABLED", "DELETED", "EXPIRED", NULL};
static const char *const ca_sort_key[] = {"create_time", "common_name", "type", "not_after", NULL};

static const struct ccm_field list_cas[] = {
    WHOLE("limit", MAY, IN_QUERY, RANGE(0, 1000), HELP("records on a page (10)")),
    TEXT("name", MAY, IN_QUERY, LENGTH(1, 64), HELP("only CAs whose common name contains this")),
    WHOLE("offset", MAY, IN_QUERY, RANGE(0, INT64_MAX), HELP("records to skip (0)")),
    TEXT("status", MAY, IN_QUERY, ONE_OF(ca_status), HELP("only CAs in this state")),
    TEXT("type", MAY, IN_QUERY, ONE_OF(ccm_values_ca_type), HELP("only CAs of this kind")),
    TEXT("sort_key", MAY, IN_QUERY, ONE_OF(ca_sort_key), HELP("sort by this (create_time)")),
    TEXT("sort_dir", MAY, IN_QUERY, ONE_OF(ccm_values_sort_dir), HELP("direction (DESC)")),
    FLAG("owned_by_self", MAY, IN_QUERY,
	HELP("true: only CAs of one's own (true); false: also those shared with one")),
};

const struct ccm_operation ccm_pca_list_cas = {
    .id = "pca_list_cas",
    .service = CCM_PCA,
    .method = "GET",
    .path = CA_PATH,
    FIELDS(list_cas),
    .success = 200,
    .repeatable = true,
    .items = "certificate_authorities",
    .iam_action = "pca:ca:list",
    .summary = "List private CAs",
};

static const struct ccm_field create_ca[] = {
    TEXT("type", MUST, ONE_OF(ccm_values_ca_type), HELP("kind of CA")),
    OBJECT("distinguished_name", MUST, OF(ccm_fields_distinguished_name), HELP("subject")),
    TEXT("key_algorithm", MUST, ONE_OF(ccm_values_key_algorithm),
	HELP("key algorithm; SM2 on the Chinese mainland only")),
    OBJECT("validity", MAY, OF(ccm_fields_validity),
	HELP("validity period; needed for a root, and to activate at once")),
    OBJECT("hsm_cluster_info", MAY, OF(ccm_fields_hsm_cluster_info),
	HELP("Dedicated HSM cluster to keep the key in; allow-listed accounts only")),
    TEXT("issuer_id", MAY, UUID,
	HELP("id of the parent CA; needed to activate a subordinate at once")),
    WHOLE("path_length", MAY, RANGE(0, 6),
	HELP("CAs allowed below this one (0 for a subordinate, no limit for a root)")),
    TEXT("signature_algorithm", MAY, ONE_OF(ccm_values_signature_algorithm),
	HELP("hash of the signature; needed for a root, and to activate at once")),
    TEXTS("key_usages", MAY, ONE_OF(ccm_values_key_usage),
	HELP("key usages of a subordinate (digitalSignature, keyCertSign, cRLSign)")),
    OBJECT("crl_configuration", MAY, OF(ccm_fields_crl_configuration), HELP("CRL settings")),
    ENTERPRISE_PROJECT,
    TEXT("ca_id", MAY, UUID, HELP("a yearly/monthly CA bought before, to be filled in")),
};

const struct ccm_operation ccm_pca_create_ca = {
    .id = "pca_create_ca",
    .service = CCM_PCA,
    .method = "POST",
    .path = CA_PATH,
    FIELDS(create_ca),
    .body_required = true,
    .success = 200,
    .iam_action = "pca:ca:create",
    .summary = "Create a private CA (root, activated subordinate, or pending subordinate)",
    .warning = "A private CA is charged for while it exists.",
};

const struct ccm_operation ccm_pca_get_ca = {
    .id = "pca_get_ca",
    .service = CCM_PCA,
    .method = "GET",
    .path = CA_PATH "/{ca_id}",
    FIELDS(ccm_fields_one_ca),
    .success = 200,
    .repeatable = true,
    .iam_action = "pca:ca:get",
    .summary = "Get the details of a CA",
};

static const struct ccm_field activate_ca[] = {
    CA_ID,
    TEXT("issuer_id", MUST, LENGTH(1, 64), HELP("id of the parent CA")),
    WHOLE("path_length", MAY, RANGE(0, 6), HELP("CAs allowed below this one (0)")),
    TEXT("signature_algorithm", MUST, ONE_OF(ccm_values_signature_algorithm),
	HELP("hash of the signature")),
    OBJECT("validity", MUST, OF(ccm_fields_validity), HELP("validity period")),
    OBJECT("hsm_cluster_info", MAY, OF(ccm_fields_hsm_cluster_info),
	HELP("Dedicated HSM cluster to keep the key in; allow-listed accounts only")),
    TEXT("type", MAY, ONE_OF(ccm_values_ca_type),
	HELP("kind of CA; needed for a yearly/monthly CA")),
    OBJECT("distinguished_name", MAY, OF(ccm_fields_distinguished_name),
	HELP("subject; needed for a yearly/monthly CA")),
    TEXT("key_algorithm", MAY, ONE_OF(ccm_values_key_algorithm),
	HELP("key algorithm; needed for a yearly/monthly CA")),
    TEXTS("key_usages", MAY, ONE_OF(ccm_values_key_usage),
	HELP("key usages (digitalSignature, keyCertSign, cRLSign)")),
    OBJECT("crl_configuration", MAY, OF(ccm_fields_crl_configuration), HELP("CRL settings")),
    ENTERPRISE_PROJECT,
};

const struct ccm_operation ccm_pca_activate_ca = {
    .id = "pca_activate_ca",
    .service = CCM_PCA,
    .method = "POST",
    .path = CA_PATH "/{ca_id}/activate",
    FIELDS(activate_ca),
    .body_required = true,
    .success = 204,
    .iam_action = "pca:ca:activate",
    .iam_alias = "pca:ca:active",
    .summary = "Activate a pending CA by having a parent CA sign it",
};

const struct ccm_operation ccm_pca_export_ca = {
    .id = "pca_export_ca",
    .service = CCM_PCA,
    .method = "POST",
    .path = CA_PATH "/{ca_id}/export",
    FIELDS(ccm_fields_one_ca),
    .success = 200,
    .repeatable = true,
    .iam_action = "pca:ca:export",
    .summary = "Export a CA certificate and its chain",
};

const struct ccm_operation ccm_pca_get_ca_quota = {
    .id = "pca_get_ca_quota",
    .service = CCM_PCA,
    .method = "GET",
    .path = CA_PATH "/quotas",
    .success = 200,
    .repeatable = true,
    .iam_action = "pca:ca:quota",
    .summary = "Get the private-CA quota",
};

static const struct ccm_field delete_ca[] = {
    CA_ID,
    WHOLE("pending_days", MAY, IN_QUERY, RANGE(7, 30),
	HELP("days until deletion (30); a pending CA goes at once")),
};

const struct ccm_operation ccm_pca_delete_ca = {
    .id = "pca_delete_ca",
    .service = CCM_PCA,
    .method = "DELETE",
    .path = CA_PATH "/{ca_id}",
    FIELDS(delete_ca),
    .success = 204,
    .iam_action = "pca:ca:delete",
    .summary = "Schedule a CA for deletion in 7 to 30 days (a pending CA goes at once)",
    .warning = "When its time is over the CA and its key are gone; until then it can be restored.",
};

const struct ccm_operation ccm_pca_get_ca_csr = {
    .id = "pca_get_ca_csr",
    .service = CCM_PCA,
    .method = "GET",
    .path = CA_PATH "/{ca_id}/csr",
    FIELDS(ccm_fields_one_ca),
    .success = 200,
    .repeatable = true,
    .iam_action = "pca:ca:getCsr",
    .summary = "Export the CSR of a pending CA",
};

const struct ccm_operation ccm_pca_disable_ca = {
    .id = "pca_disable_ca",
    .service = CCM_PCA,
    .method = "POST",
    .path = CA_PATH "/{ca_id}/disable",
    FIELDS(ccm_fields_one_ca),
    .success = 204,
    .iam_action = "pca:ca:disable",
    .summary = "Disable a CA",
};

const struct ccm_operation ccm_pca_enable_ca = {
    .id = "pca_enable_ca",
    .service = CCM_PCA,
    .method = "POST",
    .path = CA_PATH "/{ca_id}/enable",
    FIELDS(ccm_fields_one_ca),
    .success = 204,
    .iam_action = "pca:ca:enable",
    .summary = "Enable a disabled CA",
};

static const struct ccm_field import_ca[] = {
    CA_ID,
    TEXT("certificate", MUST, LENGTH(1, 32768), HELP("certificate of the CA, PEM")),
    TEXT("certificate_chain", MAY, LENGTH(0, 2097152),
	HELP("chain, PEM; without it no full chain can be exported later")),
};

const struct ccm_operation ccm_pca_import_ca = {
    .id = "pca_import_ca",
    .service = CCM_PCA,
    .method = "POST",
    .path = CA_PATH "/{ca_id}/import",
    FIELDS(import_ca),
    .body_required = true,
    .success = 204,
    .iam_action = "pca:ca:import",
    .summary = "Activate a pending subordinate CA with a certificate signed outside",
};

const struct ccm_operation ccm_pca_restore_ca = {
    .id = "pca_restore_ca",
    .service = CCM_PCA,
    .method = "POST",
    .path = CA_PATH "/{ca_id}/restore",
    FIELDS(ccm_fields_one_ca),
    .success = 204,
    .iam_action = "pca:ca:restore",
    .summary = "Cancel the scheduled deletion of a CA",
};

static const struct ccm_field revoke_ca[] = {
    CA_ID,
    TEXT("reason", MAY, ONE_OF(ccm_values_revocation_reason),
	HELP("reason of the revocation (UNSPECIFIED)")),
};

const struct ccm_operation ccm_pca_revoke_ca = {
    .id = "pca_revoke_ca",
    .service = CCM_PCA,
    .method = "POST",
    .path = CA_PATH "/{ca_id}/revoke",
    FIELDS(revoke_ca),
    .body_required = true,
    .success = 204,
    .iam_action = "pca:ca:revoke",
    .summary = "Revoke a subordinate CA",
    .warning =
	"A revocation cannot be taken back, and what the CA has issued is no longer trusted.",
};
