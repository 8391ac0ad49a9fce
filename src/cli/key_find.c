/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/key_find.h"

#include <string.h>
#include <strings.h>

#include "model/uri.h"

static bool
add_id(struct ccm_json *row, struct ccm_span id, struct ccm_error *err)
{
	char *hex = ccm_alloc(2 * id.len + 1, err);
	bool ok = hex != NULL;

	if (ok) {
		ccm_hex(id.data, id.len, hex);
		ok = ccm_json_add_string(row, "id", hex, err);
	}
	ccm_free(hex);
	return ok;
}

/* The certificates' ids as a list. */
static bool
add_certificates(struct ccm_json *row, const char *ids, struct ccm_error *err)
{
	struct ccm_json *list = ccm_json_new_array(err);
	bool ok = list != NULL;

	while (ok && *ids != '\0') {
		size_t len = strcspn(ids, " ");
		char *id = ccm_strndup(ids, len, err);

		ok = id != NULL && ccm_json_append_string(list, id, err);
		ccm_free(id);
		ids += len + strspn(ids + len, " ");
	}
	return ccm_json_add_json(row, "certificates", list, err) && ok;
}

struct ccm_json *
ccm_key_row(const struct ccm_item *item, struct ccm_error *err)
{
	struct ccm_json *row = ccm_json_new_object(err);
	struct ccm_local_facts facts = {0};
	struct ccm_buf uri = {0};
	bool ok;

	ok = row != NULL && ccm_local_describe(item, &facts, err) &&
	     ccm_uri_format(item, CCM_URI_PRIVATE, &uri, err) &&
	     add_id(row, ccm_item_id(item), err) &&
	     ccm_json_add_string(row, "name", ccm_item_label(item), err) &&
	     ccm_json_add_string(row, "algorithm", ccm_item_key_algorithm(item), err) &&
	     ccm_json_add_string(row, "token", ccm_token_label(ccm_item_token(item)), err) &&
	     ccm_json_add_int(row, "created", facts.created_ms, err) &&
	     ccm_json_add_bool(row, "made_here", facts.generated, err) &&
	     ccm_json_add_bool(row, "exportable", facts.exportable, err) &&
	     add_certificates(row, ccm_buf_str(&facts.certificates), err) &&
	     ccm_json_add_string(row, "uri", ccm_buf_str(&uri), err);
	ccm_buf_clear(&facts.certificates);
	ccm_buf_clear(&uri);
	if (ok)
		return row;
	ccm_json_free(row);
	return NULL;
}

static bool
is_meant(const struct ccm_item *item, const char *text)
{
	struct ccm_span id = ccm_item_id(item);
	unsigned char bytes[64];

	if (strcmp(ccm_item_label(item), text) == 0)
		return true;
	return id.len <= sizeof(bytes) && strlen(text) == 2 * id.len &&
	       ccm_unhex(text, bytes, id.len) && memcmp(bytes, id.data, id.len) == 0;
}

static void
note_candidate(struct ccm_tool *tool, const struct ccm_item *item)
{
	struct ccm_span id = ccm_item_id(item);
	char hex[2 * 64 + 1];

	if (id.len > 64)
		return;
	ccm_hex(id.data, id.len, hex);
	ccm_tool_note(
	    tool, "  %s  %s  %s", hex, ccm_item_label(item), ccm_item_key_algorithm(item));
}

struct ccm_item *
ccm_key_find(struct ccm_tool *tool, const char *text, struct ccm_error *err)
{
	struct ccm_model *model = ccm_tool_model(tool, err);
	struct ccm_item *found = NULL;
	struct ccm_items all;
	size_t count = 0;

	if (model == NULL || !ccm_local_all(model, &all, err))
		return NULL;
	for (size_t i = 0; i < all.count; i++)
		if (is_meant(all.items[i], text) && count++ == 0)
			found = ccm_item_ref(all.items[i]);
	for (size_t i = 0; count > 1 && i < all.count; i++)
		if (is_meant(all.items[i], text))
			note_candidate(tool, all.items[i]);
	ccm_items_clear(&all);
	if (count == 1)
		return found;
	ccm_item_unref(found);
	if (count == 0)
		ccm_fail(err, CCM_NOT_FOUND, "no key \"%s\" in %s; `ccm key list` shows them", text,
		    ccm_vault_dir(ccm_local_vault(model)));
	else
		ccm_fail(err, CCM_CONFLICT, "%zu keys are called \"%s\"; their ids tell them apart",
		    count, text);
	return NULL;
}
