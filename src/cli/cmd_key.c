/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/key_find.h"
#include "cli/listing.h"

/* Keys of the keystore: to see them and to be rid of them. */

static const struct ccm_column columns[] = {
    {"NAME", "name", CCM_CELL_TEXT},
    {"KEY", "algorithm", CCM_CELL_TEXT},
    {"ID", "id", CCM_CELL_TEXT},
    {"TOKEN", "token", CCM_CELL_TEXT},
    {"CREATED", "created", CCM_CELL_TIME},
    {"CERTIFICATES", "certificates", CCM_CELL_LIST},
};

static bool
add_rows(struct ccm_json *rows, const struct ccm_items *items, struct ccm_error *err)
{
	for (size_t i = 0; i < items->count; i++) {
		struct ccm_json *row = ccm_key_row(items->items[i], err);

		if (row == NULL || !ccm_json_append_json(rows, row, err))
			return false;
	}
	return true;
}

static bool
list(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_rows shown = {"keys", columns, CCM_COUNT(columns), "key"};
	struct ccm_model *model = ccm_tool_model(tool, err);
	struct ccm_json *document, *rows;
	struct ccm_items items;
	bool ok;

	(void)args;
	if (model == NULL || !ccm_local_all(model, &items, err))
		return false;
	document = ccm_json_new_object(err);
	rows = ccm_json_new_array(err);
	ok = document != NULL && rows != NULL && ccm_json_add_json(document, "keys", rows, err) &&
	     add_rows(rows, &items, err) && ccm_rows_print(tool, &shown, document, err);
	ccm_json_free(document);
	ccm_items_clear(&items);
	return ok;
}

const struct ccm_command ccm_command_key_list = {
    .name = "key list",
    .operands = "",
    .summary = "List the keys of the keystore",
    .run = list,
};

static const struct ccm_column details[] = {
    {"Name", "name", CCM_CELL_TEXT},
    {"Key", "algorithm", CCM_CELL_TEXT},
    {"Id", "id", CCM_CELL_TEXT},
    {"Token", "token", CCM_CELL_TEXT},
    {"Created", "created", CCM_CELL_TIME},
    {"Made here", "made_here", CCM_CELL_FLAG},
    {"Exportable", "exportable", CCM_CELL_FLAG},
    {"Certificates", "certificates", CCM_CELL_LIST},
    {"URI", "uri", CCM_CELL_TEXT},
};

static bool
show(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_item *item = ccm_key_find(tool, args->operands[0], err);
	struct ccm_json *row = item != NULL ? ccm_key_row(item, err) : NULL;
	bool ok = row != NULL && ccm_object_print(tool, details, CCM_COUNT(details), row, err);

	ccm_json_free(row);
	ccm_item_unref(item);
	return ok;
}

const struct ccm_command ccm_command_key_show = {
    .name = "key show",
    .operands = "NAME|ID",
    .summary = "Show a key of the keystore",
    .run = show,
};

/* With certificates it is more than a key that is lost. */
static bool
ask(struct ccm_tool *tool, const struct ccm_item *item, struct ccm_error *err)
{
	const struct ccm_operation deletion = {
	    .warning = "It is gone for good, and what it was certified for needs a new one."};
	struct ccm_local_facts facts = {0};
	struct ccm_buf deed = {0};
	bool ok;

	ok = ccm_local_describe(item, &facts, err) &&
	     ccm_buf_printf(&deed, err, "delete the key \"%s\"%s%s", ccm_item_label(item),
		 facts.certificates.len != 0 ? " of certificate " : "",
		 ccm_buf_str(&facts.certificates)) &&
	     ccm_confirm(tool, &deletion, ccm_buf_str(&deed), err);
	ccm_buf_clear(&facts.certificates);
	ccm_buf_clear(&deed);
	return ok;
}

static bool
delete_key(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_item *item = ccm_key_find(tool, args->operands[0], err);
	bool ok = item != NULL && ask(tool, item, err) && ccm_local_destroy(item, err);

	ccm_item_unref(item);
	return ok;
}

const struct ccm_command ccm_command_key_delete = {
    .name = "key delete",
    .operands = "NAME|ID",
    .summary = "Delete a key of the keystore for good",
    .run = delete_key,
};
