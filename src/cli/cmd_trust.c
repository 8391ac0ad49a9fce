/* SPDX-License-Identifier: Apache-2.0 */
/* The roots in force of tokens with `trust`: shown, as a file, in the system's store. */
#include <string.h>

#include "cli/commands.h"
#include "cli/listing.h"
#include "cli/output.h"
#include "cli/pem.h"
#include "cli/trust_store.h"
#include "core/clock.h"
#include "core/crypto.h"

static const struct ccm_column columns[] = {
    {"NAME", "label", CCM_CELL_TEXT},
    {"TOKEN", "token", CCM_CELL_TEXT},
    {"ID", "id", CCM_CELL_TEXT},
    {"FOR", "trust", CCM_CELL_TEXT},
    {"ENDS", "not_after", CCM_CELL_EXPIRY},
    {"SHA-256", "sha256", CCM_CELL_TEXT},
};

/* A CA that two tokens show is one anchor, as the first has it. */
static bool
is_there(const struct ccm_items *anchors, const struct ccm_item *item, struct ccm_error *err)
{
	const struct ccm_cert *cert = ccm_item_certificate((struct ccm_item *)item, err);

	for (size_t i = 0; cert != NULL && i < anchors->count; i++)
		if (ccm_span_equal(ccm_cert_der(cert),
			ccm_cert_der(ccm_item_certificate(anchors->items[i], err))))
			return true;
	return false;
}

static bool
is_anchor(const struct ccm_item *item, enum ccm_trust purpose)
{
	return purpose == CCM_TRUST_YES ? ccm_item_is_trusted(item)
					: ccm_item_is_trusted_for(item, purpose);
}

static bool
add_anchors(struct ccm_token *token, enum ccm_trust purpose, struct ccm_items *anchors,
    struct ccm_error *err)
{
	const struct ccm_query query = {.kinds = CCM_ITEM_CA};
	struct ccm_items found;

	if (!ccm_token_find(token, &query, &found, err))
		return false;
	for (size_t i = 0; err->code == CCM_OK && i < found.count; i++) {
		struct ccm_item *item = found.items[i];

		if (!is_anchor(item, purpose) || is_there(anchors, item, err) ||
		    err->code != CCM_OK ||
		    !ccm_grow_array(&anchors->items, anchors->count, sizeof(*anchors->items), err))
			continue;
		anchors->items[anchors->count++] = ccm_item_ref(item);
	}
	ccm_items_clear(&found);
	return err->code == CCM_OK;
}

/* purpose YES: whatever for */
static bool
find_anchors(
    struct ccm_tool *tool, enum ccm_trust purpose, struct ccm_items *anchors, struct ccm_error *err)
{
	struct ccm_model *model = ccm_tool_model(tool, err);
	bool ok = model != NULL;

	*anchors = (struct ccm_items){0};
	for (size_t i = 0; ok && i < ccm_model_token_count(model); i++)
		ok = add_anchors(ccm_model_token(model, i), purpose, anchors, err);
	return ok;
}

/* List */

static const char *const words[] = {
    [CCM_TRUST_NO] = "",
    [CCM_TRUST_YES] = "all",
    [CCM_TRUST_SERVER] = "server",
    [CCM_TRUST_CLIENT] = "client",
};

static bool
add_row(struct ccm_json *rows, struct ccm_item *item, struct ccm_error *err)
{
	struct ccm_json *row = ccm_json_new_object(err);
	const struct ccm_cert *cert = ccm_item_certificate(item, err);
	unsigned char hash[64];
	size_t hash_len;
	char hex[2 * 32 + 1];

	if (row == NULL || !ccm_json_append_json(rows, row, err) || cert == NULL ||
	    !ccm_digest("SHA256", ccm_cert_der(cert), hash, &hash_len, err))
		return false;
	ccm_hex(hash, hash_len, hex);
	return ccm_json_add_string(row, "label", ccm_item_label(item), err) &&
	       ccm_json_add_string(row, "token", ccm_token_label(ccm_item_token(item)), err) &&
	       ccm_json_add_string(row, "id", ccm_item_resource_id(item), err) &&
	       ccm_json_add_string(row, "trust", words[ccm_item_trust(item)], err) &&
	       ccm_json_add_int(row, "not_after", ccm_item_not_after_ms(item), err) &&
	       ccm_json_add_string(row, "sha256", hex, err);
}

static bool
list(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_rows shown = {"anchors", columns, CCM_COUNT(columns), "trust anchor"};
	struct ccm_json *document, *rows;
	struct ccm_items anchors;
	bool ok;

	(void)args;
	ok = find_anchors(tool, CCM_TRUST_YES, &anchors, err);
	document = ccm_json_new_object(err);
	rows = ccm_json_new_array(err);
	ok = ok && document != NULL && rows != NULL &&
	     ccm_json_add_json(document, "anchors", rows, err);
	for (size_t i = 0; ok && i < anchors.count; i++)
		ok = add_row(rows, anchors.items[i], err);
	ok = ok && ccm_rows_print(tool, &shown, document, err);
	ccm_items_clear(&anchors);
	ccm_json_free(document);
	return ok;
}

