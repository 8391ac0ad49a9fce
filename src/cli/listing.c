/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/listing.h"

#include "cli/interrupt.h"
#include "cli/progress.h"

struct walk {
	struct ccm_tool *tool;
	const struct ccm_listing *listing;
	struct ccm_table table;
	size_t shown;
};

/* { "certificates": [ and one element a line; the opening waits for something to show. */
static bool
print_element(struct walk *walk, const struct ccm_json *element, struct ccm_error *err)
{
	const char *items = walk->listing->kind->list->items;
	struct ccm_buf text = {0};
	bool ok = walk->shown == 0 ? ccm_buf_printf(&text, err, "{\"%s\": [\n", items)
				   : ccm_buf_append_str(&text, ",\n", err);

	ok = ok && ccm_json_print(element, false, &text, err);
	if (ok)
		ccm_print_whole(ccm_tool_out(walk->tool), ccm_buf_span(&text));
	ccm_buf_clear(&text);
	return ok;
}

static void
print_end(const struct walk *walk)
{
	FILE *out = ccm_tool_out(walk->tool);

	if (walk->shown == 0)
		fprintf(out, "{\"%s\": [], \"total\": 0}\n", walk->listing->kind->list->items);
	else
		fprintf(out, "\n], \"total\": %zu}\n", walk->shown);
}

static bool
add_row(struct walk *walk, const struct ccm_json *element, struct ccm_error *err)
{
	if (ccm_table_prints_next(&walk->table))
		walk->table.out = ccm_tool_out(walk->tool);
	return ccm_table_add(&walk->table, element, err);
}

static bool
visit(void *context, const struct ccm_json *element, struct ccm_error *err)
{
	struct walk *walk = context;
	const struct ccm_listing *listing = walk->listing;
	bool enough = false, ok;

	ccm_progress_advance();
	if (listing->keep != NULL && !listing->keep(listing->context, element, &enough))
		return !enough;
	ok = walk->tool->json ? print_element(walk, element, err) : add_row(walk, element, err);
	walk->shown++;
	return ok && ccm_output_check(err);
}

static void
tell_total(void *context, int64_t records)
{
	(void)context;
	ccm_progress_total(records > 0 ? (size_t)records : 0);
}

bool
ccm_listing_print(struct ccm_tool *tool, const struct ccm_listing *listing,
    const struct ccm_json *request, struct ccm_error *err)
{
	struct walk walk = {
	    .tool = tool,
	    .listing = listing,
	    .table = {.out = stdout,
		.terminal = tool->terminal,
		.columns = listing->columns,
		.column_count = listing->column_count},
	};
	const struct ccm_operation *list = listing->kind->list;
	struct ccm_client *client = ccm_tool_client(tool, err);
	bool ok = client != NULL && ccm_client_each(client, list, request,
					(struct ccm_visitor){visit, &walk, tell_total}, err);

	if (ok && tool->json)
		print_end(&walk);
	else if (ok && walk.shown == 0)
		ccm_tool_say(tool, "no %ss", listing->kind->noun);
	walk.table.out = ccm_tool_out(tool);
	ok = ccm_table_finish(&walk.table, ok ? err : NULL) && ok;
	ccm_table_clear(&walk.table);
	return ok;
}

bool
ccm_rows_print(struct ccm_tool *tool, const struct ccm_rows *rows, const struct ccm_json *answer,
    struct ccm_error *err)
{
	struct ccm_table table = {.out = ccm_tool_out(tool),
	    .terminal = tool->terminal,
	    .columns = rows->columns,
	    .column_count = rows->column_count};
	const struct ccm_json *list = ccm_json_get(answer, rows->member);
	bool ok = true;

	if (tool->json)
		return ccm_tool_print_json(tool, answer, err);
	if (ccm_json_count(list) == 0)
		ccm_tool_say(tool, "no %ss", rows->noun);
	for
		ccm_json_each(row, list) ok = ok && ccm_table_add(&table, row, err);
	ok = ok && ccm_table_finish(&table, err);
	ccm_table_clear(&table);
	return ok;
}

bool
ccm_object_print(struct ccm_tool *tool, const struct ccm_column *columns, size_t count,
    const struct ccm_json *object, struct ccm_error *err)
{
	if (tool->json)
		return object == NULL || ccm_tool_print_json(tool, object, err);
	return ccm_block_print(ccm_tool_out(tool), columns, count, object, err);
}

bool
ccm_object_show(struct ccm_tool *tool, const struct ccm_target *target,
    const struct ccm_column *columns, size_t count, struct ccm_error *err)
{
	struct ccm_json *object;
	bool ok;

	if (!ccm_resolve(tool, target, &object, err))
		return false;
	ok = ccm_object_print(tool, columns, count, object, err);
	ccm_json_free(object);
	return ok;
}
