/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <openssl/err.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_THREADS 8
#define MAX_WAYS 8
#define MAX_REPETITIONS 101
#define SLICES 5 /* of each way in a repetition */

struct work {
	const struct bench_way *way;
	pthread_barrier_t *start;
	double seconds; /* to work */
	bool ok;
	unsigned long operations;
	double wall, processor;
};

struct sum {
	unsigned long operations;
	double wall, processor;
};

bool
bench_wrong(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	ERR_print_errors_fp(stderr);
	return false;
}

static double
seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* What is made at a thread's first operation (random generators, fetched methods) isn't measured.
 */
static void *
worker(void *arg)
{
	struct work *work = arg;
	void *state = work->way->begin(work->way);
	double wall, processor, end;

	work->ok = state != NULL && work->way->once(state);
	pthread_barrier_wait(work->start);
	wall = seconds(CLOCK_MONOTONIC);
	processor = seconds(CLOCK_THREAD_CPUTIME_ID);
	end = wall + work->seconds;
	while (work->ok && seconds(CLOCK_MONOTONIC) < end) {
		work->ok = work->way->once(state);
		work->operations++;
	}
	work->wall = seconds(CLOCK_MONOTONIC) - wall;
	work->processor = seconds(CLOCK_THREAD_CPUTIME_ID) - processor;
	if (state != NULL)
		work->way->end(state);
	return NULL;
}

static bool
slice(const struct bench_way *way, unsigned threads, double length, struct sum *sum)
{
	pthread_t ids[MAX_THREADS];
	struct work work[MAX_THREADS];
	pthread_barrier_t start;
	bool ok = true;

	pthread_barrier_init(&start, NULL, threads);
	for (unsigned i = 0; i < threads; i++) {
		work[i] = (struct work){.way = way, .start = &start, .seconds = length};
		if (pthread_create(&ids[i], NULL, worker, &work[i]) != 0)
			abort(); /* the others wait at the barrier */
	}
	for (unsigned i = 0; i < threads; i++) {
		pthread_join(ids[i], NULL);
		ok &= work[i].ok;
		sum->operations += work[i].operations;
		sum->wall += work[i].wall / threads;
		sum->processor += work[i].processor;
	}
	pthread_barrier_destroy(&start);
	return ok || bench_wrong("%s does not work", way->name);
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
quantile(double *values, size_t count, double part)
{
	qsort(values, count, sizeof(*values), ascending);
	return values[(size_t)((double)(count - 1) * part + 0.5)];
}

struct results {
	size_t count; /* of repetitions */
	double rate[MAX_WAYS][MAX_REPETITIONS];
	double ratio[MAX_WAYS][MAX_REPETITIONS];
	double effort[MAX_WAYS]
		     [MAX_REPETITIONS]; /* ratio of operations a second of processor time */
};

static bool
repeat(unsigned threads, const struct bench_way *ways, size_t count, double length,
    struct results *results)
{
	struct sum sums[MAX_WAYS] = {0};
	size_t n = results->count++;

	for (size_t i = 0; i < SLICES * count; i++) {
		size_t way = (i + i / count) % count; /* each has another one before it each time */

		if (!slice(&ways[way], threads, length, &sums[way]))
			return false;
	}
	for (size_t i = 0; i < count; i++) {
		results->rate[i][n] = (double)sums[i].operations / sums[i].wall;
		results->ratio[i][n] = results->rate[i][n] / results->rate[0][n];
		results->effort[i][n] = (double)sums[i].operations / sums[i].processor /
					((double)sums[0].operations / sums[0].processor);
	}
	return true;
}

static unsigned
setting(const char *name, unsigned fallback, unsigned most)
{
	const char *text = getenv(name);
	unsigned long value = text != NULL ? strtoul(text, NULL, 10) : 0;

	return value == 0 || value > most ? fallback : (unsigned)value;
}

/* For perf and callgrind: one way alone, so many times. */
static bool
profile(const char *wanted, const struct bench_way *ways, size_t count)
{
	char *name;
	unsigned long times = strtoul(wanted, &name, 10);

	for (size_t i = 0; i < count; i++) {
		void *state = strcmp(name, ways[i].name) == 0 ? ways[i].begin(&ways[i]) : NULL;

		if (state == NULL)
			continue;
		while (times > 0 && ways[i].once(state))
			times--;
		ways[i].end(state);
	}
	return times == 0 || bench_wrong("%s: no such way, or it fails", name);
}

bool
bench_compare(const char *thing, unsigned threads, const struct bench_way *ways, size_t count)
{
	static struct results results;
	unsigned repetitions = setting("CCM_BENCH_REPETITIONS", 9, MAX_REPETITIONS);
	double length = setting("CCM_BENCH_SLICE", 30, 10000) / 1e3;

	if (getenv("CCM_BENCH_PROFILE") != NULL)
		return profile(getenv("CCM_BENCH_PROFILE"), ways, count);
	if (threads == 0 || threads > MAX_THREADS || count > MAX_WAYS)
		return bench_wrong("%u threads, %zu ways: too many", threads, count);
	results.count = 0;
	while (results.count < repetitions)
		if (!repeat(threads, ways, count, length, &results))
			return false;
	for (size_t i = 0; i < count; i++)
		printf("%s\t%u\t%s\t%s\t%.1f /s\t%.3f\t%.3f\t%.3f\t%.3f\n", thing, threads,
		    ways[i].name, ways[0].name, quantile(results.rate[i], results.count, 0.5),
		    quantile(results.ratio[i], results.count, 0),
		    quantile(results.ratio[i], results.count, 0.5),
		    quantile(results.ratio[i], results.count, 1),
		    quantile(results.effort[i], results.count, 0.5));
	fflush(stdout);
	return true;
}
