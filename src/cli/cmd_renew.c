/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/listing.h"
#include "cli/renew.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEFAULT_BUDGET 100

static const struct ccm_option options[] = {
    {.name = "all", .apply = ccm_option_flag, .help = "all that were exported or renewed here"},
    {.name = "before",
	.apply = ccm_option_text,
	.placeholder = "TIME|PART",
	.help = "when they end within this time, such as 30d, or in the\nlast part of their "
		"time; 1/3"},
    {.name = "force", .apply = ccm_option_flag, .help = "whether due or not, and after failures"},
    {.name = "rotate-key",
	.apply = ccm_option_flag,
	.help = "with a new key in an HSM; the service makes a new one always"},
    {.name = "exec",
	.apply = ccm_option_text,
	.placeholder = "COMMAND",
	.help = "for the shell, when some were renewed; $CCM_RENEWED has their names"},
    {.name = "budget",
	.apply = ccm_option_integer,
	.placeholder = "N",
	.field = "budget",
	.help = "certificates to be issued a day at most; 100"},
    {0},
};

static const struct ccm_column columns[] = {
    {"NAME", "name", CCM_CELL_TEXT},
    {"OUTCOME", "outcome", CCM_CELL_TEXT},
    {"CERTIFICATE", "certificate_id", CCM_CELL_TEXT},
    {"EXPIRES", "not_after", CCM_CELL_EXPIRY},
    {"MESSAGE", "message", CCM_CELL_TEXT},
};

struct run {
	struct ccm_tool *tool;
	struct ccm_renew_options options;
	const char *folder;
	struct ccm_json *rows;
	size_t failed;
	struct ccm_error first; /* failure */
};

static bool
renew_one(struct run *run, const struct ccm_renew_target *target, struct ccm_error *err)
{
	struct ccm_json *row = ccm_json_new_object(err);
	struct ccm_error failure = {0};

	if (row == NULL || !ccm_json_append_json(run->rows, row, err))
		return false;
	if (ccm_renew(run->tool, &run->options, target, row, &failure))
		return true;
	if (run->failed++ == 0)
		run->first = failure;
	return ccm_json_get(row, "outcome") != NULL ||
	       (ccm_json_add_string(row, "outcome", "failed", err) &&
		   ccm_json_add_string(row, "message", failure.msg, err));
}

static bool
renew_state(
    void *context, const char *identity, const struct ccm_json *state, struct ccm_error *err)
{
	struct run *run = context;

	(void)state;
	return renew_one(run, &(struct ccm_renew_target){.identity = identity}, err);
}

/* A name of several certificates is no question here: their state knows which is the current one.
 */
struct named {
	struct run *run;
	const char *text;
	size_t found;
};

static bool
renew_if_named(
    void *context, const char *identity, const struct ccm_json *state, struct ccm_error *err)
{
	struct named *named = context;
	const char *name = "", *id = "";

	ccm_json_as_string(ccm_json_get(state, "name"), &name);
	ccm_json_as_string(ccm_json_get(state, "certificate_id"), &id);
	if (strcmp(name, named->text) != 0 && strcmp(id, named->text) != 0)
		return true;
	named->found++;
	return renew_one(named->run, &(struct ccm_renew_target){.identity = identity}, err);
}

static bool
renew_named(struct run *run, const struct ccm_args *args, struct ccm_error *err)
{
	for (size_t i = 0; i < args->operand_count; i++) {
		const struct ccm_target target = {
		    &ccm_kind_certificate, args->operands[i], "ISSUED"};
		struct named named = {run, args->operands[i], 0};
		char id[CCM_ID_SIZE];

		if (!ccm_renewal_each(run->folder, renew_if_named, &named, err))
			return false;
		if (named.found != 0)
			continue;
		if (!ccm_resolve_id(run->tool, &target, id, err) ||
		    !renew_one(run, &(struct ccm_renew_target){.id = id}, err))
			return false;
	}
	return true;
}

/* What was renewed and not reloaded, by this run or by one whose command failed. */

struct reload {
	struct ccm_buf names, ids;
	const char *folder;
	bool done; /* forget it */
};

