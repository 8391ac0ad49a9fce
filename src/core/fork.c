/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fork.h"

#include <sched.h>

static atomic_uint generation;
static pthread_once_t generation_once = PTHREAD_ONCE_INIT;

static void
count_fork(void)
{
	atomic_fetch_add(&generation, 1);
}

static void
register_handler(void)
{
	pthread_atfork(NULL, NULL, count_fork);
}

unsigned
ccm_fork_generation(void)
{
	pthread_once(&generation_once, register_handler);
	return atomic_load_explicit(&generation, memory_order_acquire);
}

void
ccm_lock_init(struct ccm_lock *lock)
{
	pthread_mutex_init(&lock->mutex, NULL);
	atomic_init(&lock->generation, ccm_fork_generation());
}

/* One thread of the child makes the mutex anew; others wait for it. */
static void
repair(struct ccm_lock *lock, unsigned now)
{
	const unsigned repairing = ~0U;
	unsigned seen = atomic_load(&lock->generation);

	while (seen != now) {
		if (seen != repairing &&
		    atomic_compare_exchange_strong(&lock->generation, &seen, repairing)) {
			pthread_mutex_init(&lock->mutex, NULL);
			atomic_store(&lock->generation, now);
			return;
		}
		sched_yield();
		seen = atomic_load(&lock->generation);
	}
}

void
ccm_lock_acquire(struct ccm_lock *lock)
{
	unsigned now = ccm_fork_generation();

	if (atomic_load_explicit(&lock->generation, memory_order_acquire) != now)
		repair(lock, now);
	pthread_mutex_lock(&lock->mutex);
}

void
ccm_lock_release(struct ccm_lock *lock)
{
	pthread_mutex_unlock(&lock->mutex);
}

void
ccm_lock_destroy(struct ccm_lock *lock)
{
	pthread_mutex_destroy(&lock->mutex);
}
