/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_JSON_H
#define CCM_JSON_H

/*
 * JSON values with errors that name the path of what is wrong ("certificates[3].not_after: is a
 * list, not a number"). Getters are tolerant where the service is: null counts as missing,
 * numbers and Booleans may come as strings. The only user of cJSON.
 *
 * A name may be a dotted path ("distinguished_name.common_name").
 */

#include <stddef.h>
#include <stdint.h>

#include "core/mem.h"

struct ccm_json; /* a value; freed with its tree's root */

enum ccm_json_type {
	CCM_JSON_NULL,
	CCM_JSON_BOOL,
	CCM_JSON_NUMBER,
	CCM_JSON_STRING,
	CCM_JSON_ARRAY,
	CCM_JSON_OBJECT
};

/* Parse a whole text; what follows the value must be blank. The error tells the offset. */
struct ccm_json *ccm_json_parse(struct ccm_span text, struct ccm_error *err);
void ccm_json_free(struct ccm_json *json); /* NULL is allowed; string values are cleansed */
struct ccm_json *ccm_json_dup(const struct ccm_json *json, struct ccm_error *err);
/* Append the text to buf; indented for people when pretty. */
bool ccm_json_print(
    const struct ccm_json *json, bool pretty, struct ccm_buf *buf, struct ccm_error *err);
/* The same with the values of secret members (see ccm_log_name_is_secret) replaced. */
bool ccm_json_print_redacted(
    const struct ccm_json *json, struct ccm_buf *buf, struct ccm_error *err);

enum ccm_json_type ccm_json_type(const struct ccm_json *json);
const char *ccm_json_type_name(enum ccm_json_type type); /* "a string", "a list", ... */

/* Borrowed; NULL when the member is missing or null. */
const struct ccm_json *ccm_json_get(const struct ccm_json *object, const char *name);
size_t ccm_json_count(
    const struct ccm_json *json); /* elements of an array or members of an object */
const struct ccm_json *ccm_json_at(const struct ccm_json *array, size_t index);
#define ccm_json_each(var, array) \
	(const struct ccm_json *var = ccm_json_first(array); var != NULL; var = ccm_json_next(var))
const struct ccm_json *ccm_json_first(const struct ccm_json *container);
const struct ccm_json *ccm_json_next(const struct ccm_json *element);
const char *ccm_json_name(const struct ccm_json *member); /* NULL for array elements */

/* The value itself; false when it is of another type (after tolerance). */
bool ccm_json_as_string(const struct ccm_json *json, const char **out);
/* The text of a member, "" when it has none. */
const char *ccm_json_text(const struct ccm_json *object, const char *name);
bool ccm_json_as_int(const struct ccm_json *json, int64_t *out);
bool ccm_json_as_bool(const struct ccm_json *json, bool *out); /* ON and OFF are Booleans, too */
/* Milliseconds since 1970 of a time in any of the services' forms: PCA's numbers, SCM's text. */
bool ccm_json_as_time(const struct ccm_json *json, int64_t *out);

/* Mandatory members: missing, null or of a wrong type is CCM_PROTOCOL with the path. */
bool ccm_json_string(
    const struct ccm_json *object, const char *name, const char **out, struct ccm_error *err);
bool ccm_json_int(
    const struct ccm_json *object, const char *name, int64_t *out, struct ccm_error *err);
bool ccm_json_array(const struct ccm_json *object, const char *name, const struct ccm_json **out,
    struct ccm_error *err);

/* Optional members: missing or null leaves the default; a wrong type is an error all the same. */
bool ccm_json_opt_string(
    const struct ccm_json *object, const char *name, const char **inout, struct ccm_error *err);
bool ccm_json_opt_int(
    const struct ccm_json *object, const char *name, int64_t *inout, struct ccm_error *err);
bool ccm_json_opt_bool(
    const struct ccm_json *object, const char *name, bool *inout, struct ccm_error *err);

/*
 * Building. A name may be dotted; objects on the way are made. The add functions replace an
 * earlier value. ccm_json_add_json takes ownership of value, also when it fails.
 */
struct ccm_json *ccm_json_new_object(struct ccm_error *err);
struct ccm_json *ccm_json_new_array(struct ccm_error *err);
struct ccm_json *ccm_json_new_string(const char *value, struct ccm_error *err);
bool ccm_json_add_string(struct ccm_json *object, const char *name, const char *value,
    struct ccm_error *err); /* a NULL value adds null */
bool ccm_json_add_int(
    struct ccm_json *object, const char *name, int64_t value, struct ccm_error *err);
bool ccm_json_add_bool(
    struct ccm_json *object, const char *name, bool value, struct ccm_error *err);
bool ccm_json_add_json(
    struct ccm_json *object, const char *name, struct ccm_json *value, struct ccm_error *err);
bool ccm_json_append_string(struct ccm_json *array, const char *value, struct ccm_error *err);
bool ccm_json_append_json(struct ccm_json *array, struct ccm_json *value, struct ccm_error *err);

#endif