static bool
visit_reload(
    void *context, const char *identity, const struct ccm_json *state, struct ccm_error *err)
{
	struct reload *reload = context;
	const char *name = "", *id = "";
	struct ccm_renewal renewal;
	bool wanted = false, ok = true;

	ccm_json_as_bool(ccm_json_get(state, "reload"), &wanted);
	if (!wanted)
		return true;
	if (reload->done) {
		if (!ccm_renewal_open(reload->folder, identity, &renewal, NULL))
			return true; /* at work again: reloaded once more, then */
		ok = ccm_json_add_bool(renewal.state, "reload", false, err) &&
		     ccm_renewal_save(&renewal, err);
		ccm_renewal_close(&renewal);
		return ok;
	}
	ccm_json_as_string(ccm_json_get(state, "name"), &name);
	ccm_json_as_string(ccm_json_get(state, "certificate_id"), &id);
	return ccm_buf_printf(
		   &reload->names, err, "%s%s", reload->names.len != 0 ? " " : "", name) &&
	       ccm_buf_printf(&reload->ids, err, "%s%s", reload->ids.len != 0 ? " " : "", id);
}

static bool
run_command(const char *command, const struct reload *reload, struct ccm_error *err)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		setenv("CCM_RENEWED", ccm_buf_str(&reload->names), 1);
		setenv("CCM_RENEWED_IDS", ccm_buf_str(&reload->ids), 1);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	if (pid < 0)
		return ccm_fail_errno(err, CCM_INTERNAL, "--exec");
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	return ccm_fail(err, CCM_CONFLICT, "--exec: \"%s\" ended with %s %d", command,
	    WIFEXITED(status) ? "status" : "signal",
	    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

static bool
reload_servers(const struct run *run, const char *command, struct ccm_error *err)
{
	struct reload reload = {.folder = run->folder};
	bool ok = ccm_renewal_each(run->folder, visit_reload, &reload, err);

	if (ok && reload.names.len != 0) {
		fflush(NULL);
		ok = run_command(command, &reload, err);
		reload.done = true;
		ok = ok && ccm_renewal_each(run->folder, visit_reload, &reload, err);
	}
	ccm_buf_clear(&reload.names);
	ccm_buf_clear(&reload.ids);
	return ok;
}

static bool
parse(const struct ccm_args *args, struct ccm_renew_options *out, struct ccm_error *err)
{
	const char *before = ccm_args_value(args, "before");

	*out = (struct ccm_renew_options){
	    .rotate_key = ccm_args_has(args, "rotate-key"),
	    .force = ccm_args_has(args, "force"),
	    .budget = DEFAULT_BUDGET,
	};
	if (ccm_args_has(args, "all") == (args->operand_count != 0))
		return ccm_fail(err, CCM_USAGE, "either --all or the names of certificates");
	if (!ccm_json_opt_int(args->request, "budget", &out->budget, err))
		return false;
	return ccm_renewal_lead_parse(before != NULL ? before : "1/3", &out->lead, err) ||
	       ccm_error_context(err, "--before");
}

static bool
print(const struct run *run, const struct ccm_json *document, struct ccm_error *err)
{
	static const struct ccm_rows rows = {
	    "renewals", columns, CCM_COUNT(columns), "certificate to renew"};

	return ccm_rows_print(run->tool, &rows, document, err);
}

static bool
renew(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const char *command = ccm_args_value(args, "exec");
	struct ccm_json *document = ccm_json_new_object(err);
	struct run run = {.tool = tool, .rows = ccm_json_new_array(err)};
	char *folder = NULL;
	bool ok = document != NULL && ccm_json_add_json(document, "renewals", run.rows, err) &&
		  parse(args, &run.options, err);

	folder = ok ? ccm_renew_folder(tool, err) : NULL;
	run.folder = folder;
	ok = folder != NULL &&
	     (ccm_args_has(args, "all") ? ccm_renewal_each(folder, renew_state, &run, err)
					: renew_named(&run, args, err));
	ok = ok && print(&run, document, err);
	if (ok && command != NULL)
		ok = reload_servers(&run, command, err);
	if (ok && run.failed != 0) {
		*err = run.first;
		if (run.failed < ccm_json_count(run.rows))
			err->code = CCM_PARTIAL;
		ok = false;
	}
	ccm_free(folder);
	ccm_json_free(document);
	return ok;
}

const struct ccm_command ccm_command_renew = {
    .name = "renew",
    .operands = "[NAME|ID]...",
    .summary = "Have certificates issued anew before they end",
    .details =
	"\nNames, usages and issuer stay; so does a key in the keystore or in an HSM, unless\n"
	"--rotate-key is given. The old certificate is left as it is. Files that `ccm cert\n"
	"export` wrote with a key reference are written anew once the new certificate is\n"
	"verified. After a failure the next try waits: a quarter of an hour, twice as long each\n"
	"time, a day at most. ccm-renew.timer does this twice a day.\n",
    .options = options,
    .run = renew,
};
