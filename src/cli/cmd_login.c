/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/table.h"
#include "core/clock.h"

static const struct ccm_column columns[] = {
    {"Method", "method", CCM_CELL_TEXT},
    {"From", "source", CCM_CELL_TEXT},
    {"Access key", "access_key", CCM_CELL_TEXT},
    {"Account", "account.name", CCM_CELL_TEXT},
    {"Account id", "account.id", CCM_CELL_TEXT},
    {"User", "user.name", CCM_CELL_TEXT},
    {"User id", "user.id", CCM_CELL_TEXT},
    {"Project", "project.name", CCM_CELL_TEXT},
    {"Project id", "project.id", CCM_CELL_TEXT},
    {"Valid until", "expires", CCM_CELL_EXPIRY},
};

/* IAM's time in the form that columns take. */
static bool
add_end(struct ccm_json *identity, struct ccm_error *err)
{
	const char *text = NULL;
	int64_t ms;

	ccm_json_opt_string(identity, "expires_at", &text, NULL);
	return text == NULL || !ccm_clock_parse_iso8601(text, &ms) ||
	       ccm_json_add_int(identity, "expires", ms, err);
}

static bool
login(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_client *client = ccm_tool_client(tool, err);
	struct ccm_json *identity = client != NULL ? ccm_client_login(client, err) : NULL;
	bool ok;

	(void)args;
	if (identity == NULL)
		return false;
	if (tool->json)
		ok = ccm_tool_print_json(tool, identity, err);
	else
		ok = add_end(identity, err) && ccm_block_print(ccm_tool_out(tool), columns,
						   CCM_COUNT(columns), identity, err);
	ccm_json_free(identity);
	return ok;
}

const struct ccm_command ccm_command_login = {
    .name = "login",
    .operands = "",
    .summary = "Check the credentials; tell who, and until when",
    .details =
	"A password is exchanged for a new token, which the commands that follow use. With an\n"
	"access key, what IAM does not show to its user is left out.\n",
    .run = login,
};

static bool
logout(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_client *client = ccm_tool_client(tool, err);
	bool was_kept;

	(void)args;
	if (client == NULL || !ccm_client_logout(client, &was_kept, err))
		return false;
	ccm_tool_say(tool, was_kept ? "the token is forgotten" : "no token was kept");
	return true;
}

const struct ccm_command ccm_command_logout = {
    .name = "logout",
    .operands = "",
    .summary = "Forget the token that a password brought",
    .run = logout,
};
