/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CONFIG_H
#define CCM_CONFIG_H

/*
 * The configuration (ccm.conf(5), design chapter 3): an INI file turned into one immutable
 * structure. Every string is set: defaults are filled in, "" stands for "not given".
 */

#include <stddef.h>
#include <stdint.h>

#include "core/mem.h"

enum ccm_service { CCM_PCA, CCM_SCM, CCM_IAM, CCM_SERVICES };
const char *ccm_service_name(enum ccm_service service); /* "PCA", "SCM", "IAM" */

enum ccm_auth_method {
	CCM_AUTH_AUTO,
	CCM_AUTH_TOKEN,
	CCM_AUTH_AKSK,
	CCM_AUTH_PASSWORD,
	CCM_AUTH_METADATA
};
const char *ccm_auth_method_name(enum ccm_auth_method method); /* "aksk" */

/* What requests are for; AUTO takes what is known. */
enum ccm_auth_scope { CCM_SCOPE_AUTO, CCM_SCOPE_PROJECT, CCM_SCOPE_DOMAIN };

struct ccm_cloud_config {
	char *region;
	char *endpoint[CCM_SERVICES];  /* https://host[:port], no trailing slash */
	bool is_derived[CCM_SERVICES]; /* from the region: nobody named the endpoint */
	char *tls_ca_file;
	int64_t connect_timeout_ms;
	int64_t timeout_ms; /* for one call, retries and all */
	int64_t retries;
	char *language;
	char *enterprise_project;
};

struct ccm_auth_config {
	enum ccm_auth_method
	    method; /* AUTO is resolved when parsing, unless nothing is configured */
	enum ccm_auth_scope scope;
	char *access_key;
	char *secret_key;     /* secret, like every string below marked so */
	char *security_token; /* secret */
	char *project_id;
	char *project_name;
	char *domain_id;
	char *token; /* secret */
	char *user;
	char *user_domain;
	char *password;          /* secret */
	char *metadata_endpoint; /* http://host[:port]; "": there is none */
	bool token_cache;
};

/*
 * Settle what AUTO means; it stays when nothing is configured. NULL when the method has what it
 * needs, else the name of the key that is missing.
 */
const char *ccm_auth_config_resolve(struct ccm_auth_config *auth);

enum ccm_token_keys { CCM_KEYS_EXPORT, CCM_KEYS_LOCAL, CCM_KEYS_NONE };
/* What roots are trusted for; of their own, neither includes the other. */
enum ccm_trust { CCM_TRUST_NO, CCM_TRUST_YES, CCM_TRUST_SERVER, CCM_TRUST_CLIENT };
enum ccm_token_login { CCM_LOGIN_NONE, CCM_LOGIN_PIN };

struct ccm_token_config {
	char *name;
	enum ccm_service service;
	char *ca;     /* id or common name of the issuing CA to show; "" all */
	char *glob;   /* key `name`: which common names to show; "" all */
	char *status; /* * for all, "" for what can be used */
	enum ccm_token_keys keys;
	enum ccm_trust trust;       /* of roots */
	char *trust_ca;             /* CA:TRUST by commas: of those, in place of the former */
	enum ccm_token_login login; /* PIN: private keys are there for who gave it */
	bool read_only;             /* programs make, change and destroy nothing */
	char *hsm; /* the cluster that keys made outside of the service are in; "" none */
};

/* A Dedicated HSM cluster, and the module that speaks to it. */
struct ccm_hsm_config {
	char *cluster; /* its id */
	char *module;  /* path of the PKCS#11 module */
	char *token;   /* label or serial number in there; "": the only one */
	char *pin;     /* secret; "": none */
	char *project;
	char *ca_cert_file;
};

struct ccm_config {
	char *source; /* the file's name */
	struct ccm_cloud_config cloud;
	struct ccm_auth_config auth;
	char *cache_dir; /* "": the usual place */
	int64_t cache_ttl_ms;
	int64_t cache_max_stale_ms;
	struct ccm_token_config *tokens; /* at least one: without a [token] section PCA and SCM */
	size_t token_count;
	char *keystore_dir; /* where keys made here are kept; "" without a home directory */
	char *keystore_pin; /* secret; "": none */
	struct ccm_hsm_config *hsms;
	size_t hsm_count;
	char *log_level;
	char *log_file;
};

/*
 * Find and read the file: path when it is not NULL, else $CCM_CONFIG, else
 * $XDG_CONFIG_HOME/ccm/ccm.conf (~/.config), else /etc/ccm/ccm.conf. None there: CCM_CONFIG, the
 * message lists where it was looked for. A file that holds a secret and can be read by others is
 * refused.
 */
struct ccm_config *ccm_config_load(const char *path, struct ccm_error *err);

/* The same from memory; source is used in messages ("ccm.conf:12: ..."). */
struct ccm_config *ccm_config_parse(
    const char *source, struct ccm_span text, struct ccm_error *err);

void ccm_config_free(struct ccm_config *config); /* NULL is allowed */

/*
 * Where the user's programs keep their data, to be freed: /var/lib/ccm of root, $XDG_DATA_HOME/ccm,
 * ~/.local/share/ccm; "" for who has no home.
 */
char *ccm_config_data_dir(struct ccm_error *err);

/* What the configuration says of a root with that id and common name. */
enum ccm_trust ccm_token_config_trust(
    const struct ccm_token_config *token, const char *id, const char *name);
extern const char *const ccm_trust_names[]; /* by enum ccm_trust, NULL-terminated */

/* The section [hsm CLUSTER-ID], or NULL. */
const struct ccm_hsm_config *ccm_config_hsm(const struct ccm_config *config, const char *cluster);

/* The candidate nearest to name by edit distance, NULL when none is near. For "did you mean". */
const char *ccm_config_nearest(const char *name, const char *const *candidates, size_t count);

/* Every key with section and help text: for the example file's and manual page's checks. */
struct ccm_config_key {
	const char *section;
	const char *name;
	const char *fallback; /* the default as text */
	const char *help;
	bool secret;
};
size_t ccm_config_key_count(void);
struct ccm_config_key ccm_config_key_at(size_t index);

#endif
