/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/key_find.h"
#include "cli/secret.h"

/* The PINs of the keystore. */

static const struct ccm_option options[] = {
    {.name = "officer",
	.apply = ccm_option_flag,
	.help = "set the security officer's PIN, who can set a new one for the user"},
    {.name = "reset", .apply = ccm_option_flag, .help = "the officer sets a new PIN of the user"},
    {.name = "remove",
	.apply = ccm_option_flag,
	.help = "back to no PIN: a file beside the keystore opens it"},
    {.name = "pin-file",
	.apply = ccm_option_text,
	.placeholder = "FILE",
	.help = "the PIN as it was, or with --reset the officer's; first line"},
    {.name = "new-pin-file",
	.apply = ccm_option_text,
	.placeholder = "FILE",
	.help = "the new PIN, likewise; both are asked for at the terminal"},
    {0},
};

static enum ccm_vault_holder
holder_of(const struct ccm_args *args)
{
	return ccm_args_has(args, "officer") ? CCM_VAULT_OFFICER : CCM_VAULT_USER;
}

/* Who sets the first PIN has none to give. */
static bool
get_proof(const struct ccm_args *args, const struct ccm_vault_state *state, struct ccm_buf *pin,
    struct ccm_error *err)
{
	bool reset = ccm_args_has(args, "reset");
	const struct ccm_secret_source source = {
	    "pin-file", reset ? "security officer's PIN" : "PIN as it is", false};

	if (!reset && !state->held_by[holder_of(args)] && !ccm_args_has(args, "pin-file"))
		return true;
	return ccm_secret_get(args, &source, pin, err);
}

static bool
set(struct ccm_vault *vault, const struct ccm_args *args, struct ccm_span proof,
    struct ccm_error *err)
{
	const struct ccm_secret_source source = {"new-pin-file", "new PIN", true};
	struct ccm_vault_pins pins = {.holder = holder_of(args)};
	struct ccm_buf pin = {0};
	bool ok = ccm_secret_get(args, &source, &pin, err);

	if (ccm_args_has(args, "reset"))
		pins.officer_pin = proof;
	else
		pins.old_pin = proof;
	pins.new_pin = ccm_buf_span(&pin);
	ok = ok && ccm_vault_set_pin(vault, &pins, err);
	ccm_buf_clear(&pin);
	return ok;
}

static bool
check(const struct ccm_args *args, struct ccm_error *err)
{
	size_t given = 0;

	given += ccm_args_has(args, "officer");
	given += ccm_args_has(args, "reset");
	given += ccm_args_has(args, "remove");
	return given <= 1 ||
	       ccm_fail(err, CCM_USAGE, "--officer, --reset and --remove exclude each other");
}

static bool
run(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_model *model = ccm_tool_model(tool, err);
	struct ccm_vault *vault = model != NULL ? ccm_local_vault(model) : NULL;
	struct ccm_vault_state state;
	struct ccm_buf proof = {0};
	bool ok = vault != NULL && check(args, err) && ccm_vault_look(vault, &state, err) &&
		  get_proof(args, &state, &proof, err);

	if (ok && ccm_args_has(args, "remove"))
		ok = ccm_vault_remove_pin(vault, ccm_buf_span(&proof), err);
	else if (ok)
		ok = (!ccm_args_has(args, "officer") || ccm_local_unlock(model, err)) &&
		     set(vault, args, ccm_buf_span(&proof), err);
	ccm_buf_clear(&proof);
	return ok;
}

const struct ccm_command ccm_command_key_pin = {
    .name = "key pin",
    .operands = "",
    .summary = "Set, change or remove the keystore's PIN",
    .details = "\nA PIN has 4 to 255 characters. After three wrong ones there is a wait that\n"
	       "doubles; ten lock it, until the security officer sets a new one with --reset.\n",
    .options = options,
    .run = run,
};
