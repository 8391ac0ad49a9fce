/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "cloud/auth_source.h"
#include "core/config_key.h"
#include "core/log.h"

#define NAMES_MAX 3

/* A variable of a family of tools and the key of [auth] that it stands for. */
struct variable {
	const char *key;
	const char *names[NAMES_MAX]; /* the first that is set counts */
};

static const struct variable sdk[] = {
    {"access_key", {"HUAWEICLOUD_SDK_AK"}},
    {"secret_key", {"HUAWEICLOUD_SDK_SK"}},
    {"security_token", {"HUAWEICLOUD_SDK_SECURITY_TOKEN"}},
    {"project_id", {"HUAWEICLOUD_SDK_PROJECT_ID"}},
    {"domain_id", {"HUAWEICLOUD_SDK_DOMAIN_ID"}},
};

static const struct variable terraform[] = {
    {"token", {"HW_AUTH_TOKEN", "OS_AUTH_TOKEN"}},
    {"access_key", {"HW_ACCESS_KEY", "OS_ACCESS_KEY"}},
    {"secret_key", {"HW_SECRET_KEY", "OS_SECRET_KEY"}},
    {"security_token", {"HW_SECURITY_TOKEN"}},
    {"project_id", {"HW_PROJECT_ID", "OS_PROJECT_ID"}},
    {"project_name", {"HW_PROJECT_NAME", "OS_PROJECT_NAME"}},
    {"domain_id", {"HW_DOMAIN_ID", "OS_DOMAIN_ID", "OS_USER_DOMAIN_ID"}},
    {"user", {"HW_USER_NAME", "OS_USERNAME"}},
    {"user_domain", {"HW_DOMAIN_NAME", "OS_DOMAIN_NAME", "OS_USER_DOMAIN_NAME"}},
    {"password", {"HW_USER_PASSWORD", "OS_PASSWORD"}},
};

/* In the order in which they are looked at. One family is never completed from another. */
static const struct {
	const struct variable *variables;
	size_t count;
} families[] = {{sdk, CCM_COUNT(sdk)}, {terraform, CCM_COUNT(terraform)}};

/* The name under which it is set, or NULL. A setuid program sees none. */
static const char *
name_in_use(const struct variable *variable)
{
	for (size_t i = 0; i < NAMES_MAX && variable->names[i] != NULL; i++) {
		const char *value = secure_getenv(variable->names[i]);

		if (value != NULL && *value != '\0')
			return variable->names[i];
	}
	return NULL;
}

static const struct variable *
find_variable(const struct variable *variables, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(variables[i].key, key) == 0)
			return &variables[i];
	return NULL;
}

static bool
read_variables(const struct variable *variables, size_t count, struct ccm_auth_config *out,
    struct ccm_error *err)
{
	for (size_t i = 0; i < count; i++) {
		const char *name = name_in_use(&variables[i]);

		if (name != NULL &&
		    !ccm_auth_source_set(out, variables[i].key, secure_getenv(name), err))
			return false;
	}
	return true;
}

/* What tells that the family is in use: one of the keys that a method begins with. */
static const char *
first_in_use(const struct variable *variables, size_t count)
{
	static const char *const keys[] = {"token", "access_key", "secret_key", "user", "password"};

	for (size_t i = 0; i < CCM_COUNT(keys); i++) {
		const struct variable *variable = find_variable(variables, count, keys[i]);
		const char *name = variable != NULL ? name_in_use(variable) : NULL;

		if (name != NULL)
			return name;
	}
	return NULL;
}

/* Huawei's SDKs would prefer an identity provider to everything else; we know no such login. */
static void
warn_of_provider(void)
{
	const char *provider = secure_getenv("HUAWEICLOUD_SDK_IDP_ID");
	const char *file = secure_getenv("HUAWEICLOUD_SDK_ID_TOKEN_FILE");

	if (provider != NULL && *provider != '\0' && file != NULL && *file != '\0')
		ccm_log(WARN, AUTH,
		    "$HUAWEICLOUD_SDK_IDP_ID: logging in by the identity provider %s is not "
		    "supported, other credentials are looked for",
		    provider);
}

bool
ccm_auth_source_environment(const struct ccm_config *config, struct ccm_auth_source *out,
    bool *found, struct ccm_error *err)
{
	const char *name = NULL, *missing;
	size_t i = 0;

	*found = false;
	warn_of_provider();
	for (; name == NULL && i < CCM_COUNT(families); i++)
		name = first_in_use(families[i].variables, families[i].count);
	if (name == NULL)
		return true;
	i--;
	if (!ccm_auth_source_begin(&config->auth, &out->own, err) ||
	    !read_variables(families[i].variables, families[i].count, &out->own, err))
		return false;
	missing = ccm_auth_config_resolve(&out->own);
	if (missing != NULL)
		return ccm_fail(err, CCM_CONFIG, "$%s is set, but $%s, which goes with it, is not",
		    name,
		    find_variable(families[i].variables, families[i].count, missing)->names[0]);
	out->config = &out->own;
	out->origin = ccm_format(err, "$%s", name);
	return *found = out->origin != NULL;
}
