/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_FORK_H
#define CCM_FORK_H

/*
 * fork() is survived by counting: the child's generation differs from the one that a lock or a
 * connection was made in. The fork handler only counts; whoever meets something of another
 * generation repairs or abandons it at its next use.
 */

#include <pthread.h>
#include <stdatomic.h>

unsigned ccm_fork_generation(void);

/*
 * A mutex that a child can use although another thread of the parent held it when forking. What
 * it protects must be whole at every moment (pointers swapped, counts raised last).
 */
struct ccm_lock {
	pthread_mutex_t mutex;
	atomic_uint generation;
};

#define CCM_LOCK_INIT                        \
	{                                    \
		PTHREAD_MUTEX_INITIALIZER, 0 \
	}

void ccm_lock_init(struct ccm_lock *lock);
void ccm_lock_acquire(struct ccm_lock *lock);
void ccm_lock_release(struct ccm_lock *lock);
void ccm_lock_destroy(struct ccm_lock *lock);

#endif
