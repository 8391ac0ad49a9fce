/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_HTTP_SOCKETS_H
#define CCM_HTTP_SOCKETS_H

/*
 * Living in somebody else's process: its sockets may be closed under us, its children inherit ours,
 * and a broken connection must not raise SIGPIPE in it.
 */

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#define CCM_SOCKETS_MAX 16

/*
 * Descriptors with the identity of their sockets: daemons close what they don't know, forked
 * children close what they inherit, and the number is soon another's.
 */
struct ccm_sockets {
	struct {
		int fd;
		dev_t device;
		ino_t inode;
	} items[CCM_SOCKETS_MAX];
	size_t count;
};

/* socket(2) with close-on-exec, remembered; -1 when there is none or no room. */
int ccm_sockets_open(struct ccm_sockets *sockets, int family, int type, int protocol);
/* close(2) and forget. */
int ccm_sockets_close(struct ccm_sockets *sockets, int fd);
/* False when a number no longer stands for the socket that we opened. */
bool ccm_sockets_are_ours(const struct ccm_sockets *sockets);
/* Close those that are still ours, forget all. */
void ccm_sockets_drop(struct ccm_sockets *sockets);

/* While a thread is between the two, SIGPIPE of its writes is swallowed. */
struct ccm_pipe_guard {
	sigset_t before;
	bool pending;
};
void ccm_pipe_guard_enter(struct ccm_pipe_guard *guard);
void ccm_pipe_guard_leave(const struct ccm_pipe_guard *guard);

#endif
