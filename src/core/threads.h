/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_THREADS_H
#define CCM_THREADS_H

#include <pthread.h>
#include <stddef.h>

/*
 * Threads in somebody else's process: signals are the host's, for its own threads. Starts up to
 * count threads that do work(context); returns how many there are, which may be none.
 */
size_t ccm_threads_start(
    pthread_t *threads, size_t count, void *(*work)(void *context), void *context);
void ccm_threads_join(const pthread_t *threads, size_t count);

#endif
