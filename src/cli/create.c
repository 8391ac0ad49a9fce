/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/create.h"

#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/log.h"

/* How far the service's clock may be behind ours without hiding what was just made. */
#define CLOCK_TOLERANCE_MS 5000

/* Looking again after so many seconds: the service may still be working on it. */
static const unsigned pauses[] = {0, 1, 2, 4};

bool
ccm_request_default(
    struct ccm_json *request, const char *field, const char *value, struct ccm_error *err)
{
	return value == NULL || ccm_json_get(request, field) != NULL ||
	       ccm_json_add_string(request, field, value, err);
}

bool
ccm_create_matches(const struct ccm_json *request, const struct ccm_json *object, int64_t since_ms)
{
	const char *algorithm = ccm_json_text(object, "key_algorithm"),
		   *key = ccm_json_text(request, "key_algorithm");
	const char *origin = ccm_json_text(request, "gen_mode");
	int64_t created = 0;

	return ccm_json_as_int(ccm_json_get(object, "create_time"), &created) &&
	       created >= since_ms - CLOCK_TOLERANCE_MS &&
	       strcmp(ccm_object_name(request), ccm_object_name(object)) == 0 &&
	       strcmp(ccm_json_text(request, "issuer_id"), ccm_json_text(object, "issuer_id")) ==
		   0 &&
	       /* the service has been seen to say just RSA */
	       (*key == '\0' || strncmp(key, algorithm, strlen(algorithm)) == 0) &&
	       (*origin == '\0' || strcmp(origin, ccm_json_text(object, "gen_mode")) == 0);
}

struct look {
	const struct ccm_creation *creation;
	int64_t since_ms;
	char id[CCM_ID_SIZE]; /* of the first that fits */
	size_t found;
};

static bool
visit(void *context, const struct ccm_json *element, struct ccm_error *err)
{
	struct look *look = context;
	const struct ccm_creation *creation = look->creation;
	char id[CCM_ID_SIZE];
	bool made = false;

	if (creation->is_made == NULL)
		made = ccm_create_matches(creation->wanted, element, look->since_ms);
	else if (!creation->is_made(creation->context, element, &made, err))
		return false;
	if (!made)
		return true;
	if (!ccm_object_id(creation->kind, element, id, err))
		return false;
	if (look->found++ == 0)
		memcpy(look->id, id, sizeof(id));
	return true;
}

/* The newest of this name first, where the row says enough. */
static bool
narrow(struct ccm_json *request, const struct ccm_json *wanted, struct ccm_error *err)
{
	return wanted == NULL ||
	       (ccm_json_add_string(request, "name", ccm_object_name(wanted), err) &&
		   ccm_json_add_string(request, "sort_key", "create_time", err) &&
		   ccm_json_add_string(request, "sort_dir", "DESC", err));
}

static bool
look_once(struct ccm_tool *tool, struct look *look, struct ccm_error *err)
{
	const struct ccm_creation *creation = look->creation;
	struct ccm_json *request = ccm_json_new_object(err);
	struct ccm_client *client = ccm_tool_client(tool, err);
	bool ok;

	look->found = 0;
	ok = request != NULL && client != NULL && narrow(request, creation->wanted, err) &&
	     ccm_client_each(
		 client, creation->kind->list, request, (struct ccm_visitor){visit, look}, err);
	ccm_json_free(request);
	return ok;
}

/* Was it made after all? Adopt it then, and forget the error; else say what is known. */
static bool
look_for_it(struct ccm_tool *tool, struct look *look, struct ccm_error *err)
{
	/* an answer, even a bad one, means that the service is done; a gateway's 504 is no answer
	 */
	bool over =
	    err->code == CCM_PROTOCOL || (err->code == CCM_UNAVAILABLE && err->http_status != 504);
	size_t looks = over ? 1 : CCM_COUNT(pauses);
	struct ccm_error trouble = {0};
	const struct ccm_kind *kind = look->creation->kind;
	const char *noun = kind->noun;

	ccm_log(INFO, CLI, "looking whether the %s was created: %s", noun, err->msg);
	for (size_t i = 0; i < looks && look->found == 0; i++) {
		nanosleep(&(struct timespec){.tv_sec = pauses[i]}, NULL);
		ccm_error_clear(&trouble);
		look_once(tool, look, &trouble);
	}
	if (look->found == 1) {
		ccm_tool_say(tool, "the answer was lost (%s), but the %s is there: %s", err->msg,
		    noun, look->id);
		ccm_error_clear(err);
		return true;
	}
	if (look->found > 1)
		ccm_tool_note(tool, "note: since then %zu of this name were created; see `%s`",
		    look->found, kind->list_command);
	else if (trouble.code != CCM_OK)
		ccm_tool_note(tool,
		    "note: whether it was created could not be seen (%s); see `%s` before "
		    "trying again",
		    trouble.msg, kind->list_command);
	else
		ccm_tool_note(tool, "note: looked for it, and no such %s was created", noun);
	return false;
}

bool
ccm_create_print(
    const struct ccm_tool *tool, const struct ccm_kind *kind, const char *id, struct ccm_error *err)
{
	struct ccm_json *answer;
	bool ok;

	if (!tool->json) {
		fprintf(ccm_tool_out(tool), "%s\n", id);
		return true;
	}
	answer = ccm_json_new_object(err);
	ok = answer != NULL && ccm_json_add_string(answer, kind->id_field, id, err) &&
	     ccm_tool_print_json(tool, answer, err);
	ccm_json_free(answer);
	return ok;
}

/* A creating call's answer has the id under the name that requests use. */
static bool
read_id(const struct ccm_kind *kind, const struct ccm_json *answer, char id[static CCM_ID_SIZE],
    struct ccm_error *err)
{
	struct ccm_kind made = *kind;

	made.id_member = kind->id_field;
	return ccm_object_id(&made, answer, id, err);
}

bool
ccm_create_quietly(struct ccm_tool *tool, const struct ccm_creation *creation,
    char id[static CCM_ID_SIZE], struct ccm_error *err)
{
	struct look look = {.creation = creation, .since_ms = ccm_clock_now_ms()};
	struct ccm_json *answer = NULL;
	bool ok;

	ok = ccm_tool_call(tool, creation->op, creation->request, &answer, err);
	if (ok && !read_id(creation->kind, answer, look.id, err))
		ok = ccm_error_context(err, CCM_OUTCOME_UNKNOWN ": %s", creation->op->id);
	ccm_json_free(answer);
	if (!ok && ccm_outcome_is_open(err)) {
		if (creation->wanted != NULL || creation->is_made != NULL)
			ok = look_for_it(tool, &look, err);
		else
			ccm_tool_note(tool, "note: no list shows whether it was made");
	}
	if (ok)
		memcpy(id, look.id, CCM_ID_SIZE);
	return ok;
}

bool
ccm_create_as(struct ccm_tool *tool, const struct ccm_creation *creation, struct ccm_error *err)
{
	char id[CCM_ID_SIZE];

	return ccm_create_quietly(tool, creation, id, err) &&
	       ccm_create_print(tool, creation->kind, id, err);
}

bool
ccm_create(struct ccm_tool *tool, const struct ccm_kind *kind, struct ccm_json *request,
    struct ccm_error *err)
{
	const struct ccm_creation creation = {
	    .kind = kind, .op = kind->create, .request = request, .wanted = request};

	return ccm_create_as(tool, &creation, err);
}
