/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/interrupt.h"

#include <signal.h>
#include <stdio_ext.h>

#include "cli/progress.h"

static volatile sig_atomic_t held, received;

/* In a signal handler, too. Who waits for us sees the signal: a shell makes it 128 + number. */
static void
die_by(int number)
{
	sigset_t set;

	ccm_progress_erase();
	signal(number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, number);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	raise(number);
}

/* Whoever holds may be stuck in a pipe that nobody reads: a second signal does not wait. */
static void
handle(int number)
{
	if (held && !received)
		received = number;
	else
		die_by(number);
}

void
ccm_interrupts_catch(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = handle}, before;

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < CCM_COUNT(numbers); i++)
		sigaddset(&action.sa_mask, numbers[i]);
	for (size_t i = 0; i < CCM_COUNT(numbers); i++)
		if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
			sigaction(numbers[i], &action, NULL);
}

void
ccm_interrupts_hold(void)
{
	held = 1;
}

void
ccm_interrupts_release(void)
{
	held = 0;
	if (received)
		die_by(received);
}

/*
 * The buffer only ever goes out with whole rows in it. Into a full pipe it does so at once or not
 * at all: it is no larger than PIPE_BUF.
 */
void
ccm_print_whole(FILE *out, struct ccm_span text)
{
	bool full = __fpending(out) + text.len > __fbufsize(out);

	ccm_interrupts_hold();
	if (!full || fflush(out) == 0)
		fwrite(text.data, 1, text.len, out);
	if (text.len > __fbufsize(out))
		fflush(out);
	ccm_interrupts_release();
}
