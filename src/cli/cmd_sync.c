/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/listing.h"
#include "cli/progress.h"
#include "model/sync.h"

static const struct ccm_column columns[] = {
    {"TOKEN", "token", CCM_CELL_TEXT},
    {"CERTIFICATES", "certificates", CCM_CELL_TEXT},
    {"CAS", "cas", CCM_CELL_TEXT},
    {"NEW", "new", CCM_CELL_TEXT},
    {"EXPORTED", "exported", CCM_CELL_TEXT},
};

static const struct ccm_option options[] = {
    {.name = "full",
	.apply = ccm_option_flag,
	.help = "list everything, not only what is new when that is enough"},
    {.name = "certificates",
	.apply = ccm_option_flag,
	.help = "export what the cache does not have, too, not only list it"},
    {0},
};

static void
tell(void *context, int64_t total)
{
	(void)context;
	if (total > 0)
		ccm_progress_total((size_t)total);
	ccm_progress_advance();
}

static bool
add_row(struct ccm_json *rows, struct ccm_token *token, const struct ccm_sync *sync,
    struct ccm_error *err)
{
	struct ccm_json *row = ccm_json_new_object(err);

	return row != NULL && ccm_json_append_json(rows, row, err) &&
	       ccm_json_add_string(row, "token", ccm_token_label(token), err) &&
	       ccm_json_add_int(row, "certificates", sync->certificates, err) &&
	       ccm_json_add_int(row, "cas", sync->cas, err) &&
	       ccm_json_add_int(row, "new", sync->added, err) &&
	       ccm_json_add_int(row, "exported", sync->exported, err);
}

static bool
sync_tokens(struct ccm_model *model, const struct ccm_args *args, struct ccm_json *rows,
    struct ccm_error *err)
{
	for (size_t i = 0; i < ccm_model_token_count(model); i++) {
		struct ccm_sync sync = {.full = ccm_args_has(args, "full"),
		    .certificates_too = ccm_args_has(args, "certificates"),
		    .tell = tell};

		if (!ccm_token_sync(ccm_model_token(model, i), &sync, err) ||
		    !add_row(rows, ccm_model_token(model, i), &sync, err))
			return false;
	}
	return true;
}

static bool
sync_all(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_rows shown = {"tokens", columns, CCM_COUNT(columns), "token"};
	struct ccm_model *model = ccm_tool_model(tool, err);
	struct ccm_json *document = model != NULL ? ccm_json_new_object(err) : NULL;
	struct ccm_json *rows = document != NULL ? ccm_json_new_array(err) : NULL;
	bool ok = rows != NULL && ccm_json_add_json(document, "tokens", rows, err) &&
		  sync_tokens(model, args, rows, err) &&
		  ccm_rows_print(tool, &shown, document, err);

	ccm_json_free(document);
	return ok;
}

const struct ccm_command ccm_command_sync = {
    .name = "sync",
    .operands = "",
    .summary = "Bring the cache up to date for all tokens",
    .details =
	"Programs that show tokens do the same when they need it; this does it before. What the\n"
	"cache has is used for [cache] ttl, and when the service fails for max_stale.\n"
	"A search for what only certificates tell (public key, fingerprint, other names) is fast\n"
	"among those that were exported once, by this or by another program, and exports others\n"
	"only when there are 200 of them or fewer: --certificates exports them all, four at once,\n"
	"and goes on where it was broken off.\n",
    .options = options,
    .run = sync_all,
};
