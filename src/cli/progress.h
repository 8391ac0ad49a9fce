/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_PROGRESS_H
#define CCM_CLI_PROGRESS_H

/*
 * A bar on standard error for work that takes longer than a second, where standard error is a
 * terminal. A thread draws it, since calls of the service block. There is one at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void ccm_progress_begin(const char *what);
/* One more of what is counted has been done. */
void ccm_progress_advance(void);
/* That there is so much of it altogether: the bar fills up then. */
void ccm_progress_total(size_t total);
/* Take it away, before anything else is written to the terminal. May be called at any time. */
void ccm_progress_end(void);

/* The same from a signal handler, when the program is about to die. */
void ccm_progress_erase(void);

/* How far it is; total is 0 while nobody knows. */
struct ccm_progress_state {
	const char *what;
	size_t done, total;
	int64_t elapsed_ms;
};

/*
 * The line itself, no wider than columns: "cert list  [  =====      ]  3400  12 s", or with a total
 * "cert list  [=======             ]  3400/10000  12 s".
 */
void ccm_progress_line(
    const struct ccm_progress_state *state, size_t columns, char out[static 256]);

#endif
