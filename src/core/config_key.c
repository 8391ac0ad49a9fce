/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config_key.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const section_names[CCM_SECTIONS] = {
    "cloud", "auth", "cache", "keystore", "token", "hsm", "log"};
static const char *const methods[] = {"auto", "token", "aksk", "password", "metadata", NULL};
static const char *const scopes[] = {"auto", "project", "domain", NULL};
static const char *const services[] = {"pca", "scm", NULL};
static const char *const key_sources[] = {"export", "local", "none", NULL};
static const char *const logins[] = {"none", "pin", NULL};

#define CLOUD(name, type, member, fallback, help)                                   \
	{                                                                           \
		CCM_SECTION_CLOUD, name, CCM_VALUE_##type,                          \
		    offsetof(struct ccm_cloud_config, member), fallback, NULL, help \
	}
#define AUTH(name, type, fallback, choices, help)                                                  \
	{                                                                                          \
		CCM_SECTION_AUTH, #name, CCM_VALUE_##type, offsetof(struct ccm_auth_config, name), \
		    fallback, choices, help                                                        \
	}
#define CACHE(name, type, member, fallback, help)                                               \
	{                                                                                       \
		CCM_SECTION_CACHE, name, CCM_VALUE_##type, offsetof(struct ccm_config, member), \
		    fallback, NULL, help                                                        \
	}
