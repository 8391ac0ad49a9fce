/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/outcome.h"

#include <strings.h>

#include "cloud/answer.h"

#define TARGET_SIZE 72
#define REASON_SIZE 264

struct tally {
	size_t targets, failed;
	struct ccm_buf failures; /* "target: reason; target: reason" */
};

/* What a member says, as one line; "" when it is missing or no text. */
static const char *
line_of(const struct ccm_json *object, const char *name, char *out, size_t size)
{
	const char *text = "";

	if (name != NULL && !ccm_json_as_string(object, &text))
		ccm_json_as_string(ccm_json_get(object, name), &text);
	ccm_answer_excerpt(ccm_span_of(text), out, size);
	return out;
}

static bool
went_well(const struct ccm_outcome *outcome, const struct ccm_json *result)
{
	char text[REASON_SIZE];

	if (outcome->proof != NULL && *line_of(result, outcome->proof, text, sizeof(text)) == '\0')
		return false;
	return !outcome->failures_only &&
	       strcasecmp(line_of(result, outcome->verdict, text, sizeof(text)), "success") == 0;
}

static bool
count_result(const struct ccm_outcome *outcome, const struct ccm_json *result, struct tally *tally,
    struct ccm_error *err)
{
	char target[TARGET_SIZE], reason[REASON_SIZE];

	tally->targets++;
	if (went_well(outcome, result))
		return true;
	line_of(result, outcome->target, target, sizeof(target));
	line_of(result, outcome->verdict, reason, sizeof(reason));
	return ccm_buf_printf(&tally->failures, err, "%s%s%s%s", tally->failed++ != 0 ? "; " : "",
	    target, *target != '\0' ? ": " : "", *reason != '\0' ? reason : "no reason given");
}

static bool
count_results(const struct ccm_operation *op, const struct ccm_json *answer, struct tally *tally,
    struct ccm_error *err)
{
	const struct ccm_json *list = ccm_json_get(answer, op->outcome.list);

	if (list != NULL && ccm_json_type(list) != CCM_JSON_ARRAY)
		return ccm_fail(err, CCM_PARTIAL, "%s: %s is %s, not a list", op->id,
		    op->outcome.list, ccm_json_type_name(ccm_json_type(list)));
	for
		ccm_json_each(result, list)
		{
			if (!count_result(&op->outcome, result, tally, err))
				return false;
		}
	return true;
}

/* One verdict on the whole, such as {"request_info": "success"}. */
static bool
check_verdict(const struct ccm_operation *op, const struct ccm_json *answer, struct ccm_error *err)
{
	const char *name = op->outcome.verdict;
	char text[REASON_SIZE];

	if (went_well(&op->outcome, answer))
		return true;
	if (*line_of(answer, name, text, sizeof(text)) == '\0')
		return ccm_fail(
		    err, CCM_PARTIAL, "%s: the answer does not say whether it was done", op->id);
	return ccm_fail(err, CCM_PARTIAL, "%s: %s is \"%s\", not \"success\"", op->id, name, text);
}

static bool
report(const struct ccm_operation *op, const struct tally *tally, struct ccm_error *err)
{
	const char *failures = ccm_buf_str(&tally->failures);

	if (op->outcome.failures_only)
		return ccm_fail(err, CCM_PARTIAL, "%s: %zu target%s failed: %s", op->id,
		    tally->failed, tally->failed != 1 ? "s" : "", failures);
	return ccm_fail(err, CCM_PARTIAL, "%s: %zu of %zu targets failed: %s", op->id,
	    tally->failed, tally->targets, failures);
}

bool
ccm_outcome_check(
    const struct ccm_operation *op, const struct ccm_json *answer, struct ccm_error *err)
{
	const struct ccm_outcome *outcome = &op->outcome;
	struct tally tally = {0};
	bool ok;

	if (outcome->verdict == NULL)
		return true;
	if (outcome->list == NULL)
		return check_verdict(op, answer, err);
	ok = count_results(op, answer, &tally, err);
	if (ok && tally.failed != 0)
		ok = report(op, &tally, err);
	else if (ok && tally.targets == 0 && !outcome->failures_only)
		ok = ccm_fail(err, CCM_PARTIAL,
		    "%s: the answer does not say what became of any target", op->id);
	ccm_buf_clear(&tally.failures);
	return ok;
}
