/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/config_key.h"
#include "core/config_file.h"
#include "core/ini.h"
#include "core/log.h"

#define LABEL_MAX 32 /* CK_TOKEN_INFO.label */

/* Where parsing stands. */
struct parser {
	struct ccm_config *config;
	enum ccm_config_section section;
	bool in_section;
	void *base;      /* structure of the section at hand */
	bool has_secret; /* a secret stands in the file itself */
	uint64_t set;    /* bit n: row n was set in this section */
};

const char *
ccm_service_name(enum ccm_service service)
{
	static const char *const names[CCM_SERVICES] = {"PCA", "SCM", "IAM"};

	return names[service];
}

/* The content of a KEY_file without the newline at its end. */
static bool
read_secret_file(const char *path, struct ccm_buf *out, struct ccm_error *err)
{
	bool others_can_read = false;

	if (!ccm_config_file_read(path, out, &others_can_read, err))
		return false;
	if (others_can_read)
		return ccm_fail(err, CCM_CONFIG,
		    "%s holds a secret, but everybody may read it: chmod o= %s", path, path);
	if (strlen(ccm_buf_str(out)) != out->len)
		return ccm_fail(err, CCM_CONFIG, "%s holds a NUL byte: it is not text", path);
	while (out->len != 0 && strchr("\r\n", out->data[out->len - 1]) != NULL)
		out->data[--out->len] = '\0';
	if (out->len == 0)
		return ccm_fail(err, CCM_CONFIG, "%s is empty", path);
	return true;
}

/* Parsing */

static bool
add_token(struct ccm_config *config, const char *name, struct ccm_error *err)
{
	struct ccm_token_config *token;

	if (!ccm_grow_array(&config->tokens, config->token_count, sizeof(*config->tokens), err))
		return false;
	token = &config->tokens[config->token_count];
	memset(token, 0, sizeof(*token));
	config->token_count++;
	token->name = ccm_strdup(name, err);
	return token->name != NULL && ccm_config_section_defaults(CCM_SECTION_TOKEN, token, err);
}

/* A label that begins with another one would be found in its stead by pkcs11-tool. */
static bool
check_token_name(const struct ccm_config *config, const char *name, struct ccm_error *err)
{
	if (*name == '\0')
		return ccm_fail(err, CCM_CONFIG, "[token] needs a name: [token NAME]");
	if (strlen(name) > LABEL_MAX)
		return ccm_fail(
		    err, CCM_CONFIG, "token name \"%s\" has more than %d bytes", name, LABEL_MAX);
	for (size_t i = 0; i < config->token_count; i++) {
		const char *other = config->tokens[i].name;
		size_t len = strlen(name) < strlen(other) ? strlen(name) : strlen(other);

		if (strncmp(name, other, len) == 0)
			return ccm_fail(err, CCM_CONFIG,
			    "token names \"%s\" and \"%s\": one may not begin with the other",
			    other, name);
	}
	return true;
}

static bool
add_hsm(struct ccm_config *config, const char *cluster, struct ccm_error *err)
{
	struct ccm_hsm_config *hsm;

	if (*cluster == '\0')
		return ccm_fail(err, CCM_CONFIG, "[hsm] needs a cluster's id: [hsm CLUSTER-ID]");
	if (ccm_config_hsm(config, cluster) != NULL)
		return ccm_fail(err, CCM_CONFIG, "[hsm %s] is there twice", cluster);
	if (!ccm_grow_array(&config->hsms, config->hsm_count, sizeof(*config->hsms), err))
		return false;
	hsm = &config->hsms[config->hsm_count];
	memset(hsm, 0, sizeof(*hsm));
	config->hsm_count++;
	hsm->cluster = ccm_strdup(cluster, err);
	return hsm->cluster != NULL && ccm_config_section_defaults(CCM_SECTION_HSM, hsm, err);
}

static bool
unknown_section(const char *name, struct ccm_error *err)
{
	const char *known[CCM_SECTIONS], *nearest;

	for (int i = 0; i < CCM_SECTIONS; i++)
		known[i] = ccm_config_section_name((enum ccm_config_section)i);
	nearest = ccm_config_nearest(name, known, CCM_SECTIONS);
	return ccm_fail(err, CCM_CONFIG, "unknown section [%s]%s%s%s", name,
	    nearest != NULL ? "; did you mean [" : "", nearest != NULL ? nearest : "",
	    nearest != NULL ? "]?" : "");
}

