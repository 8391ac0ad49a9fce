/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/listing.h"

static const struct ccm_column columns[] = {
    {"LABEL", "label", CCM_CELL_TEXT},
    {"SERVICE", "service", CCM_CELL_TEXT},
    {"MODEL", "model", CCM_CELL_TEXT},
    {"SERIAL", "serial", CCM_CELL_TEXT},
    {"MANUFACTURER", "manufacturer", CCM_CELL_TEXT},
    {"KEYS", "keys", CCM_CELL_TEXT},
    {"CERTIFICATES", "certificates", CCM_CELL_TEXT},
    {"CAS", "cas", CCM_CELL_TEXT},
    {"URI", "uri", CCM_CELL_TEXT},
};

static bool
add_uri(struct ccm_json *row, const struct ccm_token *token, struct ccm_error *err)
{
	struct ccm_buf uri = {0};
	bool ok;

	ok = ccm_buf_append_str(&uri, "pkcs11:token=", err) &&
	     ccm_percent_encode(ccm_token_label(token), false, &uri, err) &&
	     ccm_json_add_string(row, "uri", ccm_buf_str(&uri), err);
	ccm_buf_clear(&uri);
	return ok;
}

static bool
add_count(struct ccm_json *row, const char *name, struct ccm_token *token, enum ccm_item_kind kind,
    struct ccm_error *err)
{
	const struct ccm_query query = {.kinds = kind};
	struct ccm_items items;
	bool ok;

	if (!ccm_token_find(token, &query, &items, err))
		return false;
	ok = ccm_json_add_int(row, name, (int64_t)items.count, err);
	ccm_items_clear(&items);
	return ok;
}

/* What is known of a token without asking the service. */
static bool
describe(struct ccm_json *row, const struct ccm_model *model, const struct ccm_token *token,
    struct ccm_error *err)
{
	const struct ccm_token_config *config =
	    &ccm_model_config(model)->tokens[ccm_token_index(token)];

	return ccm_json_add_string(row, "label", ccm_token_label(token), err) &&
	       ccm_json_add_string(row, "service", ccm_service_name(config->service), err) &&
	       ccm_json_add_string(row, "model", ccm_token_model_name(token), err) &&
	       ccm_json_add_string(row, "serial", ccm_token_serial(token), err) &&
	       ccm_json_add_string(row, "manufacturer", CCM_MANUFACTURER, err) &&
	       ccm_json_add_string(
		   row, "keys", ccm_token_has_keys(token) ? "export" : "none", err) &&
	       add_uri(row, token, err);
}

/* Tokens are there even when the service isn't: then their counts are missing, and trouble is set.
 */
static bool
add_rows(struct ccm_json *rows, struct ccm_model *model, struct ccm_error *trouble,
    struct ccm_error *err)
{
	for (size_t i = 0; i < ccm_model_token_count(model); i++) {
		struct ccm_token *token = ccm_model_token(model, i);
		struct ccm_json *row = ccm_json_new_object(err);

		if (row == NULL || !ccm_json_append_json(rows, row, err) ||
		    !describe(row, model, token, err))
			return false;
		if (trouble->code == CCM_OK &&
		    add_count(row, "certificates", token, CCM_ITEM_CERTIFICATE, trouble))
			add_count(row, "cas", token, CCM_ITEM_CA, trouble);
	}
	return true;
}

static bool
list(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_model *model = ccm_tool_model(tool, err);
	const struct ccm_rows shown = {"tokens", columns, CCM_COUNT(columns), "token"};
	struct ccm_json *document, *rows;
	struct ccm_error trouble = {0};
	bool ok;

	(void)args;
	if (model == NULL)
		return false;
	document = ccm_json_new_object(err);
	rows = ccm_json_new_array(err);
	ok = document != NULL && rows != NULL && ccm_json_add_json(document, "tokens", rows, err) &&
	     add_rows(rows, model, &trouble, err) && ccm_rows_print(tool, &shown, document, err);
	ccm_json_free(document);
	if (ok && trouble.code != CCM_OK)
		*err = trouble;
	return err->code == CCM_OK;
}

const struct ccm_command ccm_command_token_list = {
    .name = "token list",
    .operands = "",
    .summary = "List the tokens that programs see",
    .run = list,
};
