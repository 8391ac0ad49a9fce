/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/tag_filter.h"

#include <stdio.h>
#include <string.h>

#include "emu/answer.h"

#define LIMIT_DEFAULT 10

/* Reading */

static bool
has_value(const struct ccm_emu_tag_filter *filter, size_t key, const char *value)
{
	for (size_t i = 0; i < filter->keys[key].value_count; i++)
		if (strcmp(filter->keys[key].values[i], value) == 0)
			return true;
	return false;
}

static bool
read_value(const struct ccm_json *json, struct ccm_emu_tag_filter *out, struct ccm_error *err)
{
	size_t key = out->key_count, index = out->keys[key].value_count;
	const char *value;
	char path[48];

	snprintf(path, sizeof(path), "tags[%zu].values[%zu]", key, index);
	if (index == CCM_EMU_TAG_MAX || !ccm_json_as_string(json, &value))
		return ccm_emu_refuse(
		    err, CCM_EMU_REFUSE_PARAMETER, "Tag value list is invalid: %s", path);
	if (!ccm_emu_tag_check(value, CCM_EMU_TAG_VALUE, path, err))
		return false;
	if (has_value(out, key, value))
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
		    "Tag value list is invalid: %s: %s is there twice", path, value);
	out->keys[key].values[out->keys[key].value_count++] = value;
	return true;
}

static bool
has_key(const struct ccm_emu_tag_filter *filter, const char *key)
{
	for (size_t i = 0; i < filter->key_count; i++)
		if (strcmp(filter->keys[i].key, key) == 0)
			return true;
	return false;
}

static bool
read_key(const struct ccm_json *json, struct ccm_emu_tag_filter *out, struct ccm_error *err)
{
	const struct ccm_json *values = ccm_json_get(json, "values");
	const char *key;
	char path[32];

	if (out->key_count == CCM_EMU_TAG_MAX)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
		    "Tag list is invalid: more than %d keys", CCM_EMU_TAG_MAX);
	snprintf(path, sizeof(path), "tags[%zu].key", out->key_count);
	if (!ccm_json_string(json, "key", &key, err) ||
	    !ccm_emu_tag_check(key, CCM_EMU_TAG_KEY, path, err))
		return false;
	if (has_key(out, key))
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
		    "Tag key list is invalid: %s: %s is there twice", path, key);
	out->keys[out->key_count].key = key;
	for (const struct ccm_json *at = ccm_json_first(values); at != NULL; at = ccm_json_next(at))
		if (!read_value(at, out, err))
			return false;
	out->key_count++;
	return true;
}

/* Of the fields that the service may match only one is known. */
static bool
read_match(const struct ccm_json *json, struct ccm_emu_tag_filter *out, struct ccm_error *err)
{
	const char *key, *value;

	if (!ccm_json_string(json, "key", &key, err) ||
	    !ccm_json_string(json, "value", &value, err))
		return false;
	if (strcmp(key, "resource_name") != 0)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
		    "Match tag invalid: %s is no field to match, resource_name is", key);
	if (out->name != NULL)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
		    "Match tag invalid: resource_name is there twice");
	out->name = value;
	return true;
}

bool
ccm_emu_tag_filter_read(const struct ccm_json *request, enum ccm_emu_resource_kind kind,
    struct ccm_emu_tag_filter *out, struct ccm_error *err)
{
	const struct ccm_json *tags = ccm_json_get(request, "tags");
	const struct ccm_json *matches = ccm_json_get(request, "matches");

	*out = (struct ccm_emu_tag_filter){.kind = kind, .limit = LIMIT_DEFAULT};
	for (const struct ccm_json *at = ccm_json_first(tags); at != NULL; at = ccm_json_next(at))
		if (!read_key(at, out, err))
			return false;
	for (const struct ccm_json *at = ccm_json_first(matches); at != NULL;
	     at = ccm_json_next(at))
		if (!read_match(at, out, err))
			return false;
	return ccm_json_opt_int(request, "limit", &out->limit, err) &&
	       ccm_json_opt_int(request, "offset", &out->offset, err);
}