#define KEYSTORE(name, type, help)                                               \
	{                                                                        \
		CCM_SECTION_KEYSTORE, #name, CCM_VALUE_##type,                   \
		    offsetof(struct ccm_config, keystore_##name), "", NULL, help \
	}
#define TOKEN(name, type, member, fallback, choices, help)                             \
	{                                                                              \
		CCM_SECTION_TOKEN, name, CCM_VALUE_##type,                             \
		    offsetof(struct ccm_token_config, member), fallback, choices, help \
	}
#define HSM(name, type, help)                                                                    \
	{                                                                                        \
		CCM_SECTION_HSM, #name, CCM_VALUE_##type, offsetof(struct ccm_hsm_config, name), \
		    "", NULL, help                                                               \
	}
#define LOG(name, member, fallback, help)                                                     \
	{                                                                                     \
		CCM_SECTION_LOG, name, CCM_VALUE_STRING, offsetof(struct ccm_config, member), \
		    fallback, NULL, help                                                      \
	}

static const struct ccm_config_row rows[] = {
    CLOUD("region", STRING, region, "eu-west-101", "region that the endpoints are derived from"),
    CLOUD("pca_endpoint", ENDPOINT, endpoint[CCM_PCA], "",
	"URL of PCA; empty: https://ccm.REGION.myhuaweicloud.com (.eu in Europe)"),
    CLOUD("scm_endpoint", ENDPOINT, endpoint[CCM_SCM], "", "URL of SCM; empty: derived likewise"),
    CLOUD("iam_endpoint", ENDPOINT, endpoint[CCM_IAM], "", "URL of IAM; empty: derived likewise"),
    CLOUD("tls_ca_file", STRING, tls_ca_file, "",
	"PEM file of the CAs that the endpoints' certificates are checked with; empty: the "
	"system's"),
    CLOUD("connect_timeout", DURATION, connect_timeout_ms, "5 s", "longest wait for a connection"),
    CLOUD("timeout", DURATION, timeout_ms, "30 s", "longest wait for a call, repetitions and all"),
    CLOUD("retries", COUNT, retries, "3", "repetitions of a call that may be repeated"),
    CLOUD("language", STRING, language, "en-us", "language of the service's messages"),
    CLOUD("enterprise_project", STRING, enterprise_project, "",
	"id of the enterprise project that new CAs and certificates belong to"),
    AUTH(method, CHOICE, "auto", methods, "auto takes the first of the others that is configured"),
    AUTH(access_key, STRING, "", NULL, "access key id (AK)"),
    AUTH(secret_key, SECRET, "", NULL, "secret access key (SK)"),
    AUTH(security_token, SECRET, "", NULL, "security token of a temporary access key"),
    AUTH(project_id, STRING, "", NULL, "project that requests are scoped to"),
    AUTH(project_name, STRING, "", NULL, "name of the project for a password login; the region's"),
    AUTH(domain_id, STRING, "", NULL, "account that requests are scoped to"),
    AUTH(token, SECRET, "", NULL, "an IAM token obtained elsewhere"),
    AUTH(user, STRING, "", NULL, "name of the IAM user"),
    AUTH(user_domain, STRING, "", NULL, "name of the user's account"),
    AUTH(password, SECRET, "", NULL, "password of the IAM user"),
    AUTH(scope, CHOICE, "auto", scopes,
	"what requests are for: project, domain (the whole account), or auto: what is given"),
    AUTH(metadata_endpoint, PLAIN_ENDPOINT, "http://169.254.169.254", NULL,
	"where an ECS finds the keys of its agency; empty: nowhere"),
    AUTH(token_cache, BOOLEAN, "yes", NULL, "processes of one user share tokens, in memory"),
    CACHE("dir", STRING, cache_dir, "",
	"folder of what the service told; empty: $XDG_CACHE_HOME/ccm, /var/cache/ccm of root"),
    CACHE("ttl", DURATION, cache_ttl_ms, "300 s", "age at which what was read is asked for again"),
    CACHE("max_stale", DURATION, cache_max_stale_ms, "30 d",
	"age up to which it is still used while the service fails"),
    KEYSTORE(dir, STRING,
	"folder of the keystore; empty: $XDG_DATA_HOME/ccm (~/.local/share/ccm), of root "
	"/var/lib/ccm"),
    KEYSTORE(pin, SECRET, "PIN that opens the keystore; empty: whoever logs in gives it"),
    TOKEN("service", CHOICE, service, "pca", services, "service that the token shows"),
    TOKEN("ca", STRING, ca, "", NULL, "only what this CA (id or common name) issued"),
    TOKEN("name", STRING, glob, "", NULL, "only common names that match this pattern (glob)"),
    TOKEN("status", STRING, status, "", NULL,
	"only certificates in this state; * is all; empty: ISSUED, and UPLOAD of SCM"),
    TOKEN("keys", CHOICE, keys, "export", key_sources, "where private keys come from"),
    TOKEN("trust", CHOICE, trust, "yes", ccm_trust_names,
	"root CAs are trust anchors: for all, for servers or clients only, or not"),
    TOKEN("trust_ca", STRING, trust_ca, "", NULL,
	"the same of single CAs: CA:TRUST, several by commas"),
    TOKEN("login", CHOICE, login, "none", logins,
	"pin: private keys are there for who logs in with the keystore's PIN"),
    TOKEN("read_only", BOOLEAN, read_only, "yes", NULL,
	"programs make, change and destroy nothing in it"),
    TOKEN("hsm", STRING, hsm, "", NULL,
	"cluster that the keys of certificates by CSR are looked for in: one that has its [hsm]"),
    HSM(module, STRING, "path of the PKCS#11 module that speaks to the cluster"),
    HSM(token, STRING, "the module's token, by label or serial number; empty: the only one"),
    HSM(pin, SECRET, "PIN of the token's user; empty: none is needed"),
    HSM(project, STRING, "project that the cluster belongs to; empty: the region"),
    HSM(ca_cert_file, STRING, "PEM file with the cluster's CA certificate"),
    LOG("level", log_level, "warn", "as CCM_LOG: LEVEL or SUBSYSTEM:LEVEL, several by commas"),
    LOG("file", log_file, "", "file to append to; empty: standard error"),
};

const char *
ccm_auth_method_name(enum ccm_auth_method method)
{
	return methods[method];
}

size_t
ccm_config_key_count(void)
{
	return CCM_COUNT(rows);
}

struct ccm_config_key
ccm_config_key_at(size_t index)
{
	const struct ccm_config_row *row = &rows[index];

	return (struct ccm_config_key){
	    .section = section_names[row->section],
	    .name = row->name,
	    .fallback = row->fallback,
	    .help = row->help,
	    .secret = row->type == CCM_VALUE_SECRET,
	};
}

const char *
ccm_config_section_name(enum ccm_config_section section)
{
	return section_names[section];
}

bool
ccm_config_section_find(const char *name, size_t len, enum ccm_config_section *out)
{
	for (size_t i = 0; i < CCM_SECTIONS; i++) {
		if (strlen(section_names[i]) == len && memcmp(section_names[i], name, len) == 0) {
			*out = (enum ccm_config_section)i;
			return true;
		}
	}
	return false;
}

const struct ccm_config_row *
ccm_config_row_find(enum ccm_config_section section, const char *name, bool *from_file)
{
	for (size_t i = 0; i < CCM_COUNT(rows); i++) {
		const struct ccm_config_row *row = &rows[i];
		size_t len = strlen(row->name);

		if (row->section != section || strncmp(row->name, name, len) != 0)
			continue;
		*from_file = row->type == CCM_VALUE_SECRET && strcmp(name + len, "_file") == 0;
		if (name[len] == '\0' || *from_file)
			return row;
	}
	return NULL;
}

_Static_assert(CCM_COUNT(rows) <= 64, "a section's rows are marked in one 64-bit word");

unsigned
ccm_config_row_index(const struct ccm_config_row *row)
{
	return (unsigned)(row - rows);
}

const char *
ccm_config_row_nearest(enum ccm_config_section section, const char *name)
{
	const char *names[CCM_COUNT(rows)];
	size_t count = 0;

	for (size_t i = 0; i < CCM_COUNT(rows); i++) {
		if (rows[i].section == section)
			names[count++] = rows[i].name;
	}
	return ccm_config_nearest(name, names, count);
}

static size_t
smallest(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* Levenshtein distance, one row at a time; names longer than the row are far from everything. */
static size_t
edit_distance(const char *a, const char *b)
{
	size_t row[65], len = strlen(b);

	if (len >= CCM_COUNT(row))
		return SIZE_MAX;
	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < len; j++) {
			size_t above = row[j + 1], change = a[i] != b[j];

			row[j + 1] = smallest(above + 1, row[j] + 1, diagonal + change);
			diagonal = above;
		}
	}
	return row[len];
}

