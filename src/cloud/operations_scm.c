/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/operation_rows.h"

#include <stdint.h>

/*
 * SSL certificates of SCM. Ids are "scs" and digits, of 16 characters by the reference's tables and
 * of 17 in its examples: their length is not checked (spec/ccm-api.md 8, scm_cert_id_length).
 */

#define SSL_PATH "/v3/scm/certificates"
#define SSL_ID                                               \
	TEXT("certificate_id", MUST, IN_PATH, LENGTH(1, 64), \
	    HELP("id of the SSL certificate: scs and digits"))

static const struct ccm_field one_ssl[] = {SSL_ID};

static const char *const verification_methods[] = {"DNS", "File", "Email", NULL};
static const char *const hash_algorithms[] = {"DEFAULT", "SHA-256", NULL};

static const struct ccm_field apply[] = {
    SSL_ID,
    TEXT("domain", MUST, LENGTH(0, 255),
	HELP("domain to bind; of a multi-domain certificate the primary one")),
    TEXT("sans", MAY, LENGTH(0, 4096),
	HELP("additional domains of a multi-domain certificate, with ; between them")),
    TEXT("csr", MAY, LENGTH(0, 5120), HELP("CSR, PEM; its domain must be the one above")),
    TEXT("company_name", MAY, LENGTH(0, 63), HELP("company; needed for OV and EV")),
    TEXT("company_unit", MAY, LENGTH(0, 63), HELP("department")),
    TEXT("company_province", MAY, LENGTH(0, 63), HELP("province; needed for OV and EV")),
    TEXT("company_city", MAY, LENGTH(0, 63), HELP("city; needed for OV and EV")),
    TEXT("country", MAY, LENGTH(2, 2), HELP("country of two letters; needed for OV and EV")),
    TEXT("applicant_name", MUST, LENGTH(0, 100), HELP("name of the applicant")),
    TEXT("applicant_phone", MUST, LENGTH(0, 63), HELP("phone number of the applicant")),
    TEXT("applicant_email", MUST, LENGTH(0, 256), HELP("e-mail address of the applicant")),
    TEXT("contact_name", MAY, LENGTH(0, 63), HELP("name of the technical contact")),
    TEXT("contact_phone", MAY, LENGTH(0, 63), HELP("phone number of the technical contact")),
    TEXT("contact_email", MAY, LENGTH(0, 256), HELP("e-mail address of the technical contact")),
    FLAG("auto_dns_auth", MAY, HELP("put the verification record into Huawei Cloud DNS")),
    FLAG("agree_privacy_protection", MUST, HELP("must be true")),
    TEXT("domain_method", MUST, ONE_OF(verification_methods), ANY_CASE,
	HELP("how to prove that the domain is one's own; a public IP address: File")),
    TEXT("key_algorithm", MAY, LENGTH(0, 32), HELP("key algorithm (RSA_2048)")),
    TEXT("ca_hash_algorithm", MAY, ONE_OF(hash_algorithms),
	HELP("hash of the signature; needed for OV of GeoTrust")),
};

const struct ccm_operation ccm_scm_apply_certificate = {
    .id = "scm_apply_certificate",
    .service = CCM_SCM,
    .method = "POST",
    .path = SSL_PATH "/{certificate_id}/apply",
    FIELDS(apply),
    .body_required = true,
    .success = 200,
    .outcome = {.verdict = "request_info"},
    .summary = "Apply to the CA for a purchased certificate",
    .warning = "The application gives names and addresses to the certificate authority.",
};

const struct ccm_operation ccm_scm_cancel_certificate_application = {
    .id = "scm_cancel_certificate_application",
    .service = CCM_SCM,
    .method = "POST",
    .path = SSL_PATH "/{certificate_id}/cancel-cert",
    FIELDS(one_ssl),
    .success = 200,
    .outcome = {.verdict = "message"},
    .summary = "Withdraw a certificate application",
};

static const char *const brands[] = {
    "GEOTRUST", "GLOBALSIGN", "SYMANTEC", "CFCA", "TRUSTASIA", "VTRUS", NULL};
static const char *const ssl_types[] = {"DV_SSL_CERT", "DV_SSL_CERT_BASIC", "EV_SSL_CERT",
    "EV_SSL_CERT_PRO", "OV_SSL_CERT", "OV_SSL_CERT_PRO", NULL};
static const char *const domain_types[] = {"SINGLE_DOMAIN", "WILDCARD", "MULTI_DOMAIN", NULL};
static const char *const primary_types[] = {"SINGLE_DOMAIN", "WILDCARD_DOMAIN", NULL};

static const struct ccm_field ssl_tag[] = {
    TEXT("key", MAY, LENGTH(0, 128), HELP("key of the tag")),
    TEXT("value", MAY, LENGTH(0, 255), HELP("value of the tag")),
};

