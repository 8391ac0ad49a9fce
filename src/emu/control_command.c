/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/control.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"

/* ccm-emulator fault: says what to the FIFO of an emulator, and waits until it has been done. */

#define ANSWER_WITHIN_MS 10000

enum { DONE, FAILED, USAGE };

struct command {
	const char *control;
	bool clear, help;
	char **faults;
	int fault_count;
};

/* The way back: a FIFO in a directory of its own. */
struct answer {
	char directory[PATH_MAX + 32], path[PATH_MAX + 64]; /* "": not made */
	int fd;                                             /* -1: not there */
};

static bool
answer_open(struct answer *answer, struct ccm_error *err)
{
	const char *parent = getenv("TMPDIR");
	char resolved[PATH_MAX];

	if (parent == NULL || parent[0] == '\0')
		parent = "/tmp";
	/* the emulator may stand in another directory */
	if (realpath(parent, resolved) == NULL)
		return ccm_fail_errno(err, CCM_CONFIG, "%s", parent);
	snprintf(answer->directory, sizeof(answer->directory), "%s/ccm-fault.XXXXXX", resolved);
	if (mkdtemp(answer->directory) == NULL) {
		answer->directory[0] = '\0';
		return ccm_fail_errno(err, CCM_CONFIG, "cannot make a directory in %s", resolved);
	}
	snprintf(answer->path, sizeof(answer->path), "%s/answer", answer->directory);
	/* with a writer of its own it never ends */
	if (mkfifo(answer->path, 0600) == 0)
		answer->fd = open(answer->path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	return answer->fd >= 0 ||
	       ccm_fail_errno(err, CCM_CONFIG, "cannot make the FIFO %s", answer->path);
}

static void
answer_close(struct answer *answer)
{
	if (answer->fd >= 0)
		close(answer->fd);
	if (answer->directory[0] == '\0')
		return;
	unlink(answer->path);
	rmdir(answer->directory);
}

/* One line of it. */
static bool
answer_read(const struct answer *answer, char *line, size_t size, struct ccm_error *err)
{
	int64_t deadline = ccm_clock_monotonic_ms() + ANSWER_WITHIN_MS, left;
	struct pollfd fd = {answer->fd, POLLIN, 0};
	size_t len = 0;

	while ((left = deadline - ccm_clock_monotonic_ms()) > 0) {
		ssize_t got;

		if (poll(&fd, 1, (int)left) <= 0)
			continue;
		got = read(answer->fd, line + len, size - 1 - len);
		if (got <= 0)
			continue;
		len += (size_t)got;
		line[len] = '\0';
		if (line[len - 1] == '\n' || len == size - 1) {
			line[strcspn(line, "\n")] = '\0';
			return true;
		}
	}
	return ccm_fail(err, CCM_TIMEOUT, "no answer within %d s", ANSWER_WITHIN_MS / 1000);
}

static int
open_control(const char *path, struct ccm_error *err)
{
	int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0 && errno == ENXIO)
		ccm_fail(err, CCM_UNAVAILABLE, "no emulator listens on %s", path);
	else if (fd < 0)
		ccm_fail_errno(err, CCM_CONFIG, "%s", path);
	else if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode))
		return fd;
	else
		ccm_fail(err, CCM_CONFIG, "%s is no FIFO", path);
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool
say(int control, const struct answer *answer, const char *text, struct ccm_error *err)
{
	char line[PIPE_BUF + 1], said[sizeof(err->msg) + 2];
	int len = snprintf(line, sizeof(line), "%s\t%s\n", text, answer->path);

	if (len < 0 || len > PIPE_BUF)
		return ccm_fail(err, CCM_USAGE, "%.80s...: is too long", text);
	if (write(control, line, (size_t)len) != len)
		return ccm_fail_errno(err, CCM_UNAVAILABLE, "the emulator does not listen");
	if (!answer_read(answer, said, sizeof(said), err))
		return false;
	return strcmp(said, "ok") == 0 || ccm_fail(err, CCM_USAGE, "%s: %s", text, said);
}

static bool
say_all(const struct command *command, struct ccm_error *err)
{
	int control = open_control(command->control, err);
	struct answer answer = {.fd = -1};
	bool ok;

	if (control < 0)
		return false;
	ok = answer_open(&answer, err) &&
	     (!command->clear || say(control, &answer, CCM_EMU_CONTROL_CLEAR, err));
	for (int i = 0; ok && i < command->fault_count; i++)
		ok = say(control, &answer, command->faults[i], err);
	answer_close(&answer);
	close(control);
	return ok;
}

/* Nothing is said when anything is wrong. */
static bool
check(const struct command *command, struct ccm_error *err)
{
	struct ccm_emu_fault fault;

	if (command->control == NULL)
		return ccm_fail(err, CCM_USAGE, "--control FIFO is missing");
	if (command->fault_count == 0 && !command->clear)
		return ccm_fail(err, CCM_USAGE, "neither a fault nor --clear");
	for (int i = 0; i < command->fault_count; i++)
		if (!ccm_emu_fault_parse(command->faults[i], &fault, err))
			return ccm_error_context(err, "%s", command->faults[i]);
	return true;
}

static bool
parse(int argc, char **argv, struct command *out, struct ccm_error *err)
{
	static const struct option options[] = {{"control", required_argument, NULL, 'f'},
	    {"clear", no_argument, NULL, 'c'}, {"help", no_argument, NULL, 'h'}, {0}};
	int code;

	opterr = 0;
	while ((code = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (code == ':')
			return ccm_fail(err, CCM_USAGE, "%s needs an argument", argv[optind - 1]);
		if (code == '?')
			return ccm_fail(err, CCM_USAGE, "there is no option %s", argv[optind - 1]);
		out->clear = out->clear || code == 'c';
		out->help = out->help || code == 'h';
		if (code == 'f')
			out->control = optarg;
	}
	out->faults = argv + optind;
	out->fault_count = argc - optind;
	return out->help || check(out, err);
}

static int
print_help(void)
{
	printf("usage: ccm-emulator fault --control FIFO [--clear] [FAULT]...\n\n"
	       "Make calls go wrong in an emulator that runs: each FAULT is added to those there "
	       "are.\n"
	       "When this ends, they are at work. FIFO is the file control beside the ca.pem that "
	       "the\n"
	       "emulator's line `ready` names, or what its --control says.\n\n"
	       "  --clear  take all faults back first\n\n"
	       "A fault is OPERATION:KIND[:COUNT]: in calls of OPERATION, such as pca_get_ca, or * "
	       "for\n"
	       "any; COUNT times, or for ever. Of those that fit, the first acts. Kinds:\n\n");
	for (size_t i = 0; ccm_emu_fault_help(i) != NULL; i++)
		printf("  %s\n", ccm_emu_fault_help(i));
	return fflush(stdout) == 0 ? DONE : FAILED;
}

int
ccm_emu_control_main(int argc, char **argv)
{
	struct command command = {0};
	struct ccm_error err = {0};

	signal(SIGPIPE, SIG_IGN);
	if (!parse(argc, argv, &command, &err)) {
		fprintf(stderr, "ccm-emulator fault: %s\ntry ccm-emulator fault --help\n", err.msg);
		return USAGE;
	}
	if (command.help)
		return print_help();
	if (say_all(&command, &err))
		return DONE;
	fprintf(stderr, "ccm-emulator fault: %s\n", err.msg);
	return FAILED;
}
