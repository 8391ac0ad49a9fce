/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/checkup.h"

#include <inttypes.h>
#include <string.h>

#include "cli/table.h"
#include "core/clock.h"

#define TEXT_COLUMN 32

static const char *const verdicts[] = {
    [CCM_FINE] = "ok",
    [CCM_WARNING] = "warning",
    [CCM_FAILED] = "failed",
    [CCM_SKIPPED] = "skipped",
};

struct round {
	const struct ccm_checkups *checkups;
	enum ccm_verdict *verdicts; /* of each */
	struct ccm_json *rows;      /* with --json, else NULL */
	struct ccm_error failure;   /* the first */
};

/* Each line of it by itself: some show what a file has to hold. */
static bool
append_remedy(const char *remedy, struct ccm_buf *out, struct ccm_error *err)
{
	struct ccm_buf line = {0};
	bool ok = true;

	for (const char *at = remedy; ok && at != NULL && *at != '\0';) {
		size_t len = strcspn(at, "\n");

		ccm_buf_clear(&line);
		ok = ccm_buf_append(&line, at, len, err) &&
		     ccm_text_wrap(ccm_buf_str(&line) + strspn(ccm_buf_str(&line), " "), 0,
			 TEXT_COLUMN, out, err) &&
		     ccm_buf_append_str(out, "\n", err);
		at += len + (at[len] == '\n');
	}
	ccm_buf_clear(&line);
	return ok;
}

static bool
print_finding(const struct ccm_tool *tool, const struct ccm_checkup *checkup,
    const struct ccm_finding *finding, int64_t took_ms, struct ccm_error *err)
{
	FILE *out = ccm_tool_out(tool);
	struct ccm_buf clean = {0}, lines = {0};
	char time[24] = "";
	bool ok;

	if (finding->verdict != CCM_SKIPPED)
		snprintf(time, sizeof(time), "%" PRId64 " ms", took_ms);
	ok = ccm_text_clean(ccm_buf_str(&finding->text), false, &clean, err) &&
	     ccm_buf_printf(
		 &lines, err, "%-16s %-8s%6s", checkup->layer, verdicts[finding->verdict], time) &&
	     ccm_text_wrap(ccm_buf_str(&clean), TEXT_COLUMN - 1, TEXT_COLUMN, &lines, err) &&
	     ccm_buf_append_str(&lines, "\n", err) && append_remedy(finding->remedy, &lines, err);
	if (ok)
		fputs(ccm_buf_str(&lines), out);
	fflush(out);
	ccm_buf_clear(&clean);
	ccm_buf_clear(&lines);
	return ok && ccm_output_check(err);
}

static bool
add_finding(struct ccm_json *rows, const struct ccm_checkup *checkup,
    const struct ccm_finding *finding, int64_t took_ms, struct ccm_error *err)
{
	struct ccm_json *row = ccm_json_new_object(err);

	return row != NULL && ccm_json_append_json(rows, row, err) &&
	       ccm_json_add_string(row, "layer", checkup->layer, err) &&
	       ccm_json_add_string(row, "result", verdicts[finding->verdict], err) &&
	       ccm_json_add_int(row, "milliseconds", took_ms, err) &&
	       ccm_json_add_string(row, "finding", ccm_buf_str(&finding->text), err) &&
	       (finding->remedy == NULL ||
		   ccm_json_add_string(row, "remedy", finding->remedy, err));
}

/* Without what it needs nothing can be said. */
static bool
is_moot(const struct round *round, const struct ccm_checkup *checkup)
{
	for (size_t i = 0; checkup->needs != NULL && i < round->checkups->count; i++)
		if (strcmp(round->checkups->checkups[i].layer, checkup->needs) == 0)
			return round->verdicts[i] == CCM_FAILED ||
			       round->verdicts[i] == CCM_SKIPPED;
	return false;
}

static bool
judge(const struct ccm_checkup *checkup, struct round *round, struct ccm_finding *finding,
    struct ccm_error *err)
{
	struct ccm_error cause = {0};

	if (is_moot(round, checkup)) {
		finding->verdict = CCM_SKIPPED;
		return ccm_buf_printf(&finding->text, err, "needs: %s", checkup->needs);
	}
	if (checkup->look(round->checkups->patient, finding, &cause))
		return true;
	finding->verdict = CCM_FAILED;
	finding->remedy = ccm_report_hint(&cause);
	ccm_buf_clear(&finding->text);
	if (round->failure.code == CCM_OK)
		round->failure = cause;
	return ccm_buf_append_str(&finding->text, cause.msg, err) &&
	       (cause.request_id[0] == '\0' || strstr(cause.msg, cause.request_id) != NULL ||
		   ccm_buf_printf(&finding->text, err, " (request id %s)", cause.request_id));
}

static bool
examine(const struct ccm_tool *tool, size_t index, struct round *round, struct ccm_error *err)
{
	const struct ccm_checkup *checkup = &round->checkups->checkups[index];
	struct ccm_finding finding = {0};
	int64_t started = ccm_clock_monotonic_ms(), took;
	bool ok;

	ok = judge(checkup, round, &finding, err);
	took = ccm_clock_monotonic_ms() - started;
	round->verdicts[index] = finding.verdict;
	if (ok)
		ok = round->rows != NULL ? add_finding(round->rows, checkup, &finding, took, err)
					 : print_finding(tool, checkup, &finding, took, err);
	ccm_buf_clear(&finding.text);
	return ok;
}

/* The report has told it all; the status is the first failure's. */
static bool
conclude(const struct round *round, struct ccm_error *err)
{
	size_t failed = 0;

	for (size_t i = 0; i < round->checkups->count; i++)
		failed += round->verdicts[i] == CCM_FAILED;
	return failed == 0 || ccm_fail(err, round->failure.code, "%zu of %zu checks failed", failed,
				  round->checkups->count);
}

bool
ccm_checkups_run(struct ccm_tool *tool, const struct ccm_checkups *checkups, struct ccm_error *err)
{
	struct round round = {.checkups = checkups};
	struct ccm_json *document = NULL;
	bool ok;

	round.verdicts = ccm_alloc_array(checkups->count, sizeof(*round.verdicts), err);
	ok = round.verdicts != NULL;
	if (ok && tool->json) {
		document = ccm_json_new_object(err);
		round.rows = ccm_json_new_array(err);
		ok = document != NULL && round.rows != NULL &&
		     ccm_json_add_json(document, "checks", round.rows, err);
	}
	for (size_t i = 0; ok && i < checkups->count; i++)
		ok = examine(tool, i, &round, err);
	ok = ok && (!tool->json || ccm_tool_print_json(tool, document, err)) &&
	     conclude(&round, err);
	ccm_json_free(document);
	ccm_free(round.verdicts);
	return ok;
}
