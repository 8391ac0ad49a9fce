/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/tool.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/progress.h"
#include "cli/table.h"
#include "core/log.h"

struct ccm_model *
ccm_tool_model(struct ccm_tool *tool, struct ccm_error *err)
{
	struct ccm_config *config;

	if (tool->model != NULL)
		return tool->model;
	config = ccm_config_load(tool->config_file, err);
	if (config == NULL)
		return NULL;
	if (tool->quiet && config->log_file[0] == '\0')
		ccm_log_configure("error", NULL, NULL);
	tool->model = ccm_model_new(config, NULL, err);
	return tool->model;
}

struct ccm_client *
ccm_tool_client(struct ccm_tool *tool, struct ccm_error *err)
{
	struct ccm_model *model = ccm_tool_model(tool, err);

	return model != NULL ? ccm_model_client(model) : NULL;
}

bool
ccm_tool_call(struct ccm_tool *tool, const struct ccm_operation *op, const struct ccm_json *request,
    struct ccm_json **answer, struct ccm_error *err)
{
	struct ccm_client *client = ccm_tool_client(tool, err);

	*answer = NULL;
	return client != NULL && ccm_client_call(client, op, request, answer, err);
}

/* Messages */

void
ccm_tool_note(struct ccm_tool *tool, const char *fmt, ...)
{
	va_list args;
	char *line;
	int len;

	va_start(args, fmt);
	len = vasprintf(&line, fmt, args);
	va_end(args);
	if (len < 0)
		return;
	/* a note that finds no memory is left out: the error itself is what counts */
	if (ccm_buf_append(&tool->notes, line, (size_t)len, NULL))
		ccm_buf_append_str(&tool->notes, "\n", NULL);
	ccm_free(line);
}

void
ccm_tool_say(const struct ccm_tool *tool, const char *fmt, ...)
{
	struct ccm_buf clean = {0};
	va_list args;
	char *line;
	int len;

	if (tool->quiet)
		return;
	va_start(args, fmt);
	len = vasprintf(&line, fmt, args);
	va_end(args);
	if (len < 0)
		return;
	ccm_progress_end();
	if (ccm_text_clean(line, true, &clean, NULL))
		fprintf(stderr, "ccm: %s: %s\n", tool->command->name, ccm_buf_str(&clean));
	ccm_buf_clear(&clean);
	ccm_free(line);
}

/* Standard output */

FILE *
ccm_tool_out(const struct ccm_tool *tool)
{
	if (tool->terminal)
		ccm_progress_end();
	return stdout;
}

bool
ccm_tool_print_json(const struct ccm_tool *tool, const struct ccm_json *json, struct ccm_error *err)
{
	struct ccm_buf text = {.secret = true};
	bool ok = ccm_json_print(json, true, &text, err);

	if (ok)
		fprintf(ccm_tool_out(tool), "%s\n", ccm_buf_str(&text));
	ccm_buf_clear(&text);
	return ok;
}

static bool
reader_is_gone(void)
{
	struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

	return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

static bool
output_failed(struct ccm_error *err)
{
	if (reader_is_gone()) {
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	return ccm_fail_errno(err, CCM_INTERNAL, "cannot write to standard output");
}

bool
ccm_output_check(struct ccm_error *err)
{
	if (!ferror(stdout))
		return true;
	errno = EIO; /* unless writing what is left tells more */
	fflush(stdout);
	return output_failed(err);
}

bool
ccm_output_close(struct ccm_error *err)
{
	if (!ccm_output_check(err))
		return false;
	if (fflush(stdout) != 0 || (close(STDOUT_FILENO) != 0 && errno != EBADF))
		return output_failed(err);
	return true;
}
