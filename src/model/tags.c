/* SPDX-License-Identifier: Apache-2.0 */
#include "model/tags.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "model/source.h"

#define PAGE 50 /* the most that the search takes */

static bool
has_tags(const struct ccm_token *token, enum ccm_item_kind kind)
{
	return token->source == &ccm_source_pca && kind != CCM_ITEM_CHAIN;
}

/* The text of a list of tags */

static int
compare_lines(const void *left, const void *right)
{
	const char *a = *(char *const *)left, *b = *(char *const *)right;
	size_t a_len = strcspn(a, "\t"), b_len = strcspn(b, "\t");
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

static bool
read_lines(const struct ccm_json *tags, char **lines, size_t *count, struct ccm_error *err)
{
	for
		ccm_json_each(tag, tags)
		{
			const char *key, *value = "";

			if (!ccm_json_string(tag, "key", &key, err) ||
			    !ccm_json_opt_string(tag, "value", &value, err))
				return false;
			lines[*count] = ccm_format(err, "%s\t%s", key, value);
			if (lines[*count] == NULL)
				return false;
			++*count;
		}
	return true;
}

static bool
append_tags(const struct ccm_json *tags, struct ccm_buf *out, struct ccm_error *err)
{
	size_t room = tags != NULL ? ccm_json_count(tags) : 0, count = 0;
	char **lines = ccm_alloc_array(room + 1, sizeof(*lines), err);
	bool ok = lines != NULL && read_lines(tags, lines, &count, err);

	if (ok && count != 0)
		qsort(lines, count, sizeof(*lines), compare_lines);
	for (size_t i = 0; ok && i < count; i++)
		ok = (i == 0 || ccm_buf_append_str(out, "\n", err)) &&
		     ccm_buf_append_str(out, lines[i], err);
	for (size_t i = 0; i < count; i++)
		ccm_free(lines[i]);
	ccm_free(lines);
	return ok;
}

/* One item's */

struct ccm_kept_tags {
	char *text;
	int64_t asked_ms; /* monotonic */
};
static struct ccm_lock lock = CCM_LOCK_INIT; /* of every material's member tags and what it holds */

void
ccm_kept_tags_free(struct ccm_kept_tags *kept)
{
	if (kept == NULL)
		return;
	ccm_free(kept->text);
	ccm_free(kept);
}

/* *known: there is a text, of which *age_ms tells the age. False: no memory. */
static bool
look(const struct ccm_item *item, struct ccm_buf *text, bool *known, int64_t *age_ms)
{
	const struct ccm_kept_tags *kept;
	bool ok = true;

	ccm_lock_acquire(&lock);
	kept = item->material->tags;
	*known = kept != NULL;
	if (kept != NULL) {
		*age_ms = ccm_clock_monotonic_ms() - kept->asked_ms;
		ok = ccm_buf_append_str(text, kept->text, NULL);
	}
	ccm_lock_release(&lock);
	return ok;
}

/* Not being able to costs only the next one to ask. */
static void
keep(const struct ccm_item *item, const struct ccm_buf *text)
{
	struct ccm_kept_tags *fresh = ccm_alloc(sizeof(*fresh), NULL), *old;

	if (fresh == NULL)
		return;
	fresh->text = ccm_strndup((const char *)text->data, text->len, NULL);
	fresh->asked_ms = ccm_clock_monotonic_ms();
	if (fresh->text == NULL) {
		ccm_free(fresh);
		return;
	}
	ccm_lock_acquire(&lock);
	old = item->material->tags;
	item->material->tags = fresh;
	ccm_lock_release(&lock);
	ccm_kept_tags_free(old);
}

static bool
ask(const struct ccm_item *item, struct ccm_buf *text, struct ccm_error *err)
{
	bool ca = item->facts.kind == CCM_ITEM_CA;
	const struct ccm_operation *op =
	    ca ? &ccm_pca_list_ca_tags : &ccm_pca_list_certificate_tags;
	struct ccm_json *request =
	    ccm_request_for(ca ? "ca_id" : "certificate_id", item->facts.resource_id, err);
	struct ccm_json *answer = NULL;
	bool ok =
	    request != NULL &&
	    ccm_client_call(ccm_model_client(item->token->model), op, request, &answer, err) &&
	    (append_tags(ccm_json_get(answer, "tags"), text, err) ||
		ccm_error_context(err, "%s", op->id));

	ccm_json_free(answer);
	ccm_json_free(request);
	return ok;
}

bool
ccm_item_tags(struct ccm_item *item, struct ccm_buf *out, struct ccm_error *err)
{
	struct ccm_buf text = {0}, fresh = {0};
	struct ccm_error failure = {0};
	int64_t age_ms = 0;
	bool known, ok;

	if (!has_tags(item->token, item->facts.kind))
		return true;
	if (!look(item, &text, &known, &age_ms))
		return ccm_fail_nomem(err);
	ok = known && age_ms < ccm_model_ttl_ms(item->token->model);
	if (!ok && ask(item, &fresh, &failure)) {
		keep(item, &fresh);
		ccm_buf_clear(&text);
		text = fresh;
		ok = true;
	} else if (!ok && known && ccm_code_is_outage(failure.code)) {
		ccm_log(WARN, MODEL, "tags of %s: using those of %lld s ago: %s", item->facts.label,
		    (long long)(age_ms / 1000), failure.msg);
		ok = true;
	}
	if (ok)
		ok = ccm_buf_append(out, text.data, text.len, err);
	else if (err != NULL && err->code == CCM_OK)
		*err = failure;
	ccm_buf_clear(&text);
	return ok;
}

/* Everybody's who has some */

struct ccm_tagged {
	struct ccm_token *token;
	bool inverted; /* those who have none are asked for: listed are the others */
	struct ccm_span wanted;
	char **ids; /* resource ids, sorted */
	size_t count;
};

void
ccm_tagged_free(struct ccm_tagged *tagged)
{
	if (tagged == NULL)
		return;
	for (size_t i = 0; i < tagged->count; i++)
		ccm_free(tagged->ids[i]);
	ccm_free(tagged->ids);
	ccm_free(tagged);
}

/* The search finds who has these tags and maybe more: only the same ones count. */
static bool
visit(void *context, const struct ccm_json *resource, struct ccm_error *err)
{
	struct ccm_tagged *tagged = context;
	struct ccm_buf text = {0};
	const char *id;
	bool counts = false, ok = ccm_json_string(resource, "resource_id", &id, err) &&
				  append_tags(ccm_json_get(resource, "tags"), &text, err);

	if (ok)
		counts = tagged->inverted ? text.len != 0
					  : ccm_span_equal(ccm_buf_span(&text), tagged->wanted);
	ccm_buf_clear(&text);
	if (!counts)
		return ok;
	if (!ccm_grow_array(&tagged->ids, tagged->count, sizeof(*tagged->ids), err))
		return false;
	tagged->ids[tagged->count] = ccm_strdup(id, err);
	if (tagged->ids[tagged->count] == NULL)
		return false;
	tagged->count++;
	return true;
}

static struct ccm_json *
filter_of_line(struct ccm_span line, struct ccm_error *err)
{
	const unsigned char *tab = memchr(line.data, '\t', line.len);
	size_t len = tab != NULL ? (size_t)(tab - line.data) : line.len;
	char *key = ccm_strndup((const char *)line.data, len, err);
	char *value = tab != NULL ? ccm_strndup((const char *)tab + 1, line.len - len - 1, err)
				  : ccm_strdup("", err);
	struct ccm_json *filter = ccm_json_new_object(err), *values = ccm_json_new_array(err);

	if (filter == NULL || values == NULL || key == NULL || value == NULL ||
	    !ccm_json_append_string(values, value, err) ||
	    !ccm_json_add_string(filter, "key", key, err)) {
		ccm_json_free(values);
		ccm_json_free(filter);
		filter = NULL;
	} else if (!ccm_json_add_json(filter, "values", values, err)) {
		ccm_json_free(filter);
		filter = NULL;
	}
	ccm_free(key);
	ccm_free(value);
	return filter;
}

static bool
add_filters(struct ccm_json *request, struct ccm_span text, struct ccm_error *err)
{
	struct ccm_json *filters = ccm_json_new_array(err);
	bool ok = filters != NULL;

	while (ok && text.len != 0) {
		const unsigned char *end = memchr(text.data, '\n', text.len);
		size_t len = end != NULL ? (size_t)(end - text.data) : text.len;
		struct ccm_json *filter = filter_of_line(CCM_SPAN(text.data, len), err);

		ok = filter != NULL && ccm_json_append_json(filters, filter, err);
		text = end != NULL ? CCM_SPAN(end + 1, text.len - len - 1) : CCM_SPAN(NULL, 0);
	}
	if (ok && ccm_json_count(filters) != 0)
		return ccm_json_add_json(request, "tags", filters, err);
	ccm_json_free(filters);
	return ok;
}

static bool
search(struct ccm_tagged *tagged, const struct ccm_operation *op, struct ccm_error *err)
{
	struct ccm_json *request = ccm_json_new_object(err);
	bool ok = request != NULL && ccm_json_add_int(request, "limit", PAGE, err) &&
		  add_filters(request, tagged->wanted, err) &&
		  ccm_client_each(ccm_model_client(tagged->token->model), op, request,
		      (struct ccm_visitor){.visit = visit, .context = tagged}, err);

	ccm_json_free(request);
	return ok;
}

/* Nobody has what the service takes for no tags at all: CCM_USAGE. */
static bool
search_all(struct ccm_tagged *tagged, struct ccm_error *err)
{
	struct ccm_error failure = {0};
	bool ok = search(tagged, &ccm_pca_list_certificates_by_tags, &failure) &&
		  search(tagged, &ccm_pca_list_cas_by_tags, &failure);

	if (!ok && failure.code != CCM_USAGE && err != NULL && err->code == CCM_OK)
		*err = failure;
	return ok || failure.code == CCM_USAGE;
}

static int
compare_ids(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

struct ccm_tagged *
ccm_token_tagged(struct ccm_token *token, struct ccm_span text, struct ccm_error *err)
{
	struct ccm_tagged *tagged = ccm_alloc(sizeof(*tagged), err);

	if (tagged == NULL)
		return NULL;
	tagged->token = token;
	tagged->inverted = text.len == 0;
	tagged->wanted = text;
	if (has_tags(token, CCM_ITEM_CA) && !search_all(tagged, err)) {
		ccm_tagged_free(tagged);
		return NULL;
	}
	tagged->wanted = CCM_SPAN(NULL, 0); /* the caller's */
	if (tagged->count != 0)
		qsort(tagged->ids, tagged->count, sizeof(*tagged->ids), compare_ids);
	return tagged;
}

bool
ccm_tagged_has(const struct ccm_tagged *tagged, const struct ccm_item *item)
{
	const char *id = item->facts.resource_id;
	bool listed = tagged->count != 0 && bsearch(&id, tagged->ids, tagged->count,
						sizeof(*tagged->ids), compare_ids) != NULL;

	return listed != tagged->inverted;
}
