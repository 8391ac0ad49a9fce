/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/http_sockets.h"

#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int
ccm_sockets_open(struct ccm_sockets *sockets, int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);
	struct stat st;

	if (fd < 0)
		return -1;
	if (sockets->count == CCM_SOCKETS_MAX || fstat(fd, &st) != 0) {
		close(fd);
		return -1;
	}
	sockets->items[sockets->count].fd = fd;
	sockets->items[sockets->count].device = st.st_dev;
	sockets->items[sockets->count].inode = st.st_ino;
	sockets->count++;
	return fd;
}

int
ccm_sockets_close(struct ccm_sockets *sockets, int fd)
{
	for (size_t i = 0; i < sockets->count; i++) {
		if (sockets->items[i].fd != fd)
			continue;
		sockets->items[i] = sockets->items[sockets->count - 1];
		sockets->count--;
		break;
	}
	return close(fd);
}

static bool
is_ours(const struct ccm_sockets *sockets, size_t index)
{
	struct stat st;

	return fstat(sockets->items[index].fd, &st) == 0 &&
	       st.st_dev == sockets->items[index].device &&
	       st.st_ino == sockets->items[index].inode;
}

bool
ccm_sockets_are_ours(const struct ccm_sockets *sockets)
{
	for (size_t i = 0; i < sockets->count; i++) {
		if (!is_ours(sockets, i))
			return false;
	}
	return true;
}

void
ccm_sockets_drop(struct ccm_sockets *sockets)
{
	for (size_t i = 0; i < sockets->count; i++) {
		if (is_ours(sockets, i))
			close(sockets->items[i].fd);
	}
	sockets->count = 0;
}

static sigset_t
only_pipe(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	return set;
}

void
ccm_pipe_guard_enter(struct ccm_pipe_guard *guard)
{
	sigset_t set = only_pipe(), pending;

	sigpending(&pending);
	guard->pending = sigismember(&pending, SIGPIPE) == 1;
	pthread_sigmask(SIG_BLOCK, &set, &guard->before);
}

void
ccm_pipe_guard_leave(const struct ccm_pipe_guard *guard)
{
	const struct timespec now = {0};
	sigset_t set = only_pipe();

	if (!guard->pending)
		sigtimedwait(&set, NULL, &now);
	pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
}
