/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/operation_rows.h"

/* Around private CAs: where lists of revoked certificates go, orders, and what the site can do. */

const struct ccm_operation ccm_pca_check_agency = {
    .id = "pca_check_agency",
    .service = CCM_PCA,
    .method = "GET",
    .path = CA_PATH "/obs/agencies",
    .success = 200,
    .repeatable = true,
    .summary = "Check whether PCA has the OBS agency",
};

const struct ccm_operation ccm_pca_create_agency = {
    .id = "pca_create_agency",
    .service = CCM_PCA,
    .method = "POST",
    .path = CA_PATH "/obs/agencies",
    .success = 200,
    .summary = "Create the OBS agency that lets PCA publish CRLs",
};

const struct ccm_operation ccm_pca_list_obs_buckets = {
    .id = "pca_list_obs_buckets",
    .service = CCM_PCA,
    .method = "GET",
    .path = CA_PATH "/obs/buckets",
    .success = 200,
    .repeatable = true,
    .items = "obs_buckets",
    .summary = "List OBS buckets usable for CRLs",
};

static const struct ccm_field enable_crl[] = {
    CA_ID,
    TEXT("crl_name", MAY, HELP("name of the CRL (id of the parent CA)")),
    TEXT("obs_bucket_name", MUST, HELP("existing OBS bucket to publish to")),
    WHOLE("valid_days", MUST, RANGE(7, 30), HELP("days between updates")),
};

const struct ccm_operation ccm_pca_enable_crl = {
    .id = "pca_enable_crl",
    .service = CCM_PCA,
    .method = "POST",
    .path = CA_PATH "/{ca_id}/crl/enable",
    FIELDS(enable_crl),
    .body_required = true,
    .success = 204,
    .iam_action = "pca:ca:enableCrl",
    .summary = "Turn on CRL publishing of a CA",
};

const struct ccm_operation ccm_pca_disable_crl = {
    .id = "pca_disable_crl",
    .service = CCM_PCA,
    .method = "POST",
    .path = CA_PATH "/{ca_id}/crl/disable",
    FIELDS(ccm_fields_one_ca),
    .success = 204,
    .iam_action = "pca:ca:disableCrl",
    .summary = "Turn off CRL publishing of a CA",
};

static const char *const charging_modes[] = {"0", NULL};
static const char *const period_types[] = {"2", "3", NULL};
static const char *const zero_or_one[] = {"0", "1", NULL};

static const struct ccm_field product_info[] = {
    TEXT("cloud_service_type", MUST, LENGTH(1, 64), HELP("hws.service.type.ccm")),
    TEXT("resource_type", MUST, LENGTH(1, 64), HELP("hws.resource.type.pca.duration for a CA")),
    TEXT("resource_spec_code", MUST, LENGTH(1, 64), HELP("ca.duration for a CA")),
};

static const struct ccm_field order_ca[] = {
    TEXT("cloud_service_type", MUST, LENGTH(1, 64), HELP("hws.service.type.ccm")),
    WHOLE("charging_mode", MUST, ONE_OF(charging_modes), HELP("0: yearly or monthly")),
    WHOLE("period_type", MUST, ONE_OF(period_types), HELP("unit of the period; 2: month, 3: year")),
    WHOLE("period_num", MUST, HELP("number of periods")),
    WHOLE("is_auto_renew", MUST, ONE_OF(zero_or_one), HELP("1: renew by itself, 0: don't")),
    TEXT("promotion_info", MAY, LENGTH(0, 2048), HELP("discount data")),
    WHOLE("subscription_num", MUST, HELP("number of CAs")),
    WHOLE("is_auto_pay", MAY, ONE_OF(zero_or_one), HELP("1: pay by itself, 0: don't (0)")),
    TEXT("enterprise_project_id", MAY, LENGTH(1, 64), HELP("enterprise project")),
    OBJECTS("product_infos", MUST, UP_TO(10), OF(product_info), HELP("what to buy")),
};

const struct ccm_operation ccm_pca_order_ca = {
    .id = "pca_order_ca",
    .service = CCM_PCA,
    .method = "POST",
    .path = CA_PATH "/order",
    FIELDS(order_ca),
    .body_required = true,
    .success = 200,
    .iam_action = "pca:ca:create",
    .summary = "Buy yearly/monthly CAs",
    .warning = "This buys a subscription, which costs money.",
};

const struct ccm_operation ccm_pca_get_site_features = {
    .id = "pca_get_site_features",
    .service = CCM_PCA,
    .method = "GET",
    .path = "/v1/pca/config/console",
    .path_else = "/v1/ccm/config/console", /* by the example (site_features_path) */
    .success = 200,
    .repeatable = true,
    .summary = "Ask which features the site supports",
};
