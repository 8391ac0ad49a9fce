/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"

#define SHOW_AFTER_MS 1000
#define REDRAW_MS 100
#define BAR 20
#define BLOCK 5

static struct {
	const char *what;
	int64_t started_ms;
	atomic_size_t done, total;
	atomic_bool drawn;
	bool running; /* the thread is there */
	bool ending;  /* and is to end; under mutex */
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t cond;
} progress = {.mutex = PTHREAD_MUTEX_INITIALIZER};

/* A block that moves one place in each REDRAW_MS, to the end and back. */
static void
draw_block(int64_t elapsed_ms, char bar[static BAR + 1])
{
	size_t way = BAR - BLOCK, step = (size_t)(elapsed_ms / REDRAW_MS) % (2 * way);

	memset(bar + (step < way ? step : 2 * way - step), '=', BLOCK);
}

static void
draw_part(size_t done, size_t total, char bar[static BAR + 1])
{
	memset(bar, '=', done < total ? done * BAR / total : BAR);
}

void
ccm_progress_line(const struct ccm_progress_state *state, size_t columns, char out[static 256])
{
	char bar[BAR + 1] = "                    ", count[48] = "";

	if (state->total != 0)
		draw_part(state->done, state->total, bar);
	else
		draw_block(state->elapsed_ms, bar);
	if (state->total != 0)
		snprintf(count, sizeof(count), "%zu/%zu  ", state->done, state->total);
	else if (state->done != 0)
		snprintf(count, sizeof(count), "%zu  ", state->done);
	snprintf(out, 256, "%.40s  [%s]  %s%" PRId64 " s", state->what, bar, count,
	    state->elapsed_ms / 1000);
	if (columns < strlen(out))
		out[columns] = '\0';
}

static size_t
terminal_columns(void)
{
	struct winsize size = {0};

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}

/* The cursor stays in front of the line: whatever is written next begins there. */
static void
draw(void)
{
	const struct ccm_progress_state state = {
	    .what = progress.what,
	    .done = atomic_load(&progress.done),
	    .total = atomic_load(&progress.total),
	    .elapsed_ms = ccm_clock_monotonic_ms() - progress.started_ms,
	};
	char line[256];

	ccm_progress_line(&state, terminal_columns() - 1, line);
	fprintf(stderr, "%s\033[K\r", line);
	fflush(stderr);
}

/* Wait that long, or for the end; true when it has come. Called with the mutex. */
static bool
wait_for_end(int64_t ms)
{
	struct timespec until;
	int rc = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	while (!progress.ending && rc == 0)
		rc = pthread_cond_timedwait(&progress.cond, &progress.mutex, &until);
	return progress.ending;
}

void
ccm_progress_erase(void)
{
	static const char erase[] = "\033[K";

	if (atomic_exchange(&progress.drawn, false) &&
	    write(STDERR_FILENO, erase, sizeof(erase) - 1) < 0)
		return; /* a terminal that is gone needs no tidying */
}

static void *
run(void *unused)
{
	pthread_mutex_lock(&progress.mutex);
	for (int64_t wait = SHOW_AFTER_MS; !wait_for_end(wait); wait = REDRAW_MS) {
		draw();
		atomic_store(&progress.drawn, true);
	}
	pthread_mutex_unlock(&progress.mutex);
	ccm_progress_erase();
	return unused;
}

/* Signals are the main thread's: this one is made with all of them blocked. */
static bool
start_thread(void)
{
	pthread_condattr_t monotonic;
	sigset_t all, before;
	bool ok;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&progress.cond, &monotonic);
	pthread_condattr_destroy(&monotonic);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	ok = pthread_create(&progress.thread, NULL, run, NULL) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!ok)
		pthread_cond_destroy(&progress.cond);
	return ok;
}

void
ccm_progress_begin(const char *what)
{
	const char *term = getenv("TERM");

	if (progress.running || !isatty(STDERR_FILENO))
		return;
	if (term == NULL || strcmp(term, "dumb") == 0)
		return;
	progress.what = what;
	progress.started_ms = ccm_clock_monotonic_ms();
	progress.ending = false;
	atomic_store(&progress.done, 0);
	atomic_store(&progress.total, 0);
	progress.running = start_thread();
}

void
ccm_progress_advance(void)
{
	atomic_fetch_add(&progress.done, 1);
}

void
ccm_progress_total(size_t total)
{
	atomic_store(&progress.total, total);
}

void
ccm_progress_end(void)
{
	if (!progress.running)
		return;
	pthread_mutex_lock(&progress.mutex);
	progress.ending = true;
	pthread_cond_signal(&progress.cond);
	pthread_mutex_unlock(&progress.mutex);
	pthread_join(progress.thread, NULL);
	pthread_cond_destroy(&progress.cond);
	progress.running = false;
}
