/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cloud/auth_source.h"
#include "core/config_file.h"
#include "core/ini.h"
#include "core/log.h"

/*
 * The profile file of Huawei's SDKs (spec/huawei-auth.md 4.1). CCM's own SDK client reads [global];
 * where that has no key pair, [basic] has to do.
 */

enum { GLOBAL, BASIC, SECTIONS };
static const char *const section_names[SECTIONS] = {"global", "basic"};

static const struct {
	const char *name, *key;
} keys[] = {
    {"ak", "access_key"},
    {"sk", "secret_key"},
    {"security_token", "security_token"},
    {"project_id", "project_id"},
    {"domain_id", "domain_id"},
};

struct section {
	struct ccm_auth_config config;
	char *iam_endpoint;
};

struct profile {
	const struct ccm_auth_config *settings; /* that hold whatever the file says */
	struct section sections[SECTIONS];
	struct section *current; /* NULL: not one of ours */
};

static bool
begin_section(void *context, char *name, struct ccm_error *err)
{
	struct profile *profile = context;

	(void)err;
	profile->current = NULL;
	for (size_t i = 0; i < SECTIONS; i++)
		if (strncmp(name, section_names[i], strlen(section_names[i])) == 0)
			profile->current = &profile->sections[i];
	return true;
}

static bool
set_endpoint(struct section *section, const char *value, struct ccm_error *err)
{
	const char *scheme = strstr(value, "://") != NULL ? "" : "https://";
	size_t len = strlen(value);

	if (strncmp(value, "http://", 7) == 0)
		return ccm_fail(
		    err, CCM_CONFIG, "iam_endpoint: \"%s\" is not an https:// URL", value);
	ccm_free(section->iam_endpoint);
	section->iam_endpoint = ccm_format(
	    err, "%s%.*s", scheme, (int)(len - (len != 0 && value[len - 1] == '/')), value);
	return section->iam_endpoint != NULL;
}

/* The file belongs to others, who may know more keys than we do. */
static bool
set_key(void *context, const char *name, const char *value, struct ccm_error *err)
{
	struct profile *profile = context;

	if (profile->current == NULL || *value == '\0')
		return true;
	if (strcmp(name, "iam_endpoint") == 0)
		return set_endpoint(profile->current, value, err);
	for (size_t i = 0; i < CCM_COUNT(keys); i++)
		if (strcmp(name, keys[i].name) == 0)
			return ccm_auth_source_set(
			    &profile->current->config, keys[i].key, value, err);
	ccm_log(DEBUG, AUTH, "the key %s of the profile file is not known here", name);
	return true;
}

static bool
read_profile(const char *path, struct profile *profile, struct ccm_error *err)
{
	const struct ccm_ini_reader reader = {begin_section, set_key, profile};
	bool others_can_read = false, ok = true;
	struct ccm_buf text;

	for (size_t i = 0; ok && i < SECTIONS; i++)
		ok = ccm_auth_source_begin(profile->settings, &profile->sections[i].config, err);
	ccm_buf_init_secret(&text);
	ok = ok && ccm_config_file_read(path, &text, &others_can_read, err) &&
	     (!others_can_read ||
		 ccm_fail(err, CCM_CONFIG,
		     "%s holds a secret, but everybody may read it: chmod o= %s", path, path)) &&
	     ccm_ini_parse(path, ccm_buf_span(&text), &reader, err);
	ccm_buf_clear(&text);
	return ok;
}

/* Hand over what the section says. */
static bool
take(struct section *section, const char *path, const char *name, struct ccm_auth_source *out,
    struct ccm_error *err)
{
	const char *missing = ccm_auth_config_resolve(&section->config);

	if (missing != NULL)
		return ccm_fail(err, CCM_CONFIG, "%s: [%s] lacks %s", path, name,
		    strcmp(missing, "access_key") == 0 ? "ak" : "sk");
	out->own = section->config;
	out->iam_endpoint = section->iam_endpoint;
	*section = (struct section){0};
	out->config = &out->own;
	out->origin = ccm_format(err, "[%s] of %s", name, path);
	return out->origin != NULL;
}

static bool
has_key_pair(const struct section *section)
{
	return section->config.access_key[0] != '\0' || section->config.secret_key[0] != '\0';
}

static void
clear(struct profile *profile)
{
	for (size_t i = 0; i < SECTIONS; i++) {
		struct ccm_auth_source rest = {.own = profile->sections[i].config,
		    .iam_endpoint = profile->sections[i].iam_endpoint};

		ccm_auth_source_clear(&rest);
	}
}

static bool
use_profile(const char *path, const struct ccm_config *config, struct ccm_auth_source *out,
    bool *found, struct ccm_error *err)
{
	struct profile profile = {.settings = &config->auth};
	bool ok = read_profile(path, &profile, err);

	for (size_t i = 0; ok && !*found && i < SECTIONS; i++) {
		if (!has_key_pair(&profile.sections[i]))
			continue;
		ok = *found = take(&profile.sections[i], path, section_names[i], out, err);
	}
	clear(&profile);
	return ok;
}

/* A file that the environment names has to be there. */
bool
ccm_auth_source_profile(const struct ccm_config *config, struct ccm_auth_source *out, bool *found,
    struct ccm_error *err)
{
	const char *named = secure_getenv("HUAWEICLOUD_SDK_CREDENTIALS_FILE");
	const char *home = secure_getenv("HOME");
	bool ok = true;
	char *path;

	*found = false;
	if (named != NULL && *named != '\0')
		return use_profile(named, config, out, found, err) ||
		       ccm_error_context(err, "$HUAWEICLOUD_SDK_CREDENTIALS_FILE");
	if (home == NULL || *home != '/')
		return true;
	path = ccm_format(err, "%s/.huaweicloud/credentials", home);
	if (path == NULL)
		return false;
	if (access(path, F_OK) == 0)
		ok = use_profile(path, config, out, found, err);
	ccm_free(path);
	return ok;
}