static bool
begin_section(void *context, char *text, struct ccm_error *err)
{
	struct parser *at = context;
	size_t len = strcspn(text, " \t");
	char *name = ccm_ini_trim(text + len);

	if (!ccm_config_section_find(text, len, &at->section)) {
		text[len] = '\0';
		return unknown_section(text, err);
	}
	at->in_section = true;
	at->set = 0;
	if (at->section == CCM_SECTION_HSM) {
		if (!add_hsm(at->config, name, err))
			return false;
		at->base = &at->config->hsms[at->config->hsm_count - 1];
		return true;
	}
	if (at->section != CCM_SECTION_TOKEN)
		return *name == '\0' || ccm_fail(err, CCM_CONFIG, "[%s] takes no name",
					    ccm_config_section_name(at->section));
	if (!check_token_name(at->config, name, err) || !add_token(at->config, name, err))
		return false;
	at->base = &at->config->tokens[at->config->token_count - 1];
	return true;
}

static void *
section_base(const struct parser *at)
{
	switch (at->section) {
	case CCM_SECTION_CLOUD:
		return &at->config->cloud;
	case CCM_SECTION_AUTH:
		return &at->config->auth;
	case CCM_SECTION_TOKEN:
	case CCM_SECTION_HSM:
		return at->base;
	default:
		return at->config;
	}
}

/* A key given twice in one section is a mistake that must not pass. */
static bool
mark_set(struct parser *at, const struct ccm_config_row *row, struct ccm_error *err)
{
	uint64_t bit = (uint64_t)1 << ccm_config_row_index(row);

	if ((at->set & bit) != 0)
		return ccm_fail(err, CCM_CONFIG, "%s is given twice", row->name);
	at->set |= bit;
	return true;
}

static bool
set_key(void *context, const char *name, const char *value, struct ccm_error *err)
{
	struct parser *at = context;
	const struct ccm_config_row *row;
	bool from_file = false, ok = false;
	struct ccm_buf secret;

	if (!at->in_section)
		return ccm_fail(err, CCM_CONFIG, "%s stands before the first [section]", name);
	row = ccm_config_row_find(at->section, name, &from_file);
	if (row == NULL) {
		const char *nearest = ccm_config_row_nearest(at->section, name);

		return ccm_fail(err, CCM_CONFIG, "unknown key %s in [%s]%s%s%s", name,
		    ccm_config_section_name(at->section), nearest != NULL ? "; did you mean " : "",
		    nearest != NULL ? nearest : "", nearest != NULL ? "?" : "");
	}
	if (!mark_set(at, row, err))
		return false;
	if (row->type == CCM_VALUE_SECRET && !from_file && *value != '\0')
		at->has_secret = true;
	if (!from_file)
		return ccm_config_row_set(row, section_base(at), value, err) ||
		       ccm_error_context(err, "%s", name);
	ccm_buf_init_secret(&secret);
	ok = read_secret_file(value, &secret, err) &&
	     ccm_config_row_set(row, section_base(at), ccm_buf_str(&secret), err);
	ccm_buf_clear(&secret);
	return ok || ccm_error_context(err, "%s", name);
}

/* What follows from what was given */

struct need {
	const char *name, *value;
};

static const char *
first_missing(const struct need *needs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (needs[i].value[0] == '\0')
			return needs[i].name;
	return NULL;
}

const char *
ccm_auth_config_resolve(struct ccm_auth_config *auth)
{
	const struct need token[] = {{"token", auth->token}};
	const struct need aksk[] = {
	    {"access_key", auth->access_key}, {"secret_key", auth->secret_key}};
	const struct need password[] = {
	    {"user", auth->user}, {"user_domain", auth->user_domain}, {"password", auth->password}};
	const struct need metadata[] = {{"metadata_endpoint", auth->metadata_endpoint}};

	if (auth->method == CCM_AUTH_AUTO) {
		if (auth->token[0] != '\0')
			auth->method = CCM_AUTH_TOKEN;
		else if (auth->access_key[0] != '\0' || auth->secret_key[0] != '\0')
			auth->method = CCM_AUTH_AKSK;
		else if (auth->user[0] != '\0' || auth->password[0] != '\0')
			auth->method = CCM_AUTH_PASSWORD;
	}
	switch (auth->method) {
	case CCM_AUTH_AUTO:
		break;
	case CCM_AUTH_TOKEN:
		return first_missing(token, CCM_COUNT(token));
	case CCM_AUTH_AKSK:
		return first_missing(aksk, CCM_COUNT(aksk));
	case CCM_AUTH_PASSWORD:
		return first_missing(password, CCM_COUNT(password));
	case CCM_AUTH_METADATA:
		return first_missing(metadata, CCM_COUNT(metadata));
	}
	return NULL;
}

