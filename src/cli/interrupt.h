/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_INTERRUPT_H
#define CCM_CLI_INTERRUPT_H

/*
 * Ctrl-C, and the other signals that end the tool: it dies by them at once, as everybody expects,
 * but takes its progress bar away and leaves no half row on standard output.
 */

#include <stdio.h>

#include "core/mem.h"

/* From here on. A signal that was ignored stays ignored. */
void ccm_interrupts_catch(void);

/* Between the two a first signal waits. */
void ccm_interrupts_hold(void);
void ccm_interrupts_release(void);

/* Whole rows come out or nothing of them, as long as everything goes through here. */
void ccm_print_whole(FILE *out, struct ccm_span text);

#endif
