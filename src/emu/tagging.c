/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "emu/life.h"
#include "emu/pca.h"
#include "emu/tag_store.h"

/* The calls about tags: the same seven for CAs and for certificates. */

static enum ccm_emu_resource_kind
kind_of(const struct ccm_operation *op)
{
	static const char certificates[] = "/v1/private-certificates/";

	return strncmp(op->path, certificates, strlen(certificates)) == 0
		   ? CCM_EMU_RESOURCE_CERTIFICATE
		   : CCM_EMU_RESOURCE_CA;
}

static struct ccm_emu_db *
database(const struct ccm_emu_call *call)
{
	return ccm_emu_state_db(call->emulator->state);
}

/* The resource of the request. One that is frozen or waits for its end takes no tags. */
static bool
find_taggable(struct ccm_emu_call *call, struct ccm_emu_resource *out, struct ccm_error *err)
{
	if (!ccm_emu_pca_find(call, kind_of(call->op), out, err) ||
	    !ccm_emu_life_require(call, out, err))
		return false;
	return strcmp(out->status, "DELETED") != 0 ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_STATE, "%s is %s", out->id, out->status);
}

/* Changing */

bool
ccm_emu_create_tag(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_resource resource;
	struct ccm_emu_tag tag;
	bool ok = find_taggable(call, &resource, err) &&
		  ccm_emu_tag_read(ccm_json_get(call->request, "tag"), "tag", &tag, err) &&
		  ccm_emu_tag_store_put(database(call), &resource, &tag, 1, err);

	ccm_emu_resource_clear(&resource);
	return ok;
}

typedef bool (*tag_change)(struct ccm_emu_db *db, const struct ccm_emu_resource *resource,
    const struct ccm_emu_tag *tags, size_t count, struct ccm_error *err);

static bool
change_tags(struct ccm_emu_call *call, tag_change change, struct ccm_error *err)
{
	struct ccm_emu_tag tags[CCM_EMU_TAG_MAX];
	struct ccm_emu_resource resource;
	size_t count;
	bool ok = find_taggable(call, &resource, err) &&
		  ccm_emu_tags_read(ccm_json_get(call->request, "tags"), tags, &count, err) &&
		  change(database(call), &resource, tags, count, err);

	ccm_emu_resource_clear(&resource);
	return ok;
}

bool
ccm_emu_create_tags(struct ccm_emu_call *call, struct ccm_error *err)
{
	return change_tags(call, ccm_emu_tag_store_put, err);
}

bool
ccm_emu_delete_tags(struct ccm_emu_call *call, struct ccm_error *err)
{
	return change_tags(call, ccm_emu_tag_store_delete, err);
}

/* Listing */

static bool
answer_tags(struct ccm_emu_call *call, struct ccm_json *tags, struct ccm_error *err)
{
	if (tags == NULL)
		return false;
	call->answer->json = ccm_json_new_object(err);
	if (call->answer->json != NULL)
		return ccm_json_add_json(call->answer->json, "tags", tags, err);
	ccm_json_free(tags);
	return false;
}

bool
ccm_emu_list_tags(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_resource resource;
	bool ok = ccm_emu_pca_find(call, kind_of(call->op), &resource, err) &&
		  answer_tags(call, ccm_emu_tag_store_list(database(call), resource.id, err), err);

	ccm_emu_resource_clear(&resource);
	return ok;
}

bool
ccm_emu_list_all_tags(struct ccm_emu_call *call, struct ccm_error *err)
{
	return answer_tags(
	    call, ccm_emu_tag_store_list_all(database(call), kind_of(call->op), err), err);
}

/* Finding */

static bool
write_found(struct ccm_emu_call *call, const struct ccm_json *detail, struct ccm_json *out,
    struct ccm_error *err)
{
	struct ccm_json *copy = ccm_json_dup(detail, err), *tags;
	const char *id, *name;

	if (copy == NULL || !ccm_json_add_json(out, "resource_detail", copy, err) ||
	    !ccm_json_string(detail, ccm_emu_pca_id_name(kind_of(call->op)), &id, err) ||
	    !ccm_json_string(detail, "distinguished_name.common_name", &name, err))
		return false;
	tags = ccm_emu_tag_store_list(database(call), id, err);
	return tags != NULL && ccm_json_add_json(out, "tags", tags, err) &&
	       ccm_json_add_string(out, "resource_id", id, err) &&
	       ccm_json_add_string(out, "resource_name", name, err);
}

static bool
append_found(struct ccm_emu_call *call, const struct ccm_json *detail, struct ccm_json *list,
    struct ccm_error *err)
{
	struct ccm_json *found = ccm_json_new_object(err);

	if (found != NULL && write_found(call, detail, found, err))
		return ccm_json_append_json(list, found, err);
	ccm_json_free(found);
	return false;
}

static struct ccm_json *
find_page(struct ccm_emu_call *call, const struct ccm_emu_tag_filter *filter, struct ccm_error *err)
{
	struct ccm_json *ids = ccm_emu_tag_store_find(database(call), filter, err);
	struct ccm_json *details =
	    ids != NULL ? ccm_emu_pca_details(call, filter->kind, ids, err) : NULL;
	struct ccm_json *list = details != NULL ? ccm_json_new_array(err) : NULL;
	bool ok = list != NULL;

	for (const struct ccm_json *at = ccm_json_first(details); ok && at != NULL;
	     at = ccm_json_next(at))
		ok = append_found(call, at, list, err);
	if (!ok) {
		ccm_json_free(list);
		list = NULL;
	}
	ccm_json_free(details);
	ccm_json_free(ids);
	return list;
}

static bool
read_filter(struct ccm_emu_call *call, struct ccm_emu_tag_filter *filter, struct ccm_error *err)
{
	if (!ccm_emu_tag_filter_read(call->request, kind_of(call->op), filter, err))
		return false;
	if (!call->emulator->tag_paging)
		filter->offset = 0;
	return true;
}

static bool
answer_total(
    struct ccm_emu_call *call, const struct ccm_emu_tag_filter *filter, struct ccm_error *err)
{
	int64_t total;

	if (!ccm_emu_tag_store_count(database(call), filter, &total, err))
		return false;
	call->answer->json = ccm_json_new_object(err);
	return call->answer->json != NULL &&
	       ccm_json_add_int(call->answer->json, "total_count", total, err);
}

bool
ccm_emu_find_by_tags(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_tag_filter filter;
	struct ccm_json *list;

	if (!read_filter(call, &filter, err) || !answer_total(call, &filter, err))
		return false;
	list = find_page(call, &filter, err);
	return list != NULL && ccm_json_add_json(call->answer->json, "resources", list, err);
}

bool
ccm_emu_count_by_tags(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_tag_filter filter;

	return read_filter(call, &filter, err) && answer_total(call, &filter, err);
}