static bool
resolve_method(struct ccm_auth_config *auth, struct ccm_error *err)
{
	const char *missing = ccm_auth_config_resolve(auth);

	return missing == NULL || ccm_fail(err, CCM_CONFIG, "[auth] %s is needed for method %s",
				      missing, ccm_auth_method_name(auth->method));
}

static bool
default_tokens(struct ccm_config *config, struct ccm_error *err)
{
	if (config->token_count != 0)
		return true;
	if (!add_token(config, "PCA", err) || !add_token(config, "SCM", err))
		return false;
	config->tokens[1].service = CCM_SCM;
	config->tokens[1].trust = CCM_TRUST_NO;
	return true;
}

const struct ccm_hsm_config *
ccm_config_hsm(const struct ccm_config *config, const char *cluster)
{
	for (size_t i = 0; i < config->hsm_count; i++)
		if (strcmp(config->hsms[i].cluster, cluster) == 0)
			return &config->hsms[i];
	return NULL;
}

static bool
check_trust(const struct ccm_config *config, struct ccm_error *err)
{
	for (size_t i = 0; i < config->token_count; i++)
		if (!ccm_config_check_trust(&config->tokens[i], err))
			return false;
	return true;
}

static bool
check_hsms(const struct ccm_config *config, struct ccm_error *err)
{
	for (size_t i = 0; i < config->hsm_count; i++)
		if (config->hsms[i].module[0] != '/')
			return ccm_fail(err, CCM_CONFIG,
			    "[hsm %s]: module has to be the full path of a PKCS#11 module, not "
			    "\"%s\"",
			    config->hsms[i].cluster, config->hsms[i].module);
	for (size_t i = 0; i < config->token_count; i++) {
		const struct ccm_token_config *token = &config->tokens[i];

		if (token->hsm[0] != '\0' && ccm_config_hsm(config, token->hsm) == NULL)
			return ccm_fail(err, CCM_CONFIG,
			    "[token %s]: hsm names cluster %s, but there is no [hsm %s]",
			    token->name, token->hsm, token->hsm);
	}
	return true;
}

char *
ccm_config_data_dir(struct ccm_error *err)
{
	const char *xdg = secure_getenv("XDG_DATA_HOME"), *home = secure_getenv("HOME");

	if (geteuid() == 0)
		return ccm_strdup("/var/lib/ccm", err);
	if (xdg != NULL && *xdg == '/')
		return ccm_format(err, "%s/ccm", xdg);
	if (home != NULL && *home == '/')
		return ccm_format(err, "%s/.local/share/ccm", home);
	return ccm_strdup("", err);
}

/* Without a home there is no place, which is told to who asks for one. */
static bool
settle_keystore(struct ccm_config *config, struct ccm_error *err)
{
	if (config->keystore_dir[0] != '\0')
		return config->keystore_dir[0] == '/' ||
		       ccm_fail(err, CCM_CONFIG, "[keystore]: dir \"%s\" is not a full path",
			   config->keystore_dir);
	ccm_free(config->keystore_dir);
	config->keystore_dir = ccm_config_data_dir(err);
	return config->keystore_dir != NULL;
}

static bool
set_defaults(struct ccm_config *config, struct ccm_error *err)
{
	return ccm_config_section_defaults(CCM_SECTION_CLOUD, &config->cloud, err) &&
	       ccm_config_section_defaults(CCM_SECTION_AUTH, &config->auth, err) &&
	       ccm_config_section_defaults(CCM_SECTION_CACHE, config, err) &&
	       ccm_config_section_defaults(CCM_SECTION_KEYSTORE, config, err) &&
	       ccm_config_section_defaults(CCM_SECTION_LOG, config, err);
}