/* As SQL */

void
ccm_emu_tag_query_clear(struct ccm_emu_tag_query *query)
{
	ccm_buf_clear(&query->text);
	ccm_free(query->params);
	*query = (struct ccm_emu_tag_query){0};
}

/* A parameter, and its place: "?7". */
static bool
append_parameter(struct ccm_emu_tag_query *query, struct ccm_emu_param param, struct ccm_error *err)
{
	if (!ccm_grow_array(&query->params, query->param_count, sizeof(param), err))
		return false;
	query->params[query->param_count++] = param;
	return ccm_buf_printf(&query->text, err, "?%zu", query->param_count);
}

static bool
append_text(struct ccm_emu_tag_query *query, const char *before, const char *text,
    const char *after, struct ccm_error *err)
{
	return ccm_buf_append_str(&query->text, before, err) &&
	       append_parameter(query, (struct ccm_emu_param)CCM_EMU_TEXT(text), err) &&
	       ccm_buf_append_str(&query->text, after, err);
}

static bool
append_number(
    struct ccm_emu_tag_query *query, const char *before, int64_t number, struct ccm_error *err)
{
	return ccm_buf_append_str(&query->text, before, err) &&
	       append_parameter(query, (struct ccm_emu_param)CCM_EMU_NUMBER(number), err);
}

/* The first key leads: its index says which resources to look at at all. */
static bool
append_key(const struct ccm_emu_tag_filter *filter, size_t key, struct ccm_emu_tag_query *query,
    struct ccm_error *err)
{
	size_t count = filter->keys[key].value_count;
	bool ok = ccm_buf_append_str(&query->text,
		      " AND sequence IN (SELECT sequence FROM tag WHERE kind = ?1", err) &&
		  append_text(query, " AND key = ", filter->keys[key].key, "", err);

	for (size_t i = 0; ok && i < count; i++)
		ok = append_text(query, i == 0 ? " AND value IN (" : ", ",
		    filter->keys[key].values[i], i + 1 == count ? ")" : "", err);
	return ok && ccm_buf_append_str(&query->text, ")", err);
}

/* SQLite's lower() knows ASCII only, as far as matching in any case goes here. */
static bool
append_name(const char *name, struct ccm_emu_tag_query *query, struct ccm_error *err)
{
	if (name == NULL)
		return true;
	if (name[0] == '\0')
		return ccm_buf_append_str(&query->text, " AND 0", err);
	return append_text(query, " AND instr(lower(common_name), lower(", name, "))", err);
}

static bool
append_where(
    const struct ccm_emu_tag_filter *filter, struct ccm_emu_tag_query *query, struct ccm_error *err)
{
	bool ok = append_number(query, " FROM resource WHERE kind = ", filter->kind, err) &&
		  ccm_buf_append_str(&query->text, " AND " CCM_EMU_RESOURCE_LISTED, err);

	for (size_t i = 0; ok && i < filter->key_count; i++)
		ok = append_key(filter, i, query, err);
	return ok && append_name(filter->name, query, err);
}

bool
ccm_emu_tag_filter_page(
    const struct ccm_emu_tag_filter *filter, struct ccm_emu_tag_query *out, struct ccm_error *err)
{
	*out = (struct ccm_emu_tag_query){0};
	return ccm_buf_append_str(&out->text, "SELECT id", err) && append_where(filter, out, err) &&
	       append_number(out, " ORDER BY sequence DESC LIMIT ", filter->limit, err) &&
	       append_number(out, " OFFSET ", filter->offset, err);
}

bool
ccm_emu_tag_filter_total(
    const struct ccm_emu_tag_filter *filter, struct ccm_emu_tag_query *out, struct ccm_error *err)
{
	*out = (struct ccm_emu_tag_query){0};
	return ccm_buf_append_str(&out->text, "SELECT count(*)", err) &&
	       append_where(filter, out, err);
}
