/* SPDX-License-Identifier: Apache-2.0 */
#include "core/threads.h"

#include <signal.h>

size_t
ccm_threads_start(pthread_t *threads, size_t count, void *(*work)(void *context), void *context)
{
	sigset_t all, before;
	size_t started = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (started < count && pthread_create(&threads[started], NULL, work, context) == 0)
		started++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

void
ccm_threads_join(const pthread_t *threads, size_t count)
{
	for (size_t i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}