static const struct ccm_field purchase[] = {
    TEXT("cert_brand", MUST, ONE_OF(brands), HELP("certificate authority")),
    TEXT("cert_type", MUST, ONE_OF(ssl_types), HELP("kind of validation")),
    TEXT("domain_type", MUST, ONE_OF(domain_types), HELP("kind of domain names")),
    WHOLE("effective_time", MUST, RANGE(1, 3), HELP("validity in years")),
    WHOLE("domain_numbers", MUST, RANGE(1, 100),
	HELP("number of domain names; 2 or more for MULTI_DOMAIN, else 1")),
    WHOLE("order_number", MUST, RANGE(1, 100), HELP("number of certificates")),
    FLAG("agree_privacy_protection", MUST, HELP("must be true")),
    TEXT("primary_domain_type", MAY, ONE_OF(primary_types),
	HELP("kind of the primary name of a multi-domain certificate")),
    WHOLE("single_domain_number", MAY, RANGE(1, 100),
	HELP("number of additional single domain names")),
    WHOLE("wildcard_domain_number", MAY, RANGE(1, 100),
	HELP("number of additional wildcard domain names")),
    FLAG("is_auto_pay", MAY, HELP("pay by itself")),
    TEXT("enterprise_project_id", MAY, LENGTH(0, 36), ENTERPRISE_PROJECT_HELP),
    TEXT("order_id", MAY, LENGTH(0, 63), HELP("order, only for combined purchases")),
    OBJECTS("tags", MAY, UP_TO(10), OF(ssl_tag), HELP("tags")),
};

const struct ccm_operation ccm_scm_purchase_certificate = {
    .id = "scm_purchase_certificate",
    .service = CCM_SCM,
    .method = "POST",
    .path = SSL_PATH "/buy",
    FIELDS(purchase),
    .body_required = true,
    .success = 200,
    .summary = "Buy one or more SSL certificates",
    .warning = "This buys SSL certificates, which costs money.",
};

static const char *const page_sizes[] = {"10", "20", "50", NULL};
static const char *const ssl_sort_keys[] = {
    "certExpiredTime", "certStatus", "certUpdateTime", NULL};
static const char *const ssl_statuses[] = {"ALL", "PAID", "ISSUED", "CHECKING", "CANCELCHECKING",
    "UNPASSED", "EXPIRED", "REVOKING", "REVOKED", "UPLOAD", "CHECKING_ORG", "ISSUING",
    "SUPPLEMENTCHECKING", NULL};

/* The reference lets offset reach 100 only while there may be 10000 records: what the service
 * allows is for it to say (spec/ccm-api.md 8, scm_offset_cap). */
static const struct ccm_field list_ssl[] = {
    WHOLE(
	"limit", MAY, IN_QUERY, RANGE(10, 50), ONE_OF(page_sizes), HELP("records on a page (10)")),
    WHOLE("offset", MAY, IN_QUERY, RANGE(0, INT64_MAX), HELP("records to skip (0)")),
    TEXT("sort_dir", MAY, IN_QUERY, ONE_OF(ccm_values_sort_dir), HELP("direction (DESC)")),
    TEXT("sort_key", MAY, IN_QUERY, ONE_OF(ssl_sort_keys), HELP("sort by this (certUpdateTime)")),
    TEXT("status", MAY, IN_QUERY, LENGTH(0, 64), ONE_OF(ssl_statuses), OPEN,
	HELP("only certificates in this state (ALL)")),
    TEXT("enterprise_project_id", MAY, IN_QUERY, LENGTH(0, 64), ENTERPRISE_PROJECT_HELP),
    FLAG("deploy_support", MAY, IN_QUERY, HELP("only those that can be deployed (false)")),
    FLAG("owned_by_self", MAY, IN_QUERY,
	HELP("true: only one's own (true); false: also those shared with one")),
    /* of the vendor's SDKs, not of the reference */
    TEXT("content", MAY, IN_QUERY, LENGTH(0, 255),
	HELP("only those that have this in their name or domain")),
    WHOLE("expired_days_since", MAY, IN_QUERY, RANGE(0, 1095),
	HELP("only valid ones that end within so many days (0: all)")),
};

const struct ccm_operation ccm_scm_list_certificates = {
    .id = "scm_list_certificates",
    .service = CCM_SCM,
    .method = "GET",
    .path = SSL_PATH,
    FIELDS(list_ssl),
    .success = 200,
    .repeatable = true,
    .items = "certificates",
    .summary = "List SSL certificates",
};

static const struct ccm_field import_ssl[] = {
    TEXT("name", MUST, LENGTH(3, 63), HELP("name: letters, digits and _ - .")),
    TEXT("certificate", MUST, LENGTH(0, 4096), HELP("certificate, PEM")),
    TEXT("certificate_chain", MAY, LENGTH(0, 8192), HELP("chain, PEM")),
    TEXT("private_key", MUST, LENGTH(0, 4096), HELP("private key, PEM, not encrypted")),
    FLAG("duplicate_check", MAY, HELP("true: the same certificate may be uploaded again")),
    TEXT("enterprise_project_id", MAY, LENGTH(0, 64), ENTERPRISE_PROJECT_HELP),
    TEXT("enc_certificate", MAY, LENGTH(0, 4096), HELP("SM2 encryption certificate, PEM")),
    TEXT("enc_private_key", MAY, LENGTH(0, 4096),
	HELP("private key of the SM2 encryption certificate, PEM, not encrypted")),
};

