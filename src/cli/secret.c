/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/secret.h"

#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/file.h"
#include "core/fd.h"

#define MOST 1024

/* A line, byte by byte: nothing of it is left in a buffer of stdio's. */
static bool
read_line(int terminal, struct ccm_buf *out, struct ccm_error *err)
{
	char byte;
	ssize_t got;

	while ((got = read(terminal, &byte, 1)) == 1 && byte != '\n') {
		if (out->len >= MOST)
			return ccm_fail(err, CCM_USAGE, "more than %d characters", MOST);
		if (!ccm_buf_append(out, &byte, 1, err))
			return false;
	}
	if (got < 0) /* Ctrl-C: half a PIN is none */
		return ccm_fail_errno(err, CCM_CANCELLED, "it was not typed to its end");
	return true;
}

static bool
ask_once(int terminal, const char *prompt, struct ccm_buf *out, struct ccm_error *err)
{
	struct termios shown, hidden;
	bool ok;

	dprintf(terminal, "%s: ", prompt);
	if (tcgetattr(terminal, &shown) != 0)
		return ccm_fail_errno(err, CCM_USAGE, "the terminal");
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(terminal, TCSAFLUSH, &hidden);
	ok = read_line(terminal, out, err);
	tcsetattr(terminal, TCSAFLUSH, &shown);
	dprintf(terminal, "\n");
	return ok;
}

static bool
ask(int terminal, const struct ccm_secret_source *source, struct ccm_buf *out,
    struct ccm_error *err)
{
	struct ccm_buf again;
	bool ok;

	if (!ask_once(terminal, source->prompt, out, err) || !source->is_new)
		return out->len != 0 || ccm_fail(err, CCM_CANCELLED, "nothing was typed");
	ccm_buf_init_secret(&again);
	ok = ask_once(terminal, "the same again", &again, err) &&
	     (ccm_span_equal(ccm_buf_span(out), ccm_buf_span(&again)) ||
		 ccm_fail(err, CCM_USAGE, "that was not the same"));
	ccm_buf_clear(&again);
	return ok;
}

bool
ccm_secret_get(const struct ccm_args *args, const struct ccm_secret_source *source,
    struct ccm_buf *out, struct ccm_error *err)
{
	const char *file = ccm_args_value(args, source->option);
	int terminal;
	bool ok;

	ccm_buf_init_secret(out);
	if (file != NULL)
		return ccm_file_read_secret(file, out, err);
	terminal = ccm_fd_open(AT_FDCWD, "/dev/tty", O_RDWR, 0);
	if (terminal < 0)
		return ccm_fail(err, CCM_USAGE,
		    "--%s is needed: there is no terminal to ask for the %s", source->option,
		    source->prompt);
	ok = ask(terminal, source, out, err);
	close(terminal);
	return ok;
}
