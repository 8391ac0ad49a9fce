/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/client.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"

/*
 * Paged lists. offset counts records; it does nothing in some calls, which then bring the same page
 * for ever (spec/huawei-ccm-practice.md 3.4), so a page without a new id ends the walk.
 */

struct walk {
	struct ccm_client *client;
	const struct ccm_operation *op;
	struct ccm_visitor visitor;
	bool paged; /* else all comes at once */
	int64_t limit;
	int64_t offset;  /* records that earlier pages had */
	int64_t skipped; /* by the caller's wish */
	int64_t shown;
	int64_t total; /* by the service's word, -1: not said */
	struct ccm_json *page;
	const char **ids; /* of the page before this one, sorted */
	size_t id_count;
	struct ccm_buf id_text;
	bool stopped; /* by the visitor */
};

/* The id of an element, or NULL: then it counts as new. */
static const char *
id_of(const struct ccm_json *element)
{
	static const char *const names[] = {
	    "ca_id", "certificate_id", "id", "cert_id", "resource_id"};
	const char *id = NULL;

	for (size_t i = 0; id == NULL && i < CCM_COUNT(names); i++)
		ccm_json_opt_string(element, names[i], &id, NULL);
	return id;
}

static int
compare_ids(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static bool
was_seen(const struct walk *walk, const struct ccm_json *element)
{
	const char *id = id_of(element);

	return id != NULL && walk->id_count != 0 &&
	       bsearch(&id, walk->ids, walk->id_count, sizeof(*walk->ids), compare_ids) != NULL;
}

/* Copies: of the page itself nothing is kept. */
static bool
copy_ids(const struct ccm_json *items, struct ccm_buf *out, size_t *count, struct ccm_error *err)
{
	*count = 0;
	for
		ccm_json_each(element, items)
		{
			const char *id = id_of(element);

			if (id == NULL)
				continue;
			if (!ccm_buf_append(out, id, strlen(id) + 1, err))
				return false;
			(*count)++;
		}
	return true;
}

/* This page becomes the one before. */
static bool
turn(struct walk *walk, const struct ccm_json *items, struct ccm_error *err)
{
	const char *at;

	ccm_buf_clear(&walk->id_text);
	ccm_free(walk->ids);
	walk->ids = ccm_alloc_array(ccm_json_count(items), sizeof(*walk->ids), err);
	if (walk->ids == NULL || !copy_ids(items, &walk->id_text, &walk->id_count, err))
		return false;
	at = ccm_buf_str(&walk->id_text);
	for (size_t i = 0; i < walk->id_count; i++) {
		walk->ids[i] = at;
		at += strlen(at) + 1;
	}
	qsort(walk->ids, walk->id_count, sizeof(*walk->ids), compare_ids);
	return true;
}

static bool
visit_new(struct walk *walk, const struct ccm_json *items, size_t *fresh, struct ccm_error *err)
{
	struct ccm_error cause = {0};

	*fresh = 0;
	for
		ccm_json_each(element, items)
		{
			if (was_seen(walk, element))
				continue;
			(*fresh)++;
			if (walk->visitor.visit(walk->visitor.context, element, &cause))
				continue;
			walk->stopped = true;
			if (cause.code == CCM_OK)
				return true;
			if (err != NULL && err->code == CCM_OK)
				*err = cause;
			return false;
		}
	return true;
}

/* What the list calls say the number of records is: total or total_count. */
static bool
read_total(struct walk *walk, struct ccm_error *err)
{
	walk->total = -1;
	return ccm_json_opt_int(walk->page, "total_count", &walk->total, err) &&
	       ccm_json_opt_int(walk->page, "total", &walk->total, err);
}

static bool
fetch(struct walk *walk, struct ccm_json *request, struct ccm_error *err)
{
	return (!walk->paged || ccm_json_add_int(request, "offset", walk->offset, err)) &&
	       ccm_client_call(walk->client, walk->op, request, &walk->page, err);
}

static void
warn_of_missing(const struct walk *walk)
{
	if (walk->total <= walk->skipped + walk->shown)
		return;
	ccm_log(WARN, HTTP, "%s: the service tells of %" PRId64 " records, but showed %" PRId64,
	    walk->op->id, walk->total, walk->skipped + walk->shown);
}

/* Pages may be smaller than was asked for, so a total counts more than a page that is not full. */
static bool
may_follow(const struct walk *walk, size_t count)
{
	return walk->total >= 0 ? walk->offset < walk->total : (int64_t)count >= walk->limit;
}

/* One page; *more tells whether another may follow. */
static bool
walk_page(struct walk *walk, struct ccm_json *request, bool *more, struct ccm_error *err)
{
	const struct ccm_json *items;
	size_t count, fresh;

	*more = false;
	if (!fetch(walk, request, err))
		return false;
	if (!ccm_json_array(walk->page, walk->op->items, &items, err) || !read_total(walk, err))
		return ccm_error_context(err, "%s", walk->op->id);
	if (walk->total >= 0 && walk->visitor.total != NULL)
		walk->visitor.total(walk->visitor.context, walk->total);
	count = ccm_json_count(items);
	if (!visit_new(walk, items, &fresh, err))
		return false;
	walk->offset += (int64_t)count;
	walk->shown += (int64_t)fresh;
	*more = walk->paged && !walk->stopped && fresh != 0 && may_follow(walk, count);
	if (!*more && !walk->stopped && (fresh == 0 || walk->offset < walk->total))
		warn_of_missing(walk);
	return !*more || turn(walk, items, err);
}

static const struct ccm_field *
field_of(const struct ccm_operation *op, const char *name)
{
	for (size_t i = 0; i < op->field_count; i++) {
		if (strcmp(op->fields[i].name, name) == 0)
			return &op->fields[i];
	}
	return NULL;
}

/* The caller's limit, else the most that the operation allows. */
static bool
choose_limit(struct walk *walk, struct ccm_json *request, struct ccm_error *err)
{
	const struct ccm_field *field = field_of(walk->op, "limit");

	if (walk->op->items == NULL)
		return ccm_fail(err, CCM_INTERNAL, "%s does not list anything", walk->op->id);
	walk->paged = field != NULL;
	if (!walk->paged)
		return true;
	walk->limit = field->max;
	if (ccm_json_get(request, "limit") != NULL)
		return ccm_json_opt_int(request, "limit", &walk->limit, err);
	return ccm_json_add_int(request, "limit", walk->limit, err);
}

bool
ccm_client_each(struct ccm_client *client, const struct ccm_operation *op,
    const struct ccm_json *request, struct ccm_visitor visitor, struct ccm_error *err)
{
	struct walk walk = {.client = client, .op = op, .visitor = visitor, .total = -1};
	struct ccm_json *own =
	    request != NULL ? ccm_json_dup(request, err) : ccm_json_new_object(err);
	bool more = true, ok = own != NULL && choose_limit(&walk, own, err) &&
			       ccm_json_opt_int(own, "offset", &walk.offset, err);

	walk.skipped = walk.offset;
	while (ok && more) {
		ok = walk_page(&walk, own, &more, err);
		ccm_json_free(walk.page);
		walk.page = NULL;
	}
	ccm_free(walk.ids);
	ccm_buf_clear(&walk.id_text);
	ccm_json_free(own);
	return ok;
}
