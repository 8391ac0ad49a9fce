/* SPDX-License-Identifier: Apache-2.0 */
/* Where the services are: configured, told by the environment, or derived from the region. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config_key.h"

/* "HUAWEICLOUD_SDK_REGION_CCM_EU_WEST_101": where Huawei's SDKs look for an endpoint. */
static void
endpoint_variable(enum ccm_service service, const char *region, char out[static 96])
{
	static const char *const names[CCM_SERVICES] = {"CCM", "SCM", "IAM"};

	snprintf(out, 96, "HUAWEICLOUD_SDK_REGION_%s_%s", names[service], region);
	for (char *at = out; *at != '\0'; at++)
		*at = (char)(*at == '-' ? '_' : toupper((unsigned char)*at));
}

/* The first of a list with commas; the scheme may be missing. */
static bool
set_from_environment(struct ccm_cloud_config *cloud, enum ccm_service service, const char *name,
    struct ccm_error *err)
{
	static const char *const keys[CCM_SERVICES] = {
	    "pca_endpoint", "scm_endpoint", "iam_endpoint"};
	const char *value = secure_getenv(name), *scheme;
	bool from_file, ok;
	char *url;

	if (value == NULL || *value == '\0')
		return true;
	scheme = strstr(value, "://") != NULL ? "" : "https://";
	url = ccm_format(err, "%s%.*s", scheme, (int)strcspn(value, ","), value);
	ok = url != NULL &&
	     (ccm_config_row_set(ccm_config_row_find(CCM_SECTION_CLOUD, keys[service], &from_file),
		  cloud, url, err) ||
		 ccm_error_context(err, "$%s", name));
	ccm_free(url);
	return ok;
}

static bool
look_in_environment(struct ccm_cloud_config *cloud, enum ccm_service service, struct ccm_error *err)
{
	char name[96];

	if (service == CCM_IAM &&
	    !set_from_environment(cloud, service, "HUAWEICLOUD_SDK_IAM_ENDPOINT", err))
		return false;
	if (cloud->endpoint[service][0] != '\0')
		return true;
	endpoint_variable(service, cloud->region, name);
	return set_from_environment(cloud, service, name, err);
}

static bool
derive_endpoint(struct ccm_cloud_config *cloud, enum ccm_service service, struct ccm_error *err)
{
	static const char *const hosts[CCM_SERVICES] = {"ccm", "scm", "iam"};
	bool europe = strncmp(cloud->region, "eu-west-1", 9) == 0;

	if (cloud->region[0] == '\0' ||
	    strspn(cloud->region, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(cloud->region))
		return ccm_fail(
		    err, CCM_CONFIG, "region \"%s\" is not a region's id", cloud->region);
	ccm_free(cloud->endpoint[service]);
	cloud->endpoint[service] = ccm_format(err, "https://%s.%s.myhuaweicloud.%s", hosts[service],
	    cloud->region, europe ? "eu" : "com");
	cloud->is_derived[service] = true;
	return cloud->endpoint[service] != NULL;
}

bool
ccm_config_settle_endpoints(struct ccm_cloud_config *cloud, struct ccm_error *err)
{
	for (enum ccm_service i = 0; i < CCM_SERVICES; i++) {
		if (cloud->endpoint[i][0] == '\0' && !look_in_environment(cloud, i, err))
			return false;
		if (cloud->endpoint[i][0] == '\0' && !derive_endpoint(cloud, i, err))
			return false;
	}
	return true;
}
