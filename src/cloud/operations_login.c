/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/operation_rows.h"

/*
 * What logging in asks IAM besides the two calls of the reference: what a token is for, which
 * account a signature belongs to, and whose an access key is (spec/huawei-auth.md 2.2).
 */

/* Goes with X-Subject-Token, the token in question. */
const struct ccm_operation ccm_iam_check_token = {
    .id = "iam_check_token",
    .service = CCM_IAM,
    .method = "GET",
    .path = "/v3/auth/tokens",
    .success = 200,
    .repeatable = true,
    .summary = "Tell what a token is for",
};

const struct ccm_operation ccm_iam_list_domains = {
    .id = "iam_list_domains",
    .service = CCM_IAM,
    .method = "GET",
    .path = "/v3/auth/domains",
    .success = 200,
    .repeatable = true,
    .summary = "Find the account id",
};

static const struct ccm_field get_access_key[] = {
    TEXT("access_key", MUST, IN_PATH, HELP("access key id")),
};

const struct ccm_operation ccm_iam_get_access_key = {
    .id = "iam_get_access_key",
    .service = CCM_IAM,
    .method = "GET",
    .path = "/v3.0/OS-CREDENTIAL/credentials/{access_key}",
    FIELDS(get_access_key),
    .success = 200,
    .repeatable = true,
    .summary = "Tell whose an access key is",
};

static const struct ccm_field get_user[] = {
    TEXT("user_id", MUST, IN_PATH, HELP("user id")),
};

const struct ccm_operation ccm_iam_get_user = {
    .id = "iam_get_user",
    .service = CCM_IAM,
    .method = "GET",
    .path = "/v3.0/OS-USER/users/{user_id}",
    FIELDS(get_user),
    .success = 200,
    .repeatable = true,
    .summary = "Tell a user's name",
};