const struct ccm_operation ccm_scm_import_certificate = {
    .id = "scm_import_certificate",
    .service = CCM_SCM,
    .method = "POST",
    .path = SSL_PATH "/import",
    FIELDS(import_ssl),
    .body_required = true,
    .success = 200,
    .summary = "Upload an externally issued certificate with its key",
};

const struct ccm_operation ccm_scm_get_certificate = {
    .id = "scm_get_certificate",
    .service = CCM_SCM,
    .method = "GET",
    .path = SSL_PATH "/{certificate_id}",
    FIELDS(one_ssl),
    .success = 200,
    .repeatable = true,
    .summary = "Get the details of an SSL certificate",
};

const struct ccm_operation ccm_scm_delete_certificate = {
    .id = "scm_delete_certificate",
    .service = CCM_SCM,
    .method = "DELETE",
    .path = SSL_PATH "/{certificate_id}",
    FIELDS(one_ssl),
    .success = 204,
    .summary = "Delete an SSL certificate",
    .warning = "The certificate and its key are gone at once and for good.",
};

const struct ccm_operation ccm_scm_export_certificate = {
    .id = "scm_export_certificate",
    .service = CCM_SCM,
    .method = "POST",
    .path = SSL_PATH "/{certificate_id}/export",
    FIELDS(one_ssl),
    .success = 200,
    .repeatable = true,
    .summary = "Export an SSL certificate with chain and key",
};

/* The examples write services in lower case when pushing and in upper case when deploying
 * (spec/ccm-api.md 8, push_service_case). */
static const char *const push_services[] = {"cdn", "waf", "elb", NULL};

static const struct ccm_field push[] = {
    SSL_ID,
    TEXT("target_project", MUST, LENGTH(0, 255),
	HELP("region of the target service; empty for CDN, which has none")),
    TEXT("target_service", MUST, ONE_OF(push_services), ANY_CASE, HELP("target service")),
};

const struct ccm_operation ccm_scm_push_certificate = {
    .id = "scm_push_certificate",
    .service = CCM_SCM,
    .method = "POST",
    .path = SSL_PATH "/{certificate_id}/push",
    FIELDS(push),
    .body_required = true,
    .success = 204,
    .summary = "Push a certificate to another service in one region",
};

static const struct ccm_field batch_push[] = {
    SSL_ID,
    TEXTS("target_projects", MUST, LENGTH(1, 32), ELEMENTS(1, 10),
	HELP("regions of the target service")),
    TEXT("target_service", MUST, ONE_OF(push_services), ANY_CASE, HELP("target service")),
};

const struct ccm_operation ccm_scm_batch_push_certificate = {
    .id = "scm_batch_push_certificate",
    .service = CCM_SCM,
    .method = "POST",
    .path = SSL_PATH "/{certificate_id}/batch-push",
    FIELDS(batch_push),
    .body_required = true,
    .success = 200,
    .outcome = {.list = "results",
	.target = "project_name",
	.verdict = "message",
	.proof = "cert_id"},
    .summary = "Push a certificate to another service in several regions",
};

static const char *const deploy_services[] = {"CDN", "WAF", "ELB", NULL};
static const char *const waf_types[] = {"cloud", "premium", NULL};

static const struct ccm_field resource[] = {
    TEXT("id", MAY, LENGTH(0, 63), HELP("resource; needed for WAF and ELB")),
    TEXT("type", MAY, ONE_OF(waf_types), HELP("kind of resource; needed for WAF")),
    TEXT("domain_name", MAY, LENGTH(0, 63),
	HELP("acceleration domain, which the certificate must fit; needed for CDN")),
    TEXT("enterprise_project_id", MAY, LENGTH(0, 63),
	HELP("enterprise project of the resource; needed for WAF")),
};

static const struct ccm_field deploy[] = {
    SSL_ID,
    TEXT("project_name", MAY, LENGTH(1, 255),
	HELP("project of the resources; the main one is called like its region")),
    TEXT("service_name", MUST, ONE_OF(deploy_services), ANY_CASE, HELP("target service")),
    OBJECTS("resources", MUST, ELEMENTS(1, 20), OF(resource), HELP("resources to deploy to")),
};

const struct ccm_operation ccm_scm_deploy_certificate = {
    .id = "scm_deploy_certificate",
    .service = CCM_SCM,
    .method = "POST",
    .path = SSL_PATH "/{certificate_id}/deploy",
    FIELDS(deploy),
    .body_required = true,
    .success = 200,
    .outcome = {.list = "failure_list",
	.target = "resource",
	.verdict = "failure_info",
	.failures_only = true},
    .summary = "Deploy a certificate to given CDN, WAF or ELB resources",
    .warning = "Deploying an uploaded certificate, or one for a test of three months, may cost "
	       "money for each domain.",
};
