/* SPDX-License-Identifier: Apache-2.0 */
/* How the certificates of this machine do, from the states of their renewals: without the service.
 */
#include "cli/commands.h"
#include "cli/listing.h"
#include "cli/renew.h"

#include <stdlib.h>
#include <string.h>

static const struct ccm_option options[] = {
    {.name = "before",
	.apply = ccm_option_text,
	.placeholder = "TIME|PART",
	.help = "as ccm renew is told: when they are due; 1/3"},
    {.name = "prometheus",
	.apply = ccm_option_flag,
	.help = "for a collector, in Prometheus' text format"},
    {0},
};

static const struct ccm_column columns[] = {
    {"NAME", "name", CCM_CELL_TEXT},
    {"EXPIRES", "not_after", CCM_CELL_EXPIRY},
    {"DUE", "due", CCM_CELL_TIME},
    {"KEY", "key", CCM_CELL_TEXT},
    {"LAST", "result", CCM_CELL_TEXT},
    {"AT", "tried", CCM_CELL_TIME},
    {"NEXT TRY", "next", CCM_CELL_TIME},
    {"CERTIFICATE", "certificate_id", CCM_CELL_TEXT},
    {"MESSAGE", "message", CCM_CELL_TEXT},
};

struct gathering {
	struct ccm_json *rows;
	struct ccm_renewal_lead lead;
};

static int64_t
number_of(const struct ccm_json *object, const char *field)
{
	int64_t number = 0;

	ccm_json_as_int(ccm_json_get(object, field), &number);
	return number;
}

static bool
visit(void *context, const char *identity, const struct ccm_json *state, struct ccm_error *err)
{
	struct gathering *gathering = context;
	struct ccm_json *row = ccm_json_dup(state, err);

	return row != NULL && ccm_json_append_json(gathering->rows, row, err) &&
	       ccm_json_add_string(row, "identity", identity, err) &&
	       ccm_json_add_int(row, "due",
		   ccm_renewal_due_ms(&gathering->lead, number_of(state, "not_before"),
		       number_of(state, "not_after")),
		   err);
}

/* Prometheus */

/* A label's value: backslash, quote and line feed are escaped. */
static bool
append_label(struct ccm_buf *out, const char *name, const struct ccm_json *row, const char *field,
    struct ccm_error *err)
{
	const char *text = "";

	ccm_json_as_string(ccm_json_get(row, field), &text);
	if (!ccm_buf_printf(out, err, "%s=\"", name))
		return false;
	for (; *text != '\0'; text++) {
		const char *escaped = *text == '\n' ? "\\n" : *text == '"' ? "\\\"" : "\\\\";
		bool plain = strchr("\n\"\\", *text) == NULL;

		if (!(plain ? ccm_buf_append(out, text, 1, err)
			    : ccm_buf_append_str(out, escaped, err)))
			return false;
	}
	return ccm_buf_append_str(out, "\"", err);
}

static const struct metric {
	const char *name, *kind, *help, *field;
	int64_t unit; /* of the field in that of the metric */
} metrics[] = {
    {"ccm_certificate_not_after_seconds", "gauge", "When the certificate ends.", "not_after", 1000},
    {"ccm_certificate_renewal_due_seconds", "gauge", "When its renewal is due.", "due", 1000},
    {"ccm_renewal_last_attempt_seconds", "gauge", "When a renewal was tried last; 0: never.",
	"tried", 1000},
    {"ccm_renewal_last_success_seconds", "gauge", "When it was renewed last; 0: never.", "renewed",
	1000},
    {"ccm_renewal_failures", "gauge", "Failures since the last success.", "failures", 1},
    {"ccm_renewals_total", "counter", "Renewals so far.", "renewals", 1},
};

static bool
append_sample(struct ccm_buf *out, const struct metric *metric, const struct ccm_json *row,
    struct ccm_error *err)
{
	return ccm_buf_printf(out, err, "%s{", metric->name) &&
	       append_label(out, "name", row, "name", err) && ccm_buf_append_str(out, ",", err) &&
	       append_label(out, "identity", row, "identity", err) &&
	       ccm_buf_append_str(out, ",", err) && append_label(out, "key", row, "key", err) &&
	       ccm_buf_printf(
		   out, err, "} %lld\n", (long long)(number_of(row, metric->field) / metric->unit));
}

static bool
append_metrics(struct ccm_buf *out, const struct ccm_json *rows, struct ccm_error *err)
{
	for (size_t i = 0; i < CCM_COUNT(metrics); i++) {
		const struct metric *metric = &metrics[i];

		if (!ccm_buf_printf(out, err, "# HELP %s %s\n# TYPE %s %s\n", metric->name,
			metric->help, metric->name, metric->kind))
			return false;
		for
			ccm_json_each(row, rows)
			{
				if (!append_sample(out, metric, row, err))
					return false;
			}
	}
	return true;
}

static bool
print_metrics(const struct ccm_tool *tool, const struct ccm_json *rows, struct ccm_error *err)
{
	struct ccm_buf text = {0};
	bool ok = append_metrics(&text, rows, err);

	if (ok)
		fputs(ccm_buf_str(&text), ccm_tool_out(tool));
	ccm_buf_clear(&text);
	return ok;
}

static bool
status(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_rows rows = {
	    "certificates", columns, CCM_COUNT(columns), "certificate that is renewed here"};
	const char *before = ccm_args_value(args, "before");
	struct ccm_json *document = ccm_json_new_object(err);
	struct gathering gathering = {.rows = ccm_json_new_array(err)};
	char *folder = NULL;
	bool ok = document != NULL &&
		  ccm_json_add_json(document, "certificates", gathering.rows, err) &&
		  (ccm_renewal_lead_parse(before != NULL ? before : "1/3", &gathering.lead, err) ||
		      ccm_error_context(err, "--before"));

	folder = ok ? ccm_renew_folder(tool, err) : NULL;
	ok = folder != NULL && ccm_renewal_each(folder, visit, &gathering, err);
	if (ok)
		ok = ccm_args_has(args, "prometheus") ? print_metrics(tool, gathering.rows, err)
						      : ccm_rows_print(tool, &rows, document, err);
	ccm_free(folder);
	ccm_json_free(document);
	return ok;
}

const struct ccm_command ccm_command_status = {
    .name = "status",
    .operands = "",
    .summary = "Tell when certificates end, and how renewals went",
    .details = "\nOf those that `ccm cert export` wrote with a key reference or `ccm renew` "
	       "renewed.\nThe service is not asked.\n",
    .options = options,
    .run = status,
};
