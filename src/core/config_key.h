/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CONFIG_KEY_H
#define CCM_CONFIG_KEY_H

/* The table of configuration keys, and turning a value's text into a member. Used by config.c. */

#include "core/config.h"

enum ccm_config_section {
	CCM_SECTION_CLOUD,
	CCM_SECTION_AUTH,
	CCM_SECTION_CACHE,
	CCM_SECTION_KEYSTORE,
	CCM_SECTION_TOKEN,
	CCM_SECTION_HSM,
	CCM_SECTION_LOG,
	CCM_SECTIONS
};

enum ccm_value_type {
	CCM_VALUE_STRING,   /* char * */
	CCM_VALUE_SECRET,   /* char *, secret memory; also read from the file that KEY_file names */
	CCM_VALUE_ENDPOINT, /* char *, https://host[:port] */
	CCM_VALUE_PLAIN_ENDPOINT, /* char *, http://host[:port] */
	CCM_VALUE_DURATION,       /* int64_t, milliseconds */
	CCM_VALUE_COUNT,          /* int64_t, 0 to 100 */
	CCM_VALUE_BOOLEAN,        /* bool */
	CCM_VALUE_CHOICE          /* an enumeration: the index in choices */
};

struct ccm_config_row {
	enum ccm_config_section section;
	const char *name;
	enum ccm_value_type type;
	size_t offset; /* of the member in the section's structure */
	const char *fallback;
	const char *const *choices; /* NULL-terminated */
	const char *help;
};

const char *ccm_config_section_name(enum ccm_config_section section);
bool ccm_config_section_find(const char *name, size_t len, enum ccm_config_section *out);

/* The row of a key; with `_file` behind a secret's name *from_file is true. NULL when unknown. */
const struct ccm_config_row *ccm_config_row_find(
    enum ccm_config_section section, const char *name, bool *from_file);
/* The row's number in the table, below 64. */
unsigned ccm_config_row_index(const struct ccm_config_row *row);
/* The known name nearest to an unknown one in this section, or NULL. */
const char *ccm_config_row_nearest(enum ccm_config_section section, const char *name);

/* Store text as the row's type into the structure at base; a former value is freed. */
bool ccm_config_row_set(
    const struct ccm_config_row *row, void *base, const char *text, struct ccm_error *err);
/* Free what the section's structure at base owns. */
void ccm_config_section_clear(enum ccm_config_section section, void *base);
/* Store every default of the section. */
bool ccm_config_section_defaults(
    enum ccm_config_section section, void *base, struct ccm_error *err);

/* config_trust.c: is trust_ca what it has to be? */
bool ccm_config_check_trust(const struct ccm_token_config *token, struct ccm_error *err);

/* config_endpoint.c: fill in the endpoints that were not given. */
bool ccm_config_settle_endpoints(struct ccm_cloud_config *cloud, struct ccm_error *err);

#endif