const char *
ccm_config_nearest(const char *name, const char *const *candidates, size_t count)
{
	const char *nearest = NULL;
	size_t best = strlen(name) < 4 ? strlen(name) / 2 + 2 : 4; /* first distance too far */

	for (size_t i = 0; i < count; i++) {
		size_t distance = edit_distance(name, candidates[i]);

		if (distance < best) {
			best = distance;
			nearest = candidates[i];
		}
	}
	return nearest;
}

/* Values */

static bool
set_string(const struct ccm_config_row *row, char **member, const char *text, struct ccm_error *err)
{
	bool secret = row->type == CCM_VALUE_SECRET;
	char *copy;

	/* most of these texts become headers */
	if (strpbrk(text, "\r\n") != NULL)
		return ccm_fail(err, CCM_CONFIG, "the value has more than one line");
	copy = secret ? ccm_secret_dup(text, err) : ccm_strdup(text, err);
	if (copy == NULL)
		return false;
	if (secret)
		ccm_secret_free_str(*member);
	else
		ccm_free(*member);
	*member = copy;
	return true;
}

static bool
set_endpoint(
    const struct ccm_config_row *row, char **member, const char *text, struct ccm_error *err)
{
	const char *scheme = row->type == CCM_VALUE_ENDPOINT ? "https://" : "http://";
	size_t len = strlen(text), scheme_len = strlen(scheme);
	const char *host = text + scheme_len;
	char *copy;

	if (len == 0)
		return set_string(row, member, text, err);
	if (strncasecmp(text, scheme, scheme_len) != 0)
		return ccm_fail(err, CCM_CONFIG, "\"%s\" is not an %s URL", text, scheme);
	if (text[len - 1] == '/')
		len--;
	if (len <= scheme_len || strcspn(host, "/?#@ ") != len - scheme_len)
		return ccm_fail(
		    err, CCM_CONFIG, "\"%s\" is not of the form %sHOST[:PORT]", text, scheme);
	copy = ccm_strndup(text, len, err);
	if (copy == NULL)
		return false;
	ccm_free(*member);
	*member = copy;
	return true;
}

