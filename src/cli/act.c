/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/act.h"

#include <string.h>

#include "cli/confirm.h"
#include "cli/create.h"
#include "cli/table.h"

bool
ccm_act_is_seen(const struct ccm_act *act, const struct ccm_json *object)
{
	const struct ccm_column column = {"", act->field, CCM_CELL_TEXT};
	struct ccm_buf text = {0};
	bool seen;

	if (object == NULL || act->field == NULL)
		return object == NULL && act->gone;
	seen = ccm_column_format(&column, object, &text, NULL) &&
	       strcmp(ccm_buf_str(&text), act->value) == 0;
	ccm_buf_clear(&text);
	return seen;
}

static const char *
status_of(const struct ccm_json *object)
{
	const char *status = "in an unknown state";

	ccm_json_as_string(ccm_json_get(object, "status"), &status);
	return status;
}

/* The answer was lost on its way: what counts is how the thing looks now. */
static bool
look(struct ccm_tool *tool, const struct ccm_act *act, const struct ccm_target *target,
    struct ccm_error *err)
{
	const char *noun = target->kind->noun;
	struct ccm_error trouble = {0};
	struct ccm_json *object;
	bool seen;

	if (!ccm_resolve(tool, target, &object, &trouble) && trouble.code != CCM_NOT_FOUND) {
		ccm_tool_note(tool, "note: whether it was done could not be seen: %s", trouble.msg);
		return false;
	}
	seen = ccm_act_is_seen(act, object);
	if (seen)
		ccm_tool_say(
		    tool, "the answer was lost (%s), but the %s %s", err->msg, noun, act->done);
	else if (object == NULL)
		ccm_tool_note(tool, "note: the %s is no longer there", noun);
	else
		ccm_tool_note(tool, "note: the %s is %s now", noun, status_of(object));
	ccm_json_free(object);
	return seen;
}

static bool
carry_out(struct ccm_tool *tool, const struct ccm_act *act, const struct ccm_target *target,
    const struct ccm_json *request, struct ccm_error *err)
{
	struct ccm_json *answer;
	bool ok = ccm_tool_call(tool, act->op, request, &answer, err);

	if (ok && tool->json && answer != NULL)
		ok = ccm_tool_print_json(tool, answer, err);
	ccm_json_free(answer);
	if (!ok && ccm_outcome_is_open(err) && look(tool, act, target, err)) {
		ccm_error_clear(err);
		ok = true;
	}
	return ok;
}

static bool
confirm(struct ccm_tool *tool, const struct ccm_act *act, const struct ccm_kind *kind,
    const struct ccm_json *object, struct ccm_error *err)
{
	const char *id = "";
	char *deed;
	bool ok;

	ccm_json_as_string(ccm_json_get(object, kind->id_member), &id);
	deed = ccm_format(
	    err, "%s the %s \"%s\" (%s)", act->verb, kind->noun, ccm_object_name(object), id);
	ok = deed != NULL && ccm_confirm(tool, act->op, deed, err);
	ccm_free(deed);
	return ok;
}

bool
ccm_act(struct ccm_tool *tool, const struct ccm_act *act, const struct ccm_target *target,
    struct ccm_json *request, struct ccm_error *err)
{
	struct ccm_target same = *target;
	struct ccm_json *object;
	char id[64];
	bool ok;

	ok = ccm_resolve(tool, target, &object, err) &&
	     ccm_object_id(target->kind, object, id, err) &&
	     ccm_json_add_string(request, target->kind->id_field, id, err) &&
	     confirm(tool, act, target->kind, object, err);
	same.text = id;
	ok = ok && carry_out(tool, act, &same, request, err);
	if (!ok)
		ccm_note_state(tool, target, object, err);
	ccm_json_free(object);
	return ok;
}
