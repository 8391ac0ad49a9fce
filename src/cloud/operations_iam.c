/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/operation_rows.h"

/*
 * Logging in to IAM: the reference's form, widened by what spec/huawei-auth.md 2.1 knows (user and
 * project by id, a domain as scope, an answer without the service catalogue).
 */

static const char *const methods[] = {"password", NULL};

static const struct ccm_field domain[] = {
    TEXT("name", MAY, HELP("account name; this or id")),
    TEXT("id", MAY, HELP("account id instead of its name")),
};

static const struct ccm_field user_domain[] = {
    TEXT("name", MUST, HELP("account name")),
};

static const struct ccm_field user[] = {
    TEXT("name", MAY, HELP("user name; this with domain, or id")),
    TEXT("id", MAY, HELP("user id instead of name and domain")),
    TEXT("password", MUST, HELP("login password")),
    OBJECT("domain", MAY, OF(user_domain), HELP("account of the user; goes with name")),
};

static const struct ccm_field password[] = {
    OBJECT("user", MUST, OF(user), HELP("user")),
};

static const struct ccm_field token[] = {
    TEXT("id", MUST, HELP("a token that is still valid")),
};

static const struct ccm_field identity[] = {
    TEXTS("methods", MUST, ONE_OF(methods), OPEN, HELP("ways of logging in: password or token")),
    OBJECT("password", MAY, OF(password), HELP("password data")),
    OBJECT("token", MAY, OF(token), HELP("another token, to get one of another scope")),
};

static const struct ccm_field project[] = {
    TEXT("name", MAY, HELP("project name; this or id")),
    TEXT("id", MAY, HELP("project id instead of its name")),
};

static const struct ccm_field scope[] = {
    OBJECT("project", MAY, OF(project), HELP("project the token is for: what CCM asks for")),
    OBJECT("domain", MAY, OF(domain), HELP("account the token is for, instead of a project")),
};

static const struct ccm_field auth[] = {
    OBJECT("identity", MUST, OF(identity), HELP("who logs in")),
    OBJECT("scope", MUST, OF(scope), HELP("what the token is for")),
};

static const struct ccm_field create_token[] = {
    TEXT("nocatalog", MAY, IN_QUERY, HELP("any value: leave the service catalogue out")),
    OBJECT("auth", MUST, OF(auth), HELP("login data")),
};

const struct ccm_operation ccm_iam_create_token = {
    .id = "iam_create_token",
    .service = CCM_IAM,
    .method = "POST",
    .path = "/v3/auth/tokens",
    FIELDS(create_token),
    .body_required = true,
    .success = 201,
    .repeatable = true,
    .anonymous = true,
    .summary = "Get a user token (project scope)",
};

static const struct ccm_field list_projects[] = {
    TEXT("name", MAY, IN_QUERY, HELP("only the project of this name")),
    TEXT("domain_id", MAY, IN_QUERY, HELP("only projects of this account")),
};

const struct ccm_operation ccm_iam_list_projects = {
    .id = "iam_list_projects",
    .service = CCM_IAM,
    .method = "GET",
    .path = "/v3/projects",
    FIELDS(list_projects),
    .success = 200,
    .repeatable = true,
    .items = "projects",
    .summary = "Find the project id",
};
