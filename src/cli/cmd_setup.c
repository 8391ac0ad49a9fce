/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/setup.h"
#include "cli/table.h"

static const struct ccm_option options[] = {
    {.name = "apply", .apply = ccm_option_flag, .help = "change the files, after a copy of each"},
    {.name = "undo", .apply = ccm_option_flag, .help = "bring them back as they were"},
    {.name = "module",
	.apply = ccm_option_text,
	.placeholder = "FILE",
	.help = "ccm.so, instead of the installed one"},
    {.name = "root",
	.apply = ccm_option_text,
	.placeholder = "DIR",
	.help = "look at the system below this directory"},
    {0},
};

struct work {
	struct ccm_tool *tool;
	const struct ccm_args *args;
	struct ccm_setup_scene scene;
	struct ccm_json *rows;
	bool apply;
	size_t changed, open;
};

static bool
is_named(const struct ccm_args *args, const char *name)
{
	for (size_t i = 0; i < args->operand_count; i++)
		if (strcmp(args->operands[i], name) == 0)
			return true;
	return false;
}

static bool
check_names(const struct ccm_args *args, struct ccm_error *err)
{
	for (size_t i = 0; i < args->operand_count; i++) {
		bool known = false;

		for (size_t k = 0; k < ccm_setup_target_count; k++)
			known = known || strcmp(ccm_setup_targets[k].name, args->operands[i]) == 0;
		if (!known)
			return ccm_fail(err, CCM_USAGE, "there is no program \"%s\" to set up",
			    args->operands[i]);
	}
	return true;
}

/* Rows: what people see, and what --json tells. */

static bool
tell(
    struct work *work, const char *name, const char *state, const char *what, struct ccm_error *err)
{
	struct ccm_json *row = ccm_json_new_object(err);

	if (row == NULL || !ccm_json_append_json(work->rows, row, err) ||
	    !ccm_json_add_string(row, "program", name, err) ||
	    !ccm_json_add_string(row, "state", state, err) ||
	    !ccm_json_add_string(row, "what", what, err))
		return false;
	if (!work->tool->json)
		fprintf(ccm_tool_out(work->tool), "%-10s %-10s %s\n", name, state, what);
	return true;
}

static void
print_line(const struct work *work, char sign, const char *line, size_t len)
{
	struct ccm_buf clean = {0};
	char *copy = ccm_strndup(line, len, NULL);

	if (copy != NULL && ccm_text_clean(copy, false, &clean, NULL))
		fprintf(ccm_tool_out(work->tool), "    %c %s\n", sign, ccm_buf_str(&clean));
	ccm_buf_clear(&clean);
	ccm_free(copy);
}

static size_t
line_length(const char *text)
{
	return strcspn(text, "\n");
}

/* Nearly all changes put lines in: what of after is not the next of before is new. */
static void
print_lines(const struct work *work, const struct ccm_edit *edit)
{
	const char *before = ccm_buf_str(&edit->before), *after = ccm_buf_str(&edit->after);

	while (*after != '\0') {
		size_t len = line_length(after), old = line_length(before);

		if (*before != '\0' && len == old && memcmp(before, after, len) == 0) {
			before += old + (before[old] == '\n');
		} else if (len != 0) {
			print_line(work, '+', after, len);
		}
		after += len + (after[len] == '\n');
	}
}

static const char *
shown_path(const struct work *work, const struct ccm_edit *edit)
{
	return edit->path + strlen(work->scene.root);
}

/* Could the file be replaced? Not being allowed to is somebody else's turn, not an error. */
static bool
is_ours_to_change(const struct ccm_edit *edit)
{
	char directory[4096];

	if (edit->exists && access(edit->path, W_OK) != 0)
		return false;
	snprintf(directory, sizeof(directory), "%s", edit->path);
	for (char *slash = strrchr(directory, '/'); slash != NULL && slash != directory;
	     slash = strrchr(directory, '/')) {
		*slash = '\0';
		if (access(directory, F_OK) == 0)
			return access(directory, W_OK) == 0;
	}
	return access("/", W_OK) == 0;
}

static bool
handle_edit(struct work *work, const struct ccm_setup_target *target, const struct ccm_edit *edit,
    struct ccm_error *err)
{
	const char *path = shown_path(work, edit);
	const char *state = "to do";

	if (!ccm_edit_is_needed(edit))
		return tell(work, target->name, "ready", path, err);
	if (target->on_request && !is_named(work->args, target->name))
		return tell(work, target->name, "on request", path, err);
	if (!is_ours_to_change(edit))
		state = "for root";
	else if (work->apply && !ccm_setup_apply(&work->scene, edit, err))
		return false;
	else if (work->apply)
		state = "done";
	work->changed += strcmp(state, "done") == 0;
	work->open += strcmp(state, "done") != 0;
	if (!tell(work, target->name, state, path, err))
		return false;
	if (!work->tool->json)
		print_lines(work, edit);
	return true;
}

