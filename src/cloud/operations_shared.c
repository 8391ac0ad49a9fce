/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/operation_rows.h"

const char *const ccm_values_ca_type[] = {"ROOT", "SUBORDINATE", NULL};
const char *const ccm_values_key_algorithm[] = {
    "RSA2048", "RSA4096", "EC256", "EC384", "SM2", NULL};
const char *const ccm_values_signature_algorithm[] = {"SHA256", "SHA384", "SHA512", "SM3", NULL};
const char *const ccm_values_key_usage[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
    "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly",
    NULL};
const char *const ccm_values_sort_dir[] = {"DESC", "ASC", NULL};
const char *const ccm_values_truth[] = {"true", "false", NULL};
const char *const ccm_values_revocation_reason[] = {"UNSPECIFIED", "KEY_COMPROMISE",
    "CERTIFICATE_AUTHORITY_COMPROMISE", "AFFILIATION_CHANGED", "SUPERSEDED",
    "CESSATION_OF_OPERATION", "CERTIFICATE_HOLD", "PRIVILEGE_WITHDRAWN",
    "ATTRIBUTE_AUTHORITY_COMPROMISE", NULL};

const struct ccm_field ccm_fields_one_ca[] = {CA_ID};
const struct ccm_field ccm_fields_one_certificate[] = {CERTIFICATE_ID};

/* Of a CA; a certificate's differs in what is mandatory (operations_certificate.c). */
const struct ccm_field ccm_fields_distinguished_name[] = {
    TEXT("common_name", MUST, LENGTH(1, 64), HELP("common name (CN)")),
    TEXT("country", MUST, LENGTH(2, 2), HELP("country code of two letters (C)")),
    TEXT("state", MUST, LENGTH(1, 128), HELP("state or province (ST)")),
    TEXT("locality", MUST, LENGTH(1, 128), HELP("locality or region (L)")),
    TEXT("organization", MUST, LENGTH(1, 64), HELP("organization (O)")),
    TEXT("organizational_unit", MUST, LENGTH(1, 64), HELP("organizational unit (OU)")),
};

static const char *const validity_units[] = {"YEAR", "MONTH", "DAY", "HOUR", NULL};

const struct ccm_field ccm_fields_validity[] = {
    TEXT("type", MUST, ONE_OF(validity_units), HELP("unit of the validity period")),
    WHOLE("value", MUST,
	HELP("number of units; at most 30 years for a root, 20 for everything else")),
    WHOLE("start_from", MAY, HELP("start of validity, ms since 1970; later than five minutes ago")),
};

const struct ccm_field ccm_fields_hsm_cluster_info[] = {
    TEXT("hsm_project", MUST, HELP("project (region) of the Dedicated HSM cluster")),
    TEXT("hsm_cluster_id", MUST, HELP("id of the Dedicated HSM cluster")),
    TEXT("hsm_ca_cert", MUST, HELP("CA certificate of the cluster: base64 of the PEM text")),
};

const struct ccm_field ccm_fields_crl_configuration[] = {
    FLAG("enabled", MUST, HELP("publish a CRL; without true the rest has no effect")),
    TEXT("crl_name", MAY, HELP("name of the CRL (id of the parent CA)")),
    TEXT("obs_bucket_name", MAY, HELP("existing OBS bucket to publish to; needed when enabled")),
    WHOLE("valid_days", MAY, RANGE(7, 30), HELP("days between updates; needed when enabled")),
};

static const char *const alternative_name_types[] = {"DNS", "IP", "EMAIL", "URI", "UPN", NULL};

const struct ccm_field ccm_fields_alternative_name[] = {
    TEXT("type", MUST, ONE_OF(alternative_name_types), HELP("kind of name")),
    TEXT("value", MUST,
	HELP("the name; up to 253 characters for DNS and URI, 39 for IP, 256 for the others")),
};
