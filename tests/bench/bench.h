/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_BENCH_H
#define CCM_BENCH_H

/*
 * Ways to do one thing, compared in one process: each gets a short slice of time in turn, so that
 * what else the machine does hits them alike. README.md has the method.
 */

#include <stdbool.h>
#include <stddef.h>

struct bench_way {
	const char *name;
	const void *data;
	void *(*begin)(
	    const struct bench_way *way); /* in each thread, not measured; NULL ends all */
	bool (*once)(void *state);
	void (*end)(void *state);
};

/*
 * Prints one line a way: thing, threads, way, named other, operations per second, then least,
 * median and greatest of the repetitions' ratios, and the median of those of processor time;
 * separated by tabs. The named other is the first way. $CCM_BENCH_REPETITIONS (9) and
 * $CCM_BENCH_SLICE (30 ms).
 */
bool bench_compare(const char *thing, unsigned threads, const struct bench_way *ways, size_t count);

/* Says what went wrong, with OpenSSL's errors; false. */
bool bench_wrong(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