static bool
handle_target(struct work *work, const struct ccm_setup_target *target, struct ccm_error *err)
{
	struct ccm_edits edits;
	bool found, ok;

	if (!ccm_setup_look(&work->scene, target, &edits, &found, err))
		return false;
	ok = !found || target->hint == NULL ||
	     tell(work, target->name, "by hand", target->hint, err);
	for (size_t i = 0; ok && i < edits.count; i++)
		ok = handle_edit(work, target, &edits.edits[i], err);
	ccm_edits_clear(&edits);
	return ok;
}

/* The library: the one named, the installed one, the one beside this program. */
static bool
find_module(struct work *work, char **path, struct ccm_error *err)
{
	const char *given = ccm_args_value(work->args, "module");
	char self[4096];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	*path = NULL;
	if (given != NULL)
		*path = realpath(given, NULL);
	else if (work->scene.root[0] != '\0' || access(CCM_MODULE, F_OK) == 0)
		*path = ccm_strdup(CCM_MODULE, err);
	else if (len > 0)
		*path = ccm_format(err, "%.*s/ccm.so",
		    (int)((char *)memrchr(self, '/', (size_t)len) - self), self);
	if (*path == NULL)
		return err->code == CCM_OK ? ccm_fail_errno(err, CCM_USAGE, "--module %s", given)
					   : false;
	if (given != NULL || work->scene.root[0] != '\0' || access(*path, F_OK) == 0)
		return true;
	return ccm_fail(err, CCM_NOT_FOUND,
	    "ccm.so is neither %s nor beside this program: --module names it", CCM_MODULE);
}

static bool
say_undone(void *context, const char *path, struct ccm_error *err)
{
	const struct work *work = context;

	path += strlen(work->scene.root);
	if (!work->tool->json)
		fprintf(ccm_tool_out(work->tool), "%s\n", path);
	return ccm_json_append_string(work->rows, path, err);
}

/* What became of it is shown also when not all of it could be done. */
static bool
undo(struct work *work, struct ccm_json *document, struct ccm_error *err)
{
	const struct ccm_setup_undone undone = {say_undone, work};
	struct ccm_error trouble = {0};
	bool ok = ccm_setup_undo(&work->scene, &undone, &trouble);

	if (work->tool->json && !ccm_tool_print_json(work->tool, document, err))
		return false;
	if (!ok)
		*err = trouble;
	return ok;
}

static bool
look(struct work *work, const struct ccm_json *document, struct ccm_error *err)
{
	bool ok = true;

	for (size_t i = 0; ok && i < ccm_setup_target_count; i++)
		if (work->args->operand_count == 0 ||
		    is_named(work->args, ccm_setup_targets[i].name))
			ok = handle_target(work, &ccm_setup_targets[i], err);
	if (ok && work->tool->json)
		ok = ccm_tool_print_json(work->tool, document, err);
	else if (ok && work->changed != 0)
		ccm_tool_say(work->tool, "ccm setup --undo takes it back");
	else if (ok && work->open != 0 && !work->apply)
		ccm_tool_say(work->tool, "ccm setup --apply does what is to do");
	return ok;
}

static bool
run_work(struct work *work, struct ccm_error *err)
{
	bool undoing = ccm_args_has(work->args, "undo");
	struct ccm_json *document = ccm_json_new_object(err);
	char *module = NULL;
	bool ok;

	work->rows = ccm_json_new_array(err);
	ok = document != NULL && work->rows != NULL &&
	     ccm_json_add_json(document, undoing ? "files" : "programs", work->rows, err);
	if (ok && undoing) {
		ok = undo(work, document, err);
	} else if (ok) {
		ok = check_names(work->args, err) && find_module(work, &module, err);
		work->scene.site = (struct ccm_setup_site){
		    module, CCM_JAVA_CONFIG, module != NULL && strcmp(module, CCM_MODULE) == 0};
		ok = ok && look(work, document, err);
	}
	ccm_free(module);
	ccm_json_free(document);
	return ok;
}

static bool
setup(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	struct work work = {.tool = tool, .args = args, .apply = ccm_args_has(args, "apply")};
	const char *root = ccm_args_value(args, "root");

	work.scene.root = root != NULL && strcmp(root, "/") != 0 ? root : "";
	return run_work(&work, err);
}

static const struct ccm_relation relations[] = {{"apply", CCM_EXCLUDES, "undo", NULL}, {0}};

const struct ccm_command ccm_command_setup = {
    .name = "setup",
    .operands = "[PROGRAM]...",
    .summary = "Show what programs need to know the library",
    .details = "Finds p11-kit, OpenSSL, NSS databases, Firefox, Java, ssh and servers, and prints "
	       "the lines\n"
	       "that their files lack; with --apply it puts them in. Java and ssh only when they "
	       "are named:\n"
	       "it concerns everything that they do. Files of the system are root's to change.\n",
    .options = options,
    .relations = relations,
    .run = setup,
};
