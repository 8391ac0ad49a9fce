/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_AUTH_SOURCE_H
#define CCM_AUTH_SOURCE_H

/*
 * Where the credentials come from (design 3, spec/huawei-auth.md 4): what the configuration says;
 * where it says nothing, the first of the environment, the profile file of Huawei's SDKs, and the
 * metadata service of an ECS.
 */

#include "core/config.h"

struct ccm_auth_source {
	const struct ccm_auth_config
	    *config; /* with its method settled; the one below, or borrowed */
	struct ccm_auth_config own;
	char *iam_endpoint; /* that a profile names, else NULL */
	char *origin;       /* for messages: "/etc/ccm/ccm.conf", "$HUAWEICLOUD_SDK_AK" */
	bool last_resort;   /* nobody configured it: the metadata service may not be there */
};

/* config must outlive it. Reads the environment and files; opens no connection. */
bool ccm_auth_source_find(
    const struct ccm_config *config, struct ccm_auth_source *out, struct ccm_error *err);
void ccm_auth_source_clear(struct ccm_auth_source *source);

/*
 * One after the other: *found tells whether it has credentials. Half of a pair is CCM_CONFIG. What
 * the configuration says beside credentials (scope, project, ...) holds for all of them.
 */
bool ccm_auth_source_environment(const struct ccm_config *config, struct ccm_auth_source *out,
    bool *found, struct ccm_error *err);
bool ccm_auth_source_profile(const struct ccm_config *config, struct ccm_auth_source *out,
    bool *found, struct ccm_error *err);

/* Parts of the above. A configuration without credentials: the other settings of from. */
bool ccm_auth_source_begin(
    const struct ccm_auth_config *from, struct ccm_auth_config *out, struct ccm_error *err);
/* Set a key of [auth] by its name; "" and NULL leave it. */
bool ccm_auth_source_set(
    struct ccm_auth_config *out, const char *key, const char *value, struct ccm_error *err);

#endif
