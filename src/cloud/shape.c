/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/shape.h"

#include <string.h>

#define RESOURCES "resources"
#define DETAIL "resource_detail"

static bool
is_object(const struct ccm_json *json)
{
	return json != NULL && ccm_json_type(json) == CCM_JSON_OBJECT;
}

/* The record inside a list of one, NULL when there is nothing to take out. */
static const struct ccm_json *
wrapped_detail(const struct ccm_json *detail)
{
	if (detail == NULL || ccm_json_type(detail) != CCM_JSON_ARRAY ||
	    ccm_json_count(detail) != 1)
		return NULL;
	return ccm_json_first(detail);
}

/* More elements than there are resources, each with one member. */
static bool
is_scattered(const struct ccm_json *resources, int64_t total)
{
	if (total < 0 || (int64_t)ccm_json_count(resources) <= total)
		return false;
	for
		ccm_json_each(element, resources)
		{
			if (!is_object(element) || ccm_json_count(element) != 1)
				return false;
		}
	return true;
}

static bool
is_odd(const struct ccm_json *resources, int64_t total)
{
	for
		ccm_json_each(element, resources)
		{
			if (is_object(element) &&
			    wrapped_detail(ccm_json_get(element, DETAIL)) != NULL)
				return true;
		}
	return is_scattered(resources, total);
}

static bool
has_member(const struct ccm_json *object, const char *name)
{
	for
		ccm_json_each(member, object)
		{
			if (strcmp(ccm_json_name(member), name) == 0)
				return true;
		}
	return false;
}

static bool
copy_member(struct ccm_json *into, const struct ccm_json *member, struct ccm_error *err)
{
	const char *name = ccm_json_name(member);
	const struct ccm_json *detail = strcmp(name, DETAIL) == 0 ? wrapped_detail(member) : NULL;
	struct ccm_json *copy = ccm_json_dup(detail != NULL ? detail : member, err);

	return copy != NULL && ccm_json_add_json(into, name, copy, err);
}

static bool
begin_resource(struct ccm_json **resource, struct ccm_json *list, struct ccm_error *err)
{
	struct ccm_json *made = ccm_json_new_object(err);

	*resource = made;
	return made != NULL && ccm_json_append_json(list, made, err);
}

/* A new resource begins with each element, or, where they are scattered, when a member repeats. */
static bool
copy_element(const struct ccm_json *element, bool scattered, struct ccm_json **resource,
    struct ccm_json *list, struct ccm_error *err)
{
	const struct ccm_json *first = ccm_json_first(element);
	bool goes_on = scattered && *resource != NULL && first != NULL &&
		       !has_member(*resource, ccm_json_name(first));

	if (!goes_on && !begin_resource(resource, list, err))
		return false;
	for
		ccm_json_each(member, element)
		{
			if (!copy_member(*resource, member, err))
				return false;
		}
	return true;
}

static struct ccm_json *
copy_resources(const struct ccm_json *resources, bool scattered, struct ccm_error *err)
{
	struct ccm_json *list = ccm_json_new_array(err), *resource = NULL;

	if (list == NULL)
		return NULL;
	for
		ccm_json_each(element, resources)
		{
			struct ccm_json *copy = NULL;
			bool ok;

			if (is_object(element))
				ok = copy_element(element, scattered, &resource, list, err);
			else
				ok = (copy = ccm_json_dup(element, err)) != NULL &&
				     ccm_json_append_json(list, copy, err);
			if (ok)
				continue;
			ccm_json_free(list);
			return NULL;
		}
	return list;
}

bool
ccm_shape_repair(const struct ccm_operation *op, struct ccm_json *answer, struct ccm_error *err)
{
	const struct ccm_json *resources = NULL;
	struct ccm_json *list;
	int64_t total = -1;

	if (op->items == NULL || strcmp(op->items, RESOURCES) != 0 || !is_object(answer))
		return true;
	resources = ccm_json_get(answer, RESOURCES);
	ccm_json_opt_int(answer, "total_count", &total, NULL);
	if (resources == NULL || ccm_json_type(resources) != CCM_JSON_ARRAY ||
	    !is_odd(resources, total))
		return true;
	list = copy_resources(resources, is_scattered(resources, total), err);
	return list != NULL && ccm_json_add_json(answer, RESOURCES, list, err);
}