const struct ccm_command ccm_command_trust_list = {
    .name = "trust list",
    .operands = "",
    .summary = "List the root CAs that programs are to trust",
    .details =
	"Those of tokens with `trust` that are self-signed, active and not expired.\nFOR tells "
	"what for: servers, clients, or all.\n",
    .run = list,
};

/* Bundle */

static const struct ccm_choice purposes[] = {{"server", "server"}, {"client", "client"}, {0}};
static const struct ccm_option options[] = {
    {.name = "for",
	.apply = ccm_option_choice,
	.choices = purposes,
	.field = "for",
	.help = "what the file is for"},
    CCM_OPTIONS_OUTPUT,
    {0},
};

static enum ccm_trust
purpose_of(const struct ccm_args *args)
{
	const char *word = ccm_args_value(args, "for");

	return word != NULL && strcmp(word, "client") == 0 ? CCM_TRUST_CLIENT : CCM_TRUST_SERVER;
}

static bool
append_anchor(struct ccm_item *item, struct ccm_buf *out, struct ccm_error *err)
{
	const struct ccm_cert *cert = ccm_item_certificate(item, err);
	struct ccm_buf name = {0};
	char when[20];
	bool ok;

	ccm_clock_human(ccm_item_not_after_ms(item), when);
	ok = cert != NULL && ccm_text_clean(ccm_item_label(item), false, &name, err) &&
	     ccm_buf_printf(out, err, "# %s, until %s UTC\n", ccm_buf_str(&name), when) &&
	     ccm_pem_certificate(cert, out, err);
	ccm_buf_clear(&name);
	return ok;
}

static bool
bundle(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_json *answer = ccm_json_new_object(err);
	struct ccm_items anchors = {0};
	struct ccm_buf text = {0};
	bool ok;

	ok = answer != NULL && ccm_output_check_file(args, err) &&
	     find_anchors(tool, purpose_of(args), &anchors, err);
	if (ok && anchors.count == 0)
		ok = ccm_fail(err, CCM_NOT_FOUND, "there is no root CA to trust");
	for (size_t i = 0; ok && i < anchors.count; i++)
		ok = append_anchor(anchors.items[i], &text, err);
	ok = ok && ccm_json_add_string(answer, "bundle", ccm_buf_str(&text), err) &&
	     ccm_output_text(tool, args, answer, ccm_buf_span(&text), err);
	ccm_items_clear(&anchors);
	ccm_buf_clear(&text);
	ccm_json_free(answer);
	return ok;
}

const struct ccm_command ccm_command_trust_bundle = {
    .name = "trust bundle",
    .operands = "",
    .summary = "Write the root CAs to trust as one PEM file",
    .details = "Without --for, those that servers are to be checked with.\n",
    .options = options,
    .relations = ccm_relations_output,
    .run = bundle,
};

/* The system's store */

static bool
install(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_trust_store *store = ccm_trust_store_find(err);
	struct ccm_items anchors = {0};
	struct ccm_file *files = NULL;
	size_t count = 0;
	bool ok;

	(void)args;
	ok = store != NULL && find_anchors(tool, CCM_TRUST_SERVER, &anchors, err);
	if (ok && anchors.count == 0)
		ok = ccm_fail(err, CCM_NOT_FOUND,
		    "there is no root CA to trust; ccm trust remove takes away those installed");
	files = ok ? ccm_alloc(anchors.count * sizeof(*files), err) : NULL;
	ok = ok && files != NULL;
	for (; ok && count < anchors.count; count++) {
		struct ccm_file *file = &files[count];
		const struct ccm_cert *cert = ccm_item_certificate(anchors.items[count], err);

		file->mode = 0644;
		file->path =
		    ccm_trust_store_path(store, ccm_item_resource_id(anchors.items[count]), err);
		ok = cert != NULL && file->path != NULL &&
		     ccm_pem_certificate(cert, &file->content, err);
	}
	ok = ok && ccm_trust_store_fill(store, files, count, err) &&
	     ccm_trust_store_update(store, tool, err) && ccm_files_report(tool, files, count, err);
	ccm_files_clear(files, count);
	ccm_free(files);
	ccm_items_clear(&anchors);
	return ok;
}

const struct ccm_command ccm_command_trust_install = {
    .name = "trust install",
    .operands = "",
    .summary = "Have the whole system trust the root CAs",
    .details =
	"Takes those that servers are to be checked with, writes each to the directory that the\n"
	"distribution has for it, and runs its update-ca-certificates or update-ca-trust. What an\n"
	"earlier run installed and is not to be trusted any more is taken away.\n",
    .run = install,
};

static bool
remove_all(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_trust_store *store = ccm_trust_store_find(err);

	(void)args;
	return store != NULL && ccm_trust_store_fill(store, NULL, 0, err) &&
	       ccm_trust_store_update(store, tool, err);
}

const struct ccm_command ccm_command_trust_remove = {
    .name = "trust remove",
    .operands = "",
    .summary = "Take installed root CAs out of the system's store",
    .run = remove_all,
};
