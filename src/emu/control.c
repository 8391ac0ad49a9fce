/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"

#define LINE_SIZE 4096 /* what goes into a FIFO at once is never mixed up with others' */

struct ccm_emu_control {
	char *path;
	struct ccm_emu_faults *faults;
	int reader;
	int writer; /* our own, so that the FIFO never ends */
	int wake;
	bool listening;
	pthread_t thread;
	char line[LINE_SIZE];
	size_t len;
	bool too_long;
};

/* Lines */

/* Only into a FIFO of our own: whatever else the path names stays as it is. */
static void
reply(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) && st.st_uid == geteuid() &&
	    write(fd, text, strlen(text)) < 0)
		ccm_log(WARN, EMU, "%s: %s", path, strerror(errno));
	close(fd);
}

static bool
obey(struct ccm_emu_control *control, const char *text, struct ccm_error *err)
{
	if (strcmp(text, CCM_EMU_CONTROL_CLEAR) != 0)
		return ccm_emu_faults_add(control->faults, text, err);
	ccm_emu_faults_forget(control->faults);
	return true;
}

static void
handle_line(struct ccm_emu_control *control, char *line)
{
	char *answer = strchr(line, '\t');
	char text[sizeof(((struct ccm_error *)NULL)->msg) + 2];
	struct ccm_error err = {0};
	bool ok;

	if (answer != NULL)
		*answer++ = '\0';
	if (line[0] == '\0')
		return;
	ok = obey(control, line, &err);
	if (ok)
		ccm_log(INFO, EMU, "fault: %s", line);
	else
		ccm_log(WARN, EMU, "fault: %s: %s", line, err.msg);
	snprintf(text, sizeof(text), "%s\n", ok ? "ok" : err.msg);
	if (answer != NULL)
		reply(answer, text);
}

static void
handle_byte(struct ccm_emu_control *control, char byte)
{
	if (byte != '\n') {
		if (control->len < sizeof(control->line) - 1)
			control->line[control->len++] = byte;
		else
			control->too_long = true;
		return;
	}
	control->line[control->len] = '\0';
	if (control->too_long)
		ccm_log(WARN, EMU, "fault: a line of more than %d bytes", LINE_SIZE - 1);
	else
		handle_line(control, control->line);
	control->len = 0;
	control->too_long = false;
}

static void *
listen_for_lines(void *context)
{
	struct ccm_emu_control *control = context;
	struct pollfd fds[] = {{control->reader, POLLIN, 0}, {control->wake, POLLIN, 0}};
	char bytes[LINE_SIZE];

	for (;;) {
		ssize_t got;

		if (poll(fds, CCM_COUNT(fds), -1) < 0 && errno != EINTR)
			break;
		if (fds[1].revents != 0)
			break;
		got = read(control->reader, bytes, sizeof(bytes));
		for (ssize_t i = 0; i < got; i++)
			handle_byte(control, bytes[i]);
	}
	return NULL;
}

/* Opening and closing */

/* Is the FIFO there because an emulator is? */
static bool
is_deserted(const char *path, struct ccm_error *err)
{
	struct stat st;
	int fd;

	if (lstat(path, &st) != 0 || !S_ISFIFO(st.st_mode))
		return ccm_fail(err, CCM_CONFIG, "%s is there already, and is no FIFO", path);
	fd = open(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENXIO || ccm_fail_errno(err, CCM_CONFIG, "%s", path);
	close(fd);
	return ccm_fail(err, CCM_CONFIG, "another emulator listens on %s", path);
}

static bool
make_fifo(const char *path, struct ccm_error *err)
{
	if (mkfifo(path, 0600) == 0)
		return true;
	if (errno == EEXIST) {
		if (!is_deserted(path, err))
			return false;
		if (unlink(path) == 0 && mkfifo(path, 0600) == 0)
			return true;
	}
	return ccm_fail_errno(err, CCM_CONFIG, "cannot make the FIFO %s", path);
}

static bool
open_ends(struct ccm_emu_control *control, struct ccm_error *err)
{
	control->reader = open(control->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (control->reader >= 0)
		control->writer = open(control->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	control->wake = eventfd(0, EFD_CLOEXEC);
	return (control->writer >= 0 && control->wake >= 0) ||
	       ccm_fail_errno(err, CCM_CONFIG, "cannot open the FIFO %s", control->path);
}

struct ccm_emu_control *
ccm_emu_control_open(const char *path, struct ccm_emu_faults *faults, struct ccm_error *err)
{
	struct ccm_emu_control *control;

	control = ccm_alloc(sizeof(*control), err);
	if (control == NULL)
		return NULL;
	control->faults = faults;
	control->reader = control->writer = control->wake = -1;
	if (make_fifo(path, err))
		control->path = ccm_strdup(path, err);
	if (control->path != NULL && open_ends(control, err)) {
		control->listening =
		    pthread_create(&control->thread, NULL, listen_for_lines, control) == 0;
		if (control->listening)
			return control;
		ccm_fail(err, CCM_INTERNAL, "no thread for %s", path);
	}
	ccm_emu_control_close(control);
	return NULL;
}

void
ccm_emu_control_close(struct ccm_emu_control *control)
{
	if (control == NULL)
		return;
	if (control->listening) {
		eventfd_write(control->wake, 1);
		pthread_join(control->thread, NULL);
	}
	if (control->path != NULL)
		unlink(control->path);
	if (control->reader >= 0)
		close(control->reader);
	if (control->writer >= 0)
		close(control->writer);
	if (control->wake >= 0)
		close(control->wake);
	ccm_free(control->path);
	ccm_free(control);
}