static struct ccm_config *
parse(const char *source, struct ccm_span text, bool *has_secret, struct ccm_error *err)
{
	struct parser at = {.config = ccm_alloc(sizeof(*at.config), err)};
	const struct ccm_ini_reader reader = {begin_section, set_key, &at};

	if (at.config == NULL)
		return NULL;
	at.config->source = ccm_strdup(source, err);
	if (at.config->source != NULL && set_defaults(at.config, err) &&
	    ccm_ini_parse(source, text, &reader, err) &&
	    (ccm_config_settle_endpoints(&at.config->cloud, err) ||
		ccm_error_context(err, "%s", source)) &&
	    (resolve_method(&at.config->auth, err) || ccm_error_context(err, "%s", source)) &&
	    (settle_keystore(at.config, err) || ccm_error_context(err, "%s", source)) &&
	    (check_hsms(at.config, err) || ccm_error_context(err, "%s", source)) &&
	    (check_trust(at.config, err) || ccm_error_context(err, "%s", source)) &&
	    default_tokens(at.config, err)) {
		*has_secret = at.has_secret;
		return at.config;
	}
	ccm_config_free(at.config);
	return NULL;
}

struct ccm_config *
ccm_config_parse(const char *source, struct ccm_span text, struct ccm_error *err)
{
	bool has_secret;

	return parse(source, text, &has_secret, err);
}

void
ccm_config_free(struct ccm_config *config)
{
	if (config == NULL)
		return;
	ccm_config_section_clear(CCM_SECTION_CLOUD, &config->cloud);
	ccm_config_section_clear(CCM_SECTION_AUTH, &config->auth);
	ccm_config_section_clear(CCM_SECTION_KEYSTORE, config);
	ccm_config_section_clear(CCM_SECTION_CACHE, config);
	ccm_config_section_clear(CCM_SECTION_LOG, config);
	for (size_t i = 0; i < config->token_count; i++) {
		ccm_free(config->tokens[i].name);
		ccm_config_section_clear(CCM_SECTION_TOKEN, &config->tokens[i]);
	}
	ccm_free(config->tokens);
	for (size_t i = 0; i < config->hsm_count; i++) {
		ccm_free(config->hsms[i].cluster);
		ccm_config_section_clear(CCM_SECTION_HSM, &config->hsms[i]);
	}
	ccm_free(config->hsms);
	ccm_free(config->source);
	ccm_free(config);
}

/* Finding the file */

static char *
user_file(struct ccm_error *err)
{
	const char *xdg = secure_getenv("XDG_CONFIG_HOME"), *home = secure_getenv("HOME");

	if (xdg != NULL && *xdg == '/')
		return ccm_format(err, "%s/ccm/ccm.conf", xdg);
	return ccm_format(err, "%s/.config/ccm/ccm.conf", home != NULL ? home : "");
}

static struct ccm_config *
load_file(const char *path, struct ccm_error *err)
{
	struct ccm_config *config = NULL;
	bool others_can_read = false, has_secret = false;
	struct ccm_buf text;

	ccm_buf_init_secret(&text);
	if (ccm_config_file_read(path, &text, &others_can_read, err))
		config = parse(path, ccm_buf_span(&text), &has_secret, err);
	ccm_buf_clear(&text);
	if (config == NULL)
		return NULL;
	if (has_secret && others_can_read)
		ccm_fail(err, CCM_CONFIG,
		    "%s holds a secret, but everybody may read it: chmod o= %s", path, path);
	else if (ccm_log_configure(config->log_level, config->log_file, err))
		return config;
	else
		ccm_error_context(err, "%s: [log]", path);
	ccm_config_free(config);
	return NULL;
}

/* Not there is not broken: callers that take it lightly tell it by the errno. */
static struct ccm_config *
none_there(const char *user, const char *system, struct ccm_error *err)
{
	ccm_fail(err, CCM_CONFIG,
	    "no configuration: $CCM_CONFIG is not set, and there is neither %s nor %s", user,
	    system);
	if (err != NULL)
		err->sys_errno = ENOENT;
	return NULL;
}

struct ccm_config *
ccm_config_load(const char *path, struct ccm_error *err)
{
	static const char system_file[] = "/etc/ccm/ccm.conf";
	const char *from_environment = secure_getenv("CCM_CONFIG");
	struct ccm_config *config = NULL;
	char *user;

	if (path == NULL && from_environment != NULL && *from_environment != '\0')
		path = from_environment;
	if (path != NULL)
		return load_file(path, err);
	user = user_file(err);
	if (user == NULL)
		return NULL;
	if (access(user, F_OK) == 0)
		config = load_file(user, err);
	else if (access(system_file, F_OK) == 0)
		config = load_file(system_file, err);
	else
		config = none_there(user, system_file, err);
	ccm_free(user);
	return config;
}