static bool
set_duration(int64_t *member, const char *text, struct ccm_error *err)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {
	    {"", 1000}, {"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}, {"d", 86400000}};
	char *rest;
	int64_t value = strtoll(text, &rest, 10);

	if (rest != text && value >= 0 && value <= 1000000) {
		rest += strspn(rest, " \t");
		for (size_t i = 0; i < CCM_COUNT(units); i++) {
			if (strcmp(rest, units[i].name) == 0) {
				*member = value * units[i].ms;
				return true;
			}
		}
	}
	return ccm_fail(
	    err, CCM_CONFIG, "\"%s\" is not a time such as 500 ms, 30 s, 5 min, 12 h, 30 d", text);
}

static bool
set_count(int64_t *member, const char *text, struct ccm_error *err)
{
	char *rest;
	int64_t value = strtoll(text, &rest, 10);

	if (rest == text || *rest != '\0' || value < 0 || value > 100)
		return ccm_fail(err, CCM_CONFIG, "\"%s\" is not a number from 0 to 100", text);
	*member = value;
	return true;
}

static bool
set_boolean(bool *member, const char *text, struct ccm_error *err)
{
	*member = strcmp(text, "yes") == 0;
	return *member || strcmp(text, "no") == 0 ||
	       ccm_fail(err, CCM_CONFIG, "\"%s\" is neither yes nor no", text);
}

static bool
set_choice(const struct ccm_config_row *row, int *member, const char *text, struct ccm_error *err)
{
	char known[128] = "";
	size_t used = 0;

	for (int i = 0; row->choices[i] != NULL; i++) {
		if (strcmp(row->choices[i], text) == 0) {
			*member = i;
			return true;
		}
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
		    i != 0 ? ", " : "", row->choices[i]);
	}
	return ccm_fail(err, CCM_CONFIG, "\"%s\" is none of %s", text, known);
}

bool
ccm_config_row_set(
    const struct ccm_config_row *row, void *base, const char *text, struct ccm_error *err)
{
	void *member = (char *)base + row->offset;

	switch (row->type) {
	case CCM_VALUE_STRING:
	case CCM_VALUE_SECRET:
		return set_string(row, member, text, err);
	case CCM_VALUE_ENDPOINT:
	case CCM_VALUE_PLAIN_ENDPOINT:
		return set_endpoint(row, member, text, err);
	case CCM_VALUE_DURATION:
		return set_duration(member, text, err);
	case CCM_VALUE_COUNT:
		return set_count(member, text, err);
	case CCM_VALUE_BOOLEAN:
		return set_boolean(member, text, err);
	case CCM_VALUE_CHOICE:
		return set_choice(row, member, text, err);
	}
	return ccm_fail(err, CCM_INTERNAL, "configuration key %s has no type", row->name);
}

void
ccm_config_section_clear(enum ccm_config_section section, void *base)
{
	for (size_t i = 0; i < CCM_COUNT(rows); i++) {
		char **member = (char **)((char *)base + rows[i].offset);

		if (rows[i].section != section)
			continue;
		if (rows[i].type == CCM_VALUE_SECRET)
			ccm_secret_free_str(*member);
		else if (rows[i].type == CCM_VALUE_STRING || rows[i].type == CCM_VALUE_ENDPOINT ||
			 rows[i].type == CCM_VALUE_PLAIN_ENDPOINT)
			ccm_free(*member);
	}
}

bool
ccm_config_section_defaults(enum ccm_config_section section, void *base, struct ccm_error *err)
{
	for (size_t i = 0; i < CCM_COUNT(rows); i++) {
		if (rows[i].section == section &&
		    !ccm_config_row_set(&rows[i], base, rows[i].fallback, err))
			return false;
	}
	return true;
}
