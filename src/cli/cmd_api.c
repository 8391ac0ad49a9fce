/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/api_help.h"
#include "cli/assign.h"
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/file.h"
#include "cli/listing.h"

#include <string.h>

/* Every operation of the API by its id, as the table has it. */

#define BODY_MAX (12 * 1024 * 1024) /* of a signed request */

static const struct ccm_option options[] = {
    {.name = "list", .apply = ccm_option_flag, .help = "list the operations"},
    {.name = "body",
	.apply = ccm_option_text,
	.placeholder = "FILE",
	.help = "a request as JSON object, below what the arguments say;\n- is standard input"},
    {.name = "all", .apply = ccm_option_flag, .help = "every page of a list, as one document"},
    {.name = "dry-run",
	.apply = ccm_option_flag,
	.help = "check the request and show what would be sent, without secrets"},
    {.name = "output",
	.apply = ccm_option_text,
	.placeholder = "FILE",
	.help = "write the answer to a file, readable for you alone"},
    {.name = "force", .apply = ccm_option_flag, .help = "overwrite the file"},
    {0},
};

static const struct ccm_relation relations[] = {
    {"list", CCM_EXCLUDES, "body", NULL},
    {"list", CCM_EXCLUDES, "all", NULL},
    {"list", CCM_EXCLUDES, "dry-run", NULL},
    {"list", CCM_EXCLUDES, "output", NULL},
    {"all", CCM_EXCLUDES, "output", NULL},
    {"dry-run", CCM_EXCLUDES, "output", NULL},
    {"force", CCM_NEEDS, "output", NULL},
    {0},
};

/* The list of operations */

static bool
add_row(struct ccm_json *rows, const struct ccm_operation *op, struct ccm_error *err)
{
	struct ccm_json *row = ccm_json_new_object(err);

	return ccm_json_append_json(rows, row, err) &&
	       ccm_json_add_string(row, "id", op->id, err) &&
	       ccm_json_add_string(row, "service", ccm_service_name(op->service), err) &&
	       ccm_json_add_string(row, "method", op->method, err) &&
	       ccm_json_add_string(row, "path", op->path, err) &&
	       ccm_json_add_string(row, "summary", op->summary, err) &&
	       ccm_json_add_string(row, "permission", op->iam_action, err) &&
	       ccm_json_add_string(row, "warning", op->warning, err);
}

static bool
list_operations(struct ccm_tool *tool, struct ccm_error *err)
{
	static const struct ccm_column columns[] = {
	    {"OPERATION", "id", CCM_CELL_TEXT},
	    {"METHOD", "method", CCM_CELL_TEXT},
	    {"PATH", "path", CCM_CELL_TEXT},
	    {"SUMMARY", "summary", CCM_CELL_TEXT},
	};
	const struct ccm_rows shown = {"operations", columns, CCM_COUNT(columns), "operation"};
	struct ccm_json *document = ccm_json_new_object(err), *rows = ccm_json_new_array(err);
	bool ok = document != NULL && ccm_json_add_json(document, "operations", rows, err);

	for (size_t i = 0; i < ccm_operation_count() && ok; i++)
		ok = add_row(rows, ccm_operation_at(i), err);
	ok = ok && ccm_rows_print(tool, &shown, document, err);
	ccm_json_free(document);
	return ok;
}

/* Requests */

static bool
read_body(const char *path, struct ccm_json **body, struct ccm_error *err)
{
	struct ccm_error cause = {0};
	struct ccm_buf text;

	ccm_buf_init_secret(&text);
	if (ccm_file_read(path, BODY_MAX, &text, &cause))
		*body = ccm_json_parse(ccm_buf_span(&text), &cause);
	ccm_buf_clear(&text);
	if (*body != NULL && ccm_json_type(*body) != CCM_JSON_OBJECT)
		return ccm_fail(err, CCM_USAGE, "--body: %s holds %s, not an object", path,
		    ccm_json_type_name(ccm_json_type(*body)));
	return *body != NULL || ccm_fail(err, CCM_USAGE, "--body %s: %s", path, cause.msg);
}

/* What the body's file and the arguments say, checked against the table. */
static bool
read_request(const struct ccm_operation *op, const struct ccm_args *args, struct ccm_json **request,
    struct ccm_error *err)
{
	const char *body = ccm_args_value(args, "body");
	struct ccm_json *over = ccm_json_new_object(err);
	bool ok = over != NULL;

	for (size_t i = 1; i < args->operand_count && ok; i++)
		ok = ccm_assign(op, args->operands[i], over, err);
	if (ok && body != NULL)
		ok = read_body(body, request, err);
	else if (ok)
		*request = ccm_json_new_object(err);
	ok = ok && *request != NULL && ccm_overlay(*request, over, err) &&
	     ccm_operation_validate(op, *request, err);
	ccm_json_free(over);
	return ok;
}

/* "call pca_delete_ca for ca_id 0123..." */
static bool
confirm(struct ccm_tool *tool, const struct ccm_operation *op, const struct ccm_json *request,
    struct ccm_error *err)
{
	struct ccm_buf deed = {0};
	bool ok = ccm_buf_printf(&deed, err, "call %s", op->id);

	for (size_t i = 0; i < op->field_count && ok; i++) {
		const char *text;

		if (op->fields[i].place == CCM_IN_PATH &&
		    ccm_json_as_string(ccm_json_get(request, op->fields[i].name), &text))
			ok = ccm_buf_printf(&deed, err, " for %s %s", op->fields[i].name, text);
	}
	ok = ok && ccm_confirm(tool, op, ccm_buf_str(&deed), err);
	ccm_buf_clear(&deed);
	return ok;
}

