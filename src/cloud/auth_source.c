/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/auth_source.h"

#include "core/config_key.h"
#include "core/log.h"

static void
clear_own(struct ccm_auth_config *own)
{
	ccm_config_section_clear(CCM_SECTION_AUTH, own);
	*own = (struct ccm_auth_config){0};
}

void
ccm_auth_source_clear(struct ccm_auth_source *source)
{
	clear_own(&source->own);
	ccm_free(source->iam_endpoint);
	ccm_free(source->origin);
	*source = (struct ccm_auth_source){0};
}

bool
ccm_auth_source_set(
    struct ccm_auth_config *out, const char *key, const char *value, struct ccm_error *err)
{
	bool from_file;

	return value == NULL || value[0] == '\0' ||
	       ccm_config_row_set(
		   ccm_config_row_find(CCM_SECTION_AUTH, key, &from_file), out, value, err);
}

bool
ccm_auth_source_begin(
    const struct ccm_auth_config *from, struct ccm_auth_config *out, struct ccm_error *err)
{
	const struct {
		const char *key, *value;
	} kept[] = {
	    {"project_id", from->project_id},
	    {"project_name", from->project_name},
	    {"domain_id", from->domain_id},
	    {"metadata_endpoint", from->metadata_endpoint},
	};

	*out = (struct ccm_auth_config){0};
	if (!ccm_config_section_defaults(CCM_SECTION_AUTH, out, err))
		return false;
	for (size_t i = 0; i < CCM_COUNT(kept); i++)
		if (!ccm_auth_source_set(out, kept[i].key, kept[i].value, err))
			return false;
	out->scope = from->scope;
	out->token_cache = from->token_cache;
	return true;
}

static bool
use_configuration(
    const struct ccm_config *config, struct ccm_auth_source *out, struct ccm_error *err)
{
	out->config = &config->auth;
	out->origin = ccm_strdup(config->source, err);
	return out->origin != NULL;
}

static bool
use_metadata(const struct ccm_config *config, struct ccm_auth_source *out, struct ccm_error *err)
{
	if (config->auth.metadata_endpoint[0] == '\0')
		return ccm_fail(err, CCM_CONFIG,
		    "no credentials: [auth] of %s has neither token, nor access_key, nor user, and "
		    "neither the environment nor a profile file has any",
		    config->source);
	if (!ccm_auth_source_begin(&config->auth, &out->own, err))
		return false;
	out->own.method = CCM_AUTH_METADATA;
	out->config = &out->own;
	out->last_resort = true;
	out->origin = ccm_strdup(config->auth.metadata_endpoint, err);
	return out->origin != NULL;
}

static bool
find(const struct ccm_config *config, struct ccm_auth_source *out, struct ccm_error *err)
{
	bool found = false;

	if (config->auth.method != CCM_AUTH_AUTO)
		return use_configuration(config, out, err);
	if (!ccm_auth_source_environment(config, out, &found, err))
		return false;
	if (!found && !ccm_auth_source_profile(config, out, &found, err))
		return false;
	return found || use_metadata(config, out, err);
}

bool
ccm_auth_source_find(
    const struct ccm_config *config, struct ccm_auth_source *out, struct ccm_error *err)
{
	*out = (struct ccm_auth_source){0};
	if (find(config, out, err)) {
		ccm_log(INFO, AUTH, "credentials: method %s of %s%s%s",
		    ccm_auth_method_name(out->config->method), out->origin,
		    out->config->access_key[0] != '\0' ? ", access key " : "",
		    out->config->access_key);
		return true;
	}
	ccm_auth_source_clear(out);
	return false;
}