/* Answers */

static bool
write_answer(const struct ccm_args *args, const struct ccm_download *answer, struct ccm_error *err)
{
	struct ccm_file file = {.mode = 0600};
	bool ok;

	ccm_buf_init_secret(&file.content);
	file.path = ccm_strdup(ccm_args_value(args, "output"), err);
	ok = file.path != NULL &&
	     (answer->json != NULL ? ccm_json_print(answer->json, true, &file.content, err) &&
					 ccm_buf_append_str(&file.content, "\n", err)
				   : ccm_buf_append(&file.content, answer->archive.data,
					 answer->archive.len, err)) &&
	     ccm_files_write(&file, 1, ccm_args_has(args, "force"), err);
	ccm_files_clear(&file, 1);
	return ok;
}

static bool
print_answer(const struct ccm_tool *tool, const struct ccm_args *args,
    const struct ccm_download *answer, struct ccm_error *err)
{
	if (answer->json == NULL && answer->archive.len == 0)
		return true;
	if (ccm_args_has(args, "output"))
		return write_answer(args, answer, err);
	if (answer->json != NULL)
		return ccm_tool_print_json(tool, answer->json, err);
	if (tool->terminal)
		return ccm_fail(err, CCM_USAGE,
		    "the answer is a ZIP archive of %zu bytes, which is nothing for a terminal; "
		    "--output FILE writes it to a file",
		    answer->archive.len);
	fwrite(answer->archive.data, 1, answer->archive.len, ccm_tool_out(tool));
	return true;
}

static bool
call(struct ccm_tool *tool, const struct ccm_operation *op, const struct ccm_args *args,
    const struct ccm_json *request, struct ccm_error *err)
{
	struct ccm_client *client = ccm_tool_client(tool, err);
	struct ccm_download answer = {0};
	struct ccm_error trouble = {0};
	bool ok;

	if (client == NULL)
		return false;
	ok = ccm_client_download(client, op, request, &answer, err);
	/* what is there is shown, also when it tells of failures */
	if (!print_answer(tool, args, &answer, &trouble) && ok) {
		*err = trouble;
		ok = false;
	}
	ccm_download_clear(&answer);
	return ok;
}

/* Instead of a call: what it would send. */
static bool
preview(struct ccm_tool *tool, const struct ccm_operation *op, const struct ccm_json *request,
    struct ccm_error *err)
{
	struct ccm_client *client = ccm_tool_client(tool, err);
	struct ccm_buf text = {0};
	bool ok = client != NULL && ccm_client_preview(client, op, request, &text, err);

	if (ok)
		fputs(ccm_buf_str(&text), ccm_tool_out(tool));
	ccm_buf_clear(&text);
	return ok;
}

static bool
call_all(struct ccm_tool *tool, const struct ccm_operation *op, const struct ccm_args *args,
    const struct ccm_json *request, struct ccm_error *err)
{
	const struct ccm_kind kind = {.noun = "record", .list = op};
	const struct ccm_listing listing = {.kind = &kind};

	if (op->items == NULL)
		return ccm_fail(err, CCM_USAGE, "--all: %s lists nothing", op->id);
	if (ccm_field_at(op, "limit", 5) == NULL)
		return call(tool, op, args, request, err);
	tool->json = true;
	return ccm_listing_print(tool, &listing, request, err);
}

static bool
check_output(const struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_file file = {.path = (char *)ccm_args_value(args, "output")};

	return file.path == NULL || ccm_args_has(args, "force") || ccm_files_absent(&file, 1, err);
}

static bool
api(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_operation *op;
	struct ccm_json *request = NULL;
	bool ok;

	if (ccm_args_has(args, "list"))
		return args->operand_count == 0
			   ? list_operations(tool, err)
			   : ccm_fail(err, CCM_USAGE, "--list takes no operation");
	if (args->operand_count == 0)
		return ccm_fail(err, CCM_USAGE, "missing argument: OPERATION, or --list");
	op = ccm_operation_named(args->operands[0], err);
	ok = op != NULL && read_request(op, args, &request, err);
	if (ok && ccm_args_has(args, "dry-run"))
		ok = preview(tool, op, request, err);
	else if (ok)
		ok = check_output(args, err) && confirm(tool, op, request, err) &&
		     (ccm_args_has(args, "all") ? call_all(tool, op, args, request, err)
						: call(tool, op, args, request, err));
	ccm_json_free(request);
	return ok;
}

static bool
explain(const struct ccm_args *args, struct ccm_buf *out, struct ccm_error *err)
{
	const struct ccm_operation *op = ccm_operation_named(args->operands[0], err);

	return op != NULL && ccm_operation_help(op, out, err);
}

const struct ccm_command ccm_command_api = {
    .name = "api",
    .operands = "[OPERATION] [NAME=VALUE]...",
    .summary = "Call an operation of the API, print its answer",
    .details = "\nThe answer is JSON, an archive, or nothing. `ccm api OPERATION --help` shows the "
	       "fields.\n"
	       "  name=TEXT     a text, number or truth value; a list of texts grows with each\n"
	       "  name=@FILE    the text of a file; @- is standard input\n"
	       "  name:=JSON    any JSON value\n"
	       "Names are paths: distinguished_name.country=DE, tags[0].key=owner. The request is "
	       "checked\n"
	       "before it is sent.\n",
    .options = options,
    .relations = relations,
    .run = api,
    .explain = explain,
};
